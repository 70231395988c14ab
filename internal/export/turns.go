package export

import (
	"slices"
	"sync"
	"time"

	"segue/internal/activation"
)

// turns gives the runs of one account turns, in the order in which they asked (S24). Accounts never wait for each other.
type turns struct {
	mu    sync.Mutex
	queue map[activation.Account][]activation.RunID // the first one has the turn
	until map[activation.Account]time.Time          // when the first one goes on, if it pauses
}

func newTurns() *turns {
	return &turns{queue: map[activation.Account][]activation.RunID{}, until: map[activation.Account]time.Time{}}
}

// pause notes that the run that has the turn does nothing until then, so that nobody asks for the turn before.
func (t *turns) pause(a activation.Account, run activation.RunID, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q := t.queue[a]; len(q) > 0 && q[0] == run {
		t.until[a] = until
	}
}

// paused returns for how long the run that has the turn does nothing.
func (t *turns) paused(a activation.Account, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.until[a].Sub(now)
}

// take reports whether the run has the account's turn; if not, it waits in line from now on.
func (t *turns) take(a activation.Account, run activation.RunID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queue[a]
	if !slices.Contains(q, run) {
		q = append(q, run)
		t.queue[a] = q
	}
	if q[0] == run {
		delete(t.until, a)
	}
	return q[0] == run
}

// pass gives the turn to the next in line and goes to its end; it reports whether somebody was waiting.
func (t *turns) pass(a activation.Account, run activation.RunID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queue[a]
	if len(q) < 2 || q[0] != run {
		return false
	}
	t.queue[a] = append(slices.Clone(q[1:]), run)
	return true
}

// leave takes the run out of every line.
func (t *turns) leave(run activation.RunID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for a, q := range t.queue {
		if len(q) > 0 && q[0] == run {
			delete(t.until, a)
		}
		q = slices.DeleteFunc(q, func(r activation.RunID) bool { return r == run })
		if len(q) == 0 {
			delete(t.queue, a)
		} else {
			t.queue[a] = q
		}
	}
}
