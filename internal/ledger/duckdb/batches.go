package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

const batchColumns = "id, run, kind, list, seq, row_count, bytes, state, watermark, process, attempts, imports, sent_at, phase < 0"

func scanBatch(scan func(...any) error) (b ledger.Batch, err error) {
	var sent sql.NullTime
	err = scan(&b.ID, &b.Run, &b.Kind, &b.List, &b.Seq, &b.Rows, &b.Bytes, &b.State, &b.Watermark, &b.Process, &b.Attempts, &b.Imports, &sent, &b.Refusals)
	if sent.Valid {
		b.SentAt = sent.Time.UTC()
	}
	return b, err
}

func (l *Ledger) batches(ctx context.Context, where string, args ...any) (list []ledger.Batch, err error) {
	err = l.query(ctx, "SELECT "+batchColumns+" FROM batch "+where, args, func(scan func(...any) error) error {
		b, err := scanBatch(scan)
		list = append(list, b)
		return err
	})
	return list, err
}

// NextBatch implements ledger.Batches. Among ready imports those that were tried less often go first, so that one that
// fails does not stop the others (S15, S17).
func (l *Ledger) NextBatch(ctx context.Context, run activation.RunID) (ledger.Batch, bool, error) {
	list, err := l.batches(ctx, "WHERE run = ? AND state <> 'ended' ORDER BY state = 'ready', phase, imports, seq LIMIT 1", string(run))
	if err != nil || len(list) == 0 {
		return ledger.Batch{}, false, err
	}
	return list[0], true, nil
}

// BatchesOf implements ledger.Reader.
func (l *Ledger) BatchesOf(ctx context.Context, run activation.RunID) ([]ledger.Batch, error) {
	return l.batches(ctx, "WHERE run = ? ORDER BY seq", string(run))
}

// BatchRows implements ledger.Batches.
func (l *Ledger) BatchRows(ctx context.Context, id activation.BatchID) ([]activation.Row, error) {
	return l.importRows(ctx, "ORDER BY address", string(id))
}

// Proof implements ledger.Reader: the largest row of each attribute that is sent, and of each truth of a boolean, then the
// largest of the others.
func (l *Ledger) Proof(ctx context.Context, id activation.BatchID, n int, except []activation.Email) ([]activation.Row, error) {
	left := make([]string, 0, len(except))
	for _, a := range except {
		left = append(left, string(a))
	}
	return l.importRows(ctx, `AND NOT list_contains(?::VARCHAR[], address) AND address IN (
			WITH r AS (SELECT address, strlen(payload) AS size, payload FROM run_row WHERE batch = ? AND payload IS NOT NULL AND NOT list_contains(?::VARCHAR[], address)),
			shown AS (SELECT address, size, unnest(list_transform(json_keys(payload), k -> k || CASE json_extract_string(payload, k) WHEN 'Yes' THEN ' yes' WHEN 'No' THEN ' no' ELSE '' END)) AS mark FROM r),
			best AS (SELECT DISTINCT arg_min(address, (-size, address)) AS address FROM shown GROUP BY mark)
			SELECT address FROM best UNION ALL (SELECT address FROM r WHERE address NOT IN (SELECT address FROM best) ORDER BY size DESC, address
				LIMIT (SELECT greatest(? - count(*), 0) FROM best)))
		ORDER BY strlen(payload) DESC, address`, string(id), left, string(id), left, n)
}

func (l *Ledger) importRows(ctx context.Context, tail string, args ...any) (list []activation.Row, err error) {
	err = l.query(ctx, "SELECT address, payload FROM run_row WHERE batch = ? AND payload IS NOT NULL "+tail, args, func(scan func(...any) error) error {
		var address, payload string
		if err := scan(&address, &payload); err != nil {
			return err
		}
		list = append(list, activation.Row{Address: activation.Email(address), Attributes: []byte(payload)})
		return nil
	})
	return list, err
}

