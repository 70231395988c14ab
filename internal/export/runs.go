package export

import (
	"context"
	"fmt"
	"iter"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// Start creates a run of an export and lets it be worked. With an idempotency key a second call returns the run of the
// first. A run of the export that is held is replaced; one that is under way is a conflict (S26).
func (s *Service) Start(ctx context.Context, id activation.ExportID, kind activation.RunKind, by, idempotencyKey string) (r activation.Run, created bool, err error) {
	return s.StartRun(ctx, StartRequest{Export: id, Kind: kind, By: by, IdempotencyKey: idempotencyKey})
}

// StartRequest asks for a run.
type StartRequest struct {
	Export         activation.ExportID
	Kind           activation.RunKind
	By             string
	IdempotencyKey string
	// RefreshMirror lets the run read the account's contacts before it plans (S2).
	RefreshMirror bool
}

// StartRun is Start, with all that can be asked for.
func (s *Service) StartRun(ctx context.Context, q StartRequest) (r activation.Run, created bool, err error) {
	id, kind, idempotencyKey := q.Export, q.Kind, q.IdempotencyKey
	now := s.cfg.Clock().UTC()
	var replaced []activation.RunID
	if kind == activation.RunRemoveKept {
		if err := s.keepsSomebody(ctx, q); err != nil {
			return r, false, fmt.Errorf("start run: %w", err)
		}
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Export(ctx, id)
		if err != nil {
			return err
		}
		if idempotencyKey != "" {
			switch old, err := tx.IdempotentRun(ctx, id, idempotencyKey); activation.CodeOf(err) {
			case "":
				r, err = tx.Run(ctx, old)
				return err
			case activation.CodeNotFound:
			default:
				return err
			}
		}
		if err := canRun(ctx, tx, e); err != nil {
			return err
		}
		open, err := tx.OpenRuns(ctx)
		if err != nil {
			return err
		}
		for _, o := range open {
			if o.Export != id || !excludes(o, kind) {
				continue
			}
			if o.Status != activation.StatusHeld {
				return activation.Errorf(activation.CodeConflict, "a run of this export is under way (%s)", o.ID).
					WithRemedy("Wait until it has ended, or cancel it")
			}
			o.Status, o.EndedAt, o.UpdatedAt = activation.StatusCanceled, now, now
			o.Error, o.ErrorCode, o.Remedy = "replaced by a newer run", "", ""
			if err := tx.UpdateRun(ctx, o); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, jobs.StepRun{Run: o.ID}, time.Time{}); err != nil { // ends it, should the program be killed
				return err
			}
			replaced = append(replaced, o.ID)
		}
		r = activation.Run{
			ID: activation.RunID(s.cfg.IDs()), Export: id, Connection: e.Connection, Kind: kind, Status: activation.StatusQueued, Step: activation.StepPlan,
			RequestedBy: q.By, RefreshMirror: q.RefreshMirror, CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		created = true
		if err := tx.CreateRun(ctx, r, idempotencyKey); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.StepRun{Run: r.ID}, time.Time{})
	})
	if err != nil {
		return activation.Run{}, false, fmt.Errorf("start run: %w", err)
	}
	for _, old := range replaced {
		if err := s.forget(ctx, old); err != nil {
			s.cfg.Log.ErrorContext(ctx, "forget a replaced run", "run", old, "error", err)
		}
	}
	if created {
		s.cfg.Log.InfoContext(ctx, "run created", "run", r.ID, "export", id, "kind", kind)
	}
	return r, created, nil
}

// keepsSomebody refuses to take off whom an export keeps where there is nobody, and nothing is known that could hide them (S20): the
// run would only say that it did nothing. A request that is repeated gets its run all the same.
func (s *Service) keepsSomebody(ctx context.Context, q StartRequest) error {
	e, a, err := s.place(ctx, q.Export)
	if activation.CodeOf(err) == activation.CodeNoConnection { // that is told of every run
		return nil
	}
	if err != nil {
		return err
	}
	known := activation.CodeNotFound
	if q.IdempotencyKey != "" {
		err := s.cfg.Store.View(ctx, func(r store.Reader) error {
			_, err := r.IdempotentRun(ctx, e.ID, q.IdempotencyKey)
			return err
		})
		known = activation.CodeOf(err)
	}
	unsure, err := s.cfg.Ledger.Unreconciled(ctx, a) // after a restore the run itself says what comes first (S23)
	if err != nil || known != activation.CodeNotFound || len(unsure) > 0 || e.Connection == "" {
		return err
	}
	lists, err := s.cfg.Ledger.Holdings(ctx, a, e.ID)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if l.Kept > 0 {
			return nil
		}
	}
	return activation.Errorf(activation.CodeConflict, "the export keeps nobody on its lists who left its segments").
		WithRemedy("There is nothing to do; whom it has on which list is shown with its people")
}

