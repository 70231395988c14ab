package export_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// imports returns what was written to which lists, as "7" or "9".
func imports(b *brevo) (lists []string) {
	for _, s := range b.did() {
		if list, ok := strings.CutPrefix(s, "import "); ok {
			lists = append(lists, list[:1])
		}
	}
	return lists
}

func TestS24RunsOfOneAccountTakeTurnsAndNeverImportAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 2
	one, two := w.connect("one", keyA), w.connect("two", keyA)
	e1, e2 := w.export("first", one, 7, "s1"), w.export("second", two, 9, "s1")
	list, addresses := crowd(8, "s1")
	w.are(list...)
	r1, r2 := w.start(e1), w.start(e2)
	w.drive()
	w.ok(w.run(r1))
	w.ok(w.run(r2))
	require.Equal(t, addresses, w.a.on(7))
	require.Equal(t, addresses, w.a.on(9))
	got := imports(w.a)
	require.Len(t, got, 8)
	require.Less(t, slices.Index(got, "9"), 4, "the turn is given back between batches: %v", got)
}

func TestS24AccountsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e1, e2 := w.export("first", w.connect("one", keyA), 7, "s1"), w.export("second", w.connect("two", keyB), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 5 * time.Hour}}
	r1, r2 := w.start(e1), w.start(e2)
	w.driveFor(time.Minute)
	w.ok(w.run(r2))
	require.Equal(t, activation.StatusWaiting, w.run(r1).Status)
	w.drive()
	w.ok(w.run(r1))
}

func TestS24ARunThatPausesAfterTroubleDoesNotBlockTheOthers(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(w *world){
		"the import was not taken": func(w *world) {
			w.a.fail("import", slices.Repeat([]fault{{outcome: destination.NotDone, retry: time.Hour}}, 1)...)
		},
		"its process failed": func(w *world) { w.a.fates = slices.Repeat([]fate{{state: destination.ProcessFailed}}, 1) },
		"the warehouse does not answer": func(w *world) {
			w.fails = slices.Repeat([]error{activation.Errorf(activation.CodeUnavailable, "busy")}, 8)
		},
		"a removal's outcome is unknown": func(w *world) { w.a.fail("remove", fault{outcome: destination.Unknown, retry: time.Hour}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.connect("one", keyA)
			e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
			w.ok(w.do(e1))
			w.are(person("p1", "Ana", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s2"))
			trouble(w)
			r1 := w.start(e1)
			w.drive(func() bool { return w.run(r1).Attempt > 0 })
			began := w.clock.now()
			r2 := w.start(e2)
			w.drive(w.ended(r2))
			w.ok(w.run(r2))
			require.Less(t, w.clock.now().Sub(began), 30*time.Second, "the turn is not kept while a run pauses")
			w.drive()
			w.ok(w.run(r1))
		})
	}
}

func TestS30AfterARestartTheRunWhoseImportIsInFlightGoesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 2
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	list, addresses := crowd(6, "s1")
	w.are(list...)
	w.a.takes = time.Minute
	r1, r2 := w.start(e1), w.start(e2)
	w.drive(w.state(r2, ledger.BatchAccepted))
	require.False(t, w.state(r1, ledger.BatchAccepted)(), "one at a time")
	w.restart()
	w.drive()
	w.ok(w.run(r1))
	w.ok(w.run(r2))
	require.Equal(t, addresses, w.a.on(7))
}

func TestS30WhatAStoppedRunLeftInFlightIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, crash := range map[string]bool{"at once": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"))
			w.a.fates = []fate{{takes: 20 * time.Minute}}
			id := w.start(e)
			w.drive(w.state(id, ledger.BatchAccepted))
			w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeBadCredentials})
			w.drive()
			r := w.run(id)
			require.Equal(t, activation.StatusFailed, r.Status)
			require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOutcomeUnknown])
			if crash {
				w.restart()
			}
			// The key was mended; the import is still running.
			r2 := w.start(e)
			w.driveFor(time.Minute)
			require.Equal(t, activation.StatusWaiting, w.run(r2).Status)
			w.drive()
			require.EqualValues(t, 1, w.ok(w.run(r2)).Added)
		})
	}
}

