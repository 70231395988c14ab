package refresh

import (
	"context"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// LastRuns is how many of its last runs the status of a task tells.
const LastRuns = 5

// TaskStatus is how a task of the pipeline stands.
type TaskStatus struct {
	Kind         activation.TaskKind
	Object, Name string
	Status       activation.RunStatus
	// Schedule is when an export or a segment is worked by itself; the others are with every refresh.
	Schedule activation.SegmentSchedule
	// NextAt is when it runs next by itself, or is tried again; zero for never.
	NextAt time.Time
	// Progress is set while a run of an export is under way.
	Progress *activation.Progress
	// Runs are the last runs, newest first; the one under way is among them.
	Runs []TaskRun
	// Freshness is the objective of an export, Success when a run of it last succeeded, Late whether that is too long ago.
	Freshness time.Duration
	Success   time.Time
	Late      bool
	// OutOfStep is why the list of an export is not as its segments say; nil where it is.
	OutOfStep *activation.OutOfStep
}

// TaskRun is one time that a task was worked.
type TaskRun struct {
	Status activation.RunStatus
	// StartedAt and EndedAt are zero before.
	StartedAt, EndedAt time.Time
	// HeldAt is since when a run waits for somebody's decision, which is none of its work; zero if it does not.
	HeldAt time.Time
	// Refresh is the refresh it was part of, Run the run of an export; either may be empty.
	Refresh activation.RefreshID
	Run     activation.RunID
	// Cause is the task whose failure it was skipped for.
	Cause               string
	Code, Error, Remedy string

	progress activation.Progress
	tryAt    time.Time
}

// when is the moment by which runs are ordered.
func (r TaskRun) when() time.Time {
	if !r.StartedAt.IsZero() {
		return r.StartedAt
	}
	return r.EndedAt
}

// recentRefreshes is how many refreshes the status looks back.
const recentRefreshes = 60

// Status tells how every task of the pipeline stands, in the order of the pipeline.
func (s *Service) Status(ctx context.Context) ([]TaskStatus, error) {
	next, err := s.NextDue(ctx)
	if err != nil {
		return nil, err
	}
	var all []TaskStatus
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		x := &statusView{ctx: ctx, reader: r, now: s.cfg.Clock().UTC(), next: next, of: map[string][]TaskRun{}, steps: store.NewSteps(r)}
		if err := x.refreshes(); err != nil {
			return err
		}
		for _, part := range []func() ([]TaskStatus, error){x.sources, x.profile, x.segments, x.exports} {
			list, err := part()
			if err != nil {
				return err
			}
			all = append(all, list...)
		}
		return nil
	})
	return all, err
}

// statusView is one look at everything.
type statusView struct {
	ctx    context.Context
	reader store.Reader
	now    time.Time
	next   map[string]time.Time
	steps  *store.Steps
	// of are the tasks of recent refreshes, by their ids, newest first.
	of map[string][]TaskRun
}

func (x *statusView) refreshes() error {
	list, _, err := x.reader.Refreshes(x.ctx, store.Page{Limit: recentRefreshes})
	for _, r := range list {
		for _, t := range r.Tasks {
			x.of[t.ID] = append(x.of[t.ID], taskRun(r.ID, t))
		}
	}
	return err
}

func taskRun(in activation.RefreshID, t activation.Task) TaskRun {
	return TaskRun{
		Status: t.Status, StartedAt: t.StartedAt, EndedAt: t.EndedAt, Refresh: in, Run: t.Run, Cause: t.Cause,
		Code: string(t.Code), Error: t.Error, Remedy: t.Remedy, tryAt: t.TryAt,
	}
}

// part makes the status of a task out of its runs, newest first.
func (x *statusView) part(t TaskStatus, runs []TaskRun, next time.Time) TaskStatus {
	slices.SortStableFunc(runs, func(a, b TaskRun) int {
		if open := !b.Status.Final() && b.Status != ""; open != (!a.Status.Final() && a.Status != "") { // what is under way comes first
			if open {
				return 1
			}
			return -1
		}
		return b.when().Compare(a.when())
	})
	t.Status, t.NextAt = activation.StatusNotStarted, next
	t.Runs = runs[:min(len(runs), LastRuns)]
	if len(runs) > 0 {
		t.Status = runs[0].Status
		if !runs[0].Status.Final() && !runs[0].tryAt.IsZero() {
			t.NextAt = runs[0].tryAt
		}
	}
	return t
}

// byHand adds what was done outside a refresh.
func byHand(runs []TaskRun, by TaskRun) []TaskRun {
	const near = time.Second
	for _, r := range runs {
		if !by.EndedAt.Before(r.StartedAt.Add(-near)) && (r.EndedAt.IsZero() || !by.EndedAt.After(r.EndedAt.Add(near))) && !r.StartedAt.IsZero() {
			return runs // it was this one
		}
	}
	return append(runs, by)
}

