package ledgertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*Desk){
		"S1 accounts are told apart by identity":                     accounts,
		"S2 S23 of people never sent reconciling keeps no address":   reconcileUnknown,
		"S4 a changed address is one leaver and one joiner":          changedAddress,
		"S5 duplicates of the winner, who need not be a member":      duplicates,
		"S5 S11 addresses of others than members are told apart":     throughOthers,
		"S7 a refused address leaves every list":                     refusals,
		"S7 a refusal on newer data holds for a run under way":       refusedMeanwhile,
		"S7 a refusal removes those there before who left":           thereBeforeAndGone,
		"S7 a refusal removes those who left and came back by hand":  refusedAfterLeaving,
		"S7 a refusal on older data leaves receipts that add up":     refusedOnOlderData,
		"S5 S11 a winner may speak for two addresses":                twoAddresses,
		"S7 S11 refusals are ordered without a clock":                refusedWhileTheClockIsSetBack,
		"S7 who left before she was refused is told without a clock": refusedAfterLeavingWhileTheClockIsSetBack,
		"S7 an opt-out removes those who left as well":               optedOutAfterLeaving,
		"S17 S23 what a decision came after is told without a clock": decidedWhileTheClockIsSetBack,
		"S17 S23 a decision holds for a process that is watched":     decidedWhileWatched,
		"S8 opt-outs are remembered until lifted":                    optOuts,
		"S8 of two contacts of one address the opt-out decides":      twoContacts,
		"S7 refusals are ordered by runs, whatever the clock says":   refusedByAWrongClock,
		"S7 a refusal that newer data took back is over":             refusalIsOver,
		"S10 a shared phone is sent for nobody":                      sharedPhone,
		"S10 a phone belongs until another is acknowledged":          phoneBelongs,
		"S7 refusals and imports of other runs keep their order":     refusalsInOrder,
		"S10 the phones of the account's contacts count":             phoneInMirror,
		"S11 first run, second run, changes":                         firstAndSecond,
		"S11 a person refused after being sent has one outcome":      refusedAfterSent,
		"S12 what batches tell survives a start":                     whatBatchesTellSurvives,
		"S12 what is doubted is sent again":                          doubted,
		"S12 sent is not acknowledged":                               sentNotAcknowledged,
		"S13 rows to read back show every attribute":                 proofCovers,
		"S14 the fingerprint covers names, values and formats":       fingerprints,
		"S14 the order of attributes changes nobody":                 orderOfAttributes,
		"S14 values are rendered by the attribute's type":            rendering,
		"S25 S16 a moment is cut in the export's time zone":          cutInTheZone,
		"S15 rows that could not be sent keep their state":           couldNotBeSent,
		"S16 empty values are not sent":                              emptyValues,
		"S16 S14 what is missing is sent as empty when clearing":     clearing,
		"S16 people to prove clearing on go first and apart":         clearingProved,
		"S17 a failed batch is split":                                splits,
		"S17 imports that were given up in flight are named":         givenUp,
		"S17 a process that was given up is watched":                 givenUpIsWatched,
		"S10 S17 a phone belongs while its process is watched":       phoneWatched,
		"S18 a list that is gone counts as removed":                  listGone,
		"S19 people there before are never removed":                  thereBefore,
		"S19 there before one export, there before all":              thereBeforeAnotherExport,
		"S19 a note of a list not written to is made anew":           noteOutOfDate,
		"S19 taking over the people on the list":                     takeOver,
		"S20 the last owner removes":                                 lastOwner,
		"S20 kept people are counted once":                           kept,
		"S20 whom one export keeps, another one's removal keeps":     keptByAnother,
		"S20 a removed export's people are orphaned":                 orphaned,
		"S1 S20 an export that comes back to a list begins anew":     cameBack,
		"S22 another list: join the new one, then leave the old":     changedList,
		"S22 S26 who could not join another list is no removal":      couldNotJoin,
		"S22 S26 a removal that nobody was shown counts":             couldNotJoinYet,
		"S22 S15 who cannot be sent to another list stays":           cannotJoin,
		"S22 S23 whom a reconciliation missed has not joined":        missedOnTheNewList,
		"S22 S23 who is not there any more has not joined":           notThereAnyMore,
		"S22 S26 who was moved back is a removal once more":          movedBack,
		"S15 S20 who could not join another list is not kept":        keptOutside,
		"S20 S22 who stays on the old list counts once she has left": keptOnceLeft,
		"S22 S26 who was kept is a removal when she is to leave":     keptThenRemoved,
		"S22 S26 an export's people are removed without a hand-over": removedFirst,
		"S22 S12 they leave every list that they were sent to":       removedFromOldLists,
		"S22 a removal that is stopped says who was not removed":     removalAborted,
		"S22 S25 a removal is planned again when somebody is wanted": removalPlannedAgain,
		"S20 the kept are removed on a person's word":                keptRemoved,
		"S20 two exports that remove their kept forget nobody":       keptByBoth,
		"S20 S26 the kept are removed under the brake":               keptUnderTheBrake,
		"S20 S26 the kept are held but for those who stay":           keptWhoStay,
		"S26 who is removed half-way is counted once":                keptAgain,
		"S20 S19 the orphaned are adopted":                           orphansAdopted,
		"S20 S26 who is adopted leaves under the brake":              adoptedUnderTheBrake,
		"S20 S19 adopting makes a note of before be made anew":       adoptedBeforeTheFirstWrite,
		"S20 of two that left somebody the milder has the last word": adoptedFromTwo,
		"S23 a list is compared, and everybody on it accounted for":  reconcileFinds,
		"S23 who is missing is sent again when a person says so":     reconcileResend,
		"S23 who is extra becomes owned or there before":             reconcileExtra,
		"S23 orphans are adopted":                                    reconcileOrphans,
		"S23 a decision on what is no longer true is refused":        reconcileStale,
		"S23 a reading that was broken off begins anew":              reconcileAgain,
		"S23 which reconciliation is newest is told without a clock": reconcileWhileTheClockIsSetBack,
		"S23 what to expect on a list follows what was left on it":   reconcileExpected,
		"S25 planning twice gives the same plan":                     deterministic,
		"S25 what changed since the plan is noticed":                 movedSincePlan,
		"S25 what changed is noticed in its batch, and no other":     movedInOneBatch,
		"S26 of a run that is refused nothing but refusals happens":  refusedRun,
		"S26 the brake": brake,
		"S26 what is released does not grow by planning again":        releasedOnce,
		"S2 S7 who is refused and shown on a list again is taken off": shownAgain,
		"S26 refusals are batches of their own":                       refusalsApart,
		"S17 S19 who was given up was not there before":               givenUpIsNotThereBefore,
		"S26 small removals pass the brake":                           brakeSmall,
		"S26 the brake counts nobody who is refused":                  brakeRefused,
		"S26 who stays whatever is decided hides no empty segment":    brakeWhoStays,
		"S26 how many leave of whom nobody is acknowledged":           brakeNobodyAcknowledged,
		"S29 an aborted run says what was not sent":                   aborted,
		"S30 an unknown batch is sent again unchanged":                unknownBatch,
		"S35 S17 S23 what a watch needs is not dropped":               prunedWhileWatched,
		"S35 S7 what a held run needs is not dropped":                 prunedWhileHeld,
		"S35 S11 what the receipt of a run needs is not dropped":      prunedReceipt,
		"S35 S8 what an opt-out needs is not dropped":                 prunedOptOut,
		"S35 S7 the order of runs outlives their rows":                prunedOrder,
		"S35 a finished run keeps no values":                          noValuesKept,
		"a ledger closed between any two calls goes on":               reopened,
		"batches are cut by size and number":                          cutting,
		"a dry run leaves no trace but its rows":                      dryRun,
		"rows can be asked for by bucket and reason":                  rowsByBucket,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(NewDesk(t, open))
		})
	}
}

