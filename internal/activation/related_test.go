package activation_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func shop() activation.Model {
	text, number, date := activation.TypeText, activation.TypeNumber, activation.TypeDate
	return activation.Model{
		Profile: activation.ProfileDefinition{Fields: []activation.Field{{Name: "city", Column: "city", Type: text}}},
		Tables: map[activation.SourceID][]activation.Column{
			"orders": {{Name: "order", Type: text}, {Name: "customer", Type: text}, {Name: "amount", Type: number}, {Name: "bought", Type: date}},
			"lines":  {{Name: "order", Type: text}, {Name: "quantity", Type: number}},
		},
		Scope: activation.Scope{
			Relationships: []activation.Relationship{
				{Name: "paid by", From: "orders", Keys: []activation.KeyPair{{From: "customer"}}},
				{Name: "shipped to", From: "orders", Keys: []activation.KeyPair{{From: "customer"}}},
				{Name: "lines", From: "lines", To: "orders", Keys: []activation.KeyPair{{From: "order", To: "order"}}},
			},
			Segments: map[activation.SegmentID]activation.Segment{"s1": {ID: "s1", Name: "One"}},
		},
	}
}

func TestConditionsOnRelatedRowsNameTheirMistakes(t *testing.T) {
	t.Parallel()
	m := shop()
	for text, field := range map[string]string{
		`{"operator":"has","related":{"path":[]}}`:                                         "rule.related.path",
		`{"operator":"has","related":{"path":["gone"]}}`:                                   "rule.related.path[0]",
		`{"operator":"has","related":{"path":["lines"]}}`:                                  "rule.related.path[0]",
		`{"operator":"has","related":{"path":["paid by","shipped to","paid by","lines"]}}`: "rule.related.path[1]",
		`{"operator":"has"}`: "rule.related",
		`{"operator":"has","related":{"path":["paid by"],"function":"count"}}`:                                                       "rule.related.function",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"]}}`:                                                        "rule.related.function",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"count","column":"amount"}}`:                   "rule.related.column",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"sum","column":"order"}}`:                      "rule.related.column",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"sum","column":"gone"}}`:                       "rule.related.column",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"last","column":"amount"}}`:                    "rule.related.order_by",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"last","column":"amount","order_by":"order"}}`: "rule.related.order_by",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"sum","column":"amount","order_by":"bought"}}`: "rule.related.order_by",
		`{"operator":"contains","values":["1"],"related":{"path":["paid by"],"function":"count"}}`:                                   "rule.operator",
		`{"operator":"equals","values":["x"],"related":{"path":["paid by"],"function":"count"}}`:                                     "rule.values[0]",
		`{"operator":"has","related":{"path":["paid by"],"where":{"field":"city","operator":"is_empty"}}}`:                           "rule.related.where.field",
		`{"operator":"has","related":{"path":["paid by"],"where":{"segment":"s1","operator":"member_of"}}}`:                          "rule.related.where.operator",
		`{"operator":"has","related":{"path":["paid by"],"where":{"operator":"id_one_of","values":["1"]}}}`:                          "rule.related.where.operator",
		`{"operator":"has","related":{"path":["paid by"],"within":{"column":"amount","operator":"in_this","unit":"day"}}}`:           "rule.related.within.column",
		`{"operator":"has","related":{"path":["paid by"],"within":{"column":"bought","operator":"in_this"}}}`:                        "rule.related.within.unit",
		`{"operator":"has","related":{"path":["paid by"],"within":{"column":"bought","operator":"has"}}}`:                            "rule.related.within.operator",
		`{"operator":"has","field":"city","related":{"path":["paid by"]}}`:                                                           "rule",
		`{"operator":"member_of"}`:                                                        "rule.segment",
		`{"operator":"member_of","segment":"gone"}`:                                       "rule.segment",
		`{"operator":"member_of","segment":"s1","values":["x"]}`:                          "rule.values",
		`{"operator":"id_one_of","values":[]}`:                                            "rule.values",
		`{"operator":"id_one_of","values":[" "]}`:                                         "rule.values[0]",
		`{"operator":"address_one_of","values":["ana@example.com"]}`:                      "rule.operator",
		`{"field":"city","operator":"in_this","unit":"day"}`:                              "rule.operator",
		`{"operator":"equals","values":["x"]}`:                                            "rule.field",
		`{"related":{"path":["paid by"]},"all":[{"field":"city","operator":"is_empty"}]}`: "rule",
	} {
		var r activation.Rule
		require.NoError(t, json.Unmarshal([]byte(text), &r), text)
		err := r.Validate(m)
		var e *activation.Error
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, field, e.Field, text)
	}
	var fine activation.Rule
	require.NoError(t, json.Unmarshal([]byte(`{"operator":"less_than","values":["3"],"related":{"path":["paid by","lines"],"function":"sum","column":"quantity",
		"where":{"operator":"has","related":{"path":["lines"],"where":{"field":"bought","operator":"is_empty"}}}}}`), &fine))
	require.NoError(t, fine.Validate(m), "a path may be followed back, in the rows' own conditions")
}

