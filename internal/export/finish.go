package export

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/destination"
)

// finish ends a run whose batches have all ended: receipt, status, clean-up. It returns errEnded when that is done.
func (s *Service) finish(ctx context.Context, w *work) error {
	now := s.cfg.Clock().UTC()
	if w.run.Kind == activation.RunDry {
		if err := s.cfg.Ledger.EndDry(ctx, w.run.ID, now); err != nil {
			return err
		}
		return s.end(ctx, w, activation.StatusSuccessful, nil, nil)
	}
	s.cfg.FailPoint("finish.before")
	receipt, err := s.cfg.Ledger.Finish(ctx, w.run.ID, now)
	if err != nil {
		return fmt.Errorf("receipt of run %s: %w", w.run.ID, err)
	}
	if err := receipt.Check(); err != nil {
		return err
	}
	s.cfg.FailPoint("finish.after")
	st, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if err != nil {
		return err
	}
	receipt.ListSize = -1
	if l, err := w.dest.List(ctx, st.List); err == nil {
		receipt.ListSize = l.Size
	}
	receipt.APICalls = s.calls.sum(w)
	status := activation.StatusSuccessful
	switch {
	case st.Aborted == activation.ReasonCanceled:
		status = activation.StatusCanceled
	case st.Aborted != "":
		status = activation.StatusFailed
	case receipt.Rejected+receipt.NotSent+receipt.NotRemoved > 0:
		status = activation.StatusWithRejects
	}
	w.run.Progress = st.Progress
	return s.end(ctx, w, status, &receipt, nil)
}

// abort ends a run before its time: what was not sent is settled as such, and the receipt says so.
func (s *Service) abort(ctx context.Context, w *work, reason string, cause error) error {
	status := activation.StatusFailed
	if reason == activation.ReasonCanceled {
		status = activation.StatusCanceled
	}
	_, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if activation.CodeOf(err) == activation.CodeNotFound { // not even planned
		return s.end(ctx, w, status, nil, cause)
	}
	if err != nil {
		return err
	}
	if w.run.Kind == activation.RunDry {
		if err := s.cfg.Ledger.EndDry(ctx, w.run.ID, s.cfg.Clock().UTC()); err != nil {
			return err
		}
		return s.end(ctx, w, status, nil, cause)
	}
	s.cfg.FailPoint("abort.before")
	if err := s.cfg.Ledger.Abort(ctx, w.run.ID, reason); err != nil {
		return err
	}
	s.looks.settle(w.account(), false)
	s.cfg.FailPoint("abort.after-abort")
	receipt, err := s.cfg.Ledger.Finish(ctx, w.run.ID, s.cfg.Clock().UTC())
	if err != nil {
		// The cause matters more to people than a receipt that cannot be made as well.
		s.cfg.Log.ErrorContext(ctx, "no receipt of a run that was stopped", "run", w.run.ID, "error", err)
		s.endUnaccounted(ctx, w.run.ID)
		return s.end(ctx, w, activation.StatusFailed, nil, firstError(cause, err))
	}
	s.cfg.FailPoint("abort.after-finish")
	receipt.ListSize = -1
	receipt.APICalls = s.calls.sum(w)
	return s.end(ctx, w, status, &receipt, cause)
}

// endUnaccounted ends a run in the ledger that can have no receipt: left open, it would be in the way of whatever is decided about
// its list (S20, S23) for ever. Should it fail, it is tried again at the next start.
func (s *Service) endUnaccounted(ctx context.Context, run activation.RunID) {
	if err := s.cfg.Ledger.EndUnaccounted(ctx, run, s.cfg.Clock().UTC()); err != nil {
		s.cfg.Log.ErrorContext(ctx, "end a run that has no receipt", "run", run, "error", err)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// end writes the run's last word and tidies up.
func (s *Service) end(ctx context.Context, w *work, status activation.RunStatus, receipt *activation.Receipt, cause error) error {
	now := s.cfg.Clock().UTC()
	last := s.project
	if w.run.Kind == activation.RunRemovePeople && status == activation.StatusSuccessful {
		last = s.removeExport
	}
	err := last(ctx, w, func(r *activation.Run) {
		r.Status, r.EndedAt, r.Attempt = status, now, 0
		if r.StartedAt.IsZero() {
			r.StartedAt = now
		}
		r.Progress = w.run.Progress
		if receipt != nil {
			r.Receipt, r.Step = receipt, activation.StepSettle
		}
		if status != activation.StatusFailed {
			r.ErrorCode, r.Error, r.Remedy = "", "", "" // of one that failed it was noted why before it was stopped
		}
		if status == activation.StatusCanceled && r.Stop != "" {
			r.Error = r.Stop.Words()
		}
		if cause != nil {
			r.ErrorCode, r.Error, r.Remedy = describe(destination.Translate(cause))
		}
	})
	if err != nil {
		return err
	}
	s.proof.end(w.run.ID, "", nil)
	s.turns.leave(w.run.ID)
	s.calls.forget(w.run.ID)
	if err := s.tidy(ctx, w.run); err != nil {
		s.cfg.Log.ErrorContext(ctx, "clean up after a run", "run", w.run.ID, "error", err)
	}
	s.cfg.Log.InfoContext(ctx, "run ended", "run", w.run.ID, "export", w.run.Export, "status", status)
	return errEnded
}
