package activation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a rule tree; far above what a person builds, low enough that no tree can exhaust an engine.
const (
	MaxRuleDepth  = 16
	MaxRuleNodes  = 2000
	MaxRuleValues = 100_000
	MaxQueries    = 8 // in a rule
	MaxQueryBytes = 20_000
)

// Validate checks r against what rules may speak of. The error names the place, such as "rule.all[2].values[0]".
func (r Rule) Validate(m Model) error { return r.validate(m, "rule") }

func (r Rule) validate(m Model, at string) error {
	return (&validation{model: m}).rule(r, m.profilePlace(), at, 1)
}

// validation is the check of one rule.
type validation struct {
	model          Model
	nodes, queries int
}

func (v *validation) rule(r Rule, here place, at string, depth int) error {
	v.nodes++
	if depth > MaxRuleDepth {
		return Errorf(CodeInvalid, "rules are nested deeper than %d levels", MaxRuleDepth).WithField(at)
	}
	if v.nodes > MaxRuleNodes {
		return Errorf(CodeInvalid, "more than %d conditions", MaxRuleNodes).WithField(at)
	}
	condition := r.Field != "" || r.Related != nil || r.Segment != "" || r.SQL != "" || r.Operator != ""
	kinds := 0
	for _, set := range []bool{len(r.All) > 0, len(r.Any) > 0, condition} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return Errorf(CodeInvalid, "must hold exactly one of: all, any, a condition (an operator and what it is about)").WithField(at)
	}
	if condition {
		return v.condition(r, here, at, depth)
	}
	if len(r.Values) > 0 || r.Unit != "" {
		return Errorf(CodeInvalid, "values and unit belong to a condition").WithField(at)
	}
	for i, c := range r.All {
		if err := v.rule(c, here, fmt.Sprintf("%s.all[%d]", at, i), depth+1); err != nil {
			return err
		}
	}
	for i, c := range r.Any {
		if err := v.rule(c, here, fmt.Sprintf("%s.any[%d]", at, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// condition checks a condition at a place: the profile, or the rows of a table.
func (v *validation) condition(r Rule, here place, at string, depth int) error {
	about := 0
	for _, set := range []bool{r.Field != "", r.Related != nil, r.Segment != "", r.SQL != ""} {
		if set {
			about++
		}
	}
	if about > 1 {
		return Errorf(CodeInvalid, "a condition is about one of: field, related, segment, sql").WithField(at)
	}
	kind := FieldType("")
	if r.Field != "" {
		var ok bool
		if kind, ok = here.fields(r.Field); !ok {
			return here.noField(r.Field, at)
		}
	}
	info, ok := r.Operator.Info()
	if !ok {
		return unknownOperator(r.Operator, kind, at)
	}
	switch info.Subject {
	case SubjectValue:
		if r.Related != nil {
			var err error
			if kind, err = v.related(*r.Related, here, false, at+".related", depth); err != nil {
				return err
			}
		} else if r.Field == "" {
			return Errorf(CodeInvalid, "%s needs a field, or a value of related rows", r.Operator).WithField(at + ".field")
		}
		return v.comparison(r, kind, at)
	case SubjectRelated:
		if r.Related == nil {
			return Errorf(CodeInvalid, "%s needs related rows", r.Operator).WithField(at + ".related")
		}
		if _, err := v.related(*r.Related, here, true, at+".related", depth); err != nil {
			return err
		}
	case SubjectSegment:
		if err := v.member(r, here, at); err != nil {
			return err
		}
	case SubjectQuery:
		if err := v.query(r, here, at); err != nil {
			return err
		}
	case SubjectProfile:
		if about > 0 {
			return Errorf(CodeInvalid, "%s is about the profile itself and takes no field", r.Operator).WithField(at + ".field")
		}
		if err := v.literal(r, here, at); err != nil {
			return err
		}
	}
	return checkOperands(r, info, at)
}

func unknownOperator(op Operator, kind FieldType, at string) error {
	return Errorf(CodeInvalid, "unknown operator %q", op).WithField(at + ".operator").WithRemedy(thereIs(kind))
}

// thereIs lists the operators that apply to a type; nothing where no type is known.
func thereIs(kind FieldType) string {
	var list []string
	for _, o := range OperatorsOf(kind) {
		list = append(list, string(o))
	}
	if len(list) == 0 {
		return ""
	}
	return "Of " + string(kind) + " there is " + strings.Join(list, ", ")
}

func (here place) noField(name, at string) error {
	if here.table != "" {
		return Errorf(CodeInvalid, "the table has no column %q", name).WithField(at + ".field")
	}
	return Errorf(CodeInvalid, "the profile has no field %q", name).WithField(at + ".field").
		WithRemedy("segue profile show lists the fields")
}

func (v *validation) member(r Rule, here place, at string) error {
	if here.table != "" {
		return Errorf(CodeInvalid, "rows of a table are in no segment, only profiles are").WithField(at + ".operator")
	}
	if r.Segment == "" {
		return Errorf(CodeInvalid, "%s needs a segment", r.Operator).WithField(at + ".segment")
	}
	if _, ok := v.model.Segments[r.Segment]; !ok {
		return Errorf(CodeInvalid, "there is no such segment").WithField(at + ".segment")
	}
	return nil
}

// query checks the outside of a query; the warehouse judges what is in it.
func (v *validation) query(r Rule, here place, at string) error {
	v.queries++
	switch {
	case here.table != "":
		return Errorf(CodeInvalid, "a query gives ids of profiles, not rows of a table").WithField(at + ".operator")
	case strings.TrimSpace(r.SQL) == "":
		return Errorf(CodeInvalid, "%s needs a query", r.Operator).WithField(at + ".sql")
	case len(r.SQL) > MaxQueryBytes:
		return Errorf(CodeInvalid, "is longer than %d bytes", MaxQueryBytes).WithField(at + ".sql")
	case v.queries > MaxQueries:
		return Errorf(CodeInvalid, "more than %d queries", MaxQueries).WithField(at + ".sql")
	}
	return nil
}

// literal checks ids or addresses that are written out.
func (v *validation) literal(r Rule, here place, at string) error {
	if here.table != "" {
		return Errorf(CodeInvalid, "rows of a table have no id of a profile and no address of their own").WithField(at + ".operator")
	}
	if r.Operator == OpIDOneOf || r.Operator == OpNotIDOneOf {
		for i, id := range r.Values {
			if strings.TrimSpace(id) == "" {
				return Errorf(CodeInvalid, "is empty").WithField(fmt.Sprintf("%s.values[%d]", at, i))
			}
		}
		return nil
	}
	if _, ok := v.model.Profile.FieldMeaning(SemanticEmail); !ok {
		return Errorf(CodeInvalid, "the profile has no field that means e-mail").WithField(at + ".operator")
	}
	for i, a := range r.Values {
		if _, problem := ParseEmail(a); problem != "" {
			return Errorf(CodeInvalid, "is not an address that can be mailed (%s)", problem).WithField(fmt.Sprintf("%s.values[%d]", at, i))
		}
	}
	return nil
}

// comparison checks the operator and the operands of a condition on values of a type.
func (v *validation) comparison(r Rule, kind FieldType, at string) error {
	info, ok := r.Operator.Info()
	if !ok || info.Subject != SubjectValue {
		return unknownOperator(r.Operator, kind, at)
	}
	if !slices.Contains(info.Types, kind) {
		what := fmt.Sprintf("the %s field %q", kind, r.Field)
		if r.Related != nil {
			what = fmt.Sprintf("the %s, which is %s", r.Related.Function, kind)
		}
		return Errorf(CodeInvalid, "%s does not apply to %s", r.Operator, what).WithField(at + ".operator").WithRemedy(thereIs(kind))
	}
	if err := checkOperands(r, info, at); err != nil {
		return err
	}
	for i, value := range r.Values {
		where := fmt.Sprintf("%s.values[%d]", at, i)
		if info.Operand == OperandRelative || info.Operand == OperandDays {
			most := 36_600
			if info.Operand == OperandDays {
				most = 366
			}
			if n, err := strconv.Atoi(value); err != nil || n < 0 || n > most {
				return Errorf(CodeInvalid, "must be a whole number from 0 to %d", most).WithField(where)
			}
			continue
		}
		if err := checkValue(kind, value); err != nil {
			return err.WithField(where)
		}
	}
	if info.Operand == OperandTwo && compareValues(kind, r.Values[0], r.Values[1]) > 0 {
		return Errorf(CodeInvalid, "the first value must not be above the second").WithField(at + ".values")
	}
	return nil
}

// checkOperands checks how many values there are, and the unit.
func checkOperands(r Rule, info OperatorInfo, at string) error {
	lo, hi := info.Operand.count()
	if len(r.Values) < lo || len(r.Values) > hi {
		return Errorf(CodeInvalid, "%s takes %s, not %d", r.Operator, info.Operand.words(), len(r.Values)).WithField(at + ".values")
	}
	switch info.Operand {
	case OperandRelative, OperandUnit:
		if !slices.Contains(Units(), r.Unit) {
			return Errorf(CodeInvalid, "must be day, week, month, quarter or year").WithField(at + ".unit")
		}
	case OperandDays:
		if r.Unit != UnitDay && r.Unit != "" {
			return Errorf(CodeInvalid, "must be day").WithField(at + ".unit")
		}
	default:
		if r.Unit != "" {
			return Errorf(CodeInvalid, "%s takes no unit", r.Operator).WithField(at + ".unit")
		}
	}
	return nil
}

func (o Operand) count() (lo, hi int) {
	switch o {
	case OperandNone, OperandUnit:
		return 0, 0
	case OperandTwo:
		return 2, 2
	case OperandMany:
		return 1, MaxRuleValues
	default:
		return 1, 1
	}
}

// words says what the operand is.
func (o Operand) words() string {
	switch o {
	case OperandNone:
		return "no value"
	case OperandTwo:
		return "two values"
	case OperandMany:
		return fmt.Sprintf("one value to %d", MaxRuleValues)
	case OperandRelative:
		return "one whole number and a unit"
	case OperandDays:
		return "one whole number of days"
	case OperandUnit:
		return "a unit and no value"
	default:
		return "one value"
	}
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
