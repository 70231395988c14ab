package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

const stateColumns = `SELECT r.id, r.account, r.export, r.list, r.ended_at IS NOT NULL, r.aborted, r.summary,
	coalesce(sum(b.row_count) FILTER (b.kind = 'removal'), 0)::BIGINT, coalesce(sum(b.row_count) FILTER (b.kind = 'removal' AND b.state = 'ended'), 0)::BIGINT,
	coalesce(sum(b.row_count) FILTER (b.kind = 'import'), 0)::BIGINT,
	coalesce(sum(b.row_count) FILTER (b.kind = 'import' AND b.state <> 'ready' AND NOT (b.state = 'ended' AND b.process = 0)), 0)::BIGINT,
	coalesce(sum(b.row_count) FILTER (b.kind = 'import' AND b.state = 'ended'), 0)::BIGINT, count(b.id), count(b.id) FILTER (b.state = 'ended')
	FROM run r LEFT JOIN batch b ON b.run = r.id AND NOT b.split `

func scanState(scan func(...any) error) (s ledger.RunState, err error) {
	var summary string
	p := &s.Progress
	if err := scan(&s.Run, &s.Account, &s.Export, &s.List, &s.Ended, &s.Aborted, &summary, &p.Removals, &p.RemovalsDone, &p.Imports, &p.ImportsSent,
		&p.ImportsDone, &p.Batches, &p.BatchesDone); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(summary), &s.Summary)
}

func (l *Ledger) states(ctx context.Context, where string, args ...any) (list []ledger.RunState, err error) {
	err = l.query(ctx, stateColumns+where+" GROUP BY ALL ORDER BY r.id", args, func(scan func(...any) error) error {
		s, err := scanState(scan)
		list = append(list, s)
		return err
	})
	return list, err
}

// RunState implements ledger.Runs.
func (l *Ledger) RunState(ctx context.Context, run activation.RunID) (ledger.RunState, error) {
	list, err := l.states(ctx, "WHERE r.id = ?", string(run))
	if err == nil && len(list) == 0 {
		err = activation.Errorf(activation.CodeNotFound, "the run %s was never planned", run)
	}
	if err != nil {
		return ledger.RunState{}, err
	}
	return list[0], nil
}

// Nth implements ledger.Runs.
func (l *Ledger) Nth(ctx context.Context) (n int64, err error) {
	err = l.query(ctx, "SELECT coalesce(max(nth), 0) + 1 FROM run", nil, func(scan func(...any) error) error { return scan(&n) })
	return n, err
}

// OpenRuns implements ledger.Runs.
func (l *Ledger) OpenRuns(ctx context.Context) ([]ledger.RunState, error) {
	return l.states(ctx, "WHERE r.ended_at IS NULL")
}

