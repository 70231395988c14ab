package warehousetest

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Asked is a segment of one query.
func Asked(query string) activation.Segment {
	return Select(activation.Rule{Operator: activation.OpInQuery, SQL: query})
}

// Shop loads people and their orders, and returns what queries may name.
func Shop(d *Desk) activation.Scope {
	d.Table("o", []string{"no number", "Who text", "amount number", "bought date"}, "no,Who,amount,bought\n1,1,10,2026-11-24\n2,1,5.5,2026-01-01\n3,2,100,2026-11-23\n4,9,1,2026-11-24\n5,,1,\n")
	d.Text(Definition("email text email", "city text", "joined datetime"), "id,email,city,joined\n1,ana@example.com,Split,2026-11-24T08:00:00Z\n2,ivo@example.com,Zagreb,2026-11-24T08:31:00Z\n3,iva@example.com,,\n")
	return activation.Scope{Readable: []activation.NamedTable{{Name: "Customers", ID: "s"}, {Name: "Web orders", ID: "o"}, {Name: "empty", ID: "none"}}}
}

// Query evaluates a segment of one query.
func (d *Desk) query(in activation.Scope, query string) ([]string, error) {
	list, err := d.W.Sample(d.ctx(), warehouse.Evaluation{Segment: Asked(query), AsOf: Now, Scope: in}, "", 100)
	ids := []string{}
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids, err
}

