package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// maxExplained is how many refused joins an explanation tells.
const maxExplained = 100

// Explain implements warehouse.Unifier.
func (w *Warehouse) Explain(ctx context.Context, r warehouse.UnifyRequest, a, b activation.RowRef) (x warehouse.Explanation, err error) {
	if err := checkRequest(r); err != nil {
		return x, err
	}
	if err := (activation.MatchPair{A: a, B: b, Kind: activation.PairNever}).Validate(); err != nil {
		return x, err
	}
	for _, p := range r.Pairs {
		if (p.A == a && p.B == b || p.A == b && p.B == a) && x.Pair != activation.PairNever {
			x.Pair = p.Kind
		}
	}
	err = w.read(ctx, func(s session) error {
		u, err := s.asBuilt(build{def: r.Definition})
		if err != nil {
			return err
		}
		u.req = r
		if err := u.two(a, b); err != nil {
			return err
		}
		for _, rule := range r.Definition.Unify.Rules {
			e, err := u.explain(rule)
			if err != nil {
				return err
			}
			x.Rules = append(x.Rules, e)
		}
		return s.history(&x, a, b)
	})
	if err != nil {
		return warehouse.Explanation{}, fmt.Errorf("explain two rows: %w", err)
	}
	return x, nil
}

// two makes u_row of two rows, 0 and 1.
func (u *unifying) two(a, b activation.RowRef) error {
	parts, args := make([]string, 2), make([]any, 2)
	for n, ref := range []activation.RowRef{a, b} {
		i := slices.IndexFunc(u.tables, func(t activation.UnifyTable) bool { return t.Source == ref.Source })
		field := string("ab"[n])
		if i < 0 || u.from[i].number == 0 {
			return activation.Errorf(activation.CodeNotFound, "profiles are not made from that table, or it has not been taken over").WithField(field + ".source_id")
		}
		if _, _, ok := u.from[i].column(u.tables[i].Key); !ok {
			return activation.Errorf(activation.CodeSourceRefused, "the table has no column %q, the key", u.tables[i].Key).WithField(field + ".source_id")
		}
		query, err := u.values(i, fmt.Sprint(n), "WHERE "+u.keyOf(i)+" = ?::VARCHAR")
		if err != nil {
			return err
		}
		parts[n], args[n] = query, ref.Key
	}
	if err := u.exec("CREATE TEMP TABLE u_row AS "+strings.Join(parts, " UNION ALL "), args...); err != nil {
		return err
	}
	for n := range parts {
		var rows int64
		if err := u.row("SELECT count(*) FROM u_row WHERE rid = ?", []any{n}, &rows); err != nil {
			return err
		}
		if rows == 0 {
			return activation.Errorf(activation.CodeNotFound, "the table has no row with that key").WithField(string("ab"[n]) + ".key")
		}
	}
	return u.normalise()
}

// explain compares the two rows by a rule.
func (u *unifying) explain(r activation.MatchRule) (x warehouse.RuleExplanation, err error) {
	x.Name, x.Matches = r.Name, true
	equal := true
	for _, c := range r.Conditions {
		o, err := u.outcome(c.Field, u.comparison(c), c.Similarity)
		if err != nil {
			return x, err
		}
		met := o.Outcome == warehouse.OutcomeEqual || o.Outcome == warehouse.OutcomeSimilar
		x.Matches = x.Matches && met
		if c.Kind != activation.MatchSimilar {
			equal = equal && met
		}
		x.Conditions = append(x.Conditions, o)
	}
	for _, e := range r.Unless {
		o, err := u.outcome(e.Field, u.exception(e), 0)
		if err != nil {
			return x, err
		}
		x.Matches = x.Matches && o.Outcome != warehouse.OutcomeDiffers
		x.Unless = append(x.Unless, o)
	}
	if !equal {
		return x, nil
	}
	if x.Block, err = u.blockOf(r); err != nil {
		return x, err
	}
	x.Skipped = x.Block > int64(u.def.Unify.Block())
	x.Matches = x.Matches && !x.Skipped
	return x, nil
}

// outcome compares a column of u_norm of the two rows.
func (u *unifying) outcome(field, col string, similarity float64) (o warehouse.ConditionOutcome, err error) {
	o.Field = field
	measure := "0::DOUBLE"
	if similarity > 0 {
		measure = fmt.Sprintf("coalesce(jaro_winkler_similarity(a.%[1]s, b.%[1]s), 0)", col)
	}
	var incomparable, equal bool
	err = u.row(fmt.Sprintf("SELECT a.%[1]s IS NULL OR b.%[1]s IS NULL, coalesce(a.%[1]s = b.%[1]s, false), %[2]s FROM u_norm a, u_norm b WHERE a.rid = 0 AND b.rid = 1",
		col, measure), nil, &incomparable, &equal, &o.Similarity)
	if err != nil {
		return o, err
	}
	switch {
	case incomparable:
		var stored int
		err = u.row(fmt.Sprintf("SELECT count(f%d) FROM u_row", position(u.def, field)), nil, &stored)
		o.Outcome = warehouse.OutcomeMissing
		if stored == 2 { // which both were there before they were cleaned
			o.Outcome = warehouse.OutcomeUnusable
		}
	case similarity > 0 && o.Similarity >= similarity:
		o.Outcome = warehouse.OutcomeSimilar
	case similarity == 0 && equal:
		o.Outcome = warehouse.OutcomeEqual
	default:
		o.Outcome = warehouse.OutcomeDiffers
	}
	return o, err
}

