package segment

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Observe evaluates the segment as it is now and keeps what was found in its history: a refresh does so for every segment that keeps no members.
func (s *Service) Observe(ctx context.Context, id activation.SegmentID) (int64, error) {
	g, err := s.Get(ctx, id)
	if err != nil {
		return 0, err
	}
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return 0, err
	}
	return s.cfg.Warehouse.Observe(ctx, e)
}

// Trend returns how many members the segment had at the evaluations that are kept since a moment, the oldest first.
func (s *Service) Trend(ctx context.Context, id activation.SegmentID, since time.Time) ([]warehouse.Observation, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return s.cfg.Warehouse.Trend(ctx, id, since)
}

// Changes tells who entered and left the segment since a moment, which must have been.
func (s *Service) Changes(ctx context.Context, r warehouse.ChangesRequest) (warehouse.Changes, error) {
	if _, err := s.Get(ctx, r.Segment); err != nil {
		return warehouse.Changes{}, err
	}
	if r.Since.After(s.cfg.Clock()) {
		return warehouse.Changes{}, activation.Errorf(activation.CodeInvalid, "lies in the future").WithField("since")
	}
	return s.cfg.Warehouse.Changes(ctx, r)
}
