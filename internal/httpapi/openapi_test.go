package httpapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// update rewrites docs/openapi.json; downgradeTo names a file for its OpenAPI 3.0 twin, which the client is made from.
var (
	update      = flag.Bool("update", false, "rewrite the goldens")
	downgradeTo = flag.String("downgrade-to", "", "write the document as OpenAPI 3.0 to this file")
)

func pretty(t *testing.T, b []byte) []byte {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(b, &v))
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(v))
	return out.Bytes()
}

func TestOpenAPIDocumentIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	golden := filepath.Join("..", "..", "docs", "openapi.json")
	b, err := json.Marshal(document())
	require.NoError(t, err)
	got := pretty(t, b)
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Fatalf("docs/openapi.json is not what the code says (-committed +code); run go test ./internal/httpapi -update:\n%s", diff)
	}
	if *downgradeTo != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(*downgradeTo), 0o755))
		require.NoError(t, os.WriteFile(*downgradeTo, pretty(t, forClient(t)), 0o644))
	}
}

// forClient is the document as OpenAPI 3.0 with one default answer in place of each error, since all are Problems: a client
// made from it needs no type for each status, and plain values in place of pointers where absent means nothing.
func forClient(t *testing.T) []byte {
	t.Helper()
	doc := document()
	for _, op := range operations(t) {
		for status, r := range op.Responses {
			if status[0] != '2' {
				delete(op.Responses, status)
				op.Responses["default"] = &huma.Response{Description: "Problem", Content: r.Content}
			}
		}
		*operationOf(doc, op) = *op
	}
	for schema, s := range doc.Components.Schemas.Map() {
		for name, p := range s.Properties {
			if strings.HasSuffix(schema, "Change") && p.Type == huma.TypeBoolean {
				continue // no is not the same as leaving it out
			}
			if (!slices.Contains(s.Required, name) || p.WriteOnly) && p.Ref == "" {
				p.Extensions = map[string]any{"x-go-type-skip-optional-pointer": true} // absent is the zero value
			}
		}
	}
	b, err := doc.Downgrade()
	require.NoError(t, err)
	return b
}

// operationOf finds the operation of another copy of the document.
func operationOf(doc *huma.OpenAPI, op *huma.Operation) *huma.Operation {
	item := doc.Paths[op.Path]
	return map[string]*huma.Operation{"GET": item.Get, "PUT": item.Put, "POST": item.Post, "DELETE": item.Delete, "PATCH": item.Patch}[op.Method]
}

