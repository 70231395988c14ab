package duckdb

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// MarkRestored implements ledger.Restored.
func (l *Ledger) MarkRestored(ctx context.Context, at time.Time) error {
	return l.update(ctx, func(q querier) error { return q.markRestored(at) })
}

func (q querier) markRestored(at time.Time) error {
	if err := q.exec("DELETE FROM must_reconcile"); err != nil {
		return err
	}
	return q.exec(`INSERT INTO must_reconcile SELECT account, list, $1, `+reconciliations+` FROM (SELECT account, list FROM standing UNION SELECT account, list FROM noted
		UNION SELECT account, list FROM run WHERE NOT dry)`, at.UTC())
}

// NoticeOlder implements ledger.Restored.
func (l *Ledger) NoticeOlder(ctx context.Context, a ledger.AccountID, list activation.ListID, e activation.ExportID, run activation.RunID, succeeded, at time.Time) (noticed bool, err error) {
	err = l.update(ctx, func(q querier) error {
		var known bool
		if err := q.row(`SELECT EXISTS (SELECT 1 FROM success WHERE export = $1 AND succeeded_at >= $2) OR EXISTS (SELECT 1 FROM restore_noticed WHERE run = $3)`,
			[]any{string(e), succeeded.UTC().Truncate(time.Microsecond), string(run)}, &known); err != nil || known {
			return err
		}
		noticed = true
		if err := q.markRestored(at); err != nil {
			return err
		}
		if err := q.exec("INSERT INTO must_reconcile VALUES (?, ?, ?, "+reconciliations+")", int32(a), int64(list), at.UTC()); err != nil {
			return err
		}
		return q.exec("INSERT INTO restore_noticed VALUES (?)", string(run))
	})
	return noticed && err == nil, err
}

// Unreconciled implements ledger.Restored.
func (l *Ledger) Unreconciled(ctx context.Context, a ledger.AccountID) (lists []activation.ListID, err error) {
	err = l.query(ctx, "SELECT DISTINCT list FROM must_reconcile WHERE account = ? ORDER BY list", []any{int32(a)}, func(scan func(...any) error) error {
		var list activation.ListID
		err := scan(&list)
		lists = append(lists, list)
		return err
	})
	return lists, err
}

// reconciliations is an expression: the number of the newest one. They are not pruned.
const reconciliations = "(SELECT coalesce(max(nth), 0) FROM reconciliation)"

// reconciled lets a list be written to again, unless it was marked after the reconciliation of that number.
func (q querier) reconciled(account int32, list, nth int64) error {
	return q.exec("DELETE FROM must_reconcile WHERE account = ? AND list = ? AND nth < ?", account, list, nth)
}
