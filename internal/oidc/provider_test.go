package oidc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/oidc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// stage is a provider that answers as it is told.
type stage struct {
	*httptest.Server
	issuer string
	claims map[string]any
	info   map[string]any
	status int
	answer string
	key    *rsa.PrivateKey
}

func open(t *testing.T) *stage {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	s := &stage{status: 200, key: key}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.issuer = s.URL
	s.claims = map[string]any{
		"iss": s.URL, "sub": "ana", "aud": "segue", "nonce": "n", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"email": "ana@example.com", "name": " Ana ", "email_verified": false, "auth_time": now.Unix(), "roles": map[string]any{"of": []any{"a", 1, "b"}},
	}
	return s
}

// ServeHTTP implements http.Handler.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	say := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		say(map[string]any{
			"issuer": s.issuer, "authorization_endpoint": s.URL + "/auth", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
			"userinfo_endpoint": s.URL + "/info", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	case "/keys":
		say(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	case "/info":
		say(s.info)
	case "/token":
		if s.status != 200 {
			w.WriteHeader(s.status)
			_, _ = w.Write([]byte(s.answer))
			return
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: s.key, KeyID: "k"}}, nil)
		if err != nil {
			panic(err)
		}
		content, _ := json.Marshal(s.claims)
		signed, err := signer.Sign(content)
		if err != nil {
			panic(err)
		}
		token, _ := signed.CompactSerialize()
		say(map[string]any{"access_token": "t", "token_type": "Bearer", "id_token": token})
	}
}

func (s *stage) finish(t *testing.T) (activation.Identity, error) {
	t.Helper()
	p, err := oidc.New(oidc.Config{Issuer: s.URL, ClientID: "segue", ClientSecret: "made-up", GroupsClaim: "roles.of", Clock: func() time.Time { return now }})
	require.NoError(t, err)
	return p.Finish(t.Context(), activation.SignOnRequest{Redirect: "http://localhost/sso/callback", Nonce: "n", Verifier: "v"}, "code")
}

func TestWhoItIsIsReadFromTheIDTokenAndUserinfo(t *testing.T) {
	t.Parallel()
	s := open(t)
	id, err := s.finish(t)
	require.NoError(t, err)
	require.Equal(t, activation.Identity{
		Issuer: s.URL, Subject: "ana", Name: "Ana", Email: "ana@example.com", Unverified: true, Groups: []string{"a", "b"}, AuthTime: now,
	}, id)
	delete(s.claims, "roles")
	delete(s.claims, "auth_time")
	s.info = map[string]any{"sub": "ana", "roles": map[string]any{"of": "c"}, "email": "other@example.com"}
	id, err = s.finish(t)
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, id.Groups)
	require.Equal(t, "ana@example.com", id.Email, "what the token tells stays")
	require.True(t, id.AuthTime.IsZero())
	s.info["sub"] = "eve"
	_, err = s.finish(t)
	require.Equal(t, activation.CodeUnauthenticated, activation.CodeOf(err), "userinfo of somebody else")
}

func TestFailuresOfTheProviderSayWhatHelps(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		spoil func(*stage)
		code  activation.Code
		says  string
	}{
		"down":             {func(s *stage) { s.Close() }, activation.CodeUnavailable, "does not answer"},
		"another issuer":   {func(s *stage) { s.issuer += "/" }, activation.CodeNotReady, "slash at the end"},
		"token of another": {func(s *stage) { s.claims["iss"] = "https://id.example.com" }, activation.CodeUnauthenticated, "--sso-issuer"},
		"for another":      {func(s *stage) { s.claims["aud"] = "other" }, activation.CodeUnauthenticated, "--sso-client-id"},
		"another nonce":    {func(s *stage) { s.claims["nonce"] = "x" }, activation.CodeUnauthenticated, "not valid"},
		"no nonce":         {func(s *stage) { delete(s.claims, "nonce") }, activation.CodeUnauthenticated, "not valid"},
		"clock behind":     {func(s *stage) { s.claims["exp"] = now.Add(-time.Hour).Unix() }, activation.CodeNotReady, "clocks"},
		"clock ahead":      {func(s *stage) { s.claims["nbf"] = now.Add(time.Hour).Unix() }, activation.CodeNotReady, "clocks"},
		"code used":        {func(s *stage) { s.status, s.answer = 400, `{"error":"invalid_grant"}` }, activation.CodeUnauthenticated, "used already"},
		"wrong secret":     {func(s *stage) { s.status, s.answer = 401, `{"error":"invalid_client"}` }, activation.CodeNotReady, "client secret"},
		"nonsense":         {func(s *stage) { s.status, s.answer = 400, `{"error":"Ana <b>"}` }, activation.CodeForbidden, "(unknown)"},
		"broken":           {func(s *stage) { s.status = 502 }, activation.CodeUnavailable, "does not answer"},
		"another key": {func(s *stage) {
			other, err := rsa.GenerateKey(rand.Reader, 2048)
			require.NoError(t, err)
			signed := *s
			signed.key = other
			s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					signed.ServeHTTP(w, r)
					return
				}
				s.ServeHTTP(w, r)
			})
		}, activation.CodeUnauthenticated, "not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			x.spoil(s)
			_, err := s.finish(t)
			require.Equal(t, x.code, activation.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, x.says)
			require.NotContains(t, err.Error(), "made-up")
		})
	}
}

func TestAProviderIsReachedEncryptedOnly(t *testing.T) {
	t.Parallel()
	for issuer, good := range map[string]bool{
		"https://id.example.com": true, "http://127.0.0.1:5556/dex": true, "http://localhost:5556": true, "http://id.example.com": false,
		"http://127.0.0.1.example.com": false, "": false, "id.example.com": false, "https://id.example.com?x=1": false,
	} {
		_, err := oidc.New(oidc.Config{Issuer: issuer, ClientID: "segue", Clock: time.Now})
		require.Equal(t, good, err == nil, "%s: %v", issuer, err)
	}
}
