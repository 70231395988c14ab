package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

// endpoint describes an operation. Its errors are those of its own; those that any request can meet are added.
type endpoint struct {
	// id is the stable operation id, kebab-case; path is below Prefix.
	id, method, path     string
	tag                  string
	summary, description string
	// status is that of success. Defaults to 200, or 204 without a body.
	status int
	errors []activation.Code
	// maxBody is the most bytes of a JSON body. Defaults to 1 MiB.
	maxBody int64
	// reads says that the operation changes nothing though it is no GET: it leaves no entry in the audit log.
	reads bool
	// change gives the operation the last word over what is documented.
	change func(*huma.Operation)
}

// register adds an operation whose errors become problems. One without a rule in the table of rights is a defect.
func register[I, O any](a *api, e endpoint, h func(context.Context, *I) (*O, error)) {
	right, known := access.RightOf(e.id)
	if !known {
		panic("httpapi: the operation " + e.id + " has no rule in package access")
	}
	public := right == access.RightSignIn
	op := huma.Operation{
		OperationID: e.id, Method: e.method, Path: Prefix + e.path, Tags: []string{e.tag}, Summary: e.summary,
		Description: e.description, DefaultStatus: e.status, MaxBodyBytes: e.maxBody, Metadata: map[string]any{readsKey: e.reads},
		Security: []map[string][]string{{"token": {}}, {"session": {}}}, Responses: map[string]*huma.Response{}, RejectUnknownQueryParameters: true,
	}
	if public {
		op.Security = []map[string][]string{}
	}
	a.documentErrors(&op, e, public)
	if _, hasBody := reflect.TypeFor[I]().FieldByName("Body"); hasBody {
		for _, status := range []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType} {
			op.Responses[strconv.Itoa(status)] = a.problemResponse(fmt.Sprintf("%s: %s", http.StatusText(status), codeOf(status)))
		}
	}
	if e.change != nil {
		e.change(&op)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := audited(ctx, a, e, func(ctx context.Context) (*O, error) { return h(ctx, in) })
		if err != nil {
			f := problem(ctx, err)
			if f.Status >= http.StatusInternalServerError {
				a.cfg.Log.ErrorContext(ctx, "request failed", "operation", e.id, "request", requestID(ctx), "code", f.Code, "error", masked(err))
			}
			if f.retryAfter > 0 {
				return nil, huma.ErrorWithHeaders(f, http.Header{"Retry-After": {strconv.Itoa(int((f.retryAfter + time.Second - 1) / time.Second))}})
			}
			return nil, f
		}
		return out, nil
	})
}

// documentErrors lists the statuses that an operation can answer with, and the codes behind each.
func (a *api) documentErrors(op *huma.Operation, e endpoint, public bool) {
	all := append([]activation.Code{
		activation.CodeForbidden, activation.CodeInternal, activation.CodeCorrupt, activation.CodeUnavailable, activation.CodeLocked,
	}, e.errors...)
	if e.method != http.MethodGet {
		all = append(all, activation.CodeStorageFull)
	}
	if !public {
		all = append(all, activation.CodeUnauthenticated, activation.CodeInvalid)
	}
	by := map[int][]string{}
	for _, c := range all {
		s := infoOf(c).status
		if !slices.Contains(by[s], string(c)) {
			by[s] = append(by[s], string(c))
		}
	}
	for status, names := range by {
		slices.Sort(names)
		op.Responses[strconv.Itoa(status)] = a.problemResponse(fmt.Sprintf("%s: %s", http.StatusText(status), strings.Join(names, ", ")))
	}
}

func (a *api) problemResponse(description string) *huma.Response {
	return &huma.Response{
		Description: description,
		Content: map[string]*huma.MediaType{
			problemType: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.Problem](), true, "Problem")},
		},
	}
}

// body is the output of an operation that answers with JSON.
type body[T any] struct{ Body T }

// answer wraps a JSON answer.
func answer[T any](v T) *body[T] { return &body[T]{Body: v} }

// made is the output of an operation that makes something: the answer and where it is from now on.
type made[T any] struct {
	Location string `header:"Location" doc:"Where it is"`
	Body     T
}

// nothing is an input or output without content.
type nothing struct{}

// Inputs that are embedded have exported names, else huma does not see them.

// ByID is the input of an operation on one thing.
type ByID struct {
	ID string `path:"id" maxLength:"200" doc:"The id"`
}

// change is the input of an operation that changes one thing.
type change[T any] struct {
	ByID
	Body T
}

// input is the input of an operation with a JSON body.
type input[T any] struct{ Body T }

// Page is the part of an input that chooses a page.
type Page struct {
	After string `query:"after" maxLength:"1000" doc:"The cursor of an earlier page"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many items at most"`
}

// Named is the input of a listing of things with names.
type Named struct {
	Page
	Name string `query:"name" maxLength:"480" doc:"Only the one with this name, compared without regard to case"`
}

// listOf is the output of a listing.
func listOf[A, B any](items []A, next string, convert func(A) B) *body[wire.List[B]] {
	return answer(wire.NewList(items, next, convert))
}

// badCursor is the error of a cursor that no page handed out.
func badCursor() error {
	return activation.Errorf(activation.CodeInvalid, "is no cursor of this listing").WithField("after").
		WithRemedy("Use next_cursor of an earlier answer")
}
