package duckdb

import "segue/internal/activation"

// writeLeavers stores whom the export stops wanting, and whom nobody may mail on any list of the account (S7, S19, S20, S22).
func (p *planner) writeLeavers() error {
	if err := p.exec("CREATE OR REPLACE TEMP TABLE joining (address VARCHAR)"); err != nil {
		return err
	}
	for _, path := range p.JoiningPaths {
		if err := p.exec("INSERT INTO joining SELECT address FROM read_parquet(?)", path); err != nil {
			return err
		}
	}
	// When as many of those who stand are wanted as there are, nobody is to be looked for.
	var missing int64
	if err := p.row(`SELECT (SELECT count(*) FROM standing WHERE account = ? AND list = ? AND export = ? AND ownership IN ('owned', 'there_before'))
			- (SELECT count(*) FROM wanted WHERE stands)`, []any{p.acct, int64(p.List), string(p.Export)}, &missing); err != nil {
		return err
	}
	unwanted := "NOT EXISTS (SELECT 1 FROM wanted w WHERE w.address = s.address)"
	if missing == 0 {
		unwanted = "false"
	}
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE leaving AS
		SELECT s.list, s.address, s.owner, s.ownership, r.reason AS refusal, s.list = $3 AND s.address IN (SELECT address FROM joining) AS wanted_elsewhere, false AS kept_elsewhere,
			NULL::VARCHAR AS stays
		FROM standing s LEFT JOIN refused r ON r.address = s.address
		WHERE s.account = $1 AND s.export = $2 AND s.ownership IN ('owned', 'there_before')
			AND (s.list <> $3 OR r.address IS NOT NULL OR `+unwanted+`)
			AND NOT EXISTS (SELECT 1 FROM run_row d WHERE d.run = $4 AND d.kind = 'leaver' AND d.list = s.list AND d.address = s.address)`,
		p.acct, string(p.Export), int64(p.List), string(p.Run)); err != nil {
		return err
	}
	if err := p.elsewhere(); err != nil {
		return err
	}
	if err := p.couldNotJoin(); err != nil {
		return err
	}
	// Who stays until she has joined has an outcome already, unless a removal of the run will tell: see notLeft.
	if err := p.exec(`INSERT INTO planned_row SELECT $1, `+p.next()+` + row_number() OVER (ORDER BY list, address), 'leaver', NULL, false, address, owner, list,
			planned, CASE WHEN outside AND NOT (planned = 'not_removed' AND stays = $5) THEN 'not_removed' END,
			CASE WHEN refusal IS NOT NULL THEN $3 WHEN ownership = 'there_before' THEN 'there_before' WHEN outside THEN stays ELSE $4 END,
			NULL, refusal, NULL, NULL, NULL, NULL, NULL
		FROM (SELECT *, refusal IS NULL AND ownership <> 'there_before' AND stays IS NOT NULL AS outside, CASE WHEN refusal IS NOT NULL THEN 'removed'
			WHEN ownership = 'there_before' THEN 'kept' WHEN wanted_elsewhere THEN 'still_wanted' WHEN $2 OR kept_elsewhere THEN 'kept' WHEN stays IS NOT NULL THEN 'not_removed'
			ELSE 'removed' END AS planned FROM leaving)`,
		string(p.Run), p.Leavers == activation.LeaversKeep, activation.ReasonRefusal, activation.ReasonLeftSegments, activation.ReasonOnceJoined); err != nil {
		return err
	}
	// Who left may have been put on the list again by hand: whoever Segue wrote there is taken off once more (S7), as long as the
	// rows of runs say so (S35). Which came last is told by the order in which batches ended, and by the clock only of those that an older
	// Segue ended.
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE went AS
		SELECT x.list, x.address, x.owner, x.reason FROM (
			SELECT x.list, x.address, x.owner, r.reason, x.why, row(coalesce(b.nth_end, 0), x.settled_at) AS at
			FROM run_row x JOIN refused r ON r.address = x.address JOIN run o ON o.id = x.run LEFT JOIN batch b ON b.part = x.part
			WHERE o.account = $1 AND x.kind IN ('leaver', 'refusal') AND x.bucket = 'removed') x
		GROUP BY ALL HAVING bool_and(x.why IS NULL) OR max(x.at) FILTER (x.why IS NULL) > max(x.at) FILTER (x.why IS NOT NULL)`, p.acct); err != nil {
		return err
	}
	if err := p.shownAgain(); err != nil {
		return err
	}
	return p.exec(`INSERT INTO planned_row SELECT $1, `+p.next()+` + row_number() OVER (ORDER BY s.list, s.address), 'refusal', NULL, false, s.address, s.owner, s.list,
			'removed', NULL, $2, NULL, s.reason, NULL, NULL, NULL, NULL, NULL
		FROM (SELECT s.list, s.address, s.owner, r.reason FROM standing s JOIN refused r ON r.address = s.address WHERE s.account = $3
			UNION SELECT list, address, owner, reason FROM went UNION SELECT list, address, owner, reason FROM shown_again) s
		WHERE NOT EXISTS (SELECT 1 FROM run_row d WHERE d.run = $1 AND d.kind IN ('leaver', 'refusal') AND d.list = s.list AND d.address = s.address)
			AND NOT EXISTS (SELECT 1 FROM planned_row d WHERE d.kind = 'leaver' AND d.list = s.list AND d.address = s.address)`,
		string(p.Run), activation.ReasonRefusal, p.acct)
}

