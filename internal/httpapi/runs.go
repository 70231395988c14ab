package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
	"segue/internal/export"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) runOperations() {
	const tag = "runs"
	register(a, endpoint{
		id: "start-run", method: http.MethodPost, path: "/exports/{id}/runs", tag: tag, status: http.StatusCreated, summary: "Start a run",
		description: "Starts a run or a dry run of an export, reconciles its list, or takes people off it, and answers at once. With an Idempotency-Key a repeated request answers 200 with the run of the first one.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNoConnection, activation.CodeNeedsExportUser},
		change: func(op *huma.Operation) {
			op.Responses[strconv.Itoa(http.StatusOK)] = &huma.Response{
				Description: "The run that an earlier request with this Idempotency-Key started",
				Content:     map[string]*huma.MediaType{"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.Run](), true, "Run")}},
			}
		},
	}, a.startRun)
	register(a, endpoint{
		id: "list-runs", method: http.MethodGet, path: "/runs", tag: tag, summary: "List runs", description: "Runs, newest first; of one export if asked.",
	}, a.listRuns)
	register(a, endpoint{
		id: "get-run", method: http.MethodGet, path: "/runs/{id}", tag: tag, summary: "Get a run",
		description: "One run with its plan, its progress and, once ended, its receipt.", errors: []activation.Code{activation.CodeNotFound},
	}, a.getRun)
	acting := []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNoConnection, activation.CodeNeedsExportUser}
	register(a, endpoint{
		id: "cancel-run", method: http.MethodPost, path: "/runs/{id}/cancel", tag: tag, summary: "Cancel a run",
		description: "Stops the run before its next batch. An import on its way is followed to its end.", errors: acting,
	}, a.cancelRun)
	register(a, endpoint{
		id: "release-run", method: http.MethodPost, path: "/runs/{id}/release", tag: tag, summary: "Release a held run",
		description: "Lets a run go on that the mass-change brake holds. Who released it is recorded.", errors: acting,
	}, a.releaseRun)
	register(a, endpoint{
		id: "refuse-run", method: http.MethodPost, path: "/runs/{id}/refuse", tag: tag, summary: "Refuse a held run",
		description: "Ends a held run; nothing more of it is sent. Whom nobody may mail was taken off before it was held; then it has a receipt.", errors: acting,
	}, a.refuseRun)
	register(a, endpoint{
		id: "give-up-run", method: http.MethodPost, path: "/runs/{id}/give-up", tag: tag, summary: "Give up an import that does not end",
		description: "Lets the run no longer wait for its import, which was sent hours ago (`--give-up-after`) and has not ended at the destination; also for one that a stopped run left in flight. " +
			"Its people are not acknowledged and are sent again by the next run. The process is watched for 7 days: whom it adds although nobody wants them any more is removed again.",
		errors: append([]activation.Code{activation.CodeUnavailable}, acting...),
	}, a.giveUpRun)
	register(a, endpoint{
		id: "decide-run", method: http.MethodPost, path: "/runs/{id}/decisions", tag: tag, summary: "Decide what reconciling has found",
		description: "Says what becomes of those who are missing from the list, and of those who are extra. Who decided is recorded. The same again changes nothing; " +
			"refused when the list was reconciled again or what Segue knows of it changed since.", errors: acting,
	}, a.decideRun)
}

// startInput asks for a run.
type startInput struct {
	ByID
	Key  string         `header:"Idempotency-Key" maxLength:"200" doc:"Repeating a request with the same key starts no second run"`
	Body *wire.RunStart `required:"false"`
}

// started is the run that was asked for.
type started struct {
	Status   int
	Location string `header:"Location" doc:"Where it is"`
	Body     wire.Run
}

func (a *api) startRun(ctx context.Context, in *startInput) (*started, error) {
	q := export.StartRequest{Export: activation.ExportID(in.ID), Kind: activation.RunReal, By: caller(ctx), IdempotencyKey: in.Key}
	if in.Body != nil {
		q.RefreshMirror = in.Body.RefreshMirror
		if in.Body.Kind != "" {
			q.Kind = activation.RunKind(in.Body.Kind)
		}
	}
	r, created, err := a.cfg.Services.Exports.StartRun(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &started{Status: http.StatusOK, Location: Prefix + "/runs/" + string(r.ID), Body: wire.FromRun(r)}
	if created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// runsInput chooses a page of runs.
type runsInput struct {
	Page
	ExportID string `query:"export_id" maxLength:"200" doc:"Only runs of this export"`
}

func (a *api) listRuns(ctx context.Context, in *runsInput) (*body[wire.List[wire.Run]], error) {
	var list []activation.Run
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = r.Runs(ctx, activation.ExportID(in.ExportID), store.Page{After: in.After, Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromRun), nil
}

func oneRun(r activation.Run, err error) (*body[wire.Run], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromRun(r)), nil
}

func (a *api) getRun(ctx context.Context, in *ByID) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.Run(ctx, activation.RunID(in.ID)))
}

func (a *api) cancelRun(ctx context.Context, in *ByID) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.Cancel(ctx, activation.RunID(in.ID)))
}

func (a *api) releaseRun(ctx context.Context, in *ByID) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.Release(ctx, activation.RunID(in.ID), caller(ctx)))
}

func (a *api) giveUpRun(ctx context.Context, in *ByID) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.GiveUp(ctx, activation.RunID(in.ID), caller(ctx)))
}

func (a *api) decideRun(ctx context.Context, in *change[wire.DecisionInput]) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.Decide(ctx, activation.RunID(in.ID), in.Body.Domain(), caller(ctx)))
}

func (a *api) refuseRun(ctx context.Context, in *ByID) (*body[wire.Run], error) {
	return oneRun(a.cfg.Services.Exports.Refuse(ctx, activation.RunID(in.ID), caller(ctx)))
}
