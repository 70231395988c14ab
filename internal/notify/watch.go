package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// Watch looks how every task of the pipeline stands, and makes a message of each change that people want to know of. What it saw,
// the message and its deliveries are one transaction: a crash before it leaves everything to the next look, one after it
// nothing to do. It is to be called every few seconds, by one caller at a time.
func (s *Service) Watch(ctx context.Context) error {
	var w *watch
	look := func(r store.Reader) (err error) {
		w, err = s.look(ctx, r)
		return err
	}
	if err := s.cfg.Store.View(ctx, look); err != nil || !w.changed() {
		return err
	}
	s.cfg.FailPoint("notify.before-store")
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := look(tx); err != nil { // again: it may have moved
			return err
		}
		return w.store(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("look what people want to know of: %w", err)
	}
	s.cfg.FailPoint("notify.after-store")
	for _, n := range w.notices {
		s.cfg.Log.InfoContext(ctx, "message made", "notice", n.ID, "kind", n.Kind, "task", n.Task, "object", n.Object)
	}
	return nil
}

// watch is one look at everything.
type watch struct {
	*Service
	now   time.Time
	known map[string]activation.TaskState
	// after is how every task stands now.
	after   map[string]activation.TaskState
	stored  []activation.SegmentID // segments that keep their members
	upTo    int64                  // the last ended run that was looked at
	notices []activation.Notice
}

// look reads how everything stands, and what has changed since.
func (s *Service) look(ctx context.Context, r store.Reader) (*watch, error) {
	w := &watch{Service: s, now: s.cfg.Clock().UTC(), known: map[string]activation.TaskState{}, after: map[string]activation.TaskState{}}
	list, err := r.TaskStates(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		w.known[x.Subject] = x
	}
	if err := w.exports(ctx, r); err != nil {
		return nil, err
	}
	return w, w.pipeline(ctx, r)
}

func (w *watch) changed() bool { return w.upTo > 0 || !maps.Equal(w.known, w.after) }

// store writes what is new.
func (w *watch) store(ctx context.Context, tx store.Tx) error {
	for subject, x := range w.after {
		if w.known[subject] != x {
			if err := tx.PutTaskState(ctx, x); err != nil {
				return err
			}
		}
	}
	for subject := range w.known {
		if _, there := w.after[subject]; !there { // removed
			if err := tx.DeleteTaskState(ctx, subject); err != nil {
				return err
			}
		}
	}
	if w.upTo > 0 {
		if err := tx.ForgetEnded(ctx, w.upTo); err != nil {
			return err
		}
	}
	if len(w.notices) == 0 {
		return nil
	}
	to, err := recipients(ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range w.notices {
		if err := tx.CreateNotice(ctx, n, deliveries(n, to)); err != nil {
			return err
		}
	}
	return nil
}

// subject begins with how a task stood.
func (w *watch) subject(kind activation.TaskKind, object string) activation.TaskState {
	name := string(kind) + ":" + object
	x := w.known[name]
	x.Subject = name
	return x
}

// tell makes a message.
func (w *watch) tell(n activation.Notice) {
	n.ID, n.At = activation.NoticeID(w.cfg.IDs()), w.now
	w.notices = append(w.notices, n)
}

// troubles are the statuses that people are told of, and what kind of message each is.
func troubles() map[activation.RunStatus]activation.NoticeKind {
	return map[activation.RunStatus]activation.NoticeKind{
		activation.StatusFailed:          activation.NoticeFailed,
		activation.StatusHeld:            activation.NoticeHeld,
		activation.StatusWaiting:         activation.NoticeWaiting,
		activation.StatusNeedsExportUser: activation.NoticeStopped,
	}
}

// enter takes a task into trouble; about says what happened. Nothing is told of the trouble that it is in already.
func (w *watch) enter(x *activation.TaskState, status activation.RunStatus, about activation.Notice) {
	if x.Trouble == status {
		return
	}
	x.Trouble, x.Since = status, w.now
	about.Kind, about.Status = troubles()[status], status
	w.tell(about)
}

// leave takes a task out of all trouble because it has succeeded.
func (w *watch) leave(x *activation.TaskState, about activation.Notice) {
	if x.Trouble == "" && !x.Late {
		return
	}
	x.Trouble, x.Late, x.Since = "", false, w.now
	about.Kind, about.Status = activation.NoticeRecovered, activation.StatusSuccessful
	w.tell(about)
}

// forget takes a task out of a trouble that people ended themselves: nobody needs to be told.
func (w *watch) forget(x *activation.TaskState) {
	if x.Trouble != "" {
		x.Trouble, x.Since = "", w.now
	}
}

// mostEnded is how many ended runs are looked at in one go.
const mostEnded = 200

// exports looks at exports: the runs that ended since, in the order in which they did, then those under way.
func (w *watch) exports(ctx context.Context, r store.Reader) error {
	all, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return r.Exports(ctx, p) })
	if err != nil {
		return err
	}
	open, err := r.OpenRuns(ctx)
	if err != nil {
		return err
	}
	ended, err := r.EndedRuns(ctx, mostEnded)
	if err != nil {
		return err
	}
	runs := map[activation.ExportID][]activation.Run{}
	for _, e := range ended {
		runs[e.Run.Export] = append(runs[e.Run.Export], e.Run)
		w.upTo = e.Number
	}
	for _, run := range open {
		if run.Kind == activation.RunReal {
			runs[run.Export] = append(runs[run.Export], run)
		}
	}
	for _, e := range all {
		x := w.subject(activation.TaskExport, string(e.ID))
		stopped, err := store.Impediment(ctx, r, e)
		if err != nil {
			return err
		}
		w.runs(&x, e, runs[e.ID], stopped)
		if err := w.fresh(ctx, r, &x, e); err != nil {
			return err
		}
		w.after[x.Subject] = x
	}
	return nil
}

