package export

import (
	"context"
	"fmt"
	"slices"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/store"
)

// hold stops a run that the mass-change brake wants a person to look at (S26).
func (s *Service) hold(ctx context.Context, w *work, state ledger.RunState) error {
	sum := state.Summary
	if len(sum.Held) == 0 || w.run.Released {
		return nil
	}
	begun, err := s.begun(ctx, state)
	if err != nil {
		return err
	}
	if begun && !slices.ContainsFunc(sum.Held, removes) {
		return nil // it was planned again half-way, and removes nobody whom the plan before would not have removed as freely
	}
	covered, err := s.coveredByRelease(ctx, w, sum)
	if err != nil || covered {
		return err
	}
	if err := s.refusals(ctx, w); err != nil {
		return err
	}
	if w.run.Stops() {
		return s.abort(ctx, w, activation.ReasonCanceled, nil)
	}
	if err := s.project(ctx, w, func(r *activation.Run) {
		r.Status, r.Step = activation.StatusHeld, activation.StepCheck
		r.ErrorCode, r.Error = activation.CodeHeld, holdMessage(w.run.Kind, sum)
		r.Remedy = "Look at the plan, then release or refuse the run"
	}); err != nil {
		return err
	}
	return errEnded
}

// begun reports whether anything of the run was carried out, or is in flight, but its refusals, which need no release.
func (s *Service) begun(ctx context.Context, state ledger.RunState) (bool, error) {
	if state.Progress.BatchesDone == 0 && state.Progress.ImportsSent == 0 {
		return false, nil
	}
	list, err := s.cfg.Ledger.BatchesOf(ctx, state.Run)
	return slices.ContainsFunc(list, func(b ledger.Batch) bool { return (b.State == ledger.BatchEnded || inFlight(b)) && !b.Refusals }), err
}

// refusals carries out the refusals of a run that is about to be held: nobody decides on them (S7, S26).
func (s *Service) refusals(ctx context.Context, w *work) error {
	for {
		b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
		if err != nil || !ok || !b.Refusals {
			return err
		}
		if err := s.batch(ctx, w, b); err != nil {
			return err
		}
	}
}

// suspend takes the release of a run away while it is planned again, and returns what restores it: unless the new plan removes
// people whom the one that a person released does not, by more than 5 % of those, with all plans since (S26). Should the program be killed in between, the run
// is held again.
func (s *Service) suspend(ctx context.Context, w *work) (restore func(*activation.Run), err error) {
	if w.released = w.run.Released; !w.released {
		return func(*activation.Run) {}, nil
	}
	by := w.run.ReleasedBy
	if err := s.project(ctx, w, func(r *activation.Run) { r.Released, r.ReleasedBy = false, "" }); err != nil {
		return nil, err
	}
	return func(r *activation.Run) {
		if s.cfg.Ledger.ReleaseHolds(r.ID) {
			r.Released, r.ReleasedBy = true, by
		}
	}, nil
}

func holdMessage(kind activation.RunKind, sum activation.PlanSummary) string {
	h := sum.Held[0]
	if kind == activation.RunRemovePeople {
		return fmt.Sprintf("the plan would remove all %d people whom this export owns, and then the export", h.Count)
	}
	switch h.Code {
	case activation.HoldRemovesAll:
		return fmt.Sprintf("the plan would remove all %d people of this export from the list", h.Of)
	case activation.HoldRemovesShare:
		return fmt.Sprintf("the plan would, with the last 7 days, remove %d of %d people", h.Count, h.Of)
	case activation.HoldGrows:
		return fmt.Sprintf("the plan would make %d people out of %d", h.Count, h.Of)
	default:
		return fmt.Sprintf("the plan would update %d of %d people though nothing was redefined", h.Count, h.Of)
	}
}

// coveredByRelease reports whether the latest release covers the plan (S26): it was not carried out yet, the removals are
// those that were released or at most 5 % more, and nothing is held that was not held, and as large, then.
func (s *Service) coveredByRelease(ctx context.Context, w *work, sum activation.PlanSummary) (bool, error) {
	if w.run.Kind != activation.RunReal {
		return false, nil // what was released was another thing
	}
	var released *activation.Run
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, _, err := r.Runs(ctx, w.export.ID, store.Page{Limit: 50})
		for _, o := range list {
			if o.ID == w.run.ID || o.Kind != activation.RunReal {
				continue
			}
			if o.Status == activation.StatusSuccessful || o.Status == activation.StatusWithRejects {
				return nil // what was released before was carried out
			}
			if o.Released {
				released = &o
				return nil
			}
		}
		return err
	})
	if err != nil || released == nil || released.Plan == nil {
		return false, err
	}
	for _, h := range sum.Held {
		if removes(h) && slices.ContainsFunc(released.Plan.Held, removes) {
			continue // which ones is compared below
		}
		if !slices.ContainsFunc(released.Plan.Held, func(o activation.HoldReason) bool { return o.Code == h.Code && h.Count*100 <= o.Count*105 }) {
			return false, nil
		}
	}
	return s.cfg.Ledger.CoveredBy(ctx, w.run.ID, released.ID)
}

func removes(h activation.HoldReason) bool {
	return h.Code == activation.HoldRemovesAll || h.Code == activation.HoldRemovesShare
}
