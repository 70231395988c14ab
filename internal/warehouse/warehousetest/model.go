package warehousetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// person is a profile of the model: values by field, nil for missing ones. Texts are as they are stored.
type person struct {
	id     string
	values map[string]any // string, float64, bool, time.Time (midnight UTC for days)
}

// judge evaluates rules in plain Go, value by value, from the comments of the domain and not from the compiler.
type judge struct {
	def  activation.ProfileDefinition
	asOf time.Time
	zone *time.Location
	// negates gives the positive twin of each negated operator; made once, for it is asked for each rule and person.
	negates map[activation.Operator]activation.Operator
	// around is what rules may name; nil where they name nothing.
	around *surroundings
	// table is the table whose rows are judged, empty for the profiles.
	table activation.SourceID
}

func negations() map[activation.Operator]activation.Operator {
	twins := map[activation.Operator]activation.Operator{}
	for _, o := range activation.Operators() {
		if o.Negates != "" {
			twins[o.Operator] = o.Negates
		}
	}
	return twins
}

// isDay reports whether the values of a field, or of a column, are days.
func (j judge) isDay(name string) bool {
	if j.table != "" {
		c, _ := activation.ColumnNamed(j.around.Tables[j.table], name)
		return c.Type == activation.TypeDate
	}
	f, _ := j.def.FieldNamed(name)
	return f.Type == activation.TypeDate
}

func (j judge) segment(g activation.Segment, p person) bool {
	in := false
	for i, r := range g.Rules {
		holds := j.rule(r.Rule, p)
		switch {
		case i == 0:
			in = holds
		case r.Combine == activation.Union:
			in = in || holds
		case r.Combine == activation.Intersect:
			in = in && holds
		case r.Combine == activation.Except:
			in = in && !holds
		}
	}
	return in
}

func (j judge) rule(r activation.Rule, p person) bool {
	if len(r.All) > 0 {
		return !slices.ContainsFunc(r.All, func(c activation.Rule) bool { return !j.rule(c, p) })
	}
	if len(r.Any) > 0 {
		return slices.ContainsFunc(r.Any, func(c activation.Rule) bool { return j.rule(c, p) })
	}
	op := r.Operator
	twin, negated := j.negates[op]
	if negated {
		op = twin
	}
	return j.condition(op, r, p) != negated
}

func (j judge) condition(op activation.Operator, r activation.Rule, p person) bool {
	switch {
	case op == activation.OpMemberOf:
		return j.memberOf(r.Segment, p)
	case op == activation.OpIDOneOf:
		return slices.Contains(r.Values, p.id)
	case op == activation.OpAddressOneOf:
		return slices.ContainsFunc(r.Values, func(a string) bool {
			return slices.ContainsFunc([]string{"e", "f"}, func(field string) bool {
				has, _ := p.values[field].(string)
				return strings.ToLower(strings.TrimSpace(a)) == strings.ToLower(has) //nolint:staticcheck // lower case, not folded
			})
		})
	case op == activation.OpHas:
		return len(j.related(r.Related, p)) > 0
	case r.Related != nil:
		v, isDay := j.worked(r.Related, p)
		return j.positive(op, r, v, isDay)
	}
	return j.positive(op, r, p.values[r.Field], j.isDay(r.Field))
}

func (j judge) positive(op activation.Operator, r activation.Rule, v any, isDay bool) bool {
	if op == activation.OpIsEmpty {
		return v == nil
	}
	switch v := v.(type) {
	case string:
		return textHolds(op, r.Values, v)
	case float64:
		return numberHolds(op, r.Values, v)
	case bool:
		return op == activation.OpIsTrue && v || op == activation.OpIsFalse && !v
	case time.Time:
		return j.timeHolds(op, r, v, isDay)
	}
	return false
}

// foldText folds case rune by rune and keeps accents.
func foldText(s string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); r == 'ς' {
			return 'σ'
		}
		return r
	}, norm.NFC.String(s))
}

