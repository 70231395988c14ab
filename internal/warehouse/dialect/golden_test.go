package dialect_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse/dialect"
)

var update = flag.Bool("update", false, "write the goldens anew")

// operands are values that every operator of a type can take.
func operands(r activation.Rule, info activation.OperatorInfo, t activation.FieldType) activation.Rule {
	some := map[activation.FieldType][]string{
		activation.TypeText: {"Split", "Šibenik"}, activation.TypeNumber: {"1.5", "20"}, activation.TypeDate: {"2024-02-29", "2026-01-31"},
		activation.TypeDateTime: {"2026-03-29T02:30:00+02:00", "2026-10-25T00:00:00Z"},
	}[t]
	switch info.Operand {
	case activation.OperandOne:
		r.Values = some[:1]
	case activation.OperandTwo, activation.OperandMany:
		r.Values = some
	case activation.OperandRelative:
		r.Values, r.Unit = []string{"3"}, activation.UnitMonth
	case activation.OperandDays:
		r.Values = []string{"7"}
	case activation.OperandUnit:
		r.Unit = activation.UnitQuarter
	}
	return r
}

// TestStatementsAreAsTheGoldenSays shows what every operator, over every type, every function of related rows and every kind of segment in a segment
// becomes. What they mean is held by the scenarios and by the properties against the model; this shows a change of the text to whoever reviews it.
func TestStatementsAreAsTheGoldenSays(t *testing.T) {
	t.Parallel()
	column := map[string]string{"ft": "text", "fn": "number", "fd": "date", "fs": "datetime", "fb": "boolean"}
	kinds := map[string]activation.FieldType{"ft": activation.TypeText, "fn": activation.TypeNumber, "fd": activation.TypeDate, "fs": activation.TypeDateTime, "fb": activation.TypeBoolean}
	schema := world("orders", "table", "c")
	schema.Field = func(name string) (dialect.Column, bool) {
		_, ok := column[name]
		return dialect.Column{SQL: "p." + name, Type: kinds[name]}, ok
	}
	kept := activation.Segment{ID: "kept", Name: "kept", Schedule: activation.SegmentSchedule{Mode: activation.ScheduleStatic}}
	schema.Scope.Segments["kept"] = kept
	schema.Scope.Segments["selected"] = activation.Segment{ID: "selected", Name: "selected", Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: "ft", Operator: activation.OpIsEmpty}}, {Combine: activation.Except, Rule: activation.Rule{Field: "fb", Operator: activation.OpIsTrue}},
	}}
	schema.Stored = func(activation.Segment) (string, error) { return "members_1", nil }
	schema.Queried = func(_ string, moment, day time.Time) (string, error) {
		return fmt.Sprintf("queried_%s_%s", moment.Format("1504"), day.Format("20060102")), nil
	}
	var rules []activation.Rule
	for _, info := range activation.Operators() {
		r := activation.Rule{Operator: info.Operator}
		switch info.Subject {
		case activation.SubjectValue:
			for _, name := range []string{"ft", "fn", "fd", "fs", "fb"} {
				if slices.Contains(info.Types, kinds[name]) {
					r.Field = name
					rules = append(rules, operands(r, info, kinds[name]))
				}
			}
			continue
		case activation.SubjectRelated:
			r.Related = &activation.Related{Path: []string{"orders"}, Where: &activation.Rule{Field: "c", Operator: activation.OpNotEquals, Values: []string{"web"}}}
		case activation.SubjectSegment:
			for _, id := range []activation.SegmentID{"kept", "selected"} {
				r.Segment = id
				rules = append(rules, r)
			}
			continue
		case activation.SubjectProfile:
			r.Values = []string{"ana@example.com", "ivo@example.com"}
		case activation.SubjectQuery:
			r.SQL = "SELECT profile_id FROM profiles"
		}
		rules = append(rules, r)
	}
	for _, f := range activation.Functions() {
		r := activation.Related{Path: []string{"orders", "orders2"}, Function: f.Function, Within: &activation.Window{Column: "cd", Operator: activation.OpInTheLast, Values: []string{"90"}, Unit: activation.UnitDay}}
		if f.Types != nil {
			r.Column = "cn"
		}
		if f.Ordered {
			r.OrderBy = "cd"
		}
		rules = append(rules, activation.Rule{Operator: activation.OpGreater, Values: []string{"1"}, Related: &r})
	}
	zone, err := time.LoadLocation("Europe/Zagreb")
	require.NoError(t, err)
	var out strings.Builder
	for _, r := range rules {
		q := dialect.NewQuery(schema, time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC), zone)
		e, err := q.Member(activation.Segment{ID: "g", Name: "g", Rules: []activation.SegmentRule{{Rule: r}}})
		require.NoError(t, err, "%+v", r)
		with, args := q.With()
		about := column[r.Field]
		if r.Related != nil {
			about = strings.TrimSpace("related " + string(r.Related.Function))
		}
		fmt.Fprintf(&out, "-- %s %s\n%sSELECT p.profile_id FROM profile_1 p%s WHERE %s\n", r.Operator, about, with, q.From(), e.SQL)
		for _, a := range append(args, e.Args...) {
			fmt.Fprintf(&out, "--   %v\n", a)
		}
	}
	path := filepath.Join("testdata", "duckdb.golden.sql")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "go test ./internal/warehouse/dialect -run Golden -update")
}
