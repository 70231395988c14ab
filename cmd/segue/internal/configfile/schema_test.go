package configfile

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

var update = flag.Bool("update", false, "write docs/config.schema.json again")

const schemaFile = "../../../../docs/config.schema.json"

// listSchema describes a List, which is a number or a text.
type listSchema struct{}

// Schema implements huma.SchemaProvider.
func (listSchema) Schema(huma.Registry) *huma.Schema {
	one := 1
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeInteger, Format: "int64"}, {Type: huma.TypeString, MinLength: &one}}}
}

// schema makes the JSON Schema of configuration files. What the API has as well is that of the API: rules are those of docs/rule.schema.json.
func schema() (huma.Registry, *huma.Schema, map[string]any) {
	r := huma.NewMapRegistry("#/$defs/", huma.DefaultSchemaNamer)
	for of, as := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[activation.SegmentRule]():     reflect.TypeFor[wire.SegmentRule](),
		reflect.TypeFor[activation.SegmentSchedule](): reflect.TypeFor[wire.SegmentSchedule](),
		reflect.TypeFor[activation.ExportSchedule]():  reflect.TypeFor[wire.ExportSchedule](),
		reflect.TypeFor[activation.MatchRule]():       reflect.TypeFor[wire.MatchRule](),
		reflect.TypeFor[activation.KeyPair]():         reflect.TypeFor[wire.KeyPair](),
		reflect.TypeFor[activation.CSVOptions]():      reflect.TypeFor[wire.CSVOptions](),
		reflect.TypeFor[activation.ColumnOption]():    reflect.TypeFor[wire.ColumnOption](),
		reflect.TypeFor[activation.FieldType]():       reflect.TypeFor[wire.FieldType](),
		reflect.TypeFor[activation.SemanticType]():    reflect.TypeFor[wire.SemanticType](),
		reflect.TypeFor[List]():                       reflect.TypeFor[listSchema](),
	} {
		r.RegisterTypeAlias(of, as)
	}
	top := r.Schema(reflect.TypeFor[File](), true, "File")
	return r, top, map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Configuration of Segue",
		"description": "What segue apply takes and segue config export writes; docs/apply.md says what it means.", "$ref": "#/$defs/File", "$defs": r.Map(),
	}
}

func TestSchemaIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	_, _, doc := schema()
	want, err := json.MarshalIndent(doc, "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, want, 0o644))
	}
	got, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./cmd/segue/internal/configfile -run Schema -update")
}

// Example is the example of docs/apply.md.
func example(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/apply.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(text), "```yaml\n")
	require.True(t, found)
	block, _, found := strings.Cut(after, "```")
	require.True(t, found)
	return block
}

func TestSchemaTakesTheExampleAndRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	r, top, _ := schema()
	check := func(text string) []error {
		var v any
		require.NoError(t, yaml.Unmarshal([]byte(text), &v))
		b, err := json.Marshal(v)
		require.NoError(t, err)
		var plain any
		require.NoError(t, json.Unmarshal(b, &plain))
		res := &huma.ValidateResult{}
		huma.Validate(r, top, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, plain, res)
		return res.Errors
	}
	require.Empty(t, check(example(t)))
	for _, bad := range []string{
		"segmens: []", "segments: [{name: a}]", "segments: [{name: a, rules: [{rule: {operator: resembles}}]}]", "connections: [{name: a, key: secret}]",
		"exports: [{name: a, connection: b, list: [7], segments: [c], mapping: {email: d}}]", "refresh_schedule: {on: 1}",
	} {
		require.NotEmpty(t, check(bad), bad)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	d := NewDocument()
	d.Read("example", []byte(example(t)))
	require.Empty(t, d.Mistakes)
	d.Segments[0].Name, d.Segments[0].Description = "yes", "007: # \"no\"\nnull"
	text, err := d.File.Write([]string{"first", "second"})
	require.NoError(t, err)
	again := NewDocument()
	again.Read("again", text)
	require.Empty(t, again.Mistakes, string(text))
	differences, err := Compare(d.File, again.File)
	require.NoError(t, err)
	require.Empty(t, differences)
}

func TestFilesAreReadTogetherAndAnchorsCannotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	d := NewDocument()
	d.Read("a.yaml", []byte("segments:\n  - {name: a, rules: []}\n---\nsegments:\n  - {name: b, rules: []}\nrefresh_schedule: {on: false}\n"))
	d.Read("b.yaml", []byte("segments: [{name: c, rules: []}]\nrefresh_schedule: {on: true}\n"))
	require.Len(t, d.Segments, 3)
	require.Equal(t, Place{"b.yaml", 1, 22}, d.Place("segments[2].rules[0].rule"))
	require.Len(t, d.Mistakes, 1)
	require.Equal(t, "b.yaml:2:1: refresh_schedule: is stated twice, first in a.yaml:6:1. Leave one of them out", d.Mistakes[0].String())

	var b strings.Builder
	b.WriteString("segments:\n  - name: a\n    rules: []\n")
	for i, before := 1, ""; i < 9; i++ {
		name := string(rune('a' + i))
		item := "{field: x}"
		if before != "" {
			item = strings.Repeat("*"+before+", ", 20)
		}
		b.WriteString("  - name: " + name + "\n    rules:\n      - rule: {any: &" + name + " [{any: [" + item + "]}]}\n")
		before = name
	}
	bomb := NewDocument()
	bomb.Read("bomb.yaml", []byte(strings.ReplaceAll(b.String(), "[{any: [{field: x}]}]", "[{field: x}, {field: x}]")))
	require.NotEmpty(t, bomb.Mistakes)
}
