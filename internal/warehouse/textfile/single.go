package textfile

import (
	"strconv"
	"time"

	"segue/internal/activation"
)

// Reader reads the values of one column whose type is stated, wherever they come from.
type Reader struct{ c *column }

// NewReader makes the reader of a column; it fails if the option's format is not understood.
func NewReader(name string, o activation.ColumnOption) (Reader, error) {
	c, err := newColumn(name, map[string]activation.ColumnOption{name: o}, nil)
	return Reader{c}, err
}

// Read returns the canonical text of a value, "" for a missing one; ok is false if it does not fit the type.
func (r Reader) Read(value string) (text string, ok bool) {
	v := clean([]byte(value))
	if len(v) == 0 {
		return "", true
	}
	got, ok := r.c.reader.read(v)
	if !ok {
		return "", false
	}
	switch v := got.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	case time.Time:
		if r.c.reader.kind == activation.TypeDate {
			return v.Format(time.DateOnly), true
		}
		return v.Format("2006-01-02 15:04:05.999999"), true
	case string:
		return v, true
	}
	return "", false
}

// Misfit says in words why a value does not fit.
func (r Reader) Misfit() string { return r.c.reader.misfit() }

// Clean is the text of a value as every column of text holds it: without white space at its ends, accents composed.
func Clean(value string) string { return string(clean([]byte(value))) }

// KeepsText reports whether the name says that the digits of a column are no number to count with.
func KeepsText(name string) bool { return keepsText(name) }

// Meaning learns from values what a column means.
type Meaning struct{ seen evidence }

// Add takes notice of the canonical text of a value that is not missing.
func (m *Meaning) Add(value string) { m.seen.add([]byte(value)) }

// Guess tells what a column means, by its name and by what its values look like.
func (m *Meaning) Guess(name string, kind activation.FieldType) activation.SemanticType {
	return m.seen.guess(name, kind)
}

// GuessValues is how many values are worth adding to a Meaning.
const GuessValues = guessValues

// Title is the name that a column gets from what it is called where it lies.
func Title(name string) string { return title([]byte(name)) }
