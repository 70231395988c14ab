package duckdb_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
	"segue/internal/warehouse/warehousetest"
)

func TestAQueryThatNeverEndsIsEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		time  time.Duration
		rows  int64
		query string
		says  string
	}{
		"time": {time: 300 * time.Millisecond, rows: 1 << 60, says: "takes longer than 300ms", query: `WITH a AS (SELECT x.profile_id FROM Customers x, Customers y, Customers z), b AS (SELECT x.profile_id FROM a x, a y, a z),
			c AS (SELECT x.profile_id FROM b x, b y) SELECT max(x.profile_id) FROM c x, c y WHERE x.profile_id < y.profile_id`},
		"rows": {time: time.Minute, rows: 20, says: "gives more than 20 rows", query: `WITH a AS (SELECT x.profile_id FROM Customers x, Customers y, Customers z), b AS (SELECT x.profile_id FROM a x, a y, a z) SELECT x.profile_id FROM b x, b y, b z`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := warehousetest.NewDesk(t, func(t testing.TB, dir, sources, handOver string) warehouse.Warehouse {
				w, err := duckdb.Open(t.Context(), duckdb.Config{
					Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{sources, handOver}, MemoryLimit: "256MB", Threads: 2, QueryTime: c.time, QueryRows: c.rows,
				})
				require.NoError(t, err)
				return w
			})
			e := warehouse.Evaluation{Segment: warehousetest.Asked(c.query), AsOf: warehousetest.Now, Scope: warehousetest.Shop(d)}
			require.NoError(t, d.W.CheckQueries(t.Context(), e), "it is asked before it is known how long it takes")
			for range 2 {
				_, err := d.W.Count(t.Context(), e)
				require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err), "%v", err)
				require.ErrorContains(t, err, c.says)
				_, err = d.W.Observe(t.Context(), e)
				require.ErrorContains(t, err, c.says)
			}
			require.Len(t, d.IDs(warehousetest.Everybody("city")), 3, "the warehouse goes on")
		})
	}
}
