package ledgertest

import (
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// missedOnTheNewList holds that whom a reconciliation missed on an export's new list is not taken to be on it (S22, S23).
func missedOnTheNewList(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	run, _ := d.Plan("e", 2, people, nil)
	b := inFlight(d, run, 7)
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled)) // before they have left the old one
	d.Finish(run)
	rec, found := d.Reconcile("e", 2, people, "ana@example.com")
	require.EqualValues(d, 1, found.Missing)
	d.decide(rec, activation.ReconcileChoice{Missing: activation.MissingResend})
	run, _ = d.Plan("e", 2, people, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, d.Settle(run, "ivo@example.com").Removals, "Ivo were on no list")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})
	s, rc := d.Do("e", 2, people, nil)
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, s.Removals)
	require.EqualValues(d, []int64{1, 1, 1}, []int64{rc.Updated, rc.Unchanged, rc.Removed}, "added he was before (S11)")
}
