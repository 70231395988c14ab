package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// ruleName names a rule by its place; the one after the last stands for always pairs.
func ruleName(d activation.ProfileDefinition, rule int) string {
	if rule < 0 || rule >= len(d.Unify.Rules) {
		return string(activation.PairAlways)
	}
	return d.Unify.Rules[rule].Name
}

// samples are the largest clusters of a preview.
func (u *unifying) samples(limit int) ([]warehouse.Cluster, error) {
	err := u.exec(`CREATE TEMP TABLE u_want AS SELECT w.place, ''::VARCHAR AS profile_id, r.source, r.key, r.rid FROM
			(SELECT cid, row_number() OVER (ORDER BY count(*) DESC, cid) AS place FROM u_cluster GROUP BY cid HAVING count(*) > 1 ORDER BY count(*) DESC, cid LIMIT ?) w
			JOIN u_cluster USING (cid) JOIN u_id r USING (rid)`, max(limit, 0))
	if err != nil {
		return nil, err
	}
	list, at, err := u.wanted()
	if err != nil {
		return nil, err
	}
	refs, err := u.refs("SELECT rid FROM u_want")
	if err != nil {
		return nil, err
	}
	for _, j := range u.joins {
		a, ok := refs[j.a]
		if !ok {
			continue
		}
		c := &list[at[a]]
		c.Joins = append(c.Joins, warehouse.Join{A: a, B: refs[j.b], Rule: ruleName(u.def, int(j.rule))})
	}
	return list, nil
}

// refs names rows by table and key.
func (u *unifying) refs(which string) (map[int32]activation.RowRef, error) {
	refs := map[int32]activation.RowRef{}
	return refs, u.session.rows("SELECT rid, source, key FROM u_id WHERE rid IN ("+which+")", nil, func(scan func(...any) error) error {
		var rid int32
		var r activation.RowRef
		err := scan(&rid, &r.Source, &r.Key)
		refs[rid] = r
		return err
	})
}

// refusals are the first joins that were refused.
func (u *unifying) refusals(limit int) (list []warehouse.RefusedJoin, err error) {
	first := u.refused[:min(len(u.refused), max(limit, 0))]
	if len(first) == 0 {
		return nil, nil
	}
	var ids []string
	for _, j := range first {
		ids = append(ids, fmt.Sprintf("%d, %d, %d, %d", j.a, j.b, j.never[0], j.never[1]))
	}
	refs, err := u.refs(strings.Join(ids, ", "))
	if err != nil {
		return nil, err
	}
	for _, j := range first {
		list = append(list, warehouse.RefusedJoin{
			Join:  warehouse.Join{A: refs[j.a], B: refs[j.b], Rule: ruleName(u.def, int(j.rule))},
			Never: [2]activation.RowRef{refs[j.never[0]], refs[j.never[1]]},
		})
	}
	return list, nil
}

