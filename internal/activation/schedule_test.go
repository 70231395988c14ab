package activation_test

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, wherever they run

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at.UTC()
}

// days of 2026: clocks of Zagreb go forward on 29 March at 02:00 and back on 25 October at 03:00.
func TestWhenARefreshIsDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days  []activation.Weekday
		times []string
		zone  string
		after string
		due   []string
	}{
		"twice a day": {nil, []string{"18:00", "06:30"}, "Europe/Zagreb", "2026-11-25T08:00:00Z",
			[]string{"2026-11-25T17:00:00Z", "2026-11-26T05:30:00Z", "2026-11-26T17:00:00Z"}},
		"on some days": {[]activation.Weekday{"monday", "friday"}, []string{"06:00"}, "", "2026-11-25T08:00:00Z",
			[]string{"2026-11-27T06:00:00Z", "2026-11-30T06:00:00Z", "2026-12-04T06:00:00Z"}},
		"at the very moment: the next one": {nil, []string{"06:00"}, "", "2026-11-25T06:00:00Z", []string{"2026-11-26T06:00:00Z"}},
		"a time in the gap is due after it": {nil, []string{"02:30"}, "Europe/Zagreb", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		"two times in the gap are one": {nil, []string{"02:10", "02:30"}, "Europe/Zagreb", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:10:00Z"}},
		"a time that comes twice is due once": {nil, []string{"02:30"}, "Europe/Zagreb", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		"between the two it is not due again": {nil, []string{"02:30"}, "Europe/Zagreb", "2026-10-25T01:00:00Z", []string{"2026-10-26T01:30:00Z"}},
		"a day that was left out": {nil, []string{"12:00"}, "Pacific/Apia", "2011-12-29T23:00:00Z",
			[]string{"2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"}}, // 30 December had no noon: the first moment after it; then that of the 31st
		"half an hour's change": {nil, []string{"02:15"}, "Australia/Lord_Howe", "2026-10-03T12:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
	} {
		s := activation.RefreshSchedule{On: true, Days: c.days, Times: c.times, TimeZone: c.zone}
		require.NoError(t, s.Validate(), name)
		at := instant(t, c.after)
		for _, want := range c.due {
			next, ok := s.Next(at)
			require.True(t, ok, name)
			require.Equal(t, instant(t, want), next, name)
			at = next
		}
	}
	_, ok := activation.RefreshSchedule{Times: []string{"06:00"}}.Next(time.Unix(0, 0))
	require.False(t, ok, "it is off")
}

func TestRefreshSchedulesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]activation.RefreshSchedule{
		"no time":      {On: true},
		"no such time": {Times: []string{"24:00"}},
		"short time":   {Times: []string{"6:00"}},
		"twice":        {Times: []string{"06:00", "06:00"}},
		"five times":   {Times: []string{"01:00", "02:00", "03:00", "04:00", "05:00"}},
		"no day":       {Days: []activation.Weekday{"montag"}, Times: []string{"06:00"}},
		"day twice":    {Days: []activation.Weekday{"monday", "monday"}, Times: []string{"06:00"}},
		"no zone":      {Times: []string{"06:00"}, TimeZone: "Europe/Nowhere"},
		"local zone":   {Times: []string{"06:00"}, TimeZone: "Local"},
	} {
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(s.Validate()), name)
	}
	require.NoError(t, activation.RefreshSchedule{}.Validate(), "off")
}

func TestWhenACronScheduleIsDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cron, zone, after string
		due               []string
	}{
		"workdays":             {"30 6 * * 1-5", "Europe/Zagreb", "2026-11-27T08:00:00Z", []string{"2026-11-30T05:30:00Z", "2026-12-01T05:30:00Z"}},
		"every twenty minutes": {"*/20 * * * *", "", "2026-11-25T08:00:30Z", []string{"2026-11-25T08:20:00Z", "2026-11-25T08:40:00Z", "2026-11-25T09:00:00Z"}},
		"a leap day":           {"0 0 29 2 *", "", "2026-11-25T08:00:00Z", []string{"2028-02-29T00:00:00Z"}},
		"in the gap":           {"30 2 * * *", "Europe/Zagreb", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		"often through the gap": {"*/30 * * * *", "Europe/Zagreb", "2026-03-29T00:29:00Z",
			[]string{"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"}},
		"what comes twice, once": {"30 2 * * *", "Europe/Zagreb", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		"often through the hour that comes twice": {"*/30 * * * *", "Europe/Zagreb", "2026-10-25T00:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"}},
	} {
		s := activation.CronSchedule{Cron: c.cron, TimeZone: c.zone}
		require.NoError(t, s.Validate(), name)
		at := instant(t, c.after)
		for _, want := range c.due {
			next, ok := s.Next(at)
			require.True(t, ok, name)
			require.Equal(t, instant(t, want), next, name)
			at = next
		}
	}
}

func TestCronSchedulesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, cron := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "0 24 * * *", "0 0 31 2 *", "@daily", "0 0 * * 8-9", "a b c d e", "*/0 * * * *"} {
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(activation.CronSchedule{Cron: cron}.Validate()), cron)
	}
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(activation.CronSchedule{Cron: "0 0 * * *", TimeZone: "Mars/Olympus"}.Validate()))
}

// zones have every kind of change: none, an hour, half an hour, at midnight, a whole day left out.
var zones = []string{"UTC", "Europe/Zagreb", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "Asia/Tehran"}

// TestRefreshesAreDueAsAWalkThroughTheMinutesSays compares with a walk through every minute: a refresh is due when a clock first
// shows one of its times on a day, or first shows a later one.
func TestRefreshesAreDueAsAWalkThroughTheMinutesSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := activation.RefreshSchedule{On: true, TimeZone: rapid.SampledFrom(zones).Draw(t, "zone")}
		s.Times = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
			return time.Date(2000, 1, 1, rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, time.UTC).Format("15:04")
		}), 1, 4, rapid.ID[string]).Draw(t, "times")
		s.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(activation.Weekdays()), 0, 3, rapid.ID[activation.Weekday]).Draw(t, "days")
		require.NoError(t, s.Validate())
		zone, err := time.LoadLocation(s.TimeZone)
		require.NoError(t, err)
		// Half of the worlds begin near a change of clocks.
		begin := time.Date(rapid.IntRange(2005, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "at"), 0, 0, 0, time.UTC)
		if _, change := begin.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
			begin = change.Add(-time.Duration(rapid.IntRange(1, 48).Draw(t, "before")) * time.Hour).Truncate(time.Hour).UTC()
		}
		at := begin
		for range 6 {
			next, ok := s.Next(at)
			require.True(t, ok)
			require.Equal(t, walk(s, zone, at), next, "after %s", at)
			at = next
		}
	})
}

// walk finds when s is due next after a moment by looking at the clock every minute from two days before.
func walk(s activation.RefreshSchedule, zone *time.Location, after time.Time) time.Time {
	shown := func(t time.Time) time.Time {
		l := t.In(zone)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	start := after.Truncate(time.Minute).Add(-48 * time.Hour)
	latest := shown(start)
	for t := start.Add(time.Minute); ; t = t.Add(time.Minute) {
		now := shown(t)
		if !now.After(latest) {
			continue // put back: it was shown before
		}
		due := false
		for wall := latest.Add(time.Minute); !wall.After(now); wall = wall.Add(time.Minute) { // more than one after a gap
			day := activation.Weekdays()[(int(wall.Weekday())+6)%7]
			due = due || (slices.Contains(s.Times, wall.Format("15:04")) && (len(s.Days) == 0 || slices.Contains(s.Days, day)))
		}
		latest = now
		if due && t.After(after) {
			return t
		}
	}
}

func FuzzCronSchedule(f *testing.F) {
	for _, seed := range []string{"30 6 * * 1-5", "*/20 * * * *", "0 0 29 2 *", "0 0 31 2 *", "5,10-20/3 * 1 * *"} {
		f.Add(seed, "Europe/Zagreb", int64(1_790_000_000))
	}
	f.Fuzz(func(t *testing.T, cron, zone string, unix int64) {
		s := activation.CronSchedule{Cron: cron, TimeZone: zone}
		if s.Validate() != nil {
			return
		}
		after := time.Unix(unix%4_000_000_000, 0).UTC()
		if after.Before(time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC)) {
			return
		}
		next, ok := s.Next(after)
		if ok && !next.After(after) {
			t.Fatalf("%q in %q after %s is due at %s", cron, zone, after, next)
		}
	})
}
