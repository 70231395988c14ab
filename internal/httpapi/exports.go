package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) exportOperations() {
	const tag = "exports"
	checks := destinationCodes(activation.CodeConflict, activation.CodeNotReady, activation.CodeNotFound, activation.CodeListMissing,
		activation.CodeAttributeMissing, activation.CodeAttributeTaken, activation.CodeCorrupt)
	register(a, endpoint{
		id: "list-exports", method: http.MethodGet, path: "/exports", tag: tag, summary: "List exports",
		description: "Exports by age, with the status of their latest run.",
	}, a.listExports)
	register(a, endpoint{
		id: "create-export", method: http.MethodPost, path: "/exports", tag: tag, status: http.StatusCreated, summary: "Add an export",
		description: "Checks the definition against the profile, its segments and the account's list and attributes, and stores it. Saving does not run it.",
		errors:      checks,
	}, a.createExport)
	register(a, endpoint{
		id: "get-export", method: http.MethodGet, path: "/exports/{id}", tag: tag, summary: "Get an export",
		description: "One export, with its latest run.", errors: []activation.Code{activation.CodeNotFound},
	}, a.getExport)
	register(a, endpoint{
		id: "update-export", method: http.MethodPut, path: "/exports/{id}", tag: tag, summary: "Change an export",
		description: "Replaces the definition after the same checks. Its list follows with the next run.", errors: checks,
	}, a.updateExport)
	register(a, endpoint{
		id: "delete-export", method: http.MethodDelete, path: "/exports/{id}", tag: tag, summary: "Remove an export",
		description: "Removes the export; refused while a run of it has not ended. The list stays as it is. To take its people off first, start a run of the kind remove_people.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeInUse},
	}, a.deleteExport)
}

func (a *api) listExports(ctx context.Context, in *Named) (*body[wire.List[wire.Export]], error) {
	var out wire.List[wire.Export]
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		list, next, err := pageOf(ctx, in, r.ExportByName, r.Exports)
		if err != nil {
			return err
		}
		out = wire.List[wire.Export]{Items: make([]wire.Export, 0, len(list)), NextCursor: next}
		for _, e := range list {
			shown, err := shownExport(ctx, r, e)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, shown)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer(out), nil
}

// shownExport is an export as the caller sees it.
func shownExport(ctx context.Context, r store.Reader, e activation.Export) (wire.Export, error) {
	latest, err := latestRun(ctx, r, e.ID)
	if err != nil {
		return wire.Export{}, err
	}
	over, err := r.Connection(ctx, e.Connection)
	if err != nil {
		return wire.Export{}, err
	}
	return wire.FromExport(e, over, latest, callerOf(ctx).MayUse(over)), nil
}

// latestRun returns the newest run of an export that is no dry run, nil if there is none. One that removes people counts until it has
// ended: what became of the members is told by another.
func latestRun(ctx context.Context, r store.Reader, id activation.ExportID) (*activation.Run, error) {
	recent, _, err := r.Runs(ctx, id, store.Page{Limit: 20})
	if err != nil {
		return nil, err
	}
	for _, run := range recent {
		if run.Kind == activation.RunReal || (run.Kind.OnlyRemoves() && !run.Status.Final()) {
			return &run, nil
		}
	}
	last, err := r.LastRun(ctx, id) // behind many dry runs
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil, nil
	}
	return &last, err
}

func (a *api) createExport(ctx context.Context, in *input[wire.ExportInput]) (*made[wire.Export], error) {
	if err := a.checkConnectionUse(ctx, activation.ConnectionID(in.Body.ConnectionID)); err != nil {
		return nil, err
	}
	taken, err := a.taken(ctx, in.Body.Domain(), in.Body.TakeAttributes)
	if err != nil {
		return nil, err
	}
	e, err := a.cfg.Services.Exports.Create(ctx, in.Body.Domain(), in.Body.TakeAttributes...)
	if err != nil {
		return nil, err
	}
	out, err := a.oneExport(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	out.Body.TakenFrom = wire.FromFeeds(taken)
	return &made[wire.Export]{Location: Prefix + "/exports/" + string(e.ID), Body: out.Body}, nil
}

func (a *api) getExport(ctx context.Context, in *ByID) (*body[wire.Export], error) {
	return a.oneExport(ctx, activation.ExportID(in.ID))
}

func (a *api) oneExport(ctx context.Context, id activation.ExportID) (*body[wire.Export], error) {
	var out wire.Export
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		e, err := r.Export(ctx, id)
		if err != nil {
			return err
		}
		out, err = shownExport(ctx, r, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer(out), nil
}

func (a *api) updateExport(ctx context.Context, in *change[wire.ExportUpdate]) (*body[wire.Export], error) {
	if err := a.checkConnectionUse(ctx, activation.ConnectionID(in.Body.ConnectionID)); err != nil { // the new one
		return nil, err
	}
	taken, err := a.taken(ctx, in.Body.Domain(in.ID), in.Body.TakeAttributes)
	if err != nil {
		return nil, err
	}
	e, err := a.cfg.Services.Exports.Update(ctx, in.Body.Domain(in.ID), in.Body.TakeAttributes...)
	if err != nil {
		return nil, err
	}
	out, err := a.oneExport(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	out.Body.TakenFrom = wire.FromFeeds(taken)
	return out, nil
}

func (a *api) deleteExport(ctx context.Context, in *ByID) (*nothing, error) {
	return nil, a.cfg.Services.Exports.Delete(ctx, activation.ExportID(in.ID))
}
