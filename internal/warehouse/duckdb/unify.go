package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/cluster"
)

// unifying is several tables becoming one of profiles. Its temporary tables:
//
//	u_table(tbl, source)             the tables in the order of the definition
//	u_id(rid, tbl, source, key)      all rows, numbered by source and key
//	u_row(rid, tbl, key, f0 ...)     the same with the values of the fields
//	u_norm(rid, n0 ...)              what is compared
//	u_block, u_part                  the blocks of the rule at hand
//	u_cluster(rid, cid)              which cluster each row is in
//	u_known, u_claim, u_given        ids: remembered, claimed by clusters, given to clusters (see identities.go)
//	u_member(cid, rid, tbl, f0 ...)  the rows in the order of clusters, in place of u_row
//	u_merged(profile_id, f0 ...)     the profiles
type unifying struct {
	session
	req    warehouse.UnifyRequest
	def    activation.ProfileDefinition
	tables []activation.UnifyTable
	from   []table
	rows   int64
	// compared are the expressions over u_row of the columns of u_norm, by what they are of.
	compared map[compared]int
	columns  []string

	clusters *cluster.Clusters
	count    int // of clusters
	joins    []joined
	refused  []refusedJoin
	numbers  activation.UnifyNumbers
}

// compared is a field and how it is compared; an empty cleaning is the value as it is.
type compared struct {
	field string
	clean activation.Cleaning
}

// joined is a join of two rows by a rule; the rule after the last one is that of the always pairs.
type joined struct {
	a, b int32
	rule int16
}

type refusedJoin struct {
	joined
	never [2]int32
}

// maxRefused is how many refused joins are kept one by one.
const maxRefused = 10_000

// temporary are the tables that are dropped when profiles are made; what is read only is rolled back.
var temporary = [...]string{"u_table", "u_id", "u_row", "u_norm", "u_cluster", "u_known", "u_claim", "u_given", "u_member", "u_merged", "u_next"}

// Unify implements warehouse.Unifier.
func (w *Warehouse) Unify(ctx context.Context, r warehouse.UnifyRequest) (out warehouse.Unified, err error) {
	began := w.cfg.Clock()
	if err := checkRequest(r); err != nil {
		return out, err
	}
	next := build{builtAt: r.At.UTC(), def: r.Definition}
	next.def.Build = nil
	err = w.update(ctx, func(s session) error {
		u := &unifying{session: s, req: r, def: r.Definition}
		old, err := s.built()
		if err != nil && activation.CodeOf(err) != activation.CodeNotReady {
			return err
		}
		if err := u.match(); err != nil {
			return err
		}
		if out.Changes, err = u.identify(w.identities()); err != nil {
			return err
		}
		if err := u.merge(); err != nil {
			return err
		}
		next.profiles, next.dataAt = int64(u.count), u.from[0].at
		for _, f := range u.from {
			if f.at.Before(next.dataAt) {
				next.dataAt = f.at
			}
		}
		if err := s.rebuild(old, &next, func() error { return u.make(next) }); err != nil {
			return err
		}
		for _, name := range temporary {
			if err := s.exec("DROP TABLE IF EXISTS temp." + name); err != nil {
				return err
			}
		}
		out.Build.Unified = &u.numbers
		return w.identities().publish()
	})
	if err != nil {
		w.identities().sweep()
		return warehouse.Unified{}, fmt.Errorf("unify the tables: %w", err)
	}
	out.Build.At, out.Build.Profiles, out.Build.Snapshot = r.At, next.profiles, next.snapshot
	out.Build.DurationMS = w.cfg.Clock().Sub(began).Milliseconds()
	return out, nil
}

func checkRequest(r warehouse.UnifyRequest) error {
	if err := r.Definition.Validate(); err != nil {
		return err
	}
	if r.Definition.Unify == nil {
		return activation.Errorf(activation.CodeInvalid, "the definition does not say how tables are unified")
	}
	return nil
}

