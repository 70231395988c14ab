package segment_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
	"segue/internal/segment"
)

func stage(t *testing.T) *apitest.Stage {
	t.Helper()
	s := apitest.New(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.Files, "in.csv"), []byte("id,mail,city\n1,ana@example.com,Split\n2,ivo@example.com,Zagreb\n"), 0o600))
	src, err := s.Sources.Create(t.Context(), activation.Source{Name: "Customers", Kind: activation.SourceCSV, Path: "in.csv"})
	require.NoError(t, err)
	_, err = s.Sources.Ingest(t.Context(), src.ID, false)
	require.NoError(t, err)
	p, err := s.Sources.SuggestProfile(t.Context(), src.ID)
	require.NoError(t, err)
	_, err = s.Sources.PutProfile(t.Context(), p)
	require.NoError(t, err)
	_, err = s.Sources.Build(t.Context())
	require.NoError(t, err)
	return s
}

func in(city string) activation.Segment {
	return activation.Segment{Name: "In " + city, Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{city}}},
	}}
}

func TestS27NoAnswerIsNeverNobody(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	_, err := s.Segments.Count(t.Context(), in("Split"))
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(err), "without a profile there is no answer")
	s = stage(t)
	n, err := s.Segments.Count(t.Context(), in("Split"))
	require.NoError(t, err)
	require.EqualValues(t, 1, n.Members)
	n, err = s.Segments.Count(t.Context(), in("Rijeka"))
	require.NoError(t, err)
	require.Zero(t, n.Members, "nobody is an answer")
	gone := in("Split")
	gone.Rules[0].Rule.Field = "county"
	_, err = s.Segments.Count(t.Context(), gone)
	require.Error(t, err)
	_, err = s.Segments.Sample(t.Context(), gone, "", 10)
	require.Error(t, err)
	s.Engine.Fail = activation.Errorf(activation.CodeCannotEvaluate, "the column is gone")
	_, err = s.Segments.Count(t.Context(), in("Split"))
	require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err))
}

func TestASegmentIsCheckedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	s := stage(t)
	for field, change := range map[string]func(*activation.Segment){
		"name":                   func(g *activation.Segment) { g.Name = " " },
		"rules":                  func(g *activation.Segment) { g.Rules = nil },
		"time_zone":              func(g *activation.Segment) { g.TimeZone = "Local" },
		"rules[0].combine":       func(g *activation.Segment) { g.Rules[0].Combine = activation.Union },
		"rules[1].combine":       func(g *activation.Segment) { g.Rules = append(g.Rules, g.Rules[0]) },
		"rules[0].rule.field":    func(g *activation.Segment) { g.Rules[0].Rule.Field = "county" },
		"rules[0].rule.operator": func(g *activation.Segment) { g.Rules[0].Rule.Operator = "resembles" },
	} {
		bad := in("Split")
		change(&bad)
		_, err := s.Segments.Create(t.Context(), bad)
		var e *activation.Error
		require.ErrorAs(t, err, &e, field)
		require.Equal(t, activation.CodeInvalid, e.Code, field)
		require.Equal(t, field, e.Field)
	}
}

func TestAQueryIsStoredOnlyWhileTheTablesAreThoseItWasJudgedBy(t *testing.T) {
	t.Parallel()
	s := stage(t)
	orders, err := s.Sources.Create(t.Context(), activation.Source{Name: "Orders", Kind: activation.SourceCSV, Path: "in.csv"})
	require.NoError(t, err)
	asked := in("Split")
	asked.Rules[0].Rule = activation.Rule{Operator: activation.OpInQuery, SQL: "SELECT id FROM orders"}
	s.Engine.Meanwhile = func() { require.NoError(t, s.Sources.Delete(t.Context(), orders.ID)) }
	_, err = s.Segments.Create(t.Context(), asked)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "%v", err)

	g, err := s.Segments.Create(t.Context(), in("Split"))
	require.NoError(t, err)
	orders, err = s.Sources.Create(t.Context(), activation.Source{Name: "Orders", Kind: activation.SourceCSV, Path: "in.csv"})
	require.NoError(t, err)
	asked.ID, asked.Version = g.ID, g.Version
	s.Engine.Meanwhile = func() {
		orders.Name = "Sales"
		_, err := s.Sources.Update(t.Context(), orders)
		require.NoError(t, err)
	}
	_, err = s.Segments.Update(t.Context(), asked)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "%v", err)
	_, err = s.Segments.Update(t.Context(), asked)
	require.NoError(t, err, "nothing changed any more")
}

func TestSegmentsAreChangedFromWhatWasReadAndKeptWhileUsed(t *testing.T) {
	t.Parallel()
	s := stage(t)
	g, err := s.Segments.Create(t.Context(), in("Split"))
	require.NoError(t, err)
	_, err = s.Segments.Create(t.Context(), activation.Segment{Name: "in SPLIT", Rules: g.Rules})
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "the name is taken")
	old := g
	g.Rules = in("Zagreb").Rules
	g, err = s.Segments.Update(t.Context(), g)
	require.NoError(t, err)
	require.EqualValues(t, 2, g.Version)
	require.Equal(t, old.CreatedAt, g.CreatedAt)
	_, err = s.Segments.Update(t.Context(), old)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	list, err := s.Segments.Sample(t.Context(), g, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, s.Segments.Delete(t.Context(), g.ID))
	_, err = s.Segments.Get(t.Context(), g.ID)
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
}

func TestACustomerIsLookedForInEverySegment(t *testing.T) {
	t.Parallel()
	s := stage(t)
	list, err := s.Segments.Holding(t.Context(), "1")
	require.NoError(t, err)
	require.Empty(t, list)
	split, err := s.Segments.Create(t.Context(), in("Split"))
	require.NoError(t, err)
	zagreb, err := s.Segments.Create(t.Context(), in("Zagreb"))
	require.NoError(t, err)
	list, err = s.Segments.Holding(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, []segment.Membership{{Segment: split.ID, Name: "In Split", Member: true}, {Segment: zagreb.ID, Name: "In Zagreb"}}, list)
	list, err = s.Segments.Holding(t.Context(), "3")
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.False(t, list[0].Member || list[1].Member, "nobody of that id is in any")
	s.Engine.Fail = activation.Errorf(activation.CodeCannotEvaluate, "the column is gone")
	list, err = s.Segments.Holding(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, activation.CodeCannotEvaluate, list[0].Failure, "a segment without an answer says so")
	require.False(t, list[0].Member)
}