func textHolds(op activation.Operator, values []string, v string) bool {
	v = foldText(v)
	operand := foldText(values[0])
	switch op {
	case activation.OpContains:
		return strings.Contains(v, operand)
	case activation.OpStartsWith:
		return strings.HasPrefix(v, operand)
	case activation.OpEndsWith:
		return strings.HasSuffix(v, operand)
	default:
		return slices.ContainsFunc(values, func(o string) bool { return foldText(strings.TrimSpace(o)) == v })
	}
}

func numberHolds(op activation.Operator, values []string, v float64) bool {
	n := make([]float64, len(values))
	for i, s := range values {
		n[i], _ = strconv.ParseFloat(s, 64)
	}
	switch op {
	case activation.OpLess:
		return v < n[0]
	case activation.OpLessOrEqual:
		return v <= n[0]
	case activation.OpGreater:
		return v > n[0]
	case activation.OpGreaterOrEqual:
		return v >= n[0]
	case activation.OpBetween:
		return n[0] <= v && v <= n[1]
	default:
		return slices.Contains(n, v)
	}
}

func (j judge) timeHolds(op activation.Operator, r activation.Rule, v time.Time, isDay bool) bool {
	today, day := civil(j.asOf.In(j.zone)), civil(v)
	if !isDay {
		day = civil(v.In(j.zone))
	}
	n := 0
	if len(r.Values) > 0 {
		n, _ = strconv.Atoi(r.Values[0])
	}
	switch op {
	case activation.OpInTheLast:
		return !day.Before(moved(today, -n, r.Unit)) && !day.After(today)
	case activation.OpInTheNext:
		return !day.Before(today) && !day.After(moved(today, n, r.Unit))
	case activation.OpInThis:
		return span(day, r.Unit) == span(today, r.Unit)
	case activation.OpInPrevious:
		this := span(today, r.Unit)
		for d := today; ; d = d.AddDate(0, 0, -1) { // back to the last day of another span
			if s := span(d, r.Unit); s != this {
				return span(day, r.Unit) == s
			}
		}
	case activation.OpAnniversaryIn:
		for i := range n + 1 {
			d := today.AddDate(0, 0, i)
			tomorrow := d.AddDate(0, 0, 1)
			leapDay := day.Month() == time.February && day.Day() == 29 && d.Month() == time.February && d.Day() == 28 && tomorrow.Month() == time.March
			if d.Month() == day.Month() && d.Day() == day.Day() || leapDay {
				return true
			}
		}
		return false
	}
	var at []time.Time
	for _, s := range r.Values {
		layout := time.RFC3339Nano
		if isDay {
			layout = time.DateOnly
		}
		t, _ := time.Parse(layout, s)
		at = append(at, t)
	}
	switch op {
	case activation.OpBefore:
		return v.Before(at[0])
	case activation.OpAfter:
		return v.After(at[0])
	case activation.OpBetween:
		return !v.Before(at[0]) && !v.After(at[1])
	default:
		return slices.ContainsFunc(at, v.Equal)
	}
}

// span names the calendar day, week, month, quarter or year that a day is in.
func span(day time.Time, unit activation.Unit) string {
	switch unit {
	case activation.UnitWeek:
		y, w := day.ISOWeek()
		return fmt.Sprint(y, " week ", w)
	case activation.UnitMonth:
		return day.Format("2006-01")
	case activation.UnitQuarter:
		return fmt.Sprint(day.Year(), " quarter ", (int(day.Month())+2)/3)
	case activation.UnitYear:
		return day.Format("2006")
	default:
		return day.Format(time.DateOnly)
	}
}

func civil(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// moved moves a day month by month, so that its end is kept in each.
func moved(day time.Time, n int, unit activation.Unit) time.Time {
	switch unit {
	case activation.UnitDay:
		return day.AddDate(0, 0, n)
	case activation.UnitWeek:
		return day.AddDate(0, 0, 7*n)
	case activation.UnitQuarter:
		n *= 3
	case activation.UnitYear:
		n *= 12
	}
	first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	step := 1
	if n < 0 {
		step = -1
	}
	for ; n != 0; n -= step {
		first = first.AddDate(0, step, 0)
	}
	for d := day.Day(); ; d-- {
		if t := time.Date(first.Year(), first.Month(), d, 0, 0, 0, 0, time.UTC); t.Month() == first.Month() {
			return t
		}
	}
}
