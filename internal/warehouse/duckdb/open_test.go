package duckdb_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/duckdb"
)

// holder is the environment variable that makes this test binary another process that holds, or writes, the file it names.
const holder = "SEGUE_TEST_WAREHOUSE"

func TestMain(m *testing.M) {
	if path := os.Getenv(holder); path != "" {
		hold(path)
	}
	os.Exit(m.Run())
}

// hold opens the warehouse and loads the file beside it again and again, saying so, until it is killed.
func hold(path string) {
	dir := filepath.Dir(path)
	w, err := duckdb.Open(context.Background(), duckdb.Config{Path: path, AllowedDirs: []string{dir}})
	for i := 0; err == nil; i++ {
		if i > 0 {
			_, _ = os.Stdout.WriteString("loaded\n")
		} else {
			_, _ = os.Stdout.WriteString("open\n")
		}
		r := warehouse.LoadRequest{Source: activation.Source{ID: "s"}, Files: sourceFile(dir), Force: true}
		if _, err = w.Load(context.Background(), r); err == nil {
			_, err = w.BuildProfiles(context.Background(), definition(), time.Unix(0, 0))
		}
		if err == nil {
			_, err = w.Evaluate(context.Background(), evaluation())
		}
	}
	_, _ = os.Stdout.WriteString(err.Error() + "\n")
	os.Exit(1)
}

func definition() activation.ProfileDefinition {
	return activation.ProfileDefinition{Source: "s", Key: "id", Fields: []activation.Field{
		{Name: "email", Column: "email", Type: activation.TypeText, Semantic: activation.SemanticEmail},
	}}
}

// evaluation is that of everybody with an address, as a segment that keeps its members.
func evaluation() warehouse.Evaluation {
	return warehouse.Evaluation{AsOf: time.Unix(0, 0), Segment: activation.Segment{
		ID: "g", Name: "Everybody", Schedule: activation.SegmentSchedule{Mode: activation.ScheduleStatic},
		Rules: []activation.SegmentRule{{Rule: activation.Rule{Field: "email", Operator: activation.OpIsNotEmpty}}},
	}}
}

// another starts the other process and waits until it has said the word so many times.
func another(t *testing.T, path, word string, times int) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), holder+"="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var text strings.Builder
	buf := make([]byte, 256)
	for strings.Count(text.String(), word) < times {
		n, err := out.Read(buf)
		require.NoError(t, err, text.String())
		text.Write(buf[:n])
	}
	return cmd
}

func source(t *testing.T, dir string, n int) {
	t.Helper()
	var text strings.Builder
	text.WriteString("id,email\n")
	for i := range n {
		text.WriteString("p" + strings.Repeat("0", i%3) + time.Unix(int64(i), 0).UTC().Format("150405.02") + ",a@example.com\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "source.csv"), []byte(text.String()), 0o600))
}

func TestAFileInUseByAnotherProcessIsLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "warehouse.duckdb")
	source(t, dir, 10)
	another(t, path, "open", 1)
	_, err := duckdb.Open(t.Context(), duckdb.Config{Path: path})
	require.Equal(t, activation.CodeLocked, activation.CodeOf(err), "%v", err)
	require.ErrorContains(t, err, "Is segue already running?")
}

func TestAKilledProcessLeavesWholeTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "warehouse.duckdb")
	source(t, dir, 20_000)
	for round := range 4 {
		cmd := another(t, path, "loaded", 1+round%2)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		w, err := duckdb.Open(t.Context(), duckdb.Config{Path: path, AllowedDirs: []string{dir}})
		require.NoError(t, err)
		list, err := w.Profiles(t.Context(), "", "", 30_000)
		require.NoError(t, err)
		require.Len(t, list, 20_000)
		kept, err := w.Evaluations(t.Context()) // all of the old members or all of the new ones
		require.NoError(t, err)
		if e, ok := kept["g"]; ok {
			h, err := w.WriteMembers(t.Context(), warehouse.MembersRequest{
				Segments: []activation.Segment{evaluation().Segment}, AsOf: time.Unix(0, 0), Mapping: activation.Mapping{Email: "email"}, Dir: dir, Name: "run",
			})
			require.NoError(t, err)
			require.EqualValues(t, 20_000, e.Members)
			require.EqualValues(t, 20_000, h.Members)
		}
		_, err = w.BuildProfiles(t.Context(), definition(), time.Unix(0, 0))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
}

func TestAFileOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "warehouse.duckdb")
	source(t, dir, 10)
	cfg := duckdb.Config{Path: path, AllowedDirs: []string{dir}}
	w, err := duckdb.Open(t.Context(), cfg)
	require.NoError(t, err)
	_, err = w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s"}, Files: sourceFile(dir)})
	require.NoError(t, err)
	_, err = w.BuildProfiles(t.Context(), definition(), time.Unix(0, 0))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	db, err := sql.Open("duckdb", path)
	require.NoError(t, err)
	for _, statement := range []string{
		"DROP TABLE history", "DROP TABLE observation", "DROP TABLE membership_change", "DROP SEQUENCE seen_number", "DROP TABLE evaluation", "DROP SEQUENCE evaluation_number", "ALTER TABLE bad_row DROP COLUMN file", "DELETE FROM schema_version WHERE version > 1",
	} {
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	w, err = duckdb.Open(t.Context(), cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Close()) }()
	_, err = w.WriteMembers(t.Context(), warehouse.MembersRequest{
		Segments: []activation.Segment{evaluation().Segment}, AsOf: time.Unix(0, 0), Mapping: activation.Mapping{Email: "email"}, Dir: dir, Name: "run",
	})
	require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err), "nothing is stored yet: no answer is never nobody")
	e, err := w.Evaluate(t.Context(), evaluation())
	require.NoError(t, err)
	require.EqualValues(t, 10, e.Members)
}

func TestFilesThatCannotBeUsedSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		code activation.Code
		says string
	}{
		"no database at all": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 4000)), 0o600))
		}, activation.CodeCorrupt, "can be rebuilt"},
		"a damaged file": {func(t *testing.T, path string) {
			t.Helper()
			w, err := duckdb.Open(t.Context(), duckdb.Config{Path: path})
			require.NoError(t, err)
			require.NoError(t, w.Close())
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := 4096; i < len(b); i += 7 {
				b[i] ^= 0x5a
			}
			require.NoError(t, os.WriteFile(path, b, 0o600))
		}, activation.CodeCorrupt, "can be rebuilt"},
		"a newer schema": {func(t *testing.T, path string) {
			t.Helper()
			w, err := duckdb.Open(t.Context(), duckdb.Config{Path: path})
			require.NoError(t, err)
			require.NoError(t, w.Close())
			db, err := sql.Open("duckdb", path)
			require.NoError(t, err)
			_, err = db.ExecContext(t.Context(), "INSERT INTO schema_version VALUES (99)")
			require.NoError(t, err)
			require.NoError(t, db.Close())
		}, activation.CodeNewerData, "newer Segue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "warehouse.duckdb")
			c.make(t, path)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = duckdb.Open(t.Context(), duckdb.Config{Path: path})
			require.Equal(t, c.code, activation.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, c.says)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, sha256.Sum256(before), sha256.Sum256(after), "the file is left as it was")
		})
	}
}

func TestS35WhatACrashSpilledIsSweptAtTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	left := filepath.Join(path+".tmp", "duckdb_temp_storage_DEFAULT-0.tmp")
	require.NoError(t, os.Mkdir(path+".tmp", 0o700))
	require.NoError(t, os.WriteFile(left, []byte("rows of people"), 0o600))
	w, err := duckdb.Open(t.Context(), duckdb.Config{Path: path})
	require.NoError(t, err)
	require.NoFileExists(t, left)
	require.NoError(t, w.Close())
}

func TestTheFileIsForNobodyElse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	w, err := duckdb.Open(t.Context(), duckdb.Config{Path: path})
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(path + ".tmp")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, w.Close())
	require.NoError(t, w.Close(), "closing twice is no error")
	_, err = w.Profiles(t.Context(), "", "", 1)
	require.Equal(t, activation.CodeUnavailable, activation.CodeOf(err))
	_, err = duckdb.Open(t.Context(), duckdb.Config{})
	require.Error(t, err)
}

// sourceFile is the one file of a source.
func sourceFile(dir string) []warehouse.File {
	return []warehouse.File{{Path: filepath.Join(dir, "source.csv"), Name: "source.csv"}}
}
