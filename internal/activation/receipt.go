package activation

import "time"

// Bucket is where a member of an export, or an address that leaves it, ends a run (SEMANTICS S11).
type Bucket string

// Buckets of members.
const (
	BucketAdded     Bucket = "added"
	BucketUpdated   Bucket = "updated"
	BucketUnchanged Bucket = "unchanged"
	BucketRejected  Bucket = "rejected"
	BucketDuplicate Bucket = "duplicate"
	BucketNotSent   Bucket = "not_sent"
)

// Buckets of addresses that the export stops wanting.
const (
	BucketRemoved     Bucket = "removed"
	BucketKept        Bucket = "kept"
	BucketStillWanted Bucket = "still_wanted"
	BucketNotRemoved  Bucket = "not_removed"
)

// Buckets of what reconciling a list finds (S23).
const (
	BucketMissing Bucket = "missing" // acknowledged, and not on the list
	BucketExtra   Bucket = "extra"   // on the list, and not acknowledged
)

// Reasons of the bucket rejected besides the EmailProblem codes, of not_sent and of not_removed.
const (
	ReasonNoConsent       = "no_consent"            // S6, S7
	ReasonConsentConflict = "consent_conflict"      // S6, S7
	ReasonOptedOut        = "opted_out_at_brevo"    // S8
	ReasonErased          = "erased"                // S7
	ReasonInvalidValue    = "invalid_value"         // S15, with the attribute
	ReasonRejectedByBrevo = "rejected_by_brevo"     // S15, named by a report
	ReasonImportFailed    = "import_failed"         // S17
	ReasonCanceled        = "canceled"              // S11, S29
	ReasonStopped         = "stopped"               // S11, S28
	ReasonOutcomeUnknown  = "outcome_unknown"       // S11, S12
	ReasonRefusal         = "refusal"               // removal by S7
	ReasonLeftSegments    = "left_the_segments"     // ordinary leaver
	ReasonOnceJoined      = "once_joined"           // S22, leaves the list of before once the new one has the person
	ReasonExportRemoved   = "export_removed"        // S22, the export is removed with its people
	ReasonKeptRemoved     = "kept_removed"          // S20, a person had the kept people removed
	ReasonKeptByAnother   = "kept_by_another"       // S20, stays because another export keeps the person
	ReasonListGone        = "list_gone"             // S18
	ReasonPhoneShared     = "phone_shared"          // S10, withheld value
	ReasonIdentifierShard = "identifier_shared"     // S10, withheld EXT_ID
	ReasonTooLarge        = "row_too_large"         // S15, a row above the destination's limit
	ReasonUnmatchedReport = "report_not_understood" // S12
)

// Reasons lists every reason that a row of a run or a withheld value can have, for tables of texts that must be complete.
func Reasons() []string {
	all := []string{
		ReasonNoConsent, ReasonConsentConflict, ReasonOptedOut, ReasonErased, ReasonInvalidValue, ReasonRejectedByBrevo, ReasonImportFailed,
		ReasonCanceled, ReasonStopped, ReasonOutcomeUnknown, ReasonRefusal, ReasonLeftSegments, ReasonOnceJoined, ReasonExportRemoved, ReasonKeptRemoved,
		ReasonKeptByAnother, ReasonListGone, ReasonPhoneShared, ReasonIdentifierShard, ReasonTooLarge, ReasonUnmatchedReport,
		ReasonStillOwned, ReasonThereBefore, ReasonKept, ReasonOrphaned,
		ReasonNotAcknowledged, ReasonSentOrphaned, ReasonSentEarlier, ReasonMatchesProfile, ReasonUnknownPerson,
	}
	for _, p := range EmailProblems() {
		all = append(all, string(p))
	}
	for _, p := range PhoneProblems() {
		all = append(all, string(p))
	}
	return all
}

// Codes of the limits of the mass-change brake (S26).
const (
	HoldRemovesShare = "removes_share"
	HoldRemovesAll   = "removes_all"
	HoldGrows        = "grows"
	HoldUpdatesShare = "updates_share"
)

// HoldCodes lists every limit of the mass-change brake, for tables of texts that must be complete.
func HoldCodes() []string {
	return []string{HoldRemovesShare, HoldRemovesAll, HoldGrows, HoldUpdatesShare}
}

