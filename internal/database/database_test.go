package database_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/database"
	"segue/internal/warehouse"
)

// all reads everything: columns as "name type exact", rows joined by "|", missing values as "-".
func all(ctx context.Context, kind activation.SourceKind, o activation.DatabaseOptions, password string, limit int) (columns, rows []string, err error) {
	f, err := database.Open(database.Account{Kind: kind, Options: o, Password: password})
	if err != nil {
		return nil, nil, err
	}
	err = f.Read(ctx, limit, func(list []warehouse.FeedColumn) error {
		for _, c := range list {
			text := c.Name + " " + string(c.Type)
			if c.Exact {
				text += " exact"
			}
			columns = append(columns, text)
		}
		return nil
	}, func(row [][]byte) error {
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = "-"
			if v != nil {
				values[i] = string(v)
			}
		}
		rows = append(rows, strings.Join(values, "|"))
		return nil
	})
	return columns, rows, err
}

func TestPostgreSQLKeepsItsTypes(t *testing.T) {
	t.Parallel()
	_, o := onPostgreSQL(t, "CREATE SCHEMA typed", `CREATE TABLE typed."Ku""pci" (id bigint, name text, code varchar(10), small smallint, whole integer, ratio real, score double precision,
		money numeric(20,4), vip boolean, since date, seen timestamptz, at timestamp, tags text[], doc jsonb, bytes bytea, who uuid, span interval)`,
		`INSERT INTO typed."Ku""pci" VALUES (9007199254740993, 'Željka', 'x', 5, -7, 0.1, 1.5, 1234567890123456.7891, true, '2026-01-31', '2026-01-31 10:00:00.25+02', '2026-01-31 10:00:00',
		'{a,b}', '{"k": [1]}', '\xaa01', '00000000-0000-0000-0000-000000000001', '1 day 2 hours')`, `INSERT INTO typed."Ku""pci" (id) VALUES (1)`)
	o.Table = `typed.Ku"pci`
	columns, rows, err := all(t.Context(), activation.SourcePostgreSQL, o, ownerPassword, 0)
	require.NoError(t, err)
	require.Equal(t, []string{
		"id number exact", "name text", "code text", "small number", "whole number", "ratio number", "score number", "money number exact", "vip boolean", "since date", "seen datetime", "at datetime",
		"tags text", "doc text", "bytes text", "who text", "span text",
	}, columns)
	require.Equal(t, []string{
		`9007199254740993|Željka|x|5|-7|0.1|1.5|1234567890123456.7891|true|2026-01-31|2026-01-31 08:00:00.25|2026-01-31 10:00:00|{a,b}|{"k": [1]}|AA01|00000000-0000-0000-0000-000000000001|P1DT2H`,
		"1" + strings.Repeat("|-", 16),
	}, rows)
	_, rows, err = all(t.Context(), activation.SourcePostgreSQL, o, ownerPassword, 1)
	require.NoError(t, err)
	require.Len(t, rows, 1)
}

func TestMariaDBKeepsItsTypes(t *testing.T) {
	t.Parallel()
	_, o := onMariaDB(t, "CREATE TABLE `Ku``pci` (id bigint unsigned, name varchar(50) CHARACTER SET latin1, small tinyint, whole int, ratio float, score double, money decimal(20,4), vip boolean, bits bit(9),"+
		" since date, seen timestamp NULL, at datetime(3), doc json, bytes varbinary(10), kind enum('a','b'), y year, note text CHARACTER SET utf8mb4)",
		"INSERT INTO `Ku``pci` VALUES (18446744073709551615, 'Jos\u00e9', 5, -7, 0.1, 1.5, 1234567890123456.7891, true, b'100000001', '2026-01-31', '2026-01-31 10:00:00', '2026-01-31 10:00:00.25', '{\"k\": [1]}', x'aa01', 'b', 2026, '\u0160'),"+
			" (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '0000-00-00', NULL, '0000-00-00 00:00:00', NULL, NULL, NULL, NULL, NULL)")
	o.Table = "shop.Ku`pci"
	columns, rows, err := all(t.Context(), activation.SourceMySQL, o, ownerPassword, 0)
	require.NoError(t, err)
	require.Equal(t, []string{
		"id number exact", "name text", "small number", "whole number", "ratio number", "score number", "money number exact", "vip number", "bits number exact", "since date", "seen datetime", "at datetime",
		"doc text", "bytes text", "kind text", "y number", "note text",
	}, columns)
	require.Equal(t, []string{
		`18446744073709551615|José|5|-7|0.1|1.5|1234567890123456.7891|1|257|2026-01-31|2026-01-31 15:00:00|2026-01-31 10:00:00.250|{"k": [1]}|AA01|b|2026|Š`,
		"1" + strings.Repeat("|-", 16),
	}, rows)
}

