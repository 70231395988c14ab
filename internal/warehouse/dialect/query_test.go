package dialect_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse/dialect"
)

// mark is in every name and value of the hostile rules, and nowhere else.
const mark = "ź"

// hostile draws a text that would do harm in a statement.
func hostile(t *rapid.T, what string) string {
	return mark + rapid.SampledFrom([]string{
		"'; DROP TABLE source; --", `"; DROP TABLE source; --`, "') OR true --", "?", "$1", "/*", "\\'", "x\x00y", "%s", "%!d(", "'||(SELECT 1)||'",
	}).Draw(t, what) + rapid.String().Draw(t, what)
}

// world is a schema whose names are hostile, as far as people choose them: tables and columns of the engine are numbered.
func world(name, table, column string) dialect.Schema {
	inner := activation.Segment{ID: activation.SegmentID(name), Name: name, Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: name, Operator: activation.OpEquals, Values: []string{name}}},
	}}
	kinds := map[string]activation.FieldType{column: activation.TypeText, column + "n": activation.TypeNumber, column + "d": activation.TypeDate}
	col := func(n string) (string, activation.FieldType, bool) {
		k, ok := kinds[n]
		return map[activation.FieldType]string{activation.TypeText: "ct", activation.TypeNumber: "cn", activation.TypeDate: "cd"}[k], k, ok
	}
	return dialect.Schema{
		Profiles: "profile_1", Addresses: []string{"p.a0"}, Text: func(sql string, _ activation.FieldType) string { return "text(" + sql + ")" },
		Field: func(string) (dialect.Column, bool) {
			return dialect.Column{SQL: "p.f0", Type: activation.TypeText}, true
		},
		Tables: map[activation.SourceID]dialect.Table{
			activation.SourceID(table): {SQL: "rows_1", Column: col}, activation.SourceID(table + "2"): {SQL: "rows_2", Column: col},
		},
		Scope: activation.Scope{
			Segments: map[activation.SegmentID]activation.Segment{inner.ID: inner},
			Relationships: []activation.Relationship{
				{Name: name, From: activation.SourceID(table), Keys: []activation.KeyPair{{From: column + "n"}}},
				{Name: name + "2", From: activation.SourceID(table + "2"), To: activation.SourceID(table), Keys: []activation.KeyPair{{From: column, To: column}, {From: column + "n", To: column}}},
			},
		},
	}
}

func TestNothingThatPeopleWriteStandsInAStatement(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name, table, column, value := hostile(t, "name"), hostile(t, "table"), hostile(t, "column"), hostile(t, "value")
		where := &activation.Rule{All: []activation.Rule{
			{Field: column, Operator: rapid.SampledFrom([]activation.Operator{activation.OpEquals, activation.OpNotContains, activation.OpNotOneOf}).Draw(t, "operator"), Values: []string{value}},
			{Operator: activation.OpHasNot, Related: &activation.Related{Path: []string{name + "2"}, Where: &activation.Rule{Field: column, Operator: activation.OpStartsWith, Values: []string{value}}}},
		}}
		rules := []activation.Rule{
			{Field: name, Operator: activation.OpEndsWith, Values: []string{value}},
			{Operator: activation.OpIDOneOf, Values: []string{value, name}},
			{Operator: activation.OpNotMemberOf, Segment: activation.SegmentID(name)},
			{Operator: activation.OpHas, Related: &activation.Related{Path: []string{name}, Where: where}},
		}
		for _, f := range activation.Functions() {
			r := activation.Related{Path: []string{name, name + "2"}, Function: f.Function, Where: where, Within: &activation.Window{
				Column: column + "d", Operator: activation.OpInTheLast, Values: []string{"3"}, Unit: activation.UnitDay,
			}}
			if f.Types != nil {
				r.Column = column + "n"
			}
			if f.Ordered {
				r.OrderBy = column + "d"
			}
			rules = append(rules, activation.Rule{Operator: activation.OpGreater, Values: []string{"1"}, Related: &r})
		}
		q := dialect.NewQuery(world(name, table, column), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), time.UTC)
		e, err := q.Member(activation.Segment{ID: "g", Name: name, Rules: []activation.SegmentRule{{Rule: activation.Rule{Any: rules}}}})
		require.NoError(t, err)
		with, args := q.With()
		require.NotContains(t, with+q.From()+e.SQL, mark)
		require.Len(t, args, strings.Count(with, "?"), "each placeholder has its value")
		require.Len(t, e.Args, strings.Count(e.SQL, "?"))
		require.Zero(t, strings.Count(q.From(), "?"))
		require.Equal(t, 1, strings.Count(with, "FROM rows_1 t0 JOIN rows_2 t1"), "eight values of the same rows are one scan")
	})
}

func TestAConditionOnASegmentThatHoldsItselfEnds(t *testing.T) {
	t.Parallel()
	loop := activation.Segment{ID: "g", Name: "loop", Rules: []activation.SegmentRule{{Rule: activation.Rule{Segment: "g", Operator: activation.OpMemberOf}}}}
	q := dialect.NewQuery(dialect.Schema{Profiles: "profile_1", Scope: activation.Scope{Segments: map[activation.SegmentID]activation.Segment{"g": loop}}}, time.Unix(0, 0), nil)
	_, err := q.Member(loop)
	require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err))
}
