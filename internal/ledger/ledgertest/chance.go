package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
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
		c := newChance(NewDesk(t, open), seed, look)
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

const crowdSize = 6

type chance struct {
	*Desk
	r       *rand.Rand
	look    func(*Desk)
	log     []string
	phones  [crowdSize]string
	refused map[string]string
	out     map[string]bool
	lists   map[int64]map[string]bool
	has     map[string]string // whose contact has which phone
	open    map[string]*chanceRun
	want    map[string][]string // the latest members of each export
	flying  *flight
	watched []*flight
	quiet   bool
}

type chanceRun struct {
	run     activation.RunID
	export  string
	members []Member
	refused map[string]string
	asOf    time.Time
}

type flight struct {
	of   *chanceRun
	b    ledger.Batch
	rows []activation.Row
}

func newChance(d *Desk, seed uint64, look func(*Desk)) *chance {
	c := &chance{Desk: d, r: rand.New(rand.NewPCG(seed, 1)), look: look, refused: map[string]string{}, out: map[string]bool{},
		lists: map[int64]map[string]bool{1: {}, 2: {}}, has: map[string]string{}, open: map[string]*chanceRun{}, want: map[string][]string{}}
	d.Limits.MaxRows, d.Limits.MaxRemovals = 2, 2
	for i := range c.phones {
		c.phones[i] = fmt.Sprintf("+38591111111%d", i%4)
	}
	return c
}

func (c *chance) say(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
	c.look(c.Desk)
}

func list(export string) int64 { return map[string]int64{"a": 1, "b": 1, "c": 2}[export] }

func (c *chance) step() {
	c.Later(time.Minute)
	switch n := c.r.IntN(20); {
	case n < 3:
		c.change()
	case n < 7:
		c.plan([]string{"a", "b", "c"}[c.r.IntN(3)])
	case n < 8 && c.flying == nil && len(c.watched) > 0:
		c.watch()
	case n < 9:
		for _, e := range []string{"a", "b", "c"} {
			if r := c.open[e]; r != nil && c.flying == nil && c.r.IntN(2) == 0 {
				c.abort(r)
			}
		}
	case c.flying != nil:
		c.fly()
	default:
		if r := c.open[[]string{"a", "b", "c"}[c.r.IntN(3)]]; r != nil {
			c.work(r)
		}
	}
}

