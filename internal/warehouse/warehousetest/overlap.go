package warehousetest

import (
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// overlaps holds that segments are held against each other on one state, as the counts of each are.
func overlaps(d *Desk) {
	ask := func(list ...activation.Segment) (warehouse.Overlap, error) {
		return d.W.Overlap(d.ctx(), warehouse.OverlapRequest{Segments: list, AsOf: Now, Scope: activation.Scope{Segments: map[activation.SegmentID]activation.Segment{}}})
	}
	city := func(id string, names ...string) activation.Segment {
		g := Select(activation.Rule{Field: "city", Operator: activation.OpOneOf, Values: names})
		g.ID = activation.SegmentID(id)
		return g
	}
	a, b := city("a", "Split", "Zagreb"), city("b", "Zagreb", "Rijeka")
	_, err := ask(a, b)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	d.Text(Definition("city text"), "id,city\n1,Split\n2,Split\n3,Zagreb\n4,Rijeka\n5,\n6,Zagreb\n7,Zagreb\n")
	o, err := ask(a, b)
	require.NoError(d, err)
	require.Equal(d, []int64{1, 2, 1, 3}, o.Regions, "neither, a alone, b alone, both")
	require.Equal(d, []int64{5, 4, 3}, []int64{o.Members(0), o.Members(1), o.Common(3)})
	require.Equal(d, Now, o.DataAt)
	require.NotZero(d, o.Snapshot)

	// A third one, which keeps its members, is asked whom it selects now, as a count does, and one that names another is as well.
	c := static("Split")
	c.ID = "c"
	inner := activation.Scope{Segments: map[activation.SegmentID]activation.Segment{"a": a}}
	not := Select(activation.Rule{Segment: "a", Operator: activation.OpNotMemberOf})
	o, err = d.W.Overlap(d.ctx(), warehouse.OverlapRequest{Segments: []activation.Segment{a, c, not}, AsOf: Now, Scope: inner})
	require.NoError(d, err)
	require.Equal(d, []int64{0, 3, 0, 2, 2, 0, 0, 0}, o.Regions)

	// No answer is never nobody (S27), and too few or too many are refused.
	gone := Select(activation.Rule{Field: "county", Operator: activation.OpIsEmpty})
	_, err = ask(a, gone)
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err))
	_, err = ask(a)
	require.Equal(d, activation.CodeInvalid, activation.CodeOf(err))
	_, err = ask(a, a, a, a, a, a, a)
	require.Equal(d, activation.CodeInvalid, activation.CodeOf(err))
}
