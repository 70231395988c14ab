package httpapi

import (
	"context"
	"log/slog"
	"net/http"
)

type requestKey struct{}

// requestID returns the id of the request, empty outside of one.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// logged gives each request an id and writes one line about it: the pattern that it matched, never its path, query or
// body, where there may be a person's data.
func logged(cfg Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := cfg.Clock()
		id := cfg.IDs()
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		rec := &recorder{ResponseWriter: w}
		defer func() {
			pattern := r.Pattern
			if pattern == "" {
				pattern = "unmatched"
			}
			level := slog.LevelInfo
			if rec.status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
			cfg.Log.LogAttrs(r.Context(), level, "request", slog.String("method", method(r.Method)), slog.String("route", pattern),
				slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", cfg.Clock().Sub(start)), slog.String("request", id))
		}()
		next.ServeHTTP(rec, r)
	})
}

// method returns a method that is safe to log: anybody can invent one.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recorder notes status and size of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}
