// Package ledger is the port to what Segue remembers of destinations: what was sent to, and acknowledged by, which
// account and list, for which export; plans, batches, receipts; and what is known of an account's contacts. It is
// the truth about a run from plan to settle. It knows no HTTP, no segment and no clock.
//
// The way of a run: Plan -> (Batch -> BatchRows -> RecordSending -> RecordAccepted -> Settle)* -> Finish. Every call is
// one transaction; every call may be repeated after a crash and then changes nothing more.
//
// Words. An address has a *standing* for (account, list, export): it is *sent* from RecordSending on, and
// *acknowledged* with a fingerprint once Settle said so (SEMANTICS S12). Its ownership is one of Owned, ThereBefore
// (S19), Kept, Orphaned (S20).
package ledger

import (
	"context"
	"iter"
	"time"

	"segue/internal/activation"
)

// AccountID is the ledger's small number for an account (S1).
type AccountID int32

// Ownership says what an export's standing for an address on a list means.
type Ownership string

// The ownerships. Only Owned is removed when the export stops wanting the address; a refusal (S7) removes any.
const (
	Owned       Ownership = "owned"
	ThereBefore Ownership = "there_before"
	Kept        Ownership = "kept"
	Orphaned    Ownership = "orphaned"
	// Left is somebody there before whom the export sent and does not want any more: remembered for refusals (S7) only.
	Left Ownership = "left"
)

// Ledger remembers. All methods are safe for concurrent use.
type Ledger interface {
	Accounts
	Runs
	Batches
	Clearing
	GivingUp
	Reconciler
	Restored
	Owners
	Reader

	// Size returns the bytes that the ledger takes on disk.
	Size(ctx context.Context) (int64, error)
	// Prune drops rows of runs that ended before the time given (S35), but for those that a watch or a run that has not ended needs,
	// and compacts the file when much of it is free.
	Prune(ctx context.Context, before time.Time) error
	// Close releases the ledger.
	Close() error
}

// Accounts is what the ledger knows of accounts and their contacts (S1, S2, S8, S19).
type Accounts interface {
	// Account returns the number of an account, which it makes known if need be.
	Account(ctx context.Context, a activation.Account) (AccountID, error)

	// Mirror says how fresh the account mirror is.
	Mirror(ctx context.Context, a AccountID) (MirrorState, error)
	// PutMirror adds or replaces contacts of the mirror, and remembers opt-outs: a blocklisted or unsubscribed contact
	// is remembered as opted out; one that shows itself neither lifts what an earlier mirror had remembered (S8), unless another
	// contact with the same address is opted out. Of two that are written alike the older one is gone. Only
	// keyed hashes of addresses and identifiers are stored (S2). Round names the reading they belong to.
	PutMirror(ctx context.Context, a AccountID, round int64, contacts []MirrorContact) error
	// FinishMirror records that a reading is complete. After a full one contacts not seen in the round are dropped;
	// their opt-outs stay. Newest is when the contact of it that was changed last was changed, zero if that is not known.
	FinishMirror(ctx context.Context, a AccountID, round int64, full bool, asOf, newest time.Time) error
	// LiftOptOut forgets an opt-out on an administrator's word; who and why are recorded. CodeNotFound if there is none.
	LiftOptOut(ctx context.Context, a AccountID, address activation.Email, by, reason string, at time.Time) error

	// ListNoted reports whether the members that the export found on the list were noted (S19).
	ListNoted(ctx context.Context, a AccountID, list activation.ListID, e activation.ExportID) (bool, error)
	// KeepNote forgets the note of a list that the export never tried to write to, for it may be out of date; it reports
	// whether it did write, and the note stays (S19).
	KeepNote(ctx context.Context, a AccountID, list activation.ListID, e activation.ExportID) (written bool, err error)
	// NoteList notes the members of a list before the export's first write to it, by keyed hashes; addresses that an
	// export of Segue has sent to the list are not among those that were there before. With takeOver nothing is noted but
	// that it was looked at. It returns how many were noted; the whole is one transaction and a second call changes nothing.
	NoteList(ctx context.Context, a AccountID, list activation.ListID, e activation.ExportID, takeOver bool,
		members iter.Seq2[activation.Email, error], at time.Time) (int64, error)
	// Orphan turns all that the export owns or keeps into Orphaned (S20); whom it kept is remembered.
	Orphan(ctx context.Context, e activation.ExportID, at time.Time) error
	// Doubt lets all that the exports had acknowledged be sent again by their next runs: what the contacts hold is not what they
	// were sent any more (S12). For a run under way they keep being acknowledged, and so are those whom it sends yet.
	Doubt(ctx context.Context, a AccountID, exports []activation.ExportID) error
	// Owners lists the exports that have a standing which is not Orphaned, in order.
	Owners(ctx context.Context) ([]activation.ExportID, error)
	// Unsettled returns the imports of the account that were sent since the time given and whose run was aborted while
	// their outcome was open, but for those given up: until their processes have ended nothing may be imported (S17).
	Unsettled(ctx context.Context, a AccountID, since time.Time) ([]Batch, error)
}

