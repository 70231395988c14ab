package riverq_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"segue/internal/jobs"
	"segue/internal/jobs/jobstest"
	"segue/internal/jobs/riverq"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openDB opens a file as the control store does: one connection.
func openDB(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)&_pragma=trusted_schema(off)&_pragma=foreign_keys(on)")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE IF NOT EXISTS notes (key text PRIMARY KEY, note integer)")
	require.NoError(t, err)
	return db
}

func config(db *sql.DB, h jobs.Handlers) riverq.Config {
	return riverq.Config{
		DB: db, Handlers: h, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		PollInterval: 20 * time.Millisecond, FirstBackOff: 100 * time.Millisecond,
	}
}

// harness is a queue in a file of its own.
type harness struct {
	path string
	db   *sql.DB
	q    *riverq.Queue
}

func (h *harness) worker(t *testing.T, workers int, handlers jobs.Handlers) jobs.Worker {
	t.Helper()
	cfg := config(h.db, handlers)
	cfg.Workers = workers
	var err error
	h.q, err = riverq.Open(t.Context(), cfg)
	require.NoError(t, err)
	return h.q
}

func (h *harness) enqueue(ctx context.Context, a jobs.Args, at time.Time, note int64, f func() error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if note != 0 {
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO notes VALUES (?, ?)", a.Key(), note); err != nil {
			return err
		}
	}
	if err := h.q.Enqueue(ctx, tx, a, at); err != nil {
		return err
	}
	if f != nil {
		if err := f(); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (h *harness) note(ctx context.Context, a jobs.Args) (n int64, err error) {
	err = h.db.QueryRowContext(ctx, "SELECT note FROM notes WHERE key = ?", a.Key()).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// crash copies the file and its log while nobody can write: the disk as a kill would leave it.
func (h *harness) crash(t *testing.T) jobstest.Bundle {
	t.Helper()
	path := filepath.Join(t.TempDir(), "segue.db")
	tx, err := h.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(h.path + suffix)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path+suffix, b, 0o600))
	}
	require.NoError(t, tx.Rollback())
	return newHarness(t, path).bundle()
}

func newHarness(t *testing.T, path string) *harness {
	t.Helper()
	return &harness{path: path, db: openDB(t, path)}
}

func (h *harness) bundle() jobstest.Bundle {
	return jobstest.Bundle{Worker: h.worker, Enqueue: h.enqueue, Note: h.note, Crash: h.crash}
}

func TestQueueConforms(t *testing.T) {
	t.Parallel()
	jobstest.Run(t, func(t *testing.T) jobstest.Bundle {
		return newHarness(t, filepath.Join(t.TempDir(), "segue.db")).bundle()
	})
}
