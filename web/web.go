// Package web owns the pages that the server shows to browsers. It knows no service: pages speak to the API like
// everybody else.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed pages
var pages embed.FS

// policy lets pages use what this server serves, and nothing else: no script or style in a page itself, no other host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves the pages: /setup makes the first administrator, /sso signs in by single sign-on.
func Handler() (http.Handler, error) {
	files, err := fs.Sub(pages, "pages")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	serve := func(name, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Security-Policy", policy)
			http.ServeFileFS(w, r, files, name)
		}
	}
	mux.HandleFunc("GET /setup", serve("setup.html", "text/html; charset=utf-8"))
	mux.HandleFunc("GET /setup.js", serve("setup.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /setup.css", serve("setup.css", "text/css; charset=utf-8"))
	for _, path := range []string{"GET /sso", "GET /sso/callback"} {
		mux.HandleFunc(path, serve("sso.html", "text/html; charset=utf-8"))
	}
	mux.HandleFunc("GET /sso.js", serve("sso.js", "text/javascript; charset=utf-8"))
	return mux, nil
}
