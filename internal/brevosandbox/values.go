package brevosandbox

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"segue/internal/brevosandbox/book"
)

// kindOfCell is what a value looked like in the request.
type kindOfCell byte

const (
	cellText   kindOfCell = 's'
	cellNumber kindOfCell = 'n'
	cellTrue   kindOfCell = 't'
	cellFalse  kindOfCell = 'f'
	cellNull   kindOfCell = '0'
	cellArray  kindOfCell = 'a' // text is the JSON array
	cellOther  kindOfCell = 'o' // an object: never stored
)

type cell struct {
	kind kindOfCell
	text []byte
}

func cellOf(v gjson.Result) cell {
	switch v.Type {
	case gjson.String:
		return cell{cellText, []byte(v.Str)}
	case gjson.Number:
		return cell{cellNumber, []byte(v.Raw)}
	case gjson.True:
		return cell{cellTrue, nil}
	case gjson.False:
		return cell{cellFalse, nil}
	case gjson.Null:
		return cell{cellNull, nil}
	default:
		if v.IsArray() {
			return cell{cellArray, []byte(v.Raw)}
		}
		return cell{cellOther, nil}
	}
}

// reading says in which kind of call a value arrived.
type reading int

const (
	direct   reading = iota // POST or PUT of one contact
	imported                // a row of an import
)

// store converts a cell to what is kept of it for the attribute. Not ok means
// that Brevo would ignore the value without a word.
func (at *attribute) store(c cell, from reading, s *Settings) (stored []byte, ok bool) {
	switch at.kind {
	case "float":
		return storeFloat(c)
	case "boolean":
		return storeBoolean(c, from, s.ImportBooleans)
	case "date":
		return storeDate(c, from, s.ImportDates)
	case "category":
		return at.storeCategory(c)
	case "multiple-choice":
		return at.storeChoices(c)
	default:
		if c.kind == cellText || c.kind == cellNumber {
			return c.text, true
		}
		return nil, false
	}
}

func storeFloat(c cell) ([]byte, bool) {
	if c.kind != cellNumber && c.kind != cellText {
		return nil, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(string(c.text)), 64)
	if err != nil || f-f != 0 {
		return nil, false
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64), true
}

func storeBoolean(c cell, from reading, spelling string) ([]byte, bool) {
	if from == direct {
		if c.kind == cellTrue || c.kind == cellFalse {
			return bit(c.kind == cellTrue), true
		}
		return nil, false
	}
	if spelling == "none" {
		return nil, false
	}
	word := strings.ToLower(strings.TrimSpace(string(c.text)))
	if c.kind == cellText && (word == "yes" || word == "no") {
		return bit(word == "yes"), true
	}
	if spelling == "words" {
		return nil, false
	}
	switch {
	case c.kind == cellTrue, word == "true", word == "1":
		return bit(true), true
	case c.kind == cellFalse, word == "false", word == "0":
		return bit(false), true
	}
	return nil, false
}

func bit(on bool) []byte {
	if on {
		return []byte("1")
	}
	return []byte("0")
}

func storeDate(c cell, from reading, formats string) ([]byte, bool) {
	if c.kind != cellText {
		return nil, false
	}
	layouts := []string{time.DateOnly}
	if from == imported && formats == "lenient" {
		layouts = []string{time.DateOnly, "02-01-2006", "02/01/2006"}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, strings.TrimSpace(string(c.text))); err == nil {
			return t.AppendFormat(nil, time.DateOnly), true
		}
	}
	return nil, false
}

func (at *attribute) storeCategory(c cell) ([]byte, bool) {
	if c.kind != cellText && c.kind != cellNumber {
		return nil, false
	}
	text := strings.TrimSpace(string(c.text))
	for _, o := range at.options {
		if c.kind == cellText && strings.EqualFold(o.label, text) || strconv.FormatInt(o.value, 10) == text {
			return strconv.AppendInt(nil, o.value, 10), true
		}
	}
	return nil, false
}

// storeChoices takes a JSON array of labels, or text with the labels separated
// by commas (how a CSV carries them is not documented). Unknown labels are
// ignored; if none is left, so is the value.
func (at *attribute) storeChoices(c cell) ([]byte, bool) {
	var wanted []string
	switch c.kind {
	case cellArray:
		for _, v := range gjson.ParseBytes(c.text).Array() {
			if v.Type == gjson.String {
				wanted = append(wanted, v.Str)
			}
		}
	case cellText:
		for w := range strings.SplitSeq(strings.Trim(string(c.text), "[]"), ",") {
			wanted = append(wanted, strings.Trim(w, ` "'`))
		}
	default:
		return nil, false
	}
	out := []byte{'['}
	for _, label := range at.labels() {
		if slices.Contains(wanted, label) {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = appendString(out, []byte(label))
		}
	}
	return append(out, ']'), len(out) > 1
}

// appendValue writes a stored value as Brevo shows it in JSON.
func (at *attribute) appendValue(dst, stored []byte, s *Settings) []byte {
	switch at.kind {
	case "float", "multiple-choice":
		return append(dst, stored...)
	case "boolean":
		return strconv.AppendBool(dst, bytes.Equal(stored, []byte("1")))
	case "category":
		if s.CategoryReads == "value" {
			return append(dst, stored...)
		}
		for _, o := range at.options {
			if strconv.FormatInt(o.value, 10) == string(stored) {
				return appendString(dst, []byte(o.label))
			}
		}
		return append(dst, stored...)
	default:
		return appendString(dst, stored)
	}
}

// plain is a stored value for people: in a CSV, on the page.
func (at *attribute) plain(stored []byte, s *Settings) string {
	switch at.kind {
	case "boolean":
		if bytes.Equal(stored, []byte("1")) {
			return "Yes"
		}
		return "No"
	case "category", "multiple-choice":
		v := gjson.ParseBytes(at.appendValue(nil, stored, s))
		if v.IsArray() {
			var out []string
			for _, x := range v.Array() {
				out = append(out, x.String())
			}
			return strings.Join(out, ",")
		}
		return v.String()
	default:
		return string(stored)
	}
}

// isIdentifier says whether the field finds a contact.
func isIdentifier(f book.Field) bool { return f >= book.Email && f <= book.ExtID }
