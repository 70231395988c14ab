package export_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

func TestS30UnknownOutcomeIsLookedAtAndSentAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"import", "crash before the call", "crash after the call"} {
		for _, effect := range []bool{true, false} {
			if kind == "crash before the call" && effect {
				continue // a call that was not made has none
			}
			for _, others := range []time.Duration{0, time.Second, 10 * time.Minute} {
				t.Run(fmt.Sprintf("%s, effect %v, others %s", kind, effect, others), func(t *testing.T) {
					t.Parallel()
					unknown(t, kind, effect, others)
				})
			}
		}
	}
}

func unknown(t *testing.T, kind string, effect bool, others time.Duration) {
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.a.takes = 90 * time.Second
	switch kind {
	case "import":
		w.a.fail("import", fault{outcome: destination.Unknown, effect: effect, after: 30 * time.Second})
	case "crash before the call":
		w.crash["send.before-call"] = 1
	case "crash after the call":
		w.crash["send.after-call"] = 1
		w.a.fail("import", fault{outcome: destination.Unknown, effect: effect})
	}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchUnknown))
	sent := len(w.a.did())
	unsure := w.clock.now()
	if others > 0 {
		w.a.other(others)
	}
	w.drive(func() bool { return len(w.a.did()) > sent })
	waited := w.clock.now().Sub(unsure)
	switch {
	case others > 30*time.Second:
		require.GreaterOrEqual(t, waited, others, "every import with a higher id has ended")
	case !effect && others == 0:
		require.GreaterOrEqual(t, waited, time.Minute, "none shows in two looks a minute apart")
	}
	w.drive()
	require.EqualValues(t, 2, w.ok(w.run(id)).Added)
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7))
	did := w.a.did()
	require.Equal(t, "import 7: ana@example.com ivo@example.com", did[len(did)-1], "the same batch again")
}

func TestS30TheNewestProcessIsAskedForBeforeABatchIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.a.other(time.Second)
	w.clock.pass(time.Hour)
	newest := w.a.lastID
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	list, err := w.ledger.BatchesOf(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, newest, list[0].Watermark)
}

func TestS31RemovalsOfUnknownOutcomeAreRepeated(t *testing.T) {
	t.Parallel()
	for _, effect := range []bool{true, false} {
		t.Run(fmt.Sprint("effect ", effect), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
			w.ok(w.do(e))
			w.are(person("p1", "Ana", "s1"))
			w.a.fail("remove", fault{outcome: destination.Unknown, effect: effect})
			require.EqualValues(t, 1, w.ok(w.do(e)).Removed)
			require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
			require.EqualValues(t, 2, w.a.count("remove"))
		})
	}
}

func TestS20ARemovalOfUnknownOutcomeIsPlannedAgainWhenAnotherExportCameToWantThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e1))
	w.are(person("p2", "Ivo", "s1"))
	w.a.fail("remove", fault{outcome: destination.Unknown, effect: true, retry: time.Hour})
	r1 := w.start(e1)
	w.drive(func() bool { return w.run(r1).Attempt > 0 })
	w.are(person("p1", "Ana", "s2"), person("p2", "Ivo", "s1"))
	r2 := w.start(e2)
	w.drive(w.ended(r2))
	w.ok(w.run(r2))
	w.drive()
	require.EqualValues(t, 1, w.ok(w.run(r1)).StillWanted)
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7))
}

func TestS30BrevoDownForHoursIsWaitedForVisibly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	for _, kind := range []string{"account", "attributes", "import", "processes", "contact"} {
		for range 12 {
			w.a.fail(kind, fault{outcome: destination.Unknown})
		}
	}
	id := w.start(e)
	seen, said := map[activation.RunStatus]bool{}, false
	w.drive(func() bool {
		r := w.run(id)
		seen[r.Status] = true
		if r.Attempt > 2 {
			require.Equal(t, activation.StatusWaiting, r.Status)
		}
		said = said || (r.Status == activation.StatusWaiting && r.ErrorCode == activation.CodeUnavailable && r.Error != "")
		return false
	})
	w.ok(w.run(id))
	require.Greater(t, w.clock.now().Sub(day), 2*time.Hour)
	require.False(t, seen[activation.StatusFailed])
	require.True(t, said, "why it waits is shown")
	require.Empty(t, w.run(id).Error)
	require.Zero(t, w.run(id).Attempt)
	require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
}

// TestS30AfterARunThatStoppedRightAfterAnUnansweredImportTwoLooksAreMade: the import that was not answered may be listed late.
func TestS30AfterARunThatStoppedRightAfterAnUnansweredImportTwoLooksAreMade(t *testing.T) {
	t.Parallel()
	refused := fault{outcome: destination.Refused, code: activation.CodeBadCredentials}
	for name, faults := range map[string][]fault{"by an answer to the first look": {refused}, "by an answer to the second look": {{}, refused}, "canceled": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.connect("one", keyA)
			e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
			w.are(person("p1", "Ana", "s1"))
			w.a.fail("import", fault{outcome: destination.Unknown, effect: true})
			w.a.fates = []fate{{takes: 10 * time.Minute, late: 50 * time.Second}}
			r1 := w.start(e1)
			w.drive(w.state(r1, ledger.BatchUnknown))
			w.a.fail("processes", faults...)
			before := len(w.a.looks)
			if faults == nil {
				_, err := w.svc.Cancel(t.Context(), r1)
				require.NoError(t, err)
			}
			r2 := w.start(e2)
			imports := w.a.count("import")
			w.drive(func() bool { return w.a.count("import") > imports })
			looks := w.a.looks[before:]
			require.GreaterOrEqual(t, len(looks), 2+len(faults)/2)
			require.GreaterOrEqual(t, looks[len(looks)-1].Sub(looks[0]), time.Minute)
			require.Equal(t, []string{"ana@example.com"}, w.a.on(7), "the import that was not answered has ended")
			w.drive()
			w.ok(w.run(r2))
		})
	}
}
