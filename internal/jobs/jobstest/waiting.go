package jobstest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/jobs"
)

// recorder returns a handler that records its calls and is done.
func recorder(c *calls) step {
	return func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		c.add(a.Key())
		return jobs.Result{}, nil
	}
}

func testOnce(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, recorder(c))
	require.ErrorIs(t, b.Enqueue(t.Context(), job("undone"), time.Time{}, 0, func() error { return errRollBack }), errRollBack)
	began := time.Now()
	b.enqueue(t, job("r1"), time.Time{})
	got := c.wait(t, 1)
	require.Equal(t, "r1", got[0].key, "what was rolled back never was")
	require.Less(t, got[0].at.Sub(began), soon)
	c.none(t, 500*time.Millisecond)
	b.enqueue(t, job("r1"), time.Time{}) // a finished job can be enqueued again
	c.wait(t, 1)
	c.none(t, 300*time.Millisecond)
}

func testTime(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, recorder(c))
	began := time.Now()
	b.enqueue(t, job("later"), began.Add(800*time.Millisecond))
	b.enqueue(t, job("past"), began.Add(-time.Hour))
	require.Equal(t, "past", c.wait(t, 1)[0].key)
	waited := c.wait(t, 1)[1].at.Sub(began)
	require.GreaterOrEqual(t, waited, 790*time.Millisecond)
	require.Less(t, waited, 800*time.Millisecond+soon)
}

func testUnique(t *testing.T, b Bundle) {
	c := newCalls()
	w := b.Worker(t, 2, jobs.Handlers{StepRun: recorder(c)})
	for range 5 {
		b.enqueue(t, job("r1"), time.Time{})
		b.enqueue(t, job("r2"), time.Time{})
	}
	run(t, w)
	c.wait(t, 2)
	c.none(t, 500*time.Millisecond)
}

func testHasten(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		if c.add(a.Key()) == 1 {
			return jobs.Result{Snooze: time.Hour}, nil
		}
		return jobs.Result{}, nil
	})
	b.enqueue(t, job("r1"), time.Time{})
	c.wait(t, 1)
	c.none(t, 500*time.Millisecond)
	b.enqueue(t, job("r1"), time.Now().Add(2*time.Hour)) // later than it is due: nothing changes
	require.ErrorIs(t, b.Enqueue(t.Context(), job("r1"), time.Time{}, 0, func() error { return errRollBack }), errRollBack)
	c.none(t, 300*time.Millisecond)
	began := time.Now()
	b.enqueue(t, job("r1"), time.Time{})
	require.Less(t, c.wait(t, 1)[1].at.Sub(began), soon)

	b.enqueue(t, job("r2"), time.Now().Add(time.Hour)) // one that was enqueued for later
	due := time.Now().Add(time.Second)
	b.enqueue(t, job("r2"), due)
	at := c.wait(t, 1)[2].at
	require.Greater(t, at.Sub(due), -10*time.Millisecond)
	require.Less(t, at.Sub(due), soon)
	c.none(t, 300*time.Millisecond)
}

func testSnooze(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		switch c.add(a.Key()) {
		case 1:
			return jobs.Result{Snooze: 300 * time.Millisecond}, nil
		case 2:
			return jobs.Result{Snooze: time.Second}, nil
		default:
			return jobs.Result{}, nil
		}
	})
	b.enqueue(t, job("r1"), time.Time{})
	got := c.wait(t, 3)
	require.Greater(t, got[1].at.Sub(got[0].at), 290*time.Millisecond)
	require.Less(t, got[1].at.Sub(got[0].at), 300*time.Millisecond+soon)
	require.Greater(t, got[2].at.Sub(got[1].at), 990*time.Millisecond)
	require.Less(t, got[2].at.Sub(got[1].at), time.Second+soon)
	c.none(t, 300*time.Millisecond)
}

func testLongSnooze(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		if c.add(a.Key()) == 1 {
			return jobs.Result{Snooze: 5500 * time.Millisecond}, nil
		}
		return jobs.Result{}, nil
	})
	b.enqueue(t, job("r1"), time.Time{})
	got := c.wait(t, 2)
	require.Greater(t, got[1].at.Sub(got[0].at), 5490*time.Millisecond)
	require.Less(t, got[1].at.Sub(got[0].at), 5500*time.Millisecond+soon)
}

func testTurns(t *testing.T, b Bundle) {
	c := newCalls()
	w := b.Worker(t, 1, jobs.Handlers{StepRun: func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		return jobs.Result{Again: c.add(a.Key()) <= 4}, nil
	}})
	b.enqueue(t, job("r1"), time.Time{})
	time.Sleep(5 * time.Millisecond)
	b.enqueue(t, job("r2"), time.Time{})
	run(t, w)
	var keys []string
	for _, call := range c.wait(t, 6) {
		keys = append(keys, call.key)
	}
	require.Equal(t, []string{"r1", "r2", "r1", "r2", "r1", "r2"}, keys)
	c.none(t, 300*time.Millisecond)
}

func testErrors(t *testing.T, b Bundle) {
	c := newCalls()
	start(t, b, 2, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		switch c.add(a.Key()) {
		case 1:
			return jobs.Result{}, errRollBack
		case 2:
			panic("boom")
		case 3:
			return jobs.Result{Snooze: time.Hour}, errRollBack // an error comes before a result
		default:
			return jobs.Result{}, nil
		}
	})
	b.enqueue(t, job("r1"), time.Time{})
	got := c.wait(t, 4)
	first, second, third := got[1].at.Sub(got[0].at), got[2].at.Sub(got[1].at), got[3].at.Sub(got[2].at)
	// A busy machine makes waits longer and never shorter, so each is held against what it must be at the least: a tenth of a
	// second, twice that, four times that (Bundle.Worker).
	require.Greater(t, first, 90*time.Millisecond, "not at once")
	require.Greater(t, second, 180*time.Millisecond, "then later")
	require.Greater(t, third, 360*time.Millisecond, "and later")
	c.none(t, 300*time.Millisecond)
}
