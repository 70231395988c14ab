package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// contactOwner is the hash that stands for a contact without an address.
func (l *Ledger) contactOwner(a ledger.AccountID, contact int64) []byte {
	h := l.cfg.Hasher.Hash(addressScope(a)+"/contact", fmt.Sprint(contact))
	return h[:]
}

// ReadList implements ledger.Reconciler.
func (l *Ledger) ReadList(ctx context.Context, a ledger.AccountID, run activation.RunID, first bool, page []ledger.Listed) error {
	var read values
	for _, c := range page {
		owner := l.contactOwner(a, c.Contact)
		if c.Address != "" {
			owner = l.owner(a, c.Address)
		}
		read.add(string(run), c.Contact, owner)
	}
	return l.record(ctx, func(q querier) error {
		if first {
			if err := q.exec("DELETE FROM list_reading WHERE run = ?", string(run)); err != nil {
				return err
			}
		}
		if err := fill(q, "new_reading", "list_reading", read); err != nil {
			return err
		}
		return q.exec("INSERT INTO list_reading SELECT * FROM new_reading")
	})
}

// ForgetReading implements ledger.Reconciler.
func (l *Ledger) ForgetReading(ctx context.Context, run activation.RunID) error {
	return l.record(ctx, func(q querier) error { return q.exec("DELETE FROM list_reading WHERE run = ?", string(run)) })
}

// Reconciliation implements ledger.Reconciler.
func (l *Ledger) Reconciliation(ctx context.Context, run activation.RunID) (rec activation.Reconciliation, err error) {
	err = activation.Errorf(activation.CodeNotFound, "the run %s has not compared its list", run)
	qerr := l.query(ctx, "SELECT result FROM reconciliation WHERE run = ?", []any{string(run)}, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		err = json.Unmarshal([]byte(text), &rec)
		return err
	})
	return rec, errors.Join(qerr, err)
}

