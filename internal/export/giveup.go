package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
	"segue/internal/store"
)

// watchStep is how far apart two looks at processes are that were given up (S17).
const watchStep = 10 * time.Minute

// GiveUp lets a run no longer wait for its import in flight, which was sent long enough ago and has not ended at the
// destination (S17); so it does for one that a stopped run left in flight. Its people are neither acknowledged nor lost: they
// are sent again by the next run, and the process is watched, for it may still put people on the list.
func (s *Service) GiveUp(ctx context.Context, id activation.RunID, by string) (activation.Run, error) {
	r, err := s.Run(ctx, id)
	if err != nil {
		return r, err
	}
	w := &work{run: r}
	if err := s.open(ctx, w); err != nil {
		return r, err
	}
	b, err := s.mayGiveUp(ctx, w)
	if err != nil {
		return r, err
	}
	newest, err := s.stillRunning(ctx, w, b)
	var pause wait
	if errors.As(err, &pause) {
		err = activation.Errorf(activation.CodeUnavailable, "the processes of the account cannot be looked at now: its hourly looks are used up").
			WithRemedy("Try again in a few minutes")
	}
	if err != nil {
		return r, destination.Translate(err)
	}
	now := s.cfg.Clock().UTC()
	s.cfg.FailPoint("giveup.before-ledger")
	if err := s.cfg.Ledger.GiveUp(ctx, b.ID, newest, by, now, now.Add(watched)); err != nil {
		return r, err
	}
	s.cfg.FailPoint("giveup.after-ledger")
	s.looks.ended(w.account(), b.ID, now, false)
	s.watches.soon(w.acct)
	s.cfg.Log.InfoContext(ctx, "a process was given up", "run", id, "batch", b.ID, "process", b.Process, "by", by)
	if r.Status.Final() {
		return r, nil
	}
	return s.change(ctx, id, func(r *activation.Run) error {
		r.Error, r.ErrorCode, r.Remedy = "", "", ""
		return nil
	}, true)
}

// mayGiveUp returns the run's import in flight, or the one that it left in flight when it was stopped, or one that a run left
// which is gone.
func (s *Service) mayGiveUp(ctx context.Context, w *work) (ledger.Batch, error) {
	b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	if err != nil {
		return b, err
	}
	if !ok || !inFlight(b) {
		left, err := s.cfg.Ledger.Unsettled(ctx, w.acct, s.cfg.Clock().Add(-watched))
		if err != nil {
			return b, err
		}
		i := slices.IndexFunc(left, func(l ledger.Batch) bool { return l.Run == w.run.ID })
		for k := 0; i < 0 && k < len(left) && !w.run.Status.Final(); k++ {
			// The export of a run that left one in flight may be gone, and nobody can name that run: who waits for it gives it up.
			if _, err := s.Run(ctx, left[k].Run); activation.CodeOf(err) == activation.CodeNotFound {
				i = k
			} else if err != nil {
				return b, err
			}
		}
		if i < 0 {
			return b, activation.Errorf(activation.CodeConflict, "no import of the run is in flight")
		}
		b = left[i]
	}
	if from := b.SentAt.Add(s.cfg.GiveUpAfter); s.cfg.Clock().Before(from) {
		return b, activation.Errorf(activation.CodeConflict, "the import was sent at %s and may be given up from %s on",
			b.SentAt.UTC().Format("2006-01-02 15:04 UTC"), from.UTC().Format("2006-01-02 15:04 UTC")).WithRemedy("Wait: imports can take long at Brevo")
	}
	return b, nil
}

// stillRunning asks the destination whether the batch's process has really not ended, and for the newest process.
func (s *Service) stillRunning(ctx context.Context, w *work, b ledger.Batch) (activation.ProcessID, error) {
	list, err := s.since(ctx, w, max(b.Process, b.Watermark+1))
	if err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(list, func(p destination.Process) bool { return p.ID == b.Process }); i >= 0 && list[i].State != destination.ProcessRunning {
		return 0, activation.Errorf(activation.CodeConflict, "the import process %d has ended at Brevo", b.Process).
			WithRemedy("There is nothing to give up: the run goes on by itself")
	}
	newest := max(b.Process, b.Watermark)
	if len(list) > 0 {
		newest = max(newest, list[0].ID)
	}
	return newest, nil
}

// since returns the account's processes, newest first, down to the one given.
func (s *Service) since(ctx context.Context, w *work, oldest activation.ProcessID) (all []destination.Process, err error) {
	for offset := 0; ; offset += pageOfProcesses {
		list, err := s.look(ctx, w, ledger.Batch{}, offset)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) < pageOfProcesses || list[len(list)-1].ID < oldest {
			return all, nil
		}
	}
}

// watches remembers, in memory, when processes of an account that were given up are looked at next.
type watches struct {
	mu  sync.Mutex
	due map[ledger.AccountID]time.Time
}

func newWatches() *watches { return &watches{due: map[ledger.AccountID]time.Time{}} }

// take reports whether a look is due, and then puts the next one off.
func (x *watches) take(a ledger.AccountID, now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if now.Before(x.due[a]) {
		return false
	}
	x.due[a] = now.Add(watchStep)
	return true
}

