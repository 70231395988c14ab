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

const batchColumns = "id, run, kind, list, seq, row_count, bytes, state, watermark, process, attempts, imports, sent_at, phase < 0, clear, probe"

func scanBatch(scan func(...any) error) (b ledger.Batch, err error) {
	var sent sql.NullTime
	err = scan(&b.ID, &b.Run, &b.Kind, &b.List, &b.Seq, &b.Rows, &b.Bytes, &b.State, &b.Watermark, &b.Process, &b.Attempts, &b.Imports, &sent, &b.Refusals, &b.Clear, &b.Probe)
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

// NextBatch implements ledger.Batches. Among ready imports the one on which clearing is proved goes first
// (S16), then those that were tried less often, so that one that
// fails does not stop the others (S15, S17).
func (l *Ledger) NextBatch(ctx context.Context, run activation.RunID) (ledger.Batch, bool, error) {
	list, err := l.batches(ctx, "WHERE run = ? AND state <> 'ended' ORDER BY state = 'ready', phase, NOT probe, imports, seq LIMIT 1", string(run))
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
	return l.importRows(ctx, id, "ORDER BY address")
}

// Proof implements ledger.Reader: the largest row of each attribute that is sent, and of each truth of a boolean, and
// of each that is emptied, then the largest of the others.
func (l *Ledger) Proof(ctx context.Context, id activation.BatchID, n int, except []activation.Email) ([]activation.Row, error) {
	left := make([]string, 0, len(except))
	for _, a := range except {
		left = append(left, string(a))
	}
	return l.importRows(ctx, id, `AND NOT list_contains($2::VARCHAR[], address) AND address IN (
			WITH r AS (SELECT address, strlen(payload) AS size, payload FROM run_row WHERE part = $1 AND payload IS NOT NULL AND NOT list_contains($2::VARCHAR[], address)),
			shown AS (SELECT address, size, unnest(list_transform(json_keys(payload), k -> k || CASE json_extract_string(payload, k) WHEN 'Yes' THEN ' yes' WHEN 'No' THEN ' no' WHEN '' THEN ' empty' ELSE '' END)) AS mark FROM r),
			best AS (SELECT DISTINCT arg_min(address, (-size, address)) AS address FROM shown GROUP BY mark)
			SELECT address FROM best UNION ALL (SELECT address FROM r WHERE address NOT IN (SELECT address FROM best) ORDER BY size DESC, address
				LIMIT (SELECT greatest($3 - count(*), 0) FROM best)))
		ORDER BY strlen(payload) DESC, address`, left, n)
}

// part is the number by which the rows of a batch are found; -1 if there is no such batch.
func (l *Ledger) part(ctx context.Context, id activation.BatchID) (part int64, err error) {
	part = -1
	err = l.query(ctx, "SELECT part FROM batch WHERE id = ?", []any{string(id)}, func(scan func(...any) error) error { return scan(&part) })
	return part, err
}

func (l *Ledger) importRows(ctx context.Context, id activation.BatchID, tail string, args ...any) (list []activation.Row, err error) {
	part, err := l.part(ctx, id)
	if err != nil {
		return nil, err
	}
	err = l.query(ctx, "SELECT address, payload FROM run_row WHERE part = $1 AND payload IS NOT NULL "+tail, append([]any{part}, args...), func(scan func(...any) error) error {
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
	part, err := l.part(ctx, id)
	if err != nil {
		return nil, err
	}
	err = l.query(ctx, "SELECT address FROM run_row WHERE part = ? ORDER BY address", []any{part}, func(scan func(...any) error) error {
		var address string
		err := scan(&address)
		list = append(list, activation.Email(address))
		return err
	})
	return list, err
}

// part is a batch inside a write transaction; number is what its rows are found by, and last as well but where it stands
// for several.
type part struct {
	ledger.Batch
	number, last int64
}

// batch reads a batch inside a write transaction.
func (q querier) batch(id activation.BatchID) (b part, err error) {
	found := false
	err = q.rows("SELECT "+batchColumns+" FROM batch WHERE id = ?", []any{string(id)}, func(scan func(...any) error) (err error) {
		found = true
		b.Batch, err = scanBatch(scan)
		return err
	})
	if err == nil && !found {
		err = activation.Errorf(activation.CodeNotFound, "there is no batch %s", id)
	}
	if err == nil {
		err = q.row("SELECT part FROM batch WHERE id = ?", []any{string(id)}, &b.number)
		b.last = b.number
	}
	return b, err
}

// place is what a batch's statements need of its run.
type place struct {
	account int32
	export  string
	list    int64
	nth     int64
}

func (q querier) place(run activation.RunID) (p place, err error) {
	err = q.row("SELECT account, export, list, nth FROM run WHERE id = ?", []any{string(run)}, &p.account, &p.export, &p.list, &p.nth)
	return p, err
}

// RecordSending implements ledger.Batches. That the addresses are sent (S12) is told by the batch from here on.
func (l *Ledger) RecordSending(ctx context.Context, id activation.BatchID, watermark activation.ProcessID, at time.Time) error {
	return l.writing(ctx, func() error {
		b, p, err := l.about(ctx, id)
		if err != nil {
			return err
		}
		if b.State == ledger.BatchAccepted || b.State == ledger.BatchEnded {
			return activation.Errorf(activation.CodeInternal, "the batch %s was sent already", id)
		}
		if b.Kind == ledger.BatchRemoval {
			return l.recordRemoval(ctx, b, p, at)
		}
		if err := l.inOrder(ctx, b.Run, p, false); err != nil {
			return err
		}
		if !l.unmoved(b.Run, b.Kind, p.account) {
			if err := l.fold(ctx); err != nil {
				return err
			}
			if err := l.compare(ctx, b, p); err != nil {
				return err
			}
		}
		l.behind(b.Run, p, false)
		l.learned(b.Run, p.account)
		return l.tx(ctx, func(q querier) error {
			// The process of an earlier sending is not the one that this call may begin (S17, S30).
			return q.exec(`UPDATE batch SET state = 'sending', watermark = $2, process = 0, attempts = attempts + 1, imports = imports + 1, sent_at = $3,
				first_sent_at = CASE WHEN folded > 0 THEN $3 ELSE coalesce(first_sent_at, $3) END, folded = 0 WHERE id = $1`, string(id), int64(watermark), at.UTC())
		})
	})
}

func (l *Ledger) recordRemoval(ctx context.Context, b part, p place, at time.Time) error {
	if !l.unmoved(b.Run, b.Kind, p.account) {
		if err := l.fold(ctx); err != nil {
			return err
		}
		if err := l.tx(ctx, func(q querier) error {
			// Of all that are left of the run, for it takes no longer than of one batch.
			n, err := q.wantedAgain(b, p, "r.part IN (SELECT part FROM batch WHERE run = $3 AND kind = 'removal' AND state <> 'ended')")
			if err != nil {
				return err
			}
			if n == 0 {
				l.compared(b.Run, p.account, ledger.BatchRemoval)
				return nil
			}
			if n, err = q.wantedAgain(b, p, "r.part = $4"); err == nil && n > 0 {
				err = activation.Errorf(activation.CodeConflict, "%d people of the batch are wanted by another export now", n)
			}
			return err
		}); err != nil {
			return err
		}
	}
	var old bool // it is from a list of before
	q := querier{ctx, l}
	if err := q.row("SELECT phase = ? FROM batch WHERE id = ?", []any{phaseOldLists, string(b.ID)}, &old); err != nil {
		return err
	}
	if old {
		if err := l.fold(ctx); err != nil { // who is on the new list is told by it
			return err
		}
	}
	return l.tx(ctx, func(q querier) error {
		if old {
			if err := q.stay(b, p, at); err != nil {
				return err
			}
		}
		return q.exec("UPDATE batch SET state = 'sending', watermark = 0, attempts = attempts + 1, sent_at = ? WHERE id = ?", at.UTC(), string(b.ID))
	})
}

// stay takes out of a removal from a list of before whoever could not be sent to the new one and was never taken there: else they were
// on no list at all (S22, S15). They leave it once they have joined. Whom a reconciliation missed on the new list, or the export left behind
// there, in an account that it came back to, is not known to be on it (S23, S1).
func (q querier) stay(b part, p place, at time.Time) error {
	n, err := q.changed(`UPDATE run_row SET bucket = 'not_removed', reason = x.reason, settled_at = $2, batch = NULL, part = NULL
		FROM (SELECT DISTINCT address, reason FROM run_row WHERE run = $1 AND kind = 'address' AND bucket IN ('rejected', 'not_sent')
			AND address NOT IN (SELECT address FROM standing WHERE account = $4 AND list = $5 AND export = $6 AND acked_at IS NOT NULL AND ownership <> 'orphaned')) x
		WHERE run_row.part = $3 AND run_row.kind = 'leaver' AND run_row.why IS NULL AND run_row.address = x.address`,
		string(b.Run), at.UTC(), b.number, p.account, p.list, p.export)
	if err != nil || n == 0 {
		return err
	}
	return q.exec("UPDATE batch SET row_count = row_count - ? WHERE id = ?", n, string(b.ID))
}

// about reads a batch and what its statements need of its run; the caller holds the lock.
func (l *Ledger) about(ctx context.Context, id activation.BatchID) (b part, p place, err error) {
	q := querier{ctx, l}
	if b, err = q.batch(id); err != nil {
		return b, p, err
	}
	p, err = q.place(b.Run)
	return b, p, err
}

// compare holds that nothing was learned since the plan that would plan a row of the batch differently (S25). If nothing was
// learned since the batch before either, it looks at all that are left of the run, and for them need not be asked again.
func (l *Ledger) compare(ctx context.Context, b part, p place) error {
	now := l.moves(p.account)
	at, before := l.asked[b.Run]
	l.asked[b.Run] = now
	return l.tx(ctx, func(q querier) error {
		if before && at == now {
			all := b
			if err := q.row("SELECT min(part), max(part) FROM batch WHERE run = ? AND kind = 'import' AND state <> 'ended' AND NOT split", []any{string(b.Run)},
				&all.number, &all.last); err != nil {
				return err
			}
			n, err := q.moved(all, p)
			if err == nil && n == 0 {
				l.compared(b.Run, p.account, ledger.BatchImport)
			}
			if err != nil || n == 0 {
				return err
			}
		}
		n, err := q.moved(b, p)
		if err == nil && n > 0 {
			err = activation.Errorf(activation.CodeConflict, "what is known of %d people of the batch changed since the plan", n)
		}
		return err
	})
}

// moved counts addresses that opted out or were refused, and identifier values that belong to somebody else as well.
func (q querier) moved(b part, p place) (n int64, err error) {
	if err := q.row(`SELECT count(*) FROM run_row r WHERE r.part BETWEEN ? AND ? AND r.bucket IS NULL AND EXISTS (SELECT 1 FROM opt_out o WHERE o.account = ? AND o.owner = r.owner)`,
		[]any{b.number, b.last, p.account}, &n); err != nil {
		return 0, err
	}
	if err := q.stillRefusedSince(string(b.Run), p.account, p.nth); err != nil {
		return 0, err
	}
	var refused int64
	if err := q.row("SELECT count(*) FROM run_row WHERE part BETWEEN ? AND ? AND bucket IS NULL AND address IN (SELECT address FROM refused_since)", []any{b.number, b.last}, &refused); err != nil {
		return 0, err
	}
	n += refused
	if err := q.identifiers(b, p); err != nil {
		return 0, err
	}
	var shared int64
	if err := q.row(`SELECT count(*) FROM sending_identifier s WHERE EXISTS (SELECT 1 FROM identifier i
			WHERE i.account = $1 AND i.attribute = s.attribute AND i.value = s.value AND i.owner <> s.owner)
		OR EXISTS (SELECT 1 FROM mirror_identifier i WHERE i.account = $1 AND i.attribute = s.attribute AND i.value = s.value AND i.owner <> s.owner)`,
		[]any{p.account}, &shared); err != nil {
		return 0, err
	}
	return n + shared, nil
}

// wantedAgain counts ordinary leavers that came to be wanted, or kept, by another export since the plan.
func (q querier) wantedAgain(b part, p place, which string) (n int64, err error) {
	err = q.row(`SELECT count(*) FROM run_row r WHERE `+which+` AND $3 <> '' AND $4 >= 0 AND r.kind = 'leaver' AND r.why IS NULL
		AND EXISTS (SELECT 1 FROM standing s WHERE s.account = $1 AND s.list = r.list AND s.address = r.address AND s.export <> $2 AND s.ownership IN ('owned', 'there_before', 'kept'))`,
		[]any{p.account, p.export, string(b.Run), b.number}, &n)
	return n, err
}

// identifiers makes the temporary table sending_identifier of the values that the batch sends.
func (q querier) identifiers(b part, p place) error {
	if err := q.exec("CREATE OR REPLACE TEMP TABLE sending_identifier (attribute VARCHAR, value BLOB, owner BLOB)"); err != nil {
		return err
	}
	names, err := q.identifierNames(b.Run)
	if err != nil {
		return err
	}
	for _, n := range names {
		text, args := identifierValue(n, p.account)
		if err := q.exec(`INSERT INTO sending_identifier SELECT ?, `+text+`, owner FROM run_row WHERE part BETWEEN ? AND ? AND bucket IS NULL AND json_extract_string(payload, ?) IS NOT NULL`,
			append(append([]any{n}, args...), b.number, b.last, "$."+n)...); err != nil {
			return err
		}
	}
	return nil
}

// setState moves a batch from one of the states to another; already there is fine.
func (l *Ledger) setState(ctx context.Context, id activation.BatchID, to ledger.BatchState, set string, args []any, from ...ledger.BatchState) error {
	return l.record(ctx, func(q querier) error {
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

// Settle implements ledger.Batches. That the rows which were taken are acknowledged (S12) is told by the batch.
func (l *Ledger) Settle(ctx context.Context, id activation.BatchID, rejected []ledger.Rejection, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, tells, at, func(q querier, b part, p place) error {
		l.learned(b.Run, p.account) // who was kept is owned again
		if len(rejected) == 0 {
			return q.exec("UPDATE run_row SET bucket = planned, reason = '', settled_at = ? WHERE part = ?", at.UTC(), b.number)
		}
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
		return q.exec(`UPDATE run_row SET bucket = CASE WHEN n.address IS NULL THEN planned ELSE 'rejected' END,
				reason = CASE WHEN n.address IS NULL THEN '' ELSE $2 END, why = n.why, settled_at = $3
			FROM (SELECT r.number, n.address, any_value(n.why) AS why FROM run_row r LEFT JOIN named n ON n.address = r.address WHERE r.part = $1 GROUP BY ALL) n
			WHERE run_row.part = $1 AND run_row.number = n.number`, b.number, activation.ReasonRejectedByBrevo, at.UTC())
	})
}

// endings is an expression: the number of the last batch that ended. Numbers only grow while a run is open that was planned after one
// of them, whatever is dropped with old runs.
const endings = "(SELECT greatest((SELECT coalesce(max(nth_end), 0) FROM batch), (SELECT coalesce(max(planned_after), 0) FROM run)))"

// ending says what the end of a batch means for standings.
type ending int

const (
	tells        ending = iota // it has an outcome that they must know
	tellsNothing               // that it was sent is all there is
	parts                      // its rows leave it, so what it has to tell is folded before
)

// settling runs f for a batch of the kind that has not ended and ends it; for one that has, it does nothing.
func (l *Ledger) settling(ctx context.Context, id activation.BatchID, kind ledger.BatchKind, how ending, at time.Time, f func(q querier, b part, p place) error) error {
	return l.writing(ctx, func() error {
		b, p, err := l.about(ctx, id)
		if err != nil || b.State == ledger.BatchEnded {
			return err
		}
		if b.Kind != kind {
			return activation.Errorf(activation.CodeInternal, "the batch %s is no %s", id, kind)
		}
		refuses, told := false, how == tells
		if how == parts {
			if err := l.fold(ctx); err != nil {
				return err
			}
		}
		if told && kind == ledger.BatchRemoval {
			var n int64
			q := querier{ctx, l}
			if err := q.row("SELECT count(*) FROM run_row WHERE part = ? AND (kind = 'refusal' OR why IS NOT NULL)", []any{b.number}, &n); err != nil {
				return err
			}
			if refuses = n > 0; refuses {
				l.learned(b.Run, p.account)
			}
		}
		if told {
			if err := l.inOrder(ctx, b.Run, p, refuses); err != nil {
				return err
			}
			l.behind(b.Run, p, refuses)
		}
		return l.tx(ctx, func(q querier) error {
			if err := f(q, b, p); err != nil {
				return err
			}
			if told {
				return q.exec("UPDATE batch SET state = 'ended', acked_at = ?, nth_end = "+endings+" + 1 WHERE id = ?", at.UTC(), string(id))
			}
			return q.exec("UPDATE batch SET state = 'ended' WHERE id = ?", string(id))
		})
	})
}

// SettleUnknown implements ledger.Batches.
func (l *Ledger) SettleUnknown(ctx context.Context, id activation.BatchID, reason, why string, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, tellsNothing, at, func(q querier, b part, _ place) error {
		return q.exec("UPDATE run_row SET bucket = 'not_sent', reason = ?, why = nullif(?, ''), settled_at = ? WHERE part = ?", reason, why, at.UTC(), b.number)
	})
}

// SettleRemoval implements ledger.Batches.
func (l *Ledger) SettleRemoval(ctx context.Context, id activation.BatchID, listGone bool, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchRemoval, tells, at, func(q querier, b part, p place) error {
		gone := ""
		if listGone {
			gone = activation.ReasonListGone
		}
		if err := q.exec("INSERT INTO removal_log SELECT $2, $3, count(*) FROM run_row WHERE part = $1 AND kind = 'leaver' AND why IS NULL HAVING count(*) > 0",
			b.number, p.export, at.UTC()); err != nil {
			return err
		}
		if err := q.takenOff(b, p); err != nil {
			return err
		}
		return q.exec("UPDATE run_row SET bucket = 'removed', reason = CASE WHEN $2 <> '' THEN $2 WHEN reason = $4 THEN $5 ELSE reason END, settled_at = $3 WHERE part = $1",
			b.number, gone, at.UTC(), activation.ReasonOnceJoined, activation.ReasonLeftSegments)
	})
}

// Split implements ledger.Batches. What the batch has to tell of its rows is folded before they leave it.
func (l *Ledger) Split(ctx context.Context, id activation.BatchID, maxImports int, at time.Time) error {
	return l.settling(ctx, id, ledger.BatchImport, parts, at, func(q querier, b part, _ place) error {
		if b.Rows <= 1 || b.Imports >= maxImports {
			return q.exec("UPDATE run_row SET bucket = 'rejected', reason = ?, settled_at = ? WHERE part = ?", activation.ReasonImportFailed, at.UTC(), b.number)
		}
		var seq, last int64
		if err := q.row("SELECT max(seq) FILTER (run = ?), max(part) FROM batch", []any{string(b.Run)}, &seq, &last); err != nil {
			return err
		}
		for half := range int64(2) {
			seq, last = seq+1, last+1
			name := fmt.Sprintf("%s-%05d", b.Run, seq)
			if err := q.exec(`UPDATE run_row SET batch = $1, part = $5 WHERE part = $2 AND number IN (SELECT number FROM (SELECT number, row_number() OVER (ORDER BY address) AS nth
				FROM run_row WHERE part = $2) WHERE $3 OR nth <= $4)`, name, b.number, half == 1, (b.Rows+1)/2, last); err != nil {
				return err
			}
			if err := q.exec(`INSERT INTO batch SELECT $1, $2, 'import', $3, $4, $5, count(*), $6, 'ready', 0, 0, 0, $7, NULL, $8, false, NULL, NULL, 0, $9, false, NULL FROM run_row WHERE part = $8`,
				name, string(b.Run), phaseImports, int64(b.List), seq, b.Bytes/2, b.Imports, last, b.Clear); err != nil {
				return err
			}
		}
		return q.exec("UPDATE batch SET split = true WHERE part = ?", b.number)
	})
}

// missing turns "no rows" into the domain's error.
func missing(what string, id any, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return activation.Errorf(activation.CodeNotFound, "there is no %s %s", what, id)
	}
	return err
}
