package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// stored is an evaluation and the number of its table.
type stored struct {
	number int64
	warehouse.Evaluated
}

func (e stored) table() string { return fmt.Sprintf("members_%d", e.number) }

// stored finds the stored members of a segment; ok is false where there are none.
func (s session) stored(id activation.SegmentID) (e stored, ok bool, err error) {
	err = s.row("SELECT number, members, evaluated_at, data_at, definition FROM evaluation WHERE segment = ?", []any{string(id)},
		&e.number, &e.Members, &e.At, &e.DataAt, &e.Definition)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	e.At, e.DataAt = e.At.UTC(), e.DataAt.UTC()
	return e, err == nil, err
}

// Evaluate implements warehouse.Warehouse.
func (w *Warehouse) Evaluate(ctx context.Context, e warehouse.Evaluation) (out warehouse.Evaluated, err error) {
	err = w.update(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, e.Scope, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		m, err := x.member(e.Segment)
		if err != nil {
			return err
		}
		next := stored{Evaluated: warehouse.Evaluated{At: e.AsOf.UTC(), DataAt: b.dataAt, Definition: e.Segment.Definition(b.def, e.Scope)}}
		if err := s.row("SELECT nextval('evaluation_number')", nil, &next.number); err != nil {
			return err
		}
		stmt, args := x.statement("p.profile_id", b.table(), m.SQL, m.Args...)
		if err := s.exec("CREATE TABLE "+next.table()+" AS "+stmt, args...); err != nil {
			return x.told(err)
		}
		if err := s.row("SELECT count(*) FROM "+next.table(), nil, &next.Members); err != nil {
			return err
		}
		if err := s.forgetMembers(e.Segment.ID); err != nil {
			return err
		}
		if err := w.remember(s, b, e, next.table(), next.Members); err != nil {
			return err
		}
		if err := x.drop(); err != nil {
			return err
		}
		out = next.Evaluated
		return s.exec("INSERT INTO evaluation VALUES (?, ?, ?, ?, ?, ?)", string(e.Segment.ID), next.number, next.Members, next.At, next.DataAt, next.Definition)
	})
	if err != nil {
		return warehouse.Evaluated{}, fmt.Errorf("evaluate the segment %q: %w", e.Segment.Name, err)
	}
	return out, nil
}

func (s session) forgetMembers(id activation.SegmentID) error {
	old, ok, err := s.stored(id)
	if err != nil || !ok {
		return err
	}
	if err := s.exec("DELETE FROM evaluation WHERE segment = ?", string(id)); err != nil {
		return err
	}
	return s.exec("DROP TABLE " + old.table())
}

// Forget implements warehouse.Warehouse.
func (w *Warehouse) Forget(ctx context.Context, id activation.SegmentID) error {
	if err := w.update(ctx, func(s session) error { return s.forgetMembers(id) }); err != nil {
		return fmt.Errorf("forget the members of a segment: %w", err)
	}
	return nil
}

// Evaluations implements warehouse.Warehouse.
func (w *Warehouse) Evaluations(ctx context.Context) (map[activation.SegmentID]warehouse.Evaluated, error) {
	out := map[activation.SegmentID]warehouse.Evaluated{}
	err := w.read(ctx, func(s session) error {
		return s.rows("SELECT segment, members, evaluated_at, data_at, definition FROM evaluation", nil, func(scan func(...any) error) error {
			var id string
			var e warehouse.Evaluated
			err := scan(&id, &e.Members, &e.At, &e.DataAt, &e.Definition)
			e.At, e.DataAt = e.At.UTC(), e.DataAt.UTC()
			out[activation.SegmentID(id)] = e
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list evaluations: %w", err)
	}
	return out, nil
}
