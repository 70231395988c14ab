package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
)

func faultRefused() fault {
	return fault{outcome: destination.Refused, code: activation.CodeRefused}
}

func blocklist(c *destination.Contact) { c.Blocklisted = true }

func TestS27ASegmentThatCannotBeEvaluatedStopsTheRunBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	w, e, _ := standingCrowd(t, 3)
	w.are()
	w.fails = []error{activation.Errorf(activation.CodeCannotEvaluate, "a column is missing")}
	before := len(w.a.did())
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeCannotEvaluate, r.ErrorCode)
	require.Len(t, w.a.did(), before)
	require.Len(t, w.a.on(7), 3)
}

func TestS27ASegmentOverAFieldThatIsGoneIsNeverNobody(t *testing.T) {
	t.Parallel()
	w, e, _ := standingCrowd(t, 3)
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		p, err := tx.Profile(t.Context())
		if err != nil {
			return err
		}
		p.Fields[1].Name = "Given"
		return tx.PutProfile(t.Context(), p)
	}))
	w.are()
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeCannotEvaluate, r.ErrorCode)
	require.Len(t, w.a.on(7), 3)
}

func TestS28DefiniteAnswersStopARun(t *testing.T) {
	t.Parallel()
	for _, code := range []activation.Code{
		activation.CodeBadCredentials, activation.CodeKeyMissing, activation.CodeAddressRefused, activation.CodeForbidden, activation.CodeRefused,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"))
			w.a.fail("import", fault{outcome: destination.Refused, code: code})
			r := w.do(e)
			require.Equal(t, activation.StatusFailed, r.Status)
			require.Equal(t, code, r.ErrorCode)
			require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonStopped])
			require.EqualValues(t, 1, w.ok(w.do(e)).Added, "after it was mended")
		})
	}
}

func TestS28AnAttributeThatIsMissingStopsTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.attributes = w.a.attributes[1:]
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeAttributeMissing, r.ErrorCode)
	require.Empty(t, w.a.did())
}

func TestS28WhatMayPassIsTriedAgainWithBackOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	for range 3 {
		w.fails = append(w.fails, activation.Errorf(activation.CodeUnavailable, "the warehouse is busy"))
	}
	id := w.start(e)
	w.drive(func() bool { return w.run(id).Attempt == 3 })
	require.Equal(t, activation.StatusRetrying, w.run(id).Status)
	w.drive()
	w.ok(w.run(id))
}

func TestS25ADefinitionChangedAfterARunPlannedChangesNothingOfIt(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"", "plan.before-ledger"} {
		t.Run("killed at "+point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			ana := customer{id: "p1", address: "ana@example.com", first: "Ana", last: "Kos", phone: "+385911111111", in: []string{"s1"}}
			w.are(ana, person("p2", "Ivo", "s1"))
			if point != "" {
				w.crash[point] = 1
			}
			w.a.fail("import", fault{outcome: destination.NotDone})
			id := w.start(e)
			w.step()
			// Meanwhile attributes change places, and what is known of Ivo makes it plan again.
			e.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "SMS", Field: "Phone"}, {Attribute: "LASTNAME", Field: "Last"}}
			_, err := w.svc.Update(t.Context(), e)
			require.NoError(t, err)
			acct, err := w.ledger.Account(t.Context(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org-a"})
			require.NoError(t, err)
			require.NoError(t, w.ledger.PutMirror(t.Context(), acct, 1, []ledger.MirrorContact{{Contact: 1, Address: "ivo@example.com", OptedOut: true}}))
			w.drive()
			require.EqualValues(t, 1, w.run(id).Receipt.Added)
			c := w.a.contacts["ana@example.com"]
			require.Equal(t, "385911111111", c.Identifiers["SMS"])
			if point == "" {
				require.Equal(t, []string{"Ana", ""}, []string{c.Attributes["FIRSTNAME"], c.Attributes["LASTNAME"]})
			} else { // it had not planned: nobody could see yet what it would send, and an attribute may be another export's by now (S21)
				require.Equal(t, []string{"", "Kos"}, []string{c.Attributes["FIRSTNAME"], c.Attributes["LASTNAME"]})
			}
		})
	}
}

func TestS25TheSnapshotIsFixedWhenARunPlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.crash["plan.before-ledger"] = 1
	id := w.start(e)
	w.step()
	w.are(person("p2", "Ivo", "s1"))
	w.clock.pass(time.Hour)
	w.drive()
	r := w.run(id)
	w.ok(r)
	require.Equal(t, 1, w.written())
	require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
	require.Equal(t, w.asOf[0], r.Plan.AsOf)
}

func TestADryRunCountsAndSendsNothingBesideARealOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 2
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(6, "s1")
	w.are(list...)
	w.a.put(7, "stranger@example.com")
	id := w.start(e)
	dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	w.drive()
	w.ok(w.run(id))
	d := w.run(dry.ID)
	require.Equal(t, activation.StatusSuccessful, d.Status)
	require.EqualValues(t, 6, d.Plan.Members)
	require.Nil(t, d.Receipt)
	require.EqualValues(t, 3, w.a.count("import"))
	require.Empty(t, filesOf(w.out))
}

func TestS35LeftoversAreSweptAtStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pen.Write(t, w.out+"/gone.members.parquet", "profile_id", nil)
	w.restart()
	require.Empty(t, filesOf(w.out))
}

func TestProfilesThatAreOlderThanTheirDefinitionAreNotExported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		p, err := tx.Profile(t.Context())
		if err != nil {
			return err
		}
		p.UpdatedAt = day.Add(time.Hour)
		return tx.PutProfile(t.Context(), p)
	}))
	r := w.do(e)
	require.Equal(t, activation.CodeNotReady, r.ErrorCode, "a consent field may have been added that nobody has looked at yet (S6)")
	require.Empty(t, w.a.did())
}