// MirrorState says how fresh a mirror is: FullAt is zero before the first full reading, AsOf is up to when changes are in, by the
// clock here, and Newest when the latest of them was made, by the account's clock; zero if that is not known.
type MirrorState struct {
	FullAt   time.Time
	AsOf     time.Time
	Newest   time.Time
	Contacts int64
	OptOuts  int64
}

// MirrorContact is a contact of the account as the destination shows it.
type MirrorContact struct {
	Contact int64            // the destination's number
	Address activation.Email // empty if it has none
	// Written is the address as the destination writes it; empty means like Address. Two contacts can have one address.
	Written string
	// OptedOut says blocklisted, or unsubscribed from any list.
	OptedOut bool
	// Lists are those that it is on; of lists that no export writes to nothing is kept (S2).
	Lists []activation.ListID
	// Identifiers are values by attribute name (SMS, WHATSAPP, LANDLINE_NUMBER as digits; EXT_ID).
	Identifiers map[string]string
}

// Runs plans and ends runs.
type Runs interface {
	// Plan compares the hand-over with what was acknowledged, stores the rows that are not unchanged and cuts them into
	// batches. Planning a run again replaces its plan as long as nothing of it was sent. From the same hand-over and
	// ledger comes the same plan, byte for byte (S25).
	Plan(ctx context.Context, r PlanRequest) (activation.PlanSummary, error)
	// ReleaseHolds reports whether the newest plan of a run, which took the place of a released one, removes nobody but those, refusals
	// aside, whom the plan that a person released removes, or at most 5 % more (S26): however many plans were made since. It is known
	// until the ledger is closed.
	ReleaseHolds(run activation.RunID) bool
	// Nth returns the number of the runs planned so far, and one: what a run asks for before it reads the data that it plans on.
	Nth(ctx context.Context) (int64, error)
	// RunState returns where a run stands; CodeNotFound for one that was never planned.
	RunState(ctx context.Context, run activation.RunID) (RunState, error)
	// OpenRuns lists runs that were planned and have not ended.
	OpenRuns(ctx context.Context) ([]RunState, error)
	// Abort settles everything of the run that was not sent as *not sent* or *not removed*, with the reason
	// (ReasonCanceled, ReasonStopped, ReasonOutcomeUnknown). A batch whose outcome is open becomes *not sent: outcome
	// unknown*; its addresses stay sent, not acknowledged.
	Abort(ctx context.Context, run activation.RunID, reason string) error
	// Finish ends a run whose batches have all ended: it derives every member's and every leaver's bucket from rows,
	// fails with CodeReceiptMismatch if they do not add up (S11), and drops what the run no longer needs. Repeated, it
	// returns the same receipt. It needs the hand-over of a run that has one to be there still.
	Finish(ctx context.Context, run activation.RunID, at time.Time) (activation.Receipt, error)
	// EndUnaccounted ends a run that was aborted and whose receipt cannot be made: it has none, what was not carried out stays as it
	// was, and nothing waits for it any more. Repeated, it changes nothing.
	EndUnaccounted(ctx context.Context, run activation.RunID, at time.Time) error
	// EndDry ends a dry run: its rows stay readable until they are pruned, its payloads and batches are dropped.
	EndDry(ctx context.Context, run activation.RunID, at time.Time) error
	// CoveredBy reports whether the removals of a run are covered by the release of another: a subset of its removals,
	// or at most 5 % more (S26). Either may have ended.
	CoveredBy(ctx context.Context, run, released activation.RunID) (bool, error)
	// Discard forgets a run of which nothing was sent (a replaced or refused one).
	Discard(ctx context.Context, run activation.RunID) error
}

