package duckdb

import (
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
)

// mergeStep is how many profiles are merged in one go: what bounds memory.
const mergeStep = 100_000

// Places inside the number by which rows are ranked, smallest first: the row's number below, then how its table or itself ranks, then
// what its consent says.
const rankBit, consentBit = 32, 50

// merge makes u_merged: one row for each cluster, with the surviving value of each field.
func (u *unifying) merge() error {
	columns := []string{"profile_id VARCHAR"}
	for i, f := range u.def.Fields {
		columns = append(columns, fmt.Sprintf("f%d %s", i, sqlType(f.Type)))
	}
	if err := u.exec("CREATE TEMP TABLE u_merged (" + strings.Join(columns, ", ") + ")"); err != nil {
		return err
	}
	if err := u.arrange(); err != nil {
		return err
	}
	recent, err := u.recent()
	if err != nil {
		return err
	}
	picks := []string{"any_value(g.profile)"}
	joins := ""
	for i, f := range u.def.Fields {
		survives := u.def.Unify.Survives(f)
		if survives.Method == activation.SurvivorFrequent {
			joins += fmt.Sprintf(" LEFT JOIN (%s) q%d ON q%d.cid = r.cid", u.frequent(i, f), i, i)
			picks = append(picks, fmt.Sprintf("any_value(q%d.v)", i))
			continue
		}
		picks = append(picks, fmt.Sprintf("arg_min(r.f%[1]d, %[2]s) FILTER (r.f%[1]d IS NOT NULL)", i, u.consentFirst(f, fmt.Sprintf("r.f%d", i), u.rank(survives, recent))))
	}
	with := ""
	if len(recent) > 0 {
		with = " JOIN u_recent t USING (rid)"
	}
	// The parameters of the step stand in the query once for each frequent field and once at the end, numbered.
	query := fmt.Sprintf("INSERT INTO u_merged SELECT %s FROM u_member r JOIN u_given g ON g.cid = r.cid%s%s WHERE r.cid >= $1 AND r.cid < $2 GROUP BY r.cid",
		strings.Join(picks, ", "), with, joins)
	for from := 0; from < u.count; from += mergeStep {
		if err := u.exec(query, int64(from), int64(from+mergeStep)); err != nil {
			return err
		}
	}
	if len(recent) > 0 {
		return u.exec("DROP TABLE u_recent")
	}
	return nil
}

// arrange makes u_member of u_row: the rows as they belong together, so that a step reads its own and not all of them.
func (u *unifying) arrange() error {
	return u.exec("CREATE TEMP TABLE u_member AS SELECT c.cid, r.* EXCLUDE (key) FROM u_row r JOIN u_cluster c USING (rid) ORDER BY c.cid; DROP TABLE u_row")
}

// recent ranks all rows by each date field that values survive by, the latest first.
func (u *unifying) recent() (columns map[string]string, err error) {
	columns = map[string]string{}
	var ranks []string
	for _, f := range u.def.Fields {
		by := u.def.Unify.Survives(f).By
		if by == "" || columns[by] != "" {
			continue
		}
		columns[by] = fmt.Sprintf("t.r%d", len(ranks))
		ranks = append(ranks, fmt.Sprintf("row_number() OVER (ORDER BY f%d DESC NULLS LAST, rid) AS r%d", position(u.def, by), len(ranks)))
	}
	if len(ranks) == 0 {
		return columns, nil
	}
	return columns, u.exec("CREATE TEMP TABLE u_recent AS SELECT rid, " + strings.Join(ranks, ", ") + " FROM u_member")
}

// rank is the number by which rows are ranked for a field.
func (u *unifying) rank(s activation.Survivorship, recent map[string]string) string {
	switch s.Method {
	case activation.SurvivorRecent:
		return recent[s.By]
	case activation.SurvivorComplete:
		missing := make([]string, len(u.def.Fields))
		for i := range missing {
			missing[i] = fmt.Sprintf("(r.f%d IS NULL)::BIGINT", i)
		}
		return fmt.Sprintf("((%s) << %d) + r.rid", strings.Join(missing, " + "), rankBit)
	}
	cases := ""
	for i, t := range u.tables {
		place := slices.Index(s.Order, t.Source)
		if place < 0 {
			place = len(s.Order) + i
		}
		cases += fmt.Sprintf(" WHEN %d THEN %d", i, place)
	}
	return fmt.Sprintf("((CASE r.tbl%s END)::BIGINT << %d) + r.rid", cases, rankBit)
}

