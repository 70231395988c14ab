package activation

import "slices"

// Rule is a node of a segment's rule tree: exactly one of All, Any or a condition is set. A condition is an Operator and what it is
// about: a Field, a value of Related rows, membership of a Segment, the ids that an SQL query gives, or, without any of these, the profile itself.
//
// A negated operator selects exactly the profiles that its positive twin does not, those with a missing value
// included. Text is compared without regard to case, but with regard to accents; white space at the ends of stored
// values was removed when they were taken over.
type Rule struct {
	// All holds when every rule in it holds.
	All []Rule `json:"all,omitempty"`
	// Any holds when at least one rule in it holds.
	Any []Rule `json:"any,omitempty"`

	// Field is the profile field of a condition; in the condition on related rows a column of their table.
	Field string `json:"field,omitempty"`
	// Related is what is worked out from related rows.
	Related *Related `json:"related,omitempty"`
	// Segment is the segment whose members are asked for.
	Segment SegmentID `json:"segment,omitempty"`
	// SQL is a SELECT of ids of profiles, which the warehouse must have agreed to.
	SQL      string   `json:"sql,omitempty"`
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

	OpInThis        Operator = "in_this"
	OpNotInThis     Operator = "not_in_this"
	OpInPrevious    Operator = "in_the_previous"
	OpNotInPrevious Operator = "not_in_the_previous"

	OpHas             Operator = "has"
	OpHasNot          Operator = "has_not"
	OpMemberOf        Operator = "member_of"
	OpNotMemberOf     Operator = "not_member_of"
	OpIDOneOf         Operator = "id_one_of"
	OpNotIDOneOf      Operator = "not_id_one_of"
	OpAddressOneOf    Operator = "address_one_of"
	OpNotAddressOneOf Operator = "not_address_one_of"
	OpInQuery         Operator = "in_query"
	OpNotInQuery      Operator = "not_in_query"
)

// Unit is the unit of a relative date.
type Unit string

// The units. "The last n days" are the n days before today and today itself, in the zone of the evaluation;
// months and years are calendar ones, a day that does not exist becomes the last day of its month.
const (
	UnitDay     Unit = "day"
	UnitWeek    Unit = "week" // seven days; "this week" begins on Monday
	UnitMonth   Unit = "month"
	UnitQuarter Unit = "quarter" // three months; "this quarter" begins in January, April, July or October
	UnitYear    Unit = "year"
)

// Units lists every unit, the shortest first.
func Units() []Unit { return []Unit{UnitDay, UnitWeek, UnitMonth, UnitQuarter, UnitYear} }

// Operand is what a condition's values must be.
type Operand string

// The operands.
const (
	OperandNone     Operand = "none"
	OperandOne      Operand = "one"
	OperandTwo      Operand = "two"  // in order
	OperandMany     Operand = "many" // one or more
	OperandRelative Operand = "relative"
	OperandDays     Operand = "days"
	OperandUnit     Operand = "unit" // a unit and no value
)

// Operands lists every operand.
func Operands() []Operand {
	return []Operand{OperandNone, OperandOne, OperandTwo, OperandMany, OperandRelative, OperandDays, OperandUnit}
}

// Subject is what an operator is about.
type Subject string

// The subjects.
const (
	SubjectValue   Subject = "value"   // a field, or what is worked out from related rows
	SubjectRelated Subject = "related" // related rows, whether there are any
	SubjectSegment Subject = "segment" // membership
	SubjectProfile Subject = "profile" // the profile's id or addresses
	SubjectQuery   Subject = "query"   // the ids that a SELECT gives
)

// Subjects lists every subject.
func Subjects() []Subject {
	return []Subject{SubjectValue, SubjectRelated, SubjectSegment, SubjectProfile, SubjectQuery}
}

// OperatorInfo describes one operator: screens, documents and validation use the same description.
type OperatorInfo struct {
	Operator Operator
	// Negates is the positive twin; empty for a positive operator.
	Negates Operator
	// Types are the types of values that it compares; empty where its subject is no value.
	Types   []FieldType
	Operand Operand
	Subject Subject
}

