package csvfile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// maxBad is how many rows that cannot be read are described; all are counted.
const maxBad = 10_000

// Survey is what a first reading of a file found out.
type Survey struct {
	Columns []activation.Column
	// Rows can be read, Quarantined cannot; Bad describes the first of these.
	Rows, Quarantined int64
	Bad               []warehouse.BadRow

	path    string
	source  activation.Source
	format  format
	columns []*column
	sum     uint64
}

// Look reads the whole file and decides what its columns are.
func Look(ctx context.Context, path string, source activation.Source) (*Survey, error) {
	s := &Survey{path: path, source: source}
	sum, err := s.read(ctx, func(rec record) (bool, error) {
		s.look(rec)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	s.sum = sum
	s.finish()
	return s, nil
}

func (s *Survey) finish() {
	decide(s.columns)
	for _, c := range s.columns {
		s.Columns = append(s.Columns, c.result())
	}
}

// look takes notice of a record: its values, or why it cannot be read.
func (s *Survey) look(rec record) {
	if b, bad := s.misfit(rec); bad {
		s.Quarantined++
		if len(s.Bad) < maxBad {
			s.Bad = append(s.Bad, b)
		}
		return
	}
	s.Rows++
	for i, f := range rec.fields {
		if v := clean(f); len(v) > 0 {
			s.columns[i].look(v)
		}
	}
}

// misfit tells why a record cannot be taken over, if so. Only types that were stated can put a row aside: decided ones
// fit all values.
func (s *Survey) misfit(rec record) (warehouse.BadRow, bool) {
	if rec.problem != "" {
		reason := rec.problem
		if reason == problemFields {
			reason = fmt.Sprintf("has %d fields, the header has %d", len(rec.fields), len(s.columns))
		}
		return warehouse.BadRow{Line: rec.line, Value: Mask(string(bytes.TrimRight(rec.raw, "\r\n"))), Reason: reason}, true
	}
	for i, f := range rec.fields {
		c := s.columns[i]
		if !c.stated || c.reader.kind == activation.TypeText {
			continue
		}
		v := clean(f)
		if len(v) == 0 {
			continue
		}
		if _, ok := c.reader.read(v); !ok {
			return warehouse.BadRow{Line: rec.line, Column: c.name, Value: Mask(string(v)), Reason: c.reader.misfit()}, true
		}
	}
	return warehouse.BadRow{}, false
}

// Each gives the rows as typed values: string, float64, bool, time.Time or nil. The slice is used again. It fails if the
// file is not what Look saw.
func (s *Survey) Each(ctx context.Context, f func([]any) error) error {
	values := make([]any, len(s.columns))
	rows := int64(0)
	again := &Survey{path: s.path, source: s.source, columns: s.columns}
	sum, err := again.read(ctx, func(rec record) (bool, error) {
		if len(rec.fields) != len(values) && rec.problem == "" {
			return false, changed()
		}
		if _, bad := s.misfit(rec); bad {
			return true, nil
		}
		for i, raw := range rec.fields {
			v := clean(raw)
			if len(v) == 0 {
				values[i] = nil
				continue
			}
			value, ok := s.columns[i].reader.read(v)
			if !ok {
				return false, changed()
			}
			values[i] = value
		}
		rows++
		return true, f(values)
	})
	if err == nil && (sum != s.sum || rows != s.Rows) {
		err = changed()
	}
	return err
}

func changed() error {
	return refuse("the file changed while it was read").WithRemedy("Ingest it again when it is complete")
}

// read goes through the records below the header and returns the checksum of the file. When s has no columns yet, they
// are made from the header.
func (s *Survey) read(ctx context.Context, f func(record) (more bool, err error)) (sum uint64, err error) {
	in, err := open(ctx, s.path, s.source.CSV.Encoding)
	if err != nil {
		return 0, err
	}
	defer in.close()
	head, err := in.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read the file: %w", err)
	}
	whole := errors.Is(err, io.EOF)
	s.format = sniff(head, whole, s.source.CSV)
	rs := newRecords(in, s.format)
	first, err := rs.next(0)
	if errors.Is(err, io.EOF) {
		return 0, nothing("the file is empty")
	}
	if err != nil {
		return 0, fmt.Errorf("read the file: %w", err)
	}
	if err := s.valid(first); err != nil {
		return 0, err
	}
	if first.problem != "" {
		return 0, refuse("the first line %s", first.problem).WithRemedy("Mend the header, or state the quote of the source")
	}
	data := s.format.noHeader || looksLikeData(first.fields)
	if err := s.name(first.fields, data); err != nil {
		return 0, err
	}
	rec := first
	for {
		if data {
			more, err := f(rec)
			if err != nil || !more {
				return 0, err
			}
		}
		data = true
		rec, err = rs.next(len(s.columns))
		if errors.Is(err, io.EOF) {
			return in.sum.Sum64(), nil
		}
		if err != nil {
			return 0, fmt.Errorf("read the file: %w", err)
		}
		if err := s.valid(rec); err != nil {
			return 0, err
		}
	}
}

// name makes the columns from the header, or numbers them.
func (s *Survey) name(fields [][]byte, data bool) error {
	if s.columns != nil {
		return nil
	}
	names := make([]string, len(fields))
	for i := range names {
		names[i] = unnamed(i, nil)
	}
	if !data {
		var err error
		if names, err = headings(fields); err != nil {
			return err
		}
	}
	for _, stated := range slices.Sorted(maps.Keys(s.source.Columns)) {
		if s.source.Ingest == nil && !slices.Contains(names, stated) { // later it is a column that was lost
			return activation.Errorf(activation.CodeInvalid, "the file has no column %q", stated).WithField("columns." + stated).
				WithRemedy("Look at its columns with segue source preview, and name one of them")
		}
	}
	formats := guesses()
	for _, n := range names {
		c, err := newColumn(n, s.source.Columns, formats)
		if err != nil {
			return err
		}
		s.columns = append(s.columns, c)
	}
	return nil
}

// unnamed returns a name for a column without one, different from those seen.
func unnamed(i int, seen map[string]int) string {
	for name := "column" + strconv.Itoa(i+1); ; name += "_" {
		if _, taken := seen[strings.ToLower(name)]; !taken {
			return name
		}
	}
}

func nothing(text string) *activation.Error {
	return refuse("%s", text).WithRemedy("Nothing was taken over: an empty source never empties a list. Check what writes the file")
}

func (s *Survey) valid(rec record) error {
	if utf8.Valid(rec.raw) {
		return nil
	}
	return refuse("line %d of the file is not UTF-8", rec.line).
		WithRemedy("Set the encoding of the source: windows-1250 (Central Europe) or windows-1252 (Western Europe), or save the file as UTF-8")
}

// Preview reads the beginning of a file.
func Preview(ctx context.Context, path string, source activation.Source, rows int) (warehouse.Preview, error) {
	s := &Survey{path: path, source: source}
	var p warehouse.Preview
	seen := 0
	_, err := s.read(ctx, func(rec record) (bool, error) {
		s.look(rec)
		if rec.problem == "" && len(p.Rows) < rows {
			row := make([]string, len(rec.fields))
			for i, f := range rec.fields {
				row[i] = string(clean(f))
			}
			p.Rows = append(p.Rows, row)
		}
		seen++
		return seen < max(rows, guessValues), nil
	})
	if err != nil {
		return p, err
	}
	s.finish()
	p.Columns, p.Delimiter, p.Encoding = s.Columns, s.format.delim, cmp.Or(source.CSV.Encoding, "utf-8")
	p.Bad = s.Bad[:min(len(s.Bad), max(rows, 1))]
	return p, nil
}
