package riverq_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/jobs/riverq"
)

type step = func(context.Context, jobs.StepRun) (jobs.Result, error)

func done(context.Context, jobs.StepRun) (jobs.Result, error) { return jobs.Result{}, nil }

func job(key string) jobs.StepRun { return jobs.StepRun{Run: activation.RunID(key)} }

// bundle is a queue that can be configured and its file.
func bundle(t *testing.T, h step, change func(*riverq.Config)) *harness {
	t.Helper()
	b := newHarness(t, filepath.Join(t.TempDir(), "segue.db"))
	b.open(t, h, change)
	return b
}

func (h *harness) open(t *testing.T, handler step, change func(*riverq.Config)) {
	t.Helper()
	cfg := config(h.db, jobs.Handlers{StepRun: handler})
	if change != nil {
		change(&cfg)
	}
	var err error
	h.q, err = riverq.Open(t.Context(), cfg)
	require.NoError(t, err)
}

func (h *harness) start(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.q.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

func (h *harness) add(t *testing.T, key string, at time.Time) {
	t.Helper()
	require.NoError(t, h.enqueue(t.Context(), job(key), at, 0, nil))
}

func (h *harness) query(t *testing.T, sql string, into ...any) {
	t.Helper()
	require.NoError(t, h.db.QueryRowContext(t.Context(), sql).Scan(into...))
}

func (h *harness) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := h.db.ExecContext(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (h *harness) count(t *testing.T, where string) (n int) {
	t.Helper()
	h.query(t, "SELECT count(*) FROM river_job WHERE "+where, &n)
	return n
}

func TestOpenNeedsItsConfiguration(t *testing.T) {
	t.Parallel()
	h := newHarness(t, filepath.Join(t.TempDir(), "segue.db"))
	for i, change := range []func(*riverq.Config){
		func(c *riverq.Config) { c.DB = nil }, func(c *riverq.Config) { c.Handlers.StepRun = nil },
		func(c *riverq.Config) { c.Clock = nil }, func(c *riverq.Config) { c.Log = nil },
	} {
		cfg := config(h.db, jobs.Handlers{StepRun: done})
		change(&cfg)
		_, err := riverq.Open(t.Context(), cfg)
		require.ErrorContains(t, err, "incomplete", i)
	}
}

func TestNewerTablesAreLeftAlone(t *testing.T) {
	t.Parallel()
	h := bundle(t, done, nil)
	h.exec(t, "INSERT INTO river_migration (line, version) VALUES ('main', 9999)")
	_, err := riverq.Open(t.Context(), config(h.db, jobs.Handlers{StepRun: done}))
	require.Equal(t, activation.CodeNewerData, activation.CodeOf(err))
	var triggers int
	h.query(t, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'", &triggers)
	require.Equal(t, 1, triggers)
}

func TestOpeningTwiceIsHarmless(t *testing.T) {
	t.Parallel()
	h := bundle(t, done, nil)
	h.add(t, "r1", time.Time{})
	h.open(t, done, nil)
	require.Equal(t, 1, h.count(t, "state = 'available'"))
}

func TestAnUnknownKindIsRefusedAndAStoredOneWaits(t *testing.T) {
	t.Parallel()
	var worked atomic.Int32
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		worked.Add(1)
		return jobs.Result{}, nil
	}, nil)
	require.ErrorContains(t, h.enqueue(t.Context(), otherJob{}, time.Time{}, 0, nil), "nobody works")
	require.ErrorContains(t, h.enqueue(t.Context(), falseJob{}, time.Time{}, 0, nil), "is not")
	h.exec(t, "INSERT INTO river_job (kind, max_attempts, queue) VALUES ('from_the_future', 5, 'default')")
	h.add(t, "r1", time.Time{})
	h.start(t)
	require.Eventually(t, func() bool { return worked.Load() == 1 }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, 1, h.count(t, "kind = 'from_the_future' AND state = 'available' AND attempt = 0"))
}

// otherJob is of a kind that nobody works, falseJob only says that it is a StepRun.
type (
	otherJob struct{}
	falseJob struct{}
)

func (otherJob) Kind() string { return "other" }
func (otherJob) Key() string  { return "k" }
func (falseJob) Kind() string { return "step_run" }
func (falseJob) Key() string  { return "k" }

func TestFinishedJobsAreDeletedWhoeverLedBefore(t *testing.T) {
	t.Parallel()
	h := bundle(t, done, func(c *riverq.Config) { c.KeepFinished = time.Millisecond })
	h.exec(t, `INSERT INTO river_job (kind, max_attempts, state, finalized_at, queue)
		VALUES ('step_run', 5, 'completed', datetime('now', '-1 day'), 'default')`)
	h.exec(t, `INSERT INTO river_leader (elected_at, expires_at, leader_id, name)
		VALUES (datetime('now'), datetime('now', '+1 hour'), 'crashed', 'default')`)
	h.add(t, "waits", time.Now().Add(time.Hour))
	h.start(t)
	require.Eventually(t, func() bool { return h.count(t, "state = 'completed'") == 0 }, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, 1, h.count(t, "state = 'available'"))
}

func TestWaitingJobsNeedNoScheduler(t *testing.T) {
	t.Parallel()
	h := bundle(t, done, nil)
	h.add(t, "r1", time.Now().Add(time.Hour))
	require.Equal(t, 1, h.count(t, "state = 'available' AND scheduled_at > datetime('now', '+50 minutes')"))
	h.exec(t, "UPDATE river_job SET state = 'scheduled'") // as a long snooze leaves it
	stop := h.start(t)
	require.Eventually(t, func() bool { return h.count(t, "state = 'available'") == 1 }, 10*time.Second, 10*time.Millisecond)
	stop()
	require.Equal(t, 1, h.count(t, "scheduled_at > datetime('now', '+50 minutes')"))
}

func TestFailuresLeaveNoHeapBehindAndUseUpNothing(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		switch i := n.Add(1); {
		case i <= 5:
			return jobs.Result{}, errors.New("boom")
		case i == 6:
			return jobs.Result{Snooze: time.Millisecond}, nil // all is well again
		case i == 7:
			return jobs.Result{}, errors.New("boom")
		default:
			return jobs.Result{Snooze: time.Hour}, nil
		}
	}, func(c *riverq.Config) { c.FirstBackOff, c.MaxBackOff = 10*time.Millisecond, 40*time.Millisecond })
	h.add(t, "r1", time.Time{})
	h.start(t)
	require.Eventually(t, func() bool { return n.Load() == 5 }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return n.Load() == 8 && h.count(t, "state = 'running'") == 0 }, 10*time.Second, time.Millisecond)
	require.Equal(t, 1, h.count(t, "attempt = 0 AND errors IS NULL AND json_extract(metadata, '$.failures') = 0"))
}

