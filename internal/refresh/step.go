package refresh

import (
	"context"
	"errors"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// Step takes a refresh one task further. It is a job's handler: repeated after a crash. What a task does can be done twice.
func (s *Service) Step(ctx context.Context, a jobs.StepRefresh) (jobs.Result, error) {
	r, err := s.Get(ctx, a.Refresh)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return jobs.Result{}, nil
	}
	if err != nil || r.Status.Final() {
		return jobs.Result{}, err
	}
	w := &work{Service: s, r: r}
	if r.CancelRequested {
		err = w.cancel(ctx)
	} else {
		err = w.advance(ctx)
	}
	if err != nil {
		return jobs.Result{}, err
	}
	if err := w.save(ctx); err != nil {
		return jobs.Result{}, err
	}
	switch {
	case w.r.Status.Final():
		return jobs.Result{}, nil
	case w.pause > 0:
		return jobs.Result{Snooze: w.pause}, nil
	}
	return jobs.Result{Again: true}, nil
}

// work is a refresh at hand.
type work struct {
	*Service
	r activation.Refresh
	// pause is how long to wait when nothing can be done now.
	pause time.Duration
}

// save stores how the refresh stands. A person may have asked it to stop meanwhile: that is kept.
func (w *work) save(ctx context.Context) error {
	w.r.UpdatedAt = w.cfg.Clock().UTC()
	return w.cfg.Store.Update(ctx, func(tx store.Tx) error {
		now, err := tx.Refresh(ctx, w.r.ID)
		if err != nil {
			return err
		}
		w.r.CancelRequested, w.r.Version = now.CancelRequested, now.Version
		if err := tx.UpdateRefresh(ctx, w.r); err != nil {
			return err
		}
		w.r.Version++
		return nil
	})
}

// advance works the tasks that can be worked now: those that wait for others are skipped once one of these has failed.
func (w *work) advance(ctx context.Context) error {
	now := w.cfg.Clock().UTC()
	if w.r.StartedAt.IsZero() {
		w.r.StartedAt = now
	}
	w.r.Status = activation.StatusRunning
	soonest := time.Duration(0)
	later := func(d time.Duration) {
		if d = max(d, time.Millisecond); soonest == 0 || d < soonest {
			soonest = d
		}
	}
	for i := range w.r.Tasks {
		t := &w.r.Tasks[i]
		if t.Done() {
			continue
		}
		ready, cause := w.ready(*t)
		switch {
		case cause != "":
			t.Status, t.Cause, t.EndedAt = activation.StatusSkipped, cause, now
			t.Error = "a task that it needs has failed: " + w.r.Task(cause).Name
		case !ready:
		case t.TryAt.After(now):
			w.r.Status = activation.StatusRetrying
			later(t.TryAt.Sub(now))
		case t.Kind == activation.TaskExport:
			if err := w.export(ctx, t); err != nil {
				return err
			}
			if !t.Done() {
				later(w.cfg.Poll)
			}
		default:
			return w.one(ctx, t) // long: how it stands is stored before the next
		}
	}
	if slices.ContainsFunc(w.r.Tasks, func(t activation.Task) bool { return !t.Done() }) {
		w.pause = soonest
		return nil
	}
	w.end()
	return nil
}

// ready reports whether everything that the task needs has succeeded, and else the task at whose door the failure lies.
func (w *work) ready(t activation.Task) (ready bool, cause string) {
	ready = true
	for _, id := range t.Needs {
		n := w.r.Task(id)
		switch {
		case n == nil: // a source that was removed since
		case n.Done() && !n.OK():
			if n.Cause != "" {
				return false, n.Cause
			}
			return false, n.ID
		case !n.OK():
			ready = false
		}
	}
	return ready, ""
}

// one works a task that is no export, and stores that it is running first.
func (w *work) one(ctx context.Context, t *activation.Task) error {
	if t.Status != activation.StatusRunning {
		t.Status = activation.StatusRunning
		if t.StartedAt.IsZero() {
			t.StartedAt = w.cfg.Clock().UTC()
		}
		if err := w.save(ctx); err != nil {
			return err
		}
	}
	stop := keepAlive(ctx)
	err := w.do(ctx, t)
	stop()
	if ctx.Err() != nil {
		return ctx.Err() // worked again by the next worker
	}
	w.outcome(ctx, t, err)
	return nil
}

// aliveEvery is how often a long task says that it gets on.
const aliveEvery = time.Minute

// keepAlive says that the job gets on until it is stopped: taking millions of rows over is one call.
func keepAlive(ctx context.Context) (stop func()) {
	ended, tick := make(chan struct{}), time.NewTicker(aliveEvery)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
				jobs.Alive(ctx)
			}
		}
	}()
	return func() {
		close(ended)
		<-gone
	}
}

func (w *work) do(ctx context.Context, t *activation.Task) error {
	switch t.Kind {
	case activation.TaskSource:
		_, err := w.cfg.Sources.Ingest(ctx, activation.SourceID(t.Object), false)
		return err
	case activation.TaskProfile:
		_, err := w.cfg.Sources.Build(ctx)
		return err
	case activation.TaskSegment:
		if w.r.Segment != "" {
			_, err := w.cfg.Segments.Evaluate(ctx, w.r.Segment)
			return err
		}
		_, err := w.cfg.Segments.Observe(ctx, activation.SegmentID(t.Object))
		return err
	}
	return activation.Errorf(activation.CodeInternal, "a refresh has no task of the kind %s", t.Kind)
}

// passing are failures that may pass by themselves.
func passing(c activation.Code) bool {
	return slices.Contains([]activation.Code{activation.CodeUnavailable, activation.CodeInternal, activation.CodeLocked, activation.CodeStorageFull}, c)
}

