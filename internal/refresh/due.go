package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// Schedule returns when the pipeline is refreshed by itself, and the version to change it with.
func (s *Service) Schedule(ctx context.Context) (sch activation.RefreshSchedule, version int64, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		sch, version, err = r.RefreshSchedule(ctx)
		return err
	})
	return sch, version, err
}

// SetSchedule says when the pipeline is refreshed by itself.
func (s *Service) SetSchedule(ctx context.Context, sch activation.RefreshSchedule, version int64) error {
	if err := sch.Validate(); err != nil {
		return err
	}
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.PutRefreshSchedule(ctx, sch, version, s.cfg.Clock().UTC()) })
}

const (
	dueRefresh = "refresh"
	dueExport  = "export "
	dueSegment = "segment "
	bySchedule = "schedule"
)

// errLater says that what is due cannot begin yet: a refresh that somebody asked for is under way, of one export or of those that they
// may run. It does not stand for all that is due.
var errLater = errors.New("a refresh that was asked for is under way")

// scheduled is something with a schedule.
type scheduled struct {
	key, spec string
	next      func(after time.Time) (time.Time, bool)
}

// Tick starts what is due. What was due while nothing ran is started once. It is to be called every few seconds, by one
// caller at a time.
func (s *Service) Tick(ctx context.Context) error {
	now := s.cfg.Clock().UTC()
	all, dues, err := s.scheduled(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, x := range all {
		d, known := dues[x.key]
		delete(dues, x.key)
		if known && d.Spec == x.spec && d.At.After(now) {
			continue
		}
		if known && d.Spec == x.spec { // a new or changed schedule begins now and has missed nothing
			switch err := s.fire(ctx, x.key, d.At); {
			case errors.Is(err, errLater), activation.CodeOf(err) == activation.CodeConflict:
				continue
			case err != nil:
				errs = append(errs, err)
				continue // tried again with the next tick
			}
		}
		next, ok := x.next(now)
		if !ok {
			continue
		}
		errs = append(errs, s.cfg.Store.Update(ctx, func(tx store.Tx) error {
			return tx.PutDue(ctx, activation.Due{Key: x.key, Spec: x.spec, At: next})
		}))
	}
	for key := range dues { // switched off or removed
		errs = append(errs, s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteDue(ctx, key) }))
	}
	return errors.Join(errs...)
}

// scheduled lists what has a schedule, and what is known to be due.
func (s *Service) scheduled(ctx context.Context) (all []scheduled, dues map[string]activation.Due, err error) {
	dues = map[string]activation.Due{}
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		sch, _, err := r.RefreshSchedule(ctx)
		if err != nil {
			return err
		}
		if sch.On {
			spec, err := json.Marshal(sch)
			if err != nil {
				return err
			}
			all = append(all, scheduled{dueRefresh, string(spec), sch.Next})
		}
		list, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return r.Exports(ctx, p) })
		if err != nil {
			return err
		}
		for _, e := range list {
			if c, own := e.Schedule.Own(); own {
				all = append(all, scheduled{dueExport + string(e.ID), c.Cron + " " + c.TimeZone, c.Next})
			}
		}
		segments, err := store.Every(func(p store.Page) ([]activation.Segment, string, error) { return r.Segments(ctx, p) })
		if err != nil {
			return err
		}
		for _, g := range segments {
			if c, own := g.Schedule.Own(); own {
				all = append(all, scheduled{dueSegment + string(g.ID), c.Cron + " " + c.TimeZone, c.Next})
			}
		}
		known, err := r.Dues(ctx)
		for _, d := range known {
			dues[d.Key] = d
		}
		return err
	})
	return all, dues, err
}

// fire starts what was due at a moment. Fired twice for it, after a crash, it starts nothing more: a run by its key, a
// refresh because two never overlap and one that was made for that moment is looked for.
func (s *Service) fire(ctx context.Context, key string, at time.Time) error {
	if key == dueRefresh {
		return s.fireRefresh(ctx, at)
	}
	if segment, ok := strings.CutPrefix(key, dueSegment); ok {
		return s.fireEvaluation(ctx, activation.SegmentID(segment), at)
	}
	id := activation.ExportID(strings.TrimPrefix(key, dueExport))
	_, _, err := s.cfg.Exports.Start(ctx, id, activation.RunReal, bySchedule, "due "+at.UTC().Format(time.RFC3339))
	switch activation.CodeOf(err) {
	case activation.CodeConflict:
		s.cfg.Log.WarnContext(ctx, "an export was due while a run of it was under way; it runs when it is due next", "export", id)
		return nil
	case activation.CodeNotFound:
		return nil
	case activation.CodeNoConnection, activation.CodeNeedsExportUser: // its status says so; a run would not help
		s.cfg.Log.WarnContext(ctx, "an export was due but cannot run", "export", id, "reason", activation.CodeOf(err))
		return nil
	}
	return err
}

func (s *Service) fireEvaluation(ctx context.Context, id activation.SegmentID, at time.Time) error {
	var newest []activation.Refresh
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		newest, err = r.Evaluations(ctx, id, 1)
		return err
	})
	if err != nil {
		return err
	}
	if len(newest) == 1 && newest[0].Scheduled && !newest[0].CreatedAt.Before(at) {
		return nil // made for it before a crash
	}
	_, err = s.start(ctx, activation.Refresh{RequestedBy: bySchedule, Scheduled: true, Segment: id}, nil)
	switch activation.CodeOf(err) {
	case activation.CodeConflict: // one is under way and not ended: it was begun before this was due, so this one comes after it
		return err
	case activation.CodeNotFound:
		return nil
	}
	return err
}

func (s *Service) fireRefresh(ctx context.Context, at time.Time) error {
	var newest []activation.Refresh
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		newest, _, err = r.Refreshes(ctx, store.Page{Limit: 1})
		return err
	})
	if err != nil {
		return err
	}
	if len(newest) == 1 && newest[0].Scheduled && !newest[0].CreatedAt.Before(at) {
		return nil // made for it before a crash
	}
	_, err = s.start(ctx, activation.Refresh{RequestedBy: bySchedule, Scheduled: true}, nil)
	if activation.CodeOf(err) == activation.CodeConflict && (len(newest) == 0 || !newest[0].Scheduled) {
		return errLater
	}
	switch activation.CodeOf(err) {
	case activation.CodeConflict, activation.CodeNotReady:
		s.cfg.Log.WarnContext(ctx, "a refresh was due but could not begin", "reason", activation.CodeOf(err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("start what is due: %w", err)
	}
	return nil
}

// NextDue returns when things are due next, by their keys: refresh, or export or segment and its id.
func (s *Service) NextDue(ctx context.Context) (map[string]time.Time, error) {
	all, _, err := s.scheduled(ctx)
	if err != nil {
		return nil, err
	}
	now, out := s.cfg.Clock().UTC(), map[string]time.Time{}
	for _, x := range all {
		if next, ok := x.next(now); ok {
			out[x.key] = next
		}
	}
	return out, nil
}
