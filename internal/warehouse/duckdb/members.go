package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// WriteMembers implements warehouse.Warehouse.
func (w *Warehouse) WriteMembers(ctx context.Context, r warehouse.MembersRequest) (h warehouse.HandOver, err error) {
	if err := checkTarget(r); err != nil {
		return h, err
	}
	files := newFiles(r.Dir, r.Name)
	defer files.sweep()
	if err := files.make(); err != nil {
		return h, err
	}
	err = w.read(ctx, func(s session) error {
		h, err = s.handOver(r, files)
		return err
	})
	if err == nil {
		err = files.publish()
	}
	if err != nil {
		return warehouse.HandOver{}, fmt.Errorf("write the members: %w", err)
	}
	h.MembersPath, h.AddressesPath, h.RefusalsPath = files.final[0], files.final[1], files.final[2]
	return h, nil
}

func checkTarget(r warehouse.MembersRequest) error {
	if r.Name == "" || r.Name != filepath.Base(r.Name) || strings.HasPrefix(r.Name, ".") || strings.ContainsAny(r.Name, "*?[]{}\x00/\\") {
		return activation.Errorf(activation.CodeInvalid, "the name of the hand-over is no plain file name").WithField("name")
	}
	if len(r.Segments) == 0 {
		return activation.Errorf(activation.CodeInvalid, "at least one segment is needed").WithField("segments")
	}
	return nil
}

// handOver writes the three files from one snapshot.
func (s session) handOver(r warehouse.MembersRequest, files *files) (h warehouse.HandOver, err error) {
	b, err := s.built()
	if err != nil {
		return h, err
	}
	if err := r.Mapping.Validate(b.def); err != nil {
		return h, activation.Errorf(activation.CodeCannotEvaluate, "the mapping does not fit the profiles as they were built: %w", err).
			WithRemedy("Build the profiles again, or mend the mapping")
	}
	x, err := s.selection(b, r.Scope, r.AsOf, r.Zone)
	if err != nil {
		return h, err
	}
	member, err := x.union(r.Segments)
	if err != nil {
		return h, err
	}
	h.Snapshot, h.DataAt, h.Evaluated = b.snapshot, b.dataAt, x.evaluated
	email := b.position(r.Mapping.Email)
	people := b.people(email)
	refused := fmt.Sprintf("SELECT address, refusal AS reason FROM %s WHERE refusal IS NOT NULL AND winner = profile_id UNION ALL %s ORDER BY address", people, b.unheld(email))
	if _, ok := b.consent(); ok && len(b.emails()) > 1 {
		if err := s.withdrawn(b); err != nil {
			return h, err
		}
		refused = "SELECT address, refusal AS reason FROM withdrawn ORDER BY address"
	}
	stmt, args := x.statement("p.profile_id, p.address, coalesce(p.unusable, p.refusal) AS problem, p.winner", people, member.SQL, member.Args...)
	if err := s.exec("CREATE TEMP TABLE handed AS "+stmt, args...); err != nil {
		return h, x.told(err)
	}
	if h.Members, err = s.copy("SELECT * FROM handed ORDER BY profile_id", files.temp[0]); err != nil {
		return h, err
	}
	addresses, err := s.addresses(b, r.Mapping, b.speakers(email))
	if err != nil {
		return h, err
	}
	if h.Addresses, err = s.copy(addresses, files.temp[1]); err != nil {
		return h, err
	}
	h.Refusals, err = s.copy(refused, files.temp[2])
	return h, err
}

// withdrawn makes the temporary table of addresses that are refused through any e-mail field: another export may go by another one,
// and consent is a property of the profile, not of a field (S6, S7).
func (s session) withdrawn(b build) error {
	var all []string
	for _, i := range b.emails() {
		all = append(all, "SELECT address, refusal FROM "+b.people(i)+" WHERE refusal IS NOT NULL", b.unheld(i))
	}
	// Whatever the field, it is one refusal.
	return s.exec("CREATE TEMP TABLE withdrawn AS SELECT address, min(refusal) AS refusal FROM (" + strings.Join(all, " UNION ALL ") + ") WHERE refusal IS NOT NULL GROUP BY address")
}

