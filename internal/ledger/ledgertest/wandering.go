package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Wander lets an export go from list to list in an order that the seed decides, while people come and go, cannot be sent, are refused, are
// missed by reconciliations, and runs are stopped anywhere; lists behave. Nobody who is wanted may come to be on no list (S15, S22),
// nobody else may stay on one (S7, S20), and whoever is taken off was planned to be since she was put there (S26).
func Wander(t *testing.T, open Open, seed uint64, steps int) {
	t.Helper()
	w := &wandering{
		Desk: NewDesk(t, open), r: rand.New(rand.NewPCG(seed, 2)), list: 1, lists: map[int64]map[string]bool{1: {}, 2: {}, 3: {}},
		judged: map[spot]bool{},
	}
	w.Specs = []activation.AttributeSpec{{Name: "POINTS", Type: activation.AttributeNumber}}
	w.Limits.MaxRows, w.Limits.MaxRemovals = 3, 3
	for i := range 7 {
		w.people = append(w.people, &wanderer{address: id(i) + "@example.com", in: true, value: "1", out: true})
	}
	for range steps {
		w.step()
	}
}

type spot struct {
	list    int64
	address string
}

type wanderer struct {
	address, value            string
	in, refused, blocked, out bool // out of all lists, as it should be
}

type wandering struct {
	*Desk
	r      *rand.Rand
	people []*wanderer
	list   int64
	lists  map[int64]map[string]bool
	judged map[spot]bool
}

func (w *wandering) chance(n int) bool { return w.r.IntN(n) == 0 }

func (w *wandering) step() {
	for _, p := range w.people {
		if w.chance(4) {
			p.blocked = w.chance(2)
		}
		if w.chance(4) {
			p.value = []string{"1", "2", "many"}[w.r.IntN(3)]
		}
		if w.chance(6) {
			p.in = !p.in
		}
		if w.chance(10) {
			p.refused = !p.refused
		}
	}
	if w.chance(3) {
		w.list = int64(1 + w.r.IntN(3))
	}
	if w.chance(6) {
		w.meddle()
	}
	w.run()
}

// meddle has somebody take people by hand off the list, who are on another one as well, and the list reconciled.
func (w *wandering) meddle() {
	for _, p := range w.people {
		others := 0
		for l, on := range w.lists {
			if l != w.list && on[p.address] {
				others++
			}
		}
		if w.chance(2) && others > 0 {
			delete(w.lists[w.list], p.address)
		}
	}
	members, _ := w.members()
	rec, _ := w.Reconcile("e", w.list, members, slices.Sorted(maps.Keys(w.lists[w.list]))...)
	w.decide(rec, activation.ReconcileChoice{Missing: activation.MissingResend})
}

func (w *wandering) members() (members []Member, refused map[string]string) {
	refused = map[string]string{}
	for i, p := range w.people {
		m := person(id(i), p.address, p.value)
		if p.refused {
			m.Problem = activation.ReasonNoConsent
			refused[p.address] = m.Problem
		}
		if p.in {
			members = append(members, m)
		}
	}
	return members, refused
}

// run plans, carries out until it is stopped, if it is, and holds what must hold.
func (w *wandering) run() {
	members, refused := w.members()
	run, sum := w.Plan("e", w.list, members, refused)
	if w.chance(4) {
		require.Equal(w, sum, w.PlanAs(run, "e", w.list, members, refused), "planning twice gives the same plan (S25)")
	}
	if w.chance(8) {
		require.NoError(w, w.L.EndDry(w.ctx(), run, w.now))
		return
	}
	rows, err := w.L.Rows(w.ctx(), run, ledger.RowFilter{Limit: 1000})
	require.NoError(w, err)
	for _, r := range rows {
		if r.Bucket == activation.BucketRemoved {
			w.judged[spot{int64(r.List), string(r.Address)}] = true
		}
	}
	stop := 1000
	if w.chance(3) {
		stop = w.r.IntN(6)
	}
	for i := 0; ; i++ {
		b, ok, err := w.L.NextBatch(w.ctx(), run)
		require.NoError(w, err)
		if !ok {
			break
		}
		if i == stop {
			if w.chance(2) {
				w.fly(run, b)
			}
			require.NoError(w, w.L.Abort(w.ctx(), run, activation.ReasonCanceled))
			w.Finish(run)
			return
		}
		w.carry(b, refused)
		if w.chance(10) {
			w.Reopen()
		}
	}
	w.Finish(run)
	w.hold(fmt.Sprintf("%s on list %d", run, w.list))
}

// fly leaves an import in flight, which lands or does not.
func (w *wandering) fly(run activation.RunID, b ledger.Batch) {
	if b.Kind != ledger.BatchImport {
		return
	}
	inFlight(w.Desk, run, 1000)
	rows, err := w.L.BatchRows(w.ctx(), b.ID)
	require.NoError(w, err)
	for _, r := range rows {
		if w.chance(2) {
			w.put(b, string(r.Address))
		}
	}
}

func (w *wandering) put(b ledger.Batch, address string) {
	w.lists[int64(b.List)][address] = true
	delete(w.judged, spot{int64(b.List), address})
}

func (w *wandering) carry(b ledger.Batch, refused map[string]string) {
	require.NoError(w, w.L.RecordSending(w.ctx(), b.ID, w.process, w.now))
	if b.Kind == ledger.BatchRemoval {
		list, err := w.L.BatchRemovals(w.ctx(), b.ID)
		require.NoError(w, err)
		for _, a := range list {
			require.True(w, w.judged[spot{int64(b.List), string(a)}] || refused[string(a)] != "", "%s leaves list %d in %s, and no plan has shown it (S26)", a, b.List, b.Run)
			delete(w.lists[int64(b.List)], string(a))
			for _, p := range w.people {
				p.out = p.out || (p.address == string(a) && (p.refused || !p.in))
			}
		}
		require.NoError(w, w.L.SettleRemoval(w.ctx(), b.ID, false, w.now))
		return
	}
	w.process++
	require.NoError(w, w.L.RecordAccepted(w.ctx(), b.ID, w.process))
	rows, err := w.L.BatchRows(w.ctx(), b.ID)
	require.NoError(w, err)
	var named []ledger.Rejection
	for _, r := range rows {
		if slices.ContainsFunc(w.people, func(p *wanderer) bool { return p.blocked && p.address == string(r.Address) }) {
			named = append(named, ledger.Rejection{Address: r.Address, Why: "invalid_emails: bad"})
			continue
		}
		w.put(b, string(r.Address))
	}
	require.NoError(w, w.L.Settle(w.ctx(), b.ID, named, w.now))
}

// hold holds where everybody is after a run that came to its end.
func (w *wandering) hold(when string) {
	for _, p := range w.people {
		on := 0
		for _, l := range w.lists {
			if l[p.address] {
				on++
			}
		}
		switch {
		case p.refused || !p.in:
			require.Zero(w, on, "%s: %s is on a list", when, p.address)
			p.out = true
		case !p.blocked && p.value != "many":
			require.True(w, on == 1 && w.lists[w.list][p.address], "%s: %s is on %d lists", when, p.address, on)
			p.out = false
		case on > 0:
			p.out = false
		default:
			require.True(w, p.out, "%s: %s is on no list", when, p.address)
		}
	}
}
