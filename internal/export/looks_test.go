package export

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func bid(s string) activation.BatchID { return activation.BatchID(s) }

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func testLooks() *looks {
	return newLooks(Config{FirstLook: 2 * time.Second, MaxLookStep: time.Minute, LooksPerHour: 80})
}

func TestS34FirstLookWaitsAtLeastTwoSeconds(t *testing.T) {
	t.Parallel()
	l := testLooks()
	require.Equal(t, 2*time.Second, l.wait(accountA, "b1", noon, noon))
	require.Equal(t, 1500*time.Millisecond, l.wait(accountA, "b1", noon, noon.Add(500*time.Millisecond)))
	require.LessOrEqual(t, l.wait(accountA, "b1", noon, noon.Add(2*time.Second)), time.Duration(0))
}

func TestS34StepsGrowUpToAMinute(t *testing.T) {
	t.Parallel()
	l := testLooks()
	now := noon
	var steps []time.Duration
	for range 20 {
		d := max(l.wait(accountA, "b1", noon, now), 0)
		steps = append(steps, d)
		now = now.Add(d)
		l.looked(accountA, "b1", now)
	}
	for i := 1; i < len(steps); i++ {
		require.GreaterOrEqual(t, steps[i], steps[i-1], "steps never shrink: %v", steps)
		require.LessOrEqual(t, steps[i], time.Minute)
	}
	require.Equal(t, time.Minute, steps[len(steps)-1])
}

func TestS34FirstLookLearnsFromTheLatestImports(t *testing.T) {
	t.Parallel()
	l := testLooks()
	now := noon
	for _, b := range []string{"b1", "b2", "b3", "b4", "b5", "b6"} {
		l.wait(accountA, bid(b), now, now)
		end := now.Add(120 * time.Second)
		l.looked(accountA, bid(b), end)
		l.ended(accountA, bid(b), end, true)
		now = end
	}
	first := l.wait(accountA, "b9", now, now)
	require.Greater(t, first, 80*time.Second, "imports took 120 s lately")
	require.Less(t, first, 120*time.Second, "but the first look is not after the usual end")
	require.Equal(t, 2*time.Second, l.wait(accountB, "b9", now, now), "another account knows nothing of it")
}

func TestS34NeverMoreThanTheHourlyLooks(t *testing.T) {
	t.Parallel()
	l := testLooks()
	now := noon
	made := []time.Time{}
	for now.Before(noon.Add(3 * time.Hour)) {
		if d := l.free(accountA, now); d > 0 {
			now = now.Add(d)
			continue
		}
		l.looked(accountA, "b1", now)
		made = append(made, now)
		now = now.Add(time.Second)
	}
	for i := range made {
		n := 0
		for j := i; j < len(made) && made[j].Sub(made[i]) < time.Hour; j++ {
			n++
		}
		require.LessOrEqual(t, n, 80, "looks in the hour from %s", made[i])
	}
	require.Greater(t, len(made), 200, "the budget is used")
}

func TestS30TwoEmptyLooksAMinuteApart(t *testing.T) {
	t.Parallel()
	l := testLooks()
	require.False(t, l.nothing(accountA, "b1", noon, time.Minute), "one look proves nothing")
	require.False(t, l.nothing(accountA, "b1", noon.Add(59*time.Second), time.Minute))
	require.True(t, l.nothing(accountA, "b1", noon.Add(60*time.Second), time.Minute))
	l.ended(accountA, "b1", noon, false)
	require.False(t, l.nothing(accountA, "b1", noon.Add(time.Hour), time.Minute), "a later sending begins anew")
}

func TestS17FirstFailureIsRemembered(t *testing.T) {
	t.Parallel()
	l := testLooks()
	require.EqualValues(t, 7, l.failed(accountA, "b1", 7))
	l.ended(accountA, "b1", noon, false)
	require.EqualValues(t, 7, l.failed(accountA, "b1", 9), "a success after the first failure must be seen as later")
	l.ended(accountA, "b1", noon, true)
	require.EqualValues(t, 11, l.failed(accountA, "b1", 11))
}
