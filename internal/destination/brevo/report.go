package brevo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Report implements destination.Destination. It is streamed while it is downloaded, without the key. An error means that it
// was not read whole: Refused when it never will be (no link, expired, not understood), else try again.
func (c *Client) Report(ctx context.Context, r destination.Report) iter.Seq2[destination.ReportLine, error] {
	return func(yield func(destination.ReportLine, error) bool) {
		began := c.cfg.Clock()
		status, err := c.report(ctx, r, yield)
		e := &endpoint{kind: reportKind}
		c.log(ctx, e, status, c.cfg.Clock().Sub(began), "", err)
		if err != nil {
			yield(destination.ReportLine{}, err)
		}
	}
}

// report streams the lines; it returns the error that ended them, which it has not told.
func (c *Client) report(ctx context.Context, r destination.Report, yield func(destination.ReportLine, error) bool) (status int, err error) {
	name := word(r.Kind)
	if r.URL == "" {
		return 0, reportError(destination.Refused, 0, fmt.Sprintf("Brevo names the report %s but gives no link to it", name), nil)
	}
	within, cancel := context.WithTimeout(ctx, c.cfg.Reports.within())
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodGet, r.URL, nil)
	if err != nil {
		return 0, reportError(destination.Refused, 0, fmt.Sprintf("the link to the report %s is not a URL", name), nil)
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept", "text/csv, */*;q=0.1")
	c.count(reportKind)
	resp, err := c.reports.Do(req)
	if err != nil {
		var no *refusedLinkError
		if errors.As(err, &no) {
			return 0, reportError(destination.Refused, 0, fmt.Sprintf("the link to the report %s is not followed: %s", name, no.why), nil)
		}
		return 0, reportError(destination.NotDone, 0, fmt.Sprintf("the report %s: %s", name, trouble(ctx, err)), cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if status = resp.StatusCode; status != http.StatusOK {
		return status, reportStatus(name, resp)
	}
	for line, err := range readReport(&capped{r: resp.Body, left: c.cfg.Reports.maxBytes()}) {
		if err == nil {
			if !yield(line, nil) {
				return status, nil
			}
			continue
		}
		var odd *oddReportError
		switch {
		case errors.As(err, &odd):
			return status, reportError(destination.Refused, status, fmt.Sprintf("the report %s is not understood: %s", name, odd.why), nil)
		case errors.Is(err, errTooLarge):
			return status, reportError(destination.Refused, status, fmt.Sprintf("the report %s is larger than is read", name), nil)
		default:
			return status, reportError(destination.NotDone, status, fmt.Sprintf("the report %s broke off: %s", name, trouble(ctx, err)), cause(err))
		}
	}
	return status, nil
}

func reportStatus(name string, resp *http.Response) error {
	s := resp.StatusCode
	if s >= 500 || s == http.StatusTooManyRequests || s == http.StatusRequestTimeout || s == http.StatusTooEarly {
		e := reportError(destination.NotDone, s, fmt.Sprintf("the report %s cannot be downloaded now", name), nil)
		e.RetryAfter = reset(resp.Header)
		return e
	}
	return reportError(destination.Refused, s, fmt.Sprintf("the report %s is not given out; its link may have expired", name), nil)
}

func reportError(o destination.Outcome, status int, message string, err error) *destination.Error {
	e := &destination.Error{
		Outcome: o, Code: activation.CodeUnavailable, Status: status, Kind: reportKind, Message: message, Err: err,
		Remedy: "A run tries it again by itself",
	}
	if o == destination.Refused {
		e.Code, e.Remedy = activation.CodeRefused, "The rows of this import do not count as exported; run the export again, and report this if it lasts"
	}
	return e
}

// capped reads so many bytes and fails when there are more.
type capped struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

const (
	mostReportBytes = 256 << 20
	reportTime      = 5 * time.Minute
	reportHops      = 3
)
