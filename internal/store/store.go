// Package store is the port of the control store: definitions, connections, runs, and the jobs that work them. It
// knows no rows of customers, no engine and no destination.
//
// Everything happens in a transaction that is a function; a job enqueued in it becomes visible with the rows that
// explain it. Transactions never span other I/O. Lookups of a missing thing fail with activation.CodeNotFound, a
// name that is taken or a version that moved with activation.CodeConflict, a deletion of something in use with
// activation.CodeInUse, a reference to something that is not there with activation.CodeInvalid and its field.
//
// Names are compared by Unicode canonical caseless matching. Times of the rows themselves are kept in UTC to the
// microsecond. Every engine passes package storetest.
package store

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
)

// Store is the control store.
type Store interface {
	// View runs f in a read transaction: one consistent snapshot.
	View(ctx context.Context, f func(Reader) error) error
	// Update runs f in a write transaction, committed when f returns nil. Writers wait for each other, so f must not
	// call Update again nor wait for anything else.
	Update(ctx context.Context, f func(Tx) error) error
	// Scrub makes sure that no file holds any more what was deleted or replaced, such as a sealed key. It fails with CodeLocked
	// where somebody reads for longer than the engine waits; it can be repeated.
	Scrub(ctx context.Context) error
	// Close releases the store.
	Close() error
}

// Page asks for one page of a listing: at most Limit items after the cursor. Limit 0 means 50, more than 500 means 500.
type Page struct {
	After string
	Limit int
}

// Reader reads the control store. Listings are ordered by id (age), newest last, unless said otherwise; next is the
// cursor of the following page, empty at the end.
type Reader interface {
	PeopleReader
	AuditReader
	RefreshReader
	NoticeReader
	UnifyReader

	Source(ctx context.Context, id activation.SourceID) (activation.Source, error)
	SourceByName(ctx context.Context, name string) (activation.Source, error)
	Sources(ctx context.Context, p Page) (list []activation.Source, next string, err error)

	// Profile returns the profile definition, CodeNotFound before there is one.
	Profile(ctx context.Context) (activation.ProfileDefinition, error)

	Segment(ctx context.Context, id activation.SegmentID) (activation.Segment, error)
	SegmentByName(ctx context.Context, name string) (activation.Segment, error)
	Segments(ctx context.Context, p Page) (list []activation.Segment, next string, err error)

	// Relationships lists all relationships, the oldest first.
	Relationships(ctx context.Context) ([]activation.Relationship, error)
	// Dependents lists the segments that name the segment with the id in their rules, the oldest first.
	Dependents(ctx context.Context, id activation.SegmentID) ([]activation.Segment, error)
	// Followers lists the segments that follow the relationship with the name, the oldest first.
	Followers(ctx context.Context, relationship string) ([]activation.Segment, error)

	Connection(ctx context.Context, id activation.ConnectionID) (activation.Connection, error)
	ConnectionByName(ctx context.Context, name string) (activation.Connection, error)
	Connections(ctx context.Context, p Page) (list []activation.Connection, next string, err error)

	Export(ctx context.Context, id activation.ExportID) (activation.Export, error)
	ExportByName(ctx context.Context, name string) (activation.Export, error)
	Exports(ctx context.Context, p Page) (list []activation.Export, next string, err error)
	// ExportsOf lists the exports over a connection.
	ExportsOf(ctx context.Context, id activation.ConnectionID) ([]activation.Export, error)

	// Run returns a run; also one that RemoveExport ended, though its export is gone.
	Run(ctx context.Context, id activation.RunID) (activation.Run, error)
	// Runs lists runs newest first, of one export or, with an empty id, of all.
	Runs(ctx context.Context, export activation.ExportID, p Page) (list []activation.Run, next string, err error)
	// OpenRuns lists every run that has not ended, oldest first.
	OpenRuns(ctx context.Context) ([]activation.Run, error)
	// LastRun returns the newest ended real run of the export; CodeNotFound if there is none.
	LastRun(ctx context.Context, export activation.ExportID) (activation.Run, error)

	// LastListSize is how many people the list of an export held after the newest run that asked; the zero value if none did.
	LastListSize(ctx context.Context, export activation.ExportID) (activation.ListSize, error)
	// ListSizes is how large the lists of a page of exports were over time; an export without a size is among them.
	ListSizes(ctx context.Context, q SizesQuery, p Page) (list []activation.ListSizes, next string, err error)

	// IdempotentRun returns the run that was created with the key for the export, CodeNotFound if there is none.
	IdempotentRun(ctx context.Context, export activation.ExportID, key string) (activation.RunID, error)
}

