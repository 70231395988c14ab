package ledgertest

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // writes the hand-over files
	"github.com/stretchr/testify/require"
)

// Pen writes hand-over files, with an engine of its own. It may be used by several tests at once.
type Pen struct{ db *sql.DB }

// NewPen opens a pen; it is put away with the test.
func NewPen(t testing.TB) *Pen {
	t.Helper()
	db, err := sql.Open("duckdb", "?threads=1")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return &Pen{db}
}

// Write writes a Parquet file of text columns, named with ", " between; empty text is NULL.
func (p *Pen) Write(t testing.TB, path, names string, rows [][]string) {
	t.Helper()
	cols := strings.Split(names, ", ")
	conn, err := p.db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "CREATE OR REPLACE TEMP TABLE page ("+strings.Join(cols, " VARCHAR, ")+" VARCHAR)")
	require.NoError(t, err)
	for part := range slices.Chunk(rows, 200) {
		args := []any{}
		for _, r := range part {
			for _, v := range r {
				args = append(args, sql.NullString{String: v, Valid: v != ""})
			}
		}
		line := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(cols)), ", ") + "), "
		_, err = conn.ExecContext(t.Context(), "INSERT INTO page VALUES "+strings.TrimSuffix(strings.Repeat(line, len(part)), ", "), args...)
		require.NoError(t, err)
	}
	_, err = conn.ExecContext(t.Context(), "COPY page TO '"+path+"' (FORMAT parquet)")
	require.NoError(t, err)
}
