package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func testNoticeSettings(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	read := func(ctx context.Context, r store.Reader) (activation.NoticeSettings, error) {
		return r.NoticeSettings(ctx)
	}
	same(t, activation.NoticeSettings{}, load(t, s, read))
	set := activation.NoticeSettings{
		MailOn: true, Server: activation.MailServer{Host: "smtp.example.com", Port: 587, Security: activation.MailStartTLS, User: "u"}, From: "segue@example.com",
		WebhookOn: true, URL: "https://hooks.example.com", SealedPassword: []byte{0, 1, 0xff}, SealedSecret: []byte{2}, UpdatedAt: start(),
	}
	update(t, s, func(tx store.Tx) error { return tx.PutNoticeSettings(ctx, set) })
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.PutNoticeSettings(ctx, set) })
	set.Version = 1
	same(t, set, load(t, b.Reopen(t), read))
}

func testChangedNoticeSettings(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	read := func(ctx context.Context, r store.Reader) (activation.NoticeSettings, error) {
		return r.NoticeSettings(ctx)
	}
	set := activation.NoticeSettings{MailOn: true, SealedPassword: []byte{1}, UpdatedAt: start()}
	update(t, s, func(tx store.Tx) error { return tx.PutNoticeSettings(ctx, set) })
	set.Version, set.MailOn, set.SealedPassword = 1, false, nil
	update(t, s, func(tx store.Tx) error { return tx.PutNoticeSettings(ctx, set) })
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.PutNoticeSettings(ctx, set) })
	set.Version = 2
	same(t, set, load(t, s, read))
}

func testTaskStates(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	first := activation.TaskState{Subject: "export:a", Trouble: activation.StatusHeld, Late: true, Since: start(), Seen: "r1", Waiting: "x", WaitingSince: start()}
	update(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.PutTaskState(ctx, activation.TaskState{Subject: "export:b"}))
		require.NoError(t, tx.PutTaskState(ctx, activation.TaskState{Subject: "export:a"}))
		return tx.PutTaskState(ctx, first)
	})
	list := func() []activation.TaskState {
		return load(t, s, func(ctx context.Context, r store.Reader) ([]activation.TaskState, error) { return r.TaskStates(ctx) })
	}
	same(t, []activation.TaskState{first, {Subject: "export:b"}}, list())
	update(t, s, func(tx store.Tx) error { return tx.DeleteTaskState(ctx, "export:a") })
	same(t, []activation.TaskState{{Subject: "export:b"}}, list())
}

// testEndedRuns holds that runs are noted once, when they end, in that order; and that nothing but real runs is.
func testEndedRuns(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	seed(t, s)
	never := load(t, s, func(ctx context.Context, r store.Reader) (time.Time, error) { return r.LastSuccess(ctx, "ex1") })
	require.True(t, never.IsZero())
	for _, id := range []activation.RunID{"r1", "r2", "r3"} {
		createRun(t, s, run(id, "ex1"), "")
	}
	dry := run("r4", "ex1")
	dry.Kind = activation.RunDry
	createRun(t, s, dry, "")
	end := func(r activation.Run, status activation.RunStatus, version int64) {
		r = ended(r, status)
		r.Version = version
		update(t, s, func(tx store.Tx) error { return tx.UpdateRun(ctx, r) })
	}
	end(dry, activation.StatusSuccessful, 1)
	end(run("r2", "ex1"), activation.StatusFailed, 1)
	end(run("r1", "ex1"), activation.StatusSuccessful, 1)
	end(run("r2", "ex1"), activation.StatusFailed, 2) // written again: it ended once
	list := func() (ids []activation.RunID, last int64) {
		for _, e := range load(t, s, func(ctx context.Context, r store.Reader) ([]activation.EndedRun, error) { return r.EndedRuns(ctx, 10) }) {
			require.Greater(t, e.Number, last)
			last = e.Number
			ids = append(ids, e.Run.ID)
			require.True(t, e.Run.Status.Final())
		}
		return ids, last
	}
	ids, last := list()
	require.Equal(t, []activation.RunID{"r2", "r1"}, ids)
	end(run("r3", "ex1"), activation.StatusWithRejects, 1)
	update(t, s, func(tx store.Tx) error { return tx.ForgetEnded(ctx, last) })
	ids, _ = list()
	require.Equal(t, []activation.RunID{"r3"}, ids, "what ended since is not forgotten")
	at := load(t, s, func(ctx context.Context, r store.Reader) (time.Time, error) { return r.LastSuccess(ctx, "ex1") })
	require.Equal(t, start().Add(time.Minute), at)
	update(t, s, func(tx store.Tx) error { return tx.DeleteExport(ctx, "ex1") })
	ids, _ = list()
	require.Empty(t, ids, "they go with their export")
}