// BatchRemovals implements ledger.Batches.
func (l *Ledger) BatchRemovals(ctx context.Context, id activation.BatchID) (list []activation.Email, err error) {
	err = l.query(ctx, "SELECT address FROM run_row WHERE batch = ? ORDER BY address", []any{string(id)}, func(scan func(...any) error) error {
		var address string
		err := scan(&address)
		list = append(list, activation.Email(address))
		return err
	})
	return list, err
}

// batch reads a batch inside a write transaction.
func (q querier) batch(id activation.BatchID) (b ledger.Batch, err error) {
	found := false
	err = q.rows("SELECT "+batchColumns+" FROM batch WHERE id = ?", []any{string(id)}, func(scan func(...any) error) (err error) {
		found = true
		b, err = scanBatch(scan)
		return err
	})
	if err == nil && !found {
		err = activation.Errorf(activation.CodeNotFound, "there is no batch %s", id)
	}
	return b, err
}

// place is what a batch's statements need of its run.
type place struct {
	account int32
	export  string
	list    int64
	asOf    time.Time
}

func (q querier) place(run activation.RunID) (p place, err error) {
	err = q.row("SELECT account, export, list, as_of FROM run WHERE id = ?", []any{string(run)}, &p.account, &p.export, &p.list, &p.asOf)
	return p, err
}

// RecordSending implements ledger.Batches.
func (l *Ledger) RecordSending(ctx context.Context, id activation.BatchID, watermark activation.ProcessID, at time.Time) error {
	return l.update(ctx, func(q querier) error {
		b, err := q.batch(id)
		if err != nil {
			return err
		}
		if b.State == ledger.BatchAccepted || b.State == ledger.BatchEnded {
			return activation.Errorf(activation.CodeInternal, "the batch %s was sent already", id)
		}
		p, err := q.place(b.Run)
		if err != nil {
			return err
		}
		imports := 0
		if b.Kind == ledger.BatchImport {
			imports = 1
			if err := q.moved(b, p); err != nil {
				return err
			}
			if err := q.sent(b, p, at); err != nil {
				return err
			}
		} else if err := q.wantedAgain(b, p); err != nil {
			return err
		}
		return q.exec(`UPDATE batch SET state = 'sending', watermark = ?, attempts = attempts + 1, imports = imports + ?, sent_at = ? WHERE id = ?`,
			int64(watermark), imports, at.UTC(), string(id))
	})
}

// moved holds that nothing was learned since the plan that would plan a row of the batch differently (S25): an address
// opted out or refused, or an identifier value belongs to somebody else as well.
func (q querier) moved(b ledger.Batch, p place) error {
	var n int64
	if err := q.row(`SELECT count(*) FROM run_row r WHERE r.batch = ? AND EXISTS (SELECT 1 FROM opt_out o WHERE o.account = ? AND o.owner = r.owner)`,
		[]any{string(b.ID), p.account}, &n); err != nil {
		return err
	}
	if err := q.refusedSince(string(b.Run), p.account, p.asOf); err != nil {
		return err
	}
	var refused int64
	if err := q.row("SELECT count(*) FROM run_row WHERE batch = ? AND address IN (SELECT address FROM refused_since)", []any{string(b.ID)}, &refused); err != nil {
		return err
	}
	n += refused
	if err := q.identifiers(b, p); err != nil {
		return err
	}
	var shared int64
	if err := q.row(`SELECT count(*) FROM sending_identifier s WHERE EXISTS (SELECT 1 FROM identifier i
			WHERE i.account = $1 AND i.attribute = s.attribute AND i.value = s.value AND i.owner <> s.owner)
		OR EXISTS (SELECT 1 FROM mirror_identifier i WHERE i.account = $1 AND i.attribute = s.attribute AND i.value = s.value AND i.owner <> s.owner)`,
		[]any{p.account}, &shared); err != nil {
		return err
	}
	if n+shared > 0 {
		return activation.Errorf(activation.CodeConflict, "what is known of %d people of the batch changed since the plan", n+shared)
	}
	return nil
}

