package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/app"
)

// serving runs a server until the test ends and returns how to reach it.
func serving(t *testing.T, cfg app.Config) (app.Running, func()) {
	t.Helper()
	ready := make(chan app.Running, 1)
	cfg.Ready = func(r app.Running) { ready <- r }
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, cfg, app.Version{Version: "1"}) }()
	stop := func() {
		cancel()
		require.NoError(t, <-ended)
		ended <- nil
	}
	t.Cleanup(stop)
	select {
	case r := <-ready:
		return r, stop
	case err := <-ended:
		ended <- nil
		require.NoError(t, err)
	}
	return app.Running{}, nil
}

// setUp makes the first administrator with the link that the server told.
func setUp(t *testing.T, r app.Running) {
	t.Helper()
	page, secret, ok := strings.Cut(r.SetUp, "#")
	require.True(t, ok)
	require.Equal(t, r.URL+"/setup", page)
	resp, err := http.Get(page)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
	body, err := json.Marshal(map[string]string{"secret": secret, "name": "Ana", "email": "ana@example.com", "password": "plum-cellar Oboe 41 drift"})
	require.NoError(t, err)
	resp, err = http.Post(r.URL+"/api/v1/setup", "application/json", strings.NewReader(string(body)))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 201, resp.StatusCode)
}

func TestBeyondThisMachineOnlyWithAnAdministratorAndEncryption(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	open := app.Config{DataDir: data, Listen: "0.0.0.0:0"}
	err := app.Serve(t.Context(), open, app.Version{})
	require.Equal(t, activation.CodeNotReady, activation.CodeOf(err))
	require.ErrorContains(t, err, "make the first administrator")

	r, stop := serving(t, app.Config{DataDir: data, Listen: "127.0.0.1:0"})
	setUp(t, r)
	stop()
	r, stop = serving(t, app.Config{DataDir: data, Listen: "127.0.0.1:0"})
	require.Empty(t, r.SetUp, "there is an administrator")
	stop()

	err = app.Serve(t.Context(), open, app.Version{})
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	require.ErrorContains(t, err, "--tls-cert")
	behind := open
	behind.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	_, stop = serving(t, behind)
	stop()

	cert, key, pool := certificate(t)
	encrypted := open
	encrypted.TLSCert, encrypted.TLSKey = cert, key
	r, _ = serving(t, encrypted)
	require.True(t, strings.HasPrefix(r.URL, "https://"))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.URL, "https://"))
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	resp, err := client.Get("https://localhost:" + port + "/api/v1/health")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
}

func TestTLSFilesThatCannotBeUsedAreAnError(t *testing.T) {
	t.Parallel()
	err := app.Serve(t.Context(), app.Config{DataDir: filepath.Join(t.TempDir(), "data"), TLSCert: "none.pem"}, app.Version{})
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	require.ErrorContains(t, err, "--tls-key")
}

// certificate makes a certificate of localhost.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	pool = x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool.AddCert(parsed)
	return cert, key, pool
}
