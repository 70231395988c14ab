package httpapi

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// csvPage is how many rows of a download are read at a time.
const csvPage = 1000

// csvFile is a table that is downloaded, read page by page.
type csvFile[T any] struct {
	name   string
	header []string
	// page reads up to csvPage rows behind last, which is nil for the first ones.
	page  func(ctx context.Context, last *T) ([]T, error)
	cells func(T) []string
}

// download answers with the table as CSV. No cell is a formula to a spreadsheet (SEMANTICS S35). What fails at the first page is a problem;
// what fails later ends the connection, for half a file must not look like a whole one.
func download[T any](ctx context.Context, a *api, f csvFile[T]) (*huma.StreamResponse, error) {
	rows, err := f.page(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
		w.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a long download is not an idle one
		out := csv.NewWriter(w)
		_ = out.Write(f.header)
		for len(rows) > 0 {
			for _, r := range rows {
				cells := f.cells(r)
				for i, c := range cells {
					cells[i] = inertCell(c)
				}
				_ = out.Write(cells)
			}
			if len(rows) < csvPage {
				break
			}
			if rows, err = f.page(ctx, &rows[len(rows)-1]); err != nil {
				a.cfg.Log.ErrorContext(ctx, "download stopped", "file", f.name, "request", requestID(ctx), "error", masked(err))
				panic(http.ErrAbortHandler)
			}
		}
		out.Flush()
	}}, nil
}

// asCSV documents an operation that answers with a file.
func asCSV(description string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		op.Responses["200"] = &huma.Response{
			Description: description, Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}
	}
}

// inertCell keeps spreadsheets from taking a cell for a formula (SEMANTICS S35).
func inertCell(c string) string {
	if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
		return "'" + c
	}
	return c
}
