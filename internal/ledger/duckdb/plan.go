package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// planner makes the plan of one run inside one transaction.
type planner struct {
	querier
	ledger.PlanRequest
	acct int32
	sum  activation.PlanSummary
}

// Plan implements ledger.Runs.
func (l *Ledger) Plan(ctx context.Context, r ledger.PlanRequest) (activation.PlanSummary, error) {
	p := &planner{PlanRequest: r, acct: int32(r.Account)}
	p.sum = activation.PlanSummary{
		At: r.At.UTC(), AsOf: r.AsOf.UTC(), DataAt: r.DataAt.UTC(), Reasons: map[string]int64{}, Withheld: map[string]int64{},
	}
	err := l.update(ctx, func(q querier) error {
		p.querier = q
		for _, step := range []func() error{
			p.clear, p.refusedSince, p.readWanted, p.withhold, p.decide, p.readRefused, p.writeAddresses, p.writeMembers, p.writeLeavers, p.cut, p.count, p.brake, p.store,
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return activation.PlanSummary{}, fmt.Errorf("plan run %s: %w", r.Run, err)
	}
	return p.sum, nil
}

// clear removes what an earlier plan of the run left, but for rows that were sent or settled (S25).
func (p *planner) clear() error {
	for _, s := range []string{
		`DELETE FROM run_row WHERE run = $1 AND NOT (batch IS NOT NULL AND batch IN (SELECT id FROM batch WHERE run = $1 AND state <> 'ready'))`,
		`DELETE FROM batch WHERE run = $1 AND state = 'ready'`,
		`DELETE FROM run WHERE id = $1`,
	} {
		if err := p.exec(s, string(p.Run)); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) columns(prefix string) string {
	var b strings.Builder
	for i := range p.Attributes {
		fmt.Fprintf(&b, ", %s%d", prefix, i)
	}
	return b.String()
}

// refusedSince gathers whom runs on newer data have taken off lists as refused since this run's data were read (S7): a plan
// that is made again must not bring them back.
func (p *planner) refusedSince() error { return p.querier.refusedSince(string(p.Run), p.acct, p.AsOf) }

func (q querier) refusedSince(run string, account int32, asOf time.Time) error {
	return q.exec(`CREATE OR REPLACE TEMP TABLE refused_since AS SELECT x.address, any_value(x.why) AS why FROM run_row x JOIN run o ON o.id = x.run
		WHERE o.account = $1 AND o.id <> $2 AND o.as_of > $3 AND x.kind IN ('leaver', 'refusal') AND x.why IS NOT NULL AND x.bucket = 'removed' GROUP BY x.address`,
		account, run, asOf.UTC())
}

// readWanted takes in the addresses that the export wants, with the values of their winners.
func (p *planner) readWanted() error {
	// Hashing is the dearest part of it, so what was hashed for a standing is not hashed again.
	return p.exec(`CREATE OR REPLACE TEMP TABLE wanted AS
		WITH known AS (SELECT address, owner FROM standing WHERE account = ? AND list = ? AND export = ?)
		SELECT a.address, profile_id, CASE WHEN k.owner IS NULL THEN segue_hash(?, a.address) ELSE k.owner END AS owner`+p.columns("v")+p.columns("p")+
		` FROM read_parquet(?) a LEFT JOIN known k ON k.address = a.address WHERE a.address NOT IN (SELECT address FROM refused_since)`,
		p.acct, int64(p.List), string(p.Export), addressScope(p.Account), p.AddressesPath)
}

// withhold finds identifier values that belong to two or more addresses (S10): those wanted now, those ever sent with an
// address until another was acknowledged, and those of the account's contacts. They become NULL, with the reason beside.
func (p *planner) withhold() error {
	for i, a := range p.Attributes {
		if !isIdentifier(a) {
			continue
		}
		v, text := fmt.Sprintf("v%d", i), fmt.Sprintf("v%d", i)
		if isPhone(a) {
			text = fmt.Sprintf("regexp_replace(v%d, '[^0-9]', '', 'g')", i)
		}
		if err := p.exec(`CREATE OR REPLACE TEMP TABLE worn AS SELECT segue_hash(?, `+text+`) AS value, owner FROM wanted WHERE `+v+` IS NOT NULL`,
			identifierScope(p.Account, a.Name)); err != nil {
			return err
		}
		if err := p.exec(`CREATE OR REPLACE TEMP TABLE shared AS SELECT value FROM (
				SELECT value, owner FROM worn
				UNION SELECT value, owner FROM identifier WHERE account = $1 AND attribute = $2 AND value IN (SELECT value FROM worn)
				UNION SELECT value, owner FROM mirror_identifier WHERE account = $1 AND attribute = $2 AND value IN (SELECT value FROM worn))
			GROUP BY value HAVING count(DISTINCT owner) > 1`, p.acct, a.Name); err != nil {
			return err
		}
		reason := activation.ReasonIdentifierShard
		if isPhone(a) {
			reason = activation.ReasonPhoneShared
		}
		if err := p.exec(fmt.Sprintf(`UPDATE wanted SET v%[1]d = NULL, p%[1]d = ? WHERE owner IN
			(SELECT owner FROM worn WHERE value IN (SELECT value FROM shared)) AND v%[1]d IS NOT NULL`, i), reason); err != nil {
			return err
		}
	}
	return nil
}

func isIdentifier(a activation.AttributeSpec) bool {
	return activation.AttributeMapping{Attribute: a.Name}.IsIdentifier()
}

func isPhone(a activation.AttributeSpec) bool {
	return activation.AttributeMapping{Attribute: a.Name}.IsPhone()
}

// decide renders every wanted address, compares it with what was acknowledged (S12, S14) and keeps those that are not unchanged.
func (p *planner) decide() error {
	r := render(p.Attributes, p.True, p.False)
	args := append([]any{}, r.args...)
	args = append(args, r.faultyArgs...)
	withheld := []string{}
	for i, a := range p.Attributes {
		withheld = append(withheld, fmt.Sprintf("'\"' || ?::VARCHAR || '\":' || to_json(p%d)::VARCHAR", i))
		args = append(args, a.Name)
	}
	held := "NULL::VARCHAR"
	if len(withheld) > 0 {
		held = "nullif('{' || concat_ws(',', " + strings.Join(withheld, ", ") + ") || '}', '{}')"
	}
	args = append(args, p.Limits.RowOverhead, p.acct, int64(p.List), string(p.Export), p.acct, string(p.Run), p.Limits.MaxBody)
	// One statement, so that of the rows that are unchanged, which are nearly all on most days, nothing is written down.
	return p.exec(`CREATE OR REPLACE TEMP TABLE decided AS
		WITH rendered AS (SELECT address, profile_id, owner, `+r.object()+` AS payload, `+r.faulty+` AS faulty, `+held+` AS withheld FROM wanted),
		sized AS (SELECT *, md5_number(payload) AS fingerprint, ? + strlen(to_json(address)::VARCHAR) + strlen(payload) AS bytes FROM rendered),
		mine AS (SELECT address, fingerprint, first_acked_at FROM standing WHERE account = ? AND list = ? AND export = ?),
		compared AS (
			SELECT r.*, o.owner IS NOT NULL AS out, m.first_acked_at IS NULL AS first, m.fingerprint IS DISTINCT FROM r.fingerprint AS other
			FROM sized r LEFT JOIN mine m ON m.address = r.address
			LEFT JOIN (SELECT DISTINCT owner FROM opt_out WHERE account = ?) o ON o.owner = r.owner
			WHERE NOT EXISTS (SELECT 1 FROM run_row d WHERE d.run = ? AND d.kind = 'address' AND d.address = r.address)),
		judged AS (
			SELECT address, profile_id, owner, payload, fingerprint, bytes, faulty, withheld,
				CASE WHEN out THEN 'opted_out' WHEN faulty IS NOT NULL OR bytes > ? THEN 'rejected' WHEN first THEN 'added' WHEN other THEN 'updated'
					ELSE 'unchanged' END AS planned
			FROM compared)
		SELECT * FROM judged WHERE planned <> 'unchanged'`, args...)
}

// readRefused gathers the addresses that nobody may mail: no consent, opted out (S7).
func (p *planner) readRefused() error {
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE refused AS SELECT address, reason FROM read_parquet(?)`, p.RefusalsPath); err != nil {
		return err
	}
	if err := p.exec(`INSERT INTO refused SELECT address, why FROM refused_since z WHERE NOT EXISTS (SELECT 1 FROM refused r WHERE r.address = z.address)`); err != nil {
		return err
	}
	return p.exec(`INSERT INTO refused SELECT DISTINCT s.address, $2 FROM standing s JOIN opt_out o ON o.account = s.account AND o.owner = s.owner
		WHERE s.account = $1 AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.address = s.address)`, p.acct, activation.ReasonOptedOut)
}

// next is the number before the first new row of the run.
const next = "(SELECT coalesce(max(number), 0) FROM run_row WHERE run = $1)"

// writeAddresses stores the wanted addresses that are not unchanged.
func (p *planner) writeAddresses() error {
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE member AS SELECT DISTINCT profile_id, address, problem, winner FROM read_parquet(?)`, p.MembersPath); err != nil {
		return err
	}
	if err := p.exec("UPDATE member SET problem = z.why FROM refused_since z WHERE z.address = member.address AND member.problem IS NULL"); err != nil {
		return err
	}
	return p.exec(`INSERT INTO run_row SELECT $1, `+next+` + row_number() OVER (ORDER BY d.address), 'address', d.profile_id,
			m.profile_id IS NOT NULL, d.address, d.owner, $2, d.planned, CASE WHEN d.planned = 'rejected' THEN 'rejected' END,
			CASE WHEN d.planned <> 'rejected' THEN '' WHEN d.faulty IS NOT NULL THEN $3 ELSE $4 END, d.faulty, NULL, NULL, d.withheld,
			CASE WHEN d.planned <> 'rejected' THEN d.payload END, d.fingerprint, NULL, NULL
		FROM decided d LEFT JOIN member m ON m.profile_id = d.profile_id
		WHERE d.planned IN ('added', 'updated', 'rejected')`,
		string(p.Run), int64(p.List), activation.ReasonInvalidValue, activation.ReasonTooLarge)
}

// writeMembers stores the members that go out under nobody's or another's name: refused, unusable, opted out, duplicates.
func (p *planner) writeMembers() error {
	return p.exec(`INSERT INTO run_row SELECT $1, `+next+` + row_number() OVER (ORDER BY m.profile_id), 'member', m.profile_id, true, m.address,
			NULL, $2, CASE WHEN m.problem IS NOT NULL OR o.address IS NOT NULL THEN 'rejected' ELSE 'duplicate' END,
			CASE WHEN m.problem IS NOT NULL OR o.address IS NOT NULL THEN 'rejected' ELSE 'duplicate' END,
			CASE WHEN m.problem IS NOT NULL THEN m.problem WHEN o.address IS NOT NULL THEN $3 ELSE '' END, NULL, NULL,
			CASE WHEN m.problem IS NULL AND o.address IS NULL THEN m.winner END, NULL, NULL, NULL, NULL, NULL
		FROM member m LEFT JOIN (SELECT address FROM decided WHERE planned = 'opted_out') o ON o.address = m.address
		WHERE (m.problem IS NOT NULL OR o.address IS NOT NULL OR m.winner <> m.profile_id)
			-- Who was sent before the plan was made again has an outcome, whatever was learned since (S11).
			AND m.profile_id NOT IN (SELECT profile_id FROM run_row WHERE run = $1 AND kind = 'address' AND is_member AND profile_id IS NOT NULL)`,
		string(p.Run), int64(p.List), activation.ReasonOptedOut)
}

// Phases of a run: refusals, which the brake does not hold (S26), removals, imports, then removals from lists that the export
// no longer fills (S22). They are stored.
const (
	phaseRefusals = iota - 1
	phaseRemovals
	phaseImports
	phaseOldLists
)

// cut makes batches: removals by number, imports by encoded size, always the same ones.
func (p *planner) cut() error {
	var first int64
	if err := p.row("SELECT coalesce(max(seq), 0) FROM batch WHERE run = ?", []any{string(p.Run)}, &first); err != nil {
		return err
	}
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE part AS
		WITH open_rows AS (
			SELECT number, kind, list, address,
				CASE WHEN kind = 'address' THEN $2 WHEN kind = 'refusal' OR why IS NOT NULL THEN $11 WHEN list <> $3 THEN $4 ELSE $5 END AS phase,
				CASE WHEN kind = 'address' THEN $6 + strlen(to_json(address)::VARCHAR) + strlen(payload) ELSE 0 END AS bytes
			FROM run_row WHERE run = $1 AND bucket IS NULL AND batch IS NULL AND planned IN ('added', 'updated', 'removed')),
		-- How much of a batch a row takes, and how much there is: an import is full by bytes or by rows, whichever comes first.
		most AS (SELECT greatest($9 - coalesce(max(bytes), 0), 1) AS room FROM open_rows),
		weighed AS (
			SELECT number, address, phase, list, bytes, CASE WHEN phase = $2 THEN greatest(bytes * $7, room) ELSE 1 END AS weight,
				CASE WHEN phase = $2 THEN room * $7 ELSE $8 END AS capacity
			FROM open_rows, most),
		placed AS (
			SELECT number, phase, list, bytes, (sum(weight) OVER w - weight) // capacity AS nth FROM weighed
			WINDOW w AS (PARTITION BY phase, list ORDER BY address, number ROWS UNBOUNDED PRECEDING))
		SELECT number, bytes, dense_rank() OVER (ORDER BY phase, list, nth) + $10 AS seq, phase, list FROM placed`,
		string(p.Run), phaseImports, int64(p.List), phaseOldLists, phaseRemovals, p.Limits.RowOverhead, int64(p.Limits.MaxRows),
		int64(p.Limits.MaxRemovals), p.Limits.MaxBody, first, phaseRefusals); err != nil {
		return err
	}
	if err := p.exec(`INSERT INTO batch SELECT $1 || '-' || lpad(seq::VARCHAR, 5, '0'), $1, CASE WHEN any_value(phase) = $2 THEN 'import' ELSE 'removal' END,
			any_value(phase), any_value(list), seq, count(*), sum(bytes), 'ready', 0, 0, 0, 0, NULL FROM part GROUP BY seq`, string(p.Run), phaseImports); err != nil {
		return err
	}
	return p.exec(`UPDATE run_row SET batch = $1 || '-' || lpad(part.seq::VARCHAR, 5, '0') FROM part WHERE run_row.run = $1 AND run_row.number = part.number`, string(p.Run))
}

// count fills the summary from the rows.
func (p *planner) count() error {
	if err := p.row("SELECT count(*) FROM member", nil, &p.sum.Members); err != nil {
		return err
	}
	err := p.rows(`SELECT kind, coalesce(bucket, planned), reason, count(*) FROM run_row WHERE run = ? AND (is_member OR kind IN ('leaver', 'refusal'))
		GROUP BY ALL`, []any{string(p.Run)}, func(scan func(...any) error) error {
		var kind, bucket, reason string
		var n int64
		if err := scan(&kind, &bucket, &reason, &n); err != nil {
			return err
		}
		p.tally(kind, activation.Bucket(bucket), reason, n)
		return nil
	})
	if err != nil {
		return err
	}
	p.sum.Unchanged = p.sum.Members - p.sum.Add - p.sum.Update - p.sum.Rejected - p.sum.Duplicates
	p.sum.Leavers = p.sum.Remove + p.sum.Keep + p.sum.StillWanted
	var before sql.NullInt64
	if err := p.row("SELECT max(people) FROM noted WHERE account = ? AND list = ? AND export = ?", []any{p.acct, int64(p.List), string(p.Export)}, &before); err != nil {
		return err
	}
	p.sum.ThereBefore = before.Int64
	for i := range p.Attributes {
		err := p.rows(fmt.Sprintf("SELECT p%[1]d, count(*) FROM wanted WHERE p%[1]d IS NOT NULL GROUP BY 1", i), nil, func(scan func(...any) error) error {
			var reason string
			var n int64
			if err := scan(&reason, &n); err != nil {
				return err
			}
			if reason != "phone_missing" {
				p.sum.Withheld[reason] += n
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) tally(kind string, b activation.Bucket, reason string, n int64) {
	if kind == "refusal" {
		p.sum.RefusalRemovals += n
		return
	}
	switch b {
	case activation.BucketAdded:
		p.sum.Add += n
	case activation.BucketUpdated:
		p.sum.Update += n
	case activation.BucketRejected:
		p.sum.Rejected += n
		p.sum.Reasons[reason] += n
	case activation.BucketDuplicate:
		p.sum.Duplicates += n
	case activation.BucketRemoved:
		p.sum.Remove += n
	case activation.BucketKept:
		p.sum.Keep += n
	case activation.BucketStillWanted:
		p.sum.StillWanted += n
	}
}

// brake says whether a person must look at the plan first (S26). Refusals are never held.
func (p *planner) brake() error {
	var acked, removals, recent int64
	if err := p.row(`SELECT count(*) FROM standing WHERE account = ? AND export = ? AND fingerprint IS NOT NULL AND ownership IN ('owned', 'there_before')`,
		[]any{p.acct, string(p.Export)}, &acked); err != nil {
		return err
	}
	if err := p.row(`SELECT count(*) FROM run_row WHERE run = ? AND kind = 'leaver' AND planned = 'removed' AND reason = ?`,
		[]any{string(p.Run), activation.ReasonLeftSegments}, &removals); err != nil {
		return err
	}
	if err := p.row(`SELECT coalesce(sum(people), 0)::BIGINT FROM removal_log WHERE export = ? AND removed_at > ?`,
		[]any{string(p.Export), p.At.UTC().Add(-7 * 24 * time.Hour)}, &recent); err != nil {
		return err
	}
	var definition string
	var after int64
	err := p.row(`SELECT definition, acknowledged FROM success WHERE export = ? ORDER BY succeeded_at DESC LIMIT 1`, []any{string(p.Export)}, &definition, &after)
	first := errors.Is(err, sql.ErrNoRows)
	if err != nil && !first {
		return err
	}
	hold := func(code string, n, of int64) {
		p.sum.Held = append(p.sum.Held, activation.HoldReason{Code: code, Count: n, Of: of})
	}
	people := acked + recent // those there were before the last seven days' removals
	switch {
	case removals > 0 && removals >= acked:
		hold("removes_all", removals, acked)
	case removals > 0 && removals+recent >= p.Brake.RemoveAtLeast && float64(removals+recent) > p.Brake.RemoveShare*float64(people):
		hold("removes_share", removals+recent, people)
	}
	adds, updates, err := p.writes()
	if err != nil || first {
		return err
	}
	if grown := acked - removals + adds; grown-acked >= p.Brake.GrowAtLeast && float64(grown) > p.Brake.GrowFactor*float64(acked) {
		hold("grows", grown, acked)
	}
	if definition == p.DefinitionHash && updates >= p.Brake.UpdateAtLeast && float64(updates) > p.Brake.UpdateShare*float64(acked) {
		hold("updates_share", updates, acked)
	}
	return nil
}

func (p *planner) writes() (adds, updates int64, err error) {
	err = p.row(`SELECT count(*) FILTER (planned = 'added'), count(*) FILTER (planned = 'updated') FROM run_row WHERE run = ? AND kind = 'address'`,
		[]any{string(p.Run)}, &adds, &updates)
	return adds, updates, err
}

func (p *planner) store() error {
	summary, err := json.Marshal(p.sum)
	if err != nil {
		return err
	}
	identifiers := []string{}
	for _, a := range p.Attributes {
		if isIdentifier(a) {
			identifiers = append(identifiers, a.Name)
		}
	}
	return p.exec(`INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, NULL, '', false, ?)`, string(p.Run), p.acct, string(p.Export), int64(p.List),
		p.DefinitionHash, p.MembersPath, p.AddressesPath, identifiers, string(summary), p.At.UTC(), p.AsOf.UTC())
}
