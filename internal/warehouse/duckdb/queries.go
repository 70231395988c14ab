package duckdb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/dialect"
	"segue/internal/warehouse/sqlguard"
)

// queryBounds are how long a query may take and how many rows it may give.
type queryBounds struct {
	time time.Duration
	rows int64
}

// queries are the queries of segments in one statement: each is run once, before it, into a temporary table.
type queries struct {
	bounds  queryBounds
	tables  map[string]string
	unknown int64
}

// queried runs a query as of a moment and returns the table of its ids.
func (x *selection) queried(query string, moment, day time.Time) (string, error) {
	key := strings.Join([]string{query, moment.String(), day.String()}, "\x00")
	if name, ok := x.tables[key]; ok {
		return name, nil
	}
	stmt, err := x.compile(query, moment, day)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("queried_%d", len(x.tables))
	if err := x.run(name, stmt); err != nil {
		return "", err
	}
	if x.tables == nil {
		x.tables = map[string]string{}
	}
	x.tables[key] = name
	return name, nil
}

// run fills the table of a query's ids within the bounds.
func (x *selection) run(name, stmt string) error {
	bounded, cancel := context.WithTimeoutCause(x.s.ctx, x.bounds.time, errQueryTime)
	defer cancel()
	s := x.s
	s.ctx = bounded
	// Only ids that profiles have are kept; how many others there are is told by their hashes, for they may be as long as texts are.
	err := s.exec(fmt.Sprintf("CREATE TEMP TABLE %s_all AS SELECT p.profile_id, count(*) AS n FROM (%s) q LEFT JOIN %s p ON p.profile_id = q.id GROUP BY p.profile_id, CASE WHEN p.profile_id IS NULL THEN hash(q.id) END",
		name, stmt, x.b.table()))
	switch {
	case errors.Is(err, errQueryTime):
		return activation.Errorf(activation.CodeCannotEvaluate, "the query takes longer than %s", x.bounds.time).
			WithRemedy("Make it simpler; an answer that is missing is never \"nobody\"")
	case err != nil:
		return queryFailed(err)
	}
	var rows, unknown int64
	if err := x.s.row(fmt.Sprintf("SELECT coalesce(sum(n), 0)::BIGINT, count(*) FILTER (profile_id IS NULL) FROM %s_all", name), nil, &rows, &unknown); err != nil {
		return err
	}
	if rows > x.bounds.rows {
		return activation.Errorf(activation.CodeCannotEvaluate, "the query gives more than %d rows", x.bounds.rows).
			WithRemedy("Select each id once; an answer that is missing is never \"nobody\"")
	}
	x.unknown += unknown
	if err := x.s.exec(fmt.Sprintf("CREATE TEMP TABLE %[1]s AS SELECT profile_id FROM %[1]s_all WHERE profile_id IS NOT NULL", name)); err != nil {
		return err
	}
	return x.s.exec("DROP TABLE " + name + "_all")
}

var errQueryTime = errors.New("the query takes too long")

// queryFailed is what is told of a query that failed. What DuckDB says of a value may hold it.
func queryFailed(err error) error {
	if c := activation.CodeOf(err); c == activation.CodeStorageFull || c == activation.CodeCorrupt || c == activation.CodeCannotEvaluate || errors.Is(err, context.Canceled) {
		return err
	}
	return cannotEvaluate(err, "the query failed while it ran")
}

// serialize gives the tree of a text.
const serialize = "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR"

// compile judges a query and returns the statement that gives its ids as text in the column id, NULL included.
func (x *selection) compile(query string, moment, day time.Time) (string, error) {
	s := x.s
	tables, err := x.readable()
	if err != nil {
		return "", err
	}
	env := sqlguard.Env{Tables: map[string]string{}, Now: moment.UTC().Format("2006-01-02 15:04:05.999999"), Today: day.Format(time.DateOnly), Concat: "segue_concat"}
	for name := range tables {
		env.Tables[name] = fmt.Sprintf("segue_table_%d", len(env.Tables))
	}
	var tree string
	if err := s.row(serialize, []any{query}, &tree); err != nil {
		return "", misunderstood(err)
	}
	judged, err := sqlguard.Judge([]byte(tree), env)
	if err != nil {
		return "", err
	}
	var text, again string
	if err := s.row("SELECT json_deserialize_sql(?::JSON)", []any{string(judged.Tree)}, &text); err != nil {
		return "", misunderstood(err)
	}
	// What is run is what was judged: the text is read once more, and must be the same tree.
	if err := s.row(serialize, []any{text}, &again); err != nil {
		return "", misunderstood(err)
	}
	if !sqlguard.Same(judged.Tree, []byte(again)) {
		return "", activation.Errorf(activation.CodeInvalid, "the query cannot be written the way it is read").WithField("sql").WithRemedy("Write it more simply")
	}
	var with []string
	for name, to := range env.Tables {
		if slices.Contains(judged.Tables, to) {
			with = append(with, to+" AS NOT MATERIALIZED ("+tables[name]+")") // columns that are not used are not read
		}
	}
	slices.Sort(with)
	body := "SELECT * FROM (" + text + ")"
	if len(with) > 0 {
		body = "WITH " + strings.Join(with, ", ") + " " + body
	}
	id, err := s.idColumn(body)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("SELECT %s AS id FROM (%s) q(v) LIMIT %d", id, body, x.bounds.rows+1), nil
}