func accounts(d *Desk) {
	same, err := d.L.Account(d.ctx(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org"})
	require.NoError(d, err)
	require.Equal(d, d.Acct, same)
	other, err := d.L.Account(d.ctx(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "other"})
	require.NoError(d, err)
	require.NotEqual(d, d.Acct, other)
	d.Mirror(ledger.MirrorContact{Address: "ana@example.com", OptedOut: true})
	st, err := d.L.Mirror(d.ctx(), other)
	require.NoError(d, err)
	require.Zero(d, st.OptOuts, "an opt-out of one account says nothing of another")
}

func changedAddress(d *Desk) {
	d.Do("e", 1, []Member{person("p1", "old@example.com", "Ana")}, nil)
	s, rc := d.Do("e", 1, []Member{person("p1", "new@example.com", "Ana")}, nil)
	require.Equal(d, []string{"old@example.com"}, s.Removals[1])
	require.Contains(d, s.Imports, "new@example.com")
	require.EqualValues(d, []int64{1, 1, 1, 1}, []int64{rc.Members, rc.Added, rc.Leavers, rc.Removed})
}

func duplicates(d *Desk) {
	members := []Member{
		{ID: "p1", Address: "ana@example.com", Winner: "p1", Values: []string{"Ana"}},
		{ID: "p2", Address: "ana@example.com", Winner: "p1"},
		{ID: "p3", Address: "ivo@example.com", Winner: "outsider", Values: []string{"Ivo"}},
		{ID: "p4", Problem: "email_missing"},
	}
	s, rc := d.Do("e", 1, members, nil)
	require.Len(d, s.Imports, 2, "an address goes out once, with the winner's values, member or not")
	require.Equal(d, `{"FIRSTNAME":"Ivo"}`, s.Imports["ivo@example.com"])
	require.EqualValues(d, []int64{4, 1, 2, 1}, []int64{rc.Members, rc.Added, rc.Duplicates, rc.Rejected})
	require.EqualValues(d, 1, rc.Reasons["email_missing"])
	s, rc = d.Do("e", 1, members, nil)
	require.Empty(d, s.Calls)
	require.EqualValues(d, []int64{4, 1, 2, 1}, []int64{rc.Members, rc.Unchanged, rc.Duplicates, rc.Rejected})
}

// throughOthers: the receipt's members are less than the addresses that go out, where a winner is no member; it says by how many.
func throughOthers(d *Desk) {
	members := []Member{
		{ID: "p1", Address: "ana@example.com", Winner: "p1", Values: []string{"Ana"}},
		{ID: "p2", Address: "ana@example.com", Winner: "p1"},
		{ID: "p3", Address: "ivo@example.com", Winner: "outsider", Values: []string{"Ivo"}},
		{ID: "p4", Address: "ivo@example.com", Winner: "outsider"},
		{ID: "p5", Address: "mia@example.com", Winner: "stranger", Values: []string{"Mia"}},
	}
	told := func(refused map[string]string, rejected ...string) []int64 {
		run, sum := d.Plan("e", 1, members, refused)
		d.Settle(run, rejected...)
		rc := d.Finish(run)
		require.EqualValues(d, sum.Duplicates, rc.Duplicates)
		return []int64{sum.ThroughOthers, rc.ThroughOthers, rc.Duplicates}
	}
	require.Equal(d, []int64{2, 1, 4}, told(nil, "mia@example.com"), "whom Brevo refuses is not on the list")
	require.Equal(d, []int64{2, 2, 4}, told(nil), "who is in step counts, and who is sent again")
	members[2].Values = []string{"Ivan"}
	require.Equal(d, []int64{2, 2, 4}, told(nil))
	d.Mirror(ledger.MirrorContact{Contact: 5, Address: "mia@example.com", OptedOut: true})
	require.Equal(d, []int64{1, 1, 3}, told(nil), "who opted out is rejected")
	members[2].Problem, members[3].Problem = activation.ReasonNoConsent, activation.ReasonNoConsent
	require.Equal(d, []int64{0, 0, 1}, told(map[string]string{"ivo@example.com": activation.ReasonNoConsent}))
}

func refusals(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e1", 1, []Member{ana, ivo}, nil)
	d.Do("e2", 2, []Member{ana, ivo}, nil)
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}
	withdrawn := Member{ID: "p1", Address: "ana@example.com", Problem: activation.ReasonNoConsent, Winner: "p1"}
	d.Policy = activation.LeaversKeep
	s, rc := d.Do("e1", 1, []Member{withdrawn, ivo}, refused)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1], "whatever the policy")
	require.Equal(d, []string{"ana@example.com"}, s.Removals[2], "from every list that Segue wrote it to")
	require.EqualValues(d, []int64{2, 1, 1, 1, 1, 1}, []int64{rc.Members, rc.Unchanged, rc.Rejected, rc.Leavers, rc.Removed, rc.RefusalRemoved})
	st, err := d.L.Standings(d.ctx(), "ana@example.com")
	require.NoError(d, err)
	require.Empty(d, st)
	s, rc = d.Do("e2", 2, []Member{withdrawn, ivo}, refused)
	require.Empty(d, s.Calls, "the other export finds the work done")
	require.EqualValues(d, []int64{0, 1, 1}, []int64{rc.Leavers, rc.Rejected, rc.Unchanged})
}

