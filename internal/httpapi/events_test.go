package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// listener reads server-sent events.
type listener struct {
	t    *testing.T
	resp *http.Response
	scan *bufio.Scanner
}

func (b *bundle) listen(run string, headers ...string) *listener {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	b.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", b.server.URL+Prefix+"/runs/"+run+"/events", nil)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.server.Client().Do(req)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = resp.Body.Close() })
	return &listener{b.t, resp, bufio.NewScanner(resp.Body)}
}

// next returns the next event's id and data, or ok false at the end of the stream.
func (l *listener) next() (id string, run object, ok bool) {
	l.t.Helper()
	event := ""
	for l.scan.Scan() {
		line := l.scan.Text()
		switch {
		case strings.HasPrefix(line, "event: "):
			event = line[7:]
		case strings.HasPrefix(line, "id: "):
			id = line[4:]
		case strings.HasPrefix(line, "data: "):
			require.NoError(l.t, json.Unmarshal([]byte(line[6:]), &run))
		case line == "" && run != nil:
			require.Equal(l.t, "run", event)
			return id, run, true
		}
	}
	return "", nil, false
}

// comment returns the next comment.
func (l *listener) comment() string {
	l.t.Helper()
	for l.scan.Scan() {
		if strings.HasPrefix(l.scan.Text(), ": ") {
			return l.scan.Text()[2:]
		}
	}
	return ""
}

func TestWatchingSendsEachStateAndEndsWithTheRun(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	l := b.listen(run)
	require.Equal(t, "text/event-stream", l.resp.Header.Get("Content-Type"))
	id, r, ok := l.next()
	require.True(t, ok)
	require.Equal(t, "1", id)
	require.Equal(t, "queued", r["status"])
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusRunning })
	id, r, _ = l.next()
	require.Equal(t, "2", id)
	require.Equal(t, "running", r["status"])
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusSuccessful })
	_, r, _ = l.next()
	require.Equal(t, true, r["ended"])
	_, _, ok = l.next()
	require.False(t, ok, "the stream ends with the run")
}

func TestWatchingGoesOnAfterTheLastStateSeen(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusRunning })
	l := b.listen(run, "Last-Event-ID", "2")
	require.Equal(t, "watching", l.comment(), "nothing new yet")
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusSuccessful })
	id, _, ok := l.next()
	require.True(t, ok)
	require.Equal(t, "3", id)

	l = b.listen(run, "Last-Event-ID", "2")
	id, _, _ = l.next()
	require.Equal(t, "3", id, "what was missed is sent again")
	l = b.listen(run, "Last-Event-ID", "3")
	require.Equal(t, http.StatusNoContent, l.resp.StatusCode, "nothing can come any more")
	b.refused(activation.CodeInvalid, "GET", "/runs/"+run+"/events", nil, "Last-Event-ID", "x")
	b.refused(activation.CodeNotFound, "GET", "/runs/none/events", nil)
}

func TestSilentStreamsAreKeptAlive(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.Heartbeat = 10 * time.Millisecond })
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	l := b.listen(run)
	require.Equal(t, "watching", l.comment())
	require.Equal(t, "still here", l.comment())
	require.Equal(t, "still here", l.comment())
}

func TestStreamsOutliveTheServersWriteTimeout(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	b.server.Config.WriteTimeout = 50 * time.Millisecond
	l := b.listen(run)
	_, _, ok := l.next()
	require.True(t, ok)
	time.Sleep(150 * time.Millisecond)
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusSuccessful })
	_, r, ok := l.next()
	require.True(t, ok)
	require.Equal(t, "successful", r["status"])
}

func TestStreamEndsWhenNobodyListens(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	l := b.listen(run)
	_, _, ok := l.next()
	require.True(t, ok)
	require.NoError(t, l.resp.Body.Close())
	_, err := io.ReadAll(l.resp.Body)
	require.Error(t, err)
	require.Eventually(t, func() bool { return strings.Contains(b.Log.String(), "/events") }, 10*time.Second, 10*time.Millisecond,
		"the request ends (goleak looks after its goroutines)")
}
