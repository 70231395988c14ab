package refresh_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/newfile"
	"segue/internal/refresh"
	"segue/internal/store"
	"segue/internal/store/sqlite"
	"segue/internal/warehouse"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a pipeline on a real control store: two sources, a profile, two segments, three exports. What its parts do is
// told by the test.
type world struct {
	*refresh.Service
	t     *testing.T
	store *sqlite.Store
	now   time.Time
	// did is what was worked, in order.
	did []string
	// fail is what a part fails with.
	fail map[string]error
	// runs are those that were started, by id; ends is the status that a run ends with, successful where nothing is said.
	runs   map[activation.RunID]*activation.Run
	keys   map[string]activation.RunID
	ends   map[activation.ExportID]activation.RunStatus
	queued []jobs.Args
	// stop ends the worker while a part is at work.
	stop func(part string)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), fail: map[string]error{}, runs: map[activation.RunID]*activation.Run{},
		keys: map[string]activation.RunID{}, ends: map[activation.ExportID]activation.RunStatus{}, stop: func(string) {},
	}
	var err error
	path := filepath.Join(t.TempDir(), "segue.db")
	newfile.Store(t, path)
	w.store, err = sqlite.Open(t.Context(), sqlite.Config{
		Path: path,
		Enqueue: func(_ context.Context, _ *sql.Tx, a jobs.Args, _ time.Time) error {
			w.queued = append(w.queued, a)
			return nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	w.define()
	ids := 0
	w.Service, err = refresh.New(refresh.Config{
		Store: w.store, Sources: parts{w}, Segments: parts{w}, Exports: parts{w}, Clock: func() time.Time { return w.now },
		IDs: func() string { ids++; return fmt.Sprintf("refresh-%03d", ids) }, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return w
}

func (w *world) define() {
	ctx, at := w.t.Context(), w.now
	require.NoError(w.t, w.store.Update(ctx, func(tx store.Tx) error {
		for _, id := range []activation.SourceID{"crm", "stores"} {
			require.NoError(w.t, tx.CreateSource(ctx, activation.Source{ID: id, Name: string(id), Kind: activation.SourceCSV, Path: "x.csv", CreatedAt: at, UpdatedAt: at, Version: 1}))
		}
		require.NoError(w.t, tx.PutProfile(ctx, activation.ProfileDefinition{Source: "crm", Key: "id", UpdatedAt: at}))
		for _, id := range []activation.SegmentID{"all", "vip"} {
			require.NoError(w.t, tx.CreateSegment(ctx, activation.Segment{ID: id, Name: string(id), CreatedAt: at, UpdatedAt: at, Version: 1}))
		}
		require.NoError(w.t, tx.CreateConnection(ctx, activation.Connection{ID: "c", Name: "c", Type: activation.DestinationBrevo, ExportUser: activation.MachineExportUser(at), ConsentAt: at, CreatedAt: at, UpdatedAt: at, Version: 1}))
		for id, e := range map[activation.ExportID]activation.Export{
			"news":    {Segments: []activation.SegmentID{"all"}},
			"club":    {Segments: []activation.SegmentID{"vip", "all"}, Schedule: activation.ExportSchedule{Mode: activation.ScheduleWithRefresh}},
			"nightly": {Segments: []activation.SegmentID{"vip"}, Schedule: activation.ExportSchedule{Mode: activation.ScheduleOwn, Cron: "0 22 * * *"}},
			"by hand": {Segments: []activation.SegmentID{"vip"}, Schedule: activation.ExportSchedule{Mode: activation.ScheduleOnDemand}},
		} {
			e.ID, e.Name, e.Connection, e.List, e.CreatedAt, e.UpdatedAt, e.Version = id, string(id), "c", 1, at, at, 1
			require.NoError(w.t, tx.CreateExport(ctx, e))
		}
		return nil
	}))
}

// parts are the services that do the work.
type parts struct{ w *world }

func (p parts) part(ctx context.Context, name string) error {
	p.w.did = append(p.w.did, name)
	p.w.stop(name)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.w.fail[name]
}

func (p parts) Ingest(ctx context.Context, id activation.SourceID, force bool) (activation.Source, error) {
	require.False(p.w.t, force, "a refresh forces nothing")
	return activation.Source{}, p.part(ctx, "source "+string(id))
}

func (p parts) Build(ctx context.Context) (activation.ProfileDefinition, error) {
	return activation.ProfileDefinition{}, p.part(ctx, "profile")
}

func (p parts) Observe(ctx context.Context, id activation.SegmentID) (int64, error) {
	return 0, p.part(ctx, "segment "+string(id))
}

func (p parts) Evaluate(ctx context.Context, id activation.SegmentID) (warehouse.Evaluated, error) {
	return warehouse.Evaluated{}, p.part(ctx, "evaluate "+string(id))
}

func (p parts) Start(ctx context.Context, id activation.ExportID, kind activation.RunKind, _, key string) (activation.Run, bool, error) {
	require.Equal(p.w.t, activation.RunReal, kind)
	require.NotEmpty(p.w.t, key)
	if run, known := p.w.keys[string(id)+key]; known {
		return *p.w.runs[run], false, nil
	}
	if err := p.part(ctx, "export "+string(id)); err != nil {
		return activation.Run{}, false, err
	}
	r := &activation.Run{ID: activation.RunID(fmt.Sprintf("run-%d", len(p.w.runs)+1)), Export: id, Status: activation.StatusQueued}
	p.w.runs[r.ID], p.w.keys[string(id)+key] = r, r.ID
	return *r, true, nil
}

func (p parts) Run(_ context.Context, id activation.RunID) (activation.Run, error) {
	r := p.w.runs[id]
	now := *r
	if end := p.w.ends[r.Export]; end != "" { // the next look sees it there
		r.Status = end
	} else {
		r.Status = activation.StatusSuccessful
	}
	return now, nil
}

func (p parts) Cancel(_ context.Context, id activation.RunID) (activation.Run, error) {
	p.w.runs[id].CancelRequested = true
	p.w.ends[p.w.runs[id].Export] = activation.StatusCanceled
	return *p.w.runs[id], nil
}

// work works the refresh until it has ended, or has been worked many times; the clock moves on with every pause.
func (w *world) work(id activation.RefreshID) activation.Refresh {
	w.t.Helper()
	for range 100 {
		res, err := w.Step(w.t.Context(), jobs.StepRefresh{Refresh: id})
		require.NoError(w.t, err)
		w.now = w.now.Add(res.Snooze)
		if res == (jobs.Result{}) {
			break
		}
	}
	r, err := w.Service.Get(w.t.Context(), id)
	require.NoError(w.t, err)
	return r
}

func statuses(r activation.Refresh) map[string]activation.RunStatus {
	out := map[string]activation.RunStatus{}
	for _, t := range r.Tasks {
		out[t.ID] = t.Status
	}
	return out
}

func broken(code activation.Code) error {
	return activation.Errorf(code, "it is broken").WithRemedy("Mend it")
}

func TestThePipelineIsWorkedInItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	require.Equal(t, []jobs.Args{jobs.StepRefresh{Refresh: r.ID}}, w.queued)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSuccessful, r.Status)
	require.Equal(t, []string{"source crm", "source stores", "profile", "segment all", "segment vip"}, w.did[:5])
	require.ElementsMatch(t, []string{"export news", "export club"}, w.did[5:])
	require.False(t, r.EndedAt.IsZero())
	for _, task := range r.Tasks {
		require.Equal(t, activation.StatusSuccessful, task.Status, task.ID)
		require.False(t, task.StartedAt.IsZero(), task.ID)
		require.False(t, task.EndedAt.Before(task.StartedAt), task.ID)
	}
	// A healthy export with a schedule of its own is no task: it can never be skipped here.
	require.NotContains(t, statuses(r), "export:nightly")
	require.NotContains(t, statuses(r), "export:by hand")
}

func TestWhatNeedsAFailedTaskIsSkippedAndNothingElse(t *testing.T) {
	t.Parallel()
	const ok, failed, skipped = activation.StatusSuccessful, activation.StatusFailed, activation.StatusSkipped
	for name, c := range map[string]struct {
		fails string
		want  map[string]activation.RunStatus
	}{
		"the profile's source": {"source crm", map[string]activation.RunStatus{"source:crm": failed, "source:stores": ok, "profile": skipped,
			"segment:all": skipped, "segment:vip": skipped, "export:news": skipped, "export:club": skipped}},
		"another source": {"source stores", map[string]activation.RunStatus{"source:crm": ok, "source:stores": failed, "profile": ok,
			"segment:all": ok, "segment:vip": ok, "export:news": ok, "export:club": ok}},
		"a segment": {"segment vip", map[string]activation.RunStatus{"source:crm": ok, "source:stores": ok, "profile": ok,
			"segment:all": ok, "segment:vip": failed, "export:news": ok, "export:club": skipped}},
		"an export": {"export news", map[string]activation.RunStatus{"source:crm": ok, "source:stores": ok, "profile": ok,
			"segment:all": ok, "segment:vip": ok, "export:news": failed, "export:club": ok}},
	} {
		w := newWorld(t)
		w.fail[c.fails] = broken(activation.CodeSourceRefused)
		r, err := w.Start(t.Context(), "Ana")
		require.NoError(t, err)
		r = w.work(r.ID)
		require.Equal(t, failed, r.Status, name)
		require.Equal(t, c.want, statuses(r), name)
		cause := strings.Replace(c.fails, " ", ":", 1)
		for _, task := range r.Tasks {
			if task.Status == skipped {
				require.Equal(t, cause, task.Cause, "the link leads to what failed, not to what was skipped in between")
				require.NotEmpty(t, task.Error)
			}
		}
		require.Equal(t, "it is broken", r.Task(cause).Error)
		require.Equal(t, "Mend it", r.Task(cause).Remedy)
	}
}

func TestTroubleThatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail["source crm"] = broken(activation.CodeUnavailable)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	var waits []time.Duration
	for range 3 {
		for {
			res, err := w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID})
			require.NoError(t, err)
			if res.Snooze > 0 {
				waits = append(waits, res.Snooze)
				w.now = w.now.Add(res.Snooze)
				break
			}
		}
		r, err = w.Service.Get(t.Context(), r.ID)
		require.NoError(t, err)
		require.Equal(t, activation.StatusRetrying, r.Status)
		require.Equal(t, activation.StatusRetrying, r.Task("source:crm").Status)
		require.Equal(t, activation.StatusQueued, r.Task("profile").Status, "what needs it waits")
		require.Equal(t, activation.StatusSuccessful, r.Task("source:stores").Status, "what does not goes on")
	}
	require.Equal(t, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}, waits)
	delete(w.fail, "source crm")
	require.Equal(t, activation.StatusSuccessful, w.work(r.ID).Status)

	w = newWorld(t)
	w.fail["profile"] = errors.New("anything, with somebody's address in it: ana@example.com")
	r, err = w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, 5, r.Task("profile").Attempt)
	require.NotContains(t, r.Task("profile").Error, "@", "the text of an error without a code may come from anywhere")
}

