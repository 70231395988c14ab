package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func runIDs(list []activation.Run) []string {
	ids := make([]string, 0, len(list))
	for _, r := range list {
		ids = append(ids, string(r.ID))
	}
	return ids
}

func testRuns(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	update(t, s, func(tx store.Tx) error { return tx.CreateExport(ctx, export("ex2", "Second")) })
	dry := run("r3", "ex1")
	dry.Kind = activation.RunDry
	held := run("r5", "ex2")
	held.Status = activation.StatusHeld
	for _, r := range []activation.Run{
		ended(run("r1", "ex1"), activation.StatusSuccessful), ended(run("r2", "ex1"), activation.StatusFailed),
		ended(dry, activation.StatusSuccessful), run("r4", "ex1"), held,
	} {
		createRun(t, s, r, "")
	}

	list := func(of activation.ExportID, p store.Page) (ids []string, next string) {
		t.Helper()
		view(t, s, func(r store.Reader) error {
			l, n, err := r.Runs(ctx, of, p)
			ids, next = runIDs(l), n
			return err
		})
		return ids, next
	}
	ids, next := list("", store.Page{})
	require.Equal(t, []string{"r5", "r4", "r3", "r2", "r1"}, ids, "newest first")
	require.Empty(t, next)
	ids, next = list("ex1", store.Page{Limit: 3})
	require.Equal(t, []string{"r4", "r3", "r2"}, ids)
	ids, next = list("ex1", store.Page{Limit: 3, After: next})
	require.Equal(t, []string{"r1"}, ids)
	require.Empty(t, next)
	ids, _ = list("nobody", store.Page{})
	require.Empty(t, ids)

	open := load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Run, error) { return r.OpenRuns(ctx) })
	require.Equal(t, []string{"r4", "r5"}, runIDs(open), "oldest first, held ones too")
	last := load(t, s, func(ctx context.Context, r store.Reader) (activation.Run, error) { return r.LastRun(ctx, "ex1") })
	require.Equal(t, activation.RunID("r2"), last.ID, "the newest that has ended and was real")
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.LastRun(ctx, "ex2"); return err })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.Run(ctx, "nobody"); return err })

	update(t, s, func(tx store.Tx) error {
		return tx.UpdateRun(ctx, ended(run("r4", "ex1"), activation.StatusWithRejects))
	})
	open = load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Run, error) { return r.OpenRuns(ctx) })
	require.Equal(t, []string{"r5"}, runIDs(open))
}

