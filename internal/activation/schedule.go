package activation

import (
	"slices"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// Times of day are those of clocks on a wall. When clocks are put forward, a time that does not exist is due at the
// first moment after the gap; when they are put back, a time that comes twice is due the first time only.

// MaxRefreshTimes is how many times a day a refresh can be scheduled.
const MaxRefreshTimes = 4

// RefreshSchedule says when the whole pipeline is refreshed (PRODUCT, Refresh and schedules). The zero value is off.
type RefreshSchedule struct {
	On bool `json:"on"`
	// Days are the days of the week; empty means every day.
	Days []Weekday `json:"days,omitempty"`
	// Times are one to four times of day, such as 06:30.
	Times []string `json:"times,omitempty"`
	// TimeZone is the IANA zone of the times. Defaults to UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// Weekday is a day of the week by its English name in small letters.
type Weekday string

// Weekdays lists the days of the week, Monday first.
func Weekdays() []Weekday {
	return []Weekday{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
}

func weekdayOf(t time.Time) Weekday { return Weekday(strings.ToLower(t.Weekday().String())) }

// timeOfDay is how times of day are written.
const timeOfDay = "15:04"

// Validate checks s; one that is off may be incomplete.
func (s RefreshSchedule) Validate() error {
	for i, d := range s.Days {
		if !slices.Contains(Weekdays(), d) {
			return Errorf(CodeInvalid, "is no day of the week").WithField("days").WithRemedy("Use monday to sunday")
		}
		if slices.Contains(s.Days[:i], d) {
			return Errorf(CodeInvalid, "%s is named twice", d).WithField("days")
		}
	}
	for i, t := range s.Times {
		if at, err := time.Parse(timeOfDay, t); err != nil || at.Format(timeOfDay) != t {
			return Errorf(CodeInvalid, "is no time of day").WithField("times").WithRemedy("Write it as 06:30")
		}
		if slices.Contains(s.Times[:i], t) {
			return Errorf(CodeInvalid, "%s is named twice", t).WithField("times")
		}
	}
	if len(s.Times) > MaxRefreshTimes {
		return Errorf(CodeInvalid, "at most %d times a day", MaxRefreshTimes).WithField("times")
	}
	if s.On && len(s.Times) == 0 {
		return Errorf(CodeInvalid, "at least one time of day is needed").WithField("times")
	}
	_, err := LoadZone(s.TimeZone)
	return err
}

// Next returns when the refresh is due next after the moment given; ok is false where it never is. s must be valid.
func (s RefreshSchedule) Next(after time.Time) (next time.Time, ok bool) {
	zone, err := LoadZone(s.TimeZone)
	if !s.On || err != nil {
		return time.Time{}, false
	}
	first := wallOf(after.In(zone)).AddDate(0, 0, -1) // a gap can move a time into the day after
	for day := range 16 {
		date := first.AddDate(0, 0, day)
		if len(s.Days) > 0 && !slices.Contains(s.Days, weekdayOf(date)) {
			continue
		}
		for _, t := range s.Times {
			at, err := time.Parse(timeOfDay, t)
			if err != nil {
				return time.Time{}, false
			}
			wall := time.Date(date.Year(), date.Month(), date.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
			if due := instantOf(wall, zone); due.After(after) && (!ok || due.Before(next)) {
				next, ok = due, true
			}
		}
		if ok && date.After(wallOf(next.In(zone))) { // nothing of a later day can come before it
			break
		}
	}
	return next, ok
}

// CronSchedule is a schedule of its own, of a segment or an export.
type CronSchedule struct {
	// Cron is a cron expression of five fields: minute, hour, day of the month, month, day of the week.
	Cron string `json:"cron"`
	// TimeZone is the IANA zone that the expression speaks of. Defaults to UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// Validate checks s.
func (s CronSchedule) Validate() error {
	if fields := strings.Fields(s.Cron); len(fields) != 5 || !gronx.IsValid(s.Cron) {
		return Errorf(CodeInvalid, "is no cron expression").WithField("cron").
			WithRemedy("Write minute, hour, day of the month, month and day of the week, such as 30 6 * * 1-5")
	}
	if _, err := LoadZone(s.TimeZone); err != nil {
		return err
	}
	if _, ok := s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return Errorf(CodeInvalid, "is never due").WithField("cron").WithRemedy("Look at the day of the month and the month: there is no 31 February")
	}
	return nil
}

// Next returns when s is due next after the moment given; ok is false where it never is.
func (s CronSchedule) Next(after time.Time) (next time.Time, ok bool) {
	zone, err := LoadZone(s.TimeZone)
	if err != nil {
		return time.Time{}, false
	}
	// Clocks that are put back show times again that were due already, and a gap can hold times of the day before.
	wall := wallOf(after.In(zone)).Add(-26 * time.Hour)
	for range 26*60 + 2 {
		wall, err = gronx.NextTickAfter(s.Cron, wall, false)
		if err != nil || wall.IsZero() {
			return time.Time{}, false
		}
		wall = wall.Truncate(time.Minute)
		if due := instantOf(wall, zone); due.After(after) {
			return due, true
		}
	}
	return time.Time{}, false
}

// wallOf is what clocks show at t, as if they were those of UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instantOf is when clocks of the zone show what wall says: the first time where it is twice, and the first moment after the
// gap where it is never.
func instantOf(wall time.Time, zone *time.Location) time.Time {
	var found time.Time
	for _, around := range []time.Duration{-26 * time.Hour, 0, 26 * time.Hour} {
		_, offset := wall.Add(around).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if wallOf(t.In(zone)).Equal(wall) && (found.IsZero() || t.Before(found)) {
			found = t
		}
	}
	if !found.IsZero() {
		return found.UTC()
	}
	_, offset := wall.Add(-26 * time.Hour).In(zone).Zone()
	start, _ := wall.Add(-time.Duration(offset) * time.Second).In(zone).ZoneBounds()
	return start.UTC()
}
