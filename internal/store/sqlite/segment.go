package sqlite

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Segment implements store.Reader.
func (r *reader) Segment(ctx context.Context, id activation.SegmentID) (activation.Segment, error) {
	row, err := r.q.SegmentByID(ctx, string(id))
	if err != nil {
		return activation.Segment{}, missing(ctx, "segment", string(id), err)
	}
	return toSegment(row)
}

// SegmentByName implements store.Reader.
func (r *reader) SegmentByName(ctx context.Context, name string) (activation.Segment, error) {
	row, err := r.q.SegmentByNameKey(ctx, nameKey(name))
	if err != nil {
		return activation.Segment{}, missing(ctx, "segment", name, err)
	}
	return toSegment(row)
}

// Segments implements store.Reader.
func (r *reader) Segments(ctx context.Context, p store.Page) ([]activation.Segment, string, error) {
	rows, err := r.q.SegmentsAfter(ctx, sqlcgen.SegmentsAfterParams{After: p.After, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list segments", err)
	}
	return cut(rows, p, toSegment, func(s activation.Segment) string { return string(s.ID) })
}

func toSegment(row sqlcgen.Segment) (activation.Segment, error) {
	s := activation.Segment{
		ID: activation.SegmentID(row.ID), Name: row.Name, Description: row.Description, TimeZone: row.TimeZone,
		CreatedAt: moment(row.CreatedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	if err := decode("schedule", row.Schedule, &s.Schedule); err != nil {
		return s, err
	}
	return s, decode("rules", row.Rules, &s.Rules)
}

// CreateSegment implements store.Tx.
func (t *txn) CreateSegment(ctx context.Context, s activation.Segment) error {
	parts, err := encodeAll(s.Rules, s.Schedule)
	if err != nil {
		return err
	}
	return written(ctx, "segment", s.Name, t.q.InsertSegment(ctx, sqlcgen.InsertSegmentParams{
		ID: string(s.ID), Name: s.Name, NameKey: nameKey(s.Name), Description: s.Description, Rules: parts[0], TimeZone: s.TimeZone, Schedule: parts[1],
		CreatedAt: micros(s.CreatedAt), UpdatedAt: micros(s.UpdatedAt),
	}))
}

// UpdateSegment implements store.Tx.
func (t *txn) UpdateSegment(ctx context.Context, s activation.Segment) error {
	rules, err := encode(s.Rules)
	if err != nil {
		return err
	}
	n, err := t.q.UpdateSegment(ctx, sqlcgen.UpdateSegmentParams{
		Name: s.Name, NameKey: nameKey(s.Name), Description: s.Description, Rules: rules, TimeZone: s.TimeZone,
		UpdatedAt: micros(s.UpdatedAt), ID: string(s.ID), Version: s.Version,
	})
	if err != nil {
		return written(ctx, "segment", s.Name, err)
	}
	return changed(n, "segment", func() error { _, err := t.Segment(ctx, s.ID); return err })
}

// SetSegmentSchedule implements store.Tx.
func (t *txn) SetSegmentSchedule(ctx context.Context, id activation.SegmentID, s activation.SegmentSchedule, version int64, at time.Time) error {
	text, err := encode(s)
	if err != nil {
		return err
	}
	n, err := t.q.SetSegmentSchedule(ctx, sqlcgen.SetSegmentScheduleParams{Schedule: text, UpdatedAt: micros(at), ID: string(id), Version: version})
	if err != nil {
		return saved(ctx, "segment", err)
	}
	return changed(n, "segment", func() error { _, err := t.Segment(ctx, id); return err })
}

// DeleteSegment implements store.Tx.
func (t *txn) DeleteSegment(ctx context.Context, id activation.SegmentID) error {
	names, err := t.q.ExportNamesOfSegment(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete segment", err)
	}
	if err := store.InUse("segment", "the exports", names); err != nil {
		return err
	}
	list, err := t.Dependents(ctx, id)
	if err != nil {
		return err
	}
	if err := store.InUse("segment", "the segments", segmentNames(list)); err != nil {
		return err
	}
	n, err := t.q.DeleteSegment(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete segment", err)
	}
	return found(n, "segment", string(id))
}
