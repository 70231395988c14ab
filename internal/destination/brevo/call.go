package brevo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// call is one use of an endpoint.
type call struct {
	*endpoint
	in    string     // what its path is filled in with, escaped
	query url.Values // nil: none
	body  []byte     // JSON; nil: none
}

// tries is how often a call that changes nothing is made before its error is passed on.
const tries = 3

// do makes the call and returns its answer, a JSON object. Calls that change nothing are repeated quickly; the others
// are made once, whatever happens.
func (c *Client) do(ctx context.Context, r call) (gjson.Result, error) {
	if !r.again() {
		return c.once(ctx, r)
	}
	var last error
	pause := &backoff.ExponentialBackOff{InitialInterval: 200 * time.Millisecond, Multiplier: 3, MaxInterval: 2 * time.Second}
	out, err := backoff.Retry(ctx, func() (gjson.Result, error) {
		out, err := c.once(ctx, r)
		last = err
		if err != nil && !worthAnother(ctx, err) {
			return out, backoff.Permanent(err)
		}
		return out, err
	}, backoff.WithBackOff(pause), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return out, last
	}
	return out, nil
}

// worthAnother reports whether a call that failed may succeed when it is repeated at once.
func worthAnother(ctx context.Context, err error) bool {
	var e *destination.Error
	if ctx.Err() != nil || !errors.As(err, &e) {
		return false
	}
	return e.Outcome == destination.Unknown || e.Outcome == destination.NotDone && e.RetryAfter == 0 && e.Status == 0
}

// once makes the call a single time.
func (c *Client) once(ctx context.Context, r call) (gjson.Result, error) {
	if d, err := c.cfg.Budget.take(ctx, r.group); err != nil {
		return gjson.Result{}, r.failed(destination.NotDone, "the call was called off before it was made", err)
	} else if d > 0 {
		e := r.failed(destination.NotDone, "the share of the account's rate that Segue uses is used up", nil)
		e.RetryAfter = d
		return gjson.Result{}, e
	}
	c.count(r.kind)
	began := c.cfg.Clock()
	out, status, request, err := c.exchange(ctx, r)
	c.log(ctx, r.endpoint, status, c.cfg.Clock().Sub(began), request, err)
	if err != nil {
		return gjson.Result{}, err
	}
	return out, nil
}

// sending watches a request on its way.
type sending struct {
	asked atomic.Bool // for a connection
	got   atomic.Bool // a connection, so that something may have been sent
}

func (s *sending) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.got.Store(true) },
	})
}

// never reports whether surely nothing was sent.
func (s *sending) never() bool { return s.asked.Load() && !s.got.Load() }

func (c *Client) exchange(ctx context.Context, r call) (out gjson.Result, status int, request string, err error) {
	within := time.Duration(float64(r.within) * c.cfg.Patience)
	short, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var way sending
	req, err := c.request(way.watch(short), r)
	if err != nil {
		return out, 0, "", err
	}
	resp, err := c.api.Do(req)
	if err != nil {
		outcome := destination.Unknown
		if way.never() {
			outcome = destination.NotDone
		}
		return out, 0, "", r.failed(outcome, trouble(ctx, err), cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	request = requestID(resp.Header)
	c.heed(r.group, resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		body, _ := readAll(resp.Body, maxErrorBody) // what it says only helps to tell errors apart
		return out, resp.StatusCode, request, c.refused(r, resp, body)
	}
	body, err := readAll(resp.Body, r.most)
	out, err = r.understand(ctx, resp.StatusCode, body, err)
	return out, resp.StatusCode, request, err
}

// understand reads the body of a success. What cannot be read leaves open what happened.
func (r call) understand(ctx context.Context, status int, body []byte, err error) (out gjson.Result, _ error) {
	unclear := func(why string, err error) error {
		e := r.failed(destination.Unknown, why, err)
		e.Status = status
		return e
	}
	switch {
	case errors.Is(err, errTooLarge):
		return out, unclear("the answer is larger than any that is expected", nil)
	case err != nil:
		return out, unclear("the answer broke off: "+trouble(ctx, err), cause(err))
	case len(bytes.TrimSpace(body)) == 0 && r.empty:
		return out, nil
	case !gjson.ValidBytes(body):
		return out, unclear("the answer is not JSON", nil)
	}
	if out = gjson.ParseBytes(body); !out.IsObject() {
		return gjson.Result{}, unclear("the answer is not the JSON object that it should be", nil)
	}
	return out, nil
}

func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	at := c.base + r.path
	if strings.Contains(r.path, "%s") {
		at = c.base + strings.Replace(r.path, "%s", r.in, 1)
	}
	if len(r.query) > 0 {
		at += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, at, body)
	if err != nil {
		return nil, r.failed(destination.Refused, "the address of the call cannot be made", nil) // the error would name it
	}
	req.GetBody = nil // nothing may send a body twice
	req.Header.Set("api-key", c.key())
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// failed makes the error of a call that got no answer, or none that could be read.
func (r call) failed(o destination.Outcome, message string, err error) *destination.Error {
	code, remedy := activation.CodeUnavailable, "A run tries it again by itself; if it lasts, look at the network and at status.brevo.com"
	if o == destination.Refused {
		code, remedy = activation.CodeRefused, ""
	}
	return &destination.Error{Outcome: o, Code: code, Kind: r.kind, Message: message, Remedy: remedy, Err: err}
}

const maxErrorBody = 1 << 20

var errTooLarge = errors.New("too large")

// readAll reads at most so many bytes.
func readAll(r io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return body, err
	}
	if int64(len(body)) > most {
		return nil, errTooLarge
	}
	return body, nil
}

// requestID is Brevo's name for the call, for its support; nothing else gets through.
func requestID(h http.Header) string {
	id := h.Get("sib-request-id")
	if len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}) {
		return ""
	}
	return id
}

// escaped is a number as it stands in a path.
func escaped[N ~int64](id N) string { return fmt.Sprintf("%d", int64(id)) }
