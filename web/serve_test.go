package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func get(t *testing.T, h http.Handler, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	t.Cleanup(func() { require.NoError(t, resp.Body.Close()) })
	return resp
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

func built(t *testing.T) http.Handler {
	t.Helper()
	h, err := newHandler(fstest.MapFS{
		"index.html":           {Data: []byte(`<meta name="nonce" content="__NONCE__"><script type="module" src="/assets/index-1.js"></script>`)},
		"assets/index-1.js":    {Data: []byte("plain")},
		"assets/index-1.js.gz": {Data: []byte("packed")},
		"assets/alone-2.css":   {Data: []byte("css")},
		"icon.svg":             {Data: []byte("<svg/>")},
		".keep":                {Data: []byte("kept")},
	})
	require.NoError(t, err)
	return h
}

func TestEveryPlaceInTheApplicationIsThePageUnderANonceOfItsOwn(t *testing.T) {
	t.Parallel()
	h := built(t)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/exports", "/exports/01890a5d-ac96-774b-bcce-b302099a8057", "/setup", "/sso/callback?state=x&code=y"} {
		r := get(t, h, path)
		require.Equal(t, 200, r.StatusCode, path)
		require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
		require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
		policy := r.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; script-src 'self';")
		require.NotContains(t, policy, "unsafe")
		nonce := regexp.MustCompile(`'nonce-([A-Z2-7]{26})'`).FindStringSubmatch(policy)
		require.NotNil(t, nonce, policy)
		require.Contains(t, text(t, r), `content="`+nonce[1]+`"`)
		require.False(t, seen[nonce[1]], "a nonce counts once")
		seen[nonce[1]] = true
	}
}

func TestFilesAreKeptForEverOnlyWhereTheirNameChangesWithThem(t *testing.T) {
	t.Parallel()
	h := built(t)
	r := get(t, h, "/assets/index-1.js")
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "text/javascript; charset=utf-8", r.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", r.Header.Get("Cache-Control"))
	require.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
	require.Empty(t, r.Header.Get("Content-Encoding"))
	require.Equal(t, "plain", text(t, r))
	r = get(t, h, "/assets/index-1.js", "Accept-Encoding", "br, gzip")
	require.Equal(t, "gzip", r.Header.Get("Content-Encoding"))
	require.Equal(t, "text/javascript; charset=utf-8", r.Header.Get("Content-Type"))
	require.Equal(t, "packed", text(t, r))
	require.Empty(t, get(t, h, "/assets/alone-2.css", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"))
	r = get(t, h, "/icon.svg")
	require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
	require.Equal(t, "image/svg+xml", r.Header.Get("Content-Type"))
}

func TestWhatIsNoFileOfTheApplicationIsNotFound(t *testing.T) {
	t.Parallel()
	h := built(t)
	for _, path := range []string{"/assets/gone.js", "/assets/", "/assets/index-1.js.gz", "/.keep", "/index.html", "/robots.txt", "/../web.go", "/assets/x"} {
		require.Equal(t, 404, get(t, h, path).StatusCode, path)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/exports", strings.NewReader("x")))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

func TestAProgramWithoutTheApplicationSaysSo(t *testing.T) {
	t.Parallel()
	h, err := newHandler(fstest.MapFS{".keep": {Data: []byte("kept")}})
	require.NoError(t, err)
	r := get(t, h, "/exports")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	require.Contains(t, text(t, r), "make build")
	require.NotContains(t, r.Header.Get("Content-Security-Policy"), "unsafe")
}

func TestHandlerServesWhatWasBuiltIn(t *testing.T) {
	t.Parallel()
	h, err := Handler()
	require.NoError(t, err)
	require.Contains(t, []int{200, http.StatusServiceUnavailable}, get(t, h, "/").StatusCode, "with and without the application")
}
