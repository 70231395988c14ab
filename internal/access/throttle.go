package access

import (
	"strings"
	"sync"
	"time"
)

// throttle slows guessing down. It counts failures in a row, by key, and makes the next try wait: not at all for the
// first ones, then from a second on twice as long each time up to a limit. Failures are forgotten after an hour without
// one, and by a restart.
//
// Nobody is locked out by strangers: what slows a person down are failures from the person's own network address or
// browser, but for a flood of them, and then for a minute at most.
type throttle struct {
	mu   sync.Mutex
	keys map[string]*failures
}

// failures are those of one key.
type failures struct {
	count int
	last  time.Time
	until time.Time
}

// allowance says how many failures are free, and how long the wait after many is at most.
type allowance struct {
	free int
	most time.Duration
}

// The allowances, by what they count.
var (
	ofPair    = allowance{5, 15 * time.Minute}  // one account from one address
	ofAddress = allowance{30, 15 * time.Minute} // any account from one address
	ofAccount = allowance{100, time.Minute}     // one account from anywhere but browsers where the person has signed in
	ofDevice  = allowance{5, 15 * time.Minute}  // one account from such a browser
)

// forgetAfter is how long failures count, and maxKeys how many keys are kept.
const (
	forgetAfter = time.Hour
	maxKeys     = 100_000
)

func newThrottle() *throttle { return &throttle{keys: map[string]*failures{}} }

// counted is a key with its allowance.
type counted struct {
	key string
	allowance
}

// try is one that was counted as a failure before it is known whether it is one, and what was counted before it.
type try struct {
	key string
	was failures
}

// begin returns how long to wait before the next try. If that is not at all, the try is counted as a failure at once: else as many as
// arrive together would all be free.
func (t *throttle) begin(now time.Time, keys ...counted) (tries []try, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		if f := t.keys[k.key]; f != nil {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait > 0 {
		return nil, wait
	}
	if len(t.keys) > maxKeys {
		t.forget(now)
	}
	for _, k := range keys {
		f := t.keys[k.key]
		if f == nil || now.Sub(f.last) > forgetAfter {
			f = &failures{}
			t.keys[k.key] = f
		}
		tries = append(tries, try{k.key, *f})
		f.count++
		f.last = now
		if over := f.count - k.free; over > 0 {
			f.until = now.Add(min(time.Second<<min(over-1, 20), k.most))
		}
	}
	return tries, 0
}

// undo takes tries back that were no failures. Where others were counted meanwhile only the count is taken back.
func (t *throttle) undo(tries []try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range tries {
		f := t.keys[x.key]
		if f == nil || f.count == 0 {
			continue
		}
		f.count--
		switch f.count {
		case 0:
			delete(t.keys, x.key)
		case x.was.count:
			*f = x.was
		}
	}
}

// succeeded takes the tries back, and forgets the failures of the first key. Those of an address or an account stay: whoever can sign
// in somewhere must not get free tries elsewhere by it.
func (t *throttle) succeeded(tries []try) {
	t.undo(tries)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, tries[0].key)
}

// forgive forgets the failures at one account, wherever they came from.
func (t *throttle) forgive(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key := range t.keys {
		if strings.HasSuffix(key, " "+account) {
			delete(t.keys, key)
		}
	}
}

// forget drops what no longer counts; when that is not enough, whatever makes nobody wait.
func (t *throttle) forget(now time.Time) {
	for key, f := range t.keys {
		if now.Sub(f.last) > forgetAfter || (len(t.keys) > maxKeys && !f.until.After(now)) {
			delete(t.keys, key)
		}
	}
}
