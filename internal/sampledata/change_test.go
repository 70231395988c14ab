package sampledata_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/sampledata"
)

// difference is what a stranger finds between two files.
type difference struct{ gone, new, edited, refusedSince, withoutTier int }

func compare(before, after population) difference {
	var d difference
	old := map[string][]string{}
	for _, row := range before.rows {
		old[row[colID]] = row
	}
	for _, row := range after.rows {
		was, known := old[row[colID]]
		delete(old, row[colID])
		switch {
		case !known:
			d.new++
		case slices.Equal(was, row):
		case was[colConsent] != row[colConsent]:
			d.refusedSince++
		case was[colTier] != "none" && row[colTier] == "none":
			d.withoutTier++
		default:
			d.edited++
		}
	}
	d.gone = len(old)
	return d
}

func requireSameAsStats(t *testing.T, d difference, stats sampledata.Stats) {
	t.Helper()
	require.Equal(t, difference{gone: stats.Removed, new: stats.Joined, edited: stats.Edited, refusedSince: stats.ConsentWithdrawn,
		withoutTier: stats.TierDropped}, d)
}

func TestAChangeTouchesItsPercentOfTheCustomers(t *testing.T) {
	t.Parallel()
	before := write(t, config(40_000))
	for _, percent := range []float64{0, 1, 10, 100} {
		after := write(t, config(40_000), sampledata.Change{Seed: 5, Percent: percent})
		found := compare(before, after)
		requireSameAsStats(t, found, after.stats)
		touched := after.stats.Edited + after.stats.Left() + after.stats.Joined
		require.InDelta(t, percent*400, touched, 0.1*percent*400+0.001, "%v %%", percent)
		require.InDelta(t, 0.6*percent*400, after.stats.Edited, 0.1*percent*400+0.001)
		require.InDelta(t, 0.3*percent*400, after.stats.Left(), 0.1*percent*400+0.001)
		require.Equal(t, int(percent*40), after.stats.Joined)
		require.Equal(t, before.stats.Rows-found.gone+found.new, after.stats.Rows)
		if percent == 0 {
			require.Equal(t, before.text, after.text)
		}
		if percent >= 10 {
			for _, n := range []int{after.stats.Removed, after.stats.ConsentWithdrawn, after.stats.TierDropped, after.stats.EmailsChanged, after.stats.PhonesChanged} {
				require.Positive(t, n)
			}
		}
	}
}

func TestThePartsOfAChangeAreChosen(t *testing.T) {
	t.Parallel()
	before := write(t, config(20_000))
	leavers := write(t, config(20_000), sampledata.Change{Percent: 2, Leaves: 1})
	require.Zero(t, leavers.stats.Edited+leavers.stats.Joined)
	require.InDelta(t, 400, leavers.stats.Left(), 80)
	requireSameAsStats(t, compare(before, leavers), leavers.stats)

	joiners := write(t, config(20_000), sampledata.Change{Percent: 2, Joins: 3})
	require.Equal(t, 400, joiners.stats.Joined)
	require.Equal(t, 20_400, joiners.stats.Rows)
	require.Equal(t, before.text, joiners.text[:len(before.text)], "joiners come last, nobody else moves")
	requireSameAsStats(t, compare(before, joiners), joiners.stats)
}

func TestEveryTouchedRowSaysWhen(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, time.December, 24, 18, 30, 5, 0, time.UTC)
	before := write(t, config(5000))
	old := map[string]string{}
	for _, row := range before.rows {
		old[row[colID]] = row[colUpdated]
	}
	after := write(t, config(5000), sampledata.Change{Percent: 20, AsOf: when})
	stamped := 0
	for _, row := range after.rows {
		if row[colUpdated] != old[row[colID]] {
			require.Equal(t, "2026-12-24T18:30:05Z", row[colUpdated])
			stamped++
		}
	}
	require.Equal(t, after.stats.Edited+after.stats.ConsentWithdrawn+after.stats.TierDropped+after.stats.Joined, stamped)
}

func TestChangesFollowOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(0, 400).Draw(rt, "size")
		changes := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) sampledata.Change {
			return sampledata.Change{Seed: rapid.Uint64().Draw(rt, "seed"), Percent: rapid.Float64Range(0, 100).Draw(rt, "percent"),
				Edits: rapid.IntRange(0, 2).Draw(rt, "edits"), Leaves: rapid.IntRange(0, 2).Draw(rt, "leaves"), Joins: rapid.IntRange(0, 2).Draw(rt, "joins")}
		}), 1, 5).Draw(rt, "changes")
		before := write(t, config(size), changes[:len(changes)-1]...)
		after := write(t, config(size), changes...)
		requireSameAsStats(t, compare(before, after), after.stats)
	})
}

func TestAHundredChangesStayFast(t *testing.T) {
	t.Parallel()
	changes := make([]sampledata.Change, 100)
	for i := range changes {
		changes[i] = sampledata.Change{Seed: uint64(i), Percent: 1, Edits: 1}
	}
	stats, err := sampledata.WriteChangedCSV(io.Discard, config(5000), changes...)
	require.NoError(t, err)
	require.InDelta(t, 50, stats.Edited, 35)
	require.Equal(t, 5000, stats.Rows)
}
