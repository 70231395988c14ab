package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// RefreshSchedule implements store.Reader.
func (r *reader) RefreshSchedule(ctx context.Context) (s activation.RefreshSchedule, version int64, err error) {
	row, err := r.q.RefreshSchedule(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return s, 0, nil
	}
	if err != nil {
		return s, 0, translate(ctx, "load the refresh schedule", err)
	}
	return s, row.Version, decode("refresh schedule", row.Schedule, &s)
}

// PutRefreshSchedule implements store.Tx.
func (t *txn) PutRefreshSchedule(ctx context.Context, s activation.RefreshSchedule, version int64, at time.Time) error {
	text, err := encode(s)
	if err != nil {
		return err
	}
	now := micros(at)
	if version == 0 {
		err := t.q.InsertRefreshSchedule(ctx, sqlcgen.InsertRefreshScheduleParams{Schedule: text, UpdatedAt: now})
		return saved(ctx, "refresh schedule", err)
	}
	n, err := t.q.UpdateRefreshSchedule(ctx, sqlcgen.UpdateRefreshScheduleParams{Schedule: text, UpdatedAt: now, Version: version})
	if err != nil {
		return saved(ctx, "refresh schedule", err)
	}
	return changed(n, "refresh schedule", func() error { return nil })
}

// Refresh implements store.Reader.
func (r *reader) Refresh(ctx context.Context, id activation.RefreshID) (activation.Refresh, error) {
	row, err := r.q.RefreshByID(ctx, string(id))
	if err != nil {
		return activation.Refresh{}, missing(ctx, "refresh", string(id), err)
	}
	return toRefresh(row)
}

// Evaluations implements store.Reader.
func (r *reader) Evaluations(ctx context.Context, segment activation.SegmentID, most int) ([]activation.Refresh, error) {
	rows, err := r.q.EvaluationsOf(ctx, sqlcgen.EvaluationsOfParams{SegmentID: string(segment), Count: int64(most)})
	if err != nil {
		return nil, translate(ctx, "list evaluations", err)
	}
	list := make([]activation.Refresh, 0, len(rows))
	for _, row := range rows {
		x, err := toRefresh(row)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// OpenRefresh implements store.Reader.
func (r *reader) OpenRefresh(ctx context.Context) (activation.Refresh, error) {
	row, err := r.q.OpenRefresh(ctx)
	if err != nil {
		return activation.Refresh{}, missing(ctx, "refresh", "under way", err)
	}
	return toRefresh(row)
}

// Refreshes implements store.Reader.
func (r *reader) Refreshes(ctx context.Context, p store.Page) ([]activation.Refresh, string, error) {
	before := p.After
	if before == "" {
		before = strings.Repeat("\U0010FFFF", 4) // after every id
	}
	rows, err := r.q.RefreshesBefore(ctx, sqlcgen.RefreshesBeforeParams{Before: before, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list refreshes", err)
	}
	return cut(rows, p, toRefresh, func(r activation.Refresh) string { return string(r.ID) })
}

func toRefresh(row sqlcgen.Refresh) (activation.Refresh, error) {
	r := activation.Refresh{
		ID: activation.RefreshID(row.ID), RequestedBy: row.RequestedBy, Scheduled: row.Scheduled == 1, Export: activation.ExportID(row.ExportID), Segment: activation.SegmentID(row.SegmentID),
		Status: activation.RunStatus(row.Status), CancelRequested: row.CancelRequested == 1, CreatedAt: moment(row.CreatedAt), StartedAt: moment(row.StartedAt),
		EndedAt: moment(row.EndedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	return r, decode("tasks of a refresh", row.Tasks, &r.Tasks)
}

// CreateRefresh implements store.Tx.
func (t *txn) CreateRefresh(ctx context.Context, r activation.Refresh) error {
	tasks, err := encode(r.Tasks)
	if err != nil {
		return err
	}
	err = t.q.InsertRefresh(ctx, sqlcgen.InsertRefreshParams{
		ID: string(r.ID), RequestedBy: r.RequestedBy, Scheduled: flag(r.Scheduled), ExportID: string(r.Export), SegmentID: string(r.Segment), Status: string(r.Status), Ended: flag(r.Status.Final()),
		CancelRequested: flag(r.CancelRequested), Tasks: tasks, CreatedAt: micros(r.CreatedAt), StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), UpdatedAt: micros(r.UpdatedAt),
	})
	if isUnique(err) && r.Segment != "" {
		return &activation.Error{Code: activation.CodeConflict, Message: "the segment is being evaluated", Remedy: "Wait until that has ended", Err: err}
	}
	if isUnique(err) {
		return &activation.Error{Code: activation.CodeConflict, Message: "a refresh is under way", Remedy: "Wait until it has ended, or cancel it", Err: err}
	}
	return saved(ctx, "refresh", err)
}

// UpdateRefresh implements store.Tx.
func (t *txn) UpdateRefresh(ctx context.Context, r activation.Refresh) error {
	tasks, err := encode(r.Tasks)
	if err != nil {
		return err
	}
	n, err := t.q.UpdateRefresh(ctx, sqlcgen.UpdateRefreshParams{
		Status: string(r.Status), Ended: flag(r.Status.Final()), CancelRequested: flag(r.CancelRequested), Tasks: tasks, StartedAt: micros(r.StartedAt),
		EndedAt: micros(r.EndedAt), UpdatedAt: micros(r.UpdatedAt), ID: string(r.ID), Version: r.Version,
	})
	if err != nil {
		return saved(ctx, "refresh", err)
	}
	return changed(n, "refresh", func() error { _, err := t.Refresh(ctx, r.ID); return err })
}

// Dues implements store.Reader.
func (r *reader) Dues(ctx context.Context) ([]activation.Due, error) {
	rows, err := r.q.Dues(ctx)
	if err != nil {
		return nil, translate(ctx, "list what is due", err)
	}
	list := make([]activation.Due, 0, len(rows))
	for _, row := range rows {
		list = append(list, activation.Due{Key: row.Key, Spec: row.Spec, At: moment(row.At)})
	}
	return list, nil
}

// PutDue implements store.Tx.
func (t *txn) PutDue(ctx context.Context, d activation.Due) error {
	return saved(ctx, "due", t.q.PutDue(ctx, sqlcgen.PutDueParams{Key: d.Key, Spec: d.Spec, At: micros(d.At)}))
}

// DeleteDue implements store.Tx.
func (t *txn) DeleteDue(ctx context.Context, key string) error {
	return translate(ctx, "forget what is due", t.q.DeleteDue(ctx, key))
}
