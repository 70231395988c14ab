package storetest

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

func sources() named[activation.Source] {
	return named[activation.Source]{
		make: func(id, name string) activation.Source { return source(activation.SourceID(id), name) },
		head: func(v *activation.Source) (string, *string, *int64, *time.Time) {
			return string(v.ID), &v.Name, &v.Version, &v.UpdatedAt
		},
		change: func(v *activation.Source) {
			v.Path, v.CSV, v.Columns = "/srv/files/other.csv", activation.CSVOptions{NoHeader: true}, nil
			v.MaxBadRows, v.MaxShrink = 0, 1
		},
		create: func(ctx context.Context, tx store.Tx, v activation.Source) error { return tx.CreateSource(ctx, v) },
		update: func(ctx context.Context, tx store.Tx, v activation.Source) error { return tx.UpdateSource(ctx, v) },
		delete: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.DeleteSource(ctx, activation.SourceID(id))
		},
		get: func(ctx context.Context, r store.Reader, id string) (activation.Source, error) {
			return r.Source(ctx, activation.SourceID(id))
		},
		getName: func(ctx context.Context, r store.Reader, name string) (activation.Source, error) {
			return r.SourceByName(ctx, name)
		},
		list: func(ctx context.Context, r store.Reader, p store.Page) ([]activation.Source, string, error) {
			return r.Sources(ctx, p)
		},
	}
}

func segments() named[activation.Segment] {
	return named[activation.Segment]{
		make: func(id, name string) activation.Segment { return segment(activation.SegmentID(id), name) },
		head: func(v *activation.Segment) (string, *string, *int64, *time.Time) {
			return string(v.ID), &v.Name, &v.Version, &v.UpdatedAt
		},
		change: func(v *activation.Segment) {
			v.Description, v.TimeZone = "", "UTC"
			v.Rules = []activation.SegmentRule{{Rule: activation.Rule{Field: "Grad", Operator: activation.OpInTheLast, Values: []string{"3"}, Unit: activation.UnitWeek}}}
		},
		create: func(ctx context.Context, tx store.Tx, v activation.Segment) error { return tx.CreateSegment(ctx, v) },
		update: func(ctx context.Context, tx store.Tx, v activation.Segment) error { return tx.UpdateSegment(ctx, v) },
		delete: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.DeleteSegment(ctx, activation.SegmentID(id))
		},
		get: func(ctx context.Context, r store.Reader, id string) (activation.Segment, error) {
			return r.Segment(ctx, activation.SegmentID(id))
		},
		getName: func(ctx context.Context, r store.Reader, name string) (activation.Segment, error) {
			return r.SegmentByName(ctx, name)
		},
		list: func(ctx context.Context, r store.Reader, p store.Page) ([]activation.Segment, string, error) {
			return r.Segments(ctx, p)
		},
	}
}

func connections() named[activation.Connection] {
	return named[activation.Connection]{
		make: func(id, name string) activation.Connection { return connection(activation.ConnectionID(id), name) },
		head: func(v *activation.Connection) (string, *string, *int64, *time.Time) {
			return string(v.ID), &v.Name, &v.Version, &v.UpdatedAt
		},
		change: func(v *activation.Connection) {
			v.BaseURL, v.SealedKey, v.KeyTail = "https://api.example.org", nil, ""
			v.Details.Company, v.Details.Email = "Druga d.o.o.", ""
			v.CheckedAt, v.ConsentAt, v.ConsentBy, v.ConsentVersion = start().Add(time.Hour), time.Time{}, "", "2027-01"
			v.Shared, v.ClearEmpty, v.MirrorOff = false, activation.ClearOn, false
			v.ExportUser, v.ContactLimit, v.RemovingAt, v.RemovedBy = activation.ExportUser{}, 0, time.Time{}, ""
		},
		create: func(ctx context.Context, tx store.Tx, v activation.Connection) error {
			return tx.CreateConnection(ctx, v)
		},
		update: func(ctx context.Context, tx store.Tx, v activation.Connection) error {
			return tx.UpdateConnection(ctx, v)
		},
		delete: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.DeleteConnection(ctx, activation.ConnectionID(id))
		},
		get: func(ctx context.Context, r store.Reader, id string) (activation.Connection, error) {
			return r.Connection(ctx, activation.ConnectionID(id))
		},
		getName: func(ctx context.Context, r store.Reader, name string) (activation.Connection, error) {
			return r.ConnectionByName(ctx, name)
		},
		list: func(ctx context.Context, r store.Reader, p store.Page) ([]activation.Connection, string, error) {
			return r.Connections(ctx, p)
		},
	}
}

func exports() named[activation.Export] {
	return named[activation.Export]{
		seed: true,
		make: func(id, name string) activation.Export { return export(activation.ExportID(id), name) },
		head: func(v *activation.Export) (string, *string, *int64, *time.Time) {
			return string(v.ID), &v.Name, &v.Version, &v.UpdatedAt
		},
		change: func(v *activation.Export) {
			v.List, v.ListName, v.Segments = 8, "", []activation.SegmentID{"se1"}
			v.Mapping, v.Leavers, v.TakeOver, v.TimeZone = activation.Mapping{Email: "Mail"}, activation.LeaversKeep, false, ""
			v.Connection, v.Removing = "", true
			v.Detached = &activation.Detachment{At: start(), By: "iva", Connection: "co1", Name: "Brevo main", Account: activation.Account{OrganizationID: "org-1"}, Company: "Primjer d.o.o."}
		},
		create: func(ctx context.Context, tx store.Tx, v activation.Export) error { return tx.CreateExport(ctx, v) },
		update: func(ctx context.Context, tx store.Tx, v activation.Export) error { return tx.UpdateExport(ctx, v) },
		delete: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.DeleteExport(ctx, activation.ExportID(id))
		},
		get: func(ctx context.Context, r store.Reader, id string) (activation.Export, error) {
			return r.Export(ctx, activation.ExportID(id))
		},
		getName: func(ctx context.Context, r store.Reader, name string) (activation.Export, error) {
			return r.ExportByName(ctx, name)
		},
		list: func(ctx context.Context, r store.Reader, p store.Page) ([]activation.Export, string, error) {
			return r.Exports(ctx, p)
		},
	}
}
