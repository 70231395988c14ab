package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Mingle lets three exports of one account go from list to list, one of which keeps those who leave, in an order that the seed decides: people
// swap addresses and phones, are refused, opt out and come back, runs take turns, are planned again, fail, are split and stopped, and the
// ledger is opened anew, and pruned. With hands somebody changes lists meanwhile, and they are reconciled and decided on. Nobody may be merged
// (S10); in the end whoever is wanted is on her list (S12, S15, S22), and nobody else is whom no one kept or put there by hand (S7, S20, S23).
func Mingle(t *testing.T, open Open, seed uint64, steps int, hands bool) {
	t.Helper()
	c := &mingling{crowd: newCrowd(NewDesk(t, open), rand.New(rand.NewPCG(seed, 3))), hands: hands}
	c.turns = true
	for k := range c.wears {
		c.wears[k] = k
	}
	for range steps {
		c.step()
	}
	c.end()
}

type mingling struct {
	*crowd
	hands bool
	wears [crowdSize]int // which address a profile has
	quiet bool
}

func (c *mingling) step() {
	c.Later(time.Minute)
	switch n := c.r.IntN(26); {
	case n < 4:
		c.change()
	case n < 8:
		c.plan(exporters[c.r.IntN(3)])
	case n < 9:
		e := exporters[c.r.IntN(3)]
		c.list[e] = int64(1 + c.r.IntN(2))
		c.say("list of %s is %d", e, c.list[e])
	case n < 10 && c.hands:
		c.meddle()
	case n < 11 && c.hands:
		c.reconcile(int64(1+c.r.IntN(2)), c.r.IntN(3))
	case n < 12 && !c.hands: // who was put on a list by hand is known by the rows of runs
		require.NoError(c, c.L.Prune(c.ctx(), c.now.Add(time.Second)))
		c.say("prune")
	case n < 13:
		if r := c.oneOf(); r != nil && c.flying == nil {
			c.abort(r)
		}
	case n < 14:
		c.Reopen()
	case c.flying != nil:
		c.fly()
	default:
		if r := c.oneOf(); r != nil {
			c.work(r)
		}
	}
}

// change changes the data, and what the destination shows.
func (c *mingling) change() {
	k := c.r.IntN(crowdSize)
	a := addressOf(k)
	switch c.r.IntN(7) {
	case 0, 1:
		c.phones[k] = phoneOf(c.r.IntN(5))
		c.say("phone of %d is %s", k, c.phones[k])
	case 2:
		c.refuse(a)
	case 3:
		if c.has[a] == "" && !c.lists[1][a] && !c.lists[2][a] {
			return
		}
		c.out[a] = !c.out[a]
		c.show(a)
		c.say("out %s %v", a, c.out[a])
	case 4, 5:
		o := c.r.IntN(crowdSize)
		c.wears[k], c.wears[o] = c.wears[o], c.wears[k]
		c.say("swap %d %d", k, o)
	case 6:
		c.show(a)
	}
}

// show lets the mirror show the contact of an address as it is.
func (c *mingling) show(a string) {
	k := int(a[1] - '0')
	ids := map[string]string{}
	if c.has[a] != "" {
		ids["SMS"] = activation.NormalisePhoneDigits(c.has[a])
	}
	var lists []activation.ListID
	for l, on := range c.lists {
		if on[a] {
			lists = append(lists, activation.ListID(l))
		}
	}
	c.Mirror(ledger.MirrorContact{Contact: int64(k + 1), Address: activation.Email(a), OptedOut: c.out[a], Identifiers: ids, Lists: lists})
}

// meddle has somebody change a list by hand.
func (c *mingling) meddle() {
	a, l := addressOf(c.r.IntN(crowdSize)), int64(1+c.r.IntN(2))
	if c.lists[l][a] {
		delete(c.lists[l], a)
		c.say("by hand %s leaves %d", a, l)
		return
	}
	c.lists[l][a] = true
	c.stays[spot{l, a}] = true
	c.say("by hand %s joins %d", a, l)
}

