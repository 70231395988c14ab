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

// Wander lets two exports go from list to list in an order that the seed decides, remove or keep those who leave and take off the kept, while
// people come and go, cannot be sent, are refused, are missed by reconciliations, imports are given up, and runs are held, released,
// replaced and stopped anywhere; lists behave. Nobody whom an export wants may come to be on no list of its (S15, S22), nobody may stay
// on one without being some export's (S7, S20), nobody is taken off whom another one has there (S20), and whoever is taken off was planned to
// be since she was put there (S26). What a receipt says of each leaver is so (S11, S20).
func Wander(t *testing.T, open Open, seed uint64, steps int) {
	t.Helper()
	w := &wandering{
		Desk: NewDesk(t, open), r: rand.New(rand.NewPCG(seed, 2)),
		lists: map[int64]map[string]bool{1: {}, 2: {}, 3: {}}, words: map[string]word{},
		exports: []*wanderer{{name: "e", list: 1, leavers: activation.LeaversRemove}, {name: "f", list: 2, leavers: activation.LeaversKeep}},
	}
	w.Specs = []activation.AttributeSpec{{Name: "POINTS", Type: activation.AttributeNumber}}
	w.Limits.MaxRows, w.Limits.MaxRemovals = 3, 3
	for i := range 7 {
		w.people = append(w.people, &passenger{address: id(i) + "@example.com", value: "1"})
	}
	for _, e := range w.exports {
		e.judged, e.out, e.in = map[spot]bool{}, map[string]bool{}, map[string]bool{}
		for _, p := range w.people {
			e.out[p.address], e.in[p.address] = true, e.name == "e"
		}
	}
	for range steps {
		w.step()
	}
}

type spot struct {
	list    int64
	address string
}

// passenger is somebody whom exports may want.
type passenger struct {
	address, value   string
	refused, blocked bool
}

// wanderer is an export.
type wanderer struct {
	name    string
	list    int64
	leavers activation.LeaversPolicy
	in      map[string]bool // whom it wants
	out     map[string]bool // of those it wants: it has her on no list, as it should be
	judged  map[spot]bool   // whom a plan has shown to leave since she was put there
	held    *wanderersRun
}

// wanderersRun is a run with the data that it was planned on.
type wanderersRun struct {
	id      activation.RunID
	of      *wanderer
	list    int64
	leavers activation.LeaversPolicy
	members []Member
	wants   map[string]bool
	faulty  map[string]bool
	refused map[string]string
	nth, at int             // its place among all runs, and when it was planned
	outside map[string]bool // who was not taken, or is in an import that was given up
}

// word is what is said of somebody: by the newest data on which a run did anything with her, and by which run, and when, she was taken off lists as
// refused last.
type word struct {
	nth     int
	refused bool
	by      *wanderersRun
	at      int
}

// wanderersFlight is an import that was given up.
type wanderersFlight struct {
	of   *wanderersRun
	b    ledger.Batch
	rows []activation.Row
}

type wandering struct {
	*Desk
	r       *rand.Rand
	people  []*passenger
	exports []*wanderer
	lists   map[int64]map[string]bool
	watched []wanderersFlight
	planned int
	event   int
	words   map[string]word
}

func (w *wandering) chance(n int) bool { return w.r.IntN(n) == 0 }

func (w *wandering) step() {
	w.Later(time.Minute)
	for _, p := range w.people {
		if w.chance(4) {
			p.blocked = w.chance(2)
		}
		if w.chance(4) {
			p.value = []string{"1", "2", "many"}[w.r.IntN(3)]
		}
		if w.chance(10) {
			p.refused = !p.refused
		}
		for _, e := range w.exports {
			if w.chance(6) {
				e.in[p.address] = !e.in[p.address]
			}
		}
	}
	e := w.exports[w.r.IntN(len(w.exports))]
	if w.chance(3) {
		e.list = int64(1 + w.r.IntN(3))
	}
	if w.chance(6) {
		e.leavers = []activation.LeaversPolicy{activation.LeaversRemove, activation.LeaversKeep}[w.r.IntN(2)]
	}
	if w.chance(6) && w.exports[0].held == nil && w.exports[1].held == nil {
		w.meddle(e)
	}
	if w.chance(3) {
		w.land()
	}
	switch held := e.held; {
	case held != nil && w.chance(2): // released, though people changed since
		e.held = nil
		w.carryOut(held)
	case held == nil && w.chance(5):
		w.removeKept(e)
	default:
		w.run(e)
	}
}

