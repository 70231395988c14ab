package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func listGone(d *Desk) {
	d.Do("e", 1, []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com")}, nil)
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com")}, nil)
	b, ok, err := d.L.NextBatch(d.ctx(), run)
	require.NoError(d, err)
	require.True(d, ok)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, true, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, true, d.now), "settling twice changes nothing")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Leavers, rc.Removed})
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketRemoved})
	require.NoError(d, err)
	require.Len(d, rows, 1)
	require.Equal(d, activation.ReasonListGone, rows[0].Reason)
}

func thereBefore(d *Desk) {
	require.EqualValues(d, 2, d.Note(1, "e", false, "ana@example.com", "stranger@example.com"))
	noted, err := d.L.ListNoted(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.True(d, noted)
	require.EqualValues(d, 2, d.Note(1, "e", false, "later@example.com"), "a second note changes nothing")
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	_, rc := d.Do("e", 1, people, nil)
	require.EqualValues(d, 2, rc.Added)
	c, err := d.L.Counts(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.Equal(d, ledger.ListCounts{Owned: 1, ThereBefore: 1, Acknowledged: 2}, c)
	s, rc := d.Do("e", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, s.Removals)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.Kept})

	// A refusal removes even those.
	_, _ = d.Do("e", 1, people, nil)
	s, _ = d.Do("e", 1, people[1:], map[string]string{"ana@example.com": activation.ReasonNoConsent})
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)

	// What an export of Segue sent was not there before.
	require.EqualValues(d, 1, d.Note(1, "e2", false, "ivo@example.com", "stranger@example.com"))
}

