package duckdb_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// loyal writes a second table of made-up customers: two in three are those of the first, half of these under another address.
func loyal(b *testing.B, path string, n int) {
	b.Helper()
	f, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "loyalty_id,email,first name,last name,phone,reward points")
	for i := range n {
		who, at := i, "example.com"
		if i%3 == 0 {
			who = n + i
		}
		if i%2 == 0 {
			at = "example.org"
		}
		fmt.Fprintf(w, "L%08d,Person.%d@%s,Ana,Prezime%d,+385 91 %07d,%d\n", i, who, at, who%50_000, 2_000_000+who%7_000_000, i%1000)
	}
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
}

// BenchmarkUnify unifies two tables of a million rows each by e-mail, then by phone with a similar name;
// the second time ids are remembered.
func BenchmarkUnify(b *testing.B) {
	n := benchRows(b, 1_000_000)
	dir := b.TempDir()
	customers(b, filepath.Join(dir, "customers.csv"), n)
	loyal(b, filepath.Join(dir, "loyal.csv"), n)
	ctx := context.Background()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	text := func(name string, means activation.SemanticType) activation.Field {
		return activation.Field{Name: name, Column: name, Type: activation.TypeText, Semantic: means}
	}
	def := activation.ProfileDefinition{
		Source: "s", Key: "customer_id", Region: "HR", Fields: []activation.Field{
			text("email", activation.SemanticEmail), text("first name", activation.SemanticFirstName), text("last name", activation.SemanticLastName),
			text("phone", activation.SemanticPhone), text("email subscriber", activation.SemanticConsent), text("city", ""), {Name: "reward points", Type: activation.TypeNumber},
		},
		Unify: &activation.Unification{
			Origin: activation.Origin{Source: "s", Key: "customer_id"},
			Tables: []activation.UnifyTable{{Source: "t", Key: "loyalty_id", Columns: map[string]string{
				"email": "email", "first name": "first name", "last name": "last name", "phone": "phone", "reward points": "reward points",
			}}},
			Rules: []activation.MatchRule{
				{Name: "e-mail", Conditions: []activation.MatchCondition{{Field: "email", Kind: activation.MatchNormalised}}},
				{Name: "phone and name", Conditions: []activation.MatchCondition{
					{Field: "phone", Kind: activation.MatchNormalised}, {Field: "last name", Kind: activation.MatchSimilar, Similarity: 0.9},
				}},
			},
			Survivorship: map[string]activation.Survivorship{"phone": {Method: activation.SurvivorComplete}, "last name": {Method: activation.SurvivorFrequent}},
		},
	}
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		home := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(b, os.Mkdir(home, 0o700))
		w, err := duckdb.Open(ctx, duckdb.Config{Path: filepath.Join(home, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "512MB", Threads: 2})
		require.NoError(b, err)
		for id, name := range map[activation.SourceID]string{"s": "customers.csv", "t": "loyal.csv"} {
			columns := map[string]activation.ColumnOption{}
			if id == "s" {
				columns["email subscriber"] = activation.ColumnOption{Type: activation.TypeText}
			}
			_, err := w.Load(ctx, warehouse.LoadRequest{Source: activation.Source{ID: id, Name: name, Columns: columns}, Files: []warehouse.File{{Path: filepath.Join(dir, name), Name: name}}, At: now})
			require.NoError(b, err)
		}
		b.StartTimer()
		for round, name := range []string{"first", "again"} {
			began := time.Now()
			u, err := w.Unify(ctx, warehouse.UnifyRequest{Definition: def, At: now.Add(time.Duration(round) * time.Hour), Remembered: round > 0})
			require.NoError(b, err)
			b.ReportMetric(time.Since(began).Seconds(), "s-"+name)
			b.ReportMetric(float64(u.Build.Profiles), "profiles")
		}
		require.NoError(b, w.Close())
		require.NoError(b, os.RemoveAll(home))
	}
	b.ReportMetric(peak(b), "MiB-peak")
}
