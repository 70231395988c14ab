package sampledata

import (
	"io"
	"strconv"
	"time"
)

const (
	header    = "customer_id,first_name,last_name,email,phone,country,city,language,birth_date,joined_on,last_purchase_on,loyalty_tier,points,lifetime_value,newsletter_consent,updated_at\n"
	flushSize = 64 << 10
)

// rowWriter renders customers into one reused buffer.
type rowWriter struct {
	out    io.Writer
	err    error
	buffer []byte
	field  []byte
	days   []string // dates by day, from the first day that can occur
	from   int
	stats  Stats
}

// newRowWriter prepares the dates of the century that ends a while after today: a row has up to three of them.
func newRowWriter(w io.Writer, today int) *rowWriter {
	const back, ahead = 86 * 366, 400
	r := &rowWriter{out: w, buffer: make([]byte, 0, flushSize+4096), from: today - back}
	r.days = make([]string, back+ahead)
	for i := range r.days {
		r.days[i] = civil(r.from + i)
	}
	return r
}

func civil(day int) string { return time.Unix(int64(day)*secondsPerDay, 0).UTC().Format(time.DateOnly) }

func (r *rowWriter) header() { r.buffer = append(r.buffer, header...) }

// flush hands over what is left and gives the first error of the writer.
func (r *rowWriter) flush() error {
	if r.err == nil && len(r.buffer) > 0 {
		_, r.err = r.out.Write(r.buffer)
		r.buffer = r.buffer[:0]
	}
	return r.err
}

func (r *rowWriter) row(c *customer) {
	r.stats.Rows++
	b := append(r.buffer, 'C')
	b = appendPadded(b, c.index+1, 8)
	first, last, city := r.names(c)
	b = appendText(append(b, ','), first)
	b = appendText(append(b, ','), last)
	r.field = r.email(r.field[:0], c)
	b = appendField(append(b, ','), r.field)
	r.field = r.phone(r.field[:0], c)
	b = appendField(append(b, ','), r.field)
	b = append(append(b, ','), c.country.code...)
	b = appendText(append(b, ','), city)
	b = append(append(b, ','), c.country.language...)
	b = r.date(append(b, ','), c.birth)
	b = r.date(append(b, ','), c.joined)
	b = r.date(append(b, ','), c.lastBought)
	b = append(append(b, ','), tiers[c.tier]...)
	b = strconv.AppendInt(append(b, ','), int64(c.points), 10)
	b = strconv.AppendInt(append(b, ','), int64(c.cents/100), 10)
	b = appendPadded(append(b, '.'), uint64(c.cents%100), 2)
	b = append(append(b, ','), r.consent(c)...)
	b = r.instant(append(b, ','), c.updated)
	r.buffer = append(b, '\n')
	if len(r.buffer) >= flushSize {
		_ = r.flush()
	}
}

// oddities is the number of ways in which a name or city is unusual.
const oddities = 8

// names gives the texts of a customer; odd ones are rare and may allocate.
func (r *rowWriter) names(c *customer) (first, last, city string) {
	first, last, city = c.country.firsts[c.first].written, c.country.lasts[c.last].written, c.country.cities[c.city]
	if c.emptyName {
		r.stats.EmptyNames++
		first = ""
		if c.index%3 == 0 {
			last = ""
		}
		return first, last, city
	}
	if c.oddity > 0 {
		r.stats.OddValues++
	}
	switch c.oddity {
	case 1:
		first += ` "Coco"`
	case 2:
		last += "; " + c.country.lasts[0].written
	case 3:
		city += "\nCentar"
	case 4:
		first += " 😀"
	case 5:
		first = "  " + first
	case 6:
		last += "\t "
	case 7:
		last += ", dr."
	case 8:
		city = "\u00a0" + city
	}
	return first, last, city
}

func (r *rowWriter) email(out []byte, c *customer) []byte {
	switch c.email {
	case missing:
		r.stats.MissingEmails++
		return out
	case broken:
		r.stats.BrokenEmails++
		return appendBroken(out, c, c.mailForm%brokenAddresses)
	case borrowed:
		r.stats.DuplicateAddresses++
		return appendSpelled(out, c.twin, c.mailForm%100) // six in ten are spelled otherwise
	}
	return appendSpelled(out, c, c.mailForm)
}

func (r *rowWriter) phone(out []byte, c *customer) []byte {
	slot := c.phoneSlot + uint64(c.phoneGen%2)
	switch c.phone {
	case missing:
		r.stats.MissingPhones++
		return out
	case broken:
		r.stats.MalformedPhones++
		way := c.phoneForm % malformedPhones
		if way >= malformedPhones-extensionKinds {
			r.stats.PhonesWithExtension++
		}
		return c.country.appendMalformedPhone(out, slot, way)
	case borrowed:
		r.stats.SharedPhones++
		slot = c.housemateSlot
	}
	return c.country.appendPhone(out, slot, c.phoneForm%phoneStyles)
}

func (r *rowWriter) consent(c *customer) string {
	switch c.consent {
	case consentMissing:
		r.stats.MissingConsent++
		if c.consentForm < 100 {
			return "?"
		}
		return ""
	case consentRefused:
		r.stats.NoConsent++
		return c.country.no[c.consentForm%len(c.country.no)]
	}
	return c.country.yes[c.consentForm%len(c.country.yes)]
}

func (r *rowWriter) date(b []byte, day int) []byte {
	if day == noDay {
		return b
	}
	if place := day - r.from; place >= 0 && place < len(r.days) {
		return append(b, r.days[place]...)
	}
	return append(b, civil(day)...)
}

// instant writes seconds since 1970 as RFC 3339 in UTC.
func (r *rowWriter) instant(b []byte, at int64) []byte {
	day := int(at / secondsPerDay)
	second := uint64(at % secondsPerDay)
	b = append(r.date(b, day), 'T')
	b = appendPadded(b, second/3600, 2)
	b = appendPadded(append(b, ':'), second/60%60, 2)
	b = appendPadded(append(b, ':'), second%60, 2)
	return append(b, 'Z')
}

func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if special(text[i]) || i == 0 && text[i] == ' ' {
			return appendQuoted(b, text)
		}
	}
	return append(b, text...)
}

func appendField(b, field []byte) []byte {
	for i, c := range field {
		if special(c) || i == 0 && c == ' ' {
			return appendQuoted(b, string(field))
		}
	}
	return append(b, field...)
}

// special says whether a field with c must be quoted. A semicolon need not be, but is: many readers guess it to be the delimiter.
func special(c byte) bool { return c == ',' || c == '"' || c == '\n' || c == '\r' || c == ';' }

func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for i := range len(text) {
		if text[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, text[i])
	}
	return append(b, '"')
}
