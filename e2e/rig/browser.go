package rig

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Browser is somebody's browser: it keeps cookies and has no token.
type Browser struct {
	HTTP *http.Client
	t    testing.TB
	url  string
}

// NewBrowser opens a browser that knows the server at the address.
func NewBrowser(t testing.TB, url string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &Browser{HTTP: &http.Client{Jar: jar, Timeout: time.Minute}, t: t, url: url}
}

// Call calls the API and returns status and answer. The path begins below /api/v1.
func (b *Browser) Call(method, path string, body any) (int, Object) {
	b.t.Helper()
	sent, err := json.Marshal(body)
	require.NoError(b.t, err)
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/api/v1"+path, bytes.NewReader(sent))
	require.NoError(b.t, err)
	if body == nil {
		req.Body = http.NoBody
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.HTTP.Do(req)
	require.NoError(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	var out Object
	_ = json.NewDecoder(resp.Body).Decode(&out)
	return resp.StatusCode, out
}

// Must makes a call that has to succeed.
func (b *Browser) Must(method, path string, body any) Object {
	b.t.Helper()
	status, out := b.Call(method, path, body)
	require.Less(b.t, status, 300, "%s %s: %v", method, path, out)
	return out
}