// excludes reports whether a run of the kind cannot begin beside the open one: there is one of each kind, one that changes lists
// (S20, S22), and none beside one that is about to remove the export. One that is held gives way to what changes lists (S26).
func excludes(o activation.Run, kind activation.RunKind) bool {
	return o.Kind == kind || (o.Kind.Writes() && kind.Writes()) || (o.Kind == activation.RunRemovePeople && o.Status != activation.StatusHeld)
}

// Run returns a run.
func (s *Service) Run(ctx context.Context, id activation.RunID) (r activation.Run, err error) {
	err = s.cfg.Store.View(ctx, func(rd store.Reader) error {
		r, err = rd.Run(ctx, id)
		return err
	})
	return r, err
}

// Cancel asks a run to stop before its next batch; an import in flight is followed to its end (S29).
func (s *Service) Cancel(ctx context.Context, id activation.RunID) (activation.Run, error) {
	r, err := s.change(ctx, id, func(r *activation.Run) error {
		if r.Status.Final() {
			return activation.Errorf(activation.CodeConflict, "the run has ended")
		}
		r.CancelRequested = true
		return nil
	}, true)
	return r, err
}

// Release lets a held run go on (S26).
func (s *Service) Release(ctx context.Context, id activation.RunID, by string) (activation.Run, error) {
	held, err := s.Run(ctx, id)
	if err != nil {
		return held, err
	}
	if held.Status == activation.StatusHeld {
		err := s.cfg.Store.View(ctx, func(r store.Reader) error {
			e, err := r.Export(ctx, held.Export)
			if err != nil {
				return err
			}
			return canRun(ctx, r, e)
		})
		if err != nil {
			return held, err
		}
	}
	return s.change(ctx, id, func(r *activation.Run) error {
		if r.Status != activation.StatusHeld {
			return activation.Errorf(activation.CodeConflict, "the run is not held")
		}
		r.Status, r.Released, r.ReleasedBy = activation.StatusQueued, true, by
		r.Error, r.ErrorCode, r.Remedy = "", "", ""
		return nil
	}, true)
}

// Refuse ends a held run (S26); nothing of it was sent but, it may be, its refusals (S7).
func (s *Service) Refuse(ctx context.Context, id activation.RunID, by string) (activation.Run, error) {
	now := s.cfg.Clock().UTC()
	r, err := s.change(ctx, id, func(r *activation.Run) error {
		if r.Status != activation.StatusHeld {
			return activation.Errorf(activation.CodeConflict, "the run is not held")
		}
		r.Status, r.EndedAt = activation.StatusCanceled, now
		r.Error, r.ErrorCode, r.Remedy = "refused by "+by, "", ""
		return nil
	}, true)
	if err != nil {
		return r, err
	}
	if err := s.forget(ctx, id); err != nil {
		return r, err
	}
	return s.Run(ctx, id)
}

// change applies f to the stored run in one transaction, and with wake enqueues its next step.
func (s *Service) change(ctx context.Context, id activation.RunID, f func(*activation.Run) error, wake bool) (r activation.Run, err error) {
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if r, err = tx.Run(ctx, id); err != nil {
			return err
		}
		was := r.Status
		if err := f(&r); err != nil {
			return err
		}
		if !was.CanBecome(r.Status) {
			return activation.Errorf(activation.CodeInternal, "a run cannot go from %s to %s", was, r.Status)
		}
		r.UpdatedAt = s.cfg.Clock().UTC()
		if err := tx.UpdateRun(ctx, r); err != nil {
			return err
		}
		r.Version++
		if wake {
			return tx.Enqueue(ctx, jobs.StepRun{Run: id}, time.Time{})
		}
		return nil
	})
	return r, err
}

// Watch yields the run now and whenever it changes, until it has ended or ctx has. It looks every interval.
func (s *Service) Watch(ctx context.Context, id activation.RunID, every time.Duration) iter.Seq2[activation.Run, error] {
	return func(yield func(activation.Run, error) bool) {
		var last int64
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			r, err := s.Run(ctx, id)
			if err != nil {
				if ctx.Err() == nil {
					yield(r, err)
				}
				return
			}
			if r.Version != last {
				last = r.Version
				if !yield(r, nil) {
					return
				}
			}
			if r.Status.Final() {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}
