package ledger

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Restored remembers that the ledger was restored from a copy: what was done after the copy was made, it does not know (S23).
type Restored interface {
	// MarkRestored says that every list the ledger knows must be reconciled before anything is written to it.
	MarkRestored(ctx context.Context, at time.Time) error
	// NoticeOlder says so when the run, which others know as successful, is not among what the ledger knows: it is then older
	// than they are. The list is marked as well. It reports whether that was new; each run is noticed once.
	NoticeOlder(ctx context.Context, a AccountID, list activation.ListID, e activation.ExportID, run activation.RunID, succeeded, at time.Time) (bool, error)
	// Unreconciled returns the lists of the account that must be reconciled first. For a list that ends with a decision on a
	// reconciliation that is newer than the mark, or with one that has found no difference.
	Unreconciled(ctx context.Context, a AccountID) ([]activation.ListID, error)
}
