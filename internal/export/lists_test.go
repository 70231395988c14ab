package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

func TestS20TwoExportsOnOneListRemoveOnlyWhomNeitherWants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", w.connect("two", keyA), 7, "s2")
	w.are(person("p1", "Ana", "s1", "s2"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	w.are(person("p1", "Ana", "s2"), person("p2", "Ivo", "s1"))
	require.EqualValues(t, 1, w.ok(w.do(e1)).StillWanted)
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(7))
	w.are(person("p2", "Ivo", "s1"))
	r := w.do(e2)
	require.Equal(t, activation.StatusHeld, r.Status, "it would remove all of its people")
	_, err := w.svc.Release(t.Context(), r.ID, "ana")
	require.NoError(t, err)
	w.drive()
	require.EqualValues(t, 1, w.ok(w.run(r.ID)).Removed)
	require.Equal(t, []string{"ivo@example.com"}, w.a.on(7))
}

func TestS22AChangedListIsJoinedBeforeTheOldOneIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	held := w.do(e)
	require.Equal(t, activation.StatusHeld, held.Status, "under the brake")
	_, err = w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.drive()
	r := w.ok(w.run(held.ID))
	require.EqualValues(t, []int64{2, 2, 2}, []int64{r.Added, r.Leavers, r.Removed})
	require.Equal(t, []string{"import 9: ana@example.com ivo@example.com", "remove 7: ana@example.com ivo@example.com"}, w.a.did()[1:])
}

// TestS22WhoCouldNotJoinTheNewListStaysOnTheOldOne: else a value that Brevo does not take, or a report that nobody understands, would
// leave people on no list at all (S15).
func TestS22WhoCouldNotJoinTheNewListStaysOnTheOldOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines  []destination.ReportLine
		stay   []string
		reason string
	}{
		"one is rejected":            {[]destination.ReportLine{{Address: "ivo@example.com", Reason: "blocked"}}, []string{"ivo@example.com"}, activation.ReasonRejectedByBrevo},
		"a report is not understood": {[]destination.ReportLine{{Address: "who@example.com"}}, []string{"ana@example.com", "ivo@example.com"}, activation.ReasonOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
			w.ok(w.do(e))
			e.List = 9
			e, err := w.svc.Update(t.Context(), e)
			require.NoError(t, err)
			w.a.fates = []fate{{lines: c.lines}}
			move := func() activation.Run {
				r := w.do(e)
				if r.Status == activation.StatusHeld {
					_, err = w.svc.Release(t.Context(), r.ID, "ana")
					require.NoError(t, err)
					w.drive()
				}
				return w.run(r.ID)
			}
			r := move()
			require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
			require.Equal(t, c.stay, w.a.on(7))
			n := int64(len(c.stay))
			require.Equal(t, []int64{2, 2 - n, n}, []int64{r.Receipt.Leavers, r.Receipt.Removed, r.Receipt.NotRemoved})
			require.Equal(t, 2*n, r.Receipt.Reasons[c.reason], "not sent there, and so not removed here")
			w.ok(move())
			require.Empty(t, w.a.on(7), "they have joined the new one")
			require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.a.on(9))
		})
	}
}

func TestS18AnOldListThatIsGoneCountsAsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	delete(w.a.lists, 7)
	held := w.do(e)
	_, err = w.svc.Release(t.Context(), held.ID, "ana")
	require.NoError(t, err)
	w.drive()
	r := w.ok(w.run(held.ID))
	require.EqualValues(t, []int64{1, 1}, []int64{r.Added, r.Removed})
	rows, err := w.ledger.Rows(t.Context(), held.ID, ledger.RowFilter{Bucket: activation.BucketRemoved})
	require.NoError(t, err)
	require.Equal(t, activation.ReasonListGone, rows[0].Reason)
}

func TestS19WhoWasThereBeforeStays(t *testing.T) {
	t.Parallel()
	for _, takeOver := range []bool{false, true} {
		w := newWorld(t)
		w.a.put(7, "ana@example.com", "stranger@example.com")
		e := w.export("vip", w.connect("one", keyA), 7, "s1")
		e.TakeOver = takeOver
		e, err := w.svc.Update(t.Context(), e)
		require.NoError(t, err)
		w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
		dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
		require.NoError(t, err)
		w.drive()
		require.EqualValues(t, 2, w.run(dry.ID).Plan.ThereBefore, "the dry run shows how many")
		w.ok(w.do(e))
		w.are(person("p3", "Eva", "s1"))
		r := w.ok(w.do(e))
		on := []string{"ana@example.com", "eva@example.com", "stranger@example.com"}
		if takeOver {
			on = on[1:]
			require.EqualValues(t, 2, r.Removed)
		} else {
			require.EqualValues(t, []int64{1, 1}, []int64{r.Removed, r.Kept})
		}
		require.Equal(t, on, w.a.on(7))
	}
}