// Abort implements ledger.Runs.
func (l *Ledger) Abort(ctx context.Context, run activation.RunID, reason string) error {
	return l.update(ctx, func(q querier) error {
		for _, s := range []struct {
			stmt string
			args []any
		}{
			{`UPDATE run_row SET bucket = 'not_sent', reason = $2 WHERE run = $1 AND bucket IS NULL AND kind = 'address'
				AND batch IN (SELECT id FROM batch WHERE run = $1 AND state IN ('sending', 'unknown', 'accepted'))`, []any{string(run), activation.ReasonOutcomeUnknown}},
			{`UPDATE run_row SET bucket = 'not_sent', reason = $2 WHERE run = $1 AND bucket IS NULL AND kind = 'address'`, []any{string(run), reason}},
			{`UPDATE run_row SET bucket = 'not_removed', reason = $2 WHERE run = $1 AND bucket IS NULL AND kind IN ('leaver', 'refusal') AND planned IN ('removed', 'not_removed')`,
				[]any{string(run), reason}},
			// Of a run of which nothing but refusals was carried out, as of one that is refused, nothing else happens either.
			{`UPDATE run_row SET bucket = 'not_removed', reason = $2 WHERE run = $1 AND bucket IS NULL AND kind = 'leaver'
				AND NOT EXISTS (SELECT 1 FROM batch WHERE run = $1 AND phase >= 0 AND attempts > 0)`, []any{string(run), reason}},
			{`UPDATE run_row SET payload = NULL WHERE run = $1`, []any{string(run)}}, // nothing more is sent (S35)
			{`UPDATE batch SET state = 'ended' WHERE run = $1`, []any{string(run)}},
			{`DELETE FROM clear_before WHERE run = $1`, []any{string(run)}},
			{`UPDATE run SET aborted = $2 WHERE id = $1 AND aborted = '' AND ended_at IS NULL`, []any{string(run), reason}},
		} {
			if err := q.exec(s.stmt, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Discard implements ledger.Runs.
func (l *Ledger) Discard(ctx context.Context, run activation.RunID) error {
	return l.update(ctx, func(q querier) error {
		var sent int64
		if err := q.row("SELECT count(*) FROM batch WHERE run = ? AND (attempts > 0 OR state <> 'ready')", []any{string(run)}, &sent); err != nil {
			return err
		}
		if sent > 0 {
			return activation.Errorf(activation.CodeInternal, "the run %s cannot be forgotten: something of it was sent", run)
		}
		for _, t := range []string{"DELETE FROM run_row WHERE run = ?", "DELETE FROM released_leaver WHERE run = ?", "DELETE FROM batch WHERE run = ?", "DELETE FROM clear_before WHERE run = ?", "DELETE FROM run WHERE id = ?"} {
			if err := q.exec(t, string(run)); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndUnaccounted implements ledger.Runs.
func (l *Ledger) EndUnaccounted(ctx context.Context, run activation.RunID, at time.Time) error {
	return l.update(ctx, func(q querier) error {
		var aborted string
		var ended bool
		if err := q.row("SELECT aborted, ended_at IS NOT NULL FROM run WHERE id = ?", []any{string(run)}, &aborted, &ended); err != nil {
			return missing("run", run, err)
		}
		if ended {
			return nil
		}
		if aborted == "" {
			return activation.Errorf(activation.CodeInternal, "the run %s was not aborted", run)
		}
		l.forgetRun(run)
		if err := q.exec("UPDATE run_row SET bucket = 'not_removed', reason = ? WHERE run = ? AND bucket IS NULL AND kind = 'leaver'", aborted, string(run)); err != nil {
			return err
		}
		return q.exec("UPDATE run SET ended_at = ? WHERE id = ?", at.UTC(), string(run))
	})
}

// EndDry implements ledger.Runs.
func (l *Ledger) EndDry(ctx context.Context, run activation.RunID, at time.Time) error {
	return l.update(ctx, func(q querier) error {
		for _, s := range []string{
			"UPDATE run_row SET payload = NULL, batch = NULL, part = NULL WHERE run = ?",
			"DELETE FROM batch WHERE run = ?",
		} {
			if err := q.exec(s, string(run)); err != nil {
				return err
			}
		}
		return q.exec("UPDATE run SET ended_at = coalesce(ended_at, ?), dry = true WHERE id = ?", at.UTC(), string(run))
	})
}

// Finish implements ledger.Runs. Every member of the hand-over is looked up among the rows, and every one that has none
// must have been acknowledged with what it would be sent now; so nothing is counted that is not there (S11).
func (l *Ledger) Finish(ctx context.Context, run activation.RunID, at time.Time) (rc activation.Receipt, err error) {
	err = l.update(ctx, func(q querier) error {
		var old sql.NullString
		var members, addresses, aborted, definition, plan string
		err := q.row("SELECT receipt, members_path, addresses_path, aborted, definition, summary FROM run WHERE id = ?", []any{string(run)},
			&old, &members, &addresses, &aborted, &definition, &plan)
		if err != nil {
			return missing("run", run, err)
		}
		if old.Valid {
			return json.Unmarshal([]byte(old.String), &rc)
		}
		p, err := q.place(run)
		if err != nil {
			return err
		}
		if err := q.notLeft(run, p); err != nil {
			return err
		}
		if rc, err = q.receipt(run, p, members); err != nil {
			return err
		}
		var sum activation.PlanSummary
		if err := json.Unmarshal([]byte(plan), &sum); err != nil {
			return err
		}
		rc.At, rc.Withheld = at.UTC(), sum.Withheld
		if err := rc.Check(); err != nil {
			return err
		}
		text, err := json.Marshal(rc)
		if err != nil {
			return err
		}
		rc = activation.Receipt{}
		if err := json.Unmarshal(text, &rc); err != nil { // what is returned now and later is the same
			return err
		}
		l.forgetRun(run)
		return q.close(run, p, addresses, aborted, definition, text, at)
	})
	if err != nil {
		return activation.Receipt{}, fmt.Errorf("finish run %s: %w", run, err)
	}
	return rc, nil
}

// receipt counts buckets from rows.
func (q querier) receipt(run activation.RunID, p place, membersPath string) (rc activation.Receipt, err error) {
	rc.Reasons = map[string]int64{}
	var open int64
	if err := q.row("SELECT count(*) FROM run_row WHERE run = ? AND bucket IS NULL AND NOT (kind = 'leaver' AND planned IN ('kept', 'still_wanted'))",
		[]any{string(run)}, &open); err != nil {
		return rc, err
	}
	if open > 0 {
		return rc, activation.Errorf(activation.CodeReceiptMismatch, "%d rows of the run have no outcome", open)
	}
	if err := q.handedOver(membersPath); err != nil {
		return rc, err
	}
	var doubled, stray int64
	if err := q.row("SELECT count(*), (SELECT count(*) FROM member) FROM (SELECT profile_id FROM member GROUP BY 1 HAVING count(*) > 1)", nil, &doubled, &rc.Members); err != nil {
		return rc, err
	}
	if err := q.row(`SELECT count(*) FROM (SELECT profile_id FROM run_row WHERE run = $1 AND is_member AND kind IN ('address', 'member') GROUP BY 1 HAVING count(*) > 1)`,
		[]any{string(run)}, &stray); err != nil {
		return rc, err
	}
	if doubled+stray > 0 {
		return rc, activation.Errorf(activation.CodeReceiptMismatch, "%d members have more than one outcome", doubled+stray)
	}
	// Who was unchanged when it was planned may have been taken off the list by another run since, as refused (S7).
	if err := q.refusedSince(string(run), p.account, p.nth); err != nil {
		return rc, err
	}
	if err := q.refusedMeanwhile(run, p); err != nil {
		return rc, err
	}
	// Joins are by one equality each: with anything beside it the engine compares every member with every row.
	err = q.rows(`SELECT coalesce(r.bucket, CASE WHEN s.acked THEN 'unchanged' WHEN z.why IS NOT NULL THEN 'rejected' ELSE 'none' END),
			coalesce(r.reason, CASE WHEN s.acked THEN '' ELSE z.why END, ''), count(*)
		FROM (SELECT *, CASE WHEN winner = profile_id AND problem IS NULL THEN address END AS won FROM member) m LEFT JOIN (SELECT profile_id, bucket, reason FROM run_row WHERE run = $1 AND is_member AND kind IN ('address', 'member')) r ON r.profile_id = m.profile_id
		LEFT JOIN (SELECT address, true AS acked FROM standing WHERE account = $2 AND list = $3 AND export = $4 AND fingerprint IS NOT NULL) s
			ON s.address = m.won
		LEFT JOIN refused_since z ON z.address = m.address
		GROUP BY ALL`, []any{string(run), p.account, p.list, p.export}, func(scan func(...any) error) error {
		return scanBucket(&rc, scan)
	})
	if err != nil {
		return rc, err
	}
	if rc.ThroughOthers, err = q.throughOthers(run, p); err != nil {
		return rc, err
	}
	err = q.rows(`SELECT CASE WHEN kind = 'refusal' THEN 'refusal_' ELSE '' END || coalesce(bucket, planned), reason, count(*) FROM run_row
		WHERE run = ? AND kind IN ('leaver', 'refusal') GROUP BY ALL`, []any{string(run)}, func(scan func(...any) error) error {
		return scanBucket(&rc, scan)
	})
	rc.Leavers = rc.Removed + rc.Kept + rc.StillWanted + rc.NotRemoved
	return rc, err
}

// throughOthers counts the addresses of members that are on the list under a profile that is no member.
func (q querier) throughOthers(run activation.RunID, p place) (n int64, err error) {
	err = q.row("SELECT count(*) FILTER (coalesce(r.bucket, CASE WHEN s.acked THEN 'unchanged' END) IN ('added', 'updated', 'unchanged')) FROM ("+throughOthers+`) o
		LEFT JOIN (SELECT address, bucket FROM run_row WHERE run = $1 AND kind = 'address') r ON r.address = o.address
		LEFT JOIN (SELECT address, true AS acked FROM standing WHERE account = $2 AND list = $3 AND export = $4 AND fingerprint IS NOT NULL) s ON s.address = o.address`,
		[]any{string(run), p.account, p.list, p.export}, &n)
	return n, err
}

// handedOver takes in the members of a run; one without a hand-over has none.
func (q querier) handedOver(membersPath string) error {
	if membersPath == "" {
		return q.exec("CREATE OR REPLACE TEMP TABLE member (profile_id VARCHAR, address VARCHAR, problem VARCHAR, winner VARCHAR)")
	}
	return q.exec("CREATE OR REPLACE TEMP TABLE member AS SELECT DISTINCT profile_id, address, problem, winner FROM read_parquet(?)", membersPath)
}

// refusedMeanwhile adds whom runs have taken off lists as refused since the run was planned, be it on older data: whoever was
// found unchanged before is not on the list any more (S7). What came after the plan is told by the order in which batches ended:
// clocks differ, and are set back.
func (q querier) refusedMeanwhile(run activation.RunID, p place) error {
	return q.exec(`INSERT INTO refused_since SELECT x.address, any_value(x.why), NULL FROM batch b JOIN run o ON o.id = b.run JOIN run_row x ON x.part = b.part
		WHERE o.account = $1 AND o.id <> $2 AND b.kind = 'removal' AND b.nth_end > (SELECT planned_after FROM run WHERE id = $2)
			AND x.why IS NOT NULL AND x.bucket = 'removed' AND x.address NOT IN (SELECT address FROM refused_since) GROUP BY x.address`, p.account, string(run))
}

func scanBucket(rc *activation.Receipt, scan func(...any) error) error {
	var bucket, reason string
	var n int64
	if err := scan(&bucket, &reason, &n); err != nil {
		return err
	}
	to := map[string]*int64{
		"added": &rc.Added, "updated": &rc.Updated, "unchanged": &rc.Unchanged, "rejected": &rc.Rejected, "duplicate": &rc.Duplicates, "not_sent": &rc.NotSent,
		"removed": &rc.Removed, "kept": &rc.Kept, "still_wanted": &rc.StillWanted, "not_removed": &rc.NotRemoved, "refusal_removed": &rc.RefusalRemoved,
		"refusal_not_removed": new(int64),
	}[bucket]
	if to == nil {
		return activation.Errorf(activation.CodeReceiptMismatch, "%d members have no outcome (%s)", n, bucket)
	}
	*to += n
	if bucket == "rejected" || bucket == "not_sent" || bucket == "not_removed" {
		rc.Reasons[reason] += n
	}
	return nil
}

// notLeft tells who is kept on a list of before, or wanted there by another export, and has not left it: she could not be sent to the export's
// own list, and is not known to be on it. She is not removed, and the export goes on owning her there, else she were on no list some day (S15, S22);
// as what becomes of her once she has joined she counts then, and once (S20).
func (q querier) notLeft(run activation.RunID, p place) error {
	var some bool // on most days nobody leaves a list of before
	if err := q.row("SELECT count(*) > 0 FROM run_row WHERE run = ? AND kind = 'leaver' AND list <> ? AND planned IN ('kept', 'still_wanted')", []any{string(run), p.list}, &some); err != nil || !some {
		return err
	}
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE outside AS SELECT address, min(reason) AS reason FROM run_row x
		WHERE x.run = $1 AND x.kind = 'address' AND x.bucket IN ('rejected', 'not_sent') AND x.address NOT IN (SELECT address FROM standing n
			WHERE n.account = $2 AND n.export = $3 AND n.list = $4 AND n.acked_at IS NOT NULL AND n.ownership <> 'orphaned') GROUP BY x.address`,
		string(run), p.account, p.export, p.list); err != nil {
		return err
	}
	const those = " WHERE run_row.run = $1 AND run_row.kind = 'leaver' AND run_row.list <> $2 AND run_row.planned IN ('kept', 'still_wanted') "
	if err := q.exec("UPDATE run_row SET bucket = NULL, reason = $3"+those+"AND bucket = 'not_removed' AND reason = $4 AND address NOT IN (SELECT address FROM outside)",
		string(run), p.list, activation.ReasonLeftSegments, activation.ReasonOnceJoined); err != nil {
		return err
	}
	return q.exec("UPDATE run_row SET bucket = 'not_removed', reason = x.reason FROM outside x"+those+"AND run_row.bucket IS NULL AND run_row.reason <> $3 AND x.address = run_row.address",
		string(run), p.list, activation.ReasonThereBefore)
}

// close writes down what a finished run leaves: ownership of those who left without a call, who came back, and no payloads (S35).
func (q querier) close(run activation.RunID, p place, addressesPath, aborted, definition string, receipt []byte, at time.Time) error {
	key := []any{string(run), p.account, p.export}
	for _, s := range []struct{ which, stmt string }{
		{`planned = 'kept' AND reason <> 'there_before'`, `UPDATE standing SET ownership = 'kept' FROM run_row r WHERE r.run = $1 AND r.kind = 'leaver' AND r.bucket IS NULL AND r.planned = 'kept' AND r.reason <> 'there_before'
			AND standing.account = $2 AND standing.export = $3 AND standing.list = r.list AND standing.address = r.address`},
		// Whom another export keeps stays that one's to keep: were both to keep her, nobody could take her off any more (S20).
		{`planned = 'kept' AND reason = 'kept_by_another'`, `DELETE FROM standing WHERE account = $2 AND export = $3 AND EXISTS (SELECT 1 FROM run_row r WHERE r.run = $1 AND r.kind = 'leaver' AND r.bucket IS NULL
			AND r.planned = 'kept' AND r.reason = 'kept_by_another' AND r.list = standing.list AND r.address = standing.address
			AND EXISTS (SELECT 1 FROM standing o WHERE o.account = $2 AND o.export <> $3 AND o.list = r.list AND o.address = r.address AND o.ownership IN ('owned', 'there_before', 'kept')))`},
		// Whom another export only wants as yet, it may never send: until then this one keeps owning the address (S20).
		{`planned = 'still_wanted'`, `DELETE FROM standing WHERE account = $2 AND export = $3 AND EXISTS (SELECT 1 FROM run_row r WHERE r.run = $1 AND r.kind = 'leaver' AND r.bucket IS NULL
			AND ((r.planned = 'still_wanted' AND EXISTS (SELECT 1 FROM standing o WHERE o.account = $2 AND o.export <> $3 AND o.list = r.list
				AND o.address = r.address AND o.ownership IN ('owned', 'there_before')))) AND r.list = standing.list AND r.address = standing.address)`},
		// Who was there before stays, and is sent again on coming back; that Segue wrote to the list is remembered for a refusal (S7, S19).
		{`planned = 'kept' AND reason = 'there_before'`, `UPDATE standing SET ownership = 'left', fingerprint = NULL, first_acked_at = NULL, acked_at = NULL FROM run_row r WHERE r.run = $1 AND r.kind = 'leaver' AND r.bucket IS NULL
			AND r.planned = 'kept' AND r.reason = 'there_before' AND standing.account = $2 AND standing.export = $3 AND standing.list = r.list
			AND standing.address = r.address`},
	} {
		var some bool // on most days there is nobody to look up among all
		if err := q.row("SELECT count(*) > 0 FROM run_row WHERE run = ? AND kind = 'leaver' AND bucket IS NULL AND "+s.which, []any{string(run)}, &some); err != nil {
			return err
		}
		if !some {
			continue
		}
		if err := q.exec(s.stmt, key...); err != nil {
			return err
		}
	}
	if err := q.exec("UPDATE run_row SET bucket = coalesce(bucket, planned), payload = NULL WHERE run = ? AND (bucket IS NULL OR payload IS NOT NULL)", string(run)); err != nil {
		return err
	}
	if err := q.exec("DELETE FROM clear_before WHERE run = ?", string(run)); err != nil {
		return err
	}
	if aborted == "" && addressesPath != "" { // a run without a hand-over wants nobody, and says nothing of what the export sends
		// Somebody who was kept is wanted again, unchanged: owned again (S20).
		if err := q.exec(`UPDATE standing SET ownership = CASE WHEN EXISTS (SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.export = $3 AND t.owner = standing.owner)
				THEN 'there_before' ELSE 'owned' END
			WHERE account = $1 AND list = $2 AND export = $3 AND ownership = 'kept' AND address IN (SELECT address FROM read_parquet($4))`,
			p.account, p.list, p.export, addressesPath); err != nil {
			return err
		}
		if err := q.exec(`INSERT INTO success SELECT $3, $4, $5, count(*) FROM standing WHERE account = $1 AND list = $2 AND export = $3 AND fingerprint IS NOT NULL`,
			p.account, p.list, p.export, at.UTC(), definition); err != nil {
			return err
		}
	}
	return q.exec("UPDATE run SET receipt = ?, ended_at = ? WHERE id = ?", string(receipt), at.UTC(), string(run))
}
