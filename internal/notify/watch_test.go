package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// kinds is a list of kinds of messages.
func kinds(k ...activation.NoticeKind) []activation.NoticeKind { return k }

const (
	failed    = activation.NoticeFailed
	held      = activation.NoticeHeld
	waiting   = activation.NoticeWaiting
	late      = activation.NoticeLate
	recovered = activation.NoticeRecovered
)

func TestOneMessageForEachChangeOfAnExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Empty(t, w.watch(), "nothing has happened")
	w.ended(activation.StatusSuccessful)
	require.Empty(t, w.watch(), "all is well")
	w.ended(activation.StatusFailed)
	require.Equal(t, kinds(failed), w.watch())
	w.ended(activation.StatusFailed)
	require.Empty(t, w.watch(), "it is failed as before")
	w.ended(activation.StatusWithRejects)
	require.Equal(t, kinds(recovered), w.watch())
	w.ended(activation.StatusSuccessful)
	require.Empty(t, w.watch())

	// What came between two looks is told too, in its order.
	w.ended(activation.StatusFailed)
	w.ended(activation.StatusSuccessful)
	w.ended(activation.StatusFailed)
	require.Equal(t, kinds(failed, recovered, failed), w.watch())
	n := w.notices()[len(w.notices())-1]
	require.Equal(t, activation.Notice{
		ID: n.ID, At: n.At, Kind: failed, Task: activation.TaskExport, Object: "news", Name: "News", Status: activation.StatusFailed, Run: "run-008",
		Code: activation.CodeListMissing, Error: "the account has no list 1", Remedy: "Choose another list",
	}, n)
}

func TestWhatIsStillTriedAndWhatPeopleDoIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.run()
	for _, s := range []activation.RunStatus{activation.StatusRunning, activation.StatusRetrying, activation.StatusRunning, activation.StatusRetrying, activation.StatusCanceled} {
		w.becomes(id, s, func(r *activation.Run) {
			r.Attempt, r.ErrorCode, r.Error = 3, activation.CodeUnavailable, "Brevo does not answer"
		})
		w.later(24 * time.Hour)
		require.Empty(t, w.watch(), s)
	}
	dry := w.run()
	w.update(func(tx store.Tx) error {
		return tx.CreateRun(t.Context(), activation.Run{ID: "dry", Export: "news", Kind: activation.RunDry, Status: activation.StatusFailed, Step: activation.StepPlan, CreatedAt: w.now, UpdatedAt: w.now, Version: 1}, "")
	})
	require.Empty(t, w.watch(), "a dry run is for who asked for it")
	w.becomes(dry, activation.StatusSuccessful)
	require.Empty(t, w.watch())
}

func TestS26AHeldRunIsToldOnceUntilItIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.run()
	w.becomes(first, activation.StatusHeld)
	require.Equal(t, kinds(held), w.watch())
	second := w.run()
	require.Empty(t, w.watch())
	w.becomes(first, activation.StatusCanceled)
	require.Empty(t, w.watch(), "replaced: the newer plan is not known yet")
	w.becomes(second, activation.StatusHeld)
	require.Empty(t, w.watch(), "it is held as before")
	w.becomes(second, activation.StatusQueued)
	w.becomes(second, activation.StatusRunning)
	require.Empty(t, w.watch(), "released")
	w.becomes(second, activation.StatusSuccessful)
	require.Equal(t, kinds(recovered), w.watch())

	third := w.run()
	w.becomes(third, activation.StatusHeld)
	require.Equal(t, kinds(held), w.watch())
	w.becomes(third, activation.StatusCanceled)
	require.Empty(t, w.watch(), "refused: whoever did it knows")
	w.becomes(w.run(), activation.StatusHeld)
	require.Equal(t, kinds(held), w.watch(), "held anew")
}

