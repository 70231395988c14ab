package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

const (
	// keyLife is for how long the key of a removed connection is kept for imports in flight (S29); followRemoved is for how long
	// they are followed, which ends a little before.
	keyLife       = 15 * time.Minute
	followRemoved = keyLife - time.Minute
	// removalLook is how often it is looked whether the runs of a removed connection have ended.
	removalLook = time.Second
)

// UseChoice says what becomes of an export whose connection is removed.
type UseChoice string

// The choices.
const (
	UseRemove UseChoice = "remove"
	UseDetach UseChoice = "detach"
)

// Removal is how far the removal of a connection has got.
type Removal struct {
	// Destroyed says that the key is destroyed; else it is when the runs have ended, and at the latest at KeyUntil.
	Destroyed bool
	KeyUntil  time.Time
	// Runs are those that stop.
	Runs []activation.RunID
}

// RemoveConnection removes a connection. For each export that uses it, it has to be said whether it is removed or detached; if
// one is missing, or another is named, nothing is done. Runs stop before their next batch. Imports in flight are followed with
// the key for at most 15 minutes, then it is destroyed (S29). A job takes it to its end, whatever comes between.
func (s *Service) RemoveConnection(ctx context.Context, id activation.ConnectionID, choices map[activation.ExportID]UseChoice, by string) (Removal, error) {
	now := s.cfg.Clock().UTC()
	out := Removal{KeyUntil: now.Add(keyLife)}
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		out.Runs = nil
		c, err := tx.Connection(ctx, id)
		if err != nil {
			return err
		}
		if err := c.Usable(); err != nil {
			return err
		}
		uses, err := tx.ExportsOf(ctx, id)
		if err != nil {
			return err
		}
		if err := chosen(c, uses, choices); err != nil {
			return err
		}
		open, err := openRuns(ctx, tx, func(o activation.Run) bool { return o.Connection == id })
		if err != nil {
			return err
		}
		for _, r := range open {
			out.Runs = append(out.Runs, r.ID)
		}
		for _, e := range uses {
			if err := s.let(ctx, tx, e, open, choices[e.ID], by); err != nil {
				return err
			}
		}
		left := slices.DeleteFunc(slices.Clone(open), func(o activation.Run) bool { // of exports that were detached before
			return slices.ContainsFunc(uses, func(e activation.Export) bool { return e.ID == o.Export })
		})
		if err := s.stopRuns(ctx, tx, left, activation.StopRemoved); err != nil {
			return err
		}
		c.RemovingAt, c.RemovedBy, c.UpdatedAt = now, by, now
		if err := tx.UpdateConnection(ctx, c); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.RemoveConnection{Connection: id}, time.Time{})
	})
	if err != nil {
		return Removal{}, fmt.Errorf("remove connection: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "connection removed", "connection", id, "runs", len(out.Runs))
	s.cfg.FailPoint("removal.begun")
	if len(out.Runs) > 0 {
		return out, nil
	}
	res, err := s.StepRemoval(ctx, jobs.RemoveConnection{Connection: id})
	if err != nil { // the job goes on with it
		s.cfg.Log.WarnContext(ctx, "the removal of a connection is not over; it goes on", "connection", id, "error", err)
	}
	out.Destroyed = err == nil && res == (jobs.Result{})
	return out, nil
}

// chosen holds that every export that uses the connection is dealt with, and no other.
func chosen(c activation.Connection, uses []activation.Export, choices map[activation.ExportID]UseChoice) error {
	var missing []string
	known := map[activation.ExportID]bool{}
	for _, e := range uses {
		known[e.ID] = true
		switch choices[e.ID] {
		case UseRemove, UseDetach:
		case "":
			missing = append(missing, fmt.Sprintf("%q", e.Name))
		default:
			return activation.Errorf(activation.CodeInvalid, "must be remove or detach").WithField("exports")
		}
	}
	for id := range choices {
		if !known[id] {
			return activation.Errorf(activation.CodeInvalid, "the export %q does not use the connection", id).WithField("exports").
				WithRemedy("Look which ones do: segue connection where-used")
		}
	}
	if len(missing) > 0 {
		return activation.Errorf(activation.CodeInUse, "the connection %q is used by the exports %s", c.Name, strings.Join(missing, ", ")).
			WithRemedy("Say for each of them whether it is removed or detached")
	}
	return nil
}

// let removes an export, or detaches it. One that a run of is open is detached first, and removed when that has ended.
func (s *Service) let(ctx context.Context, tx store.Tx, e activation.Export, open []activation.Run, choice UseChoice, by string) error {
	mine := slices.DeleteFunc(slices.Clone(open), func(o activation.Run) bool { return o.Export != e.ID })
	if choice == UseRemove && len(mine) == 0 {
		return tx.DeleteExport(ctx, e.ID)
	}
	e.Removing = choice == UseRemove
	return s.detach(ctx, tx, e, mine, activation.StopRemoved, by)
}

// StepRemoval takes the removal of a connection further. It is a job's handler: repeated after a crash.
func (s *Service) StepRemoval(ctx context.Context, a jobs.RemoveConnection) (jobs.Result, error) {
	var c activation.Connection
	var open []activation.Run
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		if open, err = openRuns(ctx, r, func(o activation.Run) bool { return o.Connection == a.Connection }); err != nil {
			return err
		}
		c, err = r.Connection(ctx, a.Connection)
		return err
	})
	there := err == nil
	if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
		return jobs.Result{}, err
	}
	if there && c.RemovingAt.IsZero() {
		return jobs.Result{}, nil // never committed, or a folder that was restored
	}
	age := s.cfg.Clock().Sub(c.RemovingAt)
	// A clock that was set back must not keep the key for longer than two of its lives.
	if there && len(open) > 0 && age < keyLife && age > -keyLife {
		if age >= followRemoved { // they end now, however long they would have paused
			if err := s.wake(ctx, open); err != nil {
				return jobs.Result{}, err
			}
		}
		return jobs.Result{Snooze: removalLook}, nil
	}
	if there {
		s.cfg.FailPoint("removal.before-delete")
		if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteConnection(ctx, a.Connection) }); err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return jobs.Result{}, err
		}
		s.cfg.FailPoint("removal.before-scrub")
		if err := s.cfg.Store.Scrub(ctx); err != nil {
			return jobs.Result{}, err
		}
		s.cfg.Log.InfoContext(ctx, "the key of a connection is destroyed", "connection", a.Connection)
	}
	return s.endRemoval(ctx, a, open, there)
}

