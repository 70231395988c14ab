package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// behind says why an export is not in step.
func (w *world) behind(e activation.Export) (o *activation.OutOfStep) {
	w.Helper()
	require.NoError(w, w.store.View(w.Context(), func(r store.Reader) error {
		e, err := r.Export(w.Context(), e.ID)
		require.NoError(w, err)
		o, err = store.NewSteps(r).OutOfStep(w.Context(), e)
		return err
	}))
	return o
}

// reasons are the codes of why an export is not in step; none where it is.
func (w *world) reasons(e activation.Export) (codes []activation.OutOfStepCode) {
	w.Helper()
	if o := w.behind(e); o != nil {
		for _, r := range o.Reasons {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// reshape changes a segment.
func (w *world) reshape(id activation.SegmentID, f func(*activation.Segment)) {
	w.Helper()
	w.clock.pass(time.Minute)
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		g, err := tx.Segment(w.Context(), id)
		require.NoError(w, err)
		f(&g)
		g.UpdatedAt = w.clock.now()
		return tx.UpdateSegment(w.Context(), g)
	}))
}

// build builds the profiles anew.
func (w *world) build() {
	w.Helper()
	w.clock.pass(time.Minute)
	w.builds++
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		return tx.SetBuild(w.Context(), activation.ProfileBuild{At: w.clock.now(), Profiles: 1, Snapshot: 1 + w.builds})
	}))
}

// evaluate notes that the members which a segment keeps were stored, or that this failed.
func (w *world) evaluate(id activation.SegmentID, status activation.RunStatus) {
	w.Helper()
	w.clock.pass(time.Minute)
	at := w.clock.now()
	if status == activation.StatusSuccessful {
		w.evaluated = map[activation.SegmentID]time.Time{id: at}
	}
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		return tx.CreateRefresh(w.Context(), activation.Refresh{
			ID: activation.RefreshID(w.id()), Segment: id, Status: status, CreatedAt: at, UpdatedAt: at, EndedAt: at, Version: 1,
			Tasks: []activation.Task{{ID: "segment:" + string(id), Kind: activation.TaskSegment, Object: string(id), Status: status, StartedAt: at, EndedAt: at.Add(time.Second)}},
		})
	}))
}

// static makes a segment keep its members.
func (w *world) static(id activation.SegmentID) {
	w.Helper()
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		g, err := tx.Segment(w.Context(), id)
		require.NoError(w, err)
		return tx.SetSegmentSchedule(w.Context(), id, activation.SegmentSchedule{Mode: activation.ScheduleStatic}, g.Version, w.clock.now())
	}))
}

func other(g *activation.Segment) { g.Rules[0].Rule.Values = []string{"somebody else"} }

func TestS25AnExportIsInStepWhileItsLastRunIsAsThingsAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	out := w.behind(e)
	require.Equal(t, []activation.OutOfStepReason{{Code: activation.OutNeverRun, Since: e.CreatedAt}}, out.Reasons)
	require.Zero(t, out.PeopleOf)
	w.clock.pass(time.Minute)
	first := w.do(e)
	w.ok(first)
	require.Empty(t, w.reasons(e))

	w.reshape("s2", other)
	require.Empty(t, w.reasons(e), "a segment of other exports")
	w.reshape("s1", func(g *activation.Segment) { g.Name = "Another name" })
	require.Empty(t, w.reasons(e), "a name selects nobody")
	w.reshape("s1", other)
	out = w.behind(e)
	require.Equal(t, []activation.OutOfStepReason{{
		Code: activation.OutSegmentChanged, Since: w.clock.now(), Segments: []activation.NamedSegment{{ID: "s1", Name: "Another name"}},
	}}, out.Reasons)
	require.Equal(t, first.Plan.AsOf, out.PeopleOf, "whom the list still has")

	dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	w.drive()
	require.Equal(t, activation.StatusSuccessful, w.run(dry.ID).Status)
	require.Equal(t, []activation.OutOfStepCode{activation.OutSegmentChanged}, w.reasons(e), "a dry run changes nothing")
	w.clock.pass(time.Minute)
	run := w.start(e)
	require.NotEmpty(t, w.reasons(e), "not before it has ended")
	w.drive()
	require.True(t, w.run(run).Status.Final())
	require.Empty(t, w.reasons(e))

	w.build()
	newer := w.clock.now()
	require.Equal(t, []activation.OutOfStepReason{{Code: activation.OutDataNewer, Since: newer}}, w.behind(e).Reasons)
	w.reshape("s1", func(g *activation.Segment) { g.TimeZone = "Europe/Zagreb" })
	require.Equal(t, []activation.OutOfStepCode{activation.OutSegmentChanged, activation.OutDataNewer}, w.reasons(e))
	w.ok(w.do(e))
	require.Empty(t, w.reasons(e), "as after a refresh with its run")
}

