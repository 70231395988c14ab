package duckdb

import (
	"database/sql/driver"
	"slices"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// The mirror holds who is on the lists that exports write to (S2). It is needed of those only who were on one by Segue's doing and
// were taken off it: who still stands on a list is found there. So a plan looks at the mirror only for them, and at nobody when
// there are none.

// beginReading numbers the readings of the account's contacts; of one round the number is one.
func (q querier) beginReading(account int32, round int64) (n int64, err error) {
	if err := q.exec("UPDATE account SET readings = coalesce(readings, 0) + 1, mirror_round = $2 WHERE id = $1 AND mirror_round IS DISTINCT FROM $2", account, round); err != nil {
		return 0, err
	}
	err = q.row("SELECT readings FROM account WHERE id = ?", []any{account}, &n)
	return n, err
}

// writtenLists are the lists of the account that exports write to, or wrote to.
func (q querier) writtenLists(account int32) (lists []int64, err error) {
	err = q.rows("SELECT DISTINCT list FROM noted WHERE account = ?", []any{account}, func(scan func(...any) error) error {
		var l int64
		err := scan(&l)
		lists = append(lists, l)
		return err
	})
	return lists, err
}

// mirrorRow is a contact with the hashes of its address and of how that is written.
type mirrorRow struct {
	ledger.MirrorContact
	owner   []byte
	written driver.Value
}

// mirrorRows are the rows of a page of contacts.
func (q querier) mirrorRows(account int32, round int64, contacts []mirrorRow) (v values, err error) {
	reading, err := q.beginReading(account, round)
	if err != nil {
		return v, err
	}
	written, err := q.writtenLists(account)
	if err != nil {
		return v, err
	}
	for _, c := range contacts {
		v.add(account, c.Contact, c.owner, c.OptedOut, round, c.written, among(c.Lists, written), reading)
	}
	return v, nil
}

// among are those of the lists that are written to; nil for none.
func among(lists []activation.ListID, written []int64) driver.Value {
	var out []int64
	for _, l := range lists {
		if slices.Contains(written, int64(l)) {
			out = append(out, int64(l))
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// takenOff notes whom a removal took off its list. It grows by what is removed; Prune leaves one of each.
func (q querier) takenOff(b part, p place) error {
	return q.exec(`INSERT INTO taken_off SELECT DISTINCT a.id, x.list, x.owner, coalesce(a.readings, 0) FROM run_row x, account a
		WHERE x.part = ? AND a.id = ? AND x.owner IS NOT NULL`, b.number, p.account)
}

// tidyTakenOff leaves one row of each person and list.
func (q querier) tidyTakenOff() error {
	return q.exec(`DELETE FROM taken_off t USING (SELECT account, list, owner, max(reading) AS newest, max(rowid) AS last FROM taken_off GROUP BY ALL HAVING count(*) > 1) d
		WHERE d.account = t.account AND d.list = t.list AND d.owner = t.owner AND (t.reading < d.newest OR t.rowid < d.last)`)
}

// shownAgain makes the temporary table shown_again of the refused whom Segue wrote to a list and took off, and whom the mirror was
// shown there since: somebody put them there by hand (S7). Addresses are hashed only if there is somebody whom it was shown.
func (p *planner) shownAgain() error {
	if err := p.exec("CREATE OR REPLACE TEMP TABLE shown_again (list BIGINT, address VARCHAR, owner BLOB, reason VARCHAR)"); err != nil {
		return err
	}
	var some bool
	if err := p.row("SELECT EXISTS (SELECT 1 FROM taken_off WHERE account = ?)", []any{p.acct}, &some); err != nil || !some {
		return err
	}
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE shown AS SELECT DISTINCT t.list, t.owner
		FROM (SELECT list, owner, max(reading) AS reading FROM taken_off WHERE account = $1 GROUP BY ALL) t JOIN mirror m ON m.owner = t.owner
		WHERE m.account = $1 AND m.lists IS NOT NULL AND m.reading > t.reading AND list_contains(m.lists, t.list)`, p.acct); err != nil {
		return err
	}
	if err := p.row("SELECT count(*) > 0 FROM shown", nil, &some); err != nil || !some {
		return err
	}
	return p.exec(`INSERT INTO shown_again SELECT s.list, r.address, s.owner, r.reason FROM shown s JOIN (
			SELECT address, reason, segue_hash($1, address) AS owner FROM refused
			UNION SELECT address, $2, owner FROM decided WHERE planned = 'opted_out' AND address NOT IN (SELECT address FROM refused)) r ON r.owner = s.owner`,
		addressScope(ledger.AccountID(p.acct)), activation.ReasonOptedOut)
}
