package ledgertest

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Reconcile reads a list of these people back, in two pages, and compares. The profiles are all there are.
func (d *Desk) Reconcile(export string, list int64, profiles []Member, people ...string) (activation.RunID, activation.Reconciliation) {
	d.Helper()
	d.runs++
	d.Later(time.Second)
	run := activation.RunID(fmt.Sprintf("run-%03d", d.runs))
	d.read(run, true, people[:len(people)/2]...)
	d.read(run, false, people[len(people)/2:]...)
	r := ledger.ReconcileRequest{
		Run: run, Account: d.Acct, Export: activation.ExportID(export), List: activation.ListID(list),
		MembersPath: filepath.Join(d.out, string(run)+".members.parquet"), At: d.now,
	}
	d.pen.Write(d, r.MembersPath, "profile_id, address, problem, winner", memberRows(profiles))
	rec, err := d.L.Reconcile(d.ctx(), r)
	require.NoError(d, err)
	require.NoError(d, rec.Check())
	again, err := d.L.Reconcile(d.ctx(), r)
	require.NoError(d, err)
	require.Equal(d, rec, again, "comparing twice gives the same")
	kept, err := d.L.Reconciliation(d.ctx(), run)
	require.NoError(d, err)
	require.Equal(d, rec, kept)
	return run, rec
}

func (d *Desk) read(run activation.RunID, first bool, people ...string) {
	d.Helper()
	var page []ledger.Listed
	for _, p := range people {
		c := int64(0)
		for _, r := range p {
			c = c*31 + int64(r)
		}
		page = append(page, ledger.Listed{Contact: c & (1<<40 - 1), Address: activation.Email(p)})
	}
	require.NoError(d, d.L.ReadList(d.ctx(), d.Acct, run, first, page))
}

// decide carries out a choice and holds that it may be repeated.
func (d *Desk) decide(run activation.RunID, c activation.ReconcileChoice) activation.Reconciliation {
	d.Helper()
	rec, err := d.L.Decide(d.ctx(), run, c, "ana", d.now)
	require.NoError(d, err)
	again, err := d.L.Decide(d.ctx(), run, c, "iva", d.now.Add(time.Hour))
	require.NoError(d, err)
	require.Equal(d, rec, again, "the same choice again changes nothing")
	return rec
}

func (d *Desk) found(run activation.RunID) map[string]string {
	d.Helper()
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{})
	require.NoError(d, err)
	out := map[string]string{}
	for i, r := range rows {
		require.EqualValues(d, i+1, r.Number)
		require.True(d, r.Settled)
		require.Equal(d, r.Bucket == activation.BucketExtra, r.Contact != 0)
		key := string(r.Address)
		if key == "" {
			key = fmt.Sprintf("contact of %s", r.Reason)
		}
		out[key] = string(r.Bucket) + " " + r.Reason + " " + r.ProfileID
	}
	return out
}

func reconcileFinds(d *Desk) {
	d.Note(1, "e", false, "before@example.com", "moved@example.com", "lea@example.com")
	people := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com"), person("p3", "eva@example.com"), person("p4", "lea@example.com")}
	d.Do("e", 1, people, nil)
	d.Do("e", 1, append([]Member{person("p5", "mia@example.com")}, people[:2]...), nil) // Eva is removed, Lea stays as she was there before
	run, _ := d.Plan("e", 1, append([]Member{person("p5", "mia@example.com"), person("p6", "tin@example.com")}, people[:2]...), nil)
	b, _, err := d.L.NextBatch(d.ctx(), run)
	require.NoError(d, err)
	require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
	require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonStopped))
	d.Finish(run)
	d.Do("other", 2, []Member{person("p9", "elsewhere@example.com")}, nil)

	profiles := append(people, person("p7", "pro@example.com"), Member{ID: "p8", Address: "no@example.com", Problem: activation.ReasonNoConsent}, Member{ID: "p0", Problem: "email_missing"})
	run, rec := d.Reconcile("e", 1, profiles, "ana@example.com", "mia@example.com", "before@example.com", "lea@example.com", "eva@example.com",
		"tin@example.com", "pro@example.com", "no@example.com", "elsewhere@example.com", "stranger@example.com")
	require.Equal(d, map[string]string{
		"ivo@example.com": "missing owned ", "eva@example.com": "extra sent_earlier p3", "tin@example.com": "extra not_acknowledged ",
		"pro@example.com": "extra matches_profile p7", "no@example.com": "extra matches_profile p8", "contact of unknown": "extra unknown ",
	}, d.found(run))
	require.EqualValues(d, []int64{10, 4, 1, 2, 2, 2, 1},
		[]int64{rec.Listed, rec.InStep, rec.Missing, rec.ExtraSent, rec.ExtraProfile, rec.ExtraUnknown, rec.ThereBeforeGone})
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{Bucket: activation.BucketExtra, Reason: activation.ReasonUnknownPerson})
	require.NoError(d, err)
	require.Len(d, rows, 2, "sent to another list is not sent to this one")
	st, err := d.L.RunState(d.ctx(), run)
	require.NoError(d, err)
	require.True(d, st.Ended)
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(time.Hour)))
	rows, err = d.L.Rows(d.ctx(), run, ledger.RowFilter{})
	require.NoError(d, err)
	require.Empty(d, rows, "dropped like those of other runs")
	_, err = d.L.Decide(d.ctx(), run, activation.ReconcileChoice{Missing: activation.MissingResend}, "ana", d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err))
}