func TestS17WaitingForBrevoIsToldAfterSixHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.run()
	w.becomes(id, activation.StatusWaiting)
	require.Empty(t, w.watch())
	w.later(3 * time.Hour)
	w.becomes(id, activation.StatusRunning) // between two looks
	require.Empty(t, w.watch())
	w.becomes(id, activation.StatusWaiting, func(r *activation.Run) { r.Progress.ImportsDone = 1000 })
	w.later(4 * time.Hour)
	require.Empty(t, w.watch(), "it got on meanwhile")
	w.restart()
	w.becomes(id, activation.StatusRunning)
	require.Empty(t, w.watch())
	w.later(2*time.Hour + time.Minute)
	w.becomes(id, activation.StatusWaiting)
	require.Empty(t, w.watch(), "not six hours since it was first seen to wait at this point")
	w.later(4 * time.Hour)
	require.Equal(t, kinds(waiting), w.watch(), "a look at Brevo in between is no progress")
	w.later(24 * time.Hour)
	require.Empty(t, w.watch())
	w.becomes(id, activation.StatusSuccessful)
	require.Equal(t, kinds(recovered), w.watch())

	// The run itself knows since when its import is under way.
	id = w.run()
	w.becomes(id, activation.StatusWaiting, func(r *activation.Run) {
		r.ErrorCode, r.Error = activation.CodeUnavailable, "the import process 7 has not ended"
	})
	require.Equal(t, kinds(waiting), w.watch())
}

func TestAMissedFreshnessObjectiveIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(func(tx store.Tx) error { return tx.SetFreshness(t.Context(), "news", 26*time.Hour, 1, w.now) })
	w.ended(activation.StatusSuccessful)
	require.Empty(t, w.watch())
	success := w.now.Add(-3 * time.Second)
	w.later(25 * time.Hour)
	require.Empty(t, w.watch())
	w.later(time.Hour)
	require.Equal(t, kinds(late), w.watch())
	n := w.notices()[0]
	require.Equal(t, 26*time.Hour, n.Within)
	require.Equal(t, success, n.Success)
	w.later(100 * time.Hour)
	require.Empty(t, w.watch())
	w.ended(activation.StatusFailed)
	require.Equal(t, kinds(failed), w.watch(), "that is another trouble")
	w.ended(activation.StatusSuccessful)
	require.Equal(t, kinds(recovered), w.watch(), "both are over: one message")
	w.later(27 * time.Hour)
	require.Equal(t, kinds(late), w.watch())
	w.update(func(tx store.Tx) error { return tx.SetFreshness(t.Context(), "news", 0, 2, w.now) })
	require.Empty(t, w.watch(), "nothing is asked for any more: whoever did it knows")
}

func (w *world) refresh(tasks ...activation.Task) {
	w.t.Helper()
	w.ids++
	r := activation.Refresh{ID: activation.RefreshID("refresh-" + time.Duration(w.ids).String()), Status: activation.StatusFailed, CreatedAt: w.now, UpdatedAt: w.now, EndedAt: w.now, Tasks: tasks, Version: 1}
	w.update(func(tx store.Tx) error {
		r.ID = activation.RefreshID(w.now.Format("20060102150405"))
		return tx.CreateRefresh(w.t.Context(), r)
	})
}

func task(k activation.TaskKind, object string, s activation.RunStatus) activation.Task {
	t := activation.Task{ID: string(k) + ":" + object, Kind: k, Object: object, Name: object, Status: s}
	if s == activation.StatusFailed {
		t.Code, t.Error, t.Remedy = activation.CodeSourceRefused, "the file lost a column", "Put it back"
	}
	return t
}

