package httpapi

import (
	"context"
	"net/http"

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
	g, err := a.cfg.Services.Segments.Create(ctx, in.Body.Domain())
	if err != nil {
		return nil, err
	}
	return &made[wire.Segment]{Location: Prefix + "/segments/" + string(g.ID), Body: wire.FromSegment(g)}, nil
}

func (a *api) previewSegment(ctx context.Context, in *input[wire.SegmentPreview]) (*body[wire.SegmentPreviewed], error) {
	g := in.Body.Domain()
	counts, err := a.cfg.Services.Segments.Count(ctx, g)
	if err != nil {
		return nil, err
	}
	out := wire.SegmentPreviewed{SegmentCount: wire.FromCounts(counts), Sample: []wire.Profile{}}
	if in.Body.Sample > 0 {
		sample, err := a.cfg.Services.Segments.Sample(ctx, g, "", in.Body.Sample)
		if err != nil {
			return nil, err
		}
		out.Sample = wire.NewList(sample, "", wire.FromProfile).Items
	}
	return answer(out), nil
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
	g, err := a.cfg.Services.Segments.Update(ctx, in.Body.Domain(in.ID))
	if err != nil {
		return nil, err
	}
	if _, own := g.Schedule.Own(); own {
		return a.shownAndEvaluated(ctx, g)
	}
	return a.oneSegment(ctx, g.ID)
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
