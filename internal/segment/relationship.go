package segment

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store"
)

// Relate checks a relationship against the columns of the tables and the other relationships, and stores it. ID and time are set here.
func (s *Service) Relate(ctx context.Context, r activation.Relationship) (activation.Relationship, error) {
	r.ID, r.CreatedAt = activation.RelationshipID(s.cfg.IDs()), s.cfg.Clock().UTC()
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		tables, err := store.Tables(ctx, tx)
		if err != nil {
			return err
		}
		if err := r.Validate(tables); err != nil {
			return err
		}
		list, err := tx.Relationships(ctx)
		if err != nil {
			return err
		}
		if len(list) >= activation.MaxRelationships {
			return activation.Errorf(activation.CodeInvalid, "there are %d relationships, as many as there may be", len(list)).WithRemedy("Remove one that nobody follows")
		}
		if err := activation.CheckCycles(append(list, r)); err != nil {
			return err
		}
		return tx.CreateRelationship(ctx, r)
	})
	if err != nil {
		return activation.Relationship{}, fmt.Errorf("add relationship: %w", err)
	}
	return r, nil
}

// Unrelate removes a relationship; it fails with CodeInUse while a segment follows it.
func (s *Service) Unrelate(ctx context.Context, id activation.RelationshipID) error {
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteRelationship(ctx, id) })
	if err != nil {
		return fmt.Errorf("remove relationship: %w", err)
	}
	return nil
}

// Use is a thing that uses another.
type Use struct {
	// Kind is segment or export.
	Kind, ID, Name string
}

// Related is a relationship with the segments that follow it.
type Related struct {
	activation.Relationship
	UsedBy []Use
}

// Relationships lists the relationships, the oldest first.
func (s *Service) Relationships(ctx context.Context) (out []Related, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, err := r.Relationships(ctx)
		if err != nil {
			return err
		}
		for _, rel := range list {
			followers, err := r.Followers(ctx, rel.Name)
			if err != nil {
				return err
			}
			out = append(out, Related{rel, segmentUses(followers)})
		}
		return nil
	})
	return out, err
}

func segmentUses(list []activation.Segment) (uses []Use) {
	for _, g := range list {
		uses = append(uses, Use{Kind: "segment", ID: string(g.ID), Name: g.Name})
	}
	return uses
}

// Uses lists what uses a segment: the segments that name it, then the exports.
func (s *Service) Uses(ctx context.Context, id activation.SegmentID) (uses []Use, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		if _, err := r.Segment(ctx, id); err != nil {
			return err
		}
		list, err := r.Dependents(ctx, id)
		if err != nil {
			return err
		}
		uses = segmentUses(list)
		exports, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return r.Exports(ctx, p) })
		for _, e := range exports {
			for _, g := range e.Segments {
				if g == id {
					uses = append(uses, Use{Kind: "export", ID: string(e.ID), Name: e.Name})
				}
			}
		}
		return err
	})
	return uses, err
}