func reconcileResend(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	d.Policy = activation.LeaversKeep
	d.Do("e2", 1, []Member{person("p3", "eva@example.com", "Eva")}, nil)
	d.Do("e2", 1, nil, nil) // Eva is kept
	run, rec := d.Reconcile("e", 1, people, "ana@example.com")
	require.EqualValues(d, 2, rec.Missing)
	require.Equal(d, map[string]string{"ivo@example.com": "missing owned ", "eva@example.com": "missing kept "}, d.found(run))
	rec = d.decide(run, activation.ReconcileChoice{Missing: activation.MissingResend})
	require.Equal(d, activation.ReconcileDecision{ReconcileChoice: activation.ReconcileChoice{
		Missing: activation.MissingResend, ExtraSent: activation.ExtraLeave, ExtraProfile: activation.ExtraLeave, ExtraUnknown: activation.ExtraLeave,
	}, By: "ana", At: d.now}, *rec.Decision)
	_, err := d.L.Decide(d.ctx(), run, activation.ReconcileChoice{Missing: activation.MissingLeave}, "ana", d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "decided once")
	s, rc := d.Do("e", 1, people, nil)
	require.Equal(d, map[string]string{"ivo@example.com": `{"FIRSTNAME":"Ivo"}`}, s.Imports, "the next run sends him again")
	require.EqualValues(d, []int64{1, 1, 0}, []int64{rc.Unchanged, rc.Updated, rc.Added}, "added once")
	s, _ = d.Do("e2", 1, []Member{person("p3", "eva@example.com", "Eva")}, nil)
	require.Contains(d, s.Imports, "eva@example.com", "somebody who was kept and is gone is sent when she is wanted again")
}

func reconcileExtra(d *Desk) {
	d.Note(1, "e", false)
	d.Note(1, "e2", false)
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	mia, tin := person("p4", "mia@example.com", "Mia"), person("p5", "tin@example.com", "Tin")
	d.Do("e", 1, []Member{ana, ivo, eva}, nil)
	d.Do("e", 1, []Member{ana}, nil)
	on := []string{"ana@example.com", "ivo@example.com", "eva@example.com", "mia@example.com", "tin@example.com", "stranger@example.com"}
	all := []Member{ana, ivo, eva, mia, tin}
	_, err := activation.ReconcileChoice{ExtraUnknown: activation.ExtraOwn}.Normalise()
	require.Equal(d, activation.CodeInvalid, activation.CodeOf(err))
	run, rec := d.Reconcile("e", 1, all, on...)
	require.EqualValues(d, []int64{2, 2, 1}, []int64{rec.ExtraSent, rec.ExtraProfile, rec.ExtraUnknown})
	d.decide(run, activation.ReconcileChoice{ExtraSent: activation.ExtraThereBefore, ExtraProfile: activation.ExtraOwn, ExtraUnknown: activation.ExtraThereBefore})

	s, rc := d.Do("e", 1, []Member{ana, ivo, mia}, nil)
	require.Equal(d, map[int64][]string{1: {"tin@example.com"}}, s.Removals, "owned and not wanted")
	require.EqualValues(d, []int64{2, 1, 1}, []int64{rc.Added, rc.Unchanged, rc.Removed}, "Ivo and Mia are acknowledged now")
	s, rc = d.Do("e", 1, []Member{ana}, nil)
	require.Equal(d, map[int64][]string{1: {"mia@example.com"}}, s.Removals, "Ivo counts as there before")
	require.EqualValues(d, 1, rc.Kept)
	d.Do("e2", 1, []Member{eva}, nil)
	s, _ = d.Do("e2", 1, nil, nil)
	require.Empty(d, s.Removals, "there before for every export of the list")
	_, rec = d.Reconcile("e", 1, all, "ana@example.com", "ivo@example.com", "eva@example.com", "stranger@example.com")
	require.True(d, rec.InOrder(), "%+v", rec)
}