func TestS7WhoeverWithdrawsConsentLeavesEveryListWhateverThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	e1.Leavers = activation.LeaversKeep
	e1, err := w.svc.Update(t.Context(), e1)
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	ana := person("p1", "Ana")
	ana.refused = activation.ReasonNoConsent
	w.are(ana, person("p2", "Ivo", "s1"))
	w.ok(w.do(e1))
	require.Equal(t, []string{"ivo@example.com"}, w.a.on(7))
	require.Equal(t, []string{"ivo@example.com"}, w.a.on(9))
}

func TestS21AnAttributeIsFedByOneField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("first", w.connect("one", keyA), 7, "s1")
	bad := e
	bad.Name, bad.Connection = "second", w.connect("two", keyA)
	bad.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "firstname ", Field: "Last"}}
	_, err := w.svc.Create(t.Context(), bad)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err))
	bad.Connection = w.connect("three", keyB)
	_, err = w.svc.Create(t.Context(), bad)
	require.NoError(t, err, "another account")
	e.Mapping.Attributes[0].Field = "Last"
	_, err = w.svc.Update(t.Context(), e)
	require.NoError(t, err, "its own feeds may change")
}

func TestS1ARunThatMeetsAnotherAccountFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.org = "org-c"
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeWrongAccount, r.ErrorCode)
	require.Empty(t, w.a.did())
}

func TestS10AtSendTimeAPhoneThatCameToBelongToSomebodyElseIsWithheld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(customer{id: "p1", address: "ana@example.com", first: "Ana", phone: "+385911111111", in: []string{"s1"}})
	w.a.fail("import", fault{outcome: destination.NotDone})
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchReady))
	acct, err := w.ledger.Account(t.Context(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org-a"})
	require.NoError(t, err)
	w.a.change("other@example.com", func(c *destination.Contact) { c.Identifiers["SMS"] = "385911111111" })
	require.NoError(t, w.ledger.PutMirror(t.Context(), acct, 1, []ledger.MirrorContact{
		{Contact: 1, Address: "other@example.com", Identifiers: map[string]string{"SMS": "385911111111"}},
	}))
	w.drive()
	r := w.ok(w.run(id))
	require.EqualValues(t, 1, r.Added, "the person is exported without it")
	require.EqualValues(t, 1, r.Withheld[activation.ReasonPhoneShared])
	require.Empty(t, w.a.contacts["ana@example.com"].Identifiers)
}
func TestS11ARunUnderWayWhosePersonAnotherRunRemovedStillAddsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 1
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s2"))
	w.ok(w.do(e1))
	// Two more join the first export; while they are sent Ana and one of them withdraw, and the second export runs on newer data.
	w.are(person("p1", "Ana", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"), person("p2", "Ivo", "s2"))
	r1 := w.start(e1)
	w.drive(w.state(r1, ledger.BatchAccepted))
	ana, mia := person("p1", "Ana", "s1"), person("p4", "Mia", "s1")
	ana.refused, mia.refused = activation.ReasonNoConsent, activation.ReasonNoConsent
	w.are(ana, mia, person("p3", "Eva", "s1"), person("p2", "Ivo", "s2"))
	r2 := w.start(e2)
	w.drive()
	w.ok(w.run(r2))
	r := w.run(r1)
	require.NotEqual(t, activation.StatusFailed, r.Status, r.Error)
	require.NoError(t, r.Receipt.Check())
	require.NotContains(t, w.a.on(7), "ana@example.com")
}
func TestS20SomebodyWhoMovesBetweenTwoExportsOfAListStaysOnIt(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]bool{"the one that is left runs first": false, "the one that is joined runs first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.connect("one", keyA)
			e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
			w.ok(w.do(e1))
			w.ok(w.do(e2))
			w.are(person("p1", "Ana", "s2"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
			if last {
				e1, e2 = e2, e1
			}
			r1, r2 := w.start(e1), w.start(e2)
			w.drive()
			w.ok(w.run(r1))
			w.ok(w.run(r2))
			require.Equal(t, []string{"ana@example.com", "eva@example.com", "ivo@example.com"}, w.a.on(7))
			require.NotContains(t, w.a.did(), "remove 7: ana@example.com", "she was never taken off the list")
			if last {
				e1, e2 = e2, e1
			}
			// Nobody is forgotten there: when she leaves the second one as well, she leaves the list.
			w.are(person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
			w.ok(w.do(e2))
			w.ok(w.do(e1))
			require.Equal(t, []string{"eva@example.com", "ivo@example.com"}, w.a.on(7))
		})
	}
}

func TestS20SomebodyWhomTheOtherExportNeverSendsIsNotForgottenOnTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e1))
	w.are(person("p1", "Ana", "s2"), person("p2", "Ivo", "s1"))
	require.EqualValues(t, 1, w.ok(w.do(e1)).StillWanted)
	w.are(person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
	require.EqualValues(t, 1, w.ok(w.do(e1)).Removed)
	w.ok(w.do(e2))
	require.Equal(t, []string{"eva@example.com", "ivo@example.com"}, w.a.on(7))
}
