package export

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/store"
)

// People counts those of an export on its lists (S20).
type People struct {
	// List is where it goes now; Lists are those on which it has somebody, those it went to before among them.
	List  activation.ListID
	Lists []ledger.Holding
	// Orphans are on the export's list, left behind by exports that are gone; they can be adopted.
	Orphans int64
	// Adoptions are those that it has carried out, oldest first.
	Adoptions []activation.Adoption
}

// People counts those of an export.
func (s *Service) People(ctx context.Context, id activation.ExportID) (p People, err error) {
	e, a, err := s.place(ctx, id)
	if err != nil {
		return p, err
	}
	p.List = e.List
	if p.Lists, err = s.cfg.Ledger.Holdings(ctx, a, id); err != nil {
		return p, err
	}
	if p.Orphans, err = s.cfg.Ledger.Orphans(ctx, a, e.List); err != nil {
		return p, err
	}
	p.Adoptions, err = s.cfg.Ledger.Adoptions(ctx, a, id)
	return p, err
}

// Adopt makes an export own whoever exports that are gone left behind on its list (S20). Its next run sends whom it wants of them and
// removes the others, under the brake.
func (s *Service) Adopt(ctx context.Context, id activation.ExportID, by string) (activation.Adoption, error) {
	e, a, err := s.place(ctx, id)
	if err != nil {
		return activation.Adoption{}, err
	}
	if e.Connection == "" {
		return activation.Adoption{}, e.NoConnection()
	}
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		open, err := r.OpenRuns(ctx)
		for _, o := range open {
			if o.Export == id && o.Kind == activation.RunRemovePeople {
				return activation.Errorf(activation.CodeConflict, "the export is about to be removed with its people (%s)", o.ID).
					WithRemedy("Cancel or refuse that run first")
			}
		}
		return err
	})
	if err != nil {
		return activation.Adoption{}, err
	}
	x, err := s.cfg.Ledger.Adopt(ctx, ledger.AdoptRequest{Account: a, List: e.List, Export: id, By: by, At: s.cfg.Clock().UTC()})
	if err != nil {
		return x, fmt.Errorf("adopt people: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "orphaned people adopted", "export", id, "list", e.List, "by", by,
		"owned", x.Owned, "there_before", x.ThereBefore, "kept", x.Kept, "known", x.Known)
	return x, nil
}

// place is where an export has its people in the ledger.
func (s *Service) place(ctx context.Context, id activation.ExportID) (e activation.Export, a ledger.AccountID, err error) {
	var account activation.Account
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		if e, err = r.Export(ctx, id); err != nil {
			return err
		}
		account, err = homeOf(ctx, r, e)
		return err
	})
	if err == nil && account.OrganizationID == "" { // it went to another account before, and has not come to one yet
		err = e.NoConnection()
	}
	if err != nil {
		return e, 0, err
	}
	a, err = s.cfg.Ledger.Account(ctx, account)
	return e, a, err
}
