package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"segue/internal/activation"
)

// build is the profile table as it was built: what is evaluated is evaluated on this definition, whatever was changed since.
//
// The table profile_<snapshot> has profile_id, consented where there is a consent field, for each field i its value f<i>,
// for an e-mail field a<i> (the address, or why it is unusable), for a phone h<i> (E.164, or why it is unusable; NULL if missing).
// shared_<snapshot>_<i> has, for each address of the e-mail field i that several profiles have, or one in several fields, its winner,
// which may have it in another e-mail field, and its refusal.
//
// Of profiles that were unified from several tables there are also unified_<snapshot>, which row became which profile,
// join_<snapshot> and refused_join_<snapshot>, and where there is a consent field lost_<snapshot>_<i>: addresses that rows have and their
// profile, which may not be mailed, has not. Such an address is refused whoever else has it, and shared_<snapshot>_<i> has it, without a
// winner where nobody has.
type build struct {
	snapshot int64
	profiles int64
	builtAt  time.Time
	dataAt   time.Time
	def      activation.ProfileDefinition
}

func (b build) table() string         { return fmt.Sprintf("profile_%d", b.snapshot) }
func (b build) shared(i int) string   { return fmt.Sprintf("shared_%d_%d", b.snapshot, i) }
func (b build) lost(i int) string     { return fmt.Sprintf("lost_%d_%d", b.snapshot, i) }
func (b build) unified() string       { return fmt.Sprintf("unified_%d", b.snapshot) }
func (b build) joins() string         { return fmt.Sprintf("join_%d", b.snapshot) }
func (b build) refusedJoins() string  { return fmt.Sprintf("refused_join_%d", b.snapshot) }
func (b build) consent() (int, bool)  { return b.meaning(activation.SemanticConsent) }
func (b build) emails() (list []int)  { return b.meanings(activation.SemanticEmail) }
func (b build) position(f string) int { return position(b.def, f) }

