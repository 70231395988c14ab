package where

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/near"
)

// condition reads a field and what is asked of it.
func (p *parser) condition() (client.Rule, error) {
	f, err := p.field()
	if err != nil {
		return client.Rule{}, err
	}
	return p.compared(f)
}

// compared reads what is asked of a field, or of a value that is worked out, and holds it against its type if that is wanted.
func (p *parser) compared(f client.Field) (client.Rule, error) {
	from := p.at
	r, err := p.asked(f)
	if err == nil && p.typed {
		err = p.fits(f, r, p.tokens[from:p.at])
	}
	return r, err
}

// asked reads what is asked of a field, or of a value that is worked out.
func (p *parser) asked(f client.Field) (client.Rule, error) {
	name := p.at - 1
	t := p.next()
	if t.kind == symbol {
		return p.comparison(f, t)
	}
	if t.is("is") {
		return p.state(f)
	}
	no := client.RuleOperator("")
	if t.is("not") {
		no, t = "not_", p.next()
	}
	with := func(op client.RuleOperator) (client.Rule, error) {
		v, err := p.value()
		return client.Rule{Field: f.Name, Operator: no + op, Values: []string{v}}, err
	}
	switch {
	case t.is("contains"):
		return with(client.RuleOperatorContains)
	case t.is("starts", "ends"):
		if w := p.next(); !w.is("with") {
			return client.Rule{}, p.fail(w, "expected with, not %s", w)
		}
		return with(client.RuleOperator(strings.ToLower(t.text)) + "_with")
	case t.is("before", "after"):
		return with(client.RuleOperator(strings.ToLower(t.text)))
	case t.is("between"):
		return p.between(f, no)
	case t.is("anniversary"):
		return p.span(f, t, no)
	case t.is("in"):
		if p.peek().isSymbol("(") {
			return p.list(f, no)
		}
		p.at--
		return p.span(f, t, no)
	}
	hint := p.spaced(name)
	if hint == "" {
		hint = meant(t)
	}
	return client.Rule{}, p.fail(t, "expected %s, not %s%s", asks(f.Type), t, hint)
}

// asks lists what can be asked of a type.
func asks(t client.FieldType) string {
	switch t {
	case client.FieldTypeText:
		return "= != in, contains, starts with, ends with or is"
	case client.FieldTypeNumber:
		return "= != < <= > >= in, between or is"
	case client.FieldTypeDate, client.FieldTypeDatetime:
		return "= != < <= > >= in, between, before, after, anniversary or is"
	case client.FieldTypeBoolean:
		return "= != or is"
	}
	return "= != < <= > >= in, contains, starts with, ends with, between, before, after or is"
}

// meant asks whether another word was meant.
func meant(t token) string {
	w := near.Word(t.text, []string{"in", "not", "contains", "starts", "ends", "between", "before", "after", "anniversary", "is"})
	if t.kind != word || len(t.text) < 2 || w == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", w)
}

// comparison reads the operand of a sign.
func (p *parser) comparison(f client.Field, sign token) (client.Rule, error) {
	v, err := p.value()
	if err != nil {
		return client.Rule{}, err
	}
	one := func(op client.RuleOperator) client.Rule {
		return client.Rule{Field: f.Name, Operator: op, Values: []string{v}}
	}
	there := client.Rule{Field: f.Name, Operator: client.RuleOperatorIsNotEmpty}
	day := f.Type == client.FieldTypeDate || f.Type == client.FieldTypeDatetime
	switch sign.text {
	case "=", "!=":
		if f.Type == client.FieldTypeBoolean {
			return p.truth(f, v, sign)
		}
		if sign.text == "=" {
			return one(client.RuleOperatorEquals), nil
		}
		return one(client.RuleOperatorNotEquals), nil
	case "<":
		if day {
			return one(client.RuleOperatorBefore), nil
		}
		return one(client.RuleOperatorLessThan), nil
	case ">":
		if day {
			return one(client.RuleOperatorAfter), nil
		}
		return one(client.RuleOperatorGreaterThan), nil
	case "<=":
		if day { // "not after" alone would hold for missing values too
			return client.Rule{All: []client.Rule{one(client.RuleOperatorNotAfter), there}}, nil
		}
		return one(client.RuleOperatorLessOrEqual), nil
	case ">=":
		if day {
			return client.Rule{All: []client.Rule{one(client.RuleOperatorNotBefore), there}}, nil
		}
		return one(client.RuleOperatorGreaterOrEqual), nil
	}
	return client.Rule{}, p.fail(sign, "expected an operator, not %s", sign)
}

