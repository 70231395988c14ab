package export_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// stalled makes a run of ana and ivo, beside two who were sent before, whose import takes so long, and waits until it may be
// given up: ten minutes here, so that the tests need not look for hours.
func stalled(t *testing.T, takes time.Duration) (*world, activation.Export, activation.RunID) {
	t.Helper()
	w := newWorld(t)
	w.giveUpAfter = 10 * time.Minute
	w.restart()
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(others()...)
	w.ok(w.do(e))
	w.are(others(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))...)
	w.a.fates = []fate{{takes: takes}}
	id := w.start(e)
	w.driveFor(11 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(id).Status)
	return w, e, id
}

// others are those who were sent before, and more.
func others(more ...customer) []customer {
	return append(more, person("p8", "Lea", "s1"), person("p9", "Tin", "s1"))
}

// giveUpOn gives up what the run waits for.
func (w *world) giveUpOn(id activation.RunID) {
	w.Helper()
	_, err := w.svc.GiveUp(w.Context(), id, "ana")
	require.NoError(w, err)
	w.abandon()
}

// abandon tells the account that nobody waits for its processes any more.
func (w *world) abandon() {
	w.a.mu.Lock()
	defer w.a.mu.Unlock()
	for _, p := range w.a.processes {
		p.givenUp = true
	}
}

// lookAfter lets time pass and what was given up be looked after.
func (w *world) lookAfter(d time.Duration) {
	w.Helper()
	for end := w.clock.now().Add(d); w.clock.now().Before(end); {
		w.clock.pass(11 * time.Minute)
		require.NoError(w, w.svc.LookAfterGivenUp(w.Context()))
	}
}

func (w *world) watches(run activation.RunID) []ledger.Watch {
	w.Helper()
	list, err := w.ledger.Watches(w.Context(), run)
	require.NoError(w, err)
	return list
}

func TestS17AProcessIsGivenUpAfterSixHoursAndNotBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 48 * time.Hour}}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.clock.pass(5 * time.Hour)
	_, err := w.svc.GiveUp(t.Context(), id, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	w.clock.pass(time.Hour)
	w.driveFor(3 * time.Minute)
	require.Contains(t, w.run(id).Remedy, "segue run give-up "+string(id))
	w.giveUpOn(id)
	w.drive()
	r := w.run(id)
	require.Equal(t, activation.StatusWithRejects, r.Status)
	require.NoError(t, r.Receipt.Check())
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown])
	_, err = w.svc.GiveUp(t.Context(), id, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "there is nothing more to give up")
	require.EqualValues(t, 1, w.ok(w.do(e)).Added, "the next run does not wait, and sends the person again")
	x := w.watches(id)
	require.Len(t, x, 1)
	require.Equal(t, []any{"ana", 7 * 24 * time.Hour, ledger.WatchOutcome("")}, []any{x[0].By, x[0].Until.Sub(x[0].At), x[0].Outcome})
}

func TestS17AProcessThatHasEndedIsNotGivenUp(t *testing.T) {
	t.Parallel()
	w, _, id := stalled(t, 11*time.Minute+30*time.Second)
	w.clock.pass(time.Minute)
	_, err := w.svc.GiveUp(t.Context(), id, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	w.drive()
	require.EqualValues(t, 2, w.ok(w.run(id)).Added)
}

func TestS17WhomAGivenUpProcessAddsAlthoughUnwantedIsRemovedAgain(t *testing.T) {
	t.Parallel()
	left := others(person("p2", "Ivo", "s1"))
	refused := others(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	refused[0].refused = activation.ReasonNoConsent
	for name, now := range map[string][]customer{"left": left, "withdrew consent": refused} {
		for _, point := range []string{"", "giveup.before-ledger", "giveup.after-ledger", "watch.before-remove", "watch.after-remove"} {
			t.Run(name+" "+point, func(t *testing.T) {
				t.Parallel()
				w, e, id := stalled(t, 24*time.Hour)
				if point != "" {
					w.crash[point] = 1
				}
				if point == "giveup.before-ledger" || point == "giveup.after-ledger" {
					require.Panics(t, func() { w.giveUpOn(id) })
					w.restart()
					w.abandon()
				}
				if point != "giveup.after-ledger" {
					w.giveUpOn(id)
				}
				w.drive()
				w.are(now...)
				w.do(e)
				require.Equal(t, []string{"ivo@example.com", "lea@example.com", "tin@example.com"}, w.a.on(7))
				w.lookAfter(2 * time.Hour)
				require.Empty(t, w.watches(id)[0].Outcome)
				w.clock.pass(22 * time.Hour)
				require.Equal(t, []string{"ana@example.com", "ivo@example.com", "lea@example.com", "tin@example.com"}, w.a.on(7), "the process put her on again")
				if point == "watch.before-remove" || point == "watch.after-remove" {
					require.Panics(t, func() { _ = w.svc.LookAfterGivenUp(t.Context()) })
					w.restart()
				}
				w.lookAfter(20 * time.Minute)
				require.Empty(t, w.crash)
				require.Equal(t, []string{"ivo@example.com", "lea@example.com", "tin@example.com"}, w.a.on(7))
				x := w.watches(id)[0]
				require.Equal(t, ledger.WatchLanded, x.Outcome)
				require.EqualValues(t, 1, x.Removed)
				r := w.do(e)
				require.EqualValues(t, 1, r.Receipt.Updated, "what the process may have overwritten is sent again")
				require.EqualValues(t, 3, w.do(e).Receipt.Unchanged)
			})
		}
	}
}

func TestS17ARunUnderWayLooksAfterWhatWasGivenUpAndStillAddsUp(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 3*time.Hour)
	w.giveUpOn(id)
	w.drive()
	other := w.export("other", e.Connection, 9, "s1")
	w.ok(w.do(e))
	w.are(others(person("p2", "Ivo", "s1"))...)
	w.ok(w.do(e))
	w.ok(w.do(other))
	w.clock.pass(4 * time.Hour)
	w.are(others(person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))...)
	require.EqualValues(t, 1, w.ok(w.do(other)).Added)
	require.Equal(t, ledger.WatchLanded, w.watches(id)[0].Outcome, "the run looked after it")
	require.Equal(t, []string{"ivo@example.com", "lea@example.com", "tin@example.com"}, w.a.on(7))
}

