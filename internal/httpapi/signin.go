package httpapi

import (
	"context"
	"net/http"
	"time"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

func (a *api) signInOperations() {
	const tag = "people"
	failures := []activation.Code{activation.CodeUnauthenticated, activation.CodeNeedsCode, activation.CodeTooMany, activation.CodeCorrupt}
	register(a, endpoint{
		id: "get-setup", method: http.MethodGet, path: "/setup", tag: tag, summary: "Say whether the first administrator is to be made",
		description: "Asks for no sign-in.",
	}, a.getSetup)
	register(a, endpoint{
		id: "set-up", method: http.MethodPost, path: "/setup", tag: tag, status: http.StatusCreated, summary: "Make the first administrator",
		description: "Takes the secret of the one-time link that the server printed when it was started without an administrator, and signs the administrator in.",
		errors:      []activation.Code{activation.CodeConflict},
	}, a.setUp)
	register(a, endpoint{
		id: "sign-in", method: http.MethodPost, path: "/session", tag: tag, status: http.StatusCreated, summary: "Sign in",
		description: "Signs somebody in by password, and one-time code where they have one; the session is a cookie. Every failure has the same answer. " +
			"After many failures the answer is too_many, with Retry-After.", errors: failures,
	}, a.signIn)
	register(a, endpoint{
		id: "get-me", method: http.MethodGet, path: "/session", tag: tag, summary: "Say who is signed in",
		description: "Who is signed in at this browser, and with what role.",
	}, a.getMe)
	register(a, endpoint{
		id: "sign-out", method: http.MethodDelete, path: "/session", tag: tag, summary: "Sign out", description: "Ends the session of this browser.",
	}, a.signOut)
	register(a, endpoint{
		id: "prove-again", method: http.MethodPost, path: "/session/proof", tag: tag, summary: "Prove again who you are",
		description: "Some operations ask for a fresh proof (proof_needed); after this they do not for five minutes. Who signs in by single sign-on uses prove-by-sso.",
		errors:      []activation.Code{activation.CodeNotProved, activation.CodeNeedsCode, activation.CodeTooMany},
	}, a.prove)
}

// browser is what a sign-in needs of the request itself.
type browser struct {
	from, agent, device string
	// session and signOn are the secrets of the cookies of the session and of a single sign-on under way.
	session, signOn string
	// host is what the browser asked for; the guard has looked at it.
	host   string
	secure bool
}

type browserKey struct{}

func browserFrom(cfg Config, r *http.Request) browser {
	return browser{from: cfg.from(r), agent: r.UserAgent(), device: cfg.cookie(r, deviceCookie), secure: cfg.secure(r), session: cfg.cookie(r, sessionCookie), signOn: cfg.cookie(r, signOnCookie), host: r.Host}
}

func browserOf(ctx context.Context) browser {
	b, _ := ctx.Value(browserKey{}).(browser)
	return b
}

// signedIn is the answer to a sign-in: who it is, and the cookies.
type signedIn struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      wire.Me
}

// deviceAge is how long a browser is remembered, in seconds.
const deviceAge = 90 * 24 * 60 * 60

func (a *api) begun(ctx context.Context, in access.SignedIn) *signedIn {
	secure := browserOf(ctx).secure
	return &signedIn{
		SetCookie: []string{
			newCookie(sessionCookie, in.Secret, secure, int(in.Session.EndsAt.Sub(in.Session.CreatedAt)/time.Second)).String(),
			newCookie(deviceCookie, in.Device, secure, deviceAge).String(),
		},
		Body: a.me(in.Person, in.Session),
	}
}

func (a *api) me(p activation.Person, s activation.Session) wire.Me {
	return wire.Me{Person: wire.FromPerson(p), Session: wire.FromSession(s, s.ID), ProvedTo: a.cfg.Services.Access.ProvedUntil(s)}
}

func (a *api) getSetup(ctx context.Context, _ *nothing) (*body[wire.Setup], error) {
	needed, err := a.cfg.Services.Access.Setup(ctx)
	if err != nil {
		return nil, err
	}
	return answer(wire.Setup{Needed: needed}), nil
}

func (a *api) setUp(ctx context.Context, in *input[wire.SetupInput]) (*signedIn, error) {
	n := access.NewPerson{Name: in.Body.Name, Email: in.Body.Email, Password: in.Body.Password}
	if _, err := a.cfg.Services.Access.CreateFirst(ctx, in.Body.Secret, n); err != nil {
		return nil, err
	}
	return a.signIn(ctx, &input[wire.SignIn]{Body: wire.SignIn{Email: in.Body.Email, Password: in.Body.Password}})
}

func (a *api) signIn(ctx context.Context, in *input[wire.SignIn]) (*signedIn, error) {
	b := browserOf(ctx)
	out, err := a.cfg.Services.Access.SignIn(ctx, access.SignIn{
		Email: in.Body.Email, Password: in.Body.Password, Code: in.Body.Code, From: b.from, Agent: b.agent, Device: b.device,
	})
	if err != nil {
		return nil, err
	}
	return a.begun(ctx, out), nil
}

func (a *api) getMe(ctx context.Context, _ *nothing) (*body[wire.Me], error) {
	c := callerOf(ctx)
	return answer(a.me(c.Person, c.Session)), nil
}

// signedOut is the answer to a sign-out: the browser forgets the session.
type signedOut struct {
	SetCookie string `header:"Set-Cookie"`
}

func (a *api) signOut(ctx context.Context, _ *nothing) (*signedOut, error) {
	if err := a.cfg.Services.Access.SignOut(ctx, callerOf(ctx).Session); err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: newCookie(sessionCookie, "", browserOf(ctx).secure, -1).String()}, nil
}

func (a *api) prove(ctx context.Context, in *input[wire.Proof]) (*body[wire.Me], error) {
	c := callerOf(ctx)
	s, err := a.cfg.Services.Access.Prove(ctx, c.Person, c.Session, in.Body.Password, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return answer(a.me(c.Person, s)), nil
}
