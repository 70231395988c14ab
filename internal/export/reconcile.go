package export

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/warehouse"
)

// pageOfListed is how many people of a list are put into the ledger at a time; between two pages the run can be canceled.
const pageOfListed = 500

// reconcile works a run that reads its list back (S23). It has its account's turn, so that no other run writes meanwhile; it
// sends nothing. After a crash it begins anew, unless the ledger has compared already.
func (s *Service) reconcile(ctx context.Context, w *work) error {
	rec, err := s.cfg.Ledger.Reconciliation(ctx, w.run.ID)
	if activation.CodeOf(err) == activation.CodeNotFound {
		if err := s.afterOthers(ctx, w); err != nil {
			return err
		}
		rec, err = s.compareList(ctx, w)
	}
	if err != nil {
		return err
	}
	s.cfg.FailPoint("reconcile.after-ledger")
	if err := s.project(ctx, w, func(r *activation.Run) { r.Reconciliation = &rec }); err != nil {
		return err
	}
	return s.end(ctx, w, activation.StatusSuccessful, nil, nil)
}

// afterOthers lets a run that is half-way with the list end first: what is found between two of its batches would be no
// longer true with the next one. One that is held may wait for days, and is not waited for.
func (s *Service) afterOthers(ctx context.Context, w *work) error {
	states, err := s.cfg.Ledger.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for _, st := range states {
		if st.Account != w.acct || st.List != w.export.List {
			continue
		}
		r, err := s.Run(ctx, st.Run)
		if activation.CodeOf(err) == activation.CodeNotFound {
			continue
		}
		if err != nil {
			return err
		}
		if !r.Status.Final() && r.Status != activation.StatusHeld {
			return wait{d: 5 * time.Second, status: w.run.Status}
		}
	}
	return nil
}

// compareList reads the list and lets the ledger compare. The account mirror is read first: whoever opted out meanwhile must not
// be among those whom a person has sent again (S8).
func (s *Service) compareList(ctx context.Context, w *work) (rec activation.Reconciliation, err error) {
	if err := s.running(ctx, w, activation.StepCheck); err != nil {
		return rec, err
	}
	if err := s.identify(ctx, w); err != nil {
		return rec, err
	}
	list, err := checkList(ctx, w.dest, w.export.List)
	if err != nil {
		return rec, err
	}
	if reads(w) {
		if err := s.readMirror(ctx, w); err != nil {
			return rec, err
		}
	}
	h, err := s.everybody(ctx, w)
	if err != nil {
		return rec, err
	}
	if err := s.readList(ctx, w, list.Size); err != nil {
		return rec, err
	}
	s.cfg.FailPoint("reconcile.before-ledger")
	return s.cfg.Ledger.Reconcile(ctx, ledger.ReconcileRequest{
		Run: w.run.ID, Account: w.acct, Export: w.export.ID, List: w.export.List, MembersPath: h.MembersPath, At: s.cfg.Clock().UTC(),
	})
}

// readList puts the list's people into the ledger, page by page, and shows how far it is.
func (s *Service) readList(ctx context.Context, w *work, size int64) error {
	page, read, first := make([]ledger.Listed, 0, pageOfListed), int64(0), true
	put := func() error {
		if err := s.cfg.Ledger.ReadList(ctx, w.acct, w.run.ID, first, page); err != nil {
			return err
		}
		read += int64(len(page))
		page, first = page[:0], false
		jobs.Alive(ctx)
		s.cfg.FailPoint("reconcile.page")
		if err := s.canceled(ctx, w); err != nil {
			return err
		}
		if w.run.Stops() {
			return s.abort(ctx, w, activation.ReasonCanceled, nil)
		}
		return s.project(ctx, w, func(r *activation.Run) {
			r.Progress.Read, r.Progress.ToRead = read, max(size, read)
		})
	}
	for c, err := range w.dest.ListContacts(ctx, w.export.List) {
		if err != nil {
			return err
		}
		page = append(page, ledger.Listed{Contact: c.ID, Address: c.Address})
		if len(page) == cap(page) {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

// everybody lets the warehouse write down all profiles: whoever has a value of the address field, and whoever has none. An
// answer that is missing is never "nobody" (S27): without profiles nothing is compared.
func (s *Service) everybody(ctx context.Context, w *work) (h warehouse.HandOver, err error) {
	field := w.export.Mapping.Email
	all := activation.Segment{ID: "everybody", Name: "everybody", Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: field, Operator: activation.OpIsEmpty}},
		{Combine: activation.Union, Rule: activation.Rule{Field: field, Operator: activation.OpIsNotEmpty}},
	}}
	return s.cfg.Warehouse.WriteMembers(ctx, warehouse.MembersRequest{
		Segments: []activation.Segment{all}, AsOf: s.cfg.Clock().UTC(), Zone: w.export.TimeZone,
		Mapping: activation.Mapping{Email: field}, Dir: s.cfg.HandOverDir, Name: filepath.Base(string(w.run.ID)),
	})
}

