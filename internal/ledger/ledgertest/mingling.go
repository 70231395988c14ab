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

// Mingle lets three exports of one account go from list to list, one of which keeps those who leave, in an order that the seed decides: people
// swap addresses and phones, are refused, opt out and come back, runs take turns, are planned again, fail, are split and stopped, and the
// ledger is opened anew, and pruned. With hands somebody changes lists meanwhile, and they are reconciled and decided on. Nobody may be merged
// (S10); in the end whoever is wanted is on her list (S12, S15, S22), and nobody else is whom no one kept or put there by hand (S7, S20, S23).
func Mingle(t *testing.T, open Open, seed uint64, steps int, hands bool) {
	t.Helper()
	c := &mingling{
		Desk: NewDesk(t, open), r: rand.New(rand.NewPCG(seed, 3)), hands: hands, refused: map[string]string{}, out: map[string]bool{}, //nolint:gosec // chance of a test
		lists: map[int64]map[string]bool{1: {}, 2: {}}, has: map[string]string{}, list: map[string]int64{"a": 1, "b": 1, "c": 2},
		open: map[string]*minglingRun{}, want: map[string][]string{}, stays: map[spot]bool{},
	}
	c.Limits.MaxRows, c.Limits.MaxRemovals = 2, 2
	for i := range crowdSize {
		c.phones[i], c.wears[i] = fmt.Sprintf("+38591111111%d", i%4), i
	}
	for range steps {
		c.step()
	}
	c.end()
}

type mingling struct {
	*Desk
	r       *rand.Rand
	log     []string
	hands   bool
	phones  [crowdSize]string // by profile
	wears   [crowdSize]int    // which address a profile has
	refused map[string]string
	out     map[string]bool
	lists   map[int64]map[string]bool
	has     map[string]string // whose contact has which phone
	list    map[string]int64  // where exports go now
	open    map[string]*minglingRun
	want    map[string][]string
	flying  *minglingFlight
	stays   map[spot]bool // kept, or put there by hand: they may be on the list unwanted
	quiet   bool
}

type minglingRun struct {
	run     activation.RunID
	export  string
	list    int64
	members []Member
	refused map[string]string
	policy  activation.LeaversPolicy
	nth     int64
	at      time.Time
}

type minglingFlight struct {
	of   *minglingRun
	b    ledger.Batch
	rows []activation.Row
}

var minglers = []string{"a", "b", "c"}

func (c *mingling) say(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
}
func (c *mingling) all() string { return "\n" + strings.Join(c.log, "\n") }

func addressOf(k int) string { return fmt.Sprintf("p%d@example.com", k) }

