package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// deciding carries out a person's choice on a reconciliation inside one transaction (S23).
type deciding struct {
	querier
	run     string
	account int32
	export  string
	list    int64
	nth     int64 // its place among all reconciliations
	at      time.Time
}

// Decide implements ledger.Reconciler.
func (l *Ledger) Decide(ctx context.Context, run activation.RunID, c activation.ReconcileChoice, by string, at time.Time) (rec activation.Reconciliation, err error) {
	c, err = c.Normalise()
	if err != nil {
		return rec, err
	}
	err = l.update(ctx, func(q querier) error {
		d := deciding{querier: q, run: string(run), at: at.UTC()}
		var text, digest string
		if err := q.row("SELECT account, export, list, nth, ledger, result FROM reconciliation WHERE run = ?", []any{d.run},
			&d.account, &d.export, &d.list, &d.nth, &digest, &text); err != nil {
			return missing("reconciliation of run", run, err)
		}
		if err := json.Unmarshal([]byte(text), &rec); err != nil {
			return err
		}
		if rec.Decision != nil {
			if rec.Decision.ReconcileChoice != c {
				return activation.Errorf(activation.CodeConflict, "it was decided already by %s", rec.Decision.By).
					WithRemedy("Reconcile the list again to decide anew")
			}
			return nil
		}
		if err := d.fresh(digest); err != nil {
			return err
		}
		if err := d.apply(c); err != nil {
			return err
		}
		if err := d.reconciled(d.account, d.list, d.nth); err != nil {
			return err
		}
		rec.Decision = &activation.ReconcileDecision{ReconcileChoice: c, By: by, At: d.at}
		result, err := json.Marshal(rec)
		if err != nil {
			return err
		}
		if err := q.exec("UPDATE run SET planned_after = "+endings+" WHERE id = ?", d.run); err != nil { // what it came after: see Unwanted
			return err
		}
		return q.exec("UPDATE reconciliation SET result = ?, decided_at = ?, left_over = ? WHERE run = ?", string(result), d.at, leftOver(rec), d.run)
	})
	if err != nil {
		return activation.Reconciliation{}, fmt.Errorf("decide on run %s: %w", run, err)
	}
	return rec, nil
}

// leftOver is how many people more than the ledger says stay on the list by decision. Orphans, and whom the next run sends
// or removes by itself, are among those that the ledger expects anyhow.
func leftOver(rec activation.Reconciliation) (n int64) {
	for _, e := range []struct {
		choice activation.ExtraChoice
		reason string
	}{
		{rec.Decision.ExtraSent, activation.ReasonSentEarlier}, {rec.Decision.ExtraProfile, activation.ReasonMatchesProfile},
		{rec.Decision.ExtraUnknown, activation.ReasonUnknownPerson},
	} {
		if e.choice == activation.ExtraLeave {
			n += rec.Reasons[e.reason]
		}
	}
	if rec.Decision.Missing == activation.MissingLeave {
		n -= rec.Missing
	}
	return n - rec.ThereBeforeGone
}

// fresh refuses a decision on what is no longer true.
func (d deciding) fresh(digest string) error {
	again := "Reconcile the list again, and decide on what that finds"
	var newer, open, pruned int64
	if err := d.row("SELECT count(*) FROM reconciliation WHERE account = ? AND list = ? AND nth > ?", []any{d.account, d.list, d.nth}, &newer); err != nil {
		return err
	}
	if newer > 0 {
		return activation.Errorf(activation.CodeConflict, "the list was reconciled again since").WithRemedy("Decide on the newest reconciliation")
	}
	if err := d.row(`SELECT count(*) FROM run r WHERE r.account = $1 AND r.ended_at IS NULL
		AND (r.list = $2 OR EXISTS (SELECT 1 FROM run_row x WHERE x.run = r.id AND x.list = $2))`, []any{d.account, d.list}, &open); err != nil {
		return err
	}
	if open > 0 {
		return activation.Errorf(activation.CodeConflict, "a run that touches the list has planned and not ended").
			WithRemedy("Wait until it has ended, or cancel or refuse it")
	}
	now, err := d.listDigest(d.account, d.list)
	if err != nil {
		return err
	}
	if now != digest {
		return activation.Errorf(activation.CodeConflict, "what Segue knows of the list changed since it was reconciled").WithRemedy(again)
	}
	if err := d.row("SELECT count(*) FROM run WHERE id = ?", []any{d.run}, &pruned); err != nil {
		return err
	}
	if pruned == 0 {
		return activation.Errorf(activation.CodeConflict, "what the reconciliation has found is not kept any more").WithRemedy(again)
	}
	return nil
}

