package export

import (
	"context"
	"errors"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
)

// batch takes a batch of the run one move further.
func (s *Service) batch(ctx context.Context, w *work, b ledger.Batch) error {
	err := s.canceled(ctx, w)
	if err != nil {
		return err
	}
	if b.State == ledger.BatchReady || b.Kind == ledger.BatchRemoval {
		if w.run.Stops() {
			return s.abort(ctx, w, activation.ReasonCanceled, nil)
		}
		if err := s.mayRun(ctx, w); err != nil {
			return err
		}
	}
	switch {
	case b.Kind == ledger.BatchRemoval:
		err = s.remove(ctx, w, b)
	case b.State == ledger.BatchReady:
		err = s.send(ctx, w, b)
	case b.State == ledger.BatchSending:
		// A step ended in between: what became of the call is not known (S30).
		err = s.cfg.Ledger.RecordUnknown(ctx, b.ID)
	case b.State == ledger.BatchUnknown:
		err = s.lookAfterUnknown(ctx, w, b)
	case b.State == ledger.BatchAccepted:
		err = s.follow(ctx, w, b)
	}
	if err != nil {
		return err
	}
	return s.showProgress(ctx, w)
}

// mayRun fails with CodeNeedsExportUser if nobody is left on whose behalf the run could go on (S29).
func (s *Service) mayRun(ctx context.Context, w *work) error {
	return s.cfg.Store.View(ctx, func(r store.Reader) error {
		c, err := r.Connection(ctx, w.conn.ID)
		if err != nil {
			return err
		}
		return store.MayRunOver(ctx, r, c)
	})
}

// canceled reads again whether somebody asked the run to stop (S29).
func (s *Service) canceled(ctx context.Context, w *work) error {
	r, err := s.Run(ctx, w.run.ID)
	w.run = r
	return err
}

func (s *Service) showProgress(ctx context.Context, w *work) error {
	st, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if err != nil {
		return err
	}
	if st.Progress == w.run.Progress {
		return nil
	}
	return s.project(ctx, w, func(r *activation.Run) { r.Progress, r.Attempt = st.Progress, 0 })
}

// remove takes the addresses of a batch off their list. It may be repeated: a removal twice is harmless (S18, S31).
func (s *Service) remove(ctx context.Context, w *work, b ledger.Batch) error {
	if err := s.running(ctx, w, activation.StepSend); err != nil {
		return err
	}
	addresses, err := s.cfg.Ledger.BatchRemovals(ctx, b.ID)
	if err != nil {
		return err
	}
	if err := s.afterGivenUp(ctx, w, b, addresses); err != nil {
		return err
	}
	now := s.cfg.Clock().UTC()
	if err := s.cfg.Ledger.RecordSending(ctx, b.ID, 0, now); err != nil {
		return s.replan(ctx, w, b, err)
	}
	if addresses, err = s.cfg.Ledger.BatchRemovals(ctx, b.ID); err != nil { // who could not join the new list stays on the old one (S22)
		return err
	}
	s.cfg.FailPoint("remove.before-call")
	if len(addresses) > 0 {
		err = w.dest.Remove(ctx, b.List, addresses)
	}
	s.cfg.FailPoint("remove.after-call")
	var de *destination.Error
	gone := errors.As(err, &de) && de.Code == activation.CodeListMissing
	if err != nil && !gone {
		return s.notSent(ctx, b, err)
	}
	known, cancel := told(ctx)
	defer cancel()
	if err := s.cfg.Ledger.SettleRemoval(known, b.ID, gone, s.cfg.Clock().UTC()); err != nil {
		return err
	}
	s.cfg.FailPoint("remove.after-settle")
	return nil
}

