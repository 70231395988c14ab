package ledgertest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Remove plans a removal.
func (d *Desk) Remove(export string, list int64, whom ledger.Removal) (activation.RunID, activation.PlanSummary) {
	d.Helper()
	d.runs++
	run := activation.RunID(fmt.Sprintf("run-%03d", d.runs))
	return run, d.RemoveAs(run, export, list, whom)
}

// RemoveAs plans a removal under a given run id.
func (d *Desk) RemoveAs(run activation.RunID, export string, list int64, whom ledger.Removal) activation.PlanSummary {
	d.Helper()
	sum, err := d.L.PlanRemoval(d.ctx(), ledger.RemovalRequest{
		Run: run, Account: d.Acct, Export: activation.ExportID(export), List: activation.ListID(list), Whom: whom, Limits: d.Limits, At: d.now,
		Brake: ledger.Brake{RemoveShare: 0.3, RemoveAtLeast: 50, GrowFactor: 3, GrowAtLeast: 1000, UpdateShare: 0.5, UpdateAtLeast: 1000},
	})
	require.NoError(d, err)
	return sum
}

// Ownerships are an address's standings, as export: ownership.
func (d *Desk) Ownerships(address string) map[activation.ExportID]ledger.Ownership {
	d.Helper()
	return d.ownershipsOn(0, address)
}

// ownershipsOn are those on one list; of 0 those on any.
func (d *Desk) ownershipsOn(list int64, address string) map[activation.ExportID]ledger.Ownership {
	d.Helper()
	standings, err := d.L.Standings(d.ctx(), activation.Email(address))
	require.NoError(d, err)
	got := map[activation.ExportID]ledger.Ownership{}
	for _, s := range standings {
		if list == 0 || int64(s.List) == list {
			got[s.Export] = s.Ownership
		}
	}
	return got
}

func removedFirst(d *Desk) {
	d.Note(1, "e", false, "guest@example.com")
	guest, ana, ivo, eva, mia, tin := person("p0", "guest@example.com"), person("p1", "ana@example.com"), person("p2", "ivo@example.com"),
		person("p3", "eva@example.com"), person("p4", "mia@example.com"), person("p5", "tin@example.com")
	d.Do("other", 1, []Member{ivo}, nil)
	d.Do("keeper", 1, []Member{eva}, nil)
	d.Policy = activation.LeaversKeep
	d.Do("keeper", 1, nil, nil) // Eva left it, and is kept
	d.Do("e", 1, []Member{guest, ana, ivo, eva, mia, tin}, nil)
	d.Do("e", 1, []Member{guest, ana, ivo, eva, mia}, nil) // Tin is kept

	run, sum := d.Remove("e", 1, ledger.RemoveOwned)
	require.EqualValues(d, []int64{0, 5, 2, 2, 1}, []int64{sum.Members, sum.Leavers, sum.Remove, sum.Keep, sum.StillWanted})
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 2, Of: 2}}, sum.Held, "S26: however few they are")
	require.Equal(d, sum, d.RemoveAs(run, "e", 1, ledger.RemoveOwned), "planning twice gives the same plan (S25)")
	d.Reopen()
	s := d.Settle(run)
	require.Equal(d, map[int64][]string{1: {"ana@example.com", "mia@example.com"}}, s.Removals, "whatever the policy for leavers")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{0, 5, 2, 2, 1, 0}, []int64{rc.Members, rc.Leavers, rc.Removed, rc.Kept, rc.StillWanted, rc.NotRemoved})
	for address, want := range map[string]map[activation.ExportID]ledger.Ownership{
		"ana@example.com":   {},
		"guest@example.com": {"e": ledger.Left}, // there before: remembered for refusals only
		"ivo@example.com":   {"other": ledger.Owned},
		"eva@example.com":   {"keeper": ledger.Kept},
		"tin@example.com":   {"e": ledger.Kept}, // kept are taken off on another word (S20)
	} {
		require.Equal(d, want, d.Ownerships(address), address)
	}
	run, sum = d.Remove("e", 1, ledger.RemoveOwned)
	require.Empty(d, sum.Held, "nobody is left")
	require.Empty(d, d.Settle(run).Calls)
	require.Zero(d, d.Finish(run).Leavers)

	// A run that follows is planned as ever: the removal was no success that mapping and growth are compared with.
	_, sum = d.Plan("e", 1, []Member{ana}, nil)
	require.EqualValues(d, 1, sum.Add)
}

