package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// ages lets ninety days pass and drops what is older.
func (d *Desk) ages() {
	d.Helper()
	d.Later(91 * 24 * time.Hour)
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(-90*24*time.Hour)))
	d.Reopen()
}

// prunedWhileWatched holds that whom somebody let stay on a list since a process was given up, and who was removed after that, is known as long
// as the process is watched, however long nobody looks after it (S17, S23, S29, S35).
func prunedWhileWatched(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	run, _ := d.Plan("e", 1, []Member{ana, ivo, eva}, nil)
	b := inFlight(d, run, 45)
	require.NoError(d, d.L.GiveUp(d.ctx(), b.ID, 50, "ana", d.now, d.now.Add(time.Hour)))
	d.Finish(run)
	d.Do("e", 1, []Member{ivo}, nil) // Ana and Eva leave
	rec, found := d.Reconcile("e", 1, []Member{ana, ivo, eva}, "ana@example.com", "ivo@example.com", "eva@example.com")
	require.EqualValues(d, 2, found.ExtraSent)
	d.decide(rec, activation.ReconcileChoice{}) // both stay
	unwanted := func() []activation.Email {
		gone, err := d.L.Unwanted(d.ctx(), b.ID)
		require.NoError(d, err)
		return gone
	}
	require.Empty(d, unwanted())
	d.ages()
	require.Empty(d, unwanted(), "a person decided so")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	last, _ := d.Do("e", 1, []Member{ivo}, nil)
	require.Equal(d, []string{"ana@example.com"}, last.Removals[1])
	require.Equal(d, []activation.Email{"ana@example.com"}, unwanted(), "she was removed after that")
	d.ages()
	require.Equal(d, []activation.Email{"ana@example.com"}, unwanted())
	d.Later(time.Hour)
	require.NoError(d, d.L.EndWatch(d.ctx(), b.ID, ledger.WatchLanded, 1, d.now))
	d.ages()
	for _, address := range []activation.Email{"ana@example.com", "eva@example.com"} {
		rows, err := d.L.AddressRows(d.ctx(), address, 10)
		require.NoError(d, err)
		require.Empty(d, rows, "nothing is kept for a watch that is over")
	}
}

// prunedWhileHeld holds that what a run must heed that is held for long is there when it is released: whom runs on newer data have refused, and whom
// they have again (S7, S11, S35).
func prunedWhileHeld(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	d.Do("e", 1, []Member{eva}, nil)
	older, _ := d.Plan("other", 2, nil, map[string]string{"eva@example.com": activation.ReasonNoConsent})
	held, _ := d.Plan("e", 1, []Member{ana, ivo, eva}, nil)
	d.Do("third", 3, nil, map[string]string{"ivo@example.com": activation.ReasonNoConsent})
	d.Do("third", 3, []Member{ana, ivo}, nil)
	d.Do("third", 3, []Member{ivo}, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	require.Equal(d, []string{"eva@example.com"}, d.Settle(older).Removals[1])
	d.Finish(older)
	d.ages()
	d.Do("third", 3, []Member{ivo}, nil)
	b := next(d, held)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(d.L.RecordSending(d.ctx(), b.ID, 0, d.now)), "Ana was refused since")
	sum := d.PlanAs(held, "e", 1, []Member{ana, ivo, eva}, nil)
	require.EqualValues(d, 1, sum.Reasons[activation.ReasonNoConsent])
	s := d.Settle(held)
	require.NotContains(d, s.Imports, "ana@example.com")
	require.Contains(d, s.Imports, "ivo@example.com", "his refusal was over")
	rc := d.Finish(held)
	require.EqualValues(d, []int64{3, 1}, []int64{rc.Members, rc.Rejected})
	d.Later(time.Hour)
	d.ages()
	rows, err := d.L.AddressRows(d.ctx(), "eva@example.com", 10)
	require.NoError(d, err)
	require.Empty(d, rows, "nothing is kept for a run that has ended")
}

// prunedReceipt holds that a run which is under way for long adds up: whom others took off the list as refused meanwhile is told by their rows (S11).
func prunedReceipt(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana}, nil)
	older, _ := d.Plan("other", 2, nil, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	held, _ := d.Plan("e", 1, []Member{ana, ivo}, nil) // Ana consents in newer data, and is unchanged
	require.Equal(d, []string{"ana@example.com"}, d.Settle(older).Removals[1])
	d.Finish(older)
	d.ages()
	d.Settle(held)
	rc := d.Finish(held)
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Members, rc.Added, rc.Rejected})
}

// prunedOptOut holds that whoever opted out, and whose contact an import of unknown outcome may have made anew, has not subscribed again by being
// shown as a contact that did not opt out, however long ago that was (S8, S35).
func prunedOptOut(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil)
	inFlight(d, run, 45)
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	d.Finish(run)
	d.Mirror(ledger.MirrorContact{Contact: 5, Address: "ana@example.com", OptedOut: true}, ledger.MirrorContact{Contact: 6, Address: "ivo@example.com"})
	anew := ledger.MirrorContact{Contact: 7, Address: "ana@example.com"} // the first was deleted, and the import came after that
	d.Later(time.Minute)
	d.Mirror(anew)
	rejected := func() int64 {
		run, sum := d.Plan("e", 1, []Member{ana, ivo}, nil)
		require.NoError(d, d.L.Discard(d.ctx(), run))
		return sum.Reasons[activation.ReasonOptedOut]
	}
	require.EqualValues(d, 1, rejected())
	d.ages()
	d.Mirror(anew) // something of it was changed
	require.EqualValues(d, 1, rejected(), "she did not subscribe")
	anew.OptedOut = true
	d.Mirror(anew)
	anew.OptedOut = false
	d.Later(time.Minute)
	d.Mirror(anew)
	require.Zero(d, rejected(), "she has subscribed again")
	d.ages()
	d.Mirror(ledger.MirrorContact{Contact: 7, Address: "ana@example.com", OptedOut: true})
	d.Mirror(ledger.MirrorContact{Contact: 8, Address: "ana@example.com"})
	require.Zero(d, rejected(), "that import is over and done with")
}

// prunedOrder holds that what a run asked for before it read its data tells it from later ones although all runs before it are dropped
// meanwhile (S7, S35).
func prunedOrder(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	for range 3 {
		d.Do("e", 1, []Member{ana, ivo}, nil)
	}
	d.Later(91 * 24 * time.Hour)
	nth, err := d.L.Nth(d.ctx()) // and reads data in which Ana consents
	require.NoError(d, err)
	d.Later(-91 * 24 * time.Hour)
	d.ages()
	d.Do("other", 2, nil, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	d.runs++
	ana.Values = []string{"Anna"}
	r := d.request("late", "e", 1, []Member{ana, ivo}, nil)
	r.Nth = nth
	sum, err := d.L.Plan(d.ctx(), r)
	require.NoError(d, err)
	require.EqualValues(d, 1, sum.Reasons[activation.ReasonNoConsent], "newer data say no")
	require.NotContains(d, d.Settle("late").Imports, "ana@example.com")
	d.Finish("late")
}
