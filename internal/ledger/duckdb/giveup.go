package duckdb

import (
	"context"
	"database/sql"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// GiveUp implements ledger.GivingUp.
func (l *Ledger) GiveUp(ctx context.Context, id activation.BatchID, newest activation.ProcessID, by string, at, until time.Time) error {
	return l.update(ctx, func(q querier) error {
		b, err := q.batch(id)
		if err != nil {
			return err
		}
		var known, left int64
		if err := q.row("SELECT count(*) FROM given_up WHERE batch = ?", []any{string(id)}, &known); err != nil || known > 0 {
			return err
		}
		if err := q.row(`SELECT count(*) FROM run_row x JOIN run r ON r.id = x.run WHERE x.batch = ? AND r.aborted <> '' AND x.bucket = 'not_sent' AND x.reason = ?`,
			[]any{string(id), activation.ReasonOutcomeUnknown}, &left); err != nil {
			return err
		}
		if b.Kind != ledger.BatchImport || b.State == ledger.BatchReady || (b.State == ledger.BatchEnded && left == 0) {
			return activation.Errorf(activation.CodeConflict, "the batch %s is not in flight", id)
		}
		p, err := q.place(b.Run)
		if err != nil {
			return err
		}
		for _, s := range []struct {
			stmt string
			args []any
		}{
			{"UPDATE run_row SET bucket = 'not_sent', reason = ?, settled_at = ? WHERE batch = ? AND bucket IS NULL", []any{activation.ReasonOutcomeUnknown, at.UTC(), string(id)}},
			{"UPDATE run_row SET payload = NULL WHERE batch = ?", []any{string(id)}},
			{"UPDATE batch SET state = 'ended', nth_end = " + endings + " + 1 WHERE id = ?", []any{string(id)}},
			{`INSERT INTO given_up VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '', 0)`, []any{string(id), string(b.Run), p.account, int64(b.List), int64(b.Process),
				int64(b.Watermark), int64(newest), by, at.UTC(), until.UTC()}},
			{`INSERT INTO given_up_identifier SELECT DISTINCT $1, account, attribute, value, owner FROM identifier WHERE account = $2
				AND owner IN (SELECT owner FROM run_row WHERE batch = $1)`, []any{string(id), p.account}},
		} {
			if err := q.exec(s.stmt, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Watches implements ledger.GivingUp.
func (l *Ledger) Watches(ctx context.Context, run activation.RunID) (list []ledger.Watch, err error) {
	err = l.query(ctx, `SELECT g.batch, g.run, g.account, a.base_url, a.organization_id, g.list, g.process, g.watermark, g.newest, g.given_up_by, g.given_up_at,
		g.watched_until, g.ended_at, g.outcome, g.removed FROM given_up g JOIN account a ON a.id = g.account
		WHERE CASE WHEN $1 = '' THEN g.outcome = '' ELSE g.run = $1 END ORDER BY g.given_up_at, g.batch`, []any{string(run)}, func(scan func(...any) error) error {
		var w ledger.Watch
		var ended sql.NullTime
		if err := scan(&w.Batch, &w.Run, &w.Account, &w.Identity.BaseURL, &w.Identity.OrganizationID, &w.List, &w.Process, &w.Watermark, &w.Newest, &w.By,
			&w.At, &w.Until, &ended, &w.Outcome, &w.Removed); err != nil {
			return err
		}
		w.At, w.Until = w.At.UTC(), w.Until.UTC()
		if ended.Valid {
			w.EndedAt = ended.Time.UTC()
		}
		list = append(list, w)
		return nil
	})
	return list, err
}

// Unwanted implements ledger.GivingUp.
func (l *Ledger) Unwanted(ctx context.Context, id activation.BatchID) (list []activation.Email, err error) {
	// Whom somebody let stay on the list since, finding her there, stays, unless she was removed after that (S23). What came after what is told
	// by the order in which batches ended.
	err = l.query(ctx, `WITH g AS (SELECT g.*, b.nth_end AS at FROM given_up g JOIN batch b ON b.id = g.batch WHERE g.batch = $1),
		stays AS (SELECT e.address, max(o.planned_after) AS at FROM g JOIN reconciliation c ON c.account = g.account AND c.list = g.list AND c.decided_at IS NOT NULL
			JOIN run o ON o.id = c.run AND o.planned_after >= g.at JOIN run_row e ON e.run = c.run WHERE e.kind = 'extra' AND e.address IS NOT NULL GROUP BY e.address),
		went AS (SELECT r.address, max(b.nth_end) AS at FROM g JOIN run o ON o.account = g.account JOIN batch b ON b.run = o.id AND b.list = g.list JOIN run_row r ON r.part = b.part
			WHERE r.kind IN ('leaver', 'refusal') AND r.bucket = 'removed' AND r.address IN (SELECT address FROM stays) GROUP BY r.address)
		SELECT DISTINCT x.address FROM g JOIN run_row x ON x.batch = g.batch LEFT JOIN stays y ON y.address = x.address LEFT JOIN went w ON w.address = x.address
		WHERE (y.address IS NULL OR w.at > y.at)
			AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.account = g.account AND s.list = g.list AND s.address = x.address) ORDER BY x.address`,
		[]any{string(id)}, func(scan func(...any) error) error {
			var address string
			err := scan(&address)
			list = append(list, activation.Email(address))
			return err
		})
	return list, err
}

// EndWatch implements ledger.GivingUp. What was acknowledged since keeps being acknowledged, for a run under way counts on it,
// but with a fingerprint that no row has: the next run sends it again, on every list, for attributes belong to the contact.
func (l *Ledger) EndWatch(ctx context.Context, id activation.BatchID, outcome ledger.WatchOutcome, removed int64, at time.Time) error {
	return l.update(ctx, func(q querier) error {
		changed, err := q.changed("UPDATE given_up SET outcome = ?, removed = ?, ended_at = ? WHERE batch = ? AND outcome = ''", string(outcome), removed, at.UTC(), string(id))
		if err != nil || changed == 0 {
			return err
		}
		if outcome != ledger.WatchNotShown {
			if err := q.exec(`UPDATE standing SET fingerprint = 0 WHERE fingerprint IS NOT NULL AND account = (SELECT account FROM given_up WHERE batch = $1)
				AND address IN (SELECT address FROM run_row WHERE batch = $1)`, string(id)); err != nil {
				return err
			}
		}
		return q.exec("DELETE FROM given_up_identifier WHERE batch = ?", string(id))
	})
}