func reconcileOrphans(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	for _, c := range []struct {
		list   int64
		choice activation.ExtraChoice
		gone   []string
	}{{1, activation.ExtraOwn, []string{"ivo@example.com"}}, {2, activation.ExtraThereBefore, nil}, {3, activation.ExtraLeave, nil}} {
		old, now := fmt.Sprintf("old-%d", c.list), fmt.Sprintf("new-%d", c.list)
		d.Do(old, c.list, []Member{ana, ivo}, nil)
		require.NoError(d, d.L.Orphan(d.ctx(), activation.ExportID(old), d.now))
		run, rec := d.Reconcile(now, c.list, nil, "ana@example.com", "ivo@example.com")
		require.EqualValues(d, 2, rec.Reasons[activation.ReasonSentOrphaned])
		d.decide(run, activation.ReconcileChoice{ExtraSent: c.choice})
		s, rc := d.Do(now, c.list, []Member{ana}, nil)
		require.Equal(d, c.gone, s.Removals[c.list], "%s", c.choice)
		require.EqualValues(d, 1, rc.Added)
		s, _ = d.Do(now, c.list, []Member{ana}, map[string]string{"ivo@example.com": activation.ReasonNoConsent})
		if c.choice == activation.ExtraLeave {
			require.Equal(d, []string{"ivo@example.com"}, s.Removals[c.list], "a refusal finds whoever was sent (S7)")
		}
	}
}

func reconcileStale(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")}
	resend := activation.ReconcileChoice{Missing: activation.MissingResend}
	refused := func(run activation.RunID, why string) {
		d.Helper()
		_, err := d.L.Decide(d.ctx(), run, resend, "ana", d.now)
		require.Equal(d, activation.CodeConflict, activation.CodeOf(err), why)
		rec, err := d.L.Reconciliation(d.ctx(), run)
		require.NoError(d, err)
		require.Nil(d, rec.Decision, why)
	}
	d.Do("e", 1, people[:2], nil)
	_, err := d.L.Decide(d.ctx(), "nobody", resend, "ana", d.now)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
	run, _ := d.Reconcile("e", 1, people, "ana@example.com")
	d.Do("e", 1, people, nil)
	refused(run, "the ledger moved")
	old, _ := d.Reconcile("e", 1, people, "ana@example.com")
	run, _ = d.Reconcile("e", 1, people, "ana@example.com")
	refused(old, "there is a newer one")
	other, _ := d.Plan("e2", 2, people, nil)
	under, _ := d.Plan("e", 1, people[:1], nil)
	refused(run, "a run has planned on what would change")
	require.NoError(d, d.L.Discard(d.ctx(), under))
	d.decide(run, resend)
	d.Settle(other)
	d.Finish(other)
	s, _ := d.Do("e", 1, people, nil)
	require.Len(d, s.Imports, 2)
}

