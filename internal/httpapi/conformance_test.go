package httpapi

import (
	"encoding/json"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

// described holds answers against the OpenAPI document: every answer that a test gets is checked by it.
type described struct {
	doc *huma.OpenAPI
	mux *http.ServeMux
}

func newDescribed() *described {
	mux := http.NewServeMux()
	return &described{doc: newAPI(Config{}, mux).huma.OpenAPI(), mux: mux}
}

// check fails the test when the status is not documented for the operation, or the body is not what the document says.
func (d *described) check(t failer, req *http.Request, r reply) {
	t.Helper()
	_, pattern := d.mux.Handler(req)
	if pattern == "" {
		return // leads nowhere, and is no operation
	}
	method, path, _ := strings.Cut(pattern, " ")
	op := operationOf(d.doc, &huma.Operation{Method: method, Path: path})
	require.NotNil(t, op, pattern)
	doc := op.Responses[strconv.Itoa(r.status)]
	require.NotNil(t, doc, "%s answers %d, which is not documented: %s", pattern, r.status, r.raw)
	if len(doc.Content) == 0 {
		require.Empty(t, r.raw, "%s answers %d with a body", pattern, r.status)
		return
	}
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	require.NoError(t, err)
	media := doc.Content[kind]
	require.NotNil(t, media, "%s answers %d as %s, which is not documented", pattern, r.status, kind)
	if kind != "application/json" && kind != problemType {
		return
	}
	var v any
	require.NoError(t, json.Unmarshal([]byte(r.raw), &v))
	path0, res := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	huma.Validate(d.doc.Components.Schemas, media.Schema, path0, huma.ModeReadFromServer, v, res)
	require.Empty(t, res.Errors, "%s answers %d unlike its schema: %s", pattern, r.status, r.raw)
}

func TestAnswersUnlikeTheDocumentAreNoticed(t *testing.T) {
	t.Parallel()
	d := newDescribed()
	for name, c := range map[string]struct {
		status      int
		kind, body  string
		shouldMatch bool
	}{
		"as documented":       {200, "application/json", `{"status":"ok"}`, true},
		"another value":       {200, "application/json", `{"status":"fine"}`, false},
		"a field too many":    {200, "application/json", `{"status":"ok","more":1}`, false},
		"a field too few":     {200, "application/json", `{}`, false},
		"another status":      {204, "", ``, false},
		"another type":        {200, "text/plain", `ok`, false},
		"no problem as error": {503, "application/problem+json", `{"message":"no"}`, false},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost"+Prefix+"/health", nil)
		require.NoError(t, err)
		r := reply{status: c.status, header: http.Header{"Content-Type": {c.kind}}, raw: c.body}
		require.Equal(t, c.shouldMatch, passes(func(inner failer) { d.check(inner, req, r) }), name)
	}
}

// failer is what a check needs of a test.
type failer interface {
	require.TestingT
	Helper()
}

// verdict is a failer that remembers.
type verdict struct{ failed bool }

// Errorf implements require.TestingT.
func (v *verdict) Errorf(string, ...any) { v.failed = true }

// FailNow implements require.TestingT.
func (v *verdict) FailNow() {
	v.failed = true
	runtime.Goexit()
}

// Helper implements failer.
func (v *verdict) Helper() {}

// passes reports whether f, which stops at its first failure, finds none.
func passes(f func(failer)) bool {
	v, done := &verdict{}, make(chan struct{})
	go func() {
		defer close(done)
		f(v)
	}()
	<-done
	return !v.failed
}
