// Package refresh owns the pipeline: data sources, profile, segments, exports, in this order; when it runs by itself;
// and what became of each task. It knows neither how rows are read nor how people are sent: services do that.
package refresh

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// Config is what a Service needs; all but the last three are required.
type Config struct {
	Store    store.Store
	Sources  sources  // *ingest.Service
	Segments segments // *segment.Service
	Exports  exports  // *export.Service
	Clock    func() time.Time
	IDs      func() string
	Log      *slog.Logger
	// Tries is how often a task that met trouble is tried. Defaults to 5.
	Tries int
	// FirstPause is the wait after the first trouble; it doubles each time. Defaults to 30 s.
	FirstPause time.Duration
	// Poll is how often a run that was started is looked at. Defaults to 2 s.
	Poll time.Duration
}

type sources interface {
	Ingest(ctx context.Context, id activation.SourceID, force bool) (activation.Source, error)
	Build(ctx context.Context) (activation.ProfileDefinition, error)
}

type segments interface {
	Observe(ctx context.Context, id activation.SegmentID) (int64, error)
	Evaluate(ctx context.Context, id activation.SegmentID) (warehouse.Evaluated, error)
}

type exports interface {
	Start(ctx context.Context, id activation.ExportID, kind activation.RunKind, by, idempotencyKey string) (activation.Run, bool, error)
	Run(ctx context.Context, id activation.RunID) (activation.Run, error)
	Cancel(ctx context.Context, id activation.RunID) (activation.Run, error)
}

// Service owns the pipeline. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Sources == nil || cfg.Segments == nil || cfg.Exports == nil || cfg.Clock == nil || cfg.IDs == nil || cfg.Log == nil {
		return nil, fmt.Errorf("refresh: the configuration is incomplete")
	}
	if cfg.Tries == 0 {
		cfg.Tries = 5
	}
	if cfg.FirstPause == 0 {
		cfg.FirstPause = 30 * time.Second
	}
	if cfg.Poll == 0 {
		cfg.Poll = 2 * time.Second
	}
	return &Service{cfg: cfg}, nil
}

// Start begins a refresh of the whole pipeline; the exports that run with every refresh are run. It fails with
// CodeConflict while another refresh has not ended.
func (s *Service) Start(ctx context.Context, by string) (activation.Refresh, error) {
	return s.start(ctx, activation.Refresh{RequestedBy: by}, nil)
}

// StartWhere is Start for somebody who may not run every export: those for which may says no are left alone.
func (s *Service) StartWhere(ctx context.Context, by string, may func(store.Reader, activation.Export) (bool, error)) (activation.Refresh, error) {
	return s.start(ctx, activation.Refresh{RequestedBy: by}, may)
}

// StartFor refreshes what one export needs, then runs it (*Refresh and run*).
func (s *Service) StartFor(ctx context.Context, id activation.ExportID, by string) (activation.Refresh, error) {
	return s.start(ctx, activation.Refresh{RequestedBy: by, Export: id}, nil)
}

// Evaluate begins an evaluation of a segment that keeps its members: a refresh of one task. It fails with CodeConflict while
// another one of it has not ended.
func (s *Service) Evaluate(ctx context.Context, id activation.SegmentID, by string) (activation.Refresh, error) {
	return s.start(ctx, activation.Refresh{RequestedBy: by, Segment: id}, nil)
}

func (s *Service) start(ctx context.Context, r activation.Refresh, may func(store.Reader, activation.Export) (bool, error)) (activation.Refresh, error) {
	now := s.cfg.Clock().UTC()
	r.ID, r.Status = activation.RefreshID(s.cfg.IDs()), activation.StatusQueued
	r.CreatedAt, r.UpdatedAt, r.Version = now, now, 1
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) (err error) {
		if r.Segment != "" {
			r.Tasks, err = evaluation(ctx, tx, r.Segment)
		} else {
			r.Tasks, err = tasks(ctx, tx, r.Export, may)
		}
		if err != nil {
			return err
		}
		if err := tx.CreateRefresh(ctx, r); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.StepRefresh{Refresh: r.ID}, time.Time{})
	})
	if err != nil {
		return activation.Refresh{}, fmt.Errorf("start a refresh: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "refresh created", "refresh", r.ID, "tasks", len(r.Tasks), "scheduled", r.Scheduled)
	return r, nil
}

// Cancel asks a refresh to stop: tasks that have not begun are canceled, runs that it started are asked to stop before their
// next batch.
func (s *Service) Cancel(ctx context.Context, id activation.RefreshID) (r activation.Refresh, err error) {
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if r, err = tx.Refresh(ctx, id); err != nil {
			return err
		}
		if r.Status.Final() {
			return activation.Errorf(activation.CodeConflict, "the refresh has ended")
		}
		r.CancelRequested, r.UpdatedAt = true, s.cfg.Clock().UTC()
		if err := tx.UpdateRefresh(ctx, r); err != nil {
			return err
		}
		r.Version++
		return tx.Enqueue(ctx, jobs.StepRefresh{Refresh: id}, time.Time{})
	})
	return r, err
}