// endRemoval removes the exports that were to go with the connection, once their runs have ended.
func (s *Service) endRemoval(ctx context.Context, a jobs.RemoveConnection, open []activation.Run, scrubbed bool) (jobs.Result, error) {
	if len(open) > 0 {
		return jobs.Result{Snooze: removalLook}, s.wake(ctx, open)
	}
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		var gone []activation.ExportID
		if err := eachExport(ctx, tx, func(e activation.Export) error {
			if e.Removing && e.Detached != nil && e.Detached.Connection == a.Connection {
				gone = append(gone, e.ID)
			}
			return nil
		}); err != nil {
			return err
		}
		for _, id := range gone {
			if err := tx.DeleteExport(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return jobs.Result{}, fmt.Errorf("remove the exports of a removed connection: %w", err)
	}
	s.cfg.FailPoint("removal.before-orphan")
	if err := s.orphanRemoved(ctx); err != nil {
		return jobs.Result{}, err
	}
	if !scrubbed { // killed right after the key was deleted, it may lie in the log still
		return jobs.Result{}, s.cfg.Store.Scrub(ctx)
	}
	return jobs.Result{}, nil
}

// wake lets runs be worked now.
func (s *Service) wake(ctx context.Context, runs []activation.Run) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		for _, r := range runs {
			if err := tx.Enqueue(ctx, jobs.StepRun{Run: r.ID}, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
}
