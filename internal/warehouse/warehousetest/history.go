package warehousetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func (d *Desk) observe(g activation.Segment, at time.Time) int64 {
	d.Helper()
	n, err := d.W.Observe(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: at})
	require.NoError(d, err)
	return n
}

// moved returns who entered and left since a moment, written "+id" and "-id".
func (d *Desk) moved(id activation.SegmentID, since time.Time) (warehouse.Changes, []string) {
	d.Helper()
	c, err := d.W.Changes(d.ctx(), warehouse.ChangesRequest{Segment: id, Since: since, Limit: 1000})
	require.NoError(d, err)
	out := []string{}
	for _, m := range c.List {
		sign := map[warehouse.MembershipChange]string{warehouse.Entered: "+", warehouse.Left: "-"}[m.Change]
		out = append(out, sign+m.ID)
	}
	return c, out
}

func in(city string) activation.Segment {
	return Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{city}})
}

// history holds what is kept of a segment's past, and from when on.
func history(d *Desk) {
	g, def := in("Split"), Definition("city text")
	_, err := d.W.Observe(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now})
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	d.Text(def, "id,city\n1,Split\n2,Split\n3,Zagreb\n")
	_, err = d.W.Changes(d.ctx(), warehouse.ChangesRequest{Segment: "g", Since: Now, Limit: 10})
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err), "no answer is never nobody")
	day := func(n int) time.Time { return Now.AddDate(0, 0, n) }
	require.EqualValues(d, 2, d.observe(g, day(0)))
	c, moved := d.moved("g", day(0))
	require.Empty(d, moved)
	require.Equal(d, warehouse.Changes{Since: Now, Began: Now, Complete: true, Until: Now}, c)

	d.Text(def, "id,city\n2,Zagreb\n3,Split\n4,Split\n") // 1 is gone, 2 leaves, 3 and 4 come
	d.observe(g, day(1))
	d.Text(def, "id,city\n2,Split\n3,Split\n4,Zagreb\n5,Split\n") // 2 is back, 4 leaves again, 5 comes
	d.observe(g, day(2))
	c, moved = d.moved("g", day(0))
	require.Equal(d, []string{"-1", "+3", "+5"}, moved, "whoever is where she was has not moved")
	require.Equal(d, []int64{2, 1}, []int64{c.Entered, c.Left})
	require.Equal(d, []time.Time{day(1), day(1), day(2)}, []time.Time{c.List[0].At, c.List[1].At, c.List[2].At})
	_, moved = d.moved("g", day(2).Add(-time.Second))
	require.Equal(d, []string{"+2", "-4", "+5"}, moved, "between two evaluations what the earlier one found holds")
	c, moved = d.moved("g", day(-7))
	require.Equal(d, []string{"-1", "+3", "+5"}, moved)
	require.False(d, c.Complete, "what was before the history is not known, and that is said")
	require.Equal(d, day(0), c.Since)
	only, err := d.W.Changes(d.ctx(), warehouse.ChangesRequest{Segment: "g", Since: day(0), Only: warehouse.Entered, After: "3", Limit: 1})
	require.NoError(d, err)
	require.Equal(d, []warehouse.Mover{{ID: "5", Change: warehouse.Entered, At: day(2)}}, only.List)

	// Another definition is marked, an evaluation that fails changes nothing, and all of it outlives the process.
	other := in("Zagreb")
	d.observe(other, day(3))
	_, err = d.W.Observe(d.ctx(), warehouse.Evaluation{Segment: Select(activation.Rule{Field: "county", Operator: activation.OpIsEmpty}), AsOf: day(4)})
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err))
	d.Reopen()
	c, moved = d.moved("g", day(2))
	require.Equal(d, []string{"-2", "-3", "+4", "-5"}, moved)
	require.True(d, c.DefinitionChanged)
	trend, err := d.W.Trend(d.ctx(), "g", day(1))
	require.NoError(d, err)
	require.Equal(d, []warehouse.Observation{{At: day(1), DataAt: Now, Members: 2}, {At: day(2), DataAt: Now, Members: 3}, {At: day(3), DataAt: Now, Members: 1, DefinitionChanged: true}}, trend)

	// Evaluating one that keeps its members is seen as well; a clock that went back keeps the order.
	kept := static("Split")
	_, err = d.W.Evaluate(d.ctx(), warehouse.Evaluation{Segment: kept, AsOf: day(1)})
	require.NoError(d, err)
	c, moved = d.moved("g", day(3))
	require.Equal(d, []string{"+2", "+3", "-4", "+5"}, moved)
	require.Equal(d, day(3).Add(time.Microsecond), c.Until)
	require.NoError(d, d.W.Forget(d.ctx(), "g"))
	_, moved = d.moved("g", day(3))
	require.Len(d, moved, 4, "the history is not among the members that are kept for runs")

	// Ids by another key name other people: the history of who moved begins anew.
	byCity := def
	byCity.Key = "city"
	d.Text(byCity, "id,city\n1,Split\n2,Zagreb\n")
	d.observe(g, day(5))
	c, moved = d.moved("g", day(0))
	require.Empty(d, moved)
	require.Equal(d, day(5), c.Began)
	require.False(d, c.Complete)
	require.NoError(d, d.W.ForgetHistory(d.ctx(), "g"))
	require.NoError(d, d.W.ForgetHistory(d.ctx(), "g"), "forgetting what is not there is no error")
	trend, err = d.W.Trend(d.ctx(), "g", time.Time{})
	require.NoError(d, err)
	require.Empty(d, trend)
}

// historyAgainstModel holds who entered and left between any two evaluations against the sets themselves.
func historyAgainstModel(d *Desk) {
	def := Definition("city text")
	run := 0
	rapid.Check(d.TB.(*testing.T), func(t *rapid.T) {
		run++
		g := in("Split")
		g.ID = activation.SegmentID(fmt.Sprintf("g%d", run))
		var states [][]string
		for i := range rapid.IntRange(1, 5).Draw(t, "evaluations") {
			var members []string
			var text strings.Builder
			text.WriteString("id,city\n0,Zagreb\n")
			for id := range 6 {
				switch rapid.IntRange(0, 2).Draw(t, "where") {
				case 0:
					fmt.Fprintf(&text, "p%d,Split\n", id)
					members = append(members, fmt.Sprintf("p%d", id))
				case 1:
					fmt.Fprintf(&text, "p%d,Zagreb\n", id)
				}
			}
			d.Text(def, text.String())
			require.EqualValues(t, len(members), d.observe(g, Now.Add(time.Duration(i)*time.Hour)))
			states = append(states, members)
		}
		now := states[len(states)-1]
		for i, then := range states {
			want := []string{}
			for id := range 6 {
				p := fmt.Sprintf("p%d", id)
				switch was, is := slices.Contains(then, p), slices.Contains(now, p); {
				case is && !was:
					want = append(want, "+"+p)
				case was && !is:
					want = append(want, "-"+p)
				}
			}
			c, got := d.moved(g.ID, Now.Add(time.Duration(i)*time.Hour+30*time.Minute))
			require.Equal(t, want, got)
			require.EqualValues(t, len(want), c.Entered+c.Left)
		}
		require.NoError(t, d.W.ForgetHistory(d.ctx(), g.ID))
	})
}
