package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// ruleBody is the most bytes of a body with rules: a hundred thousand values of a "one of" fit.
const ruleBody = 8 << 20

func (a *api) segmentOperations() {
	const tag = "segments"
	evaluation := []activation.Code{activation.CodeNotReady, activation.CodeCannotEvaluate, activation.CodeUnavailable}
	register(a, endpoint{
		id: "list-segments", method: http.MethodGet, path: "/segments", tag: tag, summary: "List segments", description: "Segments by age.",
	}, a.listSegments)
	register(a, endpoint{
		id: "create-segment", method: http.MethodPost, path: "/segments", tag: tag, status: http.StatusCreated, maxBody: ruleBody, summary: "Add a segment",
		description: "Checks the rules against the profile's fields and stores the segment.",
		errors:      []activation.Code{activation.CodeConflict, activation.CodeNotReady},
	}, a.createSegment)
	register(a, endpoint{
		id: "preview-segment", method: http.MethodPost, path: "/segments/preview", tag: tag, reads: true, maxBody: ruleBody, summary: "Say who rules would select",
		description: "Counts the members of a definition that need not be stored, and the profiles that each of its rules selects on its own; shows some members.",
		errors:      evaluation,
	}, a.previewSegment)
	register(a, endpoint{
		id: "get-segment", method: http.MethodGet, path: "/segments/{id}", tag: tag, summary: "Get a segment", description: "One segment with its rules.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.getSegment)
	register(a, endpoint{
		id: "update-segment", method: http.MethodPut, path: "/segments/{id}", tag: tag, maxBody: ruleBody, summary: "Change a segment",
		description: "Replaces the definition. Exports that use the segment follow with their next run.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotReady},
	}, a.updateSegment)
	register(a, endpoint{
		id: "delete-segment", method: http.MethodDelete, path: "/segments/{id}", tag: tag, summary: "Remove a segment",
		description: "Removes the segment; refused while an export uses it.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeInUse},
	}, a.deleteSegment)
	register(a, endpoint{
		id: "duplicate-segment", method: http.MethodPost, path: "/segments/{id}/duplicate", tag: tag, status: http.StatusCreated, summary: "Duplicate a segment",
		description: "Makes a copy under another name, with the same rules. The copy is evaluated with every refresh and run, until it is given another schedule.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotReady},
	}, a.duplicateSegment)
	register(a, endpoint{
		id: "set-segment-schedule", method: http.MethodPut, path: "/segments/{id}/schedule", tag: tag, summary: "Set when a segment is evaluated",
		description: "With every refresh and run, by a schedule of its own, or only on demand. The latter two keep their members, which runs use until the next evaluation; the first evaluation begins at once.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.setSegmentSchedule)
	register(a, endpoint{
		id: "evaluate-segment", method: http.MethodPost, path: "/segments/{id}/evaluate", tag: tag, status: http.StatusCreated, summary: "Evaluate a segment that keeps its members",
		description: "Begins an evaluation and answers at once; GET /refreshes/{id} tells how it gets on. Its members replace the stored ones all at once.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.evaluateSegment)
	register(a, endpoint{
		id: "count-segment", method: http.MethodGet, path: "/segments/{id}/count", tag: tag, summary: "Count the members of a segment",
		description: "How many members it has now, and how many profiles each of its rules selects on its own. A segment that has no answer is an error, never nobody.",
		errors:      append(evaluation, activation.CodeNotFound),
	}, a.countSegment)
	register(a, endpoint{
		id: "get-segment-overlap", method: http.MethodGet, path: "/segments/{id}/overlap", tag: tag, summary: "Hold segments against each other",
		description: "How the members of this segment and of up to five others overlap: all of them evaluated on one build and as of one moment, whom they select now.",
		errors:      append(evaluation, activation.CodeNotFound),
	}, a.segmentOverlap)
	register(a, endpoint{
		id: "get-segment-trend", method: http.MethodGet, path: "/segments/{id}/trend", tag: tag, summary: "Say how many members a segment had over time",
		description: "The number of members at the evaluations of refreshes, oldest first: all of the last 30 days, before that the last one of each day (UTC), up to three years back. " +
			"A point says if the segment was defined otherwise before it.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.segmentTrend)
	register(a, endpoint{
		id: "list-segment-changes", method: http.MethodGet, path: "/segments/{id}/changes", tag: tag, summary: "List who entered and left a segment",
		description: "Who is a member as of the last evaluation of a refresh and was not as of the last one at or before a moment, and the other way round. Exact since the history " +
			"began, at most 400 days back; for an earlier moment it is told from there, and complete is false.",
		errors: []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.segmentChanges)
	register(a, endpoint{
		id: "list-members", method: http.MethodGet, path: "/segments/{id}/members", tag: tag, summary: "List the members of a segment",
		description: "The customers that the segment selects now, ordered by id.",
		errors:      append(evaluation, activation.CodeNotFound),
	}, a.listMembers)
}

func (a *api) listSegments(ctx context.Context, in *Named) (*body[wire.List[wire.Segment]], error) {
	var list []activation.Segment
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = pageOf(ctx, in, r.SegmentByName, r.Segments)
		return err
	})
	if err != nil {
		return nil, err
	}
	states, err := a.cfg.Services.Segments.States(ctx, list)
	if err != nil {
		return nil, err
	}
	return listOf(states, next, wire.FromSegmentState), nil
}

func (a *api) createSegment(ctx context.Context, in *input[wire.SegmentInput]) (*made[wire.Segment], error) {
	if err := a.mayWrite(ctx, in.Body.Domain()); err != nil {
		return nil, err
	}
	g, err := a.cfg.Services.Segments.Create(ctx, in.Body.Domain())
	if err != nil {
		return nil, err
	}
	return &made[wire.Segment]{Location: Prefix + "/segments/" + string(g.ID), Body: wire.FromSegment(g)}, nil
}

// mayWrite fails if the segment holds a query that the caller may not write: one that is not in it already.
func (a *api) mayWrite(ctx context.Context, g activation.Segment) error {
	queries := g.Queries()
	if len(queries) == 0 || callerOf(ctx).Has(access.RightWriteQueries) {
		return nil
	}
	if g.ID != "" {
		was, err := a.cfg.Services.Segments.Get(ctx, g.ID)
		if err != nil {
			return err
		}
		old := was.Queries()
		if !slices.ContainsFunc(queries, func(q string) bool { return !slices.Contains(old, q) }) {
			return nil
		}
	}
	return callerOf(ctx).Check(access.RightWriteQueries)
}

func (a *api) previewSegment(ctx context.Context, in *input[wire.SegmentPreview]) (*body[wire.SegmentPreviewed], error) {
	g := in.Body.Domain()
	if err := a.mayWrite(ctx, g); err != nil {
		return nil, err
	}
	counts, sample, err := a.cfg.Services.Segments.Look(ctx, g, in.Body.Sample)
	if err != nil {
		return nil, err
	}
	return answer(wire.SegmentPreviewed{SegmentCount: wire.FromCounts(counts), Sample: wire.NewList(sample, "", wire.FromProfile).Items}), nil
}

func (a *api) getSegment(ctx context.Context, in *ByID) (*body[wire.Segment], error) {
	return a.oneSegment(ctx, activation.SegmentID(in.ID))
}

func (a *api) oneSegment(ctx context.Context, id activation.SegmentID) (*body[wire.Segment], error) {
	g, err := a.cfg.Services.Segments.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	states, err := a.cfg.Services.Segments.States(ctx, []activation.Segment{g})
	if err != nil {
		return nil, err
	}
	return answer(wire.FromSegmentState(states[0])), nil
}

// setSegmentSchedule evaluates a segment that keeps its members from now on for the first time.
func (a *api) setSegmentSchedule(ctx context.Context, in *change[wire.SegmentScheduleInput]) (*body[wire.Segment], error) {
	g, err := a.cfg.Services.Segments.SetSchedule(ctx, activation.SegmentID(in.ID), in.Body.Domain(), in.Body.Version)
	if err != nil {
		return nil, err
	}
	return a.shownAndEvaluated(ctx, g)
}

// shownAndEvaluated shows a segment, and begins an evaluation of it where what is stored is not what it says now.
func (a *api) shownAndEvaluated(ctx context.Context, g activation.Segment) (*body[wire.Segment], error) {
	states, err := a.cfg.Services.Segments.States(ctx, []activation.Segment{g})
	if err != nil {
		return nil, err
	}
	if g.Schedule.Stored() && !states[0].Current {
		if _, err := a.cfg.Services.Refresh.Evaluate(ctx, g.ID, caller(ctx)); err != nil && activation.CodeOf(err) != activation.CodeConflict {
			return nil, err
		}
	}
	return answer(wire.FromSegmentState(states[0])), nil
}

func (a *api) evaluateSegment(ctx context.Context, in *ByID) (*made[wire.Refresh], error) {
	return begunRefresh(a.cfg.Services.Refresh.Evaluate(ctx, activation.SegmentID(in.ID), caller(ctx)))
}

func (a *api) updateSegment(ctx context.Context, in *change[wire.SegmentUpdate]) (*body[wire.Segment], error) {
	if err := a.mayWrite(ctx, in.Body.Domain(in.ID)); err != nil {
		return nil, err
	}
	g, err := a.cfg.Services.Segments.Update(ctx, in.Body.Domain(in.ID))
	if err != nil {
		return nil, err
	}
	if _, own := g.Schedule.Own(); own {
		return a.shownAndEvaluated(ctx, g)
	}
	return a.oneSegment(ctx, g.ID)
}

func (a *api) duplicateSegment(ctx context.Context, in *change[wire.DuplicateInput]) (*made[wire.Segment], error) {
	g, err := a.cfg.Services.Segments.Duplicate(ctx, activation.SegmentID(in.ID), in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &made[wire.Segment]{Location: Prefix + "/segments/" + string(g.ID), Body: wire.FromSegment(g)}, nil
}

// overlapInput names the segments to hold against one.
type overlapInput struct {
	ByID
	With []string `query:"with,explode" required:"true" minItems:"1" maxItems:"5" doc:"The ids of the other segments"`
}

func (a *api) segmentOverlap(ctx context.Context, in *overlapInput) (*body[wire.SegmentOverlap], error) {
	ids := []activation.SegmentID{activation.SegmentID(in.ID)}
	for _, id := range in.With {
		ids = append(ids, activation.SegmentID(id))
	}
	o, err := a.cfg.Services.Segments.Overlap(ctx, ids)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromOverlap(o)), nil
}

// trendInput chooses how far back.
type trendInput struct {
	ByID
	Days int `query:"days" minimum:"1" maximum:"1100" default:"90" doc:"How many days back"`
}

func (a *api) segmentTrend(ctx context.Context, in *trendInput) (*body[wire.List[wire.SegmentObservation]], error) {
	list, err := a.cfg.Services.Segments.Trend(ctx, activation.SegmentID(in.ID), a.cfg.Clock().UTC().AddDate(0, 0, -in.Days))
	if err != nil {
		return nil, err
	}
	return listOf(list, "", wire.FromObservation), nil
}

// changesInput chooses a moment, and a page of who entered or left since.
type changesInput struct {
	ByID
	Page
	Since time.Time `query:"since" required:"true" doc:"The moment to compare with"`
	Only  string    `query:"only" enum:"entered,left" doc:"Only who entered, or left"`
}

func (a *api) segmentChanges(ctx context.Context, in *changesInput) (*body[wire.SegmentChanges], error) {
	c, err := a.cfg.Services.Segments.Changes(ctx, warehouse.ChangesRequest{
		Segment: activation.SegmentID(in.ID), Since: in.Since, Only: warehouse.MembershipChange(in.Only), After: in.After, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(c.List) > in.Limit {
		c.List, next = c.List[:in.Limit], c.List[in.Limit-1].ID
	}
	return answer(wire.FromChanges(c, next)), nil
}

func (a *api) deleteSegment(ctx context.Context, in *ByID) (*nothing, error) {
	return nil, a.cfg.Services.Segments.Delete(ctx, activation.SegmentID(in.ID))
}

func (a *api) countSegment(ctx context.Context, in *ByID) (*body[wire.SegmentCount], error) {
	g, err := a.cfg.Services.Segments.Get(ctx, activation.SegmentID(in.ID))
	if err != nil {
		return nil, err
	}
	counts, err := a.cfg.Services.Segments.Count(ctx, g)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromCounts(counts)), nil
}

// membersInput chooses a page of a segment's members.
type membersInput struct {
	ByID
	Page
}

func (a *api) listMembers(ctx context.Context, in *membersInput) (*body[wire.List[wire.Profile]], error) {
	g, err := a.cfg.Services.Segments.Get(ctx, activation.SegmentID(in.ID))
	if err != nil {
		return nil, err
	}
	return profilePage(in.Limit, func(limit int) ([]warehouse.Profile, error) {
		return a.cfg.Services.Segments.Sample(ctx, g, in.After, limit)
	})
}
