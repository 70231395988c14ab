package duckdb

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// scanned returns the tables that a plan scans, and fails on whatever reads anything else.
func scanned(t *testing.T, plan any) (tables []string) {
	t.Helper()
	switch p := plan.(type) {
	case []any:
		for _, c := range p {
			tables = append(tables, scanned(t, c)...)
		}
	case map[string]any:
		name, _ := p["name"].(string)
		info, _ := p["extra_info"].(map[string]any)
		switch name = strings.TrimSpace(name); {
		case name == "SEQ_SCAN", name == "INDEX_SCAN", name == "TABLE_SCAN":
			table, _ := info["Table"].(string)
			tables = append(tables, table)
		case strings.HasSuffix(name, "SCAN"):
			require.Contains(t, []string{"DUMMY_SCAN", "CTE_SCAN", "COLUMN_DATA_SCAN", "DELIM_SCAN", "CHUNK_SCAN", "EMPTY_SCAN"}, name)
		default:
			require.NotRegexp(t, `READ_|GLOB|COPY|INSERT|DELETE|UPDATE|CREATE|ATTACH|PRAGMA|SET\b|LOAD|DUCKDB_|RANGE|GENERATE|UNNEST|RECURSIVE|SAMPLE`, name)
		}
		for _, c := range p {
			tables = append(tables, scanned(t, c)...)
		}
	}
	return tables
}

// TestIDsThatNoProfileHasAreNotKept looks at what is kept of a query's ids: they may be as long as texts are, and millions.
func TestIDsThatNoProfileHasAreNotKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := Open(t.Context(), Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "64MB", Threads: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Close()) }()
	path := filepath.Join(dir, "in.csv")
	require.NoError(t, os.WriteFile(path, []byte("id,long,more\n"+strings.Repeat("x", 50)+","+strings.Repeat("y", 60_000)+","+strings.Repeat("z", 70_000)+"\n2,z,z\n"), 0o600))
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	_, err = w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s", Kind: activation.SourceCSV}, Files: []warehouse.File{{Path: path, Name: "in.csv"}}, At: at})
	require.NoError(t, err)
	many := filepath.Join(dir, "many.csv")
	require.NoError(t, os.WriteFile(many, []byte("n\n"+strings.Repeat("1\n2\n3\n4\n", 25)), 0o600))
	_, err = w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "o", Kind: activation.SourceCSV}, Files: []warehouse.File{{Path: many, Name: "many.csv"}}, At: at})
	require.NoError(t, err)
	_, err = w.BuildProfiles(t.Context(), activation.ProfileDefinition{Source: "s", Key: "id", Fields: []activation.Field{
		{Name: "long", Column: "long", Type: activation.TypeText}, {Name: "more", Column: "more", Type: activation.TypeText},
	}}, at)
	require.NoError(t, err)
	scope := activation.Scope{Readable: []activation.NamedTable{{Name: "Many", ID: "o"}}}
	require.NoError(t, w.read(t.Context(), func(s session) error {
		b, err := s.built()
		require.NoError(t, err)
		x, err := s.selection(b, scope, at, "")
		require.NoError(t, err)
		// 37 million bytes of ids, no two alike.
		name, err := x.queried(`SELECT p.long || row_number() OVER () FROM profiles p, Many a, Many b WHERE p.profile_id <> '2' AND b.n = 1 AND a.n = 1 UNION ALL SELECT profile_id FROM profiles`, at, at)
		require.NoError(t, err)
		require.EqualValues(t, 625, x.unknown)
		var ids, bytes int64
		require.NoError(t, s.row("SELECT count(*), sum(strlen(profile_id)) FROM "+name, nil, &ids, &bytes))
		require.Equal(t, []int64{2, 51}, []int64{ids, bytes})
		// What is longer than may be read is an error where it is read, and nothing where it is not.
		_, err = x.queried(`SELECT profile_id FROM profiles WHERE lower("more") = 'x'`, at, at)
		require.Equal(t, activation.CodeCannotEvaluate, activation.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, "a text of more than 64 KiB")
		return nil
	}))
}

// FuzzQuery holds that a query that is accepted reads nothing but the tables that it may, by the plan that the engine makes of what is run.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"SELECT profile_id FROM profiles", `WITH a AS (SELECT x FROM "Web orders" t(x)) SELECT x FROM a WHERE x IN (SELECT profile_id FROM profiles)`, "SELECT id FROM source; --", "SELECT 1 FROM 'x.csv'",
		"SELECT (WITH build AS (SELECT 1 AS x) SELECT x FROM build) FROM build", "SELECT profile_id FROM profiles p, LATERAL (SELECT p.city) q WHERE current_date > DATE '2020-01-01' ORDER BY 1 LIMIT 3",
		"SELECT max(profile_id) OVER (PARTITION BY city ORDER BY lower(city) || 'x' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM profiles QUALIFY row_number() OVER () = 1",
		"SELECT a.id FROM Customers a LEFT JOIN Customers b USING (id) GROUP BY ALL HAVING count(*) > 0 UNION SELECT getenv('x')", `SELECT "a""b" FROM "main"."profile_1" AS "Web orders"`,
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	w, err := Open(f.Context(), Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{dir}, Threads: 1})
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, w.Close()) })
	path := filepath.Join(dir, "in.csv")
	require.NoError(f, os.WriteFile(path, []byte("id,city\n1,Split\n2,\n"), 0o600))
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for _, id := range []activation.SourceID{"s", "o"} {
		_, err = w.Load(f.Context(), warehouse.LoadRequest{Source: activation.Source{ID: id, Kind: activation.SourceCSV}, Files: []warehouse.File{{Path: path, Name: "in.csv"}}, At: at})
		require.NoError(f, err)
	}
	_, err = w.BuildProfiles(f.Context(), activation.ProfileDefinition{Source: "s", Key: "id", Fields: []activation.Field{{Name: "city", Column: "city", Type: activation.TypeText}}}, at)
	require.NoError(f, err)
	scope := activation.Scope{Readable: []activation.NamedTable{{Name: "Customers", ID: "s"}, {Name: "Web orders", ID: "o"}}}
	allowed := regexp.MustCompile(`^(.*\.)?(rows_[12]|profile_1)$`)
	f.Fuzz(func(t *testing.T, query string) {
		err := w.read(t.Context(), func(s session) error {
			b, err := s.built()
			require.NoError(t, err)
			x, err := s.selection(b, scope, at, "")
			require.NoError(t, err)
			stmt, err := x.compile(query, at, at)
			if err != nil {
				return err
			}
			var kind, text string
			require.NoError(t, s.row("EXPLAIN (FORMAT json) "+stmt, nil, &kind, &text))
			var plan any
			require.NoError(t, json.Unmarshal([]byte(text), &plan), text)
			for _, table := range scanned(t, plan) {
				require.Regexp(t, allowed, table, "%s", stmt)
			}
			return nil
		})
		if err != nil {
			require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%v", err)
		}
	})
}
