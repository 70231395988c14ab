package folder

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// used is a data folder that a server has used and let go.
func used(t *testing.T) string {
	t.Helper()
	data, files := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(files, "people.csv"), []byte("id,email\n1,ana@example.com\n2,ivo@example.com\n"), 0o600))
	s := rig.StartServer(t, data, nil, "--source-dir", files)
	id := s.Must(t, http.MethodPost, "/api/v1/sources", rig.Object{"name": "People", "path": "people.csv"})["id"].(string)
	s.Must(t, http.MethodPost, "/api/v1/sources/"+id+"/ingest", rig.Object{})
	require.NoError(t, s.Stop(t))
	return data
}

// sums are the contents of the files that must not change.
func sums(t *testing.T, data string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	for _, name := range []string{"segue.db", "ledger.duckdb", "warehouse.duckdb", "keys.json", "token"} {
		b, err := os.ReadFile(filepath.Join(data, name))
		require.NoError(t, err)
		out[name] = sha256.Sum256(b)
	}
	return out
}

// refused holds that a server ends on the folder, says the words, and changes nothing.
func refused(t *testing.T, data string, code int, words ...string) {
	t.Helper()
	before := sums(t, data)
	got, out := rig.Ends(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	require.Equal(t, code, got, out)
	for _, w := range words {
		require.Contains(t, out, w)
	}
	require.Equal(t, before, sums(t, data), "nothing is changed: %s", out)
}

func TestLockedFolderIsRefused(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := rig.StartServer(t, data, nil)
	code, out := rig.Ends(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	require.Equal(t, 7, code, out)
	require.Contains(t, out, "is in use by another process")
	require.Contains(t, out, "Is segue already running?")
	first.Must(t, http.MethodGet, "/api/v1/version", nil)
	private(t, data)

	first.Kill()
	left := filepath.Join(data, "uploads", ".upload-1")
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	rig.StartServer(t, data, nil).Must(t, http.MethodGet, "/api/v1/version", nil)
	require.NoFileExists(t, left, "S35: an upload that was cut short is swept")
}

func TestNewerFilesAreRefusedAndLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct{ driver, file, statement string }{
		"the control store": {"sqlite", "segue.db", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"},
		"the ledger":        {"duckdb", "ledger.duckdb", "UPDATE schema_version SET version = 999"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := used(t)
			db, err := sql.Open(change.driver, filepath.Join(data, change.file))
			require.NoError(t, err)
			_, err = db.ExecContext(t.Context(), change.statement)
			require.NoError(t, err)
			require.NoError(t, db.Close())
			refused(t, data, 7, filepath.Join(data, change.file), "newer")
		})
	}
}

func TestDamagedFilesAreRefusedAndLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"segue.db", "ledger.duckdb", "keys.json"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			data := used(t)
			path := filepath.Join(data, file)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := range min(len(b), 4096) {
				b[i] ^= 0x5a
			}
			require.NoError(t, os.WriteFile(path, b, 0o600))
			refused(t, data, 1, path)
		})
	}
}

func TestMissingKeysAreRefused(t *testing.T) {
	t.Parallel()
	data := used(t)
	require.NoError(t, os.Rename(filepath.Join(data, "keys.json"), filepath.Join(t.TempDir(), "keys.json")))
	code, out := rig.Ends(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "keys.json is missing")
	require.Contains(t, out, "Restore")
	require.NoFileExists(t, filepath.Join(data, "keys.json"), "no new keys are made: they would open nothing")
}

func TestWarehouseThatIsLostIsBuiltAgain(t *testing.T) {
	t.Parallel()
	data := used(t)
	require.NoError(t, os.Remove(filepath.Join(data, "warehouse.duckdb")))
	s := rig.StartServer(t, data, nil)
	s.Must(t, http.MethodGet, "/api/v1/sources", nil)
}

func TestServerEndsOnASignal(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := rig.StartServer(t, data, nil)
	require.FileExists(t, filepath.Join(data, "address"))
	private(t, data)
	began := time.Now()
	require.NoError(t, s.Stop(t))
	require.Less(t, time.Since(began), 15*time.Second)
	require.NoFileExists(t, filepath.Join(data, "address"), "nobody looks for a server that is gone")
	private(t, data)
}

// private holds that nobody else may look into the folder (S35).
func private(t *testing.T, data string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		require.NoError(t, err)
		want := os.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		require.Equal(t, want, info.Mode().Perm(), "S35: %s", path)
		return nil
	}))
}
