package warehousetest

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Parquet writes what a query gives to a Parquet file among the sources.
func (d *Desk) Parquet(name, query string) warehouse.File {
	d.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(d, err)
	defer func() { _ = db.Close() }()
	path := filepath.Join(d.Sources, name)
	_, err = db.Exec("SET TimeZone = 'UTC'")
	require.NoError(d, err)
	_, err = db.Exec("COPY (" + query + ") TO '" + path + "' (FORMAT parquet)")
	require.NoError(d, err)
	return warehouse.File{Path: path, Name: name}
}

func parquet(d *Desk) {
	in := d.takes(Of(activation.SourceParquet, d.Parquet("a.parquet", `SELECT * FROM (VALUES
		(1::BIGINT, ' Ana S`+"\u030c"+`'::VARCHAR, 5::SMALLINT, 12345678901234567::BIGINT, 12.50::DECIMAL(10,2), 0.1::FLOAT, 'NaN'::DOUBLE, true, DATE '2026-01-31', TIMESTAMPTZ '2026-01-31 10:00:00.25+02',
			{'city': 'Split', 'geo': {'lat': 43.5::DOUBLE}}, [1, 2], '\xAA'::BLOB, 'ana@example.com', TIME '10:30:00'),
		(2, '  ', NULL, 7, NULL, NULL, 2.5, NULL, NULL, NULL, NULL, [], NULL, 'ivo@example.com', NULL)
		) t(customer_id, name, points, big, money, ratio, score, vip, since, seen, address, tags, bytes, contact, "at")`)))
	require.Equal(d, []string{
		"customer_id text", "name text", "points number", "big text", "money number", "ratio number", "score number", "vip boolean", "since date", "seen datetime",
		"address.city text", "address.geo.lat number", "tags text", "bytes text", "contact text email", "at text",
	}, described(in.Columns))
	require.EqualValues(d, []int64{2, 0}, []int64{in.Rows, in.Quarantined})
	for name, want := range map[string][]string{
		"customer_id": {"1", "2"}, "name": {"Ana Š", ""}, "points": {"5", ""}, "big": {"12345678901234567", "7"}, "money": {"12.5", ""}, "ratio": {"0.1", ""},
		"score": {"", "2.5"}, "vip": {"true", ""}, "since": {"2026-01-31", ""}, "seen": {"2026-01-31T08:00:00.25Z", ""}, "address.city": {"Split", ""},
		"address.geo.lat": {"43.5", ""}, "tags": {"[1,2]", "[]"}, "bytes": {"AA", ""}, "at": {"10:30:00", ""},
	} {
		require.Equal(d, want, d.column(in, name), name)
	}

	r := Of(activation.SourceParquet, d.Parquet("b.parquet", `SELECT * FROM (VALUES
		('1', '1.234,5', '31.1.2026', 1), ('2', '', NULL, 0), ('3', 'geheim', '1.2.2026', 1), ('4', '1', 'soon', 1), ('5', '2', '3.2.2026.', 7)) t(id, sum, born, member)`))
	r.Source.MaxBadRows = 0.9
	r.Source.Columns = map[string]activation.ColumnOption{
		"sum": {Type: activation.TypeNumber, DecimalComma: true}, "born": {Type: activation.TypeDate, Format: "%d.%m.%Y"}, "member": {Type: activation.TypeBoolean},
	}
	in = d.takes(r)
	require.Equal(d, []string{"id text", "sum number", "born date %d.%m.%Y", "member boolean"}, described(in.Columns))
	require.Equal(d, []string{"1234.5", ""}, d.column(in, "sum"))
	require.Equal(d, []string{"true", "false"}, d.column(in, "member"))
	bad, err := d.W.Quarantine(d.ctx(), "s", 0, 10)
	require.NoError(d, err)
	require.Equal(d, []warehouse.BadRow{
		{File: "b.parquet", Line: 3, Column: "sum", Value: "6 characters: letters", Reason: "is not a number"},
		{File: "b.parquet", Line: 4, Column: "born", Value: "4 characters: letters", Reason: "is not a date written as %d.%m.%Y"},
		{File: "b.parquet", Line: 5, Column: "born", Value: "9 characters: digits, punctuation", Reason: "is not a date written as %d.%m.%Y"},
	}, bad)
	p, err := d.W.Preview(d.ctx(), r, 2)
	require.NoError(d, err)
	require.Equal(d, [][]string{{"1", "1.234,5", "31.1.2026", "1"}, {"2", "", "", "0"}}, p.Rows)
	require.Equal(d, described(in.Columns), described(p.Columns))
	require.Equal(d, bad[:2], p.Bad)
	r.Source.MaxBadRows = 0.5
	d.refuses(r, "3 of 5 rows", "line 3", `"sum"`)
	r.Source.MaxBadRows = 0.9
	r.Source.Columns["born"] = activation.ColumnOption{Type: activation.TypeDate, Format: "%Q"}
	_, err = d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeInvalid, activation.CodeOf(err))
	require.ErrorContains(d, err, "columns.born.format")

	in = d.takes(Of(activation.SourceParquet, d.Parquet("c1.parquet", "SELECT 'a' AS id, 1 AS n"), d.Parquet("c2.parquet", "SELECT 12345678901234567::BIGINT AS n, 'b' AS id")))
	require.Equal(d, []string{"1", "12345678901234567"}, d.column(in, "n"), "columns are found by name, and what one file has decides for all")
	kept := func(why string) { require.Equal(d, []string{"1", "12345678901234567"}, d.column(in, "n"), why) }
	c1 := d.Parquet("c1.parquet", "SELECT 'a' AS id, 1 AS n")
	for query, says := range map[string]string{
		"SELECT 'a' AS id": `lacks the column "n"`, "SELECT 'a' AS id, 1 AS n, 2 AS m": `has a column "m"`, "SELECT 'a' AS id, 'x' AS n": `the column "n" is text, and number in c1.parquet`,
	} {
		d.refuses(Of(activation.SourceParquet, c1, d.Parquet("c3.parquet", query)), "c3.parquet", says)
		kept(says)
	}
	whole, err := os.ReadFile(c1.Path)
	require.NoError(d, err)
	for name, content := range map[string][]byte{"text": []byte("id,n\n1,2\n"), "empty": nil, "cut off": whole[:len(whole)/2], "damaged": damage(whole)} {
		d.refuses(Of(activation.SourceParquet, d.Put("bad.parquet", content)), "bad.parquet", "Parquet")
		kept(name)
	}
	d.refuses(Of(activation.SourceParquet, d.Parquet("none.parquet", "SELECT 'a' AS id WHERE false")), "no rows")
	kept("an empty file")
	d.refuses(Of(activation.SourceParquet, warehouse.File{Path: filepath.Join(d.Sources, "gone.parquet"), Name: "gone.parquet"}), "not there")
}