func aboutExport(e activation.Export, run activation.Run) activation.Notice {
	return activation.Notice{
		Task: activation.TaskExport, Object: string(e.ID), Name: e.Name, Run: run.ID, Code: run.ErrorCode, Error: run.Error, Remedy: run.Remedy,
	}
}

// runs looks at the runs of an export, those that ended first, and at what keeps it from running at all.
func (w *watch) runs(x *activation.TaskState, e activation.Export, runs []activation.Run, stopped activation.RunStatus) {
	open := slices.ContainsFunc(runs, func(r activation.Run) bool { return !r.Status.Final() })
	waits := false
	for _, run := range runs {
		switch run.Status {
		case activation.StatusFailed:
			w.enter(x, activation.StatusFailed, aboutExport(e, run))
		case activation.StatusSuccessful, activation.StatusWithRejects:
			w.leave(x, activation.Notice{Task: activation.TaskExport, Object: string(e.ID), Name: e.Name, Run: run.ID})
		case activation.StatusCanceled: // by a person, or replaced by a newer one, which is looked at then
			if !open && x.Trouble != activation.StatusFailed {
				w.forget(x)
			}
		case activation.StatusHeld:
			w.enter(x, activation.StatusHeld, aboutExport(e, run))
		case activation.StatusWaiting, activation.StatusRunning:
			waits = true
			if w.waited(x, run) {
				w.enter(x, activation.StatusWaiting, aboutExport(e, run))
			}
		}
	}
	if !waits {
		x.Waiting, x.WaitingSince = "", time.Time{}
	}
	switch {
	case troubles()[stopped] == activation.NoticeStopped: // an export that is detached was detached by somebody
		w.enter(x, stopped, activation.Notice{Task: activation.TaskExport, Object: string(e.ID), Name: e.Name})
	case troubles()[x.Trouble] == activation.NoticeStopped:
		w.forget(x)
	}
}

// waited reports whether a run has waited for the destination for too long without getting any further (S17). The run may say so
// itself, knowing since when its import is under way.
func (w *watch) waited(x *activation.TaskState, run activation.Run) bool {
	at := fmt.Sprint(run.ID, run.Progress)
	if x.Waiting != at {
		if run.Status != activation.StatusWaiting {
			return false
		}
		x.Waiting, x.WaitingSince = at, w.now
	}
	told := run.Attempt == 0 && run.ErrorCode != ""
	return run.Status == activation.StatusWaiting && (told || w.now.Sub(x.WaitingSince) >= w.cfg.WaitingAfter)
}

// fresh looks at the freshness objective of an export.
func (w *watch) fresh(ctx context.Context, r store.Reader, x *activation.TaskState, e activation.Export) error {
	if e.Freshness == 0 {
		x.Late = false
		return nil
	}
	success, err := r.LastSuccess(ctx, e.ID)
	if err != nil {
		return err
	}
	switch late := e.Late(success, w.now); {
	case late && !x.Late:
		x.Late, x.Since = true, w.now
		w.tell(activation.Notice{
			Kind: activation.NoticeLate, Task: activation.TaskExport, Object: string(e.ID), Name: e.Name, Status: x.Trouble, Within: e.Freshness, Success: success,
		})
	case !late: // by a success, which was told of, or because the objective was changed
		x.Late = false
	}
	return nil
}
