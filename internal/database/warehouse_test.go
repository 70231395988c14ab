package database_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/database"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

func open(t *testing.T, memory string) warehouse.Warehouse {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(t.TempDir(), "warehouse.duckdb"), MemoryLimit: memory, Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

func request(t *testing.T, kind activation.SourceKind, o activation.DatabaseOptions) warehouse.LoadRequest {
	t.Helper()
	f, err := database.Open(database.Account{Kind: kind, Options: o, Password: ownerPassword})
	require.NoError(t, err)
	return warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "People", Kind: kind, Database: o}, Feed: f, At: time.Unix(0, 0)}
}

func described(columns []activation.Column) (out []string) {
	for _, c := range columns {
		out = append(out, strings.TrimSpace(fmt.Sprint(c.Name, " ", c.Type, " ", c.Guess)))
	}
	return out
}

// values reads a column of the table by the key "id".
func values(t *testing.T, w warehouse.Warehouse, in activation.Ingest, name string) (out []string) {
	t.Helper()
	for _, c := range in.Columns {
		if c.Name != name {
			continue
		}
		_, err := w.BuildProfiles(t.Context(), activation.ProfileDefinition{Source: "s", Key: "id", Region: "HR", Fields: []activation.Field{{Name: "x", Column: name, Type: c.Type}}}, time.Unix(0, 0))
		require.NoError(t, err)
		list, err := w.Profiles(t.Context(), "", "", 100)
		require.NoError(t, err)
		for _, p := range list {
			out = append(out, p.Values[0])
		}
	}
	return out
}

func TestATableOfPostgreSQLIsTakenOver(t *testing.T) {
	t.Parallel()
	_, o := onPostgreSQL(t, `CREATE TABLE people (id int, contact text, "First name" text, total bigint, big numeric, since date, seen timestamptz, vip boolean, born text, sum text)`,
		`INSERT INTO people VALUES (1, ' ana@example.com ', 'S'||U&'\030C', 5, 12345678901234567.5, '2026-01-31', '2026-01-31 10:00+02', true, '31.1.1990', '1.234,5'),
		(2, 'ivo@example.com', '  ', NULL, 1, NULL, NULL, NULL, NULL, NULL), (3, 'mia@example.com', 'x', 7, 2, 'infinity', NULL, false, NULL, NULL), (4, 'geheim@example.com', 'x', 7, 2, NULL, NULL, false, 'soon', NULL)`)
	o.Table = "people"
	w := open(t, "256MB")
	r := request(t, activation.SourcePostgreSQL, o)
	r.Source.MaxBadRows = 0.5
	r.Source.Columns = map[string]activation.ColumnOption{"born": {Type: activation.TypeDate, Format: "%d.%m.%Y"}, "sum": {Type: activation.TypeNumber, DecimalComma: true}}
	p, err := w.Preview(t.Context(), r, 1)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"1", "ana@example.com", "Š", "5", "12345678901234567.5", "2026-01-31", "2026-01-31T08:00:00Z", "true", "31.1.1990", "1.234,5"}}, p.Rows)
	in, err := w.Load(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{
		"id text", "contact text email", "First name text first_name", "total number", "big text", "since date", "seen datetime", "vip boolean", "born date", "sum number",
	}, described(in.Columns))
	require.Equal(t, described(in.Columns), described(p.Columns))
	require.EqualValues(t, []int64{2, 2}, []int64{in.Rows, in.Quarantined})
	for name, want := range map[string][]string{
		"contact": {"ana@example.com", "ivo@example.com"}, "First name": {"Š", ""}, "total": {"5", ""}, "big": {"12345678901234567.5", "1"}, "since": {"2026-01-31", ""},
		"seen": {"2026-01-31T08:00:00Z", ""}, "vip": {"true", ""}, "born": {"1990-01-31", ""}, "sum": {"1234.5", ""},
	} {
		require.Equal(t, want, values(t, w, in, name), name)
	}
	bad, err := w.Quarantine(t.Context(), "s", 0, 10)
	require.NoError(t, err)
	require.Len(t, bad, 2)
	require.EqualValues(t, []int64{3, 4}, []int64{bad[0].Line, bad[1].Line})
	require.Equal(t, []string{"since", "born"}, []string{bad[0].Column, bad[1].Column})
	require.Equal(t, "is not a date between the years 1 and 9999", bad[0].Reason)
	r.Source.MaxBadRows = 0.01
	_, err = w.Load(t.Context(), r)
	require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err))
	require.ErrorContains(t, err, `2 of 4 rows cannot be read, more than 1 %; the first: row 3, column "since"`)
	require.NotRegexp(t, `\bfile`, err.Error(), "there is none")
	require.NotContains(t, err.Error(), "geheim")
	require.Len(t, values(t, w, in, "total"), 2, "the old rows stay")

	o.Table, o.Query = "", "SELECT id, contact FROM people WHERE false"
	r = request(t, activation.SourcePostgreSQL, o)
	r.Force = true
	_, err = w.Load(t.Context(), r)
	require.ErrorContains(t, err, "the database has no rows")
	require.NotRegexp(t, `\bfile`, err.Error())
	o.Query = "SELECT id, contact FROM people LIMIT 1"
	r = request(t, activation.SourcePostgreSQL, o)
	_, err = w.Load(t.Context(), r)
	require.ErrorContains(t, err, "would shrink from 2 to 1 rows")
	require.NotRegexp(t, `\bfile`, err.Error())
	r.Source.MaxShrink, r.Required = 1, []string{"id", "total"}
	_, err = w.Load(t.Context(), r)
	require.ErrorContains(t, err, "the database lost columns that the profile is made from: total")
	require.NotRegexp(t, `\bfile`, err.Error())
	o.Query = "SELECT id, contact AS a, contact AS \"A\" FROM people"
	_, err = w.Load(t.Context(), request(t, activation.SourcePostgreSQL, o))
	require.ErrorContains(t, err, "same name")
	o.Query = `SELECT 1 AS id, 'x' AS "a""); DROP TABLE source; --"`
	r = request(t, activation.SourcePostgreSQL, o)
	r.Force = true
	in, err = w.Load(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{"x"}, values(t, w, in, `a"); DROP TABLE source; --`))
}

