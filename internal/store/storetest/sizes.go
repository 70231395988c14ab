package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// testListSizes has two exports that ran on several days.
func testListSizes(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	for _, id := range []activation.ExportID{"ex2", "ex3"} {
		update(t, s, func(tx store.Tx) error { return tx.CreateExport(ctx, export(id, "Export "+string(id))) })
	}
	day := func(n float64) time.Time { return start().Add(time.Duration(n * 24 * float64(time.Hour))) }
	ran := func(id activation.RunID, of activation.ExportID, kind activation.RunKind, at time.Time, size int64) {
		r := run(id, of)
		r.Kind = kind
		createRun(t, s, r, "")
		r.Status, r.EndedAt, r.Receipt = activation.StatusSuccessful, at, &activation.Receipt{ListSize: size}
		update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
	}
	ran("r1", "ex1", activation.RunReal, day(0), 10)
	ran("r2", "ex1", activation.RunReal, day(2), 20)
	ran("r3", "ex1", activation.RunReal, day(2.5), 24)
	ran("r4", "ex1", activation.RunRemoveKept, day(3), 30)
	ran("r5", "ex1", activation.RunDry, day(4), 99)
	ran("r6", "ex1", activation.RunReal, day(5), -1) // did not ask
	ran("r7", "ex2", activation.RunReal, day(1), 7)
	open := run("r8", "ex1")
	createRun(t, s, open, "")
	open.Status, open.Receipt = activation.StatusWaiting, &activation.Receipt{ListSize: 77}
	update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, open) })

	for id, want := range map[activation.ExportID]activation.ListSize{"ex1": {At: day(3), Size: 30}, "ex2": {At: day(1), Size: 7}, "ex3": {}} {
		got := load(t, s, func(ctx context.Context, r store.Reader) (activation.ListSize, error) { return r.LastListSize(ctx, id) })
		require.Equal(t, want, got, "%s: dry runs, runs that did not ask and such as are under way say nothing", id)
	}
	sizes := func(q store.SizesQuery, p store.Page) (list []activation.ListSizes, next string) {
		t.Helper()
		view(t, s, func(r store.Reader) (err error) {
			list, next, err = r.ListSizes(ctx, q, p)
			return err
		})
		return list, next
	}
	first := activation.ListSizes{Export: "ex1", Sizes: []activation.ListSize{{At: day(2.5), Size: 24}, {At: day(3), Size: 30}}}
	all, next := sizes(store.SizesQuery{Since: day(1), Step: 24 * time.Hour}, store.Page{})
	require.Equal(t, []activation.ListSizes{first, {Export: "ex2", Sizes: []activation.ListSize{{At: day(1), Size: 7}}}, {Export: "ex3"}}, all,
		"the last of each step, from the beginning on, which counts")
	require.Empty(t, next)
	page, next := sizes(store.SizesQuery{Since: day(1), Step: 24 * time.Hour}, store.Page{Limit: 1})
	require.Equal(t, all[:1], page)
	page, next = sizes(store.SizesQuery{Since: day(1), Step: 24 * time.Hour}, store.Page{Limit: 2, After: next})
	require.Equal(t, all[1:], page)
	require.Empty(t, next)
	one, _ := sizes(store.SizesQuery{Export: "ex2", Since: day(0), Step: time.Hour}, store.Page{Limit: 1})
	require.Equal(t, all[1:2], one)
	none, _ := sizes(store.SizesQuery{Export: "nobody", Since: day(0), Step: time.Hour}, store.Page{})
	require.Empty(t, none)

	update(t, s, func(tx store.Tx) error { return tx.DeleteExport(ctx, "ex2") })
	require.Zero(t, load(t, s, func(ctx context.Context, r store.Reader) (activation.ListSize, error) {
		return r.LastListSize(ctx, "ex2")
	}))
}
