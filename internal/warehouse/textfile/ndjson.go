package textfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of what a file may make columns of.
const (
	maxColumns = 2000
	maxDepth   = 8 // objects below are JSON text
)

// jsonRows gives the objects of an NDJSON file. Fields of objects in objects are columns with dots in their names; lists are
// JSON text. Columns come in the order in which they are first met.
type jsonRows struct {
	rs      *records
	columns []string
	place   map[string]int
	fields  [][]byte
	row     []bool // which columns the object has
	path    []byte
	problem string
}

func newJSONRows(in io.Reader) *jsonRows {
	rs := newRecords(in, format{newline: '\n'})
	rs.whole = true
	return &jsonRows{rs: rs, place: map[string]int{}}
}

func (j *jsonRows) names() []string { return j.columns }

func (j *jsonRows) next() (record, error) {
	rec, err := j.rs.next(0)
	if err != nil || rec.problem != "" {
		return rec, err
	}
	line := bytes.TrimSpace(rec.raw)
	rec.fields = nil
	switch {
	case line[0] == '[' && rec.line == 1:
		return rec, refuse("the file is one JSON list, or holds lists").WithRemedy("Write one object a line (NDJSON): jq -c '.[]'")
	case !json.Valid(line) && (line[0] == '{' && len(line) == 1):
		return rec, refuse("line %d of the file begins an object and does not end it", rec.line).WithRemedy("Write one object a line (NDJSON): jq -c .")
	case !json.Valid(line):
		rec.problem = "is no JSON"
		return rec, nil
	case line[0] != '{':
		rec.problem = "is no JSON object"
		return rec, nil
	}
	clear(j.fields)
	clear(j.row)
	j.path, j.problem = j.path[:0], ""
	if _, err := j.object(line, 0, 1); err != nil {
		return rec, err
	}
	rec.problem, rec.fields = j.problem, j.fields
	return rec, nil
}

// object goes through an object that begins at i, and returns where it ends. The text is valid JSON.
func (j *jsonRows) object(s []byte, i, depth int) (int, error) {
	base := len(j.path)
	for i = space(s, i+1); s[i] != '}'; {
		end := stringEnd(s, i)
		key, err := unquote(s[i:end])
		if err != nil {
			return 0, err
		}
		if base > 0 {
			j.path = append(j.path, '.')
		}
		j.path = append(j.path, key...)
		i = space(s, space(s, end)+1) // behind the colon
		if i, err = j.value(s, i, depth); err != nil {
			return 0, err
		}
		j.path = j.path[:base]
		if i = space(s, i); s[i] == ',' {
			i = space(s, i+1)
		}
	}
	return i + 1, nil
}

// value takes the value at i over, and returns where it ends.
func (j *jsonRows) value(s []byte, i, depth int) (end int, err error) {
	switch s[i] {
	case '{':
		if depth < maxDepth {
			return j.object(s, i, depth+1)
		}
		end = nestEnd(s, i)
		return end, j.set(compact(s[i:end]))
	case '[':
		end = nestEnd(s, i)
		return end, j.set(compact(s[i:end]))
	case '"':
		end = stringEnd(s, i)
		text, err := unquote(s[i:end])
		if err != nil {
			return 0, err
		}
		return end, j.set(text)
	}
	for end = i; end < len(s) && !strings.ContainsRune(",]} \t\r\n", rune(s[end])); end++ {
	}
	v := s[i:end]
	switch {
	case v[0] == 'n':
		v = nil
	case v[0] != 't' && v[0] != 'f' && bytes.ContainsAny(v, "eE"):
		v = plainExponent(v)
	}
	return end, j.set(v)
}

// set gives the column that is named by the path its value.
func (j *jsonRows) set(v []byte) error {
	at, known := j.place[string(j.path)]
	if !known {
		name := title(j.path)
		if name == "" {
			j.problem = "has a field without a name"
			return nil
		}
		if name != string(j.path) {
			return refuse("a field has a name with control characters, or with white space at its ends: %q", shorten(name)).WithRemedy("Give it another name in the file")
		}
		for _, c := range j.columns {
			if strings.EqualFold(c, name) {
				return refuse("two fields have the same name but for small and capital letters: %q and %q", shorten(c), shorten(name)).
					WithRemedy("Write it in one way in the file")
			}
		}
		if len(j.columns) == maxColumns {
			return refuse("the file has more than %d different fields", maxColumns).WithRemedy("Names of fields must not hold values; write these as a list of objects")
		}
		at = len(j.columns)
		j.place[name] = at
		j.columns, j.fields, j.row = append(j.columns, name), append(j.fields, nil), append(j.row, false)
	}
	if j.row[at] && j.problem == "" {
		j.problem = fmt.Sprintf("has the field %q twice", shorten(string(j.path)))
	}
	j.row[at] = true
	j.fields[at] = v
	return nil
}

// plainExponent writes a number without exponent where it is short so, as other numbers of the column are.
func plainExponent(v []byte) []byte {
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f >= 1e15 || f <= -1e15 {
		return v
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64)
}

func compact(v []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return v
	}
	return b.Bytes()
}

// space returns where white space ends.
func space(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns where the string ends that begins at i.
func stringEnd(s []byte, i int) int {
	for i++; s[i] != '"'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// nestEnd returns where the list or object ends that begins at i.
func nestEnd(s []byte, i int) int {
	for depth := 0; ; i++ {
		switch s[i] {
		case '"':
			i = stringEnd(s, i) - 1
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

func unquote(s []byte) ([]byte, error) {
	if bytes.IndexByte(s, '\\') < 0 {
		return s[1 : len(s)-1], nil
	}
	var text string
	if err := json.Unmarshal(s, &text); err != nil {
		return nil, fmt.Errorf("read a string of JSON: %w", err)
	}
	return []byte(text), nil
}
