package web

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// policy lets the page use what this server serves, and nothing else: no script in the page itself, no other host.
// NONCE lets through the style sheets that the application's own script writes, which carry it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-NONCE'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// nonceMark stands in the built page where the nonce goes.
const nonceMark = "__NONCE__"

const missing = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Segue</title>
<h1>The web application is not in this program</h1>
<p>It was built without it. Build Segue with <code>make build</code>, which needs Node 20.19 or newer. The API and the command line work.</p>
</html>
`

// handler serves built files.
type handler struct {
	files fs.FS
	page  string // index.html; empty without a built application
}

func newHandler(files fs.FS) (http.Handler, error) {
	page, err := fs.ReadFile(files, "index.html")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &handler{files: files, page: string(page)}, nil
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "pages are only read", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if path.Ext(name) != "" || name == "assets" || strings.HasPrefix(name, "assets/") {
		h.file(w, r, name)
		return
	}
	h.application(w, r)
}

// application answers with the page, under a nonce of its own. It is never kept: it names the files of one version.
func (h *handler) application(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", strings.ReplaceAll(policy, "NONCE", nonce))
	w.Header().Set("Cache-Control", "no-store")
	if h.page == "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(missing))
		return
	}
	_, _ = w.Write([]byte(strings.ReplaceAll(h.page, nonceMark, nonce)))
}

// file answers with a built file, packed where the browser takes that. Files below assets carry a digest of their content in
// their name, so that they may be kept for ever.
func (h *handler) file(w http.ResponseWriter, r *http.Request, name string) {
	if hidden(name) || path.Ext(name) == ".html" {
		http.NotFound(w, r)
		return
	}
	if info, err := fs.Stat(h.files, name); err != nil || info.IsDir() {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kindOf(name))
	w.Header().Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if _, err := fs.Stat(h.files, name+".gz"); err == nil {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			name += ".gz"
		}
	}
	http.ServeFileFS(w, r, h.files, name) //nolint:gosec // of the files that are built in
}

// hidden reports whether a file is none for browsers: packed twins are asked for by their plain names.
func hidden(name string) bool {
	return strings.HasPrefix(path.Base(name), ".") || path.Ext(name) == ".gz"
}

// kindOf is the media type of a file, the same on every machine for what the application is made of.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}
