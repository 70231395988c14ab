package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/export"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) refreshOperations() {
	const tag = "refresh"
	register(a, endpoint{
		id: "get-refresh-schedule", method: http.MethodGet, path: "/refresh-schedule", tag: tag, summary: "Get when the pipeline is refreshed",
		description: "When data sources are taken over, profiles built, segments evaluated and exports run by themselves. Off by default.",
	}, a.getRefreshSchedule)
	register(a, endpoint{
		id: "put-refresh-schedule", method: http.MethodPut, path: "/refresh-schedule", tag: tag, summary: "Set when the pipeline is refreshed",
		description: "Daily or on some days, up to four times a day. What was missed while the server did not run is made up for once.",
		errors:      []activation.Code{activation.CodeConflict},
	}, a.putRefreshSchedule)
	register(a, endpoint{
		id: "start-refresh", method: http.MethodPost, path: "/refreshes", tag: tag, status: http.StatusCreated, summary: "Refresh now",
		description: "Begins a refresh of the whole pipeline and answers at once. Exports with a schedule of their own, those that run on demand, and those that the caller may not run, are left alone. Two refreshes never overlap.",
		errors:      []activation.Code{activation.CodeConflict, activation.CodeNotReady},
	}, a.startRefresh)
	register(a, endpoint{
		id: "list-refreshes", method: http.MethodGet, path: "/refreshes", tag: tag, summary: "List refreshes", description: "Refreshes with their tasks, newest first.",
	}, a.listRefreshes)
	register(a, endpoint{
		id: "get-refresh", method: http.MethodGet, path: "/refreshes/{id}", tag: tag, summary: "Get a refresh", description: "One refresh with its tasks.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.getRefresh)
	register(a, endpoint{
		id: "cancel-refresh", method: http.MethodPost, path: "/refreshes/{id}/cancel", tag: tag, summary: "Cancel a refresh",
		description: "Tasks that have not begun are canceled; runs under way stop before their next batch. Refused where one of the exports may not be run by the caller.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.cancelRefresh)
	register(a, endpoint{
		id: "refresh-and-run", method: http.MethodPost, path: "/exports/{id}/refresh", tag: tag, status: http.StatusCreated, summary: "Refresh and run an export",
		description: "Takes over the source of the profile, builds the profile, evaluates the segments of the export, then runs it.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotReady, activation.CodeNoConnection, activation.CodeNeedsExportUser},
	}, a.refreshAndRun)
	register(a, endpoint{
		id: "run-all", method: http.MethodPost, path: "/exports/run-all", tag: tag, summary: "Run all exports",
		description: "Starts a run of every export that runs by itself, with the refresh or by a schedule of its own, and that the caller may run.",
	}, a.runAll)
}

func (a *api) getRefreshSchedule(ctx context.Context, _ *nothing) (*body[wire.RefreshSchedule], error) {
	s, version, err := a.cfg.Services.Refresh.Schedule(ctx)
	if err != nil {
		return nil, err
	}
	next, _ := s.Next(a.cfg.Clock())
	return answer(wire.FromRefreshSchedule(s, version, next)), nil
}

func (a *api) putRefreshSchedule(ctx context.Context, in *input[wire.RefreshSchedule]) (*body[wire.RefreshSchedule], error) {
	if err := a.cfg.Services.Refresh.SetSchedule(ctx, in.Body.Domain(), in.Body.Version); err != nil {
		return nil, err
	}
	return a.getRefreshSchedule(ctx, nil)
}

func begunRefresh(r activation.Refresh, err error) (*made[wire.Refresh], error) {
	if err != nil {
		return nil, err
	}
	return &made[wire.Refresh]{Location: Prefix + "/refreshes/" + string(r.ID), Body: wire.FromRefresh(r)}, nil
}

func (a *api) startRefresh(ctx context.Context, _ *nothing) (*made[wire.Refresh], error) {
	return begunRefresh(a.cfg.Services.Refresh.StartWhere(ctx, caller(ctx), func(r store.Reader, e activation.Export) (bool, error) {
		over, err := connectionOf(ctx, r, e)
		return callerOf(ctx).MayUse(over), err
	}))
}

// connectionOf returns the connection of an export; the zero connection of a detached one, which only administrators may use.
func connectionOf(ctx context.Context, r store.Reader, e activation.Export) (activation.Connection, error) {
	if e.Connection == "" {
		return activation.Connection{}, nil
	}
	return r.Connection(ctx, e.Connection)
}

func (a *api) refreshAndRun(ctx context.Context, in *ByID) (*made[wire.Refresh], error) {
	return begunRefresh(a.cfg.Services.Refresh.StartFor(ctx, activation.ExportID(in.ID), caller(ctx)))
}

func (a *api) listRefreshes(ctx context.Context, in *Page) (*body[wire.List[wire.Refresh]], error) {
	var list []activation.Refresh
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = r.Refreshes(ctx, store.Page{After: in.After, Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromRefresh), nil
}

func oneRefresh(r activation.Refresh, err error) (*body[wire.Refresh], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromRefresh(r)), nil
}

func (a *api) getRefresh(ctx context.Context, in *ByID) (*body[wire.Refresh], error) {
	return oneRefresh(a.cfg.Services.Refresh.Get(ctx, activation.RefreshID(in.ID)))
}

func (a *api) cancelRefresh(ctx context.Context, in *ByID) (*body[wire.Refresh], error) {
	id := activation.RefreshID(in.ID)
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		f, err := r.Refresh(ctx, id)
		if err != nil {
			return err
		}
		for _, t := range f.Tasks {
			if t.Kind != activation.TaskExport || t.Done() {
				continue
			}
			e, err := r.Export(ctx, activation.ExportID(t.Object))
			if activation.CodeOf(err) == activation.CodeNotFound {
				continue
			}
			if err != nil {
				return err
			}
			over, err := connectionOf(ctx, r, e)
			if err != nil {
				return err
			}
			if err := callerOf(ctx).CheckUse(over); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return oneRefresh(a.cfg.Services.Refresh.Cancel(ctx, id))
}

// runAll starts what runs by itself. One export that cannot be run does not keep the others.
func (a *api) runAll(ctx context.Context, _ *nothing) (*body[wire.StartedRuns], error) {
	var chosen []activation.Export
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		p := store.Page{Limit: 500}
		for {
			list, next, err := r.Exports(ctx, p)
			if err != nil {
				return err
			}
			for _, e := range list {
				over, err := connectionOf(ctx, r, e) // none of a detached one, which is named among those refused
				if err != nil {
					return err
				}
				if callerOf(ctx).MayUse(over) && e.Schedule.Effective() != activation.ScheduleOnDemand {
					chosen = append(chosen, e)
				}
			}
			if next == "" {
				return nil
			}
			p.After = next
		}
	})
	if err != nil {
		return nil, err
	}
	out := wire.StartedRuns{Runs: []wire.Run{}, Refused: []wire.RefusedStart{}}
	for _, e := range chosen {
		r, _, err := a.cfg.Services.Exports.StartRun(ctx, export.StartRequest{Export: e.ID, Kind: activation.RunReal, By: caller(ctx)})
		if err != nil {
			f := problem(ctx, err)
			out.Refused = append(out.Refused, wire.RefusedStart{ExportID: string(e.ID), Name: e.Name, Code: f.Code, Message: f.Detail})
			continue
		}
		out.Runs = append(out.Runs, wire.FromRun(r))
	}
	return answer(out), nil
}
