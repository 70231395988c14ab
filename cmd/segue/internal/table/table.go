// Package table owns how columns of text are lined up for people to read. It knows no command and no meaning of what it
// prints; what could move a terminal's cursor or change its colours is taken out.
package table

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Column is a column's heading; Right lines its cells up on the right, as numbers are.
type Column struct {
	Name  string
	Right bool
}

// Table is rows under headings.
type Table struct {
	columns []Column
	rows    [][]string
}

// New makes an empty table.
func New(columns ...Column) *Table { return &Table{columns: columns} }

// Text and Number are columns of text and of numbers.
func Text(name string) Column { return Column{Name: name} }

// Number is a column of numbers.
func Number(name string) Column { return Column{Name: name, Right: true} }

// Add adds a row; cells that are not given are empty.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(t.columns))
	for i := range row {
		if i < len(cells) {
			row[i] = Clean(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// Len is how many rows there are.
func (t *Table) Len() int { return len(t.rows) }

// WriteTo writes headings and rows, two spaces between columns and none at the ends of lines.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	width := make([]int, len(t.columns))
	head := make([]string, len(t.columns))
	for i, c := range t.columns {
		head[i] = strings.ToUpper(c.Name)
	}
	lines := append([][]string{head}, t.rows...)
	for _, l := range lines {
		for i, cell := range l {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, l := range lines {
		var line strings.Builder
		for i, cell := range l {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if t.columns[i].Right {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// Clean replaces what a terminal would act on, or would show in another order than it is, by a question mark, and line
// breaks by spaces.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return '?'
		}
		return r
	}, s)
}

// Pairs writes names and values below each other, the values lined up. Pairs with an empty value are left out.
func Pairs(w io.Writer, pairs ...[2]string) error {
	width := 0
	for _, p := range pairs {
		if p[1] != "" {
			width = max(width, utf8.RuneCountInString(p[0]))
		}
	}
	var b strings.Builder
	for _, p := range pairs {
		if p[1] == "" {
			continue
		}
		b.WriteString(p[0])
		b.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(p[0])+2))
		b.WriteString(Clean(p[1]))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Grouped writes a whole number with its thousands set apart: 12,431.
func Grouped(n int64) string {
	if n < 0 {
		return "-" + groups(uint64(-n))
	}
	return groups(uint64(n))
}

func groups(n uint64) string {
	s := ""
	for n >= 1000 {
		s = "," + string(rune('0'+n%1000/100)) + string(rune('0'+n%100/10)) + string(rune('0'+n%10)) + s
		n /= 1000
	}
	return digits(n) + s
}

func digits(n uint64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return digits(n/10) + string(rune('0'+n%10))
}
