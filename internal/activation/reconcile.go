package activation

import (
	"slices"
	"time"
)

// Reasons of rows of the bucket missing: what the ledger says of somebody who is not on the list (S23). The strongest of
// several exports counts.
const (
	ReasonStillOwned  = "owned"
	ReasonThereBefore = "there_before"
	ReasonKept        = "kept"
	ReasonOrphaned    = "orphaned"
)

// Reasons of rows of the bucket extra: what is known of somebody who is on the list though nothing acknowledged says so (S23).
const (
	// ReasonNotAcknowledged: sent by an export that goes on owning the address, never acknowledged. The next run sends or
	// removes it by itself.
	ReasonNotAcknowledged = "not_acknowledged"
	// ReasonSentOrphaned: sent by an export that was removed since.
	ReasonSentOrphaned = "sent_orphaned"
	// ReasonSentEarlier: sent to this list by a run of the last 90 days, and owned by no export any more.
	ReasonSentEarlier    = "sent_earlier"
	ReasonMatchesProfile = "matches_profile"
	ReasonUnknownPerson  = "unknown"
)

// MissingChoice says what becomes of those who are missing from a list.
type MissingChoice string

// The choices. Resend makes them not acknowledged, so that the next run sends whom its export still wants.
const (
	MissingResend MissingChoice = "resend"
	MissingLeave  MissingChoice = "leave"
)

// ExtraChoice says what becomes of those who are extra on a list.
type ExtraChoice string

// The choices. ExtraOwn makes them the export's: its next run sends whom it wants and removes the others, under the
// mass-change brake. ExtraThereBefore notes them as there before: leaving never removes them (S19).
const (
	ExtraOwn         ExtraChoice = "own"
	ExtraThereBefore ExtraChoice = "there_before"
	ExtraLeave       ExtraChoice = "leave"
)

// ReconcileChoice is what a person wants done about the differences. What is empty is left as it is.
type ReconcileChoice struct {
	Missing      MissingChoice `json:"missing"`
	ExtraSent    ExtraChoice   `json:"extra_sent"`
	ExtraProfile ExtraChoice   `json:"extra_profile"`
	ExtraUnknown ExtraChoice   `json:"extra_unknown"`
}

// ReconcileDecision is a choice that was carried out, by whom and when.
type ReconcileDecision struct {
	ReconcileChoice
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Normalise fills in what was left open and refuses what cannot be done. Of people whom Segue never sent, and who are nobody's
// profile, it keeps no address (S2): nothing could be removed or sent, so they cannot be owned.
func (c ReconcileChoice) Normalise() (ReconcileChoice, error) {
	if c.Missing == "" {
		c.Missing = MissingLeave
	}
	if c.Missing != MissingLeave && c.Missing != MissingResend {
		return c, Errorf(CodeInvalid, "is neither resend nor leave").WithField("missing")
	}
	for _, e := range []struct {
		field  string
		choice *ExtraChoice
	}{{"extra.sent", &c.ExtraSent}, {"extra.profile", &c.ExtraProfile}, {"extra.unknown", &c.ExtraUnknown}} {
		if *e.choice == "" {
			*e.choice = ExtraLeave
		}
		if !slices.Contains([]ExtraChoice{ExtraOwn, ExtraThereBefore, ExtraLeave}, *e.choice) {
			return c, Errorf(CodeInvalid, "is none of own, there_before and leave").WithField(e.field)
		}
	}
	if c.ExtraUnknown == ExtraOwn {
		return c, Errorf(CodeInvalid, "people whom Segue does not know cannot be owned: it keeps no address of theirs").WithField("extra.unknown").
			WithRemedy("Choose there_before or leave, or take them off the list in Brevo")
	}
	return c, nil
}

// Reconciliation is how a list differs from what the ledger knows (S23). People are counted by their addresses:
// Listed = InStep + ExtraSent + ExtraProfile + ExtraUnknown.
type Reconciliation struct {
	At   time.Time `json:"at"`
	List ListID    `json:"list"`
	// Listed is how many people are on the list, InStep how many of them are acknowledged or were there before.
	Listed int64 `json:"listed"`
	InStep int64 `json:"in_step"`
	// Missing are acknowledged by an export, and not on the list.
	Missing int64 `json:"missing"`
	// ExtraSent were sent by Segue and are not acknowledged, ExtraProfile have a profile's address, ExtraUnknown neither.
	ExtraSent    int64 `json:"extra_sent"`
	ExtraProfile int64 `json:"extra_profile"`
	ExtraUnknown int64 `json:"extra_unknown"`
	// ThereBeforeGone were there before, were never sent, and are not on the list any more; nothing needs to be done.
	ThereBeforeGone int64              `json:"there_before_gone"`
	Reasons         map[string]int64   `json:"reasons,omitempty"`
	Decision        *ReconcileDecision `json:"decision,omitempty"`
}

// Check reports a reconciliation that does not add up.
func (r Reconciliation) Check() error {
	if got := r.InStep + r.ExtraSent + r.ExtraProfile + r.ExtraUnknown; got != r.Listed {
		return Errorf(CodeReceiptMismatch, "the reconciliation does not add up: %d people on the list, but %d accounted for", r.Listed, got)
	}
	return nil
}

// InOrder reports whether list and ledger agree.
func (r Reconciliation) InOrder() bool {
	return r.Missing+r.ExtraSent+r.ExtraProfile+r.ExtraUnknown == 0
}

// ReconcileAdvice says that a list's size is not what the ledger expects.
type ReconcileAdvice struct {
	ListSize int64 `json:"list_size"`
	Expected int64 `json:"expected"`
}

// AdviseReconcile compares a list's size with the least and the most people that the ledger expects on it, and asks for a
// reconciliation when they differ by more than 1 % and 10 (S23); nil if they do not.
func AdviseReconcile(size, least, most int64) *ReconcileAdvice {
	expected := min(max(size, least), most)
	off := max(size-expected, expected-size)
	if off <= 10 || off*100 <= expected {
		return nil
	}
	return &ReconcileAdvice{ListSize: size, Expected: expected}
}
