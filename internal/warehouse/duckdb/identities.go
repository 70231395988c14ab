package duckdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// keepGone is for how many days the id of a row is remembered that is in no table any more.
const keepGone = 365

// identities is the file that remembers which profile each row is in. It is written anew by each build, under another name, and gets its
// name just before the profiles are replaced: after a crash in between, the next build finds what this one decided.
type identities struct{ dir, final, temp string }

func (w *Warehouse) identities() identities {
	dir := w.cfg.IdentityDir
	return identities{dir, filepath.Join(dir, "identities.parquet"), filepath.Join(dir, ".identities.parquet.part")}
}

// publish gives the file that was written its name, once it is on the disk.
func (f identities) publish() error {
	file, err := os.OpenFile(f.temp, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("remember the ids of profiles: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close(), os.Rename(f.temp, f.final)); err != nil {
		return fmt.Errorf("remember the ids of profiles: %w", err)
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return fmt.Errorf("remember the ids of profiles: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f identities) sweep() { _ = os.Remove(f.temp) }

// make makes an empty file for the engine to write into, for nobody else's eyes.
func (f identities) make() error {
	f.sweep()
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of identities: %w", err)
	}
	file, err := os.OpenFile(f.temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("remember the ids of profiles: %w", err)
	}
	return file.Close()
}

// identify gives each cluster the id of a profile (ADR 0039) and writes what is to be remembered. An id stays with the rows it was made
// for; of several the oldest is kept; a cluster without gets one that is made from the key of a row.
func (u *unifying) identify(file identities) (changes []activation.ProfileChange, err error) {
	if err := u.remember(file); err != nil {
		return nil, err
	}
	if err := u.claim(); err != nil {
		return nil, err
	}
	if err := u.give(); err != nil {
		return nil, err
	}
	if changes, err = u.changes(); err != nil {
		return nil, err
	}
	return changes, u.write(file)
}

// remember makes u_known from the file.
func (u *unifying) remember(file identities) error {
	_, err := os.Stat(file.final)
	switch {
	case err == nil:
		err = u.exec("CREATE TEMP TABLE u_known AS SELECT source, key, profile, born, birth, seen FROM read_parquet(" + literal(file.final) + ")")
		if err != nil && u.ctx.Err() == nil && activation.CodeOf(err) == activation.CodeInternal {
			return &activation.Error{Code: activation.CodeCorrupt, Message: fmt.Sprintf("what is remembered of profiles, %s, cannot be read", file.final), Err: err, Remedy: restoreIdentities}
		}
		return err
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("read the ids of profiles: %w", err)
	case u.req.Remembered:
		return activation.Errorf(activation.CodeCorrupt, "what was remembered of profiles, %s, is gone", file.final).WithRemedy(restoreIdentities)
	}
	if err := u.exec("CREATE TEMP TABLE u_known (source VARCHAR, key VARCHAR, profile VARCHAR, born TIMESTAMP, birth BOOLEAN, seen TIMESTAMP)"); err != nil {
		return err
	}
	if i := u.origin(); i >= 0 && u.req.Keys {
		return u.exec("INSERT INTO u_known SELECT source, key, key, 'epoch'::TIMESTAMP, true, ? FROM u_id WHERE tbl = ?", u.req.At.UTC(), i)
	}
	return nil
}

const restoreIdentities = "Restore the file from a backup. Without one: build the profiles from one table once, then unify them anew; profiles that were merged may get other ids then"

// origin is the table whose keys are ids, -1 where there is none any more.
func (u *unifying) origin() int {
	return slices.IndexFunc(u.tables, func(t activation.UnifyTable) bool {
		return activation.Origin{Source: t.Source, Key: t.Key} == u.def.Unify.Origin
	})
}

// claim makes u_claim: which clusters have rows of which profile, and how good the claim of each is. live rows were there in the build
// before, birth is the row that the id was made for.
func (u *unifying) claim() error {
	return u.exec(`CREATE TEMP TABLE u_claim AS SELECT profile, cid, min(born) AS born, bool_or(birth AND live) AS live_birth, count(*) FILTER (live) AS live,
			bool_or(birth) AS birth, count(*) AS n, min(rid) AS first
		FROM u_id JOIN (SELECT *, seen = (SELECT max(seen) FROM u_known) AS live FROM u_known) USING (source, key) JOIN u_cluster USING (rid) GROUP BY profile, cid;
		CREATE TEMP TABLE u_given AS SELECT cid, profile FROM u_claim WHERE cid IN (SELECT cid FROM u_claim GROUP BY 1 HAVING count(*) = 1)
			AND profile IN (SELECT profile FROM u_claim GROUP BY 1 HAVING count(*) = 1)`)
}

// give completes u_given. Disputed ids are given one after the other, the oldest first, to the best claim whose cluster has none yet.
func (u *unifying) give() error {
	given := map[int64]string{}
	last, done := "", false
	err := u.session.rows(`SELECT profile, cid FROM u_claim WHERE cid NOT IN (SELECT cid FROM u_given)
		ORDER BY min(born) OVER (PARTITION BY profile), profile, live_birth DESC, live DESC, birth DESC, n DESC, first`, nil, func(scan func(...any) error) error {
		var profile string
		var cid int64
		if err := scan(&profile, &cid); err != nil {
			return err
		}
		if profile != last {
			last, done = profile, false
		}
		if _, taken := given[cid]; !taken && !done {
			given[cid], done = profile, true
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = u.fill("u_given", 2, func(add func([]any) error) error {
		for cid, profile := range given {
			if err := add([]any{cid, profile}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	natural := u.natural()
	if err := u.exec(fmt.Sprintf(`INSERT INTO u_given SELECT cid, min({'made': made, 'id': id}).id FROM (
			SELECT cid, r.tbl <> %d AS made, %s AS id FROM u_id r JOIN u_cluster USING (rid) WHERE cid NOT IN (SELECT cid FROM u_given))
		WHERE id NOT IN (SELECT profile FROM u_known) AND id NOT IN (SELECT profile FROM u_given) GROUP BY cid`, u.origin(), natural)); err != nil {
		return err
	}
	if err := u.exec(fmt.Sprintf(`INSERT INTO u_given SELECT cid, %s FROM u_id r JOIN (SELECT cid, min(rid) AS rid FROM u_cluster
		WHERE cid NOT IN (SELECT cid FROM u_given) GROUP BY cid) USING (rid)`, madeID("r.source || chr(0) || r.key || chr(0) || ?::VARCHAR")), u.req.At.UTC().Format("20060102150405.000000")); err != nil {
		return err
	}
	var clusters, ids int64
	if err := u.row("SELECT count(*), count(DISTINCT profile) FROM u_given", nil, &clusters, &ids); err != nil {
		return err
	}
	if clusters != int64(u.count) || ids != clusters {
		return activation.Errorf(activation.CodeInternal, "%d profiles would have %d ids", u.count, ids)
	}
	return nil
}

// natural is the id that a row r of u_id would give a profile: its key in the origin, else one that is made from table and key.
func (u *unifying) natural() string {
	return fmt.Sprintf("CASE WHEN r.tbl = %d THEN r.key ELSE %s END", u.origin(), madeID("r.source || chr(0) || r.key"))
}

func madeID(of string) string { return "'p_' || left(sha256(" + of + "), 24)" }

// changes tells which ids were given up and which rows have another one now.
func (u *unifying) changes() (list []activation.ProfileChange, err error) {
	const moved = ` FROM u_claim c JOIN u_given g USING (cid) WHERE g.profile <> c.profile`
	const gone = `c.profile NOT IN (SELECT profile FROM u_given)`
	err = u.row("SELECT count(DISTINCT profile) FILTER (gone), count(DISTINCT profile) FILTER (NOT gone) FROM (SELECT c.profile, "+gone+" AS gone"+moved+")", nil, &u.numbers.Merged, &u.numbers.Split)
	if err != nil {
		return nil, err
	}
	err = u.session.rows("SELECT c.profile, g.profile AS other, "+gone+moved+" ORDER BY 1, 2 LIMIT ?", []any{warehouse.MaxChanges}, func(scan func(...any) error) error {
		c := activation.ProfileChange{At: u.req.At.UTC(), Kind: activation.ChangeSplit}
		var gone bool
		err := scan(&c.Profile, &c.Other, &gone)
		if gone {
			c.Kind = activation.ChangeMerged
		}
		list = append(list, c)
		return err
	})
	return list, err
}

// write writes what is to be remembered: the rows that are there, and those that are gone for less than keepGone days.
func (u *unifying) write(file identities) error {
	if err := file.make(); err != nil {
		return err
	}
	err := u.exec(fmt.Sprintf(`CREATE TEMP TABLE u_next AS
		WITH age AS (SELECT profile, min(born) AS born FROM u_known GROUP BY 1)
		SELECT r.source, r.key, g.profile, coalesce(a.born, $1::TIMESTAMP) AS born,
			CASE WHEN a.profile IS NULL THEN g.profile = %s ELSE coalesce(k.birth AND k.profile = g.profile, false) END AS birth, $1::TIMESTAMP AS seen
		FROM u_id r JOIN u_cluster c USING (rid) JOIN u_given g USING (cid)
			LEFT JOIN age a ON a.profile = g.profile LEFT JOIN u_known k ON k.source = r.source AND k.key = r.key`, u.natural()), u.req.At.UTC())
	if err != nil {
		return err
	}
	_, err = u.copy(fmt.Sprintf(`SELECT * FROM (SELECT * FROM u_next UNION ALL SELECT k.* FROM u_known k ANTI JOIN u_next n ON n.source = k.source AND n.key = k.key
		WHERE k.seen > %s::TIMESTAMP) ORDER BY source, key`, literal(u.req.At.UTC().AddDate(0, 0, -keepGone).Format("2006-01-02 15:04:05"))), file.temp)
	return err
}
