package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Scopes of keyed hashes: an address and a phone of equal text never hash alike, nor do those of two accounts.
func addressScope(a ledger.AccountID) string { return fmt.Sprintf("account/%d/address", a) }

func identifierScope(a ledger.AccountID, attribute string) string {
	return fmt.Sprintf("account/%d/%s", a, attribute)
}

func (l *Ledger) owner(a ledger.AccountID, address activation.Email) []byte {
	h := l.cfg.Hasher.Hash(addressScope(a), string(address))
	return h[:]
}

// Account implements ledger.Accounts.
func (l *Ledger) Account(ctx context.Context, a activation.Account) (id ledger.AccountID, err error) {
	const find = "SELECT id FROM account WHERE base_url = ? AND organization_id = ?"
	found := false
	err = l.query(ctx, find, []any{a.BaseURL, a.OrganizationID}, func(scan func(...any) error) error {
		found = true
		return scan(&id)
	})
	if err != nil || found {
		return id, err
	}
	err = l.record(ctx, func(q querier) error {
		err := q.row(find, []any{a.BaseURL, a.OrganizationID}, &id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return q.row("INSERT INTO account VALUES (nextval('account_number'), ?, ?, NULL, NULL, 0, NULL) RETURNING id", []any{a.BaseURL, a.OrganizationID}, &id)
	})
	return id, err
}

// Mirror implements ledger.Accounts.
func (l *Ledger) Mirror(ctx context.Context, a ledger.AccountID) (st ledger.MirrorState, err error) {
	var full, as, newest sql.NullTime
	err = l.query(ctx, `SELECT mirror_full_at, mirror_as_of, (SELECT max(modified_at) FROM mirror_newest WHERE account = $1), (SELECT count(*) FROM mirror WHERE account = $1),
		(SELECT count(*) FROM opt_out WHERE account = $1) FROM account WHERE id = $1`, []any{int32(a)}, func(scan func(...any) error) error {
		return scan(&full, &as, &newest, &st.Contacts, &st.OptOuts)
	})
	if full.Valid {
		st.FullAt = full.Time.UTC()
	}
	if as.Valid {
		st.AsOf = as.Time.UTC()
	}
	if newest.Valid {
		st.Newest = newest.Time.UTC()
	}
	return st, err
}

// PutMirror implements ledger.Accounts.
func (l *Ledger) PutMirror(ctx context.Context, a ledger.AccountID, round int64, contacts []ledger.MirrorContact) error {
	if len(contacts) == 0 {
		return nil
	}
	seen := make(map[int64]bool, len(contacts))
	var idents values
	var rows []mirrorRow
	for _, c := range contacts {
		if seen[c.Contact] {
			continue
		}
		seen[c.Contact] = true
		owner := l.owner(a, c.Address)
		if c.Address == "" {
			h := l.cfg.Hasher.Hash(addressScope(a)+"/contact", fmt.Sprint(c.Contact))
			owner = h[:]
		}
		var written driver.Value
		if c.Address != "" {
			h := l.cfg.Hasher.Hash(addressScope(a)+"/written", cmp.Or(c.Written, string(c.Address)))
			written = h[:]
		}
		rows = append(rows, mirrorRow{c, owner, written})
		for attribute, value := range c.Identifiers {
			if value == "" {
				continue
			}
			h := l.cfg.Hasher.Hash(identifierScope(a, attribute), identifierText(attribute, value))
			idents.add(int32(a), c.Contact, attribute, h[:], owner)
		}
	}
	return l.record(ctx, func(q querier) error {
		l.learned("", int32(a))
		mirror, err := q.mirrorRows(int32(a), round, rows)
		if err != nil {
			return err
		}
		if err := fill(q, "new_mirror", "mirror", mirror); err != nil {
			return err
		}
		if err := fill(q, "new_identifier", "mirror_identifier", idents); err != nil {
			return err
		}
		if err := q.liftOptOuts(int32(a)); err != nil {
			return err
		}
		for _, s := range []string{
			// Who is written as another contact is now was deleted: an account has a spelling once.
			`CREATE OR REPLACE TEMP TABLE replaced AS SELECT contact FROM new_mirror UNION SELECT m.contact FROM mirror m JOIN new_mirror n ON n.written = m.written
				WHERE m.account = $1 AND n.account = $1`,
			"DELETE FROM mirror WHERE account = $1 AND contact IN (SELECT contact FROM replaced)",
			"DELETE FROM mirror_identifier WHERE account = $1 AND contact IN (SELECT contact FROM replaced)",
			"INSERT INTO mirror SELECT * FROM new_mirror WHERE account = $1",
			"INSERT INTO mirror_identifier SELECT * FROM new_identifier WHERE account = $1",
			`INSERT INTO opt_out SELECT DISTINCT account, owner, now()::TIMESTAMP FROM new_mirror n WHERE account = $1 AND opted_out
			 AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.account = n.account AND o.owner = n.owner)`,
		} {
			if err := q.exec(s, int32(a)); err != nil {
				return err
			}
		}
		return nil
	})
}

// liftOptOuts forgets opt-outs of people whom Brevo shows subscribed again (S8). A contact that was not seen opted out itself does
// not show that if an import of ours may have made it, of which it is not known what it did or when: Brevo forgets the flag with
// the contact.
func (q querier) liftOptOuts(account int32) error {
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE lifting AS SELECT DISTINCT n.owner, coalesce(m.opted_out, false) AS same
		FROM new_mirror n JOIN opt_out o ON o.account = n.account AND o.owner = n.owner
			LEFT JOIN mirror m ON m.account = n.account AND m.contact = n.contact AND m.owner = n.owner
		WHERE n.account = $1 AND NOT n.opted_out
			-- Of two contacts with one address the one that is opted out decides.
			AND NOT EXISTS (SELECT 1 FROM new_mirror x WHERE x.owner = n.owner AND x.opted_out)
			AND NOT EXISTS (SELECT 1 FROM mirror x WHERE x.account = $1 AND x.owner = n.owner AND x.opted_out AND x.written <> n.written
				AND x.contact NOT IN (SELECT contact FROM new_mirror))`, account); err != nil {
		return err
	}
	var some bool // there is nobody to look up among all on most days
	if err := q.row("SELECT count(*) > 0 FROM lifting", nil, &some); err != nil || !some {
		return err
	}
	return q.exec(`DELETE FROM opt_out WHERE account = $1 AND owner IN (SELECT owner FROM lifting WHERE same
		OR owner NOT IN (SELECT x.owner FROM run_row x JOIN run r ON r.id = x.run WHERE r.account = $1 AND x.owner IN (SELECT owner FROM lifting)
			AND x.kind = 'address' AND x.bucket = 'not_sent' AND x.reason = $2 UNION ALL SELECT owner FROM unknown_import WHERE account = $1))`, account, activation.ReasonOutcomeUnknown)
}

// identifierText is how identifier values are compared: phones as digits, EXT_ID as it is.
func identifierText(attribute, value string) string {
	if (activation.AttributeMapping{Attribute: attribute}).IsPhone() {
		return activation.NormalisePhoneDigits(value)
	}
	return value
}

// FinishMirror implements ledger.Accounts.
func (l *Ledger) FinishMirror(ctx context.Context, a ledger.AccountID, round int64, full bool, asOf, newest time.Time) error {
	return l.record(ctx, func(q querier) error {
		if full {
			for _, s := range []string{
				`DELETE FROM mirror_identifier WHERE account = $1 AND contact IN (SELECT contact FROM mirror WHERE account = $1 AND round <> $2)`,
				`DELETE FROM mirror WHERE account = $1 AND round <> $2`,
			} {
				if err := q.exec(s, int32(a), round); err != nil {
					return err
				}
			}
			if err := q.exec("UPDATE account SET mirror_full_at = ? WHERE id = ?", asOf.UTC(), int32(a)); err != nil {
				return err
			}
		}
		if !newest.IsZero() {
			if err := q.exec("DELETE FROM mirror_newest WHERE account = ?", int32(a)); err != nil {
				return err
			}
			if err := q.exec("INSERT INTO mirror_newest VALUES (?, ?)", int32(a), newest.UTC()); err != nil {
				return err
			}
		}
		return q.exec("UPDATE account SET mirror_as_of = ? WHERE id = ?", asOf.UTC(), int32(a))
	})
}

// LiftOptOut implements ledger.Accounts.
func (l *Ledger) LiftOptOut(ctx context.Context, a ledger.AccountID, address activation.Email, by, reason string, at time.Time) error {
	return l.update(ctx, func(q querier) error {
		n, err := q.changed("DELETE FROM opt_out WHERE account = ? AND owner = ?", int32(a), l.owner(a, address))
		if err != nil {
			return err
		}
		if n == 0 {
			return activation.Errorf(activation.CodeNotFound, "no opt-out of that address is remembered")
		}
		return q.exec("INSERT INTO opt_out_lifted VALUES (?, ?, ?, ?, ?)", int32(a), l.owner(a, address), by, reason, at.UTC())
	})
}

// ListNoted implements ledger.Accounts.
func (l *Ledger) ListNoted(ctx context.Context, a ledger.AccountID, list activation.ListID, e activation.ExportID) (noted bool, err error) {
	err = l.query(ctx, "SELECT count(*) > 0 FROM noted WHERE account = ? AND list = ? AND export = ?",
		[]any{int32(a), int64(list), string(e)}, func(scan func(...any) error) error { return scan(&noted) })
	return noted, err
}

// KeepNote implements ledger.Accounts.
func (l *Ledger) KeepNote(ctx context.Context, a ledger.AccountID, list activation.ListID, e activation.ExportID) (written bool, err error) {
	err = l.update(ctx, func(q querier) error {
		written, err = q.forgetNote(int32(a), int64(list), string(e))
		return err
	})
	return written, err
}

// forgetNote forgets who was there before on a list that the export never tried to write to; it reports whether it did.
func (q querier) forgetNote(account int32, list int64, export string) (written bool, err error) {
	key := []any{account, list, export}
	err = q.row(`SELECT EXISTS (SELECT 1 FROM standing s WHERE account = $1 AND list = $2 AND export = $3 AND NOT EXISTS ( -- who was adopted was sent by another
			SELECT 1 FROM adoption a WHERE a.account = $1 AND a.list = $2 AND a.export = $3 AND a.adopted_at = s.first_sent_at)) OR EXISTS (SELECT 1 FROM batch b
		JOIN run r ON r.id = b.run WHERE r.account = $1 AND b.list = $2 AND r.export = $3 AND b.kind = 'import' AND b.attempts > 0)`, key, &written)
	if err != nil || written {
		return written, err
	}
	if err := q.exec("DELETE FROM noted WHERE account = $1 AND list = $2 AND export = $3", key...); err != nil {
		return false, err
	}
	return false, q.exec(`DELETE FROM there_before WHERE account = $1 AND list = $2 AND export = $3
		AND owner NOT IN (SELECT owner FROM standing WHERE account = $1 AND list = $2 AND export = $3)`, key...)
}

// NoteList implements ledger.Accounts.
func (l *Ledger) NoteList(ctx context.Context, a ledger.AccountID, list activation.ListID, e activation.ExportID, takeOver bool,
	members iter.Seq2[activation.Email, error], at time.Time,
) (int64, error) {
	var found values
	if !takeOver {
		for m, err := range members {
			if err != nil {
				return 0, err
			}
			found.add(l.owner(a, m))
		}
	}
	var people int64
	err := l.update(ctx, func(q querier) error {
		key := []any{int32(a), int64(list), string(e)}
		err := q.row("SELECT people FROM noted WHERE account = ? AND list = ? AND export = ?", key, &people)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := q.exec("CREATE OR REPLACE TEMP TABLE found (owner BLOB)"); err != nil {
			return err
		}
		if err := found.insert(q, "found"); err != nil {
			return err
		}
		people, err = q.changed(`INSERT INTO there_before SELECT DISTINCT $1::INTEGER, $2::BIGINT, $3, owner FROM found f
			WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.account = $1 AND s.list = $2 AND s.owner = f.owner AND NOT EXISTS
				-- Who was there before some export was there before Segue, and before every later export (S19).
				(SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.export = s.export AND t.owner = f.owner))
			-- Whom a process that was given up put there was not there before, though nobody looked after it yet (S17).
			AND (f.owner NOT IN (SELECT x.owner FROM given_up g JOIN run_row x ON x.batch = g.batch WHERE g.account = $1 AND g.list = $2 AND g.outcome = '' AND x.owner IS NOT NULL)
				OR EXISTS (SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.owner = f.owner))`, key...)
		if err != nil {
			return err
		}
		return q.exec("INSERT INTO noted VALUES (?, ?, ?, ?, ?, ?)", append(key, takeOver, people, at.UTC())...)
	})
	return people, err
}

// Orphan implements ledger.Accounts.
func (l *Ledger) Orphan(ctx context.Context, e activation.ExportID, _ time.Time) error {
	return l.update(ctx, func(q querier) error {
		if err := q.exec("INSERT INTO orphan_kept SELECT account, list, export, owner FROM standing WHERE export = ? AND ownership = 'kept'", string(e)); err != nil {
			return err
		}
		return q.exec("UPDATE standing SET ownership = 'orphaned' WHERE export = ? AND ownership IN ('owned', 'there_before', 'kept')", string(e))
	})
}

// Doubt implements ledger.Accounts: with a fingerprint that no row has, see EndWatch.
func (l *Ledger) Doubt(ctx context.Context, a ledger.AccountID, exports []activation.ExportID) error {
	list := make([]string, 0, len(exports))
	for _, e := range exports {
		list = append(list, string(e))
	}
	return l.update(ctx, func(q querier) error {
		if err := q.exec("UPDATE standing SET fingerprint = 0 WHERE account = ? AND list_contains(?::VARCHAR[], export) AND fingerprint IS NOT NULL", int32(a), list); err != nil {
			return err
		}
		// What is on its way, or goes out yet, is in doubt as well once it is acknowledged.
		return q.exec(`UPDATE run_row SET fingerprint = 0 WHERE kind = 'address' AND bucket IS NULL
			AND run IN (SELECT id FROM run WHERE account = ? AND list_contains(?::VARCHAR[], export) AND ended_at IS NULL)`, int32(a), list)
	})
}

// Owners implements ledger.Accounts.
func (l *Ledger) Owners(ctx context.Context) (list []activation.ExportID, err error) {
	err = l.query(ctx, "SELECT DISTINCT export FROM standing WHERE ownership NOT IN ('orphaned', 'left') ORDER BY export", nil, func(scan func(...any) error) error {
		var e activation.ExportID
		err := scan(&e)
		list = append(list, e)
		return err
	})
	return list, err
}

// Unsettled implements ledger.Accounts.
func (l *Ledger) Unsettled(ctx context.Context, a ledger.AccountID, since time.Time) ([]ledger.Batch, error) {
	list, err := l.batches(ctx, "WHERE kind = 'import' AND sent_at >= ? AND run IN (SELECT id FROM run WHERE account = ? AND aborted <> '') AND id NOT IN (SELECT batch FROM given_up) ORDER BY id", since.UTC(), int32(a))
	if err != nil {
		return nil, err
	}
	var open []ledger.Batch
	for _, b := range list { // rows are found by part, one batch at a time: there are few
		part, err := l.part(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		unknown := false
		if err := l.query(ctx, "SELECT count(*) > 0 FROM run_row WHERE part = ? AND bucket = 'not_sent' AND reason = ?", []any{part, activation.ReasonOutcomeUnknown},
			func(scan func(...any) error) error { return scan(&unknown) }); err != nil {
			return nil, err
		}
		if unknown {
			open = append(open, b)
		}
	}
	return open, nil
}

// values collects rows for a temporary table.
type values struct {
	args  []driver.Value
	width int
}

func (v *values) add(row ...driver.Value) {
	v.width = len(row)
	v.args = append(v.args, row...)
}

// insert puts the rows into a temporary table, past the SQL parser: a mirror of a million contacts comes by here.
func (v *values) insert(q querier, table string) error {
	if len(v.args) == 0 {
		return nil
	}
	return translate(q.l.write.Raw(func(conn any) error {
		c, ok := conn.(driver.Conn)
		if !ok {
			return fmt.Errorf("unexpected connection %T", conn)
		}
		a, err := driverduck.NewAppender(c, "temp", "main", table)
		if err != nil {
			return err
		}
		for row := range slices.Chunk(v.args, v.width) {
			if err := a.AppendRow(row...); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.Close()
	}))
}

// fill makes an empty temporary table like another and puts the rows in.
func fill(q querier, temp, like string, v values) error {
	if err := q.exec("CREATE OR REPLACE TEMP TABLE " + temp + " AS SELECT * FROM " + like + " LIMIT 0"); err != nil {
		return err
	}
	return v.insert(q, temp)
}
