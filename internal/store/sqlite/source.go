package sqlite

import (
	"context"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Source implements store.Reader.
func (r *reader) Source(ctx context.Context, id activation.SourceID) (activation.Source, error) {
	row, err := r.q.SourceByID(ctx, string(id))
	if err != nil {
		return activation.Source{}, missing(ctx, "source", string(id), err)
	}
	return toSource(row)
}

// SourceByName implements store.Reader.
func (r *reader) SourceByName(ctx context.Context, name string) (activation.Source, error) {
	row, err := r.q.SourceByNameKey(ctx, nameKey(name))
	if err != nil {
		return activation.Source{}, missing(ctx, "source", name, err)
	}
	return toSource(row)
}

// Sources implements store.Reader.
func (r *reader) Sources(ctx context.Context, p store.Page) ([]activation.Source, string, error) {
	rows, err := r.q.SourcesAfter(ctx, sqlcgen.SourcesAfterParams{After: p.After, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list sources", err)
	}
	return cut(rows, p, toSource, func(s activation.Source) string { return string(s.ID) })
}

func toSource(row sqlcgen.Source) (activation.Source, error) {
	s := activation.Source{
		ID: activation.SourceID(row.ID), Name: row.Name, Kind: activation.SourceKind(row.Kind), Path: row.Path,
		MaxBadRows: row.MaxBadRows, MaxShrink: row.MaxShrink,
		CreatedAt: moment(row.CreatedAt), UpdatedAt: moment(row.UpdatedAt), Version: row.Version, SealedPassword: row.SealedPassword,
	}
	if err := decode("database options", row.DatabaseOptions, &s.Database); err != nil {
		return s, err
	}
	if err := decode("CSV options", row.CsvOptions, &s.CSV); err != nil {
		return s, err
	}
	if err := decode("column options", row.ColumnOptions, &s.Columns); err != nil {
		return s, err
	}
	return s, decodeNull("ingest", row.Ingest, &s.Ingest)
}

// CreateSource implements store.Tx.
func (t *txn) CreateSource(ctx context.Context, s activation.Source) error {
	j, err := encodeAll(s.CSV, s.Columns, s.Database)
	if err != nil {
		return err
	}
	return written(ctx, "source", s.Name, t.q.InsertSource(ctx, sqlcgen.InsertSourceParams{
		ID: string(s.ID), Name: s.Name, NameKey: nameKey(s.Name), Kind: string(s.Kind), Path: s.Path,
		CsvOptions: j[0], ColumnOptions: j[1], MaxBadRows: s.MaxBadRows, MaxShrink: s.MaxShrink,
		CreatedAt: micros(s.CreatedAt), UpdatedAt: micros(s.UpdatedAt), DatabaseOptions: j[2], SealedPassword: s.SealedPassword,
	}))
}

// UpdateSource implements store.Tx.
func (t *txn) UpdateSource(ctx context.Context, s activation.Source) error {
	j, err := encodeAll(s.CSV, s.Columns, s.Database)
	if err != nil {
		return err
	}
	n, err := t.q.UpdateSource(ctx, sqlcgen.UpdateSourceParams{
		Name: s.Name, NameKey: nameKey(s.Name), Kind: string(s.Kind), Path: s.Path, CsvOptions: j[0], ColumnOptions: j[1],
		DatabaseOptions: j[2], SealedPassword: s.SealedPassword, MaxBadRows: s.MaxBadRows, MaxShrink: s.MaxShrink, UpdatedAt: micros(s.UpdatedAt), ID: string(s.ID), Version: s.Version,
	})
	if err != nil {
		return written(ctx, "source", s.Name, err)
	}
	return changed(n, "source", func() error { _, err := t.Source(ctx, s.ID); return err })
}

// SetIngest implements store.Tx.
func (t *txn) SetIngest(ctx context.Context, id activation.SourceID, in activation.Ingest) error {
	j, err := encodeNull(&in)
	if err != nil {
		return err
	}
	n, err := t.q.SetSourceIngest(ctx, sqlcgen.SetSourceIngestParams{Ingest: j, ID: string(id)})
	if err != nil {
		return saved(ctx, "ingest", err)
	}
	return found(n, "source", string(id))
}

// DeleteSource implements store.Tx.
func (t *txn) DeleteSource(ctx context.Context, id activation.SourceID) error {
	switch d, err := t.Profile(ctx); activation.CodeOf(err) {
	case activation.CodeNotFound:
	case "":
		if _, feeds := d.TableOf(id); feeds {
			return activation.Errorf(activation.CodeInUse, "the source is used by the profile").
				WithRemedy("Make the profile from another source first")
		}
	default:
		return err
	}
	names, err := t.q.RelationshipNamesOfSource(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete source", err)
	}
	if err := store.InUse("source", "the relationships", names); err != nil {
		return err
	}
	n, err := t.q.DeleteSource(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete source", err)
	}
	return found(n, "source", string(id))
}

// found fails if a statement met no row.
func found(rows int64, what, id string) error {
	if rows == 0 {
		return activation.Errorf(activation.CodeNotFound, "there is no %s %q", what, id)
	}
	return nil
}
