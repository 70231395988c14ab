package dialect

import (
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
)

// Schema is where the engine keeps what rules speak of.
type Schema struct {
	// Profiles is the table of the profiles; its rows are called p in conditions, their id p.profile_id.
	Profiles string
	// Field returns the column of a profile field, false if there is none.
	Field func(name string) (Column, bool)
	// Addresses are the expressions of the profiles' normalised addresses, one for each e-mail field.
	Addresses []string
	// Tables are the tables of sources.
	Tables map[activation.SourceID]Table
	// Text is the expression of a value's canonical text, by which keys of different types are compared.
	Text func(sql string, t activation.FieldType) string
	// Scope is what rules may name.
	Scope activation.Scope
	// Stored returns the table, with a column profile_id, of the members of a segment that keeps them.
	Stored func(g activation.Segment) (string, error)
	// Queried returns the table, with a column profile_id and every id once, of the ids that a query gives. Moment and day are what the
	// query may know of the time. Nil where there are no queries.
	Queried func(query string, moment, day time.Time) (string, error)
}

// Table is a table of a source.
type Table struct {
	SQL string
	// Column returns the bare name and the type of a column.
	Column func(name string) (string, activation.FieldType, bool)
	// Profile gives, by a column that names profiles, the bare name of the text column with the id of the profile that is meant, where
	// that is another one: profiles of several rows are named by the key of each.
	Profile map[string]string
}

// Query collects what the conditions of one statement need: parts before it (WITH), and joins. Whatever is asked for twice, such
// as two values worked out from the same related rows, is worked out once.
type Query struct {
	schema Schema
	asOf   time.Time
	// zone is set where it overrides the segments' own.
	zone    *time.Location
	parts   []part
	groups  map[string]*group
	inner   map[activation.SegmentID]string
	under   []activation.Segment // the segments that are being compiled, the outermost first
	outside *frame
	sums    bool
}

// Sums reports whether anything is added up, which fails where the sum is too large.
func (q *Query) Sums() bool { return q.sums }

// part is a named part of a statement, before it.
type part interface {
	define() (name, sql string, args []any)
}

// NewQuery begins a statement over the profiles, as of a moment. A zone that is not nil overrides those of the segments.
func NewQuery(schema Schema, asOf time.Time, zone *time.Location) *Query {
	q := &Query{schema: schema, asOf: asOf, zone: zone, groups: map[string]*group{}, inner: map[activation.SegmentID]string{}}
	q.outside = &frame{q: q, alias: "p", column: schema.Field}
	return q
}

// With returns what goes before the SELECT of the statement, empty where nothing does, and its placeholders' values, which come first.
func (q *Query) With() (string, []any) {
	if len(q.parts) == 0 {
		return "", nil
	}
	var args []any
	list := make([]string, len(q.parts))
	for i, p := range q.parts {
		name, sql, more := p.define()
		list[i] = name + " AS MATERIALIZED (" + sql + ")"
		args = append(args, more...)
	}
	return "WITH " + strings.Join(list, ", ") + " ", args
}

// From returns the joins that go behind the profiles in FROM, empty where there are none.
func (q *Query) From() string { return q.outside.joined() }

// Segment compiles each rule of a segment.
func (q *Query) Segment(g activation.Segment) ([]Expr, error) { return q.rules(g, q.outside) }

func (q *Query) rules(g activation.Segment, f *frame) (rules []Expr, err error) {
	if len(g.Rules) == 0 {
		return nil, cannot("the segment %q has no rule", g.Name)
	}
	inside := *f
	inside.moment = moment{q.asOf, q.zone}
	if q.zone == nil {
		if inside.zone, err = activation.LoadZone(g.TimeZone); err != nil {
			return nil, cannot("the time zone of the segment %q is not known", g.Name)
		}
	}
	q.under = append(q.under, g)
	defer func() { q.under = q.under[:len(q.under)-1] }()
	for _, r := range g.Rules {
		e, err := inside.rule(r.Rule)
		if err != nil {
			return nil, err
		}
		rules = append(rules, e)
	}
	f.joins = inside.joins
	return rules, nil
}