func TestWhatNeedsNoColumnsIsCheckedBeforeATableHasRows(t *testing.T) {
	t.Parallel()
	m := shop()
	delete(m.Tables, "orders")
	for text, field := range map[string]string{
		`{"operator":"has","related":{"path":["paid by"]}}`:                                                                          "rule.related.path",
		`{"operator":"has","related":{"path":["paid by"],"function":"count"}}`:                                                       "rule.related.function",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"total","column":"amount"}}`:                   "rule.related.function",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"count","column":"amount"}}`:                   "rule.related.column",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"sum"}}`:                                       "rule.related.column",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"sum","column":"amount","order_by":"bought"}}`: "rule.related.order_by",
		`{"operator":"equals","values":["1"],"related":{"path":["paid by"],"function":"last","column":"amount"}}`:                    "rule.related.order_by",
	} {
		var r activation.Rule
		require.NoError(t, json.Unmarshal([]byte(text), &r), text)
		var e *activation.Error
		require.ErrorAs(t, r.Validate(m), &e, text)
		require.Equal(t, field, e.Field, text)
	}
}

func TestOperandsOfTheWrongSizeAreToldTheBound(t *testing.T) {
	t.Parallel()
	m := shop()
	m.Profile.Fields = append(m.Profile.Fields, activation.Field{Name: "born", Column: "born", Type: activation.TypeDate})
	for _, c := range []struct {
		rule activation.Rule
		want string
	}{
		{activation.Rule{Operator: activation.OpIDOneOf, Values: slices.Repeat([]string{"1"}, activation.MaxRuleValues+1)}, "takes one value to 100000, not 100001"},
		{activation.Rule{Operator: activation.OpIDOneOf}, "takes one value to 100000, not 0"},
		{activation.Rule{Field: "born", Operator: activation.OpInTheLast, Values: []string{"36601"}, Unit: activation.UnitDay}, "must be a whole number from 0 to 36600"},
		{activation.Rule{Field: "born", Operator: activation.OpInTheNext, Values: []string{"-1"}, Unit: activation.UnitDay}, "must be a whole number from 0 to 36600"},
		{activation.Rule{Field: "born", Operator: activation.OpAnniversaryIn, Values: []string{"367"}}, "must be a whole number from 0 to 366"},
	} {
		require.ErrorContains(t, c.rule.Validate(m), c.want)
	}
}