// SizesQuery chooses sizes of lists.
type SizesQuery struct {
	// Export is the only one that is asked for; empty means all.
	Export activation.ExportID
	// Since is the beginning; of each Step of time from there on the last size is taken.
	Since time.Time
	Step  time.Duration
}

// Tx reads and writes the control store. Create takes Version as 1; Update compares Version with the stored one,
// fails with CodeConflict if it moved, and stores Version+1. An update leaves alone what never changes: the id, the
// kind or type, who made it and when, a run's export; and what has a method of its own: Ingest, Build, an export's
// freshness, a segment's schedule, whether a person wants messages.
type Tx interface {
	Reader
	PeopleWriter
	AuditWriter
	RefreshWriter
	NoticeWriter
	UnifyWriter

	CreateSource(ctx context.Context, s activation.Source) error
	UpdateSource(ctx context.Context, s activation.Source) error
	// SetIngest records an ingest without touching the definition or its version.
	SetIngest(ctx context.Context, id activation.SourceID, in activation.Ingest) error
	// DeleteSource fails with CodeInUse while the profile is made from it or a relationship goes to or from it.
	DeleteSource(ctx context.Context, id activation.SourceID) error

	// PutProfile creates the definition (Version 0 given) or changes it (Version as read).
	PutProfile(ctx context.Context, d activation.ProfileDefinition) error
	// SetBuild records a build without touching the definition or its version.
	SetBuild(ctx context.Context, b activation.ProfileBuild) error

	CreateSegment(ctx context.Context, s activation.Segment) error
	UpdateSegment(ctx context.Context, s activation.Segment) error
	// SetSegmentSchedule changes when a segment is evaluated; like every update it compares the version.
	SetSegmentSchedule(ctx context.Context, id activation.SegmentID, s activation.SegmentSchedule, version int64, at time.Time) error
	// DeleteSegment fails with CodeInUse while an export uses it, or another segment names it; the message names them.
	DeleteSegment(ctx context.Context, id activation.SegmentID) error

	CreateRelationship(ctx context.Context, r activation.Relationship) error
	// DeleteRelationship fails with CodeInUse while a segment follows it; the message names the segments.
	DeleteRelationship(ctx context.Context, id activation.RelationshipID) error

	CreateConnection(ctx context.Context, c activation.Connection) error
	UpdateConnection(ctx context.Context, c activation.Connection) error
	// DeleteConnection fails with CodeInUse while an export uses it; the message names the exports.
	DeleteConnection(ctx context.Context, id activation.ConnectionID) error

	CreateExport(ctx context.Context, e activation.Export) error
	UpdateExport(ctx context.Context, e activation.Export) error
	// SetFreshness changes the freshness objective alone; like every update it compares the version.
	SetFreshness(ctx context.Context, id activation.ExportID, within time.Duration, version int64, at time.Time) error
	// DeleteExport removes the export and its runs' rows; it fails with CodeInUse while a run of it has not ended.
	DeleteExport(ctx context.Context, id activation.ExportID) error
	// RemoveExport stores the run, which has ended, and removes its export as DeleteExport does, both or neither. The run can be
	// read by its id from then on (S22), and is in no listing.
	RemoveExport(ctx context.Context, ended activation.Run) error

	// CreateRun stores a new run, and with a non-empty key remembers it for IdempotentRun.
	CreateRun(ctx context.Context, r activation.Run, idempotencyKey string) error
	// UpdateRun stores the run; like every update it compares the version.
	UpdateRun(ctx context.Context, r activation.Run) error

	// Enqueue adds a job that becomes workable at the time given (zero: at once) when the transaction commits.
	Enqueue(ctx context.Context, a jobs.Args, at time.Time) error
}