func removedFromOldLists(d *Desk) {
	ana, ivo := person("p1", "ana@example.com"), person("p2", "ivo@example.com")
	d.Do("e", 1, []Member{ana}, nil)
	run, _ := d.Plan("e", 2, []Member{ana, ivo}, nil)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled)) // nobody knows what came of it
	d.Finish(run)
	run, sum := d.Remove("e", 2, ledger.RemoveOwned)
	require.EqualValues(d, 3, sum.Remove)
	s := d.Settle(run)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}, 2: {"ana@example.com", "ivo@example.com"}}, s.Removals, "who was only sent is removed as well (S12)")
	require.EqualValues(d, 3, d.Finish(run).Removed)
	owners, err := d.L.Owners(d.ctx())
	require.NoError(d, err)
	require.Empty(d, owners)
}

func removalAborted(d *Desk) {
	d.Limits.MaxRemovals = 1
	people := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com"), person("p3", "mia@example.com")}
	d.Do("other", 1, people[2:], nil)
	d.Do("e", 1, people, nil)
	run, _ := d.Remove("e", 1, ledger.RemoveOwned)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	rc := d.Finish(run)
	require.EqualValues(d, []int64{3, 1, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.StillWanted, rc.NotRemoved})
	require.EqualValues(d, 1, rc.Reasons[activation.ReasonCanceled])
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e": ledger.Owned}, d.Ownerships("ivo@example.com"))

	run, _ = d.Remove("e", 1, ledger.RemoveOwned)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	rc = d.Finish(run)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Leavers, rc.NotRemoved}, "of one that is refused nothing happens")
	_, rc = d.Do("e", 1, people, nil)
	require.EqualValues(d, []int64{3, 2, 1}, []int64{rc.Members, rc.Added, rc.Unchanged}, "an export that stays goes on")

	run, _ = d.Remove("e", 1, ledger.RemoveOwned)
	require.NoError(d, d.L.Discard(d.ctx(), run))
	_, err := d.L.RunState(d.ctx(), run)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
}

func removalPlannedAgain(d *Desk) {
	d.Limits.MaxRemovals = 1
	people := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com")}
	d.Do("e", 1, people, nil)
	run, _ := d.Remove("e", 1, ledger.RemoveOwned)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
	d.Do("other", 1, people[1:], nil)
	b = next(d, run)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(d.L.RecordSending(d.ctx(), b.ID, 0, d.now)), "another export came to want Ivo")
	sum := d.RemoveAs(run, "e", 1, ledger.RemoveOwned)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{sum.Leavers, sum.Remove, sum.StillWanted}, "who was removed before counts")
	require.Empty(d, d.Settle(run).Calls)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.StillWanted})
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"other": ledger.Owned}, d.Ownerships("ivo@example.com"))
}

func keptRemoved(d *Desk) {
	ana, ivo, eva, mia := person("p1", "ana@example.com"), person("p2", "ivo@example.com"), person("p3", "eva@example.com"), person("p4", "mia@example.com")
	d.Policy = activation.LeaversKeep
	d.Do("e", 1, []Member{ana, ivo, eva, mia}, nil)
	d.Do("other", 1, []Member{ivo, eva}, nil)
	d.Do("e", 1, []Member{mia}, nil)     // Ana is kept, the others are still wanted
	d.Do("other", 1, []Member{ivo}, nil) // Eva is kept by the other
	d.Do("e", 1, []Member{ana, eva, mia}, nil)
	d.Do("e", 1, []Member{mia}, nil) // Ana and Eva are kept
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e": ledger.Kept, "other": ledger.Kept}, d.Ownerships("eva@example.com"))

	run, sum := d.Remove("e", 1, ledger.RemoveKept)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{sum.Leavers, sum.Remove, sum.Keep})
	require.Empty(d, sum.Held)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, d.Settle(run).Removals, "whom the export owns stays")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.Kept})
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketKept})
	require.NoError(d, err)
	require.Equal(d, activation.ReasonKeptByAnother, rows[0].Reason)
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"other": ledger.Kept}, d.Ownerships("eva@example.com"), "she is the other one's to keep now")
	run, _ = d.Remove("other", 1, ledger.RemoveKept)
	require.Equal(d, map[int64][]string{1: {"eva@example.com"}}, d.Settle(run).Removals, "two that keep her do not keep her for ever")
	d.Finish(run)

	// Whom another export wants stays, and is that one's.
	d.Do("e", 1, []Member{mia, ana}, nil)
	d.Do("e", 1, []Member{mia}, nil)
	d.Do("other", 1, []Member{ivo, ana}, nil)
	run, sum = d.Remove("e", 1, ledger.RemoveKept)
	require.EqualValues(d, []int64{1, 1}, []int64{sum.Leavers, sum.StillWanted})
	require.Empty(d, d.Settle(run).Calls)
	d.Finish(run)
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"other": ledger.Owned}, d.Ownerships("ana@example.com"))
}

