package duckdb

import (
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse/cluster"
)

// partCost is how many pairs, or rows where rows are enough, are looked at in one go: what bounds memory.
const partCost = 2_000_000

// pairs says which rows never go together, and joins those that always do.
func (u *unifying) pairs() error {
	pairs := slices.Clone(u.req.Pairs)
	if len(pairs) == 0 {
		return nil
	}
	if err := u.exec("CREATE TEMP TABLE u_pair (a_source VARCHAR, a_key VARCHAR, b_source VARCHAR, b_key VARCHAR, never BOOLEAN)"); err != nil {
		return err
	}
	err := u.fill("u_pair", 5, func(add func([]any) error) error {
		for _, p := range pairs {
			if err := add([]any{string(p.A.Source), p.A.Key, string(p.B.Source), p.B.Key, p.Kind == activation.PairNever}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var always [][2]int32
	err = u.session.rows(`SELECT least(a.rid, b.rid) AS first, greatest(a.rid, b.rid) AS second, bool_or(never) FROM u_pair p
		JOIN u_id a ON a.source = p.a_source AND a.key = p.a_key JOIN u_id b ON b.source = p.b_source AND b.key = p.b_key
		WHERE a.rid <> b.rid GROUP BY ALL ORDER BY 1, 2`, nil, func(scan func(...any) error) error {
		var a, b int32
		var never bool
		err := scan(&a, &b, &never)
		if never {
			u.clusters.Never(a, b)
		} else {
			always = append(always, [2]int32{a, b})
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(always) > 0 {
		u.numbers.Rules = append(u.numbers.Rules, activation.RuleNumber{Name: string(activation.PairAlways)})
	}
	for _, p := range always {
		u.join(p[0], p[1], len(u.def.Unify.Rules))
	}
	return u.exec("DROP TABLE u_pair")
}

// join tries to join two rows.
func (u *unifying) join(a, b int32, rule int) {
	o, never := u.clusters.Join(a, b)
	u.told(a, b, rule, o, never)
}

func (u *unifying) told(a, b int32, rule int, o cluster.Outcome, never [2]int32) {
	j := joined{a, b, int16(rule)}
	switch o {
	case cluster.Joined:
		u.numbers.Rules[rule].Joins++
		u.joins = append(u.joins, j)
	case cluster.Refused:
		u.numbers.Rules[rule].Refused++
		u.numbers.Refused++
		if len(u.refused) < maxRefused {
			u.refused = append(u.refused, refusedJoin{j, never})
		}
	}
}

// matcher is a rule as statements need it.
type matcher struct {
	equal []string // columns of u_norm that must be equal
	tests string   // what else must hold of two rows a and b; empty for nothing
	args  []any
}

func (u *unifying) matcher(r activation.MatchRule) (m matcher) {
	var tests []string
	for _, c := range r.Conditions {
		col := u.comparison(c)
		if c.Kind != activation.MatchSimilar {
			if !slices.Contains(m.equal, col) {
				m.equal = append(m.equal, col)
			}
			continue
		}
		tests = append(tests, fmt.Sprintf("coalesce(jaro_winkler_similarity(a.%[1]s, b.%[1]s) >= ?, false)", col))
		m.args = append(m.args, c.Similarity)
	}
	for _, x := range r.Unless {
		tests = append(tests, fmt.Sprintf("coalesce(a.%[1]s = b.%[1]s, true)", u.exception(x)))
	}
	m.tests = strings.Join(tests, " AND ")
	return m
}

// on is the condition that a row of u_norm, called by that name, is in a block of u_part.
func (m matcher) on(row string) string {
	parts := make([]string, len(m.equal))
	for i, col := range m.equal {
		parts[i] = fmt.Sprintf("%s.%s = p.k%d", row, col, i)
	}
	return strings.Join(parts, " AND ")
}

// rule joins what a rule matches. Rows that agree in its equal conditions are a block; where nothing else is asked, a block is joined as a
// whole, else pair by pair. Too large a block is skipped: what so many rows share says little about anybody.
func (u *unifying) rule(i int) error {
	r := u.def.Unify.Rules[i]
	m := u.matcher(r)
	keys, there := make([]string, len(m.equal)), make([]string, len(m.equal))
	for n, col := range m.equal {
		keys[n], there[n] = fmt.Sprintf("%s AS k%d", col, n), col+" IS NOT NULL"
	}
	err := u.exec(fmt.Sprintf("CREATE TEMP TABLE u_block AS SELECT %s, min(rid) AS block, count(*) AS n FROM u_norm WHERE %s GROUP BY %s HAVING count(*) > 1",
		strings.Join(keys, ", "), strings.Join(there, " AND "), strings.Join(m.equal, ", ")))
	if err != nil {
		return err
	}
	number, block := &u.numbers.Rules[i], u.def.Unify.Block()
	err = u.row("SELECT count(*), coalesce(sum(n), 0)::BIGINT, coalesce(max(n), 0) FROM u_block WHERE n > ?", []any{block},
		&number.Skipped, &number.SkippedRows, &number.SkippedMost)
	if err != nil {
		return err
	}
	cost := "n"
	if m.tests != "" {
		cost = "n * (n - 1) // 2"
	}
	err = u.exec(fmt.Sprintf("CREATE TEMP TABLE u_part AS SELECT *, (sum(%s) OVER (ORDER BY block) // %d)::BIGINT AS part FROM u_block WHERE n <= ?", cost, partCost), block)
	if err != nil {
		return err
	}
	var parts int64
	if err := u.row("SELECT coalesce(max(part) + 1, 0)::BIGINT FROM u_part", nil, &parts); err != nil {
		return err
	}
	for part := range parts {
		if m.tests == "" {
			err = u.wholeBlocks(i, m, part)
		} else {
			err = u.pairsOfBlocks(i, m, part)
		}
		if err != nil {
			return err
		}
	}
	return u.exec("DROP TABLE u_part; DROP TABLE u_block")
}

// wholeBlocks joins the rows of each block of a part.
func (u *unifying) wholeBlocks(rule int, m matcher, part int64) error {
	var rows []int32
	var at int64 = -1
	flush := func() {
		u.clusters.Block(rows, func(a, b int32, o cluster.Outcome, never [2]int32) { u.told(a, b, rule, o, never) })
		rows = rows[:0]
	}
	err := u.session.rows("SELECT p.block, a.rid FROM u_part p JOIN u_norm a ON "+m.on("a")+" WHERE p.part = ? ORDER BY 1, 2", []any{part},
		func(scan func(...any) error) error {
			var block int64
			var rid int32
			err := scan(&block, &rid)
			if block != at {
				flush()
				at = block
			}
			rows = append(rows, rid)
			return err
		})
	flush()
	return err
}

// pairsOfBlocks joins the pairs of rows in the blocks of a part that meet the other conditions.
func (u *unifying) pairsOfBlocks(rule int, m matcher, part int64) error {
	return u.session.rows(fmt.Sprintf(`SELECT a.rid, b.rid FROM u_part p JOIN u_norm a ON %s JOIN u_norm b ON %s
		WHERE p.part = ? AND a.rid < b.rid AND %s ORDER BY p.block, 1, 2`, m.on("a"), m.on("b"), m.tests), append([]any{part}, m.args...),
		func(scan func(...any) error) error {
			var a, b int32
			err := scan(&a, &b)
			if err == nil {
				u.join(a, b, rule)
			}
			return err
		})
}

// number makes u_cluster and counts.
func (u *unifying) number() error {
	numbers, count := u.clusters.Numbers()
	u.clusters, u.count = nil, count
	if err := u.exec("CREATE TEMP TABLE u_cluster (rid BIGINT, cid BIGINT)"); err != nil {
		return err
	}
	err := u.fill("u_cluster", 2, func(add func([]any) error) error {
		row := make([]any, 2)
		for rid, cid := range numbers {
			row[0], row[1] = int64(rid), int64(cid)
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	n := &u.numbers
	n.Rows, n.Profiles = u.rows, int64(count)
	err = u.row("SELECT count(*) FILTER (n > 1), coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM u_cluster GROUP BY cid)", nil, &n.Joined, &n.Largest)
	if err != nil {
		return err
	}
	n.Tables = make([]activation.TableNumber, len(u.tables))
	for i, t := range u.tables {
		n.Tables[i].Source = t.Source
	}
	return u.session.rows(`WITH g AS (SELECT cid, tbl, count(*) AS n FROM u_row JOIN u_cluster USING (rid) GROUP BY ALL),
			c AS (SELECT cid, sum(n) AS total FROM g GROUP BY cid)
		SELECT tbl, sum(n)::BIGINT, count(*), coalesce(sum(n) FILTER (total > n), 0)::BIGINT, coalesce(sum(n) FILTER (n > 1), 0)::BIGINT
		FROM g JOIN c USING (cid) GROUP BY tbl`, nil, func(scan func(...any) error) error {
		var tbl int
		var t activation.TableNumber
		if err := scan(&tbl, &t.Rows, &t.Profiles, &t.Shared, &t.Repeated); err != nil {
			return err
		}
		t.Source = u.tables[tbl].Source
		n.Tables[tbl] = t
		return nil
	})
}
