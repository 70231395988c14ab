package where

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"segue/client"
)

// Format writes a rule in the language; names are those of segments, by their ids, which stand for themselves where there is no name. What no
// text can mean (a query, or a rule that is neither all, any nor a condition) is shown all the same, but cannot be read again.
func Format(r client.Rule, names map[string]string) string {
	return writer(names).rule(r, false, false)
}

// writer knows the names of segments.
type writer map[string]string

// rule writes r; inAll and inAny say what it stands in.
func (w writer) rule(r client.Rule, inAll, inAny bool) string {
	switch {
	case len(r.All) > 0:
		s := w.join(r.All, " and ", true, false)
		if inAll {
			return "(" + s + ")"
		}
		return s
	case len(r.Any) > 0:
		s := w.join(r.Any, " or ", false, true)
		if inAll || inAny {
			return "(" + s + ")"
		}
		return s
	case r.Field != "":
		return formatCondition(text(r.Field), r)
	case r.Operator == client.RuleOperatorHas && r.Related != nil:
		return "has " + w.related(*r.Related)
	case r.Operator == client.RuleOperatorHasNot && r.Related != nil:
		return "has not " + w.related(*r.Related)
	case r.Operator == client.RuleOperatorMemberOf:
		return "member of " + text(cmp.Or(w[r.Segment], r.Segment))
	case r.Operator == client.RuleOperatorNotMemberOf:
		return "not member of " + text(cmp.Or(w[r.Segment], r.Segment))
	case r.Related != nil:
		return formatCondition(w.related(*r.Related), r)
	case r.SQL != "":
		return formatCondition("{customer: "+strings.Join(strings.Fields(r.SQL), " ")+"}", r)
	case r.Operator != "":
		return formatCondition("customer", r)
	}
	return "?"
}

// related writes what is worked out of related rows, in braces.
func (w writer) related(rel client.Related) string {
	path := make([]string, 0, len(rel.Path))
	for _, name := range rel.Path {
		path = append(path, text(name))
	}
	s := strings.Join(path, " > ")
	switch {
	case rel.Function == client.RelatedFunctionCount:
		s = "count of " + s
	case rel.Function != "":
		s = string(rel.Function) + " " + text(rel.Column) + " of " + s
	}
	if rel.Where != nil {
		s += " where " + w.rule(*rel.Where, false, false)
	}
	if x := rel.Within; x != nil {
		s += " within " + formatCondition(text(x.Column), client.Rule{Operator: client.RuleOperator(x.Operator), Values: x.Values, Unit: client.RuleUnit(x.Unit)})
	}
	if rel.OrderBy != "" {
		s += " by " + text(rel.OrderBy)
	}
	return "{" + s + "}"
}

func (w writer) join(list []client.Rule, by string, inAll, inAny bool) string {
	parts := make([]string, 0, len(list))
	for _, r := range list {
		parts = append(parts, w.rule(r, inAll, inAny))
	}
	return strings.Join(parts, by)
}

func formatCondition(f string, r client.Rule) string {
	op := string(r.Operator)
	v := make([]string, 0, len(r.Values))
	for _, x := range r.Values {
		v = append(v, text(x))
	}
	one, two := "?", "?"
	if len(v) > 0 {
		one = v[0]
	}
	if len(v) > 1 {
		two = v[1]
	}
	positive, no := strings.CutPrefix(op, "not_")
	neg := ""
	if no {
		neg = "not "
	}
	switch client.RuleOperator(op) {
	case client.RuleOperatorEquals:
		return f + " = " + one
	case client.RuleOperatorNotEquals:
		return f + " != " + one
	case client.RuleOperatorLessThan:
		return f + " < " + one
	case client.RuleOperatorLessOrEqual:
		return f + " <= " + one
	case client.RuleOperatorGreaterThan:
		return f + " > " + one
	case client.RuleOperatorGreaterOrEqual:
		return f + " >= " + one
	case client.RuleOperatorNotLessThan:
		return "not " + f + " < " + one
	case client.RuleOperatorNotGreaterThan:
		return "not " + f + " > " + one
	}
	switch client.RuleOperator(positive) {
	case client.RuleOperatorIDOneOf, client.RuleOperatorAddressOneOf:
		return fmt.Sprintf("%s %s %sin (%s)", f, strings.TrimSuffix(positive, "_one_of"), neg, strings.Join(v, ", "))
	case client.RuleOperatorOneOf:
		return fmt.Sprintf("%s %sin (%s)", f, neg, strings.Join(v, ", "))
	case client.RuleOperatorBetween:
		return fmt.Sprintf("%s %sbetween %s and %s", f, neg, one, two)
	case client.RuleOperatorInTheLast, client.RuleOperatorInTheNext:
		return fmt.Sprintf("%s %s%s %s %ss", f, neg, strings.ReplaceAll(positive, "_", " "), one, r.Unit)
	case client.RuleOperatorInThis, client.RuleOperatorInThePrevious:
		return fmt.Sprintf("%s %s%s %s", f, neg, strings.ReplaceAll(positive, "_", " "), r.Unit)
	case client.RuleOperatorAnniversaryInTheNext:
		return fmt.Sprintf("%s %sanniversary in the next %s days", f, neg, one)
	}
	s := f + " " + neg + strings.ReplaceAll(positive, "_", " ")
	if len(v) > 0 {
		s += " " + one
	}
	return s
}

var plain = regexp.MustCompile(`^[\p{L}\p{N}_.@+:/-]+$`)

// reserved are the words that mean something.
var reserved = []string{"and", "or", "not", "in", "is", "the", "contains", "starts", "ends", "with", "between", "before", "after", "anniversary",
	"has", "member", "customer", "of", "where", "within", "by"}

// text writes a name or value, in quotes where need be.
func text(s string) string {
	if plain.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
