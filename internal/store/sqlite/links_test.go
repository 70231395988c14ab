package sqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// older makes a file as the sixth schema left it.
func older(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(on)")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	require.NoError(t, err)
	_, err = p.UpTo(t.Context(), 6)
	require.NoError(t, err)
	for _, s := range statements {
		_, err = db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	require.NoError(t, db.Close())
}

func TestConnectionsOfAnOlderFileRunOnTheMachinesBehalfAndExportsKeepThem(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "segue.db")
	older(t, path,
		`INSERT INTO connections VALUES ('co1', 'Main', 'main', 'brevo', 'https://api.example.com', x'01', 'abcd', '{}', 0, 0, '', '', 1, 1, 1, 0, '', 0)`,
		`INSERT INTO segments VALUES ('se1', 'a', 'a', '', '[]', '', 1, 1, 1)`,
		`INSERT INTO exports (id, name, name_key, connection_id, list_id, list_name, mapping, leavers, take_over, time_zone, created_at, updated_at, version)
			VALUES ('ex1', 'News', 'news', 'co1', 7, '', '{}', 'remove', 0, '', 1, 1, 1)`,
		`INSERT INTO export_segments VALUES ('ex1', 0, 'se1')`,
		`INSERT INTO runs (id, export_id, kind, status, ended, step, requested_by, created_at, started_at, ended_at, updated_at, progress, error_code, error_message, remedy,
			attempt, cancel_requested, released, released_by, version) VALUES ('r1', 'ex1', 'run', 'queued', 0, 'plan', '', 1, 0, 0, 1, '{}', '', '', '', 0, 0, 0, '', 1)`,
	)
	s := open(t, path)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		c, err := r.Connection(t.Context(), "co1")
		require.NoError(t, err)
		require.Equal(t, activation.MachineExportUser(time.Time{}), c.ExportUser)
		list, err := r.ExportsOf(t.Context(), "co1")
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, []activation.SegmentID{"se1"}, list[0].Segments)
		run, err := r.Run(t.Context(), "r1")
		require.NoError(t, err)
		require.Equal(t, activation.ConnectionID("co1"), run.Connection)
		return nil
	}))
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.DeleteConnection(t.Context(), "co1") })
	require.Equal(t, activation.CodeInUse, activation.CodeOf(err), "the reference still holds")
}

func TestADetachedExportLetsItsConnectionGoAndScrubbingLeavesNoTraceOfItsKey(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s := open(t, filepath.Join(dir, "segue.db"))
	first, second := "sealed-key-that-was-replaced", "sealed-key-to-be-forgotten"
	c := activation.Connection{ID: "co1", Name: "Main", Type: activation.DestinationBrevo, SealedKey: []byte(first), Version: 1}
	e := activation.Export{ID: "ex1", Name: "News", Connection: "co1", List: 7, Version: 1}
	for _, f := range []func(store.Tx) error{
		func(tx store.Tx) error { return tx.CreateConnection(ctx, c) },
		func(tx store.Tx) error { return tx.CreateExport(ctx, e) },
		func(tx store.Tx) error { c.SealedKey = []byte(second); return tx.UpdateConnection(ctx, c) },
		func(tx store.Tx) error { e.Detach(c, "ana", time.Unix(7, 0).UTC()); return tx.UpdateExport(ctx, e) },
		func(tx store.Tx) error { return tx.DeleteConnection(ctx, "co1") },
	} {
		require.NoError(t, s.Update(ctx, f))
	}
	require.Contains(t, everyFile(t, dir), second, "the log still has it, else this test proves nothing")
	require.NoError(t, s.Scrub(ctx))
	require.NotContains(t, everyFile(t, dir), second)
	require.NotContains(t, everyFile(t, dir), first)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		got, err := r.Export(ctx, "ex1")
		require.NoError(t, err)
		require.Empty(t, got.Connection)
		require.Equal(t, e.Detached, got.Detached)
		return nil
	}))
}

func everyFile(t *testing.T, dir string) (all string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range entries {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		all += string(b)
	}
	return all
}
