package duckdb

import (
	"context"
	"fmt"
	"slices"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// loadTyped takes relations over that make one table, in one transaction. after is told what a relation failed with, and
// asked with -1 whether all of it still holds.
func (w *Warehouse) loadTyped(ctx context.Context, r warehouse.LoadRequest, open func(session) ([]relation, error), after func(int, error) error) (activation.Ingest, error) {
	began := w.cfg.Clock()
	var in intake
	err := w.update(ctx, func(s session) error {
		old, err := s.table(r.Source.ID)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return err
		}
		list, err := open(s)
		if err != nil {
			return err
		}
		at, err := sameShape(list)
		if err != nil {
			return err
		}
		wide, err := s.wide(list, len(list[0].columns), at)
		if err != nil {
			return after(0, err)
		}
		to, err := settle(list[0].columns, r.Source, func(i int) bool { return wide[i] })
		if err != nil {
			return err
		}
		for _, c := range to {
			in.columns = append(in.columns, c.Column)
		}
		next, err := s.create(in.columns)
		if err != nil {
			return err
		}
		for i, rel := range list {
			if err := s.take(next.name(), rel, to, at[i], &in); err != nil {
				return after(i, err)
			}
		}
		if err := after(-1, nil); err != nil {
			return err
		}
		next.rows = in.rows
		if err := admit(r, in, old); err != nil {
			return refusedError{err, in}
		}
		if in.columns, err = s.guess(next.name(), to); err != nil {
			return err
		}
		return s.replace(r, in, old, next)
	})
	if err != nil {
		return activation.Ingest{}, fmt.Errorf("take %q over: %w", r.Source.Name, err)
	}
	return activation.Ingest{
		At: r.At, Rows: in.rows, Quarantined: in.quarantined, Columns: in.columns, DurationMS: w.cfg.Clock().Sub(began).Milliseconds(),
	}, nil
}

// sameShape returns for every relation the places of its columns in the first; all must have the same, whatever their order.
func sameShape(list []relation) ([][]int, error) {
	at := make([][]int, len(list))
	first := list[0]
	refuse := func(r relation, text string, args ...any) error {
		return activation.Errorf(activation.CodeSourceRefused, "the file %s is not of the same shape as the others: %s", r.file, fmt.Sprintf(text, args...)).
			WithRemedy("Mend the file, or leave it out of the source's path")
	}
	for k, r := range list {
		at[k] = make([]int, len(r.columns))
		has := map[string]bool{}
		for i, c := range r.columns {
			at[k][i] = slices.IndexFunc(first.columns, func(o typed) bool { return o.name == c.name })
			has[c.name] = true
			if at[k][i] < 0 {
				return nil, refuse(r, "it has a column %q, which %s lacks", c.name, first.file)
			}
			if o := first.columns[at[k][i]]; o.kind != c.kind {
				return nil, refuse(r, "the column %q is %s, and %s in %s", c.name, c.kind, o.kind, first.file)
			}
		}
		for _, c := range first.columns {
			if !has[c.name] {
				return nil, refuse(r, "it lacks the column %q, which %s has", c.name, first.file)
			}
		}
	}
	return at, nil
}

// previewOf shows the beginning of one relation.
func (s session) previewOf(r warehouse.LoadRequest, rel relation, rows int) (p warehouse.Preview, err error) {
	at := [][]int{make([]int, len(rel.columns))}
	for i := range at[0] {
		at[0][i] = i
	}
	wide, err := s.wide([]relation{rel}, len(rel.columns), at)
	if err != nil {
		return p, err
	}
	to, err := settle(rel.columns, r.Source, func(i int) bool { return wide[i] })
	if err != nil {
		return p, err
	}
	return s.preview(rel, to, rows)
}
