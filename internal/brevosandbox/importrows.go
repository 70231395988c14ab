package brevosandbox

import (
	"encoding/binary"
	"encoding/csv"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// importRows are the rows of one import in compact form: for each row the
// number of its cells, then for each cell column, kind, length, text.
type importRows struct {
	columns []string // upper case; the first is EMAIL
	byName  map[string]uint64
	data    []byte
	starts  []uint32
}

func newImportRows(size int) *importRows {
	return &importRows{columns: []string{"EMAIL"}, byName: map[string]uint64{"EMAIL": 0}, data: make([]byte, 0, size)}
}

func (r *importRows) len() int { return len(r.starts) }

func (r *importRows) column(name string) uint64 {
	if c, ok := r.byName[name]; ok {
		return c
	}
	upper := strings.ToUpper(strings.TrimSpace(name))
	c, ok := r.byName[upper]
	if !ok {
		c = uint64(len(r.columns))
		r.columns = append(r.columns, strings.Clone(upper))
		r.byName[r.columns[c]] = c
	}
	r.byName[strings.Clone(name)] = c
	return c
}

func (r *importRows) begin() { r.starts = append(r.starts, uint32(len(r.data))) }

func (r *importRows) add(column uint64, kind kindOfCell, text string) {
	r.data = binary.AppendUvarint(r.data, column)
	r.data = append(r.data, byte(kind))
	r.data = binary.AppendUvarint(r.data, uint64(len(text)))
	r.data = append(r.data, text...)
}

// row gives the cells of a row by column; a column that the row lacks has kind 0.
func (r *importRows) row(i int, cells []cell) []cell {
	cells = append(cells[:0], make([]cell, len(r.columns))...)
	end := len(r.data)
	if i+1 < len(r.starts) {
		end = int(r.starts[i+1])
	}
	for data := r.data[r.starts[i]:end]; len(data) > 0; {
		column, n := binary.Uvarint(data)
		kind := kindOfCell(data[n])
		size, m := binary.Uvarint(data[n+1:])
		from := n + 1 + m
		cells[column] = cell{kind, data[from : from+int(size)]}
		data = data[from+int(size):]
	}
	return cells
}

// parseJSONBody reads a jsonBody, which is an array of {email, attributes}.
func parseJSONBody(body gjson.Result) (*importRows, bool) {
	if !body.IsArray() {
		return nil, false
	}
	rows := newImportRows(len(body.Raw))
	ok := true
	body.ForEach(func(_, item gjson.Result) bool {
		if !item.IsObject() {
			ok = false
			return false
		}
		rows.begin()
		item.ForEach(func(key, value gjson.Result) bool {
			switch key.Str {
			case "email":
				rows.addJSON(0, value)
			case "attributes":
				value.ForEach(func(name, value gjson.Result) bool {
					rows.addJSON(rows.column(name.Str), value)
					return true
				})
			}
			return true
		})
		return true
	})
	return rows, ok
}

func (r *importRows) addJSON(column uint64, v gjson.Result) {
	switch v.Type {
	case gjson.String:
		r.add(column, cellText, v.Str)
	case gjson.Number:
		r.add(column, cellNumber, v.Raw)
	case gjson.True:
		r.add(column, cellTrue, "")
	case gjson.False:
		r.add(column, cellFalse, "")
	case gjson.Null:
		r.add(column, cellNull, "")
	default:
		if v.IsArray() {
			r.add(column, cellArray, v.Raw)
		} else {
			r.add(column, cellOther, "")
		}
	}
}

// parseCSV reads a fileBody: semicolons, a header line, one contact a line.
func parseCSV(body string, quotes string) (*importRows, bool) {
	rows := newImportRows(len(body))
	next := plainLines(body)
	if quotes == "rfc4180" {
		next = quotedLines(body)
	}
	header, ok := next()
	if !ok {
		return nil, false
	}
	columns := make([]uint64, len(header))
	for i, name := range header {
		columns[i] = rows.column(name)
	}
	for {
		fields, more := next()
		if !more {
			return rows, true
		}
		rows.begin()
		for i, field := range fields {
			if i < len(columns) {
				rows.add(columns[i], cellText, strings.TrimSpace(field))
			}
		}
	}
}

// plainLines splits at every semicolon and line end; quotes are text.
func plainLines(body string) func() ([]string, bool) {
	return func() ([]string, bool) {
		for body != "" {
			var line string
			line, body, _ = strings.Cut(body, "\n")
			if line = strings.TrimSuffix(line, "\r"); strings.TrimSpace(line) != "" {
				return strings.Split(line, ";"), true
			}
		}
		return nil, false
	}
}

func quotedLines(body string) func() ([]string, bool) {
	r := csv.NewReader(strings.NewReader(body))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = ';', -1, true, true
	return func() ([]string, bool) {
		record, err := r.Read()
		if err == io.EOF || err != nil {
			return nil, false
		}
		return record, true
	}
}

// usable says whether any row has an identifier that Brevo would take.
func (r *importRows) usable() bool {
	var cells []cell
	for i := range r.len() {
		cells = r.row(i, cells)
		for c, name := range r.columns {
			f, ok := builtins[name]
			if !ok || cells[c].kind != cellText && cells[c].kind != cellNumber {
				continue
			}
			if _, ok := normalIdentifier(f, cells[c].text); ok {
				return true
			}
		}
	}
	return false
}