// Operators describes every operator, in the order in which screens offer them.
func Operators() []OperatorInfo {
	text, num := []FieldType{TypeText}, []FieldType{TypeNumber}
	dates := []FieldType{TypeDate, TypeDateTime}
	valued := []FieldType{TypeText, TypeNumber, TypeDate, TypeDateTime}
	boolean := []FieldType{TypeBoolean}
	between := []FieldType{TypeNumber, TypeDate, TypeDateTime}
	var list []OperatorInfo
	add := func(subject Subject, types []FieldType, operand Operand, positive Operator, negation ...Operator) {
		list = append(list, OperatorInfo{positive, "", types, operand, subject})
		for _, n := range negation {
			list = append(list, OperatorInfo{n, positive, types, operand, subject})
		}
	}
	add(SubjectValue, valued, OperandOne, OpEquals, OpNotEquals)
	add(SubjectValue, valued, OperandMany, OpOneOf, OpNotOneOf)
	add(SubjectValue, text, OperandOne, OpContains, OpNotContains)
	add(SubjectValue, text, OperandOne, OpStartsWith, OpNotStartsWith)
	add(SubjectValue, text, OperandOne, OpEndsWith, OpNotEndsWith)
	add(SubjectValue, num, OperandOne, OpLess, OpNotLess)
	add(SubjectValue, num, OperandOne, OpLessOrEqual)
	add(SubjectValue, num, OperandOne, OpGreater, OpNotGreater)
	add(SubjectValue, num, OperandOne, OpGreaterOrEqual)
	add(SubjectValue, between, OperandTwo, OpBetween, OpNotBetween)
	add(SubjectValue, dates, OperandOne, OpBefore, OpNotBefore)
	add(SubjectValue, dates, OperandOne, OpAfter, OpNotAfter)
	add(SubjectValue, dates, OperandRelative, OpInTheLast, OpNotInTheLast)
	add(SubjectValue, dates, OperandRelative, OpInTheNext, OpNotInTheNext)
	add(SubjectValue, dates, OperandUnit, OpInThis, OpNotInThis)
	add(SubjectValue, dates, OperandUnit, OpInPrevious, OpNotInPrevious)
	add(SubjectValue, dates, OperandDays, OpAnniversaryIn, OpNotAnniversaryIn)
	add(SubjectValue, boolean, OperandNone, OpIsTrue, OpIsNotTrue)
	add(SubjectValue, boolean, OperandNone, OpIsFalse, OpIsNotFalse)
	add(SubjectValue, FieldTypes(), OperandNone, OpIsEmpty, OpIsNotEmpty)
	add(SubjectRelated, nil, OperandNone, OpHas, OpHasNot)
	add(SubjectSegment, nil, OperandNone, OpMemberOf, OpNotMemberOf)
	add(SubjectProfile, nil, OperandMany, OpIDOneOf, OpNotIDOneOf)
	add(SubjectProfile, nil, OperandMany, OpAddressOneOf, OpNotAddressOneOf)
	add(SubjectQuery, nil, OperandNone, OpInQuery, OpNotInQuery)
	return list
}

// OperatorsOf returns the operators that apply to values of a type.
func OperatorsOf(t FieldType) (list []Operator) {
	for _, i := range Operators() {
		if slices.Contains(i.Types, t) {
			list = append(list, i.Operator)
		}
	}
	return list
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

// visit visits r and the rules in it, without those about related rows.
func (r Rule) visit(f func(Rule)) {
	f(r)
	for _, c := range r.All {
		c.visit(f)
	}
	for _, c := range r.Any {
		c.visit(f)
	}
}

// walk visits the conditions on related rows as well, whose fields are columns.
func (r Rule) walk(f func(Rule)) {
	r.visit(func(c Rule) {
		f(c)
		if c.Related != nil && c.Related.Where != nil {
			c.Related.Where.walk(f)
		}
	})
}
