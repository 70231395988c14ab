package export

import (
	"context"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/store"
)

// planRemoval plans a run that only takes people off lists: all whom the export owns (S22), or those whom it keeps (S20). The ledger
// knows them; neither segments nor data are looked at, nor the account's contacts, for nothing is sent.
func (s *Service) planRemoval(ctx context.Context, w *work) error {
	if err := s.running(ctx, w, activation.StepPlan); err != nil {
		return err
	}
	if err := s.identify(ctx, w); err != nil {
		return err
	}
	s.cfg.FailPoint("plan.before-ledger")
	sum, err := s.compareRemoval(ctx, w)
	if err != nil {
		return err
	}
	s.cfg.FailPoint("plan.after-ledger")
	return s.project(ctx, w, func(r *activation.Run) { r.Step, r.Plan, r.Attempt = activation.StepCheck, &sum, 0 })
}

// planRemovalAgain plans the rest of the run again: somebody of it came to be wanted by another export (S25).
func (s *Service) planRemovalAgain(ctx context.Context, w *work) error {
	restore, err := s.suspend(ctx, w)
	if err != nil {
		return err
	}
	sum, err := s.compareRemoval(ctx, w)
	if err != nil {
		return err
	}
	run := w.run
	restore(&run)
	if err := s.project(ctx, w, func(r *activation.Run) { r.Plan, r.Released, r.ReleasedBy = &sum, run.Released, run.ReleasedBy }); err != nil {
		return err
	}
	state, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if err != nil {
		return err
	}
	return s.hold(ctx, w, state)
}

func (s *Service) compareRemoval(ctx context.Context, w *work) (activation.PlanSummary, error) {
	whom := ledger.RemoveOwned
	if w.run.Kind == activation.RunRemoveKept {
		whom = ledger.RemoveKept
	}
	sum, err := s.cfg.Ledger.PlanRemoval(ctx, ledger.RemovalRequest{
		Run: w.run.ID, Account: w.acct, Export: w.export.ID, List: w.export.List, Whom: whom, Limits: w.dest.Limits(), Brake: s.cfg.Brake, At: s.cfg.Clock().UTC(),
		Released: w.released,
	})
	if err != nil {
		return sum, err
	}
	err = s.cost(ctx, w, &sum)
	return sum, err
}

// removeExport writes the last word of the run that took all people of its export off their lists, and removes the export with it:
// both or neither, so that a crash leaves no export that half of Segue thinks is gone (S22). What the export still has in the
// ledger, whom it keeps and who was there before, becomes orphaned; after a crash at the next start.
func (s *Service) removeExport(ctx context.Context, w *work, f func(*activation.Run)) error {
	if err := s.othersEnded(ctx, w); err != nil {
		return err
	}
	s.cfg.FailPoint("remove-export.before")
	acting := activation.Acting{Actor: activation.Actor{Kind: activation.ActorSchedule, Name: w.run.RequestedBy}, Action: "delete-export"}
	err := s.cfg.Store.Update(activation.WithActing(ctx, acting), func(tx store.Tx) error {
		r, err := tx.Run(ctx, w.run.ID)
		if err != nil {
			return err
		}
		was := r.Status
		f(&r)
		if !was.CanBecome(r.Status) {
			return activation.Errorf(activation.CodeInternal, "a run cannot go from %s to %s", was, r.Status)
		}
		r.UpdatedAt = s.cfg.Clock().UTC()
		if err := tx.RemoveExport(ctx, r); err != nil {
			return err
		}
		r.Version++
		w.run = r
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove the export: %w", err)
	}
	s.cfg.FailPoint("remove-export.after")
	s.cfg.Log.InfoContext(ctx, "export removed with its people", "export", w.run.Export, "run", w.run.ID, "removed", w.run.Receipt.Removed)
	if err := s.cfg.Ledger.Orphan(ctx, w.run.Export, s.cfg.Clock().UTC()); err != nil {
		s.cfg.Log.ErrorContext(ctx, "orphan what the export had; it is done at the next start", "export", w.run.Export, "error", err)
	}
	return nil
}

// letGoMeanwhile plans a run that is about to remove its export once more, when it leaves people to other exports: these may have let
// them go meanwhile, to this one, and nobody would ever take them off (S20, S22). It reports whether there is more to do.
func (s *Service) letGoMeanwhile(ctx context.Context, w *work) (bool, error) {
	if w.run.Kind != activation.RunRemovePeople || w.run.Stops() {
		return false, nil
	}
	st, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if err != nil || st.Ended || st.Aborted != "" || st.Summary.StillWanted+st.Summary.Keep == 0 {
		return false, err
	}
	if err := s.planRemovalAgain(ctx, w); err != nil {
		return false, err
	}
	_, more, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	return more, err
}

// othersEnded lets a dry run or a reconciliation of the export that began before this run end first.
func (s *Service) othersEnded(ctx context.Context, w *work) error {
	var open []activation.Run
	if err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		open, err = r.OpenRuns(ctx)
		return err
	}); err != nil {
		return err
	}
	for _, o := range open {
		if o.Export == w.run.Export && o.ID != w.run.ID {
			return wait{d: 5 * time.Second, status: activation.StatusRunning}
		}
	}
	return nil
}
