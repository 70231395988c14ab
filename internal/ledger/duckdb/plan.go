package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// planner makes the plan of one run inside one transaction.
type planner struct {
	querier
	ledger.PlanRequest
	acct int32
	base int64 // the number before the first new row
	// releaseHolds says that the release of the plan before covers it.
	releaseHolds bool
	nth          int64 // its place among all runs, by when they were planned first
	// addresses are the wanted ones that get a row.
	addresses int64
	sum       activation.PlanSummary
}

// Plan implements ledger.Runs.
func (l *Ledger) Plan(ctx context.Context, r ledger.PlanRequest) (activation.PlanSummary, error) {
	p := &planner{PlanRequest: r, acct: int32(r.Account)}
	p.sum = activation.PlanSummary{
		At: r.At.UTC(), AsOf: r.AsOf.UTC(), DataAt: r.DataAt.UTC(), ClearsEmpty: r.Clear, Reasons: map[string]int64{}, Withheld: map[string]int64{},
	}
	if err := l.planning(ctx, p, p.clear, p.refusedSince, p.readWanted, p.withhold, p.decide, p.readRefused, p.readMembers, p.writeMembers, p.writeLeavers, p.cut,
		p.count, p.judgeRelease, p.brake, p.store, p.drop); err != nil {
		return activation.PlanSummary{}, err
	}
	return p.sum, nil
}

