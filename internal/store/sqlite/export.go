package sqlite

import (
	"context"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Export implements store.Reader.
func (r *reader) Export(ctx context.Context, id activation.ExportID) (activation.Export, error) {
	row, err := r.q.ExportByID(ctx, string(id))
	if err != nil {
		return activation.Export{}, missing(ctx, "export", string(id), err)
	}
	return r.toExport(ctx, row)
}

// ExportByName implements store.Reader.
func (r *reader) ExportByName(ctx context.Context, name string) (activation.Export, error) {
	row, err := r.q.ExportByNameKey(ctx, nameKey(name))
	if err != nil {
		return activation.Export{}, missing(ctx, "export", name, err)
	}
	return r.toExport(ctx, row)
}

// Exports implements store.Reader.
func (r *reader) Exports(ctx context.Context, p store.Page) ([]activation.Export, string, error) {
	rows, err := r.q.ExportsAfter(ctx, sqlcgen.ExportsAfterParams{After: p.After, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list exports", err)
	}
	return cut(rows, p, func(row sqlcgen.Export) (activation.Export, error) { return r.toExport(ctx, row) },
		func(e activation.Export) string { return string(e.ID) })
}

// ExportsOf implements store.Reader.
func (r *reader) ExportsOf(ctx context.Context, id activation.ConnectionID) ([]activation.Export, error) {
	rows, err := r.q.ExportsOfConnection(ctx, optional(string(id)))
	if err != nil {
		return nil, translate(ctx, "list the exports of a connection", err)
	}
	list := make([]activation.Export, 0, len(rows))
	for _, row := range rows {
		e, err := r.toExport(ctx, row)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (r *reader) toExport(ctx context.Context, row sqlcgen.Export) (activation.Export, error) {
	e := activation.Export{
		ID: activation.ExportID(row.ID), Name: row.Name, Connection: activation.ConnectionID(row.ConnectionID.String), Removing: row.Removing == 1,
		List: activation.ListID(row.ListID), ListName: row.ListName, Leavers: activation.LeaversPolicy(row.Leavers),
		TakeOver: row.TakeOver != 0, TimeZone: row.TimeZone, Freshness: time.Duration(row.Freshness) * time.Second,
		CreatedAt: moment(row.CreatedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	segments, err := r.q.SegmentsOfExport(ctx, row.ID)
	if err != nil {
		return e, translate(ctx, "load the segments of an export", err)
	}
	for _, id := range segments {
		e.Segments = append(e.Segments, activation.SegmentID(id))
	}
	if err := decode("schedule", row.Schedule, &e.Schedule); err != nil {
		return e, err
	}
	if err := decodeNull("detachment", row.Detached, &e.Detached); err != nil {
		return e, err
	}
	return e, decode("mapping", row.Mapping, &e.Mapping)
}

// CreateExport implements store.Tx.
func (t *txn) CreateExport(ctx context.Context, e activation.Export) error {
	parts, err := encodeAll(e.Mapping, e.Schedule)
	if err != nil {
		return err
	}
	detached, err := encodeNull(e.Detached)
	if err != nil {
		return err
	}
	if err := t.checkReferences(ctx, e); err != nil {
		return err
	}
	err = t.q.InsertExport(ctx, sqlcgen.InsertExportParams{
		ID: string(e.ID), Name: e.Name, NameKey: nameKey(e.Name), ConnectionID: optional(string(e.Connection)), Detached: detached, Removing: flag(e.Removing), ListID: int64(e.List),
		ListName: e.ListName, Mapping: parts[0], Schedule: parts[1], Leavers: string(e.Leavers), TakeOver: flag(e.TakeOver), TimeZone: e.TimeZone,
		Freshness: int64(e.Freshness / time.Second), CreatedAt: micros(e.CreatedAt), UpdatedAt: micros(e.UpdatedAt),
	})
	if err != nil {
		return written(ctx, "export", e.Name, err)
	}
	return t.putSegments(ctx, e)
}

// UpdateExport implements store.Tx.
func (t *txn) UpdateExport(ctx context.Context, e activation.Export) error {
	parts, err := encodeAll(e.Mapping, e.Schedule)
	if err != nil {
		return err
	}
	detached, err := encodeNull(e.Detached)
	if err != nil {
		return err
	}
	if err := t.checkReferences(ctx, e); err != nil {
		return err
	}
	n, err := t.q.UpdateExport(ctx, sqlcgen.UpdateExportParams{
		Name: e.Name, NameKey: nameKey(e.Name), ConnectionID: optional(string(e.Connection)), Detached: detached, Removing: flag(e.Removing), ListID: int64(e.List), ListName: e.ListName,
		Mapping: parts[0], Schedule: parts[1], Leavers: string(e.Leavers), TakeOver: flag(e.TakeOver), TimeZone: e.TimeZone,
		UpdatedAt: micros(e.UpdatedAt), ID: string(e.ID), Version: e.Version,
	})
	if err != nil {
		return written(ctx, "export", e.Name, err)
	}
	if err := changed(n, "export", func() error { _, err := t.Export(ctx, e.ID); return err }); err != nil {
		return err
	}
	return t.putSegments(ctx, e)
}

// SetFreshness implements store.Tx.
func (t *txn) SetFreshness(ctx context.Context, id activation.ExportID, within time.Duration, version int64, at time.Time) error {
	n, err := t.q.SetFreshness(ctx, sqlcgen.SetFreshnessParams{Freshness: int64(within / time.Second), UpdatedAt: micros(at), ID: string(id), Version: version})
	if err != nil {
		return saved(ctx, "export", err)
	}
	return changed(n, "export", func() error { _, err := t.Export(ctx, id); return err })
}

// checkReferences fails with the offending field if the connection or a segment is not there.
func (t *txn) checkReferences(ctx context.Context, e activation.Export) error {
	if e.Connection != "" || e.Detached == nil {
		if _, err := t.Connection(ctx, e.Connection); err != nil {
			return refers(err, "connection")
		}
	}
	for i, id := range e.Segments {
		if _, err := t.Segment(ctx, id); err != nil {
			return refers(err, fmt.Sprintf("segments[%d]", i))
		}
	}
	return nil
}

func (t *txn) putSegments(ctx context.Context, e activation.Export) error {
	if err := t.q.DeleteExportSegments(ctx, string(e.ID)); err != nil {
		return saved(ctx, "segments of an export", err)
	}
	for i, id := range e.Segments {
		p := sqlcgen.InsertExportSegmentParams{ExportID: string(e.ID), Position: int64(i), SegmentID: string(id)}
		err := t.q.InsertExportSegment(ctx, p)
		if isUnique(err) {
			return activation.Errorf(activation.CodeInvalid, "the segment is named twice").WithField(fmt.Sprintf("segments[%d]", i))
		}
		if err != nil {
			return saved(ctx, "segments of an export", err)
		}
	}
	return nil
}

// DeleteExport implements store.Tx.
func (t *txn) DeleteExport(ctx context.Context, id activation.ExportID) error {
	open, err := t.q.OpenRunsOfExport(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete export", err)
	}
	if err := store.InUse("export", "runs that have not ended:", open); err != nil {
		return err
	}
	n, err := t.q.DeleteExport(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete export", err)
	}
	return found(n, "export", string(id))
}