// outcome writes down how a task went: done, tried again later, or failed for good.
func (w *work) outcome(ctx context.Context, t *activation.Task, err error) {
	now := w.cfg.Clock().UTC()
	t.Code, t.Error, t.Remedy, t.TryAt = "", "", "", time.Time{}
	if err == nil {
		t.Status, t.EndedAt = activation.StatusSuccessful, now
		return
	}
	t.Code, t.Error, t.Remedy = describe(err)
	t.Attempt++
	if passing(t.Code) && t.Attempt < w.cfg.Tries {
		t.Status, t.TryAt = activation.StatusRetrying, now.Add(w.cfg.FirstPause<<(t.Attempt-1))
		w.r.Status = activation.StatusRetrying
		w.cfg.Log.WarnContext(ctx, "task will be tried again", "refresh", w.r.ID, "task", t.ID, "code", t.Code, "attempt", t.Attempt)
		return
	}
	t.Status, t.EndedAt = activation.StatusFailed, now
	w.cfg.Log.ErrorContext(ctx, "task failed", "refresh", w.r.ID, "task", t.ID, "code", t.Code)
}

// describe is what is told of an error; the text of one without a code may come from anywhere and is not told.
func describe(err error) (code activation.Code, text, remedy string) {
	var e *activation.Error
	if errors.As(err, &e) && e.Code != activation.CodeInternal {
		return e.Code, e.Message, e.Remedy
	}
	return activation.CodeInternal, "something went wrong inside Segue", "The server's log says more"
}

// export starts the run of an export, once, and follows it.
func (w *work) export(ctx context.Context, t *activation.Task) error {
	now := w.cfg.Clock().UTC()
	if t.Run == "" {
		run, _, err := w.cfg.Exports.Start(ctx, activation.ExportID(t.Object), activation.RunReal, w.r.RequestedBy, "refresh "+string(w.r.ID))
		switch activation.CodeOf(err) {
		case "":
			t.Run, t.Status, t.StartedAt = run.ID, activation.StatusRunning, now
		case activation.CodeConflict: // an earlier run is under way, on older data: ours comes after it
			return nil
		case activation.CodeNotFound:
			t.Status, t.EndedAt, t.Code, t.Error = activation.StatusCanceled, now, activation.CodeNotFound, "the export was removed meanwhile"
			return nil
		case activation.CodeNoConnection:
			t.Status, t.EndedAt = activation.StatusNoConnection, now
			t.Code, t.Error, t.Remedy = describe(err)
			return nil
		case activation.CodeNeedsExportUser:
			t.Status, t.EndedAt = activation.StatusNeedsExportUser, now
			t.Code, t.Error, t.Remedy = describe(err)
			t.Connection, err = w.connectionOf(ctx, activation.ExportID(t.Object))
			return err
		default:
			w.outcome(ctx, t, err)
			return nil
		}
	}
	run, err := w.cfg.Exports.Run(ctx, t.Run)
	if activation.CodeOf(err) == activation.CodeNotFound {
		t.Status, t.EndedAt, t.Code, t.Error = activation.StatusCanceled, now, activation.CodeNotFound, "the export was removed meanwhile"
		return nil
	}
	if err != nil {
		return err
	}
	t.Status, t.Code, t.Error, t.Remedy = run.Status, run.ErrorCode, run.Error, run.Remedy
	if t.Done() {
		t.EndedAt = now
	}
	return nil
}

// connectionOf returns the connection of an export, where the cause lies when it has no export user.
func (w *work) connectionOf(ctx context.Context, id activation.ExportID) (c activation.ConnectionID, err error) {
	err = w.cfg.Store.View(ctx, func(r store.Reader) error {
		e, err := r.Export(ctx, id)
		c = e.Connection
		return err
	})
	if activation.CodeOf(err) == activation.CodeNotFound {
		err = nil
	}
	return c, err
}

// cancel ends what has not begun, and follows what cannot be stopped at once.
func (w *work) cancel(ctx context.Context) error {
	now := w.cfg.Clock().UTC()
	for i := range w.r.Tasks {
		t := &w.r.Tasks[i]
		if t.Done() {
			continue
		}
		if t.Run == "" {
			t.Status, t.EndedAt = activation.StatusCanceled, now
			continue
		}
		if run, err := w.cfg.Exports.Run(ctx, t.Run); err == nil && !run.Status.Final() && !run.CancelRequested {
			if _, err := w.cfg.Exports.Cancel(ctx, t.Run); err != nil && activation.CodeOf(err) != activation.CodeConflict {
				return err
			}
		}
		if err := w.export(ctx, t); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(w.r.Tasks, func(t activation.Task) bool { return !t.Done() }) {
		w.pause = w.cfg.Poll
		return nil
	}
	w.end()
	return nil
}

// end gives the refresh its status: the worst that happened.
func (w *work) end() {
	w.r.EndedAt = w.cfg.Clock().UTC()
	has := func(statuses ...activation.RunStatus) bool {
		return slices.ContainsFunc(w.r.Tasks, func(t activation.Task) bool { return slices.Contains(statuses, t.Status) })
	}
	switch {
	case has(activation.StatusFailed, activation.StatusSkipped, activation.StatusNeedsExportUser):
		w.r.Status = activation.StatusFailed
	case w.r.CancelRequested:
		w.r.Status = activation.StatusCanceled
	case has(activation.StatusWithRejects):
		w.r.Status = activation.StatusWithRejects
	default:
		w.r.Status = activation.StatusSuccessful
	}
}
