package textfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// part is one file of the source: what its columns are called, and what was learnt of them.
type part struct {
	file    warehouse.File
	format  format
	names   []string
	columns []*column
	// typed says that some of them must be of a type that was stated.
	typed bool
	// at is where each of its columns is in the table; it is known once all files were looked at.
	at  []int
	sum uint64
	// What was seen of how it is written, to its end: plain says that other readers of CSV read the same.
	info       os.FileInfo
	plain      bool
	end        int
	rows, line int64
}

// rows gives the records of one file. Names grow with NDJSON.
type rows interface {
	next() (record, error)
	names() []string
}

// part reads the records of a file, and returns the checksum of it if it was read to its end. When p has no columns yet,
// they are made; else the file must have those.
func (s *Survey) part(ctx context.Context, p *part, b *budget, f func(record) (more bool, err error)) (sum uint64, err error) {
	in, err := s.open(ctx, p.file.Path, b)
	if err != nil {
		return 0, err
	}
	defer in.close()
	fresh := p.columns == nil
	rs, err := s.rows(in, p, fresh)
	if err != nil {
		return 0, err
	}
	name := func(names []string) error {
		if !fresh || len(names) <= len(p.columns) {
			return nil
		}
		return p.name(names, s.source.Columns)
	}
	if err := name(rs.names()); err != nil {
		return 0, err
	}
	err = ahead(ctx, func() *recordBatch { return &recordBatch{} }, func(r relay[*recordBatch]) error { return gather(r, rs) }, func(b *recordBatch) error {
		for _, rec := range b.list {
			if err := name(rec.names); err != nil {
				return err
			}
			if rec.problem == "" && len(rec.fields) > len(p.columns) {
				return changed()
			}
			if more, err := f(rec); err != nil || !more {
				return cmp.Or(err, errEnough)
			}
		}
		return nil
	})
	switch {
	case errors.Is(err, io.EOF):
		return in.sum.Sum64(), name(rs.names())
	case errors.Is(err, errEnough):
		return 0, nil
	}
	return 0, err
}

func (s *Survey) rows(in stream, p *part, fresh bool) (rows, error) {
	if s.source.Kind == activation.SourceNDJSON {
		return newJSONRows(in), nil
	}
	c, f, err := newCSVRows(in, s.source.CSV)
	if err == nil && fresh {
		p.format, p.info = f, in.info
		p.begin(in, c)
	}
	return c, err
}

// errEnough says that no more records are wanted.
var errEnough = errors.New("enough")

// name makes the columns that the file has and p has not.
func (p *part) name(names []string, options map[string]activation.ColumnOption) error {
	formats := guesses()
	for _, n := range names[len(p.columns):] {
		c, err := newColumn(n, options, formats)
		if err != nil {
			return err
		}
		p.columns, p.names = append(p.columns, c), append(p.names, n)
		p.typed = p.typed || c.typed()
	}
	return nil
}

func valid(rec record) error {
	if utf8.Valid(rec.raw) {
		return nil
	}
	return refuse("line %d of the file is not UTF-8", rec.line).
		WithRemedy("Set the encoding of the source: windows-1250 (Central Europe) or windows-1252 (Western Europe), or save the file as UTF-8")
}

// csvRows gives the records of a CSV file below its header.
type csvRows struct {
	rs      *records
	columns []string
	first   record // the first record, where it is no header
	pending bool
}

func newCSVRows(in stream, o activation.CSVOptions) (*csvRows, format, error) {
	head, err := in.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, format{}, readError(err)
	}
	f := sniff(head, errors.Is(err, io.EOF), o)
	c := &csvRows{rs: newRecords(in, f)}
	c.first, err = c.rs.next(0)
	if errors.Is(err, io.EOF) {
		return nil, f, nothing("the file is empty")
	}
	if err != nil {
		return nil, f, readError(err)
	}
	if err := valid(c.first); err != nil {
		return nil, f, err
	}
	if c.first.problem != "" {
		return nil, f, refuse("the first line %s", c.first.problem).WithRemedy("Mend the header, or state the quote of the source")
	}
	if len(c.first.fields) > maxColumns {
		return nil, f, refuse("the file has more than %d columns", maxColumns).WithRemedy("Leave out those that are not needed, or state the delimiter of the source")
	}
	c.pending = f.noHeader || looksLikeData(c.first.fields)
	if f.noHeader = c.pending; c.pending {
		for i := range c.first.fields {
			c.columns = append(c.columns, unnamed(i, nil))
		}
		return c, f, nil
	}
	c.columns, err = headings(c.first.fields)
	return c, f, err
}