func testNotices(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	notice := func(id activation.NoticeID, at time.Time) activation.Notice {
		return activation.Notice{
			ID: id, At: at, Kind: activation.NoticeLate, Task: activation.TaskExport, Object: "ex1", Name: "VIP", Status: activation.StatusFailed, Run: "r1",
			Within: 26 * time.Hour, Success: start(), Code: activation.CodeUnavailable, Error: "it", Remedy: "that",
		}
	}
	queued := func(id activation.NoticeID, c activation.Channel, p activation.PersonID, at time.Time) activation.Delivery {
		return activation.Delivery{Notice: id, Channel: c, Person: p, State: activation.DeliveryQueued, NextAt: at}
	}
	first := []activation.Delivery{queued("n1", activation.ChannelMail, "p1", start()), queued("n1", activation.ChannelWebhook, "", start().Add(time.Minute))}
	update(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.CreateNotice(ctx, notice("n1", start()), first))
		return tx.CreateNotice(ctx, notice("n2", start().Add(time.Hour)), nil)
	})
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateNotice(ctx, notice("n1", start()), nil) })
	same(t, notice("n1", start()), load(t, s, func(ctx context.Context, r store.Reader) (activation.Notice, error) { return r.Notice(ctx, "n1") }))
	view(t, s, func(r store.Reader) error {
		list, next, err := r.Notices(ctx, store.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, activation.NoticeID("n2"), list[0].ID, "newest first")
		list, next, err = r.Notices(ctx, store.Page{Limit: 1, After: next})
		require.NoError(t, err)
		require.Equal(t, activation.NoticeID("n1"), list[0].ID)
		require.Empty(t, next)
		_, err = r.Notice(ctx, "n3")
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
		return nil
	})
	due := func(now time.Time) []activation.Delivery {
		return load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Delivery, error) {
			return r.DueDeliveries(ctx, now, 10)
		})
	}
	same(t, first[:1], due(start()))
	same(t, first, due(start().Add(time.Hour)))
	sent := first[0]
	sent.State, sent.Attempts, sent.EndedAt, sent.Error = activation.DeliverySent, 3, start().Add(time.Second), "before"
	update(t, s, func(tx store.Tx) error { return tx.UpdateDelivery(ctx, sent) })
	same(t, first[1:], due(start().Add(time.Hour)))
	same(t, []activation.Delivery{sent, first[1]}, load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Delivery, error) {
		return r.Deliveries(ctx, "n1")
	}))
	update(t, s, func(tx store.Tx) error { return tx.PruneNotices(ctx, start().Add(time.Minute)) })
	require.Empty(t, due(start().Add(time.Hour)))
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.UpdateDelivery(ctx, sent) })
	load(t, s, func(ctx context.Context, r store.Reader) (activation.Notice, error) { return r.Notice(ctx, "n2") })
}

