package refresh_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// keeps lets a segment keep its members.
func (w *world) keeps(id activation.SegmentID, s activation.SegmentSchedule) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx store.Tx) error {
		g, err := tx.Segment(w.t.Context(), id)
		if err != nil {
			return err
		}
		return tx.SetSegmentSchedule(w.t.Context(), id, s, g.Version, w.now)
	}))
}

func (w *world) evaluations(id activation.SegmentID) (list []activation.Refresh) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.t.Context(), func(r store.Reader) (err error) {
		list, err = r.Evaluations(w.t.Context(), id, 10)
		return err
	}))
	return list
}

func TestS25ARefreshLeavesSegmentsAloneThatKeepTheirMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keeps("vip", activation.SegmentSchedule{Mode: activation.ScheduleStatic})
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	require.Nil(t, r.Task("segment:vip"))
	require.Equal(t, []string{"profile", "segment:all"}, r.Task("export:club").Needs)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSuccessful, r.Status)
	require.NotContains(t, w.did, "segment vip")
	require.NotContains(t, w.did, "evaluate vip")
	require.Contains(t, w.did, "export club")

	// An export of such segments alone still waits for the profiles.
	w.keeps("all", activation.SegmentSchedule{Mode: activation.ScheduleStatic})
	w.fail["profile"] = broken(activation.CodeSourceRefused)
	r, err = w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSkipped, r.Task("export:news").Status)
	require.Equal(t, "profile", r.Task("export:news").Cause)
}

func TestAnEvaluationIsWorkedTriedAgainAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Evaluate(t.Context(), "vip", "Ana")
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "it keeps no members")
	w.keeps("vip", activation.SegmentSchedule{Mode: activation.ScheduleStatic})
	require.Equal(t, activation.StatusNotStarted, w.status()["segment vip"].Status)
	pipeline, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r, err := w.Evaluate(t.Context(), "vip", "Ana")
	require.NoError(t, err, "a refresh of the pipeline does not keep it")
	_, err = w.Evaluate(t.Context(), "vip", "Ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	w.fail["evaluate vip"] = broken(activation.CodeUnavailable)
	res, err := w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID})
	require.NoError(t, err)
	require.Zero(t, res.Snooze, "how it went is stored first")
	res, err = w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID})
	require.NoError(t, err)
	require.Equal(t, 30*time.Second, res.Snooze)
	require.Equal(t, activation.StatusRetrying, w.status()["segment vip"].Status)
	delete(w.fail, "evaluate vip")
	w.now = w.now.Add(time.Minute)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSuccessful, r.Status)
	require.Equal(t, activation.StatusSuccessful, w.status()["segment vip"].Status)
	require.Equal(t, r.ID, w.status()["segment vip"].Runs[0].Refresh)
	require.Equal(t, activation.StatusSuccessful, w.work(pipeline.ID).Status)
	require.True(t, w.status()["segment vip"].NextAt.IsZero(), "only on demand")
}

func TestASegmentWithAScheduleOfItsOwnIsEvaluatedWhenItIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keeps("vip", activation.SegmentSchedule{Mode: activation.ScheduleOwn, Cron: "0 10 * * *"})
	tick := func() {
		require.NoError(t, w.Tick(t.Context()))
		require.NoError(t, w.Tick(t.Context()))
	}
	tick()
	require.Empty(t, w.evaluations("vip"), "not yet")
	ten := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	require.Equal(t, ten, w.status()["segment vip"].NextAt)
	w.now = ten.Add(time.Second)
	tick()
	list := w.evaluations("vip")
	require.Len(t, list, 1)
	require.True(t, list[0].Scheduled)
	w.now = ten.Add(50 * time.Hour) // down for two days: made up for once, after the one under way
	tick()
	require.Len(t, w.evaluations("vip"), 1)
	w.work(list[0].ID)
	tick()
	require.Len(t, w.evaluations("vip"), 2)
	w.work(w.evaluations("vip")[0].ID)
	tick()
	require.Len(t, w.evaluations("vip"), 2)
	require.Equal(t, []string{"evaluate vip", "evaluate vip"}, slices.DeleteFunc(w.did, func(s string) bool { return s == "export nightly" }), "and nothing else but what was due too")
	require.Equal(t, ten.AddDate(0, 0, 3), w.status()["segment vip"].NextAt)
}
