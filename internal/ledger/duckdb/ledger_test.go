package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/ledger"
	"segue/internal/ledger/duckdb"
	"segue/internal/ledger/ledgertest"
	"segue/internal/secret/tink"
)

func open(t testing.TB, dir, handOver string) ledger.Ledger {
	t.Helper()
	keys, err := tink.Open(tink.Config{Path: filepath.Join(dir, "keys.json"), MayCreate: true})
	require.NoError(t, err)
	l, err := duckdb.Open(context.Background(), duckdb.Config{
		Path: filepath.Join(dir, "ledger.duckdb"), HandOverDir: handOver, Hasher: keys, MemoryLimit: "256MB", Threads: 1,
	})
	require.NoError(t, err)
	return l
}

func TestLedger(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, open)
}
