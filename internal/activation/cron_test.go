package activation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

// cronField is a field of an expression and the numbers that it allows, made together so that nothing has to be parsed.
type cronField struct {
	text  string
	every bool
	has   map[int]bool
}

func drawField(t *rapid.T, name string, lo, hi int) cronField {
	f := cronField{has: map[int]bool{}}
	switch rapid.IntRange(0, 3).Draw(t, name+" form") {
	case 0:
		f.text, f.every = "*", true
		for n := lo; n <= hi; n++ {
			f.has[n] = true
		}
	case 1:
		var parts []string
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(lo, hi), 1, 4, rapid.ID[int]).Draw(t, name) {
			parts = append(parts, fmt.Sprint(n))
			f.has[n] = true
		}
		f.text = strings.Join(parts, ",")
	case 2:
		from := rapid.IntRange(lo, hi).Draw(t, name+" from")
		to := rapid.IntRange(from, hi).Draw(t, name+" to")
		f.text = fmt.Sprintf("%d-%d", from, to)
		for n := from; n <= to; n++ {
			f.has[n] = true
		}
	default:
		step := rapid.IntRange(2, max(hi/2, 2)).Draw(t, name+" step")
		from := rapid.IntRange(lo, hi).Draw(t, name+" begins")
		f.text = fmt.Sprintf("%d-%d/%d", from, hi, step)
		for n := from; n <= hi; n += step {
			f.has[n] = true
		}
	}
	return f
}

// TestACronScheduleIsDueAsAWalkThroughTheMinutesSays compares with a walk through every minute, in zones with every kind of change
// of clocks: it is due when a clock first shows one of its minutes, or first shows a later one; what is shown again is not due again.
func TestACronScheduleIsDueAsAWalkThroughTheMinutesSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute, hour := drawField(t, "minute", 0, 59), drawField(t, "hour", 0, 23)
		day, weekday := cronField{text: "*", every: true}, cronField{text: "*", every: true}
		switch rapid.IntRange(0, 2).Draw(t, "days") {
		case 1:
			day = drawField(t, "day", 1, 28)
		case 2:
			weekday = drawField(t, "weekday", 0, 6)
		}
		s := activation.CronSchedule{Cron: strings.Join([]string{minute.text, hour.text, day.text, "*", weekday.text}, " "), TimeZone: rapid.SampledFrom(zones).Draw(t, "zone")}
		require.NoError(t, s.Validate(), s.Cron)
		zone, err := time.LoadLocation(s.TimeZone)
		require.NoError(t, err)
		at := nearAChange(t, zone)
		matches := func(wall time.Time) bool {
			return minute.has[wall.Minute()] && hour.has[wall.Hour()] && (day.every || day.has[wall.Day()]) && (weekday.every || weekday.has[int(wall.Weekday())])
		}
		for range 4 {
			next, ok := s.Next(at)
			require.True(t, ok, s.Cron)
			require.Equal(t, walkMinutes(zone, at, matches), next, "%q in %s after %s", s.Cron, s.TimeZone, at)
			at = next
		}
	})
}

// nearAChange draws a moment; half of them lie shortly before clocks are changed.
func nearAChange(t *rapid.T, zone *time.Location) time.Time {
	at := time.Date(rapid.IntRange(2005, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "date"), rapid.IntRange(0, 23).Draw(t, "at"), 0, 0, 0, time.UTC)
	if _, change := at.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
		at = change.Add(-time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes before")) * time.Minute).UTC()
	}
	return at
}

// walkMinutes looks at the clock every minute from two days before a moment, until it shows after it what matches for the first time.
func walkMinutes(zone *time.Location, after time.Time, matches func(wall time.Time) bool) time.Time {
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
			due = due || matches(wall)
		}
		latest = now
		if due && t.After(after) {
			return t
		}
	}
}