// parquetBombs are small files that say much: nothing of them is taken over, and no memory taken up.
func parquetBombs(d *Desk) {
	kept := d.takes(Of(activation.SourceParquet, d.Parquet("small.parquet", "SELECT i AS id, repeat('x', 100000) AS long, [1, 2, 3] AS list FROM range(20) t(i)")))
	for name, c := range map[string]struct{ query, says string }{
		"one long text many times":        {"SELECT i AS id, repeat('x', 200000) AS long FROM range(4096) t(i)", "too large"},
		"one text in lists many times":    {"SELECT i AS id, list_value('x') AS one, repeat('y', 300) AS long FROM range(20000) t(i)", "more than"},
		"many rows of nothing":            {"SELECT NULL::INT AS id, 1 AS one FROM range(4000000)", "more than"},
		"one row with a list without end": {"SELECT 1 AS id, list_resize([7], 35000000, 7) AS list", "too large"},
		"a list of one text":              {"SELECT i AS id, list_resize([repeat('z', 500)], 30, repeat('z', 500)) AS list FROM range(2000) t(i)", "more than"},
		"bytes":                           {"SELECT 1 AS id, repeat('x', 400000)::BLOB AS bytes FROM range(400)", "too large"},
	} {
		f := d.Parquet("bomb.parquet", c.query)
		info, err := os.Stat(f.Path)
		require.NoError(d, err)
		require.Less(d, info.Size(), int64(32<<20), name)
		d.refuses(Of(activation.SourceParquet, f), "bomb.parquet", c.says)
		_, err = d.W.Preview(d.ctx(), Of(activation.SourceParquet, f), 5)
		require.ErrorContains(d, err, c.says, name)
	}
	require.Len(d, d.column(kept, "id"), 20, "the old rows stay")
	half := d.Parquet("half.parquet", "SELECT i AS id, repeat('y', 300) AS long FROM range(9000) t(i)")
	d.takes(Of(activation.SourceParquet, half))
	d.refuses(Of(activation.SourceParquet, half, d.Parquet("half2.parquet", "SELECT i AS id, repeat('y', 300) AS long FROM range(9000) t(i)")), "half2.parquet", "more than")
}

