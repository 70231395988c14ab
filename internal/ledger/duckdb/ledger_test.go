package duckdb_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

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

func TestALedgerOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := os.ReadFile(filepath.Join("migrations", "0001_start.sql"))
	require.NoError(t, err)
	db, err := sql.Open("duckdb", filepath.Join(dir, "ledger.duckdb"))
	require.NoError(t, err)
	for _, s := range []string{
		"CREATE TABLE schema_version (version INTEGER NOT NULL)", string(first), "INSERT INTO schema_version VALUES (1)",
		"INSERT INTO run VALUES ('r1', 1, 'e', 7, '', '', '', [], '{}', NULL, TIMESTAMP '2026-11-24 08:00:00', NULL, '', false)",
		"INSERT INTO batch VALUES ('r1-00001', 'r1', 'import', 1, 7, 1, 0, 0, 'ready', 0, 0, 0, 0, NULL)",
	} {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	l := open(t, dir, t.TempDir())
	require.NoError(t, l.RecordSending(t.Context(), "r1-00001", 0, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), "a run that was planned before goes on")
	require.NoError(t, l.Close())
}
