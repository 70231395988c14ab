package store

import (
	"context"
	"slices"
	"time"

	"segue/internal/activation"
)

// Steps tells which exports are in step: whether the last run found its people by what is there now. It evaluates nothing. One is for
// one transaction, and remembers what several exports share.
type Steps struct {
	r        Reader
	profile  *activation.ProfileDefinition
	segments map[activation.SegmentID]segmentNow
	accounts map[activation.ConnectionID]activation.Account
}

// NewSteps makes one for the transaction of r.
func NewSteps(r Reader) *Steps {
	return &Steps{r: r, segments: map[activation.SegmentID]segmentNow{}, accounts: map[activation.ConnectionID]activation.Account{}}
}

// segmentNow is a segment as it is.
type segmentNow struct {
	name       string
	definition string
	stored     bool
	// changed are the times at which it, and segments that its rules name, were changed last.
	changed []time.Time
	// evaluated are the tasks that stored the members last of those among them that keep their members.
	evaluated map[activation.SegmentID]activation.Task
}

// Basis is what a plan of the export would find its people by now, as far as the control store knows: but for the profiles and the
// members that are stored.
func (s *Steps) Basis(ctx context.Context, e activation.Export) (activation.Basis, error) {
	b := activation.Basis{Segments: map[activation.SegmentID]string{}}
	home, err := s.account(ctx, e.Connection)
	if err != nil {
		return b, err
	}
	b.Definition = e.ListDefinition(home)
	for _, id := range e.Segments {
		g, err := s.segment(ctx, id)
		if err != nil {
			return b, err
		}
		b.Segments[id] = g.definition
	}
	return b, nil
}

// OutOfStep says why the list of an export is not as its segments say; nil where it is, and for an export that does not run because it
// has no connection or is being removed. What is under way does not count until it has ended, and a dry run never does.
func (s *Steps) OutOfStep(ctx context.Context, e activation.Export) (*activation.OutOfStep, error) {
	if e.Connection == "" || e.Removing {
		return nil, nil
	}
	last, err := s.r.LastRun(ctx, e.ID)
	switch {
	case activation.CodeOf(err) == activation.CodeNotFound:
		return &activation.OutOfStep{Reasons: []activation.OutOfStepReason{{Code: activation.OutNeverRun, Since: e.CreatedAt}}}, nil
	case err != nil:
		return nil, err
	}
	var out activation.OutOfStep
	switch last.Status {
	case activation.StatusSuccessful, activation.StatusWithRejects:
		if last.Plan != nil {
			out.PeopleOf = last.Plan.AsOf
		}
	case activation.StatusFailed:
		out.Reasons = append(out.Reasons, activation.OutOfStepReason{Code: activation.OutLastRunFailed, Since: last.EndedAt})
	default:
		out.Reasons = append(out.Reasons, activation.OutOfStepReason{Code: activation.OutLastRunCanceled, Since: last.EndedAt})
	}
	if last.Plan != nil {
		moved, err := s.moved(ctx, e, *last.Plan)
		if err != nil {
			return nil, err
		}
		out.Reasons = append(out.Reasons, moved...)
	}
	if len(out.Reasons) == 0 {
		return nil, nil
	}
	return &out, nil
}

// moved says what is another than it was when a plan was made. Plans of before bases were noted are compared by time.
func (s *Steps) moved(ctx context.Context, e activation.Export, plan activation.PlanSummary) (reasons []activation.OutOfStepReason, err error) {
	now, err := s.Basis(ctx, e)
	if err != nil {
		return nil, err
	}
	then := plan.Basis
	if then == nil && e.UpdatedAt.After(plan.AsOf) || then != nil && then.Definition != now.Definition {
		reasons = append(reasons, activation.OutOfStepReason{Code: activation.OutDefinitionChanged, Since: e.UpdatedAt})
	}
	changed := activation.OutOfStepReason{Code: activation.OutSegmentChanged}
	newer := activation.OutOfStepReason{Code: activation.OutDataNewer}
	dynamic := false
	for _, id := range e.Segments {
		g := s.segments[id] // Basis has read it
		dynamic = dynamic || !g.stored
		was, had := "", true
		if then != nil {
			was, had = then.Segments[id]
		}
		if !had {
			continue // the definition of the export says so
		}
		named := activation.NamedSegment{ID: id, Name: g.name}
		if since := after(plan.AsOf, g.changed...); then == nil && !since.IsZero() || then != nil && was != g.definition {
			tell(&changed, named, since)
		}
		if since := g.restored(plan); !since.IsZero() {
			tell(&newer, named, since)
		}
	}
	if dynamic {
		if err := s.built(ctx, plan, &newer); err != nil {
			return nil, err
		}
	}
	for _, r := range []activation.OutOfStepReason{changed, newer} {
		if len(r.Segments) > 0 || !r.Since.IsZero() {
			reasons = append(reasons, r)
		}
	}
	return reasons, nil
}

