package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

const crowdSize = 6

// exporters are the exports of a crowd, in the order of their turns.
var exporters = []string{"a", "b", "c"}

// crowd is a handful of people whom three exports of one account send to a destination that behaves: imports put people on lists and give
// their contacts phones, removals take them off.
type crowd struct {
	*Desk
	r       *rand.Rand
	log     []string
	look    func(*Desk) // after each line of the log
	turns   bool        // whether a run with an import in flight keeps the turn, also from removals of others
	phones  [crowdSize]string
	refused map[string]string
	out     map[string]bool
	lists   map[int64]map[string]bool
	has     map[string]string    // whose contact has which phone
	list    map[string]int64     // where exports go now
	open    map[string]*crowdRun // by export
	want    map[string][]string  // the latest members of each export
	flying  *flight
	stays   map[spot]bool // kept, or put there by hand: they may be on the list unwanted
}

type crowdRun struct {
	run     activation.RunID
	export  string
	list    int64
	members []Member
	refused map[string]string
	policy  activation.LeaversPolicy
	nth     int64
	at      time.Time
}

// flight is an import in flight.
type flight struct {
	of   *crowdRun
	b    ledger.Batch
	rows []activation.Row
}

func newCrowd(d *Desk, r *rand.Rand) *crowd {
	c := &crowd{
		Desk: d, r: r, look: func(*Desk) {}, refused: map[string]string{}, out: map[string]bool{}, lists: map[int64]map[string]bool{1: {}, 2: {}},
		has: map[string]string{}, list: map[string]int64{"a": 1, "b": 1, "c": 2}, open: map[string]*crowdRun{}, want: map[string][]string{}, stays: map[spot]bool{},
	}
	d.Limits.MaxRows, d.Limits.MaxRemovals = 2, 2
	for k := range c.phones {
		c.phones[k] = phoneOf(k % 4)
	}
	return c
}

func addressOf(k int) string { return fmt.Sprintf("p%d@example.com", k) }

func phoneOf(n int) string { return fmt.Sprintf("+38591111111%d", n) }

func (c *crowd) say(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
	c.look(c.Desk)
}

func (c *crowd) all() string { return "\n" + strings.Join(c.log, "\n") }

// oneOf is the open run of an export of chance, or nil.
func (c *crowd) oneOf() *crowdRun { return c.open[exporters[c.r.IntN(len(exporters))]] }

// refuse refuses an address, or no longer does.
func (c *crowd) refuse(address string) {
	if c.refused[address] != "" {
		delete(c.refused, address)
	} else {
		c.refused[address] = activation.ReasonNoConsent
	}
	c.say("refused %s %v", address, c.refused[address])
}

// begin plans a run of an export on its list with some of the people.
func (c *crowd) begin(export string, people []Member, r crowdRun) {
	var want []string
	for _, m := range people {
		if c.r.IntN(3) == 0 {
			continue
		}
		want = append(want, m.Address)
		if why := c.refused[m.Address]; why != "" {
			m = Member{ID: m.ID, Address: m.Address, Winner: m.ID, Problem: why}
		}
		r.members = append(r.members, m)
	}
	c.runs++
	r.run, r.export, r.list = activation.RunID(fmt.Sprintf("run-%03d", c.runs)), export, c.list[export]
	r.refused, r.at = maps.Clone(c.refused), c.now
	c.open[export], c.want[export] = &r, want
	c.planAgain(&r)
}

func (c *crowd) planAgain(r *crowdRun) {
	c.Policy = r.policy
	req := c.request(r.run, r.export, r.list, r.members, r.refused)
	req.AsOf, req.Nth = r.at, r.nth
	sum, err := c.L.Plan(c.ctx(), req)
	require.NoError(c, err, c.all())
	c.say("plan %s of %s on %d: %v refused %v: %+v", r.run, r.export, r.list, r.members, r.refused, sum)
}

