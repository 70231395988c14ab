package export_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

func TestS17AFailedImportIsSplitOnlyAfterAnotherSucceeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 8
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, addresses := crowd(16, "s1")
	w.are(list...)
	w.a.poison["p00003@example.com"] = true
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.EqualValues(t, []int64{16, 15, 1}, []int64{r.Receipt.Members, r.Receipt.Added, r.Receipt.Rejected})
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonImportFailed])
	require.Equal(t, slices.Delete(slices.Clone(addresses), 3, 4), w.a.on(7), "one bad row does not stop the others")
	require.Equal(t, 8, w.a.sizes[0])
	require.Equal(t, 8, w.a.sizes[1], "the other batch goes first")
	require.Equal(t, []int{8, 8, 8, 4, 4, 4, 2, 2, 1, 1}, w.a.sizes, "halves of halves, with one try again until a half succeeded")
}

func TestS17WhileNothingSucceedsTheSameBatchIsTriedAgainWithBackOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(4, "s1")
	w.are(list...)
	w.a.fates = slices.Repeat([]fate{{state: destination.ProcessFailed}}, 6)
	id := w.start(e)
	w.drive(func() bool { return len(w.a.sizes) == 7 })
	require.Equal(t, []int{4, 4, 4, 4, 4, 4, 4}, w.a.sizes, "Brevo's trouble is not the batch's")
	require.Greater(t, w.clock.now().Sub(day), time.Minute, "it pauses in between")
	w.drive()
	require.EqualValues(t, 4, w.ok(w.run(id)).Added)
}

func TestS17AtMostFortyImportsOfABatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.poison["ana@example.com"] = true
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.Len(t, w.a.sizes, 40)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonImportFailed])
	looksStayWithinTheLimit(t, w.a)
}

func TestS28AnImportThatFailsBecauseTheListIsGoneStopsTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{state: destination.ProcessFailed}}
	id := w.start(e)
	w.drive(func() bool { return len(w.a.sizes) == 1 })
	delete(w.a.lists, 7)
	w.drive()
	r := w.run(id)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeListMissing, r.ErrorCode)
	require.Equal(t, []int{1}, w.a.sizes, "nothing is imported into a list that is gone")
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown], "a failed process may have taken part of its rows")
}

func looksStayWithinTheLimit(t *testing.T, b *brevo) {
	t.Helper()
	for i := range b.looks {
		if j := i - 80; j >= 0 {
			require.GreaterOrEqual(t, b.looks[i].Sub(b.looks[j]), time.Hour-time.Second, "never more than 80 looks an hour (S34)")
		}
	}
}

func TestS17AProcessIsNeverPresumedDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 2 * time.Hour}}
	r1 := w.start(e1)
	w.driveFor(10 * time.Second)
	r2 := w.start(e2)
	w.driveFor(100 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(r1).Status)
	require.Len(t, w.a.did(), 1, "until it ends nothing is imported into its account")
	looksStayWithinTheLimit(t, w.a)
	w.drive()
	w.ok(w.run(r1))
	w.ok(w.run(r2))
}

func TestS17AProcessThatIsNotListedYetIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{late: 30 * time.Second, takes: 2 * time.Minute}}
	require.EqualValues(t, 1, w.ok(w.do(e)).Added)
}

func TestS12AProcessThatIsGoneAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{gone: true}}
	w.a.fail("processes", fault{}, fault{})
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown])
	require.EqualValues(t, 1, w.ok(w.do(e)).Added, "it goes out again in the next run")
}

func TestS12OnlyTheNamedProcessAcknowledges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.takes = time.Hour
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.a.other(time.Second)
	w.driveFor(30 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(id).Status)
	st, err := w.ledger.Standings(t.Context(), "ana@example.com")
	require.NoError(t, err)
	require.False(t, st[0].Acknowledged)
	w.drive()
	w.ok(w.run(id))
}

func TestS12S15EveryReportLineIsMatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.a.reject["ivo@example.com"] = "invalid domain"
	r := w.do(e)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.EqualValues(t, []int64{1, 1}, []int64{r.Receipt.Added, r.Receipt.Reasons[activation.ReasonRejectedByBrevo]})
	rows, err := w.ledger.Rows(t.Context(), r.ID, ledger.RowFilter{Bucket: activation.BucketRejected})
	require.NoError(t, err)
	require.Equal(t, "invalid_emails: invalid domain", rows[0].Why)

	delete(w.a.reject, "ivo@example.com")
	w.a.fates = []fate{{lines: []destination.ReportLine{{Address: "who@example.com"}}}}
	r = w.do(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown], "a line that fits no row: nothing is acknowledged")
	w.a.fail("report", fault{outcome: destination.NotDone}, fault{outcome: destination.NotDone})
	w.a.fates = []fate{{lines: []destination.ReportLine{{Address: "ivo@example.com"}}}}
	r = w.do(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonRejectedByBrevo], "a report is read again until it was read whole")
	require.EqualValues(t, 1, w.ok(w.do(e)).Added, "rows that could not be sent are tried again")
}

func TestS12AListThatIsGoneMeanwhileAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	delete(w.a.lists, 7)
	w.drive()
	r := w.run(id)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeListMissing, r.ErrorCode)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown])
}

func TestS34ManyShortRunsStayWithinTheHourlyLooks(t *testing.T) {
	t.Parallel()
	// Looks before sending and looks at a process are limited alike, whichever of them meets the limit.
	for _, first := range []time.Duration{3 * time.Second, 6 * time.Second} {
		t.Run(first.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.a.takes = time.Second
			w.a.fates = []fate{{takes: first}}
			for i := range 43 {
				w.are(customer{id: "p1", address: "ana@example.com", first: fmt.Sprint("Tajna ", i), in: []string{"s1"}})
				w.ok(w.do(e))
				w.clock.pass(time.Minute)
			}
			require.Greater(t, len(w.a.looks), 80)
			looksStayWithinTheLimit(t, w.a)
		})
	}
}

func TestS15WhoseAddressBrevoDoesNotTakeBlocksNobody(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"one": 1, "more than that can be": 21} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRows = n
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			bad, _ := crowd(n, "s1")
			w.are(append(bad, person("x1", "Vid", "s1"))...)
			none := fault{outcome: destination.Refused, code: activation.CodeRefused, cause: destination.ErrNoneUsable}
			w.a.fail("import", none)
			r := w.do(e)
			if n > 1 {
				require.Equal(t, activation.StatusFailed, r.Status, "something else is wrong, and a person must look")
				require.Empty(t, w.a.on(7))
				return
			}
			require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
			require.NoError(t, r.Receipt.Check())
			require.EqualValues(t, []int64{1, 1}, []int64{r.Receipt.Added, r.Receipt.Reasons[activation.ReasonRejectedByBrevo]})
			require.Equal(t, []string{"vid@example.com"}, w.a.on(7))
			r2 := w.ok(w.do(e))
			require.EqualValues(t, []int64{1, 1}, []int64{r2.Added, r2.Unchanged}, "it is tried again")
		})
	}
}