// clear removes what an earlier plan of the run left, but for rows that were sent or settled (S25).
func (p *planner) clear() error {
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE was_leaving AS SELECT list, address FROM run_row
		WHERE run = $1 AND kind = 'leaver' AND planned = 'removed' AND why IS NULL`, string(p.Run)); err != nil {
		return err
	}
	if err := p.released(); err != nil {
		return err
	}
	if p.nth = p.Nth; p.nth == 0 {
		if err := p.row("SELECT coalesce(max(nth) FILTER (id = ?), max(nth) + 1, 1) FROM run", []any{string(p.Run)}, &p.nth); err != nil {
			return err
		}
	}
	for _, s := range []string{
		`DELETE FROM run_row WHERE run = $1 AND NOT (batch IS NOT NULL AND batch IN (SELECT id FROM batch WHERE run = $1 AND state <> 'ready'))`,
		`DELETE FROM batch WHERE run = $1 AND state = 'ready'`,
		`DELETE FROM clear_before WHERE run = $1 AND batch NOT IN (SELECT id FROM batch WHERE run = $1)`,
		`DELETE FROM run WHERE id = $1`,
	} {
		if err := p.exec(s, string(p.Run)); err != nil {
			return err
		}
	}
	if err := p.exec("CREATE OR REPLACE TEMP TABLE planned_row AS SELECT * EXCLUDE (batch, part) FROM run_row LIMIT 0"); err != nil {
		return err
	}
	return p.row("SELECT coalesce(max(number), 0) FROM run_row WHERE run = ?", []any{string(p.Run)}, &p.base)
}

// drop frees what the plan was made with: it would be in the way until the next one.
func (p *planner) drop() error {
	for _, t := range []string{"planned_row", "wanted", "worn", "shared", "decided", "refused", "member", "leaving", "behind", "joining", "went", "shown", "shown_again", "part", "was_leaving"} {
		if err := p.exec("DROP TABLE IF EXISTS temp." + t); err != nil {
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

// refusedSince gathers whom runs on newer data, those that read them later than this one, have taken off lists as refused (S7): a
// plan that is made again must not bring them back. Clocks are not asked: one that was wrong once would do so for as long.
// So are those whom data that are newer still have again: their refusal is over.
func (p *planner) refusedSince() error {
	return p.querier.stillRefusedSince(string(p.Run), p.acct, p.nth)
}

func (q querier) stillRefusedSince(run string, account int32, nth int64) error {
	if err := q.refusedSince(run, account, nth); err != nil {
		return err
	}
	return q.exec(`DELETE FROM refused_since WHERE address IN (SELECT x.address FROM run_row x JOIN run o ON o.id = x.run JOIN refused_since z ON z.address = x.address
		WHERE o.account = $1 AND x.kind = 'address' GROUP BY x.address HAVING max(o.nth) > any_value(z.nth))`, account)
}

func (q querier) refusedSince(run string, account int32, nth int64) error {
	var newer int64
	if err := q.row("SELECT count(*) FROM run WHERE account = ? AND id <> ? AND nth >= ?", []any{account, run, nth}, &newer); err != nil {
		return err
	}
	if newer == 0 { // nearly always, and then no row need be looked at
		return q.exec("CREATE OR REPLACE TEMP TABLE refused_since (address VARCHAR, why VARCHAR, nth BIGINT)")
	}
	return q.exec(`CREATE OR REPLACE TEMP TABLE refused_since AS SELECT x.address, any_value(x.why) AS why, max(o.nth) AS nth FROM run_row x JOIN run o ON o.id = x.run
		WHERE o.account = $1 AND o.id <> $2 AND o.nth >= $3 AND x.kind IN ('leaver', 'refusal') AND x.why IS NOT NULL AND x.bucket = 'removed' GROUP BY x.address`,
		account, run, nth)
}

// readWanted takes in the addresses that the export wants, with the values of their winners.
func (p *planner) readWanted() error {
	// Hashing is the dearest part of it, so what was hashed for a standing is not hashed again. Standings are many: what else is
	// to be known of them is taken along.
	return p.exec(`CREATE OR REPLACE TEMP TABLE wanted AS
		-- Of those whom this export left behind, and comes back to, nobody knows whether they are there still (S1).
		WITH known AS (SELECT address, owner, CASE WHEN ownership <> 'orphaned' THEN fingerprint END AS fingerprint,
				first_acked_at IS NOT NULL AND ownership <> 'orphaned' AS added, ownership IN ('owned', 'there_before') AS stands
			FROM standing WHERE account = ? AND list = ? AND export = ?)
		SELECT a.address, profile_id, CASE WHEN k.owner IS NULL THEN segue_hash(?, a.address) ELSE k.owner END AS owner,
			k.fingerprint AS acked, coalesce(k.added, false) AS added, coalesce(k.stands, false) AS stands`+p.columns("v")+p.columns("p")+
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
		// Every address is there once, so a value that is worn twice is shared; the others are known by who else has them.
		if err := p.exec(`CREATE OR REPLACE TEMP TABLE shared AS
				SELECT value FROM worn GROUP BY value HAVING count(*) > 1
				UNION SELECT w.value FROM worn w JOIN identifier i ON i.value = w.value WHERE i.account = $1 AND i.attribute = $2 AND i.owner <> w.owner
				UNION SELECT w.value FROM worn w JOIN mirror_identifier i ON i.value = w.value WHERE i.account = $1 AND i.attribute = $2 AND i.owner <> w.owner`,
			p.acct, a.Name); err != nil {
			return err
		}
		var shared int64
		if err := p.row("SELECT count(*) FROM shared", nil, &shared); err != nil {
			return err
		}
		if shared == 0 {
			continue
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
	r := render(p.PlanRequest)
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
	overwritten, more, err := p.overwritten()
	if err != nil {
		return err
	}
	args = append(append(append(args, p.Limits.RowOverhead), more...), p.acct, string(p.Run), p.Limits.MaxBody)
	// One statement, so that of the rows that are unchanged, which are nearly all on most days, nothing is written down.
	return p.exec(`CREATE OR REPLACE TEMP TABLE decided AS
		WITH rendered AS (SELECT address, profile_id, owner, `+r.object()+` AS payload, `+r.faulty+` AS faulty, `+held+` AS withheld, acked, added FROM wanted),
		sized AS (SELECT *, md5_number(payload) AS fingerprint, ? + strlen(to_json(address)::VARCHAR) + strlen(payload) AS bytes FROM rendered),
		`+overwritten+`
		compared AS (
			SELECT r.*, o.owner IS NOT NULL AS out, NOT added AS first, acked IS DISTINCT FROM r.fingerprint OR w.owner IS NOT NULL AS other
			FROM sized r LEFT JOIN (SELECT DISTINCT owner FROM opt_out WHERE account = ?) o ON o.owner = r.owner
				LEFT JOIN overwritten w ON w.owner = r.owner
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
	if err := p.exec(`INSERT INTO refused SELECT DISTINCT s.address, $2 FROM standing s JOIN opt_out o ON o.account = s.account AND o.owner = s.owner
		WHERE s.account = $1 AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.address = s.address)`, p.acct, activation.ReasonOptedOut); err != nil {
		return err
	}
	// Nor those who have left: see went.
	return p.exec(`INSERT INTO refused SELECT DISTINCT x.address, $2 FROM run_row x JOIN run u ON u.id = x.run JOIN opt_out o ON o.account = u.account AND o.owner = x.owner
		WHERE u.account = $1 AND x.kind = 'leaver' AND x.bucket = 'removed' AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.address = x.address)`, p.acct, activation.ReasonOptedOut)
}

// next is an expression: the number before the first row that is not planned yet. Addresses come first.
func (p *planner) next() string {
	return fmt.Sprintf("(SELECT coalesce(max(number), %d) FROM planned_row)", p.base+p.addresses)
}

// readMembers takes in the members; it and the rows below need every address decided.
func (p *planner) readMembers() error {
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE member AS SELECT DISTINCT profile_id, address, problem, winner FROM read_parquet(?)`, p.MembersPath); err != nil {
		return err
	}
	if err := p.exec("UPDATE member SET problem = z.why FROM refused_since z WHERE z.address = member.address AND member.problem IS NULL"); err != nil {
		return err
	}
	return p.row("SELECT count(*) FROM decided WHERE planned <> 'opted_out'", nil, &p.addresses)
}

// writeMembers stores the members that go out under nobody's or another's name: refused, unusable, opted out, duplicates.
func (p *planner) writeMembers() error {
	return p.exec(`INSERT INTO planned_row SELECT $1, `+p.next()+` + row_number() OVER (ORDER BY m.profile_id), 'member', m.profile_id, true, m.address,
			NULL, $2, CASE WHEN m.problem IS NOT NULL OR o.address IS NOT NULL THEN 'rejected' ELSE 'duplicate' END,
			CASE WHEN m.problem IS NOT NULL OR o.address IS NOT NULL THEN 'rejected' ELSE 'duplicate' END,
			CASE WHEN m.problem IS NOT NULL THEN m.problem WHEN o.address IS NOT NULL THEN $3 ELSE '' END, NULL, NULL,
			CASE WHEN m.problem IS NULL AND o.address IS NULL THEN m.winner END, NULL, NULL, NULL, NULL
		FROM member m LEFT JOIN (SELECT address FROM decided WHERE planned = 'opted_out') o ON o.address = m.address
		WHERE (m.problem IS NOT NULL OR o.address IS NOT NULL OR m.winner <> m.profile_id)
			-- Who was sent before the plan was made again has an outcome, whatever was learned since (S11).
			AND NOT EXISTS (SELECT 1 FROM run_row d WHERE d.run = $1 AND d.kind = 'address' AND d.is_member AND d.profile_id = m.profile_id)
			AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.planned <> 'opted_out' AND d.profile_id = m.profile_id AND d.address = m.address)`,
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

// cut makes batches: removals by number, imports by encoded size, always the same ones. The rows of imports are many and
// wide: they are sorted once, on their way into the table.
func (p *planner) cut() error {
	var first, parts int64
	if err := p.row("SELECT coalesce(max(seq) FILTER (run = ?), 0), coalesce(max(part), 0) FROM batch", []any{string(p.Run)}, &first, &parts); err != nil {
		return err
	}
	parts -= first // a batch's part is its seq and this
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE part AS
		WITH open_rows AS (
			SELECT number, list, address, 0 AS bytes,
				CASE WHEN kind = 'refusal' OR why IS NOT NULL THEN $9 WHEN list <> $2 THEN $3 ELSE $4 END AS phase
			FROM planned_row WHERE bucket IS NULL AND planned IN ('removed', 'not_removed')),
		placed AS (
			SELECT number, phase, list, bytes, (row_number() OVER w - 1) // $5 AS nth FROM open_rows
			WINDOW w AS (PARTITION BY phase, list ORDER BY address, number)),
		-- How much of a batch an import's row takes, and how much there is: it is full by bytes or by rows, whichever comes first.
		most AS (SELECT greatest($6 - coalesce(max(bytes), 0), 1) AS room FROM decided WHERE planned IN ('added', 'updated')),
		weighed AS (
			SELECT address, bytes, greatest(bytes * $7, room) AS weight, room * $7 AS capacity FROM decided, most WHERE planned IN ('added', 'updated')),
		imported AS (
			SELECT bytes, (sum(weight) OVER (ORDER BY address ROWS UNBOUNDED PRECEDING) - weight) // capacity AS nth FROM weighed),
		batches AS (
			SELECT phase, list, nth, count(*) AS row_count, sum(bytes) AS bytes FROM placed GROUP BY ALL
			UNION ALL SELECT $8, $2, nth, count(*), sum(bytes) FROM imported GROUP BY nth)
		SELECT phase, list, nth, row_count, bytes, row_number() OVER (ORDER BY phase, list, nth) + $1 AS seq FROM batches`,
		first, int64(p.List), phaseOldLists, phaseRemovals, int64(p.Limits.MaxRemovals), p.Limits.MaxBody, int64(p.Limits.MaxRows), phaseImports, phaseRefusals); err != nil {
		return err
	}
	if err := p.exec(`INSERT INTO batch SELECT $1 || '-' || lpad(seq::VARCHAR, 5, '0'), $1, CASE WHEN phase = $2 THEN 'import' ELSE 'removal' END,
			phase, list, seq, row_count, bytes, 'ready', 0, 0, 0, 0, NULL, seq + $3, false, NULL, NULL, 0, $4, false, NULL FROM part`, string(p.Run), phaseImports, parts, p.Clear); err != nil {
		return err
	}
	if err := p.writeAddresses(parts); err != nil {
		return err
	}
	return p.exec(`INSERT INTO run_row
		WITH placed AS (
			SELECT number, phase, list, (row_number() OVER w - 1) // $5 AS nth FROM (
				SELECT number, list, address, CASE WHEN kind = 'refusal' OR why IS NOT NULL THEN $6 WHEN list <> $2 THEN $3 ELSE $4 END AS phase
				FROM planned_row WHERE bucket IS NULL AND planned IN ('removed', 'not_removed'))
			WINDOW w AS (PARTITION BY phase, list ORDER BY address, number)),
		cut AS (SELECT number, seq FROM placed JOIN part ON part.phase = placed.phase AND part.list = placed.list AND part.nth = placed.nth)
		SELECT r.run, r.number, r.kind, r.profile_id, r.is_member, r.address, r.owner, r.list, r.planned, r.bucket, r.reason, r.attribute,
			r.why, r.duplicate_of, r.withheld, r.payload, r.fingerprint, r.run || '-' || lpad(cut.seq::VARCHAR, 5, '0'), r.settled_at, cut.seq + $1
		FROM planned_row r LEFT JOIN cut ON cut.number = r.number`, parts, int64(p.List), phaseOldLists, phaseRemovals, int64(p.Limits.MaxRemovals), phaseRefusals)
}

