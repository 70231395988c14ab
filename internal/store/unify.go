package store

import (
	"context"

	"segue/internal/activation"
)

// UnifyReader reads what people said of rows and what happened to profiles.
type UnifyReader interface {
	// MatchPairs lists pairs, the oldest first.
	MatchPairs(ctx context.Context, p Page) (list []activation.MatchPair, next string, err error)
	// MatchPair returns what was said of two rows, A before B.
	MatchPair(ctx context.Context, a, b activation.RowRef) (activation.MatchPair, error)
	// CountMatchPairs returns how many pairs there are.
	CountMatchPairs(ctx context.Context) (int64, error)
	// ProfileChanges lists changes of ids, newest first.
	ProfileChanges(ctx context.Context, p Page) (list []activation.ProfileChange, next string, err error)
}

// UnifyWriter changes them. The pairs of a source go with it.
type UnifyWriter interface {
	// PutMatchPair stores what is said of two rows, A before B, in place of what was.
	PutMatchPair(ctx context.Context, p activation.MatchPair) error
	// DeleteMatchPair forgets what was said of two rows, A before B.
	DeleteMatchPair(ctx context.Context, a, b activation.RowRef) error
	// AddProfileChanges records changes and gives them their numbers; beyond the newest KeepProfileChanges they are forgotten.
	AddProfileChanges(ctx context.Context, list []activation.ProfileChange) error
}

// KeepProfileChanges is how many changes of ids are kept.
const KeepProfileChanges = 100_000
