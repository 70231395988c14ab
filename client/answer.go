package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
)

// Codes that this package uses itself; the server's are in Problem's documentation.
const (
	CodeUnavailable = "unavailable" // the server did not answer
	CodeInternal    = "internal"    // the server answered something that was not understood
)

// maxProblem is the most that is read of an error's body.
const maxProblem = 1 << 20

// Error is a request that failed: a problem that the server told, or no answer at all.
type Error struct {
	// Status is the HTTP status; 0 if there was no answer.
	Status int
	// Code is the stable name of the kind of problem.
	Code    string
	Message string
	// Remedy is what can be done about it; empty if nothing is known.
	Remedy string
	// Field is the offending input; Errors are all of them where there are several.
	Field  string
	Errors []FieldError
	// RequestID names the request in the server's log.
	RequestID string
	// Err is the cause where there was no answer.
	Err error
}

// Error implements error; the remedy is appended, so that a plain print is enough to act on.
func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Remedy != "" {
		s += ". " + e.Remedy
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, CodeInternal for any other error and "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Decode reads an answer with a JSON body. It takes what a method of Client returns.
func Decode[T any](resp *http.Response, err error) (v T, _ error) {
	if err := check(resp, err); err != nil {
		return v, err
	}
	defer drain(resp)
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		return v, notUnderstood(resp, err)
	}
	return v, nil
}

// Done reads an answer without a body.
func Done(resp *http.Response, err error) error {
	if err := check(resp, err); err != nil {
		return err
	}
	drain(resp)
	return nil
}

// Copy copies the body of an answer, such as a download, to w.
func Copy(w io.Writer, resp *http.Response, err error) error {
	if err := check(resp, err); err != nil {
		return err
	}
	defer drain(resp)
	if _, err := io.Copy(w, resp.Body); err != nil {
		return &Error{Code: CodeUnavailable, Message: "the answer broke off", Remedy: "Try again", Err: err}
	}
	return nil
}

// check turns everything but success into an error and closes the body then.
func check(resp *http.Response, err error) error {
	if err != nil {
		return noAnswer(err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	defer drain(resp)
	var p Problem
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind != "application/problem+json" || json.NewDecoder(io.LimitReader(resp.Body, maxProblem)).Decode(&p) != nil || p.Code == "" {
		return notUnderstood(resp, nil)
	}
	return &Error{
		Status: resp.StatusCode, Code: string(p.Code), Message: p.Detail, Remedy: p.Remedy, Field: p.Field, Errors: p.Errors, RequestID: p.RequestID,
	}
}

func notUnderstood(resp *http.Response, err error) error {
	return &Error{
		Status: resp.StatusCode, Code: CodeInternal, Message: fmt.Sprintf("the answer was not understood (HTTP %d)", resp.StatusCode),
		Remedy: "Does a Segue server answer at that address?", Err: err,
	}
}

// noAnswer describes a request that got none. A context that ended stays what it is.
func noAnswer(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e := &Error{Code: CodeUnavailable, Message: "the server does not answer", Remedy: "Is segue serve running?", Err: err}
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Addr != nil {
		e.Message = "no server answers at " + op.Addr.String()
	}
	return e
}

// drain reads what is left of a small body, so that the connection can be used again.
func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 1<<16)
	_ = resp.Body.Close()
}
