package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/web"
)

func TestPagesUseOnlyWhatThisServerServes(t *testing.T) {
	t.Parallel()
	h, err := web.Handler()
	require.NoError(t, err)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	page := get("/setup")
	require.Equal(t, 200, page.Code)
	require.Equal(t, "text/html; charset=utf-8", page.Header().Get("Content-Type"))
	policy := page.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "script-src 'self'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, page.Body.String(), "<style")
	require.NotContains(t, page.Body.String(), "style=")
	require.Equal(t, 1, strings.Count(page.Body.String(), "<script"))
	require.NotContains(t, page.Body.String(), "//", "no other host")
	for path, kind := range map[string]string{"/setup.js": "text/javascript; charset=utf-8", "/setup.css": "text/css; charset=utf-8"} {
		require.Contains(t, page.Body.String(), `"`+path+`"`)
		w := get(path)
		require.Equal(t, 200, w.Code)
		require.Equal(t, kind, w.Header().Get("Content-Type"))
	}
	for _, path := range []string{"/sso", "/sso/callback"} {
		page := get(path)
		require.Equal(t, 200, page.Code)
		require.Equal(t, policy, page.Header().Get("Content-Security-Policy"))
		require.Equal(t, 1, strings.Count(page.Body.String(), "<script"))
		require.NotContains(t, page.Body.String(), "//", "no other host")
	}
	require.Equal(t, "text/javascript; charset=utf-8", get("/sso.js").Header().Get("Content-Type"))
	require.Equal(t, 404, get("/").Code)
	require.Equal(t, 404, get("/pages/setup.html").Code)
}