func position(d activation.ProfileDefinition, name string) int {
	for i, f := range d.Fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

func (b build) meaning(s activation.SemanticType) (int, bool) {
	list := b.meanings(s)
	if len(list) == 0 {
		return 0, false
	}
	return list[0], true
}

func (b build) meanings(s activation.SemanticType) (list []int) {
	for i, f := range b.def.Fields {
		if f.Semantic == s {
			list = append(list, i)
		}
	}
	return list
}

// built finds the last build, CodeNotReady if there is none.
func (s session) built() (b build, err error) {
	var definition string
	err = s.row("SELECT snapshot, profiles, built_at, data_at, definition FROM build", nil, &b.snapshot, &b.profiles, &b.builtAt, &b.dataAt, &definition)
	if errors.Is(err, sql.ErrNoRows) {
		return b, activation.Errorf(activation.CodeNotReady, "the unified profiles are not built yet").
			WithRemedy("Ingest the source and build them: segue source ingest, segue profile build")
	}
	if err != nil {
		return b, err
	}
	b.builtAt, b.dataAt = b.builtAt.UTC(), b.dataAt.UTC()
	return b, json.Unmarshal([]byte(definition), &b.def)
}

// BuildProfiles implements warehouse.Warehouse.
func (w *Warehouse) BuildProfiles(ctx context.Context, d activation.ProfileDefinition, at time.Time) (activation.ProfileBuild, error) {
	began := w.cfg.Clock()
	if err := d.Validate(); err != nil {
		return activation.ProfileBuild{}, err
	}
	if d.Unify != nil {
		return activation.ProfileBuild{}, activation.Errorf(activation.CodeInternal, "profiles of several tables are not built but unified")
	}
	next := build{builtAt: at.UTC(), def: d}
	next.def.Build = nil
	err := w.update(ctx, func(s session) error {
		from, err := s.table(d.Source)
		if activation.CodeOf(err) == activation.CodeNotFound {
			return activation.Errorf(activation.CodeNotReady, "the source of the profiles has not been taken over yet").
				WithRemedy("Ingest it first: segue source ingest")
		}
		if err != nil {
			return err
		}
		old, err := s.built()
		if err != nil && activation.CodeOf(err) != activation.CodeNotReady {
			return err
		}
		next.profiles, next.dataAt = from.rows, from.at
		return s.rebuild(old, &next, func() error {
			if err := s.checkKey(from, next.def.Key); err != nil {
				return err
			}
			return s.makeProfiles(from, next)
		})
	})
	if err != nil {
		return activation.ProfileBuild{}, fmt.Errorf("build the profiles: %w", err)
	}
	return activation.ProfileBuild{At: at, Profiles: next.profiles, Snapshot: next.snapshot, DurationMS: w.cfg.Clock().Sub(began).Milliseconds()}, nil
}

// rebuild makes the tables of a build, those of the profiles by make, and drops those of the one before.
func (s session) rebuild(old build, next *build, make func() error) error {
	if err := s.row("SELECT nextval('snapshot_number')", nil, &next.snapshot); err != nil {
		return err
	}
	if err := make(); err != nil {
		return err
	}
	for _, i := range next.emails() {
		if err := s.makeShared(*next, i); err != nil {
			return err
		}
	}
	definition, err := json.Marshal(next.def)
	if err != nil {
		return err
	}
	if err := s.exec("DELETE FROM build"); err != nil {
		return err
	}
	if err := s.exec("INSERT INTO build VALUES (?, ?, ?, ?, ?)", next.snapshot, next.profiles, next.builtAt, next.dataAt, string(definition)); err != nil {
		return err
	}
	if old.snapshot == 0 {
		return nil
	}
	for _, name := range old.tables() {
		if err := s.exec("DROP TABLE " + name); err != nil {
			return err
		}
	}
	return nil
}

// tables lists the tables of a build.
func (b build) tables() []string {
	list := []string{b.table()}
	_, consent := b.consent()
	for _, i := range b.emails() {
		list = append(list, b.shared(i))
		if b.def.Unify != nil && consent {
			list = append(list, b.lost(i))
		}
	}
	if b.def.Unify != nil {
		list = append(list, b.unified(), b.joins(), b.refusedJoins())
	}
	return list
}

// checkKey holds that the key is there and unique. It counts and shows no value.
func (s session) checkKey(from table, key string) error {
	col, kind, ok := from.column(key)
	if !ok {
		return activation.Errorf(activation.CodeSourceRefused, "the table has no column %q, the key", key).
			WithRemedy("Put it back into the file and ingest it, or choose another key").WithField("key")
	}
	col = canonical(col, kind)
	var missing, keys, rows int64
	err := s.row(fmt.Sprintf(`SELECT coalesce(sum(n) FILTER (k IS NULL), 0)::BIGINT, count(*) FILTER (k IS NOT NULL AND n > 1),
		coalesce(sum(n) FILTER (k IS NOT NULL AND n > 1), 0)::BIGINT FROM (SELECT %s AS k, count(*) AS n FROM %s GROUP BY 1 HAVING k IS NULL OR n > 1)`, col, from.name()),
		nil, &missing, &keys, &rows)
	if err != nil {
		return err
	}
	if missing+keys == 0 {
		return nil
	}
	var parts, which []string
	remedy := "Mend the rows in the source (counted in its order, without the header and rows that were put aside), or choose a column that names every customer once"
	if missing > 0 {
		parts = append(parts, fmt.Sprintf("missing in %s", count(missing, "row", "rows")))
		list, err := s.rowsWhere(from, "("+col+") IS NULL")
		if err != nil {
			return err
		}
		which = append(which, "missing in "+list)
	}
	if keys > 0 {
		parts = append(parts, fmt.Sprintf("not unique: %s in %d rows", count(keys, "value occurs", "values occur"), rows))
		list, err := s.rowsWhere(from, fmt.Sprintf("(%[1]s) = (SELECT k FROM (SELECT %[1]s AS k, min(rowid) AS first FROM %[2]s GROUP BY 1 HAVING count(*) > 1) "+
			"WHERE k IS NOT NULL ORDER BY first LIMIT 1)", col, from.name()))
		if err != nil {
			return err
		}
		which = append(which, "the same in "+list)
		remedy += ". Where several rows are one customer, take a column that differs in each row, and let rules of unification join them"
	}
	return activation.Errorf(activation.CodeSourceRefused, "the key %q is %s (%s)", key, strings.Join(parts, " and "), strings.Join(which, "; ")).
		WithRemedy(remedy).WithField("key")
}

// rowsNamed is how many rows an error names.
const rowsNamed = 5

// rowsWhere names the first rows of a table that a condition holds for, by their places in the source.
func (s session) rowsWhere(from table, condition string) (string, error) {
	var list []string
	err := s.rows(fmt.Sprintf("SELECT rowid + 1 FROM %s WHERE %s ORDER BY rowid LIMIT %d", from.name(), condition, rowsNamed+1), nil, func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		list = append(list, fmt.Sprint(n))
		return err
	})
	switch {
	case err != nil:
		return "", err
	case len(list) == 1:
		return "row " + list[0], nil
	case len(list) > rowsNamed:
		return "rows " + strings.Join(list[:rowsNamed], ", ") + " ...", nil
	}
	return "rows " + strings.Join(list, ", "), nil
}

