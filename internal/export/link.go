package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// canRun fails unless a run of the export may start: it has a connection, with an export user (S29).
func canRun(ctx context.Context, r store.Reader, e activation.Export) error {
	switch {
	case e.Removing:
		return activation.Errorf(activation.CodeConflict, "the export %q is being removed", e.Name)
	case e.Connection == "":
		return e.NoConnection()
	}
	c, err := r.Connection(ctx, e.Connection)
	if err != nil {
		return err
	}
	if err := c.Usable(); err != nil {
		return err
	}
	return store.MayRunOver(ctx, r, c)
}

// homeOf returns the account in which the export's ledger is; the zero account if there is none.
func homeOf(ctx context.Context, r store.Reader, e activation.Export) (activation.Account, error) {
	if e.Connection == "" {
		if e.Detached == nil {
			return activation.Account{}, nil
		}
		return e.Detached.Account, nil
	}
	c, err := r.Connection(ctx, e.Connection)
	return c.Details.Account, err
}

// openRuns lists the runs that have not ended and that f chooses.
func openRuns(ctx context.Context, r store.Reader, f func(activation.Run) bool) ([]activation.Run, error) {
	all, err := r.OpenRuns(ctx)
	return slices.DeleteFunc(all, func(o activation.Run) bool { return !f(o) }), err
}

// stopRuns lets runs stop before their next batch; an import in flight is followed (S29).
func (s *Service) stopRuns(ctx context.Context, tx store.Tx, runs []activation.Run, why activation.StopReason) error {
	for _, r := range runs {
		if r.Stop != activation.StopRemoved { // which ends sooner
			r.Stop = why
		}
		r.UpdatedAt = s.cfg.Clock().UTC()
		if err := tx.UpdateRun(ctx, r); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, jobs.StepRun{Run: r.ID}, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Detach takes an export off its connection. It keeps its definition and does not run; nothing is touched at the destination,
// and whom it owns it goes on owning (S20, S22). A run of it stops before its next batch.
func (s *Service) Detach(ctx context.Context, id activation.ExportID, by string) (activation.Export, error) {
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Export(ctx, id)
		if err != nil {
			return err
		}
		if e.Connection == "" {
			return e.NoConnection()
		}
		runs, err := openRuns(ctx, tx, func(o activation.Run) bool { return o.Export == id })
		if err != nil {
			return err
		}
		return s.detach(ctx, tx, e, runs, activation.StopDetached, by)
	})
	if err != nil {
		return activation.Export{}, fmt.Errorf("detach export: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "export detached", "export", id)
	return s.Get(ctx, id)
}

func (s *Service) detach(ctx context.Context, tx store.Tx, e activation.Export, runs []activation.Run, why activation.StopReason, by string) error {
	c, err := tx.Connection(ctx, e.Connection)
	if err != nil {
		return err
	}
	e.Detach(c, by, s.cfg.Clock().UTC())
	if err := tx.UpdateExport(ctx, e); err != nil {
		return err
	}
	return s.stopRuns(ctx, tx, runs, why)
}

// Attach gives a detached export a connection. One to the account that it went to before lets it go on with its ledger, on the
// list it had unless another is named. One to another account asks for a list, and what the export owned before becomes
// orphaned (S1).
func (s *Service) Attach(ctx context.Context, id activation.ExportID, to activation.ConnectionID, list activation.ListID) (activation.Export, error) {
	e, err := s.Get(ctx, id)
	if err != nil {
		return e, err
	}
	if err := s.detached(ctx, e); err != nil {
		return e, err
	}
	var c activation.Connection
	if err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		c, err = r.Connection(ctx, to)
		return err
	}); err != nil {
		return e, err
	}
	was := *e.Detached
	same := was.Account == c.Details.Account
	if !same && list == 0 {
		return e, activation.Errorf(activation.CodeInvalid, "the connection %q leads to another account than the export went to; the list has to be named", c.Name).
			WithField("list_id").WithRemedy("Name a list of that account. The export begins there with nobody; whom it sent before stays on the old list, owned by nobody")
	}
	e.Connection = to
	if list != 0 {
		e.List = list
	}
	specs, err := s.check(ctx, &e)
	if err != nil {
		return e, err
	}
	if !same {
		if e.Version, err = s.leaveAccount(ctx, id, e.Version); err != nil {
			return e, err
		}
	}
	plans, err := s.planned(ctx)
	if err != nil {
		return e, err
	}
	e.Detached, e.UpdatedAt = nil, s.cfg.Clock().UTC()
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := s.feed(ctx, tx, e, specs, nil, plans); err != nil {
			return err
		}
		return tx.UpdateExport(ctx, e)
	}); err != nil {
		return e, fmt.Errorf("attach export: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "export attached", "export", id, "connection", to, "same_account", same)
	return s.Get(ctx, id)
}

// detached fails unless the export is detached and no run of it is left.
func (s *Service) detached(ctx context.Context, e activation.Export) error {
	if e.Connection != "" || e.Detached == nil {
		return activation.Errorf(activation.CodeConflict, "the export %q has a connection", e.Name).WithRemedy("Detach it first: segue export detach")
	}
	if e.Removing {
		return activation.Errorf(activation.CodeConflict, "the export %q is being removed", e.Name)
	}
	var left []activation.Run
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		left, err = openRuns(ctx, r, func(o activation.Run) bool { return o.Export == e.ID })
		return err
	})
	if err == nil && len(left) > 0 {
		err = activation.Errorf(activation.CodeInUse, "a run of the export has not ended yet (%s)", left[0].ID).
			WithRemedy("Wait until it has stopped: its import in flight is followed")
	}
	return err
}

