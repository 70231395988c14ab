package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/dialect"
)

func cannotEvaluate(err error, text string, args ...any) error {
	e := activation.Errorf(activation.CodeCannotEvaluate, text, args...).
		WithRemedy("Mend the segment or the profile; an answer that is missing is never \"nobody\"")
	e.Err = err
	return e
}

// Count implements warehouse.Warehouse.
func (w *Warehouse) Count(ctx context.Context, e warehouse.Evaluation) (warehouse.Counts, error) {
	c, _, err := w.Look(ctx, e, 0)
	return c, err
}

// Look implements warehouse.Warehouse.
func (w *Warehouse) Look(ctx context.Context, e warehouse.Evaluation, n int) (c warehouse.Counts, list []warehouse.Profile, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, e.Scope, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		var ids []any
		if c, ids, err = x.look(e.Segment, n); err != nil || len(ids) == 0 {
			return err
		}
		list, err = s.profiles(b, "p.profile_id IN (?"+strings.Repeat(", ?", len(ids)-1)+")", ids, n)
		return err
	})
	if err != nil {
		return warehouse.Counts{}, nil, fmt.Errorf("count the segment %q: %w", e.Segment.Name, err)
	}
	return c, list, nil
}

// look counts a segment and each of its rules, and tells the first n ids of its members, all in one walk over the profiles.
func (x *selection) look(g activation.Segment, n int) (c warehouse.Counts, ids []any, err error) {
	rules, err := x.rules(g)
	if err != nil {
		return c, nil, err
	}
	names := make([]string, len(rules))
	columns, counts := []string{"p.profile_id AS id"}, ""
	var args []any
	c.Rules = make([]int64, len(rules))
	var found any // a list, or nothing where there is nobody
	into := []any{&c.Members, &found}
	for i, r := range rules {
		names[i] = fmt.Sprintf("r%d", i)
		columns = append(columns, r.SQL+" AS "+names[i])
		counts += ", count(*) FILTER (" + names[i] + ")"
		args = append(args, r.Args...)
		into = append(into, &c.Rules[i])
	}
	combined, err := dialect.Combine(g, names)
	if err != nil {
		return c, nil, err
	}
	first := "NULL"
	if n > 0 {
		first = fmt.Sprintf("min(id, %d) FILTER (%s)", n, combined)
	}
	inner, args := x.statement(strings.Join(columns, ", "), x.b.table(), "true", args...)
	c.Unknown = x.unknown
	err = x.s.row(fmt.Sprintf("SELECT count(*) FILTER (%s), %s%s FROM (%s)", combined, first, counts, inner), args, into...)
	ids, _ = found.([]any)
	return c, ids, x.told(err)
}

// Sample implements warehouse.Warehouse.
func (w *Warehouse) Sample(ctx context.Context, e warehouse.Evaluation, after string, limit int) (list []warehouse.Profile, err error) {
	err = w.read(ctx, func(s session) error {
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
		list, err = x.profiles("p.profile_id > ?::VARCHAR AND "+m.SQL, append([]any{after}, m.Args...), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sample the segment %q: %w", e.Segment.Name, err)
	}
	return list, nil
}

// Contains implements warehouse.Warehouse.
func (w *Warehouse) Contains(ctx context.Context, e warehouse.Evaluation, id string) (in bool, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, e.Scope, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		m, err := x.selects(e.Segment)
		if err != nil {
			return err
		}
		stmt, args := x.statement("count(*) > 0", b.table(), "p.profile_id = ?::VARCHAR AND "+m.SQL, append([]any{id}, m.Args...)...)
		return x.told(s.row(stmt, args, &in))
	})
	if err != nil {
		return false, fmt.Errorf("look for a profile in the segment %q: %w", e.Segment.Name, err)
	}
	return in, nil
}

// profiles returns profiles that a condition without segments selects, ordered by id.
func (s session) profiles(b build, where string, args []any, limit int) ([]warehouse.Profile, error) {
	x, err := s.selection(b, activation.Scope{}, time.Time{}, "")
	if err != nil {
		return nil, err
	}
	return x.profiles(where, args, limit)
}