func testRunDetails(t *testing.T, open func(*testing.T) Bundle) {
	t.Run("every detail comes back", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t).Store
		seed(t, s)
		r := run("r1", "ex1")
		get := func() activation.Run {
			t.Helper()
			return load(t, s, func(ctx context.Context, rd store.Reader) (activation.Run, error) { return rd.Run(ctx, "r1") })
		}
		createRun(t, s, r, "")
		same(t, r, get())
		r.Status, r.Step, r.StartedAt, r.EndedAt, r.UpdatedAt = activation.StatusWaiting, activation.StepSend, start(), start().Add(time.Hour), start().Add(time.Minute)
		r.Plan = &activation.PlanSummary{
			At: start(), AsOf: start(), Members: 9, Add: 5, Update: 1, Unchanged: 1, Rejected: 1, Duplicates: 1,
			Reasons: map[string]int64{activation.ReasonNoConsent: 1}, Leavers: 1, Remove: 1, Calls: map[string]int64{"import": 2},
			Held: []activation.HoldReason{{Code: "removes_all", Count: 1, Of: 1}},
		}
		r.Receipt = &activation.Receipt{At: start(), Members: 9, Added: 9, ListSize: -1, APICalls: map[string]int64{"import": 1}}
		r.Reconciliation = &activation.Reconciliation{
			At: start(), List: 7, Listed: 3, InStep: 1, Missing: 2, ExtraSent: 1, ExtraUnknown: 1, Reasons: map[string]int64{"unknown": 1},
			Decision: &activation.ReconcileDecision{
				ReconcileChoice: activation.ReconcileChoice{Missing: activation.MissingResend, ExtraSent: activation.ExtraOwn}, By: "iva", At: start(),
			},
		}
		r.Progress = activation.Progress{Removals: 1, RemovalsDone: 1, Imports: 6, ImportsSent: 4, ImportsDone: 2, Batches: 3, BatchesDone: 1}
		r.ErrorCode, r.Error, r.Remedy, r.Attempt = activation.CodeUnavailable, "Brevo does not answer", "Wait", 4
		r.CancelRequested, r.Released, r.ReleasedBy, r.Stop = true, true, "iva", activation.StopRemoved
		update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
		refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
		r.Version = 2
		same(t, r, get())
		r.ID = "nobody"
		refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
	})
	t.Run("an idempotency key belongs to one export", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t).Store
		seed(t, s)
		update(t, s, func(tx store.Tx) error { return tx.CreateExport(ctx, export("ex2", "Second")) })
		createRun(t, s, run("r1", "ex1"), "k")
		createRun(t, s, run("r2", "ex2"), "k")
		createRun(t, s, run("r3", "ex1"), "")
		createRun(t, s, run("r4", "ex1"), "")
		for of, want := range map[activation.ExportID]activation.RunID{"ex1": "r1", "ex2": "r2"} {
			got := load(t, s, func(ctx context.Context, r store.Reader) (activation.RunID, error) {
				return r.IdempotentRun(ctx, of, "k")
			})
			require.Equal(t, want, got)
		}
		for _, key := range []string{"K", "other", ""} {
			refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.IdempotentRun(ctx, "ex1", key); return err })
		}
		refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateRun(ctx, run("r5", "ex1"), "k") })
	})
	t.Run("S22 the run with which an export is removed can be read", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		ctx, s := t.Context(), b.Store
		seed(t, s)
		r := run("r1", "ex1")
		r.Kind = activation.RunRemovePeople
		createRun(t, s, r, "k")
		createRun(t, s, run("r2", "ex1"), "")
		r = ended(r, activation.StatusSuccessful)
		r.Receipt = &activation.Receipt{At: start(), Leavers: 2, Removed: 2, ListSize: -1}
		refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.RemoveExport(ctx, r) })
		require.False(t, load(t, s, func(ctx context.Context, rd store.Reader) (activation.Run, error) { return rd.Run(ctx, "r1") }).Status.Final(), "both or neither")
		update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, ended(run("r2", "ex1"), activation.StatusCanceled)) })
		old := r
		old.Version = 7
		refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.RemoveExport(ctx, old) })
		update(t, s, func(tx store.Tx) error { return tx.RemoveExport(ctx, r) })
		s = b.Reopen(t)
		refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.Export(ctx, "ex1"); return err })
		r.Version = 2
		same(t, r, load(t, s, func(ctx context.Context, rd store.Reader) (activation.Run, error) { return rd.Run(ctx, "r1") }))
		refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { _, err := tx.Run(ctx, "r2"); return err })
		refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.RemoveExport(ctx, r) })
		refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
		view(t, s, func(rd store.Reader) error {
			list, _, err := rd.Runs(ctx, "", store.Page{})
			require.Empty(t, list)
			return err
		})
	})
	t.Run("a run belongs to an export and has its own id", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t).Store
		seed(t, s)
		e := refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.CreateRun(ctx, run("r1", "nobody"), "") })
		require.Equal(t, "export", e.Field)
		createRun(t, s, run("r1", "ex1"), "")
		refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateRun(ctx, run("r1", "ex1"), "") })
	})
	t.Run("a long history is paged without gaps", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t).Store
		seed(t, s)
		update(t, s, func(tx store.Tx) error {
			for i := range 130 {
				if err := tx.CreateRun(ctx, ended(run(activation.RunID(fmt.Sprintf("r%04d", i)), "ex1"), activation.StatusSuccessful), ""); err != nil {
					return err
				}
			}
			return nil
		})
		for _, of := range []activation.ExportID{"", "ex1"} {
			var ids []string
			for p, more := (store.Page{}), true; more; more = p.After != "" {
				view(t, s, func(r store.Reader) error {
					list, next, err := r.Runs(ctx, of, p)
					ids, p.After = append(ids, runIDs(list)...), next
					return err
				})
			}
			require.Len(t, ids, 130)
			require.IsDecreasing(t, ids)
		}
	})
}
