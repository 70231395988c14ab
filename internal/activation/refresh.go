package activation

import (
	"slices"
	"time"
)

// ExportSchedule says when an export runs by itself. The zero value is with every scheduled refresh.
type ExportSchedule struct {
	Mode ScheduleMode `json:"mode,omitempty"`
	// Cron is set for a schedule of its own only.
	Cron     string `json:"cron,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`
}

// ScheduleMode is the kind of an export's schedule.
type ScheduleMode string

// The modes.
const (
	ScheduleWithRefresh ScheduleMode = "with_refresh" // the default
	ScheduleOwn         ScheduleMode = "own"
	ScheduleOnDemand    ScheduleMode = "on_demand"
)

// Effective returns the mode, the default where none is stated.
func (s ExportSchedule) Effective() ScheduleMode {
	if s.Mode == "" {
		return ScheduleWithRefresh
	}
	return s.Mode
}

// Own returns the schedule of its own; ok is false where there is none.
func (s ExportSchedule) Own() (c CronSchedule, ok bool) {
	return CronSchedule{Cron: s.Cron, TimeZone: s.TimeZone}, s.Mode == ScheduleOwn
}

// Validate checks s.
func (s ExportSchedule) Validate() error {
	switch s.Effective() {
	case ScheduleOwn:
		c, _ := s.Own()
		return c.Validate()
	case ScheduleWithRefresh, ScheduleOnDemand:
		if s.Cron != "" {
			return Errorf(CodeInvalid, "only a schedule of its own has a cron expression").WithField("cron")
		}
		return nil
	}
	return Errorf(CodeInvalid, "must be with_refresh, own or on_demand").WithField("mode")
}

// TaskKind says what a task of a refresh does.
type TaskKind string

// The kinds, in the order of the pipeline.
const (
	TaskSource  TaskKind = "source"  // takes a source's rows over
	TaskProfile TaskKind = "profile" // builds the profiles
	TaskSegment TaskKind = "segment" // evaluates a segment
	TaskExport  TaskKind = "export"  // runs an export
)

// Task is one step of a refresh.
type Task struct {
	// ID is unique within the refresh: the kind, and the object's id.
	ID   string   `json:"id"`
	Kind TaskKind `json:"kind"`
	// Object is the id of what it works on; empty for the profile. Name is its name when the refresh began.
	Object string `json:"object,omitempty"`
	Name   string `json:"name"`
	// Needs are the tasks that have to succeed before.
	Needs  []string  `json:"needs,omitempty"`
	Status RunStatus `json:"status"`
	// Cause is the task whose failure it was skipped for.
	Cause     string    `json:"cause,omitempty"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	// Attempt counts tries that met trouble, TryAt is when the next one is due.
	Attempt int       `json:"attempt,omitempty"`
	TryAt   time.Time `json:"try_at,omitzero"`
	// Run is the run of an export.
	Run RunID `json:"run,omitempty"`
	// Connection is the one whose export user is missing.
	Connection ConnectionID `json:"connection,omitempty"`
	// Code, Error and Remedy say why it failed or is tried again. They hold no person's data.
	Code   Code   `json:"code,omitempty"`
	Error  string `json:"error,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// Done reports whether nothing more happens to the task within its refresh. A held run is left to people.
func (t Task) Done() bool {
	return t.Status.Final() || slices.Contains([]RunStatus{StatusHeld, StatusNoConnection, StatusNeedsExportUser}, t.Status)
}

// OK reports whether what needs the task can go on.
func (t Task) OK() bool {
	return slices.Contains([]RunStatus{StatusSuccessful, StatusWithRejects, StatusHeld}, t.Status)
}

// Refresh is one execution of the pipeline: data sources, profile, segments, exports.
type Refresh struct {
	ID RefreshID
	// RequestedBy names who asked for it; Scheduled says that it was due.
	RequestedBy string
	Scheduled   bool
	// Export is set where only what one export needs is refreshed, and then only it is run.
	Export ExportID
	// Segment is set where only this segment is evaluated, and its members stored.
	Segment SegmentID
	// Status is queued, running or failed_retrying while it goes on, then successful, successful_with_rejects, failed_permanent
	// or canceled.
	Status          RunStatus
	CancelRequested bool
	Tasks           []Task
	CreatedAt       time.Time
	StartedAt       time.Time
	EndedAt         time.Time
	UpdatedAt       time.Time
	Version         int64
}

// Task returns a task by its id.
func (r *Refresh) Task(id string) *Task {
	for i := range r.Tasks {
		if r.Tasks[i].ID == id {
			return &r.Tasks[i]
		}
	}
	return nil
}

// Due is when something that has a schedule is due next.
type Due struct {
	// Key says what is due: refresh, or export or segment and its id.
	Key string
	// Spec is the schedule that At was calculated from; another one is calculated anew.
	Spec string
	At   time.Time
}
