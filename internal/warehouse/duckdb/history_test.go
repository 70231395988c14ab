package duckdb_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
	"segue/internal/warehouse/warehousetest"
)

// narrow opens a warehouse that keeps few changes.
func narrow(t testing.TB, dir, sources, handOver string) warehouse.Warehouse {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{sources, handOver}, MaxChanges: 4, Threads: 1})
	require.NoError(t, err)
	return w
}

// townspeople are ids that live in Split, of three.
func townspeople(d *warehousetest.Desk, ids ...int) {
	text := "id,city\n0,Zagreb\n"
	for _, id := range ids {
		text += fmt.Sprintf("%d,Split\n", id)
	}
	d.Text(warehousetest.Definition("city text"), text)
}

func TestAHistoryKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	d := warehousetest.NewDesk(t, narrow)
	g := warehousetest.Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"Split"}})
	begin := time.Date(2023, 1, 1, 9, 0, 0, 0, time.UTC)
	at := func(days, hours int) time.Time {
		return begin.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)
	}
	observe := func(when time.Time) {
		t.Helper()
		_, err := d.W.Observe(t.Context(), warehouse.Evaluation{Segment: g, AsOf: when})
		require.NoError(t, err)
	}
	trend := func() (list []time.Time) {
		t.Helper()
		l, err := d.W.Trend(t.Context(), "g", time.Time{})
		require.NoError(t, err)
		for _, o := range l {
			list = append(list, o.At)
		}
		return list
	}
	changes := func(since time.Time) warehouse.Changes {
		t.Helper()
		c, err := d.W.Changes(t.Context(), warehouse.ChangesRequest{Segment: "g", Since: since, Limit: 100})
		require.NoError(t, err)
		return c
	}
	townspeople(d, 1)
	observe(at(0, 0))
	townspeople(d, 1, 2)
	observe(at(0, 2))
	observe(at(0, 4))
	require.Equal(t, []time.Time{at(0, 0), at(0, 2), at(0, 4)}, trend())
	observe(at(31, 0))
	require.Equal(t, []time.Time{at(0, 4), at(31, 0)}, trend(), "of a day more than thirty days ago the last one is kept")
	require.True(t, changes(at(0, 0)).Complete, "who entered is known exactly though fewer numbers are kept")
	require.EqualValues(t, 1, changes(at(0, 0)).Entered)
	require.Zero(t, changes(at(0, 2)).Entered)

	// At most four changes, whole evaluations at a time: the oldest go, and the history begins after them.
	townspeople(d, 2, 3, 4)
	observe(at(32, 0)) // -1 +3 +4, with +2 four in all
	require.Equal(t, at(0, 0), changes(begin).Began)
	townspeople(d, 2, 3)
	observe(at(33, 0)) // -4: five
	c := changes(at(0, 0))
	require.Equal(t, at(0, 2), c.Began)
	require.False(t, c.Complete)
	require.Equal(t, []int64{1, 1}, []int64{c.Entered, c.Left}, "+3 and -1 since then")
	townspeople(d)
	observe(at(34, 0)) // -2 -3: six with the three that go together
	c = changes(at(0, 0))
	require.Equal(t, at(32, 0), c.Began, "half an evaluation would tell of a state that never was")
	require.Equal(t, []int64{0, 3}, []int64{c.Entered, c.Left})

	// Changes go after 400 days, numbers after three years.
	observe(at(34+401, 0))
	c = changes(at(34, 0))
	require.Equal(t, at(34+401, 0).Add(-warehouse.ChangesKept), c.Began)
	require.Zero(t, c.Entered+c.Left)
	observe(at(34+1097, 0))
	require.Equal(t, []time.Time{at(34+401, 0), at(34+1097, 0)}, trend())
}
