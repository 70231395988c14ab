package textfile

import (
	"strings"
	"time"

	"segue/internal/activation"
)

// timeFormat reads days or instants written in one strptime format.
type timeFormat struct {
	text  string // as stated, "" for ISO 8601
	clock bool   // it has a time of day
	order string // dmy, mdy or ymd
	sep   byte
}

// directives that are understood.
const directives = "YymdHIMSfpzbBe%"

// newTimeFormat checks a strptime format.
func newTimeFormat(text string) (timeFormat, error) {
	f := timeFormat{text: text, clock: strings.Contains(text, "%H") || strings.Contains(text, "%I")}
	seen := ""
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		i++
		if i == len(text) || !strings.ContainsRune(directives, rune(text[i])) {
			return f, activation.Errorf(activation.CodeInvalid, "the date format %q is not understood", text).
				WithRemedy("Use %Y %y %m %b %B %d %H %I %M %S %f %p %z and the characters between them, such as %d.%m.%Y")
		}
		switch text[i] {
		case 'Y', 'y':
			seen += "y"
		case 'm', 'b', 'B':
			seen += "m"
		case 'd', 'e':
			seen += "d"
		}
	}
	f.order = seen
	for _, part := range []string{"y", "m", "d"} {
		if strings.Count(seen, part) != 1 {
			return f, activation.Errorf(activation.CodeInvalid, "the date format %q must name year, month and day once each", text)
		}
	}
	return f, nil
}

// guesses are the formats that are tried where none is stated.
func guesses() []timeFormat {
	list := []timeFormat{{order: "ymd", sep: '-'}, {order: "ymd", sep: '-', clock: true}}
	for _, day := range []struct {
		text, order string
		sep         byte
	}{
		{"%m/%d/%Y", "mdy", '/'},
		{"%d/%m/%Y", "dmy", '/'},
		{"%Y/%m/%d", "ymd", '/'},
		{"%d.%m.%Y", "dmy", '.'},
		{"%d.%m.%Y.", "dmy", '.'},
		{"%d. %m. %Y.", "dmy", '.'},
		{"%d. %m. %Y", "dmy", '.'},
		{"%d-%m-%Y", "dmy", '-'},
		{"%m-%d-%Y", "mdy", '-'},
	} {
		list = append(list, timeFormat{text: day.text, order: day.order, sep: day.sep})
		for _, clock := range []string{" %H:%M", " %H:%M:%S", " %I:%M:%S %p", " %I:%M %p"} {
			list = append(list, timeFormat{text: day.text + clock, order: day.order, sep: day.sep, clock: true})
		}
	}
	return list
}

// parse reads a value; instants come back in UTC, and a value without a zone is taken to be in UTC.
func (f timeFormat) parse(s string) (time.Time, bool) {
	var p moment
	if !f.read(s, &p) {
		return time.Time{}, false
	}
	return p.time()
}

// fits reports whether parse reads a value. It makes no instant of most.
func (f *timeFormat) fits(s string) bool {
	var p moment
	if !f.read(s, &p) {
		return false
	}
	if p.offset == 0 {
		return p.valid()
	}
	_, ok := p.time()
	return ok
}

// read takes a value apart.
func (f *timeFormat) read(s string, p *moment) bool {
	if f.text == "" {
		return p.iso(s, f.clock)
	}
	for i := 0; i < len(f.text); i++ {
		c := f.text[i]
		var ok bool
		if c == '%' {
			i++
			s, ok = p.directive(f.text[i], s)
		} else if ok = s != "" && s[0] == c; ok {
			s = s[1:]
		}
		if !ok {
			return false
		}
	}
	return s == ""
}

// moment collects the parts of a day or an instant.
type moment struct {
	year, month, day, hour, minute, second, nano, offset int
	pm, am                                               bool
}

