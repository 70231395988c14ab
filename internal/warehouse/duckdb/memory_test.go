package duckdb_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// TestALoadThatFailsOverMemoryLeavesTheOldTable loads rows of many megabytes, which do not fit into the engine's limit when they are committed:
// that is told as such, the old table stays, and the file is of use as before.
func TestALoadThatFailsOverMemoryLeavesTheOldTable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "40MB", Threads: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Close()) }()
	load := func(name string, text []byte) (activation.Ingest, error) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "s", Kind: activation.SourceNDJSON}, Files: []warehouse.File{{Path: path, Name: name}}, Force: true})
	}
	rows := func() int64 {
		b, err := w.BuildProfiles(t.Context(), activation.ProfileDefinition{Source: "s", Key: "id", Fields: []activation.Field{{Name: "long", Column: "long", Type: activation.TypeText}}}, contosoNow)
		require.NoError(t, err)
		return b.Profiles
	}
	_, err = load("small.ndjson", []byte(`{"id":"1","long":"x"}`+"\n"+`{"id":"2","long":"y"}`+"\n"))
	require.NoError(t, err)

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for i := range 20 {
		_, err := fmt.Fprintf(z, "{\"id\":\"%d\",\"long\":\"%s\"}\n", i, bytes.Repeat([]byte("x"), 3<<20))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err = load("large.ndjson.gz", packed.Bytes())
	require.Equal(t, activation.CodeUnavailable, activation.CodeOf(err), "%v", err)
	require.ErrorContains(t, err, "ran out of memory")
	require.EqualValues(t, 2, rows(), "the old rows stay")
	// A column takes memory by itself, and many of them have no room while rows are appended.
	wide := func(i int) (line string) {
		for c := range 400 {
			line += fmt.Sprintf(",\"c%d\":\"%d %d\"", c, c, i)
		}
		return line
	}
	var many bytes.Buffer
	for i := range 6000 {
		_, err := fmt.Fprintf(&many, "{\"id\":\"%d\"%s}\n", i, wide(i))
		require.NoError(t, err)
	}
	_, err = load("wide.ndjson", many.Bytes())
	require.Equal(t, activation.CodeUnavailable, activation.CodeOf(err), "%v", err)
	require.ErrorContains(t, err, "ran out of memory")
	require.EqualValues(t, 2, rows(), "the old rows stay")
	in, err := load("small.ndjson", []byte(`{"id":"3","long":"z"}`+"\n"))
	require.NoError(t, err)
	require.EqualValues(t, 1, in.Rows)
	require.EqualValues(t, 1, rows())
}