// broken gives rows of another feed and then fails.
type broken struct {
	warehouse.Feed
	after int
}

var errBroken = errors.New("the way to the database is gone")

func (b broken) Read(ctx context.Context, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error {
	n := 0
	return b.Feed.Read(ctx, limit, columns, func(v [][]byte) error {
		if n++; n > b.after {
			return errBroken
		}
		return row(v)
	})
}

func TestAQueryOfMariaDBIsTakenOverOrTheOldRowsStay(t *testing.T) {
	t.Parallel()
	_, o := onMariaDB(t)
	o.Query = "SELECT seq AS id, concat('n', seq) AS name FROM seq_1_to_20"
	w := open(t, "256MB")
	r := request(t, activation.SourceMySQL, o)
	in, err := w.Load(t.Context(), r)
	require.NoError(t, err)
	require.EqualValues(t, 20, in.Rows)
	o.Query = "SELECT seq AS id, 'other' AS name FROM seq_1_to_100000"
	for _, after := range []int{0, 1, 50_000, 99_999} {
		r = request(t, activation.SourceMySQL, o)
		r.Feed = broken{r.Feed, after}
		_, err = w.Load(t.Context(), r)
		require.ErrorIs(t, err, errBroken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r = request(t, activation.SourceMySQL, o)
	r.Feed = canceling{r.Feed, cancel}
	_, err = w.Load(ctx, r)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, values(t, w, in, "name"), 20)
	in, err = w.Load(t.Context(), request(t, activation.SourceMySQL, o))
	require.NoError(t, err)
	require.EqualValues(t, 100_000, in.Rows)
}

// canceling cancels after some rows.
type canceling struct {
	warehouse.Feed
	cancel func()
}

func (c canceling) Read(ctx context.Context, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error {
	n := 0
	return c.Feed.Read(ctx, limit, columns, func(v [][]byte) error {
		if n++; n == 10_000 {
			c.cancel()
		}
		return row(v)
	})
}

func TestRowsThatAreTooLargeTogetherAreRefused(t *testing.T) {
	t.Parallel()
	_, pg := onPostgreSQL(t)
	_, my := onMariaDB(t)
	w := open(t, "256MB")
	pg.Query = "SELECT n AS id, 'kept' AS long FROM generate_series(1, 20) AS n"
	in, err := w.Load(t.Context(), request(t, activation.SourcePostgreSQL, pg))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		kind  activation.SourceKind
		o     activation.DatabaseOptions
		query string
	}{
		"many rows":          {activation.SourcePostgreSQL, pg, "SELECT n AS id, repeat('x', 1000000) AS long FROM generate_series(1, 70) AS n"},
		"many rows of MySQL": {activation.SourceMySQL, my, "SELECT seq AS id, repeat('x', 1000000) AS `long` FROM seq_1_to_70"},
		"one row":            {activation.SourcePostgreSQL, pg, "SELECT 1 AS id, repeat('x', 70000000) AS long"},
	} {
		c.o.Query = c.query
		_, err := w.Load(t.Context(), request(t, c.kind, c.o))
		require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "2048 of them hold more than 64 MiB", name)
	}
	require.Equal(t, "kept", values(t, w, in, "long")[0], "the old rows stay")
}

// TestRowsAreStreamed takes over more than the engine may keep, and holds that the process keeps none of it.
func TestRowsAreStreamed(t *testing.T) { // alone, for it looks at the memory of the process
	_, o := onPostgreSQL(t)
	o.Query = "SELECT n AS id, md5(n::text) || repeat(md5((n * 7)::text), 47) AS pad FROM generate_series(1, 400000) AS n"
	w := open(t, "128MB")
	before := resident(t)
	in, err := w.Load(t.Context(), request(t, activation.SourcePostgreSQL, o))
	require.NoError(t, err)
	require.EqualValues(t, 400_000, in.Rows)
	grown := resident(t) - before
	// What the engine frees in pieces is not all given back by its allocator, and how much that is differs from run to run.
	require.Less(t, grown, int64(1000)<<20, "the rows are 600 MB of text, twice in the engine; the process grew by %d MB", grown>>20)
	var ours runtime.MemStats
	runtime.ReadMemStats(&ours)
	require.Less(t, ours.HeapSys, uint64(64)<<20, "what is ours of the memory")
}

// resident is the memory of the process.
func resident(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}
