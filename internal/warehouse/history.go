package warehouse

import (
	"context"
	"time"

	"segue/internal/activation"
)

// How long and how much of the history of segments is kept, for each segment. Every evaluation of the last ObservedFully, the last one of
// each day (UTC) before, up to ObservedAtAll back, at most MaxObservations; membership changes for ChangesKept, at most a number that
// the engine is configured with.
const (
	ObservedFully        = 30 * 24 * time.Hour
	ObservedAtAll        = 1096 * 24 * time.Hour
	MaxObservations      = 5000
	ChangesKept          = 400 * 24 * time.Hour
	MaxMembershipChanges = 2_000_000
)

// Historian keeps what segments were found to hold. A history begins with the first evaluation and lies in the warehouse's file: a file
// that is made anew knows nothing of before. It begins anew where profiles get their ids from another source or key.
type Historian interface {
	// Observe evaluates the segment and keeps the number of its members, and who entered and left since it was last evaluated, in one
	// step. Evaluate does so as well.
	Observe(ctx context.Context, e Evaluation) (members int64, err error)
	// Trend returns the numbers of members that are kept since a moment, the oldest first.
	Trend(ctx context.Context, id activation.SegmentID, since time.Time) ([]Observation, error)
	// Changes tells who is a member now and was not at a moment, and the other way round: as of the last evaluation, and of the
	// last one at or before that moment. It fails with CodeNotReady where nothing is known.
	Changes(ctx context.Context, r ChangesRequest) (Changes, error)
	// ForgetHistory drops what is kept of a segment's history.
	ForgetHistory(ctx context.Context, id activation.SegmentID) error
}

// Observation is how many members a segment had.
type Observation struct {
	// At is when it was evaluated, DataAt when the rows were taken over that it was evaluated on.
	At, DataAt time.Time
	Members    int64
	// DefinitionChanged says that the segment, or what it names, was defined otherwise at the observation before.
	DefinitionChanged bool
}

// ChangesRequest asks who entered and left a segment since a moment.
type ChangesRequest struct {
	Segment activation.SegmentID
	Since   time.Time
	// Only is empty for both, else entered or left.
	Only MembershipChange
	// After is the last id of the page before, Limit how many to list.
	After string
	Limit int
}

// MembershipChange is what became of somebody's membership.
type MembershipChange string

// The changes.
const (
	Entered MembershipChange = "entered"
	Left    MembershipChange = "left"
)

// Changes tells who entered and left a segment. Whoever did both, and is where she was, is in neither.
type Changes struct {
	// Since is the moment that it is told from: the one asked for, or the beginning of the history where that is later.
	Since time.Time
	// Began is since when every change is known; Complete says that the moment asked for is not before it.
	Began    time.Time
	Complete bool
	// Until is when the segment was last evaluated.
	Until         time.Time
	Entered, Left int64
	// DefinitionChanged says that the segment, or what it names, was defined otherwise meanwhile.
	DefinitionChanged bool
	// List is a page of them, ordered by id.
	List []Mover
}

// Mover is somebody who entered or left a segment.
type Mover struct {
	ID     string
	Change MembershipChange
	// At is the evaluation that found it.
	At time.Time
}