// stands returns the lists on which the export has somebody, and what she is there.
func (w *wandering) stands(e *wanderer, address string) map[int64]ledger.Standing {
	standings, err := w.L.Standings(w.ctx(), activation.Email(address))
	require.NoError(w, err)
	of := map[int64]ledger.Standing{}
	for _, s := range standings {
		if string(s.Export) == e.name {
			of[int64(s.List)] = s
		}
	}
	return of
}

// has reports whether the export has somebody on a list other than one, and she is there.
func (w *wandering) has(e *wanderer, address string, but int64) bool {
	for l, s := range w.stands(e, address) {
		if l != but && s.Ownership == ledger.Owned && w.lists[l][address] {
			return true
		}
	}
	return false
}

// meddle has somebody take people by hand off the export's list, whom all who have them there have on another one as well, and the list reconciled.
func (w *wandering) meddle(e *wanderer) {
	for _, p := range w.people {
		elsewhere := true
		for _, o := range w.exports {
			_, here := w.stands(o, p.address)[e.list]
			elsewhere = elsewhere && (!here || w.has(o, p.address, e.list))
		}
		if w.chance(2) && elsewhere {
			delete(w.lists[e.list], p.address)
		}
	}
	r := w.asks(e)
	rec, _ := w.Reconcile(e.name, e.list, r.members, slices.Sorted(maps.Keys(w.lists[e.list]))...)
	w.decide(rec, activation.ReconcileChoice{Missing: activation.MissingResend})
}

// asks makes a run of the export on the data there are.
func (w *wandering) asks(e *wanderer) *wanderersRun {
	w.planned++
	w.event++
	r := &wanderersRun{
		of: e, list: e.list, leavers: e.leavers, nth: w.planned, at: w.event,
		wants: map[string]bool{}, faulty: map[string]bool{}, refused: map[string]string{}, outside: map[string]bool{},
	}
	for i, p := range w.people {
		m := person(id(i), p.address, p.value)
		if p.refused {
			m.Problem = activation.ReasonNoConsent
			r.refused[p.address] = m.Problem
		}
		r.faulty[p.address] = p.value == "many"
		if e.in[p.address] {
			r.members = append(r.members, m)
			r.wants[p.address] = !p.refused
		}
	}
	return r
}

// run plans a run of the export and carries it out, unless it is held or nothing but a trial. It replaces one that was held.
func (w *wandering) run(e *wanderer) {
	r := w.asks(e)
	w.runs++
	r.id = activation.RunID(fmt.Sprintf("run-%03d", w.runs))
	sum := w.plan(r)
	if w.chance(4) {
		require.Equal(w, sum, w.plan(r), "planning twice gives the same plan (S25)")
	}
	if w.chance(8) {
		require.NoError(w, w.L.EndDry(w.ctx(), r.id, w.now))
		return
	}
	w.shows(r)
	if e.held != nil {
		w.stop(e.held)
		e.held = nil
	}
	if len(sum.Held) > 0 && w.chance(2) {
		w.carryOutUntil(r, func(b ledger.Batch) bool { return !b.Refusals }) // nobody decides on them
		if w.chance(2) {
			w.stop(r) // somebody refuses it
		} else {
			e.held = r
		}
		return
	}
	w.carryOut(r)
}

func (w *wandering) plan(r *wanderersRun) activation.PlanSummary {
	w.Policy = r.leavers
	return w.PlanAs(r.id, r.of.name, r.list, r.members, r.refused)
}

// shows notes whom the plan of a run removes.
func (w *wandering) shows(r *wanderersRun) {
	for _, x := range w.rows(r) {
		if x.Bucket == activation.BucketRemoved {
			r.of.judged[spot{int64(x.List), string(x.Address)}] = true
		}
	}
}

func (w *wandering) rows(r *wanderersRun) []ledger.RunRow {
	rows, err := w.L.Rows(w.ctx(), r.id, ledger.RowFilter{Limit: 1000})
	require.NoError(w, err)
	return rows
}

// stop ends a run before its end.
func (w *wandering) stop(r *wanderersRun) {
	require.NoError(w, w.L.Abort(w.ctx(), r.id, activation.ReasonCanceled))
	w.Finish(r.id)
	w.accounts(r)
}

