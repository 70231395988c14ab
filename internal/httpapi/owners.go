package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/export"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) ownerOperations() {
	const tag = "exports"
	register(a, endpoint{
		id: "get-export-people", method: http.MethodGet, path: "/exports/{id}/people", tag: tag, summary: "Count an export's people",
		description: "How many people the export owns and keeps on which list, how many were there before, and how many on its list were left behind by exports that are gone. Counts only.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.exportPeople)
	register(a, endpoint{
		id: "adopt-orphans", method: http.MethodPost, path: "/exports/{id}/adoptions", tag: tag, status: http.StatusCreated, summary: "Adopt who was left behind",
		description: "Makes the export own whoever exports that are gone left behind on its list. Its next run sends whom it wants of them and removes the others, under the mass-change brake. " +
			"Who was on the list before Segue stays so; who was kept stays kept. Who adopted is recorded.",
		errors: []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.adopt)
}

func (a *api) exportPeople(ctx context.Context, in *ByID) (*body[wire.ExportPeople], error) {
	p, err := a.cfg.Services.Exports.People(ctx, activation.ExportID(in.ID))
	if err != nil {
		return nil, err
	}
	return answer(wire.FromPeople(p)), nil
}

func (a *api) adopt(ctx context.Context, in *ByID) (*body[wire.Adoption], error) {
	x, err := a.cfg.Services.Exports.Adopt(ctx, activation.ExportID(in.ID), caller(ctx))
	if err != nil {
		return nil, err
	}
	out := wire.FromAdoption(x)
	return answer(out), a.noted(ctx, "export", in.ID, out)
}

// noted writes into the audit log what was done outside of the control store.
func (a *api) noted(ctx context.Context, kind, id string, after any) error {
	acting, ok := activation.ActingOf(ctx)
	if !ok {
		return nil
	}
	text, err := json.Marshal(after)
	if err != nil {
		return err
	}
	e := activation.AuditEntry{Actor: acting.Actor, Action: acting.Action, Outcome: activation.AuditDone, Kind: kind, ID: id, After: text}
	if err := a.cfg.Services.Audit.Note(ctx, e); err != nil {
		return err
	}
	*acting.Written++
	return nil
}

// taken lists what the export takes over, and fails if the caller may not change one of those that lose it.
func (a *api) taken(ctx context.Context, e activation.Export, takes []string) ([]export.Feed, error) {
	if len(takes) == 0 {
		return nil, nil
	}
	all, err := a.cfg.Services.Exports.Contested(ctx, e)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f export.Feed) bool {
		return !slices.ContainsFunc(takes, func(t string) bool { return strings.EqualFold(strings.TrimSpace(t), f.Attribute) })
	})
	return all, a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		for _, f := range all {
			k, err := r.Connection(ctx, f.Export.Connection)
			if err != nil {
				return err
			}
			if err := callerOf(ctx).CheckUse(k); err != nil {
				return err
			}
		}
		return nil
	})
}
