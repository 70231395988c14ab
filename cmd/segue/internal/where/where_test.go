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

func column(name string, t client.ColumnType) client.Column {
	return client.Column{Name: name, Type: t}
}

// model has orders of the customer with lines that are of products.
func model() Model {
	return Model{
		Fields: fields(),
		Relationships: []client.Relationship{
			{Name: "orders", From: "o"}, {Name: "of", From: "l", To: "o"}, {Name: "Product sold", From: "l", To: "p"}, {Name: "later", From: "none"},
		},
		Columns: map[string][]client.Column{
			"o": {column("amount", "number"), column("bought", "date"), column("channel", "text"), column("by", "text"), column("gift", "boolean")},
			"l": {column("quantity", "number"), column("seen", "datetime")}, "p": {column("name", "text")},
		},
		Segments: []client.Segment{{ID: "s1", Name: "Buyers"}, {ID: "s2", Name: "Good ones"}, {ID: "s3", Name: "by"}},
	}
}

var segmentNames = map[string]string{"s1": "Buyers", "s2": "Good ones", "s3": "by"}

// of makes a condition on what is worked out of related rows.
func of(rel client.Related, op client.RuleOperator, values ...string) client.Rule {
	return client.Rule{Related: &rel, Operator: op, Values: values}
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

func TestWhatDoesNotFitTheTypeIsTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"country >= 5":                      "at character 9: country is text; >= needs a number or a date",
		"country in the last 5 days":        "at character 9: country is text; in the last needs a date or a date with a time",
		"points not in the last 5 days":     "at character 8: points is a number; in the last needs a date or a date with a time",
		"points contains 5":                 "at character 8: points is a number; contains needs text",
		"vip in (true)":                     "at character 5: vip is a boolean; in (...) needs text, a number, a date or a date with a time",
		"country contans a":                 "at character 9: expected = != in, contains, starts with, ends with or is, not \"contans\"; did you mean \"contains\"?",
		"points like 5":                     "at character 8: expected = != < <= > >= in, between or is, not \"like\"",
		"points in (5, six)":                "at character 15: points is a number; \"six\" is not one",
		"joined > soon":                     "at character 10: joined is a day such as 2026-11-24; \"soon\" is not one",
		"{max bought of orders} contains a": "at character 24: it is a date; contains needs text",
	} {
		_, err := ParseTyped(text, model())
		require.EqualError(t, err, want, text)
	}
}

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
		got, err := Parse(text, model())
		require.NoError(t, err, text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestNamesWithSpacesAreToldToStandInQuotes(t *testing.T) {
	t.Parallel()
	m := Model{Fields: []client.Field{{Name: "EMail", Type: "text"}, {Name: "Email Subscriber", Type: "text"}, {Name: "Loyalty Tier Name", Type: "text"}}}
	for rule, want := range map[string]string{
		"email subscriber = Yes":   "; names with spaces stand in quotes: 'Email Subscriber'",
		"Loyalty Tier Name = high": "; names with spaces stand in quotes: 'Loyalty Tier Name'",
		"EMail contans a":          "; did you mean \"contains\"?",
	} {
		_, err := Parse(rule, m)
		require.ErrorContains(t, err, want, rule)
	}
}

func TestErrorsNameThePlaceAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{sum Total price of orders} > 5":       `at character 12: expected of, not "price"; names with spaces stand in quotes`,
		"{last channel of orders} = web":        "at character 24: expected by and the column that tells which row is the last, not }",
		"":                                      "at character 1: expected a field, not the end",
		"country":                               "at character 8: expected = != in, contains",
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
		_, err := Parse(text, model())
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
		_, err := Parse(text, model())
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
		switch rapid.IntRange(0, 9).Draw(t, "about") {
		case 0:
			return client.Rule{Operator: rapid.SampledFrom([]client.RuleOperator{"member_of", "not_member_of"}).Draw(t, "operator"), Segment: rapid.SampledFrom([]string{"s1", "s2", "s3"}).Draw(t, "segment")}
		case 1:
			return client.Rule{Operator: rapid.SampledFrom([]client.RuleOperator{"id_one_of", "not_id_one_of", "address_one_of", "not_address_one_of"}).Draw(t, "operator"), Values: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "values")}
		case 2:
			rel := client.Related{Path: rapid.SampledFrom([][]string{{"orders"}, {"orders", "of"}, {"orders", "of", "Product sold"}}).Draw(t, "path")}
			return client.Rule{Operator: rapid.SampledFrom([]client.RuleOperator{"has", "has_not"}).Draw(t, "operator"), Related: &rel}
		case 3:
			rel := client.Related{Path: []string{"orders"}, Function: rapid.SampledFrom([]client.RelatedFunction{"count", "sum", "first", "distinct"}).Draw(t, "function")}
			if rel.Function != "count" {
				rel.Column = "amount"
			}
			if rel.Function == "first" {
				rel.OrderBy = "by"
			}
			if rapid.Bool().Draw(t, "where") {
				w := is("channel", "equals", rapid.String().Draw(t, "value"))
				rel.Where = &w
			}
			if rapid.Bool().Draw(t, "within") {
				rel.Within = &client.Window{Column: "bought", Operator: "not_in_the_last", Values: []string{"3"}, Unit: "month"}
			}
			return of(rel, rapid.SampledFrom([]client.RuleOperator{"between", "not_between"}).Draw(t, "operator"), "1", "5")
		}
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
		text := Format(r, segmentNames)
		back, err := Parse(text, model())
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
	require.Equal(t, "?", Format(client.Rule{}, nil))
	require.Equal(t, "a = ?", Format(is("a", "equals"), nil))
	require.Equal(t, "a between x and ?", Format(is("a", "between", "x"), nil))
	require.Equal(t, "joined anniversary in the next 7 days", Format(span("joined", "anniversary_in_the_next", "7", ""), nil))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"country = HR and (points < 5 or vip is true)", "not joined in the last 30 days", "'First name' in ('a', \"b\")", "a!b", "((", "not " + "not", "has not {orders > of where quantity > 2 within seen in this year}",
		"not {last 'by' of orders by bought} >= a or member of Buyers", "customer address not in (a@b.example)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text, model())
		if err != nil {
			if s := (*SyntaxError)(nil); !errors.As(err, &s) || s.Pos < 1 || s.Pos > len([]rune(text))+1 {
				t.Fatalf("%q: %v names no place in the text", text, err)
			}
			return
		}
		back, err := Parse(Format(r, segmentNames), model())
		if err != nil {
			t.Fatalf("%q is written %q, which does not parse: %v", text, Format(r, segmentNames), err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Fatalf("%q is written %q, which means something else:\n%s", text, Format(r, segmentNames), diff)
		}
	})
}

