package refresh_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/refresh"
	"segue/internal/store"
)

// status returns the status of every task, by kind and object.
func (w *world) status() map[string]refresh.TaskStatus {
	w.t.Helper()
	list, err := w.Status(w.t.Context())
	require.NoError(w.t, err)
	out := map[string]refresh.TaskStatus{}
	for _, t := range list {
		out[string(t.Kind)+" "+t.Object] = t
	}
	return out
}

// stored puts a run of an export into the control store, as the export's service does.
func (w *world) stored(e activation.ExportID, status activation.RunStatus, began time.Time) {
	w.t.Helper()
	id := activation.RunID(fmt.Sprintf("stored-%d-%s", began.Unix(), e))
	r := activation.Run{ID: id, Export: e, Kind: activation.RunReal, Status: status, Step: activation.StepPlan, CreatedAt: began, StartedAt: began, UpdatedAt: began, Version: 1}
	if status.Final() {
		r.EndedAt = began.Add(time.Minute)
	}
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx store.Tx) error { return tx.CreateRun(w.t.Context(), r, "") }))
}

func TestAHealthyExportWithAScheduleOfItsOwnNeverReadsAsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, e := range []activation.ExportID{"nightly", "by hand", "news"} {
		w.stored(e, activation.StatusSuccessful, w.now.Add(-time.Hour))
	}
	// Whatever is asked of the refresh, and whatever fails in it: by itself, by hand, for that export alone.
	w.fail["source crm"] = broken(activation.CodeSourceRefused)
	for _, start := range []func() (activation.Refresh, error){
		func() (activation.Refresh, error) { return w.Start(t.Context(), "Ana") },
		func() (activation.Refresh, error) { return w.StartFor(t.Context(), "nightly", "Ana") },
		func() (activation.Refresh, error) { return w.StartFor(t.Context(), "by hand", "Ana") },
	} {
		r, err := start()
		require.NoError(t, err)
		for _, e := range []string{"export nightly", "export by hand"} {
			require.Equal(t, activation.StatusSuccessful, w.status()[e].Status, "while it is under way")
		}
		r = w.work(r.ID)
		require.Equal(t, activation.StatusFailed, r.Status)
		for _, e := range []string{"export nightly", "export by hand"} {
			x := w.status()[e]
			require.Equal(t, activation.StatusSuccessful, x.Status, e)
			for _, run := range x.Runs {
				require.NotEqual(t, activation.StatusSkipped, run.Status, e)
			}
		}
		w.now = w.now.Add(time.Minute)
	}
	news := w.status()["export news"]
	require.Equal(t, activation.StatusSkipped, news.Status, "one that runs with the refresh was skipped")
	require.Equal(t, "source:crm", news.Runs[0].Cause)
	require.Equal(t, activation.StatusSuccessful, news.Runs[1].Status)

	// A run since then is newer than what was skipped.
	w.stored("news", activation.StatusSuccessful, w.now.Add(time.Minute))
	require.Equal(t, activation.StatusSuccessful, w.status()["export news"].Status)
}

func TestTheStatusTellsLastRunsProgressAndWhatIsNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 7 {
		status := activation.StatusSuccessful
		if i == 5 {
			status = activation.StatusFailed
		}
		w.stored("nightly", status, w.now.Add(time.Duration(i-20)*time.Hour))
	}
	w.stored("nightly", activation.StatusWaiting, w.now)
	x := w.status()["export nightly"]
	require.Equal(t, activation.StatusWaiting, x.Status)
	require.NotNil(t, x.Progress)
	var last []activation.RunStatus
	for _, r := range x.Runs {
		last = append(last, r.Status)
	}
	const ok = activation.StatusSuccessful
	require.Equal(t, []activation.RunStatus{activation.StatusWaiting, ok, activation.StatusFailed, ok, ok}, last)
	require.Equal(t, time.Date(2026, 11, 25, 22, 0, 0, 0, time.UTC), x.NextAt)
	require.Equal(t, w.now.Add(-14*time.Hour+time.Minute), x.Success)
	require.False(t, x.Late, "nothing is asked for")
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error { return tx.SetFreshness(t.Context(), "nightly", 13*time.Hour, 1, w.now) }))
	require.True(t, w.status()["export nightly"].Late)
	require.True(t, w.status()["export by hand"].NextAt.IsZero(), "only on demand")
	require.True(t, w.status()["source crm"].NextAt.IsZero(), "nothing is refreshed by itself")
	require.NoError(t, w.SetSchedule(t.Context(), activation.RefreshSchedule{On: true, Times: []string{"06:00"}}, 0))
	for _, task := range []string{"source crm", "profile ", "segment vip", "export news"} {
		require.Equal(t, time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC), w.status()[task].NextAt, task)
		require.Equal(t, activation.StatusNotStarted, w.status()[task].Status, task)
	}
}

func TestTheStatusTellsWhatIsTriedAgainAndWhatWasDoneByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail["source crm"] = broken(activation.CodeUnavailable)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	res, err := w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID})
	for res.Again {
		require.NoError(t, err)
		res, err = w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID})
	}
	require.NoError(t, err)
	x := w.status()["source crm"]
	require.Equal(t, activation.StatusRetrying, x.Status)
	require.Equal(t, "it is broken", x.Runs[0].Error)
	require.Equal(t, "Mend it", x.Runs[0].Remedy)
	require.Equal(t, w.now.Add(30*time.Second), x.NextAt, "when it is tried again")
	require.Equal(t, activation.StatusQueued, w.status()["profile "].Status)
	w.fail["source crm"] = broken(activation.CodeSourceRefused)
	w.now = w.now.Add(time.Minute)
	w.work(r.ID)
	require.Equal(t, activation.StatusFailed, w.status()["source crm"].Status)
	w.now = w.now.Add(time.Hour)
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		return tx.SetIngest(t.Context(), "crm", activation.Ingest{At: w.now, Rows: 3, DurationMS: 1500})
	}))
	x = w.status()["source crm"]
	require.Equal(t, activation.StatusSuccessful, x.Status, "somebody took it over by hand")
	require.Equal(t, 1500*time.Millisecond, x.Runs[0].EndedAt.Sub(x.Runs[0].StartedAt))
	require.Empty(t, x.Runs[0].Refresh)
	require.Equal(t, r.ID, x.Runs[1].Refresh)
}

func TestTheStatusTellsSinceWhenARunIsHeldAndOfWhatKindABuildByHandFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := activation.Run{
		ID: "held", Export: "nightly", Kind: activation.RunReal, Status: activation.StatusHeld, Step: activation.StepCheck, CreatedAt: w.now, StartedAt: w.now,
		UpdatedAt: w.now, Plan: &activation.PlanSummary{At: w.now.Add(4 * time.Second)}, Version: 1,
	}
	w.now = w.now.Add(time.Hour)
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.CreateRun(t.Context(), held, ""); err != nil {
			return err
		}
		return tx.SetBuild(t.Context(), activation.ProfileBuild{Error: "the key is missing", ErrorCode: activation.CodeSourceRefused, FailedAt: w.now})
	}))
	require.Equal(t, held.Plan.At, w.status()["export nightly"].Runs[0].HeldAt)
	profile := w.status()["profile "].Runs[0]
	require.Equal(t, "the key is missing", profile.Error)
	require.Equal(t, string(activation.CodeSourceRefused), profile.Code)
}