// keptByBoth lets two exports that keep the same person remove their kept at once: one of them must go on keeping her.
func keptByBoth(d *Desk) {
	d.Policy = activation.LeaversKeep
	ana := person("p1", "ana@example.com")
	d.Do("e1", 1, []Member{ana}, nil)
	d.Do("e2", 1, []Member{ana}, nil)
	d.Do("e2", 1, nil, nil)
	d.Do("e1", 1, nil, nil)
	d.Do("e2", 1, []Member{ana}, nil)
	d.Do("e2", 1, nil, nil)
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e1": ledger.Kept, "e2": ledger.Kept}, d.Ownerships("ana@example.com"))
	r1, _ := d.Remove("e1", 1, ledger.RemoveKept)
	r2, _ := d.Remove("e2", 1, ledger.RemoveKept)
	d.Settle(r1)
	d.Settle(r2)
	d.Finish(r1)
	d.Finish(r2)
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e2": ledger.Kept}, d.Ownerships("ana@example.com"), "nobody is forgotten on the list")
}

func keptUnderTheBrake(d *Desk) {
	d.Policy = activation.LeaversKeep
	var people []Member
	for i := range 200 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("e", 1, people, nil)
	d.Do("e", 1, people[49:], nil)
	_, sum := d.Remove("e", 1, ledger.RemoveKept)
	require.Empty(d, sum.Held, "49 of 200 whom it owns or keeps")
	d.Do("e", 1, people[61:], nil)
	run, sum := d.Remove("e", 1, ledger.RemoveKept)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 61, Of: 200}}, sum.Held)
	d.Settle(run)
	d.Finish(run)
	d.Do("e", 1, people[62:], nil)
	_, sum = d.Remove("e", 1, ledger.RemoveKept)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 62, Of: 200}}, sum.Held, "with the last 7 days")
	d.Later(8 * 24 * time.Hour)
	d.Do("e", 1, nil, nil)
	_, sum = d.Remove("e", 1, ledger.RemoveKept)
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 139, Of: 139}}, sum.Held)
}

// keptWhoStay holds that the kept are held who are all that an export could take off, though somebody of them stays whatever is decided: she was
// there before, or another export wants her, or keeps her (S26, S19, S20).
func keptWhoStay(d *Desk) {
	d.Policy = activation.LeaversKeep
	var people []Member
	for i := range 12 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("keeps", 2, people[:1], nil)
	d.Do("keeps", 2, nil, nil)
	for list := range int64(2) {
		d.Do("e", list+1, people, nil)
		d.Do("e", list+1, nil, nil)
	}
	d.Do("wants", 1, people[:1], nil)
	_, sum := d.Remove("e", 2, ledger.RemoveKept)
	require.EqualValues(d, []int64{22, 1, 1}, []int64{sum.Remove, sum.StillWanted, sum.Keep})
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 22, Of: 22}}, sum.Held)
	d.Do("e", 2, people[11:], nil)
	_, sum = d.Remove("e", 2, ledger.RemoveKept)
	require.EqualValues(d, 21, sum.Remove)
	require.Empty(d, sum.Held, "one is wanted")
}