func TestS17AProcessThatNeverEndsIsWatchedForSevenDays(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 30*24*time.Hour)
	w.giveUpOn(id)
	w.drive()
	require.NoError(t, w.svc.Delete(t.Context(), e.ID))
	w.restart()
	w.clock.pass(7*24*time.Hour - 30*time.Minute)
	w.lookAfter(10 * time.Minute)
	require.Empty(t, w.watches("")[0].Outcome, "also when its export is gone")
	w.lookAfter(30 * time.Minute)
	require.Empty(t, w.watches(""))
	require.Equal(t, ledger.WatchOver, w.watches(id)[0].Outcome)
}

func TestS17WhatAStoppedRunLeftInFlightCanBeGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.giveUpAfter = 10 * time.Minute
	w.restart()
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	w.are(others()...)
	w.ok(w.do(e1))
	w.are(others(person("p2", "Ivo", "s1"))...)
	w.a.fates = []fate{{takes: 24 * time.Hour}}
	r1 := w.giveUp(e1)
	w.are(others()...)
	r2 := w.start(e2)
	w.driveFor(9 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(r2).Status)
	require.Empty(t, w.run(r2).Error)
	w.driveFor(5 * time.Minute)
	require.Contains(t, w.run(r2).Remedy, "segue run give-up "+string(r1), "people are told which one it waits for")
	w.giveUpOn(r1)
	w.drive()
	w.ok(w.run(r2))
	require.EqualValues(t, 1, w.ok(w.do(e1)).Removed, "a removal does not wait either")
	w.clock.pass(24 * time.Hour)
	require.Contains(t, w.a.on(7), "ivo@example.com")
	w.lookAfter(20 * time.Minute)
	require.Equal(t, []string{"lea@example.com", "tin@example.com"}, w.a.on(7), "what it added is taken off again")
	require.Equal(t, ledger.WatchLanded, w.watches(r1)[0].Outcome)
}

func TestS17AnImportOfUnknownOutcomeCanBeGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.giveUpAfter = 10 * time.Minute
	w.restart()
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(others()...)
	w.ok(w.do(e))
	w.are(others(person("p1", "Ana", "s1"))...)
	w.a.fail("import", fault{outcome: destination.Unknown, effect: true})
	w.a.fates = []fate{{takes: 24 * time.Hour}}
	id := w.start(e)
	w.driveFor(12 * time.Minute)
	w.giveUpOn(id)
	w.drive()
	w.are(others()...)
	require.EqualValues(t, 1, w.ok(w.do(e)).Removed)
	w.clock.pass(24 * time.Hour)
	require.Contains(t, w.a.on(7), "ana@example.com")
	w.lookAfter(20 * time.Minute)
	require.Equal(t, []string{"lea@example.com", "tin@example.com"}, w.a.on(7))
	x := w.watches(id)[0]
	require.Equal(t, ledger.WatchLanded, x.Outcome)
	require.EqualValues(t, 1, x.Removed)
	require.Zero(t, x.Process)
}

// sentAgain makes a run of ana whose import fails at first and, sent again, gets no answer and takes a day.
func sentAgain(t *testing.T) (*world, activation.Export, activation.RunID) {
	t.Helper()
	w := newWorld(t)
	w.giveUpAfter, w.maxLookStep = 10*time.Minute, 10*time.Minute
	w.restart()
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(others()...)
	w.ok(w.do(e))
	w.are(others(person("p1", "Ana", "s1"))...)
	w.a.fail("import", fault{}, fault{outcome: destination.Unknown, effect: true})
	w.a.fates = []fate{{state: destination.ProcessFailed}, {takes: 24 * time.Hour}}
	return w, e, w.start(e)
}