// profiles returns profiles that a condition selects, ordered by id.
func (x *selection) profiles(where string, args []any, limit int) (list []warehouse.Profile, err error) {
	s, b := x.s, x.b
	columns := []string{"p.profile_id"}
	fields := make([]string, len(b.def.Fields))
	for i, f := range b.def.Fields {
		fields[i] = f.Name
		columns = append(columns, "coalesce("+canonical(fmt.Sprintf("p.f%d", i), f.Type)+", '')")
	}
	stmt, args := x.statement(strings.Join(columns, ", "), b.table(), where+" ORDER BY p.profile_id LIMIT ?", append(args, max(limit, 0))...)
	err = s.rows(stmt, args, func(scan func(...any) error) error {
		p := warehouse.Profile{Fields: fields, Values: make([]string, len(fields))}
		into := []any{&p.ID}
		for i := range p.Values {
			into = append(into, &p.Values[i])
		}
		err := scan(into...)
		list = append(list, p)
		return err
	})
	return list, x.told(err)
}

// Profiles implements warehouse.Warehouse.
func (w *Warehouse) Profiles(ctx context.Context, search, after string, limit int) (list []warehouse.Profile, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		where, args := "p.profile_id > ?::VARCHAR", []any{after}
		if search = strings.TrimSpace(search); search != "" {
			tests := []string{}
			for _, col := range append([]string{"p.profile_id"}, b.texts()...) {
				tests = append(tests, fmt.Sprintf("coalesce(contains(%s, %s), false)", dialect.Fold(col), dialect.Fold("?::VARCHAR")))
				args = append(args, search)
			}
			where += " AND (" + strings.Join(tests, " OR ") + ")"
		}
		list, err = s.profiles(b, where, args, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	return list, nil
}

func (b build) texts() (list []string) {
	for i, f := range b.def.Fields {
		if f.Type == activation.TypeText {
			list = append(list, fmt.Sprintf("p.f%d", i))
		}
	}
	return list
}

// Profile implements warehouse.Warehouse.
func (w *Warehouse) Profile(ctx context.Context, id string) (p warehouse.Profile, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		list, err := s.profiles(b, "p.profile_id = ?::VARCHAR", []any{id}, 1)
		if err == nil && len(list) == 0 {
			err = activation.Errorf(activation.CodeNotFound, "there is no such profile")
		}
		if err == nil {
			p = list[0]
		}
		return err
	})
	if err != nil {
		return warehouse.Profile{}, fmt.Errorf("look a profile up: %w", err)
	}
	return p, nil
}

// exactDistinct is up to how many profiles distinct values are counted one by one.
const exactDistinct = 1_000_000

// FieldStats implements warehouse.Warehouse. Missing values are not among the most frequent.
func (w *Warehouse) FieldStats(ctx context.Context, field string, top int) (st warehouse.FieldStats, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		i := b.position(field)
		if i < 0 {
			return activation.Errorf(activation.CodeNotFound, "the profile has no field %q", field)
		}
		col := fmt.Sprintf("p.f%d", i)
		distinct := "approx_count_distinct(" + col + ")"
		if b.profiles <= exactDistinct {
			distinct = "count(DISTINCT " + col + ")"
		}
		if err := s.row(fmt.Sprintf("SELECT count(*), count(*) - count(%s), %s FROM %s p", col, distinct, b.table()), nil, &st.Profiles, &st.Missing, &st.Distinct); err != nil {
			return err
		}
		return s.rows(fmt.Sprintf("SELECT %s AS value, count(*) AS n FROM %s p WHERE %s IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT ?",
			canonical(col, b.def.Fields[i].Type), b.table(), col), []any{max(top, 0)}, func(scan func(...any) error) error {
			var v warehouse.ValueCount
			err := scan(&v.Value, &v.Count)
			st.Top = append(st.Top, v)
			return err
		})
	})
	if err != nil {
		return warehouse.FieldStats{}, fmt.Errorf("describe the field %q: %w", field, err)
	}
	return st, nil
}
