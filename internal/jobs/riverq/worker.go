package riverq

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"segue/internal/activation"
	"segue/internal/jobs"
)

// worker works one kind of job.
type worker[A jobs.Args] struct {
	river.WorkerDefaults[stored[A]]
	q       *Queue
	handler func(context.Context, A) (jobs.Result, error)
}

// register adds a kind of job.
func register[A jobs.Args](q *Queue, workers *river.Workers, handler func(context.Context, A) (jobs.Result, error)) error {
	var zero A
	q.wrap[zero.Kind()] = func(a jobs.Args) (river.JobArgs, error) {
		args, ok := a.(A)
		if !ok {
			return nil, fmt.Errorf("enqueue: %T is not %T", a, zero)
		}
		return stored[A]{Key: a.Key(), Args: args}, nil
	}
	return river.AddWorkerSafely(workers, &worker[A]{q: q, handler: handler})
}

// failures is how many times in a row the handler failed; it lies in the job's metadata.
type failures struct {
	Count int `json:"failures"`
}

// Timeout implements river.Worker: River sets no limit, for it knows no signs of life.
func (w *worker[A]) Timeout(*river.Job[stored[A]]) time.Duration { return -1 }

// limited returns a context that ends when nothing is heard of the handler for too long.
func (w *worker[A]) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	most := w.q.cfg.JobTimeout
	timer := time.AfterFunc(most, func() { cancel(context.DeadlineExceeded) })
	return jobs.WithAlive(ctx, func() { timer.Reset(most) }), func() {
		timer.Stop()
		cancel(nil)
	}
}

// Work implements river.Worker. It never returns an error of a handler: River would count it against the attempts and
// keep each one for ever in the job's row. A failed job is snoozed instead.
func (w *worker[A]) Work(ctx context.Context, job *river.Job[stored[A]]) error {
	q := w.q
	if q.stopping.Load() {
		return river.JobSnooze(0)
	}
	if !q.take(job.ID) { // a handler that outstays its time is still at it, and River gave the job out again
		return river.JobSnooze(time.Second)
	}
	defer q.give(job.ID)
	var f failures
	_ = json.Unmarshal(job.Metadata, &f) // 0 if it cannot be read

	limited, end := w.limited(ctx)
	r, err := w.call(limited, job.Args.Args)
	end()
	if err != nil && q.stopping.Load() {
		return river.JobSnooze(0)
	}
	if err != nil {
		f.Count++
		wait := q.backOff(f.Count)
		q.cfg.Log.WarnContext(ctx, "job failed, it will be tried again",
			slog.String("kind", job.Kind), slog.String("key", job.Args.Key), slog.Int("failures", f.Count),
			slog.Duration("in", wait), slog.Any("error", err))
		return snooze(ctx, wait, f)
	}
	if r.Again || r.Snooze > 0 {
		return snooze(ctx, max(r.Snooze, 0), failures{})
	}
	return nil
}

func snooze(ctx context.Context, d time.Duration, f failures) error {
	if err := river.MetadataSet(ctx, "failures", f.Count); err != nil {
		return err
	}
	return river.JobSnooze(d)
}

// call calls the handler and makes an error of a panic.
func (w *worker[A]) call(ctx context.Context, args A) (r jobs.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.q.cfg.Log.ErrorContext(ctx, "a job's handler panicked", slog.String("kind", args.Kind()), slog.String("key", args.Key()),
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.handler(ctx, args)
}

// take notes that a job is being worked; it reports false if it is already.
func (q *Queue) take(id int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.inHand[id] {
		return false
	}
	q.inHand[id] = true
	return true
}

func (q *Queue) give(id int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.inHand, id)
}

// quiet lets through what River warns of; its notes of every pass are of no use to anybody here.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// Handle implements slog.Handler. Of a full disk River says no more than that its file cannot be written; what to do is said here, for
// a run whose jobs cannot be written down has nobody else to say it.
func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	isFull := false
	r.Attrs(func(a slog.Attr) bool {
		isFull = strings.Contains(a.Value.String(), "disk is full")
		return !isFull
	})
	if isFull {
		r = r.Clone()
		r.AddAttrs(slog.Any("code", activation.CodeStorageFull),
			slog.String("remedy", "the disk of the data folder is full: free some space; what waits goes on by itself"))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (h quiet) WithGroup(name string) slog.Handler { return quiet{h.Handler.WithGroup(name)} }
