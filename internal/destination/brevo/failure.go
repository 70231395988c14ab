package brevo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// problem is Brevo's error: flat JSON. Its message may name a person, so it is looked into but never passed on.
type problem struct {
	json          bool
	code, message string
}

func readProblem(body []byte) problem {
	if !gjson.ValidBytes(body) {
		return problem{message: string(body[:min(len(body), 4096)])}
	}
	v := gjson.ParseBytes(body)
	return problem{json: v.IsObject(), code: v.Get("code").String(), message: v.Get("message").String()}
}

// says reports whether the message holds one of the texts, whatever their case.
func (p problem) says(texts ...string) bool {
	message := strings.ToLower(p.message)
	for _, t := range texts {
		if strings.Contains(message, t) {
			return true
		}
	}
	return false
}

// word is Brevo's code when it looks like one.
func (p problem) word() string {
	if p.code == "" || len(p.code) > 40 || strings.ContainsFunc(p.code, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		return ""
	}
	return p.code
}

// refused turns an answer that is no success into an error.
func (c *Client) refused(r call, resp *http.Response, body []byte) *destination.Error {
	p := readProblem(body)
	e := &destination.Error{
		Outcome: destination.Refused, Code: activation.CodeRefused, Status: resp.StatusCode, Kind: r.kind,
		Message: "Brevo refused the request",
	}
	if w := p.word(); w != "" {
		e.Message += " (" + w + ")"
	}
	switch s := resp.StatusCode; {
	case nobodyThere(r, s, p):
		e.Err = errNobodyThere
	case noneUsable(r, s, p):
		e.Err, e.Message = destination.ErrNoneUsable, "Brevo takes none of the addresses for one"
		e.Remedy = "Look at the addresses, and import one of them by hand in Brevo"
	case s >= 300 && s < 400:
		e.Message = "the address of the API leads elsewhere; the key is not sent there"
		e.Remedy = "Check the connection's base URL; Brevo's is https://api.brevo.com/v3"
	case s == http.StatusUnauthorized:
		c.unauthorised(e, p)
	case s == http.StatusForbidden:
		forbidden(e, p)
	case s == http.StatusPaymentRequired:
		e.Message = "the plan of the account does not allow this"
		e.Remedy = "Look at the plan and the credits of the account in Brevo"
	case s == http.StatusNotFound:
		missing(e, r, p)
	case s == http.StatusTooManyRequests || s == http.StatusTooEarly:
		e.Outcome, e.Code = destination.NotDone, activation.CodeUnavailable
		e.Message, e.Remedy = "the account's rate limit is reached", "A run tries it again by itself; other programs use the same account"
		if s == http.StatusTooEarly {
			e.Message, e.Remedy = "the account is busy with something else", "A run tries it again by itself"
		}
		e.RetryAfter = reset(resp.Header)
	case s == http.StatusRequestTimeout || s == statusClientClosed || s >= 500:
		e.Outcome, e.Code = destination.Unknown, activation.CodeUnavailable
		e.Message, e.Remedy = "Brevo did not answer properly", "A run tries it again by itself; if it lasts, look at status.brevo.com"
		if s == http.StatusGatewayTimeout || s == statusOriginTimeout {
			e.Message = "Brevo took too long to answer"
		}
	}
	return e
}

const (
	statusClientClosed  = 499 // of some proxies
	statusOriginTimeout = 524 // of Cloudflare
)

