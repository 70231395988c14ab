package activation

// Identifiers of stored things. They are opaque, unique, and made by the IDs function that app hands out
// (time-ordered UUIDs), so listing by id is listing by age.
type (
	SourceID     string
	SegmentID    string
	ConnectionID string
	ExportID     string
	RunID        string
	BatchID      string
	PersonID     string
	SessionID    string
	TokenID      string
)

// ListID is the number that Brevo gives a contact list.
type ListID int64