func noteOutOfDate(d *Desk) {
	d.Note(1, "e", false, "ana@example.com")
	written, err := d.L.KeepNote(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.False(d, written)
	require.EqualValues(d, 2, d.Note(1, "e", false, "ivo@example.com", "mia@example.com"), "nothing was written: noted anew")
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	require.NoError(d, d.L.RecordSending(d.ctx(), next(d, run).ID, 0, d.now))
	written, err = d.L.KeepNote(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.True(d, written)
	require.EqualValues(d, 2, d.Note(1, "e", false, "ana@example.com"), "what was sent may have been written")
}

func thereBeforeAndGone(d *Desk) {
	d.Note(1, "e", false, "ana@example.com")
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	_, rc := d.Do("e", 1, []Member{ivo}, nil)
	require.EqualValues(d, 1, rc.Kept, "who was there before stays")
	_, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.Zero(d, rc.Leavers, "a leaver is counted once")
	s, rc := d.Do("e2", 2, []Member{ivo}, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals, "she was sent to that list once")
	require.EqualValues(d, 1, rc.RefusalRemoved)
	d.Note(2, "e3", false, "eva@example.com")
	eva := person("p3", "eva@example.com", "Eva")
	d.Do("e3", 2, []Member{eva}, nil)
	d.Do("e3", 2, nil, nil)
	_, rc = d.Do("e3", 2, []Member{eva}, nil)
	require.EqualValues(d, 1, rc.Added, "who comes back is sent again")
	_, rc = d.Do("e3", 2, nil, nil)
	require.EqualValues(d, 1, rc.Kept, "and is still one who was there before")
}

func thereBeforeAnotherExport(d *Desk) {
	d.Note(1, "e", false, "ana@example.com")
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	require.EqualValues(d, 1, d.Note(1, "e2", false, "ana@example.com", "ivo@example.com"), "she was there before Segue came")
	d.Do("e2", 1, []Member{ana, ivo}, nil)
	d.Do("e", 1, nil, nil)
	s, rc := d.Do("e2", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ivo@example.com"}}, s.Removals)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Kept, rc.Removed})

	// An export that is removed leaves no trap for one that is made anew.
	d.Note(3, "e3", false, "eva@example.com")
	eva := person("p3", "eva@example.com", "Eva")
	d.Do("e3", 3, []Member{eva}, nil)
	require.NoError(d, d.L.Orphan(d.ctx(), "e3", d.now))
	require.EqualValues(d, 1, d.Note(3, "e4", false, "eva@example.com"))
	d.Do("e4", 3, []Member{eva}, nil)
	s, _ = d.Do("e4", 3, nil, nil)
	require.Empty(d, s.Removals)
}

func takeOver(d *Desk) {
	d.Note(1, "e", true, "ana@example.com")
	d.Do("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	s, _ := d.Do("e", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)
}

func lastOwner(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	d.Do("e1", 1, []Member{ana}, nil)
	d.Do("e2", 1, []Member{ana}, nil)
	s, rc := d.Do("e1", 1, nil, nil)
	require.Empty(d, s.Calls)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Leavers, rc.StillWanted})
	s, rc = d.Do("e1", 1, nil, nil)
	require.Empty(d, s.Calls)
	require.Zero(d, rc.Leavers, "a leaver is counted once")
	s, rc = d.Do("e2", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)
	require.EqualValues(d, 1, rc.Removed)
}

func kept(d *Desk) {
	d.Policy = activation.LeaversKeep
	ana := person("p1", "ana@example.com", "Ana")
	d.Do("e", 1, []Member{ana}, nil)
	s, rc := d.Do("e", 1, nil, nil)
	require.Empty(d, s.Calls)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Leavers, rc.Kept})
	_, rc = d.Do("e", 1, nil, nil)
	require.Zero(d, rc.Leavers, "counted once")
	s, rc = d.Do("e", 1, []Member{ana}, nil)
	require.Empty(d, s.Calls)
	require.EqualValues(d, 1, rc.Unchanged)
	c, err := d.L.Counts(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.Equal(d, ledger.ListCounts{Owned: 1, Acknowledged: 1}, c, "wanted again is owned again")
}

func orphaned(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	d.Do("e1", 1, []Member{ana}, nil)
	owners, err := d.L.Owners(d.ctx())
	require.NoError(d, err)
	require.Equal(d, []activation.ExportID{"e1"}, owners)
	require.NoError(d, d.L.Orphan(d.ctx(), "e1", d.now))
	owners, err = d.L.Owners(d.ctx())
	require.NoError(d, err)
	require.Empty(d, owners)
	c, err := d.L.Counts(d.ctx(), d.Acct, 1, "e1")
	require.NoError(d, err)
	require.EqualValues(d, 1, c.Orphaned)
	d.Do("e2", 1, []Member{ana}, nil)
	s, _ := d.Do("e2", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals, "an orphan holds nobody on a list")
}

func doubted(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	for _, e := range []string{"e1", "e2"} {
		d.Do(e, 1, []Member{ana}, nil)
	}
	under, _ := d.Plan("e1", 1, []Member{ana}, nil)
	require.NoError(d, d.L.Doubt(d.ctx(), d.Acct, []activation.ExportID{"e1"}))
	require.NoError(d, d.L.Doubt(d.ctx(), d.Acct, nil))
	require.EqualValues(d, 1, d.Finish(under).Unchanged, "the receipt of a run under way adds up")
	_, rc := d.Do("e1", 1, []Member{ana}, nil)
	require.EqualValues(d, []int64{0, 1}, []int64{rc.Added, rc.Updated})
	_, rc = d.Do("e2", 1, []Member{ana}, nil)
	require.EqualValues(d, 1, rc.Unchanged)
	_, rc = d.Do("e1", 1, []Member{ana}, nil)
	require.EqualValues(d, 1, rc.Unchanged)
}

func changedList(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	s, rc := d.Do("e", 2, people[:1], nil)
	require.Equal(d, []ledger.BatchKind{ledger.BatchImport, ledger.BatchRemoval}, s.Calls, "join the new one first")
	require.Equal(d, map[int64][]string{1: {"ana@example.com", "ivo@example.com"}}, s.Removals)
	require.EqualValues(d, []int64{1, 1, 2, 2}, []int64{rc.Members, rc.Added, rc.Leavers, rc.Removed})
}

func brake(d *Desk) {
	var people []Member
	for i := range 200 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("e", 1, people, nil)
	_, sum := d.Plan("e", 1, people[:139], nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 61, Of: 200}}, sum.Held)
	_, sum = d.Plan("e", 1, nil, nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 200, Of: 200}}, sum.Held)

	d.Do("e", 1, people[:160], nil) // 40 leave: fine
	_, sum = d.Plan("e", 1, people[:139], nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 61, Of: 200}}, sum.Held, "with the last 7 days")
	d.Later(8 * 24 * time.Hour)
	run, sum := d.Plan("e", 1, people[:139], nil)
	require.Empty(d, sum.Held, "after 7 days it is forgotten")

	refused := map[string]string{}
	for _, p := range people[:100] {
		refused[p.Address] = activation.ReasonNoConsent
	}
	_, sum = d.Plan("e", 1, people[100:160], refused)
	require.Empty(d, sum.Held, "refusals are never held")

	wider, _ := d.Plan("e", 1, people[:138], nil)
	covered, err := d.L.CoveredBy(d.ctx(), wider, run)
	require.NoError(d, err)
	require.True(d, covered, "one more than the 21 released is within 5 %")
	much, _ := d.Plan("e", 1, people[:130], nil)
	covered, err = d.L.CoveredBy(d.ctx(), much, run)
	require.NoError(d, err)
	require.False(d, covered)
}