func TestAWorkerThatStopsLeavesATaskToTheNext(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"source crm", "profile", "segment all", "export news"} {
		w := newWorld(t)
		r, err := w.Start(t.Context(), "Ana")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		w.stop = func(part string) {
			if part == at {
				cancel()
			}
		}
		for ctx.Err() == nil {
			_, _ = w.Step(ctx, jobs.StepRefresh{Refresh: r.ID})
		}
		w.stop = func(string) {}
		r = w.work(r.ID)
		require.Equal(t, activation.StatusSuccessful, r.Status, at)
		require.Len(t, w.runs, 2, "each export ran once")
	}
}

func TestTwoRefreshesNeverOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	_, err = w.Start(t.Context(), "Bo")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	_, err = w.StartFor(t.Context(), "nightly", "Bo")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	w.work(r.ID)
	_, err = w.Start(t.Context(), "Bo")
	require.NoError(t, err)
}

func TestRefreshAndRunRefreshesOnlyWhatTheExportNeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.StartFor(t.Context(), "nightly", "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSuccessful, r.Status)
	require.Equal(t, []string{"source crm", "profile", "segment vip", "export nightly"}, w.did)
	_, err = w.StartFor(t.Context(), "none", "Ana")
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
}

func TestStatusesOfRunsAreThoseOfTheirTasks(t *testing.T) {
	t.Parallel()
	for end, want := range map[activation.RunStatus]activation.RunStatus{
		activation.StatusWithRejects: activation.StatusWithRejects, activation.StatusHeld: activation.StatusSuccessful, activation.StatusFailed: activation.StatusFailed,
	} {
		w := newWorld(t)
		w.ends["news"] = end
		r, err := w.Start(t.Context(), "Ana")
		require.NoError(t, err)
		r = w.work(r.ID)
		require.Equal(t, want, r.Status)
		require.Equal(t, end, r.Task("export:news").Status)
		require.NotEmpty(t, r.Task("export:news").Run)
	}
}

func TestAnEarlierRunOfAnExportIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail["export news"] = broken(activation.CodeConflict)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusRunning, r.Status)
	require.Equal(t, activation.StatusQueued, r.Task("export:news").Status)
	delete(w.fail, "export news")
	require.Equal(t, activation.StatusSuccessful, w.work(r.ID).Status)
}

func TestCancelEndsWhatHasNotBegunAndStopsRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ends["news"], w.ends["club"] = activation.StatusRunning, activation.StatusRunning
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	_, err = w.Step(t.Context(), jobs.StepRefresh{Refresh: r.ID}) // the first source
	require.NoError(t, err)
	_, err = w.Cancel(t.Context(), r.ID)
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusCanceled, r.Status)
	require.Equal(t, activation.StatusSuccessful, r.Task("source:crm").Status)
	require.Equal(t, activation.StatusCanceled, r.Task("export:news").Status)
	require.Empty(t, w.runs)
	_, err = w.Cancel(t.Context(), r.ID)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))

	r, err = w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID) // until runs are under way
	require.Equal(t, activation.StatusRunning, r.Task("export:news").Status)
	_, err = w.Cancel(t.Context(), r.ID)
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusCanceled, r.Status)
	require.Equal(t, activation.StatusCanceled, r.Task("export:club").Status)
}

