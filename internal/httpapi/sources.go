package httpapi

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
	"segue/internal/warehouse"
)

func (a *api) sourceOperations() {
	const tag = "sources"
	register(a, endpoint{
		id: "list-sources", method: http.MethodGet, path: "/sources", tag: tag, summary: "List data sources",
		description: "Data sources by age, with the outcome of their last ingest.",
	}, a.listSources)
	register(a, endpoint{
		id: "create-source", method: http.MethodPost, path: "/sources", tag: tag, status: http.StatusCreated, summary: "Add a data source",
		description: "Checks that the file is there and may be read; a database is not asked. Nothing is taken over yet: ingest it next. Sources in databases are for administrators; their password is stored sealed and never shown.",
		errors:      []activation.Code{activation.CodeConflict, activation.CodeSourceRefused},
	}, a.createSource)
	register(a, endpoint{
		id: "preview-source", method: http.MethodPost, path: "/sources/preview", tag: tag, reads: true, summary: "Look at the beginning of a source",
		description: "Reads a few rows of a file or of a database, with the columns and types that were found. Nothing is stored.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeSourceRefused, activation.CodeUnavailable},
	}, a.previewSource)
	register(a, endpoint{
		id: "get-source", method: http.MethodGet, path: "/sources/{id}", tag: tag, summary: "Get a data source",
		description: "One data source, with the outcome of its last ingest.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.getSource)
	register(a, endpoint{
		id: "update-source", method: http.MethodPut, path: "/sources/{id}", tag: tag, summary: "Change a data source",
		description: "Replaces the definition. Its table stays as it is until the next ingest. Another name is refused while queries of segments read the table by the one it has.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeInUse, activation.CodeSourceRefused},
	}, a.updateSource)
	register(a, endpoint{
		id: "delete-source", method: http.MethodDelete, path: "/sources/{id}", tag: tag, summary: "Remove a data source",
		description: "Removes the source and its table; refused while the profile is made from it, a relationship goes to or from it, or queries of segments read it. The file or the database stays as it is; a stored password goes.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeInUse},
	}, a.deleteSource)
	register(a, endpoint{
		id: "ingest-source", method: http.MethodPost, path: "/sources/{id}/ingest", tag: tag, summary: "Take a source's rows over",
		description: "Reads the file or the database into the source's table, which is replaced whole or stays as it was. Answers when that is done.",
		errors: []activation.Code{
			activation.CodeNotFound, activation.CodeConflict, activation.CodeSourceRefused, activation.CodeStorageFull, activation.CodeUnavailable,
		},
	}, a.ingestSource)
	register(a, endpoint{
		id: "list-quarantine", method: http.MethodGet, path: "/sources/{id}/quarantine", tag: tag, summary: "List rows that could not be read",
		description: "The rows of the last attempt that could not be read, also of one that was refused, with the reason. Values are masked.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.quarantine)
	register(a, endpoint{
		id: "download-quarantine", method: http.MethodGet, path: "/sources/{id}/quarantine.csv", tag: tag, summary: "Download rows that could not be read",
		description: "The rows of the last attempt that could not be read, also of one that was refused, as CSV (UTF-8, with a header). Values are masked. Cells that a spreadsheet would take for a formula get a leading apostrophe.",
		errors:      []activation.Code{activation.CodeNotFound},
		change:      asCSV("The rows that could not be read"),
	}, a.downloadQuarantine)
}

func (a *api) listSources(ctx context.Context, in *Named) (*body[wire.List[wire.Source]], error) {
	var list []activation.Source
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = pageOf(ctx, in, r.SourceByName, r.Sources)
		return err
	})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, shownSource(ctx)), nil
}

// pageOf reads one page of a listing of things with names, or the one thing with the name that was asked for.
func pageOf[T any](ctx context.Context, in *Named, one func(context.Context, string) (T, error),
	all func(context.Context, store.Page) ([]T, string, error)) ([]T, string, error) {
	if in.Name == "" {
		return all(ctx, store.Page{After: in.After, Limit: in.Limit})
	}
	v, err := one(ctx, in.Name)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil, "", nil
	}
	return []T{v}, "", err
}

func (a *api) createSource(ctx context.Context, in *input[wire.SourceInput]) (*made[wire.Source], error) {
	src := in.Body.Domain()
	if err := mayChange(ctx, src); err != nil {
		return nil, err
	}
	s, err := a.cfg.Services.Sources.Create(ctx, src, in.Body.Secret()...)
	if err != nil {
		return nil, err
	}
	return &made[wire.Source]{Location: Prefix + "/sources/" + string(s.ID), Body: shownSource(ctx)(s)}, nil
}

