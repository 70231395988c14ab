package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/store/sqlite"
)

func newSource(id activation.SourceID, name string) activation.Source {
	return activation.Source{ID: id, Name: name, Kind: activation.SourceCSV, Path: "/x.csv", Version: 1}
}

func refusedOpen(t *testing.T, path string, code activation.Code) *activation.Error {
	t.Helper()
	_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Enqueue: enqueue, BusyTimeout: 50 * time.Millisecond})
	require.Error(t, err)
	require.Equal(t, code, activation.CodeOf(err), "error: %v", err)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Message, path)
	require.NotEmpty(t, e.Remedy)
	return e
}

func TestS35FilesBelongToTheirOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	require.NoError(t, os.WriteFile(path, nil, 0o644)) // too open, as after a careless restore
	require.NoError(t, os.Chmod(path, 0o644))
	s := open(t, path)
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.CreateSource(t.Context(), newSource("so1", "a")) }))
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
	}
}

func TestAnotherProcessThatHoldsTheFileIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Enqueue: enqueue, BusyTimeout: 50 * time.Millisecond})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	other, err := sql.Open("sqlite", path+"?_txlock=exclusive")
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	tx, err := other.BeginTx(t.Context(), nil)
	require.NoError(t, err)

	err = s.Update(t.Context(), func(store.Tx) error { return nil })
	require.Equal(t, activation.CodeLocked, activation.CodeOf(err))
	require.NoError(t, tx.Rollback())
	require.NoError(t, s.Update(t.Context(), func(store.Tx) error { return nil }), "and all is well when it lets go")
}

func TestAFileInExclusiveUseIsNotOpened(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	other, err := sql.Open("sqlite", path+"?_pragma=locking_mode(exclusive)&_txlock=exclusive")
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	_, err = other.ExecContext(t.Context(), "CREATE TABLE t (a)")
	require.NoError(t, err)
	refusedOpen(t, path, activation.CodeLocked)
}

func TestANewerFileIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	s := open(t, path)
	_, err := s.Writer().ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	e := refusedOpen(t, path, activation.CodeNewerData)
	require.Contains(t, e.Message, "newer")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestADamagedFileIsLeftAlone(t *testing.T) {
	t.Parallel()
	t.Run("no database at all", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "segue.db")
		garbage := []byte(strings.Repeat("this is not a database ", 500))
		require.NoError(t, os.WriteFile(path, garbage, 0o600))
		refusedOpen(t, path, activation.CodeCorrupt)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, garbage, after)
	})
	t.Run("pages overwritten", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "segue.db")
		s := open(t, path)
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.CreateSource(t.Context(), newSource("so1", "a")) }))
		require.NoError(t, s.Close())
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		require.NoError(t, err)
		info, err := f.Stat()
		require.NoError(t, err)
		_, err = f.WriteAt([]byte(strings.Repeat("\xa5", int(info.Size())-4096)), 4096)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		refusedOpen(t, path, activation.CodeCorrupt)
	})
	t.Run("a value that cannot be read", func(t *testing.T) {
		t.Parallel()
		s := open(t, filepath.Join(t.TempDir(), "segue.db"))
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.CreateSource(t.Context(), newSource("so1", "a")) }))
		_, err := s.Writer().ExecContext(t.Context(), "UPDATE sources SET csv_options = '{'")
		require.NoError(t, err)
		err = s.View(t.Context(), func(r store.Reader) error { _, err := r.Source(t.Context(), "so1"); return err })
		require.Equal(t, activation.CodeCorrupt, activation.CodeOf(err))
	})
}

func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "segue.db")
	s := open(t, path)
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error { return tx.CreateSource(ctx, newSource("so1", "kept")) }))
	_, err := s.Writer().ExecContext(ctx, "PRAGMA max_page_count = 1") // no page more than there are now
	require.NoError(t, err)
	big := newSource("so2", "lost")
	big.Path = strings.Repeat("x", 1<<20)
	err = s.Update(ctx, func(tx store.Tx) error { return tx.CreateSource(ctx, big) })
	require.Equal(t, activation.CodeStorageFull, activation.CodeOf(err), "error: %v", err)
	require.NotContains(t, err.Error(), "xxxx")

	_, err = s.Writer().ExecContext(ctx, "PRAGMA max_page_count = 1000000")
	require.NoError(t, err)
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error { return tx.CreateSource(ctx, big) }))
	require.NoError(t, s.View(ctx, func(r store.Reader) error { _, err := r.SourceByName(ctx, "kept"); return err }))
}

func TestAFolderThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "absent", "segue.db")
	_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Enqueue: enqueue})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)
	folder := filepath.Join(t.TempDir(), "segue.db")
	require.NoError(t, os.Mkdir(folder, 0o700))
	refusedOpen(t, folder, activation.CodeUnavailable)
}

func TestACrashKeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	path := filepath.Join(dir, "segue.db")
	s := open(t, path)
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error { return tx.CreateSource(ctx, newSource("so1", "kept")) }))

	crash := filepath.Join(t.TempDir(), "segue.db") // what a kill leaves on the disk while a transaction is open
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.CreateSource(ctx, newSource("so2", "not committed")))
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + suffix)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(crash+suffix, b, 0o600))
		}
		return nil
	}))
	again := open(t, crash)
	require.NoError(t, again.View(ctx, func(r store.Reader) error {
		_, err := r.SourceByName(ctx, "kept")
		require.NoError(t, err)
		_, err = r.SourceByName(ctx, "not committed")
		require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
		return nil
	}))
}

func TestADeletedKeyLeavesNoTrace(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "segue.db")
	s := open(t, path)
	mark := "sealed-key-to-be-forgotten"
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		return tx.CreateConnection(ctx, activation.Connection{ID: "co1", Name: "a", Type: activation.DestinationBrevo, SealedKey: []byte(mark), Version: 1})
	}))
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error { return tx.DeleteConnection(ctx, "co1") }))
	require.NoError(t, s.Close()) // merges the log into the file
	for _, name := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		require.NotContains(t, string(b), mark, name)
	}
}

func TestAFailingQueueFailsTheTransaction(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	boom := errors.New("boom")
	s, err := sqlite.Open(ctx, sqlite.Config{
		Path:    filepath.Join(t.TempDir(), "segue.db"),
		Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return boom },
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	err = s.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.CreateSource(ctx, newSource("so1", "a")))
		return tx.Enqueue(ctx, jobs.StepRun{Run: "r1"}, time.Time{})
	})
	require.ErrorIs(t, err, boom)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		list, _, err := r.Sources(ctx, store.Page{})
		require.Empty(t, list)
		return err
	}))
}