func brakeSmall(d *Desk) {
	var people []Member
	for i := range 100 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	_, sum := d.Plan("e", 1, people, nil)
	require.Empty(d, sum.Held, "a first run is not held for growing")
	d.Do("e", 1, people, nil)
	_, sum = d.Plan("e", 1, people[:51], nil)
	require.Empty(d, sum.Held, "fewer than 50 removals")
	_, sum = d.Plan("e", 1, people[:50], nil)
	require.Len(d, sum.Held, 1)
}

func brakeRefused(d *Desk) {
	var people []Member
	for i := range 40 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	d.Do("e", 1, people, nil)
	refused := func(n int) map[string]string {
		m := map[string]string{}
		for _, p := range people[:n] {
			m[p.Address] = activation.ReasonNoConsent
		}
		return m
	}
	_, sum := d.Plan("e", 1, nil, refused(1))
	require.EqualValues(d, 40, sum.Remove)
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 39, Of: 39}}, sum.Held, "all who are not refused leave")
	_, sum = d.Plan("e", 1, people[39:], refused(1))
	require.Empty(d, sum.Held, "one stays")
	_, sum = d.Plan("e", 1, nil, refused(40))
	require.Empty(d, sum.Held, "refusals are never held, were they all")

	for i := range 160 {
		people = append(people, person(id(40+i), id(40+i)+"@example.com"))
	}
	d.Do("e", 1, people, nil)
	_, sum = d.Plan("e", 1, people[149:], refused(100))
	require.Empty(d, sum.Held, "49 leave: fewer than 50")
	_, sum = d.Plan("e", 1, people[150:], refused(100))
	require.Equal(d, []activation.HoldReason{{Code: "removes_share", Count: 50, Of: 100}}, sum.Held, "the refused are nobody to keep")
}

