package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// TestS22S23WhoIsMissingOnTheNewListAndCannotJoinAgainStaysOnTheOldOne: a reconciliation said that he is not there, although he was
// acknowledged once.
func TestS22S23WhoIsMissingOnTheNewListAndCannotJoinAgainStaysOnTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	held := w.do(e)
	require.Equal(t, activation.StatusHeld, held.Status)
	_, err = w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.a.fail("remove", fault{outcome: destination.NotDone})
	w.drive(func() bool { return w.a.count("remove") == 1 })
	_, err = w.svc.Cancel(t.Context(), held.ID)
	require.NoError(t, err)
	w.drive()
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7), "it was canceled before they left")
	w.a.takeOff(9, "ivo@example.com")
	rec, _, err := w.svc.Start(t.Context(), e.ID, activation.RunReconcile, "ana", "")
	require.NoError(t, err)
	w.drive()
	require.Equal(t, activation.StatusSuccessful, w.run(rec.ID).Status, w.run(rec.ID).Error)
	_, err = w.svc.Decide(t.Context(), rec.ID, activation.ReconcileChoice{Missing: activation.MissingResend}, "ana")
	require.NoError(t, err)
	w.a.reject["ivo@example.com"] = "blocked"
	r := w.settle(e)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.Contains(t, append(w.a.on(7), w.a.on(9)...), "ivo@example.com", "else he is on no list")
}

// TestS15WhoCannotJoinTheNewListNeverBlocksTheOthers: everybody else waited behind the brake, run after run, for removals that never are.
func TestS15WhoCannotJoinTheNewListNeverBlocksTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.brake = ledger.Brake{RemoveShare: 0.3, RemoveAtLeast: 1, GrowFactor: 3, GrowAtLeast: 1000, UpdateShare: 0.5, UpdateAtLeast: 1000}
	w.restart()
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	all := []customer{person("p1", "Ana", "s1"), person("p2", "Ivo", "s1")}
	w.are(all...)
	w.ok(w.do(e))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	w.a.reject["ivo@example.com"] = "blocked"
	require.Equal(t, activation.StatusWithRejects, w.settle(e).Status)
	w.clock.pass(8 * 24 * time.Hour) // whom the move removed is not among those of the last seven days
	w.are(append(all, person("p3", "Eva", "s1"))...)
	dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	w.drive()
	require.EqualValues(t, []int64{1, 0, 1}, []int64{w.run(dry.ID).Plan.Leavers, w.run(dry.ID).Plan.Remove, w.run(dry.ID).Plan.NotRemoved})
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.EqualValues(t, []int64{1, 0, 1}, []int64{r.Receipt.Leavers, r.Receipt.Removed, r.Receipt.NotRemoved})
	require.Contains(t, w.a.on(9), "eva@example.com")
	delete(w.a.reject, "ivo@example.com")
	require.EqualValues(t, 1, w.ok(w.do(e)).Removed)
	require.Empty(t, w.a.on(7), "he has joined the new one, and leaves at once")
	require.Equal(t, []string{"ana@example.com", "eva@example.com", "ivo@example.com"}, w.a.on(9))
}
