// Package jobstest is the conformance suite of the queue: what every engine behind package jobs must do. It drives the
// port alone and knows no engine. Its times are real: some of the tests take seconds, side by side.
package jobstest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
)

// Bundle is a queue in a store of its own.
type Bundle struct {
	// Worker opens the queue with these handlers, as a process does when it starts. One at a time runs. It waits for a tenth of
	// a second after a first failure of a job, and twice as long after each further one.
	Worker func(t *testing.T, workers int, h jobs.Handlers) jobs.Worker
	// Enqueue adds a job in a transaction of its own, which stores note under the job's key and commits if f returns nil
	// (a nil f does). It may be called from handlers and from other goroutines; it needs a worker opened before.
	Enqueue func(ctx context.Context, a jobs.Args, at time.Time, note int64, f func() error) error
	// Note reads the note under a job's key, 0 if there is none.
	Note func(ctx context.Context, a jobs.Args) (int64, error)
	// Crash returns what is left if the process dies now.
	Crash func(t *testing.T) Bundle
}

// Run holds an engine to the port. open is called once for each test and cleans up after itself.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"a committed job is worked once":                       testOnce,
		"a job is not worked before its time":                  testTime,
		"a job that waits is not added again":                  testUnique,
		"enqueuing hastens a job that waits":                   testHasten,
		"enqueuing a job at work works it once more":           testAgain,
		"no change is missed and no job worked twice at once":  testNoChangeMissed,
		"a snooze is kept":                                     testSnooze,
		"a snooze longer than a few seconds is kept":           testLongSnooze,
		"another go lets others have their turn":               testTurns,
		"errors and panics are retried with back-off":          testErrors,
		"stopping hands a job over to the next worker":         testStop,
		"a crash hands a job over at once":                     testCrash,
		"a crash forgets neither waits nor marks":              testCrashMarks,
		"handlers write while the queue works":                 testHandlersWrite,
		"jobs of different keys are worked side by side":       testSideBySide,
		"a worker that is told to stop at once does not begin": testStopAtOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// patience is how long to wait for what must happen; soon is what counts as at once, on a busy machine.
const (
	patience = 20 * time.Second
	soon     = 3 * time.Second
)

func job(key string) jobs.StepRun { return jobs.StepRun{Run: activation.RunID(key)} }

// step is a handler of steps.
type step = func(ctx context.Context, a jobs.StepRun) (jobs.Result, error)

// start runs a worker and returns a function that stops it and waits for its end.
func start(t *testing.T, b Bundle, workers int, h step) (stop func()) {
	t.Helper()
	return run(t, b.Worker(t, workers, jobs.Handlers{StepRun: h}))
}

func run(t *testing.T, w jobs.Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(patience):
			require.Fail(t, "the worker does not stop")
		}
	})
	t.Cleanup(stop)
	return stop
}

func (b Bundle) enqueue(t *testing.T, a jobs.Args, at time.Time) {
	t.Helper()
	require.NoError(t, b.Enqueue(t.Context(), a, at, 0, nil))
}

var errRollBack = errors.New("roll back")

// calls records when a handler was called and for which key.
type calls struct {
	mu   sync.Mutex
	list []call
	came chan struct{}
}

type call struct {
	key string
	at  time.Time
}

func newCalls() *calls { return &calls{came: make(chan struct{}, 10_000)} }

func (c *calls) add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, call{key, time.Now()})
	c.came <- struct{}{}
	return len(c.list)
}

func (c *calls) all() []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]call(nil), c.list...)
}

// wait waits for n more calls.
func (c *calls) wait(t *testing.T, n int) []call {
	t.Helper()
	deadline := time.After(patience)
	for range n {
		select {
		case <-c.came:
		case <-deadline:
			require.Fail(t, "a job is not worked", "calls so far: %v", c.all())
		}
	}
	return c.all()
}

// none checks that no call comes for a while.
func (c *calls) none(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-c.came:
		require.Fail(t, "a job is worked that should not be", "calls so far: %v", c.all())
	case <-time.After(d):
	}
}
