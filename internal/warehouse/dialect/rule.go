package dialect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// Column is where the values of a profile field lie.
type Column struct {
	// SQL is the expression of the column, quoted as the engine needs it.
	SQL  string
	Type activation.FieldType
}

// Expr is a condition with its placeholders' values, in order.
type Expr struct {
	SQL  string
	Args []any
}

// moment is when and where relative dates are read.
type moment struct {
	asOf time.Time
	zone *time.Location
}

// inlineValues is up to how many values a list of them is written out; longer ones travel as one array.
const inlineValues = 64

// Fold is the expression by which text is compared: without regard to case (Unicode, final sigma like any other), with
// regard to accents.
func Fold(sql string) string { return "replace(lower(" + sql + "), 'ς', 'σ')" }

// Quote quotes an identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func cannot(text string, args ...any) error {
	return activation.Errorf(activation.CodeCannotEvaluate, text, args...).
		WithRemedy("Mend the segment or the profile; an answer that is missing is never \"nobody\"")
}

// never holds for nobody.
const never = "false"

// condition compiles a positive condition; it may be NULL where the value is missing.
func (c moment) condition(r activation.Rule, col Column) (Expr, error) {
	switch r.Operator {
	case activation.OpIsEmpty:
		return Expr{SQL: "(" + col.SQL + " IS NULL)"}, nil
	case activation.OpIsTrue, activation.OpIsFalse:
		if col.Type != activation.TypeBoolean {
			return Expr{}, mistyped(r, col)
		}
		if r.Operator == activation.OpIsFalse {
			return Expr{SQL: "(NOT " + col.SQL + ")"}, nil
		}
		return Expr{SQL: col.SQL}, nil
	}
	if info, _ := r.Operator.Info(); len(r.Values) == 0 && info.Operand != activation.OperandUnit {
		return Expr{}, cannot("the condition on %q has no value", r.Field)
	}
	switch col.Type {
	case activation.TypeText:
		return c.text(r, col)
	case activation.TypeNumber:
		return c.number(r, col)
	case activation.TypeDate, activation.TypeDateTime:
		return c.times(r, col)
	}
	return Expr{}, mistyped(r, col)
}

func mistyped(r activation.Rule, col Column) error {
	return cannot("%s does not apply to the field %q, which is %s now", r.Operator, r.Field, col.Type)
}

func (c moment) text(r activation.Rule, col Column) (Expr, error) {
	value := norm.NFC.String(r.Values[0]) // stored values are composed as well
	call := func(function string) Expr {
		return Expr{fmt.Sprintf("%s(%s, %s)", function, Fold(col.SQL), Fold("?::VARCHAR")), []any{value}}
	}
	switch r.Operator {
	case activation.OpEquals, activation.OpOneOf:
		values := make([]string, len(r.Values))
		for i, v := range r.Values {
			values[i] = strings.TrimSpace(norm.NFC.String(v)) // stored values have no white space at their ends
		}
		return among(Fold(col.SQL), Fold, "VARCHAR", values), nil
	case activation.OpContains:
		return call("contains"), nil
	case activation.OpStartsWith:
		return call("starts_with"), nil
	case activation.OpEndsWith:
		return call("ends_with"), nil
	}
	return Expr{}, mistyped(r, col)
}

// among holds when an expression is one of the values. All travel as one kind of text, cast by the engine.
func among[T any](expr string, wrap func(string) string, kind string, values []T) Expr {
	if len(values) == 0 {
		return Expr{SQL: never}
	}
	one := wrap("?::" + kind)
	if len(values) > inlineValues {
		carried := kind
		if kind == "DATE" || kind == "TIMESTAMP" {
			carried = "VARCHAR" // drivers want their own types in arrays of days and instants
		}
		return Expr{fmt.Sprintf("(%s IN (SELECT %s FROM (SELECT unnest(?::%s[]) AS value)))", expr, wrap("value::"+kind), carried), []any{values}}
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	if len(values) == 1 {
		return Expr{fmt.Sprintf("(%s = %s)", expr, one), args}
	}
	return Expr{fmt.Sprintf("(%s IN (%s))", expr, strings.TrimSuffix(strings.Repeat(one+", ", len(values)), ", ")), args}
}

func plain(s string) string { return s }

func (c moment) number(r activation.Rule, col Column) (Expr, error) {
	values := make([]float64, len(r.Values))
	for i, v := range r.Values {
		f, err := activation.ParseNumber(v)
		if err != nil {
			return Expr{}, cannot("the condition on %q compares with what is no number", r.Field)
		}
		values[i] = f
	}
	compare := func(sign string) (Expr, error) {
		return Expr{fmt.Sprintf("(%s %s ?::DOUBLE)", col.SQL, sign), []any{values[0]}}, nil
	}
	switch r.Operator {
	case activation.OpEquals, activation.OpOneOf:
		return among(col.SQL, plain, "DOUBLE", values), nil
	case activation.OpLess:
		return compare("<")
	case activation.OpLessOrEqual:
		return compare("<=")
	case activation.OpGreater:
		return compare(">")
	case activation.OpGreaterOrEqual:
		return compare(">=")
	case activation.OpBetween:
		if len(values) == 2 {
			return Expr{fmt.Sprintf("(%s BETWEEN ?::DOUBLE AND ?::DOUBLE)", col.SQL), []any{values[0], values[1]}}, nil
		}
	}
	return Expr{}, mistyped(r, col)
}

// count reads the whole number of a relative date.
func count(r activation.Rule) (int, error) {
	n, err := strconv.Atoi(r.Values[0])
	if err != nil || n < 0 {
		return 0, cannot("the condition on %q has no whole number", r.Field)
	}
	return n, nil
}