// work takes a run a batch further, unless it has to wait for the import in flight.
func (c *crowd) work(r *crowdRun) {
	b, ok, err := c.L.NextBatch(c.ctx(), r.run)
	require.NoError(c, err)
	if !ok {
		c.finish(r)
		return
	}
	if c.flying != nil && (c.turns || b.Kind == ledger.BatchImport) {
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
	c.say("sending %s to list %d %v", b.ID, b.List, rows)
	if b.Kind == ledger.BatchImport {
		c.send(&flight{r, b, rows})
		return
	}
	people, err := c.L.BatchRemovals(c.ctx(), b.ID)
	require.NoError(c, err)
	c.takeOff(b, people)
	require.NoError(c, c.L.SettleRemoval(c.ctx(), b.ID, false, c.now))
	c.say("removed %v from %d by %s", people, b.List, r.run)
}

// send sends an import, of whose answer nothing is known now and then.
func (c *crowd) send(f *flight) {
	c.process++
	c.flying = f
	if c.r.IntN(4) > 0 {
		require.NoError(c, c.L.RecordAccepted(c.ctx(), f.b.ID, c.process))
	} else {
		require.NoError(c, c.L.RecordUnknown(c.ctx(), f.b.ID))
	}
	c.say("sent")
}

func (c *crowd) takeOff(b ledger.Batch, people []activation.Email) {
	for _, a := range people {
		delete(c.lists[int64(b.List)], string(a))
	}
}

func (c *crowd) finish(r *crowdRun) {
	rc, err := c.L.Finish(c.ctx(), r.run, c.now)
	require.NoError(c, err, c.all())
	require.NoError(c, rc.Check())
	delete(c.open, r.export)
	c.say("finish %s: %+v", r.run, rc)
}

func (c *crowd) abort(r *crowdRun) {
	require.NoError(c, c.L.Abort(c.ctx(), r.run, activation.ReasonStopped))
	c.say("abort %s", r.run)
	c.finish(r)
}

// land lets an import take effect. Nobody may be merged by it (S10).
func (c *crowd) land(f *flight, rejected ...string) {
	for _, row := range f.rows {
		a := string(row.Address)
		if slices.Contains(rejected, a) {
			continue
		}
		l := int64(f.b.List)
		c.lists[l][a] = true
		if f.of.policy == activation.LeaversKeep {
			c.stays[spot{l, a}] = true
		}
		if _, phone, ok := strings.Cut(string(row.Attributes), `"SMS":"`); ok {
			phone = strings.TrimSuffix(phone, `"}`)
			for o, p := range c.has {
				require.False(c, o != a && p == phone, "%s and %s are merged by %s:%s", o, a, phone, c.all())
			}
			c.has[a] = phone
		}
	}
}

// arrives ends the flight: the import in it is the next batch of its run, and as the ledger knows it.
func (c *crowd) arrives() (*flight, ledger.BatchState) {
	f := c.flying
	b, ok, err := c.L.NextBatch(c.ctx(), f.of.run)
	require.NoError(c, err)
	require.True(c, ok && b.ID == f.b.ID)
	c.flying = nil
	return f, b.State
}

// notDone has an import found to have ended without anybody knowing how: it goes out again.
func (c *crowd) notDone(f *flight, landed bool) {
	if landed {
		c.land(f)
	}
	require.NoError(c, c.L.RecordNotDone(c.ctx(), f.b.ID))
	c.say("not done %s", f.b.ID)
}

// settle has an import end with its reports, which may name the first of its rows.
func (c *crowd) settle(f *flight, named bool) {
	var rejections []ledger.Rejection
	var rejected []string
	if named {
		a := f.rows[0].Address
		rejections, rejected = []ledger.Rejection{{Address: a, Why: "bad"}}, []string{string(a)}
	}
	c.land(f, rejected...)
	require.NoError(c, c.L.Settle(c.ctx(), f.b.ID, rejections, c.now))
	c.say("settled %s %v", f.b.ID, rejections)
}

func (c *crowd) split(f *flight) {
	require.NoError(c, c.L.Split(c.ctx(), f.b.ID, 4, c.now))
	c.say("split %s", f.b.ID)
}

// unread has an import land whose reports cannot be read.
func (c *crowd) unread(f *flight) {
	c.land(f)
	require.NoError(c, c.L.SettleUnknown(c.ctx(), f.b.ID, activation.ReasonOutcomeUnknown, "", c.now))
	c.say("unknown %s", f.b.ID)
}

// stop stops the run of an import, which lands yet: others wait for it.
func (c *crowd) stop(f *flight) {
	require.NoError(c, c.L.Abort(c.ctx(), f.of.run, activation.ReasonStopped))
	c.land(f)
	c.say("stopped %s", f.of.run)
	c.finish(f.of)
}

// drain lets everything come to its end; fly goes on with the import in flight.
func (c *crowd) drain(fly func()) {
	for len(c.open) > 0 || c.flying != nil {
		c.Later(time.Minute)
		if c.flying != nil {
			fly()
			continue
		}
		for _, e := range exporters {
			if r := c.open[e]; r != nil && c.flying == nil {
				c.work(r)
			}
		}
	}
}

// must is who has to be on which list: whom exports want, who is not refused and did not opt out.
func (c *crowd) must() map[int64]map[string]bool {
	must := map[int64]map[string]bool{1: {}, 2: {}}
	for e, people := range c.want {
		for _, a := range people {
			if c.refused[a] == "" && !c.out[a] {
				must[c.list[e]][a] = true
			}
		}
	}
	return must
}
