package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func testSources(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	in := activation.Ingest{
		At: start(), Rows: 20_000, Quarantined: 3, DurationMS: 140,
		Columns: []activation.Column{{Name: "mail", Type: activation.TypeText, Guess: activation.SemanticEmail}},
	}
	stale := load(t, s, func(ctx context.Context, r store.Reader) (activation.Source, error) { return r.Source(ctx, "so1") })
	update(t, s, func(tx store.Tx) error { return tx.SetIngest(ctx, "so1", in) })
	got := load(t, s, func(ctx context.Context, r store.Reader) (activation.Source, error) { return r.Source(ctx, "so1") })
	want := stale
	want.Ingest = &in
	same(t, want, got) // neither definition nor version moved

	update(t, s, func(tx store.Tx) error { return tx.UpdateSource(ctx, stale) }) // an update does not touch the ingest
	want.Version = 2
	got = load(t, s, func(ctx context.Context, r store.Reader) (activation.Source, error) {
		return r.SourceByName(ctx, "CUSTOMERS")
	})
	same(t, want, got)

	in.Error, in.ErrorCode, in.FailedAt = "the file is gone", activation.CodeSourceRefused, start().Add(time.Hour)
	update(t, s, func(tx store.Tx) error { return tx.SetIngest(ctx, "so1", in) })
	same(t, want, load(t, s, func(ctx context.Context, r store.Reader) (activation.Source, error) { return r.Source(ctx, "so1") }))
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.SetIngest(ctx, "nobody", in) })

	update(t, s, func(tx store.Tx) error { return tx.PutProfile(ctx, profile("so1")) })
	e := refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSource(ctx, "so1") })
	require.Contains(t, e.Message, "profile")
}

func testProfile(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	get := func() activation.ProfileDefinition {
		t.Helper()
		return load(t, s, func(ctx context.Context, r store.Reader) (activation.ProfileDefinition, error) { return r.Profile(ctx) })
	}
	build := activation.ProfileBuild{At: start(), Profiles: 19_000, DurationMS: 90, Snapshot: 4}
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.Profile(ctx); return err })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.SetBuild(ctx, build) })
	e := refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.PutProfile(ctx, profile("so1")) })
	require.Equal(t, "source", e.Field)
	seed(t, s)

	d := profile("so1")
	d.Version = 3
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.PutProfile(ctx, d) })
	d.Version = 0
	update(t, s, func(tx store.Tx) error { return tx.PutProfile(ctx, d) })
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.PutProfile(ctx, d) }) // there is one already
	d.Version = 1
	same(t, d, get())

	update(t, s, func(tx store.Tx) error { return tx.SetBuild(ctx, build) })
	d.Key, d.Fields, d.Region, d.UpdatedAt = "mail", d.Fields[:1], "", start().Add(time.Hour)
	update(t, s, func(tx store.Tx) error { return tx.PutProfile(ctx, d) }) // the build stays
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.PutProfile(ctx, d) })
	d.Version, d.Build = 2, &build
	same(t, d, get())
}

func testSegments(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	update(t, s, func(tx store.Tx) error {
		e := export("ex2", "Winback")
		e.Segments = []activation.SegmentID{"se2"}
		return tx.CreateExport(ctx, e)
	})
	e := refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se2") })
	require.Contains(t, e.Message, `"Newsletter"`)
	require.Contains(t, e.Message, `"Winback"`)

	update(t, s, func(tx store.Tx) error {
		x, err := tx.Export(ctx, "ex1")
		if err != nil {
			return err
		}
		x.Segments = []activation.SegmentID{"se1"}
		return tx.UpdateExport(ctx, x)
	})
	e = refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se2") })
	require.NotContains(t, e.Message, `"Newsletter"`)
	update(t, s, func(tx store.Tx) error {
		if err := tx.DeleteExport(ctx, "ex2"); err != nil {
			return err
		}
		return tx.DeleteSegment(ctx, "se2")
	})
}

func testConnections(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	e := refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteConnection(ctx, "co1") })
	require.Contains(t, e.Message, `"Newsletter"`)
	update(t, s, func(tx store.Tx) error {
		if err := tx.DeleteExport(ctx, "ex1"); err != nil {
			return err
		}
		return tx.DeleteConnection(ctx, "co1")
	})
}

func testExports(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	for field, change := range map[string]func(*activation.Export){
		"connection":  func(e *activation.Export) { e.Connection = "nobody" },
		"segments[1]": func(e *activation.Export) { e.Segments[1] = "nobody" },
	} {
		x := export("ex2", "Second")
		change(&x)
		e := refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.CreateExport(ctx, x) })
		require.Equal(t, field, e.Field)
		x.ID, x.Name = "ex1", "Newsletter"
		e = refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.UpdateExport(ctx, x) })
		require.Equal(t, field, e.Field)
	}
	x := export("ex2", "Second")
	x.Segments = []activation.SegmentID{"se1", "se1"}
	e := refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.CreateExport(ctx, x) })
	require.Equal(t, "segments[1]", e.Field)

	createRun(t, s, run("r1", "ex1"), "key")
	e = refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteExport(ctx, "ex1") })
	require.Contains(t, e.Message, "r1")
	update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, ended(run("r1", "ex1"), activation.StatusCanceled)) })
	update(t, s, func(tx store.Tx) error { return tx.DeleteExport(ctx, "ex1") })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.Run(ctx, "r1"); return err })
	update(t, s, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se1") }) // its segments are free
}