// reconcileWhileTheClockIsSetBack: which reconciliation is the newest is told by the order in which they were made.
func reconcileWhileTheClockIsSetBack(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")}
	d.Do("e", 1, people, nil)
	d.Later(48 * time.Hour) // a clock that is ahead
	require.NoError(d, d.L.MarkRestored(d.ctx(), d.now))
	first, _ := d.Reconcile("e", 1, people, "ana@example.com", "ivo@example.com", "s1@example.com")
	d.decide(first, activation.ReconcileChoice{})
	_, most, err := d.L.Expected(d.ctx(), d.Acct, 1)
	require.NoError(d, err)
	require.EqualValues(d, 3, most)
	old, _ := d.Reconcile("e", 1, people, "ana@example.com", "s1@example.com", "s2@example.com")
	require.NoError(d, d.L.MarkRestored(d.ctx(), d.now))
	d.Later(-47 * time.Hour) // it was set right
	run, _ := d.Reconcile("e", 1, people, "ana@example.com", "ivo@example.com")
	_, err = d.L.Decide(d.ctx(), old, activation.ReconcileChoice{Missing: activation.MissingResend}, "ana", d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "there is a newer one")
	s, _ := d.Do("e", 1, people, nil)
	require.Empty(d, s.Calls, "Ivo is there")
	lists, err := d.L.Unreconciled(d.ctx(), d.Acct)
	require.NoError(d, err)
	require.Empty(d, lists, "it was found in order after the copy")
	d.decide(run, activation.ReconcileChoice{})
	_, most, err = d.L.Expected(d.ctx(), d.Acct, 1)
	require.NoError(d, err)
	require.EqualValues(d, 2, most, "what was decided last counts")

	d.Later(-time.Hour)
	require.NoError(d, d.L.MarkRestored(d.ctx(), d.now))
	run, _ = d.Reconcile("e", 1, people, "ana@example.com")
	d.Later(-time.Hour)
	require.NoError(d, d.L.MarkRestored(d.ctx(), d.now)) // from a copy that was made meanwhile
	d.decide(run, activation.ReconcileChoice{Missing: activation.MissingResend})
	lists, err = d.L.Unreconciled(d.ctx(), d.Acct)
	require.NoError(d, err)
	require.Equal(d, []activation.ListID{1}, lists, "the list was read before the copy")
}

func reconcileAgain(d *Desk) {
	d.Do("e", 1, []Member{person("p1", "ana@example.com", "Ana")}, nil)
	d.runs++
	run := activation.RunID(fmt.Sprintf("run-%03d", d.runs))
	d.read(run, true, "stranger@example.com", "ana@example.com")
	_, err := d.L.Reconciliation(d.ctx(), run)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
	d.Reopen()
	d.runs--
	_, rec := d.Reconcile("e", 1, nil, "ana@example.com")
	require.EqualValues(d, []int64{1, 1}, []int64{rec.Listed, rec.InStep})
	d.read("left", true, "stranger@example.com")
	require.NoError(d, d.L.ForgetReading(d.ctx(), "left"))
	open, err := d.L.OpenRuns(d.ctx())
	require.NoError(d, err)
	require.Empty(d, open)
}

func reconcileExpected(d *Desk) {
	expect := func(least, most int64, why string) {
		d.Helper()
		a, b, err := d.L.Expected(d.ctx(), d.Acct, 1)
		require.NoError(d, err)
		require.Equal(d, []int64{least, most}, []int64{a, b}, why)
	}
	expect(0, 0, "nothing is known")
	d.Note(1, "e", false, "before@example.com", "ana@example.com")
	d.Note(1, "e2", false, "before@example.com")
	people := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com"), person("p3", "eva@example.com")}
	d.Do("e", 1, people, nil)
	d.Do("e2", 1, append(people[1:], person("p4", "mia@example.com")), nil)
	d.Do("e", 2, people, nil)
	expect(5, 5, "everybody once: three and Mia, and one who was there before")
	run, _ := d.Reconcile("e", 1, nil, "ana@example.com", "eva@example.com", "s1@example.com", "s2@example.com", "s3@example.com")
	expect(5, 5, "finding changes nothing")
	d.decide(run, activation.ReconcileChoice{Missing: activation.MissingResend})
	expect(5, 7, "two of four are sent, not acknowledged; three strangers were left, one who was there before is gone")
	d.Later(time.Second)
	run, _ = d.Reconcile("e", 1, nil, "ana@example.com", "eva@example.com", "s1@example.com", "s2@example.com", "s3@example.com")
	d.decide(run, activation.ReconcileChoice{ExtraUnknown: activation.ExtraThereBefore})
	expect(5, 7, "noted instead of left")
}

func reconcileUnknown(d *Desk) {
	run, rec := d.Reconcile("e", 1, nil, "stranger@example.com", "")
	require.EqualValues(d, 2, rec.ExtraUnknown, "a contact without an address counts")
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{})
	require.NoError(d, err)
	for _, r := range rows {
		require.Empty(d, r.Address)
		require.Empty(d, r.ProfileID)
	}
	seen, err := d.L.AddressRows(d.ctx(), "stranger@example.com", 10)
	require.NoError(d, err)
	require.Empty(d, seen)
	require.NoError(d, d.L.Prune(d.ctx(), d.now.Add(time.Hour)))
	_, err = d.L.Decide(d.ctx(), run, activation.ReconcileChoice{ExtraUnknown: activation.ExtraThereBefore}, "ana", d.now)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "whom it found is not known any more, though there was no other run")
}