// queries holds that a query selects whom it names, in everything that a segment is for.
func queries(d *Desk) {
	err := d.W.CheckQueries(d.ctx(), warehouse.Evaluation{Segment: Asked("SELECT 1"), AsOf: Now})
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	in := Shop(d)
	for query, want := range map[string]string{
		`SELECT "Who" FROM "Web orders" WHERE amount > 5`:                                                                            "1 2",
		`select who from "web ORDERS" o join profiles p on p.profile_id = o.who where p.city = 'Split';`:                             "1",
		`SELECT profile_id FROM Customers`:                                                                                           "1 2 3",
		`SELECT profile_id FROM profiles WHERE city IS NULL -- nobody knows`:                                                         "3",
		`WITH big AS (SELECT Who AS w, sum(amount) AS total FROM "Web orders" GROUP BY 1) SELECT w FROM big WHERE total >= 15.5`:     "1 2",
		`SELECT no FROM "Web orders" ORDER BY amount DESC, no LIMIT 1`:                                                               "3",
		`SELECT 1 UNION ALL SELECT 3 EXCEPT SELECT 2`:                                                                                "1 3",
		`SELECT '2' UNION ALL SELECT NULL UNION ALL SELECT '2' UNION ALL SELECT 'x'`:                                                 "2",
		`SELECT profile_id FROM profiles WHERE joined > now()`:                                                                       "2",
		`SELECT Who FROM "Web orders" WHERE bought = current_date`:                                                                   "1",
		`SELECT Who FROM "Web orders" WHERE bought = today() - INTERVAL 1 DAY`:                                                       "2",
		`SELECT p.profile_id FROM profiles p WHERE NOT EXISTS (SELECT 1 FROM "Web orders" o WHERE o.Who = p.profile_id)`:             "3",
		`SELECT Who FROM (SELECT Who, row_number() OVER (PARTITION BY Who ORDER BY bought DESC) AS n FROM "Web orders") WHERE n = 2`: "1",
		`SELECT CASE WHEN lower(city) LIKE 's%' THEN profile_id ELSE NULL END FROM profiles`:                                         "1",
		`SELECT "Who" FROM "Web orders" WHERE "Who" <> 'o''neil; DROP TABLE source; --' AND amount = 100`:                            "2",
		"SELECT " + strings.Repeat("(", 9900) + "1" + strings.Repeat(")", 9900):                                                      "1",
		"SELECT " + strings.Repeat("- ", 9900) + "1":                                                                                 "1",
		`SELECT profile_id || '' FROM profiles WHERE 'x' || 1 || true = 'x1true' AND city || NULL IS NULL`:                           "1 2 3",
		`SELECT p.profile_id FROM profiles p ORDER BY p.profile_id || city DESC LIMIT 1`:                                             "2",
		`SELECT profile_id FROM profiles WHERE false`:                                                                                "",
	} {
		require.NoError(d, d.W.CheckQueries(d.ctx(), warehouse.Evaluation{Segment: Asked(query), AsOf: Now, Scope: in}), query)
		ids, err := d.query(in, query)
		require.NoError(d, err, query)
		require.Equal(d, want, strings.Join(ids, " "), query)
	}

	// What it reads is known without the tables: names in lower case, those of its own WITH left out.
	for query, want := range map[string][]string{
		`SELECT o.Who FROM "Web ORDERS" o, Customers c JOIN gone g ON g.id = c.id WHERE o.Who IN (SELECT x FROM (SELECT 1 AS x FROM profiles))`:                          {"customers", "gone", "profiles", "web orders"},
		`WITH Big AS (SELECT Who FROM "Web orders" WHERE city = 'Customers' -- gone` + "\n" + `) SELECT who FROM big UNION SELECT who FROM BIG EXCEPT SELECT 1 AS empty`: {"web orders"},
		`SELECT 1`: {}, `DROP TABLE Customers`: {}, `SELECT FROM FROM Customers`: {}, ``: {},
	} {
		names, err := d.W.TablesOf(d.ctx(), query)
		require.NoError(d, err, query)
		require.ElementsMatch(d, want, names, query)
	}

	// Ids that no profile has select nobody and are counted, NULL with them; a negation is the exact complement.
	count := func(g activation.Segment, scope activation.Scope) warehouse.Counts {
		d.Helper()
		c, err := d.W.Count(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now, Scope: scope})
		require.NoError(d, err)
		return c
	}
	g := Asked(`SELECT "Who" FROM "Web orders"`)
	require.Equal(d, warehouse.Counts{Members: 2, Rules: []int64{2}, Unknown: 2}, count(g, in))
	not := Select(activation.Rule{Operator: activation.OpNotInQuery, SQL: g.Rules[0].Rule.SQL})
	require.Equal(d, warehouse.Counts{Members: 1, Rules: []int64{1}, Unknown: 2}, count(not, in))

	// However long they are; and no text becomes so long that it takes all memory.
	long := "'" + strings.Repeat("x", 9000) + "'"
	require.Equal(d, warehouse.Counts{Members: 1, Rules: []int64{1}, Unknown: 4}, count(Asked(`SELECT '1' UNION ALL SELECT `+long+` UNION ALL SELECT `+long+` UNION ALL
		SELECT o.no || o."Who" || 'x' FROM "Web orders" o WHERE o.amount < 6`), in), "one long id twice, two of orders that say nobody, and NULL")
	_, err = d.query(in, `WITH a AS (SELECT `+long+` || profile_id AS x FROM profiles), b AS (SELECT x || x AS x FROM a), c AS (SELECT x || x AS x FROM b), e AS (SELECT x || x AS x FROM c) SELECT x FROM e`)
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), "%v", err)
	require.ErrorContains(d, err, "a text of more than 64 KiB, or makes one")

	// It is a segment as any other: in another segment, kept, handed over, observed, held against others, again and again.
	in.Segments = map[activation.SegmentID]activation.Segment{"inner": {ID: "inner", Name: "Inner", Rules: g.Rules}}
	outer := Select(activation.Rule{All: []activation.Rule{{Operator: activation.OpMemberOf, Segment: "inner"}, {Field: "city", Operator: activation.OpEquals, Values: []string{"Split"}}}})
	for range 2 {
		require.EqualValues(d, 1, count(outer, in).Members)
		n, err := d.W.Observe(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now, Scope: in})
		require.NoError(d, err)
		require.EqualValues(d, 2, n)
		kept := g
		kept.ID, kept.Schedule.Mode = "kept", activation.ScheduleStatic
		e, err := d.W.Evaluate(d.ctx(), warehouse.Evaluation{Segment: kept, AsOf: Now, Scope: in})
		require.NoError(d, err)
		require.EqualValues(d, 2, e.Members)
		o, err := d.W.Overlap(d.ctx(), warehouse.OverlapRequest{Segments: []activation.Segment{g, not}, AsOf: Now, Scope: in})
		require.NoError(d, err)
		require.Equal(d, []int64{0, 2, 1, 0}, o.Regions)
		h, err := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{Segments: []activation.Segment{g, kept}, Scope: in, AsOf: Now, Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "run"})
		require.NoError(d, err)
		require.EqualValues(d, 2, h.Members)
	}
	inside, err := d.W.Contains(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now, Scope: in}, "3")
	require.NoError(d, err)
	require.False(d, inside)

	// The day is that of the zone: a quarter past midnight in Zagreb it is the next one.
	zoned := Asked(`SELECT Who FROM "Web orders" WHERE bought = current_date`)
	zoned.TimeZone = "Europe/Zagreb"
	late := warehouse.Evaluation{Segment: zoned, AsOf: time.Date(2026, 11, 22, 23, 15, 0, 0, time.UTC), Scope: in}
	list, err := d.W.Sample(d.ctx(), late, "", 10)
	require.NoError(d, err)
	require.Len(d, list, 1)
	require.Equal(d, "2", list[0].ID)

	// A table that a query reads under its name is part of what stored members were selected by.
	renamed := in
	renamed.Readable = []activation.NamedTable{{Name: "Web orders", ID: "s"}}
	require.NotEqual(d, g.Definition(Definition(), in), g.Definition(Definition(), renamed))
	more := in
	more.Readable = append(more.Readable, activation.NamedTable{Name: "unrelated", ID: "u"})
	require.Equal(d, g.Definition(Definition(), in), g.Definition(Definition(), more))
}

