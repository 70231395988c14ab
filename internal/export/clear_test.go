package export_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// emptied is a world in which thirty people were exported, have a city at Brevo that no export maps, and whose first names are
// gone since.
type emptied struct {
	*world
	conn   activation.ConnectionID
	export activation.Export
	people []customer
}

func newEmptied(t *testing.T) *emptied {
	t.Helper()
	w := newWorld(t)
	w.a.limits.MaxRows = 10
	w.a.attributes = append(w.a.attributes, destination.Attribute{Name: "CITY", Type: activation.AttributeText}, destination.Attribute{Name: "SCORE", ReadOnly: true})
	c := w.connect("one", keyA)
	x := &emptied{world: w, conn: c, export: w.export("vip", c, 7, "s1")}
	x.people, _ = crowd(30, "s1")
	x.people[0].phone = "+385911234567"
	w.are(x.people...)
	w.ok(w.do(x.export))
	for i, p := range x.people {
		w.a.change(p.address, func(c *destination.Contact) {
			c.Attributes["CITY"], c.Attributes["SCORE"] = "Tajna "+fmt.Sprint(i), "1"
		})
		x.people[i].first = ""
	}
	x.people[0].phone = ""
	w.are(x.people...)
	w.clock.pass(time.Hour)
	w.a.sizes, w.a.cleared = nil, nil
	return x
}

// clear asks for clearing, or ends it.
func (x *emptied) clear(ask bool) {
	x.Helper()
	_, err := x.conns.Update(x.Context(), x.conn, connection.Change{ClearEmpty: &ask})
	require.NoError(x, err)
}

func (x *emptied) state() activation.ClearState {
	x.Helper()
	c, err := x.conns.Get(x.Context(), x.conn)
	require.NoError(x, err)
	return c.ClearEmpty
}

// stored counts contacts that have a value of the attribute.
func (x *emptied) stored(attribute string) (n int) {
	for _, p := range x.people {
		if x.a.contacts[activation.Email(p.address)].Attributes[attribute] != "" {
			n++
		}
	}
	return n
}

func TestS16WithoutClearingWhatBrevoHasStays(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.ok(x.do(x.export))
	require.Equal(t, 30, x.stored("FIRSTNAME"))
	require.NotContains(t, x.a.cleared, true)
}

func TestS16ClearingIsProvedOnFivePeopleBeforeAnybodyElseIsEmptied(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.clear(true)
	require.Equal(t, activation.ClearAsked, x.state())
	r := x.do(x.export)
	require.EqualValues(t, 30, x.ok(r).Updated)
	require.True(t, r.Plan.ClearsEmpty)
	require.Equal(t, 5, x.a.sizes[0])
	require.NotContains(t, x.a.cleared, false)
	require.Equal(t, activation.ClearOn, x.state())
	require.Equal(t, []int{0, 30}, []int{x.stored("FIRSTNAME"), x.stored("CITY")})
	require.Equal(t, "385911234567", x.a.contacts["p00000@example.com"].Identifiers["SMS"], "identifiers are never emptied")
	require.EqualValues(t, 30, x.ok(x.do(x.export)).Unchanged)

	// From then on values go away with their fields, and no contact is read before.
	x.people[3].first = "Tajna"
	x.are(x.people...)
	x.ok(x.do(x.export))
	x.people[3].first = ""
	x.are(x.people...)
	read := x.a.count("contact")
	require.EqualValues(t, 1, x.ok(x.do(x.export)).Updated)
	require.EqualValues(t, read+1, x.a.count("contact"), "it is read back, once (S13)")
	require.Zero(t, x.stored("FIRSTNAME"))

	x.clear(false)
	require.EqualValues(t, 30, x.ok(x.do(x.export)).Updated, "without clearing other values are sent (S14)")
	require.False(t, x.a.cleared[len(x.a.cleared)-1])
}

func TestS16ADestinationThatEmptiesMoreThanItIsToldSwitchesClearingOff(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.a.emptiesAbsent = true
	x.clear(true)
	r := x.do(x.export)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode)
	require.Contains(t, r.Error, "CITY")
	require.NotEmpty(t, r.Remedy)
	require.Equal(t, activation.ClearOff, x.state())
	require.Equal(t, []int{5}, x.a.sizes, "nobody else was touched")
	require.Equal(t, 25, x.stored("CITY"))
	require.EqualValues(t, 30, r.Receipt.NotSent)
	r = x.do(x.export)
	require.EqualValues(t, 30, x.ok(r).Updated)
	require.Equal(t, []int{25, 25}, []int{x.stored("CITY"), x.stored("FIRSTNAME")})
	require.False(t, r.Plan.ClearsEmpty)
}

func TestS16WhatIsNotEmptiedSwitchesClearingOff(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.clear(true)
	id := x.start(x.export)
	x.drive(x.ledgerState(id, ledger.BatchAccepted))
	for _, p := range x.a.processes {
		p.clear = false // Brevo does not do it
	}
	x.drive(x.ended(id))
	r := x.run(id)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode)
	require.Contains(t, r.Error, "FIRSTNAME")
	require.Equal(t, activation.ClearOff, x.state())
}

