// Package oidc speaks OpenID Connect with a single sign-on provider: discovery, the authorization code flow with PKCE,
// and checked ID tokens. It knows no people and no roles, and decides nobody's rights.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	oidclib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"segue/internal/activation"
)

// Config says which provider it is. Issuer, ClientID and Clock are required.
type Config struct {
	// Issuer is the address of the provider, exactly as its discovery document and its ID tokens name it.
	Issuer string
	// ClientID and ClientSecret are what the provider knows Segue by.
	ClientID, ClientSecret string
	// Scopes are those asked for besides openid. Defaults to profile and email.
	Scopes []string
	// GroupsClaim is the claim that holds groups; dots lead into objects. Defaults to groups.
	GroupsClaim string
	Clock       func() time.Time
	// HTTP makes the requests. Defaults to a client that waits 10 s at most.
	HTTP *http.Client
}

// Provider is a single sign-on provider. It is safe for concurrent use.
type Provider struct {
	cfg Config

	mu    sync.Mutex
	found *oidclib.Provider
	style oauth2.AuthStyle
}

// New checks the configuration. It makes no request: a provider that is down keeps no server from starting.
func New(cfg Config) (*Provider, error) {
	u, err := url.Parse(cfg.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "is no address of a single sign-on provider").WithField("sso-issuer").
			WithRemedy("Give the issuer as the provider's documentation names it, such as https://id.example.com/realms/main")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !activation.OnThisMachine(u.Hostname())) {
		return nil, activation.Errorf(activation.CodeInvalid, "must begin with https://, but for a provider on this machine").WithField("sso-issuer")
	}
	if cfg.ClientID == "" {
		return nil, activation.Errorf(activation.CodeInvalid, "the client id is missing").WithField("sso-client-id").
			WithRemedy("Register Segue at the provider and give the client id that it shows")
	}
	if cfg.Clock == nil {
		return nil, fmt.Errorf("oidc: the configuration is incomplete")
	}
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = []string{"profile", "email"}
	}
	if cfg.GroupsClaim == "" {
		cfg.GroupsClaim = "groups"
	}
	if cfg.HTTP == nil {
		t := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second}
		cfg.HTTP = &http.Client{Timeout: 10 * time.Second, Transport: t}
	}
	return &Provider{cfg: cfg}, nil
}

// Issuer is the provider's address.
func (p *Provider) Issuer() string { return p.cfg.Issuer }

// discovered reads what the provider says of itself, once it answers.
func (p *Provider) discovered(ctx context.Context) (*oidclib.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidclib.NewProvider(oidclib.ClientContext(ctx, p.cfg.HTTP), p.cfg.Issuer)
	if err != nil {
		return nil, discoveryFailed(err)
	}
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return nil, discoveryFailed(err)
	}
	p.style = oauth2.AuthStyleInHeader
	if slices.Contains(says.Methods, "client_secret_post") && !slices.Contains(says.Methods, "client_secret_basic") {
		p.style = oauth2.AuthStyleInParams
	}
	p.found = found
	return found, nil
}

func discoveryFailed(err error) error {
	e := activation.Errorf(activation.CodeUnavailable, "the single sign-on provider does not answer as one").
		WithRemedy("Try again later; if it stays, check --sso-issuer: its /.well-known/openid-configuration must be reachable from the server")
	if network := (net.Error)(nil); errors.As(err, &network) {
		e = activation.Errorf(activation.CodeUnavailable, "the single sign-on provider does not answer").
			WithRemedy("Try again later; if it stays, check that the server reaches the address of --sso-issuer")
	}
	if strings.Contains(err.Error(), "did not match the issuer") {
		e = activation.Errorf(activation.CodeNotReady, "the single sign-on provider names another issuer than the configured one").
			WithRemedy("Give --sso-issuer exactly as the provider's /.well-known/openid-configuration has it, a slash at the end included")
	}
	e.Err = err
	return e
}

func (p *Provider) config(found *oidclib.Provider, redirect string) *oauth2.Config {
	endpoint := found.Endpoint()
	endpoint.AuthStyle = p.style
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint, RedirectURL: redirect,
		Scopes: append([]string{oidclib.ScopeOpenID}, p.cfg.Scopes...),
	}
}

// Begin returns where to send the browser.
func (p *Provider) Begin(ctx context.Context, r activation.SignOnRequest) (string, error) {
	found, err := p.discovered(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidclib.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)}
	if r.Fresh {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return p.config(found, r.Redirect).AuthCodeURL(r.State, options...), nil
}

