package brevo

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

// wire answers calls without a network, so that time can be made up.
type wire struct {
	mu     sync.Mutex
	at     []time.Time
	header http.Header
	status int
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = append(w.at, time.Now())
	status := w.status
	if status == 0 {
		status = 200
	}
	body := `{"count":0,"lists":[],"folders":[],"processes":[],"attributes":[],"contacts":[],"organization_id":"x"}`
	return &http.Response{StatusCode: status, Header: w.header.Clone(), Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (w *wire) times() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.at)
}

// most is the largest number of calls in any stretch of that length.
func most(at []time.Time, in time.Duration) (n int) {
	for i := range at {
		j := i
		for j < len(at) && at[j].Sub(at[i]) < in {
			j++
		}
		n = max(n, j-i)
	}
	return n
}

func budgeted(t *testing.T, w *wire, budget *Budget) *Client {
	t.Helper()
	c, err := New(Config{BaseURL: "https://api.example.com/v3", Key: "xkeysib-x", Clock: time.Now, Transport: w, Budget: budget})
	require.NoError(t, err)
	return c
}

func TestS34AtMostFourFifthsOfTheRateAreUsed(t *testing.T) {
	t.Parallel()
	for tier, want := range map[Tier]struct{ second, hour int }{
		TierGeneral: {8, 80}, TierAdvanced: {16, 160}, TierExtended: {48, 480},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{}
			budget, err := NewBudget(BudgetConfig{Tier: tier, Clock: time.Now})
			require.NoError(t, err)
			// Two clients of one account, each with several calls at once.
			var all sync.WaitGroup
			for range 2 {
				c := budgeted(t, w, budget)
				for range 4 {
					all.Go(func() {
						for range 100 {
							_, err := c.Attributes(t.Context())
							if err != nil {
								t.Error(err)
							}
						}
					})
				}
			}
			began := time.Now()
			all.Wait()
			at := w.times()
			require.Len(t, at, 800)
			require.LessOrEqual(t, most(at, time.Second), want.second, "%s", tier)
			took := time.Since(began)
			require.InDelta(t, 800/float64(want.second), took.Seconds(), 1, "%s: and not much less than may be", tier)
		})
		synctest.Test(t, func(t *testing.T) {
			w := &wire{}
			budget, err := NewBudget(BudgetConfig{Tier: tier, Clock: time.Now})
			require.NoError(t, err)
			c := budgeted(t, w, budget)
			refusals := 0
			for time.Since(time.Unix(946684800, 0)) < 3*time.Hour { // where made-up time begins
				_, err := c.Processes(t.Context(), 0, 1)
				if err != nil {
					e := problemOf(t, err)
					require.Equal(t, []any{destination.NotDone, activation.CodeUnavailable, 0}, []any{e.Outcome, e.Code, e.Status})
					require.Positive(t, e.RetryAfter, "a call does not sleep for long: it says when to come back")
					refusals++
					time.Sleep(e.RetryAfter)
					continue
				}
				time.Sleep(5 * time.Second)
			}
			require.LessOrEqual(t, most(w.times(), time.Hour), want.hour, "%s", tier)
			require.GreaterOrEqual(t, len(w.times()), 2*want.hour)
			require.True(t, tier != TierExtended || refusals > 0)
			require.NotZero(t, refusals)
		})
	}
}

func TestS34TheHoursLimitOfContactsFollowsFromThePace(t *testing.T) {
	t.Parallel()
	for tier, groups := range tiers {
		for g, limits := range groups {
			a := newAllowance(limits)
			for _, l := range limits {
				if l.in == time.Hour && a.hourly == nil {
					require.LessOrEqual(t, float64(a.pace.Limit())*3600, float64(l.ours()), "%s, group %d", tier, g)
				}
			}
		}
	}
}

func TestS34AccountsDoNotShareABudgetAndConnectionsToOneDo(t *testing.T) {
	t.Parallel()
	all, err := NewBudgets(BudgetConfig{Clock: time.Now})
	require.NoError(t, err)
	of := func(org string) *Budget {
		b, err := all.Of(activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: org})
		require.NoError(t, err)
		return b
	}
	a := of("a")
	require.Same(t, a, of("a"))
	require.NotSame(t, a, of("b"))
	_, err = NewBudgets(BudgetConfig{Clock: time.Now, Tier: "unheard"})
	require.Error(t, err)
	_, err = NewBudgets(BudgetConfig{})
	require.Error(t, err)
}

func TestS34TheHeadersAreObeyed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		remaining, reset string
		status           int
		paused           time.Duration // before the next call; over 3 s it is refused
	}{
		"nothing left":                {"0", "2", 200, 2 * time.Second},
		"nothing left for long":       {"0", "45", 200, 45 * time.Second},
		"something left":              {"1", "45", 200, 0},
		"a moment instead of seconds": {"0", "1795510800", 200, 0},
		"nonsense":                    {"0", "soon", 200, 0},
		"negative":                    {"0", "-5", 200, 0},
		"too many":                    {"", "30", 429, 30 * time.Second},
		"too many, unsaid":            {"", "", 429, time.Second},
		"too many, a moment":          {"", "1795510800", 429, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{status: c.status, header: http.Header{}}
			w.header.Set("x-sib-ratelimit-limit", "100")
			w.header.Set("x-sib-ratelimit-remaining", c.remaining)
			w.header.Set("x-sib-ratelimit-reset", c.reset)
			budget, err := NewBudget(BudgetConfig{Clock: time.Now})
			require.NoError(t, err)
			client := budgeted(t, w, budget)
			_, err = client.Account(t.Context())
			if c.status == 429 {
				e := problemOf(t, err)
				require.Equal(t, destination.NotDone, e.Outcome, name)
				if s, _ := strconv.Atoi(c.reset); s < 3600 {
					require.Equal(t, time.Duration(s)*time.Second, e.RetryAfter, name)
				} else {
					require.Zero(t, e.RetryAfter, "what cannot be seconds counts as not said")
				}
			}
			w.status = 200
			w.header.Del("x-sib-ratelimit-remaining")
			began := time.Now()
			_, err = client.Account(t.Context())
			if c.paused > 3*time.Second {
				require.Equal(t, c.paused, problemOf(t, err).RetryAfter, name)
				require.Len(t, w.times(), 1, name)
				time.Sleep(c.paused)
				_, err = client.Account(t.Context())
			}
			require.NoError(t, err, name)
			require.Equal(t, c.paused, time.Since(began), name)
			other := time.Now()
			_, err = client.Attributes(t.Context())
			require.NoError(t, err, name)
			require.Less(t, time.Since(other), time.Second, "the other group is not paused")
		})
	}
}

func TestS34WaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget, err := NewBudget(BudgetConfig{Clock: time.Now})
		require.NoError(t, err)
		client := budgeted(t, &wire{}, budget)
		budget.pause(groupContacts, 2*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err = client.Attributes(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, destination.NotDone, destination.OutcomeOf(err))
		require.Equal(t, time.Second, time.Since(began))
	})
}

func TestTheTierOffNeverWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget, err := NewBudget(BudgetConfig{Tier: TierOff, Clock: time.Now})
		require.NoError(t, err)
		w := &wire{}
		client, began := budgeted(t, w, budget), time.Now()
		for range 1000 {
			_, err := client.Attributes(t.Context())
			require.NoError(t, err)
			_, err = client.Account(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, began, time.Now())
	})
}