func (x *watches) soon(a ledger.AccountID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.due, a)
}

// LookAfterGivenUp looks after the processes that were given up, of accounts in which no run has its turn; runs do it for
// themselves. It is called now and then (S17).
func (s *Service) LookAfterGivenUp(ctx context.Context) error {
	list, err := s.cfg.Ledger.Watches(ctx, "")
	if err != nil {
		return err
	}
	done := map[ledger.AccountID]bool{}
	var errs []error
	for _, x := range list {
		if done[x.Account] {
			continue
		}
		done[x.Account] = true
		if err := s.lookAfterAccount(ctx, x); err != nil {
			errs = append(errs, fmt.Errorf("look after what was given up in account %d: %w", x.Account, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) lookAfterAccount(ctx context.Context, x ledger.Watch) error {
	place := activation.RunID("watch/" + string(x.Batch))
	if !s.turns.takeFree(x.Identity, place) {
		return nil
	}
	defer s.turns.leave(place)
	w := &work{acct: x.Account}
	var conn activation.ConnectionID
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		for after := ""; conn == ""; {
			list, next, err := r.Connections(ctx, store.Page{After: after, Limit: 500})
			if err != nil {
				return err
			}
			for _, c := range list {
				if c.Details.Account != x.Identity || c.Usable() != nil || c.Draft() { // nothing is sent over a draft
					continue
				}
				switch err := store.MayRunOver(ctx, r, c); activation.CodeOf(err) {
				case "":
					conn = c.ID
				case activation.CodeNeedsExportUser: // nor on behalf of nobody (S29)
				default:
					return err
				}
			}
			if next == "" {
				return nil
			}
			after = next
		}
		return nil
	})
	if err != nil || conn == "" {
		return err // without a connection that has an export user nothing can be done; there may be one again
	}
	if w.dest, w.conn, err = s.cfg.Connections.Open(ctx, conn); err != nil {
		return err
	}
	return s.lookAfter(ctx, w)
}

// lookAfter looks at the processes of the account that were given up, if that is due, and mends what those did that have ended.
// The caller has the account's turn, and nothing of it is in flight.
func (s *Service) lookAfter(ctx context.Context, w *work) error {
	now := s.cfg.Clock().UTC()
	if !s.watches.take(w.acct, now) {
		return nil
	}
	list, err := s.cfg.Ledger.Watches(ctx, "")
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(x ledger.Watch) bool { return x.Account != w.acct })
	if len(list) == 0 {
		return nil
	}
	oldest := list[0].Oldest()
	for _, x := range list {
		oldest = min(oldest, x.Oldest())
	}
	processes, err := s.since(ctx, w, oldest)
	if err != nil {
		return err
	}
	unreconciled, err := s.cfg.Ledger.Unreconciled(ctx, w.acct)
	if err != nil {
		return err
	}
	for _, x := range list {
		shown, running := false, false
		for _, p := range processes {
			if p.Import && x.MayBe(p.ID) {
				shown, running = true, running || p.State == destination.ProcessRunning
			}
		}
		if slices.Contains(unreconciled, x.List) {
			continue // who is wanted there is not known well enough to remove anybody (S23)
		}
		over := !now.Before(x.Until)
		switch {
		case shown && !running:
			err = s.landed(ctx, w, x, ledger.WatchLanded)
		case over && running:
			err = s.landed(ctx, w, x, ledger.WatchOver)
		case over:
			err = s.cfg.Ledger.EndWatch(ctx, x.Batch, ledger.WatchNotShown, 0, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// landed takes those off the list again whom nobody wants any more and the process may have added, and has everybody else of
// its batch sent again. A removal twice is harmless (S18, S31).
func (s *Service) landed(ctx context.Context, w *work, x ledger.Watch, outcome ledger.WatchOutcome) error {
	people, err := s.cfg.Ledger.Unwanted(ctx, x.Batch)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(people, max(w.dest.Limits().MaxRemovals, 1)) {
		s.cfg.FailPoint("watch.before-remove")
		err := w.dest.Remove(ctx, x.List, part)
		var de *destination.Error
		if errors.As(err, &de) && de.Code == activation.CodeListMissing {
			break // nobody is on it (S18)
		}
		if err != nil {
			return err
		}
	}
	s.cfg.FailPoint("watch.after-remove")
	if err := s.cfg.Ledger.EndWatch(ctx, x.Batch, outcome, int64(len(people)), s.cfg.Clock().UTC()); err != nil {
		return err
	}
	s.cfg.Log.InfoContext(ctx, "a process that was given up was looked after", "run", x.Run, "batch", x.Batch, "outcome", outcome, "removed", len(people))
	return nil
}

// tryLookAfter looks after what was given up on behalf of a run; its trouble is not the run's. A run that stops, or has lost its export
// user, makes no call that it need not (S29).
func (s *Service) tryLookAfter(ctx context.Context, w *work) {
	if w.run.Stops() || s.mayRun(ctx, w) != nil {
		return
	}
	if err := s.lookAfter(ctx, w); err != nil && ctx.Err() == nil {
		s.cfg.Log.WarnContext(ctx, "looking after a process that was given up failed; it is tried again", "code", activation.CodeOf(destination.Translate(err)), "error", err)
	}
}
