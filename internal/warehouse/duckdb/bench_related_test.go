package duckdb_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// orders writes twenty made-up orders for each of n customers.
func orders(b *testing.B, path string, n int) {
	b.Helper()
	f, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(9, 9))
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Fprintln(w, "customer_id,amount,bought,channel")
	for range 20 * n {
		fmt.Fprintf(w, "C%08d,%d.%02d,%s,%s\n", r.IntN(n), r.IntN(500), r.IntN(100), start.AddDate(0, 0, r.IntN(1050)).Format(time.DateOnly), []string{"Web", "Shop", "Phone"}[r.IntN(3)])
	}
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
}

// BenchmarkRelated measures how long a segment of twelve conditions is counted, three of them on twenty times as many related rows as
// there are customers. The aim is 2 s at a million customers on two cores.
func BenchmarkRelated(b *testing.B) {
	n := benchRows(b, 1_000_000)
	dir, ctx := b.TempDir(), context.Background()
	people, rows := filepath.Join(dir, "customers.csv"), filepath.Join(dir, "orders.csv")
	customers(b, people, n)
	orders(b, rows, n)
	w, err := duckdb.Open(ctx, duckdb.Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "512MB", Threads: 2})
	require.NoError(b, err)
	defer func() { require.NoError(b, w.Close()) }()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	in, err := w.Load(ctx, warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Customers"}, Files: []warehouse.File{{Path: people, Name: "customers.csv"}}, At: now})
	require.NoError(b, err)
	_, err = w.Load(ctx, warehouse.LoadRequest{Source: activation.Source{ID: "o", Name: "Orders"}, Files: []warehouse.File{{Path: rows, Name: "orders.csv"}}, At: now})
	require.NoError(b, err)
	def := activation.ProfileDefinition{Source: "s", Key: "customer_id", Region: "HR"}
	for _, c := range in.Columns[1:] {
		def.Fields = append(def.Fields, activation.Field{Name: c.Name, Column: c.Name, Type: c.Type, Semantic: c.Guess})
	}
	_, err = w.BuildProfiles(ctx, def, now)
	require.NoError(b, err)

	is := func(field string, op activation.Operator, values ...string) activation.Rule {
		return activation.Rule{Field: field, Operator: op, Values: values}
	}
	bought := func(f activation.Function, column string, op activation.Operator, value string) activation.Rule {
		return activation.Rule{Operator: op, Values: []string{value}, Related: &activation.Related{
			Path: []string{"orders"}, Function: f, Column: column, Where: &activation.Rule{Field: "channel", Operator: activation.OpOneOf, Values: []string{"web", "phone"}},
			Within: &activation.Window{Column: "bought", Operator: activation.OpInTheLast, Values: []string{"1"}, Unit: activation.UnitYear},
		}}
	}
	segment := activation.Segment{Name: "bench", Rules: []activation.SegmentRule{{Rule: activation.Rule{All: []activation.Rule{
		bought(activation.FuncSum, "amount", activation.OpGreaterOrEqual, "500"), bought(activation.FuncCount, "", activation.OpGreater, "2"),
		bought(activation.FuncMax, "amount", activation.OpLess, "499"),
		is("points", activation.OpGreater, "100"), is("points", activation.OpLess, "4900"), is("city", activation.OpNotEquals, "pula"),
		is("tier", activation.OpOneOf, "tier 0", "tier 1", "tier 2"), is("email", activation.OpContains, "example"), is("last name", activation.OpNotStartsWith, "x"),
		is("birth date", activation.OpBefore, "2000-01-01"), is("post code", activation.OpIsNotEmpty), is("email subscriber", activation.OpEquals, "yes"),
	}}}}}
	e := warehouse.Evaluation{Segment: segment, AsOf: now, Scope: activation.Scope{Relationships: []activation.Relationship{
		{Name: "orders", From: "o", Keys: []activation.KeyPair{{From: "customer_id"}}},
	}}}
	for b.Loop() {
		c, err := w.Count(ctx, e)
		require.NoError(b, err)
		require.Positive(b, c.Members)
		b.ReportMetric(float64(c.Members), "members")
	}
	b.ReportMetric(peak(b), "MiB-peak")
}