// PlanRequest asks for a plan. The three files are those of warehouse.HandOver.
type PlanRequest struct {
	Run     activation.RunID
	Account AccountID
	Export  activation.ExportID
	List    activation.ListID

	MembersPath, AddressesPath, RefusalsPath string
	// JoiningPaths are the addresses (as AddressesPath) that other exports want on the same list now, sent or not: somebody
	// who moves from one export to another stays on the list (S20).
	JoiningPaths []string

	// Attributes are the mapped attributes in the order of the columns v0, v1 ...; True and False are the JSON texts of
	// boolean values.
	Attributes  []activation.AttributeSpec
	True, False string
	// Zone is the IANA zone in which a moment becomes a day (S25); empty means UTC.
	Zone string
	// Clear sends a value that is missing as an empty one, but for identifiers (S16).
	Clear bool

	Leavers activation.LeaversPolicy
	Limits  activation.CallLimits
	At      time.Time
	AsOf    time.Time
	DataAt  time.Time
	// Nth is what Nth returned before the data were read: it tells newer data from older ones whatever clocks say (S7). 0 means that
	// they were read just now.
	Nth   int64
	Brake Brake
	// DefinitionHash is a hash of mapping and segment definitions; the brake asks whether it changed since the last success.
	DefinitionHash string
	// Released says that the plan which this one takes the place of was released by a person: see ReleaseHolds.
	Released bool
}

// Brake is the mass-change brake's settings (S26).
type Brake struct {
	// RemoveShare is the share of acknowledged people that the plan and the last 7 days may remove. Defaults to 0.3.
	RemoveShare float64
	// RemoveAtLeast is the number of removals below which the share is not looked at. Defaults to 50.
	RemoveAtLeast int64
	// GrowFactor and GrowAtLeast: held when people become more than this many times as many. Default to 3 and 1000.
	GrowFactor  float64
	GrowAtLeast int64
	// UpdateShare and UpdateAtLeast: held when more than this share is updated though nothing was redefined. Default to 0.5 and 1000.
	UpdateShare   float64
	UpdateAtLeast int64
}

// RunState is where a planned run stands.
type RunState struct {
	Run      activation.RunID
	Account  AccountID
	Export   activation.ExportID
	List     activation.ListID
	Ended    bool
	Aborted  string // the reason given to Abort
	Summary  activation.PlanSummary
	Progress activation.Progress
}

// BatchKind says what a batch does.
type BatchKind string

// The kinds.
const (
	BatchRemoval BatchKind = "removal"
	BatchImport  BatchKind = "import"
)

// BatchState is how far a batch is.
//
//	ready -> sending -> accepted -> ended        sending -> unknown -> sending (S30)
//	sending -> ready (definitely not done)       accepted -> ready or split (its process failed, S17)
type BatchState string

