package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// standing makes an export of a crowd that was sent once.
func standingCrowd(t *testing.T, n int) (*world, activation.Export, []customer) {
	t.Helper()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(n, "s1")
	w.are(list...)
	w.ok(w.do(e))
	return w, e, list
}

func TestS26AnEmptySourceIsHeldAndRefusedSendsNothing(t *testing.T) {
	t.Parallel()
	w, e, _ := standingCrowd(t, 3)
	w.are()
	r := w.do(e)
	require.Equal(t, activation.StatusHeld, r.Status)
	require.Equal(t, "removes_all", r.Plan.Held[0].Code)
	require.NotEmpty(t, filesOf(w.out), "the hand-over is kept while held (S35)")
	w.clock.pass(time.Hour)
	w.restart()
	require.NotEmpty(t, filesOf(w.out))
	r, err := w.svc.Refuse(t.Context(), r.ID, "ana")
	require.NoError(t, err)
	require.Equal(t, activation.StatusCanceled, r.Status)
	require.Empty(t, filesOf(w.out))
	require.Len(t, w.a.on(7), 3)
	_, err = w.svc.Release(t.Context(), r.ID, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
}

func TestS26AHeldRunOccupiesNothingAndGoesOnWhenReleased(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 200)
	other := w.export("other", e.Connection, 9, "s2")
	w.are(append(list[:100:100], person("x", "Ana", "s2"))...)
	r := w.do(e)
	require.Equal(t, activation.StatusHeld, r.Status)
	w.ok(w.do(other))
	_, err := w.svc.Release(t.Context(), r.ID, "ana")
	require.NoError(t, err)
	w.drive()
	require.EqualValues(t, 100, w.ok(w.run(r.ID)).Removed)
	require.Equal(t, "ana", w.run(r.ID).ReleasedBy)
}

func TestS26ANewerRunReplacesAHeldOne(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 200)
	w.are(list[:100]...)
	held := w.do(e)
	w.are(list...)
	require.EqualValues(t, 200, w.ok(w.do(e)).Unchanged)
	old := w.run(held.ID)
	require.Equal(t, activation.StatusCanceled, old.Status)
	require.Equal(t, "replaced by a newer run", old.Error)
	require.Empty(t, filesOf(w.out))
}

func TestS26AReleaseCoversANewerPlanUntilItIsCarriedOut(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 200)
	w.are(list[:100]...)
	held := w.do(e)
	w.a.lists[7], w.a.lists[8] = nil, w.a.lists[7] // the list cannot be written to when it is released
	delete(w.a.lists, 7)
	_, err := w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.a.fail("remove", faultRefused())
	w.drive()
	require.Equal(t, activation.StatusFailed, w.run(held.ID).Status)
	w.a.lists[7] = w.a.lists[8]
	w.are(list[:98]...)
	require.EqualValues(t, 102, w.ok(w.do(e)).Removed, "at most 5 % more are covered")

	w.clock.pass(8 * 24 * time.Hour)
	w.are(list...)
	w.ok(w.do(e))
	w.are(list[:100]...)
	require.Equal(t, activation.StatusHeld, w.do(e).Status, "a release that was carried out covers nothing more")
}

func TestS26AReleaseOfRemovalsDoesNotCoverGrowth(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 60)
	w.are(list[:5]...)
	held := w.do(e)
	require.Equal(t, activation.StatusHeld, held.Status)
	_, err := w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.a.fail("remove", faultRefused())
	w.drive()
	w.brake.GrowAtLeast = 50
	w.restart()
	more, _ := crowd(300, "s1")
	w.are(more...)
	r := w.do(e)
	require.Equal(t, activation.StatusHeld, r.Status)
	require.Equal(t, "grows", r.Plan.Held[0].Code)
}

func TestS26RefusalsAreNeverHeld(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 100)
	for i := range list[:99] {
		list[i].refused = activation.ReasonNoConsent
	}
	w.are(list...)
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.EqualValues(t, 99, r.Receipt.RefusalRemoved+r.Receipt.Removed)
	require.Len(t, w.a.on(7), 1)
}

func TestS2AMirrorThatGrewOldWhileARunWasHeldIsReadAgain(t *testing.T) {
	t.Parallel()
	w, e, list := standingCrowd(t, 60)
	w.are(append(list[:1:1], person("x", "Ana", "s1"))...)
	held := w.do(e)
	w.clock.pass(3 * 24 * time.Hour)
	w.a.put(0, "ana@example.com")
	w.a.change("ana@example.com", blocklist)
	_, err := w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.drive()
	r := w.run(held.ID)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut])
	require.NotContains(t, w.a.on(7), "ana@example.com")
}

