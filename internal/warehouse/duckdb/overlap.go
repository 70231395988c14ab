package duckdb

import (
	"context"
	"fmt"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Overlap implements warehouse.Warehouse: one scan of the profiles, whatever the number of segments.
func (w *Warehouse) Overlap(ctx context.Context, r warehouse.OverlapRequest) (o warehouse.Overlap, err error) {
	if len(r.Segments) < 2 || len(r.Segments) > warehouse.MaxOverlap {
		return o, activation.Errorf(activation.CodeInvalid, "2 to %d segments can be held against each other, not %d", warehouse.MaxOverlap, len(r.Segments)).WithField("with")
	}
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, r.Scope, r.AsOf, "")
		if err != nil {
			return err
		}
		parts := make([]string, len(r.Segments))
		var args []any
		for i, g := range r.Segments {
			m, err := x.member(g)
			if err != nil {
				return err
			}
			parts[i] = fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END", m.SQL, 1<<i)
			args = append(args, m.Args...)
		}
		o.Snapshot, o.DataAt, o.Regions = b.snapshot, b.dataAt, make([]int64, 1<<len(r.Segments))
		inner, args := x.statement(strings.Join(parts, " + ")+" AS region", b.table(), "true", args...)
		return x.told(s.rows("SELECT region, count(*) FROM ("+inner+") GROUP BY region", args, func(scan func(...any) error) error {
			var region, n int64
			err := scan(&region, &n)
			if err == nil {
				o.Regions[region] = n
			}
			return err
		}))
	})
	if err != nil {
		return warehouse.Overlap{}, fmt.Errorf("hold segments against each other: %w", err)
	}
	return o, nil
}
