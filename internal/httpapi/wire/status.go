package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/refresh"
)

// Status is how every task of the pipeline stands, in the order of the pipeline.
type Status struct {
	At    time.Time      `json:"at"`
	Tasks []TaskStanding `json:"tasks" nullable:"false"`
}

// TaskStanding is how a task of the pipeline stands.
type TaskStanding struct {
	Kind       string        `json:"kind" enum:"source,profile,segment,export"`
	ObjectID   string        `json:"object_id,omitempty" doc:"What it works on"`
	Name       string        `json:"name"`
	Status     RunStatus     `json:"status"`
	Schedule   *TaskSchedule `json:"schedule,omitempty" doc:"When an export runs, or a segment is evaluated, by itself; other tasks are part of every refresh"`
	NextAt     time.Time     `json:"next_at,omitzero" doc:"When it runs next by itself, or is tried again"`
	Progress   *Progress     `json:"progress,omitempty" doc:"How far the run of an export under way has got"`
	DurationMS int64         `json:"duration_ms,omitempty" doc:"How long the latest run took, or has taken so far; of a held one until it was held"`
	Runs       []TaskRun     `json:"runs" nullable:"false" doc:"The last five runs, newest first"`
	Error      *RunError     `json:"error,omitempty" doc:"Why the latest run failed, was skipped, waits or is tried again"`
	Freshness  *Freshness    `json:"freshness,omitempty" doc:"Within which time a run of the export must have succeeded, where that is asked for"`
	OutOfStep  *OutOfStep    `json:"out_of_step,omitempty" doc:"Why the list of an export is not as its segments say; absent where it is"`
}

// TaskSchedule says when an export runs, or a segment is evaluated, by itself.
type TaskSchedule struct {
	Mode     string `json:"mode" enum:"with_refresh,own,on_demand,static"`
	Cron     string `json:"cron,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`
}

// TaskRun is one time that a task was worked.
type TaskRun struct {
	Status     RunStatus `json:"status"`
	StartedAt  time.Time `json:"started_at,omitzero"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	DurationMS int64     `json:"duration_ms,omitempty"`
	RefreshID  string    `json:"refresh_id,omitempty" doc:"The refresh that it was part of"`
	RunID      string    `json:"run_id,omitempty" doc:"The run of an export"`
	CauseID    string    `json:"cause_id,omitempty" doc:"The task whose failure it was skipped for"`
	Error      *RunError `json:"error,omitempty"`
}

// Freshness is within which time a run of an export must have succeeded, and whether one has.
type Freshness struct {
	WithinMinutes int64     `json:"within_minutes"`
	LastSuccess   time.Time `json:"last_success,omitzero" doc:"When a run last succeeded"`
	Late          bool      `json:"late" doc:"That is longer ago than it may be"`
}

// FreshnessInput changes within which time a run of an export must have succeeded.
type FreshnessInput struct {
	WithinMinutes int64 `json:"within_minutes" minimum:"0" maximum:"527040" doc:"At least 60; 0 asks for nothing"`
	Version       int64 `json:"version" minimum:"1" doc:"The version that was read"`
}

// FromFreshness makes the JSON of a freshness objective; nil where there is none.
func FromFreshness(within time.Duration, success time.Time, late bool) *Freshness {
	if within == 0 {
		return nil
	}
	return &Freshness{WithinMinutes: int64(within / time.Minute), LastSuccess: utc(success), Late: late}
}

// FromStatus makes the JSON of how tasks stand at a moment.
func FromStatus(list []refresh.TaskStatus, at time.Time) Status {
	return Status{At: utc(at), Tasks: each(list, func(t refresh.TaskStatus) TaskStanding { return fromTaskStanding(t, at) })}
}

func fromTaskStanding(t refresh.TaskStatus, at time.Time) TaskStanding {
	w := TaskStanding{
		Kind: string(t.Kind), ObjectID: t.Object, Name: t.Name, Status: RunStatus(t.Status), NextAt: utc(t.NextAt),
		Runs: each(t.Runs, func(r refresh.TaskRun) TaskRun { return fromTaskRun(r, at) }), Freshness: FromFreshness(t.Freshness, t.Success, t.Late),
		OutOfStep: FromOutOfStep(t.OutOfStep),
	}
	if t.Kind == activation.TaskExport || t.Kind == activation.TaskSegment {
		w.Schedule = &TaskSchedule{Mode: string(t.Schedule.Effective()), Cron: t.Schedule.Cron, TimeZone: t.Schedule.TimeZone}
	}
	if t.Progress != nil {
		p := Progress(*t.Progress)
		w.Progress = &p
	}
	if len(w.Runs) > 0 {
		w.DurationMS, w.Error = w.Runs[0].DurationMS, w.Runs[0].Error
	}
	return w
}

func fromTaskRun(r refresh.TaskRun, at time.Time) TaskRun {
	w := TaskRun{
		Status: RunStatus(r.Status), StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), RefreshID: string(r.Refresh), RunID: string(r.Run), CauseID: r.Cause,
	}
	switch {
	case r.StartedAt.IsZero():
	case !r.HeldAt.IsZero():
		w.DurationMS = max(r.HeldAt.Sub(r.StartedAt).Milliseconds(), 0)
	case r.EndedAt.IsZero() && !r.Status.Final():
		w.DurationMS = max(at.Sub(r.StartedAt).Milliseconds(), 0)
	case !r.EndedAt.IsZero():
		w.DurationMS = max(r.EndedAt.Sub(r.StartedAt).Milliseconds(), 0)
	}
	if r.Error != "" || r.Code != "" {
		w.Error = &RunError{Code: Code(r.Code), Message: r.Error, Remedy: r.Remedy}
	}
	return w
}