func optOuts(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	d.Do("e", 1, []Member{ana}, nil)
	d.Mirror(ledger.MirrorContact{Contact: 5, Address: "ana@example.com", OptedOut: true})
	s, rc := d.Do("e", 1, []Member{ana}, nil)
	require.Empty(d, s.Imports)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1])
	require.EqualValues(d, 1, rc.Reasons[activation.ReasonOptedOut])

	// The contact is deleted at the destination: a full mirror without it forgets the contact, not the opt-out.
	require.NoError(d, d.L.FinishMirror(d.ctx(), d.Acct, d.now.UnixMicro()+1, true, d.now, d.now))
	s, rc = d.Do("e", 1, []Member{ana}, nil)
	require.Empty(d, s.Calls, "somebody who opted out is not created anew")
	require.EqualValues(d, []int64{1, 1, 0}, []int64{rc.Members, rc.Rejected, rc.Leavers})

	require.NoError(d, d.L.LiftOptOut(d.ctx(), d.Acct, "ana@example.com", "admin", "asked in writing", d.now))
	err := d.L.LiftOptOut(d.ctx(), d.Acct, "ana@example.com", "admin", "again", d.now)
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
	s, _ = d.Do("e", 1, []Member{ana}, nil)
	require.Contains(d, s.Imports, "ana@example.com")

	d.Mirror(ledger.MirrorContact{Contact: 6, Address: "ana@example.com", OptedOut: true})
	d.Mirror(ledger.MirrorContact{Contact: 6, Address: "ana@example.com"})
	_, rc = d.Do("e", 1, []Member{ana}, nil)
	require.Zero(d, rc.Rejected, "the destination shows the person subscribed again")
}

