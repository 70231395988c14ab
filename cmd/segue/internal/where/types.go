package where

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"segue/client"
	"segue/internal/activation"
)

// fits tells where in the tokens of a condition something is asked that values of the type cannot answer. The server finds the same, but
// knows no places.
func (p *parser) fits(f client.Field, r client.Rule, typed []token) error {
	info, known := activation.Operator(r.Operator).Info()
	if !known || f.Type == "" { // two conditions that were made of one sign fit
		return nil
	}
	name := cmp.Or(f.Name, "it")
	if !slices.Contains(info.Types, activation.FieldType(f.Type)) {
		words, wants := operator(typed[0], r.Operator), info.Types
		if typed[0].kind == symbol {
			wants = []activation.FieldType{activation.TypeNumber, activation.TypeDate}
		}
		err := &SyntaxError{Pos: typed[0].pos, Message: name + " is " + a(activation.FieldType(f.Type)) + "; " + words + " needs " + anyOf(wants)}
		if f.Type == client.FieldTypeText {
			err.Field, err.Wants = f.Name, client.FieldType(wants[0])
		}
		return err
	}
	if slices.Contains([]activation.Operand{activation.OperandRelative, activation.OperandDays, activation.OperandUnit}, info.Operand) {
		return nil
	}
	for _, v := range r.Values {
		if isA(activation.FieldType(f.Type), v) {
			continue
		}
		at := slices.IndexFunc(typed, func(t token) bool { return t.kind != symbol && t.text == v })
		return p.fail(typed[max(at, 0)], "%s is %s; %q is not one", name, written(activation.FieldType(f.Type)), v)
	}
	return nil
}

// operator is how an operator is typed.
func operator(first token, op client.RuleOperator) string {
	if first.kind == symbol {
		return first.text
	}
	words := strings.TrimPrefix(string(op), "not_")
	if words == string(client.RuleOperatorOneOf) {
		return "in (...)"
	}
	return strings.ReplaceAll(words, "_", " ")
}

// isA reports whether a value of a type may be written so.
func isA(t activation.FieldType, v string) bool {
	switch t {
	case activation.TypeNumber:
		_, err := activation.ParseNumber(v)
		return err == nil
	case activation.TypeDate:
		_, err := time.Parse(time.DateOnly, v)
		return err == nil
	case activation.TypeDateTime:
		_, err := time.Parse(time.RFC3339Nano, v)
		return err == nil
	}
	return true
}

// a names a type in a sentence.
func a(t activation.FieldType) string {
	switch t {
	case activation.TypeText:
		return "text"
	case activation.TypeDateTime:
		return "a date with a time"
	}
	return "a " + string(t)
}

// written is how values of a type are written.
func written(t activation.FieldType) string {
	switch t {
	case activation.TypeDate:
		return "a day such as 2026-11-24"
	case activation.TypeDateTime:
		return "an instant such as 2026-11-24T08:00:00Z"
	}
	return a(t)
}

func anyOf(types []activation.FieldType) string {
	list := make([]string, 0, len(types))
	for _, t := range types {
		list = append(list, a(t))
	}
	if last := len(list) - 1; last > 0 {
		return strings.Join(list[:last], ", ") + " or " + list[last]
	}
	return strings.Join(list, "")
}