func orphansAdopted(d *Desk) {
	d.Note(1, "gone", false, "guest@example.com")
	guest, ana, ivo, eva, mia := person("p0", "guest@example.com"), person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com"),
		person("p3", "eva@example.com"), person("p4", "mia@example.com")
	d.Policy = activation.LeaversKeep
	d.Do("gone", 1, []Member{guest, ana, ivo, eva, mia}, nil)
	d.Do("gone", 1, []Member{guest, ana, ivo, mia}, nil) // Eva is kept
	d.Policy = activation.LeaversRemove
	d.Do("e", 1, []Member{mia}, nil)
	d.Do("elsewhere", 2, []Member{ana}, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "gone", d.now))
	require.NoError(d, d.L.Orphan(d.ctx(), "elsewhere", d.now))
	n, err := d.L.Orphans(d.ctx(), d.Acct, 1)
	require.NoError(d, err)
	require.EqualValues(d, 5, n)

	adopt := func() (activation.Adoption, error) {
		return d.L.Adopt(d.ctx(), ledger.AdoptRequest{Account: d.Acct, List: 1, Export: "e", By: "ana", At: d.now})
	}
	run, _ := d.Plan("e", 1, []Member{mia, ana}, nil)
	_, err = adopt()
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "a run of the export has planned without them")
	require.NoError(d, d.L.Discard(d.ctx(), run))

	a, err := adopt()
	require.NoError(d, err)
	want := activation.Adoption{List: 1, By: "ana", At: d.now, Owned: 2, ThereBefore: 1, Kept: 1, Known: 1}
	require.Equal(d, want, a)
	d.Reopen()
	again, err := adopt()
	require.NoError(d, err)
	require.Zero(d, again.People())
	list, err := d.L.Adoptions(d.ctx(), d.Acct, "e")
	require.NoError(d, err)
	require.Equal(d, []activation.Adoption{want}, list, "it is recorded, and that nobody was found is not")
	n, err = d.L.Orphans(d.ctx(), d.Acct, 2)
	require.NoError(d, err)
	require.EqualValues(d, 1, n, "another list is another matter")
	h, err := d.L.Holdings(d.ctx(), d.Acct, "e")
	require.NoError(d, err)
	require.Equal(d, []ledger.Holding{{List: 1, ListCounts: ledger.ListCounts{Owned: 3, ThereBefore: 1, Kept: 1, Acknowledged: 1}}}, h)
	h, err = d.L.Holdings(d.ctx(), d.Acct, "gone")
	require.NoError(d, err)
	require.Empty(d, h)

	// Ana is wanted: her values are sent again. Ivo is not and leaves, and so would the guest and Eva, were they not there before and kept.
	run, sum := d.Plan("e", 1, []Member{mia, ana}, nil)
	require.EqualValues(d, []int64{1, 1, 2, 1, 1}, []int64{sum.Add, sum.Unchanged, sum.Leavers, sum.Remove, sum.Keep})
	s := d.Settle(run)
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, s.Removals)
	require.Contains(d, s.Imports, "ana@example.com")
	d.Finish(run)
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e": ledger.Kept}, d.Ownerships("eva@example.com"))
	run, _ = d.Remove("e", 1, ledger.RemoveKept)
	require.Equal(d, map[int64][]string{1: {"eva@example.com"}}, d.Settle(run).Removals)
	d.Finish(run)
}

