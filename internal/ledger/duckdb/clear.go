package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// In a payload an empty value stands as "NAME":"", which no text can hold, for its quotes are escaped.
const (
	hasEmpty     = `contains(x.payload, ':""')`
	withoutEmpty = `regexp_replace(regexp_replace(x.payload, '"[A-Z][A-Z0-9_]*":"",', '', 'g'), ',?"[A-Z][A-Z0-9_]*":""\}$', '}')`
)

// ClearCandidates implements ledger.Clearing.
func (l *Ledger) ClearCandidates(ctx context.Context, run activation.RunID, n int) (list []activation.Row, err error) {
	err = l.query(ctx, `SELECT x.address, x.payload FROM run_row x JOIN batch b ON b.part = x.part JOIN run r ON r.id = b.run
		LEFT JOIN standing s ON s.account = r.account AND s.list = r.list AND s.export = r.export AND s.address = x.address
		WHERE b.run = $1 AND b.kind = 'import' AND b.state = 'ready' AND `+hasEmpty+`
		ORDER BY coalesce(s.fingerprint <> md5_number(`+withoutEmpty+`), false) DESC, s.address IS NOT NULL DESC, x.fingerprint, x.address LIMIT $2`,
		[]any{string(run), n}, func(scan func(...any) error) error {
			var address, payload string
			if err := scan(&address, &payload); err != nil {
				return err
			}
			list = append(list, activation.Row{Address: activation.Email(address), Attributes: []byte(payload)})
			return nil
		})
	return list, err
}

// Carve implements ledger.Clearing. What the batches that the rows leave have to tell is folded before.
func (l *Ledger) Carve(ctx context.Context, run activation.RunID, people []ledger.Before) error {
	who := make([]string, 0, len(people))
	for _, p := range people {
		who = append(who, string(p.Address))
	}
	return l.writing(ctx, func() error {
		if err := l.fold(ctx); err != nil {
			return err
		}
		return l.tx(ctx, func(q querier) error {
			if err := q.exec(`CREATE OR REPLACE TEMP TABLE carved AS SELECT x.part, x.number, strlen(x.payload) AS bytes FROM run_row x JOIN batch b ON b.part = x.part
				WHERE b.run = $1 AND b.kind = 'import' AND b.state = 'ready' AND list_contains($2::VARCHAR[], x.address)`, string(run), who); err != nil {
				return err
			}
			var found, bytes, seq, last int64
			if err := q.row("SELECT count(*), coalesce(sum(bytes), 0)::BIGINT FROM carved", nil, &found, &bytes); err != nil {
				return err
			}
			if found == 0 || found != int64(len(who)) {
				return activation.Errorf(activation.CodeInternal, "of %d people %d wait to be sent", len(who), found)
			}
			if err := q.row("SELECT max(seq) FILTER (run = ?), max(part) FROM batch", []any{string(run)}, &seq, &last); err != nil {
				return err
			}
			name := fmt.Sprintf("%s-%05d", run, seq+1)
			for _, s := range []struct {
				stmt string
				args []any
			}{
				{`INSERT INTO batch SELECT $1, $2, 'import', $3, any_value(list), $4, $5, $6, 'ready', 0, 0, 0, max(imports), NULL, $7, false, NULL, NULL, 0, true, true, NULL
					FROM batch WHERE part IN (SELECT part FROM carved)`, []any{name, string(run), phaseImports, seq + 1, found, bytes, last + 1}},
				{`UPDATE batch SET row_count = batch.row_count - c.n, bytes = greatest(batch.bytes - c.bytes, 0)
					FROM (SELECT part, count(*) AS n, sum(bytes)::BIGINT AS bytes FROM carved GROUP BY part) c WHERE batch.part = c.part`, nil},
				{`UPDATE run_row SET batch = $1, part = $2 WHERE part IN (SELECT part FROM carved) AND number IN (SELECT number FROM carved)`, []any{name, last + 1}},
				{`DELETE FROM batch WHERE row_count = 0 AND part IN (SELECT part FROM carved)`, nil},
				{`DROP TABLE carved`, nil},
			} {
				if err := q.exec(s.stmt, s.args...); err != nil {
					return err
				}
			}
			for _, p := range people {
				if err := q.remember(run, name, p); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func (q querier) remember(run activation.RunID, batch string, p ledger.Before) error {
	const insert = "INSERT INTO clear_before VALUES (?, ?, ?, ?, ?, ?, ?)"
	if err := q.exec(insert, string(run), batch, string(p.Address), "", nil, p.ModifiedAt.UTC(), p.Stale); err != nil {
		return err
	}
	for name, value := range p.Values {
		if err := q.exec(insert, string(run), batch, string(p.Address), name, q.l.beforeHash(name, value), nil, nil); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) beforeHash(name, value string) []byte {
	h := l.cfg.Hasher.Hash("before "+name, value)
	return h[:]
}

// Compared implements ledger.Clearing.
func (l *Ledger) Compared(ctx context.Context, id activation.BatchID, now ledger.Before) (attribute string, landed bool, err error) {
	found := false
	err = l.query(ctx, "SELECT attribute, value, modified_at, stale FROM clear_before WHERE batch = ? AND address = ? ORDER BY attribute",
		[]any{string(id), string(now.Address)}, func(scan func(...any) error) error {
			var name string
			var value []byte
			var modified sql.NullTime
			var stale sql.NullBool
			if err := scan(&name, &value, &modified, &stale); err != nil {
				return err
			}
			if name == "" {
				found, landed = true, stale.Bool || now.ModifiedAt.UTC().Truncate(time.Microsecond).After(modified.Time.UTC())
				return nil
			}
			v, there := now.Values[name]
			if attribute == "" && (!there || !slices.Equal(value, l.beforeHash(name, v))) {
				attribute = name
			}
			return nil
		})
	if err == nil && !found {
		err = activation.Errorf(activation.CodeInternal, "it is not known what a contact of batch %s was before", id)
	}
	return attribute, landed, err
}
