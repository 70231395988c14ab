// Package newfile gives tests the data files of an empty installation. Bringing one to the newest schema takes longer than most
// tests, so each test binary does it once and copies the file.
package newfile

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/jobs"
	ledgerduck "segue/internal/ledger/duckdb"
	"segue/internal/store/sqlite"
)

// Store writes an empty control store to the path.
func Store(t testing.TB, path string) { write(t, path, store) }

// Ledger writes an empty ledger to the path.
func Ledger(t testing.TB, path string) { write(t, path, ledger) }

func write(t testing.TB, path string, content func() ([]byte, error)) {
	t.Helper()
	b, err := content()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

var store = once(func(dir, path string) error {
	s, err := sqlite.Open(context.Background(), sqlite.Config{
		Path: path, Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	if err != nil {
		return err
	}
	return s.Close()
})

var ledger = once(func(dir, path string) error {
	l, err := ledgerduck.Open(context.Background(), ledgerduck.Config{Path: path, HandOverDir: dir, Hasher: noHash{}, Threads: 1})
	if err != nil {
		return err
	}
	return l.Close()
})

// noHash hashes nothing: an empty ledger has nobody in it.
type noHash struct{}

func (noHash) Hash(string, string) (h [16]byte) { return h }

// once makes a file the first time, and returns what is in it.
func once(create func(dir, path string) error) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		dir, err := os.MkdirTemp("", "newfile")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		path := filepath.Join(dir, "file")
		if err := create(dir, path); err != nil {
			return nil, err
		}
		return os.ReadFile(path)
	})
}
