package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// moving makes an export of so many people on list 1, and returns them with the addresses of some of them.
func moving(d *Desk, n, some int) (people []Member, addresses []string) {
	d.Helper()
	for i := range n {
		people = append(people, person(id(i), id(i)+"@example.com"))
		if i < some {
			addresses = append(addresses, id(i)+"@example.com")
		}
	}
	d.Do("e", 1, people, nil)
	return people, addresses
}

// couldNotJoin holds that whoever could not be sent to an export's new list is no removal that the brake counts in every run after it
// (S15, S22, S26), nor one that the plan promises; and that those who leave the old list then count for what comes after.
func couldNotJoin(d *Desk) {
	people, some := moving(d, 200, 100)
	run, sum := d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{200, 200, 0}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved})
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 200, Of: 200}}, sum.Held, "the move itself is under the brake")
	require.Len(d, d.Settle(run, some...).Removals[1], 100)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{200, 100, 100}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})

	d.Later(8 * 24 * time.Hour) // what the move removed is not among the removals of the last seven days
	for range 2 {
		run, sum = d.Plan("e", 2, people, nil)
		require.EqualValues(d, []int64{100, 100, 0, 100}, []int64{sum.Add, sum.Leavers, sum.Remove, sum.NotRemoved})
		require.Empty(d, sum.Held, "they may never be taken")
		require.Equal(d, sum, d.PlanAs(run, "e", 2, people, nil), "planning twice gives the same plan (S25)")
		require.Empty(d, d.Settle(run, some...).Removals)
		rc = d.Finish(run)
		require.EqualValues(d, []int64{100, 0, 100, 200}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved, rc.Reasons[activation.ReasonRejectedByBrevo]})
	}
	dry, _ := d.Plan("e", 2, people, nil)
	require.NoError(d, d.L.EndDry(d.ctx(), dry, d.now))
	rows, err := d.L.Rows(d.ctx(), dry, ledger.RowFilter{Bucket: activation.BucketNotRemoved, Reason: activation.ReasonOnceJoined})
	require.NoError(d, err)
	require.Len(d, rows, 100, "a dry run says so of each")

	run, sum = d.Plan("e", 2, people[:199], nil)
	require.EqualValues(d, []int64{101, 1, 100}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved})
	require.Empty(d, sum.Held)
	require.Len(d, d.Settle(run).Removals[1], 100, "once they have joined")
	rc = d.Finish(run)
	require.EqualValues(d, []int64{101, 101, 0}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})
	rows, err = d.L.Rows(d.ctx(), run, ledger.RowFilter{Reason: activation.ReasonLeftSegments, Limit: 1000})
	require.NoError(d, err)
	require.Len(d, rows, 101)
	_, sum = d.Plan("e", 2, people[:198], nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 102, Of: 300}}, sum.Held, "those who left count with the removals of the last seven days")
}

// couldNotJoinYet holds who counts as a removal nevertheless: everybody whom no run before wanted to remove for this very move.
func couldNotJoinYet(d *Desk) {
	people, some := moving(d, 100, 60)
	run, _ := d.Plan("e", 2, people, nil)
	b := inFlight(d, run, 7)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	d.Finish(run)
	_, sum := d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{100, 0}, []int64{sum.Remove, sum.NotRemoved}, "of a run that was stopped nobody was to leave any more")
	require.Len(d, sum.Held, 1)
	require.EqualValues(d, 100, b.Rows)

	run, _ = d.Plan("e", 2, people, nil)
	d.Settle(run, some...)
	d.Finish(run)
	d.Later(8 * 24 * time.Hour)
	_, sum = d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{0, 60}, []int64{sum.Remove, sum.NotRemoved})
	_, sum = d.Plan("e", 3, people, nil)
	require.EqualValues(d, []int64{160, 0}, []int64{sum.Remove, sum.NotRemoved}, "the list was changed again: from both")
	require.NotEmpty(d, sum.Held)
	_, sum = d.Plan("e", 2, people[60:], nil)
	require.EqualValues(d, []int64{120, 0}, []int64{sum.Remove, sum.NotRemoved}, "whom the export wants no more leave both")
	require.NotEmpty(d, sum.Held)

	// A run that was stopped had them join: that they leave now is certain, and counts.
	run, _ = d.Plan("e", 2, people, nil)
	b = inFlight(d, run, 9)
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	rc := d.Finish(run)
	require.EqualValues(d, []int64{60, 60, 60}, []int64{rc.Added, rc.Leavers, rc.NotRemoved})
	_, sum = d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{60, 0}, []int64{sum.Remove, sum.NotRemoved})
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 60, Of: 160}}, sum.Held)
}

