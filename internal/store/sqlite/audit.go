package sqlite

import (
	"context"
	"math"

	"segue/internal/activation"
	"segue/internal/store/sqlite/sqlcgen"
)

// LastAudit implements store.Reader.
func (r *reader) LastAudit(ctx context.Context) (activation.AuditEntry, error) {
	row, err := r.q.LastAudit(ctx)
	if err != nil {
		return activation.AuditEntry{}, missing(ctx, "entry of the audit log", "last", err)
	}
	return toAudit(row)
}

// AuditAfter implements store.Reader.
func (r *reader) AuditAfter(ctx context.Context, number int64, limit int) ([]activation.AuditEntry, error) {
	rows, err := r.q.AuditAfter(ctx, sqlcgen.AuditAfterParams{After: number, Count: int64(limit)})
	return toAudits(ctx, rows, err)
}

// AuditBefore implements store.Reader.
func (r *reader) AuditBefore(ctx context.Context, number int64, limit int) ([]activation.AuditEntry, error) {
	if number == 0 {
		number = math.MaxInt64
	}
	rows, err := r.q.AuditBefore(ctx, sqlcgen.AuditBeforeParams{Before: number, Count: int64(limit)})
	return toAudits(ctx, rows, err)
}

func toAudits(ctx context.Context, rows []sqlcgen.Audit, err error) ([]activation.AuditEntry, error) {
	if err != nil {
		return nil, translate(ctx, "list the audit log", err)
	}
	list := make([]activation.AuditEntry, 0, len(rows))
	for _, row := range rows {
		e, err := toAudit(row)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func toAudit(row sqlcgen.Audit) (activation.AuditEntry, error) {
	var e activation.AuditEntry
	if err := decode("audit entry", row.Entry, &e); err != nil {
		return e, err
	}
	e.Hash = row.Hash
	return e, nil
}

// AppendAudit implements store.Tx.
func (t *txn) AppendAudit(ctx context.Context, e activation.AuditEntry) error {
	hash := e.Hash
	e.Hash = ""
	text, err := encode(e)
	if err != nil {
		return err
	}
	return saved(ctx, "entry of the audit log", t.q.InsertAudit(ctx, sqlcgen.InsertAuditParams{Number: e.Number, Hash: hash, Entry: text}))
}
