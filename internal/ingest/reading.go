package ingest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// reading is what the queries of segments read, by their texts: names of tables in lower case. It depends on nothing but the texts.
type reading map[string][]string

// reading asks the warehouse what the queries of all segments read. This cannot be done in a transaction of the store.
func (s *Service) reading(ctx context.Context) (reading, error) {
	all, err := queried(ctx, s.cfg.Store.View)
	if err != nil {
		return nil, err
	}
	out := reading{}
	for _, g := range all {
		for _, q := range g.Queries() {
			if _, ok := out[q]; ok {
				continue
			}
			if out[q], err = s.cfg.Warehouse.TablesOf(ctx, q); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// queried lists the segments that hold queries.
func queried(ctx context.Context, view func(context.Context, func(store.Reader) error) error) (list []activation.Segment, err error) {
	err = view(ctx, func(r store.Reader) error {
		list, err = store.Every(func(p store.Page) ([]activation.Segment, string, error) { return r.Segments(ctx, p) })
		return err
	})
	return slices.DeleteFunc(list, func(g activation.Segment) bool { return len(g.Queries()) == 0 }), err
}

// free fails with CodeInUse, naming the segments, while queries read the table of a source by its name.
func (r reading) free(ctx context.Context, tx store.Tx, name string) error {
	list, err := queried(ctx, func(_ context.Context, f func(store.Reader) error) error { return f(tx) })
	if err != nil {
		return err
	}
	name = strings.ToLower(name)
	if name == warehouse.ProfilesTable {
		return nil // what queries call so are the profiles
	}
	var users []string
	for _, g := range list {
		reads := false
		for _, q := range g.Queries() {
			tables, known := r[q]
			if !known {
				return activation.Errorf(activation.CodeConflict, "the segment %q was changed meanwhile", g.Name).WithRemedy("Try again")
			}
			reads = reads || slices.Contains(tables, name)
		}
		if reads {
			users = append(users, g.Name)
		}
	}
	err = store.InUse("source", "queries of the segments", users)
	var e *activation.Error
	if errors.As(err, &e) {
		return e.WithRemedy("Change what these segments ask for first: queries know the table by this name")
	}
	return err
}