func TestWhatADatabaseRefusesIsSaidWithoutItsValues(t *testing.T) {
	t.Parallel()
	pg, p := onPostgreSQL(t, "CREATE TABLE secrets (v text)", "INSERT INTO secrets VALUES ('geheim-4711@example.com')", "CREATE SEQUENCE counter")
	my, m := onMariaDB(t, "CREATE TABLE secrets (v text)", "INSERT INTO secrets VALUES ('geheim-4711@example.com')", "CREATE SEQUENCE counter")
	require.NotEqual(t, pg.Port, my.Port)
	type change func(*activation.DatabaseOptions) (password string)
	query := func(q string) change {
		return func(o *activation.DatabaseOptions) string { o.Query = q; return ownerPassword }
	}
	table := func(name string) change {
		return func(o *activation.DatabaseOptions) string { o.Table = name; return ownerPassword }
	}
	for name, c := range map[string]struct {
		pg, my change
		says   string
		at     string
	}{
		"password": {at: "password", says: "refused the user or the password", pg: func(o *activation.DatabaseOptions) string { o.Table = "secrets"; return "wrong-geheim" }},
		"user": {at: "password", says: "refused the user or the password", pg: func(o *activation.DatabaseOptions) string {
			o.Table, o.User = "secrets", "nobody"
			return ownerPassword
		}},
		"database": {at: "name", says: "no such database", pg: func(o *activation.DatabaseOptions) string {
			o.Table, o.Name = "secrets", "nothing"
			return ownerPassword
		}},
		"table": {at: "table", says: "no such table", pg: table("nothing")},
		"rights": {at: "table", says: "may not read", pg: func(o *activation.DatabaseOptions) string {
			o.Table, o.User = "secrets", "reader"
			return readerPassword
		}},
		"column":        {at: "query", says: "names a column", pg: query("SELECT nothing FROM secrets")},
		"no such table": {at: "query", says: "no such table", pg: query("SELECT v FROM nothing")},
		"syntax":        {at: "query", says: "does not understand the query (", pg: query("SELECT FROM WHERE")},
		"two":           {at: "query", says: "does not understand", pg: query("SELECT 1 AS x) AS q; DELETE FROM secrets; SELECT * FROM (SELECT 2 AS y")},
		"value":         {at: "query", says: "refused the query", pg: query("SELECT v::integer FROM secrets"), my: query("SELECT extractvalue('<a/>', concat(0x7e, v)) AS x FROM secrets")},
		"change":        {at: "query", says: "tries to change", pg: query("SELECT nextval('counter') AS n"), my: query("SELECT nextval(counter) AS n")},
		"time": {at: "timeout", says: "took longer", pg: func(o *activation.DatabaseOptions) string {
			o.Query, o.Timeout = "SELECT pg_sleep(60)::text AS x", 1
			return ownerPassword
		}, my: func(o *activation.DatabaseOptions) string {
			o.Query, o.Timeout = "SELECT sleep(60) AS x", 1
			return ownerPassword
		}},
		"host": {at: "host", says: "is not known", pg: func(o *activation.DatabaseOptions) string {
			o.Table, o.Host = "secrets", "nothing.invalid"
			return ownerPassword
		}},
		"port":  {says: "does not answer", pg: func(o *activation.DatabaseOptions) string { o.Table, o.Port = "secrets", 1; return ownerPassword }},
		"no CA": {at: "ca", says: "signed by nobody that is trusted", pg: func(o *activation.DatabaseOptions) string { o.Table, o.CA = "secrets", ""; return ownerPassword }},
		"name": {at: "host", says: "is for another host", pg: func(o *activation.DatabaseOptions) string {
			o.Table, o.Host = "secrets", "localhost"
			return ownerPassword
		}},
	} {
		for kind, o := range map[activation.SourceKind]activation.DatabaseOptions{activation.SourcePostgreSQL: p, activation.SourceMySQL: m} {
			apply := c.pg
			if kind == activation.SourceMySQL && c.my != nil {
				apply = c.my
			}
			password := apply(&o)
			_, rows, err := all(t.Context(), kind, o, password, 0)
			require.Error(t, err, "%s of %s: %v", name, kind, rows)
			require.ErrorContains(t, err, c.says, "%s of %s", name, kind)
			require.NotEmpty(t, activation.CodeOf(err))
			var e *activation.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.at, strings.TrimPrefix(e.Field, "database."), "%s of %s", name, kind)
			for _, secret := range []string{"geheim", ownerPassword, readerPassword, "4711"} {
				require.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret, "%s of %s", name, kind)
			}
		}
	}
	for kind, o := range map[activation.SourceKind]activation.DatabaseOptions{activation.SourcePostgreSQL: p, activation.SourceMySQL: m} {
		o.Query = "SELECT v FROM secrets; "
		o.CA, o.TLS = "", activation.TLSEncrypt
		_, rows, err := all(t.Context(), kind, o, ownerPassword, 0)
		require.NoError(t, err, kind)
		require.Len(t, rows, 1)
		o.TLS = activation.TLSOff
		_, _, err = all(t.Context(), kind, o, ownerPassword, 0)
		require.NoError(t, err, kind)
		o.Query = "SELECT v -- a comment at the end\nFROM secrets -- and here"
		_, _, err = all(t.Context(), kind, o, ownerPassword, 0)
		require.NoError(t, err, kind)
	}
}

