package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
	"segue/internal/warehouse/warehousetest"
)

func open(t testing.TB, dir, sources, handOver string) warehouse.Warehouse {
	t.Helper()
	w, err := duckdb.Open(context.Background(), duckdb.Config{
		Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{sources, handOver}, MemoryLimit: "256MB", Threads: 2,
		MaxUnpacked: warehousetest.MaxUnpacked,
	})
	require.NoError(t, err)
	return w
}

func TestWarehouse(t *testing.T) {
	t.Parallel()
	warehousetest.Run(t, open)
}