// count says how many there are.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// makeProfiles makes the table of profiles with everything that can be told from one row.
func (s session) makeProfiles(from table, b build) error {
	values := make([]string, len(b.def.Fields))
	for i, f := range b.def.Fields {
		var err error
		if values[i], err = s.value(from, f); err != nil {
			return err
		}
	}
	key, kind, _ := from.column(b.def.Key)
	return s.settleProfiles(from.name(), canonical(key, kind), values, b)
}

// settleProfiles makes the table of profiles from rows that are one profile each: id and values are expressions over them.
func (s session) settleProfiles(from, id string, values []string, b build) error {
	columns, country, args := []string{id + " AS profile_id"}, "''", []any{}
	for i, f := range b.def.Fields {
		columns = append(columns, fmt.Sprintf("%s AS f%d", values[i], i))
		if f.Semantic == activation.SemanticCountry {
			country = fmt.Sprintf("coalesce(%s, '')", values[i])
		}
	}
	for i, f := range b.def.Fields {
		switch f.Semantic {
		case activation.SemanticEmail:
			columns = append(columns, fmt.Sprintf("coalesce(segue_email(%s), ?::VARCHAR) AS a%d", values[i], i))
			args = append(args, string(activation.EmailMissing))
		case activation.SemanticPhone:
			columns = append(columns, fmt.Sprintf("segue_phone(%s, %s, ?::VARCHAR) AS h%d", values[i], country, i))
			args = append(args, b.def.Region)
		case activation.SemanticConsent:
			columns = append(columns, fmt.Sprintf("coalesce(segue_consent(%s) = 'given', false) AS consented", canonical(values[i], f.Type)))
		}
	}
	return s.exec(fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s", b.table(), strings.Join(columns, ", "), from), args...)
}

// isAddress and isPhone tell a result of segue_email and segue_phone from a reason code.
func isAddress(sql string) string { return "contains(" + sql + ", '@')" }
func isPhone(sql string) string   { return "starts_with(" + sql + ", '+')" }

// value is the expression of a field's value. A column whose type is another than the field's is converted where that loses
// nothing, and refused where it would.
func (s session) value(from table, f activation.Field) (string, error) {
	col, kind, ok := from.column(f.Column)
	if !ok {
		return "", activation.Errorf(activation.CodeSourceRefused, "the table has no column %q, from which the field %q is made", f.Column, f.Name).
			WithRemedy("Put it back into the file and ingest it, or change the profile")
	}
	if kind == f.Type {
		return col, nil
	}
	if f.Type == activation.TypeText {
		return canonical(col, kind), nil
	}
	if kind == activation.TypeDate && f.Type == activation.TypeDateTime {
		return col + "::TIMESTAMP", nil
	}
	var values int64
	if err := s.row(fmt.Sprintf("SELECT count(%s) FROM %s", col, from.name()), nil, &values); err != nil {
		return "", err
	}
	if values == 0 {
		return "NULL::" + sqlType(f.Type), nil
	}
	return "", activation.Errorf(activation.CodeSourceRefused, "the column %q holds %s, the field %q wants %s", f.Column, kind, f.Name, f.Type).
		WithRemedy("State the type of the column in the source and ingest it, or change the field's type")
}

// makeShared finds the addresses of the e-mail field i that several profiles have, through whichever e-mail fields, and settles once for
// all exports who speaks for them (S5) and whether they may be mailed (S6): the most recently updated profile wins, then the
// smallest id, never the order of rows or the field (ADR 0043); consent counts only if all of them gave it (ADR 0015).
func (s session) makeShared(b build, i int) error {
	consented := "true"
	if _, ok := b.consent(); ok {
		consented = "consented"
	}
	updated := "NULL::TIMESTAMP"
	if u, ok := b.meaning(activation.SemanticUpdatedAt); ok {
		updated = fmt.Sprintf("f%d::TIMESTAMP", u)
	}
	var holders []string
	alone := ""
	for _, j := range b.emails() {
		address := fmt.Sprintf("a%d", j)
		holders = append(holders, fmt.Sprintf("SELECT %s AS address, profile_id, %s AS consented, %s AS updated, true AS holds, %t AS here FROM %s WHERE %s",
			address, consented, updated, j == i, b.table(), isAddress(address)))
		if _, ok := b.consent(); ok && b.def.Unify != nil {
			holders = append(holders, fmt.Sprintf("SELECT address, profile_id, false, NULL, false, %t FROM %s", j == i, b.lost(j)))
			alone = " OR NOT bool_and(holds)"
		}
	}
	here := ""
	if len(b.emails()) > 1 {
		here = " HAVING bool_or(here)"
	}
	return s.exec(fmt.Sprintf(`CREATE TABLE %[1]s AS WITH holder AS (%[2]s) SELECT address,
			min({'missing': updated IS NULL, 'age': coalesce(-epoch_us(updated), 0), 'id': profile_id}) FILTER (holds).id AS winner,
			CASE WHEN bool_and(consented) THEN NULL WHEN bool_or(consented) THEN '%[3]s' ELSE '%[4]s' END AS refusal
		FROM holder WHERE address IN (SELECT address FROM holder GROUP BY 1 HAVING count(*) > 1%[5]s) GROUP BY 1%[6]s`,
		b.shared(i), strings.Join(holders, " UNION ALL "), activation.ReasonConsentConflict, activation.ReasonNoConsent, alone, here))
}

// people is the query of all profiles seen through the e-mail field i: with address, why it is unusable, winner and refusal.
func (b build) people(i int) string {
	alone := "NULL"
	if _, ok := b.consent(); ok {
		alone = "CASE WHEN NOT p.consented THEN '" + activation.ReasonNoConsent + "' END"
	}
	usable := isAddress(fmt.Sprintf("p.a%d", i))
	return fmt.Sprintf(`(SELECT p.*, CASE WHEN %[5]s THEN p.a%[1]d END AS address, CASE WHEN NOT %[5]s THEN p.a%[1]d END AS unusable,
		CASE WHEN %[5]s THEN coalesce(s.winner, p.profile_id) END AS winner,
		CASE WHEN NOT %[5]s THEN NULL WHEN s.address IS NOT NULL THEN s.refusal ELSE %[2]s END AS refusal
		FROM %[3]s p LEFT JOIN %[4]s s ON s.address = p.a%[1]d)`, i, alone, b.table(), b.shared(i), usable)
}

// speakers is the query of the addresses of the e-mail field i, each with the profile that speaks for it: as people, with one row an address.
// With one e-mail field every winner has the address there.
func (b build) speakers(i int) string {
	if len(b.emails()) == 1 {
		return b.people(i)
	}
	return fmt.Sprintf(`(SELECT p.*, q.address, q.winner, q.refusal FROM (SELECT DISTINCT address, winner, refusal FROM %s WHERE address IS NOT NULL) q
		JOIN %s p ON p.profile_id = q.winner)`, b.people(i), b.table())
}

// unheld is the query of the addresses that nobody has and that are refused all the same: rows of unified profiles have them.
func (b build) unheld(i int) string {
	return "SELECT address, refusal FROM " + b.shared(i) + " WHERE winner IS NULL"
}

// canonical is the expression of a value's canonical text (see warehouse.MembersRequest).
func canonical(col string, t activation.FieldType) string {
	switch t {
	case activation.TypeNumber:
		return fmt.Sprintf(`CASE WHEN %[1]s = trunc(%[1]s) AND abs(%[1]s) < 1e15 THEN %[1]s::BIGINT::VARCHAR
			WHEN abs(%[1]s) >= 1e-4 AND abs(%[1]s) < 1e15 THEN %[1]s::VARCHAR ELSE segue_number(%[1]s) END`, col)
	case activation.TypeDate, activation.TypeBoolean:
		return col + "::VARCHAR"
	case activation.TypeDateTime:
		return "replace(" + col + "::VARCHAR, ' ', 'T') || 'Z'"
	default:
		return col
	}
}
