package sso

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// stage is a server and a provider that know each other.
type stage struct {
	t        *testing.T
	server   *rig.Server
	provider *rig.Provider
}

func newStage(t *testing.T) *stage {
	t.Helper()
	provider := rig.NewProvider(t)
	return &stage{t: t, provider: provider, server: rig.StartServer(t, filepath.Join(t.TempDir(), "data"), nil, provider.Args()...)}
}

// start starts the provider.
func (s *stage) start() { s.provider.Start(s.t, s.server.URL) }

// tells says what the provider tells of whom.
func (s *stage) tells(subject, authTime string, groups ...string) {
	s.t.Helper()
	s.provider.Tells(s.t, subject, authTime, groups...)
}

// browser is somebody's browser.
type browser struct {
	*stage
	*rig.Browser
}

func (s *stage) browser() *browser {
	return &browser{s, rig.NewBrowser(s.t, s.server.URL)}
}

// refused makes a call that must be refused with the code, and returns what the answer advises.
func (b *browser) refused(code, method, path string, body any) string {
	b.t.Helper()
	_, out := b.Call(method, path, body)
	require.Equal(b.t, code, out["code"], "%v", out)
	remedy, _ := out["remedy"].(string)
	return remedy
}

// atProvider signs in at the provider and returns what the browser is to bring back.
func (b *browser) atProvider(address, name string) rig.Object {
	b.t.Helper()
	var back *url.URL
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	there := &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if "http://"+r.URL.Host == b.server.URL {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := there.Get(address)
	require.NoError(b.t, err)
	require.NoError(b.t, resp.Body.Close())
	require.Equal(b.t, http.StatusOK, resp.StatusCode)
	form := url.Values{"id": {resp.Request.URL.Query().Get("authRequestID")}, "username": {name}, "password": {rig.ProviderPassword}}
	resp, err = there.PostForm("http://"+b.provider.Address+"/login/username", form)
	require.NoError(b.t, err)
	require.NoError(b.t, resp.Body.Close())
	require.NotNil(b.t, back, "the provider sends nobody back")
	require.Equal(b.t, "/sso/callback", back.Path)
	page, err := b.HTTP.Get(back.String())
	require.NoError(b.t, err)
	require.NoError(b.t, page.Body.Close())
	require.Equal(b.t, http.StatusOK, page.StatusCode)
	return rig.Object{"state": back.Query().Get("state"), "code": back.Query().Get("code")}
}

// begin is where the browser goes to sign in, or, from path, to prove again who it is.
func (b *browser) begin(path string) string {
	b.t.Helper()
	return b.Must(http.MethodPost, path, nil)["url"].(string)
}

// signIn signs in by single sign-on and returns who it is.
func (b *browser) signIn(name string) rig.Object {
	b.t.Helper()
	return b.Must(http.MethodPost, "/sso/finish", b.atProvider(b.begin("/sso/start"), name))["person"].(rig.Object)
}

// notIn signs in at the provider, and must be refused with the code.
func (b *browser) notIn(code, name string) string {
	b.t.Helper()
	return b.refused(code, http.MethodPost, "/sso/finish", b.atProvider(b.begin("/sso/start"), name))
}

func TestSigningInByGroup(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := s.browser()
	require.Equal(t, true, b.Must(http.MethodGet, "/sso", nil)["enabled"])
	require.Contains(t, b.refused("unavailable", http.MethodPost, "/sso/start", nil), "--sso-issuer", "the provider is down")
	s.start()

	s.tells("subject-eve", "", "others")
	require.Contains(t, b.notIn("forbidden", "eve"), "Ask the help desk")
	s.tells("subject-ana", "", "readers", "others", "cn=segue,ou=admins")
	ana := b.signIn("ana")
	require.Equal(t, "administrator", ana["role"], "the most powerful role wins")
	require.Equal(t, "ana@example.com", ana["email"])
	require.Equal(t, "Ana Example", b.Must(http.MethodGet, "/session", nil)["person"].(rig.Object)["name"])
	require.Len(t, b.Must(http.MethodGet, "/people", nil)["items"], 1, "who was refused is nobody")

	// The last administrator does not lose the role to a group; with another one the role is the groups' at each sign-in.
	s.tells("subject-ana", "", "readers")
	b.notIn("conflict", "ana")
	s.server.Must(t, http.MethodPost, "/api/v1/people", rig.Object{"name": "Boss", "email": "boss@example.com", "role": "administrator", "password": rig.ProviderPassword})
	again := s.browser()
	require.Equal(t, "viewer", again.signIn("ana")["role"])
	require.Equal(t, ana["id"], again.Must(http.MethodGet, "/session", nil)["person"].(rig.Object)["id"])
	b.refused("forbidden", http.MethodGet, "/people", nil)
	changed := 0
	for _, e := range s.server.Must(t, http.MethodGet, "/api/v1/audit", nil)["items"].([]any) {
		if e := e.(rig.Object); e["action"] == "finish-sso" && e["kind"] == "person" && e["before"] != nil {
			changed++
			require.Equal(t, []any{"role"}, e["changed"])
			require.Equal(t, "Ana Example", e["actor"].(rig.Object)["name"])
		}
	}
	require.Equal(t, 1, changed, "the change of the role is in the audit log")

	// Without a group that may, she is out everywhere.
	s.tells("subject-ana", "", "others")
	s.browser().notIn("forbidden", "ana")
	b.refused("unauthenticated", http.MethodGet, "/session", nil)

	// An address makes nobody somebody else: only an administrator links.
	made := s.server.Must(t, http.MethodPost, "/api/v1/people", rig.Object{"name": "Bo", "email": "bo@example.com", "role": "viewer", "password": rig.ProviderPassword})
	s.tells("subject-bo", "", "writers")
	require.Contains(t, s.browser().notIn("conflict", "bo"), "segue person change ADDRESS --sso-subject \"subject-bo\"")
	code, out := rig.Ends(t, "--data", s.server.Data, "person", "change", "bo@example.com", "--sso-subject", "subject-bo")
	require.Equal(t, 0, code, out)
	bo := s.browser().signIn("bo")
	require.Equal(t, made["id"], bo["id"])
	require.Equal(t, "contributor", bo["role"])
	require.NotContains(t, s.server.Output(), rig.ClientSecret)
	require.NotContains(t, s.server.Output(), "@example.com")
	require.NoError(t, s.server.Stop(t))
}

func TestNothingIsTakenTwiceOrFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.start()
	s.tells("subject-ana", "", "readers")
	finish := func(b *browser, back rig.Object) string {
		_, out := b.Call(http.MethodPost, "/sso/finish", back)
		code, _ := out["code"].(string)
		return code
	}
	b, other := s.browser(), s.browser()
	back := b.atProvider(b.begin("/sso/start"), "ana")
	other.begin("/sso/start")
	require.Equal(t, "unauthenticated", finish(other, back), "it was begun in another browser")
	require.Equal(t, "unauthenticated", finish(b, back), "a state counts once, right or wrong")

	back = b.atProvider(b.begin("/sso/start"), "ana")
	require.Empty(t, finish(b, back))
	require.Equal(t, "unauthenticated", finish(b, back), "replayed")

	// The code of one sign-in, brought back with the state of another.
	stolen := s.browser()
	code := stolen.atProvider(stolen.begin("/sso/start"), "ana")["code"]
	back = other.atProvider(other.begin("/sso/start"), "ana")
	back["code"] = code
	require.Equal(t, "unauthenticated", finish(other, back))
	// An ID token of one sign-in does not do for another: the nonce is in the address and part of the token.
	address, err := url.Parse(other.begin("/sso/start"))
	require.NoError(t, err)
	q := address.Query()
	require.Equal(t, "S256", q.Get("code_challenge_method"))
	require.NotEmpty(t, q.Get("code_challenge"))
	q.Set("nonce", "of-somebody-else")
	address.RawQuery = q.Encode()
	require.Equal(t, "unauthenticated", finish(other, other.atProvider(address.String(), "ana")))

	// The provider's refusal is told, and nothing that came along with it is repeated.
	address, err = url.Parse(other.begin("/sso/start"))
	require.NoError(t, err)
	state := address.Query().Get("state")
	_, out := other.Call(http.MethodPost, "/sso/finish", rig.Object{"state": state, "error": "access_denied"})
	require.Contains(t, out["detail"], "access_denied")
	require.Equal(t, "forbidden", finish(s.browser2(other), rig.Object{"state": stateOf(t, other.begin("/sso/start")), "error": "<script>"}))
	_, out = other.Call(http.MethodPost, "/sso/start", rig.Object{})
	require.NotContains(t, out["url"], "evil")
	require.NoError(t, s.server.Stop(t))
}

