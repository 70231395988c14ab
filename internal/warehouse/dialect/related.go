package dialect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
)

// group is a part: values worked out from related rows in one grouped scan, one row for each key of the rows or profiles that
// they are related to.
type group struct {
	name  string
	keys  []groupKey
	from  string
	where Expr
	// values are the aggregates, without placeholders.
	values []string
	text   func(sql string, t activation.FieldType) string
}

// groupKey is a column that the rows are grouped by; where it is compared with another type it becomes text after the grouping.
type groupKey struct {
	sql    string
	kind   activation.FieldType
	asText bool
}

// define implements part.
func (g *group) define() (name, sql string, args []any) {
	var inner, outer, by []string
	outerNeeded := false
	for i, k := range g.keys {
		inner = append(inner, fmt.Sprintf("%s AS k%d", k.sql, i))
		by = append(by, fmt.Sprint(i+1))
		col := fmt.Sprintf("k%d", i)
		if k.asText && k.kind != activation.TypeText {
			col, outerNeeded = g.text(col, k.kind)+" AS "+col, true
		}
		outer = append(outer, col)
	}
	for i, v := range g.values {
		inner = append(inner, fmt.Sprintf("%s AS v%d", v, i))
		outer = append(outer, fmt.Sprintf("v%d", i))
	}
	sql = fmt.Sprintf("SELECT %s FROM %s WHERE %s GROUP BY %s", strings.Join(inner, ", "), g.from, g.where.SQL, strings.Join(by, ", "))
	if outerNeeded {
		sql = fmt.Sprintf("SELECT %s FROM (%s)", strings.Join(outer, ", "), sql)
	}
	return g.name, sql, g.where.Args
}

// value adds an aggregate, once, and returns what it is called.
func (g *group) value(sql string) string {
	i := slices.Index(g.values, sql)
	if i < 0 {
		i = len(g.values)
		g.values = append(g.values, sql)
	}
	return fmt.Sprintf("%s.v%d", g.name, i)
}

// has holds where there is a related row.
func (f *frame) has(r activation.Related) (Expr, error) {
	g, _, err := f.group(r)
	if err != nil {
		return Expr{}, err
	}
	return Expr{SQL: "(" + g.name + ".k0 IS NOT NULL)"}, nil
}

// worked is the value that is worked out from related rows.
func (f *frame) worked(r activation.Related) (Column, error) {
	g, there, err := f.group(r)
	if err != nil {
		return Column{}, err
	}
	if r.Function == activation.FuncCount {
		return Column{SQL: "coalesce(" + g.value("count(*)::DOUBLE") + ", 0)", Type: activation.TypeNumber}, nil
	}
	col, ok := there.column(r.Column)
	if !ok {
		return Column{}, cannot("a table has no column %q", r.Column)
	}
	info, _ := r.Function.Info()
	if !slices.Contains(info.Types, col.Type) {
		return Column{}, cannot("%s does not apply to the column %q, which is %s now", r.Function, r.Column, col.Type)
	}
	switch r.Function {
	case activation.FuncSum, activation.FuncAverage:
		f.q.sums = true
		// Whole millionths add up to the same in whatever order they come.
		sum, by := fmt.Sprintf("sum(round(%s * 1e6)::HUGEINT)::DOUBLE", col.SQL), "1e6"
		if r.Function == activation.FuncAverage {
			by = fmt.Sprintf("(count(%s)::DOUBLE * 1e6)", col.SQL)
		}
		return Column{SQL: g.value(sum + " / " + by), Type: activation.TypeNumber}, nil
	case activation.FuncDistinct:
		sql := col.SQL
		if col.Type == activation.TypeText {
			sql = Fold(sql)
		}
		return Column{SQL: "coalesce(" + g.value("count(DISTINCT "+sql+")::DOUBLE") + ", 0)", Type: activation.TypeNumber}, nil
	case activation.FuncMin, activation.FuncMax:
		return Column{SQL: g.value(string(r.Function) + "(" + col.SQL + ")"), Type: col.Type}, nil
	case activation.FuncFirst, activation.FuncLast:
		order, ok := there.column(r.OrderBy)
		if !ok {
			return Column{}, cannot("a table has no column %q", r.OrderBy)
		}
		pick := "min"
		if r.Function == activation.FuncLast {
			pick = "max"
		}
		return Column{SQL: g.value(fmt.Sprintf("(%s({'o': %[2]s, 'v': %[3]s}) FILTER (WHERE %[2]s IS NOT NULL AND %[3]s IS NOT NULL)).v", pick, order.SQL, col.SQL)), Type: col.Type}, nil
	}
	return Column{}, cannot("the function %q is not known", r.Function)
}