// truth turns = true and the like into the operators of booleans.
func (p *parser) truth(f client.Field, v string, sign token) (client.Rule, error) {
	r := client.Rule{Field: f.Name}
	switch {
	case strings.EqualFold(v, "true"):
		r.Operator = client.RuleOperatorIsTrue
	case strings.EqualFold(v, "false"):
		r.Operator = client.RuleOperatorIsFalse
	default:
		return r, p.fail(sign, "%s is a boolean: compare it with true or false", cmp.Or(f.Name, "it"))
	}
	if sign.text == "!=" {
		r = negate(r)
	}
	return r, nil
}

// state reads what follows "is".
func (p *parser) state(f client.Field) (client.Rule, error) {
	op := client.RuleOperator("is_")
	if p.take("not") {
		op = "is_not_"
	}
	t := p.next()
	if !t.is("empty", "true", "false") {
		return client.Rule{}, p.fail(t, "expected empty, true or false, not %s", t)
	}
	return client.Rule{Field: f.Name, Operator: op + client.RuleOperator(strings.ToLower(t.text))}, nil
}

// list reads values in parentheses.
func (p *parser) list(f client.Field, no client.RuleOperator) (client.Rule, error) {
	r := client.Rule{Field: f.Name, Operator: no + client.RuleOperatorOneOf}
	p.next()
	for {
		v, err := p.value()
		if err != nil {
			return r, err
		}
		r.Values = append(r.Values, v)
		switch t := p.next(); {
		case t.isSymbol(")"):
			return r, nil
		case !t.isSymbol(","):
			return r, p.fail(t, "expected , or ), not %s", t)
		}
	}
}

func (p *parser) between(f client.Field, no client.RuleOperator) (client.Rule, error) {
	lo, err := p.value()
	if err != nil {
		return client.Rule{}, err
	}
	if t := p.next(); !t.is("and") {
		return client.Rule{}, p.fail(t, "expected and, not %s", t)
	}
	hi, err := p.value()
	return client.Rule{Field: f.Name, Operator: no + client.RuleOperatorBetween, Values: []string{lo, hi}}, err
}

// span reads "in the last 30 days" or "in this month"; t is "in", which comes next, or "anniversary", which came before it.
func (p *parser) span(f client.Field, t token, no client.RuleOperator) (client.Rule, error) {
	r := client.Rule{Field: f.Name}
	if in := p.next(); !in.is("in") {
		return r, p.fail(in, "expected in, not %s", in)
	}
	p.take("the")
	way := p.next()
	switch {
	case t.is("anniversary") && way.is("next"):
		r.Operator = no + client.RuleOperatorAnniversaryInTheNext
	case !t.is("anniversary") && way.is("last", "next"):
		r.Operator = no + "in_the_" + client.RuleOperator(strings.ToLower(way.text))
	case t.is("anniversary"):
		return r, p.fail(way, "expected next, not %s", way)
	case way.is("this"):
		return p.unit(r, no+client.RuleOperatorInThis)
	case way.is("previous"):
		return p.unit(r, no+client.RuleOperatorInThePrevious)
	default:
		return r, p.fail(way, "expected (, last, next, this or previous, not %s", way)
	}
	n := p.next()
	if _, err := strconv.ParseUint(n.text, 10, 31); n.kind != word || err != nil {
		return r, p.fail(n, "expected a whole number, not %s", n)
	}
	r.Values = []string{n.text}
	return p.unit(r, r.Operator)
}

// unit reads the unit that ends a span.
func (p *parser) unit(r client.Rule, op client.RuleOperator) (client.Rule, error) {
	r.Operator = op
	unit := p.next()
	for _, u := range []client.RuleUnit{client.RuleUnitDay, client.RuleUnitWeek, client.RuleUnitMonth, client.RuleUnitQuarter, client.RuleUnitYear} {
		if unit.is(string(u), string(u)+"s") {
			r.Unit = u
			return r, nil
		}
	}
	return r, p.fail(unit, "expected days, weeks, months, quarters or years, not %s", unit)
}