// carryOut carries a run out to its end, or until it is stopped, and holds what must hold.
func (w *wandering) carryOut(r *wanderersRun) {
	left := 1000
	if w.chance(3) {
		left = w.r.IntN(6)
	}
	stopped := w.carryOutUntil(r, func(b ledger.Batch) bool {
		left--
		if left < 0 && w.chance(2) {
			w.fly(r, b)
		}
		return left < 0
	})
	if stopped {
		w.stop(r)
		return
	}
	w.Finish(r.id)
	w.accounts(r)
	w.holds(r)
}

// carryOutUntil carries out the batches of a run up to the one that is told, and reports whether there was one.
func (w *wandering) carryOutUntil(r *wanderersRun, until func(ledger.Batch) bool) bool {
	for {
		b, ok, err := w.L.NextBatch(w.ctx(), r.id)
		require.NoError(w, err)
		if !ok {
			return false
		}
		if until(b) {
			return true
		}
		w.carry(r, b)
		if w.chance(10) {
			w.Reopen()
		}
	}
}

// fly leaves an import in flight, which lands or does not.
func (w *wandering) fly(r *wanderersRun, b ledger.Batch) {
	if b.Kind != ledger.BatchImport || w.L.RecordSending(w.ctx(), b.ID, w.process, w.now) != nil {
		return
	}
	rows, err := w.L.BatchRows(w.ctx(), b.ID)
	require.NoError(w, err)
	for _, x := range rows {
		if w.chance(2) {
			w.put(r, b, string(x.Address))
		}
	}
}

func (w *wandering) put(r *wanderersRun, b ledger.Batch, address string) {
	w.lists[int64(b.List)][address] = true
	delete(r.of.judged, spot{int64(b.List), address})
	w.says(r, address, false)
}

func (w *wandering) says(r *wanderersRun, address string, refused bool) {
	said := w.words[address]
	if r.nth >= said.nth {
		said.nth, said.refused = r.nth, refused
	}
	if refused {
		w.event++
		said.by, said.at = r, w.event
	}
	w.words[address] = said
}

// carry carries out a batch; if what is known changed since the plan, it is made again.
func (w *wandering) carry(r *wanderersRun, b ledger.Batch) {
	rows, err := w.L.BatchRows(w.ctx(), b.ID)
	require.NoError(w, err)
	err = w.L.RecordSending(w.ctx(), b.ID, w.process, w.now)
	if activation.CodeOf(err) == activation.CodeConflict {
		require.NotEmpty(w, r.members, err)
		w.plan(r)
		w.shows(r)
		return
	}
	require.NoError(w, err)
	if b.Kind == ledger.BatchRemoval {
		w.takeOff(r, b)
		return
	}
	w.process++
	require.NoError(w, w.L.RecordAccepted(w.ctx(), b.ID, w.process))
	if w.chance(12) {
		require.NoError(w, w.L.GiveUp(w.ctx(), b.ID, w.process, "ana", w.now, w.now.Add(time.Hour)))
		w.watched = append(w.watched, wanderersFlight{r, b, rows})
		for _, x := range rows {
			r.outside[string(x.Address)] = true
		}
		return
	}
	var named []ledger.Rejection
	for _, x := range rows {
		if slices.ContainsFunc(w.people, func(p *passenger) bool { return p.blocked && p.address == string(x.Address) }) {
			named = append(named, ledger.Rejection{Address: x.Address, Why: "invalid_emails: bad"})
			r.outside[string(x.Address)] = true
			continue
		}
		w.put(r, b, string(x.Address))
	}
	require.NoError(w, w.L.Settle(w.ctx(), b.ID, named, w.now))
}

// takeOff carries out a removal.
func (w *wandering) takeOff(r *wanderersRun, b ledger.Batch) {
	list, err := w.L.BatchRemovals(w.ctx(), b.ID)
	require.NoError(w, err)
	for _, a := range list {
		address := string(a)
		delete(w.lists[int64(b.List)], address)
		if b.Refusals {
			w.says(r, address, true)
			for _, e := range w.exports {
				e.out[address] = true
			}
			continue
		}
		require.True(w, r.of.judged[spot{int64(b.List), address}], "%s leaves list %d in %s, and no plan has shown it (S26)", a, b.List, b.Run)
		for _, o := range w.exports {
			if o != r.of {
				require.NotContains(w, w.stands(o, address), int64(b.List), "%s leaves list %d in %s, and %s has her there (S20)", a, b.List, b.Run, o.name)
			}
		}
	}
	require.NoError(w, w.L.SettleRemoval(w.ctx(), b.ID, false, w.now))
}

