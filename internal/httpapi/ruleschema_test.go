package httpapi

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

const ruleSchemaFile = "../../docs/rule.schema.json"

// ruleSchema makes the JSON Schema of rule files: one rule, or a list of rules that are combined.
func ruleSchema() (huma.Registry, *huma.Schema, map[string]any) {
	r := huma.NewMapRegistry("#/$defs/", huma.DefaultSchemaNamer)
	list := r.Schema(reflect.TypeFor[[]wire.SegmentRule](), true, "Rules")
	one := r.Schema(reflect.TypeFor[wire.Rule](), true, "Rule")
	top := &huma.Schema{OneOf: []*huma.Schema{list, one}}
	return r, top, map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rules of a segment of Segue", "description": "One rule, or a list of rules that are combined in order; docs/rules.md says what they mean.",
		"oneOf": top.OneOf, "$defs": r.Map(),
	}
}

func TestRuleSchemaIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	_, _, doc := ruleSchema()
	want, err := json.MarshalIndent(doc, "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(ruleSchemaFile, want, 0o644))
	}
	got, err := os.ReadFile(ruleSchemaFile)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./internal/httpapi -run RuleSchema -update")
}

// TestRuleSchemaIsThatOfTheDomain holds the names in the schema against those that the domain reads.
func TestRuleSchemaIsThatOfTheDomain(t *testing.T) {
	t.Parallel()
	r, _, _ := ruleSchema()
	names := func(of reflect.Type) (list []string) {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			list = append(list, name)
		}
		return list
	}
	for name, of := range map[string]reflect.Type{
		"SegmentRule": reflect.TypeFor[activation.SegmentRule](), "Rule": reflect.TypeFor[activation.Rule](),
		"Related": reflect.TypeFor[activation.Related](), "Window": reflect.TypeFor[activation.Window](),
	} {
		var have []string
		for property := range r.Map()[name].Properties {
			have = append(have, property)
		}
		require.ElementsMatch(t, names(of), have, name)
	}
	var units, functions []any
	for _, u := range activation.Units() {
		units = append(units, string(u))
	}
	for _, f := range activation.Functions() {
		functions = append(functions, string(f.Function))
	}
	require.ElementsMatch(t, units, r.Map()["Rule"].Properties["unit"].Enum)
	require.ElementsMatch(t, units, r.Map()["Window"].Properties["unit"].Enum)
	require.ElementsMatch(t, functions, r.Map()["Related"].Properties["function"].Enum)
}

// TestRuleSchemaTakesWhatIsMeant holds the rules of every scenario, and some that are none, against the schema.
func TestRuleSchemaTakesWhatIsMeant(t *testing.T) {
	t.Parallel()
	r, top, _ := ruleSchema()
	check := func(v any) []error {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		var plain any
		require.NoError(t, json.Unmarshal(text, &plain))
		res := &huma.ValidateResult{}
		huma.Validate(r, top, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, plain, res)
		return res.Errors
	}
	files, err := filepath.Glob("../warehouse/warehousetest/testdata/scenarios/*.yaml")
	require.NoError(t, err)
	n := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var f struct {
			Scenarios []struct {
				Name  string
				Rule  map[string]any
				Rules []any
			}
		}
		require.NoError(t, yaml.NewDecoder(bytes.NewReader(text)).Decode(&f))
		for _, s := range f.Scenarios {
			n++
			var v any = s.Rules
			if s.Rule != nil {
				v = s.Rule
			}
			require.Empty(t, check(v), "%s: %s", name, s.Name)
		}
	}
	require.Greater(t, n, 150)
	for _, bad := range []any{
		map[string]any{"feld": "x"}, map[string]any{"field": "x", "operator": "resembles"}, map[string]any{"field": "x", "operator": "equals", "values": []any{1}},
		map[string]any{"operator": "has", "related": map[string]any{}}, map[string]any{"operator": "has", "related": map[string]any{"path": []any{}}},
		[]any{map[string]any{"combine": "minus", "rule": map[string]any{}}}, "x",
	} {
		require.NotEmpty(t, check(bad), "%v", bad)
	}
}
