package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// refusedOnOlderData holds that a run under way ends with a receipt that adds up when a run on older data takes somebody off the
// list, as refused, whom it had found unchanged (S7, S11).
func refusedOnOlderData(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Later(time.Hour)
	older, _ := d.Plan("other", 2, nil, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	d.Later(time.Hour)
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil) // she consented meanwhile
	d.Later(time.Minute)
	s := d.Settle(older)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1])
	d.Finish(older)
	d.Later(time.Minute)
	d.Settle(run)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1, 1}, []int64{rc.Members, rc.Unchanged, rc.Rejected, rc.Reasons[activation.ReasonNoConsent]})
	d.Later(time.Hour)
	_, rc = d.Do("e", 1, []Member{ana, ivo}, nil)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Added, rc.Unchanged}, "the next run puts her on it again")
}

// refusedWhileTheClockIsSetBack holds that whom another run took off the list after a plan counts as refused in its receipt though
// the clock was set back in between (S7, S11).
func refusedWhileTheClockIsSetBack(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Later(time.Hour)
	older, _ := d.Plan("other", 2, nil, refused)
	d.Later(time.Hour)
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil) // she consented meanwhile
	d.Later(-30 * time.Minute)
	require.Equal(d, []string{"ana@example.com"}, d.Settle(older).Removals[1])
	d.Finish(older)
	d.Settle(run)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1, 1}, []int64{rc.Members, rc.Unchanged, rc.Rejected, rc.Reasons[activation.ReasonNoConsent]})
}

// refusedAfterLeavingWhileTheClockIsSetBack holds that whoever was refused, came back and left is taken off once more when she is refused
// again, and then not any more, whatever the clock said at each of them (S7).
func refusedAfterLeavingWhileTheClockIsSetBack(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Do("e", 1, []Member{ivo}, refused)
	d.Do("e", 1, []Member{ana, ivo}, nil) // she consents
	d.Later(-time.Hour)
	d.Do("e", 1, []Member{ivo}, nil) // and leaves; somebody may put her on the list again by hand
	d.Later(-time.Hour)
	s, _ := d.Do("other", 2, []Member{ivo}, refused)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1])
	s, rc := d.Do("e", 1, []Member{ivo}, refused)
	require.Empty(d, s.Removals, "once")
	require.Zero(d, rc.RefusalRemoved)
}

// optedOutAfterLeaving holds that whoever opted out is taken off lists that she had left as well (S7).
func optedOutAfterLeaving(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Do("e", 1, []Member{ivo}, nil) // Ana leaves; somebody may put her on the list again by hand
	d.Later(time.Hour)
	d.Mirror(ledger.MirrorContact{Contact: 5, Address: "ana@example.com", OptedOut: true})
	s, rc := d.Do("other", 2, []Member{ivo}, nil)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1], "from every list that Segue wrote her to")
	require.EqualValues(d, []int64{0, 1}, []int64{rc.Leavers, rc.RefusalRemoved})
	d.Later(time.Hour)
	s, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.Empty(d, s.Removals, "once")
	require.Zero(d, rc.RefusalRemoved)
}

// decidedWhileWatched holds that whom a person lets stay on a list is not taken off it by what looks after a process that was
// given up before (S17, S23); whoever is refused since is.
func decidedWhileWatched(d *Desk) { decidedIn(d, time.Minute) }

// decidedWhileTheClockIsSetBack holds the same when the clock is set back before each of the things that happen: what came after what
// is told without it.
func decidedWhileTheClockIsSetBack(d *Desk) { decidedIn(d, -time.Hour) }

func decidedIn(d *Desk, step time.Duration) {
	d.Helper()
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	for i, extra := range []activation.ExtraChoice{activation.ExtraLeave, activation.ExtraThereBefore} {
		list := int64(10 + i)
		e := "e" + string(extra)
		run, _ := d.Plan(e, list, []Member{ana, ivo, eva}, nil)
		b := inFlight(d, run, activation.ProcessID(45+i))
		require.NoError(d, d.L.GiveUp(d.ctx(), b.ID, 50, "ana", d.now, d.now.Add(time.Hour)))
		d.Finish(run)
		d.Do(e, list, []Member{ivo}, nil) // Ana and Eva leave
		d.Later(step)
		rec, found := d.Reconcile(e, list, []Member{ana, ivo, eva}, "ana@example.com", "ivo@example.com")
		require.EqualValues(d, 1, found.ExtraSent)
		d.Later(step)
		d.decide(rec, activation.ReconcileChoice{ExtraSent: extra})
		gone, err := d.L.Unwanted(d.ctx(), b.ID)
		require.NoError(d, err)
		require.Equal(d, []activation.Email{"eva@example.com"}, gone, extra)
		d.Later(step)
		d.Do(e, list, []Member{ivo}, map[string]string{"ana@example.com": activation.ReasonNoConsent})
		gone, err = d.L.Unwanted(d.ctx(), b.ID)
		require.NoError(d, err)
		require.Equal(d, []activation.Email{"ana@example.com", "eva@example.com"}, gone, extra)
	}
}