func TestWhatIsAboutNoFieldIsReadAndWritten(t *testing.T) {
	t.Parallel()
	web := is("channel", "equals", "web")
	whole := client.Related{Path: []string{"orders"}, Function: "sum", Column: "amount", Where: &web, Within: &client.Window{Column: "bought", Operator: "in_the_last", Values: []string{"90"}, Unit: "day"}}
	nested := of(client.Related{Path: []string{"of", "Product sold"}, Function: "count", Where: &client.Rule{Field: "name", Operator: "contains", Values: []string{"lamp"}}}, "equals", "0")
	dear := client.Related{Path: []string{"orders"}, Function: "max", Column: "bought"}
	for text, want := range map[string]client.Rule{
		"{sum amount of orders where channel = web within bought in the last 90 days} >= 500": of(whole, "greater_or_equal", "500"),
		"{count of orders} = 0":                 of(client.Related{Path: []string{"orders"}, Function: "count"}, "equals", "0"),
		"has {orders}":                          of(client.Related{Path: []string{"orders"}}, "has"),
		"has not {orders > 'of'}":               of(client.Related{Path: []string{"orders", "of"}}, "has_not"),
		"member of Buyers":                      {Operator: "member_of", Segment: "s1"},
		"not member of 'Good ones'":             {Operator: "not_member_of", Segment: "s2"},
		"member of 'by'":                        {Operator: "member_of", Segment: "s3"},
		"customer id in (c1, c2)":               {Operator: "id_one_of", Values: []string{"c1", "c2"}},
		"customer address not in (a@b.example)": {Operator: "not_address_one_of", Values: []string{"a@b.example"}},
		"has {orders where {count of 'of' > 'Product sold' where name contains lamp} = 0}": of(client.Related{Path: []string{"orders"}, Where: &nested}, "has"),
		"{last 'by' of orders by bought} not in (a, b)":                                    of(client.Related{Path: []string{"orders"}, Function: "last", Column: "by", OrderBy: "bought"}, "not_one_of", "a", "b"),
		"{first gift of orders by amount} is true":                                         of(client.Related{Path: []string{"orders"}, Function: "first", Column: "gift", OrderBy: "amount"}, "is_true"),
		"{max bought of orders} in this year":                                              {Related: &dear, Operator: "in_this", Unit: "year"},
		"{max bought of orders} before 2026-01-01 and has {orders}":                        all(of(dear, "before", "2026-01-01"), of(client.Related{Path: []string{"orders"}}, "has")),
	} {
		got, err := Parse(text, model())
		require.NoError(t, err, text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		require.Equal(t, text, Format(got, segmentNames))
	}
	for text, same := range map[string]string{
		"HAS NOT { ORDERS WHERE NOT CHANNEL = web }": "has not {orders where channel != web}",
		"not has {orders}":                           "has not {orders}", "not has not {orders}": "has {orders}", "member of s2": "member of 'Good ones'", "not not member of BUYERS": "member of Buyers",
		"{max bought of orders} < 2026-01-01":                                         "{max bought of orders} before 2026-01-01",
		"{max bought of orders} <= 2026-01-01":                                        "not {max bought of orders} after 2026-01-01 and {max bought of orders} is not empty",
		"not {sum amount of orders} >= 5":                                             "{sum amount of orders} < 5 or {sum amount of orders} is empty",
		"has {orders within bought < 2026-01-01}":                                     "has {orders within bought before 2026-01-01}",
		"has {orders where channel = web or gift is true within bought in this year}": "has {orders where channel = web or gift is true within bought in this year}",
	} {
		got, err := Parse(text, model())
		require.NoError(t, err, text)
		again, err := Parse(same, model())
		require.NoError(t, err, same)
		require.Empty(t, cmp.Diff(again, got), text)
	}
	for text, want := range map[string]string{
		"{amount of orders} > 5":                   "at character 2: expected count, distinct, sum, average, min, max, first, last, not \"amount\"",
		"{sum of orders} > 5":                      "at character 9: expected of, not \"orders\"",
		"{sum price of orders} > 5":                "at character 6: the table has no column \"price\"; it has amount, bought, channel",
		"has {of}":                                 "at character 6: the relationship \"of\" does not go on from where the path has come to",
		"has {purchases}":                          "at character 6: there is no relationship \"purchases\"; there is orders, 'of', 'Product sold', later",
		"has {later}":                              "at character 6: the path leads to a table that has no rows yet",
		"has {orders where country = HR}":          "at character 19: the table has no column \"country\"",
		"has {orders within bought <= 2026-01-01}": "at character 20: a span is one condition",
		"has {orders channel = web}":               "at character 13: expected where, within, by or }, not \"channel\"",
		"has {orders":                              "at character 12: expected where",
		"{count of orders}":                        "at character 18: expected = != <",
		"member of Byers":                          "at character 11: there is no segment \"Byers\"; there is Buyers, 'Good ones', 'by'",
		"customer id = c1":                         "at character 13: expected in (...)",
		"has {orders} and channel = web":           "the profile has no field \"channel\"",
	} {
		_, err := Parse(text, model())
		require.ErrorContains(t, err, want, text)
	}
	require.Equal(t, "{customer: SELECT 1} in query", Format(client.Rule{Operator: "in_query", SQL: "SELECT\n 1"}, nil), "it is shown, and given with --sql")
	require.Equal(t, "member of s9", Format(client.Rule{Operator: "member_of", Segment: "s9"}, nil))
}

func TestFieldsMayBeCalledAsTheWordsOfTheLanguage(t *testing.T) {
	t.Parallel()
	m := Model{Fields: []client.Field{{Name: "has", Type: "text"}, {Name: "member", Type: "text"}, {Name: "customer", Type: "text"}, {Name: "where", Type: "text"}, {Name: "within", Type: "text"}}}
	for _, f := range m.Fields {
		got, err := Parse(f.Name+" not contains "+f.Name, m)
		require.NoError(t, err)
		require.Equal(t, is(f.Name, "not_contains", f.Name), got)
	}
}