// damage spoils the data of a Parquet file and leaves its ends.
func damage(whole []byte) []byte {
	out := append([]byte{}, whole...)
	for i := 4; i < len(out)/3; i++ {
		out[i] ^= 0xff
	}
	return out
}

// nothingElseIsRead tries to reach other files through all that a user can state.
func nothingElseIsRead(d *Desk) {
	const secret = "id,secret\n1,geheim-4711\n"
	outside := filepath.Join(filepath.Dir(d.Sources), "outside.csv")
	require.NoError(d, os.WriteFile(outside, []byte(secret), 0o600))
	inside := d.Parquet("in.parquet", "SELECT 'a' AS id, 1 AS n")
	out := d.Parquet("../outside.parquet", "SELECT 'a' AS id, 'geheim-4711' AS secret")
	for _, path := range []string{
		out.Path, filepath.Join(d.Sources, "..", "outside.parquet"), "/etc/passwd", d.Sources + "/../outside.parquet", "glob:" + outside, "https://127.0.0.1:1/x.parquet", "s3://x/y.parquet",
		inside.Path + "' UNION SELECT content FROM read_text('" + outside + "') --", filepath.Join(d.dir, "warehouse.duckdb"),
	} {
		_, err := d.W.Load(d.ctx(), Of(activation.SourceParquet, warehouse.File{Path: path, Name: "x"}))
		require.Error(d, err, path)
		require.NotContains(d, err.Error(), "geheim", path)
		_, err = d.W.Preview(d.ctx(), Of(activation.SourceParquet, warehouse.File{Path: path, Name: "x"}), 5)
		require.Error(d, err, path)
		require.NotContains(d, err.Error(), "geheim", path)
	}
	// Names of columns are text and nothing else, wherever they come from.
	for i, name := range []string{
		`x"; DROP TABLE source; --`, `read_text('` + outside + `')`, `(SELECT content FROM read_text('` + outside + `'))`, `'||(SELECT 1)||'`, "c0", "n", "s", "t0", "x0",
	} {
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		in := d.takes(Of(activation.SourceParquet, d.Parquet(fmt.Sprintf("n%d.parquet", i), fmt.Sprintf("SELECT 'k' AS id, 'v' AS %s, {%s: 'w'} AS st", quoted, quoted))))
		require.Equal(d, name, in.Columns[1].Name)
		require.Equal(d, []string{"v"}, d.column(in, name))
		require.Equal(d, []string{"w"}, d.column(in, "st."+name))
		r := Of(activation.SourceParquet, d.Parquet(fmt.Sprintf("n%d.parquet", i), fmt.Sprintf("SELECT 'k' AS id, '1.2.2026' AS %s", quoted)))
		r.Source.Columns = map[string]activation.ColumnOption{name: {Type: activation.TypeDate, Format: "%d.%m.%Y"}}
		require.Equal(d, []string{"2026-02-01"}, d.column(d.takes(r), name))
		r.Source.Columns[name] = activation.ColumnOption{Type: activation.TypeDate, Format: "%d.%m.%Y') FROM read_text('" + outside + "'"}
		_, err := d.W.Load(d.ctx(), r)
		require.Error(d, err)
		require.NotContains(d, err.Error(), "geheim")
	}
	d.refuses(Of(activation.SourceParquet, d.Parquet("row.parquet", "SELECT 1 AS file_row_number")), "row.parquet")
}
