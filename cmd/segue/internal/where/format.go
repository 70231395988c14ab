package where

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"segue/client"
)

// Format writes a rule in the language. What no text can mean (a rule that is neither all, any nor a condition) becomes "?".
func Format(r client.Rule) string { return format(r, false, false) }

// format writes r; inAll and inAny say what it stands in.
func format(r client.Rule, inAll, inAny bool) string {
	var s string
	switch {
	case len(r.All) > 0:
		s = join(r.All, " and ", true, false)
		if inAll {
			s = "(" + s + ")"
		}
	case len(r.Any) > 0:
		s = join(r.Any, " or ", false, true)
		if inAll || inAny {
			s = "(" + s + ")"
		}
	case r.Field != "":
		s = formatCondition(text(r.Field), r)
	case r.Operator != "":
		s = formatCondition("{"+about(r)+"}", r)
	default:
		s = "?"
	}
	return s
}

// about says what a condition is about that only JSON can say. The braces are no part of the language.
func about(r client.Rule) string {
	if rel := r.Related; rel != nil {
		s := strings.Join(rel.Path, " > ")
		if rel.Function != "" {
			s = strings.Join(strings.Fields(fmt.Sprintf("%s %s of", rel.Function, rel.Column)), " ") + " " + s
		}
		if rel.Where != nil {
			s += " where " + Format(*rel.Where)
		}
		return s
	}
	if r.Segment != "" {
		return "segment " + r.Segment
	}
	if r.SQL != "" {
		return "customer: " + strings.Join(strings.Fields(r.SQL), " ")
	}
	return "customer"
}

func join(list []client.Rule, by string, inAll, inAny bool) string {
	parts := make([]string, 0, len(list))
	for _, r := range list {
		parts = append(parts, format(r, inAll, inAny))
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
		return fmt.Sprintf("%s %s%s in (%s)", f, neg, strings.TrimSuffix(positive, "_one_of"), strings.Join(v, ", "))
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
var reserved = []string{"and", "or", "not", "in", "is", "the", "contains", "starts", "ends", "with", "between", "before", "after", "anniversary"}

// text writes a name or value, in quotes where need be.
func text(s string) string {
	if plain.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
