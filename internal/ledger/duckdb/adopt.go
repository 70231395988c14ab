package duckdb

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Adopt implements ledger.Owners.
func (l *Ledger) Adopt(ctx context.Context, r ledger.AdoptRequest) (a activation.Adoption, err error) {
	a = activation.Adoption{List: r.List, By: r.By, At: r.At.UTC()}
	err = l.update(ctx, func(q querier) error {
		var open int64
		if err := q.row("SELECT count(*) FROM run WHERE account = ? AND export = ? AND ended_at IS NULL", []any{int32(r.Account), string(r.Export)}, &open); err != nil {
			return err
		}
		if open > 0 {
			return activation.Errorf(activation.CodeConflict, "a run of the export has planned and not ended").
				WithRemedy("Wait until it has ended, or cancel or refuse it")
		}
		if err := q.orphans(r); err != nil {
			return err
		}
		if err := q.row(`SELECT count(*) FILTER (becomes = 'owned'), count(*) FILTER (becomes = 'there_before'), count(*) FILTER (becomes = 'kept'),
			count(*) FILTER (becomes = 'known') FROM adopted`, nil, &a.Owned, &a.ThereBefore, &a.Kept, &a.Known); err != nil {
			return err
		}
		if a.People() == 0 {
			return nil
		}
		return q.adopt(r, a)
	})
	if err != nil {
		return activation.Adoption{}, fmt.Errorf("adopt what is orphaned on list %d: %w", r.List, err)
	}
	return a, nil
}

// orphans makes the temporary table adopted of those who are orphaned on the list, each once. Of several exports that left
// somebody behind, the one that would have let her stay has the last word.
func (q querier) orphans(r ledger.AdoptRequest) error {
	return q.exec(`CREATE OR REPLACE TEMP TABLE adopted AS
		WITH mine AS (SELECT address FROM standing WHERE account = $1 AND list = $2 AND export = $3 AND ownership <> 'orphaned'),
		left_behind AS (
			SELECT s.address, any_value(s.owner) AS owner, bool_or(t.owner IS NOT NULL) AS before, bool_or(k.owner IS NOT NULL) AS kept
			FROM standing s
			LEFT JOIN (SELECT DISTINCT export, owner FROM there_before WHERE account = $1 AND list = $2) t ON t.owner = s.owner AND t.export = s.export
			LEFT JOIN (SELECT DISTINCT export, owner FROM orphan_kept WHERE account = $1 AND list = $2) k ON k.owner = s.owner AND k.export = s.export
			WHERE s.account = $1 AND s.list = $2 AND s.ownership = 'orphaned' GROUP BY s.address)
		SELECT o.address, o.owner, CASE WHEN m.address IS NOT NULL THEN 'known' WHEN o.before OR b.owner IS NOT NULL THEN 'there_before' WHEN o.kept THEN 'kept' ELSE 'owned' END AS becomes
		FROM left_behind o LEFT JOIN mine m ON m.address = o.address
		LEFT JOIN (SELECT DISTINCT owner FROM there_before WHERE account = $1 AND list = $2 AND export = $3) b ON b.owner = o.owner`,
		int32(r.Account), int64(r.List), string(r.Export))
}

// adopt gives the adopted to the export. They are not acknowledged: what the export that left them had sent says nothing of what
// this one would.
func (q querier) adopt(r ledger.AdoptRequest, a activation.Adoption) error {
	account, list, export := int32(r.Account), int64(r.List), string(r.Export)
	// Of a list that the export did not write to yet the note is made anew, without those whom Segue sent (S19).
	if _, err := q.forgetNote(account, list, export); err != nil {
		return err
	}
	for _, s := range []struct {
		stmt string
		args []any
	}{
		{"DELETE FROM standing WHERE account = ? AND list = ? AND ownership = 'orphaned'", []any{account, list}},
		{"DELETE FROM orphan_kept WHERE account = ? AND list = ?", []any{account, list}},
		{`INSERT INTO standing SELECT $1, $2, $3, address, owner, becomes, NULL, $4, NULL, NULL FROM adopted WHERE becomes <> 'known'`, []any{account, list, export, a.At}},
		{`INSERT INTO there_before SELECT $1, $2, $3, owner FROM adopted x WHERE becomes = 'there_before'
			AND NOT EXISTS (SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.export = $3 AND t.owner = x.owner)`, []any{account, list, export}},
		{"INSERT INTO adoption VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", []any{account, list, export, a.By, a.At, a.Owned, a.ThereBefore, a.Kept, a.Known}},
		{"DROP TABLE adopted", nil},
	} {
		if err := q.exec(s.stmt, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// Adoptions implements ledger.Owners.
func (l *Ledger) Adoptions(ctx context.Context, a ledger.AccountID, e activation.ExportID) (list []activation.Adoption, err error) {
	err = l.query(ctx, "SELECT list, adopted_by, adopted_at, owned, there_before, kept, known FROM adoption WHERE account = ? AND export = ? ORDER BY adopted_at, list",
		[]any{int32(a), string(e)}, func(scan func(...any) error) error {
			var x activation.Adoption
			err := scan(&x.List, &x.By, &x.At, &x.Owned, &x.ThereBefore, &x.Kept, &x.Known)
			x.At = x.At.UTC()
			list = append(list, x)
			return err
		})
	return list, err
}

// Holdings implements ledger.Owners.
func (l *Ledger) Holdings(ctx context.Context, a ledger.AccountID, e activation.ExportID) (list []ledger.Holding, err error) {
	err = l.query(ctx, "SELECT list, "+counted+" FROM standing WHERE account = ? AND export = ? AND ownership <> 'left' GROUP BY list ORDER BY list",
		[]any{int32(a), string(e)}, func(scan func(...any) error) error {
			var h ledger.Holding
			err := scan(&h.List, &h.Owned, &h.ThereBefore, &h.Kept, &h.Orphaned, &h.Acknowledged)
			list = append(list, h)
			return err
		})
	return list, err
}

// Orphans implements ledger.Owners.
func (l *Ledger) Orphans(ctx context.Context, a ledger.AccountID, list activation.ListID) (n int64, err error) {
	err = l.query(ctx, "SELECT count(DISTINCT address) FROM standing WHERE account = ? AND list = ? AND ownership = 'orphaned'", []any{int32(a), int64(list)},
		func(scan func(...any) error) error { return scan(&n) })
	return n, err
}
