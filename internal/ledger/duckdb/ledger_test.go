package duckdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
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

func TestABatchThatAnOlderSegueSentIsSettled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sql.Open("duckdb", filepath.Join(dir, "ledger.duckdb"))
	require.NoError(t, err)
	statements := []string{"CREATE TABLE schema_version (version INTEGER NOT NULL)", "INSERT INTO schema_version VALUES (3)"}
	for _, name := range []string{"0001_start.sql", "0002_as_of.sql", "0003_reconcile.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", name))
		require.NoError(t, err)
		statements = append(statements, string(text))
	}
	for _, s := range append(statements,
		"INSERT INTO run VALUES ('r1', 1, 'e', 7, '', '', '', [], '{}', NULL, TIMESTAMP '2026-11-24 08:00:00', NULL, '', false, TIMESTAMP '2026-11-24 08:00:00')",
		"INSERT INTO batch VALUES ('r1-00001', 'r1', 'removal', 0, 7, 1, 1, 0, 'ended', 0, 0, 1, 0, TIMESTAMP '2026-11-24 08:00:00')",
		"INSERT INTO batch VALUES ('r1-00002', 'r1', 'import', 1, 7, 2, 1, 0, 'accepted', 0, 7, 1, 1, TIMESTAMP '2026-11-24 08:00:00')",
		"INSERT INTO batch VALUES ('r1-00003', 'r1', 'import', 1, 7, 3, 1, 0, 'ready', 0, 0, 0, 0, NULL)",
		"INSERT INTO run_row VALUES ('r1', 1, 'leaver', NULL, false, 'eva@example.com', '\\x03'::BLOB, 7, 'removed', 'removed', 'left_segments', NULL, NULL, NULL, NULL, NULL, NULL, 'r1-00001', NULL)",
		"INSERT INTO run_row VALUES ('r1', 2, 'address', 'p1', true, 'ana@example.com', '\\x01'::BLOB, 7, 'added', NULL, '', NULL, NULL, NULL, NULL, '{}', 5, 'r1-00002', NULL)",
		"INSERT INTO run_row VALUES ('r1', 3, 'address', 'p2', true, 'ivo@example.com', '\\x02'::BLOB, 7, 'added', NULL, '', NULL, NULL, NULL, NULL, '{}', 5, 'r1-00003', NULL)",
		"INSERT INTO standing VALUES (1, 7, 'e', 'ana@example.com', '\\x01'::BLOB, 'owned', NULL, TIMESTAMP '2026-11-24 08:00:00', NULL, NULL)",
		// She came to be wanted again after the removal: that it ended must not be told twice.
		"INSERT INTO standing VALUES (1, 7, 'e', 'eva@example.com', '\\x03'::BLOB, 'owned', 5, TIMESTAMP '2026-11-24 08:30:00', NULL, NULL)") {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	require.NoError(t, db.Close())
	l := open(t, dir, t.TempDir())
	defer func() { require.NoError(t, l.Close()) }()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	require.NoError(t, l.Settle(t.Context(), "r1-00002", nil, at))
	require.NoError(t, l.RecordSending(t.Context(), "r1-00003", 7, at))
	for address, acknowledged := range map[activation.Email]bool{"ana@example.com": true, "ivo@example.com": false, "eva@example.com": true} {
		st, err := l.Standings(t.Context(), address)
		require.NoError(t, err)
		require.Len(t, st, 1, address)
		require.Equal(t, acknowledged, st[0].Acknowledged, address)
	}
	rows, err := l.BatchRows(t.Context(), "r1-00003")
	require.NoError(t, err)
	require.Len(t, rows, 1)
}

// older is the folder of a ledger of the schema, with what the statements put into it.
func older(t *testing.T, schema int, statements ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sql.Open("duckdb", filepath.Join(dir, "ledger.duckdb"))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join("migrations", "*.sql"))
	require.NoError(t, err)
	made := []string{"CREATE TABLE schema_version (version INTEGER NOT NULL)", fmt.Sprintf("INSERT INTO schema_version VALUES (%d)", schema)}
	for _, name := range files[:schema] {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		made = append(made, string(text))
	}
	for _, s := range append(made, statements...) {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	require.NoError(t, db.Close())
	return dir
}

// TestS23WhatAnOlderSegueReconciledIsInTheOrderOfItsClock: it knew no other.
func TestS23WhatAnOlderSegueReconciledIsInTheOrderOfItsClock(t *testing.T) {
	t.Parallel()
	found := func(run, hour string) string {
		return "INSERT INTO reconciliation VALUES ('" + run + "', 1, 'e', 7, TIMESTAMP '2026-11-24 " + hour + ":00:00', '0-0/0-0', '{}', NULL, NULL)"
	}
	l := open(t, older(t, 16, found("r1", "10"), found("r2", "09"), "INSERT INTO must_reconcile VALUES (1, 7, TIMESTAMP '2026-11-24 09:30:00'), (1, 8, TIMESTAMP '2026-11-24 09:30:00')",
		"INSERT INTO run BY NAME SELECT 'r1' AS id, 1 AS account, 'e' AS export, 7 AS list, '' AS definition, '' AS members_path, '' AS addresses_path, []::VARCHAR[] AS identifiers, "+
			"'{}' AS summary, TIMESTAMP '2026-11-24 10:00:00' AS planned_at, TIMESTAMP '2026-11-24 10:00:00' AS ended_at, '' AS aborted, false AS dry, 0 AS nth, 0 AS planned_after"), t.TempDir())
	defer func() { require.NoError(t, l.Close()) }()
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	_, err := l.Decide(t.Context(), "r2", activation.ReconcileChoice{}, "ana", at)
	require.ErrorContains(t, err, "reconciled again since")
	_, err = l.Decide(t.Context(), "r1", activation.ReconcileChoice{}, "ana", at)
	require.NoError(t, err)
	lists, err := l.Unreconciled(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []activation.ListID{8}, lists)
}