// tick lets the clock show a time and looks what is due.
func (w *world) tick(at string) {
	w.t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	require.NoError(w.t, err)
	w.now = now
	require.NoError(w.t, w.Tick(w.t.Context()))
}

func (w *world) refreshes() (list []activation.Refresh) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.t.Context(), func(r store.Reader) (err error) {
		list, _, err = r.Refreshes(w.t.Context(), store.Page{})
		return err
	}))
	return list
}

func TestWhatIsDueIsStartedOnceWhateverWasMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	daily := activation.RefreshSchedule{On: true, Times: []string{"06:00", "18:00"}}
	require.NoError(t, w.SetSchedule(t.Context(), daily, 0))
	require.Equal(t, activation.CodeConflict, activation.CodeOf(w.SetSchedule(t.Context(), daily, 7)))
	w.tick("2026-11-25T09:00:00Z")
	require.Empty(t, w.refreshes(), "a schedule begins when it is set and has missed nothing")
	w.tick("2026-11-25T17:59:59Z")
	require.Empty(t, w.refreshes())
	w.tick("2026-11-25T18:00:03Z")
	w.tick("2026-11-25T18:00:13Z")
	require.Len(t, w.refreshes(), 1)
	require.True(t, w.refreshes()[0].Scheduled)
	w.work(w.refreshes()[0].ID)

	w.tick("2026-11-29T07:00:00Z") // after four days without a server
	w.tick("2026-11-29T07:00:10Z")
	require.Len(t, w.refreshes(), 2, "what was missed is made up for once")

	w.tick("2026-11-29T18:00:00Z") // the last one is still under way
	require.Len(t, w.refreshes(), 2)
	w.work(w.refreshes()[0].ID)
	w.tick("2026-11-29T18:10:00Z")
	require.Len(t, w.refreshes(), 2, "the next one comes when it is due")

	require.NoError(t, w.SetSchedule(t.Context(), activation.RefreshSchedule{}, 1))
	w.tick("2026-12-01T07:00:00Z")
	require.Len(t, w.refreshes(), 2, "off")
	require.NoError(t, w.SetSchedule(t.Context(), daily, 2))
	w.tick("2026-12-02T07:00:00Z")
	require.Len(t, w.refreshes(), 2, "while it was off nothing was due")
}

func TestWhatIsDueComesAfterARefreshThatSomebodyAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.SetSchedule(t.Context(), activation.RefreshSchedule{On: true, Times: []string{"06:00"}}, 0))
	w.tick("2026-11-25T09:00:00Z")
	one, err := w.StartFor(t.Context(), "nightly", "Ana")
	require.NoError(t, err)
	w.tick("2026-11-26T06:00:03Z")
	require.Len(t, w.refreshes(), 1, "two never overlap")
	w.work(one.ID)
	w.tick("2026-11-26T06:05:00Z")
	require.Len(t, w.refreshes(), 2, "the refresh of one export is not the one that was due, which would be a day late")
	require.True(t, w.refreshes()[0].Scheduled)
	w.tick("2026-11-26T06:05:10Z")
	w.work(w.refreshes()[0].ID)
	w.tick("2026-11-26T06:10:00Z")
	require.Len(t, w.refreshes(), 2, "once")
}

func TestASchedulesOwnExportRunsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tick("2026-11-25T09:00:00Z")
	w.tick("2026-11-25T22:00:05Z")
	w.tick("2026-11-25T22:00:15Z")
	require.Equal(t, []string{"export nightly"}, w.did)
	require.Empty(t, w.refreshes(), "it runs on the tables as they are")
	next, err := w.NextDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]time.Time{"export nightly": time.Date(2026, 11, 26, 22, 0, 0, 0, time.UTC)}, next)

	w.fail["export nightly"] = broken(activation.CodeConflict) // the last run is still under way
	w.tick("2026-11-26T22:00:05Z")
	delete(w.fail, "export nightly")
	w.tick("2026-11-26T22:10:00Z")
	require.Len(t, w.runs, 1)
	w.fail["export nightly"] = broken(activation.CodeUnavailable)
	w.now = time.Date(2026, 11, 27, 22, 0, 5, 0, time.UTC)
	require.Error(t, w.Tick(t.Context()))
	delete(w.fail, "export nightly")
	w.tick("2026-11-27T22:00:15Z")
	require.Len(t, w.runs, 2, "what could not be started is tried again with the next tick")
}

func TestKilledBetweenStartAndNoteNothingIsStartedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.SetSchedule(t.Context(), activation.RefreshSchedule{On: true, Times: []string{"22:00"}}, 0))
	w.tick("2026-11-25T09:00:00Z")
	var before []activation.Due
	require.NoError(t, w.store.View(t.Context(), func(r store.Reader) (err error) {
		before, err = r.Dues(t.Context())
		return err
	}))
	w.tick("2026-11-25T22:00:01Z")
	w.work(w.refreshes()[0].ID)
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error { // as if the notes had not been written
		for _, d := range before {
			require.NoError(t, tx.PutDue(t.Context(), d))
		}
		return nil
	}))
	w.tick("2026-11-25T22:05:00Z")
	require.Len(t, w.refreshes(), 1)
	n := 0
	for _, did := range w.did {
		if did == "export nightly" {
			n++
		}
	}
	require.Equal(t, 1, n)
	require.True(t, slices.Contains(w.did, "export nightly"))
}

func TestAnExportWithoutAConnectionFailsNoRefreshAndOneWithoutAnExportUserDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fail["export news"] = broken(activation.CodeNoConnection)
	r, err := w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusSuccessful, r.Status)
	require.Equal(t, activation.StatusNoConnection, r.Task("export:news").Status)
	require.Equal(t, activation.StatusSuccessful, r.Task("export:club").Status)

	w.fail["export news"] = broken(activation.CodeNeedsExportUser)
	r, err = w.Start(t.Context(), "Ana")
	require.NoError(t, err)
	r = w.work(r.ID)
	require.Equal(t, activation.StatusFailed, r.Status)
	task := r.Task("export:news")
	require.Equal(t, []any{activation.StatusNeedsExportUser, activation.ConnectionID("c"), "Mend it"}, []any{task.Status, task.Connection, task.Remedy}, "with a link to the cause")
	require.Equal(t, activation.StatusSuccessful, r.Task("export:club").Status)
}

func TestWhatCannotRunIsNotStartedAgainAndAgainWhenItIsDue(t *testing.T) {
	t.Parallel()
	for _, code := range []activation.Code{activation.CodeNoConnection, activation.CodeNeedsExportUser} {
		w := newWorld(t)
		w.tick("2026-11-25T09:00:00Z")
		w.fail["export nightly"] = broken(code)
		w.tick("2026-11-25T22:00:05Z")
		w.tick("2026-11-25T22:00:15Z")
		require.Equal(t, []string{"export nightly"}, w.did, code)
		delete(w.fail, "export nightly")
		w.tick("2026-11-26T22:00:05Z")
		require.Len(t, w.runs, 1, "it runs when it is due next")
	}
}

func TestRefreshingForAnExportThatCannotRunIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	edit := func(f func(tx store.Tx) error) { require.NoError(t, w.store.Update(t.Context(), f)) }
	edit(func(tx store.Tx) error {
		c, err := tx.Connection(t.Context(), "c")
		require.NoError(t, err)
		c.ExportUser = activation.ExportUser{}
		return tx.UpdateConnection(t.Context(), c)
	})
	_, err := w.StartFor(t.Context(), "news", "Ana")
	require.Equal(t, activation.CodeNeedsExportUser, activation.CodeOf(err))
	edit(func(tx store.Tx) error {
		e, err := tx.Export(t.Context(), "news")
		require.NoError(t, err)
		e.Detach(activation.Connection{ID: "c"}, "Ana", w.now)
		return tx.UpdateExport(t.Context(), e)
	})
	_, err = w.StartFor(t.Context(), "news", "Ana")
	require.Equal(t, activation.CodeNoConnection, activation.CodeOf(err))
	require.Empty(t, w.refreshes())
}