func (c *mingling) people() (list []Member) {
	for k := range crowdSize {
		list = append(list, person(fmt.Sprintf("p%d", k), addressOf(c.wears[k]), "Ana", c.phones[k]))
	}
	return list
}

// reconcile reads a list back, and decides in one of three ways.
func (c *mingling) reconcile(l int64, how int) {
	if c.flying != nil {
		return
	}
	e := ""
	for _, x := range exporters {
		if c.list[x] == l {
			e = x
		}
	}
	if e == "" {
		return
	}
	run, rec := c.Reconcile(e, l, c.people(), slices.Sorted(maps.Keys(c.lists[l]))...)
	choice := activation.ReconcileChoice{Missing: activation.MissingResend, ExtraSent: activation.ExtraOwn}
	switch how {
	case 1:
		choice = activation.ReconcileChoice{Missing: activation.MissingResend, ExtraSent: activation.ExtraThereBefore, ExtraProfile: activation.ExtraThereBefore}
	case 2:
		choice = activation.ReconcileChoice{Missing: activation.MissingLeave, ExtraProfile: activation.ExtraOwn}
	}
	_, err := c.L.Decide(c.ctx(), run, choice, "ana", c.now)
	c.say("reconcile %d %+v %+v: %v", l, rec, choice, err)
	if err != nil {
		require.Equal(c, activation.CodeConflict, activation.CodeOf(err))
		return
	}
	if how == 1 {
		for a := range c.lists[l] {
			c.stays[spot{l, a}] = true
		}
	}
}

// plan begins a run of the export on its list of now.
func (c *mingling) plan(export string) {
	if c.open[export] != nil {
		return
	}
	l := c.list[export]
	noted, err := c.L.ListNoted(c.ctx(), c.Acct, activation.ListID(l), activation.ExportID(export))
	require.NoError(c, err)
	if noted {
		_, err = c.L.KeepNote(c.ctx(), c.Acct, activation.ListID(l), activation.ExportID(export))
		require.NoError(c, err)
	}
	c.Note(l, export, false, slices.Sorted(maps.Keys(c.lists[l]))...)
	nth, err := c.L.Nth(c.ctx())
	require.NoError(c, err)
	r := crowdRun{nth: nth, policy: activation.LeaversRemove}
	if export == "b" {
		r.policy = activation.LeaversKeep
	}
	c.begin(export, c.people(), r)
}

// fly goes on with the import in flight.
func (c *mingling) fly() {
	f, state := c.arrives()
	n := c.r.IntN(10)
	if c.quiet {
		n = 3
	}
	switch {
	case state == ledger.BatchUnknown:
		c.notDone(f, n < 4)
	case n < 6:
		c.settle(f, n < 2)
	case n < 7:
		c.split(f)
	case n < 8:
		c.unread(f)
	default:
		c.stop(f)
	}
}

// end holds that every list is as it should be once everything has come to its end.
func (c *mingling) end() {
	c.quiet = true
	c.drain(c.fly)
	round := func() {
		for _, e := range exporters {
			c.Later(time.Minute)
			c.plan(e)
			c.drain(c.fly)
		}
	}
	round()
	if c.hands {
		c.reconcile(1, 0)
		c.reconcile(2, 0)
	}
	round()
	round()
	must := c.must()
	for l, on := range c.lists {
		used := slices.ContainsFunc(exporters, func(e string) bool { return c.list[e] == l })
		for a := range must[l] {
			require.True(c, on[a], "%s is not on list %d%s", a, l, c.all())
		}
		for a := range on {
			if !must[l][a] && used {
				require.True(c, c.stays[spot{l, a}], "%s is on list %d (refused %v out %v)%s", a, l, c.refused[a], c.out[a], c.all())
			}
		}
	}
}
