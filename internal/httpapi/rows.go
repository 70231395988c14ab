package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/ledger"
)

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
		change:      asCSV("The rejected members"),
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
	run, err := a.cfg.Services.Exports.Run(ctx, activation.RunID(in.ID))
	if err != nil {
		return nil, err
	}
	var planned time.Time
	if run.Plan != nil {
		planned = run.Plan.At
	}
	return download(ctx, a, csvFile[ledger.RunRow]{
		name:   "rejects.csv",
		header: []string{"profile_id", "address", "list_id", "reason", "attribute", "why", "at"},
		page: func(ctx context.Context, last *ledger.RunRow) ([]ledger.RunRow, error) {
			f := ledger.RowFilter{Bucket: activation.BucketRejected, Limit: csvPage}
			if last != nil {
				f.After = last.Number
			}
			return a.cfg.Services.Ledger.Rows(ctx, run.ID, f)
		},
		cells: func(r ledger.RunRow) []string { return rejectCells(r, planned) },
	})
}

// rejectCells are the cells of a rejected row. One that the plan rejected was rejected when it was made.
func rejectCells(r ledger.RunRow, planned time.Time) []string {
	at := ""
	if r.At.IsZero() {
		r.At = planned
	}
	if !r.At.IsZero() {
		at = r.At.UTC().Format(time.RFC3339)
	}
	return []string{r.ProfileID, r.Address.String(), strconv.FormatInt(int64(r.List), 10), r.Reason, r.Attribute, r.Why, at}
}
