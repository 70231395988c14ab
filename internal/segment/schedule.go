package segment

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// SetSchedule says when the segment is evaluated; version is the one that was read. One that follows the refresh again keeps no
// members.
func (s *Service) SetSchedule(ctx context.Context, id activation.SegmentID, sch activation.SegmentSchedule, version int64) (activation.Segment, error) {
	if err := sch.Validate(); err != nil {
		return activation.Segment{}, err
	}
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.Segment(ctx, id); err != nil {
			return err
		}
		return tx.SetSegmentSchedule(ctx, id, sch, version, s.cfg.Clock().UTC())
	})
	if err != nil {
		return activation.Segment{}, fmt.Errorf("set when a segment is evaluated: %w", err)
	}
	if !sch.Stored() {
		if err := s.cfg.Warehouse.Forget(ctx, id); err != nil {
			return activation.Segment{}, err
		}
	}
	return s.Get(ctx, id)
}

// Evaluate stores the members of the segment as it is now in place of those it had, all or none of them.
func (s *Service) Evaluate(ctx context.Context, id activation.SegmentID) (warehouse.Evaluated, error) {
	g, err := s.Get(ctx, id)
	if err != nil {
		return warehouse.Evaluated{}, err
	}
	if err := g.Evaluable(); err != nil {
		return warehouse.Evaluated{}, err
	}
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return warehouse.Evaluated{}, err
	}
	return s.cfg.Warehouse.Evaluate(ctx, e)
}

// State is a segment with what is stored of it.
type State struct {
	activation.Segment
	// Evaluated is nil where no members are stored.
	Evaluated *warehouse.Evaluated
	// Current reports whether the stored members are those of the definition as it is now.
	Current bool
}

// States adds to segments what is stored of them.
func (s *Service) States(ctx context.Context, list []activation.Segment) ([]State, error) {
	out := make([]State, 0, len(list))
	var stored map[activation.SegmentID]warehouse.Evaluated
	var p activation.ProfileDefinition
	var in activation.Scope
	for _, g := range list {
		x := State{Segment: g}
		if g.Schedule.Stored() {
			if stored == nil {
				var err error
				if stored, err = s.cfg.Warehouse.Evaluations(ctx); err != nil {
					return nil, err
				}
				err = s.cfg.Store.View(ctx, func(r store.Reader) error {
					if p, err = r.Profile(ctx); err != nil {
						return err
					}
					in, err = store.Scope(ctx, r, list...)
					return err
				})
				if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
					return nil, err
				}
			}
			if e, ok := stored[g.ID]; ok {
				x.Evaluated, x.Current = &e, e.Definition == g.Definition(p, in)
			}
		}
		out = append(out, x)
	}
	return out, nil
}