// brakeWhoStays holds that a small export which loses everybody whom it could take off is held, though somebody of it was there before,
// another export wants her, or keeps her: they stay whatever is decided, and nobody else would (S26, S19, S20).
func brakeWhoStays(d *Desk) {
	var people []Member
	for i := range 12 {
		people = append(people, person(id(i), id(i)+"@example.com"))
	}
	held := []activation.HoldReason{{Code: "removes_all", Count: 11, Of: 11}}
	d.Note(1, "before", false, people[0].Address)
	d.Do("before", 1, people, nil)
	_, sum := d.Plan("before", 1, nil, nil)
	require.EqualValues(d, []int64{11, 1}, []int64{sum.Remove, sum.Keep})
	require.Equal(d, held, sum.Held, "she was there before")
	_, sum = d.Plan("before", 1, people[:1], nil)
	require.Equal(d, []int64{11, 0}, []int64{sum.Remove, sum.Keep})
	require.Empty(d, sum.Held, "one of them is wanted")

	d.Do("wanted", 2, people, nil)
	d.Do("other", 2, people[:1], nil)
	_, sum = d.Plan("wanted", 2, nil, nil)
	require.EqualValues(d, []int64{11, 1}, []int64{sum.Remove, sum.StillWanted})
	require.Equal(d, held, sum.Held, "another export wants her")

	d.Do("keeps", 3, people[:1], nil)
	d.Policy = activation.LeaversKeep
	d.Do("keeps", 3, nil, nil)
	d.Policy = activation.LeaversRemove
	d.Do("kept", 3, people, nil)
	_, sum = d.Plan("kept", 3, nil, nil)
	require.EqualValues(d, []int64{11, 1}, []int64{sum.Remove, sum.Keep})
	require.Equal(d, held, sum.Held, "another export keeps her")
	_, sum = d.Plan("kept", 3, people[11:], nil)
	require.Empty(d, sum.Held, "one stays")
}

// brakeNobodyAcknowledged holds that of people none of whom is acknowledged a person is told how many would leave: not all of nobody (S26).
func brakeNobodyAcknowledged(d *Desk) {
	people := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com")}
	run, _ := d.Plan("e", 1, people, nil)
	inFlight(d, run, 7)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled)) // nobody knows what came of it
	d.Finish(run)
	_, sum := d.Plan("e", 1, nil, nil)
	require.Equal(d, []activation.HoldReason{{Code: "removes_all", Count: 2, Of: 2}}, sum.Held)
}

func id(i int) string {
	return "p" + string(rune('a'+i/26/26%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}

func refusedMeanwhile(d *Desk) {
	d.Do("e1", 1, []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}, nil)
	members := []Member{person("p1", "ana@example.com", "Anna"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")}
	run, sum := d.Plan("e1", 1, members, nil)
	require.EqualValues(d, []int64{1, 1, 1}, []int64{sum.Update, sum.Unchanged, sum.Add})
	planned := d.now
	d.Later(time.Hour)
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent, "ivo@example.com": activation.ReasonConsentConflict}
	s, _ := d.Do("e2", 2, []Member{person("p4", "mia@example.com", "Mia")}, refused)
	require.Equal(d, map[int64][]string{1: {"ana@example.com", "ivo@example.com"}}, s.Removals)

	err := d.L.RecordSending(d.ctx(), next(d, run).ID, 0, d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "what is not sent yet is planned again")
	r := d.request(run, "e1", 1, members, nil)
	r.AsOf = planned
	sum, err = d.L.Plan(d.ctx(), r)
	require.NoError(d, err)
	require.EqualValues(d, []int64{2, 1, 0}, []int64{sum.Rejected, sum.Add, sum.Update})
	s = d.Settle(run)
	require.Equal(d, map[string]string{"eva@example.com": `{"FIRSTNAME":"Eva"}`}, s.Imports, "nobody is brought back")
	rc := d.Finish(run)
	require.EqualValues(d, []int64{3, 1, 2}, []int64{rc.Members, rc.Added, rc.Rejected})
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Reasons[activation.ReasonNoConsent], rc.Reasons[activation.ReasonConsentConflict]})

	// Newer data say yes again: the refusal was of older ones.
	d.Later(time.Hour)
	_, sum = d.Plan("e1", 1, members, nil)
	require.EqualValues(d, 2, sum.Add)
}

