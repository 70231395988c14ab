package export

import (
	"context"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// neighbour is another export on the same list.
type neighbour struct {
	export   activation.Export
	segments []activation.Segment
	scope    activation.Scope
}

// joining writes down whom other exports want on the run's list now (S20): somebody who moves from one export's segments to
// another's in one refresh is not taken off and put on again, which would start again whatever Brevo does with newcomers. An
// export that cannot be evaluated keeps whom it owns; of its newcomers nothing is known.
func (s *Service) joining(ctx context.Context, w *work, asOf time.Time) (paths []string, err error) {
	list, err := s.neighbours(ctx, w)
	if err != nil {
		return nil, err
	}
	for i, n := range list {
		h, err := s.cfg.Warehouse.WriteMembers(ctx, warehouse.MembersRequest{
			Segments: n.segments, Scope: n.scope, AsOf: asOf, Zone: n.export.TimeZone, Mapping: activation.Mapping{Email: n.export.Mapping.Email},
			Dir: s.cfg.HandOverDir, Name: fmt.Sprintf("%s.joining-%d", w.run.ID, i+1),
		})
		if err != nil {
			s.cfg.Log.WarnContext(ctx, "who joins a shared list is not known", "run", w.run.ID, "other", n.export.ID, "code", activation.CodeOf(err), "error", err)
			continue
		}
		paths = append(paths, h.AddressesPath)
	}
	return paths, nil
}

func (s *Service) neighbours(ctx context.Context, w *work) (list []neighbour, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err := r.Profile(ctx)
		if err != nil {
			return err
		}
		return eachExport(ctx, r, func(o activation.Export) error {
			if o.ID == w.export.ID || o.List != w.export.List {
				return nil
			}
			if o.Connection == "" {
				return nil // it does not run: whom it owns it keeps, nobody joins
			}
			c, err := r.Connection(ctx, o.Connection)
			if err != nil || c.Details.Account != w.account() {
				return err
			}
			n := neighbour{export: o}
			for _, id := range o.Segments {
				g, err := r.Segment(ctx, id)
				if err != nil {
					return err
				}
				n.segments = append(n.segments, g)
			}
			m, err := store.Model(ctx, r, p, n.segments...)
			if err != nil {
				return err
			}
			n.scope = m.Scope
			for _, g := range n.segments {
				if g.Validate(m) != nil || o.Mapping.Validate(p) != nil {
					return nil
				}
			}
			list = append(list, n)
			return nil
		})
	})
	return list, err
}

func eachExport(ctx context.Context, r store.Reader, f func(activation.Export) error) error {
	all, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return r.Exports(ctx, p) })
	for _, e := range all {
		if err := f(e); err != nil {
			return err
		}
	}
	return err
}
