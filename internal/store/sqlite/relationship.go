package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Relationships implements store.Reader.
func (r *reader) Relationships(ctx context.Context) ([]activation.Relationship, error) {
	rows, err := r.q.Relationships(ctx)
	if err != nil {
		return nil, translate(ctx, "list relationships", err)
	}
	list := make([]activation.Relationship, len(rows))
	for i, row := range rows {
		if list[i], err = toRelationship(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func toRelationship(row sqlcgen.Relationship) (activation.Relationship, error) {
	r := activation.Relationship{
		ID: activation.RelationshipID(row.ID), Name: row.Name, From: activation.SourceID(row.FromSource),
		To: activation.SourceID(row.ToSource.String), CreatedAt: moment(row.CreatedAt),
	}
	return r, decode("keys", row.Keys, &r.Keys)
}

// CreateRelationship implements store.Tx.
func (t *txn) CreateRelationship(ctx context.Context, r activation.Relationship) error {
	if _, err := t.Source(ctx, r.From); err != nil {
		return refers(err, "from")
	}
	if r.To != "" {
		if _, err := t.Source(ctx, r.To); err != nil {
			return refers(err, "to")
		}
	}
	keys, err := encode(r.Keys)
	if err != nil {
		return err
	}
	return written(ctx, "relationship", r.Name, t.q.InsertRelationship(ctx, sqlcgen.InsertRelationshipParams{
		ID: string(r.ID), Name: r.Name, NameKey: nameKey(r.Name), FromSource: string(r.From),
		ToSource: sql.NullString{String: string(r.To), Valid: r.To != ""}, Keys: keys, CreatedAt: micros(r.CreatedAt),
	}))
}

// DeleteRelationship implements store.Tx.
func (t *txn) DeleteRelationship(ctx context.Context, id activation.RelationshipID) error {
	row, err := t.q.RelationshipByID(ctx, string(id))
	if err != nil {
		return missing(ctx, "relationship", string(id), err)
	}
	list, err := t.Followers(ctx, row.Name)
	if err != nil {
		return err
	}
	if err := store.InUse("relationship", "the segments", segmentNames(list)); err != nil {
		return err
	}
	n, err := t.q.DeleteRelationship(ctx, string(id))
	if err != nil {
		return translate(ctx, "delete relationship", err)
	}
	return found(n, "relationship", string(id))
}

// Dependents implements store.Reader.
func (r *reader) Dependents(ctx context.Context, id activation.SegmentID) ([]activation.Segment, error) {
	return r.segmentsThat(ctx, func(g activation.Segment) bool { return slices.Contains(g.Uses(), id) })
}

// Followers implements store.Reader.
func (r *reader) Followers(ctx context.Context, relationship string) ([]activation.Segment, error) {
	return r.segmentsThat(ctx, func(g activation.Segment) bool { return slices.Contains(g.Relationships(), relationship) })
}

// segmentsThat reads the rules of all segments: what they name is in no column of its own.
func (r *reader) segmentsThat(ctx context.Context, ok func(activation.Segment) bool) ([]activation.Segment, error) {
	all, err := store.Every(func(p store.Page) ([]activation.Segment, string, error) { return r.Segments(ctx, p) })
	return slices.DeleteFunc(all, func(g activation.Segment) bool { return !ok(g) }), err
}

func segmentNames(list []activation.Segment) []string {
	names := make([]string, len(list))
	for i, g := range list {
		names[i] = g.Name
	}
	return names
}
