package brevo

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
)

var update = flag.Bool("update", false, "write the requests that are sent into testdata")

// recorder keeps every request that passes, and holds it and its answer against Brevo's document where there is one.
type recorder struct {
	next   http.RoundTripper
	router routers.Router

	mu     sync.Mutex
	sent   []string
	faults []string
}

func (rec *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s\n", r.Method, r.URL.RequestURI())
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range r.Header {
			if !yield(name) {
				return
			}
		}
	}) {
		fmt.Fprintf(&s, "%s: %s\n", strings.ToLower(name), strings.ReplaceAll(r.Header.Get(name), brevosandbox.DefaultKey, "<key>"))
	}
	fmt.Fprintf(&s, "\n%s", body)
	if len(body) > 0 {
		s.WriteString("\n\n")
	}
	resp, err := rec.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.sent = append(rec.sent, s.String())
	if rec.router != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec.validate(r, resp, answer)
	}
	return resp, err
}

func (rec *recorder) validate(r *http.Request, resp *http.Response, answer []byte) {
	route, params, err := rec.router.FindRoute(r)
	if err != nil {
		rec.faults = append(rec.faults, fmt.Sprintf("%s %s: %v", r.Method, r.URL.Path, err))
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, MultiError: true}}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		rec.faults = append(rec.faults, fmt.Sprintf("request %s %s: %v", r.Method, route.Path, err))
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true}}
	out.SetBodyBytes(answer)
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		rec.faults = append(rec.faults, fmt.Sprintf("answer %d %s %s: %v", resp.StatusCode, r.Method, route.Path, err))
	}
}

// tour makes every call that the adapter can make, in every form.
func tour(t *testing.T, rec *recorder) {
	t.Helper()
	d := open(t, func(_ *brevosandbox.Config, c *Config) {
		rec.next = NewTransport()
		t.Cleanup(rec.next.(*http.Transport).CloseIdleConnections)
		c.Transport = rec
	})
	if rec.router == nil {
		rec.router = documented(t, d.server.URL+"/v3")
	}
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		require.NoError(t, err)
	}
	_, err := d.Account(ctx)
	check(err)
	_, err = d.Attributes(ctx)
	check(err)
	for _, a := range []destination.Attribute{
		{Name: "CITY", Type: activation.AttributeText}, {Name: "AGE", Type: activation.AttributeNumber}, {Name: "SINCE", Type: activation.AttributeDate},
		{Name: "ACTIVE", Type: activation.AttributeBoolean}, {Name: "LEVEL", Type: activation.AttributeCategory, Options: []string{"Gold", "Silver"}},
		{Name: "COLOURS", Type: activation.AttributeMultipleChoice, Options: []string{"Blue", "Red"}},
	} {
		check(d.CreateAttribute(ctx, a))
	}
	_, err = d.Lists(ctx)
	check(err)
	_, err = d.List(ctx, 1)
	check(err)
	_, err = d.CreateList(ctx, "Newsletter", 0)
	check(err)
	p := d.load(
		row("ana+a/b@example.com", `{"FIRSTNAME":"Žana & <sinovi>","SMS":"+385911234567","BIRTHDAY":"1990-02-03","POINTS":12.5,"CLUB":"Yes","GENDER":"Women","HOBBIES":["Chess"]}`),
		row("ivo@example.com", `{}`), row("ivo@example.com", ``))
	_, err = d.ImportClearing(ctx, 1, []activation.Row{row("ivo@example.com", `{"FIRSTNAME":"","CLUB":"No"}`)})
	check(err)
	for _, r := range p.Reports {
		for _, err := range d.Report(ctx, r) {
			check(err)
		}
	}
	_, err = d.Processes(ctx, 50, 50)
	check(err)
	_, err = d.Contact(ctx, "ana+a/b@example.com")
	check(err)
	for _, since := range []time.Time{{}, time.Date(2026, 11, 1, 12, 30, 15, 123456789, time.FixedZone("CET", 3600))} {
		for _, err := range d.Contacts(ctx, since) {
			check(err)
		}
	}
	for _, err := range d.ListContacts(ctx, 1) {
		check(err)
	}
	_, err = d.CountContacts(ctx)
	check(err)
	check(d.Remove(ctx, 1, []activation.Email{"ana+a/b@example.com", "nobody@example.com"}))
}

// documented is a router over Brevo's own description of its API, nil where it is not beside the repository. What it is known
// to have wrong is put right, as Brevo did since.
func documented(t *testing.T, server string) routers.Router {
	t.Helper()
	text := document(t)
	if text == nil {
		return nil
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	answer := func(path string) *openapi3.Schema {
		return doc.Paths.Value(path).Get.Responses.Status(200).Value.Content["application/json"].Schema.Value
	}
	// changelog 2026-04-17: no dateTimePreferences; reports are addresses; in_process occurs
	answer("/account").AllOf[0].Value.AllOf[1].Value.Required = []string{"address"}
	process := answer("/processes").Properties["processes"].Value.Items.Value
	for _, p := range process.Properties["info"].Value.Properties["import"].Value.Properties {
		p.Value.Type = &openapi3.Types{"string"}
	}
	status := process.Properties["status"].Value
	status.Enum = append(status.Enum, "in_process")
	// alternatives of which several hold
	remove := doc.Paths.Value("/contacts/lists/{listId}/contacts/remove").Post.RequestBody.Value.Content["application/json"].Schema.Value
	remove.AnyOf, remove.OneOf = remove.OneOf, nil
	for _, name := range []string{"success", "failure"} {
		s := doc.Components.Schemas["postContactInfo"].Value.Properties["contacts"].Value.Properties[name].Value
		s.AnyOf, s.OneOf = s.OneOf, nil
	}
	doc.Servers = openapi3.Servers{{URL: server}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.DisableSchemaFormatValidation())
	require.NoError(t, err)
	return router
}

func document(t *testing.T) []byte {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if text, err := os.ReadFile(filepath.Join(dir, "shared", "brevo", "openapi-contacts.yaml")); err == nil {
			return text
		}
	}
	return nil
}

