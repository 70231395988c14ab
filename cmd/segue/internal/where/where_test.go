package where

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/client"
)

func fields() []client.Field {
	return []client.Field{
		{Name: "country", Type: client.FieldTypeText}, {Name: "First name", Type: client.FieldTypeText}, {Name: "and", Type: client.FieldTypeText},
		{Name: "points", Type: client.FieldTypeNumber}, {Name: "joined", Type: client.FieldTypeDate},
		{Name: "seen", Type: client.FieldTypeDatetime}, {Name: "vip", Type: client.FieldTypeBoolean}, {Name: "Grad", Type: client.FieldTypeText},
	}
}

// is makes a condition.
func is(field string, op client.RuleOperator, values ...string) client.Rule {
	return client.Rule{Field: field, Operator: op, Values: values}
}

func span(field string, op client.RuleOperator, n string, unit client.RuleUnit) client.Rule {
	return client.Rule{Field: field, Operator: op, Values: []string{n}, Unit: unit}
}

func all(r ...client.Rule) client.Rule  { return client.Rule{All: r} }
func some(r ...client.Rule) client.Rule { return client.Rule{Any: r} }

func TestConditionsMeanWhatTheyRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]client.Rule{
		"country = HR":                             is("country", "equals", "HR"),
		"COUNTRY='HR'":                             is("country", "equals", "HR"),
		"country != HR":                            is("country", "not_equals", "HR"),
		"country in (HR, DE,'Côte d''Ivoire')":     is("country", "one_of", "HR", "DE", "Côte d'Ivoire"),
		"country not in (HR)":                      is("country", "not_one_of", "HR"),
		"Grad contains grad":                       is("Grad", "contains", "grad"),
		"Grad not contains grad":                   is("Grad", "not_contains", "grad"),
		"grad starts with Za":                      is("Grad", "starts_with", "Za"),
		"Grad NOT Ends WITH \"eb\"":                is("Grad", "not_ends_with", "eb"),
		"'First name' = O'Brien":                   is("First name", "equals", "O'Brien"),
		"points < 5":                               is("points", "less_than", "5"),
		"points<=-5.5":                             is("points", "less_or_equal", "-5.5"),
		"points > 1e3":                             is("points", "greater_than", "1e3"),
		"points >= 5":                              is("points", "greater_or_equal", "5"),
		"points between 1 and 5":                   is("points", "between", "1", "5"),
		"points not between 1 and 5":               is("points", "not_between", "1", "5"),
		"joined before 2026-01-31":                 is("joined", "before", "2026-01-31"),
		"joined not after 2026-01-31":              is("joined", "not_after", "2026-01-31"),
		"joined < 2026-01-31":                      is("joined", "before", "2026-01-31"),
		"seen > 2026-01-31T00:00:00Z":              is("seen", "after", "2026-01-31T00:00:00Z"),
		"joined <= 2026-01-31":                     all(is("joined", "not_after", "2026-01-31"), is("joined", "is_not_empty")),
		"joined >= 2026-01-31":                     all(is("joined", "not_before", "2026-01-31"), is("joined", "is_not_empty")),
		"joined in the last 30 days":               span("joined", "in_the_last", "30", "day"),
		"joined in last 1 week":                    span("joined", "in_the_last", "1", "week"),
		"joined not in the next 2 months":          span("joined", "not_in_the_next", "2", "month"),
		"seen in the next 3 years":                 span("seen", "in_the_next", "3", "year"),
		"joined anniversary in the next 7 days":    span("joined", "anniversary_in_the_next", "7", "day"),
		"joined not anniversary in next 7 days":    span("joined", "not_anniversary_in_the_next", "7", "day"),
		"joined in this month":                     {Field: "joined", Operator: "in_this", Unit: "month"},
		"joined not in the previous quarter":       {Field: "joined", Operator: "not_in_the_previous", Unit: "quarter"},
		"vip is true":                              is("vip", "is_true"),
		"vip is not false":                         is("vip", "is_not_false"),
		"vip = true":                               is("vip", "is_true"),
		"vip != FALSE":                             is("vip", "is_not_false"),
		"Grad is empty":                            is("Grad", "is_empty"),
		"Grad is not empty":                        is("Grad", "is_not_empty"),
		"'and' = 'or'":                             is("and", "equals", "or"),
		"country = ''":                             is("country", "equals", ""),
		"not country = HR":                         is("country", "not_equals", "HR"),
		"not " + "not country = HR":                is("country", "equals", "HR"),
		"not points <= 5":                          some(is("points", "greater_than", "5"), is("points", "is_empty")),
		"not points >= 5":                          some(is("points", "less_than", "5"), is("points", "is_empty")),
		"not vip is true":                          is("vip", "is_not_true"),
		"not Grad is not empty":                    is("Grad", "is_empty"),
		"not joined in the last 30 days":           span("joined", "not_in_the_last", "30", "day"),
		"country = HR and points < 5":              all(is("country", "equals", "HR"), is("points", "less_than", "5")),
		"vip is true or points < 5 and Grad = a":   some(is("vip", "is_true"), all(is("points", "less_than", "5"), is("Grad", "equals", "a"))),
		"(vip is true or points < 5) and Grad = a": all(some(is("vip", "is_true"), is("points", "less_than", "5")), is("Grad", "equals", "a")),
		"not (vip is true or points < 5)":          all(is("vip", "is_not_true"), is("points", "not_less_than", "5")),
		"not (vip is true and points <= 5)":        some(is("vip", "is_not_true"), some(is("points", "greater_than", "5"), is("points", "is_empty"))),
		"((country = HR))":                         is("country", "equals", "HR"),
		"points between 1 and 5 and vip is true":   all(is("points", "between", "1", "5"), is("vip", "is_true")),
	} {
		got, err := Parse(text, fields())
		require.NoError(t, err, text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestErrorsNameThePlaceAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                      "at character 1: expected a field, not the end",
		"country":                               "at character 8: expected = != <",
		"country = ":                            "at character 11: expected a value, not the end",
		"country = HR or":                       "at character 16: expected a field",
		"country = HR DE":                       `at character 14: expected and, or, or the end, not "DE"`,
		"town = HR":                             "at character 1: the profile has no field \"town\"; it has country, First name",
		"country = 'HR":                         "at character 11: the quote is not closed",
		"(country = HR":                         "at character 14: expected ), not the end",
		"country in (HR DE)":                    `at character 16: expected , or ), not "DE"`,
		"country in ()":                         "at character 13: expected a value",
		"country ! HR":                          "at character 9: \"!\" stands alone",
		"joined in the last few days":           "expected a whole number, not \"few\"",
		"joined in the last 5 hours":            "expected days, weeks, months, quarters or years",
		"joined in the past 5 days":             "expected (, last, next, this or previous",
		"joined in this":                        "expected days, weeks, months, quarters or years, not the end",
		"joined anniversary in the last 5 days": "expected next",
		"joined anniversary the next":           "expected in, not",
		"country starts Za":                     "expected with",
		"points between 1 or 5":                 "expected and",
		"vip = maybe":                           "compare it with true or false",
		"vip is maybe":                          "expected empty, true or false",
		"country ( HR":                          `expected an operator, not "("`,
		"Ž ! x":                                 "at character 3",
		"\xff":                                  "not UTF-8",
	} {
		_, err := Parse(text, fields())
		var s *SyntaxError
		require.ErrorAs(t, err, &s, text)
		require.Contains(t, err.Error(), want)
	}
}

