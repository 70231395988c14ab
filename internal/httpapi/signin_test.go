package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func cookies(r reply) map[string]*http.Cookie {
	out := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		out[c.Name] = c
	}
	return out
}

func TestTheFirstAdministratorIsMadeByTheLinkAndSignedIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	nobody := []string{"Authorization", ""}
	require.Equal(t, true, b.must(200, "GET", "/setup", nil, nobody...)["needed"])
	secret := b.Access.NewSetup()
	input := object{"secret": secret + "x", "name": "Ana", "email": "ana@example.com", "password": goodPassword}
	b.refused(activation.CodeForbidden, "POST", "/setup", input, nobody...)
	input["secret"] = secret
	r := b.call("POST", "/setup", input, nobody...)
	require.Equal(t, 201, r.status, r.raw)
	require.Equal(t, "administrator", r.body["person"].(object)["role"])
	m := member{cookie: sessionCookie + "=" + cookies(r)[sessionCookie].Value}
	require.Equal(t, "Ana", b.as(m, 200, "GET", "/session", nil)["person"].(object)["name"])
	require.Equal(t, false, b.must(200, "GET", "/setup", nil, nobody...)["needed"])
	b.refused(activation.CodeForbidden, "POST", "/setup", input, nobody...)
	require.NotContains(t, b.Log.String(), secret)
}

func TestCookiesAreOutOfReach(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	m := b.withMember(activation.RoleViewer, false)
	in := object{"email": m.email, "password": goodPassword}
	for proto, secure := range map[string]bool{"http": false, "https": true} {
		r := b.call("POST", "/session", in, "Authorization", "", "X-Forwarded-Proto", proto)
		require.Equal(t, 201, r.status)
		for _, name := range []string{sessionCookie, deviceCookie} {
			if secure {
				name = hostPrefix + name
			}
			c := cookies(r)[name]
			require.NotNil(t, c, name)
			require.True(t, c.HttpOnly)
			require.Equal(t, secure, c.Secure)
			require.Equal(t, http.SameSiteLaxMode, c.SameSite)
			require.Equal(t, "/", c.Path)
			require.Empty(t, c.Domain)
			require.NotContains(t, r.raw, c.Value)
			require.NotContains(t, b.Log.String(), c.Value)
		}
	}
	out := b.call("DELETE", "/session", nil, "Authorization", "", "Cookie", m.cookie)
	require.Equal(t, 204, out.status)
	require.Equal(t, -1, cookies(out)[sessionCookie].MaxAge)
	b.refusedAs(m, activation.CodeUnauthenticated, "GET", "/session", nil)
}

func TestANeighbouringHostCannotSignSomebodyIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	eve := b.withMember(activation.RoleViewer, false)
	over := func(name string) reply { // a page of evil.example.com sets a cookie of example.com, but never one of __Host-
		return b.call("GET", "/session", nil, "Authorization", "", "Cookie", name+eve.cookie, "X-Forwarded-Proto", "https")
	}
	require.Equal(t, 401, over("").status)
	require.Equal(t, 200, over(hostPrefix).status)
}

func TestOtherSitesCannotUseASession(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleAdministrator, false)
	r := b.call("POST", "/people", object{}, "Authorization", "", "Cookie", m.cookie, "Origin", "https://evil.example.com", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, r.status)
}

func TestWhereRequestsComeFrom(t *testing.T) {
	t.Parallel()
	c := Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for name, x := range map[string]struct{ remote, forwarded, want string }{
		"no proxy":                           {"192.0.2.1:5000", "", "192.0.2.1"},
		"a header of a stranger is not read": {"192.0.2.1:5000", "198.51.100.7", "192.0.2.1"},
		"a trusted proxy is believed":        {"10.1.1.1:5000", "198.51.100.7", "198.51.100.7"},
		"what came before it is not":         {"10.1.1.1:5000", "203.0.113.1, 198.51.100.7", "198.51.100.7"},
		"through two of them":                {"10.1.1.1:5000", "203.0.113.1, 198.51.100.7, 10.2.2.2", "198.51.100.7"},
		"only proxies":                       {"10.1.1.1:5000", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
		"nonsense":                           {"10.1.1.1:5000", "198.51.100.7, unknown", "10.1.1.1"},
		"IPv6":                               {"[fd00::1]:5000", "2001:db8::7", "2001:db8::7"},
		"IPv4 in IPv6":                       {"[::ffff:10.1.1.1]:5000", "::ffff:198.51.100.7", "198.51.100.7"},
		"no address":                         {"@", "", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = x.remote
		if x.forwarded != "" {
			r.Header.Set("X-Forwarded-For", x.forwarded)
		}
		require.Equal(t, x.want, c.from(r), name)
	}
}

func TestManyFailedTriesSayHowLongToWait(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleViewer, false)
	var r reply
	for range 10 {
		if r = b.call("POST", "/session", object{"email": m.email, "password": "wrong"}, "Authorization", ""); r.status == 429 {
			break
		}
		require.Equal(t, 401, r.status)
	}
	require.Equal(t, string(activation.CodeTooMany), r.body["code"])
	require.Equal(t, "1", r.header.Get("Retry-After"))
	require.Equal(t, "application/problem+json", r.header.Get("Content-Type"))
}

func TestPagesAreBehindTheSameGuard(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) {
		c.Pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a page")) })
	})
	get := func(path, host string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+path, nil)
		require.NoError(t, err)
		if host != "" {
			req.Host = host
		}
		resp, err := b.server.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp
	}
	page := get("/setup", "")
	require.Equal(t, 200, page.StatusCode)
	require.Equal(t, "nosniff", page.Header.Get("X-Content-Type-Options"))
	require.Equal(t, 403, get("/setup", "evil.example.com").StatusCode)
	require.Equal(t, 404, get(Prefix+"/nowhere", "").StatusCode)
	require.True(t, strings.HasPrefix(get(Prefix+"/nowhere", "").Header.Get("Content-Type"), problemType))
}

func TestStrangersBesideHerDoNotLockSomebodyOutOfHerOwnBrowser(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleViewer, false)
	nobody := []string{"Authorization", ""}
	right, wrong := object{"email": m.email, "password": goodPassword}, object{"email": m.email, "password": "wrong"}
	device := ""
	for _, c := range (&http.Response{Header: b.call("POST", "/session", right, nobody...).header}).Cookies() {
		if c.Name == deviceCookie {
			device = c.Name + "=" + c.Value
		}
	}
	require.NotEmpty(t, device)
	for range 6 { // from the address that she comes from as well
		b.refused(activation.CodeUnauthenticated, "POST", "/session", wrong, nobody...)
	}
	b.refused(activation.CodeTooMany, "POST", "/session", right, nobody...) // another browser waits
	b.must(201, "POST", "/session", right, append(nobody, "Cookie", device)...)
}