func TestBackOffDoublesUpToItsMost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var at []time.Time
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		return jobs.Result{}, errors.New("boom")
	}, func(c *riverq.Config) { c.FirstBackOff, c.MaxBackOff = 200*time.Millisecond, 400*time.Millisecond })
	h.add(t, "r1", time.Time{})
	stop := h.start(t)
	times := func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		return append([]time.Time(nil), at...)
	}
	require.Eventually(t, func() bool { return len(times()) >= 4 }, 20*time.Second, 5*time.Millisecond)
	stop()
	got := times()
	for i, least := range []time.Duration{200, 400, 400} {
		waited := got[i+1].Sub(got[i])
		require.Greater(t, waited, (least-2)*time.Millisecond, "wait %d", i)
		require.Less(t, waited, (least+1500)*time.Millisecond, "wait %d", i)
	}
}

func TestAJobThatOutstaysItsTimeIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := bundle(t, func(ctx context.Context, _ jobs.StepRun) (jobs.Result, error) {
		if n.Add(1) > 1 {
			return jobs.Result{}, nil
		}
		<-ctx.Done()
		return jobs.Result{}, ctx.Err()
	}, func(c *riverq.Config) { c.JobTimeout = 100 * time.Millisecond })
	h.add(t, "r1", time.Time{})
	h.start(t)
	require.Eventually(t, func() bool { return n.Load() == 2 }, 10*time.Second, 10*time.Millisecond)
}