// heldWithRefusals makes a held run of 200 people of whom one withdrew consent and 100 left.
func heldWithRefusals(t *testing.T) (*world, activation.Export, []customer, activation.RunID) {
	t.Helper()
	w, e, list := standingCrowd(t, 200)
	list[0].refused = activation.ReasonNoConsent
	w.are(append(list[:100:100], person("x", "Ana", "s1"))...)
	id := w.start(e)
	w.drive(w.has(id, activation.StatusHeld))
	return w, e, list, id
}

func TestS26AHeldRunCarriesItsRefusalsOut(t *testing.T) {
	t.Parallel()
	w, e, list, id := heldWithRefusals(t)
	require.Equal(t, []string{"remove 7: " + list[0].address}, w.a.did()[1:], "refusals are never held, everything else is")
	require.EqualValues(t, 1, w.run(id).Progress.RemovalsDone)
	other := w.export("other", e.Connection, 9, "s2")
	w.ok(w.do(other))

	_, err := w.svc.Release(t.Context(), id, "ana")
	require.NoError(t, err)
	w.drive()
	r := w.run(id)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.NoError(t, r.Receipt.Check())
	require.EqualValues(t, []int64{101, 1, 99, 1, 101, 101},
		[]int64{r.Receipt.Members, r.Receipt.Added, r.Receipt.Unchanged, r.Receipt.Rejected, r.Receipt.Leavers, r.Receipt.Removed})
	require.Len(t, w.a.on(7), 100)
}

func TestS26ARefusedRunWhoseRefusalsWereCarriedOutHasAReceipt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world, e activation.Export, id activation.RunID){
		"refused": func(w *world, _ activation.Export, id activation.RunID) {
			_, err := w.svc.Refuse(t.Context(), id, "ana")
			require.NoError(w, err)
			require.Equal(w, "refused by ana", w.run(id).Error)
		},
		"canceled": func(w *world, _ activation.Export, id activation.RunID) {
			_, err := w.svc.Cancel(t.Context(), id)
			require.NoError(w, err)
			w.drive()
		},
		"replaced": func(w *world, e activation.Export, id activation.RunID) {
			w.start(e)
			require.Equal(w, "replaced by a newer run", w.run(id).Error)
		},
		"killed while it is refused": func(w *world, _ activation.Export, id activation.RunID) {
			w.crash["refuse.before-ledger"] = 1
			require.Panics(w, func() { _, _ = w.svc.Refuse(t.Context(), id, "ana") })
			w.restart()
			w.drive()
			require.Equal(w, "refused by ana", w.run(id).Error)
		},
		"killed when it was refused in the ledger": func(w *world, _ activation.Export, id activation.RunID) {
			w.crash["refuse.after-ledger"] = 1
			require.Panics(w, func() { _, _ = w.svc.Refuse(t.Context(), id, "ana") })
			w.restart()
			w.drive()
			require.Equal(w, "refused by ana", w.run(id).Error)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, e, list, id := heldWithRefusals(t)
			end(w, e, id)
			r := w.run(id)
			require.Equal(t, activation.StatusCanceled, r.Status)
			require.NotNil(t, r.Receipt)
			require.NoError(t, r.Receipt.Check())
			require.EqualValues(t, []int64{101, 1, 99, 1, 101, 1, 100},
				[]int64{r.Receipt.Members, r.Receipt.NotSent, r.Receipt.Unchanged, r.Receipt.Rejected, r.Receipt.Leavers, r.Receipt.Removed, r.Receipt.NotRemoved})
			require.Equal(t, []string{"remove 7: " + list[0].address}, w.a.did()[1:])
			for _, f := range filesOf(w.out) {
				require.NotContains(t, f, string(id), "the hand-over is gone (S35)")
			}
			open, err := w.ledger.OpenRuns(t.Context())
			require.NoError(t, err)
			require.Empty(t, open)
		})
	}
}

func TestS26ARunKilledWhileItsRefusalsAreCarriedOutIsHeld(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w, e, list := standingCrowd(t, 60)
			list[0].refused = activation.ReasonOptedOut
			w.are(list[:5]...)
			w.crash[point] = 1
			r := w.do(e)
			require.Empty(t, w.crash)
			require.Equal(t, activation.StatusHeld, r.Status)
			require.Len(t, w.a.on(7), 59)
			w.clock.pass(time.Hour)
			_, err := w.svc.Release(t.Context(), r.ID, "ana")
			require.NoError(t, err)
			w.drive()
			require.EqualValues(t, 56, w.run(r.ID).Receipt.Removed)
			require.Len(t, w.a.on(7), 4)
		})
	}
}
