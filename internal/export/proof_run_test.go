package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func TestS13ALastingDifferenceStopsTheRunAndNamesTheAttribute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(3, "s1")
	w.are(list...)
	w.a.twist = func(_ activation.Email, name, value string) string {
		if name == "FIRSTNAME" {
			return "Tajna 2"
		}
		return value
	}
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode)
	require.Contains(t, r.Error, "FIRSTNAME")
	require.GreaterOrEqual(t, w.clock.now().Sub(day), 10*time.Minute, "it is tried for ten minutes")
	require.EqualValues(t, 3, r.Receipt.Reasons[activation.ReasonOutcomeUnknown], "nothing of the batch counts as exported")
	w.a.twist = nil
	require.EqualValues(t, 3, w.ok(w.do(e)).Added)
}

func TestS13ReadingThatLagsIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.lag = 9 * time.Minute
	require.EqualValues(t, 1, w.ok(w.do(e)).Added)
}

func TestS13FiveContactsOfOneBatchOfEveryRunAreReadBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 10
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(30, "s1")
	w.are(list...)
	w.ok(w.do(e))
	require.EqualValues(t, 5, w.a.count("contact"))
	w.ok(w.do(e))
	require.EqualValues(t, 5, w.a.count("contact"), "a run that writes nothing proves nothing")
}

func TestS8SomebodyWhoOptsOutWhileTheRunGoesOnDoesNotFailItsProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.clock.pass(time.Hour)
	// Ana unsubscribes; Brevo does not put her on the list again.
	w.a.change("ana@example.com", func(c *destination.Contact) { c.Unsubscribed = []activation.ListID{7} })
	w.a.lists[7] = map[activation.Email]bool{}
	w.are(customer{id: "p1", address: "ana@example.com", first: "Anna", in: []string{"s1"}})
	w.a.fates = []fate{{lines: nil}}
	w.a.keepOff = map[activation.Email]bool{"ana@example.com": true}
	r := w.do(e)
	require.NotEqual(t, activation.StatusFailed, r.Status, r.Error)
	r = w.do(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut], "what was seen is remembered")
}