// Reconcile implements ledger.Reconciler. Every join is by one equality over hashes, so that it stays linear; only who differs
// is compared with earlier runs and with the profiles.
func (l *Ledger) Reconcile(ctx context.Context, r ledger.ReconcileRequest) (rec activation.Reconciliation, err error) {
	err = l.update(ctx, func(q querier) error {
		var old string
		switch err := q.row("SELECT result FROM reconciliation WHERE run = ?", []any{string(r.Run)}, &old); {
		case err == nil:
			return json.Unmarshal([]byte(old), &rec)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		rec = activation.Reconciliation{At: r.At.UTC(), List: r.List}
		if err := q.differing(r); err != nil {
			return err
		}
		if err := q.storeDifferences(r); err != nil {
			return err
		}
		if err := q.countDifferences(r, &rec); err != nil {
			return err
		}
		if err := rec.Check(); err != nil {
			return err
		}
		return q.storeReconciliation(r, rec)
	})
	if err != nil {
		return activation.Reconciliation{}, fmt.Errorf("reconcile run %s: %w", r.Run, err)
	}
	return rec, nil
}

// differing makes the temporary table differing: who is on the list without standing for it, and who is not on it in spite
// of being acknowledged. state is in_step for those who agree.
func (q querier) differing(r ledger.ReconcileRequest) error {
	key := []any{string(r.Run), int32(r.Account), int64(r.List)}
	return q.exec(`CREATE OR REPLACE TEMP TABLE differing AS
		WITH here AS (SELECT owner, min(contact) AS contact FROM list_reading WHERE run = $1 GROUP BY owner),
		known AS (SELECT owner, any_value(address) AS address, bool_or(ownership <> 'orphaned') AS live,
				coalesce(bool_or(fingerprint IS NOT NULL AND ownership <> 'orphaned'), false) AS expected,
				min(CASE ownership WHEN 'owned' THEN 1 WHEN 'there_before' THEN 2 WHEN 'kept' THEN 3 ELSE 4 END) FILTER (fingerprint IS NOT NULL) AS acked
			FROM standing WHERE account = $2 AND list = $3 AND ownership <> 'left' GROUP BY owner), -- who left was there before: see noted below
		noted AS (SELECT DISTINCT owner FROM there_before WHERE account = $2 AND list = $3),
		met AS (SELECT coalesce(h.owner, k.owner) AS owner, h.contact, h.owner IS NOT NULL AS listed, k.address, k.live, coalesce(k.expected, false) AS expected, k.acked
			FROM here h FULL JOIN known k ON k.owner = h.owner)
		SELECT coalesce(m.owner, n.owner) AS owner, m.contact, m.address,
			CASE WHEN m.owner IS NULL THEN 'gone'
				WHEN m.listed AND (m.expected OR n.owner IS NOT NULL) THEN 'in_step'
				WHEN m.listed THEN CASE WHEN m.live THEN $4 WHEN m.address IS NOT NULL THEN $5 ELSE 'nobody' END
				WHEN m.acked IS NOT NULL THEN 'missing'
				ELSE 'not_there' END AS state,
			CASE m.acked WHEN 1 THEN $6 WHEN 2 THEN $7 WHEN 3 THEN $8 ELSE $9 END AS was
		FROM met m FULL JOIN noted n ON n.owner = m.owner`,
		append(key, activation.ReasonNotAcknowledged, activation.ReasonSentOrphaned,
			activation.ReasonStillOwned, activation.ReasonThereBefore, activation.ReasonKept, activation.ReasonOrphaned)...)
}

// storeDifferences writes the rows. Who is extra without a standing was sent by an earlier run, or is a profile, or nobody
// whom Segue knows: of those only the hash and the number are kept (S2).
func (q querier) storeDifferences(r ledger.ReconcileRequest) error {
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE earlier AS SELECT x.owner, any_value(x.address) AS address FROM run_row x
		WHERE x.list = $1 AND x.run IN (SELECT id FROM run WHERE account = $2) AND x.owner IN (SELECT owner FROM differing WHERE state = 'nobody')
			AND (x.bucket IN ('added', 'updated', 'removed') OR (x.bucket = 'not_sent' AND x.reason = $3)) GROUP BY x.owner`,
		int64(r.List), int32(r.Account), activation.ReasonOutcomeUnknown); err != nil {
		return err
	}
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE profile AS SELECT p.owner, any_value(p.address) AS address, any_value(p.winner) AS profile_id
		FROM (SELECT segue_hash(?, address) AS owner, address, winner FROM read_parquet(?) WHERE address IS NOT NULL) p
		WHERE p.owner IN (SELECT owner FROM differing WHERE state = 'nobody') GROUP BY p.owner`, addressScope(r.Account), r.MembersPath); err != nil {
		return err
	}
	if err := q.exec(`CREATE OR REPLACE TEMP TABLE difference AS
		WITH found AS (
			SELECT d.owner, d.contact, CASE WHEN d.state = 'missing' THEN 'missing' ELSE 'extra' END AS kind, coalesce(d.address, e.address, p.address) AS address,
				CASE WHEN d.state = 'missing' THEN d.was WHEN d.state <> 'nobody' THEN d.state WHEN e.owner IS NOT NULL THEN $1
					WHEN p.owner IS NOT NULL THEN $2 ELSE $3 END AS reason,
				CASE WHEN d.state = 'nobody' THEN p.profile_id END AS profile_id
			FROM differing d LEFT JOIN earlier e ON e.owner = d.owner LEFT JOIN profile p ON p.owner = d.owner
			WHERE d.state NOT IN ('in_step', 'not_there', 'gone'))
		SELECT *, row_number() OVER (ORDER BY kind DESC, reason, address, contact) AS number FROM found`,
		activation.ReasonSentEarlier, activation.ReasonMatchesProfile, activation.ReasonUnknownPerson); err != nil {
		return err
	}
	if err := q.exec(`INSERT INTO run_row SELECT $1, number, kind, profile_id, false, address, owner, $2, kind AS planned, kind AS bucket, reason, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $3, NULL
		FROM difference ORDER BY number`, string(r.Run), int64(r.List), r.At.UTC()); err != nil {
		return err
	}
	return q.exec("INSERT INTO found_contact SELECT $1, number, contact FROM difference WHERE kind = 'extra'", string(r.Run))
}

