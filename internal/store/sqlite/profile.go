package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store/sqlite/sqlcgen"
)

// Profile implements store.Reader.
func (r *reader) Profile(ctx context.Context) (activation.ProfileDefinition, error) {
	row, err := r.q.Profile(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return activation.ProfileDefinition{}, noProfile()
	}
	if err != nil {
		return activation.ProfileDefinition{}, translate(ctx, "load the profile", err)
	}
	d := activation.ProfileDefinition{
		Source: activation.SourceID(row.SourceID), Key: row.KeyColumn, Region: row.Region, UpdatedAt: moment(row.UpdatedAt), Version: row.Version,
	}
	if err := decode("profile fields", row.Fields, &d.Fields); err != nil {
		return d, err
	}
	if err := decodeNull("unification", row.Unify, &d.Unify); err != nil {
		return d, err
	}
	return d, decodeNull("profile build", row.Build, &d.Build)
}

func noProfile() error {
	return activation.Errorf(activation.CodeNotFound, "the profile is not defined yet").WithRemedy("Define it first")
}

// PutProfile implements store.Tx.
func (t *txn) PutProfile(ctx context.Context, d activation.ProfileDefinition) error {
	fields, err := encode(d.Fields)
	if err != nil {
		return err
	}
	unify, err := encodeNull(d.Unify)
	if err != nil {
		return err
	}
	for i, table := range d.AllTables() {
		if _, err := t.Source(ctx, table.Source); i == 0 && err != nil {
			return refers(err, "source")
		} else if err != nil {
			return refers(err, fmt.Sprintf("tables[%d].source_id", i))
		}
	}
	var n int64
	if d.Version == 0 {
		switch _, err := t.Profile(ctx); activation.CodeOf(err) {
		case activation.CodeNotFound:
			return saved(ctx, "profile", t.q.InsertProfile(ctx, sqlcgen.InsertProfileParams{
				SourceID: string(d.Source), KeyColumn: d.Key, Fields: fields, Region: d.Region, Unify: unify, UpdatedAt: micros(d.UpdatedAt),
			}))
		case "":
		default:
			return err
		}
	} else {
		n, err = t.q.UpdateProfile(ctx, sqlcgen.UpdateProfileParams{
			SourceID: string(d.Source), KeyColumn: d.Key, Fields: fields, Region: d.Region, Unify: unify, UpdatedAt: micros(d.UpdatedAt), Version: d.Version,
		})
		if err != nil {
			return saved(ctx, "profile", err)
		}
	}
	return changed(n, "profile", func() error { _, err := t.Profile(ctx); return err })
}

// SetBuild implements store.Tx.
func (t *txn) SetBuild(ctx context.Context, b activation.ProfileBuild) error {
	j, err := encodeNull(&b)
	if err != nil {
		return err
	}
	n, err := t.q.SetProfileBuild(ctx, j)
	if err != nil {
		return saved(ctx, "profile build", err)
	}
	if n == 0 {
		return noProfile()
	}
	return nil
}

// refers says that a field names something that is not there.
func refers(err error, field string) error {
	var e *activation.Error
	if !errors.As(err, &e) || e.Code != activation.CodeNotFound {
		return err
	}
	c := *e
	c.Code, c.Field = activation.CodeInvalid, field
	return &c
}
