package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/warehouse"
)

func TestEveryOperationRefusesWithoutToken(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, op := range operations(t) {
		path := strings.NewReplacer("{id}", "x", "{name}", "x", Prefix, "").Replace(op.Path)
		for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + testToken, testToken, "Bearer " + testToken + "x", "Bearer " + testToken[1:]} {
			r := b.call(op.Method, path, nil, "Authorization", header)
			if right, _ := access.RightOf(op.OperationID); right == access.RightSignIn {
				require.NotEqual(t, 401, r.status, op.OperationID)
				continue
			}
			require.Equal(t, 401, r.status, "%s with %q: %s", op.OperationID, header, r.raw)
			require.Equal(t, problemType, r.header.Get("Content-Type"))
			require.Equal(t, string(activation.CodeUnauthenticated), r.body["code"])
			require.NotEmpty(t, r.body["remedy"])
			require.Contains(t, r.header.Get("WWW-Authenticate"), "Bearer")
			require.NotContains(t, r.raw, testToken)
		}
	}
}

func TestTokenSchemeIsComparedWithoutCase(t *testing.T) {
	t.Parallel()
	require.Equal(t, 200, newBundle(t).call("GET", "/version", nil, "Authorization", "bearer "+testToken).status)
}

func TestOtherHostNamesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.Hosts = []string{"segue.example.com"} })
	for host, ok := range map[string]bool{
		"localhost": true, "localhost:8380": true, "LOCALHOST": true, "127.0.0.1": true, "127.0.0.1:1": true, "127.8.8.8": true, "[::1]": true,
		"[::1]:8380": true, "segue.example.com": true, "Segue.Example.com:443": true, "localhost.": true,
		"evil.example.com": false, "evil.example.com:8380": false, "localhost.evil.example.com": false, "10.0.0.1": false, "[2001:db8::1]:80": false,
		"127.0.0.1.evil.example.com": false,
	} {
		r := b.call("GET", "/version", nil, "Host", host)
		if ok {
			require.Equal(t, 200, r.status, host)
			continue
		}
		require.Equal(t, 403, r.status, host)
		require.Equal(t, string(activation.CodeForbidden), r.body["code"])
	}
}

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeForbidden, "POST", "/profile/build", nil, "Sec-Fetch-Site", "cross-site")
	b.refused(activation.CodeForbidden, "POST", "/profile/build", nil, "Origin", "https://evil.example.com")
	require.Equal(t, 200, b.call("GET", "/version", nil, "Sec-Fetch-Site", "cross-site").status, "looking needs the token, which a foreign page has not")
}

func TestEveryAnswerCarriesSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, path := range []string{"/health", "/version", "/nowhere"} {
		h := b.call("GET", path, nil).header
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "DENY", h.Get("X-Frame-Options"))
		require.Equal(t, "no-store", h.Get("Cache-Control"))
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")
		require.NotEmpty(t, h.Get("X-Request-Id"))
	}
}

func TestPathsThatLeadNowhereAnswerWithProblems(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeNotFound, "GET", "/nowhere", nil)
	r := b.call("DELETE", "/version", nil)
	require.Equal(t, http.StatusMethodNotAllowed, r.status, r.raw)
	require.Equal(t, problemType, r.header.Get("Content-Type"))
	require.Contains(t, r.header.Get("Allow"), "GET")
	require.Equal(t, string(activation.CodeInvalid), r.body["code"])
}

func TestLogNamesRoutesAndNoPersonalData(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	b.must(200, "GET", "/profiles/c1", nil)
	b.refused(activation.CodeNotFound, "GET", "/profiles/ana@example.com", nil)
	b.must(200, "POST", "/profiles/search", object{"search": "ana@example.com"})
	b.refused(activation.CodeInvalid, "GET", "/profiles?who=ana@example.com", nil)
	b.call("GET", "/nowhere/ana@example.com", nil)
	b.call("ANA", "/version", nil)
	b.withConnection("main")
	log := b.Log.String()
	require.Contains(t, log, `"route":"GET /api/v1/profiles/{id}","status":404`)
	require.Contains(t, log, `"route":"POST /api/v1/profiles/search","status":200`)
	require.Contains(t, log, `"route":"unmatched","status":404`)
	require.Contains(t, log, `"method":"other"`)
	for _, secret := range []string{"ana@example.com", "example.com", "ANA", goodKey, testToken, "Ana"} {
		require.NotContains(t, log, secret)
	}
}

func TestPanicsTellNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.Services.Profiles = panicking{} })
	p := b.refused(activation.CodeInternal, "GET", "/profiles", nil)
	require.NotContains(t, p["detail"], "ana@example.com")
	require.Contains(t, b.Log.String(), `"msg":"panic"`)
	require.NotContains(t, b.Log.String(), "ana@example.com", "a panic's words may hold anything")
	require.Equal(t, 200, b.call("GET", "/health", nil).status, "the server goes on")
}

// panicking is a warehouse with a defect.
type panicking struct{ profiles }

// Profiles panics with a person's address.
func (panicking) Profiles(context.Context, string, string, int) ([]warehouse.Profile, error) {
	panic("ana@example.com")
}

func TestDefectsTellNothingButTheirRequest(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	g := b.withSegment("Anas")
	for _, err := range []error{
		errors.New("engine: could not convert 'ana@example.com'"),
		activation.Errorf(activation.CodeInternal, "engine: could not convert 'ana@example.com'"),
	} {
		b.Engine.Fail = err
		p := b.refused(activation.CodeInternal, "GET", "/segments/"+g+"/count", nil)
		require.NotContains(t, p["detail"], "ana@example.com")
		require.Contains(t, b.Log.String(), p["request_id"].(string))
		require.Contains(t, b.Log.String(), "engine: could not convert [value]")
		require.NotContains(t, b.Log.String(), "ana@example.com", "nor does the log")
	}
}

func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := b.call("POST", "/connections", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, r.status, r.raw)
	require.Equal(t, problemType, r.header.Get("Content-Type"))
	require.Equal(t, string(activation.CodeInvalid), r.body["code"])
}

func TestBodiesThatAreNoJSONAnswerAsDocumented(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for want, r := range map[int]reply{
		http.StatusBadRequest:           b.call("POST", "/segments", `{"name":`),
		http.StatusUnsupportedMediaType: b.call("POST", "/segments", `name: x`, "Content-Type", "application/yaml"),
		http.StatusUnprocessableEntity:  b.call("POST", "/segments", `{}`),
	} {
		require.Equal(t, want, r.status, r.raw)
		require.Equal(t, problemType, r.header.Get("Content-Type"))
		require.Equal(t, string(activation.CodeInvalid), r.body["code"])
		require.NotEmpty(t, r.body["detail"])
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := func() Config {
		var c Config
		newBundle(t, func(from *Config) { c = *from })
		return c
	}()
	for name, spoil := range map[string]func(*Config){
		"a short token": func(c *Config) { c.Token = "short" }, "no store": func(c *Config) { c.Services.Store = nil },
		"no ids": func(c *Config) { c.IDs = nil }, "no log": func(c *Config) { c.Log = nil }, "no clock": func(c *Config) { c.Clock = nil },
	} {
		c := good
		spoil(&c)
		_, err := New(c)
		require.Error(t, err, name)
	}
}

func TestAnswersThatHaveBegunAreCutOffByAPanic(t *testing.T) {
	t.Parallel()
	var c Config
	newBundle(t, func(from *Config) { c = *from })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("of a sudden")
	})
	srv := httptest.NewServer(guard(c, mux))
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL + "/half")
	if err == nil { // the first bytes may have been sent before the cut
		_, err = resp.Body.Read(make([]byte, 100))
		for err == nil {
			_, err = resp.Body.Read(make([]byte, 100))
		}
		require.NotEqual(t, "EOF", err.Error(), "half an answer looks like a whole one")
		_ = resp.Body.Close()
	}
}

func TestTextsOfUnknownErrorsAreMasked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"cast of 'Ana' failed":            "cast of [value] failed",
		`bad "+385 91 555 0101" in row 7`: "bad [value] in row 7",
		"bad ana@example.com here":        "bad [address] here",
		"bad +385 91 555-0101, line 12":   "bad [number], line 12",
		"disk I/O error 42":               "disk I/O error 42",
	} {
		require.Equal(t, want, masked(errors.New(in)))
	}
	known := activation.Errorf(activation.CodeNotFound, "the profile has no field %q", "mail")
	require.Equal(t, known.Error(), masked(known), "errors with a code vouch for their text")
}
