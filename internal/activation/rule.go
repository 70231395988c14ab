package activation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule is a node of a segment's rule tree: exactly one of All, Any or Field/Operator is set.
//
// A negated operator selects exactly the profiles that its positive twin does not, those with a missing value
// included. Text is compared without regard to case, but with regard to accents; white space at the ends of stored
// values was removed when they were taken over.
type Rule struct {
	// All holds when every rule in it holds.
	All []Rule `json:"all,omitempty"`
	// Any holds when at least one rule in it holds.
	Any []Rule `json:"any,omitempty"`

	// Field is the profile field of a condition.
	Field    string   `json:"field,omitempty"`
	Operator Operator `json:"operator,omitempty"`
	// Values are the operands as text: numbers as decimals with a point, days as 2006-01-02, instants as RFC 3339,
	// counts of relative dates as whole numbers.
	Values []string `json:"values,omitempty"`
	// Unit is the unit of a relative date.
	Unit Unit `json:"unit,omitempty"`
}

// Operator is what a condition does.
type Operator string

// The operators. Each negation is the exact complement of its positive twin.
const (
	OpEquals           Operator = "equals"
	OpNotEquals        Operator = "not_equals"
	OpOneOf            Operator = "one_of"
	OpNotOneOf         Operator = "not_one_of"
	OpContains         Operator = "contains"
	OpNotContains      Operator = "not_contains"
	OpStartsWith       Operator = "starts_with"
	OpNotStartsWith    Operator = "not_starts_with"
	OpEndsWith         Operator = "ends_with"
	OpNotEndsWith      Operator = "not_ends_with"
	OpIsEmpty          Operator = "is_empty"
	OpIsNotEmpty       Operator = "is_not_empty"
	OpLess             Operator = "less_than"
	OpNotLess          Operator = "not_less_than"
	OpLessOrEqual      Operator = "less_or_equal"
	OpGreater          Operator = "greater_than"
	OpNotGreater       Operator = "not_greater_than"
	OpGreaterOrEqual   Operator = "greater_or_equal"
	OpBetween          Operator = "between"
	OpNotBetween       Operator = "not_between"
	OpBefore           Operator = "before"
	OpNotBefore        Operator = "not_before"
	OpAfter            Operator = "after"
	OpNotAfter         Operator = "not_after"
	OpInTheLast        Operator = "in_the_last"
	OpNotInTheLast     Operator = "not_in_the_last"
	OpInTheNext        Operator = "in_the_next"
	OpNotInTheNext     Operator = "not_in_the_next"
	OpAnniversaryIn    Operator = "anniversary_in_the_next"
	OpNotAnniversaryIn Operator = "not_anniversary_in_the_next"
	OpIsTrue           Operator = "is_true"
	OpIsNotTrue        Operator = "is_not_true"
	OpIsFalse          Operator = "is_false"
	OpIsNotFalse       Operator = "is_not_false"
)

// Unit is the unit of a relative date.
type Unit string

// The units. "The last n days" are the n days before today and today itself, in the zone of the evaluation;
// months and years are calendar ones, a day that does not exist becomes the last day of its month.
const (
	UnitDay   Unit = "day"
	UnitWeek  Unit = "week"
	UnitMonth Unit = "month"
	UnitYear  Unit = "year"
)

// operand is what a condition's values must be.
type operand int

const (
	operandNone operand = iota
	operandOne
	operandTwo
	operandMany
	operandRelative // one whole number and a unit
	operandDays     // one whole number of days
)

// OperatorInfo describes one operator: screens, documents and validation use the same description.
type OperatorInfo struct {
	Operator Operator
	// Negates is the positive twin; empty for a positive operator.
	Negates Operator
	Types   []FieldType
	operand operand
}

