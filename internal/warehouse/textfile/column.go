package textfile

import (
	"slices"
	"strings"

	"segue/internal/activation"
)

// column learns what a column is while its values go by.
type column struct {
	name    string
	reader  reader
	stated  bool
	seen    evidence
	any     bool // it has a value
	values  int64
	number  bool
	boolean bool
	times   []timeFormat
	odd     bool   // some numbers are powers, or some days and instants not written as plainISO wants them
	untidy  bool   // some values are not clean
	almost  almost // of what it has turned out not to be
}

func newColumn(name string, options map[string]activation.ColumnOption, formats []timeFormat) (*column, error) {
	c := &column{name: name}
	o, stated := options[name]
	if stated && o.Type != "" {
		c.stated = true
		c.reader = reader{kind: o.Type, comma: o.DecimalComma, stated: true}
		if o.Type == activation.TypeDate || o.Type == activation.TypeDateTime {
			c.reader.format = timeFormat{clock: o.Type == activation.TypeDateTime, order: "ymd"}
			if o.Format != "" {
				var err error
				if c.reader.format, err = newTimeFormat(o.Format); err != nil {
					return nil, activation.Errorf(activation.CodeInvalid, "%w", err).WithField("columns." + name + ".format")
				}
			}
		}
	}
	c.hope(formats)
	return c, nil
}

// typed reports whether its values must be of a type that was stated.
func (c *column) typed() bool { return c.stated && c.reader.kind != activation.TypeText }

// hope takes the column for everything that it may turn out to be.
func (c *column) hope(formats []timeFormat) {
	switch {
	case c.stated:
		c.number, c.boolean = c.reader.kind == activation.TypeNumber, c.reader.kind == activation.TypeBoolean
		if c.reader.kind == activation.TypeDate || c.reader.kind == activation.TypeDateTime {
			c.times = []timeFormat{c.reader.format}
		}
	case !keepsText(c.name):
		c.number, c.boolean, c.times = true, true, slices.Clone(formats)
	}
}

// blank is a column of the same name and option that has seen nothing.
func (c *column) blank() *column {
	b := &column{name: c.name, reader: c.reader, stated: c.stated}
	b.hope(guesses())
	return b
}

// join takes over what another column has seen.
func (c *column) join(o *column) {
	c.untidy = c.untidy || o.untidy
	if !o.any {
		return
	}
	c.any = true
	c.almost = c.learned().join(o.learned())
	c.values += o.values
	c.seen.join(o.seen)
	c.number, c.boolean, c.odd = c.number && o.number, c.boolean && o.boolean, c.odd || o.odd
	c.times = slices.DeleteFunc(c.times, func(f timeFormat) bool { return !slices.Contains(o.times, f) })
}

// learned is what the column almost is, were it no number and no time.
func (c *column) learned() almost {
	a := c.almost
	if c.number {
		a.number, a.numbers = true, c.values
	}
	if len(c.times) > 0 {
		a.times, a.moments = c.times, c.values
	}
	return a
}

// look takes notice of a value, which is not missing, of a line of a file.
func (c *column) look(v []byte, file string, line int64) {
	c.any = true
	c.values++
	c.seen.add(v)
	if !c.number && !c.boolean && len(c.times) == 0 && !c.almost.hopeful() {
		return
	}
	s := string(v)
	switch {
	case !c.number:
		c.almost.lookNumber(s, file, line)
	case !plainNumber(s):
		c.number, c.almost.number, c.almost.numbers = false, !c.stated, c.values-1
		c.almost.lookNumber(s, file, line)
	}
	c.odd = c.odd || c.number && (strings.IndexByte(s, 'e') >= 0 || strings.IndexByte(s, 'E') >= 0)
	if c.boolean {
		_, c.boolean = parseBool(s)
	}
	if len(c.times) == 0 {
		c.almost.lookTime(s, file, line)
		return
	}
	left := fitting(c.times, s)
	if len(left) == 0 && !c.stated {
		c.almost.times, c.almost.moments = c.times, c.values-1
		c.almost.lookTime(s, file, line)
	}
	c.times = left
	c.odd = c.odd || !c.number && len(c.times) > 0 && c.times[0].text == "" && !plainISO(s)
}

// decide settles the types of all columns. A column whose days can be read in two orders takes the order that the other
// columns of the file prove, if they prove one; else it stays text until somebody states the format.
func decide(columns []*column) {
	proved := map[string]bool{}
	for _, c := range columns {
		if f, ok := c.time(""); ok && f.text != "" && f.order != "ymd" && f.sep != '.' {
			proved[f.order] = true
		}
	}
	order := ""
	if len(proved) == 1 {
		for o := range proved {
			order = o
		}
	}
	for _, c := range columns {
		if c.stated {
			continue
		}
		c.reader = reader{kind: activation.TypeText}
		if !c.any {
			continue
		}
		f, isTime := c.time(order)
		switch {
		case c.boolean:
			c.reader.kind = activation.TypeBoolean
		case c.number:
			c.reader.kind = activation.TypeNumber
		case isTime && f.clock:
			c.reader = reader{kind: activation.TypeDateTime, format: f}
		case isTime:
			c.reader = reader{kind: activation.TypeDate, format: f}
		}
	}
}

// time returns the one format that all values have; order decides where two orders are left.
func (c *column) time(order string) (timeFormat, bool) {
	if !c.any || c.stated || len(c.times) == 0 {
		return timeFormat{}, false
	}
	first := c.times[0]
	for _, f := range c.times[1:] {
		if f.order == first.order {
			continue
		}
		for _, f := range c.times {
			if f.order == order {
				return f, true
			}
		}
		return timeFormat{}, false
	}
	return first, true
}

// result describes the column as it was taken over.
func (c *column) result() activation.Column {
	out := activation.Column{Name: c.name, Type: c.reader.kind, Guess: c.seen.guess(c.name, c.reader.kind)}
	if out.Type == activation.TypeDate || out.Type == activation.TypeDateTime {
		out.Format = c.reader.format.text
	}
	if !c.stated && c.any && out.Type == activation.TypeText {
		out.Almost = c.almost.result()
	}
	return out
}

// headings returns the names of the columns. Names that occur twice are refused: which of two addresses is meant, nobody
// but the file's author knows.
func headings(fields [][]byte) ([]string, error) {
	names := make([]string, len(fields))
	seen := map[string]int{}
	for i, f := range fields {
		name := title(f)
		names[i] = name
		if name == "" {
			continue
		}
		key := strings.ToLower(name)
		if first, twice := seen[key]; twice {
			return nil, refuse("the columns %d and %d have the same name %q", first+1, i+1, shorten(name)).
				WithRemedy("Give one of them another name in the file")
		}
		seen[key] = i
	}
	for i := range names {
		if names[i] == "" {
			names[i] = unnamed(i, seen)
		}
	}
	return names, nil
}

// title is the name that a column gets from what stands in the header: clean, without control characters.
func title(f []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, string(clean(f)))
}

// shorten keeps what a broken file has in its first line from filling a screen.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// looksLikeData reports whether the first row is a person and not a header.
func looksLikeData(fields [][]byte) bool {
	plain, filled := 0, 0
	for _, f := range fields {
		v := string(clean(f))
		if v == "" {
			continue
		}
		filled++
		if strings.Contains(v, "@") {
			if _, problem := activation.ParseEmail(v); problem == "" {
				return true
			}
		}
		_, day := timeFormat{clock: true}.parse(v)
		if day || plainNumber(v) {
			plain++
		}
	}
	return filled > 0 && plain == filled
}
