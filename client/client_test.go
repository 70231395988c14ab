package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and returns a client of it.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	c, err := New(srv.URL, "the-token")
	require.NoError(t, err)
	t.Cleanup(func() {
		c.Client.(*http.Client).CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	})
	return c
}

func TestRequestsCarryTokenAndName(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer the-token", r.Header.Get("Authorization"))
		assert.Equal(t, UserAgent, r.Header.Get("User-Agent"))
		assert.Equal(t, "/api/v1/version", r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"version":"1","go":"go1.26"}`))
	})
	v, err := Decode[Version](c.GetVersion(t.Context()))
	require.NoError(t, err)
	require.Equal(t, "1", v.Version)
}

func TestTokenIsNotCarriedElsewhere(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer other.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	_, err := Decode[Version](c.GetVersion(t.Context()))
	require.Error(t, err)
	require.False(t, asked.Load())
}

func TestParametersThatAreNotGivenAreNotSent(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, strings.Trim(r.URL.RawQuery, "&"))
		_, _ = w.Write([]byte(`{"items":[]}`))
	})
	_, err := Decode[SourceList](c.ListSources(t.Context(), &ListSourcesParams{}))
	require.NoError(t, err)
}

func TestProblemsBecomeErrors(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"type":"urn:segue:problem:conflict","title":"In conflict","status":409,"code":"conflict","detail":"the name is taken",
			"remedy":"Choose another name","field":"name","request_id":"r1","errors":[{"field":"name","message":"taken"}]}`))
	})
	for _, err := range []error{Done(c.DeleteSource(t.Context(), "x")), Copy(&bytes.Buffer{}, must(c.DownloadRejects(t.Context(), "x")), nil)} {
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, &Error{
			Status: 409, Code: "conflict", Message: "the name is taken", Remedy: "Choose another name", Field: "name", RequestID: "r1",
			Errors: []FieldError{{Field: "name", Message: "taken"}},
		}, e)
		require.Equal(t, "name: the name is taken. Choose another name", err.Error())
		require.Equal(t, "conflict", CodeOf(fmt.Errorf("wrapped: %w", err)))
	}
}

func must(r *http.Response, err error) *http.Response {
	if err != nil {
		panic(err)
	}
	return r
}

func TestAnswersOfOthersAreErrors(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"an HTML error page": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>Bad gateway</html>", http.StatusBadGateway)
		},
		"a page in place of JSON": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"a problem without a code": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(500)
			_, _ = w.Write([]byte("{}"))
		},
	} {
		_, err := Decode[Version](serve(t, h).GetVersion(t.Context()))
		require.Equal(t, CodeInternal, CodeOf(err), name)
		require.NotContains(t, err.Error(), "html", name)
	}
}

func TestNoAnswerSaysWhatToDo(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	c, err := New(srv.URL, "t")
	require.NoError(t, err)
	_, err = Decode[Version](c.GetVersion(t.Context()))
	require.Equal(t, CodeUnavailable, CodeOf(err))
	require.Contains(t, err.Error(), "segue serve")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Decode[Version](c.GetVersion(ctx))
	require.ErrorIs(t, err, context.Canceled)
}

func TestItemsReadEveryPage(t *testing.T) {
	t.Parallel()
	read := func(after *string) ([]int, string, error) {
		switch {
		case after == nil:
			return []int{1, 2}, "a", nil
		case *after == "a":
			return nil, "b", nil
		case *after == "b":
			return []int{3}, "", nil
		}
		return nil, "", errors.New("no such page")
	}
	var got []int
	for i, err := range Items(read) {
		require.NoError(t, err)
		got = append(got, i)
	}
	require.Equal(t, []int{1, 2, 3}, got)
	for _, err := range Items(func(*string) ([]int, string, error) { return nil, "", errors.New("broken") }) {
		require.Error(t, err)
	}
	for range Items(read) {
		break
	}
}

// state is an event with a run.
func state(version int, status string, ended bool) string {
	return fmt.Sprintf("event: run\nid: %d\ndata: {\"id\":\"r1\",\"version\":%d,\"status\":%q,\"ended\":%t}\n\n", version, version, status, ended)
}

func TestWatchGoesOnWhereTheConnectionBroke(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch calls.Add(1) {
		case 1:
			assert.Empty(t, r.Header.Get("Last-Event-ID"))
			_, _ = w.Write([]byte(": watching\n\n" + state(1, "queued", false) + state(2, "running", false) + "event: run\nid: 3\ndata: {\"id\""))
		case 2:
			assert.Equal(t, "2", r.Header.Get("Last-Event-ID"), "half an event was not seen")
			panic(http.ErrAbortHandler)
		case 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			assert.Equal(t, "2", r.Header.Get("Last-Event-ID"))
			_, _ = w.Write([]byte("event: other\ndata: x\n\n" + state(5, "successful", true) + state(6, "never", true)))
		}
	})
	var seen []string
	for r, err := range c.Watch(t.Context(), "r1") {
		require.NoError(t, err)
		seen = append(seen, string(r.Status))
	}
	require.Equal(t, []string{"queued", "running", "successful"}, seen)
}

func TestWatchOfAnEndedRunEnds(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for range c.Watch(t.Context(), "r1") {
		t.Fatal("there is nothing to see")
	}
}

func TestWatchGivesUpOnWhatCannotGetBetter(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"not_found","detail":"there is no such run"}`))
	})
	n := 0
	for _, err := range c.Watch(t.Context(), "r1") {
		require.Equal(t, "not_found", CodeOf(err))
		n++
	}
	require.Equal(t, 1, n)
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("event: run\nid: 1\ndata: {]\n\n"))
	})
	for _, err := range broken.Watch(t.Context(), "r1") {
		require.Equal(t, CodeInternal, CodeOf(err))
		n++
	}
	require.Equal(t, 2, n)
}

func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(state(1, "queued", false)))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var last error
	for _, err := range c.Watch(ctx, "r1") {
		cancel()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
}

func TestEventsAreReadAsTheStandardSays(t *testing.T) {
	t.Parallel()
	stream := ": comment\r\nevent:run\r\nid:7\r\ndata: one\r\ndata: two\r\nretry: 5\r\n\r\nid: 8\n\ndata:last\n\ndata: cut off"
	var got []event
	for e, err := range events(strings.NewReader(stream)) {
		require.NoError(t, err)
		got = append(got, e)
	}
	require.Equal(t, []event{{name: "run", id: "7", data: []byte("one\ntwo")}, {data: []byte("last")}}, got)
	for _, err := range events(strings.NewReader("data: " + strings.Repeat("x", maxEvent+10))) {
		require.Error(t, err, "an endless line is no event")
	}
}
