package export

import (
	"slices"
	"sync"
	"time"

	"segue/internal/activation"
)

// mostOvertaken is how many runs that only remove may go ahead of one that waits to import.
const mostOvertaken = 3

// turns gives the runs of one account turns, in the order in which they asked; those that only have removals left go ahead
// of imports, but of none more than mostOvertaken times (S24). Whoever has the turn is never overtaken: an import of it may
// be in flight (S30). Accounts never wait for each other.
type turns struct {
	mu    sync.Mutex
	queue map[activation.Account][]waiting // the first one has the turn
	until map[activation.Account]time.Time // when the first one goes on, if it pauses
}

type waiting struct {
	run      activation.RunID
	removals bool               // only removals are left
	by       []activation.RunID // those that went ahead of this one since it had the turn
}

func newTurns() *turns {
	return &turns{queue: map[activation.Account][]waiting{}, until: map[activation.Account]time.Time{}}
}

// pause notes that the run that has the turn does nothing until then, so that nobody asks for the turn before.
func (t *turns) pause(a activation.Account, run activation.RunID, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q := t.queue[a]; len(q) > 0 && q[0].run == run {
		t.until[a] = until
	}
}

// paused returns for how long the run that has the turn does nothing.
func (t *turns) paused(a activation.Account, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.until[a].Sub(now)
}

func find(q []waiting, run activation.RunID) int {
	return slices.IndexFunc(q, func(w waiting) bool { return w.run == run })
}

// waits reports whether the run has the turn or waits for it.
func (t *turns) waits(a activation.Account, run activation.RunID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return find(t.queue[a], run) >= 0
}

// take reports whether the run has the account's turn; if not, it waits in line from now on.
func (t *turns) take(a activation.Account, run activation.RunID, removals bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if find(t.queue[a], run) < 0 {
		t.queue[a] = lineUp(t.queue[a], waiting{run: run, removals: removals})
	}
	if t.queue[a][0].run == run {
		delete(t.until, a)
		return true
	}
	return false
}

// takeFree takes the account's turn if nobody has it.
func (t *turns) takeFree(a activation.Account, run activation.RunID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue[a]) > 0 {
		return false
	}
	t.queue[a] = []waiting{{run: run}}
	return true
}

// lineUp puts a run at the end of the line, or ahead of imports that wait.
func lineUp(q []waiting, w waiting) []waiting {
	at := len(q)
	for w.removals && at > 1 && q[at-1].mayBeOvertaken(w.run) {
		at--
	}
	for i := at; i < len(q); i++ {
		q[i].overtake(w.run)
	}
	return slices.Insert(q, at, w)
}

func (w *waiting) mayBeOvertaken(by activation.RunID) bool {
	return !w.removals && (len(w.by) < mostOvertaken || slices.Contains(w.by, by))
}

func (w *waiting) overtake(by activation.RunID) {
	if !w.removals && !slices.Contains(w.by, by) {
		w.by = append(w.by, by)
	}
}

// remains says whether only removals are left of the run that has the turn.
func (t *turns) remains(a activation.Account, run activation.RunID, removals bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q := t.queue[a]; len(q) > 0 && q[0].run == run {
		q[0].removals = removals
	}
}

// pass gives the turn to the next in line and goes to its end; it reports whether somebody was waiting. A run of which only
// removals are left keeps the turn while those who wait import.
func (t *turns) pass(a activation.Account, run activation.RunID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queue[a]
	if len(q) < 2 || q[0].run != run {
		return false
	}
	if q[0].removals && q[1].mayBeOvertaken(run) {
		for i := range q[1:] {
			q[1+i].overtake(run)
		}
		return false
	}
	rest := slices.Clone(q[1:])
	rest[0].by = nil
	t.queue[a] = lineUp(rest, waiting{run: run, removals: q[0].removals})
	return true
}

// leave takes the run out of every line.
func (t *turns) leave(run activation.RunID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for a, q := range t.queue {
		if len(q) > 0 && q[0].run == run {
			delete(t.until, a)
		}
		q = slices.DeleteFunc(q, func(w waiting) bool { return w.run == run })
		if len(q) == 0 {
			delete(t.queue, a)
		} else {
			t.queue[a] = q
		}
	}
}