// group finds or makes the scan of the related rows, joins it to the frame, and returns what conditions on the rows are about.
func (f *frame) group(r activation.Related) (*group, *frame, error) {
	q := f.q
	way, err := q.schema.Scope.Way(f.table, r.Path, "path")
	if err != nil || len(way) == 0 {
		return nil, nil, cannot("the path %s cannot be followed: %v", strings.Join(r.Path, " > "), err)
	}
	from, err := q.chain(way)
	if err != nil {
		return nil, nil, err
	}
	last := len(way) - 1
	there := q.rowsOf(way[last].Table(), last, f.moment)
	// Rows are told apart by everything that chooses them.
	what, err := json.Marshal([]any{f.table, r.Path, r.Where, r.Within, f.zone.String()})
	if err != nil {
		return nil, nil, err
	}
	g := q.groups[string(what)]
	if g == nil {
		g = &group{text: q.schema.Text}
		if err := q.choose(g, r, there); err != nil {
			return nil, nil, err
		}
		g.from = from + there.joined()
		g.name = fmt.Sprintf("g%d", len(q.groups))
		q.groups[string(what)] = g
		q.parts = append(q.parts, g)
	}
	return g, there, f.attach(g, way[0])
}

// choose compiles which of the rows are meant.
func (q *Query) choose(g *group, r activation.Related, there *frame) error {
	var conditions []Expr
	if r.Within != nil {
		e, err := there.rule(r.Within.Condition())
		if err != nil {
			return err
		}
		conditions = append(conditions, e)
	}
	if r.Where != nil {
		e, err := there.rule(*r.Where)
		if err != nil {
			return err
		}
		conditions = append(conditions, e)
	}
	parts := make([]string, 0, len(conditions))
	for _, e := range conditions {
		parts = append(parts, e.SQL)
		g.where.Args = append(g.where.Args, e.Args...)
	}
	g.where.SQL = strings.Join(parts, " AND ")
	return nil
}

// rowsOf is the frame of the rows of the n-th table of a chain.
func (q *Query) rowsOf(id activation.SourceID, n int, at moment) *frame {
	alias, t := fmt.Sprintf("t%d", n), q.schema.Tables[id]
	return &frame{moment: at, q: q, table: id, alias: alias, column: func(name string) (Column, bool) {
		if t.Column == nil {
			return Column{}, false
		}
		col, kind, ok := t.Column(name)
		return Column{SQL: alias + "." + col, Type: kind}, ok
	}}
}

// chain is the FROM of the tables of a way: each joined to the one before.
func (q *Query) chain(way []activation.Hop) (string, error) {
	var out strings.Builder
	for n, h := range way {
		t, ok := q.schema.Tables[h.Table()]
		if !ok {
			return "", cannot("the relationship %q leads to a table that has no rows yet", h.Name)
		}
		if n == 0 {
			fmt.Fprintf(&out, "%s t0", t.SQL)
			continue
		}
		before, here := q.rowsOf(way[n-1].Table(), n-1, moment{}), q.rowsOf(h.Table(), n, moment{})
		var on []string
		for _, k := range h.Keys {
			near, far := k.To, k.From
			if h.Forward {
				near, far = k.From, k.To
			}
			a, okA := before.column(near)
			b, okB := here.column(far)
			if !okA || !okB {
				return "", cannot("a column of the relationship %q is gone", h.Name)
			}
			on = append(on, q.equal(a, b))
		}
		fmt.Fprintf(&out, " JOIN %s t%d ON %s", t.SQL, n, strings.Join(on, " AND "))
	}
	return out.String(), nil
}

// equal compares keys: as they are where they have one type, else their canonical texts.
func (q *Query) equal(a, b Column) string {
	if a.Type == b.Type {
		return a.SQL + " = " + b.SQL
	}
	return q.schema.Text(a.SQL, a.Type) + " = " + q.schema.Text(b.SQL, b.Type)
}

// attach joins a group to the frame by the first relationship of its way, whose keys the group has.
func (f *frame) attach(g *group, h activation.Hop) error {
	rows := f.q.rowsOf(h.Table(), 0, f.moment)
	var on []string
	var keys []groupKey
	for i, k := range h.Keys {
		near, far := k.To, k.From
		if h.Forward {
			near, far = k.From, k.To
		}
		theirs, ok := rows.column(far)
		if !ok {
			return cannot("a column of the relationship %q is gone", h.Name)
		}
		if id, other := f.q.schema.Tables[h.Table()].Profile[far]; other && f.table == "" {
			theirs = Column{SQL: rows.alias + "." + id, Type: activation.TypeText}
		}
		key, name := groupKey{sql: theirs.SQL, kind: theirs.Type}, fmt.Sprintf("%s.k%d", g.name, i)
		ours := Column{SQL: "p.profile_id", Type: activation.TypeText}
		if f.table != "" {
			if ours, ok = f.column(near); !ok {
				return cannot("a column of the relationship %q is gone", h.Name)
			}
		}
		sql := ours.SQL
		if ours.Type != theirs.Type {
			key.asText, sql = true, f.q.schema.Text(ours.SQL, ours.Type)
		}
		keys = append(keys, key)
		on = append(on, name+" = "+sql)
	}
	if g.keys == nil {
		g.keys = keys
		there := make([]string, 0, len(keys)+1)
		for _, k := range keys {
			there = append(there, k.sql+" IS NOT NULL")
		}
		if g.where.SQL != "" {
			there = append(there, g.where.SQL)
		}
		g.where.SQL = strings.Join(there, " AND ")
	}
	f.join(fmt.Sprintf(" LEFT JOIN %s ON %s", g.name, strings.Join(on, " AND ")))
	return nil
}