// refusedRun holds that of a run of which nothing but refusals was carried out nothing else happens either: whom it would have
// let go without a call stays as she was (S26, S7, S11).
func refusedRun(d *Desk) {
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	ana, ivo, eva, mia := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva"), person("p4", "mia@example.com", "Mia")
	d.Note(1, "e", false, "ivo@example.com") // Ivo was there before
	d.Do("e", 1, []Member{ana, ivo, eva, mia}, nil)
	d.Do("other", 1, []Member{eva}, nil)
	d.Later(time.Hour)
	run, _ := d.Plan("e", 1, nil, refused) // as when the data are broken
	b := next(d, run)
	require.True(d, b.Refusals)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonCanceled))
	rc := d.Finish(run)
	require.EqualValues(d, []int64{4, 1, 3, 3}, []int64{rc.Leavers, rc.Removed, rc.NotRemoved, rc.Reasons[activation.ReasonCanceled]})
	d.Later(time.Hour)
	_, rc = d.Do("e", 1, []Member{ivo, eva, mia}, refused)
	require.EqualValues(d, []int64{3, 3, 0}, []int64{rc.Members, rc.Unchanged, rc.Leavers}, "nobody is sent, or counted, twice")
}

// twoContacts holds that of two contacts of the account whose addresses have one normal form the one that opted out decides, in
// whichever order they are read; one that was deleted and made anew is one contact (S8, S3).
func twoContacts(d *Desk) {
	ana := person("p1", "ana@xn--evapi-fxa.example.com", "Ana")
	latin, ascii := "ana@ćevapi.example.com", ana.Address
	rejected := func() int64 {
		d.Later(time.Minute)
		run, sum := d.Plan("e", 1, []Member{ana}, nil)
		require.NoError(d, d.L.Discard(d.ctx(), run))
		return sum.Reasons[activation.ReasonOptedOut]
	}
	out := ledger.MirrorContact{Contact: 5, Address: activation.Email(ascii), Written: latin, OptedOut: true}
	other := ledger.MirrorContact{Contact: 6, Address: activation.Email(ascii), Written: ascii}
	for _, readings := range [][][]ledger.MirrorContact{{{out}, {other}}, {{other}, {out}}, {{out, other}}, {{other, out}}, {{other}}} {
		for _, page := range readings {
			d.Mirror(page...)
		}
		require.EqualValues(d, 1, rejected(), readings)
	}
	anew := other
	anew.Contact, anew.Written = 7, latin
	d.Mirror(anew)
	require.Zero(d, rejected(), "the one that opted out is gone, for another is written like it: she has subscribed again")
}

// refusedByAWrongClock holds that a refusal by a run whose clock was ahead is over when the data say so, and that one by a run whose
// clock was set back holds for a run that read older data (S7).
func refusedByAWrongClock(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Later(30 * 24 * time.Hour)
	d.Do("e", 1, []Member{ivo}, refused)
	d.Later(-30 * 24 * time.Hour)
	d.Later(time.Hour)
	s, _ := d.Do("e", 1, []Member{ana, ivo}, nil) // she consents again
	require.Contains(d, s.Imports, "ana@example.com")

	d.Limits.MaxRows = 1
	ana.Values, ivo.Values = []string{"Anna"}, []string{"Ivan"}
	d.Later(time.Hour)
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil)
	d.Later(-2 * time.Hour)
	d.Do("other", 2, nil, refused)
	b := next(d, run)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(d.L.RecordSending(d.ctx(), b.ID, 0, d.now)))
	sum := d.PlanAs(run, "e", 1, []Member{ana, ivo}, nil)
	require.EqualValues(d, []int64{1, 1}, []int64{sum.Update, sum.Reasons[activation.ReasonNoConsent]})
	d.Settle(run)
	require.EqualValues(d, 1, d.Finish(run).Rejected)
}

// refusalIsOver holds that a refusal which newer data have taken back does not take anybody off a list because a run on older data
// goes on (S7): whom a run that came after it has sent again is hers to be there.
func refusalIsOver(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	held, _ := d.Plan("held", 2, []Member{ana, ivo}, nil)
	again, _ := d.Plan("held too", 3, []Member{ana, ivo}, nil)
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Later(24 * time.Hour)
	d.Do("e", 1, []Member{ivo}, refused)
	d.Later(24 * time.Hour)
	s, _ := d.Do("e", 1, []Member{ana, ivo}, nil) // she consents again
	require.Contains(d, s.Imports, "ana@example.com")
	d.Later(24 * time.Hour)
	d.PlanAs(again, "held too", 3, []Member{ana, ivo}, nil)
	for _, run := range []activation.RunID{again, held} { // they are released
		s = d.Settle(run)
		require.Empty(d, s.Removals, "nobody is taken off a list for a refusal that is over")
		require.Contains(d, s.Imports, "ana@example.com")
		require.EqualValues(d, 2, d.Finish(run).Added)
	}
}
