package brevo

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

const (
	pageOfProcesses = 50 // the most that Brevo gives
	leastProcesses  = 10 // asked for, so that their order shows
)

// Processes implements destination.Destination.
func (c *Client) Processes(ctx context.Context, offset, limit int) ([]destination.Process, error) {
	var list []destination.Process
	for len(list) < limit {
		want := min(limit-len(list), pageOfProcesses)
		page, err := c.processes(ctx, offset+len(list), max(want, leastProcesses))
		if err != nil {
			return nil, err
		}
		list = append(list, page[:min(want, len(page))]...)
		if len(page) < want {
			break
		}
	}
	return list, nil
}

func (c *Client) processes(ctx context.Context, offset, limit int) ([]destination.Process, error) {
	r := call{endpoint: getProcesses, query: url.Values{
		"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}, "sort": {"desc"},
	}}
	v, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	entries := v.Get("processes")
	if entries.Exists() && !entries.IsArray() && entries.Type != gjson.Null {
		return nil, r.failed(destination.Unknown, "the answer holds no processes", nil)
	}
	list := make([]destination.Process, 0, limit)
	for _, p := range entries.Array() {
		one, ok := c.process(p)
		if !ok {
			return nil, r.failed(destination.Unknown, "the answer has a process without a number", nil)
		}
		list = append(list, one)
	}
	// Who asks for the newest must not be given the oldest: their number is what a batch is held against (S30).
	newest := func(a, b destination.Process) int { return cmp.Compare(b.ID, a.ID) }
	if n := len(list); n > 1 && list[0].ID < list[n-1].ID && (!v.Get("count").Exists() || int64(n) < v.Get("count").Int()) {
		return nil, r.failed(destination.Unknown, "the processes are not in the order that was asked for", nil)
	}
	slices.SortFunc(list, newest)
	return list, nil
}

func (c *Client) process(v gjson.Result) (destination.Process, bool) {
	id, ok := number(v.Get("id"))
	if !ok {
		return destination.Process{}, false
	}
	// One without a name may be an import: better to wait for it.
	name := strings.ToUpper(strings.TrimSpace(text(v.Get("name"))))
	p := destination.Process{ID: activation.ProcessID(id), Import: name == "IMPORTUSER" || name == ""}
	p.State = c.cfg.Budget.state(p.ID, strings.ToLower(strings.TrimSpace(text(v.Get("status")))))
	if p.Import && p.State == destination.ProcessCompleted {
		p.Reports = reports(v.Get("info.import"))
	}
	return p, true
}

// reports reads the links to an import's reports, whatever their kinds. A link is an address, or several; null, nothing and 0
// mean that there is none. Anything else, such as the counts of an older document, leaves a report without an address,
// which cannot be read: better than to take silence for success (S12).
func reports(v gjson.Result) []destination.Report {
	var list []destination.Report
	switch {
	case !v.Exists() || v.Type == gjson.Null:
		return nil
	case !v.IsObject():
		return []destination.Report{{Kind: "unknown"}}
	}
	v.ForEach(func(kind, link gjson.Result) bool {
		links := []gjson.Result{link}
		if link.IsArray() {
			links = link.Array()
		}
		for _, l := range links {
			switch {
			case l.Type == gjson.Null || l.Type == gjson.False:
			case l.Type == gjson.Number && l.Num == 0:
			case l.Type == gjson.String && (strings.TrimSpace(l.Str) == "" || strings.TrimSpace(l.Str) == "0"):
			case l.Type == gjson.String:
				list = append(list, destination.Report{Kind: word(kind.Str), URL: strings.TrimSpace(l.Str)})
			default:
				list = append(list, destination.Report{Kind: word(kind.Str)})
			}
		}
		return true
	})
	slices.SortStableFunc(list, func(a, b destination.Report) int { return cmp.Compare(a.Kind, b.Kind) })
	return list
}

// word is a name of Brevo's as it may stand in a text.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if s == "" || len(s) > 60 {
		return "unknown"
	}
	return s
}

// oddStatus is a status that is not known, and since when a process has had it.
type oddStatus struct {
	word  string
	since time.Time
}

// state translates a status. One that is not known is taken for running until it has stayed for the grace period, then for
// failed: never for completed.
func (b *Budget) state(id activation.ProcessID, status string) destination.ProcessState {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := func(s destination.ProcessState) destination.ProcessState {
		delete(b.odd, id)
		return s
	}
	switch status {
	case "queued", "in_process", "processing":
		return known(destination.ProcessRunning)
	case "completed":
		return known(destination.ProcessCompleted)
	case "failed", "cancelled", "canceled", "error", "aborted":
		return known(destination.ProcessFailed)
	}
	now := b.cfg.Clock()
	if o, ok := b.odd[id]; !ok || o.word != status {
		b.odd[id] = oddStatus{status, now}
	}
	if now.Sub(b.odd[id].since) < b.cfg.Grace {
		return destination.ProcessRunning
	}
	return destination.ProcessFailed
}
