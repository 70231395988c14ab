package duckdb

import (
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/textfile"
)

// relation is rows that have types of their own: those of a Parquet file, or of a database. Columns are found by their
// places, so that no name of theirs gets into a statement.
type relation struct {
	file    string // its name; empty for a database
	from    string // the FROM clause
	args    []any
	line    string // the number of a row, from 1
	columns []typed
}

// typed is a column with a type of its own.
type typed struct {
	name string
	kind activation.FieldType
	// exact says that its numbers may have more digits than a double holds.
	exact bool
	// value is NULL where what lies there cannot be of the kind; text is its canonical text all the same.
	value, text string
	// bytes is how many bytes a text has; empty for what is no text, and where it is not asked for.
	bytes string
}

// settled is a column of the table, and how it comes about from a typed one.
type settled struct {
	activation.Column
	option activation.ColumnOption
	reader *textfile.Reader // where another type is stated than the column has
}

// settle decides the types of the columns: those stated, else their own. Numbers that a double does not hold are text in the
// whole column, as in files of text; wide tells where there are some.
func settle(columns []typed, source activation.Source, wide func(i int) bool) ([]settled, error) {
	out := make([]settled, len(columns))
	seen := map[string]string{}
	for i, c := range columns {
		name := textfile.Title(c.name)
		if name == "" {
			name = fmt.Sprintf("column%d", i+1)
		}
		key := strings.ToLower(name)
		if other, twice := seen[key]; twice {
			return nil, activation.Errorf(activation.CodeSourceRefused, "two columns have the same name: %q and %q", other, name).
				WithRemedy("Give one of them another name")
		}
		seen[key] = name
		out[i].Name, out[i].Type = name, c.kind
		if c.kind == activation.TypeNumber && (textfile.KeepsText(name) || wide(i)) {
			out[i].Type = activation.TypeText
		}
		o, stated := source.Columns[name]
		if !stated || o.Type == "" {
			continue
		}
		if out[i].Type = o.Type; o.Type == c.kind || o.Type == activation.TypeText {
			continue
		}
		r, err := textfile.NewReader(name, o)
		if err != nil {
			return nil, err
		}
		out[i].reader, out[i].option = &r, o
		out[i].Format = o.Format
	}
	for name := range source.Columns {
		if source.Ingest == nil && !slices.ContainsFunc(out, func(c settled) bool { return c.Name == name }) {
			return nil, activation.Errorf(activation.CodeInvalid, "there is no column %q", name).WithField("columns." + name).
				WithRemedy("Look at the columns with segue source preview, and name one of them")
		}
	}
	return out, nil
}

// Years that a day or an instant may lie in.
const (
	firstDay = "DATE '0001-01-01'"
	lastDay  = "TIMESTAMP '9999-12-31 23:59:59.999999'"
)

// expressions returns the inner SELECT's columns x<i> (the value, if it fits) and t<i> (its text, or what segue_read makes
// of it), and for the outer one the value and the condition that it cannot be read.
func (c typed) expressions(i int, to settled) (inner string, args []any, value, bad string) {
	x, t := fmt.Sprintf("x%d", i), fmt.Sprintf("t%d", i)
	switch {
	case to.reader != nil:
		args = []any{string(to.option.Type), to.option.Format, fmt.Sprint(to.option.DecimalComma)}
		inner = fmt.Sprintf("%s AS %s, segue_read(%s, ?::VARCHAR, ?::VARCHAR, ?::VARCHAR) AS %s", c.text, x, c.text, t)
		return inner, args, fmt.Sprintf("TRY_CAST(nullif(nullif(%s, ''), '!') AS %s)", t, sqlType(to.Type)), t + " = '!'"
	case to.Type == activation.TypeText:
		inner = fmt.Sprintf("nullif(segue_clean(%s), '') AS %s, NULL AS %s", c.text, x, t)
		return inner, nil, x, "false"
	}
	inner = fmt.Sprintf("%s AS %s, %s AS %s", c.value, x, c.text, t)
	bad = fmt.Sprintf("(%s IS NOT NULL AND %s IS NULL)", t, x)
	switch to.Type {
	case activation.TypeNumber: // what is no number is missing
		return inner, nil, fmt.Sprintf("CASE WHEN isnan(%s) THEN NULL ELSE %s END", x, x), fmt.Sprintf("(%s OR coalesce(isinf(%s), false))", bad, x)
	case activation.TypeDate, activation.TypeDateTime:
		return inner, nil, x, fmt.Sprintf("(%s OR NOT coalesce(%s BETWEEN %s AND %s, true))", bad, x, firstDay, lastDay)
	}
	return inner, nil, x, bad
}