// TestS17S23WhatAnOlderSegueDecidedAfterItGaveUpHolds: it had the clock only to tell what came after what.
func TestS17S23WhatAnOlderSegueDecidedAfterItGaveUpHolds(t *testing.T) {
	t.Parallel()
	for decided, unwanted := range map[string][]activation.Email{"10:00": {"eva@example.com"}, "08:30": {"ana@example.com", "eva@example.com"}, "08:50": {"ana@example.com", "eva@example.com"}} {
		run := func(id string) string {
			return "INSERT INTO run BY NAME SELECT '" + id + "' AS id, 1 AS account, 'e' AS export, 7 AS list, '' AS definition, '' AS members_path, '' AS addresses_path, " +
				"[]::VARCHAR[] AS identifiers, '{}' AS summary, TIMESTAMP '2026-11-24 08:00:00' AS planned_at, '' AS aborted, false AS dry, 1 AS nth, 0 AS planned_after"
		}
		row := func(run, kind, address, batch, part string) string {
			return "INSERT INTO run_row BY NAME SELECT '" + run + "' AS run, 1 AS number, '" + kind + "' AS kind, false AS is_member, '" + address + "' AS address, 7 AS list, '' AS planned, " +
				"'' AS reason, " + batch + " AS batch, " + part + " AS part"
		}
		batch := func(id, kind, state, part, end string) string {
			return "INSERT INTO batch BY NAME SELECT '" + id + "' AS id, 'r1' AS run, '" + kind + "' AS kind, 1 AS phase, 7 AS list, 1 AS seq, 1 AS row_count, 0 AS bytes, '" + state + "' AS state, " +
				"0 AS watermark, 7 AS process, 1 AS attempts, 1 AS imports, " + part + " AS part, false AS split, 2 AS folded, " + end + " AS nth_end, TIMESTAMP '2026-11-24 08:45:00' AS acked_at"
		}
		dir := older(t, 15,
			run("r1"), run("r2"), batch("r1-00001", "removal", "ended", "1", "1"), batch("r1-00002", "import", "ended", "2", "NULL"),
			"UPDATE batch SET acked_at = NULL WHERE part = 2",
			row("r1", "address", "ana@example.com", "'r1-00002'", "2"), row("r1", "address", "eva@example.com", "'r1-00002'", "2"), row("r2", "extra", "ana@example.com", "NULL", "NULL"),
			"INSERT INTO given_up VALUES ('r1-00002', 'r1', 1, 7, 7, 6, 8, 'ana', TIMESTAMP '2026-11-24 09:00:00', TIMESTAMP '2026-12-01 09:00:00', NULL, '', 0)",
			"INSERT INTO reconciliation VALUES ('r2', 1, 'e', 7, TIMESTAMP '2026-11-24 08:00:00', '', '{}', TIMESTAMP '2026-11-24 "+decided+":00', 0)")
		l := open(t, dir, t.TempDir())
		got, err := l.Unwanted(t.Context(), "r1-00002")
		require.NoError(t, err)
		require.Equal(t, unwanted, got, decided)
		require.NoError(t, l.Close())
	}
}

func TestWhatAnOlderSegueOrphanedIsAdopted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := os.ReadFile(filepath.Join("migrations", "0001_start.sql"))
	require.NoError(t, err)
	db, err := sql.Open("duckdb", filepath.Join(dir, "ledger.duckdb"))
	require.NoError(t, err)
	for _, s := range []string{
		"CREATE TABLE schema_version (version INTEGER NOT NULL)", string(first), "INSERT INTO schema_version VALUES (1)",
		"INSERT INTO there_before VALUES (1, 7, 'gone', '\\x02'::BLOB)",
		"INSERT INTO standing VALUES (1, 7, 'gone', 'ana@example.com', '\\x01'::BLOB, 'orphaned', 5, TIMESTAMP '2026-11-24 08:00:00', NULL, NULL)",
		"INSERT INTO standing VALUES (1, 7, 'gone', 'ivo@example.com', '\\x02'::BLOB, 'orphaned', 5, TIMESTAMP '2026-11-24 08:00:00', NULL, NULL)",
	} {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	require.NoError(t, db.Close())
	l := open(t, dir, t.TempDir())
	defer func() { require.NoError(t, l.Close()) }()
	a, err := l.Adopt(t.Context(), ledger.AdoptRequest{Account: 1, List: 7, Export: "e", By: "ana", At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.EqualValues(t, []int64{1, 1, 0}, []int64{a.Owned, a.ThereBefore, a.Kept})
}

func TestChance(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			ledgertest.Chance(t, open, seed, 30)
		})
	}
}

func TestS15S17S20S22S26WhoIsOnWhichListAsExportsWander(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			ledgertest.Wander(t, open, seed+100, 20)
		})
	}
}

func TestS7S10S12S20S22WhoIsOnWhichListAsExportsMingle(t *testing.T) {
	t.Parallel()
	for seed, hands := range []bool{false, true} {
		t.Run(fmt.Sprintf("hands %t", hands), func(t *testing.T) {
			t.Parallel()
			ledgertest.Mingle(t, open, uint64(seed), 60, hands)
		})
	}
}
