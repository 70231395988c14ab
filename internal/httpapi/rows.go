package httpapi

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/ledger"
)

// csvPage is how many rows of a download are read at a time.
const csvPage = 1000

func (a *api) rowOperations() {
	const tag = "runs"
	register(a, endpoint{
		id: "list-rows", method: http.MethodGet, path: "/runs/{id}/rows", tag: tag, summary: "List what a run does with whom",
		description: "The members and leavers of a run that are not unchanged, with bucket and reason; of one that reconciles who is missing or extra. Before a row is settled it shows what is planned. " +
			"Who may not see customers gets addresses and ids masked.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.listRows)
	register(a, endpoint{
		id: "download-rejects", method: http.MethodGet, path: "/runs/{id}/rejects.csv", tag: tag, summary: "Download who was rejected",
		description: "The rejected members of a run as CSV (UTF-8, with a header). Cells that a spreadsheet would take for a formula get a leading apostrophe.",
		errors:      []activation.Code{activation.CodeNotFound},
		change: func(op *huma.Operation) {
			op.Responses["200"] = &huma.Response{
				Description: "The rejected members", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
			}
		},
	}, a.downloadRejects)
	register(a, endpoint{
		id: "list-batches", method: http.MethodGet, path: "/runs/{id}/batches", tag: tag, summary: "List the batches of a run",
		description: "The calls that a run is cut into, in order, with how far each is and the destination's process.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.listBatches)
}

// rowsInput chooses rows of a run.
type rowsInput struct {
	ByID
	Page
	Bucket string `query:"bucket" enum:"added,updated,rejected,duplicate,not_sent,removed,kept,still_wanted,not_removed,missing,extra" doc:"Only rows of this bucket"`
	Reason string `query:"reason" maxLength:"100" doc:"Only rows with this reason"`
}

func (a *api) listRows(ctx context.Context, in *rowsInput) (*body[wire.List[wire.RunRow]], error) {
	after, err := number(in.After)
	if err != nil {
		return nil, err
	}
	id := activation.RunID(in.ID)
	if _, err := a.cfg.Services.Exports.Run(ctx, id); err != nil {
		return nil, err
	}
	rows, err := a.cfg.Services.Ledger.Rows(ctx, id, ledger.RowFilter{
		Bucket: activation.Bucket(in.Bucket), Reason: in.Reason, After: after, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		next = strconv.FormatInt(rows[in.Limit-1].Number, 10)
	}
	if callerOf(ctx).Has(access.RightSeePersons) {
		return listOf(rows, next, wire.FromRunRow), nil
	}
	return listOf(rows, next, wire.MaskedRunRow), nil
}

func (a *api) listBatches(ctx context.Context, in *ByID) (*body[wire.List[wire.Batch]], error) {
	id := activation.RunID(in.ID)
	if _, err := a.cfg.Services.Exports.Run(ctx, id); err != nil {
		return nil, err
	}
	list, err := a.cfg.Services.Ledger.BatchesOf(ctx, id)
	if activation.CodeOf(err) == activation.CodeNotFound { // not planned yet: there are none
		list, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	watches, err := a.cfg.Services.Ledger.Watches(ctx, id)
	if err != nil {
		return nil, err
	}
	return listOf(list, "", func(b ledger.Batch) wire.Batch { return wire.FromBatch(b, watches) }), nil
}

func (a *api) downloadRejects(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	id := activation.RunID(in.ID)
	if _, err := a.cfg.Services.Exports.Run(ctx, id); err != nil {
		return nil, err
	}
	first, err := a.rejects(ctx, id, 0) // what fails, fails before the answer begins
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
		w.Header().Set("Content-Disposition", `attachment; filename="rejects.csv"`)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a long download is not an idle one
		out := csv.NewWriter(w)
		_ = out.Write([]string{"profile_id", "address", "list_id", "reason", "attribute", "why", "at"})
		for rows := first; len(rows) > 0; {
			for _, r := range rows {
				_ = out.Write(rejectCells(r))
			}
			if len(rows) < csvPage {
				break
			}
			if rows, err = a.rejects(ctx, id, rows[len(rows)-1].Number); err != nil {
				a.cfg.Log.ErrorContext(ctx, "download stopped", "run", id, "request", requestID(ctx), "error", masked(err))
				panic(http.ErrAbortHandler) // half a file must not look like a whole one
			}
		}
		out.Flush()
	}}, nil
}

func (a *api) rejects(ctx context.Context, id activation.RunID, after int64) ([]ledger.RunRow, error) {
	return a.cfg.Services.Ledger.Rows(ctx, id, ledger.RowFilter{Bucket: activation.BucketRejected, After: after, Limit: csvPage})
}

func rejectCells(r ledger.RunRow) []string {
	at := ""
	if !r.At.IsZero() {
		at = r.At.UTC().Format(time.RFC3339)
	}
	cells := []string{r.ProfileID, r.Address.String(), strconv.FormatInt(int64(r.List), 10), r.Reason, r.Attribute, r.Why, at}
	for i, c := range cells {
		cells[i] = inertCell(c)
	}
	return cells
}

// inertCell keeps spreadsheets from taking a cell for a formula (SEMANTICS S35).
func inertCell(c string) string {
	if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
		return "'" + c
	}
	return c
}
