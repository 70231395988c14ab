package export

import (
	"context"
	"fmt"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// watched is for how long an import that was given up is looked out for (S17).
const watched = 7 * 24 * time.Hour

// unlisted is how many times longer than after an unknown outcome a process is looked for that was named in an answer and is
// newer than everything that is listed.
const unlisted = 60

// newest asks for the newest process of the account (S30). While an import that a stopped run left in flight may be running
// nothing is sent (S17).
func (s *Service) newest(ctx context.Context, w *work, b ledger.Batch) (activation.ProcessID, error) {
	left, err := s.cfg.Ledger.Unsettled(ctx, w.acct, s.cfg.Clock().Add(-watched))
	if err != nil {
		return 0, err
	}
	var newest activation.ProcessID
	shown := map[activation.BatchID]bool{}
	for offset := 0; ; offset += pageOfProcesses {
		list, err := s.look(ctx, w, b, offset)
		if err != nil {
			return 0, err
		}
		oldest := activation.ProcessID(0)
		for _, p := range list {
			newest, oldest = max(newest, p.ID), p.ID
			for _, l := range left {
				if !p.Import || !mayBeOf(l, p.ID) {
					continue
				}
				if p.State == destination.ProcessRunning {
					s.looks.settle(w.account(), false)
					s.looks.seen(w.account(), l.ID)
					return 0, wait{d: s.cfg.MaxLookStep, status: activation.StatusWaiting}
				}
				shown[l.ID] = true
			}
		}
		if len(list) < pageOfProcesses || !slices.ContainsFunc(left, func(l ledger.Batch) bool { return max(l.Process, l.Watermark+1) < oldest }) {
			break
		}
	}
	// One that does not show may not be listed yet: that is known after two looks (S17, S30), which are for all of them.
	late := false
	for _, l := range left {
		gap := s.cfg.LookGap
		if newest < l.Process {
			gap *= unlisted // nothing newer is listed either: the list may lag
		}
		if !shown[l.ID] && !s.looks.nothing(w.account(), l.ID, s.cfg.Clock(), gap) {
			late = true
		}
	}
	if late {
		s.looks.settle(w.account(), false)
		return 0, wait{d: s.cfg.LookGap, status: activation.StatusWaiting}
	}
	s.looks.settle(w.account(), true)
	return newest, nil
}

// afterGivenUp lets a removal wait for imports of its addresses that a stopped run left in flight: they would put the people
// on the list again (S31).
func (s *Service) afterGivenUp(ctx context.Context, w *work, b ledger.Batch, addresses []activation.Email) error {
	if s.looks.isSettled(w.account()) {
		return nil
	}
	left, err := s.cfg.Ledger.Unsettled(ctx, w.acct, s.cfg.Clock().Add(-watched))
	if err != nil {
		return err
	}
	leaving := make(map[activation.Email]bool, len(addresses))
	for _, a := range addresses {
		leaving[a] = true
	}
	for _, l := range left {
		sent, err := s.cfg.Ledger.BatchRemovals(ctx, l.ID) // an import's addresses as well
		if err != nil {
			return err
		}
		if slices.ContainsFunc(sent, func(a activation.Email) bool { return leaving[a] }) {
			_, err := s.newest(ctx, w, b)
			return err
		}
	}
	return nil
}

// mayBeOf reports whether the process may be the batch's.
func mayBeOf(b ledger.Batch, p activation.ProcessID) bool {
	return p == b.Process || (b.Process == 0 && p > b.Watermark)
}

// look makes one look at the account's processes, within the hourly limit.
func (s *Service) look(ctx context.Context, w *work, b ledger.Batch, offset int) ([]destination.Process, error) {
	now := s.cfg.Clock()
	if d := s.looks.free(w.account(), now); d > 0 {
		return nil, wait{d: min(d, time.Minute), status: activation.StatusWaiting}
	}
	list, err := w.dest.Processes(ctx, offset, pageOfProcesses)
	s.looks.looked(w.account(), b.ID, s.cfg.Clock())
	if err != nil {
		return nil, err
	}
	newest := activation.ProcessID(0)
	if len(list) > 0 {
		newest = list[0].ID
	}
	s.looks.sawNewest(w.account(), newest)
	return list, nil
}

const pageOfProcesses = 50

// lookAfterUnknown waits until every import that began after the batch was sent has ended, or none shows in two looks,
// and makes the batch ready to be sent again, unchanged. What it finds acknowledges nothing: it may be somebody
// else's (S30).
func (s *Service) lookAfterUnknown(ctx context.Context, w *work, b ledger.Batch) error {
	now := s.cfg.Clock()
	if d := s.looks.wait(w.account(), b.ID, now.Add(-s.cfg.FirstLook), now); d > 0 {
		return wait{d: d, status: activation.StatusWaiting}
	}
	found := false
	for offset := 0; ; offset += pageOfProcesses {
		list, err := s.look(ctx, w, b, offset)
		if err != nil {
			return err
		}
		older := len(list) < pageOfProcesses
		for _, p := range list {
			if p.ID <= b.Watermark {
				older = true
				break
			}
			if !p.Import {
				continue
			}
			found = true
			if p.State == destination.ProcessRunning {
				return s.waitForBrevo(w, b)
			}
		}
		if older {
			break
		}
	}
	if !found && !s.looks.nothing(w.account(), b.ID, s.cfg.Clock(), s.cfg.LookGap) {
		return wait{d: s.cfg.LookGap, status: activation.StatusWaiting}
	}
	s.looks.ended(w.account(), b.ID, s.cfg.Clock(), false)
	if w.run.Stops() {
		return s.abort(ctx, w, activation.ReasonCanceled, nil)
	}
	return s.cfg.Ledger.RecordNotDone(ctx, b.ID)
}

// follow looks at the process of an accepted batch and settles the batch when it has ended (S12, S17).
func (s *Service) follow(ctx context.Context, w *work, b ledger.Batch) error {
	if err := s.running(ctx, w, activation.StepSettle); err != nil {
		return err
	}
	if d := s.looks.wait(w.account(), b.ID, b.SentAt, s.cfg.Clock()); d > 0 {
		return s.waitFor(w, b, d)
	}
	p, recent, err := s.find(ctx, w, b)
	if err != nil {
		return err
	}
	if p == nil {
		// It may not be listed yet, and is never presumed dead after one look (S17).
		gap := s.cfg.LookGap
		if len(recent) == 0 || recent[0].ID < b.Process {
			gap *= unlisted // nothing newer is listed either: the list may lag
		}
		if !s.looks.nothing(w.account(), b.ID, s.cfg.Clock(), gap) {
			return wait{d: s.cfg.LookGap, status: activation.StatusWaiting}
		}
		// A process that was deleted says nothing of its rows.
		s.cfg.Log.WarnContext(ctx, "a process is gone", "run", w.run.ID, "batch", b.ID, "process", b.Process)
		return s.settleUnknown(ctx, w, b, "")
	}
	switch p.State {
	case destination.ProcessCompleted:
		return s.settle(ctx, w, b, *p)
	case destination.ProcessFailed:
		return s.failed(ctx, w, b, recent)
	default:
		return s.waitForBrevo(w, b)
	}
}

// find returns the process that the destination named for the batch, nil if it does not show, and the newest processes.
func (s *Service) find(ctx context.Context, w *work, b ledger.Batch) (p *destination.Process, recent []destination.Process, err error) {
	for offset := 0; ; offset += pageOfProcesses {
		list, err := s.look(ctx, w, b, offset)
		if err != nil {
			return nil, nil, err
		}
		recent = append(recent, list...)
		for _, p := range list {
			if p.ID == b.Process {
				s.looks.seen(w.account(), b.ID)
				return &p, recent, nil
			}
			if p.ID < b.Process {
				return nil, recent, nil
			}
		}
		if len(list) < pageOfProcesses {
			return nil, recent, nil
		}
	}
}

func (s *Service) waitForBrevo(w *work, b ledger.Batch) error {
	return s.waitFor(w, b, s.looks.wait(w.account(), b.ID, b.SentAt, s.cfg.Clock()))
}

// waitFor pauses; a wait that has been short so far does not change the status that people see.
func (s *Service) waitFor(w *work, b ledger.Batch, d time.Duration) error {
	status := activation.StatusWaiting
	if s.cfg.Clock().Sub(b.SentAt) < 15*time.Second && w.run.Status == activation.StatusRunning {
		status = activation.StatusRunning
	}
	return wait{d: max(d, 50*time.Millisecond), status: status}
}

// settle reads every report of a completed process, proves a sample and settles the batch (S12, S13, S33).
func (s *Service) settle(ctx context.Context, w *work, b ledger.Batch, p destination.Process) error {
	rejected, why, err := s.reports(ctx, w, b, p)
	if err != nil {
		return err
	}
	if err := s.listThere(ctx, w, b); err != nil {
		return err
	}
	if why != "" {
		s.cfg.Log.WarnContext(ctx, "a report was not understood", "run", w.run.ID, "batch", b.ID, "process", p.ID, "why", why)
		return s.settleUnknown(ctx, w, b, why)
	}
	if err := s.prove(ctx, w, b, rejected); err != nil {
		return err
	}
	s.cfg.FailPoint("settle.before")
	if err := s.cfg.Ledger.Settle(ctx, b.ID, rejected, s.cfg.Clock().UTC()); err != nil {
		return err
	}
	s.cfg.FailPoint("settle.after")
	s.looks.ended(w.account(), b.ID, s.cfg.Clock(), true)
	return nil
}

// listThere holds that the batch's list still exists. Of one that is gone it cannot be known which rows were taken (S12).
func (s *Service) listThere(ctx context.Context, w *work, b ledger.Batch) error {
	_, err := w.dest.List(ctx, b.List)
	if err != nil && activation.CodeOf(destination.Translate(err)) == activation.CodeListMissing {
		if serr := s.settleUnknown(ctx, w, b, ""); serr != nil {
			return serr
		}
	}
	return err
}

// reports returns the rows that the process' reports name, or why a line of them is not understood.
func (s *Service) reports(ctx context.Context, w *work, b ledger.Batch, p destination.Process) (rejected []ledger.Rejection, why string, err error) {
	if len(p.Reports) == 0 {
		return nil, "", nil
	}
	rows, err := s.cfg.Ledger.BatchRows(ctx, b.ID)
	if err != nil {
		return nil, "", err
	}
	m := newMatcher(rows)
	for _, r := range p.Reports {
		for line, err := range w.dest.Report(ctx, r) {
			if err != nil {
				return nil, "", fmt.Errorf("read the report %s: %w", r.Kind, err)
			}
			if why := m.match(r.Kind, line); why != "" {
				return nil, r.Kind + ": " + why, nil
			}
		}
	}
	return m.rejected, "", nil
}

// settleUnknown ends an import of unknown outcome; why is what people are told of each of its rows, if there is something.
func (s *Service) settleUnknown(ctx context.Context, w *work, b ledger.Batch, why string) error {
	s.looks.ended(w.account(), b.ID, s.cfg.Clock(), false)
	return s.cfg.Ledger.SettleUnknown(ctx, b.ID, activation.ReasonOutcomeUnknown, why, s.cfg.Clock().UTC())
}

// failed splits a batch whose process failed, once another import of the account has succeeded since its first
// failure; before that it is taken for the destination's trouble: other batches go ahead, and this one goes out again
// after a pause (S17). A list that is gone is neither's fault, and stops the run (S28).
func (s *Service) failed(ctx context.Context, w *work, b ledger.Batch, recent []destination.Process) error {
	if err := s.listThere(ctx, w, b); err != nil {
		return err
	}
	ok := succeededSince(recent, s.looks.failed(w.account(), b.ID, b.Process))
	s.looks.ended(w.account(), b.ID, s.cfg.Clock(), false)
	if ok || b.Imports >= s.cfg.MaxImports {
		return s.split(ctx, w, b)
	}
	if err := s.cfg.Ledger.RecordNotDone(ctx, b.ID); err != nil {
		return err
	}
	return &destination.Error{
		Outcome: destination.NotDone, Code: activation.CodeUnavailable, Kind: "import",
		Message: fmt.Sprintf("the import process %d failed, Brevo gives no reason", b.Process),
		Remedy:  "A run tries it again by itself; if it goes on failing, look at the account's imports in Brevo",
	}
}

// split replaces a batch by two halves. Both are said to have failed with it: when one half succeeds, that is the success
// that lets the other be split in turn (S17); when neither does, it is the destination's trouble.
func (s *Service) split(ctx context.Context, w *work, b ledger.Batch) error {
	if err := s.cfg.Ledger.Split(ctx, b.ID, s.cfg.MaxImports, s.cfg.Clock().UTC()); err != nil {
		return err
	}
	if b.Rows <= 1 || b.Imports >= s.cfg.MaxImports {
		return nil // its rows were rejected
	}
	list, err := s.cfg.Ledger.BatchesOf(ctx, w.run.ID)
	if err != nil {
		return err
	}
	for _, half := range list[max(len(list)-2, 0):] {
		if half.State == ledger.BatchReady && half.Imports == b.Imports { // else it was given up meanwhile, and has no halves
			s.looks.failed(w.account(), half.ID, b.Process)
		}
	}
	return nil
}

// succeededSince reports whether an import newer than the first failed one of the batch has completed.
func succeededSince(recent []destination.Process, first activation.ProcessID) bool {
	return slices.ContainsFunc(recent, func(p destination.Process) bool {
		return p.ID > first && p.Import && p.State == destination.ProcessCompleted
	})
}