// The states.
const (
	BatchReady    BatchState = "ready"
	BatchSending  BatchState = "sending"
	BatchUnknown  BatchState = "unknown"
	BatchAccepted BatchState = "accepted"
	BatchEnded    BatchState = "ended"
)

// Batch is a set of rows that go out in one call.
type Batch struct {
	ID    activation.BatchID
	Run   activation.RunID
	Kind  BatchKind
	List  activation.ListID
	Seq   int64 // order within the run
	Rows  int64
	Bytes int64
	State BatchState
	// Watermark is the newest process of the account before it was sent, Process the one that the destination named.
	Watermark activation.ProcessID
	Process   activation.ProcessID
	// Attempts counts sendings; Imports counts imports of its rows, those before a split included (S17).
	Attempts int
	Imports  int
	SentAt   time.Time
	// Clear says that its empty values empty what the destination has; Probe that this is proved on it (S16).
	Clear, Probe bool
	// Refusals says that it removes nobody but those whom nobody may mail (S7): the brake does not hold it (S26).
	Refusals bool
}

// Batches sends and settles.
type Batches interface {
	// NextBatch returns the batch of the run to go on with: one that is not ready and not ended before any that is ready,
	// then by order. Refusals come first (S7), then removals, then imports, then removals from a list that was changed (S22). ok is
	// false when all have ended.
	NextBatch(ctx context.Context, run activation.RunID) (b Batch, ok bool, err error)
	// BatchRows returns the rows of an import; always the same ones in the same order.
	BatchRows(ctx context.Context, id activation.BatchID) ([]activation.Row, error)
	// BatchRemovals returns the addresses of a removal.
	BatchRemovals(ctx context.Context, id activation.BatchID) ([]activation.Email, error)

	// RecordSending makes the rows *sent* before the call (S12, S30). It fails with CodeConflict, and changes nothing,
	// when the ledger moved since the plan in an address of the batch so that it would be planned differently. Of a removal from a
	// list of before it takes out whoever could not be sent to the new one: they stay, and are *not removed* (S22, S15).
	RecordSending(ctx context.Context, id activation.BatchID, watermark activation.ProcessID, at time.Time) error
	// RecordAccepted notes the process that the destination named in its answer.
	RecordAccepted(ctx context.Context, id activation.BatchID, p activation.ProcessID) error
	// RecordUnknown notes that the outcome of the call is unknown (S30).
	RecordUnknown(ctx context.Context, id activation.BatchID) error
	// RecordNotDone makes a batch ready again: the destination definitely did nothing.
	RecordNotDone(ctx context.Context, id activation.BatchID) error

	// Settle ends an import whose process completed: rows not named in rejected are acknowledged, the others become
	// *rejected: rejected by Brevo* and keep their earlier standing as sent, not acknowledged (S15).
	Settle(ctx context.Context, id activation.BatchID, rejected []Rejection, at time.Time) error
	// SettleUnknown ends an import of which it cannot be known which rows were taken (a report that was not
	// understood, a list that is gone): its rows are *not sent: reason*, sent and not acknowledged. Why is said of each of
	// them; empty for nothing.
	SettleUnknown(ctx context.Context, id activation.BatchID, reason, why string, at time.Time) error
	// SettleRemoval ends a removal. ListGone marks the rows *removed (list gone)* (S18).
	SettleRemoval(ctx context.Context, id activation.BatchID, listGone bool, at time.Time) error
	// Split replaces an import whose process failed by two halves, both ready; one of a single row, or one whose rows
	// were imported too often (maxImports, S17), ends as *rejected: import failed*.
	Split(ctx context.Context, id activation.BatchID, maxImports int, at time.Time) error
}