func (x *statusView) sources() (all []TaskStatus, err error) {
	list, err := store.Every(func(p store.Page) ([]activation.Source, string, error) { return x.reader.Sources(x.ctx, p) })
	for _, s := range list {
		runs := x.of[id(activation.TaskSource, string(s.ID))]
		if in := s.Ingest; in != nil && !in.At.IsZero() {
			runs = byHand(runs, TaskRun{Status: activation.StatusSuccessful, StartedAt: in.At.Add(-time.Duration(in.DurationMS) * time.Millisecond), EndedAt: in.At})
		}
		if in := s.Ingest; in != nil && in.Error != "" {
			runs = byHand(runs, TaskRun{Status: activation.StatusFailed, StartedAt: in.FailedAt, EndedAt: in.FailedAt, Code: string(in.ErrorCode), Error: in.Error})
		}
		all = append(all, x.part(TaskStatus{Kind: activation.TaskSource, Object: string(s.ID), Name: s.Name}, runs, x.next[dueRefresh]))
	}
	return all, err
}

func (x *statusView) profile() ([]TaskStatus, error) {
	d, err := x.reader.Profile(x.ctx)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	runs := x.of[id(activation.TaskProfile, "")]
	if b := d.Build; b != nil && !b.At.IsZero() {
		runs = byHand(runs, TaskRun{Status: activation.StatusSuccessful, StartedAt: b.At.Add(-time.Duration(b.DurationMS) * time.Millisecond), EndedAt: b.At})
	}
	if b := d.Build; b != nil && b.Error != "" {
		runs = byHand(runs, TaskRun{Status: activation.StatusFailed, StartedAt: b.FailedAt, EndedAt: b.FailedAt, Code: string(b.ErrorCode), Error: b.Error})
	}
	return []TaskStatus{x.part(TaskStatus{Kind: activation.TaskProfile, Name: "profile"}, runs, x.next[dueRefresh])}, nil
}

func (x *statusView) segments() (all []TaskStatus, err error) {
	list, err := store.Every(func(p store.Page) ([]activation.Segment, string, error) { return x.reader.Segments(x.ctx, p) })
	for _, g := range list {
		t := TaskStatus{Kind: activation.TaskSegment, Object: string(g.ID), Name: g.Name, Schedule: g.Schedule}
		if !g.Schedule.Stored() {
			all = append(all, x.part(t, x.of[id(activation.TaskSegment, t.Object)], x.next[dueRefresh]))
			continue
		}
		var runs []TaskRun
		evaluations, err := x.reader.Evaluations(x.ctx, g.ID, LastRuns)
		if err != nil {
			return nil, err
		}
		for _, r := range evaluations {
			for _, k := range r.Tasks {
				runs = append(runs, taskRun(r.ID, k))
			}
		}
		all = append(all, x.part(t, runs, x.next[dueSegment+t.Object]))
	}
	return all, err
}

func (x *statusView) exports() (all []TaskStatus, err error) {
	list, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return x.reader.Exports(x.ctx, p) })
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		t, err := x.export(e)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// export tells an export by its runs. Of refreshes only what never became a run counts, queued or skipped, and only for an export
// that runs with them: what has a schedule of its own is never skipped.
func (x *statusView) export(e activation.Export) (t TaskStatus, err error) {
	t = TaskStatus{Kind: activation.TaskExport, Object: string(e.ID), Name: e.Name, Schedule: activation.SegmentSchedule(e.Schedule), Freshness: e.Freshness}
	var runs []TaskRun
	var next time.Time
	switch e.Schedule.Effective() {
	case activation.ScheduleWithRefresh:
		next = x.next[dueRefresh]
		for _, r := range x.of[id(activation.TaskExport, string(e.ID))] {
			if r.Run == "" {
				runs = append(runs, r)
			}
		}
	case activation.ScheduleOwn:
		next = x.next[dueExport+string(e.ID)]
	}
	own, err := x.runsOf(e.ID)
	if err != nil {
		return t, err
	}
	t = x.part(t, append(own, runs...), next)
	if len(t.Runs) > 0 && !t.Runs[0].Status.Final() && t.Runs[0].Run != "" {
		t.Progress = &t.Runs[0].progress
	}
	stopped, err := store.Impediment(x.ctx, x.reader, e)
	if err != nil {
		return t, err
	}
	if stopped != "" && (t.Progress == nil || t.Status == activation.StatusHeld) { // what is under way goes to its end
		t.Status, t.NextAt = stopped, time.Time{}
	}
	t.Success, err = x.reader.LastSuccess(x.ctx, e.ID)
	if err != nil {
		return t, err
	}
	t.Late = e.Late(t.Success, x.now)
	t.OutOfStep, err = x.steps.OutOfStep(x.ctx, e)
	return t, err
}

// runsOf lists the last real runs of an export.
func (x *statusView) runsOf(e activation.ExportID) (runs []TaskRun, err error) {
	for p := (store.Page{Limit: 4 * LastRuns}); ; {
		list, next, err := x.reader.Runs(x.ctx, e, p)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.Kind != activation.RunReal {
				continue
			}
			t := TaskRun{
				Status: r.Status, StartedAt: r.StartedAt, EndedAt: r.EndedAt, Run: r.ID, Code: string(r.ErrorCode), Error: r.Error, Remedy: r.Remedy, progress: r.Progress,
			}
			if t.StartedAt.IsZero() {
				t.StartedAt = r.CreatedAt
			}
			if r.Status == activation.StatusHeld && r.Plan != nil {
				t.HeldAt = r.Plan.At
			}
			runs = append(runs, t)
		}
		if next == "" || len(runs) >= LastRuns {
			return runs, nil
		}
		p.After = next
	}
}