func TestS22ADefinitionThatSaysAnotherListIsOutOfStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.ok(w.do(e))
	change := func(f func(*activation.Export)) []activation.OutOfStepCode {
		w.clock.pass(time.Minute)
		x, err := w.svc.Get(t.Context(), e.ID)
		require.NoError(t, err)
		f(&x)
		_, err = w.svc.Update(t.Context(), x)
		require.NoError(t, err)
		return w.reasons(e)
	}
	definition := []activation.OutOfStepCode{activation.OutDefinitionChanged}
	require.Empty(t, change(func(x *activation.Export) { x.Name = "Another name" }))
	require.Empty(t, change(func(x *activation.Export) { x.Schedule.Mode = activation.ScheduleOnDemand }))
	leavers := e.Leavers
	require.Equal(t, definition, change(func(x *activation.Export) { x.Leavers = activation.LeaversKeep }))
	require.Empty(t, change(func(x *activation.Export) { x.Leavers = leavers }), "as it was")
	require.Equal(t, definition, change(func(x *activation.Export) { x.Segments = []activation.SegmentID{"s1", "s2"} }))
	require.Empty(t, change(func(x *activation.Export) { x.Segments = e.Segments }))
	require.Equal(t, definition, change(func(x *activation.Export) { x.Mapping.Attributes = nil }))
	require.Empty(t, change(func(x *activation.Export) { x.Mapping = e.Mapping }))
	require.Equal(t, definition, change(func(x *activation.Export) { x.TimeZone = "Asia/Tokyo" }))
	require.Empty(t, change(func(x *activation.Export) { x.TimeZone = e.TimeZone }))
	require.Equal(t, definition, change(func(x *activation.Export) { x.List = 9 }))
	held := w.do(e)
	require.Equal(t, definition, w.reasons(e), "nobody has moved yet")
	w.ok(w.release(held.ID))
	require.Empty(t, w.reasons(e))
	_, err := w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	w.reshape("s1", other)
	require.Empty(t, w.reasons(e), "of one without a connection nothing is promised")
}

func TestARunThatFailedOrWasCanceledLeavesItsListOutOfStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.ok(w.do(e))
	w.fails = []error{lost()}
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, []activation.OutOfStepReason{{Code: activation.OutLastRunFailed, Since: r.EndedAt}}, w.behind(e).Reasons)
	require.Zero(t, w.behind(e).PeopleOf)
	w.ok(w.do(e))
	require.Empty(t, w.reasons(e))
	run := w.start(e)
	_, err := w.svc.Cancel(t.Context(), run)
	require.NoError(t, err)
	w.drive()
	require.Equal(t, activation.StatusCanceled, w.run(run).Status)
	require.Equal(t, []activation.OutOfStepCode{activation.OutLastRunCanceled}, w.reasons(e))
}

func TestS25MembersThatAreKeptAreAsOfTheirEvaluation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.static("s1")
	w.evaluate("s1", activation.StatusSuccessful)
	w.clock.pass(time.Minute)
	w.ok(w.do(e))
	require.Empty(t, w.reasons(e))
	w.build()
	require.Empty(t, w.reasons(e), "who is a member does not follow the profiles")
	w.evaluate("s1", activation.StatusFailed)
	require.Empty(t, w.reasons(e), "what failed stored nothing")
	w.evaluate("s1", activation.StatusSuccessful)
	require.Equal(t, []activation.OutOfStepReason{{
		Code: activation.OutDataNewer, Since: w.clock.now().Add(time.Second), Segments: []activation.NamedSegment{{ID: "s1", Name: "s1"}},
	}}, w.behind(e).Reasons)
	w.ok(w.do(e))
	require.Empty(t, w.reasons(e))

	// A segment that names another follows what that one is, and has stored.
	w.reshape("s2", func(g *activation.Segment) {
		g.Rules = []activation.SegmentRule{{Rule: activation.Rule{Segment: "s1", Operator: activation.OpMemberOf}}}
	})
	f := w.export("Inner", e.Connection, 9, "s2")
	w.ok(w.do(f))
	require.Empty(t, w.reasons(f))
	w.evaluate("s1", activation.StatusSuccessful)
	require.Equal(t, []activation.OutOfStepCode{activation.OutDataNewer}, w.reasons(f))
	w.ok(w.do(f))
	w.reshape("s1", other)
	require.Equal(t, []activation.OutOfStepCode{activation.OutSegmentChanged}, w.reasons(f))
}

func TestPlansOfBeforeBasesAreComparedByTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.clock.pass(time.Minute)
	r := w.do(e)
	w.ok(r)
	require.NotNil(t, r.Plan.Basis)
	r.Plan.Basis = nil
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error { return tx.UpdateRun(t.Context(), r) }))
	require.Empty(t, w.reasons(e))
	w.reshape("s1", other)
	require.Equal(t, []activation.OutOfStepCode{activation.OutSegmentChanged}, w.reasons(e))
	w.build()
	require.Equal(t, []activation.OutOfStepCode{activation.OutSegmentChanged, activation.OutDataNewer}, w.reasons(e))
	require.Equal(t, r.Plan.AsOf, w.behind(e).PeopleOf)
}