// PreviewUnify implements warehouse.Unifier.
func (w *Warehouse) PreviewUnify(ctx context.Context, r warehouse.UnifyRequest, samples int) (p warehouse.UnifyPreview, err error) {
	if err := checkRequest(r); err != nil {
		return p, err
	}
	err = w.read(ctx, func(s session) error {
		u := &unifying{session: s, req: r, def: r.Definition}
		if err := u.match(); err != nil {
			return err
		}
		p.Numbers = u.numbers
		if p.Refused, err = u.refusals(samples); err != nil {
			return err
		}
		p.Clusters, err = u.samples(samples)
		return err
	})
	if err != nil {
		return warehouse.UnifyPreview{}, fmt.Errorf("preview the unification: %w", err)
	}
	return p, nil
}

// match puts the rows of all tables together and joins them.
func (u *unifying) match() error {
	if err := u.collect(); err != nil {
		return err
	}
	if err := u.normalise(); err != nil {
		return err
	}
	if u.rows > cluster.Most {
		return activation.Errorf(activation.CodeSourceRefused, "the tables have more than %d rows together", cluster.Most)
	}
	u.clusters = cluster.New(int(u.rows))
	rules := u.def.Unify.Rules
	u.numbers.Rules = make([]activation.RuleNumber, len(rules))
	for i, r := range rules {
		u.numbers.Rules[i].Name = r.Name
	}
	if err := u.pairs(); err != nil {
		return err
	}
	for i := range rules {
		if err := u.rule(i); err != nil {
			return fmt.Errorf("rule %q: %w", rules[i].Name, err)
		}
	}
	return u.number()
}

// collect makes u_table, u_row: every row of every table, its key and its values.
func (u *unifying) collect() error {
	u.tables = u.def.AllTables()
	u.from = make([]table, len(u.tables))
	if err := u.exec("CREATE TEMP TABLE u_table (tbl INTEGER, source VARCHAR)"); err != nil {
		return err
	}
	keys := make([]string, len(u.tables))
	for i, t := range u.tables {
		from, err := u.table(t.Source)
		if activation.CodeOf(err) == activation.CodeNotFound {
			return activation.Errorf(activation.CodeNotReady, "a source of the profiles has not been taken over yet").
				WithRemedy("Ingest it first: segue source ingest").WithField(fmt.Sprintf("tables[%d].source_id", i))
		}
		if err != nil {
			return err
		}
		u.from[i] = from
		if err := u.checkKey(from, t.Key); err != nil {
			return at(err, fmt.Sprintf("tables[%d].key", i))
		}
		if err := u.exec("INSERT INTO u_table VALUES (?, ?)", i, string(t.Source)); err != nil {
			return err
		}
		keys[i] = fmt.Sprintf("SELECT %d AS tbl, %s AS key FROM %s", i, u.keyOf(i), from.name())
		u.rows += from.rows
	}
	err := u.exec("CREATE TEMP TABLE u_id AS SELECT row_number() OVER (ORDER BY source, key) - 1 AS rid, tbl, source, key FROM (" +
		strings.Join(keys, " UNION ALL ") + ") JOIN u_table USING (tbl)")
	if err != nil {
		return err
	}
	parts := make([]string, len(u.tables))
	for i := range u.tables {
		join := fmt.Sprintf("JOIN u_id i ON i.tbl = %d AND i.key = %s", i, u.keyOf(i))
		if parts[i], err = u.values(i, "i.rid", join); err != nil {
			return err
		}
	}
	return u.exec("CREATE TEMP TABLE u_row AS " + strings.Join(parts, " UNION ALL "))
}

// keyOf is the expression of the key of a row of a table.
func (u *unifying) keyOf(i int) string {
	col, kind, _ := u.from[i].column(u.tables[i].Key)
	return canonical(col, kind)
}