func TestWhatFailedInARefreshIsToldAndWhatWasSkippedForItIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh(task(activation.TaskSource, "crm", activation.StatusFailed), task(activation.TaskProfile, "", activation.StatusSkipped),
		task(activation.TaskSegment, "all", activation.StatusSkipped), task(activation.TaskExport, "news", activation.StatusSkipped))
	require.Equal(t, kinds(failed), w.watch())
	require.Equal(t, activation.TaskSource, w.notices()[0].Task)
	w.refresh(task(activation.TaskSource, "crm", activation.StatusRetrying))
	require.Empty(t, w.watch(), "it is tried again")
	w.later(time.Minute)
	w.refresh(task(activation.TaskSource, "crm", activation.StatusSuccessful), task(activation.TaskProfile, "", activation.StatusSuccessful), task(activation.TaskSegment, "all", activation.StatusFailed))
	require.ElementsMatch(t, kinds(recovered, failed), w.watch())
	w.later(time.Minute)
	w.refresh(task(activation.TaskSource, "crm", activation.StatusFailed))
	require.Equal(t, kinds(failed), w.watch())
	w.later(time.Minute)
	w.update(func(tx store.Tx) error { return tx.SetIngest(t.Context(), "crm", activation.Ingest{At: w.now}) })
	require.Equal(t, kinds(recovered), w.watch(), "somebody took it over by hand")
}

func TestWhatIsRemovedIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ended(activation.StatusFailed)
	require.Equal(t, kinds(failed), w.watch())
	w.update(func(tx store.Tx) error { return tx.DeleteExport(t.Context(), "news") })
	require.Empty(t, w.watch())
	require.NoError(t, w.store.View(t.Context(), func(r store.Reader) error {
		list, err := r.TaskStates(t.Context())
		for _, s := range list {
			require.NotEqual(t, "export:news", s.Subject)
		}
		return err
	}))
}

func TestACrashNeitherLosesNorRepeatsAMessage(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"notify.before-store", "notify.after-store"} {
		w := newWorld(t)
		require.Empty(t, w.watch())
		w.ended(activation.StatusFailed)
		w.killedAt(point, w.Watch)
		w.watch()
		require.Len(t, w.notices(), 1, point)
	}
}

func TestAnExportThatCannotRunIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	change := func(f func(*activation.Connection, *activation.Export, *activation.Person)) {
		w.update(func(tx store.Tx) error {
			c, err := tx.Connection(t.Context(), "c")
			require.NoError(t, err)
			e, err := tx.Export(t.Context(), "news")
			require.NoError(t, err)
			p, err := tx.Person(t.Context(), "quiet")
			require.NoError(t, err)
			f(&c, &e, &p)
			require.NoError(t, tx.UpdatePerson(t.Context(), p))
			require.NoError(t, tx.UpdateConnection(t.Context(), c))
			return tx.UpdateExport(t.Context(), e)
		})
	}
	change(func(c *activation.Connection, _ *activation.Export, _ *activation.Person) {
		c.ExportUser = activation.ExportUser{Kind: activation.ExportUserPerson, Person: "quiet", At: w.now}
	})
	require.Empty(t, w.watch(), "an administrator is export user")
	change(func(_ *activation.Connection, _ *activation.Export, p *activation.Person) { p.Off = true })
	require.Equal(t, kinds(activation.NoticeStopped), w.watch())
	n := w.notices()
	require.Equal(t, activation.StatusNeedsExportUser, n[len(n)-1].Status)
	require.Empty(t, w.watch(), "told once")
	change(func(c *activation.Connection, _ *activation.Export, _ *activation.Person) {
		c.ExportUser = activation.MachineExportUser(w.now)
	})
	require.Empty(t, w.watch(), "people mended it themselves")

	var over activation.Connection
	change(func(c *activation.Connection, e *activation.Export, _ *activation.Person) {
		over = *c
		e.Connection, e.Detached = "", &activation.Detachment{At: w.now, Connection: c.ID, Name: c.Name}
	})
	require.Empty(t, w.watch(), "what people do themselves is not told")
	change(func(_ *activation.Connection, e *activation.Export, _ *activation.Person) {
		e.Connection, e.Detached = over.ID, nil
	})
	require.Empty(t, w.watch())
}