func givenUp(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 41, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 45))
	left, err := d.L.Unsettled(d.ctx(), d.Acct, d.now.Add(-time.Hour))
	require.NoError(d, err)
	require.Empty(d, left, "it is being followed")
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonStopped))
	d.Finish(run)
	left, err = d.L.Unsettled(d.ctx(), d.Acct, d.now.Add(-time.Hour))
	require.NoError(d, err)
	require.Len(d, left, 1)
	require.EqualValues(d, []activation.ProcessID{45, 41}, []activation.ProcessID{left[0].Process, left[0].Watermark})
	left, err = d.L.Unsettled(d.ctx(), d.Acct, d.now.Add(time.Hour))
	require.NoError(d, err)
	require.Empty(d, left, "sent before the time asked for")
	ended, _ := d.Plan("e", 1, []Member{person("p2", "ivo@example.com", "Ivo")}, nil)
	d.Settle(ended)
	require.NoError(d, d.L.Abort(d.ctx(), ended, activation.ReasonCanceled))
	left, err = d.L.Unsettled(d.ctx(), d.Acct, d.now.Add(-time.Hour))
	require.NoError(d, err)
	require.Len(d, left, 1, "what was settled is not open")
}

// inFlight sends a run's only batch.
func inFlight(d *Desk, run activation.RunID, p activation.ProcessID) ledger.Batch {
	d.Helper()
	b := next(d, run)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, p-1, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, p))
	return b
}

func givenUpIsWatched(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil)
	b := next(d, run)
	until := d.now.Add(7 * 24 * time.Hour)
	err := d.L.GiveUp(d.ctx(), b.ID, 50, "ana", d.now, until)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "what was not sent is not in flight")
	inFlight(d, run, 45)
	for range 2 {
		require.NoError(d, d.L.GiveUp(d.ctx(), b.ID, 50, "ana", d.now, until))
	}
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 2, 2}, []int64{rc.Members, rc.NotSent, rc.Reasons[activation.ReasonOutcomeUnknown]})
	list, err := d.L.Watches(d.ctx(), "")
	require.NoError(d, err)
	require.Equal(d, []ledger.Watch{{
		Batch: b.ID, Run: run, Account: d.Acct, Identity: activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org"}, List: 1,
		Process: 45, Watermark: 44, Newest: 50, By: "ana", At: d.now, Until: until,
	}}, list)
	gone, err := d.L.Unwanted(d.ctx(), b.ID)
	require.NoError(d, err)
	require.Empty(d, gone, "both have a standing")

	_, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Added, rc.Removed})
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(time.Hour)))
	d.Reopen()
	gone, err = d.L.Unwanted(d.ctx(), b.ID)
	require.NoError(d, err)
	require.Equal(d, []activation.Email{"ana@example.com"}, gone, "it is remembered who was sent, as long as it is watched")
	later, _ := d.Plan("e", 1, []Member{ivo}, nil)
	for range 2 {
		require.NoError(d, d.L.EndWatch(d.ctx(), b.ID, ledger.WatchLanded, 1, d.now))
	}
	rc = d.Finish(later)
	require.EqualValues(d, 1, rc.Unchanged, "a run under way still adds up")
	_, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.EqualValues(d, 1, rc.Updated, "what the process may have overwritten is sent again")
	_, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.EqualValues(d, 1, rc.Unchanged)
	list, err = d.L.Watches(d.ctx(), "")
	require.NoError(d, err)
	require.Empty(d, list)
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(time.Hour)))
	list, err = d.L.Watches(d.ctx(), run)
	require.NoError(d, err)
	require.Empty(d, list)
}

func givenUpIsNotThereBefore(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	d.Note(1, "e", false, "ivo@example.com")
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil)
	b := inFlight(d, run, 45)
	require.NoError(d, d.L.GiveUp(d.ctx(), b.ID, 45, "ana", d.now, d.now.Add(7*24*time.Hour)))
	d.Finish(run)
	d.Do("e", 1, []Member{eva}, nil)

	// The process lands, and the next export finds its people before anybody looked after it.
	require.EqualValues(d, 1, d.Note(1, "e2", false, "ana@example.com", "ivo@example.com", "eva@example.com"), "Ivo was there before Segue; Segue sent the others")
	d.Do("e2", 1, []Member{ana, ivo}, nil)
	s, rc := d.Do("e2", 1, nil, nil)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, s.Removals)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Leavers, rc.Removed, rc.Kept})
}