// values is the query of the rows of a table, as u_row has them, under a number and after a join.
func (u *unifying) values(i int, rid, join string) (string, error) {
	from, t := u.from[i], u.tables[i]
	columns := []string{rid + " AS rid", fmt.Sprintf("%d AS tbl", i), u.keyOf(i) + " AS key"}
	for n, f := range u.def.Fields {
		value := "NULL::" + sqlType(f.Type)
		if column := t.Columns[f.Name]; column != "" {
			f.Column = column
			var err error
			if value, err = u.value(from, f); err != nil {
				return "", at(err, fmt.Sprintf("tables[%d].columns", i))
			}
		}
		columns = append(columns, fmt.Sprintf("%s AS f%d", value, n))
	}
	return fmt.Sprintf("SELECT %s FROM %s %s", strings.Join(columns, ", "), from.name(), join), nil
}

// at says which part of the definition an error is about.
func at(err error, field string) error {
	if e, ok := err.(*activation.Error); ok { //nolint:errorlint // only what was made here, not what it wraps
		return e.WithField(field)
	}
	return err
}

// normalise makes u_norm: one column for each way in which a field is compared.
func (u *unifying) normalise() error {
	query, args := u.normal("u_row")
	return u.exec("CREATE TEMP TABLE u_norm AS "+query, args...)
}

// normal is the query of what is compared of rows such as those of u_row.
func (u *unifying) normal(rows string) (query string, args []any) {
	u.compared, u.columns = map[compared]int{}, nil
	for _, r := range u.def.Unify.Rules {
		for _, c := range r.Conditions {
			u.comparison(c)
		}
		for _, x := range r.Unless {
			u.exception(x)
		}
	}
	columns := []string{"rid"}
	for i, c := range u.columns {
		columns = append(columns, fmt.Sprintf("%s AS n%d", c, i))
	}
	query = "SELECT " + strings.Join(columns, ", ") + " FROM " + rows
	return query, slices.Repeat([]any{u.def.Region}, strings.Count(query, "?"))
}

// comparison returns the column of u_norm that a condition compares.
func (u *unifying) comparison(c activation.MatchCondition) string {
	if c.Kind == activation.MatchExact {
		return u.column(compared{field: c.Field})
	}
	return u.exception(activation.MatchException{Field: c.Field, Clean: c.Clean})
}

func (u *unifying) exception(x activation.MatchException) string {
	f, _ := u.def.FieldNamed(x.Field)
	switch {
	case f.Type != activation.TypeText:
		return u.column(compared{field: x.Field})
	case x.Clean == "":
		return u.column(compared{x.Field, f.Cleaned()})
	}
	return u.column(compared{x.Field, x.Clean})
}

func (u *unifying) column(c compared) string {
	n, ok := u.compared[c]
	if !ok {
		n = len(u.columns)
		u.compared[c] = n
		u.columns = append(u.columns, u.expression(c))
	}
	return fmt.Sprintf("n%d", n)
}

// expression is what is compared of a row of u_row; missing and unusable values are NULL.
func (u *unifying) expression(c compared) string {
	i := position(u.def, c.field)
	col := fmt.Sprintf("f%d", i)
	switch c.clean {
	case "":
		return canonical(col, u.def.Fields[i].Type)
	case activation.CleanEmail:
		e := "segue_email(" + col + ")"
		return "CASE WHEN " + isAddress(e) + " THEN " + e + " END"
	case activation.CleanPhone:
		country := "''"
		if n, ok := (build{def: u.def}).meaning(activation.SemanticCountry); ok {
			country = fmt.Sprintf("coalesce(f%d, '')", n)
		}
		p := "segue_phone(" + col + ", " + country + ", ?::VARCHAR)"
		return "nullif(regexp_extract(" + p + ", '^[+].*'), '')"
	}
	return "nullif(segue_comparable(" + col + ", " + literal(string(c.clean)) + "), '')"
}