func TestS30WhatAStoppedRunLeftInFlightIsWaitedForThoughItIsListedLate(t *testing.T) {
	t.Parallel()
	for _, crash := range []bool{false, true} {
		for _, answered := range []bool{false, true} {
			t.Run(fmt.Sprintf("answered %v, restart %v", answered, crash), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				e := w.export("vip", w.connect("one", keyA), 7, "s1")
				w.are(person("p1", "Ana", "s1"))
				w.a.fates = []fate{{takes: 10 * time.Minute, late: 50 * time.Second}}
				state := ledger.BatchAccepted
				if !answered {
					w.a.fail("import", fault{outcome: destination.Unknown, effect: true})
					state = ledger.BatchUnknown
				}
				id := w.start(e)
				w.drive(w.state(id, state))
				w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeBadCredentials})
				w.drive(w.ended(id))
				require.Equal(t, activation.StatusFailed, w.run(id).Status)
				require.Less(t, w.clock.now().Sub(day), 40*time.Second, "the process is not listed yet")
				if crash {
					w.restart()
				}
				r2 := w.start(e)
				w.drive()
				require.EqualValues(t, 1, w.ok(w.run(r2)).Added)
				require.Empty(t, w.a.breaches)
				require.GreaterOrEqual(t, w.clock.now().Sub(day), 10*time.Minute, "until the first import had ended")
			})
		}
	}
}

func TestS30TwoLooksAreEnoughHoweverManyStoppedRunsLeftSomethingInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	w.are(person("p1", "Ana", "s1"))
	for i := range 4 { // each import was never heard of again, and its run was stopped
		e := w.export(fmt.Sprint("export ", i), c, activation.ListID(7+2*(i%2)), "s1")
		w.a.fail("import", fault{outcome: destination.Unknown})
		id := w.start(e)
		w.drive(w.state(id, ledger.BatchUnknown))
		_, err := w.svc.Cancel(w.Context(), id)
		require.NoError(t, err)
		w.a.fail("processes", fault{outcome: destination.Refused, code: activation.CodeBadCredentials})
		w.drive(w.ended(id))
	}
	w.restart()
	begun := w.clock.now()
	id := w.start(w.export("last", c, 7, "s1"))
	w.drive(w.state(id, ledger.BatchAccepted))
	waited := w.clock.now().Sub(begun)
	require.GreaterOrEqual(t, waited, time.Minute, "none shows in two looks a minute apart")
	require.Less(t, waited, 2*time.Minute, "the two looks are for all of them")
}

func TestS29ACanceledRunNeedNotWaitForItsTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 5 * time.Hour}}
	w.start(e1)
	w.driveFor(time.Minute)
	r2 := w.start(e2)
	w.driveFor(time.Minute)
	_, err := w.svc.Cancel(w.Context(), r2)
	require.NoError(t, err)
	w.driveFor(5 * time.Second)
	require.Equal(t, activation.StatusCanceled, w.run(r2).Status)
}

func TestS24PureRemovalsGoAheadOfImports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.lists[11] = map[activation.Email]bool{}
	w.a.limits.MaxRows, w.a.limits.MaxRemovals = 2, 1
	c := w.connect("one", keyA)
	e1, e2, e3 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1"), w.export("third", c, 11, "s2")
	leaving, _ := crowd(5, "s2")
	for i := range leaving {
		leaving[i].id, leaving[i].address = "l"+leaving[i].id, "l"+leaving[i].address
	}
	w.are(leaving...)
	w.ok(w.do(e3))
	before := len(w.a.did())
	list, addresses := crowd(8, "s1")
	w.are(append(list, leaving[0])...)
	r1, r2, r3 := w.start(e1), w.start(e2), w.start(e3)
	w.drive()
	require.EqualValues(t, 4, w.ok(w.run(r3)).Removed)
	w.ok(w.run(r1))
	w.ok(w.run(r2))
	require.Equal(t, addresses, w.a.on(7))
	require.Equal(t, addresses, w.a.on(9))
	did := w.a.did()[before:]
	first := slices.IndexFunc(did, func(s string) bool { return strings.HasPrefix(s, "remove") })
	for _, s := range did[first : first+4] {
		require.True(t, strings.HasPrefix(s, "remove"), "no import goes between: %v", did)
	}
	require.LessOrEqual(t, first, 2, "it plans when its turn comes, and goes on at once: %v", did)
}

func TestS24AReleasedRunThatOnlyRemovesGoesAheadOfImportsThatWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.lists[11] = map[activation.Email]bool{}
	c := w.connect("one", keyA)
	e1, e2, e3 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1"), w.export("third", c, 11, "s2")
	leaving, _ := crowd(3, "s2")
	w.are(leaving...)
	w.ok(w.do(e3))
	w.are(person("x", "Ana", "s1"))
	held := w.do(e3)
	require.Equal(t, activation.StatusHeld, held.Status)
	w.a.takes = time.Minute
	r1 := w.start(e1)
	w.drive(w.state(r1, ledger.BatchAccepted))
	r2 := w.start(e2)
	w.driveFor(5 * time.Second)
	_, err := w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.drive()
	require.EqualValues(t, 3, w.ok(w.run(held.ID)).Removed)
	w.ok(w.run(r1))
	w.ok(w.run(r2))
	did := w.a.did()
	require.Equal(t, []string{"import 7: ana@example.com", "remove 11: p00000@example.com p00001@example.com p00002@example.com", "import 9: ana@example.com"}, did[len(did)-3:])
}