// browser2 is the same browser, in another window.
func (s *stage) browser2(b *browser) *browser { return &browser{s, b.Browser} }

func stateOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Query().Get("state")
}

func TestProvingAgainBySingleSignOn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.start()
	b := s.browser()
	s.tells("subject-ana", "old", "readers")
	b.signIn("ana")
	token := rig.Object{"name": "nightly", "role": "viewer", "expires_at": time.Now().Add(time.Hour).UTC()}
	b.refused("proof_needed", http.MethodPost, "/me/tokens", token) // whom the provider remembered has proved nothing
	prove := func(b *browser, name string) (int, rig.Object) {
		address := b.begin("/session/sso-proof")
		require.Contains(t, address, "prompt=login")
		require.Contains(t, address, "max_age=0")
		return b.Call(http.MethodPost, "/sso/finish", b.atProvider(address, name))
	}
	_, out := prove(b, "ana")
	require.Equal(t, "proof_needed", out["code"])
	require.Contains(t, out["detail"], "did not let you sign in anew")
	s.tells("subject-ana", "none", "readers")
	_, out = prove(b, "ana")
	require.Contains(t, out["detail"], "does not tell when you signed in")
	s.tells("subject-bo", "", "readers")
	_, out = prove(b, "bo")
	require.Contains(t, out["detail"], "somebody else")
	s.tells("subject-ana", "", "readers")
	elsewhere := s.browser()
	elsewhere.signIn("ana")
	back := b.atProvider(b.begin("/session/sso-proof"), "ana")
	elsewhere.begin("/sso/start")
	elsewhere.refused("unauthenticated", http.MethodPost, "/sso/finish", back) // another browser's proof is none
	b.refused("proof_needed", http.MethodPost, "/me/tokens", token)

	status, out := prove(b, "ana")
	require.Less(t, status, 300, "%v", out)
	b.Must(http.MethodPost, "/me/tokens", token)
	entries := s.server.Must(t, http.MethodGet, "/api/v1/audit", nil)["items"].([]any)
	proof := entries[1].(rig.Object) // before the token
	require.Equal(t, []any{"finish-sso", "done", "Ana Example"}, []any{proof["action"], proof["outcome"], proof["actor"].(rig.Object)["name"]})
	require.NoError(t, s.server.Stop(t))
}
