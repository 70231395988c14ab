package activation

// Identifiers of stored things. They are opaque, unique, and made by the IDs function that app hands out
// (time-ordered UUIDs), so listing by id is listing by age.
type (
	// SourceID is of a data source.
	SourceID string
	// SegmentID is of a segment.
	SegmentID string
	// ConnectionID is of a connection to a destination.
	ConnectionID string
	// ExportID is of an export.
	ExportID string
	// RunID is of a run of an export.
	RunID string
	// BatchID is of a batch of a run.
	BatchID string
	// PersonID is of somebody who may sign in.
	PersonID string
	// SessionID is of somebody signed in at one browser.
	SessionID string
	// TokenID is of a token of a program.
	TokenID string
	// RefreshID is of a refresh.
	RefreshID string
	// NoticeID is of a message to people.
	NoticeID string
)

// ListID is the number that Brevo gives a contact list.
type ListID int64
