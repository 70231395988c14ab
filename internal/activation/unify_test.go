package activation

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCleaning(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		clean     Cleaning
		raw, want string
	}{
		{CleanText, "  Željka\u00a0 ŠARIĆ ", "zeljka saric"}, {CleanText, "Đuro Łódź Straße", "duro lodz strasse"}, {CleanText, "Zˇ", "zˇ"},
		{CleanText, "e\u0301", "e"}, {CleanText, "a\u200bb", "ab"}, {CleanText, " \t", ""},
		{CleanName, "Moss, Abbie", "abbie moss"}, {CleanName, "Ana-Marija O'Brien", "ana marija obrien"}, {CleanName, "J. R.", "j r"}, {CleanName, "...", ""},
		{CleanAddress, "12, Main Street", "12 main st"}, {CleanAddress, "12 MAIN ST.", "12 main st"}, {CleanAddress, "Hauptstraße 5", "hauptst 5"}, {CleanAddress, "Ulica kralja Zvonimira 3", "ul kralja zvonimira 3"},
		{CleanEmail, "Ana@Example.COM ", "ana@example.com"}, {CleanEmail, "nobody", ""},
		{CleanPhone, "091 234 5678", "+385912345678"}, {CleanPhone, "12", ""}, {CleanPhone, "+385 91 234 5678 x12", ""},
	} {
		require.Equal(t, c.want, c.clean.Clean(c.raw, "HR"), "%s of %q", c.clean, c.raw)
	}
}

func TestCleaningTwiceIsCleaningOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		for _, c := range []Cleaning{CleanText, CleanName, CleanAddress} {
			once := c.Clean(s, "")
			require.Equal(t, once, c.Clean(once, ""), "%s of %q", c, s)
		}
	})
}

func TestUnificationsAreChecked(t *testing.T) {
	t.Parallel()
	good := func() ProfileDefinition {
		return ProfileDefinition{
			Source: "s", Key: "id", Fields: []Field{
				{Name: "mail", Column: "mail", Type: TypeText, Semantic: SemanticEmail}, {Name: "name", Column: "name", Type: TypeText}, {Name: "changed", Type: TypeDate},
			},
			Unify: &Unification{
				Origin: Origin{"s", "id"}, Tables: []UnifyTable{{Source: "t", Key: "id", Columns: map[string]string{"mail": "m", "changed": "c"}}},
				Rules: []MatchRule{{Name: "r", Conditions: []MatchCondition{{Field: "mail", Kind: MatchNormalised}, {Field: "name", Kind: MatchSimilar, Similarity: 0.9}},
					Unless: []MatchException{{Field: "changed"}}}},
				Survivorship: map[string]Survivorship{"mail": {Method: SurvivorRecent, By: "changed"}, "name": {Method: SurvivorOrder, Order: []SourceID{"t", "s"}}},
			},
		}
	}
	require.NoError(t, good().Validate())
	for field, change := range map[string]func(*ProfileDefinition){
		"tables[1].source_id":               func(d *ProfileDefinition) { d.Unify.Tables[0].Source = "s" },
		"tables[1].key":                     func(d *ProfileDefinition) { d.Unify.Tables[0].Key = "" },
		"tables[1].columns":                 func(d *ProfileDefinition) { d.Unify.Tables[0].Columns["nothing"] = "x" },
		"fields[2].column":                  func(d *ProfileDefinition) { delete(d.Unify.Tables[0].Columns, "changed") },
		"max_block":                         func(d *ProfileDefinition) { d.Unify.MaxBlock = 1 },
		"rules[0].name":                     func(d *ProfileDefinition) { d.Unify.Rules[0].Name = "Always" },
		"rules[0].conditions":               func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions = d.Unify.Rules[0].Conditions[1:] },
		"rules[0].conditions[0].kind":       func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions[0].Kind = "like" },
		"rules[0].conditions[0].field":      func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions[0].Field = "nothing" },
		"rules[0].conditions[0].clean":      func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions[0].Clean = "soap" },
		"rules[0].conditions[1].similarity": func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions[1].Similarity = 0.5 },
		"rules[0].conditions[0].similarity": func(d *ProfileDefinition) { d.Unify.Rules[0].Conditions[0].Similarity = 0.9 },
		"rules[0].unless[0].clean":          func(d *ProfileDefinition) { d.Unify.Rules[0].Unless[0].Clean = CleanText },
		"survivorship.nothing":              func(d *ProfileDefinition) { d.Unify.Survivorship["nothing"] = Survivorship{Method: SurvivorOrder} },
		"survivorship.name.method":          func(d *ProfileDefinition) { d.Unify.Survivorship["name"] = Survivorship{Method: "best"} },
		"survivorship.name.order": func(d *ProfileDefinition) {
			d.Unify.Survivorship["name"] = Survivorship{Method: SurvivorOrder, Order: []SourceID{"x"}}
		},
		"survivorship.name.by": func(d *ProfileDefinition) { d.Unify.Survivorship["name"] = Survivorship{Method: SurvivorRecent} },
	} {
		d := good()
		change(&d)
		var e *Error
		require.ErrorAs(t, d.Validate(), &e, field)
		require.Equal(t, field, e.Field)
	}
	d := good()
	d.Unify = nil
	require.ErrorContains(t, d.Validate(), "fields[2].column", "a field of one table has a column")
}