// Decide carries out what a person wants done about the differences that a reconciliation has found (S23). The same again
// changes nothing; on one that is no longer true it is refused.
func (s *Service) Decide(ctx context.Context, id activation.RunID, c activation.ReconcileChoice, by string) (activation.Run, error) {
	c, err := c.Normalise()
	if err != nil {
		return activation.Run{}, err
	}
	r, err := s.Run(ctx, id)
	if err != nil {
		return r, err
	}
	if r.Kind != activation.RunReconcile || r.Reconciliation == nil {
		return r, activation.Errorf(activation.CodeConflict, "there is nothing to decide: the run has not reconciled a list").
			WithRemedy("Reconcile the list first: segue export reconcile")
	}
	e, err := s.Get(ctx, r.Export)
	if err != nil {
		return r, err
	}
	if e.List != r.Reconciliation.List {
		return r, activation.Errorf(activation.CodeConflict, "the export goes to another list since").WithRemedy("Reconcile the list again, and decide on what that finds")
	}
	// A step is due whatever happens: should the program be killed in between, it shows what the ledger has recorded.
	if r, err = s.change(ctx, id, func(*activation.Run) error { return nil }, true); err != nil {
		return r, err
	}
	s.cfg.FailPoint("decide.before-ledger")
	rec, err := s.cfg.Ledger.Decide(ctx, id, c, by, s.cfg.Clock().UTC())
	if err != nil {
		return r, err
	}
	s.cfg.FailPoint("decide.after-ledger")
	s.cfg.Log.InfoContext(ctx, "decided on a reconciliation", "run", id, "export", r.Export, "by", rec.Decision.By,
		"missing", rec.Decision.Missing, "sent", rec.Decision.ExtraSent, "profile", rec.Decision.ExtraProfile, "unknown", rec.Decision.ExtraUnknown)
	return s.showDecision(ctx, id, rec)
}

// showDecision writes what was decided to the store.
func (s *Service) showDecision(ctx context.Context, id activation.RunID, rec activation.Reconciliation) (activation.Run, error) {
	return s.change(ctx, id, func(r *activation.Run) error {
		r.Reconciliation = &rec
		return nil
	}, false)
}

// recallDecision shows a decision that was recorded when the program was killed.
func (s *Service) recallDecision(ctx context.Context, r activation.Run) error {
	if r.Kind != activation.RunReconcile || r.Reconciliation == nil || r.Reconciliation.Decision != nil {
		return nil
	}
	rec, err := s.cfg.Ledger.Reconciliation(ctx, r.ID)
	if err != nil || rec.Decision == nil {
		return err
	}
	_, err = s.showDecision(ctx, r.ID, rec)
	return err
}

// advise says whether the list holds other people than the ledger expects (S23). The run goes on either way.
func (s *Service) advise(ctx context.Context, w *work, size int64) (*activation.ReconcileAdvice, error) {
	if w.run.Kind != activation.RunReal {
		return nil, nil // a dry run has not noted who was there before
	}
	least, most, err := s.cfg.Ledger.Expected(ctx, w.acct, w.export.List)
	if err != nil {
		return nil, fmt.Errorf("how many people should be on the list: %w", err)
	}
	return activation.AdviseReconcile(size, least, most), nil
}
