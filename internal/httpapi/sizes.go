package httpapi

import (
	"context"
	"net/http"
	"time"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) sizeOperations() {
	register(a, endpoint{
		id: "get-list-sizes", method: http.MethodGet, path: "/list-sizes", tag: "exports", summary: "Say how large lists were over time",
		description: "For each export how many people its list held after its runs, as the destination said, oldest first. The period is cut into equal steps, " +
			"of each of which the last size counts.",
	}, a.listSizes)
}

// sizesInput chooses sizes of lists.
type sizesInput struct {
	Page
	ExportID string `query:"export_id" maxLength:"200" doc:"Only of this export"`
	Days     int    `query:"days" minimum:"1" maximum:"1100" default:"30" doc:"How many days back"`
	Steps    int    `query:"steps" minimum:"1" maximum:"400" default:"60" doc:"How many sizes of an export at most"`
}

func (a *api) listSizes(ctx context.Context, in *sizesInput) (*body[wire.List[wire.ListSizes]], error) {
	period := time.Duration(in.Days) * 24 * time.Hour
	// A little more than the part of the period, so that there is never a step more than asked for.
	q := store.SizesQuery{Export: activation.ExportID(in.ExportID), Since: a.cfg.Clock().UTC().Add(-period), Step: period/time.Duration(in.Steps) + time.Microsecond}
	var list []activation.ListSizes
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = r.ListSizes(ctx, q, store.Page{After: in.After, Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromListSizes), nil
}