// Hostile are queries that are refused before they run, with a word of what is said.
func Hostile(d *Desk) map[string]string {
	file := filepath.Join(d.Sources, "secret.csv")
	ids := "SELECT profile_id FROM profiles"
	return map[string]string{
		"VALUES ('1')": "VALUES", "SELECT * FROM (VALUES ('1')) v(id)": "VALUES", "-- nothing": "SELECT", "hello": "not understood", "SELECT": "", "SELECT 1; SELECT 2": "exactly one", ids + "; DROP TABLE source": "only a SELECT",
		ids + " /* */; ATTACH 'x.db'": "only a SELECT", "COPY profiles TO '" + file + "'": "only a SELECT", "COPY (SELECT 1) TO '" + file + "'": "only a SELECT",
		"ATTACH '" + file + "' AS x": "only a SELECT", "PRAGMA database_list": "", "SET memory_limit='1TB'": "only a SELECT", "RESET memory_limit": "only a SELECT", "CALL pragma_version()": "",
		"INSTALL httpfs": "only a SELECT", "LOAD httpfs": "only a SELECT", "DELETE FROM source": "only a SELECT", "INSERT INTO source SELECT 1": "only a SELECT",
		"UPDATE source SET id = 1": "only a SELECT", "CREATE TABLE x AS SELECT 1": "only a SELECT", "CREATE MACRO f() AS TABLE SELECT 1": "only a SELECT", "EXPLAIN " + ids: "only a SELECT",
		"EXPLAIN ANALYZE " + ids: "only a SELECT", "DESCRIBE profiles": "", "SHOW TABLES": "not allowed", "SUMMARIZE profiles": "", "PREPARE x AS SELECT 1": "only a SELECT", "EXECUTE x": "",
		"EXPORT DATABASE '" + file + "'": "only a SELECT", "CHECKPOINT": "", "VACUUM": "", "BEGIN": "only a SELECT", "USE main": "only a SELECT", "DETACH x": "only a SELECT",
		"SELECT * FROM read_csv('" + file + "')": "function in FROM", "SELECT content FROM read_text('" + file + "')": "function in FROM", "SELECT * FROM read_blob('" + file + "')": "function in FROM",
		"SELECT * FROM glob('/*')": "function in FROM", "SELECT * FROM '" + file + "'": "no table", "SELECT * FROM \"" + file + "\"": "no table", "SELECT * FROM read_parquet('x')": "function in FROM",
		"SELECT * FROM sniff_csv('x')": "function in FROM", "SELECT * FROM parquet_metadata('x')": "function in FROM", "FROM 'https://example.com/x.csv'": "no table",
		"SELECT getenv('HOME')": "getenv", "SELECT current_setting('memory_limit')": "current_setting", "SELECT name FROM duckdb_settings()": "function in FROM", "SELECT sql FROM duckdb_tables()": "function in FROM",
		"SELECT table_name FROM information_schema.tables": "schema", "SELECT name FROM sqlite_master": "no table", "SELECT relname FROM pg_catalog.pg_class": "schema", "SELECT 1 FROM duckdb_tables": "no table",
		"SELECT id FROM source": "no table", "SELECT definition FROM build": "no table", "SELECT profile_id FROM profile_1": "no table", "SELECT c0 FROM rows_1": "no table", "SELECT address FROM shared_1_0": "no table",
		"SELECT profile_id FROM main.profiles": "schema", "SELECT id FROM warehouse.main.source": "not allowed", "SELECT id FROM temp.x": "schema", "SELECT id FROM segue_table_0": "no table", "SELECT id FROM segue_own_0": "no table",
		"SELECT * FROM query('SELECT 1')": "function in FROM", "SELECT * FROM query_table('source')": "function in FROM", "SELECT * FROM query_table(['source'])": "function in FROM",
		"SELECT * FROM range(1000000000000)": "function in FROM", "SELECT * FROM generate_series(1, 10)": "function in FROM", "SELECT unnest([1, 2])": "not allowed", "SELECT unnest(range(1000000000000))": "not allowed",
		"SELECT * FROM unnest([1])": "function in FROM", "SELECT * FROM repeat('x', 1000000000)": "function in FROM", "SELECT repeat('x', 1000000000)": "repeat", "SELECT lpad('x', 1000000000, 'y')": "lpad",
		"WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x FROM r) SELECT x FROM r": "RECURSIVE", "WITH profiles AS (SELECT 1 AS x) SELECT x FROM profiles": "that of a table",
		"WITH \"WEB ORDERS\" AS (SELECT 1 AS x) SELECT x FROM \"web orders\"": "that of a table", "WITH a AS (SELECT 1 AS x), A AS (SELECT 2 AS x) SELECT x FROM a": "", "WITH a AS (SELECT 1 AS x) SELECT (WITH a AS (SELECT 2 AS y) SELECT y FROM a) FROM a": "twice",
		"SELECT (WITH source AS (SELECT '1' AS id) SELECT id FROM source) FROM source": "does not fit", "WITH build AS (SELECT id FROM build) SELECT id FROM build": "does not fit",
		"SELECT list_transform([1], x -> (SELECT id FROM source))[1]": "not allowed", "SELECT apply([1], lambda x: x)[1]": "not allowed", "SELECT [profile_id][1] FROM profiles": "not allowed", "SELECT {'a': profile_id}.a FROM profiles": "not allowed",
		"SELECT profile_id FROM profiles POSITIONAL JOIN Customers": "positional", "SELECT profile_id FROM profiles ASOF JOIN Customers c ON profiles.joined >= c.joined": "asof",
		"SELECT profile_id FROM profiles USING SAMPLE 1": "sample", "SELECT profile_id FROM profiles TABLESAMPLE 10%": "sample", "SELECT profile_id FROM profiles LIMIT 1": "ORDER BY", "SELECT DISTINCT ON (city) profile_id FROM profiles": "DISTINCT ON",
		"SELECT random()::VARCHAR": "random", "SELECT uuid()::VARCHAR": "", "SELECT any_value(profile_id) FROM profiles": "any_value", "SELECT first(profile_id) FROM profiles": "first", "SELECT string_agg(profile_id) FROM profiles": "string_agg",
		"SELECT setseed(0.5)": "setseed", "SELECT version()": "version", "SELECT current_user": "current_user", "SELECT current_database()": "current_database", "SELECT txid_current()": "txid", "SELECT sleep_ms(10000)": "sleep",
		"SELECT nextval('snapshot_number')": "nextval", "SELECT currval('snapshot_number')": "currval", "SELECT segue_email(email) FROM profiles": "segue_email", "SELECT system.main.getenv('HOME')": "not allowed", "SELECT email.getenv() FROM profiles": "schema",
		"SELECT json_serialize_sql('SELECT 1')": "json_serialize_sql", "SELECT json_execute_serialized_sql('x')": "json_execute_serialized_sql", "SELECT write_log('x')": "write_log", "SELECT error('x')": "error", "SELECT getvariable('x')": "getvariable",
		"SELECT md5(email) FROM profiles": "md5", "SELECT COLUMNS('p.*') FROM profiles": "not allowed", "SELECT COLUMNS(*) FROM profiles": "not allowed", "SELECT * EXCLUDE (city) FROM profiles": "not allowed", "SELECT * REPLACE (1 AS city) FROM profiles": "not allowed",
		"SELECT * FROM profiles": "columns", "SELECT profile_id, city FROM profiles": "2 columns", "SELECT joined FROM profiles": "type", "SELECT true": "type", "SELECT p FROM profiles p": "type", "SELECT #1 FROM profiles": "", "SELECT ? FROM profiles": "not allowed", "SELECT $1": "not allowed",
		"PIVOT profiles ON city": "", "SELECT * FROM (PIVOT profiles ON city USING count(*))": "", "FROM (SHOW TABLES)": "not allowed", "FROM (DESCRIBE source)": "not allowed", "SELECT x::ENUM('a') FROM (SELECT '1' AS x)": "type", "SELECT x COLLATE nocase FROM (SELECT '1' AS x)": "collate",
		"SELECT rowid FROM profiles": "does not fit", "SELECT nothing FROM profiles": "does not fit the tables: those in its FROM have no column \"nothing\"", "SELECT f0 FROM profiles": "does not fit", "SELECT a0 FROM profiles": "does not fit", "SELECT id FROM empty": "no table", "SELECT ｐｒｏｆｉｌｅ_id FROM ｐｒｏｆｉｌｅｓ": "no table",
		"SELECT profile_id FROM \"profiles\u0000\"": "", "SELECT profile_id FROM \"prof\u200biles\"": "no table", "SELECT id FROM \"ſource\"": "no table", "SELECT 'x' || 'x' || 'x' || 'x' || 'x' || 'x' || 'x' || 'x' || 'x' || 'x'": "||",
		"SELECT " + strings.Repeat("NOT ", 4900) + "true": "", "SELECT 1 WHERE " + strings.Repeat("1=1 AND ", 2400) + "true": "",
		"SELECT " + strings.Repeat("[", 9900) + strings.Repeat("]", 9900): "", strings.Repeat("SELECT 1 UNION ", 1300) + "SELECT 2": "", "SELECT 1" + strings.Repeat(" + 1", 4900): "",
		strings.Repeat("SELECT (", 1800) + "1" + strings.Repeat(")", 1800): "", strings.Repeat("SELECT * FROM (", 1000) + "SELECT 1" + strings.Repeat(")", 1000): "", "SELECT " + strings.Repeat("abs(", 3300) + "1" + strings.Repeat(")", 3300): "",
		"SELECT " + strings.Repeat("CASE WHEN true THEN ", 700) + "1" + strings.Repeat(" END", 700): "", "SELECT 1" + strings.Repeat("::INT", 3900): "",
	}
}

// hostileQueries holds that no query reads or does anything but read the tables it may, and that none stays.
func hostileQueries(d *Desk) {
	in := Shop(d)
	for query, says := range Hostile(d) {
		for _, way := range []string{query, query + " -- and so on", "/* SELECT */ " + query} {
			err := d.W.CheckQueries(d.ctx(), warehouse.Evaluation{Segment: Asked(way), AsOf: Now, Scope: in})
			require.Error(d, err, way)
			require.Equal(d, activation.CodeInvalid, activation.CodeOf(err), "%s: %v", way, err)
			_, ran := d.query(in, way)
			require.Error(d, ran, way)
			if way == query {
				require.ErrorContains(d, err, says, way)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(d.Sources, "secret*"))
	require.NoError(d, err)
	require.Empty(d, left)

	// A value that a query fails over is in no error (S35), and no answer is never nobody (S27).
	_, err = d.query(in, "SELECT CAST(email AS INTEGER) FROM profiles")
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err))
	require.NotContains(d, fmt.Sprint(err), "ana")
	require.Equal(d, []string{"1", "2", "3"}, d.IDs(Everybody("city")), "everything is as it was")
}