// couldNotJoin marks those of the leaving who stay on a list of before as long as they are not on the new one, and why (S22, S15):
// whoever cannot be sent now, and whoever the run before wanted to remove and left there, for she could not be sent. She is tried again, and
// leaves once she has joined; the brake has judged that then (S26), and would hold every run for people who may never be taken.
func (p *planner) couldNotJoin() error {
	var some bool // on most days nobody leaves a list of before
	if err := p.row("SELECT count(*) > 0 FROM leaving WHERE list <> ? AND refusal IS NULL", []any{int64(p.List)}, &some); err != nil || !some {
		return err
	}
	if err := p.exec(`UPDATE leaving SET stays = x.reason
		FROM (SELECT address, CASE WHEN faulty IS NOT NULL THEN $4 ELSE $5 END AS reason FROM decided WHERE planned = 'rejected' AND NOT EXISTS (SELECT 1 FROM standing n
			WHERE n.account = $1 AND n.list = $2 AND n.export = $3 AND n.address = decided.address AND n.acked_at IS NOT NULL AND n.ownership <> 'orphaned')) x
		WHERE leaving.list <> $2 AND leaving.refusal IS NULL AND x.address = leaving.address`,
		p.acct, int64(p.List), string(p.Export), activation.ReasonInvalidValue, activation.ReasonTooLarge); err != nil {
		return err
	}
	// Only stay settles somebody as not removed in a run that was not stopped: the others there are no removals, whom the brake would have
	// judged. A run that did anything at another list since, stopped or not, was a change of mind: what was judged before it is judged again.
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE behind AS
		SELECT x.list, x.address, x.settled_at IS NOT NULL AS judged FROM run_row x JOIN standing n ON n.address = x.address
		WHERE x.run = (SELECT id FROM (SELECT id, list FROM run WHERE account = $1 AND export = $3 AND members_path <> '' AND NOT dry AND id <> $4
				AND ((receipt IS NOT NULL AND aborted = '') OR (list <> $2 AND EXISTS (SELECT 1 FROM batch b WHERE b.run = run.id AND b.phase >= 0 AND b.attempts > 0)))
				ORDER BY nth DESC LIMIT 1) WHERE list = $2)
			AND x.kind = 'leaver' AND x.bucket = 'not_removed'
			AND n.account = $1 AND n.list = $2 AND n.export = $3 AND n.acked_at IS NULL AND n.ownership IN ('owned', 'there_before')`,
		p.acct, int64(p.List), string(p.Export), string(p.Run)); err != nil {
		return err
	}
	return p.exec(`UPDATE leaving SET stays = $1 FROM (SELECT b.list, b.address, b.judged FROM behind b JOIN wanted w ON w.address = b.address) b
		WHERE leaving.stays IS NULL AND leaving.refusal IS NULL AND b.list = leaving.list AND b.address = leaving.address
			AND (b.judged OR $2 OR leaving.wanted_elsewhere OR leaving.kept_elsewhere)`, activation.ReasonOnceJoined, p.Leavers == activation.LeaversKeep)
}

// elsewhere marks those of the leaving whom other exports own, or keep (S20). Few leave, and many stand: the few are what is
// looked up.
func (p *planner) elsewhere() error {
	return p.exec(`UPDATE leaving SET wanted_elsewhere = leaving.wanted_elsewhere OR o.wants, kept_elsewhere = o.keeps
		FROM (SELECT o.list, o.address, bool_or(o.ownership <> 'kept') AS wants, bool_or(o.ownership = 'kept') AS keeps FROM standing o
			WHERE o.account = $1 AND o.export <> $2 AND o.ownership IN ('owned', 'there_before', 'kept')
				AND EXISTS (SELECT 1 FROM leaving v WHERE v.list = o.list AND v.address = o.address) GROUP BY ALL) o
		WHERE o.list = leaving.list AND o.address = leaving.address`, p.acct, string(p.Export))
}