// misfit says why a value of a column cannot be read.
func (to settled) misfit() string {
	if to.reader != nil {
		return to.reader.Misfit()
	}
	switch to.Type {
	case activation.TypeDate, activation.TypeDateTime:
		return fmt.Sprintf("is not a %s between the years 1 and 9999", to.Type)
	}
	return fmt.Sprintf("is not a %s", to.Type)
}

// query is a relation with the columns that it becomes.
type query struct {
	inner, bad string
	args       []any
	values     []string
	which      string // the place of the first column that cannot be read
	masks      string // for CASE: the text of its value
}

func (r relation) query(to []settled, at []int) query {
	q := query{values: make([]string, len(to))}
	inner := []string{r.line + " AS n"}
	var bads, whens, masks []string
	for i := range q.values {
		q.values[i] = "NULL"
	}
	for i, c := range r.columns {
		place := at[i]
		in, args, value, bad := c.expressions(place, to[place])
		inner = append(inner, in)
		q.args = append(q.args, args...)
		q.values[place] = value
		if bad != "false" {
			bads = append(bads, bad)
			whens = append(whens, fmt.Sprintf("WHEN %s THEN %d", bad, place))
			masks = append(masks, fmt.Sprintf("WHEN %d THEN %s::VARCHAR", place, maskOf(place, to[place])))
		}
	}
	q.args = append(q.args, r.args...)
	q.inner = "SELECT " + strings.Join(inner, ", ") + " FROM " + r.from
	q.bad, q.which, q.masks = "false", "-1", "WHEN -1 THEN ''"
	if len(bads) > 0 {
		q.bad = "coalesce(" + strings.Join(bads, " OR ") + ", false)"
		q.which = "CASE " + strings.Join(whens, " ") + " END"
		q.masks = strings.Join(masks, " ")
	}
	return q
}

// intake is what is taken over.
type intake struct {
	rows, quarantined int64
	bad               []warehouse.BadRow
	columns           []activation.Column
}

// maxBad is how many rows that cannot be read are described; all are counted.
const maxBad = 10_000

// take puts the rows of a relation into a table, but for those that cannot be read, which it adds to the intake.
func (s session) take(into string, r relation, to []settled, at []int, in *intake) error {
	q := r.query(to, at)
	var all, bad int64
	if err := s.row("SELECT count(*), count(*) FILTER ("+q.bad+") FROM ("+q.inner+")", q.args, &all, &bad); err != nil {
		return err
	}
	in.rows, in.quarantined = in.rows+all-bad, in.quarantined+bad
	if room := maxBad - len(in.bad); bad > 0 && room > 0 {
		if err := s.unread(r, q, to, q.inner, room, &in.bad); err != nil {
			return err
		}
	}
	return s.exec(fmt.Sprintf("INSERT INTO %s SELECT %s FROM (%s) WHERE NOT %s", into, strings.Join(q.values, ", "), q.inner, q.bad), q.args...)
}

