package bench

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkHundredDays runs an export of 100,000 members on a hundred days, each with 1 % changed, and says what the files
// have grown to.
func BenchmarkHundredDays(b *testing.B) {
	for range b.N {
		hundredDays(b, 100_000, number(b, "SEGUE_BENCH_DAYS", 100))
	}
}

func number(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err, name)
	return n
}

func hundredDays(b *testing.B, n, days int) {
	s := newStage(b)
	population{n, 0}.write(b, s.file)
	s.define(b)
	s.run(b)
	first := s.size(b, "ledger.duckdb") + s.size(b, "warehouse.duckdb")
	say(b, "%d members after the first run: ledger %s, warehouse %s.", n, mib(s.size(b, "ledger.duckdb")), mib(s.size(b, "warehouse.duckdb")))
	var last result
	for day := 1; day <= days; day++ {
		s.refresh(b, population{n, day})
		last = s.run(b)
	}
	require.EqualValues(b, n/100, last.receipt["updated"])
	now := s.size(b, "ledger.duckdb") + s.size(b, "warehouse.duckdb")
	say(b, "After %d more runs: ledger %s, warehouse %s, control store %s; the last run took %s.", days, mib(s.size(b, "ledger.duckdb")),
		mib(s.size(b, "warehouse.duckdb")), mib(s.size(b, "segue.db")), round(last.took))
	b.ReportMetric(float64(now)/float64(first), "size/first")
	b.ReportMetric(float64(now>>20), "MiB-files")
}