// wantedAgain holds that no ordinary leaver of the batch came to be wanted, or kept, by another export since the plan.
func (q querier) wantedAgain(b ledger.Batch, p place) error {
	var n int64
	if err := q.row(`SELECT count(*) FROM run_row r WHERE r.batch = ? AND r.kind = 'leaver' AND r.why IS NULL AND EXISTS (SELECT 1 FROM standing s
		WHERE s.account = ? AND s.list = r.list AND s.address = r.address AND s.export <> ? AND s.ownership IN ('owned', 'there_before', 'kept'))`,
		[]any{string(b.ID), p.account, p.export}, &n); err != nil {
		return err
	}
	if n > 0 {
		return activation.Errorf(activation.CodeConflict, "%d people of the batch are wanted by another export now", n)
	}
	return nil
}

// identifiers makes the temporary table sending_identifier of the values that the batch sends.
func (q querier) identifiers(b ledger.Batch, p place) error {
	if err := q.exec("CREATE OR REPLACE TEMP TABLE sending_identifier (attribute VARCHAR, value BLOB, owner BLOB)"); err != nil {
		return err
	}
	var names []string
	err := q.rows("SELECT unnest(identifiers) FROM run WHERE id = ?", []any{string(b.Run)}, func(scan func(...any) error) error {
		var n string
		err := scan(&n)
		names = append(names, n)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range names {
		text := "json_extract_string(payload, ?)"
		if (activation.AttributeMapping{Attribute: n}).IsPhone() {
			text = "regexp_replace(" + text + ", '[^0-9]', '', 'g')"
		}
		if err := q.exec(`INSERT INTO sending_identifier SELECT ?, segue_hash(?, `+text+`), owner FROM run_row
			WHERE batch = ? AND json_extract_string(payload, ?) IS NOT NULL`,
			n, identifierScope(ledger.AccountID(p.account), n), "$."+n, string(b.ID), "$."+n); err != nil {
			return err
		}
	}
	return nil
}

// sent makes the batch's addresses sent (S12) and its identifier values theirs (S10).
func (q querier) sent(b ledger.Batch, p place, at time.Time) error {
	key := []any{p.account, p.list, p.export, string(b.ID)}
	for _, s := range []string{
		`UPDATE standing SET fingerprint = NULL, ownership = CASE WHEN standing.ownership = 'left' THEN 'there_before' ELSE standing.ownership END FROM run_row r WHERE r.batch = $4 AND standing.account = $1 AND standing.list = $2
			AND standing.export = $3 AND standing.address = r.address`,
	} {
		if err := q.exec(s, key...); err != nil {
			return err
		}
	}
	if err := q.exec(`INSERT INTO standing SELECT $1, $2, $3, r.address, r.owner,
			CASE WHEN EXISTS (SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.export = $3 AND t.owner = r.owner)
				THEN 'there_before' ELSE 'owned' END, NULL, $5, NULL, NULL
		FROM run_row r WHERE r.batch = $4 AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.account = $1 AND s.list = $2 AND s.export = $3 AND s.address = r.address)`,
		append(key, at.UTC())...); err != nil {
		return err
	}
	return q.exec(`INSERT INTO identifier SELECT DISTINCT $1::INTEGER, attribute, value, owner FROM sending_identifier s WHERE NOT EXISTS
		(SELECT 1 FROM identifier i WHERE i.account = $1 AND i.attribute = s.attribute AND i.value = s.value AND i.owner = s.owner)`, p.account)
}

// setState moves a batch from one of the states to another; already there is fine.
func (l *Ledger) setState(ctx context.Context, id activation.BatchID, to ledger.BatchState, set string, args []any, from ...ledger.BatchState) error {
	return l.update(ctx, func(q querier) error {
		b, err := q.batch(id)
		if err != nil {
			return err
		}
		if b.State == to && set == "" {
			return nil
		}
		ok := false
		for _, f := range from {
			ok = ok || b.State == f
		}
		if !ok {
			return activation.Errorf(activation.CodeInternal, "the batch %s cannot go from %s to %s", id, b.State, to)
		}
		return q.exec("UPDATE batch SET state = ?"+set+" WHERE id = ?", append(append([]any{string(to)}, args...), string(id))...)
	})
}

// RecordAccepted implements ledger.Batches.
func (l *Ledger) RecordAccepted(ctx context.Context, id activation.BatchID, p activation.ProcessID) error {
	return l.setState(ctx, id, ledger.BatchAccepted, ", process = ?", []any{int64(p)}, ledger.BatchSending, ledger.BatchAccepted)
}

// RecordUnknown implements ledger.Batches.
func (l *Ledger) RecordUnknown(ctx context.Context, id activation.BatchID) error {
	return l.setState(ctx, id, ledger.BatchUnknown, "", nil, ledger.BatchSending)
}

// RecordNotDone implements ledger.Batches.
func (l *Ledger) RecordNotDone(ctx context.Context, id activation.BatchID) error {
	return l.setState(ctx, id, ledger.BatchReady, "", nil, ledger.BatchSending, ledger.BatchUnknown, ledger.BatchAccepted)
}

// Settle implements ledger.Batches.
func (l *Ledger) Settle(ctx context.Context, id activation.BatchID, rejected []ledger.Rejection, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, func(q querier, b ledger.Batch, p place) error {
		var named values
		for _, r := range rejected {
			named.add(string(r.Address), r.Why)
		}
		if err := q.exec("CREATE OR REPLACE TEMP TABLE named (address VARCHAR, why VARCHAR)"); err != nil {
			return err
		}
		if err := named.insert(q, "named"); err != nil {
			return err
		}
		if err := q.exec(`UPDATE run_row SET bucket = CASE WHEN n.address IS NULL THEN planned ELSE 'rejected' END,
				reason = CASE WHEN n.address IS NULL THEN '' ELSE $2 END, why = n.why, settled_at = $3
			FROM (SELECT r.number, n.address, any_value(n.why) AS why FROM run_row r LEFT JOIN named n ON n.address = r.address WHERE r.batch = $1 GROUP BY ALL) n
			WHERE run_row.batch = $1 AND run_row.number = n.number`, string(id), activation.ReasonRejectedByBrevo, at.UTC()); err != nil {
			return err
		}
		return q.acknowledge(b, p, at)
	})
}

// acknowledge makes the rows of the batch that were taken acknowledged (S12), and lets their earlier identifier values go (S10).
func (q querier) acknowledge(b ledger.Batch, p place, at time.Time) error {
	if err := q.exec(`UPDATE standing SET fingerprint = r.fingerprint, acked_at = $5, first_acked_at = coalesce(standing.first_acked_at, $5),
			ownership = CASE WHEN standing.ownership = 'kept' THEN 'owned' ELSE standing.ownership END
		FROM run_row r WHERE r.batch = $4 AND r.bucket <> 'rejected' AND standing.account = $1 AND standing.list = $2 AND standing.export = $3
			AND standing.address = r.address`, p.account, p.list, p.export, string(b.ID), at.UTC()); err != nil {
		return err
	}
	if err := q.identifiers(b, p); err != nil {
		return err
	}
	return q.exec(`DELETE FROM identifier WHERE account = $1
		AND NOT EXISTS (SELECT 1 FROM given_up_identifier g WHERE g.account = $1 AND g.attribute = identifier.attribute AND g.value = identifier.value AND g.owner = identifier.owner)
		AND EXISTS (SELECT 1 FROM sending_identifier s JOIN run_row r ON r.batch = $2 AND r.owner = s.owner
			AND r.bucket <> 'rejected' WHERE s.attribute = identifier.attribute AND s.owner = identifier.owner AND s.value <> identifier.value)`, p.account, string(b.ID))
}

// settling runs f for a batch of the kind that has not ended and ends it; for one that has, it does nothing.
func (l *Ledger) settling(ctx context.Context, id activation.BatchID, kind ledger.BatchKind, f func(q querier, b ledger.Batch, p place) error) error {
	return l.update(ctx, func(q querier) error {
		b, err := q.batch(id)
		if err != nil || b.State == ledger.BatchEnded {
			return err
		}
		if b.Kind != kind {
			return activation.Errorf(activation.CodeInternal, "the batch %s is no %s", id, kind)
		}
		p, err := q.place(b.Run)
		if err != nil {
			return err
		}
		if err := f(q, b, p); err != nil {
			return err
		}
		return q.exec("UPDATE batch SET state = 'ended' WHERE id = ?", string(id))
	})
}

// SettleUnknown implements ledger.Batches.
func (l *Ledger) SettleUnknown(ctx context.Context, id activation.BatchID, reason string, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, func(q querier, b ledger.Batch, _ place) error {
		return q.exec("UPDATE run_row SET bucket = 'not_sent', reason = ?, settled_at = ? WHERE batch = ?", reason, at.UTC(), string(b.ID))
	})
}