// cannotJoin holds that of whom it is known when the run is planned that she cannot be sent to the new list the plan says what the receipt
// will: she stays on the old one (S15, S22). When her value is mended her removal counts like any other.
func cannotJoin(d *Desk) {
	d.Specs = []activation.AttributeSpec{{Name: "POINTS", Type: activation.AttributeNumber}}
	ana, ivo, mended := person("p1", "ana@example.com", "5"), person("p2", "ivo@example.com", "many"), person("p2", "ivo@example.com", "6")
	d.Do("e", 1, []Member{ana, mended}, nil)
	for i := range 2 {
		run, sum := d.Plan("e", 2, []Member{ana, ivo}, nil)
		require.EqualValues(d, []int64{int64(2 - i), int64(1 - i), 1, 1}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved, sum.Rejected})
		require.Empty(d, sum.Held, "one stays")
		s := d.Settle(run)
		require.Len(d, s.Removals[1], 1-i)
		rc := d.Finish(run)
		require.EqualValues(d, []int64{sum.Leavers, sum.Remove, sum.NotRemoved}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})
		require.EqualValues(d, 2, rc.Reasons[activation.ReasonInvalidValue], "not sent there, and so not removed here")
	}
	run, sum := d.Plan("e", 2, []Member{ana, mended}, nil)
	require.EqualValues(d, []int64{1, 1, 0}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved}, "no plan before has shown this removal")
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, d.Settle(run).Removals)
	d.Finish(run)

	// Whoever is on the new list already leaves the old one, whatever her value has become.
	run, _ = d.Plan("e", 3, []Member{ana, mended}, nil)
	b := inFlight(d, run, 9)
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	d.Finish(run)
	ana.Problem = activation.ReasonNoConsent
	run, sum = d.Plan("e", 3, []Member{ana, ivo}, map[string]string{"ana@example.com": ana.Problem})
	require.EqualValues(d, []int64{3, 3, 0}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved}, "and whoever is refused leaves both")
	require.Equal(d, []string{"ana@example.com", "ivo@example.com"}, d.Settle(run).Removals[2])
	d.Finish(run)
}

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

// notThereAnyMore holds that whoever was acknowledged on the new list once, could not be sent there again since, and is not on it as a
// reconciliation finds, stays on the old one: there was nothing to decide on her, for nobody said that she is there (S22, S23).
func notThereAnyMore(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	for _, rejected := range [][]ledger.Rejection{nil, {{Address: "ivo@example.com", Why: "invalid_emails: bad"}}} { // both join; then he is not taken
		run, _ := d.Plan("e", 2, people, nil)
		b := inFlight(d, run, 7)
		require.NoError(d, d.L.Settle(d.ctx(), b.ID, rejected, d.now))
		require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled)) // before they have left the old one
		d.Finish(run)
		people[1].Values = []string{"Ivica"}
	}
	_, found := d.Reconcile("e", 2, people, "ana@example.com") // somebody took Ivo off by hand
	require.Zero(d, found.Missing)
	run, _ := d.Plan("e", 2, people, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, d.Settle(run, "ivo@example.com").Removals, "Ivo were on no list")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})
	s, _ := d.Do("e", 2, people, nil)
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, s.Removals, "he has joined")
}

// movedBack holds that whoever was to leave the old list counts as a removal once more when the export was at that list again in
// between, though the run there was stopped (S22, S26).
func movedBack(d *Desk) {
	people, some := moving(d, 100, 60)
	run, _ := d.Plan("e", 2, people, nil)
	d.Settle(run, some...)
	d.Finish(run)
	d.Later(8 * 24 * time.Hour)
	_, sum := d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{0, 60}, []int64{sum.Remove, sum.NotRemoved})
	run, _ = d.Plan("e", 1, people, nil)
	b := inFlight(d, run, 9)
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled)) // before they have left list 2
	d.Finish(run)
	_, sum = d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{100, 0}, []int64{sum.Remove, sum.NotRemoved}, "no plan has shown the removal from where they were to be since")
	require.NotEmpty(d, sum.Held)
}

