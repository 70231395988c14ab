package duckdb

import (
	"context"

	"segue/internal/activation"
)

// coveredShare is how many people more than a person released, in hundredths of those, a later plan may remove (S26).
const coveredShare = 5

// released keeps whom the plan that a person released removes, before another takes its place, or forgets it when that is not
// released.
func (p *planner) released() error {
	run := string(p.Run)
	if !p.Released {
		return p.exec("DELETE FROM released_leaver WHERE run = ?", run)
	}
	return p.exec(`INSERT INTO released_leaver SELECT $1, list, address FROM was_leaving WHERE NOT EXISTS (SELECT 1 FROM released_leaver WHERE run = $1)`, run)
}

// covered reports whether the plan removes nobody, or few, besides those whom the plan that was released removes.
func (p *planner) covered() (bool, error) {
	if !p.Released {
		return false, nil
	}
	var besides, released int64
	err := p.row(`SELECT count(*) FILTER (NOT EXISTS (SELECT 1 FROM released_leaver l WHERE l.run = $1 AND l.list = x.list AND l.address = x.address)),
			(SELECT count(*) FROM released_leaver WHERE run = $1)
		FROM run_row x WHERE x.run = $1 AND x.kind = 'leaver' AND x.planned = 'removed' AND x.why IS NULL`, []any{string(p.Run)}, &besides, &released)
	return besides*100 <= released*coveredShare, err
}

// judgeRelease notes what became of the release of the plan that this one takes the place of. If it is lost, whatever is released
// next counts from its own plan.
func (p *planner) judgeRelease() (err error) {
	if p.releaseHolds, err = p.covered(); err != nil || p.releaseHolds {
		return err
	}
	return p.exec("DELETE FROM released_leaver WHERE run = ?", string(p.Run))
}

// ReleaseHolds implements ledger.Runs.
func (l *Ledger) ReleaseHolds(run activation.RunID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holds[run]
}

// CoveredBy implements ledger.Runs. Of a released run that was planned again half-way it counts what was released.
func (l *Ledger) CoveredBy(ctx context.Context, run, released activation.RunID) (covered bool, err error) {
	err = l.query(ctx, `WITH mine AS (SELECT list, address FROM run_row WHERE run = $1 AND kind = 'leaver' AND planned = 'removed' AND why IS NULL),
		theirs AS (SELECT list, address FROM released_leaver WHERE run = $2
			UNION ALL SELECT list, address FROM run_row WHERE run = $2 AND kind = 'leaver' AND planned = 'removed' AND why IS NULL
				AND NOT EXISTS (SELECT 1 FROM released_leaver WHERE run = $2))
		SELECT count(*) FILTER (NOT EXISTS (SELECT 1 FROM theirs t WHERE t.list = mine.list AND t.address = mine.address)) * 100
			<= (SELECT count(*) FROM theirs) * $3::INTEGER FROM mine`,
		[]any{string(run), string(released), coveredShare}, func(scan func(...any) error) error { return scan(&covered) })
	return covered, err
}
