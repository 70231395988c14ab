package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

// maxEvent is the most bytes of one line of an event stream.
const maxEvent = 4 << 20

// patience is how many tries in a row may fail before a watch gives up: about half a minute, enough for a restart.
const patience = 30

// Watch yields the run now and whenever it changes, until it has ended. A connection that breaks off is made again, from
// the last state seen on; when that fails for about half a minute the error is yielded and the watch ends.
func (c *Client) Watch(ctx context.Context, id string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		seen, failures := "", 0
		for {
			more, err := c.watchOnce(ctx, id, &seen, func(r Run) bool {
				failures = 0
				return yield(r, nil)
			})
			if err == nil && !more {
				return
			}
			failures++
			if err != nil && (!more || failures > patience || !temporary(err)) {
				yield(Run{}, err)
				return
			}
			pause := time.NewTimer(time.Duration(min(failures, 10)) * 100 * time.Millisecond)
			select {
			case <-ctx.Done():
				pause.Stop()
				yield(Run{}, ctx.Err())
				return
			case <-pause.C:
			}
		}
	}
}

// temporary reports whether asking again may help.
func temporary(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == 0 || e.Status >= http.StatusInternalServerError)
}

// watchOnce reads one stream. More is false when the run has ended or nobody wants more.
func (c *Client) watchOnce(ctx context.Context, id string, seen *string, each func(Run) bool) (more bool, _ error) {
	params := &WatchRunParams{}
	if *seen != "" {
		params.LastEventID = seen
	}
	resp, err := c.WatchRun(ctx, id, params)
	if err := check(resp, err); err != nil {
		return true, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNoContent {
		return false, nil
	}
	for e, err := range events(resp.Body) {
		if err != nil {
			return true, noAnswer(err)
		}
		if e.name != "run" {
			continue
		}
		var r Run
		if err := json.Unmarshal(e.data, &r); err != nil {
			return false, notUnderstood(resp, err)
		}
		*seen = e.id
		if !each(r) || r.Ended {
			return false, nil
		}
	}
	return true, nil
}

// event is a server-sent event.
type event struct {
	name, id string
	data     []byte
}

// events reads a stream of server-sent events; comments and fields that are not used here are passed over.
func events(r io.Reader) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
		var e event
		for lines.Scan() {
			line := strings.TrimSuffix(lines.Text(), "\r")
			if line == "" {
				if e.data != nil && !yield(e, nil) {
					return
				}
				e = event{}
				continue
			}
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				if e.data != nil {
					e.data = append(e.data, '\n')
				}
				e.data = append(bytes.Clone(e.data), value...)
			}
		}
		if err := lines.Err(); err != nil {
			yield(event{}, err)
		}
	}
}