// unread describes the first rows that cannot be read.
func (s session) unread(r relation, q query, to []settled, inner string, most int, list *[]warehouse.BadRow) error {
	return s.rows(fmt.Sprintf("SELECT n, w, coalesce(CASE w %s END, '') FROM (SELECT *, %s AS w FROM (%s) WHERE %s) ORDER BY n LIMIT %d",
		q.masks, q.which, inner, q.bad, most), q.args, func(scan func(...any) error) error {
		b := warehouse.BadRow{File: r.file}
		var which int
		var value string
		if err := scan(&b.Line, &which, &value); err != nil {
			return err
		}
		b.Column, b.Value, b.Reason = to[which].Name, textfile.Mask(value), to[which].misfit()
		*list = append(*list, b)
		return nil
	})
}

// maskOf is where the text of a value lies that cannot be read.
func maskOf(i int, to settled) string {
	if to.reader != nil {
		return fmt.Sprintf("x%d", i)
	}
	return fmt.Sprintf("t%d", i)
}

// wide reports which columns have numbers that a double does not hold.
func (s session) wide(list []relation, columns int, at [][]int) ([]bool, error) {
	out := make([]bool, columns)
	for k, r := range list {
		var tests []string
		var places []int
		for i, c := range r.columns {
			if c.kind == activation.TypeNumber && c.exact {
				tests = append(tests, fmt.Sprintf("coalesce(bool_or(abs(%s) >= 1e15), false)", c.value))
				places = append(places, at[k][i]) //nolint:gosec // at has the columns of each relation
			}
		}
		if len(tests) == 0 {
			continue
		}
		got := make([]bool, len(tests))
		into := make([]any, len(tests))
		for i := range got {
			into[i] = &got[i]
		}
		if err := s.row("SELECT "+strings.Join(tests, ", ")+" FROM "+r.from, r.args, into...); err != nil {
			return nil, err
		}
		for i, g := range got {
			out[places[i]] = out[places[i]] || g
		}
	}
	return out, nil
}

// guess adds what the columns of a table seem to mean.
func (s session) guess(name string, to []settled) ([]activation.Column, error) {
	out := make([]activation.Column, len(to))
	meanings := make([]textfile.Meaning, len(to))
	texts := make([]string, len(to))
	for i, c := range to {
		out[i] = c.Column
		texts[i] = "coalesce(" + canonical(fmt.Sprintf("c%d", i), c.Type) + ", '')"
	}
	values := make([]string, len(to))
	into := make([]any, len(to))
	for i := range values {
		into[i] = &values[i]
	}
	err := s.rows(fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(texts, ", "), name, textfile.GuessValues), nil, func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if v != "" {
				meanings[i].Add(v)
			}
		}
		return nil
	})
	for i := range out {
		out[i].Guess = meanings[i].Guess(out[i].Name, out[i].Type)
	}
	return out, err
}

// preview shows the first rows of a relation.
func (s session) preview(r relation, to []settled, rows int) (p warehouse.Preview, err error) {
	at := make([]int, len(to))
	for i := range at {
		at[i] = i
	}
	q := r.query(to, at)
	texts := make([]string, len(to))
	meanings := make([]textfile.Meaning, len(to))
	for i, c := range r.columns {
		texts[i] = "coalesce(" + c.text + ", '')"
	}
	values := make([]string, len(to))
	into := make([]any, len(to))
	for i := range values {
		into[i] = &values[i]
	}
	err = s.rows(fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(texts, ", "), r.from, max(rows, textfile.GuessValues)), r.args, func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		row := make([]string, len(values))
		for i, v := range values {
			if row[i] = textfile.Clean(v); row[i] != "" {
				meanings[i].Add(row[i])
			}
		}
		if len(p.Rows) < rows {
			p.Rows = append(p.Rows, row)
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	for i, c := range to {
		c.Guess = meanings[i].Guess(c.Name, c.Type)
		p.Columns = append(p.Columns, c.Column)
	}
	err = s.unread(r, q, to, fmt.Sprintf("SELECT * FROM (%s) LIMIT %d", q.inner, textfile.GuessValues), max(rows, 1), &p.Bad)
	return p, err
}
