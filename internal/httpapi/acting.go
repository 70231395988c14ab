package httpapi

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/access"
	"segue/internal/activation"
)

// changes reports whether an operation changes something, so that it has to show in the audit log.
func (e endpoint) changes() bool { return e.method != http.MethodGet && !e.reads }

// readsKey marks operations in huma's metadata that change nothing though they are no GET.
const readsKey = "reads"

// audited calls an operation's work under the name of who calls. What it changes in the control store leaves entries
// by itself, in the same transaction; what changes nothing there, or fails, leaves one here.
func audited[O any](ctx context.Context, a *api, e endpoint, work func(context.Context) (*O, error)) (*O, error) {
	if !e.changes() {
		return work(ctx)
	}
	written := 0
	actor := callerOf(ctx).Actor
	if actor.Kind == "" { // an operation without sign-in
		actor = activation.Actor{Kind: activation.ActorNobody, Name: "nobody"}
	}
	out, err := work(activation.WithActing(ctx, activation.Acting{Actor: actor, Action: e.id, Written: &written}))
	if err == nil && written > 0 {
		return out, nil
	}
	outcome := activation.AuditDone
	if err != nil {
		outcome = string(activation.CodeOf(err))
		if !tells(outcome) {
			return nil, err
		}
	}
	if err != nil && actor.Kind == activation.ActorNobody && (outcome == string(activation.CodeTooMany) || !a.strangers.take(a.cfg.Clock())) {
		return nil, err // it stands in the log of requests
	}
	if noteErr := a.cfg.Services.Audit.Note(ctx, activation.AuditEntry{Actor: actor, Action: e.id, Outcome: outcome}); noteErr != nil {
		if err == nil {
			return nil, noteErr
		}
		a.cfg.Log.ErrorContext(ctx, "the audit log could not be written", "operation", e.id, "request", requestID(ctx), "error", masked(noteErr))
	}
	return out, err
}

// strangersEntries is how many entries an hour may tell of what strangers tried in vain. Entries stay for ever: whoever reaches the
// server could fill the disk otherwise.
const strangersEntries = 600

// allowance counts what may happen within an hour.
type allowance struct {
	mu    sync.Mutex
	since time.Time
	used  int
}

// take reports whether there was something left, and takes it.
func (l *allowance) take(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := now.Sub(l.since); d >= time.Hour || d < 0 {
		l.since, l.used = now, 0
	}
	l.used++
	return l.used <= strangersEntries
}

// tells reports whether a failure is worth an entry of the audit log: somebody tried what they may not.
func tells(outcome string) bool {
	switch activation.Code(outcome) {
	case activation.CodeUnauthenticated, activation.CodeForbidden, activation.CodeNotProved, activation.CodeTooMany:
		return true
	}
	return false
}

// denied writes down that somebody who is known tried a change that they may not make.
func (a *api) denied(ctx context.Context, c access.Caller, op *huma.Operation, err error) {
	if reads, _ := op.Metadata[readsKey].(bool); reads || op.Method == http.MethodGet || activation.CodeOf(err) != activation.CodeForbidden {
		return
	}
	e := activation.AuditEntry{Actor: c.Actor, Action: op.OperationID, Outcome: string(activation.CodeForbidden)}
	if err := a.cfg.Services.Audit.Note(ctx, e); err != nil {
		a.cfg.Log.ErrorContext(ctx, "the audit log could not be written", "operation", op.OperationID, "request", requestID(ctx), "error", masked(err))
	}
}
