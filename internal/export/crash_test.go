package export_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
)

// failPoints are the moments at which a run is killed.
func failPoints() []string {
	return []string{
		"plan.before-members", "plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle",
		"send.before-call", "send.after-call", "send.after-accepted", "settle.before", "settle.after", "finish.before", "finish.after",
	}
}

func TestARunKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for _, point := range failPoints() {
		for _, nth := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, time %d", point, nth), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.a.limits.MaxRows, w.a.limits.MaxRemovals = 2, 1
				e := w.export("vip", w.connect("one", keyA), 7, "s1")
				w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
				w.ok(w.do(e))
				w.are(person("p3", "Eva", "s1"), person("p4", "Mia", "s1"), person("p5", "Tin", "s1"), person("p6", "Lea", "s1"))
				w.crash[point] = nth
				id := w.start(e)
				w.drive()
				if nth == 1 {
					require.NotContains(t, w.crash, point, "it was killed there")
				}
				r := w.ok(w.run(id))
				require.EqualValues(t, []int64{4, 3, 1, 2, 2}, []int64{r.Members, r.Added, r.Unchanged, r.Leavers, r.Removed})
				require.Equal(t, []string{"eva@example.com", "lea@example.com", "mia@example.com", "tin@example.com"}, w.a.on(7))
				require.Empty(t, filesOf(w.out), "the hand-over is gone (S35)")
				open, err := w.ledger.OpenRuns(t.Context())
				require.NoError(t, err)
				require.Empty(t, open)
			})
		}
	}
}

func TestARunKilledWhileItIsStoppedKeepsSayingWhy(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"abort.before", "abort.after-abort", "abort.after-finish"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"))
			w.a.fail("import", fault{outcome: destination.NotDone})
			id := w.start(e)
			w.drive(w.state(id, ledger.BatchReady))
			delete(w.a.lists, 7)
			w.crash[point] = 1
			w.drive()
			require.Empty(t, w.crash)
			r := w.run(id)
			require.Equal(t, activation.StatusFailed, r.Status)
			require.Equal(t, activation.CodeListMissing, r.ErrorCode)
			require.EqualValues(t, 1, r.Receipt.NotSent)
		})
	}
}

func TestS30AnAnswerIsKeptThoughTheServerIsToldToStopMeanwhile(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"remove.after-call", "send.after-call"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))
			w.ok(w.do(e))
			before := len(w.a.did())
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p5", "Tin", "s1"))
			w.stopAt = point
			r := w.ok(w.do(e))
			require.Empty(t, w.stopAt, "it was told to stop there")
			require.EqualValues(t, []int64{1, 1}, []int64{r.Added, r.Removed})
			require.Equal(t, []string{"remove 7: mia@example.com", "import 7: tin@example.com"}, w.a.did()[before:], "nothing is asked for twice")
		})
	}
}

func TestRecoverEndsWhatOnlyTheLedgerKnows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	// The store is restored from an older copy: it does not know of a run.
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		r, err := tx.Run(t.Context(), id)
		if err != nil {
			return err
		}
		r.Status = activation.StatusCanceled
		return tx.UpdateRun(t.Context(), r)
	}))
	w.queue.due = map[activation.RunID]time.Time{}
	w.restart()
	w.restart()
	open, err := w.ledger.OpenRuns(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
	require.Empty(t, filesOf(w.out))
}

func TestS20WhatARemovedExportOwnedIsOrphanedAtTheNextStartAtTheLatest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	// The program is killed between the two stores.
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error { return tx.DeleteExport(t.Context(), e.ID) }))
	w.restart()
	st, err := w.ledger.Standings(t.Context(), "ana@example.com")
	require.NoError(t, err)
	require.Equal(t, ledger.Orphaned, st[0].Ownership)
}

func TestS20RemovingAnExportLeavesTheListAndOrphansItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	require.NoError(t, w.svc.Delete(t.Context(), e.ID))
	require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
	st, err := w.ledger.Standings(t.Context(), "ana@example.com")
	require.NoError(t, err)
	require.Equal(t, ledger.Orphaned, st[0].Ownership)
}