// Finish exchanges the code that the browser brought back and returns who it is.
func (p *Provider) Finish(ctx context.Context, r activation.SignOnRequest, code string) (activation.Identity, error) {
	found, err := p.discovered(ctx)
	if err != nil {
		return activation.Identity{}, err
	}
	ctx = oidclib.ClientContext(ctx, p.cfg.HTTP)
	token, err := p.config(found, r.Redirect).Exchange(ctx, code, oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return activation.Identity{}, exchangeFailed(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return activation.Identity{}, activation.Errorf(activation.CodeNotReady, "the single sign-on provider sent no ID token").
			WithRemedy("Register Segue at the provider as a client of OpenID Connect, with the scope openid")
	}
	checked, err := found.Verifier(&oidclib.Config{ClientID: p.cfg.ClientID, Now: p.cfg.Clock}).Verify(ctx, raw)
	if err != nil {
		return activation.Identity{}, tokenRefused(err)
	}
	if subtle.ConstantTimeCompare([]byte(checked.Nonce), []byte(r.Nonce)) != 1 {
		return activation.Identity{}, tokenRefused(errors.New("the nonce is another one"))
	}
	claims := map[string]any{}
	if err := checked.Claims(&claims); err != nil {
		return activation.Identity{}, tokenRefused(err)
	}
	if err := p.complete(ctx, found, token, checked.Subject, claims); err != nil {
		return activation.Identity{}, err
	}
	return p.identity(checked, claims), nil
}

// complete adds what the ID token does not tell and the provider's userinfo does; what the token tells stays.
func (p *Provider) complete(ctx context.Context, found *oidclib.Provider, token *oauth2.Token, subject string, claims map[string]any) error {
	_, groups := claim(claims, p.cfg.GroupsClaim)
	if (groups && text(claims, "email") != "") || found.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return unavailable("the single sign-on provider does not tell more about you", err)
	}
	if info.Subject != subject {
		return tokenRefused(errors.New("userinfo is of somebody else"))
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return unavailable("the single sign-on provider does not tell more about you", err)
	}
	for name, v := range more {
		if _, known := claims[name]; !known {
			claims[name] = v
		}
	}
	return nil
}

func (p *Provider) identity(checked *oidclib.IDToken, claims map[string]any) activation.Identity {
	id := activation.Identity{Issuer: checked.Issuer, Subject: checked.Subject, Email: text(claims, "email")}
	for _, name := range []string{"name", "preferred_username", "email"} {
		if id.Name == "" {
			id.Name = strings.TrimSpace(text(claims, name))
		}
	}
	switch v := claims["email_verified"].(type) {
	case bool:
		id.Unverified = !v
	case string:
		id.Unverified = v != "true"
	}
	if at, ok := claims["auth_time"].(float64); ok && at > 0 {
		id.AuthTime = time.Unix(int64(at), 0).UTC()
	}
	switch v, _ := claim(claims, p.cfg.GroupsClaim); v := v.(type) {
	case string:
		id.Groups = []string{v}
	case []any:
		for _, g := range v {
			if s, ok := g.(string); ok {
				id.Groups = append(id.Groups, s)
			}
		}
	}
	return id
}

// claim finds a claim by its name, or else by a path of names with dots between.
func claim(claims map[string]any, name string) (any, bool) {
	if v, ok := claims[name]; ok {
		return v, true
	}
	head, rest, more := strings.Cut(name, ".")
	if inner, ok := claims[head].(map[string]any); ok && more {
		return claim(inner, rest)
	}
	return nil, false
}

func text(claims map[string]any, name string) string {
	s, _ := claims[name].(string)
	return s
}

func unavailable(what string, err error) error {
	e := activation.Errorf(activation.CodeUnavailable, "%s", what).WithRemedy("Try again later")
	e.Err = err
	return e
}

// plainCode is an error code of OAuth; anything else may be anything.
var plainCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

// Refused is the error of an answer in which the provider names a code of OAuth instead of sending one.
func Refused(code string) error {
	if !plainCode.MatchString(code) {
		code = "unknown"
	}
	return activation.Errorf(activation.CodeForbidden, "the single sign-on provider refused the sign-in (%s)", code).
		WithRemedy("Sign in again; if it stays, ask whoever looks after the provider whether you may use Segue")
}

// Refused implements what package access asks of a provider.
func (p *Provider) Refused(code string) error { return Refused(code) }

func exchangeFailed(err error) error {
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) || (r.Response != nil && r.Response.StatusCode >= 500) {
		return unavailable("the single sign-on provider does not answer", err)
	}
	switch r.ErrorCode {
	case "invalid_grant":
		e := activation.Errorf(activation.CodeUnauthenticated, "the sign-in at the provider is not valid any more, or was used already").WithRemedy("Sign in again")
		e.Err = err
		return e
	case "invalid_client", "unauthorized_client":
		e := activation.Errorf(activation.CodeNotReady, "the single sign-on provider refuses Segue itself (%s)", r.ErrorCode).
			WithRemedy("Compare --sso-client-id and the client secret with what the provider has")
		e.Err = err
		return e
	}
	return Refused(r.ErrorCode)
}

// tokenRefused tells why an ID token is not believed. A token that is out of date a moment after it was made is a clock
// that is wrong.
func tokenRefused(err error) error {
	e := activation.Errorf(activation.CodeUnauthenticated, "the ID token of the single sign-on provider is not valid").
		WithRemedy("Sign in again; if it stays, compare --sso-issuer and --sso-client-id with what the provider has")
	if expired := (*oidclib.TokenExpiredError)(nil); errors.As(err, &expired) || strings.Contains(err.Error(), "nbf") {
		e = activation.Errorf(activation.CodeNotReady, "the ID token of the single sign-on provider is out of date: the clocks differ").
			WithRemedy("Set the clocks of the server and of the provider")
	}
	e.Err = err
	return e
}
