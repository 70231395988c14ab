package dialect

import (
	"fmt"
	"time"

	"segue/internal/activation"
)

// instant is how instants travel: DuckDB's timestamps have microseconds and no zone, ours are UTC.
const instant = "2006-01-02 15:04:05.999999"

// times compiles conditions on days and instants. Relative ones compare days: those of a date column as they are, those of
// a date-time column in the zone.
func (c moment) times(r activation.Rule, col Column) (Expr, error) {
	switch r.Operator {
	case activation.OpInTheLast, activation.OpInTheNext:
		n, err := count(r)
		if err != nil {
			return Expr{}, err
		}
		today := c.today()
		if r.Operator == activation.OpInTheLast {
			return c.days(col, Shift(today, -n, r.Unit), today), nil
		}
		return c.days(col, today, Shift(today, n, r.Unit)), nil
	case activation.OpInThis, activation.OpInPrevious:
		from, next := Period(c.today(), r.Unit)
		if r.Operator == activation.OpInPrevious {
			from, next = Period(from.AddDate(0, 0, -1), r.Unit)
		}
		return c.days(col, from, next.AddDate(0, 0, -1)), nil
	case activation.OpAnniversaryIn:
		n, err := count(r)
		if err != nil {
			return Expr{}, err
		}
		return c.anniversary(col, c.today(), n), nil
	}
	if col.Type == activation.TypeDate {
		return dates(r, col)
	}
	return instants(r, col)
}

// today is the day of the moment in the zone, as midnight UTC.
func (c moment) today() time.Time {
	y, m, d := c.asOf.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Shift moves a day by so many units; a day that does not exist becomes the last day of its month.
func Shift(day time.Time, n int, unit activation.Unit) time.Time {
	switch unit {
	case activation.UnitWeek:
		return day.AddDate(0, 0, 7*n)
	case activation.UnitMonth, activation.UnitQuarter, activation.UnitYear:
		switch unit {
		case activation.UnitQuarter:
			n *= 3
		case activation.UnitYear:
			n *= 12
		}
		first := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(day.Day(), last)-1)
	default:
		return day.AddDate(0, 0, n)
	}
}

// Period returns the first day of the calendar unit that a day is in, and the first day of the next one. Weeks begin on Monday.
func Period(day time.Time, unit activation.Unit) (first, next time.Time) {
	y, m, _ := day.Date()
	switch unit {
	case activation.UnitWeek:
		first = day.AddDate(0, 0, -int(day.Weekday()+6)%7)
		return first, first.AddDate(0, 0, 7)
	case activation.UnitMonth:
		first = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 1, 0)
	case activation.UnitQuarter:
		first = time.Date(y, m-(m-1)%3, 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 3, 0)
	case activation.UnitYear:
		first = time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(1, 0, 0)
	default:
		return day, day.AddDate(0, 0, 1)
	}
}

// days holds for values from one day to another, both included.
func (c moment) days(col Column, from, to time.Time) Expr {
	if col.Type == activation.TypeDate {
		return Expr{fmt.Sprintf("(%s BETWEEN ?::DATE AND ?::DATE)", col.SQL), []any{dateText(from), dateText(to)}}
	}
	begin, end := StartOfDay(from, c.zone), StartOfDay(to.AddDate(0, 0, 1), c.zone)
	return Expr{fmt.Sprintf("(%[1]s >= ?::TIMESTAMP AND %[1]s < ?::TIMESTAMP)", col.SQL), []any{begin.Format(instant), end.Format(instant)}}
}

func dateText(day time.Time) string {
	if day.Year() < 1 { // "the last 36,600 years"
		return "0001-01-01"
	}
	if day.Year() > 9999 {
		return "9999-12-31"
	}
	return day.Format(time.DateOnly)
}