func sharedPhone(d *Desk) {
	run, sum := d.Plan("e", 1, []Member{
		person("p1", "ana@example.com", "Ana", "+385911111111"), person("p2", "ivo@example.com", "Ivo", "+385911111111"),
		person("p3", "eva@example.com", "Eva", "+385912222222"),
	}, nil)
	require.EqualValues(d, 2, sum.Withheld[activation.ReasonPhoneShared])
	s := d.Settle(run)
	require.Equal(d, map[string]string{
		"ana@example.com": `{"FIRSTNAME":"Ana"}`, "ivo@example.com": `{"FIRSTNAME":"Ivo"}`, "eva@example.com": `{"FIRSTNAME":"Eva","SMS":"+385912222222"}`,
	}, s.Imports)
	rows, err := d.L.Rows(d.ctx(), run, ledger.RowFilter{})
	require.NoError(d, err)
	withheld := 0
	for _, r := range rows {
		if r.Withheld["SMS"] == activation.ReasonPhoneShared {
			withheld++
		}
	}
	require.Equal(d, 2, withheld, "the persons are listed")
}

func phoneBelongs(d *Desk) {
	d.Do("e1", 1, []Member{person("p1", "ana@example.com", "Ana", "+385911111111")}, nil)
	d.Do("e1", 1, nil, nil) // Ana leaves; the number stays hers
	s, _ := d.Do("e2", 2, []Member{person("p2", "ivo@example.com", "Ivo", "+385911111111")}, nil)
	require.Equal(d, `{"FIRSTNAME":"Ivo"}`, s.Imports["ivo@example.com"], "leaving a list does not free a number")
	d.Do("e1", 1, []Member{person("p1", "ana@example.com", "Ana", "+385913333333")}, nil)
	s, _ = d.Do("e2", 2, []Member{person("p2", "ivo@example.com", "Ivo", "+385911111111")}, nil)
	require.Equal(d, `{"FIRSTNAME":"Ivo","SMS":"+385911111111"}`, s.Imports["ivo@example.com"], "another value was acknowledged for Ana")
}

