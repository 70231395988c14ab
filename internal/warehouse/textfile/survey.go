package textfile

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// maxBad is how many rows that cannot be read are described; all are counted.
const maxBad = 10_000

// Survey is what a first reading of a source's files found out.
type Survey struct {
	Columns []activation.Column
	// Rows can be read, Quarantined cannot; Bad describes the first of these.
	Rows, Quarantined int64
	Bad               []warehouse.BadRow

	source   activation.Source
	unpacked int64
	seed     maphash.Seed
	parts    []*part
	columns  []*column
	block    warehouse.Block
}

// Request says what to read.
type Request struct {
	Files  []warehouse.File
	Source activation.Source
	// MaxUnpacked is the most bytes that the packed ones among the files may unpack to, together.
	MaxUnpacked int64
}

func newSurvey(r Request) *Survey {
	s := &Survey{source: r.Source, unpacked: r.MaxUnpacked, seed: maphash.MakeSeed()}
	for _, f := range r.Files {
		s.parts = append(s.parts, &part{file: f})
	}
	return s
}

// Look reads the files to their ends and decides what their columns are.
func Look(ctx context.Context, r Request) (*Survey, error) {
	s := newSurvey(r)
	b := &budget{r.MaxUnpacked, r.MaxUnpacked}
	for _, p := range s.parts {
		sum, err := s.part(ctx, p, b, func(rec record) (bool, error) {
			return true, s.look(p, rec)
		})
		if err != nil {
			return nil, s.within(p, err)
		}
		p.sum = sum
	}
	return s, s.finish(true)
}

// within names the file where there are several.
func (s *Survey) within(p *part, err error) error {
	if len(s.parts) == 1 {
		return err
	}
	return fmt.Errorf("%s: %w", p.file.Name, err)
}

// finish settles names and types; whole says that everything was read.
func (s *Survey) finish(whole bool) error {
	if err := s.join(); err != nil {
		return err
	}
	for _, stated := range slices.Sorted(maps.Keys(s.source.Columns)) {
		if s.source.Ingest != nil || !whole && s.source.Kind == activation.SourceNDJSON { // later it is a column that was lost
			break
		}
		if !slices.ContainsFunc(s.columns, func(c *column) bool { return c.name == stated }) {
			return activation.Errorf(activation.CodeInvalid, "the file has no column %q", stated).WithField("columns." + stated).
				WithRemedy("Look at its columns with segue source preview, and name one of them")
		}
	}
	decide(s.columns)
	if err := s.agree(); err != nil {
		return err
	}
	for _, c := range s.columns {
		s.Columns = append(s.Columns, c.result())
	}
	return nil
}

// look takes notice of a record: its values, or why it cannot be read. It refuses rows that are too large together.
func (s *Survey) look(p *part, rec record) error {
	p.watch(rec)
	if b, bad := p.misfit(rec); bad {
		s.Quarantined++
		if len(s.Bad) < maxBad {
			s.Bad = append(s.Bad, b)
		}
		return nil
	}
	s.Rows++
	p.rows++
	size := 0
	for i, f := range rec.fields {
		c, v := p.columns[i], clean(f)
		size += len(v)
		if len(v) > 0 {
			c.look(v, p.file.Name, rec.line)
		}
		c.untidy = c.untidy || len(v) != len(f) || len(v) > 0 && &v[0] != &f[0] // what is clean comes back as it is
	}
	if !s.block.Add(size) {
		return warehouse.TooLarge("the file")
	}
	return nil
}

// misfit tells why a record cannot be taken over, if so. Only types that were stated can put a row aside: decided ones
// fit all values.
func (p *part) misfit(rec record) (warehouse.BadRow, bool) {
	if rec.problem != "" {
		bad := warehouse.BadRow{File: p.file.Name, Line: rec.line, Reason: rec.problem}
		if len(rec.raw) > 0 { // of what is too long nothing was kept
			bad.Value = Mask(string(bytes.TrimRight(rec.raw, "\r\n")))
		}
		return bad, true
	}
	if !p.typed {
		return warehouse.BadRow{}, false
	}
	for i, f := range rec.fields {
		c := p.columns[i]
		if !c.typed() {
			continue
		}
		v := clean(f)
		if len(v) == 0 {
			continue
		}
		if _, ok := c.reader.read(v); !ok {
			return warehouse.BadRow{File: p.file.Name, Line: rec.line, Column: c.name, Value: Mask(string(v)), Reason: c.reader.misfit()}, true
		}
	}
	return warehouse.BadRow{}, false
}

func changed() error {
	return refuse("the file changed while it was read").WithRemedy("Ingest it again when it is complete")
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

// Preview reads the beginning of the first file.
func Preview(ctx context.Context, r Request, rows int) (warehouse.Preview, error) {
	out := warehouse.Preview{Files: len(r.Files)}
	r.Files = r.Files[:1]
	s := newSurvey(r)
	first := s.parts[0]
	var shown [][]string
	seen := 0
	_, err := s.part(ctx, first, &budget{r.MaxUnpacked, r.MaxUnpacked}, func(rec record) (bool, error) {
		if err := s.look(first, rec); err != nil {
			return false, err
		}
		if rec.problem == "" && len(shown) < rows {
			row := make([]string, len(rec.fields))
			for i, f := range rec.fields {
				row[i] = string(clean(f))
			}
			shown = append(shown, row)
		}
		seen++
		return seen < max(rows, guessValues), nil
	})
	if err == nil {
		err = s.finish(false)
	}
	if err != nil {
		return out, err
	}
	for _, row := range shown { // later objects of NDJSON may have more fields
		out.Rows = append(out.Rows, append(row, make([]string, len(s.columns)-len(row))...))
	}
	out.Columns, out.Bad = s.Columns, s.Bad[:min(len(s.Bad), max(rows, 1))]
	if r.Source.Kind != activation.SourceNDJSON {
		out.Delimiter, out.Encoding = first.format.delim, cmp.Or(r.Source.CSV.Encoding, "utf-8")
	}
	return out, nil
}