func TestDeepNestingIsRefusedNotCrashed(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"(", "not "} {
		text := ""
		for range 100_000 {
			text += unit
			if len(text) > 200_000 {
				break
			}
		}
		_, err := Parse(text, fields())
		require.ErrorContains(t, err, "nested deeper")
	}
}

// anyRule draws a rule that the domain takes and that is not needlessly nested.
func anyRule(depth int) *rapid.Generator[client.Rule] {
	return rapid.Custom(func(t *rapid.T) client.Rule {
		if depth == 0 || rapid.IntRange(0, 2).Draw(t, "shape") == 0 {
			return anyCondition().Draw(t, "condition")
		}
		list := rapid.SliceOfN(anyRule(depth-1), 2, 4).Draw(t, "list")
		if rapid.Bool().Draw(t, "all") {
			return client.Rule{All: list}
		}
		return client.Rule{Any: list}
	})
}

func anyCondition() *rapid.Generator[client.Rule] {
	return rapid.Custom(func(t *rapid.T) client.Rule {
		f := rapid.SampledFrom(fields()).Draw(t, "field")
		ops := map[client.FieldType][]client.RuleOperator{
			client.FieldTypeText:     {"equals", "not_equals", "one_of", "not_one_of", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with", "is_empty", "is_not_empty"},
			client.FieldTypeNumber:   {"equals", "not_equals", "one_of", "less_than", "not_less_than", "less_or_equal", "greater_than", "not_greater_than", "greater_or_equal", "between", "not_between", "is_empty"},
			client.FieldTypeDate:     {"equals", "before", "not_before", "after", "not_after", "between", "in_the_last", "not_in_the_last", "in_the_next", "not_in_the_next", "in_this", "not_in_this", "in_the_previous", "not_in_the_previous", "anniversary_in_the_next", "not_anniversary_in_the_next"},
			client.FieldTypeDatetime: {"before", "after", "not_one_of", "is_not_empty"},
			client.FieldTypeBoolean:  {"is_true", "is_not_true", "is_false", "is_not_false", "is_empty"},
		}[f.Type]
		r := client.Rule{Field: f.Name, Operator: rapid.SampledFrom(ops).Draw(t, "operator")}
		value := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"HR", "not", "5", "2026-01-31", "O'Brien", `"`, " ", "", "in", "a=b", "(", "last"}))
		switch r.Operator {
		case "one_of", "not_one_of":
			r.Values = rapid.SliceOfN(value, 1, 4).Draw(t, "values")
		case "between", "not_between":
			r.Values = rapid.SliceOfN(value, 2, 2).Draw(t, "values")
		case "in_the_last", "not_in_the_last", "in_the_next", "not_in_the_next":
			r.Values = []string{rapid.SampledFrom([]string{"0", "1", "30"}).Draw(t, "n")}
			r.Unit = rapid.SampledFrom([]client.RuleUnit{"day", "week", "month", "year"}).Draw(t, "unit")
		case "in_this", "not_in_this", "in_the_previous", "not_in_the_previous":
			r.Unit = rapid.SampledFrom([]client.RuleUnit{"day", "week", "month", "quarter", "year"}).Draw(t, "unit")
		case "anniversary_in_the_next", "not_anniversary_in_the_next":
			r.Values, r.Unit = []string{"7"}, "day"
		case "is_empty", "is_not_empty", "is_true", "is_not_true", "is_false", "is_not_false":
		default:
			r.Values = []string{value.Draw(t, "value")}
		}
		return r
	})
}

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(3).Draw(t, "rule")
		text := Format(r)
		back, err := Parse(text, fields())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", text, diff)
		}
	})
}