func (p *moment) directive(d byte, s string) (rest string, ok bool) {
	switch d {
	case 'Y':
		p.year, rest, ok = digits(s, 4, 4)
	case 'y':
		p.year, rest, ok = digits(s, 2, 2)
		if p.year += 1900; p.year < 1969 {
			p.year += 100
		}
	case 'm':
		p.month, rest, ok = digits(s, 1, 2)
	case 'd', 'e':
		p.day, rest, ok = digits(s, 1, 2)
	case 'H':
		p.hour, rest, ok = digits(s, 1, 2)
	case 'I':
		p.hour, rest, ok = digits(s, 1, 2)
		ok = ok && p.hour >= 1 && p.hour <= 12
	case 'M':
		p.minute, rest, ok = digits(s, 2, 2)
	case 'S':
		p.second, rest, ok = digits(s, 2, 2)
	case 'f':
		p.nano, rest, ok = fraction(s)
	case 'p':
		if len(s) < 2 {
			return s, false
		}
		p.pm, p.am = strings.EqualFold(s[:2], "pm"), strings.EqualFold(s[:2], "am")
		return s[2:], p.pm || p.am
	case 'z':
		return p.zone(s)
	case 'b', 'B':
		return p.monthName(s, d == 'B')
	case '%':
		return strings.TrimPrefix(s, "%"), strings.HasPrefix(s, "%")
	}
	return rest, ok
}

func (p *moment) monthName(s string, long bool) (string, bool) {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if !long {
			name = name[:3]
		}
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			p.month = int(m)
			return s[len(name):], true
		}
	}
	return s, false
}

// zone reads Z, +02, +0200 or +02:00.
func (p *moment) zone(s string) (string, bool) {
	if s == "" {
		return s, false
	}
	sign := 1
	switch s[0] {
	case 'Z', 'z':
		return s[1:], true
	case '-':
		sign = -1
	case '+':
	default:
		return s, false
	}
	h, rest, ok := digits(s[1:], 2, 2)
	if !ok || h > 15 {
		return s, false
	}
	m := 0
	if tail := strings.TrimPrefix(rest, ":"); tail != "" && tail[0] >= '0' && tail[0] <= '9' {
		if m, rest, ok = digits(tail, 2, 2); !ok || m > 59 {
			return s, false
		}
	}
	p.offset = sign * (h*3600 + m*60)
	return rest, true
}

// iso reads 2006-01-02 and, where a clock is allowed, 2006-01-02T15:04:05.999999+02:00 with its parts left out from the end.
func (p *moment) iso(s string, clock bool) bool {
	var ok bool
	if p.year, s, ok = digits(s, 4, 4); !ok || !strings.HasPrefix(s, "-") {
		return false
	}
	if p.month, s, ok = digits(s[1:], 2, 2); !ok || !strings.HasPrefix(s, "-") {
		return false
	}
	if p.day, s, ok = digits(s[1:], 2, 2); !ok {
		return false
	}
	if s == "" {
		return true
	}
	if !clock || s[0] != 'T' && s[0] != ' ' && s[0] != 't' {
		return false
	}
	if p.hour, s, ok = digits(s[1:], 2, 2); !ok || !strings.HasPrefix(s, ":") {
		return false
	}
	if p.minute, s, ok = digits(s[1:], 2, 2); !ok {
		return false
	}
	if strings.HasPrefix(s, ":") {
		if p.second, s, ok = digits(s[1:], 2, 2); !ok {
			return false
		}
		if s != "" && (s[0] == '.' || s[0] == ',') {
			if p.nano, s, ok = fraction(s[1:]); !ok {
				return false
			}
		}
	}
	if s = strings.TrimPrefix(s, " "); s != "" {
		if s, ok = p.zone(s); !ok || s != "" {
			return false
		}
	}
	return true
}

// valid reports whether there is such a day and such a time of it, and reads what stands before and after noon.
func (p *moment) valid() bool {
	if p.pm || p.am {
		if p.hour < 1 || p.hour > 12 {
			return false
		}
		p.hour %= 12
		if p.pm {
			p.hour += 12
		}
		p.pm, p.am = false, false
	}
	return p.year >= 1 && p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= days(p.year, p.month) && p.hour <= 23 && p.minute <= 59 && p.second <= 59
}

// days is how many a month has.
func days(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func (p *moment) time() (time.Time, bool) {
	if !p.valid() {
		return time.Time{}, false
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, p.nano-p.nano%1000, time.UTC)
	if t = t.Add(-time.Duration(p.offset) * time.Second); t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// digits reads a number of so many digits.
func digits(s string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i >= least
}

// fraction reads the digits of a fraction of a second as nanoseconds.
func fraction(s string) (nano int, rest string, ok bool) {
	i, scale := 0, 100_000_000
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		nano += int(s[i]-'0') * scale
		scale /= 10
		i++
	}
	return nano, s[i:], i > 0 && i <= 18
}
