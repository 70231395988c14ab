package httpapi

import (
	"context"
	"io"
	"iter"
	"time"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/audit"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/ingest"
	"segue/internal/ledger"
	"segue/internal/notify"
	"segue/internal/refresh"
	"segue/internal/segment"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Services are what operations call; the names of the types say who provides them.
type Services struct {
	Store       definitions // *store.Store
	Sources     sources     // *ingest.Service
	Profiles    profiles    // warehouse.Warehouse
	Unify       unification // *unify.Service
	Segments    segments    // *segment.Service
	Connections connections // *connection.Service
	Exports     exports     // *export.Service
	Ledger      records     // ledger.Ledger
	Access      *access.Service
	Audit       *audit.Log
	Refresh     *refresh.Service
	Notify      *notify.Service
}

// definitions lists what is stored.
type definitions interface {
	View(ctx context.Context, f func(store.Reader) error) error
}

// sources is what the API needs of data sources and the profile's definition.
type sources interface {
	Create(ctx context.Context, s activation.Source, password ...string) (activation.Source, error)
	Update(ctx context.Context, s activation.Source, password ...string) (activation.Source, error)
	Get(ctx context.Context, id activation.SourceID) (activation.Source, error)
	Delete(ctx context.Context, id activation.SourceID) error
	Preview(ctx context.Context, s activation.Source, rows int, password ...string) (warehouse.Preview, error)
	Quarantine(ctx context.Context, id activation.SourceID, offset, limit int) ([]warehouse.BadRow, error)
	Ingest(ctx context.Context, id activation.SourceID, force bool) (activation.Source, error)
	Files(ctx context.Context) ([]ingest.File, error)
	SaveUpload(ctx context.Context, name string, r io.Reader) (string, error)

	Profile(ctx context.Context) (activation.ProfileDefinition, error)
	PutProfile(ctx context.Context, p activation.ProfileDefinition) (activation.ProfileDefinition, error)
	SuggestProfile(ctx context.Context, id activation.SourceID) (activation.ProfileDefinition, error)
	Build(ctx context.Context) (activation.ProfileDefinition, error)
}

// profiles looks at customers.
type profiles interface {
	Profiles(ctx context.Context, search, after string, limit int) ([]warehouse.Profile, error)
	Profile(ctx context.Context, id string) (warehouse.Profile, error)
	FieldStats(ctx context.Context, field string, top int) (warehouse.FieldStats, error)
}

// segments is what the API needs of segments.
type segments interface {
	Create(ctx context.Context, g activation.Segment) (activation.Segment, error)
	Update(ctx context.Context, g activation.Segment) (activation.Segment, error)
	Get(ctx context.Context, id activation.SegmentID) (activation.Segment, error)
	Delete(ctx context.Context, id activation.SegmentID) error
	SetSchedule(ctx context.Context, id activation.SegmentID, s activation.SegmentSchedule, version int64) (activation.Segment, error)
	States(ctx context.Context, list []activation.Segment) ([]segment.State, error)
	Count(ctx context.Context, g activation.Segment) (warehouse.Counts, error)
	Look(ctx context.Context, g activation.Segment, n int) (warehouse.Counts, []warehouse.Profile, error)
	Sample(ctx context.Context, g activation.Segment, after string, limit int) ([]warehouse.Profile, error)
	Holding(ctx context.Context, id string) ([]segment.Membership, error)
	Overlap(ctx context.Context, ids []activation.SegmentID) (segment.Overlap, error)
	Duplicate(ctx context.Context, id activation.SegmentID, name string) (activation.Segment, error)
	Trend(ctx context.Context, id activation.SegmentID, since time.Time) ([]warehouse.Observation, error)
	Changes(ctx context.Context, r warehouse.ChangesRequest) (warehouse.Changes, error)
	Uses(ctx context.Context, id activation.SegmentID) ([]segment.Use, error)
	Relationships(ctx context.Context) ([]segment.Related, error)
	Relate(ctx context.Context, r activation.Relationship) (activation.Relationship, error)
	Unrelate(ctx context.Context, id activation.RelationshipID) error
}

// connections is what the API needs of connections.
type connections interface {
	Check(ctx context.Context, t activation.DestinationType, baseURL, key string) (activation.AccountDetails, error)
	Create(ctx context.Context, n connection.NewConnection) (activation.Connection, error)
	Update(ctx context.Context, id activation.ConnectionID, ch connection.Change) (activation.Connection, error)
	Get(ctx context.Context, id activation.ConnectionID) (activation.Connection, error)
	Test(ctx context.Context, id activation.ConnectionID) (activation.Connection, error)
	Lists(ctx context.Context, id activation.ConnectionID) ([]destination.List, error)
	Attributes(ctx context.Context, id activation.ConnectionID) ([]destination.Attribute, error)
	CreateList(ctx context.Context, id activation.ConnectionID, name string, folder int64) (destination.List, error)
	CreateAttribute(ctx context.Context, id activation.ConnectionID, a destination.Attribute) error
}

// exports is what the API needs of exports and runs.
type exports interface {
	Create(ctx context.Context, e activation.Export, takes ...string) (activation.Export, error)
	Update(ctx context.Context, e activation.Export, takes ...string) (activation.Export, error)
	Contested(ctx context.Context, e activation.Export) ([]export.Feed, error)
	People(ctx context.Context, id activation.ExportID) (export.People, error)
	Adopt(ctx context.Context, id activation.ExportID, by string) (activation.Adoption, error)
	Get(ctx context.Context, id activation.ExportID) (activation.Export, error)
	SetFreshness(ctx context.Context, id activation.ExportID, within time.Duration, version int64) (activation.Export, error)
	Delete(ctx context.Context, id activation.ExportID) error
	Detach(ctx context.Context, id activation.ExportID, by string) (activation.Export, error)
	Attach(ctx context.Context, id activation.ExportID, to activation.ConnectionID, list activation.ListID) (activation.Export, error)
	Duplicate(ctx context.Context, id activation.ExportID, name string) (activation.Export, error)
	Schedule(ctx context.Context, ids []activation.ExportID, to activation.ExportSchedule, keepOwn bool,
		may func(store.Reader, activation.Export) error) (changed, kept []activation.ExportID, err error)
	RemoveConnection(ctx context.Context, id activation.ConnectionID, choices map[activation.ExportID]export.UseChoice, by string) (export.Removal, error)
	StartRun(ctx context.Context, q export.StartRequest) (activation.Run, bool, error)
	Run(ctx context.Context, id activation.RunID) (activation.Run, error)
	Cancel(ctx context.Context, id activation.RunID) (activation.Run, error)
	Release(ctx context.Context, id activation.RunID, by string) (activation.Run, error)
	Refuse(ctx context.Context, id activation.RunID, by string) (activation.Run, error)
	GiveUp(ctx context.Context, id activation.RunID, by string) (activation.Run, error)
	Decide(ctx context.Context, id activation.RunID, c activation.ReconcileChoice, by string) (activation.Run, error)
	Watch(ctx context.Context, id activation.RunID, every time.Duration) iter.Seq2[activation.Run, error]
}

// records is what the API reads of the ledger.
type records interface {
	Rows(ctx context.Context, run activation.RunID, f ledger.RowFilter) ([]ledger.RunRow, error)
	AddressRows(ctx context.Context, address activation.Email, limit int) ([]ledger.RunRow, error)
	Standings(ctx context.Context, address activation.Email) ([]ledger.Standing, error)
	BatchesOf(ctx context.Context, run activation.RunID) ([]ledger.Batch, error)
	Watches(ctx context.Context, run activation.RunID) ([]ledger.Watch, error)
}
