package httpapi

import (
	"context"
	"net/http"
	"time"

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
	register(a, endpoint{
		id: "detach-export", method: http.MethodPost, path: "/exports/{id}/detach", tag: tag, summary: "Detach an export from its connection",
		description: "The export keeps its definition and does not run. Nothing is touched at the destination; whom it owns on lists it goes on owning. A run of it stops before its next batch.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNoConnection, activation.CodeConflict},
	}, a.detachExport)
	register(a, endpoint{
		id: "attach-export", method: http.MethodPost, path: "/exports/{id}/attach", tag: tag, summary: "Attach a detached export to a connection",
		description: "Over a connection to the same account it goes on where it was. Another account asks for a list; the export begins there with nobody, and whom it owned before is owned by nobody.",
		errors:      append(checks, activation.CodeInUse),
	}, a.attachExport)
	register(a, endpoint{
		id: "duplicate-export", method: http.MethodPost, path: "/exports/{id}/duplicate", tag: tag, status: http.StatusCreated, summary: "Duplicate an export",
		description: "Makes a copy under another name, with the same segments, list and mapping. The copy runs on demand only, until it is given a schedule.",
		errors:      append(checks, activation.CodeNoConnection),
	}, a.duplicateExport)
	register(a, endpoint{
		id: "schedule-exports", method: http.MethodPost, path: "/exports/schedule", tag: tag, summary: "Schedule several exports",
		description: "Gives exports a schedule: all of them or, where one may not have it, none. Those with a schedule of their own keep it if asked.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.scheduleExports)
}

func (a *api) listExports(ctx context.Context, in *Named) (*body[wire.List[wire.Export]], error) {
	var out wire.List[wire.Export]
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		list, next, err := pageOf(ctx, in, r.ExportByName, r.Exports)
		if err != nil {
			return err
		}
		out = wire.List[wire.Export]{Items: make([]wire.Export, 0, len(list)), NextCursor: next}
		steps := store.NewSteps(r)
		for _, e := range list {
			shown, err := shownExport(ctx, r, steps, e, a.cfg.Clock())
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

// shownExport is an export as the caller sees it; steps are of the same transaction.
func shownExport(ctx context.Context, r store.Reader, steps *store.Steps, e activation.Export, now time.Time) (wire.Export, error) {
	latest, err := latestRun(ctx, r, e.ID)
	if err != nil {
		return wire.Export{}, err
	}
	var over activation.Connection
	if e.Connection != "" {
		if over, err = r.Connection(ctx, e.Connection); err != nil {
			return wire.Export{}, err
		}
	}
	out := wire.FromExport(e, over, latest, callerOf(ctx).MayUse(over))
	size, err := r.LastListSize(ctx, e.ID)
	if err != nil {
		return wire.Export{}, err
	}
	if !size.At.IsZero() {
		out.ListSize = &wire.ListSize{At: size.At, Size: size.Size}
	}
	behind, err := steps.OutOfStep(ctx, e)
	if err != nil {
		return wire.Export{}, err
	}
	out.OutOfStep = wire.FromOutOfStep(behind)
	if e.Freshness > 0 {
		success, err := r.LastSuccess(ctx, e.ID)
		if err != nil {
			return wire.Export{}, err
		}
		out.Freshness = wire.FromFreshness(e.Freshness, success, e.Late(success, now))
	}
	if latest != nil && !latest.Status.Final() && latest.Status != activation.StatusHeld {
		return out, nil // it is under way, be it to its end
	}
	stopped, err := store.Impediment(ctx, r, e)
	if err != nil {
		return wire.Export{}, err
	}
	if stopped != "" {
		out.Status = wire.RunStatus(stopped)
	}
	return out, nil
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
		out, err = shownExport(ctx, r, store.NewSteps(r), e, a.cfg.Clock())
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

func (a *api) detachExport(ctx context.Context, in *ByID) (*body[wire.Export], error) {
	e, err := a.cfg.Services.Exports.Detach(ctx, activation.ExportID(in.ID), caller(ctx))
	if err != nil {
		return nil, err
	}
	return a.oneExport(ctx, e.ID)
}

func (a *api) attachExport(ctx context.Context, in *change[wire.AttachInput]) (*body[wire.Export], error) {
	to := activation.ConnectionID(in.Body.ConnectionID)
	if err := a.checkConnectionUse(ctx, to); err != nil {
		return nil, err
	}
	e, err := a.cfg.Services.Exports.Attach(ctx, activation.ExportID(in.ID), to, activation.ListID(in.Body.ListID))
	if err != nil {
		return nil, err
	}
	return a.oneExport(ctx, e.ID)
}

func (a *api) duplicateExport(ctx context.Context, in *change[wire.DuplicateInput]) (*made[wire.Export], error) {
	e, err := a.cfg.Services.Exports.Duplicate(ctx, activation.ExportID(in.ID), in.Body.Name)
	if err != nil {
		return nil, err
	}
	out, err := a.oneExport(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	return &made[wire.Export]{Location: Prefix + "/exports/" + string(e.ID), Body: out.Body}, nil
}

// scheduleExports asks for each export whether the caller may change it, for the path names none.
func (a *api) scheduleExports(ctx context.Context, in *input[wire.ScheduleExports]) (*body[wire.ScheduledExports], error) {
	ids := make([]activation.ExportID, len(in.Body.ExportIDs))
	for i, id := range in.Body.ExportIDs {
		ids[i] = activation.ExportID(id)
	}
	changed, kept, err := a.cfg.Services.Exports.Schedule(ctx, ids, in.Body.Schedule.Domain(), in.Body.KeepOwn, func(r store.Reader, e activation.Export) error {
		var over activation.Connection
		if e.Connection != "" {
			var err error
			if over, err = r.Connection(ctx, e.Connection); err != nil {
				return err
			}
		}
		return callerOf(ctx).CheckUse(over)
	})
	if err != nil {
		return nil, err
	}
	out := wire.ScheduledExports{Changed: []wire.Export{}, Kept: []wire.Export{}}
	for _, part := range []struct {
		ids []activation.ExportID
		to  *[]wire.Export
	}{{changed, &out.Changed}, {kept, &out.Kept}} {
		for _, id := range part.ids {
			e, err := a.oneExport(ctx, id)
			if err != nil {
				return nil, err
			}
			*part.to = append(*part.to, e.Body)
		}
	}
	return answer(out), nil
}
