package duckdb_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// benchRows is how many rows a benchmark has: SEGUE_BENCH_ROWS, else as many as are usual for it.
func benchRows(b *testing.B, usual int) int {
	b.Helper()
	text := os.Getenv("SEGUE_BENCH_ROWS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err)
	return n
}

// customers writes made-up customers with 14 columns; one in fifty shares an address, one in a hundred a phone.
func customers(b *testing.B, path string, n int) {
	b.Helper()
	f, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(7, 7))
	cities := []string{"Split", "Zagreb", "Šibenik", "Rijeka", "Osijek", "Zadar", "Pula"}
	first := []string{"Ana", "Ivo", "Mia", "Luka", "Željka", "Đuro"}
	fmt.Fprintln(w, "customer_id,email,first name,last name,phone,country,city,birth date,updated_at,points,email subscriber,tier,post code,vip")
	for i := range n {
		who, phone := i, i
		if i%50 == 0 && i > 0 {
			who = r.IntN(i)
		}
		if i%100 == 1 {
			phone = r.IntN(i + 1)
		}
		fmt.Fprintf(w, "C%08d,person.%d@example.com,%s,Prezime%d,091 %07d,HR,%s,%d/%d/%d,2026-%02d-%02dT10:%02d:00Z,%d.%d,%s,tier %d,%05d,%v\n",
			i, who, first[r.IntN(len(first))], r.IntN(50_000), 2_000_000+phone%7_000_000, cities[r.IntN(len(cities))],
			1+r.IntN(12), 1+r.IntN(28), 1940+r.IntN(65), 1+r.IntN(12), 1+r.IntN(28), r.IntN(60), r.IntN(5000), r.IntN(100),
			[]string{"Yes", "Yes", "Yes", "No"}[r.IntN(4)], r.IntN(4), 10_000+r.IntN(40_000), r.IntN(2) == 0)
	}
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
}

// BenchmarkRefresh measures every step from a file to a hand-over, and the most memory that the process had.
func BenchmarkRefresh(b *testing.B) {
	n := benchRows(b, 100_000)
	dir := b.TempDir()
	path := filepath.Join(dir, "customers.csv")
	customers(b, path, n)
	ctx := context.Background()
	source := activation.Source{ID: "s", Name: "Customers"}
	segment := activation.Segment{Name: "bench", Rules: []activation.SegmentRule{
		{Rule: activation.Rule{Field: "points", Operator: activation.OpGreater, Values: []string{"500"}}},
		{Combine: activation.Except, Rule: activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"šibenik"}}},
	}}
	mapping := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{
		{Attribute: "FIRSTNAME", Field: "first name"}, {Attribute: "LASTNAME", Field: "last name"}, {Attribute: "SMS", Field: "phone"},
		{Attribute: "BIRTHDAY", Field: "birth date"}, {Attribute: "POINTS", Field: "points"},
	}}
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	spent := map[string]time.Duration{}
	step := func(name string, f func() error) {
		began := time.Now()
		require.NoError(b, f())
		spent[name] += time.Since(began)
	}
	for i := 0; b.Loop(); i++ {
		home := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(b, os.Mkdir(home, 0o700))
		w, err := duckdb.Open(ctx, duckdb.Config{Path: filepath.Join(home, "warehouse.duckdb"), AllowedDirs: []string{home}, MemoryLimit: "512MB", Threads: 2})
		require.NoError(b, err)
		var in activation.Ingest
		step("load", func() (err error) {
			in, err = w.Load(ctx, warehouse.LoadRequest{Source: source, Files: []warehouse.File{{Path: path, Name: filepath.Base(path)}}, At: now})
			return err
		})
		def := activation.ProfileDefinition{Source: "s", Key: "customer_id", Region: "HR"}
		for _, c := range in.Columns[1:] {
			def.Fields = append(def.Fields, activation.Field{Name: c.Name, Column: c.Name, Type: c.Type, Semantic: c.Guess})
		}
		step("build", func() error {
			_, err := w.BuildProfiles(ctx, def, now)
			return err
		})
		step("count", func() error {
			_, err := w.Count(ctx, warehouse.Evaluation{Segment: segment, AsOf: now})
			return err
		})
		step("members", func() error {
			h, err := w.WriteMembers(ctx, warehouse.MembersRequest{Segments: []activation.Segment{segment}, AsOf: now, Mapping: mapping, Dir: home, Name: "run"})
			b.ReportMetric(float64(h.Members), "members")
			return err
		})
		size, err := w.Size(ctx)
		require.NoError(b, err)
		b.ReportMetric(float64(size)/(1<<20), "MiB-file")
		require.NoError(b, w.Close())
		require.NoError(b, os.RemoveAll(home))
	}
	for name, d := range spent {
		b.ReportMetric(d.Seconds()/float64(b.N), "s-"+name)
	}
	b.ReportMetric(peak(b), "MiB-peak")
}

// BenchmarkIngest holds taking a CSV file over against DuckDB's own reader of CSV, in turns on one file: same engine, same
// limits. Ours also finds types of whole columns, looks for rows that cannot be read, cleans texts and guesses meanings.
func BenchmarkIngest(b *testing.B) {
	n := benchRows(b, 1_000_000)
	dir := b.TempDir()
	path := filepath.Join(dir, "customers.csv")
	customers(b, path, n)
	ctx := context.Background()
	var ours, theirs time.Duration
	var oursBusy, theirsBusy float64
	for i := 0; b.Loop(); i++ {
		home := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(b, os.Mkdir(home, 0o700))
		w, err := duckdb.Open(ctx, duckdb.Config{Path: filepath.Join(home, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "512MB", Threads: 2})
		require.NoError(b, err)
		began, busy := time.Now(), processors(b)
		in, err := w.Load(ctx, warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Customers"}, Files: []warehouse.File{{Path: path, Name: "customers.csv"}}})
		ours, oursBusy = ours+time.Since(began), oursBusy+processors(b)-busy
		require.NoError(b, err)
		require.EqualValues(b, n, in.Rows)
		require.NoError(b, w.Close())

		db, err := sql.Open("duckdb", filepath.Join(home, "theirs.duckdb"))
		require.NoError(b, err)
		for _, s := range []string{"SET memory_limit = '512MB'", "SET threads = 2"} {
			_, err = db.ExecContext(ctx, s)
			require.NoError(b, err)
		}
		began, busy = time.Now(), processors(b)
		_, err = db.ExecContext(ctx, "CREATE TABLE t AS SELECT * FROM read_csv(?)", path)
		require.NoError(b, err)
		_, err = db.ExecContext(ctx, "CHECKPOINT")
		theirs, theirsBusy = theirs+time.Since(began), theirsBusy+processors(b)-busy
		require.NoError(b, err)
		require.NoError(b, db.Close())
		require.NoError(b, os.RemoveAll(home))
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s-ours")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s-duckdb")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "x-duckdb")
	if theirsBusy > 0 {
		b.ReportMetric(oursBusy/theirsBusy, "x-processors")
	}
	b.ReportMetric(peak(b), "MiB-peak")
}

// processors is how many seconds of them the process has used, in hundredths; 0 where the system does not tell. It says more than the clock
// where other work wants them as well.
func processors(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	sum := 0.0
	for _, f := range fields[11:13] { // those of the program and those of the system on its behalf
		ticks, err := strconv.ParseFloat(f, 64)
		require.NoError(b, err)
		sum += ticks / 100
	}
	return sum
}

// peak is the most resident memory that the process had, in MiB; 0 where the system does not tell.
func peak(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			require.NoError(b, err)
			return kib / 1024
		}
	}
	return 0
}
