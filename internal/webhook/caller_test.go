package webhook_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func caller(t *testing.T, private bool, roots *x509.CertPool) *webhook.Caller {
	t.Helper()
	c, err := webhook.New(webhook.Config{UserAgent: "Segue/test", Private: private, Roots: roots, Timeout: 30 * time.Second})
	require.NoError(t, err)
	return c
}

func rootsOf(s *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return roots
}

func TestABodyIsPostedWithItsHeaders(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	require.NoError(t, caller(t, true, rootsOf(s)).Post(t.Context(), s.URL+"/x", map[string]string{"Segue-Signature": "t=1,v1=2"}, []byte(`{"a":1}`)))
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, `{"a":1}`, string(body))
	require.Equal(t, "t=1,v1=2", got.Header.Get("Segue-Signature"))
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "Segue/test", got.Header.Get("User-Agent"))
}

func TestAddressesThatAreNotPublicAreNotCalled(t *testing.T) {
	t.Parallel()
	called := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer s.Close()
	c := caller(t, false, rootsOf(s))
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, url := range []string{s.URL, "https://localhost" + port, "https://[::1]" + port, "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://0.0.0.0" + port, "https://[::ffff:127.0.0.1]" + port} {
		err := c.Post(t.Context(), url, nil, nil)
		require.Equal(t, activation.CodeUnavailable, activation.CodeOf(err), url)
		require.ErrorContains(t, err, "is not public", url)
		require.NotContains(t, err.Error(), port, "the address stays out of it")
	}
	require.False(t, called)
}

func TestWhatIsNoSuccessIsAnError(t *testing.T) {
	t.Parallel()
	followed := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			followed = true
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	c := caller(t, true, rootsOf(s))
	require.ErrorContains(t, c.Post(t.Context(), s.URL+"/moved", nil, nil), "answers 307")
	require.False(t, followed, "a redirect could lead anywhere")
	require.ErrorContains(t, c.Post(t.Context(), s.URL, nil, nil), "answers 500")
	require.ErrorContains(t, caller(t, true, nil).Post(t.Context(), s.URL, nil, nil), "certificate")
	require.ErrorContains(t, c.Post(t.Context(), "https://127.0.0.1:1/secret-path", nil, nil), "cannot be reached")
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(c.Post(t.Context(), "https://a b/", nil, nil)))
	_, err := webhook.New(webhook.Config{})
	require.ErrorContains(t, err, "incomplete")
}