func TestS17AnImportThatWasSentAgainWithoutAnAnswerCanBeGivenUpAndIsWatched(t *testing.T) {
	t.Parallel()
	w, e, id := sentAgain(t)
	w.driveFor(14 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(id).Status)
	w.giveUpOn(id)
	w.drive()
	w.are(others()...)
	require.EqualValues(t, 1, w.ok(w.do(e)).Removed)
	w.lookAfter(20 * time.Minute)
	require.Empty(t, w.watches(id)[0].Outcome, "the process that failed is not the one that was given up")
	w.clock.pass(24 * time.Hour)
	require.Contains(t, w.a.on(7), "ana@example.com")
	w.lookAfter(20 * time.Minute)
	require.Equal(t, []string{"lea@example.com", "tin@example.com"}, w.a.on(7))
	require.Equal(t, ledger.WatchLanded, w.watches(id)[0].Outcome)
}

func TestS17NothingOvertakesAnImportThatWasSentAgainWithoutAnAnswerByARunThatWasStopped(t *testing.T) {
	t.Parallel()
	w, e, id := sentAgain(t)
	w.drive(w.state(id, ledger.BatchUnknown))
	w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeBadCredentials})
	w.drive(w.ended(id))
	require.Equal(t, activation.StatusFailed, w.run(id).Status)
	w.are(others()...)
	later := w.start(e)
	w.drive(w.ended(later))
	require.EqualValues(t, 1, w.ok(w.run(later)).Removed)
	require.Equal(t, []string{"lea@example.com", "tin@example.com"}, w.a.on(7))
	w.clock.pass(25 * time.Hour)
	require.Equal(t, []string{"lea@example.com", "tin@example.com"}, w.a.on(7), "the removal waited for the import of the same people")
}

func TestS17WhatARunLeftInFlightWhoseExportIsGoneCanBeGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.giveUpAfter = 10 * time.Minute
	w.restart()
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	w.are(person("p2", "Ivo", "s1"))
	w.a.fates = []fate{{takes: 24 * time.Hour}}
	r1 := w.giveUp(e1)
	require.NoError(t, w.svc.Delete(t.Context(), e1.ID))
	r2 := w.start(e2)
	w.driveFor(15 * time.Minute)
	require.Equal(t, activation.StatusWaiting, w.run(r2).Status)
	require.Contains(t, w.run(r2).Remedy, "segue run give-up "+string(r2), "nobody could name the other one")
	w.giveUpOn(r2)
	w.drive()
	w.ok(w.run(r2))
	require.Len(t, w.watches(r1), 1)
}

func TestS17AProcessThatFailsWhileItIsGivenUpIsNotSplit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.a.fates = []fate{{state: destination.ProcessFailed}}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.a.other(time.Second) // another import succeeds since
	b, ok, err := w.ledger.NextBatch(t.Context(), id)
	require.NoError(t, err)
	require.True(t, ok)
	w.a.meanwhile = map[string]func(){"list": func() {
		require.NoError(t, w.ledger.GiveUp(t.Context(), b.ID, b.Process, "ana", w.clock.now(), w.clock.now().Add(time.Hour)))
	}}
	w.drive()
	r := w.run(id)
	require.Equal(t, activation.StatusWithRejects, r.Status, "%s", r.Error)
	require.EqualValues(t, 2, r.Receipt.NotSent)
}

// TestS19S17WhomAProcessThatWasGivenUpPutThereWasNotThereBefore: a list that another export notes for the first time right after the
// process landed, before anybody looked after it.
func TestS19S17WhomAProcessThatWasGivenUpPutThereWasNotThereBefore(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"wanted": true, "not wanted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, e, id := stalled(t, 3*time.Hour)
			w.giveUpOn(id)
			w.drive()
			w.are(others(person("p2", "Ivo", "s1"))...)
			w.ok(w.do(e)) // Ana leaves
			w.clock.pass(2*time.Hour + 45*time.Minute)
			require.NoError(t, w.svc.LookAfterGivenUp(t.Context()))
			for !slices.Contains(w.a.on(7), "ana@example.com") {
				w.clock.pass(time.Second)
			}
			require.Empty(t, w.watches(id)[0].Outcome, "nobody looked since it landed")
			if again {
				w.are(others(person("p1", "Ana", "s2"), person("p2", "Ivo", "s1"), person("p4", "Mia", "s2"))...)
			} else {
				w.are(others(person("p2", "Ivo", "s1"), person("p4", "Mia", "s2"))...)
			}
			second := w.export("second", e.Connection, 7, "s2")
			w.ok(w.do(second))
			require.Contains(t, w.a.on(7), "mia@example.com")
			require.Contains(t, w.a.on(7), "ana@example.com", "nobody looked after it yet")
			w.lookAfter(30 * time.Minute)
			require.Equal(t, again, slices.Contains(w.a.on(7), "ana@example.com"))
			w.are(others(person("p2", "Ivo", "s1"), person("p4", "Mia", "s2"))...)
			w.do(second)
			require.NotContains(t, w.a.on(7), "ana@example.com", "she was sent by Segue, and was not there before")
		})
	}
}
