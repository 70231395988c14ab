package brevo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
)

var (
	_ destination.Destination      = (*Client)(nil)
	_ destination.ListCreator      = (*Client)(nil)
	_ destination.AttributeCreator = (*Client)(nil)
	_ destination.ContactCounter   = (*Client)(nil)
)

// DefaultUserAgent is what Brevo sees where Config names nothing. Without any, what stands before Brevo answers 403.
const DefaultUserAgent = "Segue/1 (contact list sync)"

// Config says which account to talk to, and how. BaseURL, Key and Clock are required.
type Config struct {
	// BaseURL is where the API is, such as https://api.brevo.com/v3; http only for a sandbox on a loopback address.
	BaseURL string
	Key     string
	// UserAgent is sent with every request. Defaults to DefaultUserAgent.
	UserAgent string
	// Budget is what all clients of the account share. Defaults to one of the general tier for this client alone.
	Budget *Budget
	// Transport carries calls of the API. Give the same one to every client, so that connections are used again.
	// Defaults to NewTransport().
	Transport http.RoundTripper
	// Reports says how reports are fetched (S33).
	Reports ReportPolicy
	// Patience shortens or lengthens every time-out of the API: 1 is as in the table of endpoints. Defaults to 1.
	Patience float64
	Clock    func() time.Time
	// Log gets a line for every call, without addresses and keys. Defaults to none.
	Log *slog.Logger
}

// Client is one account, reached with one key. It is safe for concurrent use and need not be closed.
type Client struct {
	cfg     Config        // without the key
	key     func() string // so that no way of printing a Client shows it
	base    string
	api     *http.Client
	reports *http.Client

	mu    sync.Mutex
	calls map[string]int64
	types map[string]definition // of attributes, once they were read
}

// NewTransport returns what carries calls of the API, with time-outs for connecting; proxies are those of the environment.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 150 * time.Second,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConns:          20,
		MaxIdleConnsPerHost:   8,
		ForceAttemptHTTP2:     true,
		// A connection that died in silence must not cost a call its whole time.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 20 * time.Second, PingTimeout: 10 * time.Second},
	}
}

// New checks the configuration. It does no I/O and starts nothing.
func New(c Config) (*Client, error) {
	u, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	c.Key = strings.TrimSpace(c.Key)
	if c.Key == "" || strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, activation.Errorf(activation.CodeInvalid, "the API key is empty or holds characters that no key has").WithField("api_key").
			WithRemedy("Copy the key again from Brevo: SMTP & API > API keys")
	}
	if c.Clock == nil {
		return nil, fmt.Errorf("brevo: the configuration has no clock")
	}
	if c.UserAgent == "" {
		c.UserAgent = DefaultUserAgent
	}
	if c.Budget == nil {
		if c.Budget, err = NewBudget(BudgetConfig{Clock: c.Clock}); err != nil {
			return nil, err
		}
	}
	if c.Transport == nil {
		c.Transport = NewTransport()
	}
	if c.Patience <= 0 {
		c.Patience = 1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	key := c.Key
	c.Key = ""
	client := &Client{cfg: c, key: func() string { return key }, base: strings.TrimRight(u.String(), "/"), calls: map[string]int64{}}
	client.api = &http.Client{
		Transport: c.Transport,
		// The key must never reach another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client.reports = c.Reports.client(u.Scheme == "http")
	return client, nil
}

// baseURL holds the address to https, but for a sandbox on this machine.
func baseURL(text string) (*url.URL, error) {
	refuse := func(why string) error {
		return activation.Errorf(activation.CodeInvalid, "the address of the API %s", why).WithField("base_url").
			WithRemedy("Use https://api.brevo.com/v3")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, refuse("is not a URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, refuse("must not hold a user, a query or a fragment")
	case u.Scheme == "https" || u.Scheme == "http" && activation.OnThisMachine(u.Hostname()):
		return u, nil
	default:
		return nil, refuse("must begin with https:// (http only for a sandbox on this machine)")
	}
}

// Calls implements destination.Destination.
func (c *Client) Calls() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.calls)
}

func (c *Client) count(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[kind]++
}

// log writes a line about a call. Nothing of its address, query or body belongs in it.
func (c *Client) log(ctx context.Context, e *endpoint, status int, took time.Duration, request string, err error) {
	level, args := slog.LevelDebug, []any{"call", e.kind, "status", status, "took", took, "request", request}
	if err != nil && !errors.Is(err, errNobodyThere) {
		level, args = slog.LevelWarn, append(args, "error", err)
	}
	c.cfg.Log.Log(ctx, level, "brevo", args...)
}