func (c *csvRows) names() []string { return c.columns }

func (c *csvRows) next() (record, error) {
	if c.pending {
		c.pending = false
		return c.first, nil
	}
	rec, err := c.rs.next(len(c.columns))
	if rec.problem == problemFields {
		rec.problem = fmt.Sprintf("has %d fields, the header has %d", len(rec.fields), len(c.columns))
	}
	return rec, err
}

// join makes the columns of the table from those of the files: files of one shape, whatever the order of their columns.
// A field that no object of an NDJSON file has is missing in all of them, so that these files may differ.
func (s *Survey) join() error {
	place := map[string]int{}
	first := s.parts[0]
	for _, p := range s.parts {
		p.at = make([]int, len(p.columns))
		for i, c := range p.columns {
			key := strings.ToLower(c.name)
			at, known := place[key]
			switch {
			case known && s.columns[at].name != c.name:
				return p.refuse("the column %q is called %q in %s", shorten(c.name), shorten(s.columns[at].name), first.file.Name)
			case !known && p != first && s.source.Kind != activation.SourceNDJSON:
				return p.refuse("it has a column %q, which %s lacks", shorten(c.name), first.file.Name)
			case !known:
				at = len(s.columns)
				place[key] = at
				s.columns = append(s.columns, c.blank())
			}
			p.at[i] = at
			s.columns[at].join(c)
		}
		if s.source.Kind == activation.SourceNDJSON {
			continue
		}
		for _, c := range first.columns {
			if _, has := p.place(c.name); !has {
				return p.refuse("it lacks the column %q, which %s has", shorten(c.name), first.file.Name)
			}
		}
	}
	return nil
}

func (p *part) place(name string) (int, bool) {
	for i, n := range p.names {
		if n == name {
			return i, true
		}
	}
	return 0, false
}

// refuse says that a file is not of the shape of the others.
func (p *part) refuse(text string, args ...any) error {
	return refuse("the file %s is not of the same shape as the others: %s", p.file.Name, fmt.Sprintf(text, args...)).
		WithRemedy("Mend the file, or leave it out of the source's path")
}

// agree refuses files in which a column is of another type than in others: it would be text in all of them.
func (s *Survey) agree() error {
	if len(s.parts) == 1 {
		return nil
	}
	for i, all := range s.columns {
		if all.stated || !all.any || all.reader.kind != activation.TypeText {
			continue
		}
		one, like := s.typed(i)
		other := s.without(i, one, like)
		if one == nil || other == nil {
			continue
		}
		return other.refuse("the column %q holds other values than %ss, as it does in %s", shorten(all.name), like.reader.kind, one.file.Name)
	}
	return nil
}

// typed returns the first file in which a column is no text when it is taken alone, and what it is there.
func (s *Survey) typed(at int) (*part, column) {
	for _, p := range s.parts {
		if c := p.of(at); c != nil && c.any {
			alone := *c
			if decide([]*column{&alone}); alone.reader.kind != activation.TypeText {
				return p, alone
			}
		}
	}
	return nil, column{}
}

// without returns the first file whose values of the column are not as those of the one file.
func (s *Survey) without(at int, one *part, like column) *part {
	for _, p := range s.parts {
		c := p.of(at)
		if one == nil || c == nil || !c.any {
			continue
		}
		switch like.reader.kind {
		case activation.TypeNumber:
			if !c.number {
				return p
			}
		case activation.TypeBoolean:
			if !c.boolean {
				return p
			}
		default:
			if !slices.Contains(c.times, like.reader.format) {
				return p
			}
		}
	}
	return nil
}

// of returns the file's column at a place of the table, nil where it has none.
func (p *part) of(at int) *column {
	for i, a := range p.at {
		if a == at {
			return p.columns[i]
		}
	}
	return nil
}
