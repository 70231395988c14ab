package duckdb

import (
	"context"
	"fmt"
	"strings"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// What a batch does to standings is not written to them batch by batch, for that takes as long as there are standings.
// Rows and batches are the log: they are written before and after every call, and *folded* into the standings in bulk,
// before anything looks at a standing. What is not folded yet is on disk in the batches; the fields below only say where
// to look, and are made anew when the file is opened.

// unfolded says what a run has that the standings do not know.
type unfolded struct {
	export  string
	account int32
	refuses bool // removals of refusals change what other exports own
}

// foldRows is how many rows are folded in one transaction, so that memory stays bounded.
const foldRows = 1_500_000

// behind notes that the run has something to fold.
func (l *Ledger) behind(run activation.RunID, p place, refuses bool) {
	u := l.unfolded[string(run)]
	l.unfolded[string(run)] = unfolded{p.export, p.account, u.refuses || refuses}
	l.isBehind.Store(true)
}

const toFold = `((b.kind = 'import' AND b.attempts > 0 AND b.folded < 1 AND NOT b.split) OR (b.acked_at IS NOT NULL AND b.folded < 2))`

// recall finds what was not folded when the file was closed.
func (l *Ledger) recall(ctx context.Context) error {
	l.unfolded, l.seen, l.asked = map[string]unfolded{}, map[seenKey]int64{}, map[activation.RunID]int64{}
	q := querier{ctx, l}
	return q.rows("SELECT DISTINCT r.id, r.account, r.export FROM batch b JOIN run r ON r.id = b.run WHERE "+toFold, nil, func(scan func(...any) error) error {
		var run activation.RunID
		var p place
		if err := scan(&run, &p.account, &p.export); err != nil {
			return err
		}
		l.behind(run, p, true)
		return nil
	})
}

// inOrder folds what other runs have to tell before the run tells something whose order with it matters: events of
// different exports touch different standings, but for the removal of a refusal (S7).
func (l *Ledger) inOrder(ctx context.Context, run activation.RunID, p place, refuses bool) error {
	for other, u := range l.unfolded {
		if other != string(run) && u.account == p.account && (u.export == p.export || u.refuses || refuses) {
			return l.fold(ctx)
		}
	}
	return nil
}

// fold brings the standings up to date; the caller holds the lock and is in no transaction.
func (l *Ledger) fold(ctx context.Context) error {
	for run := range l.unfolded {
		for {
			more := false
			err := l.tx(ctx, func(q querier) (err error) {
				more, err = q.foldSome(activation.RunID(run))
				return err
			})
			if err != nil {
				return fmt.Errorf("bring the standings up to date with run %s: %w", run, err)
			}
			if !more {
				break
			}
		}
		delete(l.unfolded, run)
	}
	l.isBehind.Store(false)
	return nil
}

// folding is a part of what a run has to tell.
type folding struct {
	querier
	run    activation.RunID
	place  place
	lo, hi int64 // parts
}

// foldSome folds some batches of a run and reports whether there are more.
func (q querier) foldSome(run activation.RunID) (more bool, err error) {
	var batches int64
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE fold_batch AS SELECT part, kind, attempts > 0 AND folded < 1 AND kind = 'import' AS sending, first_sent_at, acked_at, size
		FROM (SELECT *, sum(row_count) OVER (ORDER BY part) - row_count AS size FROM batch b WHERE run = ? AND `+toFold+`)`, string(run)); err != nil {
		return false, err
	}
	if err := q.row("SELECT count(*) FROM fold_batch", nil, &batches); err != nil || batches == 0 {
		return false, err
	}
	var left int64
	if left, err = q.changed("DELETE FROM fold_batch WHERE size >= ?", int64(foldRows)); err != nil {
		return false, err
	}
	f := folding{querier: q, run: run}
	if f.place, err = q.place(run); err != nil {
		return false, err
	}
	if err := q.row("SELECT min(part), max(part) FROM fold_batch", nil, &f.lo, &f.hi); err != nil {
		return false, err
	}
	for _, step := range []func() error{f.removals, f.imports, f.identifiers, f.held} {
		if err := step(); err != nil {
			return false, err
		}
	}
	return left > 0, q.exec("UPDATE batch SET folded = CASE WHEN acked_at IS NULL THEN 1 ELSE 2 END WHERE part IN (SELECT part FROM fold_batch)")
}

// removals drops the standings of those who were removed: this export's, and of a refusal everybody's (S7).
func (f folding) removals() error {
	if err := f.exec(`CREATE OR REPLACE TEMP TABLE fold_removed AS SELECT DISTINCT x.list, x.address, x.kind = 'refusal' OR x.why IS NOT NULL AS refused
		FROM run_row x JOIN fold_batch b ON b.part = x.part WHERE x.part BETWEEN ? AND ? AND b.kind = 'removal'`, f.lo, f.hi); err != nil {
		return err
	}
	for _, s := range []struct {
		refused bool
		stmt    string
		args    []any
	}{
		{false, "DELETE FROM standing s WHERE account = ? AND export = ? AND EXISTS (SELECT 1 FROM fold_removed r WHERE NOT r.refused AND r.address = s.address AND r.list = s.list)",
			[]any{f.place.account, f.place.export}},
		{true, "DELETE FROM standing s WHERE account = ? AND EXISTS (SELECT 1 FROM fold_removed r WHERE r.refused AND r.address = s.address AND r.list = s.list)",
			[]any{f.place.account}},
	} {
		var n int64
		if err := f.row("SELECT count(*) FROM fold_removed WHERE refused = ?", []any{s.refused}, &n); err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := f.exec(s.stmt, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// imports makes the addresses of sent batches sent, and those that were taken acknowledged (S12).
func (f folding) imports() error {
	if err := f.exec(`CREATE OR REPLACE TEMP TABLE fold_row AS SELECT x.address, x.owner, b.sending, b.first_sent_at,
			CASE WHEN b.acked_at IS NOT NULL AND x.bucket <> 'rejected' THEN b.acked_at END AS acked_at, x.fingerprint
		FROM run_row x JOIN fold_batch b ON b.part = x.part WHERE x.part BETWEEN ? AND ? AND b.kind = 'import'
			AND (b.sending OR x.bucket <> 'rejected')`, f.lo, f.hi); err != nil {
		return err
	}
	key := []any{f.place.account, f.place.list, f.place.export}
	if err := f.cameBack(key); err != nil {
		return err
	}
	if err := f.exec(`UPDATE standing SET fingerprint = CASE WHEN r.acked_at IS NOT NULL THEN r.fingerprint END,
			acked_at = coalesce(r.acked_at, standing.acked_at), first_acked_at = coalesce(standing.first_acked_at, r.acked_at),
			ownership = CASE WHEN r.sending AND standing.ownership = 'left' THEN 'there_before'
				WHEN r.acked_at IS NOT NULL AND standing.ownership = 'kept' THEN 'owned' ELSE standing.ownership END
		FROM fold_row r WHERE standing.account = $1 AND standing.list = $2 AND standing.export = $3 AND standing.address = r.address`, key...); err != nil {
		return err
	}
	return f.exec(`INSERT INTO standing SELECT $1, $2, $3, r.address, r.owner, CASE WHEN t.owner IS NULL THEN 'owned' ELSE 'there_before' END,
			CASE WHEN r.acked_at IS NOT NULL THEN r.fingerprint END, r.first_sent_at, r.acked_at, r.acked_at
		FROM fold_row r LEFT JOIN (SELECT DISTINCT owner FROM there_before WHERE account = $1 AND list = $2 AND export = $3) t ON t.owner = r.owner
		WHERE r.sending AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.account = $1 AND s.list = $2 AND s.export = $3 AND s.address = r.address)`, key...)
}

// cameBack forgets that the export had left behind whom it sends again now: it was in another account meanwhile (S1).
func (f folding) cameBack(key []any) error {
	const mine = "account = $1 AND list = $2 AND export = $3"
	var some bool
	if err := f.row("SELECT EXISTS (SELECT 1 FROM standing WHERE ownership = 'orphaned' AND "+mine+")", key, &some); err != nil || !some {
		return err
	}
	for _, s := range []string{
		"DELETE FROM standing WHERE ownership = 'orphaned' AND " + mine + " AND address IN (SELECT address FROM fold_row WHERE sending)",
		"DELETE FROM orphan_kept WHERE " + mine + " AND owner IN (SELECT owner FROM fold_row WHERE sending)",
	} {
		if err := f.exec(s, key...); err != nil {
			return err
		}
	}
	return nil
}

// identifiers makes the values of sent batches theirs, and lets the earlier ones of acknowledged rows go (S10).
func (f folding) identifiers() error {
	names, err := f.identifierNames(f.run)
	if err != nil {
		return err
	}
	for _, n := range names {
		text, args := identifierValue(n, f.place.account)
		if err := f.exec(`CREATE OR REPLACE TEMP TABLE fold_identifier AS SELECT `+text+` AS value, x.owner, b.sending,
				b.acked_at IS NOT NULL AND x.bucket <> 'rejected' AS acked
			FROM run_row x JOIN fold_batch b ON b.part = x.part WHERE x.part BETWEEN ? AND ? AND b.kind = 'import' AND json_extract_string(x.payload, ?) IS NOT NULL`,
			append(args, f.lo, f.hi, "$."+n)...); err != nil {
			return err
		}
		if err := f.exec(`INSERT INTO identifier SELECT DISTINCT $1::INTEGER, $2, s.value, s.owner FROM fold_identifier s
			WHERE s.sending AND NOT EXISTS (SELECT 1 FROM identifier i WHERE i.account = $1 AND i.attribute = $2 AND i.owner = s.owner AND i.value = s.value)`,
			f.place.account, n); err != nil {
			return err
		}
		if err := f.exec(`DELETE FROM identifier i WHERE i.account = $1 AND i.attribute = $2
			AND NOT EXISTS (SELECT 1 FROM given_up_identifier g WHERE g.account = $1 AND g.attribute = $2 AND g.value = i.value AND g.owner = i.owner)
			AND EXISTS (SELECT 1 FROM fold_identifier s WHERE s.acked AND s.owner = i.owner AND s.value <> i.value)`,
			f.place.account, n); err != nil {
			return err
		}
	}
	return nil
}

// identifierNames are the attributes of the run that hold identifiers.
func (q querier) identifierNames(run activation.RunID) (names []string, err error) {
	err = q.rows("SELECT unnest(identifiers) FROM run WHERE id = ?", []any{string(run)}, func(scan func(...any) error) error {
		var n string
		err := scan(&n)
		names = append(names, n)
		return err
	})
	return names, err
}

// identifierValue is the hash of a row's value.
func identifierValue(name string, account int32) (expr string, args []any) {
	text := "json_extract_string(payload, ?)"
	if (activation.AttributeMapping{Attribute: name}).IsPhone() {
		text = "regexp_replace(" + text + ", '[^0-9]', '', 'g')"
	}
	return "segue_hash(?, " + text + ")", []any{identifierScope(ledger.AccountID(account), name), "$." + name}
}

// Whether something was learned since a run was planned is asked before every call (S25). The answer is nearly always no,
// so it is kept how often the ledger moved, and only a move since the run was last compared is looked into. After a start
// nothing is known, and everything is compared.
type seenKey struct {
	run  activation.RunID
	kind ledger.BatchKind
}

// moves counts what was learned of the account.
func (l *Ledger) moves(account int32) int64 { return l.movedAll + l.moved[account] }

// unmoved reports whether nothing was learned since the run was compared.
func (l *Ledger) unmoved(run activation.RunID, kind ledger.BatchKind, account int32) bool {
	at, known := l.seen[seenKey{run, kind}]
	return known && at == l.moves(account)
}

func (l *Ledger) compared(run activation.RunID, account int32, kinds ...ledger.BatchKind) {
	for _, k := range kinds {
		l.seen[seenKey{run, k}] = l.moves(account)
	}
}

// forgetRun drops what is only kept while the run goes on.
func (l *Ledger) forgetRun(run activation.RunID) {
	delete(l.seen, seenKey{run, ledger.BatchImport})
	delete(l.seen, seenKey{run, ledger.BatchRemoval})
	delete(l.asked, run)
	delete(l.holds, run)
}

// learned notes that a run changed what others are planned by; the run itself knows.
func (l *Ledger) learned(run activation.RunID, account int32) {
	var knows []ledger.BatchKind
	for _, k := range []ledger.BatchKind{ledger.BatchImport, ledger.BatchRemoval} {
		if l.unmoved(run, k, account) {
			knows = append(knows, k)
		}
	}
	at, before := l.asked[run]
	asked := before && at == l.moves(account)
	l.moved[account]++
	l.compared(run, account, knows...)
	if asked {
		l.asked[run] = l.moves(account)
	}
}

// speaksOfStandings reports whether a statement reads standings, which must be up to date then.
func speaksOfStandings(stmt string) bool { return strings.Contains(stmt, "standing") }

// upToDate folds what is to be folded, for one who reads.
func (l *Ledger) upToDate(ctx context.Context) error {
	if !l.isBehind.Load() {
		return nil
	}
	return l.writing(ctx, func() error { return l.fold(ctx) })
}