// idColumn returns the expression of the one column, called v, as the text of an id.
func (s session) idColumn(body string) (string, error) {
	rows, err := s.conn.QueryContext(s.ctx, "SELECT * FROM ("+body+") LIMIT 0") //nolint:gosec,rowserrcheck // accepted as one reading SELECT; no row is read
	if err != nil {
		return "", unbound(err, s.translate(err))
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return "", s.translate(err)
	}
	if len(columns) != 1 {
		return "", activation.Errorf(activation.CodeInvalid, "the query gives %d columns, not one of ids", len(columns)).WithField("sql")
	}
	switch kind := columns[0].DatabaseTypeName(); kind {
	case "VARCHAR":
		return "v", nil
	case "DOUBLE":
		return canonical("v", activation.TypeNumber), nil
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT":
		return "v::VARCHAR", nil
	default:
		return "", activation.Errorf(activation.CodeInvalid, "the query gives a column of the type %s, not of ids", kind).WithField("sql")
	}
}

func misunderstood(err error) error {
	if activation.CodeOf(err) == activation.CodeInternal {
		return activation.Errorf(activation.CodeInvalid, "the query is not understood").WithField("sql")
	}
	return err
}

// unknownColumn is what DuckDB says of a column that there is not.
var unknownColumn = regexp.MustCompile(`^Binder Error: Referenced column "(.*)" not found in FROM clause!`)

// unbound says why a query does not fit the tables: DuckDB's first line, which names columns, functions and types and no value.
func unbound(err, translated error) error {
	var duck *driverduck.Error
	if !errors.As(err, &duck) || (duck.Type != driverduck.ErrorTypeBinder && duck.Type != driverduck.ErrorTypeCatalog && duck.Type != driverduck.ErrorTypeParser) {
		if activation.CodeOf(translated) == activation.CodeInternal {
			return activation.Errorf(activation.CodeInvalid, "the query does not fit the tables").WithField("sql")
		}
		return translated
	}
	line, _, _ := strings.Cut(duck.Msg, "\n")
	if m := unknownColumn.FindStringSubmatch(line); m != nil {
		return activation.Errorf(activation.CodeInvalid, "the query does not fit the tables: those in its FROM have no column %q", m[1]).WithField("sql").
			WithRemedy("Text stands in single quotes, names with spaces in double ones")
	}
	return activation.Errorf(activation.CodeInvalid, "the query does not fit the tables: %s", line).WithField("sql")
}

// readable are the queries of the tables that people may read, by their lower-case names.
func (x *selection) readable() (map[string]string, error) {
	b, s := x.b, x.s
	columns := []string{"p.profile_id AS profile_id"}
	for i, f := range b.def.Fields {
		columns = append(columns, shown(fmt.Sprintf("p.f%d", i), f.Type)+" AS "+dialect.Quote(f.Name))
	}
	out := map[string]string{}
	for _, n := range x.scope.Readable {
		t, err := s.table(n.ID)
		if activation.CodeOf(err) == activation.CodeNotFound {
			continue // it has no rows yet; a query that needs it is told
		}
		if err != nil {
			return nil, err
		}
		out[strings.ToLower(n.Name)] = b.readable(n.ID, t)
	}
	out[warehouse.ProfilesTable] = "SELECT " + strings.Join(columns, ", ") + " FROM " + b.table() + " p"
	return out, nil
}

// shown is what a query sees of a value: a join says a text any number of times, and a function makes as many new ones outside of the engine's
// limit of memory, so that a long one is an error. Columns that a query does not use are not looked at.
func shown(column string, kind activation.FieldType) string {
	if kind != activation.TypeText {
		return column
	}
	return fmt.Sprintf("CASE WHEN strlen(%[1]s) > %[2]d THEN error('%[3]s') ELSE %[1]s END", column, textBytes, errText)
}

// readable is the query of a source's table: its columns by their names and, where its rows make profiles, the id of each row's as
// profile_id.
func (b build) readable(id activation.SourceID, t table) string {
	var columns []string
	named := false
	for i, c := range t.columns {
		columns = append(columns, shown(fmt.Sprintf("r.c%d", i), c.Type)+" AS "+dialect.Quote(c.Name))
		named = named || strings.EqualFold(c.Name, "profile_id")
	}
	from := t.name() + " r"
	if own, feeds := b.def.TableOf(id); feeds && !named {
		key, kind, ok := t.column(own.Key)
		switch {
		case !ok:
		case b.def.Unify == nil:
			columns = append(columns, canonical("r."+key, kind)+" AS profile_id")
		default:
			columns = append(columns, "u.profile_id AS profile_id")
			from += fmt.Sprintf(" LEFT JOIN %s u ON u.source = %s AND u.key = %s", b.unified(), literal(string(id)), canonical("r."+key, kind))
		}
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + from
}

// drop removes the tables of the queries; a transaction that is rolled back does so by itself.
func (x *selection) drop() error {
	for _, name := range x.tables {
		if err := x.s.exec("DROP TABLE " + name); err != nil {
			return err
		}
	}
	return nil
}

// CheckQueries implements warehouse.Warehouse.
func (w *Warehouse) CheckQueries(ctx context.Context, e warehouse.Evaluation) error {
	if len(e.Segment.Queries()) == 0 {
		return nil
	}
	err := w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, e.Scope, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		for _, q := range e.Segment.Queries() {
			if _, err := x.compile(q, e.AsOf.UTC(), e.AsOf.UTC()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("judge the queries of the segment %q: %w", e.Segment.Name, err)
	}
	return nil
}

// TablesOf implements warehouse.Warehouse.
func (w *Warehouse) TablesOf(ctx context.Context, query string) (names []string, err error) {
	err = w.read(ctx, func(s session) error {
		var tree string
		if err := s.row(serialize, []any{query}, &tree); err != nil {
			return misunderstood(err)
		}
		names, err = sqlguard.Names([]byte(tree))
		return err
	})
	if activation.CodeOf(err) == activation.CodeInvalid {
		return nil, nil
	}
	return names, err
}