func TestAJobThatShowsItIsAliveMayTakeLonger(t *testing.T) {
	t.Parallel()
	done := make(chan error, 1)
	h := bundle(t, func(ctx context.Context, _ jobs.StepRun) (jobs.Result, error) {
		for range 12 {
			select {
			case <-ctx.Done():
				done <- ctx.Err()
				return jobs.Result{}, ctx.Err()
			case <-time.After(100 * time.Millisecond):
				jobs.Alive(ctx)
			}
		}
		done <- nil
		return jobs.Result{}, nil
	}, func(c *riverq.Config) { c.JobTimeout = 700 * time.Millisecond })
	h.add(t, "r1", time.Time{})
	h.start(t)
	require.NoError(t, <-done)
}

func TestAJobThatIsGivenOutTwiceIsNotWorkedTwiceAtOnce(t *testing.T) {
	t.Parallel()
	var atWork, most, n atomic.Int32
	goOn := make(chan struct{})
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		n.Add(1)
		most.Store(max(most.Load(), atWork.Add(1)))
		defer atWork.Add(-1)
		<-goOn
		return jobs.Result{}, nil
	}, nil)
	h.add(t, "r1", time.Time{})
	h.start(t)
	require.Eventually(t, func() bool { return n.Load() == 1 }, 10*time.Second, time.Millisecond)
	h.exec(t, "UPDATE river_job SET state = 'available'") // as a rescue of River does
	require.Eventually(t, func() bool { return h.count(t, "json_extract(metadata, '$.snoozes') > 0") == 1 }, 10*time.Second, 5*time.Millisecond)
	close(goOn)
	require.Eventually(t, func() bool { return n.Load() == 2 && h.count(t, "state = 'completed'") == 1 }, 10*time.Second, 5*time.Millisecond)
	require.EqualValues(t, 1, most.Load())
}

func TestTheQueueRunsOnceAtATimeAndAgainLater(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		n.Add(1)
		return jobs.Result{}, nil
	}, nil)
	for i := range int32(3) {
		h.add(t, fmt.Sprint(i), time.Time{})
		stop := h.start(t)
		require.Eventually(t, func() bool { return n.Load() == i+1 }, 10*time.Second, 5*time.Millisecond)
		require.ErrorContains(t, h.q.Run(t.Context()), "already")
		stop()
	}
	require.Equal(t, 3, h.count(t, "state = 'completed'"), "what was done when it stopped is stored")
}

func TestAFailureIsLoggedOnceAndRiverIsQuiet(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	var n atomic.Int32
	h := bundle(t, func(context.Context, jobs.StepRun) (jobs.Result, error) {
		switch n.Add(1) {
		case 1:
			return jobs.Result{}, errors.New("boom one")
		case 2:
			panic("boom two")
		default:
			return jobs.Result{}, nil
		}
	}, func(c *riverq.Config) {
		c.FirstBackOff = time.Millisecond
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	h.add(t, "r1", time.Time{})
	stop := h.start(t)
	require.Eventually(t, func() bool { return n.Load() == 3 }, 10*time.Second, time.Millisecond)
	stop()
	lines := bytes.Split(bytes.TrimSpace(log.bytes()), []byte("\n"))
	require.Len(t, lines, 3, "%s", log.bytes())
	require.Contains(t, string(lines[0]), `key=r1 failures=1 in=1ms error="boom one"`)
	require.Contains(t, string(lines[1]), `panic="boom two"`)
	require.Contains(t, string(lines[1]), "queue_test.go", "with the place")
	require.Contains(t, string(lines[2]), "failures=2")
}

// lockedBuffer is a buffer that many may write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
