package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/activation"
)

// principal is who calls.
type principal struct {
	// Name is how records name the caller.
	Name string
}

type principalKey struct{}

// caller returns the name of who called, for records.
func caller(ctx context.Context) string {
	p, _ := ctx.Value(principalKey{}).(principal)
	return p.Name
}

// authorize is the one place that decides whether an operation may be called. It runs before any input is read.
func (a *api) authorize(ctx huma.Context, next func(huma.Context)) {
	if public, _ := ctx.Operation().Metadata[publicKey].(bool); public {
		next(ctx)
		return
	}
	p, err := a.authenticate(ctx.Header("Authorization"))
	if err != nil {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("WWW-Authenticate", `Bearer realm="segue"`)
		writeProblem(w, problem(ctx.Context(), err))
		return
	}
	next(huma.WithValue(ctx, principalKey{}, p))
}

// authenticate says whose token it is. Hashes are compared, so that the time tells neither length nor content.
func (a *api) authenticate(header string) (principal, error) {
	remedy := "Send 'Authorization: Bearer <token>' with the token in the file 'token' of the server's data folder"
	scheme, token, _ := strings.Cut(header, " ")
	if header == "" || !strings.EqualFold(scheme, "Bearer") {
		return principal{}, activation.Errorf(activation.CodeUnauthenticated, "the bearer token is missing").WithRemedy(remedy)
	}
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(a.cfg.Token))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return principal{}, activation.Errorf(activation.CodeUnauthenticated, "the bearer token is not valid").WithRemedy(remedy)
	}
	return principal{Name: "API token"}, nil
}
