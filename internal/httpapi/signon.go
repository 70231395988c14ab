package httpapi

import (
	"context"
	"net/http"
	"time"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

// signOnPage is the page that the provider sends browsers back to.
const signOnPage = "/sso/callback"

func (a *api) signOnOperations() {
	const tag = "people"
	register(a, endpoint{
		id: "get-sso", method: http.MethodGet, path: "/sso", tag: tag, summary: "Say whether there is single sign-on", description: "Asks for no sign-in.",
	}, a.getSignOn)
	register(a, endpoint{
		id: "start-sso", method: http.MethodPost, path: "/sso/start", tag: tag, reads: true, summary: "Begin to sign in by single sign-on",
		description: "Answers with where the browser goes; the provider sends it back to " + signOnPage + ". The cookie binds the sign-in to the browser.",
		errors:      []activation.Code{activation.CodeNotReady, activation.CodeUnavailable},
	}, a.startSignOn)
	register(a, endpoint{
		id: "finish-sso", method: http.MethodPost, path: "/sso/finish", tag: tag, summary: "Come back from single sign-on",
		description: "Takes what the provider sent along, once: signs in, or notes the proof that prove-by-sso asked for. The role is that of the person's groups. " +
			"Whoever is in no group with a role is refused, and so is whose address is somebody's who was not linked by an administrator.",
		errors: []activation.Code{activation.CodeUnauthenticated, activation.CodeNotReady, activation.CodeConflict, activation.CodeNotProved, activation.CodeUnavailable},
	}, a.finishSignOn)
	register(a, endpoint{
		id: "prove-by-sso", method: http.MethodPost, path: "/session/sso-proof", tag: tag, reads: true, summary: "Begin to prove again who you are by single sign-on",
		description: "As start-sso, but the provider is asked to let the person sign in anew (prompt=login, max_age=0). After finish-sso, in this session, nothing asks for a proof for five minutes.",
		errors:      []activation.Code{activation.CodeNotReady, activation.CodeConflict, activation.CodeUnavailable},
	}, a.proveBySignOn)
}

// signOnBegun is the answer to the beginning of a single sign-on.
type signOnBegun struct {
	SetCookie string `header:"Set-Cookie"`
	Body      wire.SignOnStart
}

func (a *api) getSignOn(_ context.Context, _ *nothing) (*body[wire.SignOn], error) {
	name := a.cfg.Services.Access.SignOnName()
	return answer(wire.SignOn{Enabled: name != "", Name: name}), nil
}

func (a *api) startSignOn(ctx context.Context, _ *nothing) (*signOnBegun, error) {
	return a.toProvider(ctx, "")
}

func (a *api) proveBySignOn(ctx context.Context, _ *nothing) (*signOnBegun, error) {
	c := callerOf(ctx)
	if a.cfg.Services.Access.SignOnName() != "" && c.Person.Issuer == "" {
		return nil, activation.Errorf(activation.CodeConflict, "you are not linked with single sign-on").WithRemedy("Confirm with your password")
	}
	return a.toProvider(ctx, c.Session.ID)
}

// toProvider sends the browser to the provider, which sends it back to where it is now.
func (a *api) toProvider(ctx context.Context, session activation.SessionID) (*signOnBegun, error) {
	b := browserOf(ctx)
	scheme := "http://"
	if b.secure {
		scheme = "https://"
	}
	url, secret, err := a.cfg.Services.Access.StartSignOn(ctx, scheme+b.host+signOnPage, session)
	if err != nil {
		return nil, err
	}
	return &signOnBegun{SetCookie: newCookie(signOnCookie, secret, b.secure, int(access.SignOnLife/time.Second)).String(), Body: wire.SignOnStart{URL: url}}, nil
}

func (a *api) finishSignOn(ctx context.Context, in *input[wire.SignOnBack]) (*signedIn, error) {
	b := browserOf(ctx)
	done, err := a.cfg.Services.Access.FinishSignOn(ctx, access.SignOnBack{
		State: in.Body.State, Code: in.Body.Code, Refused: in.Body.Error, Browser: b.signOn, Session: b.session, From: b.from, Agent: b.agent, Device: b.device,
	})
	if err != nil {
		return nil, err
	}
	out := &signedIn{Body: a.me(done.Person, done.Session)}
	if done.Secret != "" {
		out = a.begun(ctx, done)
	}
	out.SetCookie = append(out.SetCookie, newCookie(signOnCookie, "", b.secure, -1).String())
	return out, nil
}
