package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"segue/internal/activation"
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
		ctx := context.WithValue(context.WithValue(r.Context(), requestKey{}, id), browserKey{}, browserFrom(cfg, r))
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		defer logRequest(ctx, cfg.Log, r, rec, func() time.Duration { return cfg.Clock().Sub(start) })
		next.ServeHTTP(rec, r)
	})
}

// logRequest writes the line about a request that has ended.
func logRequest(ctx context.Context, log *slog.Logger, r *http.Request, rec *recorder, took func() time.Duration) {
	pattern := r.Pattern
	if pattern == "" {
		pattern = "unmatched"
	}
	level := slog.LevelInfo
	if rec.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	log.LogAttrs(ctx, level, "request", slog.String("method", method(r.Method)), slog.String("route", pattern),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took()), slog.String("request", requestID(ctx)))
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

// quoted, addressed and numbered find what may be a person's data in the text of an error that nobody vouches for.
var (
	quoted    = regexp.MustCompile(`'[^']*'|"[^"]*"|` + "`[^`]*`")
	addressed = regexp.MustCompile(`[^\s<>]+@[^\s<>]+`)
	numbered  = regexp.MustCompile(`\+?\d[\d ()/.-]{5,}\d`)
)

// masked is an error's text without what may be a person's data. Errors with a code keep theirs: it never holds any.
func masked(err error) string {
	var e *activation.Error
	if errors.As(err, &e) && e.Code != activation.CodeInternal {
		return err.Error()
	}
	s := quoted.ReplaceAllString(err.Error(), "[value]")
	s = addressed.ReplaceAllString(s, "[address]")
	return numbered.ReplaceAllString(s, "[number]")
}
