package export_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
)

// sealed returns the sealed key of a connection.
func (w *world) sealed(c activation.ConnectionID) string {
	w.Helper()
	k, err := w.conns.Get(w.Context(), c)
	require.NoError(w, err)
	require.Greater(w, len(k.SealedKey), 20)
	return string(k.SealedKey)
}

// holds reports whether a file of the data folder holds a text.
func (w *world) holds(text string) (found bool) {
	w.Helper()
	require.NoError(w, filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && len(b) >= len(text) {
			found = found || bytes.Contains(b, []byte(text))
		}
		return err
	}))
	return found
}

func (w *world) gone(c activation.ConnectionID) bool {
	_, err := w.conns.Get(w.Context(), c)
	return activation.CodeOf(err) == activation.CodeNotFound
}

func (w *world) remove(c activation.ConnectionID, choices map[activation.ExportID]export.UseChoice) export.Removal {
	w.Helper()
	r, err := w.svc.RemoveConnection(w.Context(), c, choices, "ana")
	require.NoError(w, err)
	return r
}

func TestAConnectionIsRemovedOnlyWhenItIsSaidWhatBecomesOfEachExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.connect("one", keyA), w.connect("two", keyA)
	e1, e2, other := w.export("first", a, 7, "s1"), w.export("second", a, 9, "s2"), w.export("other", b, 9, "s3")
	key := w.sealed(a)
	require.True(t, w.holds(key), "else this test proves nothing")
	for _, c := range []struct {
		choices map[activation.ExportID]export.UseChoice
		code    activation.Code
		says    string
	}{
		{nil, activation.CodeInUse, `"first", "second"`},
		{map[activation.ExportID]export.UseChoice{e1.ID: export.UseDetach}, activation.CodeInUse, `"second"`},
		{map[activation.ExportID]export.UseChoice{e1.ID: export.UseDetach, e2.ID: "keep"}, activation.CodeInvalid, "remove or detach"},
		{map[activation.ExportID]export.UseChoice{e1.ID: export.UseDetach, e2.ID: export.UseRemove, other.ID: export.UseRemove}, activation.CodeInvalid, "does not use"},
	} {
		_, err := w.svc.RemoveConnection(t.Context(), a, c.choices, "ana")
		require.Equal(t, c.code, activation.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, c.says)
		e, err := w.svc.Get(t.Context(), e1.ID)
		require.NoError(t, err)
		require.Equal(t, a, e.Connection, "all or nothing")
		require.False(t, w.gone(a))
	}
	r := w.remove(a, map[activation.ExportID]export.UseChoice{e1.ID: export.UseDetach, e2.ID: export.UseRemove})
	require.True(t, r.Destroyed)
	require.True(t, w.gone(a))
	require.False(t, w.holds(key))
	e, err := w.svc.Get(t.Context(), e1.ID)
	require.NoError(t, err)
	require.Equal(t, "one", e.Detached.Name)
	_, err = w.svc.Get(t.Context(), e2.ID)
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
	w.drive() // the job finds nothing left to do
	w.are(person("p1", "Ana", "s3"))
	w.ok(w.do(other))
}

func TestS29RemovingAConnectionSettlesWhatIsInFlightAndThenDestroysTheKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		choice         export.UseChoice
		until          func(w *world, id activation.RunID) func() bool
		added, notSent int64
	}{
		"detached, queued":  {export.UseDetach, func(*world, activation.RunID) func() bool { return func() bool { return true } }, -1, -1},
		"detached, ready":   {export.UseDetach, func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchReady) }, 2, 2},
		"detached, flying":  {export.UseDetach, func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchAccepted) }, 2, 2},
		"detached, unknown": {export.UseDetach, func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchUnknown) }, 0, 4},
		"removed, flying":   {export.UseRemove, func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchAccepted) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRows = 2
			a := w.connect("one", keyA)
			e := w.export("vip", a, 7, "s1")
			list, _ := crowd(4, "s1")
			w.are(list...)
			if c.notSent == 4 {
				w.a.fail("import", fault{outcome: destination.Unknown, effect: true})
			}
			id := w.start(e)
			w.drive(c.until(w, id))
			key := w.sealed(a)
			r := w.remove(a, map[activation.ExportID]export.UseChoice{e.ID: c.choice})
			require.False(t, r.Destroyed)
			require.Equal(t, []activation.RunID{id}, r.Runs)
			_, err := w.svc.RemoveConnection(t.Context(), a, nil, "ana")
			require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "once")
			_, err = w.conns.Test(t.Context(), a)
			require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "nothing else is done with it")
			imports, began := w.a.count("import"), w.clock.now()
			w.drive()
			require.Equal(t, imports, w.a.count("import"), "nothing more is sent")
			require.True(t, w.gone(a))
			require.LessOrEqual(t, w.clock.now().Sub(began), 15*time.Minute+time.Second)
			require.False(t, w.holds(key))
			if c.choice == export.UseRemove {
				_, err := w.svc.Get(t.Context(), e.ID)
				require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
				st, err := w.ledger.Standings(t.Context(), "p00000@example.com")
				require.NoError(t, err)
				require.Equal(t, ledger.Orphaned, st[0].Ownership)
				require.Len(t, w.a.on(7), 2, "its list stays as it is")
				return
			}
			run := w.run(id)
			require.Equal(t, []any{activation.StatusCanceled, activation.StopRemoved.Words()}, []any{run.Status, run.Error})
			if c.added < 0 {
				require.Nil(t, run.Receipt)
				return
			}
			require.Equal(t, []any{c.added, c.notSent}, []any{run.Receipt.Added, run.Receipt.NotSent})
		})
	}
}

