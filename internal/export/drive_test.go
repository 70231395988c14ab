package export_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/ledger"
)

// errCrash ends the program at a fail-point.
var errCrash = errors.New("killed")

// failPoint kills the program where a test asks for it: at the n-th time that the point is passed.
func (w *world) failPoint(name string) {
	w.points = append(w.points, name)
	if name == w.stopAt {
		w.stopAt = ""
		w.stopStep()
	}
	if n, ok := w.crash[name]; ok {
		if n > 1 {
			w.crash[name] = n - 1
			return
		}
		delete(w.crash, name)
		panic(errCrash)
	}
}

// start starts a run of the export.
func (w *world) start(e activation.Export) activation.RunID {
	w.Helper()
	r, created, err := w.svc.Start(w.Context(), e.ID, activation.RunReal, "ana", "")
	require.NoError(w, err)
	require.True(w, created)
	return r.ID
}

// next returns the run that is due next.
func (w *world) next() (run activation.RunID, at time.Time, ok bool) {
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	for _, id := range sortedKeys(w.queue.due) {
		if d := w.queue.due[id]; !ok || d.Before(at) {
			run, at, ok = id, d, true
		}
	}
	return run, at, ok
}

func sortedKeys(m map[activation.RunID]time.Time) []activation.RunID {
	out := make([]activation.RunID, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// step works the run that is due next; false when there is none.
func (w *world) step() bool {
	w.Helper()
	run, at, ok := w.next()
	if !ok {
		return false
	}
	w.clock.reach(at)
	w.queue.mu.Lock()
	delete(w.queue.due, run)
	w.queue.mu.Unlock()
	res, crashed, err := w.work(run)
	now := w.clock.now()
	switch {
	case crashed:
		w.again(run, now) // the queue has it still
		w.restart()
	case err != nil:
		w.again(run, now.Add(10*time.Second))
	case res.Again:
		w.again(run, now.Add(time.Millisecond))
	case res.Snooze > 0:
		w.again(run, now.Add(res.Snooze))
	}
	return true
}

func (w *world) again(run activation.RunID, at time.Time) {
	if c, ok := strings.CutPrefix(string(run), removalPrefix); ok {
		_ = w.enqueue(w.Context(), nil, jobs.RemoveConnection{Connection: activation.ConnectionID(c)}, at)
		return
	}
	_ = w.enqueue(w.Context(), nil, jobs.StepRun{Run: run}, at)
}

func (w *world) work(run activation.RunID) (res jobs.Result, crashed bool, err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case errCrash:
			crashed = true
		default:
			panic(r)
		}
	}()
	if c, ok := strings.CutPrefix(string(run), removalPrefix); ok {
		res, err = w.svc.StepRemoval(w.Context(), jobs.RemoveConnection{Connection: activation.ConnectionID(c)})
		return res, false, err
	}
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	w.stopStep = cancel
	res, err = w.svc.Step(ctx, jobs.StepRun{Run: run})
	return res, false, err
}

// drive works until nothing is due any more, or until the condition holds.
func (w *world) drive(until ...func() bool) {
	w.Helper()
	w.driveFor(30*24*time.Hour, until...)
}

// driveFor works for so long.
func (w *world) driveFor(d time.Duration, until ...func() bool) {
	w.Helper()
	end := w.clock.now().Add(d)
	for range 20000 {
		for _, u := range until {
			if u() {
				return
			}
		}
		_, at, ok := w.next()
		if !ok {
			return
		}
		if at.After(end) {
			w.clock.reach(end)
			return
		}
		w.step()
	}
	run, _, _ := w.next()
	w.TB.Fatalf("it never ends: %+v", w.run(run))
}

func (w *world) run(id activation.RunID) activation.Run {
	w.Helper()
	r, err := w.svc.Run(w.Context(), id)
	require.NoError(w, err)
	for _, secret := range []string{"@example.com", "38591", "xkeysib", "Tajna"} {
		require.NotContains(w, r.Error+r.Remedy, secret, "nobody's data and no key in errors")
	}
	return r
}

// do starts a run and works it to its end.
func (w *world) do(e activation.Export) activation.Run {
	w.Helper()
	id := w.start(e)
	w.drive(w.ended(id))
	return w.run(id)
}

func (w *world) ended(ids ...activation.RunID) func() bool {
	return func() bool {
		return !slices.ContainsFunc(ids, func(id activation.RunID) bool {
			s := w.run(id).Status
			return !s.Final() && s != activation.StatusHeld
		})
	}
}

// has says that the run has that status.
func (w *world) has(id activation.RunID, s activation.RunStatus) func() bool {
	return func() bool { return w.run(id).Status == s }
}

// ok holds that the run was successful and returns its receipt.
func (w *world) ok(r activation.Run) *activation.Receipt {
	w.Helper()
	require.Equal(w, activation.StatusSuccessful, r.Status, "%s %s", r.ErrorCode, r.Error)
	require.NotNil(w, r.Receipt)
	require.NoError(w, r.Receipt.Check())
	return r.Receipt
}

// state is where the ledger sees the run's batches.
func (w *world) state(id activation.RunID, s ledger.BatchState) func() bool {
	return func() bool {
		list, err := w.ledger.BatchesOf(w.Context(), id)
		require.NoError(w, err)
		return slices.ContainsFunc(list, func(b ledger.Batch) bool { return b.State == s })
	}
}

// person is a customer of segments with an address, a first name and no phone.
func person(id, name string, in ...string) customer {
	return customer{id: id, address: strings.ToLower(name) + "@example.com", first: name, in: in}
}

// crowd makes n customers of a segment.
func crowd(n int, in ...string) (list []customer, addresses []string) {
	for i := range n {
		id := fmt.Sprintf("p%05d", i)
		list = append(list, customer{id: id, address: id + "@example.com", first: "Tajna", in: in})
		addresses = append(addresses, id+"@example.com")
	}
	return list, addresses
}