// Combine is the expression that combines the results of a segment's rules in order from the first on; names are what the
// results are called, one for each rule. Each occurs once, in order.
func Combine(g activation.Segment, names []string) (string, error) {
	combined := names[0]
	for i, r := range g.Rules[1:] {
		name := names[i+1]
		switch r.Combine {
		case activation.Union:
			combined = fmt.Sprintf("(%s OR %s)", combined, name)
		case activation.Intersect:
			combined = fmt.Sprintf("(%s AND %s)", combined, name)
		case activation.Except:
			combined = fmt.Sprintf("(%s AND NOT %s)", combined, name)
		default:
			return "", cannot("the segment %q combines by %q", g.Name, r.Combine)
		}
	}
	return combined, nil
}

// Member is the condition that a profile p is in the segment.
func (q *Query) Member(g activation.Segment) (Expr, error) { return q.member(g, q.outside) }

func (q *Query) member(g activation.Segment, f *frame) (e Expr, err error) {
	rules, err := q.rules(g, f)
	if err != nil {
		return e, err
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.SQL
		e.Args = append(e.Args, r.Args...)
	}
	e.SQL, err = Combine(g, names)
	return e, err
}

// inQuery is the condition of being among the ids that a query gives.
func (f *frame) inQuery(query string) (Expr, error) {
	if f.table != "" {
		return Expr{}, cannot("a query gives ids of profiles, not rows of a table")
	}
	if f.q.schema.Queried == nil {
		return Expr{}, cannot("there are no queries here")
	}
	table, err := f.q.schema.Queried(query, f.asOf, f.today())
	if err != nil {
		return Expr{}, err
	}
	f.join(fmt.Sprintf(" LEFT JOIN %[1]s ON %[1]s.profile_id = p.profile_id", table))
	return Expr{SQL: "(" + table + ".profile_id IS NOT NULL)"}, nil
}

// members is a part: the members of a segment that is named in a rule.
type members struct {
	name, sql string
	args      []any
}

func (m members) define() (string, string, []any) { return m.name, m.sql, m.args }

// memberOf is the condition of being in another segment: among its stored members where it keeps them.
func (f *frame) memberOf(id activation.SegmentID) (Expr, error) {
	q := f.q
	if f.table != "" {
		return Expr{}, cannot("rows of a table are in no segment")
	}
	g, ok := q.schema.Scope.Segments[id]
	if !ok {
		return Expr{}, cannot("a segment that is named in a rule is gone")
	}
	for _, u := range q.under {
		if u.ID == id {
			return Expr{}, cannot("the segment %q would have to know its own members to find them", g.Name)
		}
	}
	name, ok := q.inner[id]
	if !ok {
		m := members{}
		if g.Schedule.Stored() {
			table, err := q.schema.Stored(g)
			if err != nil {
				return Expr{}, err
			}
			m.sql = "SELECT m.profile_id AS k FROM " + table + " m"
		} else {
			inside := &frame{q: q, alias: "p", column: q.schema.Field}
			e, err := q.member(g, inside)
			if err != nil {
				return Expr{}, err
			}
			m.sql, m.args = fmt.Sprintf("SELECT p.profile_id AS k FROM %s p%s WHERE %s", q.schema.Profiles, inside.joined(), e.SQL), e.Args
		}
		name = fmt.Sprintf("s%d", len(q.inner))
		m.name = name
		q.inner[id] = name
		q.parts = append(q.parts, m)
	}
	f.join(fmt.Sprintf(" LEFT JOIN %[1]s ON %[1]s.k = p.profile_id", name))
	return Expr{SQL: "(" + name + ".k IS NOT NULL)"}, nil
}