func (x *emptied) ledgerState(id activation.RunID, s ledger.BatchState) func() bool {
	return x.world.state(id, s)
}

func TestS16WithNobodyToProveItOnTheRunGoesOnWithoutClearing(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	for _, c := range x.a.contacts {
		delete(c.Attributes, "CITY")
	}
	x.clear(true)
	r := x.do(x.export)
	require.EqualValues(t, 30, x.ok(r).Updated)
	require.NotContains(t, x.a.cleared, true)
	require.Equal(t, activation.ClearAsked, x.state())
	require.True(t, r.Plan.ClearUnproved)
	require.False(t, r.Plan.ClearsEmpty)
	require.Equal(t, 30, x.stored("FIRSTNAME"))

	x.a.change("p00007@example.com", func(c *destination.Contact) { c.Attributes["CITY"] = "Tajna" })
	r = x.do(x.export)
	require.EqualValues(t, 30, x.ok(r).Updated)
	require.Equal(t, 1, x.a.sizes[3], "one is enough; an identifier shows nothing of attributes")
	require.Equal(t, []int{0, 1}, []int{x.stored("FIRSTNAME"), x.stored("CITY")})
	require.Equal(t, activation.ClearOn, x.state())
}

func TestS16ClearingThatIsEndedMeanwhileEndsWithTheNextBatch(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.clear(true)
	id := x.start(x.export)
	x.drive(func() bool { return len(x.a.sizes) == 2 })
	require.Equal(t, activation.ClearOn, x.state())
	x.clear(false)
	x.drive(x.ended(id))
	require.EqualValues(t, 30, x.ok(x.run(id)).Updated)
	require.Equal(t, []bool{true, true, false, false}, x.a.cleared)
	require.Equal(t, 30-x.a.sizes[0]-x.a.sizes[1], x.stored("FIRSTNAME"))
	require.Equal(t, 30, x.stored("CITY"))
}

func TestS16ClearingThatIsEndedDuringItsProofIsNotSwitchedOn(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.clear(true)
	id := x.start(x.export)
	x.drive(x.ledgerState(id, ledger.BatchAccepted))
	x.clear(false)
	x.drive(x.ended(id))
	x.ok(x.run(id))
	require.Equal(t, activation.ClearOff, x.state())
	require.Equal(t, 25, x.stored("FIRSTNAME"))
}

func TestS16ReadingThatLagsIsNoProofOfClearing(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	// Nothing is stored that is to be emptied, and what is read back was not changed since: it proves nothing.
	for _, c := range x.a.contacts {
		delete(c.Attributes, "FIRSTNAME")
	}
	x.clear(true)
	id := x.start(x.export)
	x.drive(x.ledgerState(id, ledger.BatchAccepted))
	x.a.shown = map[activation.Email]*destination.Contact{}
	for a, c := range x.a.contacts {
		shown := *c
		shown.Attributes = maps.Clone(c.Attributes)
		x.a.shown[a] = &shown
	}
	x.drive(x.ended(id))
	r := x.run(id)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode, r.Error)
	require.Equal(t, activation.ClearOff, x.state())
}

func TestS16ARunKilledWhileClearingIsProvedEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"clear.after-carve", "clear.after-switch", "send.before-call", "send.after-call", "send.after-accepted", "settle.before", "settle.after"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			x := newEmptied(t)
			x.clear(true)
			x.crash[point] = 1
			id := x.start(x.export)
			x.drive()
			require.Empty(t, x.crash)
			require.EqualValues(t, 30, x.ok(x.run(id)).Updated)
			require.Equal(t, activation.ClearOn, x.state())
			require.Equal(t, 5, x.a.sizes[0])
			require.Equal(t, []int{0, 30}, []int{x.stored("FIRSTNAME"), x.stored("CITY")})
		})
	}
}

func TestS16ARunKilledWhenItsProofFailedStillSwitchesClearingOff(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.a.emptiesAbsent = true
	x.clear(true)
	x.crash["clear.after-switch"] = 1
	id := x.start(x.export)
	x.drive()
	require.Empty(t, x.crash)
	r := x.run(id)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode)
	require.Equal(t, activation.ClearOff, x.state())
	require.Equal(t, []int{5}, x.a.sizes)
}

func TestS16ADryRunShowsWhatClearingWouldUpdate(t *testing.T) {
	t.Parallel()
	x := newEmptied(t)
	x.ok(x.do(x.export)) // their values are gone for Segue as well
	x.clear(true)
	r, _, err := x.svc.Start(t.Context(), x.export.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	x.drive(x.ended(r.ID))
	r = x.run(r.ID)
	require.EqualValues(t, 30, r.Plan.Update)
	require.True(t, r.Plan.ClearsEmpty)
	require.Equal(t, activation.ClearAsked, x.state())
}
