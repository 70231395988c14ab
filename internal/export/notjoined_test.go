package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/export"
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

// TestS22S15WhoCouldNotJoinStaysThoughAnotherExportWantedHerOnTheOldListThen: forgetting that it has her there, the export would let the
// other one take her off her last list.
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

// TestS29NothingIsSentOverADraftWhenWhatWasGivenUpIsLookedAfter: nobody has agreed to what goes over it.
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