// unauthorised tells the three kinds of 401 apart, each of which is mended elsewhere.
func (c *Client) unauthorised(e *destination.Error, p problem) {
	switch {
	case p.says("unrecognised ip", "unrecognized ip", "authorised_ips", "authorized_ips"):
		e.Code, e.Message = activation.CodeAddressRefused, "Brevo does not accept calls from the IP address of this server"
		if addr := addressIn(p.message); addr.IsValid() {
			e.Message += " (" + addr.String() + ")"
		}
		e.Remedy = "In Brevo, under Security > Authorised IPs, add the address or switch the blocking off. Brevo begins to block unknown " +
			"addresses by itself when no new one has appeared for 30 days"
	case p.says("not found in headers"):
		e.Code, e.Message = activation.CodeKeyMissing, "Brevo saw no API key in the request"
		e.Remedy = "Something between Segue and Brevo, such as a proxy, takes the header api-key away; let it pass"
	default:
		e.Code, e.Message = activation.CodeBadCredentials, "Brevo does not know the API key"
		e.Remedy = "Make an API key in Brevo under SMTP & API > API keys and enter it; keys can expire or be deleted"
		if strings.HasPrefix(c.key(), "xsmtpsib-") {
			e.Remedy = "This is an SMTP key. Take one from the tab API keys of the same page; it begins with xkeysib-"
		}
	}
}

func forbidden(e *destination.Error, p problem) {
	switch {
	case p.says("error code: 10"):
		e.Message = "the firewall before Brevo refuses this program"
		e.Remedy = "See whether a proxy changes the header User-Agent; else ask Brevo's support to let this server pass"
	case !p.json:
		e.Message = "something before Brevo, such as a firewall or a proxy, refuses the request"
		e.Remedy = "Look at what stands between this server and api.brevo.com"
	default:
		e.Remedy = "See in Brevo whether the key and the plan allow this"
	}
}

// missing decides what is not there. Only Brevo's own answer counts: a page of a proxy must not end a list.
func missing(e *destination.Error, r call, p problem) {
	own := p.json && p.code == "document_not_found"
	switch {
	case own && r.list:
		e.Code, e.Message = activation.CodeListMissing, "the list does not exist"
		e.Remedy = "Choose another list, or create one"
	case own && r.contact:
		e.Code, e.Message = activation.CodeNotFound, "there is no such contact"
	case !p.json:
		e.Message = "there is no such API at this address"
		e.Remedy = "Check the connection's base URL; Brevo's is https://api.brevo.com/v3"
	}
}

// addressIn finds the IP address in Brevo's message about this server.
func addressIn(message string) netip.Addr {
	for word := range strings.FieldsSeq(message) {
		if addr, err := netip.ParseAddr(strings.Trim(word, ".,;:()[]\"'")); err == nil {
			return addr
		}
	}
	return netip.Addr{}
}

const maxReset = time.Hour // the longest window that Brevo has

// reset reads how long Brevo wants to be left alone: seconds, not a moment. What cannot be that counts as not said.
func reset(h http.Header) time.Duration {
	for _, name := range []string{"x-sib-ratelimit-reset", "Retry-After"} {
		s, err := strconv.ParseFloat(strings.TrimSpace(h.Get(name)), 64)
		if err != nil || !(s >= 0) || s > maxReset.Seconds() {
			continue
		}
		return max(time.Duration(s*float64(time.Second)), time.Second)
	}
	return 0
}

// heed obeys the rate headers of an answer (S34).
func (c *Client) heed(g group, resp *http.Response) {
	wait := reset(resp.Header)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		c.cfg.Budget.pause(g, max(wait, time.Second))
	case strings.TrimSpace(resp.Header.Get("x-sib-ratelimit-remaining")) == "0" && wait > 0:
		c.cfg.Budget.pause(g, wait)
	}
}

// cause is an error without the address of the call, which may name a person.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// trouble says in words what went wrong on the way; nothing of the error's own text is passed on.
func trouble(ctx context.Context, err error) string {
	var (
		dns     *net.DNSError
		op      *net.OpError
		timeout interface{ Timeout() bool }
		cert    *tls.CertificateVerificationError
		host    x509.HostnameError
		tlsErr  tls.RecordHeaderError
	)
	switch {
	case ctx.Err() != nil:
		return "the call was called off"
	case errors.As(err, &dns):
		return "the name of the host could not be resolved"
	case errors.As(err, &cert), errors.As(err, &host):
		return "the certificate of the host is not trusted"
	case errors.As(err, &tlsErr):
		return "the host does not speak TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer came in time"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was broken off"
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection could be made"
	default:
		return "the connection failed"
	}
}