// wanted returns the clusters of u_want with the rows and their values as the tables are now, and at which place the cluster of each row is.
func (u *unifying) wanted() (list []warehouse.Cluster, at map[activation.RowRef]int, err error) {
	fields := make([]string, len(u.def.Fields))
	for i, f := range u.def.Fields {
		fields[i] = f.Name
	}
	at = map[activation.RowRef]int{}
	last := int64(-1)
	err = u.session.rows("SELECT place, profile_id, source, key FROM u_want ORDER BY place, source, key", nil, func(scan func(...any) error) error {
		var place int64
		var profile string
		var row warehouse.ClusterRow
		if err := scan(&place, &profile, &row.Row.Source, &row.Row.Key); err != nil {
			return err
		}
		if place != last {
			list, last = append(list, warehouse.Cluster{Profile: profile, Fields: fields}), place
		}
		c := &list[len(list)-1]
		c.Rows = append(c.Rows, row)
		at[row.Row] = len(list) - 1
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range u.tables {
		if err := u.fillValues(i, list, at); err != nil {
			return nil, nil, err
		}
	}
	return list, at, nil
}

// fillValues reads the values of the wanted rows of a table; one that is not there any more, or has other columns, leaves them out.
func (u *unifying) fillValues(i int, list []warehouse.Cluster, at map[activation.RowRef]int) error {
	source := u.tables[i].Source
	if u.from[i].number == 0 {
		return nil
	}
	if _, _, ok := u.from[i].column(u.tables[i].Key); !ok {
		return nil
	}
	query, err := u.values(i, "0", "JOIN u_want w ON w.source = "+literal(string(source))+" AND w.key = "+u.keyOf(i))
	if activation.CodeOf(err) == activation.CodeSourceRefused {
		return nil
	}
	if err != nil {
		return err
	}
	columns := []string{"key"}
	for n, f := range u.def.Fields {
		columns = append(columns, "coalesce("+canonical(fmt.Sprintf("f%d", n), f.Type)+", '')")
	}
	return u.session.rows("SELECT "+strings.Join(columns, ", ")+" FROM ("+query+")", nil, func(scan func(...any) error) error {
		ref, values := activation.RowRef{Source: source}, make([]string, len(u.def.Fields))
		into := []any{&ref.Key}
		for n := range values {
			into = append(into, &values[n])
		}
		if err := scan(into...); err != nil {
			return err
		}
		rows := list[at[ref]].Rows
		if n := slices.IndexFunc(rows, func(r warehouse.ClusterRow) bool { return r.Row == ref }); n >= 0 {
			rows[n].Values = values
		}
		return nil
	})
}

// asBuilt is the unification that the profiles were built by, on the tables as they are now; those that are gone are zero.
func (s session) asBuilt(b build) (*unifying, error) {
	u := &unifying{session: s, def: b.def, tables: b.def.AllTables()}
	u.from = make([]table, len(u.tables))
	for i, t := range u.tables {
		var err error
		if u.from[i], err = s.table(t.Source); err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return nil, err
		}
	}
	return u, nil
}

// Clusters implements warehouse.Unifier.
func (w *Warehouse) Clusters(ctx context.Context, q warehouse.ClusterQuery) (list []warehouse.Cluster, err error) {
	err = w.read(ctx, func(s session) error {
		b, err := s.built()
		if err != nil || b.def.Unify == nil {
			return err
		}
		list, err = s.clusters(b, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list clusters: %w", err)
	}
	return list, nil
}

func (s session) clusters(b build, q warehouse.ClusterQuery) ([]warehouse.Cluster, error) {
	from, where, args := b.joins(), "profile_id > ?::VARCHAR", []any{q.After}
	if q.Profile != "" {
		from, where, args = b.unified(), where+" AND profile_id = ?::VARCHAR", append(args, q.Profile)
	}
	if q.Rule != "" {
		rule := slices.IndexFunc(b.def.Unify.Rules, func(r activation.MatchRule) bool { return strings.EqualFold(r.Name, q.Rule) })
		if rule < 0 && !strings.EqualFold(q.Rule, string(activation.PairAlways)) {
			return nil, activation.Errorf(activation.CodeNotFound, "the profiles were built without a rule %q", q.Rule)
		}
		if rule < 0 {
			rule = len(b.def.Unify.Rules)
		}
		where, args = where+" AND profile_id IN (SELECT profile_id FROM "+b.joins()+" WHERE rule = ?)", append(args, rule)
	}
	err := s.exec(fmt.Sprintf(`CREATE TEMP TABLE u_want AS SELECT dense_rank() OVER (ORDER BY u.profile_id) AS place, u.* FROM %s u
		WHERE profile_id IN (SELECT DISTINCT profile_id FROM %s WHERE %s ORDER BY 1 LIMIT ?)`, b.unified(), from, where), append(args, max(q.Limit, 0))...)
	if err != nil {
		return nil, err
	}
	u, err := s.asBuilt(b)
	if err != nil {
		return nil, err
	}
	list, at, err := u.wanted()
	if err != nil {
		return nil, err
	}
	joins, err := s.joinsOf(b, "SELECT profile_id FROM u_want")
	for _, j := range joins {
		c := &list[at[j.A]]
		c.Joins = append(c.Joins, j)
	}
	return list, err
}

// joinsOf returns the joins of profiles, in the order of rules and rows.
func (s session) joinsOf(b build, profiles string, args ...any) (list []warehouse.Join, err error) {
	return list, s.rows("SELECT a_source, a_key, b_source, b_key, rule FROM "+b.joins()+" WHERE profile_id IN ("+profiles+") ORDER BY rule, 1, 2, 3, 4", args,
		func(scan func(...any) error) error {
			var j warehouse.Join
			var rule int
			err := scan(&j.A.Source, &j.A.Key, &j.B.Source, &j.B.Key, &rule)
			j.Rule = ruleName(b.def, rule)
			list = append(list, j)
			return err
		})
}
