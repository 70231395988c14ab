package jobstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/jobs"
)

func testAgain(t *testing.T, b Bundle) {
	for i, result := range []jobs.Result{{}, {Snooze: time.Hour}, {Again: true}} {
		key := fmt.Sprintf("r%d", i)
		c := newCalls()
		goOn := make(chan struct{})
		stop := start(t, b, 4, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
			if c.add(a.Key()) > 1 {
				return jobs.Result{}, nil
			}
			<-goOn
			return result, nil
		})
		b.enqueue(t, job(key), time.Time{})
		c.wait(t, 1)
		for range 3 {
			b.enqueue(t, job(key), time.Time{})
		}
		b.enqueue(t, job(key), time.Now().Add(time.Hour)) // the earliest counts
		c.none(t, 200*time.Millisecond)                   // not beside itself
		began := time.Now()
		close(goOn)
		require.Less(t, c.wait(t, 1)[1].at.Sub(began), soon, "after %+v", result)
		c.none(t, 400*time.Millisecond) // and once only
		stop()
	}
	t.Run("for later", func(t *testing.T) {
		c := newCalls()
		goOn := make(chan struct{})
		stop := start(t, b, 4, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
			if c.add(a.Key()) == 1 {
				<-goOn
			}
			return jobs.Result{}, nil
		})
		defer stop()
		b.enqueue(t, job("later"), time.Time{})
		c.wait(t, 1)
		due := time.Now().Add(800 * time.Millisecond)
		b.enqueue(t, job("later"), due)
		require.ErrorIs(t, b.Enqueue(t.Context(), job("later"), time.Time{}, 0, func() error { return errRollBack }), errRollBack)
		close(goOn)
		at := c.wait(t, 1)[1].at
		require.Greater(t, at.Sub(due), -10*time.Millisecond, "neither at once nor by what was rolled back")
		require.Less(t, at.Sub(due), soon)
	})
}

// testNoChangeMissed changes notes and enqueues at random while handlers read them: the last change of each key must
// have been seen, and no key may be worked by two handlers at once.
func testNoChangeMissed(t *testing.T, b Bundle) {
	const keys, changes = 4, 60
	var seen, atWork [keys]atomic.Int64
	index := func(a jobs.StepRun) int { return int(a.Run[0] - 'a') }
	start(t, b, 8, func(ctx context.Context, a jobs.StepRun) (jobs.Result, error) {
		i := index(a)
		if atWork[i].Add(1) != 1 {
			t.Errorf("%s is worked twice at once", a.Run)
		}
		defer atWork[i].Add(-1)
		note, err := b.Note(ctx, a)
		if err != nil {
			return jobs.Result{}, err
		}
		time.Sleep(rand.N(3 * time.Millisecond)) // changes come in while it works with what it read
		seen[i].Store(max(note, seen[i].Load()))
		if rand.IntN(4) == 0 {
			return jobs.Result{Snooze: time.Hour}, nil
		}
		return jobs.Result{}, nil
	})
	var writers sync.WaitGroup
	for i := range keys {
		writers.Go(func() {
			for n := range int64(changes) {
				if err := b.Enqueue(t.Context(), job(string(rune('a'+i))), time.Time{}, n+1, nil); err != nil {
					t.Error(err)
				}
				time.Sleep(rand.N(40 * time.Millisecond))
			}
		})
	}
	writers.Wait()
	for i := range keys {
		require.Eventually(t, func() bool { return seen[i].Load() == changes }, patience, 10*time.Millisecond, "the last change of key %d is missed", i)
	}
}

func testHandlersWrite(t *testing.T, b Bundle) {
	const chains, length = 12, 8
	var finished atomic.Int64
	start(t, b, 8, func(ctx context.Context, a jobs.StepRun) (jobs.Result, error) {
		n, err := b.Note(ctx, a)
		if err != nil {
			return jobs.Result{}, err
		}
		if n == length {
			finished.Add(1)
			return jobs.Result{}, nil
		}
		for range 3 { // a handler's own transactions, each enqueuing itself and somebody else
			if err := b.Enqueue(ctx, job(fmt.Sprintf("other of %s", a.Run)), time.Now().Add(time.Hour), 0, nil); err != nil {
				return jobs.Result{}, err
			}
		}
		return jobs.Result{}, b.Enqueue(ctx, a, time.Time{}, n+1, nil)
	})
	for i := range chains {
		b.enqueue(t, job(fmt.Sprintf("chain %d", i)), time.Time{})
	}
	require.Eventually(t, func() bool { return finished.Load() == chains }, 2*patience, 20*time.Millisecond, "a deadlock?")
}

func testSideBySide(t *testing.T, b Bundle) {
	const n = 4
	var together sync.WaitGroup
	together.Add(n)
	all := make(chan struct{})
	start(t, b, n, func(ctx context.Context, _ jobs.StepRun) (jobs.Result, error) {
		together.Done()
		select {
		case <-all:
			return jobs.Result{}, nil
		case <-ctx.Done():
			return jobs.Result{}, ctx.Err()
		}
	})
	for i := range n {
		b.enqueue(t, job(fmt.Sprintf("r%d", i)), time.Time{})
	}
	go func() {
		together.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-time.After(patience):
		for range n {
			together.Done()
		}
		require.Fail(t, "jobs wait for each other")
	}
}
