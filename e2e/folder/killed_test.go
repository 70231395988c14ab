package folder

import (
	"bytes"
	"database/sql"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// loading is a server whose pipeline is one source and the profiles made from it.
type loading struct {
	*rig.Server
	data, files, source string
}

func newLoading(t *testing.T, people int) *loading {
	t.Helper()
	l := &loading{data: t.TempDir(), files: t.TempDir()}
	l.write(t, people)
	l.start(t)
	l.source = l.Must(t, http.MethodPost, "/api/v1/sources", rig.Object{"name": "People", "path": "people.csv"})["id"].(string)
	l.Must(t, http.MethodPost, "/api/v1/sources/"+l.source+"/ingest", rig.Object{})
	l.Must(t, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": l.source, "key": "id", "version": 0, "fields": []rig.Object{
		{"name": "email", "column": "email", "type": "text", "semantic": "email"}, {"name": "note", "column": "note", "type": "text"},
	}})
	l.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	return l
}

func (l *loading) start(t *testing.T) {
	t.Helper()
	l.Server = rig.StartServer(t, l.data, nil, "--source-dir", l.files)
}

func (l *loading) write(t *testing.T, people int) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("id,email,note\n")
	for i := range people {
		fmt.Fprintf(&b, "%d,%s,%d %s\n", i, address(i), i, strings.Repeat("long text ", 8))
	}
	require.NoError(t, os.WriteFile(filepath.Join(l.files, "people.csv"), b.Bytes(), 0o600))
}

// refresh returns the refresh and its task of the kind.
func (l *loading) refresh(t *testing.T, id, kind string) (refresh, task rig.Object) {
	t.Helper()
	refresh = l.Must(t, http.MethodGet, "/api/v1/refreshes/"+id, nil)
	for _, x := range refresh["tasks"].([]any) {
		if x.(rig.Object)["kind"] == kind {
			return refresh, x.(rig.Object)
		}
	}
	require.Fail(t, "the refresh has no such task", "%s: %v", kind, refresh)
	return nil, nil
}

// written is how many bytes of the warehouse are on the disk.
func (l *loading) written(t *testing.T) (n int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(l.data, "warehouse.duckdb*"))
	require.NoError(t, err)
	for _, f := range files {
		if info, err := os.Stat(f); err == nil { // a log may go meanwhile
			n += info.Size()
		}
	}
	return n
}

// killedIn starts a refresh and kills the server while a task of the kind is under way and has written rows already.
func (l *loading) killedIn(t *testing.T, kind string) (refresh string) {
	t.Helper()
	var began int64
	refresh = l.Must(t, http.MethodPost, "/api/v1/refreshes", rig.Object{})["id"].(string)
	require.Eventually(t, func() bool {
		_, task := l.refresh(t, refresh, kind)
		require.NotEqual(t, "successful", task["status"], "it was too quick to be killed")
		if began == 0 && task["status"] == "running" {
			began = l.written(t)
		}
		return began > 0 && l.written(t) > began
	}, time.Minute, time.Millisecond)
	t.Logf("killed in the %s, %d bytes after it began", kind, l.written(t)-began)
	l.Kill()
	return refresh
}

// tables are those of the warehouse and their sizes, while no server has it.
func (l *loading) tables(t *testing.T) (tables string) {
	t.Helper()
	db, err := sql.Open("duckdb", filepath.Join(l.data, "warehouse.duckdb"))
	require.NoError(t, err)
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT string_agg(table_name || ' ' || estimated_size, ', ' ORDER BY table_name) FROM duckdb_tables()").Scan(&tables))
	require.NoError(t, db.Close())
	return tables
}

func (l *loading) ends(t *testing.T, refresh, status string) {
	t.Helper()
	var last rig.Object
	require.Eventually(t, func() bool {
		last, _ = l.refresh(t, refresh, "source")
		return last["ended"] == true
	}, 2*time.Minute, 50*time.Millisecond, "%v\n%s", last, l.Output())
	require.Equal(t, status, last["status"], "%v", last)
}

func (l *loading) profiles(t *testing.T) int {
	t.Helper()
	return int(l.Must(t, http.MethodGet, "/api/v1/profile", nil)["build"].(rig.Object)["profiles"].(float64))
}

// names are the files of the data folder once the server has ended, but for the logs of engines.
func (l *loading) names(t *testing.T) (names []string) {
	t.Helper()
	require.NoError(t, l.Stop(t))
	require.NoError(t, filepath.WalkDir(l.data, func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	}))
	return names
}

func TestAServerThatIsKilledInALoadOrABuildKeepsTheOldRowsAndDoesItAgain(t *testing.T) {
	t.Parallel()
	const before, after = 1000, 150_000
	l := newLoading(t, before)
	clean := l.names(t)
	tables := l.tables(t)
	l.start(t)

	// Without the new file nothing is there but what was: the table is the old one, and whole.
	l.write(t, after)
	refresh := l.killedIn(t, "source")
	require.Equal(t, tables, l.tables(t), "nothing of the new rows stays")
	require.NoError(t, os.Remove(filepath.Join(l.files, "people.csv")))
	l.start(t)
	l.ends(t, refresh, "failed_permanent")
	require.EqualValues(t, before, l.Must(t, http.MethodGet, "/api/v1/sources/"+l.source, nil)["ingest"].(rig.Object)["rows"])
	l.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	require.Equal(t, before, l.profiles(t))
	require.Equal(t, clean, l.names(t), "nothing stays behind")
	l.start(t)

	// With it the refresh that was killed ends by itself, wherever it was.
	for _, kind := range []string{"source", "profile"} {
		l.write(t, after)
		refresh = l.killedIn(t, kind)
		l.start(t)
		l.ends(t, refresh, "successful")
		require.Equal(t, after, l.profiles(t), kind)
		require.Equal(t, clean, l.names(t), kind)
		l.start(t)
	}
}
