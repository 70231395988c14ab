package brevosandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"
)

// document is Brevo's own description of its API, which is not part of this
// repository: shared/brevo/openapi-contacts.yaml beside it.
func document(t *testing.T) []byte {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "shared", "brevo", "openapi-contacts.yaml"))
		if err == nil {
			return text
		}
	}
	t.Skip("shared/brevo/openapi-contacts.yaml is not beside this repository: the contract with Brevo's document is NOT checked")
	return nil
}

// erratum is a place where the document is known to be wrong, or cannot be
// validated as it stands, and what it should say.
type erratum struct {
	why string
	fix func(*openapi3.T)
}

func errata() []erratum {
	var list []erratum
	add := func(why string, fix func(*openapi3.T)) { list = append(list, erratum{why, fix}) }
	add("x-errata: dateTimePreferences is not returned by GET /account (changelog 2026-04-17)", func(d *openapi3.T) {
		schemaOf(d, "/account", "GET", 200).AllOf[0].Value.AllOf[1].Value.Required = []string{"address"}
	})
	for path, dig := range map[string]func(*openapi3.Schema) *openapi3.Schema{
		"/processes":             func(s *openapi3.Schema) *openapi3.Schema { return s.Properties["processes"].Value.Items.Value },
		"/processes/{processId}": func(s *openapi3.Schema) *openapi3.Schema { return s },
	} {
		process := func(d *openapi3.T) *openapi3.Schema { return dig(schemaOf(d, path, "GET", 200)) }
		add("x-errata: "+path+": info.import.* are addresses of reports or null, not numbers (changelog 2026-04-17)", func(d *openapi3.T) {
			for _, p := range process(d).Properties["info"].Value.Properties["import"].Value.Properties {
				p.Value.Type = &openapi3.Types{"string"}
			}
		})
		add("x-errata: "+path+": status may also be in_process (changelog 2026-04-17)", func(d *openapi3.T) {
			s := process(d).Properties["status"].Value
			s.Enum = append(s.Enum, "in_process")
		})
		add(path+": names that the document lacks occur, LIST_USERS_DELETE among them (API.md section 3)", func(d *openapi3.T) {
			s := process(d).Properties["name"].Value
			s.Enum = append(s.Enum, "LIST_USERS_DELETE")
		})
	}
	for _, verb := range []string{"add", "remove"} {
		add("POST …/contacts/"+verb+": all branches of the request's oneOf accept every object", func(d *openapi3.T) {
			s := d.Paths.Value("/contacts/lists/{listId}/contacts/" + verb).Post.RequestBody.Value.Content["application/json"].Schema.Value
			s.AnyOf, s.OneOf = s.OneOf, nil
		})
	}
	for _, name := range []string{"success", "failure"} {
		add("postContactInfo."+name+": an empty array is valid for both branches of the oneOf", func(d *openapi3.T) {
			s := d.Components.Schemas["postContactInfo"].Value.Properties["contacts"].Value.Properties[name].Value
			s.AnyOf, s.OneOf = s.OneOf, nil
		})
	}
	return list
}

func schemaOf(d *openapi3.T, path, method string, status int) *openapi3.Schema {
	return d.Paths.Value(path).GetOperation(method).Responses.Status(status).Value.Content["application/json"].Schema.Value
}

// inspector validates what passes between the test and the sandbox.
type inspector struct {
	t       *testing.T
	router  routers.Router
	refused bool // the requests are meant to be wrong: only answers are validated
	faults  []string
	seen    map[string]bool // operations that were called
}

func (in *inspector) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/v3/") {
		return http.DefaultTransport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	require.NoError(in.t, err)
	again := func() io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
	r.Body = again()
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	route, params, err := in.router.FindRoute(r)
	require.NoError(in.t, err, "%s %s", r.Method, r.URL.Path)
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, MultiError: true}}
	op := r.Method + " " + route.Path
	in.seen[op] = true
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil && !in.refused {
		in.faults = append(in.faults, "request "+op+": "+err.Error())
	}
	r.Body = again()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	require.NoError(in.t, err)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	undeclared := slices.Contains([]int{401, 403, 405, 429}, resp.StatusCode)
	output := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: !undeclared, MultiError: true}}
	output.SetBodyBytes(answer)
	if err := openapi3filter.ValidateResponse(r.Context(), output); err != nil {
		in.faults = append(in.faults, fmt.Sprintf("answer %d %s: %s", resp.StatusCode, op, err))
	}
	return resp, nil
}

// inspect runs the tour under the document with the errata given.
func inspect(t *testing.T, text []byte, fixes []erratum) *inspector {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	for _, e := range fixes {
		e.fix(doc)
	}
	w := typed(t)
	doc.Servers = openapi3.Servers{{URL: w.base + "/v3"}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.DisableSchemaFormatValidation())
	require.NoError(t, err)
	in := &inspector{t: t, router: router, seen: map[string]bool{}}
	w.client = &http.Client{Transport: in}
	tour(w)
	in.refused = true
	refusals(w)
	return in
}

func TestTheSandboxKeepsToBrevosDocument(t *testing.T) {
	t.Parallel()
	in := inspect(t, document(t), errata())
	require.Empty(t, in.faults)
	doc, err := openapi3.NewLoader().LoadFromData(document(t))
	require.NoError(t, err)
	for path, item := range doc.Paths.Map() {
		if !strings.HasPrefix(path, "/contacts") && !strings.HasPrefix(path, "/processes") && path != "/account" {
			continue
		}
		for method := range item.Operations() {
			op := method + " " + path
			require.True(t, in.seen[op] || notOffered()[op] != "", "the tour leaves out %s", op)
		}
	}
}

// notOffered are operations that the sandbox does not have, and why.
func notOffered() map[string]string {
	return map[string]string{
		"POST /contacts/batch":                     "retired by Brevo on 2026-10-30",
		"POST /contacts/doubleOptinConfirmation":   "sends e-mail",
		"GET /contacts/{identifier}/campaignStats": "is about campaigns",
	}
}

// Each correction of the document is needed: without it the tour fails.
func TestEveryErratumOfTheDocumentIsNeeded(t *testing.T) {
	t.Parallel()
	text := document(t)
	all := errata()
	for i, e := range all {
		t.Run(e.why, func(t *testing.T) {
			t.Parallel()
			in := inspect(t, text, slices.Delete(slices.Clone(all), i, i+1))
			require.NotEmpty(t, in.faults, "the document is right without: %s", e.why)
		})
	}
}
