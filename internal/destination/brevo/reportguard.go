package brevo

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"segue/internal/activation"
)

// ReportPolicy bounds how reports are fetched (S33): by a second client that knows no key; https only, and http to this
// machine only when the API itself is a sandbox on it; no address that is not public, which is looked at when the
// connection is made, so that neither a redirect nor a name that changes its meaning leads around it.
type ReportPolicy struct {
	// MaxBytes of a report. Defaults to 256 MiB.
	MaxBytes int64
	// Within is the longest that fetching one may take. Defaults to 5 minutes.
	Within time.Duration

	resolver *net.Resolver         // of tests
	roots    *x509.CertPool        // of tests
	public   func(netip.Addr) bool // of tests
}

func (p ReportPolicy) maxBytes() int64 {
	if p.MaxBytes > 0 {
		return p.MaxBytes
	}
	return mostReportBytes
}

func (p ReportPolicy) within() time.Duration {
	if p.Within > 0 {
		return p.Within
	}
	return reportTime
}

// client makes the second client.
func (p ReportPolicy) client(sandbox bool) *http.Client {
	public := activation.PublicAddress
	if p.public != nil {
		public = p.public
	}
	g := &guard{sandbox: sandbox, public: p.transport(public)}
	if sandbox {
		g.local = p.transport(func(a netip.Addr) bool { return a.Unmap().IsLoopback() })
	}
	return &http.Client{
		Transport: g,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > reportHops {
				return &refusedLinkError{"it leads on too often"}
			}
			return nil
		},
	}
}

// transport makes connections to the addresses that may says, without proxy, and keeps none.
func (p ReportPolicy) transport(may func(netip.Addr) bool) *http.Transport {
	d := &net.Dialer{
		Timeout: 10 * time.Second, Resolver: p.resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !may(at.Addr()) {
				return &refusedLinkError{"it leads to an address that is not public"}
			}
			return nil
		},
	}
	return &http.Transport{
		DialContext: d.DialContext, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: time.Minute,
		TLSClientConfig: &tls.Config{RootCAs: p.roots, MinVersion: tls.VersionTLS12},
	}
}

// guard looks at every request of the second client, those after a redirect too.
type guard struct {
	sandbox       bool
	public, local http.RoundTripper
}

// refusedLinkError is a link that is not followed. Why names no part of it.
type refusedLinkError struct{ why string }

// Error implements error.
func (e *refusedLinkError) Error() string { return "link not followed: " + e.why }

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	to := g.public
	switch u := r.URL; {
	case u.User != nil:
		return nil, &refusedLinkError{"it holds a user"}
	case u.Scheme == "http" && g.sandbox && activation.OnThisMachine(u.Hostname()):
		to = g.local
	case u.Scheme != "https":
		return nil, &refusedLinkError{"it does not begin with https://"}
	}
	r = r.Clone(r.Context())
	r.Header.Del("Referer") // the link before it lets whoever has it read the report
	resp, err := to.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	return resp, nil
}
