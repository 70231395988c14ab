package warehousetest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // reads hand-over files back
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// MaxUnpacked is how many bytes packed files may unpack to in the warehouses of the suite.
const MaxUnpacked = 4 << 20

// Open opens the engine's warehouse in a folder. It may read sources from the folder sources, and write hand-overs into
// the folder handOver. Opening the folder again after Close finds what was there.
type Open func(t testing.TB, dir, sources, handOver string) warehouse.Warehouse

// Now is when everything in the suite happens.
var Now = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// TB is what a test and a property have in common.
type TB interface {
	require.TestingT
	Helper()
}

// Desk is a warehouse with its folders.
type Desk struct {
	testing.TB
	W       warehouse.Warehouse
	open    Open
	dir     string
	Sources string
	Out     string
	files   int
}

// NewDesk opens an empty warehouse.
func NewDesk(t testing.TB, open Open) *Desk {
	dir := t.TempDir()
	d := &Desk{TB: t, open: open, dir: filepath.Join(dir, "data"), Sources: filepath.Join(dir, "sources"), Out: filepath.Join(dir, "out")}
	for _, p := range []string{d.dir, d.Sources, d.Out} {
		require.NoError(t, os.Mkdir(p, 0o700))
	}
	d.W = open(t, d.dir, d.Sources, d.Out)
	t.Cleanup(func() { require.NoError(t, d.W.Close()) })
	return d
}

// Reopen closes the warehouse and opens it again.
func (d *Desk) Reopen() {
	d.Helper()
	require.NoError(d, d.W.Close())
	d.W = d.open(d.TB, d.dir, d.Sources, d.Out)
}

// Rebuild loses the warehouse, as somebody does who moves its file away, but not what is kept beside it.
func (d *Desk) Rebuild() {
	d.Helper()
	require.NoError(d, d.W.Close())
	files, err := filepath.Glob(filepath.Join(d.dir, "warehouse*"))
	require.NoError(d, err)
	for _, f := range files {
		require.NoError(d, os.RemoveAll(f))
	}
	d.W = d.open(d.TB, d.dir, d.Sources, d.Out)
}

func (d *Desk) ctx() context.Context { return context.Background() }

// File writes a file and returns its path.
func (d *Desk) File(text string) string {
	d.Helper()
	d.files++
	path := filepath.Join(d.Sources, fmt.Sprintf("file%d.csv", d.files))
	require.NoError(d, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Request asks for a text to be loaded as the source "s".
func (d *Desk) Request(text string) warehouse.LoadRequest {
	d.Helper()
	return warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Customers", Kind: activation.SourceCSV}, Files: []warehouse.File{{Path: d.File(text), Name: "source.csv"}}, At: Now}
}

// Load loads a text as the source "s", by force where it shrinks.
func (d *Desk) Load(text string) activation.Ingest {
	d.Helper()
	r := d.Request(text)
	r.Force = true
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	return in
}

// Definition makes a profile of the source "s" with the key "id". Fields are written "name type" or "name type meaning".
func Definition(fields ...string) activation.ProfileDefinition {
	def := activation.ProfileDefinition{Source: "s", Key: "id", Region: "HR"}
	for _, f := range fields {
		parts := strings.Fields(f)
		field := activation.Field{Name: parts[0], Column: parts[0], Type: activation.FieldType(parts[1])}
		if len(parts) > 2 {
			field.Semantic = activation.SemanticType(parts[2])
		}
		def.Fields = append(def.Fields, field)
	}
	return def
}

// Build builds the profiles.
func (d *Desk) Build(def activation.ProfileDefinition) activation.ProfileBuild {
	d.Helper()
	b, err := d.W.BuildProfiles(d.ctx(), def, Now)
	require.NoError(d, err)
	return b
}

// Text loads the text as typed by the definition, so that nothing is inferred, and builds the profiles.
func (d *Desk) Text(def activation.ProfileDefinition, text string) activation.ProfileBuild {
	d.Helper()
	r := d.Request(text)
	r.Force = true
	r.Source.Columns = map[string]activation.ColumnOption{"id": {Type: activation.TypeText}}
	for _, f := range def.Fields {
		r.Source.Columns[f.Column] = activation.ColumnOption{Type: f.Type}
	}
	_, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	return d.Build(def)
}

// Table loads the text as the table of the source, its columns written "name type", and returns them.
func (d *Desk) Table(id activation.SourceID, columns []string, text string) []activation.Column {
	d.Helper()
	r := d.Request(text)
	r.Force = true
	r.Source.ID, r.Source.Name = id, string(id)
	r.Source.Columns = map[string]activation.ColumnOption{}
	for _, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		r.Source.Columns[name] = activation.ColumnOption{Type: activation.FieldType(kind)}
	}
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	return in.Columns
}

// Everybody is a segment of all profiles with the field or without it.
func Everybody(field string) activation.Segment {
	return Select(activation.Rule{Any: []activation.Rule{
		{Field: field, Operator: activation.OpIsEmpty}, {Field: field, Operator: activation.OpIsNotEmpty},
	}})
}

// Select is a segment of one rule.
func Select(r activation.Rule) activation.Segment {
	return activation.Segment{ID: "g", Name: "Segment", Rules: []activation.SegmentRule{{Rule: r}}}
}

// IDs returns the members of a segment.
func (d *Desk) IDs(g activation.Segment) []string {
	d.Helper()
	list, err := d.W.Sample(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now}, "", 100_000)
	require.NoError(d, err)
	ids := []string{}
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

// HandOver writes the members of segments and reads the files back: rows joined by "|", missing values as "-".
func (d *Desk) HandOver(m activation.Mapping, segments ...activation.Segment) (h warehouse.HandOver, members, addresses, refusals []string) {
	d.Helper()
	h, err := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{Segments: segments, AsOf: Now, Mapping: m, Dir: d.Out, Name: "run"})
	require.NoError(d, err)
	members, addresses, refusals = Rows(d, h.MembersPath), Rows(d, h.AddressesPath), Rows(d, h.RefusalsPath)
	require.Equal(d, []int64{int64(len(members)), int64(len(addresses)), int64(len(refusals))}, []int64{h.Members, h.Addresses, h.Refusals})
	return h, members, addresses, refusals
}

// Rows reads a Parquet file.
func Rows(t TB, path string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.Query("SELECT * FROM read_parquet(?)", path)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	require.NoError(t, err)
	out := []string{}
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		line := make([]string, len(names))
		for i, v := range values {
			line[i] = v.String
			if !v.Valid {
				line[i] = "-"
			}
		}
		out = append(out, strings.Join(line, "|"))
	}
	require.NoError(t, rows.Err())
	return out
}
