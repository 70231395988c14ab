package activation

import (
	"slices"
	"time"
)

// RunStatus is the status of a run as people see it; the words of PRODUCT.md.
type RunStatus string

// The statuses. NeedsExportUser and NoConnection are statuses of an export that cannot run.
const (
	StatusNotStarted      RunStatus = "not_started"
	StatusQueued          RunStatus = "queued"
	StatusRunning         RunStatus = "running"
	StatusWaiting         RunStatus = "waiting_for_brevo"
	StatusHeld            RunStatus = "held"
	StatusSuccessful      RunStatus = "successful"
	StatusWithRejects     RunStatus = "successful_with_rejects"
	StatusRetrying        RunStatus = "failed_retrying"
	StatusFailed          RunStatus = "failed_permanent"
	StatusCanceled        RunStatus = "canceled"
	StatusSkipped         RunStatus = "skipped"
	StatusNoConnection    RunStatus = "no_connection"
	StatusNeedsExportUser RunStatus = "needs_export_user"
)

// Final reports whether a run with this status has ended.
func (s RunStatus) Final() bool {
	return slices.Contains([]RunStatus{StatusSuccessful, StatusWithRejects, StatusFailed, StatusCanceled, StatusSkipped}, s)
}

// runMoves is the state machine of a run: from -> allowed next.
//
//	queued -> running -> (waiting | retrying | held) -> ... -> successful | successful_with_rejects | failed | canceled
func runMoves(from RunStatus) []RunStatus {
	end := []RunStatus{StatusSuccessful, StatusWithRejects, StatusFailed, StatusCanceled}
	switch from {
	case StatusQueued:
		return append(end, StatusRunning, StatusWaiting, StatusRetrying, StatusHeld, StatusSkipped)
	case StatusRunning:
		return append(end, StatusWaiting, StatusRetrying, StatusHeld)
	case StatusWaiting, StatusRetrying:
		return append(end, StatusRunning, StatusWaiting, StatusRetrying, StatusHeld)
	case StatusHeld:
		return []RunStatus{StatusQueued, StatusRunning, StatusCanceled, StatusFailed}
	default:
		return nil
	}
}

// CanBecome reports whether a run may go from status s to next. Staying where it is, is always allowed.
func (s RunStatus) CanBecome(next RunStatus) bool {
	return s == next || slices.Contains(runMoves(s), next)
}

// RunKind says how far a run goes.
type RunKind string

// The kinds. A dry run ends after the plan; one that reconciles reads the list back and sends nothing (S23). Two take people off
// lists and do nothing else: RunRemovePeople all whom the export owns, and then the export is removed (S22); RunRemoveKept those
// whom it keeps (S20).
const (
	RunReal         RunKind = "run"
	RunDry          RunKind = "dry_run"
	RunReconcile    RunKind = "reconcile"
	RunRemovePeople RunKind = "remove_people"
	RunRemoveKept   RunKind = "remove_kept"
)

// OnlyRemoves reports whether a run of the kind does nothing but take people off lists, without looking at its segments.
func (k RunKind) OnlyRemoves() bool { return k == RunRemovePeople || k == RunRemoveKept }

// Writes reports whether a run of the kind changes lists. Of an export there is one at a time.
func (k RunKind) Writes() bool { return k == RunReal || k.OnlyRemoves() }

// RunStep is where a run stands on its way.
type RunStep string

// The steps, as drawn on the screen.
const (
	StepPlan   RunStep = "plan"
	StepCheck  RunStep = "check"
	StepSend   RunStep = "send"
	StepSettle RunStep = "settle"
)

// Run is one execution of an export as the control store knows it: a projection of the ledger.
type Run struct {
	ID     RunID
	Export ExportID
	Kind   RunKind
	Status RunStatus
	Step   RunStep
	// RequestedBy names who asked for it.
	RequestedBy string
	CreatedAt   time.Time
	StartedAt   time.Time
	EndedAt     time.Time
	UpdatedAt   time.Time
	// Plan is set once planned, Receipt once ended.
	Plan    *PlanSummary
	Receipt *Receipt
	// Reconciliation is what a run that reconciles has found, set once ended (S23).
	Reconciliation *Reconciliation
	// Progress is how far sending has got.
	Progress Progress
	// Err is why it failed, waits or is retried; empty if nothing is wrong.
	ErrorCode Code
	Error     string
	Remedy    string
	// Attempt counts tries in a row that met trouble; 0 when all is well.
	Attempt int
	// Connection is what it runs over, whatever becomes of its export meanwhile; empty for runs made before that was noted.
	Connection ConnectionID
	// CancelRequested says that a person wants it to stop before the next batch (S29).
	CancelRequested bool
	// Stop says why else it stops before its next batch (S29).
	Stop StopReason
	// RefreshMirror says that the account's contacts are read before it plans, however fresh the mirror is and even where it is
	// switched off (S2).
	RefreshMirror bool
	// Released says that a person released it from a hold (S26), and ReleasedBy who.
	Released   bool
	ReleasedBy string
	Version    int64
}

// StopReason is why a run stops before its next batch though nobody canceled it.
type StopReason string

// The reasons; nothing is none.
const (
	StopDetached StopReason = "detached"           // its export was detached from the connection
	StopRemoved  StopReason = "connection_removed" // its connection was removed
)

// Words says the reason to people.
func (r StopReason) Words() string {
	switch r {
	case StopDetached:
		return "its export was detached from the connection"
	case StopRemoved:
		return "its connection was removed"
	}
	return ""
}

// Stops reports whether the run stops before its next batch.
func (r Run) Stops() bool { return r.CancelRequested || r.Stop != "" }

// Progress counts addresses of a run.
type Progress struct {
	Removals     int64 `json:"removals"`
	RemovalsDone int64 `json:"removals_done"`
	Imports      int64 `json:"imports"`
	ImportsSent  int64 `json:"imports_sent"`
	ImportsDone  int64 `json:"imports_done"`
	Batches      int64 `json:"batches"`
	BatchesDone  int64 `json:"batches_done"`
	// Read is how many people of the list were read back, of ToRead (S23).
	Read   int64 `json:"read,omitempty"`
	ToRead int64 `json:"to_read,omitempty"`
}