func TestS29TheKeyIsDestroyedAfterFifteenMinutesWhateverIsInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 5 * time.Hour}}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	key := w.sealed(a)
	w.remove(a, map[activation.ExportID]export.UseChoice{e.ID: export.UseDetach})
	w.driveFor(13 * time.Minute)
	require.False(t, w.gone(a))
	require.False(t, w.run(id).Status.Final(), "it is followed")
	w.driveFor(2*time.Minute + 5*time.Second)
	require.True(t, w.gone(a))
	require.False(t, w.holds(key))
	r := w.run(id)
	require.Equal(t, activation.StatusCanceled, r.Status)
	require.EqualValues(t, 1, r.Receipt.NotSent)

	// What was left in flight is waited for over another connection to the account (S17).
	e, err := w.svc.Attach(t.Context(), e.ID, w.connect("two", keyA), 0)
	require.NoError(t, err)
	next := w.start(e)
	w.driveFor(time.Hour)
	require.Equal(t, activation.StatusWaiting, w.run(next).Status)
	require.EqualValues(t, 1, w.a.count("import"))
	w.drive()
	w.ok(w.run(next))
	require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
}

func TestARemovalThatIsKilledAnywhereComesToItsEnd(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"removal.begun", "removal.before-delete", "removal.before-scrub", "removal.before-orphan"} {
		for _, flying := range []bool{false, true} {
			t.Run(point, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				a := w.connect("one", keyA)
				e := w.export("vip", a, 7, "s1")
				w.are(person("p1", "Ana", "s1"))
				id := w.start(e)
				w.drive(w.state(id, ledger.BatchAccepted))
				if !flying {
					w.drive()
				}
				key := w.sealed(a)
				w.crash[point] = 1
				func() {
					defer func() {
						if r := recover(); r != nil && r != any(errCrash) {
							panic(r)
						}
					}()
					_, _ = w.svc.RemoveConnection(t.Context(), a, map[activation.ExportID]export.UseChoice{e.ID: export.UseRemove}, "ana")
				}()
				w.restart()
				w.drive()
				require.Empty(t, w.crash, "it was killed there")
				require.True(t, w.gone(a))
				require.False(t, w.holds(key))
				_, err := w.svc.Get(t.Context(), e.ID)
				require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
				st, err := w.ledger.Standings(t.Context(), "ana@example.com")
				require.NoError(t, err)
				require.Equal(t, ledger.Orphaned, st[0].Ownership)
			})
		}
	}
}

func TestAConnectionThatIsBeingRemovedTakesNoNewExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.remove(a, map[activation.ExportID]export.UseChoice{e.ID: export.UseRemove})
	_, err := w.svc.Create(t.Context(), activation.Export{
		Name: "late", Connection: a, List: 7, Segments: []activation.SegmentID{"s1"}, Leavers: activation.LeaversRemove, Mapping: activation.Mapping{Email: "Mail"},
	})
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	_, _, err = w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "nor does what goes with it run")
	_, err = w.svc.Attach(t.Context(), e.ID, w.connect("two", keyA), 0)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	require.NoError(t, w.store.View(t.Context(), func(r store.Reader) error {
		e, err := r.Export(t.Context(), e.ID)
		require.True(t, e.Removing)
		return err
	}))
}

func TestS29ARunThatOnlyComesByWhenTheKeyIsGoneEndsAsCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 5 * time.Hour}}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.remove(a, map[activation.ExportID]export.UseChoice{e.ID: export.UseDetach})
	w.clock.pass(16 * time.Minute) // nothing was worked meanwhile
	_, err := w.svc.StepRemoval(t.Context(), jobs.RemoveConnection{Connection: a})
	require.NoError(t, err)
	require.True(t, w.gone(a), "the key goes all the same")
	require.False(t, w.run(id).Status.Final())
	w.restart()
	w.drive()
	r := w.run(id)
	require.Equal(t, []any{activation.StatusCanceled, activation.StopRemoved.Words()}, []any{r.Status, r.Error})
	require.EqualValues(t, 1, r.Receipt.NotSent)

	// What it left in flight is known to be of that account still.
	_, err = w.svc.Attach(t.Context(), e.ID, w.connect("two", keyA), 0)
	require.NoError(t, err)
	next := w.start(e)
	w.driveFor(time.Hour)
	require.Equal(t, activation.StatusWaiting, w.run(next).Status)
	w.drive()
	w.ok(w.run(next))
}
