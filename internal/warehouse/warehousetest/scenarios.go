package warehousetest

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// The scenarios: tables, a rule, and who must be found. What is expected is worked out by hand from docs/rules.md.
//
//go:embed testdata/scenarios/*.yaml
var scenarioFiles embed.FS

// minScenarios is how many there are at least; fewer means that a file was not read.
const minScenarios = 150

// scenarioFile is a file of scenarios over the same tables.
type scenarioFile struct {
	About string `yaml:"about"`
	// AsOf is when rules are evaluated, Zone in which zone; scenarios may say otherwise.
	AsOf    time.Time     `yaml:"as_of"`
	Zone    string        `yaml:"zone"`
	Profile scenarioTable `yaml:"profile"`
	// Tables are those of other sources, by their ids.
	Tables        map[string]scenarioTable `yaml:"tables"`
	Relationships []scenarioRelationship   `yaml:"relationships"`
	// Segments are those that rules name; the stored ones are evaluated first, in their order.
	Segments  []scenarioSegment `yaml:"segments"`
	Scenarios []scenario        `yaml:"scenarios"`
}

// scenarioRelationship is a relationship; keys are "column" to the profiles, else "column = column".
type scenarioRelationship struct {
	Name string   `yaml:"name"`
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
	Keys []string `yaml:"keys"`
}

type scenarioSegment struct {
	ID     string         `yaml:"id"`
	Stored bool           `yaml:"stored"`
	Zone   string         `yaml:"zone"`
	Rule   map[string]any `yaml:"rule"`
	Rules  []any          `yaml:"rules"`
}

// scenarioTable is a table: its columns as "name type", or "name type meaning", and its rows; a null is written as an empty value.
type scenarioTable struct {
	Columns []string   `yaml:"columns"`
	Rows    [][]string `yaml:"rows"`
}

type scenario struct {
	Name string `yaml:"name"`
	// Rule is the documented JSON form, as is Rules, a list of rules that are combined.
	Rule  map[string]any `yaml:"rule"`
	Rules []any          `yaml:"rules"`
	// Numbered adds so many values to the rule: the text with each number from 0 on behind it.
	Numbered *struct {
		Text  string `yaml:"text"`
		Count int    `yaml:"count"`
	} `yaml:"numbered"`
	AsOf    time.Time `yaml:"as_of"`
	Zone    string    `yaml:"zone"`
	Members string    `yaml:"members"`
}

// csv writes the table as a file.
func (t scenarioTable) csv(test *testing.T) string {
	test.Helper()
	var out strings.Builder
	w := csv.NewWriter(&out)
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = strings.Fields(c)[0]
	}
	require.NoError(test, w.Write(names))
	for _, r := range t.Rows {
		require.Len(test, r, len(names), "row %v", r)
		require.NoError(test, w.Write(r))
	}
	w.Flush()
	return out.String()
}

// segment is the segment of the scenario, read from the documented JSON form.
func (s scenario) segment(t *testing.T) activation.Segment {
	t.Helper()
	g := activation.Segment{ID: "scenario", Name: s.Name}
	form := s.Rules
	if s.Rule != nil {
		form = []any{map[string]any{"rule": s.Rule}}
	}
	strict(t, form, &g.Rules)
	if n := s.Numbered; n != nil {
		for i := range n.Count {
			g.Rules[0].Rule.Values = append(g.Rules[0].Rule.Values, fmt.Sprint(n.Text, i))
		}
	}
	return g
}

// strict turns what YAML holds into what JSON would, and refuses what is not known.
func strict(t *testing.T, form, into any) {
	t.Helper()
	text, err := json.Marshal(form)
	require.NoError(t, err)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(into), "%s", text)
}

// scenarios runs every file on a desk of its own.
func scenarios(t *testing.T, open Open) {
	entries, err := scenarioFiles.ReadDir("testdata/scenarios")
	require.NoError(t, err)
	total, seen := 0, map[string]bool{}
	for _, e := range entries {
		text, err := scenarioFiles.ReadFile("testdata/scenarios/" + e.Name())
		require.NoError(t, err)
		var f scenarioFile
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		require.NoError(t, dec.Decode(&f), e.Name())
		for _, s := range f.Scenarios {
			require.False(t, seen[e.Name()+s.Name], "%s: two scenarios are called %q", e.Name(), s.Name)
			seen[e.Name()+s.Name] = true
		}
		total += len(f.Scenarios)
		t.Run(strings.TrimSuffix(e.Name(), ".yaml"), func(t *testing.T) {
			t.Parallel()
			f.run(t, NewDesk(t, open))
		})
	}
	require.GreaterOrEqual(t, total, minScenarios, "scenarios")
}

