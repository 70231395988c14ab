package ledgertest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Chance lets exports of one account do things in an order that the seed decides, against lists and contacts that behave, three
// times: by itself, with somebody looking at a standing after every call, and with the ledger opened anew after every call. What is
// sent, found and counted must be the same, nobody may be merged (S10), and in the end every list is as the exports want it.
func Chance(t *testing.T, open Open, seed uint64, steps int) {
	t.Helper()
	var first []string
	for i, look := range []func(*Desk){
		func(*Desk) {},
		func(d *Desk) {
			_, err := d.L.Standings(d.ctx(), "p0@example.com")
			require.NoError(d, err)
		},
		func(d *Desk) { d.Reopen() },
	} {
		c := &chance{crowd: newCrowd(NewDesk(t, open), rand.New(rand.NewPCG(seed, 1)))}
		c.look = look
		for range steps {
			c.step()
		}
		c.end()
		if i == 0 {
			first = c.log
		}
		require.Equal(t, first, c.log, "seed %d, way %d", seed, i)
		require.NoError(t, c.L.Close())
	}
}

type chance struct {
	*crowd
	watched []*flight
	quiet   bool
}

func (c *chance) step() {
	c.Later(time.Minute)
	switch n := c.r.IntN(20); {
	case n < 3:
		c.change()
	case n < 7:
		c.plan(exporters[c.r.IntN(3)])
	case n < 8 && c.flying == nil && len(c.watched) > 0:
		c.watch()
	case n < 9:
		for _, e := range exporters {
			if r := c.open[e]; r != nil && c.flying == nil && c.r.IntN(2) == 0 {
				c.abort(r)
			}
		}
	case c.flying != nil:
		c.fly()
	default:
		if r := c.oneOf(); r != nil {
			c.work(r)
		}
	}
}

// change changes the data and what the destination shows.
func (c *chance) change() {
	k := c.r.IntN(crowdSize)
	address := addressOf(k)
	switch c.r.IntN(4) {
	case 0, 1:
		c.phones[k] = phoneOf(c.r.IntN(5))
	case 2:
		c.refuse(address)
	case 3:
		c.out[address] = !c.out[address]
		ids := map[string]string{}
		if c.has[address] != "" {
			ids["SMS"] = activation.NormalisePhoneDigits(c.has[address])
		}
		c.Mirror(ledger.MirrorContact{Contact: int64(k + 1), Address: activation.Email(address), OptedOut: c.out[address], Identifiers: ids})
	}
	c.say("change %d", k)
}

func (c *chance) plan(export string) {
	if c.open[export] != nil {
		return
	}
	var people []Member
	for k := range crowdSize {
		people = append(people, person(fmt.Sprintf("p%d", k), addressOf(k), "Ana", c.phones[k]))
	}
	c.begin(export, people, crowdRun{policy: c.Policy})
}

// fly goes on with the import in flight.
func (c *chance) fly() {
	f, state := c.arrives()
	switch n := c.r.IntN(10); {
	case state == ledger.BatchUnknown && n < 8:
		c.notDone(f, n < 4)
	case n < 5 || c.quiet:
		c.settle(f, n < 1 && !c.quiet)
	case n < 6:
		c.notDone(f, false)
	case n < 7:
		c.split(f)
	case n < 8:
		c.unread(f)
	case n < 9:
		require.NoError(c, c.L.GiveUp(c.ctx(), f.b.ID, c.process, "ana", c.now, c.now.Add(time.Hour)))
		c.watched = append(c.watched, f)
		c.say("give up %s", f.b.ID)
	default:
		c.stop(f)
	}
}

// watch lets a process that was given up land, and looks after it.
func (c *chance) watch() {
	f := c.watched[0]
	c.watched = c.watched[1:]
	c.land(f)
	people, err := c.L.Unwanted(c.ctx(), f.b.ID)
	require.NoError(c, err)
	c.takeOff(f.b, people)
	require.NoError(c, c.L.EndWatch(c.ctx(), f.b.ID, ledger.WatchLanded, int64(len(people)), c.now))
	c.say("landed %s, off again %v", f.b.ID, people)
}

// end lets everything come to its end and holds that every list is as it should be.
func (c *chance) end() {
	c.quiet = true
	c.drain(c.fly)
	for len(c.watched) > 0 {
		c.watch()
	}
	for range 3 {
		for _, e := range exporters {
			c.Later(time.Minute)
			c.plan(e)
			c.drain(c.fly)
		}
	}
	require.Equal(c, c.must(), c.lists, c.all())
}