// TestWhatListensAndSaysNothingIsLeftSoon asks a port that takes every connection and never answers: that of another program, as a
// MySQL driver finds PostgreSQL.
func TestWhatListensAndSaysNothingIsLeftSoon(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	for _, kind := range []activation.SourceKind{activation.SourcePostgreSQL, activation.SourceMySQL} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := activation.DatabaseOptions{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Name: "shop", User: "reader", Table: "people", Timeout: 60}
			began := time.Now()
			_, _, err := all(t.Context(), kind, o, readerPassword, 0)
			require.ErrorContains(t, err, "the database does not answer")
			require.Equal(t, activation.CodeUnavailable, activation.CodeOf(err))
			require.Less(t, time.Since(began), 45*time.Second)
		})
	}
}

var errEnough = errors.New("enough")

func TestReadingStopsWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	_, p := onPostgreSQL(t)
	_, m := onMariaDB(t)
	p.Query = "SELECT generate_series(1, 100000000) AS id, repeat('x', 1000) AS pad"
	m.Query = "SELECT seq AS id, repeat('x', 1000) AS pad FROM seq_1_to_100000000"
	for kind, o := range map[activation.SourceKind]activation.DatabaseOptions{activation.SourcePostgreSQL: p, activation.SourceMySQL: m} {
		f, err := database.Open(database.Account{Kind: kind, Options: o, Password: ownerPassword})
		require.NoError(t, err)
		n := 0
		none := func([]warehouse.FeedColumn) error { return nil }
		err = f.Read(t.Context(), 0, none, func([][]byte) error {
			if n++; n == 1000 {
				return activation.Errorf(activation.CodeStorageFull, "%w", errEnough)
			}
			return nil
		})
		require.ErrorIs(t, err, errEnough, kind)
		require.Equal(t, 1000, n)
		ctx, cancel := context.WithCancel(t.Context())
		n = 0
		err = f.Read(ctx, 0, none, func([][]byte) error {
			if n++; n == 1000 {
				cancel()
			}
			return nil
		})
		require.ErrorIs(t, err, context.Canceled, kind)
		require.Less(t, n, 1_000_000, "what was under way ends soon")
	}
}
