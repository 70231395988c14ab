package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

func (a *api) eventOperations() {
	register(a, endpoint{
		id: "watch-run", method: http.MethodGet, path: "/runs/{id}/events", tag: "runs", summary: "Watch a run",
		description: "Server-sent events: one event 'run' with the run as data now and whenever it changes, with its version as id. The stream ends when " +
			"the run has ended. After Last-Event-ID only newer states are sent; if there can be none any more the answer is 204. Comments keep the connection alive.",
		errors: []activation.Code{activation.CodeNotFound},
		change: func(op *huma.Operation) {
			op.Responses["200"] = &huma.Response{
				Description: "States of the run as they come; the data of each event is a Run",
				Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
			}
			op.Responses["204"] = &huma.Response{Description: "The run has ended and its last state was seen"}
		},
	}, a.watchRun)
}

// watchInput says which run is watched, and what was seen of it.
type watchInput struct {
	ByID
	Seen string `header:"Last-Event-ID" maxLength:"30" doc:"The id of the last event that was seen"`
}

func (a *api) watchRun(ctx context.Context, in *watchInput) (*huma.StreamResponse, error) {
	seen, err := number(in.Seen)
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "is no id of an event").WithField("Last-Event-ID")
	}
	r, err := a.cfg.Services.Exports.Run(ctx, activation.RunID(in.ID))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		if r.Status.Final() && r.Version <= seen {
			w.WriteHeader(http.StatusNoContent) // tells browsers not to come back
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		w.WriteHeader(http.StatusOK)
		a.stream(ctx, w, r.ID, seen)
	}}, nil
}

// stream sends states of the run that are newer than seen until it has ended or nobody listens any more.
func (a *api) stream(ctx context.Context, w http.ResponseWriter, id activation.RunID, seen int64) {
	ctx, cancel := context.WithCancel(ctx)
	states := make(chan activation.Run)
	watcher := make(chan struct{})
	defer func() {
		cancel()
		<-watcher
	}()
	go func() {
		defer close(watcher)
		defer close(states)
		for r, err := range a.cfg.Services.Exports.Watch(ctx, id, a.cfg.WatchEvery) {
			if err != nil {
				a.cfg.Log.ErrorContext(ctx, "watching a run stopped", "run", id, "request", requestID(ctx), "error", masked(err))
				return
			}
			select {
			case states <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	out := &eventWriter{w: w, control: http.NewResponseController(w), patience: 2 * a.cfg.Heartbeat, clock: a.cfg.Clock}
	if out.send([]byte(": watching\n\n")) != nil {
		return
	}
	beat := time.NewTicker(a.cfg.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if out.send([]byte(": still here\n\n")) != nil {
				return
			}
		case r, ok := <-states:
			if !ok {
				return
			}
			if r.Version <= seen {
				continue
			}
			if out.run(wire.FromRun(r)) != nil {
				return
			}
		}
	}
}

// eventWriter writes server-sent events, each at once, and gives up on a reader that takes none for too long.
type eventWriter struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	clock    func() time.Time
}

// run sends a state of a run.
func (e *eventWriter) run(r wire.Run) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: run\nid: %s\ndata: ", strconv.FormatInt(r.Version, 10))
	if err := json.NewEncoder(&b).Encode(r); err != nil { // JSON has no line breaks but the last
		return err
	}
	b.WriteByte('\n')
	return e.send(b.Bytes())
}

func (e *eventWriter) send(b []byte) error {
	_ = e.control.SetWriteDeadline(e.clock().Add(e.patience)) // not the server's: a stream has no length
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.control.Flush()
}