// adoptedBeforeTheFirstWrite adopts into an export that noted its list and never wrote to it: the note must not count for ever.
func adoptedBeforeTheFirstWrite(d *Desk) {
	d.Note(1, "gone", false, "guest@example.com")
	d.Do("gone", 1, []Member{person("p0", "guest@example.com"), person("p1", "ana@example.com")}, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "gone", d.now))
	d.Note(1, "e", false, "ana@example.com", "ivo@example.com")
	_, err := d.L.Adopt(d.ctx(), ledger.AdoptRequest{Account: d.Acct, List: 1, Export: "e", By: "ana", At: d.now})
	require.NoError(d, err)
	noted, err := d.L.ListNoted(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.False(d, noted)
	require.EqualValues(d, 2, d.Note(1, "e", false, "ana@example.com", "ivo@example.com", "mia@example.com"), "whom Segue sent was not there before")
	// Its first run is held, and refused; meanwhile somebody comes to the list.
	written, err := d.L.KeepNote(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.False(d, written, "adopting is no writing")
	require.EqualValues(d, 3, d.Note(1, "e", false, "ana@example.com", "ivo@example.com", "mia@example.com", "late@example.com"))
	d.Do("e", 1, []Member{person("p0", "guest@example.com"), person("p2", "late@example.com")}, nil)
	written, err = d.L.KeepNote(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.True(d, written)
	s, rc := d.Do("e", 1, nil, nil)
	require.Empty(d, s.Removals)
	require.EqualValues(d, 2, rc.Kept, "there before is who was so for the export that is gone, and who came before this one wrote")
}

// adoptedFromTwo adopts somebody whom two exports left behind: the one that would have let her stay has the last word.
func adoptedFromTwo(d *Desk) {
	ana, ivo := person("p1", "ana@example.com"), person("p2", "ivo@example.com")
	d.Policy = activation.LeaversKeep
	d.Note(1, "e1", false, "ivo@example.com")
	d.Do("e1", 1, []Member{ana, ivo}, nil)
	d.Do("e2", 1, []Member{ana, ivo}, nil)
	d.Do("e2", 1, nil, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "e1", d.now))
	d.Do("e2", 1, []Member{ana, ivo}, nil)
	d.Do("e2", 1, nil, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "e2", d.now))
	a, err := d.L.Adopt(d.ctx(), ledger.AdoptRequest{Account: d.Acct, List: 1, Export: "e1", By: "ana", At: d.now})
	require.NoError(d, err)
	require.EqualValues(d, []int64{0, 1, 1}, []int64{a.Owned, a.ThereBefore, a.Kept})
	require.Equal(d, map[activation.ExportID]ledger.Ownership{"e1": ledger.Kept}, d.Ownerships("ana@example.com"), "an export adopts what it left itself")
}

func adoptedUnderTheBrake(d *Desk) {
	var people []Member
	for i := range 160 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("gone", 1, people[100:], nil)
	d.Do("e", 1, people[:100], nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "gone", d.now))
	a, err := d.L.Adopt(d.ctx(), ledger.AdoptRequest{Account: d.Acct, List: 1, Export: "e", By: "ana", At: d.now})
	require.NoError(d, err)
	require.EqualValues(d, 60, a.Owned)
	_, sum := d.Plan("e", 1, people[:100], nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 60, Of: 100}}, sum.Held, "of those who are acknowledged")
}

// keptAgain plans a removal of the kept again half-way: who was removed by it is counted once (S26).
func keptAgain(d *Desk) {
	d.Policy = activation.LeaversKeep
	d.Limits.MaxRemovals = 40
	var people []Member
	for i := range 200 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("e", 1, people, nil)
	d.Do("e", 1, people[45:], nil)
	run, sum := d.Remove("e", 1, ledger.RemoveKept)
	require.Empty(d, sum.Held)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
	d.Later(time.Minute)
	sum = d.RemoveAs(run, "e", 1, ledger.RemoveKept)
	require.Empty(d, sum.Held)
}

// cameBack holds that an export which was in another account, and whose people were orphaned with that, begins with nobody when it
// comes back to their list (S1): who was taken off it meanwhile is sent, and who leaves it again is removed (S20).
func cameBack(d *Desk) {
	d.Note(1, "e", false, "guest@example.com")
	guest, ana, ivo, eva := person("p0", "guest@example.com", "Gea"), person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	everybody := []Member{guest, ana, ivo, eva}
	d.Do("e", 1, everybody, nil)
	d.Do("other", 1, []Member{ana}, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "e", d.now))
	s, _ := d.Do("other", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)
	d.Later(time.Hour)
	s, rc := d.Do("e", 1, everybody, nil)
	require.Len(d, s.Imports, 4, "of nobody it is known that they are there still")
	require.EqualValues(d, []int64{4, 4}, []int64{rc.Members, rc.Added})
	require.Equal(d, ledger.ThereBefore, d.Ownerships("guest@example.com")["e"])
	require.Equal(d, ledger.Owned, d.Ownerships("ivo@example.com")["e"])
	d.Later(time.Hour)
	s, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com", "eva@example.com"}}, s.Removals, "and not who was there before (S19)")
	require.EqualValues(d, []int64{3, 2, 1}, []int64{rc.Leavers, rc.Removed, rc.Kept})
}
