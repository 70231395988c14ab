package duckdb

import (
	"context"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// PlanRemoval implements ledger.Owners.
func (l *Ledger) PlanRemoval(ctx context.Context, r ledger.RemovalRequest) (activation.PlanSummary, error) {
	if r.Whom != ledger.RemoveOwned && r.Whom != ledger.RemoveKept {
		return activation.PlanSummary{}, activation.Errorf(activation.CodeInternal, "plan run %s: there is no removal %q", r.Run, r.Whom)
	}
	p := &planner{acct: int32(r.Account), PlanRequest: ledger.PlanRequest{
		Run: r.Run, Account: r.Account, Export: r.Export, List: r.List, Limits: r.Limits, Brake: r.Brake, At: r.At, AsOf: r.At, DataAt: r.At, Released: r.Released,
	}}
	p.sum = activation.PlanSummary{At: r.At.UTC(), AsOf: r.At.UTC(), Reasons: map[string]int64{}, Withheld: map[string]int64{}}
	remove := func() error { return p.writeRemoval(r.Whom) }
	brake := func() error { return p.brakeRemoval(r.Whom) }
	if err := l.planning(ctx, p, p.clear, p.nobodyWanted, remove, p.cut, p.count, p.judgeRelease, brake, p.store, p.drop); err != nil {
		return activation.PlanSummary{}, err
	}
	return p.sum, nil
}

// nobodyWanted makes the temporary tables of a plan that has no members.
func (p *planner) nobodyWanted() error {
	for _, t := range []string{
		"member (profile_id VARCHAR, address VARCHAR, problem VARCHAR, winner VARCHAR)",
		"decided (address VARCHAR, profile_id VARCHAR, owner BLOB, payload VARCHAR, fingerprint UHUGEINT, bytes BIGINT, faulty VARCHAR, withheld VARCHAR, planned VARCHAR)",
	} {
		if err := p.exec("CREATE OR REPLACE TEMP TABLE " + t); err != nil {
			return err
		}
	}
	return nil
}

// writeRemoval stores whom the export owns (S22) or keeps (S20), on every list of the account. Whoever another export owns stays
// its own, whoever another one keeps is that one's to keep, and who was there before stays (S19).
func (p *planner) writeRemoval(whom ledger.Removal) error {
	reason, ownerships := activation.ReasonExportRemoved, []string{string(ledger.Owned), string(ledger.ThereBefore)}
	if whom == ledger.RemoveKept {
		reason, ownerships = activation.ReasonKeptRemoved, []string{string(ledger.Kept)}
	}
	if err := p.exec(`CREATE OR REPLACE TEMP TABLE leaving AS
		SELECT s.list, s.address, s.owner, false AS wanted_elsewhere, false AS kept_elsewhere,
			s.ownership = 'there_before' OR EXISTS (SELECT 1 FROM there_before t
				WHERE t.account = $1 AND t.list = s.list AND t.export = $2 AND t.owner = s.owner) AS before
		FROM standing s WHERE s.account = $1 AND s.export = $2 AND list_contains($3::VARCHAR[], s.ownership)
			AND NOT EXISTS (SELECT 1 FROM run_row d WHERE d.run = $4 AND d.kind = 'leaver' AND d.list = s.list AND d.address = s.address)`,
		p.acct, string(p.Export), ownerships, string(p.Run)); err != nil {
		return err
	}
	if err := p.elsewhere(); err != nil {
		return err
	}
	return p.exec(`INSERT INTO planned_row SELECT $1, `+p.next()+` + row_number() OVER (ORDER BY list, address), 'leaver', NULL, false, address, owner, list,
			CASE WHEN before THEN 'kept' WHEN wanted_elsewhere THEN 'still_wanted' WHEN kept_elsewhere THEN 'kept' ELSE 'removed' END,
			NULL, CASE WHEN before THEN $2 WHEN kept_elsewhere AND NOT wanted_elsewhere THEN $3 ELSE $4 END,
			NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM leaving`,
		string(p.Run), activation.ReasonThereBefore, activation.ReasonKeptByAnother, reason)
}

// brakeRemoval says whether a person must look at a removal first (S26). One of all whom an export owns always waits for that:
// nobody else is left to compare them with. The kept are measured against all whom the export owns or keeps, but for those of them who stay
// whatever is decided. Of a plan that is made again half-way it looks at what is left to do, as brake does.
func (p *planner) brakeRemoval(whom ledger.Removal) error {
	var removals, leaving, untouched, acked int64
	if err := p.row(`SELECT count(*) FILTER (x.planned = 'removed'), count(s.fingerprint) FILTER (x.planned = 'removed'),
			count(s.fingerprint) FILTER (x.planned IN ('kept', 'still_wanted')) FROM run_row x
		LEFT JOIN standing s ON s.account = ? AND s.export = ? AND s.list = x.list AND s.address = x.address
		WHERE x.run = ? AND x.kind = 'leaver' AND x.bucket IS NULL`, []any{p.acct, string(p.Export), string(p.Run)}, &removals, &leaving, &untouched); err != nil {
		return err
	}
	if removals == 0 {
		return nil
	}
	if whom == ledger.RemoveOwned {
		p.hold(activation.HoldRemovesAll, removals, removals)
		return nil
	}
	if err := p.row(`SELECT count(*) FROM standing WHERE account = ? AND export = ? AND fingerprint IS NOT NULL AND ownership IN ('owned', 'there_before', 'kept')`,
		[]any{p.acct, string(p.Export)}, &acked); err != nil {
		return err
	}
	recent, err := p.removedRecently()
	if err != nil {
		return err
	}
	p.holdRemovals(removals, leaving, acked, acked-untouched, recent)
	return nil
}

// planning makes a plan in one transaction.
func (l *Ledger) planning(ctx context.Context, p *planner, steps ...func() error) error {
	err := l.writing(ctx, func() error {
		if err := l.fold(ctx); err != nil {
			return err
		}
		if err := l.tx(ctx, func(q querier) error {
			p.querier = q
			for _, step := range steps {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		l.compared(p.Run, p.acct, ledger.BatchImport, ledger.BatchRemoval)
		l.holds[p.Run] = p.releaseHolds
		return nil
	})
	if err != nil {
		return fmt.Errorf("plan run %s: %w", p.Run, err)
	}
	return nil
}

// removedRecently is how many people the export removed within the last 7 days, but for refusals.
func (p *planner) removedRecently() (n int64, err error) {
	err = p.row(`SELECT coalesce(sum(people), 0)::BIGINT FROM removal_log WHERE export = ? AND removed_at > ?`,
		[]any{string(p.Export), p.At.UTC().Add(-7 * 24 * time.Hour)}, &n)
	return n, err
}

// hold notes that the plan exceeds a limit of the brake.
func (p *planner) hold(code string, n, of int64) {
	p.sum.Held = append(p.sum.Held, activation.HoldReason{Code: code, Count: n, Of: of})
}

// holdRemovals compares removals, of which leaving are acknowledged, with the acknowledged people that there are and with the
// removals of the last 7 days. Of those who stay, all are the ones who could be removed at all: where one of a small list was there before,
// or another export wants her, the others leave it as empty as if she were not there.
func (p *planner) holdRemovals(removals, leaving, stay, all, recent int64) {
	people := stay + recent // those there were before the last seven days' removals
	switch {
	case removals > 0 && leaving >= all:
		if all == 0 { // of whom nobody is acknowledged, some may be on the list
			all = removals
		}
		p.hold(activation.HoldRemovesAll, removals, all)
	case removals > 0 && removals+recent >= p.Brake.RemoveAtLeast && float64(removals+recent) > p.Brake.RemoveShare*float64(people):
		p.hold(activation.HoldRemovesShare, removals+recent, people)
	}
}