// keptOutside holds that of the kept nobody is removed who is wanted and could not be sent to the new list (S15, S20, S22).
func keptOutside(d *Desk) {
	d.Policy = activation.LeaversKeep
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	run, _ := d.Plan("e", 2, people, nil)
	d.Settle(run, "ivo@example.com")
	d.Finish(run)
	_, err := d.L.PlanRemoval(d.ctx(), ledger.RemovalRequest{Run: "kept", Account: d.Acct, Export: "e", List: 2, Whom: ledger.RemoveKept, Limits: d.Limits, At: d.now})
	require.NoError(d, err)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, d.Settle("kept").Removals, "Ivo were on no list")
}

// keptOnceLeft holds that whoever stays on an export's old list whatever happens, for she is kept or another export wants her there, counts as
// that once: when she has joined the new list. As long as she cannot, she has not left, in plan and receipt alike (S15, S20, S22).
func keptOnceLeft(d *Desk) {
	d.Policy = activation.LeaversKeep
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	people := []Member{ana, ivo, eva}
	d.Do("e", 1, people, nil)
	d.Do("other", 1, []Member{eva}, nil)
	run, sum := d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{3, 2, 1, 0}, []int64{sum.Leavers, sum.Keep, sum.StillWanted, sum.NotRemoved})
	d.Settle(run, "ivo@example.com", "eva@example.com")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{3, 1, 0, 2}, []int64{rc.Leavers, rc.Kept, rc.StillWanted, rc.NotRemoved})
	require.EqualValues(d, 4, rc.Reasons[activation.ReasonRejectedByBrevo], "why they were not sent there, they did not leave here")
	for range 2 {
		run, sum = d.Plan("e", 2, people, nil)
		require.EqualValues(d, []int64{2, 0, 0, 2}, []int64{sum.Leavers, sum.Keep, sum.StillWanted, sum.NotRemoved})
		require.Equal(d, sum, d.PlanAs(run, "e", 2, people, nil), "planning twice gives the same plan (S25)")
		require.Empty(d, d.Settle(run, "ivo@example.com", "eva@example.com").Removals)
		rc = d.Finish(run)
		require.EqualValues(d, []int64{2, 0, 0, 2}, []int64{rc.Leavers, rc.Kept, rc.StillWanted, rc.NotRemoved})
	}
	run, _ = d.Plan("e", 2, people, nil)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	rc = d.Finish(run)
	require.EqualValues(d, []int64{2, 0, 0, 2}, []int64{rc.Leavers, rc.Kept, rc.StillWanted, rc.NotRemoved}, "of a run that is stopped as well")
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e": ledger.Owned, "other": ledger.Owned}, d.ownershipsOn(1, "eva@example.com"))

	s, rc := d.Do("e", 2, people, nil)
	require.Empty(d, s.Removals)
	require.EqualValues(d, []int64{2, 1, 1, 0}, []int64{rc.Leavers, rc.Kept, rc.StillWanted, rc.NotRemoved}, "they have joined")
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e": ledger.Kept}, d.ownershipsOn(1, "ivo@example.com"))
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"other": ledger.Owned}, d.ownershipsOn(1, "eva@example.com"))
	_, rc = d.Do("e", 2, people, nil)
	require.Zero(d, rc.Leavers)
}

// keptThenRemoved holds that whoever was not to leave the old list, for she was kept, counts as a removal in the first run that would remove
// her (S26).
func keptThenRemoved(d *Desk) {
	d.Policy = activation.LeaversKeep
	people, some := moving(d, 100, 60)
	run, _ := d.Plan("e", 2, people, nil)
	d.Settle(run, some...)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{100, 40, 60}, []int64{rc.Leavers, rc.Kept, rc.NotRemoved})
	d.Policy = activation.LeaversRemove
	run, sum := d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{60, 60, 0}, []int64{sum.Leavers, sum.Remove, sum.NotRemoved}, "no plan has shown this removal")
	require.NotEmpty(d, sum.Held)
	require.Len(d, d.Settle(run, some[:20]...).Removals[1], 40)
	rc = d.Finish(run)
	require.EqualValues(d, []int64{60, 40, 20}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved})
	d.Policy = activation.LeaversKeep
	run, sum = d.Plan("e", 2, people, nil)
	require.EqualValues(d, []int64{20, 0, 0, 20}, []int64{sum.Leavers, sum.Keep, sum.Remove, sum.NotRemoved})
	require.Empty(d, d.Settle(run).Removals, "they join, and are kept")
	require.EqualValues(d, 20, d.Finish(run).Kept)
}