// Get returns a refresh.
func (s *Service) Get(ctx context.Context, id activation.RefreshID) (r activation.Refresh, err error) {
	err = s.cfg.Store.View(ctx, func(rd store.Reader) error {
		r, err = rd.Refresh(ctx, id)
		return err
	})
	return r, err
}

// evaluation is the one task of an evaluation.
func evaluation(ctx context.Context, r store.Reader, segment activation.SegmentID) ([]activation.Task, error) {
	g, err := r.Segment(ctx, segment)
	if err != nil {
		return nil, err
	}
	if err := g.Evaluable(); err != nil {
		return nil, err
	}
	var d drawing
	d.add(activation.Task{Kind: activation.TaskSegment, Object: string(g.ID), Name: g.Name})
	return d.tasks, nil
}

// tasks draws the pipeline as it is now. Sources that feed the profile go before it; others are taken over for their own sake.
// The exports are those for which may says yes, which nil does for all.
func tasks(ctx context.Context, r store.Reader, only activation.ExportID, may func(store.Reader, activation.Export) (bool, error)) ([]activation.Task, error) {
	d := drawing{ctx: ctx, reader: r, may: may, segments: map[activation.SegmentID]bool{}}
	profile, err := r.Profile(ctx)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return nil, activation.Errorf(activation.CodeNotReady, "there is no profile yet").WithRemedy("Say what profiles are made from, then refresh")
	}
	if err != nil {
		return nil, err
	}
	chosen, err := d.exports(only)
	if err != nil {
		return nil, err
	}
	if err := d.sources(profile, only != ""); err != nil {
		return nil, err
	}
	var feeding []string
	for _, t := range profile.AllTables() {
		feeding = append(feeding, id(activation.TaskSource, string(t.Source)))
	}
	d.add(activation.Task{Kind: activation.TaskProfile, Name: "profile"}, feeding...)
	if err := d.addSegments(chosen, only != ""); err != nil {
		return nil, err
	}
	for _, e := range chosen {
		needs := []string{id(activation.TaskProfile, "")} // all that a segment which keeps its members needs
		for _, g := range e.Segments {
			if d.segments[g] {
				needs = append(needs, id(activation.TaskSegment, string(g)))
			}
		}
		d.add(activation.Task{Kind: activation.TaskExport, Object: string(e.ID), Name: e.Name}, needs...)
	}
	return d.tasks, nil
}

func id(k activation.TaskKind, object string) string {
	if object == "" {
		return string(k)
	}
	return string(k) + ":" + object
}

// drawing is a pipeline that is being drawn.
type drawing struct {
	ctx    context.Context
	reader store.Reader
	may    func(store.Reader, activation.Export) (bool, error)
	tasks  []activation.Task
	// segments are those that have a task.
	segments map[activation.SegmentID]bool
}

func (d *drawing) add(t activation.Task, needs ...string) {
	t.ID, t.Status, t.Needs = id(t.Kind, t.Object), activation.StatusQueued, needs
	d.tasks = append(d.tasks, t)
}

// exports lists those that run with every refresh, or the one that is asked for.
func (d *drawing) exports(only activation.ExportID) ([]activation.Export, error) {
	if only != "" {
		e, err := d.reader.Export(d.ctx, only)
		if err == nil {
			err = d.canRun(e)
		}
		return []activation.Export{e}, err
	}
	all, err := store.Every(func(p store.Page) ([]activation.Export, string, error) { return d.reader.Exports(d.ctx, p) })
	var out []activation.Export
	for _, e := range all {
		if e.Schedule.Effective() != activation.ScheduleWithRefresh {
			continue
		}
		if d.may != nil {
			if ok, err := d.may(d.reader, e); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		out = append(out, e)
	}
	return out, err
}

// canRun fails where refreshing for one export would end in nothing: it has no connection, or that no export user.
func (d *drawing) canRun(e activation.Export) error {
	return store.MayRun(d.ctx, d.reader, e)
}

func (d *drawing) sources(profile activation.ProfileDefinition, only bool) error {
	all, err := store.Every(func(p store.Page) ([]activation.Source, string, error) { return d.reader.Sources(d.ctx, p) })
	for _, x := range all {
		if _, feeds := profile.TableOf(x.ID); !only || feeds {
			d.add(activation.Task{Kind: activation.TaskSource, Object: string(x.ID), Name: x.Name})
		}
	}
	return err
}

func (d *drawing) addSegments(chosen []activation.Export, only bool) error {
	wanted := map[activation.SegmentID]bool{}
	for _, e := range chosen {
		for _, g := range e.Segments {
			wanted[g] = true
		}
	}
	all, err := store.Every(func(p store.Page) ([]activation.Segment, string, error) { return d.reader.Segments(d.ctx, p) })
	for _, g := range all {
		if (!only || wanted[g.ID]) && !g.Schedule.Stored() {
			d.segments[g.ID] = true
			d.add(activation.Task{Kind: activation.TaskSegment, Object: string(g.ID), Name: g.Name}, id(activation.TaskProfile, ""))
		}
	}
	return err
}