func TestRelationshipsAreCheckedAgainstTheTables(t *testing.T) {
	t.Parallel()
	m := shop()
	key := []activation.KeyPair{{From: "customer"}}
	for field, r := range map[string]activation.Relationship{
		"name":         {From: "orders", Keys: key},
		"from":         {Name: "r", From: "gone", Keys: key},
		"to":           {Name: "r", From: "orders", To: "gone", Keys: key},
		"keys":         {Name: "r", From: "orders"},
		"keys[0].from": {Name: "r", From: "orders", Keys: []activation.KeyPair{{From: "gone"}}},
		"keys[0].to":   {Name: "r", From: "lines", To: "orders", Keys: []activation.KeyPair{{From: "order", To: "gone"}}},
		"keys[1]":      {Name: "r", From: "lines", To: "orders", Keys: []activation.KeyPair{{From: "order", To: "order"}, {From: "order", To: "order"}}},
	} {
		var e *activation.Error
		require.ErrorAs(t, r.Validate(m.Tables), &e, field)
		require.Equal(t, field, e.Field)
	}
	require.Error(t, activation.Relationship{Name: "r", From: "orders", Keys: []activation.KeyPair{{From: "order"}, {From: "customer"}}}.Validate(m.Tables), "the profile's id is one column")
	for _, r := range m.Relationships {
		require.NoError(t, r.Validate(m.Tables))
	}
}

func TestCirclesAreRefusedNamingTheWay(t *testing.T) {
	t.Parallel()
	rel := func(name string, from, to activation.SourceID) activation.Relationship {
		return activation.Relationship{Name: name, From: from, To: to}
	}
	require.NoError(t, activation.CheckCycles([]activation.Relationship{rel("1", "a", "b"), rel("2", "b", "c"), rel("3", "a", "c"), rel("4", "a", ""), rel("5", "a", "b")}))
	require.ErrorContains(t, activation.CheckCycles([]activation.Relationship{rel("out", "z", "a"), rel("1", "a", "b"), rel("2", "b", "c"), rel("3", "c", "a")}), "circle: 1 > 2 > 3")
	require.ErrorContains(t, activation.CheckCycles([]activation.Relationship{rel("self", "a", "a")}), "circle: self")

	names := func(id activation.SegmentID, in ...activation.SegmentID) activation.Segment {
		g := activation.Segment{ID: id, Name: "S" + string(id)}
		for _, x := range in {
			g.Rules = append(g.Rules, activation.SegmentRule{Rule: activation.Rule{All: []activation.Rule{{Segment: x, Operator: activation.OpMemberOf}}}})
		}
		return g
	}
	s := activation.Scope{Segments: map[activation.SegmentID]activation.Segment{"1": names("1", "3"), "2": names("2", "3", "4"), "3": names("3"), "4": names("4", "1")}}
	require.NoError(t, s.CheckSegmentCycles(names("1", "3")))
	require.ErrorContains(t, s.CheckSegmentCycles(names("1", "2")), "circle: S1 > S2 > S4 > S1")
	require.ErrorContains(t, s.CheckSegmentCycles(names("1", "1")), "circle: S1 > S1")
}

func TestADefinitionChangesWithWhatItNames(t *testing.T) {
	t.Parallel()
	m := shop()
	plain := activation.Segment{ID: "g", Rules: []activation.SegmentRule{{Rule: activation.Rule{Field: "city", Operator: activation.OpIsEmpty}}}}
	require.Equal(t, plain.Definition(m.Profile, activation.Scope{}), plain.Definition(m.Profile, m.Scope), "what is not named does not count")
	outer := activation.Segment{ID: "g", Rules: []activation.SegmentRule{{Rule: activation.Rule{Segment: "s1", Operator: activation.OpMemberOf}}}}
	was := outer.Definition(m.Profile, m.Scope)
	m.Segments["s1"] = activation.Segment{ID: "s1", Name: "Renamed"}
	require.Equal(t, was, outer.Definition(m.Profile, m.Scope), "a name selects nobody")
	m.Segments["s1"] = activation.Segment{ID: "s1", Rules: plain.Rules}
	require.NotEqual(t, was, outer.Definition(m.Profile, m.Scope))
	rows := activation.Segment{ID: "g", Rules: []activation.SegmentRule{{Rule: activation.Rule{Operator: activation.OpHas, Related: &activation.Related{Path: []string{"paid by"}}}}}}
	was = rows.Definition(m.Profile, m.Scope)
	m.Relationships[0].Keys = []activation.KeyPair{{From: "order"}}
	require.NotEqual(t, was, rows.Definition(m.Profile, m.Scope))
}