// writeAddresses stores the wanted addresses that are not unchanged, by address and so batch by batch.
func (p *planner) writeAddresses(parts int64) error {
	return p.exec(`INSERT INTO run_row
		WITH most AS (SELECT greatest($3 - coalesce(max(bytes), 0), 1) AS room FROM decided WHERE planned IN ('added', 'updated')),
		weighed AS (SELECT d.*, m.profile_id IS NOT NULL AS is_member, planned <> 'rejected' AS goes, CASE WHEN planned <> 'rejected' THEN greatest(bytes * $4, room) ELSE 0 END AS weight, room * $4 AS capacity
			FROM decided d LEFT JOIN (SELECT DISTINCT profile_id, address FROM member) m ON m.profile_id = d.profile_id AND m.address = d.address, most WHERE planned IN ('added', 'updated', 'rejected')),
		placed AS (
			SELECT *, row_number() OVER w AS nth_row, (sum(weight) OVER w - weight) // capacity AS nth FROM weighed WINDOW w AS (ORDER BY address ROWS UNBOUNDED PRECEDING))
		SELECT $1, $5 + nth_row, 'address', d.profile_id, is_member, d.address, d.owner, $2, d.planned, CASE WHEN NOT goes THEN 'rejected' END,
			CASE WHEN goes THEN '' WHEN d.faulty IS NOT NULL THEN $6 ELSE $7 END, d.faulty, NULL, NULL, d.withheld, CASE WHEN goes THEN d.payload END, d.fingerprint,
			CASE WHEN goes THEN $1 || '-' || lpad(b.seq::VARCHAR, 5, '0') END, NULL, CASE WHEN goes THEN b.seq + $8 END
		FROM placed d LEFT JOIN (SELECT nth, seq FROM part WHERE phase = $9) b ON b.nth = d.nth`,
		string(p.Run), int64(p.List), p.Limits.MaxBody, int64(p.Limits.MaxRows), p.base, activation.ReasonInvalidValue, activation.ReasonTooLarge, parts, phaseImports)
}