func TestNegationTwiceIsTheSameButForThoseWithoutTwin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(3).Filter(func(r client.Rule) bool { return !uses(r, "less_or_equal", "greater_or_equal") }).Draw(t, "rule")
		if diff := cmp.Diff(r, negate(negate(r))); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

func uses(r client.Rule, ops ...client.RuleOperator) bool {
	for _, op := range ops {
		if r.Operator == op {
			return true
		}
	}
	for _, c := range append(append([]client.Rule{}, r.All...), r.Any...) {
		if uses(c, ops...) {
			return true
		}
	}
	return false
}

func TestRulesThatNoTextMeansAreShownSomehow(t *testing.T) {
	t.Parallel()
	require.Equal(t, "?", Format(client.Rule{}))
	require.Equal(t, "a = ?", Format(is("a", "equals")))
	require.Equal(t, "a between x and ?", Format(is("a", "between", "x")))
	require.Equal(t, "joined anniversary in the next 7 days", Format(span("joined", "anniversary_in_the_next", "7", "")))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"country = HR and (points < 5 or vip is true)", "not joined in the last 30 days", "'First name' in ('a', \"b\")", "a!b", "((", "not " + "not"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text, fields())
		if err != nil {
			if s := (*SyntaxError)(nil); !errors.As(err, &s) || s.Pos < 1 || s.Pos > len([]rune(text))+1 {
				t.Fatalf("%q: %v names no place in the text", text, err)
			}
			return
		}
		back, err := Parse(Format(r), fields())
		if err != nil {
			t.Fatalf("%q is written %q, which does not parse: %v", text, Format(r), err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Fatalf("%q is written %q, which means something else:\n%s", text, Format(r), diff)
		}
	})
}

func TestWhatOnlyJSONCanSayIsShownInBraces(t *testing.T) {
	t.Parallel()
	where := client.Rule{Field: "channel", Operator: "equals", Values: []string{"web"}}
	for want, r := range map[string]client.Rule{
		"{sum amount of orders > lines where channel = web} >= 500": {Operator: "greater_or_equal", Values: []string{"500"},
			Related: &client.Related{Path: []string{"orders", "lines"}, Function: "sum", Column: "amount", Where: &where}},
		"{count of orders} = 0":     {Operator: "equals", Values: []string{"0"}, Related: &client.Related{Path: []string{"orders"}, Function: "count"}},
		"{orders} has not":          {Operator: "has_not", Related: &client.Related{Path: []string{"orders"}}},
		"{segment s1} member of":    {Operator: "member_of", Segment: "s1"},
		"{customer} id in (c1, c2)": {Operator: "id_one_of", Values: []string{"c1", "c2"}},
	} {
		require.Equal(t, want, Format(r))
	}
}
