package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"segue/internal/activation"
)

// guard puts around mux what every request goes through, from the outside in: an id and a line in the log, a net
// under panics, security headers, the check of hosts and origins, problems for paths that lead nowhere.
func guard(cfg Config, mux *http.ServeMux) http.Handler {
	origins := http.NewCrossOriginProtection()
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		if !hostAllowed(r.Host, cfg.Hosts) {
			writeProblem(w, problem(r.Context(), activation.Errorf(activation.CodeForbidden, "this server does not answer to that host name").
				WithRemedy("Use http://127.0.0.1 or http://localhost, or add the name to the server's configuration")))
			return
		}
		if err := origins.Check(r); err != nil {
			writeProblem(w, problem(r.Context(), activation.Errorf(activation.CodeForbidden, "requests from pages of other origins are refused")))
			return
		}
		if cfg.Pages != nil && !strings.HasPrefix(r.URL.Path, Prefix+"/") {
			cfg.Pages.ServeHTTP(w, r)
			return
		}
		if _, pattern := mux.Handler(r); pattern == "" {
			nowhere(mux, w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
	return logged(cfg, caught(cfg, inner))
}

// hostAllowed reports whether a request may be addressed to the host. A page of the web whose name was made to lead to
// this machine (DNS rebinding) carries its own name here.
func hostAllowed(host string, more []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" || slices.ContainsFunc(more, func(m string) bool { return strings.EqualFold(m, name) }) {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// nowhere answers a request that no operation takes (404, or 405 with the methods that there are) with a problem.
func nowhere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	rec := &discard{header: http.Header{}}
	mux.ServeHTTP(rec, r)
	if allow := rec.header.Get("Allow"); rec.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allow)
		f := problem(r.Context(), activation.Errorf(activation.CodeInvalid, "this path takes %s", allow))
		f.Status = rec.status
		writeProblem(w, f)
		return
	}
	writeProblem(w, problem(r.Context(), activation.Errorf(activation.CodeNotFound, "there is no such path").
		WithRemedy("The operations are described in docs/openapi.json")))
}

// discard is a ResponseWriter that keeps status and headers.
type discard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header { return d.header }

// WriteHeader implements http.ResponseWriter.
func (d *discard) WriteHeader(status int) { d.status = status }

// Write implements http.ResponseWriter.
func (d *discard) Write(b []byte) (int, error) { return d.body.Write(b) }

// caught answers a panic with a problem that tells nothing, and logs where it was, not what it said.
func caught(cfg Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v, stack := panicOf(func() { next.ServeHTTP(w, r) }); v != nil {
			answerPanic(r.Context(), cfg, w, v, stack)
		}
	})
}

// panicOf calls f and returns what it panicked with, nil if it did not, and where.
func panicOf(f func()) (v any, stack []byte) {
	defer func() {
		if v = recover(); v != nil {
			stack = debug.Stack()
		}
	}()
	f()
	return nil, nil
}

func answerPanic(ctx context.Context, cfg Config, w http.ResponseWriter, v any, stack []byte) {
	err, _ := v.(error)
	if errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if e := runtime.Error(nil); errors.As(err, &e) {
		what = e.Error()
	}
	cfg.Log.ErrorContext(ctx, "panic", "request", requestID(ctx), "what", what, "stack", string(stack))
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		panic(http.ErrAbortHandler) // the answer has begun; only its end can tell that it is not whole
	}
	writeProblem(w, problem(ctx, activation.Errorf(activation.CodeInternal, "panic")))
}