// Clearing lets it be proved what emptying values does before many are emptied (S16).
type Clearing interface {
	// ClearCandidates returns up to n rows of imports that are ready and have an empty value, always the same ones: first
	// those of people who were sent and whose values changed, then others who were sent, then the rest.
	ClearCandidates(ctx context.Context, run activation.RunID, n int) ([]activation.Row, error)
	// Carve takes the rows of the people out of the run's ready imports and makes a batch of them, which goes before every
	// other import. What their contacts have that the rows do not name is remembered as keyed hashes until the run ends.
	Carve(ctx context.Context, run activation.RunID, people []Before) error
	// Compared compares a contact of such a batch with what it was before. It returns the first attribute that is not as it
	// was, in alphabetical order, empty if all are; and whether it shows that the batch was carried out: something was
	// emptied, or the contact was changed since.
	Compared(ctx context.Context, id activation.BatchID, now Before) (attribute string, landed bool, err error)
}

// Before is what a contact has that a row does not name.
type Before struct {
	Address    activation.Email
	ModifiedAt time.Time
	// Stale says that something is stored where the row has an empty value.
	Stale  bool
	Values map[string]string
}

// Shows reports whether something is there that could be lost: an identifier, which nothing empties, shows nothing of attributes.
func (b Before) Shows() bool {
	for name := range b.Values {
		if !(activation.AttributeMapping{Attribute: name}).IsIdentifier() {
			return true
		}
	}
	return false
}

// Rejection names a row that the destination did not take. Why is the destination's word for it.
type Rejection struct {
	Address activation.Email
	Why     string
}

// RowFilter chooses rows of a run.
type RowFilter struct {
	Bucket activation.Bucket // empty: all
	Reason string            // empty: all
	After  int64             // row number
	Limit  int               // 0 means 100, at most 1000
}

// RunRow is one member or address of a run that is not unchanged.
type RunRow struct {
	Number    int64
	ProfileID string           // empty for leavers
	Address   activation.Email // empty if unusable
	List      activation.ListID
	Bucket    activation.Bucket // what it ended as, or for a planned row what it would end as
	Settled   bool
	Reason    string
	// Attribute is the one at fault where Reason is invalid_value; Why the destination's word where it rejected, or what of
	// its report was not understood.
	Attribute string
	Why       string
	// DuplicateOf is the profile whose values are used.
	DuplicateOf string
	// Withheld are identifier attributes left out, with the reason (S9, S10).
	Withheld map[string]string
	Batch    activation.BatchID
	Process  activation.ProcessID
	// Contact is the destination's number of somebody who is extra on a list (S23).
	Contact int64
	At      time.Time
}

// Standing is what an export has done for an address on a list.
type Standing struct {
	Account        AccountID
	List           activation.ListID
	Export         activation.ExportID
	Ownership      Ownership
	Acknowledged   bool
	FirstSentAt    time.Time
	AcknowledgedAt time.Time
}

// ListCounts is how many addresses an export has on a list.
type ListCounts struct {
	Owned, ThereBefore, Kept, Orphaned int64
	Acknowledged                       int64
}

// Reader answers questions.
type Reader interface {
	// Rows returns rows of a run, by number.
	Rows(ctx context.Context, run activation.RunID, f RowFilter) ([]RunRow, error)
	// AddressRows returns what runs did with an address, newest first (explain this person). What nothing was sent for is as old as its plan.
	AddressRows(ctx context.Context, address activation.Email, limit int) ([]RunRow, error)
	// Standings returns an address's standings on every list.
	Standings(ctx context.Context, address activation.Email) ([]Standing, error)
	// Counts returns how many addresses the export has on the list.
	Counts(ctx context.Context, a AccountID, list activation.ListID, e activation.ExportID) (ListCounts, error)
	// BatchesOf returns the batches of a run in order.
	BatchesOf(ctx context.Context, run activation.RunID) ([]Batch, error)
	// Proof returns rows of an accepted import for reading back (S13), always the same ones: up to n, or more if every
	// attribute that is sent, and either truth of a boolean, takes more. Rows of the addresses in except are left out.
	Proof(ctx context.Context, id activation.BatchID, n int, except []activation.Email) ([]activation.Row, error)
}
