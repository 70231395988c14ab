package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

const problemType = "application/problem+json"

// failure is a wire.Problem as an error that huma answers with.
type failure struct {
	wire.Problem
	cause      error
	retryAfter time.Duration
}

// Error implements error.
func (f *failure) Error() string { return f.Detail }

// Unwrap returns what went wrong, for the log.
func (f *failure) Unwrap() error { return f.cause }

// GetStatus implements huma.StatusError.
func (f *failure) GetStatus() int { return f.Status }

// ContentType implements huma.ContentTypeFilter.
func (f *failure) ContentType(string) string { return problemType }

// MarshalJSON writes the problem alone.
func (f *failure) MarshalJSON() ([]byte, error) { return json.Marshal(f.Problem) }

// problem turns an error into the answer to it. Of an error without a code, or a defect, nothing is told: its text may
// come from anywhere.
func problem(ctx context.Context, err error) *failure {
	if f := (*failure)(nil); errors.As(err, &f) {
		return f
	}
	p := wire.Problem{RequestID: requestID(ctx)}
	var e *activation.Error
	switch {
	case errors.As(err, &e) && e.Code != activation.CodeInternal:
		p.Code, p.Detail, p.Remedy, p.Field = wire.Code(e.Code), e.Message, e.Remedy, e.Field
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		p.Code, p.Detail = wire.Code(activation.CodeUnavailable), "the request ended before its work did"
	default:
		p.Code, p.Detail = wire.Code(activation.CodeInternal), "something went wrong inside Segue"
		p.Remedy = "The server's log says more under the request id"
	}
	f := finish(p, 0, err)
	if e != nil {
		f.retryAfter = e.RetryAfter
	}
	return f
}

// finish fills in what follows from the code. A status of 0 means the one of the table.
func finish(p wire.Problem, status int, cause error) *failure {
	info := infoOf(activation.Code(p.Code))
	p.Code, p.Title, p.Status = wire.Code(info.code), info.title, info.status
	p.Type = "urn:segue:problem:" + string(info.code)
	if status != 0 {
		p.Status = status
	}
	return &failure{Problem: p, cause: cause}
}

// writeProblem answers with a problem outside huma.
func writeProblem(w http.ResponseWriter, f *failure) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(f.Problem)
}

// tellProblems is a huma.Transformer: it turns huma's own errors (validation) into problems. Values that were refused
// are not repeated: one of them may be a key.
func tellProblems(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := wire.Problem{Code: wire.Code(codeOf(m.Status)), Detail: m.Detail, RequestID: requestID(ctx.Context())}
	for _, d := range m.Errors {
		p.Errors = append(p.Errors, wire.FieldError{Field: strings.TrimPrefix(d.Location, "body."), Message: withoutValue(d)})
	}
	if len(p.Errors) > 0 {
		p.Field = p.Errors[0].Field
		p.Detail = p.Errors[0].Message
	}
	if len(p.Errors) == 1 {
		p.Errors = nil
	}
	return finish(p, m.Status, nil), nil
}

// withoutValue is the message of a refused input. Parsers quote what they read; their words are replaced.
func withoutValue(d *huma.ErrorDetail) string {
	for _, quoting := range []string{"invalid character", "cannot unmarshal", "unexpected end of JSON", "strconv", "parsing"} {
		if strings.Contains(d.Message, quoting) {
			if d.Location == "" || d.Location == "body" {
				return "the body is not valid JSON of the expected shape"
			}
			return "is not of the expected type"
		}
	}
	return d.Message
}