// leaveAccount forgets where the export's ledger was, then orphans what it owned there. Killed in between, the export is one
// that begins anew wherever it is attached, and orphans then.
func (s *Service) leaveAccount(ctx context.Context, id activation.ExportID, version int64) (int64, error) {
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Export(ctx, id)
		if err != nil {
			return err
		}
		d := *e.Detached
		d.Account = activation.Account{}
		e.Detached, e.Version, e.UpdatedAt = &d, version, s.cfg.Clock().UTC()
		return tx.UpdateExport(ctx, e)
	})
	if err != nil {
		return version, fmt.Errorf("leave the former account: %w", err)
	}
	s.cfg.FailPoint("attach.before-orphan")
	if err := s.cfg.Ledger.Orphan(ctx, id, s.cfg.Clock().UTC()); err != nil {
		return version, fmt.Errorf("orphan what the export owned: %w", err)
	}
	return version + 1, nil
}

// Duplicate makes a copy of an export under another name. The copy runs on demand only until it is given a schedule: two exports
// of the same people must not begin to run by themselves unasked.
func (s *Service) Duplicate(ctx context.Context, id activation.ExportID, name string) (activation.Export, error) {
	e, err := s.Get(ctx, id)
	if err != nil {
		return e, err
	}
	if e.Connection == "" {
		return e, e.NoConnection()
	}
	e.Name, e.Schedule = name, activation.ExportSchedule{Mode: activation.ScheduleOnDemand}
	e.Freshness = 0 // nothing is asked for of an export that nobody runs
	return s.Create(ctx, e)
}

// Schedule gives several exports a schedule, all of them or, if one cannot have it, none. With keepOwn those that have one of
// their own keep it. may says whether the caller may change an export.
func (s *Service) Schedule(ctx context.Context, ids []activation.ExportID, to activation.ExportSchedule, keepOwn bool,
	may func(store.Reader, activation.Export) error) (changed, kept []activation.ExportID, err error) {
	if err := to.Validate(); err != nil {
		if e := (*activation.Error)(nil); errors.As(err, &e) {
			err = e.WithField("schedule." + e.Field)
		}
		return nil, nil, err
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		changed, kept = nil, nil
		for _, id := range ids {
			e, err := tx.Export(ctx, id)
			if err != nil {
				return err
			}
			if err := may(tx, e); err != nil {
				return err
			}
			if _, own := e.Schedule.Own(); own && keepOwn {
				kept = append(kept, id)
				continue
			}
			e.Schedule, e.UpdatedAt = to, s.cfg.Clock().UTC()
			if err := tx.UpdateExport(ctx, e); err != nil {
				return err
			}
			changed = append(changed, id)
		}
		return nil
	})
	return changed, kept, err
}