func (f scenarioFile) run(t *testing.T, d *Desk) {
	m := f.lay(t, d)
	for _, g := range f.Segments {
		if g.Stored {
			e := warehouse.Evaluation{Segment: m.Segments[activation.SegmentID(g.ID)], AsOf: f.AsOf, Zone: f.Zone, Scope: m.Scope}
			_, err := d.W.Evaluate(d.ctx(), e)
			require.NoError(t, err)
		}
	}
	for _, s := range f.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			e := warehouse.Evaluation{Segment: s.segment(t), AsOf: f.AsOf, Zone: f.Zone, Scope: m.Scope}
			if !s.AsOf.IsZero() {
				e.AsOf = s.AsOf
			}
			if s.Zone != "" {
				e.Zone = s.Zone
			}
			require.NoError(t, e.Segment.Validate(m))
			want := strings.Fields(s.Members)
			found := f.found(t, d, e)
			require.Equal(t, append([]string{}, want...), found)
			f.twin(t, d, e, found)
		})
	}
}

// lay loads the tables and returns what rules may speak of.
func (f scenarioFile) lay(t *testing.T, d *Desk) activation.Model {
	t.Helper()
	m := activation.Model{Profile: Definition(f.Profile.Columns[1:]...), Tables: map[activation.SourceID][]activation.Column{}}
	d.Text(m.Profile, f.Profile.csv(t))
	for id, table := range f.Tables {
		m.Tables[activation.SourceID(id)] = d.Table(activation.SourceID(id), table.Columns, table.csv(t))
	}
	for _, r := range f.Relationships {
		rel := activation.Relationship{ID: activation.RelationshipID(r.Name), Name: r.Name, From: activation.SourceID(r.From), To: activation.SourceID(r.To)}
		for _, k := range r.Keys {
			from, to, _ := strings.Cut(k, " = ")
			rel.Keys = append(rel.Keys, activation.KeyPair{From: from, To: to})
		}
		require.NoError(t, rel.Validate(m.Tables))
		m.Relationships = append(m.Relationships, rel)
	}
	require.NoError(t, activation.CheckCycles(m.Relationships))
	m.Segments = map[activation.SegmentID]activation.Segment{}
	for _, g := range f.Segments {
		inner := scenario{Name: g.ID, Rule: g.Rule, Rules: g.Rules}.segment(t)
		inner.ID, inner.TimeZone = activation.SegmentID(g.ID), g.Zone
		if g.Stored {
			inner.Schedule.Mode = activation.ScheduleStatic
		}
		m.Segments[inner.ID] = inner
	}
	for _, g := range m.Segments {
		require.NoError(t, g.Validate(m))
	}
	return m
}

// found are the members as listed, which their number, and the answer about one who is among them and one who is not, must agree with.
func (f scenarioFile) found(t *testing.T, d *Desk, e warehouse.Evaluation) []string {
	t.Helper()
	list, err := d.W.Sample(d.ctx(), e, "", 100_000)
	require.NoError(t, err)
	ids := []string{}
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	c, err := d.W.Count(d.ctx(), e)
	require.NoError(t, err)
	require.EqualValues(t, len(ids), c.Members)
	seen, first, err := d.W.Look(d.ctx(), e, 2)
	require.NoError(t, err)
	require.Equal(t, c, seen)
	require.ElementsMatch(t, list[:min(2, len(list))], first)
	asked := map[bool]bool{}
	for _, r := range f.Profile.Rows {
		is := slices.Contains(ids, r[0])
		if asked[is] {
			continue
		}
		asked[is] = true
		in, err := d.W.Contains(d.ctx(), e, r[0])
		require.NoError(t, err)
		require.Equal(t, is, in, "whether %s is contained", r[0])
	}
	return ids
}

// twin holds that the twin of a condition selects exactly the others.
func (f scenarioFile) twin(t *testing.T, d *Desk, e warehouse.Evaluation, found []string) {
	t.Helper()
	other, ok := twinOf(e.Segment.Rules[0].Rule)
	if len(e.Segment.Rules) > 1 || !ok {
		return
	}
	e.Segment.Rules = []activation.SegmentRule{{Rule: other}}
	want := []string{}
	for _, r := range f.Profile.Rows {
		if !slices.Contains(found, r[0]) {
			want = append(want, r[0])
		}
	}
	slices.Sort(want)
	require.Equal(t, want, f.found(t, d, e), "%s is the exact complement", other.Operator)
}

// twinOf returns the condition with the operator that is its exact complement, where there is one.
func twinOf(r activation.Rule) (activation.Rule, bool) {
	for _, o := range activation.Operators() {
		if o.Operator == r.Operator && o.Negates != "" {
			r.Operator = o.Negates
			return r, true
		}
		if r.Operator != "" && o.Negates == r.Operator {
			r.Operator = o.Operator
			return r, true
		}
	}
	return r, false
}