func phoneInMirror(d *Desk) {
	d.Mirror(
		ledger.MirrorContact{Contact: 1, Address: "stranger@example.com", Identifiers: map[string]string{"SMS": "385911111111"}},
		ledger.MirrorContact{Contact: 2, Identifiers: map[string]string{"SMS": "385912222222"}},
		ledger.MirrorContact{Contact: 3, Address: "mia@example.com", Identifiers: map[string]string{"SMS": "385913333333"}},
	)
	s, _ := d.Do("e", 1, []Member{
		person("p1", "ana@example.com", "Ana", "+385911111111"), person("p2", "ivo@example.com", "Ivo", "+385912222222"),
		person("p3", "mia@example.com", "Mia", "+385913333333"),
	}, nil)
	require.Equal(d, map[string]string{
		"ana@example.com": `{"FIRSTNAME":"Ana"}`, "ivo@example.com": `{"FIRSTNAME":"Ivo"}`, "mia@example.com": `{"FIRSTNAME":"Mia","SMS":"+385913333333"}`,
	}, s.Imports)
}

func firstAndSecond(d *Desk) {
	people := []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")}
	s, rc := d.Do("e", 1, people, nil)
	require.Len(d, s.Imports, 3)
	require.EqualValues(d, []int64{3, 3}, []int64{rc.Members, rc.Added})
	s, rc = d.Do("e", 1, people, nil)
	require.Empty(d, s.Calls, "a run with no changes writes nothing")
	require.EqualValues(d, []int64{3, 3}, []int64{rc.Members, rc.Unchanged})
	s, rc = d.Do("e", 1, []Member{person("p1", "ana@example.com", "Anna"), people[1], person("p4", "mia@example.com", "Mia")}, nil)
	require.Equal(d, map[string]string{"ana@example.com": `{"FIRSTNAME":"Anna"}`, "mia@example.com": `{"FIRSTNAME":"Mia"}`}, s.Imports)
	require.Equal(d, []ledger.BatchKind{ledger.BatchRemoval, ledger.BatchImport}, s.Calls, "removals first")
	require.EqualValues(d, []int64{3, 1, 1, 1, 1, 1}, []int64{rc.Members, rc.Added, rc.Updated, rc.Unchanged, rc.Leavers, rc.Removed})
	c, err := d.L.Counts(d.ctx(), d.Acct, 1, "e")
	require.NoError(d, err)
	require.Equal(d, ledger.ListCounts{Owned: 3, Acknowledged: 3}, c)
}
