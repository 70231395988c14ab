package export

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/store"
)

// Create checks an export against the profile, its segments, the account's list and attributes, and stores it. Saving
// does not run it. ID, times and version are set here. The attributes in takes are taken over from the exports of the account that
// feed them from another field (S21).
func (s *Service) Create(ctx context.Context, e activation.Export, takes ...string) (activation.Export, error) {
	now := s.cfg.Clock().UTC()
	e.ID, e.CreatedAt, e.UpdatedAt, e.Version = activation.ExportID(s.cfg.IDs()), now, now, 1
	specs, err := s.check(ctx, &e)
	if err != nil {
		return activation.Export{}, err
	}
	plans, err := s.planned(ctx)
	if err != nil {
		return activation.Export{}, err
	}
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := s.feed(ctx, tx, e, specs, takes, plans); err != nil {
			return err
		}
		return tx.CreateExport(ctx, e)
	}); err != nil {
		return activation.Export{}, fmt.Errorf("create export: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "export created", "export", e.ID, "list", e.List)
	return s.Get(ctx, e.ID)
}

// Update changes an export; e.Version must be the one that was read. It takes attributes over as Create does.
func (s *Service) Update(ctx context.Context, e activation.Export, takes ...string) (activation.Export, error) {
	e.UpdatedAt = s.cfg.Clock().UTC()
	specs, err := s.check(ctx, &e)
	if err != nil {
		return activation.Export{}, err
	}
	plans, err := s.planned(ctx)
	if err != nil {
		return activation.Export{}, err
	}
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		old, err := tx.Export(ctx, e.ID)
		if err != nil {
			return err
		}
		if old.Connection == "" {
			return old.NoConnection()
		}
		if old.Connection != e.Connection {
			return activation.Errorf(activation.CodeInvalid, "the connection of an export cannot be changed").WithField("connection").
				WithRemedy("Detach the export and attach it to the other connection")
		}
		if err := s.feed(ctx, tx, e, specs, takes, plans); err != nil {
			return err
		}
		e.CreatedAt = old.CreatedAt
		return tx.UpdateExport(ctx, e)
	}); err != nil {
		return activation.Export{}, fmt.Errorf("update export: %w", err)
	}
	return s.Get(ctx, e.ID)
}

// Get returns an export.
func (s *Service) Get(ctx context.Context, id activation.ExportID) (e activation.Export, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		e, err = r.Export(ctx, id)
		return err
	})
	return e, err
}

// Delete removes an export. Its list stays as it is; what the export owned there becomes orphaned (S20, S22).
func (s *Service) Delete(ctx context.Context, id activation.ExportID) error {
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteExport(ctx, id) }); err != nil {
		return fmt.Errorf("delete export: %w", err)
	}
	// Should this fail, owning exports that no longer exist are orphaned at the next start.
	if err := s.cfg.Ledger.Orphan(ctx, id, s.cfg.Clock().UTC()); err != nil {
		return fmt.Errorf("orphan what the export owned: %w", err)
	}
	return nil
}

// check validates e and asks the account for list and attributes, which it returns.
func (s *Service) check(ctx context.Context, e *activation.Export) ([]activation.AttributeSpec, error) {
	e.Mapping = normalised(e.Mapping)
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err := r.Profile(ctx)
		if err != nil {
			return noProfile(err)
		}
		if err := e.Validate(p); err != nil {
			return err
		}
		for i, id := range e.Segments {
			if _, err := r.Segment(ctx, id); err != nil {
				return activation.Errorf(activation.CodeInvalid, "there is no such segment").WithField(fmt.Sprintf("segments[%d]", i))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d, c, err := s.cfg.Connections.Open(ctx, e.Connection)
	if err != nil {
		return nil, err
	}
	if err := c.Usable(); err != nil {
		return nil, err
	}
	list, err := checkList(ctx, d, e.List)
	if err != nil {
		return nil, err
	}
	e.ListName = list.Name
	return attributeSpecs(ctx, d, e.Mapping)
}

func noProfile(err error) error {
	if activation.CodeOf(err) == activation.CodeNotFound {
		return activation.Errorf(activation.CodeNotReady, "the unified profile is not defined yet").
			WithRemedy("Define it first: segue profile set")
	}
	return err
}

func checkList(ctx context.Context, d destination.Destination, id activation.ListID) (destination.List, error) {
	l, err := d.List(ctx, id)
	if err != nil {
		err = destination.Translate(err)
		if activation.CodeOf(err) == activation.CodeListMissing {
			return l, activation.Errorf(activation.CodeListMissing, "the account has no list %d", id).WithField("list_id").
				WithRemedy("Choose another list, or create one")
		}
	}
	return l, err
}

// attributeSpecs looks the mapped attributes up in the account as it is now. One that is missing is an error: Brevo
// would drop its values without a word.
func attributeSpecs(ctx context.Context, d destination.Destination, m activation.Mapping) ([]activation.AttributeSpec, error) {
	have, err := d.Attributes(ctx)
	if err != nil {
		return nil, destination.Translate(err)
	}
	specs := make([]activation.AttributeSpec, 0, len(m.Attributes))
	for i, a := range m.Attributes {
		at := fmt.Sprintf("mapping.attributes[%d].attribute", i)
		j := slices.IndexFunc(have, func(h destination.Attribute) bool { return strings.EqualFold(h.Name, a.Attribute) })
		if j < 0 {
			return nil, activation.Errorf(activation.CodeAttributeMissing, "the account has no attribute %s", a.Attribute).WithField(at).
				WithRemedy("Create the attribute in the account, or leave it out of the mapping")
		}
		if have[j].ReadOnly {
			return nil, activation.Errorf(activation.CodeInvalid, "the attribute %s cannot be written", a.Attribute).WithField(at)
		}
		specs = append(specs, activation.AttributeSpec{Name: a.Attribute, Type: have[j].Type, Options: have[j].Options})
	}
	return specs, nil
}