func TestRequestsSentToBrevo(t *testing.T) {
	t.Parallel()
	var rec recorder
	tour(t, &rec)
	var got strings.Builder
	for _, s := range rec.sent {
		got.WriteString(s + "\n")
	}
	name := filepath.Join("testdata", "requests.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(name, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String(), "look at the difference, then: go test ./internal/destination/brevo -run Requests -update")
}

func TestRequestsAndAnswersKeepToBrevosDocument(t *testing.T) {
	t.Parallel()
	if document(t) == nil {
		t.Skip("shared/brevo/openapi-contacts.yaml is not beside this repository: requests are NOT held against Brevo's document")
	}
	var rec recorder
	tour(t, &rec)
	require.NotNil(t, rec.router)
	require.Empty(t, rec.faults)
}

func TestS32WhatIsNeverSent(t *testing.T) {
	t.Parallel()
	var rec recorder
	tour(t, &rec)
	seen, clearing := map[string]bool{}, 0
	for _, s := range rec.sent {
		for _, never := range []string{
			"emailBlacklist", "smsBlacklist", "emailBlacklisted", "smsBlacklisted", "whatsappBlacklisted", "forceMerge", "unlinkListIds",
			`"all"`, "newList", "notifyUrl", "fileUrl", "DELETE ", "PUT ", "PATCH ", "contacts/batch",
		} {
			require.NotContains(t, s, never)
		}
		require.Contains(t, s, "\napi-key: <key>\n")
		require.Contains(t, s, "\nuser-agent: "+DefaultUserAgent+"\n")
		first, _, _ := strings.Cut(s, "\n")
		method, at, _ := strings.Cut(first, " ")
		at, _, _ = strings.Cut(at, "?")
		for _, e := range endpoints() {
			begin, end, _ := strings.Cut("/v3"+e.path, "%s")
			if e.method == method && strings.HasPrefix(at, begin) && strings.HasSuffix(at, end) && (begin+end != "/v3"+e.path || at == begin) {
				seen[e.kind] = true
			}
		}
		if strings.Contains(first, "/contacts/import") {
			var body map[string]json.RawMessage
			_, text, _ := strings.Cut(s, "\n\n")
			require.NoError(t, json.Unmarshal([]byte(text), &body))
			require.Len(t, body, 5)
			require.JSONEq(t, `[1]`, string(body["listIds"]))
			require.Equal(t, "true", string(body["updateExistingContacts"]))
			require.Equal(t, "true", string(body["disableNotification"]), "nobody is mailed about an import")
			if string(body["emptyContactsAttributes"]) != "false" { // S16: only where it is asked for
				require.Equal(t, "true", string(body["emptyContactsAttributes"]))
				clearing++
			}
			var rows []map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(body["jsonBody"], &rows))
			for _, r := range rows {
				require.Len(t, r, 2, "an address and attributes")
			}
		}
	}
	require.Equal(t, 1, clearing)
	for _, e := range endpoints() {
		require.Contains(t, []string{http.MethodGet, http.MethodPost}, e.method, e.kind)
		if e.kind != "create_folder" {
			require.True(t, seen[e.kind], "the tour leaves out %s", e.kind)
		}
	}
}

// endpoints are all that the adapter has.
func endpoints() []*endpoint {
	return []*endpoint{getAccount, getProcesses, getLists, getList, getListContacts, getFolders, getAttributes, getContact, getContacts,
		postImport, postRemove, postList, postFolder, postAttribute}
}

func TestTheBodyOfAnImportIsAsLongAsItWasCounted(t *testing.T) {
	t.Parallel()
	l := (&Client{}).Limits()
	require.Equal(t, activation.CallLimits{MaxBody: 7_999_864, RowOverhead: 25, MaxRows: 150_000, MaxRemovals: 150}, l)
	var rows []activation.Row
	var counted int64
	for i := range 1000 {
		r := row(fmt.Sprintf("o'neil&%d@example.com", i), `{"FIRSTNAME":"Ž & <b>"}`)
		rows = append(rows, r)
		counted += l.RowOverhead + int64(len(r.Address)+2+len(r.Attributes))
	}
	body, err := importBody(importOptions, 1<<62, rows)
	require.NoError(t, err)
	require.EqualValues(t, counted-1, int64(len(body))-(8_000_000-l.MaxBody), "all but the last comma")
	require.True(t, json.Valid(body))
}

func TestAListIsMadeInTheFirstFolderAndThatIsMadeWhereThereIsNone(t *testing.T) {
	t.Parallel()
	var made []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.Method + " " + r.URL.Path {
		case "GET /v3/contacts/folders":
			answer(w, 200, map[string]any{"count": 0}) // folders absent, as some clients saw
		default:
			made = append(made, r.URL.Path+" "+string(body))
			answer(w, 201, map[string]any{"id": 7})
		}
	})
	l, err := c.CreateList(context.Background(), "Newsletter", 0)
	require.NoError(t, err)
	require.Equal(t, destination.List{ID: 7, Name: "Newsletter", Folder: "Segue"}, l)
	require.Equal(t, []string{`/v3/contacts/folders {"name":"Segue"}`, `/v3/contacts/lists {"folderId":7,"name":"Newsletter"}`}, made)
	require.EqualValues(t, 1, c.Calls()["create_folder"])
}
