package where

import (
	"slices"
	"strings"

	"segue/client"
)

// Model is what rules may speak of: their names, and the types by which comparisons are meant.
type Model struct {
	// Fields are those of the profile.
	Fields []client.Field
	// Relationships are all that there are.
	Relationships []client.Relationship
	// Columns are those of the tables as they were taken over, by the ids of their sources.
	Columns map[string][]client.Column
	// Segments are all that there are.
	Segments []client.Segment
}

// functions are what can be worked out of related rows.
var functions = []string{"count", "distinct", "sum", "average", "min", "max", "first", "last"}

// ahead reports whether the next tokens are these words, or signs.
func (p *parser) ahead(texts ...string) bool {
	for i, text := range texts {
		if p.at+i >= len(p.tokens) {
			return false
		}
		if t := p.tokens[p.at+i]; !t.is(text) && !t.isSymbol(text) {
			return false
		}
	}
	return true
}

// special reads a condition that is about no field; ok is false if the next one is about a field.
func (p *parser) special(depth int) (r client.Rule, ok bool, err error) {
	switch {
	case p.ahead("{"):
		rel, kind, err := p.related(false, depth)
		if err != nil {
			return r, true, err
		}
		r, err := p.compared(client.Field{Type: kind})
		return attach(r, rel), true, err
	case p.ahead("has", "{"), p.ahead("has", "not", "{"):
		p.next()
		r.Operator = client.RuleOperatorHas
		if p.take("not") {
			r.Operator = client.RuleOperatorHasNot
		}
		rel, _, err := p.related(true, depth)
		r.Related = rel
		return r, true, err
	case p.ahead("member", "of"):
		p.at += 2
		r, err := p.member()
		return r, true, err
	case p.ahead("customer", "id"), p.ahead("customer", "address"):
		p.next()
		about := client.RuleOperator(strings.ToLower(p.next().text))
		no := client.RuleOperator("")
		if p.take("not") {
			no = "not_"
		}
		if !p.ahead("in", "(") {
			return r, true, p.fail(p.peek(), "expected in (...), not %s", p.peek())
		}
		p.next()
		r, err := p.list(client.Field{}, no)
		r.Operator = no + about + "_one_of"
		return r, true, err
	}
	return r, false, nil
}

// member reads the name of a segment, or its id.
func (p *parser) member() (client.Rule, error) {
	r := client.Rule{Operator: client.RuleOperatorMemberOf}
	t := p.next()
	if t.kind != word && t.kind != quoted {
		return r, p.fail(t, "expected a segment, not %s", t)
	}
	var names []string
	for _, same := range []func(s client.Segment) bool{
		func(s client.Segment) bool { return s.Name == t.text }, func(s client.Segment) bool { return strings.EqualFold(s.Name, t.text) },
		func(s client.Segment) bool { return s.ID == t.text },
	} {
		if i := slices.IndexFunc(p.model.Segments, same); i >= 0 {
			r.Segment = p.model.Segments[i].ID
			return r, nil
		}
	}
	for _, s := range p.model.Segments {
		names = append(names, text(s.Name))
	}
	return r, p.fail(t, "there is no segment %q%s", t.text, there(names))
}

// there lists what there is instead.
func there(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; there is " + strings.Join(names, ", ")
}

// attach makes conditions on a value worked out of related rows from ones on a field.
func attach(r client.Rule, rel *client.Related) client.Rule {
	for i := range r.All {
		r.All[i] = attach(r.All[i], rel)
	}
	for i := range r.Any {
		r.Any[i] = attach(r.Any[i], rel)
	}
	if r.Operator != "" {
		r.Field, r.Related = "", rel
	}
	return r
}

