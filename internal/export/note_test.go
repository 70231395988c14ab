package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func TestS19WhoIsPutOnTheListBeforeTheFirstWriteWasThereBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeForbidden})
	require.Equal(t, activation.StatusFailed, w.do(e).Status, "the list is noted, nothing is written")
	w.clock.pass(24 * time.Hour)
	w.a.put(7, "ana@example.com")
	w.ok(w.do(e))
	w.are(person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	require.EqualValues(t, 1, w.ok(w.do(e)).Kept)
	require.Contains(t, w.a.on(7), "ana@example.com", "she was put there by hand before anything was written")
}

func TestS19WhoIsPutOnTheListWhileTheFirstRunIsHeldWasThereBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	w.ok(w.do(e))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	held := w.do(e)
	require.Equal(t, activation.StatusHeld, held.Status)
	w.a.put(9, "ana@example.com")
	_, err = w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.drive()
	w.ok(w.run(held.ID))
	w.are(person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	require.EqualValues(t, 1, w.ok(w.do(e)).Kept)
	require.Contains(t, w.a.on(9), "ana@example.com")
}