// send imports a batch. It is recorded with its rows before the call (S30), and never sent again blindly.
func (s *Service) send(ctx context.Context, w *work, b ledger.Batch) error {
	if err := s.running(ctx, w, activation.StepSend); err != nil {
		return err
	}
	if ok, err := s.mayClear(ctx, w, b); err != nil || !ok {
		return err
	}
	mark, ok := s.looks.watermark(w.account(), s.cfg.Clock(), s.cfg.LookGap)
	if !ok {
		var err error
		if mark, err = s.newest(ctx, w, b); err != nil {
			return err
		}
	}
	rows, err := s.cfg.Ledger.BatchRows(ctx, b.ID)
	if err != nil {
		return err
	}
	if err := s.cfg.Ledger.RecordSending(ctx, b.ID, mark, s.cfg.Clock().UTC()); err != nil {
		return s.replan(ctx, w, b, err)
	}
	s.cfg.FailPoint("send.before-call")
	p, err := s.importRows(ctx, w, b, rows)
	s.cfg.FailPoint("send.after-call")
	ctx, cancel := told(ctx)
	defer cancel()
	if errors.Is(err, destination.ErrNoneUsable) && len(rows) <= noneUsable {
		return s.allRejected(ctx, w, b, rows)
	}
	if err != nil {
		return s.notSent(ctx, b, err)
	}
	if err := s.cfg.Ledger.RecordAccepted(ctx, b.ID, p); err != nil {
		return err
	}
	s.looks.sawNewest(w.account(), p)
	s.cfg.FailPoint("send.after-accepted")
	return nil
}

// noneUsable is the most rows of an import of which the destination may take none without the run being stopped: that all of many
// are faulty means that something else is wrong.
const noneUsable = 20

// allRejected settles an import that was refused because of its rows, and nothing but them: they block nobody (S15).
func (s *Service) allRejected(ctx context.Context, w *work, b ledger.Batch, rows []activation.Row) error {
	rejected := make([]ledger.Rejection, 0, len(rows))
	for _, r := range rows {
		rejected = append(rejected, ledger.Rejection{Address: r.Address, Why: "Brevo takes none of the addresses of the import for one"})
	}
	if err := s.cfg.Ledger.Settle(ctx, b.ID, rejected, s.cfg.Clock().UTC()); err != nil {
		return err
	}
	s.looks.ended(w.account(), b.ID, s.cfg.Clock(), false)
	return nil
}

// told is for recording what an answer said: that must be done even when the step was told to stop meanwhile, or it would be asked
// for again.
func told(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

// notSent records what is known after a failed call and passes the error on.
func (s *Service) notSent(ctx context.Context, b ledger.Batch, err error) error {
	record := s.cfg.Ledger.RecordUnknown
	if o := destination.OutcomeOf(err); o == destination.Refused || o == destination.NotDone {
		record = s.cfg.Ledger.RecordNotDone
	}
	ctx, cancel := told(ctx)
	defer cancel()
	if rerr := record(ctx, b.ID); rerr != nil {
		return errors.Join(err, rerr)
	}
	return err
}

// replan plans the rest of the run again when the ledger moved in an address of the batch (S25). A removal whose outcome is
// unknown is planned again as well: it is harmless whether it was done or not (S31). The brake looks at the new plan too.
func (s *Service) replan(ctx context.Context, w *work, b ledger.Batch, err error) error {
	if activation.CodeOf(err) != activation.CodeConflict {
		return err
	}
	if b.State != ledger.BatchReady {
		if err := s.cfg.Ledger.RecordNotDone(ctx, b.ID); err != nil {
			return err
		}
	}
	return s.planAgain(ctx, w, b.Clear && clears(w), w.run.Plan != nil && w.run.Plan.ClearUnproved)
}

// planAgain plans the rest of the run again from what it planned on before.
func (s *Service) planAgain(ctx context.Context, w *work, clear, unproved bool) error {
	if w.run.Kind.OnlyRemoves() {
		return s.planRemovalAgain(ctx, w)
	}
	h, specs, err := s.members(ctx, w)
	if err != nil {
		return err
	}
	restore, err := s.suspend(ctx, w)
	if err != nil {
		return err
	}
	sum, err := s.compare(ctx, w, h, specs, clear)
	if err != nil {
		return err
	}
	sum.ClearUnproved = unproved
	if w.run.Plan != nil {
		sum.ReconcileAdvised = w.run.Plan.ReconcileAdvised
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
