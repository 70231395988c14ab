// Package webhook calls addresses that administrators chose. It follows no redirect, and calls nobody in a private network unless
// the server was told to. It knows neither what is told nor why, and lets no address into an error.
package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"segue/internal/activation"
)

// Config is what a Caller needs. UserAgent is required.
type Config struct {
	UserAgent string
	// Private lets addresses be called that are not public. Defaults to no.
	Private bool
	// Timeout is the longest that a call may take. Defaults to 20 s.
	Timeout time.Duration
	// Roots are the certificates that a server's is traced back to. Defaults to those of the system.
	Roots *x509.CertPool
}

// Caller makes calls. It is safe for concurrent use.
type Caller struct {
	cfg  Config
	http *http.Client
}

// New checks the configuration.
func New(cfg Config) (*Caller, error) {
	if cfg.UserAgent == "" {
		return nil, fmt.Errorf("webhook: the configuration is incomplete")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	d := &net.Dialer{Timeout: cfg.Timeout, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address) // looked at when the connection is made: a name may change its meaning
		if err != nil || (!cfg.Private && !activation.PublicAddress(at.Addr())) {
			return errPrivate
		}
		return nil
	}}
	t := &http.Transport{
		DialContext: d.DialContext, DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSHandshakeTimeout: cfg.Timeout,
		TLSClientConfig: &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12},
	}
	return &Caller{cfg, &http.Client{
		Transport: t, Timeout: cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

var errPrivate = errors.New("the address is not public")

// Post posts a JSON body. Any answer from 200 to 299 is success; with an error it may have arrived all the same.
func (c *Caller) Post(ctx context.Context, url string, header map[string]string, body []byte) error {
	fail := func(format string, args ...any) *activation.Error {
		return activation.Errorf(activation.CodeUnavailable, format, args...)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return activation.Errorf(activation.CodeInvalid, "is no address of a webhook").WithField("webhook.url")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	var untrusted *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return fail("the webhook's name leads to an address that is not public").WithRemedy("Start the server with --webhook-private if that is meant")
	case errors.As(err, &untrusted):
		return fail("the certificate of the webhook's server is not valid")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fail("the webhook's server does not answer")
	case err != nil:
		return fail("the webhook's server cannot be reached")
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fail("the webhook's server answers %d", resp.StatusCode)
	}
	return nil
}
