package segment

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Overlap tells how the members of segments overlap now, all of them evaluated on one build and as of one moment.
type Overlap struct {
	warehouse.Overlap
	Segments []activation.Segment
}

// Overlap holds segments against each other; each is named once.
func (s *Service) Overlap(ctx context.Context, ids []activation.SegmentID) (Overlap, error) {
	var out Overlap
	r := warehouse.OverlapRequest{AsOf: s.cfg.Clock().UTC()}
	err := s.cfg.Store.View(ctx, func(rd store.Reader) error {
		seen := map[activation.SegmentID]bool{}
		for _, id := range ids {
			if seen[id] {
				return activation.Errorf(activation.CodeInvalid, "a segment cannot be held against itself").WithField("with")
			}
			seen[id] = true
			g, err := rd.Segment(ctx, id)
			if err != nil {
				return err
			}
			if _, err := check(ctx, rd, g); err != nil {
				return err
			}
			out.Segments = append(out.Segments, g)
		}
		var err error
		r.Scope, err = store.Scope(ctx, rd, out.Segments...)
		return err
	})
	if err == nil {
		r.Segments = out.Segments
		out.Overlap, err = s.cfg.Warehouse.Overlap(ctx, r)
	}
	if err != nil {
		return Overlap{}, fmt.Errorf("overlap of segments: %w", err)
	}
	return out, nil
}

// Duplicate makes a copy of a segment under another name. It is evaluated with every refresh and run, whatever the other one is, and
// keeps no members of its own.
func (s *Service) Duplicate(ctx context.Context, id activation.SegmentID, name string) (activation.Segment, error) {
	g, err := s.Get(ctx, id)
	if err != nil {
		return activation.Segment{}, err
	}
	return s.Create(ctx, activation.Segment{Name: name, Description: g.Description, Rules: g.Rules, TimeZone: g.TimeZone})
}
