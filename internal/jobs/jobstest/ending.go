package jobstest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/jobs"
)

func testStop(t *testing.T, b Bundle) {
	for name, end := range map[string]func(ctx context.Context) (jobs.Result, error){
		"with its context's error": func(ctx context.Context) (jobs.Result, error) { return jobs.Result{}, ctx.Err() },
		"with another error":       func(context.Context) (jobs.Result, error) { return jobs.Result{}, errRollBack },
		"asking for another go":    func(context.Context) (jobs.Result, error) { return jobs.Result{Again: true}, nil },
	} {
		c := newCalls()
		stop := start(t, b, 2, func(ctx context.Context, a jobs.StepRun) (jobs.Result, error) {
			c.add(a.Key())
			<-ctx.Done()
			return end(ctx)
		})
		b.enqueue(t, job(name), time.Time{})
		b.enqueue(t, job(name+" later"), time.Now().Add(time.Hour))
		c.wait(t, 1)
		stop()

		next := newCalls()
		began := time.Now()
		stop = start(t, b, 2, recorder(next))
		got := next.wait(t, 1)
		require.Equal(t, name, got[0].key)
		require.Less(t, got[0].at.Sub(began), soon, "a job that was stopped %s waits", name)
		next.none(t, 200*time.Millisecond)
		stop()
	}
	t.Run("a handler that is done although it was stopped is done", func(t *testing.T) {
		c := newCalls()
		stop := start(t, b, 2, func(ctx context.Context, a jobs.StepRun) (jobs.Result, error) {
			c.add(a.Key())
			<-ctx.Done()
			return jobs.Result{}, nil
		})
		b.enqueue(t, job("done"), time.Time{})
		c.wait(t, 1)
		stop()
		next := newCalls()
		start(t, b, 2, recorder(next))
		next.none(t, 500*time.Millisecond)
	})
}

func testStopAtOnce(t *testing.T, b Bundle) {
	w := b.Worker(t, 2, jobs.Handlers{StepRun: func(context.Context, jobs.StepRun) (jobs.Result, error) {
		t.Error("a job is worked after the end")
		return jobs.Result{}, nil
	}})
	b.enqueue(t, job("r1"), time.Time{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, w.Run(ctx))
}

func testCrash(t *testing.T, b Bundle) {
	c := newCalls()
	goOn := make(chan struct{})
	stop := start(t, b, 2, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		c.add(a.Key())
		<-goOn
		return jobs.Result{}, nil
	})
	b.enqueue(t, job("r1"), time.Time{})
	b.enqueue(t, job("r2"), time.Time{})
	c.wait(t, 2)
	time.Sleep(300 * time.Millisecond) // both are known to be at work
	after := b.Crash(t)
	close(goOn)
	stop()

	next := newCalls()
	w := after.Worker(t, 2, jobs.Handlers{StepRun: recorder(next)})
	after.enqueue(t, job("r2"), time.Time{}) // before anything is recovered
	began := time.Now()
	run(t, w)
	for _, call := range next.wait(t, 2) {
		require.Less(t, call.at.Sub(began), soon)
	}
	next.none(t, 500*time.Millisecond)
}

func testCrashMarks(t *testing.T, b Bundle) {
	c := newCalls()
	goOn := make(chan struct{})
	stop := start(t, b, 4, func(_ context.Context, a jobs.StepRun) (jobs.Result, error) {
		c.add(a.Key())
		if a.Run == "waits" {
			return jobs.Result{Snooze: 4 * time.Second}, nil
		}
		<-goOn
		return jobs.Result{}, nil
	})
	began := time.Now()
	b.enqueue(t, job("waits"), time.Time{})
	b.enqueue(t, job("marked"), time.Time{})
	c.wait(t, 2)
	b.enqueue(t, job("marked"), time.Time{})
	time.Sleep(600 * time.Millisecond) // what the handler returned is stored
	after := b.Crash(t)
	close(goOn)
	stop()

	next := newCalls()
	start(t, after, 4, recorder(next))
	require.Equal(t, "marked", next.wait(t, 1)[0].key)
	second := next.wait(t, 1)[1]
	require.Equal(t, "waits", second.key, "the mark was not an order to work it twice more")
	require.Greater(t, second.at.Sub(began), 3900*time.Millisecond)
	require.Less(t, second.at.Sub(began), 4*time.Second+soon)
}