// PlanSummary counts what a plan would do. Members are profiles, leavers addresses.
type PlanSummary struct {
	At     time.Time `json:"at"`
	AsOf   time.Time `json:"as_of"`
	DataAt time.Time `json:"data_at"` // when the data were last taken over
	// Basis is what its people were found by; nil in plans of before that was noted, and in those that only remove.
	Basis   *Basis `json:"basis,omitempty"`
	Members int64  `json:"members"`
	Add     int64  `json:"add"`
	Update  int64  `json:"update"`
	// Unchanged, Rejected and Duplicates complete Members: Members = Add + Update + Unchanged + Rejected + Duplicates.
	Unchanged  int64            `json:"unchanged"`
	Rejected   int64            `json:"rejected"`
	Duplicates int64            `json:"duplicates"`
	Reasons    map[string]int64 `json:"reasons,omitempty"` // of rejected
	// ThroughOthers are addresses of members that go out, or are in step, under a profile that is no member: it is their winner, and
	// the members who share them are duplicates (S5). With those of Add, Update and Unchanged they are all that the export has on its list.
	ThroughOthers int64 `json:"through_others,omitempty"`
	// Leavers = Remove + Keep + StillWanted + NotRemoved.
	Leavers     int64 `json:"leavers"`
	Remove      int64 `json:"remove"`
	Keep        int64 `json:"keep"`
	StillWanted int64 `json:"still_wanted"`
	// NotRemoved are people on a list of before who cannot be sent to the new one, or could not be the last time (S15, S22): they leave
	// it only once they have joined.
	NotRemoved int64 `json:"not_removed"`
	// RefusalRemovals are addresses to be removed from other lists or after an earlier leave (S7).
	RefusalRemovals int64 `json:"refusal_removals"`
	// ThereBefore are people on the list whom this export does not own (S19), known once the list was looked at.
	ThereBefore int64 `json:"there_before"`
	// Withheld counts identifier values left out, by reason (S9, S10); the persons are exported without them.
	Withheld map[string]int64 `json:"withheld,omitempty"`
	// ClearsEmpty says that values which are missing are sent as empty ones, and empty what is stored (S16).
	ClearsEmpty bool `json:"clears_empty,omitempty"`
	// ClearUnproved says that they were to be, but nobody was found on whom it could be proved.
	ClearUnproved bool `json:"clear_unproved,omitempty"`
	// Calls is the number of API calls the plan needs, by kind; ExpectedSeconds how long it may take.
	Calls           map[string]int64 `json:"calls,omitempty"`
	ExpectedSeconds int64            `json:"expected_seconds"`
	// Held says why the mass-change brake would hold it (S26); empty if it would not.
	Held []HoldReason `json:"held,omitempty"`
	// ReconcileAdvised says that the list holds other people than the ledger knows; nil if it does not (S23).
	ReconcileAdvised *ReconcileAdvice `json:"reconcile_advised,omitempty"`
}

// HoldReason says which limit of the mass-change brake a plan exceeds (S26).
type HoldReason struct {
	Code  string `json:"code"` // one of HoldCodes
	Count int64  `json:"count"`
	Of    int64  `json:"of"`
}

// Receipt is what became of every member and every leaver of a run (S11).
type Receipt struct {
	At             time.Time        `json:"at"`
	Members        int64            `json:"members"`
	Added          int64            `json:"added"`
	Updated        int64            `json:"updated"`
	Unchanged      int64            `json:"unchanged"`
	Rejected       int64            `json:"rejected"`
	Duplicates     int64            `json:"duplicates"`
	NotSent        int64            `json:"not_sent"`
	Leavers        int64            `json:"leavers"`
	Removed        int64            `json:"removed"`
	Kept           int64            `json:"kept"`
	StillWanted    int64            `json:"still_wanted"`
	NotRemoved     int64            `json:"not_removed"`
	RefusalRemoved int64            `json:"refusal_removed"`
	Reasons        map[string]int64 `json:"reasons,omitempty"`  // of rejected, not_sent and not_removed
	Withheld       map[string]int64 `json:"withheld,omitempty"` // identifier values left out
	// ThroughOthers are addresses of members that were sent, or are unchanged, under a profile that is no member (S5).
	ThroughOthers int64 `json:"through_others,omitempty"`
	// ListSize is how many people the list held afterwards, as the destination said; -1 if it was not asked.
	ListSize int64 `json:"list_size"`
	// APICalls counts calls made, by kind.
	APICalls map[string]int64 `json:"api_calls,omitempty"`
}

// ListSize is how many people a list held, and when.
type ListSize struct {
	At   time.Time
	Size int64
}

// ListSizes is how large the list of an export was over time, oldest first.
type ListSizes struct {
	Export ExportID
	Sizes  []ListSize
}

// Check reports a receipt that does not add up (S11); such a run has failed.
func (r Receipt) Check() error {
	if got := r.Added + r.Updated + r.Unchanged + r.Rejected + r.Duplicates + r.NotSent; got != r.Members {
		return Errorf(CodeReceiptMismatch, "the receipt does not add up: %d members, but %d in buckets", r.Members, got)
	}
	if got := r.Removed + r.Kept + r.StillWanted + r.NotRemoved; got != r.Leavers {
		return Errorf(CodeReceiptMismatch, "the receipt does not add up: %d leavers, but %d in buckets", r.Leavers, got)
	}
	return nil
}
