package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

// meOperations are those that somebody who is signed in does for themself.
func (a *api) meOperations() {
	const tag = "people"
	proof := []activation.Code{activation.CodeNotProved}
	register(a, endpoint{
		id: "change-password", method: http.MethodPut, path: "/me/password", tag: tag, summary: "Change one's own password",
		description: "Sets a new password and ends every other session of one's own. Asks for a fresh proof.", errors: append(proof, activation.CodeConflict),
	}, a.changePassword)
	register(a, endpoint{
		id: "list-sessions", method: http.MethodGet, path: "/me/sessions", tag: tag, summary: "List where one is signed in", description: "One's own sessions by age.",
	}, a.listSessions)
	register(a, endpoint{
		id: "end-session", method: http.MethodDelete, path: "/me/sessions/{id}", tag: tag, summary: "End a session", description: "Ends one of one's own sessions.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.endSession)
	register(a, endpoint{
		id: "new-codes", method: http.MethodPost, path: "/me/codes", tag: tag, reads: true, summary: "Make the secret of one-time codes",
		description: "Makes a secret for an authenticator. Nothing is switched on before it is confirmed. Asks for a fresh proof.", errors: proof,
	}, a.newCodes)
	register(a, endpoint{
		id: "confirm-codes", method: http.MethodPut, path: "/me/codes", tag: tag, summary: "Switch one-time codes on",
		description: "Switches them on once a code shows that the authenticator has the secret. Asks for a fresh proof.", errors: append(proof, activation.CodeConflict),
	}, a.confirmCodes)
	register(a, endpoint{
		id: "remove-codes", method: http.MethodDelete, path: "/me/codes", tag: tag, summary: "Switch one-time codes off",
		description: "Asks for a fresh proof.", errors: append(proof, activation.CodeConflict),
	}, a.removeCodes)
	register(a, endpoint{
		id: "list-tokens", method: http.MethodGet, path: "/me/tokens", tag: tag, summary: "List one's tokens", description: "The tokens of one's own programs by age.",
	}, a.listTokens)
	register(a, endpoint{
		id: "create-token", method: http.MethodPost, path: "/me/tokens", tag: tag, status: http.StatusCreated, summary: "Make a token",
		description: "Makes a token for programs; it is shown once and does never more than oneself may. Asks for a fresh proof.", errors: append(proof, activation.CodeConflict),
	}, a.createToken)
	register(a, endpoint{
		id: "delete-token", method: http.MethodDelete, path: "/me/tokens/{id}", tag: tag, summary: "Delete a token", description: "It is no longer valid.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.deleteToken)
}

// proved returns who is signed in, if they proved lately who they are.
func (a *api) proved(ctx context.Context) (activation.Person, activation.Session, error) {
	c := callerOf(ctx)
	return c.Person, c.Session, a.cfg.Services.Access.Proved(c.Session)
}

func (a *api) changePassword(ctx context.Context, in *input[wire.NewPassword]) (*nothing, error) {
	_, s, err := a.proved(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Services.Access.ChangePassword(ctx, s, in.Body.Password)
}

func (a *api) listSessions(ctx context.Context, _ *nothing) (*body[wire.List[wire.Session]], error) {
	c := callerOf(ctx)
	list, err := a.cfg.Services.Access.Sessions(ctx, c.Person.ID)
	if err != nil {
		return nil, err
	}
	return listOf(list, "", func(s activation.Session) wire.Session { return wire.FromSession(s, c.Session.ID) }), nil
}

func (a *api) endSession(ctx context.Context, in *ByID) (*nothing, error) {
	return nil, a.cfg.Services.Access.EndSession(ctx, callerOf(ctx).Person.ID, activation.SessionID(in.ID))
}

func (a *api) newCodes(ctx context.Context, _ *nothing) (*body[wire.OneTimeCodes], error) {
	p, _, err := a.proved(ctx)
	if err != nil {
		return nil, err
	}
	secret, link, err := a.cfg.Services.Access.NewCodes(p)
	if err != nil {
		return nil, err
	}
	return answer(wire.OneTimeCodes{Secret: secret, Link: link}), nil
}

func (a *api) confirmCodes(ctx context.Context, in *input[wire.OneTimeCodesInput]) (*nothing, error) {
	p, _, err := a.proved(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Services.Access.ConfirmCodes(ctx, p.ID, in.Body.Secret, in.Body.Code)
}

func (a *api) removeCodes(ctx context.Context, _ *nothing) (*nothing, error) {
	p, _, err := a.proved(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Services.Access.RemoveCodes(ctx, p.ID)
}

func (a *api) listTokens(ctx context.Context, _ *nothing) (*body[wire.List[wire.Token]], error) {
	list, err := a.cfg.Services.Access.Tokens(ctx, callerOf(ctx).Person.ID)
	if err != nil {
		return nil, err
	}
	return listOf(list, "", wire.FromToken), nil
}

func (a *api) createToken(ctx context.Context, in *input[wire.TokenInput]) (*body[wire.NewToken], error) {
	p, _, err := a.proved(ctx)
	if err != nil {
		return nil, err
	}
	t, text, err := a.cfg.Services.Access.CreateToken(ctx, p, in.Body.Name, activation.Role(in.Body.Role), in.Body.ExpiresAt)
	if err != nil {
		return nil, err
	}
	return answer(wire.NewToken{Token: wire.FromToken(t), Secret: text}), nil
}

func (a *api) deleteToken(ctx context.Context, in *ByID) (*nothing, error) {
	return nil, a.cfg.Services.Access.DeleteToken(ctx, callerOf(ctx).Person.ID, activation.TokenID(in.ID))
}