// operations returns every operation of the document.
func operations(t *testing.T) []*huma.Operation {
	t.Helper()
	var all []*huma.Operation
	for _, item := range document().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if op != nil {
				all = append(all, op)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

func TestEveryOperationIsDocumented(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	for _, op := range operations(t) {
		name := op.Method + " " + op.Path
		require.Regexp(t, kebab, op.OperationID, name)
		require.False(t, ids[op.OperationID], "the id %s is used twice", op.OperationID)
		ids[op.OperationID] = true
		require.NotEmpty(t, op.Summary, name)
		require.False(t, strings.HasSuffix(op.Summary, "."), "%s: a summary is no sentence", name)
		require.True(t, strings.HasSuffix(op.Description, "."), "%s: a description is made of sentences", name)
		require.Len(t, op.Tags, 1, name)
		require.True(t, strings.HasPrefix(op.Path, Prefix+"/"), name)
		for _, p := range op.Parameters {
			require.NotEmpty(t, p.Description, "%s: parameter %s", name, p.Name)
		}
	}
}

func TestEveryOperationButTheHealthCheckAndSigningInAsksWhoCalls(t *testing.T) {
	t.Parallel()
	open := []string{"get-health", "get-setup", "set-up", "sign-in", "get-sso", "start-sso", "finish-sso"}
	for _, op := range operations(t) {
		if slices.Contains(open, op.OperationID) {
			require.NotNil(t, op.Security, "an absent requirement would be inherited")
			require.Empty(t, op.Security)
			continue
		}
		require.Equal(t, []map[string][]string{{"token": {}}, {"session": {}}}, op.Security, op.OperationID)
		require.Contains(t, op.Responses, "401", op.OperationID)
	}
}

func TestEveryErrorIsAProblem(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		require.NotContains(t, op.Responses, "default", op.OperationID)
		errors := 0
		for status, r := range op.Responses {
			if status[0] == '2' {
				continue
			}
			errors++
			require.Len(t, r.Content, 1, op.OperationID)
			require.Equal(t, "#/components/schemas/Problem", r.Content[problemType].Schema.Ref, "%s %s", op.OperationID, status)
			require.Contains(t, r.Description, ": ", "%s %s names its codes", op.OperationID, status)
		}
		require.GreaterOrEqual(t, errors, 2, op.OperationID)
		if strings.Contains(op.Path, "{id}") {
			require.Contains(t, op.Responses, "404", "%s names a thing that may be missing", op.OperationID)
		}
		if op.Method == "PUT" && strings.Contains(op.Path, "{id}") || op.Method == "PATCH" {
			require.Contains(t, op.Responses, "409", "%s may meet a version that moved", op.OperationID)
		}
	}
}

func TestSchemasHaveNoNullsAndNoKeysInAnswers(t *testing.T) {
	t.Parallel()
	doc := document()
	for name, s := range doc.Components.Schemas.Map() {
		for field, p := range s.Properties {
			require.False(t, p.Nullable, "%s.%s may be null", name, field)
			if p.Items != nil {
				require.False(t, p.Items.Nullable, "%s.%s has items that may be null", name, field)
			}
			if strings.Contains(field, "api_key") {
				require.True(t, p.WriteOnly, "%s.%s is a key", name, field)
			}
		}
	}
	for _, op := range operations(t) {
		for status, r := range op.Responses {
			for _, m := range r.Content {
				walk(doc, m.Schema, func(field string) {
					if field == toldOnce[op.OperationID] {
						return
					}
					require.NotContains(t, []string{"api_key", "key", "token", "sealed_key", "secret"}, field0(field), "%s %s", op.OperationID, status)
				}, map[string]bool{})
			}
		}
	}
}

// toldOnce are the secrets that somebody asks for, to take them elsewhere; no other operation tells them.
var toldOnce = map[string]string{"create-token": "NewToken.secret", "new-codes": "OneTimeCodes.secret"}

// field0 leaves key columns and the keys of rows alone, which are no secrets.
func field0(field string) string {
	if slices.Contains([]string{"ProfileDefinition.key", "ProfileInput.key", "UnifyTable.key", "Row.key", "ClusterRow.key"}, field) {
		return ""
	}
	return field[strings.LastIndex(field, ".")+1:]
}

func walk(doc *huma.OpenAPI, s *huma.Schema, visit func(field string), seen map[string]bool) {
	if s == nil {
		return
	}
	name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
	if s.Ref != "" {
		if seen[name] {
			return
		}
		seen[name] = true
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	for field, p := range s.Properties {
		visit(name + "." + field)
		walk(doc, p, visit, seen)
	}
	walk(doc, s.Items, visit, seen)
	if m, ok := s.AdditionalProperties.(*huma.Schema); ok {
		walk(doc, m, visit, seen)
	}
}

func TestNoSchemaIsLeftUnused(t *testing.T) {
	t.Parallel()
	doc := document()
	used := map[string]bool{}
	for _, op := range operations(t) {
		for _, r := range op.Responses {
			for _, m := range r.Content {
				walk(doc, m.Schema, func(string) {}, used)
			}
		}
		if op.RequestBody != nil {
			for _, m := range op.RequestBody.Content {
				walk(doc, m.Schema, func(string) {}, used)
			}
		}
	}
	var unused []string
	for name := range doc.Components.Schemas.Map() {
		if !used[name] {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	require.Empty(t, unused)
}
