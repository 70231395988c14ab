package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/warehousetest"
)

func TestQueriesOfSegmentsHaveTheBoundsOfTheServer(t *testing.T) {
	t.Parallel()
	const two = "SELECT '1' UNION ALL SELECT '2'"
	for name, c := range map[string]struct {
		cfg  Config
		says string
	}{
		"time":     {Config{QueryTime: time.Nanosecond}, "longer than 1ns"},
		"rows":     {Config{QueryRows: 1}, "more than 1 rows"},
		"defaults": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := warehousetest.NewDesk(t, func(t testing.TB, dir, sources, handOver string) warehouse.Warehouse {
				cfg := c.cfg
				cfg.DataDir, cfg.SourceDirs = dir, []string{sources, handOver}
				require.NoError(t, cfg.setDefaults())
				f, err := openFolder(dir)
				require.NoError(t, err)
				t.Cleanup(func() { _ = f.close() })
				w, err := openWarehouse(t.Context(), cfg, f)
				require.NoError(t, err)
				return w
			})
			n, err := d.W.Count(t.Context(), warehouse.Evaluation{Segment: warehousetest.Asked(two), AsOf: warehousetest.Now, Scope: warehousetest.Shop(d)})
			if c.says == "" {
				require.NoError(t, err)
				require.EqualValues(t, 2, n.Members)
				return
			}
			require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, c.says)
		})
	}
}
