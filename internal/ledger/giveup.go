package ledger

import (
	"context"
	"time"

	"segue/internal/activation"
)

// GivingUp is what becomes of an import whose process does not end (S17). The way: GiveUp -> (Unwanted -> EndWatch).
type GivingUp interface {
	// GiveUp ends an import that was sent and whose outcome is open, also one of a run that was aborted: its rows are *not
	// sent: outcome unknown*, sent and not acknowledged, and it is watched. Newest is the newest process of the account now.
	// Nothing waits for it any more (Unsettled). Repeated, it changes nothing; CodeConflict if the outcome is known.
	GiveUp(ctx context.Context, id activation.BatchID, newest activation.ProcessID, by string, at, until time.Time) error
	// Watches returns the processes that are watched, oldest first; with a run those that it gave up, ended or not.
	Watches(ctx context.Context, run activation.RunID) ([]Watch, error)
	// Unwanted returns the addresses of a batch that has been given up which no export has a standing for on its list any
	// more: they were removed, and its process may have put them on the list again.
	Unwanted(ctx context.Context, id activation.BatchID) ([]activation.Email, error)
	// EndWatch ends a watch. Unless the process never showed, everybody in its batch is sent again: whatever was acknowledged
	// since, it may have overwritten. No import of the account may be in flight. Repeated, it changes nothing.
	EndWatch(ctx context.Context, id activation.BatchID, outcome WatchOutcome, removed int64, at time.Time) error
}

// WatchOutcome says how the watch of a process ended.
type WatchOutcome string

// The outcomes; empty while it is watched.
const (
	WatchLanded   WatchOutcome = "landed"    // the process ended, and what it did was looked after
	WatchOver     WatchOutcome = "over"      // it was still running when the time was over
	WatchNotShown WatchOutcome = "not_shown" // it did not show when the time was over
)

// Watch is a process that was given up.
type Watch struct {
	Batch    activation.BatchID
	Run      activation.RunID
	Account  AccountID
	Identity activation.Account
	List     activation.ListID
	// Process is the one that the destination named; if it named none, it is an import above Watermark, up to Newest.
	Process, Watermark, Newest activation.ProcessID
	By                         string
	At, Until, EndedAt         time.Time
	Outcome                    WatchOutcome
	Removed                    int64 // people taken off the list again
}

// MayBe reports whether the process may be the one that was given up.
func (w Watch) MayBe(p activation.ProcessID) bool {
	if w.Process != 0 {
		return p == w.Process
	}
	return p > w.Watermark && p <= w.Newest
}

// Oldest is the oldest process that it may be.
func (w Watch) Oldest() activation.ProcessID {
	if w.Process != 0 {
		return w.Process
	}
	return w.Watermark + 1
}
