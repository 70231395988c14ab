package brevosandbox

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// logEntry is one request. It holds no address, no key and no path with either:
// Path is the route's pattern.
type logEntry struct {
	At      time.Time `json:"at"`
	Account string    `json:"account,omitempty"`
	Kind    string    `json:"kind"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Status  int       `json:"status"` // 0: reset without answer
	Rows    int       `json:"rows,omitempty"`
	Bytes   int       `json:"bytes"` // of the request's body
	Took    Duration  `json:"took"`
	Faults  []string  `json:"faults,omitempty"`
}

const logKept = 500

type requestLog struct {
	mu     sync.Mutex
	recent []logEntry
	counts map[string]Count
}

// Count is how often a kind of call came, and what came with it.
type Count struct {
	Calls    int            `json:"calls"`
	Rows     int            `json:"rows"`
	Bytes    int64          `json:"bytes"`
	Statuses map[int]int    `json:"statuses"` // 0: reset without answer
	Faults   map[string]int `json:"faults,omitempty"`
}

func (l *requestLog) add(e logEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]Count{}
	}
	if len(l.recent) >= 2*logKept {
		l.recent = append(l.recent[:0], l.recent[logKept:]...)
	}
	l.recent = append(l.recent, e)
	c := l.counts[e.Kind]
	if c.Statuses == nil {
		c.Statuses, c.Faults = map[int]int{}, map[string]int{}
	}
	c.Calls++
	c.Rows += e.Rows
	c.Bytes += int64(e.Bytes)
	c.Statuses[e.Status]++
	for _, f := range e.Faults {
		c.Faults[f]++
	}
	l.counts[e.Kind] = c
}

// Requests counts the calls since the start, or since ResetRequests, by kind.
func (sb *Sandbox) Requests() map[string]Count {
	l := &sb.log
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]Count, len(l.counts))
	for k, c := range l.counts {
		c.Statuses, c.Faults = maps.Clone(c.Statuses), maps.Clone(c.Faults)
		out[k] = c
	}
	return out
}

// ResetRequests starts the counts and the log anew.
func (sb *Sandbox) ResetRequests() {
	sb.log.mu.Lock()
	defer sb.log.mu.Unlock()
	sb.log.recent, sb.log.counts = nil, nil
}

// recentRequests are the last requests, newest first.
func (sb *Sandbox) recentRequests(n int) []logEntry {
	sb.log.mu.Lock()
	defer sb.log.mu.Unlock()
	out := slices.Clone(sb.log.recent[max(0, len(sb.log.recent)-n):])
	slices.Reverse(out)
	return out
}