// addresses is the query of the addresses that are wanted, with the values of their winners. What identifies a contact and
// belongs to two winners, refused ones included, is withheld from both (S10).
func (s session) addresses(b build, m activation.Mapping, speakers string) (string, error) {
	columns := []string{"p.address", "p.profile_id"}
	problems := make([]string, 0, len(m.Attributes))
	joins := ""
	for n, a := range m.Attributes {
		i := b.position(a.Field)
		f := b.def.Fields[i]
		value, problem := canonical(fmt.Sprintf("p.f%d", i), f.Type), "NULL"
		if f.Semantic == activation.SemanticPhone {
			h := fmt.Sprintf("p.h%d", i)
			value, problem = fmt.Sprintf("CASE WHEN %s THEN %s END", isPhone(h), h), fmt.Sprintf("CASE WHEN NOT %s THEN %s END", isPhone(h), h)
		}
		if !a.IsIdentifier() {
			columns = append(columns, fmt.Sprintf("%s AS v%d", value, n))
			problems = append(problems, fmt.Sprintf("NULL::VARCHAR AS p%d", n))
			continue
		}
		reason := activation.ReasonIdentifierShard
		if a.IsPhone() {
			reason = activation.ReasonPhoneShared
		}
		err := s.exec(fmt.Sprintf("CREATE TEMP TABLE shared_value_%d AS SELECT %s AS value FROM %s p WHERE p.winner = p.profile_id GROUP BY 1 HAVING value IS NOT NULL AND count(*) > 1",
			n, value, speakers))
		if err != nil {
			return "", err
		}
		joins += fmt.Sprintf(" LEFT JOIN shared_value_%[1]d s%[1]d ON s%[1]d.value = %[2]s", n, value)
		columns = append(columns, fmt.Sprintf("CASE WHEN s%[1]d.value IS NULL THEN %[2]s END AS v%[1]d", n, value))
		problems = append(problems, fmt.Sprintf("CASE WHEN s%[1]d.value IS NOT NULL THEN '%[2]s' ELSE %[3]s END AS p%[1]d", n, reason, problem))
	}
	return fmt.Sprintf("SELECT %s FROM %s p%s WHERE p.winner = p.profile_id AND p.refusal IS NULL AND p.address IN (SELECT address FROM handed WHERE problem IS NULL) ORDER BY p.address",
		strings.Join(append(columns, problems...), ", "), speakers, joins), nil
}

// copy writes a query's rows into a file and counts them.
func (s session) copy(query, path string) (int64, error) {
	res, err := s.conn.ExecContext(s.ctx, "COPY ("+query+") TO "+literal(path)+" (FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false)")
	if err != nil {
		return 0, s.translate(err)
	}
	n, err := res.RowsAffected()
	return n, s.translate(err)
}

// files are the files of a hand-over: written under other names, and named when they are whole.
type files struct {
	temp, final []string
}

func newFiles(dir, name string) *files {
	f := &files{}
	for _, part := range []string{"members", "addresses", "refusals"} {
		f.final = append(f.final, filepath.Join(dir, name+"."+part+".parquet"))
		f.temp = append(f.temp, filepath.Join(dir, "."+name+"."+part+".parquet.part"))
	}
	return f
}

// make creates the files, for nobody else's eyes, before the engine writes into them.
func (f *files) make() error {
	for _, p := range f.temp {
		_ = os.Remove(p)
		file, err := os.OpenFile(filepath.Clean(p), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("make a file of the hand-over: %w", err)
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// publish makes sure that the files are on disk and gives them their names; after a failure none is left.
func (f *files) publish() (err error) {
	defer func() {
		if err != nil {
			for _, p := range f.final {
				err = errors.Join(err, removed(p))
			}
		}
	}()
	for i, p := range f.temp {
		file, err := os.OpenFile(filepath.Clean(p), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			return err
		}
		if err := os.Rename(p, f.final[i]); err != nil {
			return err
		}
	}
	return nil
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sweep removes what was not published.
func (f *files) sweep() {
	for _, p := range f.temp {
		_ = os.Remove(p)
	}
}