// SettleRemoval implements ledger.Batches.
func (l *Ledger) SettleRemoval(ctx context.Context, id activation.BatchID, listGone bool, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchRemoval, func(q querier, b ledger.Batch, p place) error {
		gone := ""
		if listGone {
			gone = activation.ReasonListGone
		}
		for _, s := range []struct {
			stmt string
			args []any
		}{
			{`INSERT INTO removal_log SELECT $2, $3, count(*) FROM run_row WHERE batch = $1 AND kind = 'leaver' AND why IS NULL HAVING count(*) > 0`,
				[]any{string(id), p.export, at.UTC()}},
			{`DELETE FROM standing WHERE account = $1 AND EXISTS (SELECT 1 FROM run_row r WHERE r.batch = $2 AND r.list = standing.list
				AND r.address = standing.address AND (r.kind = 'refusal' OR r.why IS NOT NULL OR standing.export = $3))`, []any{p.account, string(id), p.export}},
			{`UPDATE run_row SET bucket = 'removed', reason = CASE WHEN $2 <> '' THEN $2 ELSE reason END, settled_at = $3 WHERE batch = $1`,
				[]any{string(id), gone, at.UTC()}},
		} {
			if err := q.exec(s.stmt, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Split implements ledger.Batches.
func (l *Ledger) Split(ctx context.Context, id activation.BatchID, maxImports int, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, func(q querier, b ledger.Batch, _ place) error {
		if b.Rows <= 1 || b.Imports >= maxImports {
			return q.exec("UPDATE run_row SET bucket = 'rejected', reason = ?, settled_at = ? WHERE batch = ?", activation.ReasonImportFailed, at.UTC(), string(id))
		}
		var last int64
		if err := q.row("SELECT max(seq) FROM batch WHERE run = ?", []any{string(b.Run)}, &last); err != nil {
			return err
		}
		for half := range int64(2) {
			seq := last + 1 + half
			name := fmt.Sprintf("%s-%05d", b.Run, seq)
			if err := q.exec(`UPDATE run_row SET batch = $1 WHERE batch = $2 AND number IN (SELECT number FROM (SELECT number, row_number() OVER (ORDER BY address) AS nth
				FROM run_row WHERE batch = $2) WHERE $3 OR nth <= $4)`, name, string(id), half == 1, (b.Rows+1)/2); err != nil {
				return err
			}
			if err := q.exec(`INSERT INTO batch SELECT $1, $2, 'import', $3, $4, $5, count(*), $6, 'ready', 0, 0, 0, $7, NULL FROM run_row WHERE batch = $1`,
				name, string(b.Run), phaseImports, int64(b.List), seq, b.Bytes/2, b.Imports); err != nil {
				return err
			}
		}
		return nil
	})
}

// missing turns "no rows" into the domain's error.
func missing(what string, id any, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return activation.Errorf(activation.CodeNotFound, "there is no %s %s", what, id)
	}
	return err
}
