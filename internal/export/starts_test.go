package export_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

func TestAnIdempotencyKeyNamesOneRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	var mu sync.Mutex
	ids, made := map[activation.RunID]bool{}, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, created, err := w.svc.Start(t.Context(), e.ID, activation.RunReal, "ana", "key-1")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[r.ID] = true
			if created {
				made++
			}
		})
	}
	wg.Wait()
	require.Len(t, ids, 1)
	require.Equal(t, 1, made)
	w.drive()
	r, created, err := w.svc.Start(t.Context(), e.ID, activation.RunReal, "ana", "key-1")
	require.NoError(t, err)
	require.False(t, created, "also when it has ended")
	require.True(t, ids[r.ID])
}

func TestOneRunOfAnExportAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	id := w.start(e)
	_, _, err := w.svc.Start(t.Context(), e.ID, activation.RunReal, "ana", "")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	require.Equal(t, activation.CodeInUse, activation.CodeOf(w.svc.Delete(t.Context(), e.ID)))
	w.drive()
	w.ok(w.run(id))
	_, _, err = w.svc.Start(t.Context(), "nothing", activation.RunReal, "ana", "")
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
	_, err = w.svc.Cancel(t.Context(), id)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
}

func TestS29CancelStopsBeforeTheNextBatchAndSettlesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		until          func(w *world, id activation.RunID) func() bool
		added, notSent int64
	}{
		"queued":   {func(*world, activation.RunID) func() bool { return func() bool { return true } }, -1, -1},
		"ready":    {func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchReady) }, 2, 2},
		"accepted": {func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchAccepted) }, 2, 2},
		"unknown":  {func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchUnknown) }, 0, 4},
		"held":     {func(w *world, id activation.RunID) func() bool { return w.has(id, activation.StatusHeld) }, 0, 4},
		"released": {func(w *world, id activation.RunID) func() bool {
			w.drive(w.has(id, activation.StatusHeld))
			_, err := w.svc.Release(w.Context(), id, "ana")
			require.NoError(w, err)
			accepted := w.state(id, ledger.BatchAccepted)
			return func() bool {
				if !accepted() {
					return false
				}
				w.clock.pass(25 * time.Hour) // the mirror has grown old
				return true
			}
		}, 2, 1},
		"after trouble": {func(w *world, id activation.RunID) func() bool { return func() bool { return w.run(id).Attempt > 1 } }, 0, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRows = 2
			c := w.connect("one", keyA)
			e := w.export("vip", c, 7, "s1")
			list, _ := crowd(4, "s1")
			switch name {
			case "unknown":
				w.a.fail("import", fault{outcome: destination.Unknown, effect: true})
			case "after trouble":
				w.a.fail("import", fault{outcome: destination.NotDone}, fault{outcome: destination.NotDone}, fault{outcome: destination.NotDone})
			case "held":
				w.are(person("x", "Ana", "s1"))
				w.ok(w.do(e))
			case "released":
				w.are(list[:1]...)
				w.ok(w.do(e))
				w.brake.GrowAtLeast = 1
				w.restart()
			}
			w.are(list...)
			id := w.start(e)
			w.drive(at.until(w, id))
			_, err := w.svc.Cancel(t.Context(), id)
			require.NoError(t, err)
			imports := w.a.count("import")
			w.drive()
			r := w.run(id)
			require.Equal(t, activation.StatusCanceled, r.Status, r.Error)
			require.Equal(t, imports, w.a.count("import"), "nothing more is sent")
			if at.added < 0 {
				require.Nil(t, r.Receipt)
				return
			}
			require.NoError(t, r.Receipt.Check())
			require.EqualValues(t, []int64{4, at.added, at.notSent}, []int64{r.Receipt.Members, r.Receipt.Added, r.Receipt.NotSent})
			w.are(list...)
			r = w.do(e)
			if r.Status == activation.StatusHeld {
				_, err = w.svc.Release(t.Context(), r.ID, "ana")
				require.NoError(t, err)
				w.drive()
			}
			_, addresses := crowd(4)
			w.ok(w.run(r.ID))
			require.Equal(t, addresses, w.a.on(7), "the next run does the rest")
		})
	}
}

func TestS2TheMirrorIsReadInFullOnceThenByWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.put(0, "old@example.com", "ana@example.com")
	w.a.change("ana@example.com", blocklist)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.a.fail("contacts", fault{outcome: destination.Unknown})
	r := w.do(e)
	require.EqualValues(t, []int64{1, 1}, []int64{r.Receipt.Added, r.Receipt.Reasons[activation.ReasonOptedOut]})
	require.EqualValues(t, 2, w.a.count("contacts"), "a reading that broke off is made again")
	w.do(e)
	require.EqualValues(t, 2, w.a.count("contacts"), "fresh enough")
	acct, err := w.ledger.Account(t.Context(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org-a"})
	require.NoError(t, err)
	st, err := w.ledger.Mirror(t.Context(), acct)
	require.NoError(t, err)
	require.EqualValues(t, 2, st.Contacts)

	// S8: Brevo forgets the flag with the contact; Segue does not.
	delete(w.a.contacts, "ana@example.com")
	w.clock.pass(25 * time.Hour)
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Unsubscribed = []activation.ListID{9} })
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	r = w.do(e)
	require.EqualValues(t, 3, w.a.count("contacts"))
	require.True(t, w.a.since[0].IsZero() && w.a.since[1].IsZero(), "in full until one was read whole")
	require.WithinDuration(t, day, w.a.since[2], 10*time.Minute, "then what changed since it was read")
	require.EqualValues(t, []int64{1, 2}, []int64{r.Receipt.Added, r.Receipt.Reasons[activation.ReasonOptedOut]})
	require.Equal(t, []string{"eva@example.com"}, w.a.on(7))
	require.NoError(t, w.ledger.LiftOptOut(t.Context(), acct, "ana@example.com", "ana", "asked in writing", w.clock.now()))
	require.EqualValues(t, 1, w.do(e).Receipt.Added)
}
