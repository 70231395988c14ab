package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Run is one execution of an export.
type Run struct {
	ID              string          `json:"id"`
	ExportID        string          `json:"export_id"`
	Kind            string          `json:"kind" enum:"run,dry_run,reconcile,remove_people,remove_kept" doc:"A dry run ends after the plan; one that reconciles reads the list back and sends nothing; remove_people takes all whom the export owns off its lists, and then the export is removed; remove_kept takes off whom it keeps"`
	Status          RunStatus       `json:"status"`
	Ended           bool            `json:"ended" doc:"Nothing more happens to it"`
	Step            string          `json:"step,omitempty" enum:"plan,check,send,settle" doc:"Where it stands on its way"`
	RequestedBy     string          `json:"requested_by"`
	Plan            *Plan           `json:"plan,omitempty" doc:"What it is about to do; present once planned"`
	Receipt         *Receipt        `json:"receipt,omitempty" doc:"What became of everyone; present once ended"`
	Reconciliation  *Reconciliation `json:"reconciliation,omitempty" doc:"What reading the list back has found; present once a run that reconciles has ended"`
	Progress        Progress        `json:"progress"`
	Error           *RunError       `json:"error,omitempty" doc:"Why it failed, waits, is held or is retried"`
	Attempt         int             `json:"attempt" doc:"Tries in a row that met trouble"`
	CancelRequested bool            `json:"cancel_requested" doc:"It stops before its next batch"`
	Stop            string          `json:"stop,omitempty" enum:"detached,connection_removed" doc:"Why it stops before its next batch though nobody canceled it"`
	RefreshMirror   bool            `json:"refresh_mirror,omitempty" doc:"The account's contacts are read before it plans"`
	Released        bool            `json:"released" doc:"A person released it from a hold"`
	ReleasedBy      string          `json:"released_by,omitempty"`
	CreatedAt       time.Time       `json:"created_at"`
	StartedAt       time.Time       `json:"started_at,omitzero"`
	EndedAt         time.Time       `json:"ended_at,omitzero"`
	UpdatedAt       time.Time       `json:"updated_at"`
	Version         int64           `json:"version" doc:"Grows with each change; the id of its events"`
}

// RunStart asks for a run.
type RunStart struct {
	Kind string `json:"kind,omitempty" enum:"run,dry_run,reconcile,remove_people,remove_kept" default:"run"`
	// RefreshMirror is for whoever knows that somebody opted out just now.
	RefreshMirror bool `json:"refresh_mirror,omitempty" doc:"Read the account's contacts before it plans, however fresh what is known of them is and even where the mirror is off"`
}

// RunError is why a run failed, waits, is held or is retried.
type RunError struct {
	Code    Code   `json:"code,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Progress counts addresses and batches of a run.
type Progress struct {
	Removals     int64 `json:"removals"`
	RemovalsDone int64 `json:"removals_done"`
	Imports      int64 `json:"imports"`
	ImportsSent  int64 `json:"imports_sent"`
	ImportsDone  int64 `json:"imports_done"`
	Batches      int64 `json:"batches"`
	BatchesDone  int64 `json:"batches_done"`
	Read         int64 `json:"read,omitempty" doc:"People of the list that were read back"`
	ToRead       int64 `json:"to_read,omitempty"`
}

// RunRow is what a run does with one member or one address that leaves.
type RunRow struct {
	Number      int64             `json:"number"`
	ProfileID   string            `json:"profile_id,omitempty" doc:"Absent for people who leave"`
	Address     string            `json:"address,omitempty" doc:"The normalised address; absent if it is unusable"`
	ListID      int64             `json:"list_id"`
	Bucket      string            `json:"bucket" enum:"added,updated,unchanged,rejected,duplicate,not_sent,removed,kept,still_wanted,not_removed,missing,extra"`
	Settled     bool              `json:"settled" doc:"False: this is what is planned, not yet what became of it"`
	Reason      Reason            `json:"reason,omitempty" doc:"Why it is in this bucket, or planned for it"`
	Attribute   string            `json:"attribute,omitempty" doc:"The attribute at fault"`
	Why         string            `json:"why,omitempty" doc:"The destination's own word"`
	DuplicateOf string            `json:"duplicate_of,omitempty" doc:"The profile whose values are used"`
	Withheld    map[string]Reason `json:"withheld,omitempty" doc:"Identifier attributes left out, with the reason"`
	BatchID     string            `json:"batch_id,omitempty"`
	ProcessID   int64             `json:"process_id,omitempty" doc:"The destination's process"`
	ContactID   int64             `json:"contact_id,omitempty" doc:"The destination's number of somebody who is extra on the list"`
	At          time.Time         `json:"at,omitzero"`
}

// Batch is a set of rows that goes out in one call.
type Batch struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"removal,import"`
	ListID    int64     `json:"list_id"`
	Seq       int64     `json:"seq" doc:"Its place in the run"`
	Rows      int64     `json:"rows"`
	Bytes     int64     `json:"bytes"`
	State     string    `json:"state" enum:"ready,sending,unknown,accepted,ended"`
	ProcessID int64     `json:"process_id,omitempty" doc:"The process that the destination named"`
	Attempts  int       `json:"attempts" doc:"How often it was sent"`
	Imports   int       `json:"imports" doc:"How often its rows were imported, splits included"`
	SentAt    time.Time `json:"sent_at,omitzero"`
	GivenUp   *GivenUp  `json:"given_up,omitempty" doc:"A person gave up waiting for it"`
}

