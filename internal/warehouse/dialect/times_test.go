package dialect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse/dialect"
)

func day(t require.TestingT, s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return d
}

func TestDaysThatDoNotExistBecomeTheLastOfTheirMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		unit activation.Unit
		want string
	}{
		{"2026-03-31", -1, activation.UnitMonth, "2026-02-28"},
		{"2024-03-31", -1, activation.UnitMonth, "2024-02-29"},
		{"2026-01-31", 13, activation.UnitMonth, "2027-02-28"},
		{"2024-02-29", 1, activation.UnitYear, "2025-02-28"},
		{"2024-02-29", -4, activation.UnitYear, "2020-02-29"},
		{"2026-01-15", -1, activation.UnitMonth, "2025-12-15"},
		{"2026-03-01", -1, activation.UnitDay, "2026-02-28"},
		{"2026-03-01", 2, activation.UnitWeek, "2026-03-15"},
	} {
		require.Equal(t, c.want, dialect.Shift(day(t, c.from), c.n, c.unit).Format(time.DateOnly), "%v", c)
	}
}

func TestADayBeginsWithItsFirstInstant(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Europe/Zagreb", "America/New_York", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Atlantic/Azores", "Pacific/Apia",
		"Asia/Kathmandu", "Australia/Lord_Howe", "America/Asuncion", "Asia/Tehran", "America/Sao_Paulo",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		require.NoError(t, err)
		d := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 15_000).Draw(t, "day"))
		start := dialect.StartOfDay(d, zone)
		require.GreaterOrEqual(t, start.In(zone).Format(time.DateOnly), d.Format(time.DateOnly), "the first instant is of that day, or of a later one if the zone skipped it")
		before := start.Add(-time.Microsecond).In(zone).Format(time.DateOnly)
		require.Less(t, before, d.Format(time.DateOnly))
	})
	for _, c := range []struct{ zone, day, want string }{
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"}, // no midnight
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},   // two midnights
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},     // no such day
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		require.Equal(t, c.want, dialect.StartOfDay(day(t, c.day), zone).Format(time.RFC3339), c.zone)
	}
}
