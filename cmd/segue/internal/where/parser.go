package where

import (
	"fmt"
	"slices"
	"strings"

	"segue/client"
)

// maxDepth is how deep parentheses may nest; the server allows less.
const maxDepth = 64

// Parse reads a rule. The model says how a comparison is meant and which names there are. An error is a *SyntaxError.
func Parse(text string, m Model) (client.Rule, error) { return parse(text, m, false) }

// ParseTyped reads a rule as Parse does, and tells where it asks what values of the type of a field cannot answer.
func ParseTyped(text string, m Model) (client.Rule, error) { return parse(text, m, true) }

func parse(text string, m Model, typed bool) (client.Rule, error) {
	tokens, err := scan(text)
	if err != nil {
		return client.Rule{}, err
	}
	p := &parser{tokens: tokens, model: m, fields: m.Fields, typed: typed}
	r, err := p.either(0)
	if err != nil {
		return client.Rule{}, err
	}
	if t := p.peek(); t.kind != end {
		return client.Rule{}, p.fail(t, "expected and, or, or the end, not %s", t)
	}
	return r, nil
}

type parser struct {
	tokens []token
	at     int
	model  Model
	typed  bool // whether conditions are held against types
	// fields are those that conditions are about here: of the profile, or the columns of the table of that source.
	fields []client.Field
	table  string
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// take moves on if the next token is one of these words.
func (p *parser) take(words ...string) bool {
	if p.peek().is(words...) {
		p.at++
		return true
	}
	return false
}

func (p *parser) fail(t token, format string, args ...any) error {
	return &SyntaxError{Pos: t.pos, Message: fmt.Sprintf(format, args...)}
}

// either reads rules joined by or.
func (p *parser) either(depth int) (client.Rule, error) {
	list, err := p.joined("or", func() (client.Rule, error) { return p.both(depth) })
	if err != nil || len(list) == 1 {
		return first(list), err
	}
	return client.Rule{Any: list}, nil
}

// both reads rules joined by and.
func (p *parser) both(depth int) (client.Rule, error) {
	list, err := p.joined("and", func() (client.Rule, error) { return p.one(depth) })
	if err != nil || len(list) == 1 {
		return first(list), err
	}
	return client.Rule{All: list}, nil
}

func first(list []client.Rule) client.Rule {
	if len(list) == 0 {
		return client.Rule{}
	}
	return list[0]
}

func (p *parser) joined(by string, read func() (client.Rule, error)) ([]client.Rule, error) {
	var list []client.Rule
	for {
		r, err := read()
		if err != nil {
			return nil, err
		}
		list = append(list, r)
		if !p.take(by) {
			return list, nil
		}
	}
}

// one reads a condition, a rule in parentheses, or the negation of either.
func (p *parser) one(depth int) (client.Rule, error) {
	t := p.peek()
	if depth > maxDepth {
		return client.Rule{}, p.fail(t, "nested deeper than %d levels", maxDepth)
	}
	switch {
	case p.take("not"):
		r, err := p.one(depth + 1)
		return negate(r), err
	case t.isSymbol("("):
		p.next()
		r, err := p.either(depth + 1)
		if err != nil {
			return r, err
		}
		if t := p.next(); !t.isSymbol(")") {
			return r, p.fail(t, "expected ), not %s", t)
		}
		return r, nil
	}
	if r, ok, err := p.special(depth); ok {
		return r, err
	}
	return p.condition()
}

// field reads the name of a field.
func (p *parser) field() (client.Field, error) { return p.named(p.next()) }

// named finds the field that a token names.
func (p *parser) named(t token) (client.Field, error) {
	if t.kind != word && t.kind != quoted {
		return client.Field{}, p.fail(t, "expected a field, not %s", t)
	}
	i := slices.IndexFunc(p.fields, func(f client.Field) bool { return f.Name == t.text })
	if i < 0 {
		i = slices.IndexFunc(p.fields, func(f client.Field) bool { return strings.EqualFold(f.Name, t.text) })
	}
	if i < 0 {
		var names []string
		for _, f := range p.fields {
			names = append(names, f.Name)
		}
		if p.table != "" {
			return client.Field{}, p.fail(t, "the table has no column %q; it has %s%s", t.text, strings.Join(names, ", "), p.spaced(p.at-1))
		}
		return client.Field{}, p.fail(t, "the profile has no field %q; it has %s%s", t.text, strings.Join(names, ", "), p.spaced(p.at-1))
	}
	return p.fields[i], nil
}

// spaced tells of words, from a place on, that are the name of a field when they stand in quotes.
func (p *parser) spaced(from int) string {
	if from < 0 || p.tokens[from].kind != word {
		return ""
	}
	name := p.tokens[from].text
	for _, t := range p.tokens[from+1:] {
		if t.kind != word {
			break
		}
		name += " " + t.text
		for _, f := range p.fields {
			if strings.EqualFold(f.Name, name) {
				return "; names with spaces stand in quotes: " + text(f.Name)
			}
		}
	}
	return ""
}

// value reads an operand.
func (p *parser) value() (string, error) {
	t := p.next()
	if t.kind != word && t.kind != quoted {
		return "", p.fail(t, "expected a value, not %s", t)
	}
	return t.text, nil
}
