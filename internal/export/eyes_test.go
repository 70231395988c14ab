package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/ledger"
)

// settle works a run of the export to its end; where it is held it is released.
func (w *world) settle(e activation.Export) activation.Run {
	w.Helper()
	r := w.do(e)
	if r.Status == activation.StatusHeld {
		_, err := w.svc.Release(w.Context(), r.ID, "ana")
		require.NoError(w, err)
		w.drive(func() bool { return w.run(r.ID).Status.Final() })
	}
	return w.run(r.ID)
}

// TestS22S15WhoCouldNotJoinStaysThoughAnotherExportWantedHerOnTheOldListThen: the export forgets that it has her there, and when the
// other one lets her go she is on no list.
func TestS22S15WhoCouldNotJoinStaysThoughAnotherExportWantedHerOnTheOldListThen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2")
	w.are(person("p1", "Ana", "s1", "s2"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	e1.List = 9
	e1, err := w.svc.Update(t.Context(), e1)
	require.NoError(t, err)
	w.a.reject["ana@example.com"] = "blocked"
	r := w.settle(e1)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.NotContains(t, w.a.on(9), "ana@example.com", "the double keeps whom it rejects off the list")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
	w.settle(e2)
	require.Contains(t, w.a.on(7), "ana@example.com", "the first export wants her, and she is not on its new list")
}

// TestS22S23WhoIsMissingOnTheNewListAndCannotJoinAgainStaysOnTheOldOne: a reconciliation said that she is not there.
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

// TestS29NothingIsSentOverADraftWhenWhatWasGivenUpIsLookedAfter: addresses went out over a connection to which nobody has agreed.
func TestS29NothingIsSentOverADraftWhenWhatWasGivenUpIsLookedAfter(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 24*time.Hour)
	w.giveUpOn(id)
	w.drive()
	w.are(others(person("p2", "Ivo", "s1"))...)
	w.do(e)
	_, err := w.svc.RemoveConnection(t.Context(), e.Connection, map[activation.ExportID]export.UseChoice{e.ID: export.UseDetach}, "ana")
	require.NoError(t, err)
	w.drive()
	_, err = w.conns.Create(t.Context(), connection.NewConnection{Name: "draft", Type: activation.DestinationBrevo, Key: keyA, Draft: true, By: "iva"})
	require.NoError(t, err)
	before := len(w.a.did())
	w.lookAfter(26 * time.Hour)
	require.Len(t, w.a.did(), before, "nothing is sent before somebody agrees")
}

// TestS15WhoCannotJoinTheNewListNeverBlocksTheOthers: everybody else waits behind the brake, run after run, for removals that never are.
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
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.Contains(t, w.a.on(9), "eva@example.com")
}

// TestS22S1WhomTheExportLeftBehindOnTheNewListAndCannotSendStaysOnTheOldOne: of those whom it left behind in an account nobody knows
// whether they are there still.
func TestS22S1WhomTheExportLeftBehindOnTheNewListAndCannotSendStaysOnTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.connect("one", keyA), w.connect("two", keyB)
	e := w.export("vip", a, 9, "s1")
	e.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "POINTS", Field: "Points"}}
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	people := func(points string) []customer {
		ivo := person("p2", "Ivo", "s1")
		ivo.points = points
		return []customer{person("p1", "Ana", "s1"), ivo}
	}
	w.are(people("5")...)
	w.ok(w.do(e))
	for _, to := range []struct {
		over activation.ConnectionID
		list activation.ListID
	}{{b, 9}, {a, 7}} {
		_, err = w.svc.Detach(t.Context(), e.ID, "ana")
		require.NoError(t, err)
		e, err = w.svc.Attach(t.Context(), e.ID, to.over, to.list)
		require.NoError(t, err)
	}
	w.a.takeOff(9, "ana@example.com", "ivo@example.com")
	w.ok(w.do(e))
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7))
	e.List = 9
	e, err = w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	w.are(people("five")...)
	r := w.settle(e)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.Contains(t, append(w.a.on(7), w.a.on(9)...), "ivo@example.com", "else he is on no list")
}