// blockOf counts the rows of all tables that agree with the two in the equal conditions of a rule.
func (u *unifying) blockOf(r activation.MatchRule) (n int64, err error) {
	m := u.matcher(r)
	var parts []string
	for i := range u.tables {
		if u.from[i].number == 0 {
			continue
		}
		if _, _, ok := u.from[i].column(u.tables[i].Key); !ok {
			continue
		}
		query, err := u.values(i, "0", "")
		if err != nil {
			return 0, err
		}
		parts = append(parts, query)
	}
	alone := &unifying{session: u.session, def: u.def}
	alone.def.Unify = &activation.Unification{Rules: []activation.MatchRule{{Conditions: r.Conditions}}}
	normal, args := alone.normal("(" + strings.Join(parts, " UNION ALL ") + ")")
	other := alone.matcher(activation.MatchRule{Conditions: r.Conditions})
	on := make([]string, len(m.equal))
	for i := range m.equal {
		on[i] = fmt.Sprintf("a.%s = b.%s", other.equal[i], m.equal[i])
	}
	return n, u.row("SELECT count(*) FROM ("+normal+") a JOIN u_norm b ON b.rid = 0 AND "+strings.Join(on, " AND "), args, &n)
}

// history tells what the last build did with the two rows.
func (s session) history(x *warehouse.Explanation, a, c activation.RowRef) error {
	b, err := s.built()
	if activation.CodeOf(err) == activation.CodeNotReady || err == nil && b.def.Unify == nil {
		return nil
	}
	if err != nil {
		return err
	}
	for _, of := range []struct {
		ref  activation.RowRef
		into *string
	}{{a, &x.ProfileA}, {c, &x.ProfileB}} {
		err := s.row("SELECT profile_id FROM "+b.unified()+" WHERE source = ? AND key = ?", []any{string(of.ref.Source), of.ref.Key}, of.into)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	if x.ProfileA != "" && x.ProfileA == x.ProfileB {
		joins, err := s.joinsOf(b, "?::VARCHAR", x.ProfileA)
		x.Path = path(joins, a, c)
		return err
	}
	return s.rows(fmt.Sprintf(`SELECT a_source, a_key, b_source, b_key, rule, x_source, x_key, y_source, y_key FROM %[1]s r
		JOIN %[2]s p ON p.source = a_source AND p.key = a_key JOIN %[2]s q ON q.source = b_source AND q.key = b_key
		WHERE (p.profile_id = $1 AND q.profile_id = $2) OR (p.profile_id = $2 AND q.profile_id = $1) ORDER BY rule, 1, 2, 3, 4 LIMIT $3`, b.refusedJoins(), b.unified()),
		[]any{x.ProfileA, x.ProfileB, maxExplained}, func(scan func(...any) error) error {
			var j warehouse.RefusedJoin
			var rule int
			err := scan(&j.A.Source, &j.A.Key, &j.B.Source, &j.B.Key, &rule, &j.Never[0].Source, &j.Never[0].Key, &j.Never[1].Source, &j.Never[1].Key)
			j.Rule = ruleName(b.def, rule)
			x.Refused = append(x.Refused, j)
			return err
		})
}

// path is the way over joins from one row to another; joins are a tree, so there is one.
func path(joins []warehouse.Join, from, to activation.RowRef) []warehouse.Join {
	by := map[activation.RowRef][]warehouse.Join{}
	for _, j := range joins {
		by[j.A], by[j.B] = append(by[j.A], j), append(by[j.B], j)
	}
	came, queue := map[activation.RowRef]warehouse.Join{from: {}}, []activation.RowRef{from}
	for len(queue) > 0 && queue[0] != to {
		for _, j := range by[queue[0]] {
			next := j.A
			if next == queue[0] {
				next = j.B
			}
			if _, seen := came[next]; !seen {
				came[next] = j
				queue = append(queue, next)
			}
		}
		queue = queue[1:]
	}
	var way []warehouse.Join
	for at := to; at != from; {
		j, ok := came[at]
		if !ok {
			return nil
		}
		way = append(way, j)
		if at == j.A {
			at = j.B
		} else {
			at = j.A
		}
	}
	slices.Reverse(way)
	return way
}
