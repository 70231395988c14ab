package cli

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// workRefresh works the refresh under way, as the queue does, until it is ended or waits.
func (b *bench) workRefresh() {
	b.t.Helper()
	var r activation.Refresh
	require.NoError(b.t, b.Store.View(b.t.Context(), func(rd store.Reader) (err error) {
		r, err = rd.OpenRefresh(b.t.Context())
		return err
	}))
	for range 50 {
		res, err := b.Refresh.Step(b.t.Context(), jobs.StepRefresh{Refresh: r.ID})
		require.NoError(b.t, err)
		if res == (jobs.Result{}) || res.Snooze > 0 {
			return
		}
	}
}

func TestARefreshIsStartedShownAndCanceled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.fails(exitConflict, "refresh", "start"), "there is no profile yet")
	require.Contains(t, b.ok("refresh", "list"), "Nothing was refreshed yet")
	b.withExport()
	id := regexp.MustCompile(`id-\d+`).FindString(b.ok("refresh", "start"))
	require.NotEmpty(t, id)
	require.Contains(t, b.fails(exitConflict, "refresh", "start"), "a refresh is under way")
	b.workRefresh()
	shown := b.ok("refresh", "show", id)
	require.Contains(t, shown, "Status        Running\n", "the run of the export is under way")
	require.Regexp(t, `(?m)^source +customers +Successful `, shown)
	require.Regexp(t, `(?m)^profile +profile +Successful `, shown)
	require.Regexp(t, `(?m)^export +VIP +Queued`, shown)
	require.Equal(t, "The refresh stops.\n", b.ok("refresh", "cancel", id))
	require.Regexp(t, `(?m)Running .* `+id+`$`, b.ok("refresh", "list"))
	require.Contains(t, b.fails(exitConflict, "refresh", "start", "--export", "VIP"), "a refresh is under way")
}

func TestTheRefreshScheduleIsShownAndSet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "Nothing is refreshed by itself.\n", b.ok("refresh", "schedule"))
	require.Regexp(t, `^Refreshed monday, friday at 06:30, 18:00 \(Europe/Zagreb\); next on 20`,
		b.ok("refresh", "schedule", "--at", "06:30", "--at", "18:00", "--day", "monday", "--day", "Friday", "--zone", "Europe/Zagreb"))
	require.Contains(t, b.fails(exitInvalid, "refresh", "schedule", "--at", "6:30"), "is no time of day. Write it as 06:30")
	require.Contains(t, b.fails(exitInvalid, "refresh", "schedule", "--at", "06:30", "--day", "montag"), "days")
	require.Contains(t, b.fails(exitUsage, "refresh", "schedule", "--off", "--at", "06:30"), "--off goes with nothing else")
	require.Equal(t, "Nothing is refreshed by itself.\n", b.ok("refresh", "schedule", "--off"))
}

func TestExportsAreScheduledAndRunTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.ok("export", "show", "VIP"), "with every scheduled refresh\n")
	require.Contains(t, b.ok("export", "schedule", "VIP", "--cron", "30 6 * * 1-5", "--zone", "Europe/Zagreb"), "by its own schedule: 30 6 * * 1-5 (Europe/Zagreb).\n")
	require.Contains(t, b.ok("export", "schedule", "VIP", "--on-demand", "--keep-own"), "keeps its own schedule")
	require.Contains(t, b.fails(exitInvalid, "export", "schedule", "VIP", "--cron", "never"), "schedule.cron: is no cron expression")
	require.Contains(t, b.fails(exitUsage, "export", "schedule", "VIP"), "missing flags")
	require.Contains(t, b.ok("export", "update", "VIP", "--leavers", "keep"), "is changed")
	require.Contains(t, b.ok("export", "show", "VIP"), "by its own schedule", "changing something else leaves it")
	require.Equal(t, "1 runs have begun.\n", b.ok("export", "run-all"))
	require.Contains(t, b.ok("export", "run-all"), "Export \"VIP\" was not run: a run of this export is under way")
	require.Contains(t, b.ok("export", "schedule", "VIP", "--on-demand"), "only on demand")
	require.Equal(t, "0 runs have begun.\n", b.ok("export", "run-all"), "what runs on demand is no part of all")
}
