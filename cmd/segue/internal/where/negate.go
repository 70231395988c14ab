package where

import (
	"strings"

	"segue/client"
)

// negate returns the exact complement of a rule, missing values included.
func negate(r client.Rule) client.Rule {
	switch {
	case len(r.All) > 0:
		return client.Rule{Any: negateEach(r.All)}
	case len(r.Any) > 0:
		return client.Rule{All: negateEach(r.Any)}
	}
	other := r
	missing := client.Rule{Field: r.Field, Related: r.Related, Operator: client.RuleOperatorIsEmpty}
	switch r.Operator {
	case client.RuleOperatorLessOrEqual: // these two have no twin
		other.Operator = client.RuleOperatorGreaterThan
		return client.Rule{Any: []client.Rule{other, missing}}
	case client.RuleOperatorGreaterOrEqual:
		other.Operator = client.RuleOperatorLessThan
		return client.Rule{Any: []client.Rule{other, missing}}
	}
	other.Operator = twin(r.Operator)
	return other
}

func negateEach(list []client.Rule) []client.Rule {
	out := make([]client.Rule, 0, len(list))
	for _, r := range list {
		out = append(out, negate(r))
	}
	return out
}

// twin returns the operator that holds exactly where op does not.
func twin(op client.RuleOperator) client.RuleOperator {
	s := string(op)
	switch {
	case op == client.RuleOperatorHas:
		return client.RuleOperatorHasNot
	case op == client.RuleOperatorHasNot:
		return client.RuleOperatorHas
	case strings.HasPrefix(s, "is_not_"):
		return client.RuleOperator("is_" + s[len("is_not_"):])
	case strings.HasPrefix(s, "is_"):
		return client.RuleOperator("is_not_" + s[len("is_"):])
	case strings.HasPrefix(s, "not_"):
		return client.RuleOperator(s[len("not_"):])
	}
	return client.RuleOperator("not_" + s)
}