func (c *mingling) step() {
	c.Later(time.Minute)
	switch n := c.r.IntN(26); {
	case n < 4:
		c.change()
	case n < 8:
		c.plan(minglers[c.r.IntN(3)])
	case n < 9:
		e := minglers[c.r.IntN(3)]
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
		if r := c.open[minglers[c.r.IntN(3)]]; r != nil && c.flying == nil {
			require.NoError(c, c.L.Abort(c.ctx(), r.run, activation.ReasonStopped))
			c.say("abort %s", r.run)
			c.finish(r)
		}
	case n < 14:
		c.Reopen()
	case c.flying != nil:
		c.fly()
	default:
		if r := c.open[minglers[c.r.IntN(3)]]; r != nil {
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
		c.phones[k] = fmt.Sprintf("+38591111111%d", c.r.IntN(5))
		c.say("phone of %d is %s", k, c.phones[k])
	case 2:
		if c.refused[a] != "" {
			delete(c.refused, a)
		} else {
			c.refused[a] = activation.ReasonNoConsent
		}
		c.say("refused %s %v", a, c.refused[a])
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
	for _, x := range minglers {
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
	var members []Member
	var want []string
	for _, m := range c.people() {
		if c.r.IntN(3) > 0 {
			if c.refused[m.Address] != "" {
				m = Member{ID: m.ID, Address: m.Address, Winner: m.ID, Problem: c.refused[m.Address]}
			}
			members = append(members, m)
			want = append(want, m.Address)
		}
	}
	nth, err := c.L.Nth(c.ctx())
	require.NoError(c, err)
	c.runs++
	r := &minglingRun{run: activation.RunID(fmt.Sprintf("run-%03d", c.runs)), export: export, list: l, members: members, refused: maps.Clone(c.refused), nth: nth, at: c.now, policy: activation.LeaversRemove}
	if export == "b" {
		r.policy = activation.LeaversKeep
	}
	c.open[export], c.want[export] = r, want
	c.planAgain(r)
}

func (c *mingling) planAgain(r *minglingRun) {
	c.Policy = r.policy
	req := c.request(r.run, r.export, r.list, r.members, r.refused)
	req.AsOf, req.Nth = r.at, r.nth
	sum, err := c.L.Plan(c.ctx(), req)
	require.NoError(c, err, c.all())
	c.say("plan %s of %s on %d: %v refused %v: %+v", r.run, r.export, r.list, r.members, r.refused, sum)
}

// work takes a run a batch further, unless an import of another is in flight.
func (c *mingling) work(r *minglingRun) {
	b, ok, err := c.L.NextBatch(c.ctx(), r.run)
	require.NoError(c, err)
	if !ok {
		c.finish(r)
		return
	}
	if c.flying != nil { // who has an import in flight keeps the turn
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
	if b.Kind == ledger.BatchImport {
		c.say("sending %s list %d %v", b.ID, b.List, rows)
		c.process++
		c.flying = &minglingFlight{r, b, rows}
		if c.r.IntN(4) > 0 {
			require.NoError(c, c.L.RecordAccepted(c.ctx(), b.ID, c.process))
		} else {
			require.NoError(c, c.L.RecordUnknown(c.ctx(), b.ID))
		}
		return
	}
	people, err := c.L.BatchRemovals(c.ctx(), b.ID)
	require.NoError(c, err)
	for _, a := range people {
		delete(c.lists[int64(b.List)], string(a))
	}
	require.NoError(c, c.L.SettleRemoval(c.ctx(), b.ID, false, c.now))
	c.say("removed %v from %d by %s", people, b.List, r.run)
}

func (c *mingling) finish(r *minglingRun) {
	rc, err := c.L.Finish(c.ctx(), r.run, c.now)
	require.NoError(c, err, c.all())
	require.NoError(c, rc.Check())
	delete(c.open, r.export)
	c.say("finish %s %+v", r.run, rc)
}

// land lets an import take effect.
func (c *mingling) land(f *minglingFlight, rejected ...string) {
	for _, row := range f.rows {
		a := string(row.Address)
		if slices.Contains(rejected, a) {
			continue
		}
		l := int64(f.b.List)
		c.lists[l][a] = true
		if f.of.export == "b" {
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

// fly goes on with the import in flight.
func (c *mingling) fly() {
	f := c.flying
	b, ok, err := c.L.NextBatch(c.ctx(), f.of.run)
	require.NoError(c, err)
	require.True(c, ok && b.ID == f.b.ID)
	c.flying = nil
	n := c.r.IntN(10)
	if c.quiet {
		n = 3
	}
	switch {
	case b.State == ledger.BatchUnknown:
		if n < 4 {
			c.land(f)
		}
		require.NoError(c, c.L.RecordNotDone(c.ctx(), b.ID))
		c.say("not done %s", b.ID)
	case n < 6:
		var named []ledger.Rejection
		if n < 2 {
			named = append(named, ledger.Rejection{Address: f.rows[0].Address, Why: "bad"})
			c.land(f, string(f.rows[0].Address))
		} else {
			c.land(f)
		}
		require.NoError(c, c.L.Settle(c.ctx(), b.ID, named, c.now))
		c.say("settled %s %v", b.ID, named)
	case n < 7:
		require.NoError(c, c.L.Split(c.ctx(), b.ID, 4, c.now))
		c.say("split %s", b.ID)
	case n < 8:
		c.land(f)
		require.NoError(c, c.L.SettleUnknown(c.ctx(), b.ID, activation.ReasonOutcomeUnknown, "", c.now))
		c.say("unknown %s", b.ID)
	default:
		require.NoError(c, c.L.Abort(c.ctx(), f.of.run, activation.ReasonStopped))
		c.land(f)
		c.say("stopped %s", f.of.run)
		c.finish(f.of)
	}
}

// drain lets everything come to its end.
func (c *mingling) drain() {
	for len(c.open) > 0 || c.flying != nil {
		c.Later(time.Minute)
		if c.flying != nil {
			c.fly()
			continue
		}
		for _, e := range minglers {
			if r := c.open[e]; r != nil && c.flying == nil {
				c.work(r)
			}
		}
	}
}

// end holds that every list is as it should be once everything has come to its end.
func (c *mingling) end() {
	c.quiet = true
	c.drain()
	round := func() {
		for _, e := range minglers {
			c.Later(time.Minute)
			c.plan(e)
			c.drain()
		}
	}
	round()
	if c.hands {
		c.reconcile(1, 0)
		c.reconcile(2, 0)
	}
	round()
	round()
	must := map[int64]map[string]bool{1: {}, 2: {}}
	for e, people := range c.want {
		for _, a := range people {
			if c.refused[a] == "" && !c.out[a] {
				must[c.list[e]][a] = true
			}
		}
	}
	for l, on := range c.lists {
		used := slices.ContainsFunc(minglers, func(e string) bool { return c.list[e] == l })
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