// Operators describes every operator, in the order in which screens offer them.
func Operators() []OperatorInfo {
	text, num := []FieldType{TypeText}, []FieldType{TypeNumber}
	dates := []FieldType{TypeDate, TypeDateTime}
	valued := []FieldType{TypeText, TypeNumber, TypeDate, TypeDateTime}
	boolean := []FieldType{TypeBoolean}
	between := []FieldType{TypeNumber, TypeDate, TypeDateTime}
	return []OperatorInfo{
		{OpEquals, "", valued, operandOne}, {OpNotEquals, OpEquals, valued, operandOne},
		{OpOneOf, "", valued, operandMany}, {OpNotOneOf, OpOneOf, valued, operandMany},
		{OpContains, "", text, operandOne}, {OpNotContains, OpContains, text, operandOne},
		{OpStartsWith, "", text, operandOne}, {OpNotStartsWith, OpStartsWith, text, operandOne},
		{OpEndsWith, "", text, operandOne}, {OpNotEndsWith, OpEndsWith, text, operandOne},
		{OpLess, "", num, operandOne}, {OpNotLess, OpLess, num, operandOne},
		{OpLessOrEqual, "", num, operandOne},
		{OpGreater, "", num, operandOne}, {OpNotGreater, OpGreater, num, operandOne},
		{OpGreaterOrEqual, "", num, operandOne},
		{OpBetween, "", between, operandTwo}, {OpNotBetween, OpBetween, between, operandTwo},
		{OpBefore, "", dates, operandOne}, {OpNotBefore, OpBefore, dates, operandOne},
		{OpAfter, "", dates, operandOne}, {OpNotAfter, OpAfter, dates, operandOne},
		{OpInTheLast, "", dates, operandRelative}, {OpNotInTheLast, OpInTheLast, dates, operandRelative},
		{OpInTheNext, "", dates, operandRelative}, {OpNotInTheNext, OpInTheNext, dates, operandRelative},
		{OpAnniversaryIn, "", dates, operandDays}, {OpNotAnniversaryIn, OpAnniversaryIn, dates, operandDays},
		{OpIsTrue, "", boolean, operandNone}, {OpIsNotTrue, OpIsTrue, boolean, operandNone},
		{OpIsFalse, "", boolean, operandNone}, {OpIsNotFalse, OpIsFalse, boolean, operandNone},
		{OpIsEmpty, "", FieldTypes(), operandNone}, {OpIsNotEmpty, OpIsEmpty, FieldTypes(), operandNone},
	}
}

// Info returns the description of o.
func (o Operator) Info() (OperatorInfo, bool) {
	for _, i := range Operators() {
		if i.Operator == o {
			return i, true
		}
	}
	return OperatorInfo{}, false
}

// Limits of a rule tree; far above what a person builds, low enough that no tree can exhaust an engine.
const (
	MaxRuleDepth  = 16
	MaxRuleNodes  = 2000
	MaxRuleValues = 100_000
)

// Validate checks r against the fields of the profile. The error names the place, such as "rule.all[2].values[0]".
func (r Rule) Validate(d ProfileDefinition) error {
	nodes := 0
	return r.validate(d, "rule", 1, &nodes)
}

func (r Rule) validate(d ProfileDefinition, at string, depth int, nodes *int) error {
	*nodes++
	if depth > MaxRuleDepth {
		return Errorf(CodeInvalid, "rules are nested deeper than %d levels", MaxRuleDepth).WithField(at)
	}
	if *nodes > MaxRuleNodes {
		return Errorf(CodeInvalid, "more than %d conditions", MaxRuleNodes).WithField(at)
	}
	kinds := 0
	for _, set := range []bool{len(r.All) > 0, len(r.Any) > 0, r.Field != "" || r.Operator != ""} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return Errorf(CodeInvalid, "must hold exactly one of: all, any, a condition (field and operator)").WithField(at)
	}
	for i, c := range r.All {
		if err := c.validate(d, fmt.Sprintf("%s.all[%d]", at, i), depth+1, nodes); err != nil {
			return err
		}
	}
	for i, c := range r.Any {
		if err := c.validate(d, fmt.Sprintf("%s.any[%d]", at, i), depth+1, nodes); err != nil {
			return err
		}
	}
	if len(r.All)+len(r.Any) > 0 {
		if len(r.Values) > 0 || r.Unit != "" {
			return Errorf(CodeInvalid, "values and unit belong to a condition").WithField(at)
		}
		return nil
	}
	return r.validateCondition(d, at)
}

