package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// giveUp starts a run and lets a definite answer end it while its import is in flight.
func (w *world) giveUp(e activation.Export) activation.RunID {
	w.Helper()
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeBadCredentials})
	w.drive(w.ended(id))
	require.Equal(w, activation.StatusFailed, w.run(id).Status)
	return id
}

func TestS31ARemovalWaitsForAnImportThatWasGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.a.fates = []fate{{takes: 2 * time.Hour}}
	w.are(person("p1", "Ana", "s1"))
	w.giveUp(e)
	w.are(person("p2", "Ivo", "s1"))
	id := w.start(e)
	w.drive(w.ended(id))
	if w.run(id).Status == activation.StatusHeld {
		_, err := w.svc.Release(t.Context(), id, "ana")
		require.NoError(t, err)
	}
	w.drive(w.ended(id))
	w.ok(w.run(id))
	w.clock.pass(3 * time.Hour)
	require.Equal(t, []string{"ivo@example.com"}, w.a.on(7), "who left is not put on the list again by an import that was under way")
}

func TestS31SomebodyRefusedLeavesAfterTheImportThatWasGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e, other := w.export("vip", c, 7, "s1"), w.export("other", c, 9, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s2"), person("p3", "Eva", "s1", "s2"))
	w.ok(w.do(other))
	w.a.fates = []fate{{takes: 2 * time.Hour}}
	w.giveUp(e)
	no := person("p1", "Ana", "s1")
	no.refused = activation.ReasonNoConsent
	w.are(no, person("p2", "Ivo", "s2"))
	w.do(other)
	w.clock.pass(3 * time.Hour)
	require.NotContains(t, w.a.on(7), "ana@example.com", "whoever withdrew consent is on no list")
}

func TestS17AProcessThatIsListedLateIsNotTakenForGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 1
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.a.fates = []fate{{late: 20 * time.Minute, takes: 40 * time.Minute}}
	require.EqualValues(t, 2, w.ok(w.do(e)).Added, "nothing else is imported meanwhile")
}
