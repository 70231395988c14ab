package export

import (
	"maps"
	"sync"

	"segue/internal/activation"
)

// calls adds up the API calls of a run over its steps, each of which has a client of its own. After a restart the
// count begins anew.
type calls struct {
	mu   sync.Mutex
	runs map[activation.RunID]map[string]int64
}

func newCalls() *calls { return &calls{runs: map[activation.RunID]map[string]int64{}} }

// add takes in what the step's client counted.
func (c *calls) add(w *work) {
	total := c.sum(w)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs[w.run.ID] = total
}

// sum returns the calls of the steps before and of this one.
func (c *calls) sum(w *work) map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := maps.Clone(c.runs[w.run.ID])
	if total == nil {
		total = map[string]int64{}
	}
	if w.dest != nil {
		for k, n := range w.dest.Calls() {
			total[k] += n
		}
	}
	return total
}

func (c *calls) forget(run activation.RunID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.runs, run)
}
