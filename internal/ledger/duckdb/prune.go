package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
)

// oldRuns makes the temporary table old_run of the runs whose rows are dropped: those that ended before $1, but for what is needed yet.
var oldRuns = []string{
	"CREATE OR REPLACE TEMP TABLE old_run AS SELECT id, account, list, nth, planned_after FROM run WHERE ended_at < $1",
	// Of a process that is watched it must be known whom it was sent with (S17), and since it was given up on whom was decided, and who was
	// removed (S23): see Unwanted.
	"DELETE FROM old_run WHERE id IN (SELECT run FROM given_up WHERE outcome = '')",
	"CREATE OR REPLACE TEMP TABLE watched AS SELECT g.account, g.list, b.nth_end AS at FROM given_up g JOIN batch b ON b.id = g.batch WHERE g.outcome = ''",
	`DELETE FROM old_run WHERE id IN (SELECT o.id FROM old_run o JOIN reconciliation c ON c.run = o.id JOIN watched w ON w.account = o.account AND w.list = o.list
		WHERE c.decided_at IS NOT NULL AND o.planned_after >= w.at)`,
	`DELETE FROM old_run WHERE id IN (SELECT o.id FROM old_run o JOIN batch b ON b.run = o.id JOIN watched w ON w.account = o.account AND w.list = b.list
		WHERE b.kind = 'removal' AND b.nth_end > w.at)`,
	// A run that has not ended, held for as long, must know whom runs on newer data refused, or have again, and what ended since it was
	// planned (S7, S11): see stillRefusedSince, refusedMeanwhile.
	`DELETE FROM old_run WHERE id IN (SELECT o.id FROM old_run o JOIN run u ON u.account = o.account LEFT JOIN batch b ON b.run = o.id
		WHERE u.ended_at IS NULL AND (o.nth >= u.nth OR b.nth_end > u.planned_after))`,
}

// dropped are the statements that drop what is old. The last of all runs stays, without its rows: their numbers only grow, and a run may
// have asked for its own and not planned yet.
var dropped = []string{
	"DELETE FROM run_row WHERE run IN (SELECT id FROM old_run)",
	"DELETE FROM released_leaver WHERE run IN (SELECT id FROM old_run)",
	"DELETE FROM found_contact WHERE run IN (SELECT id FROM old_run)",
	"DELETE FROM batch WHERE run IN (SELECT id FROM old_run)",
	"DELETE FROM given_up WHERE run IN (SELECT id FROM old_run)",
	"DELETE FROM run WHERE id IN (SELECT id FROM old_run WHERE nth = 0 OR nth < (SELECT max(nth) FROM run))", // 0 has what only reads a list
	"DELETE FROM removal_log WHERE removed_at < $1",
	"DROP TABLE old_run",
	"DROP TABLE watched",
}

// Prune implements ledger.Ledger.
func (l *Ledger) Prune(ctx context.Context, before time.Time) error {
	err := l.update(ctx, func(q querier) error {
		do := func(statements []string) error {
			for _, s := range statements {
				var args []any
				if strings.Contains(s, "$1") {
					args = []any{before.UTC()}
				}
				if err := q.exec(s, args...); err != nil {
					return err
				}
			}
			return nil
		}
		if err := do(oldRuns); err != nil {
			return err
		}
		if err := q.rememberUnknown(); err != nil {
			return err
		}
		if err := do(dropped); err != nil {
			return err
		}
		return q.tidyTakenOff()
	})
	if err != nil {
		return fmt.Errorf("prune the ledger: %w", err)
	}
	return l.compact(ctx)
}

// rememberUnknown keeps whose import ended in nobody knows what, of the rows that are dropped, as long as she is opted out: see liftOptOuts.
func (q querier) rememberUnknown() error {
	if err := q.exec(`INSERT INTO unknown_import SELECT DISTINCT r.account, x.owner FROM run_row x JOIN old_run r ON r.id = x.run
			JOIN opt_out o ON o.account = r.account AND o.owner = x.owner
		WHERE x.kind = 'address' AND x.bucket = 'not_sent' AND x.reason = ?`, activation.ReasonOutcomeUnknown); err != nil {
		return err
	}
	return q.exec("DELETE FROM unknown_import u WHERE NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.account = u.account AND o.owner = u.owner)")
}
