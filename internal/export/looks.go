package export

import (
	"sync"
	"time"

	"segue/internal/activation"
)

// looks decides when processes of an account are looked at (S34): first when its latest imports suggest, then in
// growing steps, never more than so many an hour. It learns in memory; after a restart it begins with the least time.
type looks struct {
	mu       sync.Mutex
	first    time.Duration
	maxStep  time.Duration
	perHour  int
	accounts map[activation.Account]*accountLooks
}

type accountLooks struct {
	typical time.Duration // how long the latest imports took, smoothed
	made    []time.Time   // looks of the last hour
	newest  activation.ProcessID
	known   bool
	// settled says that a look, made since the start and since the last run that was stopped, showed that nothing of ours
	// which was given up is running (S17).
	settled bool
	follow  map[activation.BatchID]*following
	empty   map[activation.BatchID]time.Time // first look that showed no process after an unknown outcome (S30)
	fails   map[activation.BatchID]activation.ProcessID
}

type following struct {
	since time.Time
	next  time.Time
	step  time.Duration
}

func newLooks(c Config) *looks {
	return &looks{first: c.FirstLook, maxStep: c.MaxLookStep, perHour: c.LooksPerHour, accounts: map[activation.Account]*accountLooks{}}
}

func (l *looks) account(a activation.Account) *accountLooks {
	x := l.accounts[a]
	if x == nil {
		x = &accountLooks{follow: map[activation.BatchID]*following{}, empty: map[activation.BatchID]time.Time{},
			fails: map[activation.BatchID]activation.ProcessID{}}
		l.accounts[a] = x
	}
	return x
}

// wait returns how long to wait before the batch's process may be looked at; 0 means now.
func (l *looks) wait(a activation.Account, b activation.BatchID, sent, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	f := x.follow[b]
	if f == nil {
		first := max(l.first, min(x.typical*8/10, 10*time.Minute))
		if sent.IsZero() || sent.After(now) {
			sent = now
		}
		f = &following{since: sent, next: sent.Add(first), step: max(first/4, l.first)}
		x.follow[b] = f
	}
	return max(f.next.Sub(now), x.allowance(now, l.perHour))
}

// allowance returns how long to wait until one more look stays within the hourly limit.
func (x *accountLooks) allowance(now time.Time, perHour int) time.Duration {
	for len(x.made) > 0 && now.Sub(x.made[0]) >= time.Hour {
		x.made = x.made[1:]
	}
	if len(x.made) < perHour {
		return 0
	}
	return x.made[len(x.made)-perHour].Add(time.Hour).Sub(now)
}

// free returns how long to wait before any look at the account.
func (l *looks) free(a activation.Account, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.account(a).allowance(now, l.perHour)
}

// looked records a look and, for a batch that is followed, when the next one is due.
func (l *looks) looked(a activation.Account, b activation.BatchID, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	x.made = append(x.made, now)
	if f := x.follow[b]; f != nil {
		f.next = now.Add(f.step)
		f.step = min(f.step*3/2, l.maxStep)
	}
}

// ended forgets a batch; completed learns from how long its process took.
func (l *looks) ended(a activation.Account, b activation.BatchID, now time.Time, completed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	if f := x.follow[b]; f != nil && completed {
		took := now.Sub(f.since)
		if x.typical == 0 {
			x.typical = took
		} else {
			x.typical = (x.typical*2 + took) / 3
		}
	}
	delete(x.follow, b)
	delete(x.empty, b)
	if completed {
		delete(x.fails, b)
	}
}

// sawNewest remembers the newest process id that a look showed.
func (l *looks) sawNewest(a activation.Account, id activation.ProcessID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	x.newest, x.known = max(x.newest, id), true
}

// watermark returns the newest process id seen; ok is false when that was too long ago to be the newest, or when something
// that was given up may be running.
func (l *looks) watermark(a activation.Account, now time.Time, most time.Duration) (id activation.ProcessID, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	fresh := len(x.made) > 0 && now.Sub(x.made[len(x.made)-1]) < most
	return x.newest, x.known && x.settled && fresh
}

// settle says whether anything of ours that was given up may be running.
func (l *looks) settle(a activation.Account, settled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.account(a).settled = settled
}

// isSettled reports whether a look showed that nothing of ours which was given up is running.
func (l *looks) isSettled(a activation.Account) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.account(a).settled
}

// nothing records a look that showed no process after an unknown outcome; it reports whether an earlier one, at least
// gap ago, did so too.
func (l *looks) nothing(a activation.Account, b activation.BatchID, now time.Time, gap time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	first, ok := x.empty[b]
	if !ok {
		x.empty[b] = now
		return false
	}
	return now.Sub(first) >= gap
}

// seen forgets looks that showed no process.
func (l *looks) seen(a activation.Account, b activation.BatchID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.account(a).empty, b)
}

// failed remembers the first process of a batch that failed, and returns it (S17).
func (l *looks) failed(a activation.Account, b activation.BatchID, p activation.ProcessID) activation.ProcessID {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.account(a)
	if _, ok := x.fails[b]; !ok {
		x.fails[b] = p
	}
	return x.fails[b]
}