func (r Rule) validateCondition(d ProfileDefinition, at string) error {
	f, ok := d.FieldNamed(r.Field)
	if !ok {
		return Errorf(CodeInvalid, "the profile has no field %q", r.Field).WithField(at + ".field").
			WithRemedy("segue profile show lists the fields")
	}
	info, ok := r.Operator.Info()
	if !ok {
		return Errorf(CodeInvalid, "unknown operator %q", r.Operator).WithField(at + ".operator")
	}
	if !slices.Contains(info.Types, f.Type) {
		return Errorf(CodeInvalid, "%s does not apply to the %s field %q", r.Operator, f.Type, r.Field).WithField(at + ".operator")
	}
	lo, hi := info.operand.count()
	if len(r.Values) < lo || len(r.Values) > hi {
		return Errorf(CodeInvalid, "%s takes %s, not %d", r.Operator, info.operand, len(r.Values)).WithField(at + ".values")
	}
	relative := info.operand == operandRelative || info.operand == operandDays
	switch {
	case info.operand == operandRelative:
		if !slices.Contains([]Unit{UnitDay, UnitWeek, UnitMonth, UnitYear}, r.Unit) {
			return Errorf(CodeInvalid, "must be day, week, month or year").WithField(at + ".unit")
		}
	case info.operand == operandDays:
		if r.Unit != UnitDay && r.Unit != "" {
			return Errorf(CodeInvalid, "must be day").WithField(at + ".unit")
		}
	case r.Unit != "":
		return Errorf(CodeInvalid, "%s takes no unit", r.Operator).WithField(at + ".unit")
	}
	for i, v := range r.Values {
		where := fmt.Sprintf("%s.values[%d]", at, i)
		if relative {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || n > 36_600 || (info.operand == operandDays && n > 366) {
				return Errorf(CodeInvalid, "must be a whole number of a sensible size").WithField(where)
			}
			continue
		}
		if err := checkValue(f.Type, v); err != nil {
			return err.WithField(where)
		}
	}
	if info.operand == operandTwo && compareValues(f.Type, r.Values[0], r.Values[1]) > 0 {
		return Errorf(CodeInvalid, "the first value must not be above the second").WithField(at + ".values")
	}
	return nil
}

func (o operand) count() (lo, hi int) {
	switch o {
	case operandNone:
		return 0, 0
	case operandTwo:
		return 2, 2
	case operandMany:
		return 1, MaxRuleValues
	default:
		return 1, 1
	}
}

// String says in words what the operand is.
func (o operand) String() string {
	return [...]string{"no value", "one value", "two values", "at least one value", "one whole number and a unit", "one whole number of days"}[o]
}

func checkValue(t FieldType, v string) *Error {
	switch t {
	case TypeText:
		if strings.TrimSpace(v) == "" {
			return Errorf(CodeInvalid, "is empty").WithRemedy("Use is_empty to find missing values")
		}
	case TypeNumber:
		if _, err := ParseNumber(v); err != nil {
			return Errorf(CodeInvalid, "is not a number")
		}
	case TypeDate:
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return Errorf(CodeInvalid, "is not a day such as 2026-11-24")
		}
	case TypeDateTime:
		if _, err := time.Parse(time.RFC3339Nano, v); err != nil {
			return Errorf(CodeInvalid, "is not an instant such as 2026-11-24T08:00:00Z")
		}
	case TypeBoolean:
		return Errorf(CodeInvalid, "a boolean takes no value")
	}
	return nil
}

// ParseNumber parses a finite decimal number with a point, such as -12.5 or 1e3.
func ParseNumber(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f || f > 1.7e308 || f < -1.7e308 || strings.ContainsAny(s, "xXpP_iInN") {
		return 0, fmt.Errorf("not a finite decimal number")
	}
	return f, nil
}

func compareValues(t FieldType, a, b string) int {
	switch t {
	case TypeNumber:
		x, _ := ParseNumber(a)
		y, _ := ParseNumber(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	case TypeDateTime:
		x, _ := time.Parse(time.RFC3339Nano, a)
		y, _ := time.Parse(time.RFC3339Nano, b)
		return x.Compare(y)
	default:
		return strings.Compare(a, b)
	}
}

// Fields returns the names of the fields that r uses, each once, in the order of first use.
func (r Rule) Fields() []string {
	var names []string
	r.walk(func(c Rule) {
		if c.Field != "" && !slices.Contains(names, c.Field) {
			names = append(names, c.Field)
		}
	})
	return names
}

func (r Rule) walk(f func(Rule)) {
	f(r)
	for _, c := range r.All {
		c.walk(f)
	}
	for _, c := range r.Any {
		c.walk(f)
	}
}