// throughOthers are the addresses of members whose winner is no member by that address (S5).
const throughOthers = `SELECT DISTINCT address FROM member m WHERE problem IS NULL AND winner <> profile_id
	AND NOT EXISTS (SELECT 1 FROM member w WHERE w.profile_id = m.winner AND w.address = m.address)`

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
	p.sum.Leavers = p.sum.Remove + p.sum.Keep + p.sum.StillWanted + p.sum.NotRemoved
	if err := p.row("SELECT count(*) FROM ("+throughOthers+`) o WHERE address NOT IN (SELECT address FROM decided WHERE planned = 'opted_out')
		AND address NOT IN (SELECT address FROM run_row WHERE run = ? AND kind = 'address' AND bucket = 'rejected')`, []any{string(p.Run)}, &p.sum.ThroughOthers); err != nil {
		return err
	}
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
	case activation.BucketNotRemoved:
		p.sum.NotRemoved += n
	}
}

// brake says whether a person must look at the plan first (S26). Refusals are never held. Of a plan that is made again half-way it
// looks at what is left to do; who was removed by the run before is among those of the last seven days.
func (p *planner) brake() error {
	var acked, refused, removals, leaving, untouched int64
	if err := p.row(`SELECT count(*), count(r.address) FROM standing s LEFT JOIN (SELECT DISTINCT address FROM refused) r ON r.address = s.address
		WHERE s.account = ? AND s.export = ? AND s.fingerprint IS NOT NULL AND s.ownership IN ('owned', 'there_before')`,
		[]any{p.acct, string(p.Export)}, &acked, &refused); err != nil {
		return err
	}
	if err := p.row(`SELECT count(*) FILTER (x.planned = 'removed' AND x.reason = $4), count(s.fingerprint) FILTER (x.planned = 'removed' AND x.reason = $4),
			count(s.fingerprint) FILTER (x.planned IN ('kept', 'still_wanted')) FROM run_row x
		LEFT JOIN standing s ON s.account = $1 AND s.export = $2 AND s.list = x.list AND s.address = x.address
		WHERE x.run = $3 AND x.kind = 'leaver' AND x.bucket IS NULL`,
		[]any{p.acct, string(p.Export), string(p.Run), activation.ReasonLeftSegments}, &removals, &leaving, &untouched); err != nil {
		return err
	}
	// Those who are refused go whatever is decided, and those who were there before, or whom others want or keep, stay: whom a person
	// decides on are the others.
	stay := acked - refused
	recent, err := p.removedRecently()
	if err != nil {
		return err
	}
	var definition string
	var after int64
	err = p.row(`SELECT definition, acknowledged FROM success WHERE export = ? ORDER BY succeeded_at DESC LIMIT 1`, []any{string(p.Export)}, &definition, &after)
	first := errors.Is(err, sql.ErrNoRows)
	if err != nil && !first {
		return err
	}
	p.holdRemovals(removals, leaving, stay, stay-untouched, recent)
	adds, updates, err := p.writes()
	if err != nil || first {
		return err
	}
	if grown := acked - removals + adds; grown-acked >= p.Brake.GrowAtLeast && float64(grown) > p.Brake.GrowFactor*float64(acked) {
		p.hold(activation.HoldGrows, grown, acked)
	}
	if definition == p.DefinitionHash && updates >= p.Brake.UpdateAtLeast && float64(updates) > p.Brake.UpdateShare*float64(acked) {
		p.hold(activation.HoldUpdatesShare, updates, acked)
	}
	return nil
}

func (p *planner) writes() (adds, updates int64, err error) {
	err = p.row(`SELECT count(*) FILTER (planned = 'added'), count(*) FILTER (planned = 'updated') FROM run_row WHERE run = ? AND kind = 'address' AND bucket IS NULL`,
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
	return p.exec(`INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, NULL, '', false, ?, ?, `+endings+`)`, string(p.Run), p.acct, string(p.Export), int64(p.List),
		p.DefinitionHash, p.MembersPath, p.AddressesPath, identifiers, string(summary), p.At.UTC(), p.AsOf.UTC(), p.nth)
}