// built tells of profiles that were built since.
func (s *Steps) built(ctx context.Context, plan activation.PlanSummary, newer *activation.OutOfStepReason) error {
	p, err := s.definition(ctx)
	if err != nil || p.Build == nil {
		return err
	}
	// The numbers of builds begin anew with a new file of the warehouse; such a build is younger.
	if p.Build.At.After(plan.AsOf) || plan.Basis != nil && p.Build.Snapshot != plan.Basis.Snapshot {
		newer.Since = earlier(newer.Since, p.Build.At)
	}
	return nil
}

func (s *Steps) definition(ctx context.Context) (activation.ProfileDefinition, error) {
	if s.profile == nil {
		p, err := s.r.Profile(ctx)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return p, err
		}
		s.profile = &p
	}
	return *s.profile, nil
}

func (s *Steps) account(ctx context.Context, id activation.ConnectionID) (activation.Account, error) {
	if a, ok := s.accounts[id]; ok || id == "" { // detached while its run plans: the run stops
		return a, nil
	}
	c, err := s.r.Connection(ctx, id)
	if err != nil {
		return activation.Account{}, err
	}
	s.accounts[id] = c.Details.Account
	return c.Details.Account, nil
}

// segment reads a segment and what its rules name.
func (s *Steps) segment(ctx context.Context, id activation.SegmentID) (segmentNow, error) {
	if g, ok := s.segments[id]; ok {
		return g, nil
	}
	g, err := s.r.Segment(ctx, id)
	if err != nil {
		return segmentNow{}, err
	}
	scope, err := Scope(ctx, s.r, g)
	if err != nil {
		return segmentNow{}, err
	}
	now := segmentNow{
		name: g.Name, stored: g.Schedule.Stored(), evaluated: map[activation.SegmentID]activation.Task{},
		// What makes the id of a profile is no part of the segment here: with another one the profiles are built anew.
		definition: g.Definition(activation.ProfileDefinition{}, scope),
	}
	for _, x := range append([]activation.Segment{g}, scope.Named()...) {
		now.changed = append(now.changed, x.UpdatedAt)
		if x.ID != id && now.stored || !x.Schedule.Stored() {
			continue // members that are kept follow the segments in their rules when they are stored next
		}
		task, ok, err := s.evaluation(ctx, x.ID)
		if err != nil {
			return segmentNow{}, err
		}
		if ok {
			now.evaluated[x.ID] = task
		}
	}
	s.segments[id] = now
	return now, nil
}

// evaluation finds the task that stored the members of a segment last. It is stored before the evaluation that it is of has ended.
func (s *Steps) evaluation(ctx context.Context, id activation.SegmentID) (t activation.Task, ok bool, err error) {
	list, err := s.r.Evaluations(ctx, id, 10)
	if err != nil {
		return t, false, err
	}
	for _, r := range list {
		if i := slices.IndexFunc(r.Tasks, func(t activation.Task) bool { return t.OK() }); i >= 0 {
			return r.Tasks[i], true, nil
		}
	}
	return t, false, nil
}

// restored is since when there are other stored members than those that a plan used; zero if there are none. The moment of an
// evaluation lies between the beginning and the end of its task.
func (g segmentNow) restored(plan activation.PlanSummary) (since time.Time) {
	for id, t := range g.evaluated {
		if plan.Basis == nil {
			since = earlier(since, after(plan.AsOf, t.EndedAt))
		} else if used, ok := plan.Basis.Evaluated[id]; !ok || t.StartedAt.Truncate(time.Microsecond).After(used) {
			since = earlier(since, t.EndedAt)
		}
	}
	return since
}

// tell adds a segment to a reason.
func tell(r *activation.OutOfStepReason, g activation.NamedSegment, since time.Time) {
	r.Segments, r.Since = append(r.Segments, g), earlier(r.Since, since)
}

// after returns the earliest of the times that are after at; zero if none is.
func after(at time.Time, times ...time.Time) (first time.Time) {
	for _, t := range times {
		if t.After(at) {
			first = earlier(first, t)
		}
	}
	return first
}

// earlier returns the earlier of two times; zero is unknown.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