// GivenUp says what became of an import that was given up.
type GivenUp struct {
	By           string    `json:"by"`
	At           time.Time `json:"at"`
	WatchedUntil time.Time `json:"watched_until" doc:"Until then it is looked at whether its process ends after all"`
	State        string    `json:"state" enum:"watched,landed,over,not_shown" doc:"landed: its process ended, and what it did was looked after; over: it was still running when the time was over; not_shown: it did not show"`
	Removed      int64     `json:"removed" doc:"People who were taken off the list again"`
}

// FromRun makes the JSON of a run.
func FromRun(r activation.Run) Run {
	w := Run{
		ID: string(r.ID), ExportID: string(r.Export), Kind: string(r.Kind), Status: RunStatus(r.Status), Ended: r.Status.Final(),
		Step: string(r.Step), RequestedBy: r.RequestedBy, Progress: Progress(r.Progress), Attempt: r.Attempt,
		CancelRequested: r.CancelRequested, Stop: string(r.Stop), RefreshMirror: r.RefreshMirror, Released: r.Released, ReleasedBy: r.ReleasedBy, CreatedAt: utc(r.CreatedAt),
		StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), UpdatedAt: utc(r.UpdatedAt), Version: r.Version,
	}
	if r.Plan != nil {
		w.Plan = fromPlan(*r.Plan)
	}
	if r.Receipt != nil {
		w.Receipt = fromReceipt(*r.Receipt)
	}
	if r.Reconciliation != nil {
		w.Reconciliation = fromReconciliation(*r.Reconciliation)
	}
	if r.Error != "" || r.ErrorCode != "" {
		w.Error = &RunError{Code: Code(r.ErrorCode), Message: r.Error, Remedy: r.Remedy}
	}
	return w
}

// FromRunRow makes the JSON of a row.
func FromRunRow(r ledger.RunRow) RunRow {
	return RunRow{
		Number: r.Number, ProfileID: r.ProfileID, Address: r.Address.String(), ListID: int64(r.List), Bucket: string(r.Bucket),
		Settled: r.Settled, Reason: Reason(r.Reason), Attribute: r.Attribute, Why: r.Why, DuplicateOf: r.DuplicateOf, Withheld: withheld(r.Withheld),
		BatchID: string(r.Batch), ProcessID: int64(r.Process), ContactID: r.Contact, At: utc(r.At),
	}
}

func withheld(reasons map[string]string) map[string]Reason {
	if len(reasons) == 0 {
		return nil
	}
	w := make(map[string]Reason, len(reasons))
	for attribute, reason := range reasons {
		w[attribute] = Reason(reason)
	}
	return w
}

// FromBatch makes the JSON of a batch.
func FromBatch(b ledger.Batch, watches []ledger.Watch) Batch {
	w := Batch{
		ID: string(b.ID), Kind: string(b.Kind), ListID: int64(b.List), Seq: b.Seq, Rows: b.Rows, Bytes: b.Bytes, State: string(b.State),
		ProcessID: int64(b.Process), Attempts: b.Attempts, Imports: b.Imports, SentAt: utc(b.SentAt),
	}
	for _, x := range watches {
		if x.Batch == b.ID {
			state := string(x.Outcome)
			if state == "" {
				state = "watched"
			}
			w.GivenUp = &GivenUp{By: x.By, At: utc(x.At), WatchedUntil: utc(x.Until), State: state, Removed: x.Removed}
		}
	}
	return w
}

// masked stands for what the caller may not see.
const masked = "•••"

// MaskedRunRow makes the JSON of a row for somebody who may not see customers: what happens and why, not to whom.
func MaskedRunRow(r ledger.RunRow) RunRow {
	w := FromRunRow(r)
	for _, s := range []*string{&w.ProfileID, &w.Address, &w.DuplicateOf, &w.Why} {
		if *s != "" {
			*s = masked
		}
	}
	w.ContactID = 0
	return w
}