// testOwnMethods holds that what has a method of its own is left alone by updates.
func testOwnMethods(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	seed(t, s)
	e := export("ex1", "Newsletter")
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.SetFreshness(ctx, "ex1", time.Hour, 7, start()) })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.SetFreshness(ctx, "ex9", time.Hour, 1, start()) })
	update(t, s, func(tx store.Tx) error { return tx.SetFreshness(ctx, "ex1", 26*time.Hour, 1, start()) })
	e.Version, e.Name = 2, "Other"
	update(t, s, func(tx store.Tx) error { return tx.UpdateExport(ctx, e) })
	got := load(t, s, func(ctx context.Context, r store.Reader) (activation.Export, error) { return r.Export(ctx, "ex1") })
	require.Equal(t, 26*time.Hour, got.Freshness)
	require.EqualValues(t, 3, got.Version)

	sch := activation.SegmentSchedule{Mode: activation.ScheduleOwn, Cron: "0 6 * * *", TimeZone: "Europe/Zagreb"}
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.SetSegmentSchedule(ctx, "se1", sch, 7, start()) })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.SetSegmentSchedule(ctx, "se9", sch, 1, start()) })
	update(t, s, func(tx store.Tx) error { return tx.SetSegmentSchedule(ctx, "se1", sch, 1, start()) })
	g := segment("se1", "Other")
	g.Version = 2
	update(t, s, func(tx store.Tx) error { return tx.UpdateSegment(ctx, g) })
	g.Version, g.Schedule = 3, sch
	same(t, g, load(t, s, func(ctx context.Context, r store.Reader) (activation.Segment, error) { return r.Segment(ctx, "se1") }))

	p := activation.Person{ID: "p1", Name: "Ana", Email: "ana@example.com", Role: activation.RoleContributor, CreatedAt: start(), UpdatedAt: start(), Version: 1}
	update(t, s, func(tx store.Tx) error { return tx.CreatePerson(ctx, p) })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.SetNoticeChoice(ctx, "p9", activation.NoticesOn) })
	update(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.SetNoticeChoice(ctx, "p1", activation.NoticesOn))
		return tx.UpdatePerson(ctx, p) // the version did not move
	})
	who := load(t, s, func(ctx context.Context, r store.Reader) (activation.Person, error) { return r.Person(ctx, "p1") })
	require.Equal(t, activation.NoticesOn, who.Notices)
}

// testEvaluations holds that evaluations of a segment do not overlap each other, and are apart from refreshes of the pipeline.
func testEvaluations(t *testing.T, b Bundle) {
	t.Helper()
	ctx, s := t.Context(), b.Store
	seed(t, s)
	of := func(id activation.RefreshID, segment activation.SegmentID, status activation.RunStatus) activation.Refresh {
		return activation.Refresh{ID: id, Segment: segment, Status: status, CreatedAt: start(), UpdatedAt: start(), Version: 1}
	}
	update(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.CreateRefresh(ctx, of("r1", "", activation.StatusQueued)))
		require.NoError(t, tx.CreateRefresh(ctx, of("r2", "se1", activation.StatusSuccessful)))
		require.NoError(t, tx.CreateRefresh(ctx, of("r3", "se1", activation.StatusQueued)))
		return tx.CreateRefresh(ctx, of("r4", "se2", activation.StatusQueued))
	})
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateRefresh(ctx, of("r5", "", activation.StatusQueued)) })
	refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateRefresh(ctx, of("r5", "se1", activation.StatusQueued)) })
	view(t, s, func(r store.Reader) error {
		list, next, err := r.Refreshes(ctx, store.Page{})
		require.NoError(t, err)
		require.Empty(t, next)
		same(t, []activation.Refresh{of("r1", "", activation.StatusQueued)}, list)
		open, err := r.OpenRefresh(ctx)
		require.NoError(t, err)
		require.Equal(t, activation.RefreshID("r1"), open.ID)
		list, err = r.Evaluations(ctx, "se1", 10)
		require.NoError(t, err)
		same(t, []activation.Refresh{of("r3", "se1", activation.StatusQueued), of("r2", "se1", activation.StatusSuccessful)}, list)
		list, err = r.Evaluations(ctx, "se1", 1)
		require.NoError(t, err)
		require.Len(t, list, 1)
		list, err = r.Evaluations(ctx, "", 10)
		require.NoError(t, err)
		require.Empty(t, list)
		return nil
	})
}
