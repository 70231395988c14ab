// Package segment owns segments and the relationships that they follow: their definitions, and how many and who their members are now. It knows no export,
// no destination and no HTTP.
package segment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Config is what a Service needs; every field is required.
type Config struct {
	Store     store.Store
	Warehouse warehouse.Warehouse
	Clock     func() time.Time
	IDs       func() string
}

// Service owns segments. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Warehouse == nil || cfg.Clock == nil || cfg.IDs == nil {
		return nil, fmt.Errorf("segment: the configuration is incomplete")
	}
	return &Service{cfg: cfg}, nil
}

// Create checks a segment against the profile and stores it. ID, times and version are set here.
func (s *Service) Create(ctx context.Context, g activation.Segment) (activation.Segment, error) {
	readable, err := s.checkQueries(ctx, g)
	if err != nil {
		return activation.Segment{}, fmt.Errorf("create segment: %w", err)
	}
	now := s.cfg.Clock().UTC()
	g.ID, g.CreatedAt, g.UpdatedAt, g.Version = activation.SegmentID(s.cfg.IDs()), now, now, 1
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := checkAgain(ctx, tx, g, readable); err != nil {
			return err
		}
		return tx.CreateSegment(ctx, g)
	})
	if err != nil {
		return activation.Segment{}, fmt.Errorf("create segment: %w", err)
	}
	return g, nil
}

// Update changes a segment; g.Version must be the one that was read.
func (s *Service) Update(ctx context.Context, g activation.Segment) (out activation.Segment, err error) {
	readable, err := s.checkQueries(ctx, g)
	if err != nil {
		return activation.Segment{}, fmt.Errorf("update segment: %w", err)
	}
	g.UpdatedAt = s.cfg.Clock().UTC()
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		old, err := tx.Segment(ctx, g.ID)
		if err != nil {
			return err
		}
		if err := checkAgain(ctx, tx, g, readable); err != nil {
			return err
		}
		g.CreatedAt = old.CreatedAt
		if err := tx.UpdateSegment(ctx, g); err != nil {
			return err
		}
		out, err = tx.Segment(ctx, g.ID)
		return err
	})
	if err != nil {
		return activation.Segment{}, fmt.Errorf("update segment: %w", err)
	}
	return out, nil
}

// Get returns a segment.
func (s *Service) Get(ctx context.Context, id activation.SegmentID) (g activation.Segment, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		g, err = r.Segment(ctx, id)
		return err
	})
	return g, err
}

// Delete removes a segment with the members and the history that are stored of it; it fails with CodeInUse while an export or another segment uses it.
func (s *Service) Delete(ctx context.Context, id activation.SegmentID) error {
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteSegment(ctx, id) }); err != nil {
		return err
	}
	if err := s.cfg.Warehouse.ForgetHistory(ctx, id); err != nil {
		return err
	}
	return s.cfg.Warehouse.Forget(ctx, id)
}

// Count returns how many members the segment has now, and how many profiles each of its rules selects on its own. The
// segment need not be stored. What cannot be evaluated is an error, never nobody (SEMANTICS S27).
func (s *Service) Count(ctx context.Context, g activation.Segment) (warehouse.Counts, error) {
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return warehouse.Counts{}, err
	}
	return s.cfg.Warehouse.Count(ctx, e)
}

// Look returns what Count does, and the first n members.
func (s *Service) Look(ctx context.Context, g activation.Segment, n int) (warehouse.Counts, []warehouse.Profile, error) {
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return warehouse.Counts{}, nil, err
	}
	return s.cfg.Warehouse.Look(ctx, e, n)
}

// Sample returns members of the segment, ordered by profile id, after the id given.
func (s *Service) Sample(ctx context.Context, g activation.Segment, after string, limit int) ([]warehouse.Profile, error) {
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return nil, err
	}
	return s.cfg.Warehouse.Sample(ctx, e, after, limit)
}

// Holding says of every segment whether the customer with the id is a member now, by the age of the segments. A segment
// that has no answer is told with the reason, and never passed over.
func (s *Service) Holding(ctx context.Context, id string) ([]Membership, error) {
	var all []activation.Segment
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		all, err = store.Every(func(p store.Page) ([]activation.Segment, string, error) { return r.Segments(ctx, p) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for a customer in the segments: %w", err)
	}
	out := make([]Membership, 0, len(all))
	for _, g := range all {
		m := Membership{Segment: g.ID, Name: g.Name}
		e, err := s.evaluation(ctx, g)
		if err == nil {
			m.Member, err = s.cfg.Warehouse.Contains(ctx, e, id)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			m.Failure = activation.CodeOf(err)
		}
		out = append(out, m)
	}
	return out, nil
}

// Membership says whether a customer is in a segment.
type Membership struct {
	Segment activation.SegmentID
	Name    string
	Member  bool
	// Failure is why there is no answer; empty where there is one.
	Failure activation.Code
}

func (s *Service) evaluation(ctx context.Context, g activation.Segment) (warehouse.Evaluation, error) {
	if g.Name == "" {
		g.Name = "preview"
	}
	e := warehouse.Evaluation{Segment: g, AsOf: s.cfg.Clock().UTC()}
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		e.Scope, err = check(ctx, r, g)
		return err
	})
	return e, err
}

// checkQueries has the warehouse judge the queries that the segment holds, and returns the tables that they may read.
func (s *Service) checkQueries(ctx context.Context, g activation.Segment) ([]activation.NamedTable, error) {
	if len(g.Queries()) == 0 {
		return nil, nil
	}
	e, err := s.evaluation(ctx, g)
	if err != nil {
		return nil, err
	}
	return e.Scope.Readable, s.cfg.Warehouse.CheckQueries(ctx, e)
}

// checkAgain is check where the segment is stored: its queries were judged by the tables that there still are.
func checkAgain(ctx context.Context, tx store.Tx, g activation.Segment, readable []activation.NamedTable) error {
	scope, err := check(ctx, tx, g)
	if err == nil && len(g.Queries()) > 0 && !slices.Equal(scope.Readable, readable) {
		return activation.Errorf(activation.CodeConflict, "the data sources were changed meanwhile").WithRemedy("Try again")
	}
	return err
}

// check holds a segment against the profile, the tables and what it names, and returns what it names.
func check(ctx context.Context, r store.Reader, g activation.Segment) (activation.Scope, error) {
	p, err := r.Profile(ctx)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return activation.Scope{}, activation.Errorf(activation.CodeNotReady, "the unified profile is not defined yet").
			WithRemedy("Define it first: segue profile set")
	}
	if err != nil {
		return activation.Scope{}, err
	}
	m, err := store.Model(ctx, r, p, g)
	if err != nil {
		return m.Scope, err
	}
	return m.Scope, g.Validate(m)
}