// related reads what stands in braces, and tells of which type it is.
func (p *parser) related(has bool, depth int) (rel *client.Related, kind client.FieldType, err error) {
	open := p.next()
	if depth > maxDepth {
		return nil, "", p.fail(open, "nested deeper than %d levels", maxDepth)
	}
	rel = &client.Related{}
	var column token
	if !has {
		if column, err = p.function(rel); err != nil {
			return nil, "", err
		}
	}
	fields, table := p.fields, p.table
	defer func() { p.fields, p.table = fields, table }()
	if err = p.path(rel); err != nil {
		return nil, "", err
	}
	kind = client.FieldTypeNumber
	if rel.Function != "" && rel.Function != client.RelatedFunctionCount {
		f, err := p.named(column)
		if err != nil {
			return nil, "", err
		}
		rel.Column = f.Name
		switch rel.Function {
		case client.RelatedFunctionMin, client.RelatedFunctionMax, client.RelatedFunctionFirst, client.RelatedFunctionLast:
			kind = f.Type
		default:
		}
	}
	if p.take("where") {
		w, err := p.either(depth + 1)
		if err != nil {
			return nil, "", err
		}
		rel.Where = &w
	}
	if p.take("within") {
		if rel.Within, err = p.within(); err != nil {
			return nil, "", err
		}
	}
	if p.take("by") {
		f, err := p.field()
		if err != nil {
			return nil, "", err
		}
		rel.OrderBy = f.Name
	}
	t := p.next()
	if !t.isSymbol("}") {
		return nil, "", p.fail(t, "expected where, within, by or }, not %s", t)
	}
	if ordered := rel.Function == client.RelatedFunctionFirst || rel.Function == client.RelatedFunctionLast; ordered && rel.OrderBy == "" {
		return nil, "", p.fail(t, "expected by and the column that tells which row is the %s, not }", rel.Function)
	}
	return rel, kind, nil
}

// function reads what is worked out, and the column that it is over.
func (p *parser) function(rel *client.Related) (column token, err error) {
	t := p.next()
	if !t.is(functions...) {
		return t, p.fail(t, "expected %s, not %s", strings.Join(functions, ", "), t)
	}
	rel.Function = client.RelatedFunction(strings.ToLower(t.text))
	if rel.Function != client.RelatedFunctionCount {
		if column = p.next(); column.kind != word && column.kind != quoted {
			return column, p.fail(column, "expected a column, not %s", column)
		}
	}
	if t := p.next(); !t.is("of") {
		hint := ""
		if t.kind == word && column.kind == word {
			hint = "; names with spaces stand in quotes"
		}
		return t, p.fail(t, "expected of, not %s%s", t, hint)
	}
	return column, nil
}

// path reads relationships, one after the other, and goes to the table to which they lead.
func (p *parser) path(rel *client.Related) error {
	here := p.table
	for {
		t := p.next()
		if t.kind != word && t.kind != quoted {
			return p.fail(t, "expected a relationship, not %s", t)
		}
		i := slices.IndexFunc(p.model.Relationships, func(r client.Relationship) bool { return r.Name == t.text })
		if i < 0 {
			i = slices.IndexFunc(p.model.Relationships, func(r client.Relationship) bool { return strings.EqualFold(r.Name, t.text) })
		}
		if i < 0 {
			var names []string
			for _, r := range p.model.Relationships {
				names = append(names, text(r.Name))
			}
			return p.fail(t, "there is no relationship %q%s", t.text, there(names))
		}
		switch r := p.model.Relationships[i]; {
		case r.To == here:
			here = r.From
		case r.From == here && r.To != "":
			here = r.To
		default:
			return p.fail(t, "the relationship %q does not go on from where the path has come to; state the whole way, one after the other with > between", t.text)
		}
		rel.Path = append(rel.Path, p.model.Relationships[i].Name)
		columns, ok := p.model.Columns[here]
		if !p.peek().isSymbol(">") {
			if !ok {
				return p.fail(t, "the path leads to a table that has no rows yet")
			}
			p.table, p.fields = here, nil
			for _, c := range columns {
				p.fields = append(p.fields, client.Field{Name: c.Name, Type: client.FieldType(c.Type)})
			}
			return nil
		}
		p.next()
	}
}

// within reads a span of time: one condition on a column of days or instants.
func (p *parser) within() (*client.Window, error) {
	begin := p.peek()
	f, err := p.field()
	if err != nil {
		return nil, err
	}
	r, err := p.compared(f)
	if err != nil {
		return nil, err
	}
	if r.Operator == "" {
		return nil, p.fail(begin, "a span is one condition: write before, after, between, or in the last")
	}
	return &client.Window{Column: r.Field, Operator: client.WindowOperator(r.Operator), Values: r.Values, Unit: client.WindowUnit(r.Unit)}, nil
}