func (d deciding) apply(c activation.ReconcileChoice) error {
	if c.Missing == activation.MissingResend {
		// Whatever export had it acknowledged: the address is not there. first_acked_at stays, for it was added once (S11). Until it is
		// acknowledged anew nobody is taken off a list of before for it (S22).
		if err := d.exec(`UPDATE standing SET fingerprint = NULL, acked_at = NULL WHERE account = $1 AND list = $2
			AND address IN (SELECT address FROM run_row WHERE run = $3 AND kind = 'missing')`, d.account, d.list, d.run); err != nil {
			return err
		}
	}
	sent := []string{activation.ReasonSentOrphaned, activation.ReasonSentEarlier}
	if c.ExtraSent == activation.ExtraThereBefore {
		sent = append(sent, activation.ReasonNotAcknowledged) // whom an export owns already, its next run sends again or removes
	}
	for _, e := range []struct {
		choice  activation.ExtraChoice
		reasons []string
	}{
		{c.ExtraSent, sent},
		{c.ExtraProfile, []string{activation.ReasonMatchesProfile}},
		{c.ExtraUnknown, []string{activation.ReasonUnknownPerson}},
	} {
		if err := d.extra(e.choice, e.reasons); err != nil {
			return err
		}
	}
	return nil
}

func (d deciding) extra(choice activation.ExtraChoice, reasons []string) error {
	if choice == activation.ExtraLeave {
		return nil
	}
	if err := d.exec(`CREATE OR REPLACE TEMP TABLE chosen AS SELECT address, owner, reason FROM run_row WHERE run = ? AND kind = 'extra'
		AND list_contains(?::VARCHAR[], reason)`, d.run, reasons); err != nil {
		return err
	}
	ownership := string(ledger.Owned)
	if choice == activation.ExtraThereBefore {
		ownership = string(ledger.ThereBefore)
		// For every export that has looked at the list, else the next one of them to send the address would own it (S19).
		if err := d.exec(`INSERT INTO there_before SELECT $1, $2, e.export, c.owner FROM chosen c,
			(SELECT DISTINCT export FROM noted WHERE account = $1 AND list = $2 UNION SELECT $3) e
			WHERE NOT EXISTS (SELECT 1 FROM there_before t WHERE t.account = $1 AND t.list = $2 AND t.export = e.export AND t.owner = c.owner)`,
			d.account, d.list, d.export); err != nil {
			return err
		}
		if err := d.exec(`UPDATE standing SET ownership = 'there_before' WHERE account = $1 AND list = $2 AND ownership IN ('owned', 'kept')
			AND address IN (SELECT address FROM chosen)`, d.account, d.list); err != nil {
			return err
		}
	}
	// Orphans pass to this export (S20), so that a refusal still finds them (S7); others get a standing when they are owned.
	if err := d.exec(`INSERT INTO standing SELECT $1, $2, $3, c.address, c.owner, $4, NULL, $5, NULL, NULL FROM chosen c
		WHERE c.address IS NOT NULL AND ($4 = 'owned' OR c.reason = $6)
			AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.account = $1 AND s.list = $2 AND s.export = $3 AND s.address = c.address)`,
		d.account, d.list, d.export, ownership, d.at, activation.ReasonSentOrphaned); err != nil {
		return err
	}
	return d.exec(`DELETE FROM standing WHERE account = $1 AND list = $2 AND ownership = 'orphaned' AND address IN (SELECT address FROM chosen)`, d.account, d.list)
}
