package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/dialect"
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
		m, err := b.member(e.Segment, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		next := stored{Evaluated: warehouse.Evaluated{At: e.AsOf.UTC(), DataAt: b.dataAt, Definition: e.Segment.Definition(b.def)}}
		if err := s.row("SELECT nextval('evaluation_number')", nil, &next.number); err != nil {
			return err
		}
		if err := s.exec(fmt.Sprintf("CREATE TABLE %s AS SELECT p.profile_id FROM %s p WHERE %s", next.table(), b.table(), m.SQL), m.Args...); err != nil {
			return err
		}
		if err := s.row("SELECT count(*) FROM "+next.table(), nil, &next.Members); err != nil {
			return err
		}
		if err := s.forgetMembers(e.Segment.ID); err != nil {
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

// kept is the condition that a profile p is a stored member of a segment. Members that are lost are no answer, and members of
// another definition are not this segment's (S25, S27).
func (s session) kept(b build, g activation.Segment) (dialect.Expr, error) {
	e, ok, err := s.stored(g.ID)
	switch {
	case err != nil:
		return dialect.Expr{}, err
	case !ok:
		return dialect.Expr{}, activation.Errorf(activation.CodeCannotEvaluate, "the members of the segment %q are not stored: it was not evaluated yet, or they were lost with the warehouse", g.Name).
			WithRemedy("Evaluate it, then run again: segue segment evaluate; nothing was sent (an answer that is missing is never \"nobody\")")
	case e.Definition != g.Definition(b.def):
		return dialect.Expr{}, activation.Errorf(activation.CodeUnavailable, "the segment %q, or what makes a profile, was changed since its members were stored", g.Name).
			WithRemedy("Evaluate it: segue segment evaluate; the run goes on by itself then, and nothing is sent before")
	}
	return dialect.Expr{SQL: "p.profile_id IN (SELECT m.profile_id FROM " + e.table() + " m)"}, nil
}