// land lets a process that was given up do what it was sent for, and looks after it (S17).
func (w *wandering) land() {
	if len(w.watched) == 0 {
		return
	}
	f := w.watched[0]
	w.watched = w.watched[1:]
	gone, err := w.L.Unwanted(w.ctx(), f.b.ID)
	require.NoError(w, err)
	for _, a := range gone {
		delete(w.lists[int64(f.b.List)], string(a))
	}
	for _, x := range f.rows {
		if !slices.Contains(gone, x.Address) {
			w.put(f.of, f.b, string(x.Address))
		}
	}
	require.NoError(w, w.L.EndWatch(w.ctx(), f.b.ID, ledger.WatchLanded, int64(len(gone)), w.now))
}

// removeKept takes those off whom the export keeps (S20).
func (w *wandering) removeKept(e *wanderer) {
	id, _ := w.Remove(e.name, e.list, ledger.RemoveKept)
	r := &wanderersRun{id: id, of: e, list: e.list}
	w.shows(r)
	require.False(w, w.carryOutUntil(r, func(ledger.Batch) bool { return false }))
	w.Finish(id)
	w.accounts(r)
	for _, p := range w.people {
		for l, s := range w.stands(e, p.address) {
			require.NotEqual(w, ledger.Kept, s.Ownership, "%s on list %d", p.address, l)
		}
	}
}

// accounts holds that what the run says of its leavers is so: whom it kept the export keeps, whom it did not remove it has as before, and of
// the others it has nobody there any more; but for whom another run has taken off as refused, or let go, since it was planned.
func (w *wandering) accounts(r *wanderersRun) {
	for _, x := range w.rows(r) {
		address, list := string(x.Address), int64(x.List)
		s, there := w.stands(r.of, address)[list]
		what := fmt.Sprintf("%s on list %d, %s %s in %s", address, list, x.Bucket, x.Reason, r.id)
		switch {
		case x.Bucket == activation.BucketRemoved, x.Bucket == activation.BucketStillWanted && !w.alone(r, address, list):
			require.False(w, there, what)
		case x.Reason == activation.ReasonKeptByAnother: // whose she is alone then
		case !there:
			if x.Bucket == activation.BucketKept || (x.Bucket == activation.BucketNotRemoved && r.refused[address] == "") {
				require.True(w, w.since(r, address), what)
			}
		case x.Bucket == activation.BucketKept:
			require.Equal(w, ledger.Kept, s.Ownership, what)
		case x.Bucket == activation.BucketNotRemoved && r.members != nil && w.words[address].by == nil: // else it may be a refusal that was not carried out
			require.Equal(w, ledger.Owned, s.Ownership, what)
		}
	}
}

// alone reports whether no other export has somebody on the list.
func (w *wandering) alone(r *wanderersRun, address string, list int64) bool {
	return !slices.ContainsFunc(w.exports, func(o *wanderer) bool { _, has := w.stands(o, address)[list]; return has && o != r.of })
}

// since reports whether another run has taken somebody off lists as refused since the run was planned.
func (w *wandering) since(r *wanderersRun, address string) bool {
	said := w.words[address]
	return said.at > r.at && said.by != r
}

// holds checks where everybody is after a run that came to its end.
func (w *wandering) holds(r *wanderersRun) {
	for _, p := range w.people {
		what := fmt.Sprintf("%s after %s of %s on list %d", p.address, r.id, r.of.name, r.list)
		said, wanted, takes := w.words[p.address], r.wants[p.address], !r.outside[p.address] && !r.faulty[p.address]
		for l, on := range w.lists {
			if on[p.address] {
				require.False(w, said.refused || (r.refused[p.address] != "" && said.nth <= r.nth), "%s: she is refused, and on list %d", what, l)
				require.False(w, w.alone(&wanderersRun{}, p.address, l), "%s: she is forgotten on list %d", what, l)
			}
		}
		for l, s := range w.stands(r.of, p.address) {
			if s.Ownership == ledger.Owned && (l != r.list || !wanted) && r.nth == w.planned {
				require.True(w, wanted && !takes, "%s: she is its on list %d", what, l)
			}
		}
		switch {
		case !wanted || w.since(r, p.address):
			r.of.out[p.address] = true
		case takes:
			require.True(w, w.lists[r.list][p.address], what)
			r.of.out[p.address] = false
		case w.has(r.of, p.address, 0):
			r.of.out[p.address] = false
		default:
			require.True(w, r.of.out[p.address], "%s: she is on no list", what)
		}
	}
}
