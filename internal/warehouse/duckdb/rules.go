package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse/dialect"
)

// selection compiles segments for one statement over the profiles as they were built and the tables as they are.
type selection struct {
	*dialect.Query
	s     session
	b     build
	scope activation.Scope
	model activation.Model
	// evaluated is when the stored members were evaluated that it uses.
	evaluated map[activation.SegmentID]time.Time
	queries
}

// selection begins a statement. A zone that is not empty overrides those of the segments.
func (s session) selection(b build, scope activation.Scope, asOf time.Time, zone string) (*selection, error) {
	var override *time.Location
	if zone != "" {
		z, err := activation.LoadZone(zone)
		if err != nil {
			return nil, cannotEvaluate(err, "the time zone is not known")
		}
		override = z
	}
	x := &selection{s: s, b: b, scope: scope, model: activation.Model{Profile: b.def, Tables: map[activation.SourceID][]activation.Column{}, Scope: scope}}
	x.evaluated = map[activation.SegmentID]time.Time{}
	schema := dialect.Schema{
		Profiles: b.table(), Text: canonical, Scope: scope, Stored: x.stored, Tables: map[activation.SourceID]dialect.Table{},
		Field: func(name string) (dialect.Column, bool) {
			i := b.position(name)
			if i < 0 {
				return dialect.Column{}, false
			}
			return dialect.Column{SQL: fmt.Sprintf("p.f%d", i), Type: b.def.Fields[i].Type}, true
		},
	}
	for _, i := range b.emails() {
		schema.Addresses = append(schema.Addresses, fmt.Sprintf("p.a%d", i))
	}
	for _, r := range scope.Relationships {
		for _, id := range []activation.SourceID{r.From, r.To} {
			if _, done := schema.Tables[id]; done || id == "" {
				continue
			}
			t, err := s.table(id)
			if activation.CodeOf(err) == activation.CodeNotFound {
				continue // whoever needs it is told
			}
			if err != nil {
				return nil, err
			}
			schema.Tables[id] = b.related(scope, id, t)
			x.model.Tables[id] = t.columns
		}
	}
	x.bounds, schema.Queried = s.bounds, x.queried
	x.Query = dialect.NewQuery(schema, asOf, override)
	return x, nil
}

// told turns a failure of a statement of the selection into one that says what of the segment has no answer (S27).
func (x *selection) told(err error) error {
	if errors.Is(err, errOverValue) && x.Sums() {
		return cannotEvaluate(nil, "a sum or an average of related rows is too large to be worked out exactly: a value, or what they add up to, is beyond 1e32")
	}
	return err
}

// check holds a segment, and those that it names, against the profiles as they were built and the tables as they are.
func (x *selection) check(g activation.Segment) error {
	list := []activation.Segment{g}
	seen := map[activation.SegmentID]bool{}
	for len(list) > 0 {
		g, list = list[0], list[1:]
		for _, r := range g.Rules {
			if err := r.Rule.Validate(x.model); err != nil {
				return cannotEvaluate(err, "the segment %q cannot be evaluated on the profiles as they were built: %v", g.Name, err)
			}
		}
		for _, id := range g.Uses() {
			if inner := x.scope.Segments[id]; !seen[id] && !inner.Schedule.Stored() {
				seen[id] = true
				list = append(list, inner)
			}
		}
	}
	return nil
}

// rules compiles each rule of a segment.
func (x *selection) rules(g activation.Segment) ([]dialect.Expr, error) {
	if err := x.check(g); err != nil {
		return nil, err
	}
	return x.Segment(g)
}

// member is the condition that a profile p is in a segment.
func (x *selection) member(g activation.Segment) (dialect.Expr, error) {
	if err := x.check(g); err != nil {
		return dialect.Expr{}, err
	}
	return x.Member(g)
}

// union is the condition that a profile p is in at least one of the segments.
func (x *selection) union(list []activation.Segment) (dialect.Expr, error) {
	var out dialect.Expr
	parts := make([]string, 0, len(list))
	for _, g := range list {
		e, err := x.selects(g)
		if err != nil {
			return out, err
		}
		parts = append(parts, e.SQL)
		out.Args = append(out.Args, e.Args...)
	}
	out.SQL = "(" + strings.Join(parts, " OR ") + ")"
	return out, nil
}

// selects is the condition that a profile p is in a segment, or among its stored members where it keeps them.
func (x *selection) selects(g activation.Segment) (dialect.Expr, error) {
	if !g.Schedule.Stored() {
		return x.member(g)
	}
	table, err := x.stored(g)
	return dialect.Expr{SQL: "p.profile_id IN (SELECT m.profile_id FROM " + table + " m)"}, err
}

// stored is the table of the stored members of a segment. Members that are lost are no answer, and members of another
// definition are not this segment's (S25, S27).
func (x *selection) stored(g activation.Segment) (string, error) {
	e, ok, err := x.s.stored(g.ID)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", activation.Errorf(activation.CodeCannotEvaluate, "the members of the segment %q are not stored: it was not evaluated yet, or they were lost with the warehouse", g.Name).
			WithRemedy("Evaluate it, then run again: segue segment evaluate; nothing was sent (an answer that is missing is never \"nobody\")")
	case e.Definition != g.Definition(x.b.def, x.scope):
		return "", activation.Errorf(activation.CodeUnavailable, "the segment %q, or what makes a profile, was changed since its members were stored", g.Name).
			WithRemedy("Evaluate it: segue segment evaluate; the run goes on by itself then, and nothing is sent before")
	}
	x.evaluated[g.ID] = e.At
	return e.table(), nil
}

// statement makes a SELECT: what the query needs before it, the columns, and the profiles (or what stands for them) with their
// joins. where may hold placeholders, whose values follow those of columns.
func (x *selection) statement(columns, profiles, where string, args ...any) (string, []any) {
	with, first := x.With()
	return fmt.Sprintf("%sSELECT %s FROM %s p%s WHERE %s", with, columns, profiles, x.From(), where), append(first, args...)
}

// related is a table whose rows belong to profiles, or to rows that do. A profile of several rows is named by the key of each: by that of the
// table itself where it feeds profiles and the column is its key, else by that of the origin.
func (b build) related(scope activation.Scope, id activation.SourceID, t table) dialect.Table {
	out := dialect.Table{SQL: t.name(), Column: t.column}
	if b.def.Unify == nil {
		return out
	}
	own, feeds := b.def.TableOf(id)
	columns, joins := "r.*", ""
	for _, r := range scope.Relationships {
		if r.From != id || r.To != "" || out.Profile[r.Keys[0].From] != "" {
			continue
		}
		name := r.Keys[0].From
		col, kind, ok := t.column(name)
		if !ok {
			continue
		}
		source := b.def.Unify.Origin.Source
		if feeds && own.Key == name {
			source = id
		}
		if out.Profile == nil {
			out.Profile = map[string]string{}
		}
		key, n := canonical("r."+col, kind), len(out.Profile)
		out.Profile[name] = fmt.Sprintf("profile%d", n)
		columns += fmt.Sprintf(", coalesce(u%d.profile_id, %s) AS profile%d", n, key, n)
		joins += fmt.Sprintf(" LEFT JOIN %s u%d ON u%d.source = %s AND u%d.key = %s", b.unified(), n, n, literal(string(source)), n, key)
	}
	if joins != "" {
		out.SQL = "(SELECT " + columns + " FROM " + t.name() + " r" + joins + ")"
	}
	return out
}