func (a *api) previewSource(ctx context.Context, in *input[wire.SourcePreview]) (*body[wire.Preview], error) {
	src := in.Body.Domain()
	if err := a.mayChangeStored(ctx, in.Body.Source, src); err != nil {
		return nil, err
	}
	p, err := a.cfg.Services.Sources.Preview(ctx, src, in.Body.Rows, in.Body.Secret()...)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromPreview(p)), nil
}

func (a *api) getSource(ctx context.Context, in *ByID) (*body[wire.Source], error) {
	s, err := a.cfg.Services.Sources.Get(ctx, activation.SourceID(in.ID))
	if err != nil {
		return nil, err
	}
	return answer(shownSource(ctx)(s)), nil
}

func (a *api) updateSource(ctx context.Context, in *change[wire.SourceUpdate]) (*body[wire.Source], error) {
	src := in.Body.Domain(in.ID)
	if err := a.mayChangeStored(ctx, in.ID, src); err != nil {
		return nil, err
	}
	s, err := a.cfg.Services.Sources.Update(ctx, src, in.Body.Secret()...)
	if err != nil {
		return nil, err
	}
	return answer(shownSource(ctx)(s)), nil
}

func (a *api) deleteSource(ctx context.Context, in *ByID) (*nothing, error) {
	if err := a.mayChangeStored(ctx, in.ID); err != nil {
		return nil, err
	}
	return nil, a.cfg.Services.Sources.Delete(ctx, activation.SourceID(in.ID))
}

// mayChange fails if the caller may not create, look into or change the source: those in databases hold credentials.
func mayChange(ctx context.Context, s activation.Source) error {
	if !s.Kind.Database() && s.Database == (activation.DatabaseOptions{}) {
		return nil
	}
	return callerOf(ctx).Check(access.RightChangeDatabases)
}

// mayChangeStored asks that of what is stored, if it is, as well as of what it is to become.
func (a *api) mayChangeStored(ctx context.Context, id string, to ...activation.Source) error {
	for _, s := range to {
		if err := mayChange(ctx, s); err != nil {
			return err
		}
	}
	was, err := a.cfg.Services.Sources.Get(ctx, activation.SourceID(id))
	if err != nil {
		return ignoreMissing(err)
	}
	return mayChange(ctx, was)
}

// shownSource makes the JSON of sources: where a database lies is shown to those who may change it.
func shownSource(ctx context.Context) func(activation.Source) wire.Source {
	all := callerOf(ctx).Has(access.RightChangeDatabases)
	return func(s activation.Source) wire.Source {
		if !all {
			s.Database = activation.DatabaseOptions{}
		}
		return wire.FromSource(s)
	}
}

// ingestInput asks for an ingest.
type ingestInput struct {
	ByID
	Force bool `query:"force" doc:"Take the rows over although the table shrinks by much or columns are gone that the profile is made from"`
}

func (a *api) ingestSource(ctx context.Context, in *ingestInput) (*body[wire.Source], error) {
	s, err := a.cfg.Services.Sources.Ingest(ctx, activation.SourceID(in.ID), in.Force)
	if err != nil {
		return nil, err
	}
	return answer(shownSource(ctx)(s)), nil
}

// quarantineInput chooses a page of rows that could not be read.
type quarantineInput struct {
	ByID
	Page
}

func (a *api) quarantine(ctx context.Context, in *quarantineInput) (*body[wire.List[wire.BadRow]], error) {
	offset, err := number(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.cfg.Services.Sources.Quarantine(ctx, activation.SourceID(in.ID), int(offset), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) > in.Limit {
		rows, next = rows[:in.Limit], strconv.FormatInt(offset+int64(in.Limit), 10)
	}
	return listOf(rows, next, wire.FromBadRow), nil
}

func (a *api) downloadQuarantine(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	read := 0
	return download(ctx, a, csvFile[warehouse.BadRow]{
		name:   "quarantine.csv",
		header: []string{"file", "line", "column", "value", "reason"},
		page: func(ctx context.Context, _ *warehouse.BadRow) ([]warehouse.BadRow, error) {
			rows, err := a.cfg.Services.Sources.Quarantine(ctx, activation.SourceID(in.ID), read, csvPage)
			read += len(rows)
			return rows, err
		},
		cells: func(r warehouse.BadRow) []string {
			return []string{r.File, strconv.FormatInt(r.Line, 10), r.Column, r.Value, r.Reason}
		},
	})
}

// number reads a cursor that is a number; the empty one is 0.
func number(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 48)
	if err != nil || n < 0 {
		return 0, badCursor()
	}
	return n, nil
}
