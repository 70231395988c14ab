package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/store"
)

type callerKey struct{}

// callerOf returns who calls; the zero Caller has no rights.
func callerOf(ctx context.Context) access.Caller {
	c, _ := ctx.Value(callerKey{}).(access.Caller)
	return c
}

// caller returns the name of who called, for records.
func caller(ctx context.Context) string { return callerOf(ctx).Actor.Name }

// authorize is the one place that decides whether an operation may be called. It runs before any input is read: who
// calls, whether their role has the right that the operation asks for (access.RightOf), and whether what the path names
// hangs on a connection that they may use.
func (a *api) authorize(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	operation := ctx.Operation().OperationID
	right, known := access.RightOf(operation)
	if !known { // cannot be: register refuses it
		writeProblem(w, problem(ctx.Context(), activation.Errorf(activation.CodeInternal, "the operation %s has no rule", operation)))
		return
	}
	c := access.Caller{Actor: activation.Actor{Kind: activation.ActorNobody, Name: "nobody", From: a.cfg.from(r)}}
	if operation == "finish-sso" { // whoever proves again who they are is signed in already
		if signedIn, err := a.authenticate(r); err == nil && signedIn.Session.ID != "" {
			c = signedIn
		}
	}
	if right != access.RightSignIn {
		var err error
		if c, err = a.authenticate(r); err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="segue"`)
			writeProblem(w, problem(ctx.Context(), err))
			return
		}
		if err = c.Check(right); err == nil {
			err = a.checkObject(ctx.Context(), c, right, ctx.Operation().Path, ctx.Param("id"))
		}
		if err != nil {
			a.denied(ctx.Context(), c, ctx.Operation(), err)
			writeProblem(w, problem(ctx.Context(), err))
			return
		}
	}
	next(huma.WithValue(ctx, callerKey{}, c))
}

// authenticate says who calls: by the machine's token, by a token of a person, or by the cookie of a session.
func (a *api) authenticate(r *http.Request) (access.Caller, error) {
	from := a.cfg.from(r)
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return access.Caller{}, activation.Errorf(activation.CodeUnauthenticated, "the authorization is no bearer token").
				WithRemedy("Send 'Authorization: Bearer <token>'")
		}
		return a.byToken(r.Context(), strings.TrimSpace(token), from)
	}
	secret := a.cfg.cookie(r, sessionCookie)
	if secret == "" {
		return access.Caller{}, activation.Errorf(activation.CodeUnauthenticated, "you are not signed in").
			WithRemedy("Sign in, or send 'Authorization: Bearer <token>' with a token of yours; on the server's machine the one in the file 'token' of the data folder")
	}
	p, session, err := a.cfg.Services.Access.Authenticate(r.Context(), secret)
	if err != nil {
		return access.Caller{}, err
	}
	return access.Caller{
		Actor: activation.Actor{Kind: activation.ActorPerson, Person: p.ID, Name: p.Name, From: from},
		Role:  p.Role, SeesPersons: p.SeesPersons, Session: session, Person: p,
	}, nil
}

// byToken says whose token it is. Whoever can read the data folder is an administrator: nothing in it is hidden from
// them. Hashes are compared, so that the time tells neither length nor content.
func (a *api) byToken(ctx context.Context, token, from string) (access.Caller, error) {
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(a.cfg.Token))
	if subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
		return access.Caller{
			Actor: activation.Actor{Kind: activation.ActorMachine, Name: "the server's machine", From: from}, Role: activation.RoleAdministrator,
		}, nil
	}
	p, t, err := a.cfg.Services.Access.AuthenticateToken(ctx, token)
	if err != nil {
		return access.Caller{}, err
	}
	return access.Caller{
		Actor: activation.Actor{Kind: activation.ActorToken, Person: p.ID, Name: p.Name, Token: t.ID, From: from},
		Role:  p.Role, SeesPersons: p.SeesPersons, Person: p,
	}, nil
}

// checkObject fails if what the path names hangs on a connection that the caller may not use. What is not there is
// left to the operation to tell.
func (a *api) checkObject(ctx context.Context, c access.Caller, right access.Right, path, id string) error {
	if id == "" || (right != access.RightChangeExport && right != access.RightUseConnection) {
		return nil
	}
	return a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		connection := activation.ConnectionID(id)
		switch {
		case strings.HasPrefix(path, Prefix+"/runs/{id}"):
			run, err := r.Run(ctx, activation.RunID(id))
			if err != nil {
				return ignoreMissing(err)
			}
			id = string(run.Export)
			fallthrough
		case strings.HasPrefix(path, Prefix+"/exports/{id}"):
			e, err := r.Export(ctx, activation.ExportID(id))
			if err != nil {
				return ignoreMissing(err)
			}
			connection = e.Connection
			if connection == "" { // detached: nobody shares it with contributors
				return c.CheckUse(activation.Connection{})
			}
		}
		k, err := r.Connection(ctx, connection)
		if err != nil {
			return ignoreMissing(err)
		}
		return c.CheckUse(k)
	})
}

// checkConnectionUse fails if the caller may not use the connection that a request's body names.
func (a *api) checkConnectionUse(ctx context.Context, id activation.ConnectionID) error {
	return a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		k, err := r.Connection(ctx, id)
		if err != nil {
			return ignoreMissing(err)
		}
		return callerOf(ctx).CheckUse(k)
	})
}

func ignoreMissing(err error) error {
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil
	}
	return err
}