// change changes the data and what the destination shows.
func (c *chance) change() {
	k := c.r.IntN(crowdSize)
	address := fmt.Sprintf("p%d@example.com", k)
	switch c.r.IntN(4) {
	case 0, 1:
		c.phones[k] = fmt.Sprintf("+38591111111%d", c.r.IntN(5))
	case 2:
		if c.refused[address] != "" {
			delete(c.refused, address)
		} else {
			c.refused[address] = activation.ReasonNoConsent
		}
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
	var members []Member
	var want []string
	for k := range crowdSize {
		if c.r.IntN(3) > 0 {
			m := person(fmt.Sprintf("p%d", k), fmt.Sprintf("p%d@example.com", k), "Ana", c.phones[k])
			if c.refused[m.Address] != "" {
				m = Member{ID: m.ID, Address: m.Address, Winner: m.ID, Problem: c.refused[m.Address]}
			}
			members = append(members, m)
			want = append(want, m.Address)
		}
	}
	c.runs++
	r := &chanceRun{activation.RunID(fmt.Sprintf("run-%03d", c.runs)), export, members, maps.Clone(c.refused), c.now}
	c.open[export], c.want[export] = r, want
	c.planAgain(r)
}

func (c *chance) planAgain(r *chanceRun) {
	req := c.request(r.run, r.export, list(r.export), r.members, r.refused)
	req.AsOf = r.asOf
	sum, err := c.L.Plan(c.ctx(), req)
	require.NoError(c, err)
	c.say("plan %s %s: %+v", r.run, r.export, sum)
}

func (c *chance) work(r *chanceRun) {
	b, ok, err := c.L.NextBatch(c.ctx(), r.run)
	require.NoError(c, err)
	if !ok {
		c.finish(r)
		return
	}
	if b.Kind == ledger.BatchImport && c.flying != nil {
		return
	}
	rows, err := c.L.BatchRows(c.ctx(), b.ID)
	require.NoError(c, err)
	if err := c.L.RecordSending(c.ctx(), b.ID, c.process, c.now); err != nil {
		require.Equal(c, activation.CodeConflict, activation.CodeOf(err))
		c.say("conflict %s", b.ID)
		c.planAgain(r)
		return
	}
	c.say("sending %s %v", b.ID, rows)
	if b.Kind == ledger.BatchImport {
		c.process++
		c.flying = &flight{r, b, rows}
		if c.r.IntN(4) > 0 {
			require.NoError(c, c.L.RecordAccepted(c.ctx(), b.ID, c.process))
		} else {
			require.NoError(c, c.L.RecordUnknown(c.ctx(), b.ID))
		}
		c.say("sent")
		return
	}
	people, err := c.L.BatchRemovals(c.ctx(), b.ID)
	require.NoError(c, err)
	for _, a := range people {
		delete(c.lists[int64(b.List)], string(a))
	}
	require.NoError(c, c.L.SettleRemoval(c.ctx(), b.ID, false, c.now))
	c.say("removed %v from %d", people, b.List)
}

func (c *chance) finish(r *chanceRun) {
	rc, err := c.L.Finish(c.ctx(), r.run, c.now)
	require.NoError(c, err, strings.Join(c.log, "\n"))
	require.NoError(c, rc.Check())
	delete(c.open, r.export)
	c.say("finish %s: %+v", r.run, rc)
}

func (c *chance) abort(r *chanceRun) {
	require.NoError(c, c.L.Abort(c.ctx(), r.run, activation.ReasonStopped))
	c.say("abort %s", r.run)
	c.finish(r)
}

// land lets an import take effect.
func (c *chance) land(f *flight, rejected ...string) {
	for _, row := range f.rows {
		a := string(row.Address)
		if slices.Contains(rejected, a) {
			continue
		}
		c.lists[int64(f.b.List)][a] = true
		if _, phone, ok := strings.Cut(string(row.Attributes), `"SMS":"`); ok {
			phone = strings.TrimSuffix(phone, `"}`)
			for o, p := range c.has {
				require.False(c, o != a && p == phone, "%s and %s are merged by %s:\n%s", o, a, phone, strings.Join(c.log, "\n"))
			}
			c.has[a] = phone
		}
	}
}

// fly goes on with the import in flight.
func (c *chance) fly() {
	f := c.flying
	b, ok, err := c.L.NextBatch(c.ctx(), f.of.run)
	require.NoError(c, err)
	require.True(c, ok && b.ID == f.b.ID)
	c.flying = nil
	n := c.r.IntN(10)
	switch {
	case b.State == ledger.BatchUnknown && n < 8:
		if n < 4 {
			c.land(f)
		}
		require.NoError(c, c.L.RecordNotDone(c.ctx(), b.ID))
		c.say("not done %s", b.ID)
	case n < 5 || c.quiet:
		var named []ledger.Rejection
		if n < 1 && !c.quiet {
			named = append(named, ledger.Rejection{Address: f.rows[0].Address, Why: "bad"})
			c.land(f, string(f.rows[0].Address))
		} else {
			c.land(f)
		}
		require.NoError(c, c.L.Settle(c.ctx(), b.ID, named, c.now))
		c.say("settled %s %v", b.ID, named)
	case n < 6:
		require.NoError(c, c.L.RecordNotDone(c.ctx(), b.ID))
		c.say("failed %s", b.ID)
	case n < 7:
		require.NoError(c, c.L.Split(c.ctx(), b.ID, 4, c.now))
		c.say("split %s", b.ID)
	case n < 8:
		c.land(f)
		require.NoError(c, c.L.SettleUnknown(c.ctx(), b.ID, activation.ReasonOutcomeUnknown, "", c.now))
		c.say("unknown %s", b.ID)
	case n < 9:
		require.NoError(c, c.L.GiveUp(c.ctx(), b.ID, c.process, "ana", c.now, c.now.Add(time.Hour)))
		c.watched = append(c.watched, f)
		c.say("give up %s", b.ID)
	default:
		require.NoError(c, c.L.Abort(c.ctx(), f.of.run, activation.ReasonStopped))
		c.land(f) // others wait for it
		c.say("stopped %s", f.of.run)
		c.finish(f.of)
	}
}

// watch lets a process that was given up land, and looks after it.
func (c *chance) watch() {
	f := c.watched[0]
	c.watched = c.watched[1:]
	c.land(f)
	people, err := c.L.Unwanted(c.ctx(), f.b.ID)
	require.NoError(c, err)
	for _, a := range people {
		delete(c.lists[int64(f.b.List)], string(a))
	}
	require.NoError(c, c.L.EndWatch(c.ctx(), f.b.ID, ledger.WatchLanded, int64(len(people)), c.now))
	c.say("landed %s, off again %v", f.b.ID, people)
}

// end lets everything come to its end and holds that every list is as it should be.
func (c *chance) end() {
	c.quiet = true
	drain := func() {
		for len(c.open) > 0 || c.flying != nil {
			c.Later(time.Minute)
			if c.flying != nil {
				c.fly()
				continue
			}
			for _, e := range []string{"a", "b", "c"} {
				if r := c.open[e]; r != nil && c.flying == nil {
					c.work(r)
				}
			}
		}
	}
	drain()
	for len(c.watched) > 0 {
		c.watch()
	}
	for range 3 {
		for _, e := range []string{"a", "b", "c"} {
			c.Later(time.Minute)
			c.plan(e)
			drain()
		}
	}
	for l, on := range c.lists {
		want := map[string]bool{}
		for e, people := range c.want {
			for _, a := range people {
				if list(e) == l && c.refused[a] == "" && !c.out[a] {
					want[a] = true
				}
			}
		}
		require.Equal(c, want, on, "list %d\n%s", l, strings.Join(c.log, "\n"))
	}
}
