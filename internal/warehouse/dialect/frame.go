package dialect

import (
	"slices"
	"strings"

	"segue/internal/activation"
)

// frame is what conditions are about: the profiles, or the rows of a table.
type frame struct {
	moment
	q *Query
	// table is the table whose rows are meant, empty for the profiles; alias is what its rows are called.
	table  activation.SourceID
	alias  string
	column func(name string) (Column, bool)
	joins  []string
}

// join adds a join, once.
func (f *frame) join(sql string) {
	if !slices.Contains(f.joins, sql) {
		f.joins = append(f.joins, sql)
	}
}

func (f *frame) joined() string { return strings.Join(f.joins, "") }

// rule compiles a rule tree into a condition that is never NULL.
func (f *frame) rule(r activation.Rule) (Expr, error) {
	switch {
	case len(r.All) > 0:
		return f.tree(r.All, " AND ")
	case len(r.Any) > 0:
		return f.tree(r.Any, " OR ")
	}
	info, ok := r.Operator.Info()
	if !ok {
		return Expr{}, cannot("the operator %q is not known", r.Operator)
	}
	positive := r
	if info.Negates != "" {
		positive.Operator = info.Negates
	}
	e, err := f.positive(positive, info.Subject)
	if err != nil {
		return Expr{}, err
	}
	if info.Negates != "" {
		e.SQL = "(NOT " + e.SQL + ")"
	}
	return e, nil
}

func (f *frame) tree(rules []activation.Rule, with string) (Expr, error) {
	var out Expr
	parts := make([]string, 0, len(rules))
	for _, r := range rules {
		e, err := f.rule(r)
		if err != nil {
			return Expr{}, err
		}
		parts = append(parts, e.SQL)
		out.Args = append(out.Args, e.Args...)
	}
	out.SQL = "(" + strings.Join(parts, with) + ")"
	return out, nil
}

// positive compiles a condition without a negation; it is never NULL.
func (f *frame) positive(r activation.Rule, about activation.Subject) (Expr, error) {
	var col Column
	switch about {
	case activation.SubjectSegment:
		return f.memberOf(r.Segment)
	case activation.SubjectProfile:
		return f.literal(r)
	case activation.SubjectQuery:
		return f.inQuery(r.SQL)
	case activation.SubjectRelated:
		if r.Related == nil {
			return Expr{}, cannot("a condition on related rows names none")
		}
		return f.has(*r.Related)
	}
	if r.Related != nil {
		var err error
		if col, err = f.worked(*r.Related); err != nil {
			return Expr{}, err
		}
	} else {
		var ok bool
		if col, ok = f.column(r.Field); !ok {
			return Expr{}, cannot("there is no field %q", r.Field)
		}
	}
	e, err := f.condition(r, col)
	if err == nil && e.SQL != never && r.Operator != activation.OpIsEmpty {
		e.SQL = "coalesce(" + e.SQL + ", false)"
	}
	return e, err
}

// literal holds for profiles whose id, or one of whose addresses, is written out.
func (f *frame) literal(r activation.Rule) (Expr, error) {
	if f.table != "" {
		return Expr{}, cannot("%s is about profiles, not about rows of a table", r.Operator)
	}
	if r.Operator == activation.OpIDOneOf {
		return among("p.profile_id", plain, "VARCHAR", r.Values), nil
	}
	values := make([]string, len(r.Values))
	for i, v := range r.Values {
		a, problem := activation.ParseEmail(v)
		if problem != "" {
			return Expr{}, cannot("%s names what is no address", r.Operator)
		}
		values[i] = string(a)
	}
	if len(f.q.schema.Addresses) == 0 {
		return Expr{}, cannot("the profiles have no field that means e-mail")
	}
	var out Expr
	parts := make([]string, 0, len(f.q.schema.Addresses))
	for _, col := range f.q.schema.Addresses {
		e := among(col, plain, "VARCHAR", values)
		parts = append(parts, e.SQL)
		out.Args = append(out.Args, e.Args...)
	}
	out.SQL = "coalesce(" + strings.Join(parts, " OR ") + ", false)"
	return out, nil
}