func phoneWatched(d *Desk) {
	run, _ := d.Plan("e", 1, []Member{person("p1", "ana@example.com", "Ana", "+385911111111")}, nil)
	b := inFlight(d, run, 45)
	require.NoError(d, d.L.GiveUp(d.ctx(), b.ID, 45, "ana", d.now, d.now.Add(time.Hour)))
	d.Finish(run)
	ana, ivo := person("p1", "ana@example.com", "Ana", "+385912222222"), person("p2", "ivo@example.com", "Ivo", "+385911111111")
	d.Do("e", 1, []Member{ana}, nil)
	s, _ := d.Do("e", 1, []Member{ana, ivo}, nil)
	require.Equal(d, `{"FIRSTNAME":"Ivo"}`, s.Imports["ivo@example.com"], "the process may still give Ana the number")
	require.NoError(d, d.L.EndWatch(d.ctx(), b.ID, ledger.WatchLanded, 0, d.now))
	s, _ = d.Do("e", 1, []Member{ana, ivo}, nil)
	require.Contains(d, s.Imports, "ana@example.com", "she is sent again")
	s, _ = d.Do("e", 1, []Member{ana, ivo}, nil)
	require.Equal(d, `{"FIRSTNAME":"Ivo","SMS":"+385911111111"}`, s.Imports["ivo@example.com"], "and the number is free")
}

func keptByAnother(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("keeps", 1, []Member{ana, ivo}, nil)
	d.Do("removes", 1, []Member{ana, ivo}, nil)
	d.Policy = activation.LeaversKeep
	_, rc := d.Do("keeps", 1, []Member{ivo}, nil)
	require.EqualValues(d, 1, rc.StillWanted+rc.Kept)
	d.Policy = activation.LeaversRemove
	d.Do("removes", 1, []Member{ana, ivo}, nil)
	// The other way round: who is kept already stays when the other export stops wanting her.
	d.Do("removes", 1, []Member{ivo}, nil)
	eva := person("p3", "eva@example.com", "Eva")
	d.Do("keeps", 1, []Member{ivo, eva}, nil)
	d.Policy = activation.LeaversKeep
	_, rc = d.Do("keeps", 1, []Member{ivo}, nil)
	require.EqualValues(d, 1, rc.Kept)
	d.Policy = activation.LeaversRemove
	d.Do("removes", 1, []Member{ivo, eva}, nil)
	s, rc := d.Do("removes", 1, []Member{ivo}, nil)
	require.Empty(d, s.Removals, "kept is undone by an explicit removal only")
	require.EqualValues(d, []int64{1, 1, 0}, []int64{rc.Leavers, rc.Kept, rc.Removed})
	require.EqualValues(d, 0, func() int64 { _, rc := d.Do("removes", 1, []Member{ivo}, nil); return rc.Leavers }(), "she is counted once")
	s, _ = d.Do("keeps", 1, []Member{ivo}, map[string]string{"eva@example.com": activation.ReasonNoConsent})
	require.Equal(d, []string{"eva@example.com"}, s.Removals[1], "but a refusal removes her (S7)")
}

func refusedAfterLeaving(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Do("e", 1, []Member{ivo}, nil) // Ana leaves; somebody may put her on the list again by hand
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	d.Later(time.Hour)
	s, rc := d.Do("other", 2, []Member{ivo}, refused)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1], "from every list that Segue wrote her to")
	require.EqualValues(d, []int64{0, 1}, []int64{rc.Leavers, rc.RefusalRemoved})
	d.Later(time.Hour)
	s, rc = d.Do("e", 1, []Member{ivo}, refused)
	require.Empty(d, s.Removals, "once")
	require.Zero(d, rc.RefusalRemoved)
}