// countDifferences counts people from what was read and from rows, so that a row that was lost shows.
func (q querier) countDifferences(r ledger.ReconcileRequest, rec *activation.Reconciliation) error {
	if err := q.row(`SELECT (SELECT count(DISTINCT owner) FROM list_reading WHERE run = ?), count(*) FILTER (state = 'in_step'), count(*) FILTER (state = 'gone') FROM differing`,
		[]any{string(r.Run)}, &rec.Listed, &rec.InStep, &rec.ThereBeforeGone); err != nil {
		return err
	}
	return q.rows("SELECT kind, reason, count(*) FROM run_row WHERE run = ? GROUP BY ALL", []any{string(r.Run)}, func(scan func(...any) error) error {
		var kind, reason string
		var n int64
		if err := scan(&kind, &reason, &n); err != nil {
			return err
		}
		if rec.Reasons == nil {
			rec.Reasons = map[string]int64{}
		}
		rec.Reasons[reason] += n
		switch {
		case kind == string(activation.BucketMissing):
			rec.Missing += n
		case reason == activation.ReasonMatchesProfile:
			rec.ExtraProfile += n
		case reason == activation.ReasonUnknownPerson:
			rec.ExtraUnknown += n
		default:
			rec.ExtraSent += n
		}
		return nil
	})
}

// storeReconciliation ends the run in the ledger and drops what was read.
func (q querier) storeReconciliation(r ledger.ReconcileRequest, rec activation.Reconciliation) error {
	text, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	digest, err := q.listDigest(int32(r.Account), int64(r.List))
	if err != nil {
		return err
	}
	var nth int64
	if err := q.row("SELECT coalesce(max(nth), 0) + 1 FROM reconciliation", nil, &nth); err != nil {
		return err
	}
	if err := q.exec("INSERT INTO reconciliation VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)", string(r.Run), int32(r.Account), string(r.Export), int64(r.List),
		r.At.UTC(), digest, string(text), nth); err != nil {
		return err
	}
	if err := q.exec("INSERT INTO run VALUES (?, ?, ?, ?, '', '', '', [], '{}', NULL, ?, ?, '', false, ?, 0, 0)", string(r.Run), int32(r.Account), string(r.Export),
		int64(r.List), r.At.UTC(), r.At.UTC(), r.At.UTC()); err != nil {
		return err
	}
	if rec.Missing+rec.ExtraSent+rec.ExtraProfile+rec.ExtraUnknown == 0 { // nobody has to decide anything
		if err := q.reconciled(int32(r.Account), int64(r.List), nth); err != nil {
			return err
		}
	}
	// Of those who are not acknowledged nobody said that they are there, so there is nothing to decide. But once they were: until they are
	// acknowledged anew nobody is taken off a list of before for it (S22).
	if err := q.exec(`UPDATE standing SET acked_at = NULL WHERE account = $1 AND list = $2 AND acked_at IS NOT NULL
		AND owner IN (SELECT owner FROM differing WHERE state = 'not_there')`, int32(r.Account), int64(r.List)); err != nil {
		return err
	}
	for _, s := range []string{"DROP TABLE differing", "DROP TABLE earlier", "DROP TABLE profile", "DROP TABLE difference"} {
		if err := q.exec(s); err != nil {
			return err
		}
	}
	return q.exec("DELETE FROM list_reading WHERE run = ?", string(r.Run))
}

// listDigest stands for all that the ledger says of a list; it changes when anything of it does.
func (q querier) listDigest(account int32, list int64) (digest string, err error) {
	err = q.row(`SELECT (SELECT count(*) || '-' || coalesce(bit_xor(hash(export, address, ownership, fingerprint)), 0) FROM standing WHERE account = $1 AND list = $2)
		|| '/' || (SELECT count(*) || '-' || coalesce(bit_xor(hash(export, owner)), 0) FROM there_before WHERE account = $1 AND list = $2)`,
		[]any{account, list}, &digest)
	return digest, err
}

// Expected implements ledger.Reconciler.
func (l *Ledger) Expected(ctx context.Context, a ledger.AccountID, list activation.ListID) (least, most int64, err error) {
	err = l.query(ctx, `WITH people AS (
			SELECT owner, bool_or(sure) AS sure FROM (
				SELECT owner, fingerprint IS NOT NULL AS sure FROM standing WHERE account = $1 AND list = $2 AND ownership <> 'left'
				UNION ALL SELECT owner, true FROM there_before WHERE account = $1 AND list = $2) GROUP BY owner),
		left_over AS (SELECT coalesce((SELECT left_over FROM reconciliation WHERE account = $1 AND list = $2 AND decided_at IS NOT NULL
			ORDER BY nth DESC LIMIT 1), 0) AS n)
		SELECT count(owner) FILTER (sure) + any_value(n), count(owner) + any_value(n) FROM left_over LEFT JOIN people ON true`,
		[]any{int32(a), int64(list)}, func(scan func(...any) error) error { return scan(&least, &most) })
	return max(least, 0), max(most, 0), err
}
