package wire

import (
	"time"

	"segue/internal/activation"
)

// RefreshSchedule says when the pipeline is refreshed by itself.
type RefreshSchedule struct {
	On       bool      `json:"on"`
	Days     []string  `json:"days,omitempty" nullable:"false" maxItems:"7" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday" doc:"Every day if absent"`
	Times    []string  `json:"times,omitempty" nullable:"false" maxItems:"4" doc:"Times of day, such as 06:30; one that clocks leave out is due right after the gap, one that comes twice the first time only"`
	TimeZone string    `json:"time_zone,omitempty" maxLength:"100" doc:"The IANA zone of the times; UTC if absent"`
	NextAt   time.Time `json:"next_at,omitzero" readOnly:"true" doc:"When it is due next"`
	Version  int64     `json:"version" minimum:"0" doc:"The version that was read; 0 before it was ever set"`
}

// ExportSchedule says when an export runs by itself.
type ExportSchedule struct {
	Mode     string `json:"mode,omitempty" enum:"with_refresh,own,on_demand" default:"with_refresh"`
	Cron     string `json:"cron,omitempty" maxLength:"200" doc:"For a schedule of its own: minute, hour, day of the month, month, day of the week"`
	TimeZone string `json:"time_zone,omitempty" maxLength:"100" doc:"The IANA zone of the expression; UTC if absent"`
}

// Refresh is one execution of the pipeline: data sources, profile, segments, exports.
type Refresh struct {
	ID              string    `json:"id"`
	Status          RunStatus `json:"status"`
	Ended           bool      `json:"ended"`
	RequestedBy     string    `json:"requested_by"`
	Scheduled       bool      `json:"scheduled" doc:"It was due"`
	ExportID        string    `json:"export_id,omitempty" doc:"Only what this export needs was refreshed, and it was run"`
	SegmentID       string    `json:"segment_id,omitempty" doc:"Only this segment was evaluated, and its members stored"`
	CancelRequested bool      `json:"cancel_requested"`
	Tasks           []Task    `json:"tasks" nullable:"false"`
	CreatedAt       time.Time `json:"created_at"`
	StartedAt       time.Time `json:"started_at,omitzero"`
	EndedAt         time.Time `json:"ended_at,omitzero"`
	Version         int64     `json:"version"`
}

// Task is one step of a refresh.
type Task struct {
	ID           string    `json:"id"`
	Kind         string    `json:"kind" enum:"source,profile,segment,export"`
	ObjectID     string    `json:"object_id,omitempty" doc:"What it works on"`
	Name         string    `json:"name"`
	Status       RunStatus `json:"status"`
	CauseID      string    `json:"cause_id,omitempty" doc:"The task whose failure it was skipped for"`
	ConnectionID string    `json:"connection_id,omitempty" doc:"The connection that needs an export user"`
	RunID        string    `json:"run_id,omitempty" doc:"The run of an export"`
	StartedAt    time.Time `json:"started_at,omitzero"`
	EndedAt      time.Time `json:"ended_at,omitzero"`
	Attempt      int       `json:"attempt" doc:"Tries that met trouble"`
	TryAt        time.Time `json:"try_at,omitzero" doc:"When it is tried again"`
	Error        *RunError `json:"error,omitempty" doc:"Why it failed, was skipped or is tried again"`
}

// StartedRuns is what running all exports has begun.
type StartedRuns struct {
	Runs    []Run          `json:"runs" nullable:"false"`
	Refused []RefusedStart `json:"refused" nullable:"false" doc:"Exports that could not be run now"`
}

// RefusedStart is an export that could not be run now.
type RefusedStart struct {
	ExportID string `json:"export_id"`
	Name     string `json:"name"`
	Code     Code   `json:"code"`
	Message  string `json:"message"`
}

// FromRefreshSchedule makes the JSON of the schedule.
func FromRefreshSchedule(s activation.RefreshSchedule, version int64, next time.Time) RefreshSchedule {
	return RefreshSchedule{
		On: s.On, Days: each(s.Days, func(d activation.Weekday) string { return string(d) }), Times: each(s.Times, func(t string) string { return t }),
		TimeZone: s.TimeZone, NextAt: utc(next), Version: version,
	}
}

// Domain turns the input into a schedule.
func (s RefreshSchedule) Domain() activation.RefreshSchedule {
	out := activation.RefreshSchedule{On: s.On, TimeZone: s.TimeZone}
	for _, d := range s.Days {
		out.Days = append(out.Days, activation.Weekday(d))
	}
	out.Times = append(out.Times, s.Times...)
	return out
}

// FromExportSchedule makes the JSON of an export's schedule.
func FromExportSchedule(s activation.ExportSchedule) ExportSchedule {
	return ExportSchedule{Mode: string(s.Effective()), Cron: s.Cron, TimeZone: s.TimeZone}
}

// Domain turns the input into a schedule.
func (s ExportSchedule) Domain() activation.ExportSchedule {
	out := activation.ExportSchedule{Mode: activation.ScheduleMode(s.Mode), Cron: s.Cron, TimeZone: s.TimeZone}
	if out.Mode == activation.ScheduleWithRefresh {
		out.Mode = "" // the default
	}
	return out
}

// FromRefresh makes the JSON of a refresh.
func FromRefresh(r activation.Refresh) Refresh {
	return Refresh{
		ID: string(r.ID), Status: RunStatus(r.Status), Ended: r.Status.Final(), RequestedBy: r.RequestedBy, Scheduled: r.Scheduled, ExportID: string(r.Export), SegmentID: string(r.Segment),
		CancelRequested: r.CancelRequested, Tasks: each(r.Tasks, fromTask), CreatedAt: utc(r.CreatedAt), StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), Version: r.Version,
	}
}

func fromTask(t activation.Task) Task {
	w := Task{
		ID: t.ID, Kind: string(t.Kind), ObjectID: t.Object, Name: t.Name, Status: RunStatus(t.Status), CauseID: t.Cause, RunID: string(t.Run), ConnectionID: string(t.Connection),
		StartedAt: utc(t.StartedAt), EndedAt: utc(t.EndedAt), Attempt: t.Attempt, TryAt: utc(t.TryAt),
	}
	if t.Error != "" || t.Code != "" {
		w.Error = &RunError{Code: Code(t.Code), Message: t.Error, Remedy: t.Remedy}
	}
	return w
}
