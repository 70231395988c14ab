package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
	"segue/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testToken = "test-token-that-is-long-enough-to-be-one"

// bundle is the API on a stage.
type bundle struct {
	*apitest.Stage
	t         *testing.T
	server    *httptest.Server
	described *described
}

// Keys of the stage's destination.
const (
	goodKey  = apitest.GoodKey
	otherKey = apitest.OtherKey
)

func newBundle(t *testing.T, change ...func(*Config)) *bundle {
	t.Helper()
	s := apitest.New(t)
	b := &bundle{Stage: s, t: t, described: newDescribed()}
	cfg := Config{
		Services: Services{
			Store: s.Store, Sources: s.Sources, Profiles: s.Engine, Unify: s.Unify, Segments: s.Segments, Connections: s.Connections, Exports: s.Exports, Ledger: s.Book,
			Access: s.Access, Audit: s.Audit, Refresh: s.Refresh, Notify: s.Notify,
		},
		Token: testToken, Version: "1.2.3", Commit: "abc", SourceDirs: []string{s.Files}, Clock: time.Now, IDs: s.IDs, Log: s.Logger,
		DestinationURLs: map[activation.DestinationType]string{activation.DestinationBrevo: apitest.BaseURL},
		WatchEvery:      5 * time.Millisecond, Heartbeat: time.Second,
	}
	for _, f := range change {
		f(&cfg)
	}
	h, err := New(cfg)
	require.NoError(t, err)
	b.server = httptest.NewServer(h)
	t.Cleanup(func() {
		b.server.CloseClientConnections()
		b.server.Close()
	})
	return b
}

// object is a JSON object.
type object = map[string]any

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	raw    string
	body   object
}

// call makes a request with the token; headers are pairs of name and value.
func (b *bundle) call(method, path string, body any, headers ...string) reply {
	b.t.Helper()
	var rd io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		rd = bytes.NewBufferString(v)
	default:
		j, err := json.Marshal(v)
		require.NoError(b.t, err)
		rd = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+Prefix+path, rd)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	if rd != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.server.Client().Do(req)
	require.NoError(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	r := reply{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &r.body)
	b.described.check(b.t, req, r)
	return r
}

// must makes a request that has to be answered with the status.
func (b *bundle) must(status int, method, path string, body any, headers ...string) object {
	b.t.Helper()
	r := b.call(method, path, body, headers...)
	require.Equal(b.t, status, r.status, "%s %s: %s", method, path, r.raw)
	return r.body
}

// refused makes a request that has to fail with the code, and returns the problem.
func (b *bundle) refused(code activation.Code, method, path string, body any, headers ...string) object {
	b.t.Helper()
	r := b.call(method, path, body, headers...)
	require.Equal(b.t, string(code), r.body["code"], "%s %s: %d %s", method, path, r.status, r.raw)
	require.Equal(b.t, infoOf(code).status, r.status)
	require.Equal(b.t, problemType, r.header.Get("Content-Type"))
	require.Equal(b.t, "urn:segue:problem:"+string(code), r.body["type"])
	require.EqualValues(b.t, r.status, r.body["status"])
	require.NotEmpty(b.t, r.body["title"])
	require.NotEmpty(b.t, r.body["detail"])
	require.Equal(b.t, r.header.Get("X-Request-Id"), r.body["request_id"])
	return r.body
}

// file writes a file into the source folder.
func (b *bundle) file(name, content string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.Files, name), []byte(content), 0o600))
}

const customers = "id,mail,name,points\nc1,ana@example.com,Ana,10\nc2,ivo@example.com,Ivo,20\nc3,eva@example.com,Eva,30\n"

// withProfile takes a file over and makes the profile from it; it returns the source's id.
func (b *bundle) withProfile() string {
	b.t.Helper()
	b.file("customers.csv", customers)
	src := b.must(201, "POST", "/sources", object{"name": "customers", "path": "customers.csv"})
	id := src["id"].(string)
	b.must(200, "POST", "/sources/"+id+"/ingest", nil)
	suggested := b.must(200, "GET", "/profile/suggestion?source_id="+id, nil)
	b.must(200, "PUT", "/profile", suggested)
	b.must(200, "POST", "/profile/build", nil)
	return id
}

func (b *bundle) withSegment(name string) string {
	b.t.Helper()
	g := b.must(201, "POST", "/segments", object{"name": name, "rules": []object{equals("name", "Ana")}})
	return g["id"].(string)
}

// equals is a segment rule of one condition.
func equals(field, value string) object {
	return object{"rule": object{"field": field, "operator": "equals", "values": []string{value}}}
}

func (b *bundle) withConnection(name string) string {
	b.t.Helper()
	c := b.must(201, "POST", "/connections", object{"name": name, "api_key": goodKey, "agree": true})
	return c["id"].(string)
}

// withExport makes everything up to an export; it returns the export's id.
func (b *bundle) withExport() string {
	b.t.Helper()
	b.withProfile()
	e := b.must(201, "POST", "/exports", object{
		"name": "VIP", "connection_id": b.withConnection("main"), "list_id": 7, "segment_ids": []string{b.withSegment("Anas")},
		"mapping": object{"email": "mail", "attributes": []object{{"attribute": "FIRSTNAME", "field": "name"}}},
	})
	return e["id"].(string)
}

// setRun changes the stored run, as the service does while it works.
func (b *bundle) setRun(id string, f func(*activation.Run)) {
	b.t.Helper()
	require.NoError(b.t, b.Store.Update(b.t.Context(), func(tx store.Tx) error {
		r, err := tx.Run(b.t.Context(), activation.RunID(id))
		if err != nil {
			return err
		}
		f(&r)
		return tx.UpdateRun(b.t.Context(), r)
	}))
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
