package dialect

import (
	"fmt"

	"segue/internal/activation"
)

// Segment compiles each rule of a segment, and the expression that combines their results in order from the first on.
// names are the names under which the results are known there, one for each rule.
func (c Compiler) Segment(s activation.Segment, names []string) (rules []Expr, combined string, err error) {
	if len(s.Rules) == 0 {
		return nil, "", cannot("the segment %q has no rule", s.Name)
	}
	for i, r := range s.Rules {
		e, err := c.Rule(r.Rule)
		if err != nil {
			return nil, "", err
		}
		rules = append(rules, e)
		switch {
		case i == 0:
			combined = names[0]
		case r.Combine == activation.Union:
			combined = fmt.Sprintf("(%s OR %s)", combined, names[i])
		case r.Combine == activation.Intersect:
			combined = fmt.Sprintf("(%s AND %s)", combined, names[i])
		case r.Combine == activation.Except:
			combined = fmt.Sprintf("(%s AND NOT %s)", combined, names[i])
		default:
			return nil, "", cannot("the segment %q combines by %q", s.Name, r.Combine)
		}
	}
	return rules, combined, nil
}
