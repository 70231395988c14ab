package export

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
)

// Recover makes ready for work after a start: every run that has not ended is enqueued again, the one whose import is in
// flight gets its account's turn, what only the ledger knows is ended, what removed exports owned is orphaned, and files
// of runs that ended are swept. It is called before any step.
func (s *Service) Recover(ctx context.Context) error {
	var open []activation.Run
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		var err error
		if open, err = tx.OpenRuns(ctx); err != nil {
			return err
		}
		for _, r := range open {
			if r.Status == activation.StatusHeld && !r.Stops() {
				continue
			}
			if err := tx.Enqueue(ctx, jobs.StepRun{Run: r.ID}, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("recover runs: %w", err)
	}
	if err := s.recoverLedger(ctx, open); err != nil {
		return fmt.Errorf("recover runs: %w", err)
	}
	if err := s.orphanRemoved(ctx); err != nil {
		return fmt.Errorf("orphan what removed exports owned: %w", err)
	}
	if err := s.noticeRestored(ctx); err != nil {
		return fmt.Errorf("compare the ledger with the control store: %w", err)
	}
	return s.sweep(open)
}

// sweep deletes the hand-over files of runs that have ended (S35).
func (s *Service) sweep(open []activation.Run) error {
	entries, err := os.ReadDir(s.cfg.HandOverDir)
	if err != nil {
		return fmt.Errorf("sweep the hand-over folder: %w", err)
	}
	for _, e := range entries {
		stem, _, _ := strings.Cut(e.Name(), ".")
		if slices.ContainsFunc(open, func(r activation.Run) bool { return string(r.ID) == stem }) {
			continue
		}
		if err := os.Remove(filepath.Join(s.cfg.HandOverDir, e.Name())); err != nil {
			return fmt.Errorf("sweep the hand-over folder: %w", err)
		}
	}
	return nil
}

// recoverLedger gives turns to runs whose import is in flight (S30), and ends runs that the ledger knows as open but the
// store does not: their rows were removed meanwhile, or the store was restored from an older copy.
func (s *Service) recoverLedger(ctx context.Context, open []activation.Run) error {
	states, err := s.cfg.Ledger.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for _, st := range states {
		if !slices.ContainsFunc(open, func(r activation.Run) bool { return r.ID == st.Run }) {
			// One that cannot be ended must not keep the program from starting.
			if err := s.endUnknown(ctx, st); err != nil {
				s.cfg.Log.ErrorContext(ctx, "end a run that has no definition", "run", st.Run, "error", err)
			}
			continue
		}
		b, ok, err := s.cfg.Ledger.NextBatch(ctx, st.Run)
		if err != nil {
			return err
		}
		if !ok || !inFlight(b) {
			continue
		}
		if err := s.cfg.Store.View(ctx, func(r store.Reader) error {
			account, err := accountOf(ctx, r, st.Run)
			switch activation.CodeOf(err) {
			case "":
				s.turns.take(account, st.Run, false)
			case activation.CodeNotFound: // its connection is gone: its next step ends it, and the program starts all the same
			default:
				return err
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// accountOf returns the account that a run goes to, be its connection gone.
func accountOf(ctx context.Context, r store.Reader, id activation.RunID) (activation.Account, error) {
	run, err := r.Run(ctx, id)
	if err != nil {
		return activation.Account{}, err
	}
	e, err := r.Export(ctx, run.Export)
	if err != nil {
		return activation.Account{}, err
	}
	c, err := r.Connection(ctx, cmp.Or(run.Connection, e.Connection))
	if activation.CodeOf(err) == activation.CodeNotFound && e.Detached != nil {
		return e.Detached.Account, nil
	}
	return c.Details.Account, err
}

func (s *Service) endUnknown(ctx context.Context, st ledger.RunState) error {
	if r, err := s.Run(ctx, st.Run); err == nil && r.Status == activation.StatusCanceled {
		return s.endHeld(ctx, st)
	}
	if st.Progress.ImportsSent+st.Progress.RemovalsDone == 0 && s.cfg.Ledger.Discard(ctx, st.Run) == nil {
		return nil
	}
	if err := s.cfg.Ledger.Abort(ctx, st.Run, activation.ReasonStopped); err != nil {
		return err
	}
	_, err := s.cfg.Ledger.Finish(ctx, st.Run, s.cfg.Clock().UTC())
	if err != nil {
		s.endUnaccounted(ctx, st.Run)
	}
	return err
}

// orphanRemoved orphans what exports own that are no longer there (S20): the program was killed while one was removed.
func (s *Service) orphanRemoved(ctx context.Context) error {
	owners, err := s.cfg.Ledger.Owners(ctx)
	if err != nil {
		return err
	}
	for _, e := range owners {
		switch _, err := s.Get(ctx, e); activation.CodeOf(err) {
		case "":
		case activation.CodeNotFound:
			if err := s.cfg.Ledger.Orphan(ctx, e, s.cfg.Clock().UTC()); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}
