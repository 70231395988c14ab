package textfile

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// maxPlain is the longest record of a plain file.
const maxPlain = 1 << 20

// Plain is a file of which every record was seen to be written so that any reader of CSV reads the same in it: one line each, in
// UTF-8, with as many fields as there are columns, quoted as RFC 4180 says or not at all.
type Plain struct {
	File             warehouse.File
	Delimiter, Quote string
	CRLF, Header     bool // how lines end, and whether the first is one of names
	Rows             int64
	// At is where its fields are among the columns of the table.
	At []int
}

// Plain returns the files, if all of them are plain and their values are written as the types of the columns are written
// everywhere.
func (s *Survey) Plain() ([]Plain, bool) {
	list := make([]Plain, len(s.parts))
	for i, p := range s.parts {
		if !p.plain || s.Quarantined > 0 {
			return nil, false
		}
		list[i] = Plain{p.file, p.format.delim, p.format.quote, p.end == endCRLF, !p.format.noHeader, p.rows, p.at}
	}
	for _, c := range s.columns {
		if !c.plain() {
			return nil, false
		}
	}
	return list, true
}

// Untidy reports which columns of text have values with white space at their ends or accents that are not composed: in plain
// files they are to be cleaned.
func (s *Survey) Untidy(column int) bool { return s.columns[column].untidy }

// Unchanged fails if a file is not what Look saw.
func (s *Survey) Unchanged(ctx context.Context) error {
	for _, p := range s.parts {
		if err := s.unchanged(ctx, p); err != nil {
			return s.within(p, err)
		}
	}
	return nil
}

func (s *Survey) unchanged(ctx context.Context, p *part) error {
	f, err := os.Open(p.file.Path)
	if err != nil {
		return changed()
	}
	defer func() { _ = f.Close() }()
	sum := s.checksum()
	if _, err := io.CopyBuffer(sum, contextReader{ctx, f}, make([]byte, bufferBytes)); err != nil {
		return readError(err)
	}
	info, err := f.Stat()
	if err != nil || sum.Sum64() != p.sum || !os.SameFile(info, p.info) || info.Size() != p.info.Size() || !info.ModTime().Equal(p.info.ModTime()) {
		return changed()
	}
	return nil
}

// How a record ends.
const (
	endOfFile = iota
	endLF
	endCRLF
)

// ending tells how a record ends, and whether it is one line of which every quote encloses a field or is doubled in one.
func (s *records) ending(raw []byte) (end int, plain bool) {
	switch {
	case bytes.HasSuffix(raw, []byte("\r\n")):
		end, raw = endCRLF, raw[:len(raw)-2]
	case bytes.HasSuffix(raw, []byte("\n")):
		end, raw = endLF, raw[:len(raw)-1]
	}
	return end, len(raw) <= maxPlain && !s.loose && bytes.Count(raw, s.quote) == s.quotes &&
		bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0 && bytes.IndexByte(raw, 0) < 0
}

// begin says whether a file may be plain, as far as its format and its first record tell.
func (p *part) begin(in stream, c *csvRows) {
	p.plain = in.plain && c.first.plain && c.first.line == 1 && len(c.columns) > 1 &&
		strings.Contains(",;|\t", p.format.delim) && strings.Contains("\"'", p.format.quote)
	p.end = c.first.end
	if !p.format.noHeader {
		p.line = 1
	}
}

// watch takes notice of whether a record is written as those before it. Records of plain files are lines: others read blank ones
// in ways of their own.
func (p *part) watch(rec record) {
	p.line++
	p.plain = p.plain && rec.problem == "" && rec.plain && rec.line == p.line && (rec.end == p.end || rec.end == endOfFile)
}

// plain reports whether the values of the column are written as they are everywhere.
func (c *column) plain() bool {
	switch c.reader.kind {
	case activation.TypeNumber:
		return !c.untidy && c.number && !c.odd && !c.reader.comma
	case activation.TypeBoolean:
		return !c.untidy && c.boolean
	case activation.TypeDate, activation.TypeDateTime:
		f := c.reader.format
		return !c.untidy && !c.odd && slices.ContainsFunc(guesses(), func(g timeFormat) bool { return g.text == f.text && g.clock == f.clock })
	}
	return true
}

// plainISO reports whether a day or an instant in ISO 8601 has no zone but Z, no more digits than are kept, and no letter that others do not know.
func plainISO(s string) bool {
	const day, minute, whole = len("2006-01-02"), len("2006-01-02T15:04"), len("2006-01-02T15:04:05.999999")
	if len(s) == day {
		return true
	}
	s = strings.TrimSuffix(s, "Z")
	if len(s) < minute+len(":05") || len(s) > whole || s[day] != 'T' && s[day] != ' ' {
		return false
	}
	for i := day + 1; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > ':') && c != '.' {
			return false
		}
	}
	return true
}