// StartOfDay returns the first instant of a day in a zone, in UTC. Where clocks skip midnight the day begins later, where
// they repeat it the first one counts.
func StartOfDay(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	y = min(max(y, 1), 9999)
	wall := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	var first time.Time
	for _, probe := range []time.Time{wall.Add(-36 * time.Hour), wall, wall.Add(36 * time.Hour)} {
		_, offset := probe.In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		ty, tm, td := t.In(zone).Date()
		hour, minute, second := t.In(zone).Clock()
		if ty == y && tm == m && td == d && hour+minute+second == 0 && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if !first.IsZero() {
		return first.UTC()
	}
	_, offset := wall.Add(-36 * time.Hour).In(zone).Zone()
	before := wall.Add(-time.Duration(offset)*time.Second - time.Hour).In(zone)
	if _, end := before.ZoneBounds(); !end.IsZero() {
		return end.UTC()
	}
	return wall
}

// anniversary holds when the month and day of a value come up again between today and so many days later, both included.
// The anniversary of 29 February is 28 February in other years. The year of the value does not matter.
func (c moment) anniversary(col Column, today time.Time, n int) Expr {
	local := col.SQL
	args := []any{}
	if col.Type == activation.TypeDateTime {
		local = "timezone(?::VARCHAR, timezone('UTC', " + col.SQL + "))"
		args = append(args, c.zone.String())
	}
	// The value is asked for once, so that its placeholder is.
	key := fmt.Sprintf("list_transform([%s], lambda day: month(day) * 100 + day(day))[1]", local)
	end := today.AddDate(0, 0, n)
	if !end.Before(today.AddDate(1, 0, -1)) {
		return Expr{SQL: "(" + col.SQL + " IS NOT NULL)"}
	}
	lo, hi := monthDay(today), monthDay(end)
	if hi == 228 && time.Date(end.Year(), 2, 29, 0, 0, 0, 0, time.UTC).Month() == time.March {
		hi = 229
	}
	sql := fmt.Sprintf("(%s BETWEEN ? AND ?)", key)
	if lo > hi {
		// From today over the end of the year: everything but the days between.
		sql = fmt.Sprintf("(%s NOT BETWEEN ? AND ?)", key)
		lo, hi = hi+1, lo-1
	}
	return Expr{sql, append(args, lo, hi)}
}

func monthDay(day time.Time) int { return int(day.Month())*100 + day.Day() }

func dates(r activation.Rule, col Column) (Expr, error) {
	args := make([]any, len(r.Values))
	for i, v := range r.Values {
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return Expr{}, cannot("the condition on %q compares with what is no day", r.Field)
		}
		args[i] = v
	}
	switch r.Operator {
	case activation.OpEquals, activation.OpOneOf:
		values := make([]string, len(r.Values))
		copy(values, r.Values)
		return among(col.SQL, plain, "DATE", values), nil
	case activation.OpBefore:
		return Expr{"(" + col.SQL + " < ?::DATE)", args}, nil
	case activation.OpAfter:
		return Expr{"(" + col.SQL + " > ?::DATE)", args}, nil
	case activation.OpBetween:
		if len(args) == 2 {
			return Expr{"(" + col.SQL + " BETWEEN ?::DATE AND ?::DATE)", args}, nil
		}
	}
	return Expr{}, mistyped(r, col)
}

func instants(r activation.Rule, col Column) (Expr, error) {
	exact := make([]string, 0, len(r.Values)) // those that a stored instant can equal
	down, up := make([]string, len(r.Values)), make([]string, len(r.Values))
	for i, v := range r.Values {
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return Expr{}, cannot("the condition on %q compares with what is no instant", r.Field)
		}
		t = t.UTC()
		floor := t.Truncate(time.Microsecond)
		ceil := floor
		if floor.Before(t) {
			ceil = floor.Add(time.Microsecond)
		} else {
			exact = append(exact, floor.Format(instant))
		}
		down[i], up[i] = floor.Format(instant), ceil.Format(instant)
	}
	switch r.Operator {
	case activation.OpEquals, activation.OpOneOf:
		return among(col.SQL, plain, "TIMESTAMP", exact), nil
	case activation.OpBefore:
		return Expr{"(" + col.SQL + " < ?::TIMESTAMP)", []any{up[0]}}, nil
	case activation.OpAfter:
		return Expr{"(" + col.SQL + " > ?::TIMESTAMP)", []any{down[0]}}, nil
	case activation.OpBetween:
		if len(r.Values) == 2 {
			return Expr{"(" + col.SQL + " BETWEEN ?::TIMESTAMP AND ?::TIMESTAMP)", []any{up[0], down[1]}}, nil
		}
	}
	return Expr{}, mistyped(r, col)
}
