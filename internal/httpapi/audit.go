package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/httpapi/wire"
)

func (a *api) auditOperations() {
	const tag = "audit"
	register(a, endpoint{
		id: "list-audit", method: http.MethodGet, path: "/audit", tag: tag, summary: "List what was done",
		description: "Entries of the audit log, newest first, each with what the thing is called that it is about. Secrets and data of customers are in none.",
	}, a.listAudit)
	register(a, endpoint{
		id: "download-audit", method: http.MethodGet, path: "/audit.ndjson", tag: tag, summary: "Download the audit log",
		description: "Every entry as a line of JSON, oldest first.",
		change: func(op *huma.Operation) {
			op.Responses["200"] = &huma.Response{
				Description: "The audit log", Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}}},
			}
		},
	}, a.downloadAudit)
	register(a, endpoint{
		id: "verify-audit", method: http.MethodGet, path: "/audit/verification", tag: tag, summary: "Verify the audit log",
		description: "Follows the chain of hashes from the first entry to the last. Given a hash that an earlier answer had as head, it says as well whether entries were cut off since.",
	}, a.verifyAudit)
}

func (a *api) listAudit(ctx context.Context, in *Page) (*body[wire.List[wire.AuditEntry]], error) {
	before, err := number(in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.cfg.Services.Audit.Before(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit {
		list = list[:in.Limit]
		next = strconv.FormatInt(list[in.Limit-1].Number, 10)
	}
	names, err := a.named(ctx, list)
	if err != nil {
		return nil, err
	}
	out := listOf(list, next, wire.FromAuditEntry)
	for i, name := range names {
		out.Body.Items[i].Name = name
	}
	return out, nil
}

func (a *api) downloadAudit(ctx context.Context, _ *nothing) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Content-Disposition", `attachment; filename="audit.ndjson"`)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a long download is not an idle one
		enc := json.NewEncoder(w)
		for e, err := range a.cfg.Services.Audit.All(ctx) {
			if err != nil {
				a.cfg.Log.ErrorContext(ctx, "download stopped", "request", requestID(ctx), "error", masked(err))
				panic(http.ErrAbortHandler) // half a file must not look like a whole one
			}
			if enc.Encode(wire.FromAuditEntry(e)) != nil {
				return
			}
		}
	}}, nil
}

// verifyInput may name a hash of an earlier verdict.
type verifyInput struct {
	Head string `query:"head" maxLength:"64" doc:"A hash that an earlier answer had as head"`
}

func (a *api) verifyAudit(ctx context.Context, in *verifyInput) (*body[wire.AuditVerdict], error) {
	v, err := a.cfg.Services.Audit.Verify(ctx, in.Head)
	if err != nil {
		return nil, err
	}
	return answer(wire.AuditVerdict{Entries: v.Entries, Head: v.Head}), nil
}