// consentFirst puts what a consent field says before everything else: withdrawal wins, then what nobody understands (S6).
func (u *unifying) consentFirst(f activation.Field, value, rank string) string {
	if f.Semantic != activation.SemanticConsent {
		return rank
	}
	return fmt.Sprintf("(CASE segue_consent(%s) WHEN 'withdrawn' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END::BIGINT << %d) + %s", canonical(value, f.Type), consentBit, rank)
}

// frequent is the query of the most frequent value of a field for each cluster of a step; of two as frequent that of the first row.
func (u *unifying) frequent(i int, f activation.Field) string {
	rank := u.consentFirst(f, "v", fmt.Sprintf("(first - (least(n, 100000) << %d))", rankBit))
	return fmt.Sprintf(`SELECT cid, arg_min(v, %[2]s) AS v FROM (SELECT cid, f%[1]d AS v, count(*) AS n, min(rid) AS first FROM u_member
		WHERE f%[1]d IS NOT NULL AND cid >= $1 AND cid < $2 GROUP BY ALL) GROUP BY cid`, i, rank)
}

// make makes the tables of a build from u_merged.
func (u *unifying) make(b build) error {
	values := make([]string, len(u.def.Fields))
	for i := range values {
		values[i] = fmt.Sprintf("f%d", i)
	}
	if err := u.settleProfiles("u_merged", "profile_id", values, b); err != nil {
		return err
	}
	if _, ok := b.consent(); ok {
		for _, i := range b.emails() {
			if err := u.lose(b, i); err != nil {
				return err
			}
		}
	}
	err := u.exec(fmt.Sprintf("CREATE TABLE %s AS SELECT source, key, profile AS profile_id FROM u_id JOIN u_cluster USING (rid) JOIN u_given USING (cid)", b.unified()))
	if err != nil {
		return err
	}
	return u.keepJoins(b)
}

// lose finds the addresses that rows have and their profile, which may not be mailed, has not: they are refused as the profile's own is, for
// whoever withdrew consent is off every list, whatever address she was sent under (S6, S7).
func (u *unifying) lose(b build, i int) error {
	address := fmt.Sprintf("segue_email(r.f%d)", i)
	return u.exec(fmt.Sprintf(`CREATE TABLE %[1]s AS SELECT DISTINCT %[2]s AS address, p.profile_id FROM u_member r JOIN u_given g USING (cid)
		JOIN %[3]s p ON p.profile_id = g.profile WHERE NOT p.consented AND r.f%[4]d IS NOT NULL AND %[5]s AND %[2]s <> p.a%[4]d`,
		b.lost(i), address, b.table(), i, isAddress(address)))
}

// keepJoins makes the tables of joins, made and refused.
func (u *unifying) keepJoins(b build) error {
	const made, refused = "u_joined", "u_refused"
	if err := u.exec("CREATE TEMP TABLE u_joined (a BIGINT, b BIGINT, rule INTEGER); CREATE TEMP TABLE u_refused (a BIGINT, b BIGINT, rule INTEGER, x BIGINT, y BIGINT)"); err != nil {
		return err
	}
	err := u.fill(made, 3, func(add func([]any) error) error {
		row := make([]any, 3)
		for _, j := range u.joins {
			row[0], row[1], row[2] = int64(j.a), int64(j.b), int32(j.rule)
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = u.fill(refused, 5, func(add func([]any) error) error {
		for _, j := range u.refused {
			if err := add([]any{int64(j.a), int64(j.b), int32(j.rule), int64(j.never[0]), int64(j.never[1])}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	row := func(name string) string {
		return fmt.Sprintf("JOIN u_id r%[1]s ON r%[1]s.rid = j.%[1]s", name)
	}
	return u.exec(fmt.Sprintf(`CREATE TABLE %[1]s AS SELECT g.profile AS profile_id, ra.source AS a_source, ra.key AS a_key, rb.source AS b_source, rb.key AS b_key, j.rule
			FROM u_joined j %[3]s %[4]s JOIN u_cluster c ON c.rid = j.a JOIN u_given g USING (cid);
		CREATE TABLE %[2]s AS SELECT ra.source AS a_source, ra.key AS a_key, rb.source AS b_source, rb.key AS b_key, j.rule,
			rx.source AS x_source, rx.key AS x_key, ry.source AS y_source, ry.key AS y_key FROM u_refused j %[3]s %[4]s %[5]s %[6]s;
		DROP TABLE u_joined; DROP TABLE u_refused`, b.joins(), b.refusedJoins(), row("a"), row("b"), row("x"), row("y")))
}
