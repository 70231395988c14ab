package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/store/sqlite"
	"segue/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// enqueue writes jobs into a table of the test, within the transaction given.
func enqueue(ctx context.Context, tx *sql.Tx, a jobs.Args, at time.Time) error {
	var micros int64
	if !at.IsZero() {
		micros = at.UnixMicro()
	}
	if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS test_jobs (kind text, key text, at integer)"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO test_jobs VALUES (?, ?, ?)", a.Kind(), a.Key(), micros)
	return err
}

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Enqueue: enqueue})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStoreConforms(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Bundle {
		path := filepath.Join(t.TempDir(), "segue.db")
		s := open(t, path)
		return storetest.Bundle{
			Store:    s,
			Enqueued: func(t *testing.T) []storetest.Enqueued { return enqueued(t, s) },
			Reopen: func(t *testing.T) store.Store {
				require.NoError(t, s.Close())
				return open(t, path)
			},
		}
	})
}

func enqueued(t *testing.T, s *sqlite.Store) (list []storetest.Enqueued) {
	t.Helper()
	rows, err := s.Writer().QueryContext(t.Context(), "SELECT kind, key, at FROM test_jobs ORDER BY rowid")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var e storetest.Enqueued
		var micros int64
		require.NoError(t, rows.Scan(&e.Kind, &e.Key, &micros))
		if micros != 0 {
			e.At = time.UnixMicro(micros).UTC()
		}
		list = append(list, e)
	}
	require.NoError(t, rows.Err())
	return list
}

func TestOpenNeedsItsConfiguration(t *testing.T) {
	t.Parallel()
	for i, cfg := range []sqlite.Config{{}, {Path: filepath.Join(t.TempDir(), "segue.db")}, {Enqueue: enqueue}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			_, err := sqlite.Open(t.Context(), cfg)
			require.ErrorContains(t, err, "incomplete")
		})
	}
}

func TestTheFileIsSafeAndQuietByItsSettings(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "segue ?#%20.db")) // whatever the folder is called
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "temp_store": "2", "busy_timeout": "5000",
	} {
		var got string
		require.NoError(t, s.Writer().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	require.Equal(t, 1, s.Writer().Stats().MaxOpenConnections)
}

func TestAFileOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	s := open(t, path)
	for _, stmt := range []string{"ALTER TABLE profile DROP COLUMN unify", "DROP TABLE match_pairs", "DROP TABLE profile_changes", "DROP TABLE relationships", "ALTER TABLE sources DROP COLUMN database_options", "ALTER TABLE sources DROP COLUMN sealed_password", "DROP TABLE list_sizes", "DROP INDEX refreshes_segment", "ALTER TABLE segments DROP COLUMN schedule", "DROP TABLE deliveries", "DROP TABLE notices", "DROP TABLE ended_runs", "DROP TABLE task_states", "DROP TABLE notice_settings", "ALTER TABLE people DROP COLUMN notices", "ALTER TABLE exports DROP COLUMN freshness",
		"ALTER TABLE runs DROP COLUMN stop", "ALTER TABLE runs DROP COLUMN connection_id", "ALTER TABLE exports DROP COLUMN removing", "ALTER TABLE exports DROP COLUMN detached",
		"ALTER TABLE connections DROP COLUMN removed_by", "ALTER TABLE connections DROP COLUMN removing_at", "ALTER TABLE connections DROP COLUMN contact_limit", "ALTER TABLE connections DROP COLUMN export_user",
		"ALTER TABLE runs DROP COLUMN refresh_mirror", "ALTER TABLE connections DROP COLUMN mirror_off", "ALTER TABLE connections DROP COLUMN clear_empty", "DROP TABLE removing_runs", "DROP TABLE due", "DROP TABLE refreshes", "DROP TABLE refresh_schedule", "ALTER TABLE exports DROP COLUMN schedule", "ALTER TABLE runs DROP COLUMN reconciliation",
		"ALTER TABLE connections DROP COLUMN shared", "DROP TABLE audit", "DROP TABLE devices", "DROP TABLE tokens", "DROP TABLE sessions", "DROP TABLE people", "DELETE FROM goose_db_version WHERE version_id > 1"} {
		_, err := s.Writer().ExecContext(t.Context(), stmt)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	s = open(t, path)
	_, err := s.Writer().ExecContext(t.Context(), "SELECT unify, reconciliation, freshness, notices, export_user, segments.schedule, database_options, sealed_password FROM profile, match_pairs, profile_changes, sources, list_sizes, runs, exports, people, connections, audit, deliveries, removing_runs, segments, refreshes, relationships")
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestTheAuditLogCannotBeChangedOrDeleted(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "segue.db"))
	e := activation.AuditEntry{Number: 1, Action: "a", Outcome: activation.AuditDone, Hash: "h"}
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.AppendAudit(t.Context(), e) }))
	for _, statement := range []string{"UPDATE audit SET hash = 'x'", "DELETE FROM audit"} {
		_, err := s.Writer().ExecContext(t.Context(), statement)
		require.ErrorContains(t, err, "append-only")
	}
}
