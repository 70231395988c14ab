package brevo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"segue/internal/activation"
)

// BudgetConfig says how much of an account's rate may be used. Clock is required.
type BudgetConfig struct {
	// Tier of the account's limits. Defaults to TierGeneral.
	Tier Tier
	// MaxWait is the longest that a call waits for its turn; when it would be longer the call is not made, and its error
	// says when to try again. Defaults to 3 s.
	MaxWait time.Duration
	// Grace is how long a process may have a status that is not known before it is taken for failed. Defaults to 1 h.
	Grace time.Duration
	Clock func() time.Time
	// Sleep waits, or returns the error of a context that ended first. Defaults to a timer.
	Sleep func(context.Context, time.Duration) error
}

// Budget is what all clients of one account share: how much of its rate is used (S34), and since when a process has had a
// status that is not known. It is safe for concurrent use.
type Budget struct {
	cfg    BudgetConfig
	mu     sync.Mutex
	groups [groupCount]*allowance
	odd    map[activation.ProcessID]oddStatus
}

// NewBudget checks the configuration.
func NewBudget(c BudgetConfig) (*Budget, error) {
	if c.Clock == nil {
		return nil, fmt.Errorf("brevo: a budget needs a clock")
	}
	if c.Tier == "" {
		c.Tier = TierGeneral
	}
	limits, ok := tiers[c.Tier]
	if !ok {
		return nil, fmt.Errorf("brevo: the tier %q is not known", c.Tier)
	}
	if c.MaxWait <= 0 {
		c.MaxWait = 3 * time.Second
	}
	if c.Grace <= 0 {
		c.Grace = time.Hour
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	b := &Budget{cfg: c, odd: map[activation.ProcessID]oddStatus{}}
	for g := range b.groups {
		b.groups[g] = newAllowance(limits[g])
	}
	return b, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Budgets hands out one Budget for each account (S1).
type Budgets struct {
	cfg BudgetConfig
	mu  sync.Mutex
	of  map[activation.Account]*Budget
}

// NewBudgets checks the configuration that every Budget will have.
func NewBudgets(c BudgetConfig) (*Budgets, error) {
	if _, err := NewBudget(c); err != nil {
		return nil, err
	}
	return &Budgets{cfg: c, of: map[activation.Account]*Budget{}}, nil
}

// Of returns the budget of an account. Accounts that are not known yet (of keys that are being checked) share one.
func (b *Budgets) Of(a activation.Account) (*Budget, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have := b.of[a]; have != nil {
		return have, nil
	}
	made, err := NewBudget(b.cfg)
	if err != nil {
		return nil, err
	}
	b.of[a] = made
	return made, nil
}

// take waits until a call of the group may be made. When that would take longer than MaxWait it returns how long, and the
// call must not be made.
func (b *Budget) take(ctx context.Context, g group) (tooLong time.Duration, err error) {
	if b.cfg.Tier == TierOff {
		return 0, ctx.Err()
	}
	b.mu.Lock()
	d, ok := b.groups[g].take(b.cfg.Clock(), b.cfg.MaxWait)
	b.mu.Unlock()
	if !ok {
		return d, nil
	}
	if d <= 0 {
		return 0, ctx.Err()
	}
	return 0, b.cfg.Sleep(ctx, d)
}

// pause stops the group for a while, because Brevo said so.
func (b *Budget) pause(g group, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := b.cfg.Clock().Add(d); until.After(b.groups[g].paused) {
		b.groups[g].paused = until
	}
}

// allowance is what may still be used of one group's limits.
type allowance struct {
	pace   *rate.Limiter // evenly spaced calls: never more in any second than the limit's share
	hourly *window
	paused time.Time
}

func newAllowance(limits []limit) *allowance {
	a := &allowance{}
	var perHour float64
	for _, l := range limits {
		switch {
		case l.in == time.Second:
			// A microsecond more than evenly, for rounding must not let one more call into a second.
			a.pace = rate.NewLimiter(rate.Every(time.Second/time.Duration(l.ours())+time.Microsecond), 1)
			perHour = float64(l.ours()) * 3600
		case perHour == 0 || perHour > float64(l.ours()): // else the pace keeps the hour's limit by itself
			a.hourly = &window{most: l.ours(), in: l.in}
		}
	}
	return a
}

// take notes a call and returns how long to wait before it; not ok means that it is longer than most, and nothing is noted.
func (a *allowance) take(now time.Time, most time.Duration) (d time.Duration, ok bool) {
	d = max(0, a.paused.Sub(now))
	var turn *rate.Reservation
	if a.pace != nil {
		turn = a.pace.ReserveN(now, 1)
		d = max(d, turn.DelayFrom(now))
	}
	if a.hourly != nil {
		d = max(d, a.hourly.wait(now.Add(d))+d)
	}
	if d > most {
		if turn != nil {
			turn.CancelAt(now)
		}
		return d, false
	}
	if a.hourly != nil {
		a.hourly.used = append(a.hourly.used, now.Add(d))
	}
	return d, true
}

// window is a limit over a sliding window: at most so many calls in any stretch of that length.
type window struct {
	most int
	in   time.Duration
	used []time.Time
}

// wait returns how long after at a call stays within the limit.
func (w *window) wait(at time.Time) time.Duration {
	for len(w.used) > 0 && at.Sub(w.used[0]) >= w.in {
		w.used = w.used[1:]
	}
	if len(w.used) < w.most {
		return 0
	}
	return w.used[len(w.used)-w.most].Add(w.in).Sub(at)
}
