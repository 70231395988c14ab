package textfile

import (
	"slices"

	"segue/internal/activation"
)

// oddValues is how many values of another kind a column may have for what it almost is to be told, however few values it has.
const oddValues = 20

// almost learns of which type most values of a column are while a few are not, so that people can be told why it is text. It begins
// with the first value that does not fit, and gives up soon where many do not: neither numbers nor texts are to take longer for it.
type almost struct {
	number bool
	times  []timeFormat // those that the days and instants have in common

	numbers, moments     int64
	notNumber, notMoment odd
}

// odd is what does not fit, and where the first of it is.
type odd struct {
	n    int64
	line int64
	file string
}

func (o *odd) add(file string, line int64) {
	if o.n++; o.n == 1 {
		o.file, o.line = file, line
	}
}

// many reports whether there are too many to speak of a few.
func (o odd) many(fitting int64) bool { return o.n > oddValues && o.n*10 > fitting }

// hopeful reports whether it may be something yet.
func (a *almost) hopeful() bool { return a.number || len(a.times) > 0 }

func (a *almost) lookNumber(s, file string, line int64) {
	if !a.number {
		return
	}
	if plainNumber(s) {
		a.numbers++
	} else {
		a.notNumber.add(file, line)
	}
	a.number = !a.notNumber.many(a.numbers)
}

func (a *almost) lookTime(s, file string, line int64) {
	if len(a.times) == 0 {
		return
	}
	if fits := fitting(a.times, s); len(fits) > 0 {
		a.moments, a.times = a.moments+1, fits
	} else if a.notMoment.add(file, line); a.notMoment.many(a.moments) {
		a.times = nil
	}
}

// fitting returns the formats that a value has too; the list itself where it has all of them.
func fitting(times []timeFormat, s string) (list []timeFormat) {
	if s[0] < '0' || s[0] > '9' {
		return nil
	}
	all := 0
	for all < len(times) && times[all].fits(s) {
		all++
	}
	if all == len(times) {
		return times
	}
	list = slices.Clone(times[:all])
	for i := all + 1; i < len(times); i++ {
		if times[i].fits(s) {
			list = append(list, times[i])
		}
	}
	return list
}

// join returns what it has seen with what another one has, whose file comes later.
func (a almost) join(o almost) almost {
	a.number, a.numbers, a.moments = a.number && o.number, a.numbers+o.numbers, a.moments+o.moments
	times := a.times
	a.times = nil
	for _, f := range times {
		if slices.Contains(o.times, f) {
			a.times = append(a.times, f)
		}
	}
	for _, both := range []struct{ to, from *odd }{{&a.notNumber, &o.notNumber}, {&a.notMoment, &o.notMoment}} {
		if both.to.n == 0 {
			both.to.file, both.to.line = both.from.file, both.from.line
		}
		both.to.n += both.from.n
	}
	return a
}

// result tells what most of the values are, if they are.
func (a *almost) result() activation.Almost {
	is := func(kind activation.FieldType, fitting int64, o odd) activation.Almost {
		return activation.Almost{Type: kind, Values: fitting, Of: fitting + o.n, File: o.file, Line: o.line}
	}
	switch {
	case a.number && a.notNumber.n > 0 && a.numbers > a.notNumber.n:
		return is(activation.TypeNumber, a.numbers, a.notNumber)
	case len(a.times) > 0 && a.notMoment.n > 0 && a.moments > a.notMoment.n && a.times[0].clock:
		return is(activation.TypeDateTime, a.moments, a.notMoment)
	case len(a.times) > 0 && a.notMoment.n > 0 && a.moments > a.notMoment.n:
		return is(activation.TypeDate, a.moments, a.notMoment)
	}
	return activation.Almost{}
}
