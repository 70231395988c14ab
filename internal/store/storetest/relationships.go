package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func testRelationships(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	list := func(s store.Store) []activation.Relationship {
		t.Helper()
		return load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Relationship, error) {
			return r.Relationships(ctx)
		})
	}
	require.Empty(t, list(s))
	update(t, s, func(tx store.Tx) error { return tx.CreateSource(ctx, source("so2", "orders")) })
	update(t, s, func(tx store.Tx) error { return tx.CreateSource(ctx, source("so3", "lines")) })
	orders := activation.Relationship{ID: "r1", Name: "Narudžbe", From: "so2", Keys: []activation.KeyPair{{From: "customer"}}, CreatedAt: start()}
	lines := activation.Relationship{ID: "r2", Name: "lines", From: "so3", To: "so2", Keys: []activation.KeyPair{{From: "order", To: "no"}, {From: "year", To: "year"}}, CreatedAt: start()}
	update(t, s, func(tx store.Tx) error { return tx.CreateRelationship(ctx, lines) })
	update(t, s, func(tx store.Tx) error { return tx.CreateRelationship(ctx, orders) })
	same(t, []activation.Relationship{orders, lines}, list(s))

	again := orders
	again.ID, again.Name = "r3", "NARUDŽBE"
	require.Equal(t, "name", refused(t, s, activation.CodeConflict, func(tx store.Tx) error { return tx.CreateRelationship(ctx, again) }).Field)
	again.Name, again.From = "other", "nobody"
	require.Equal(t, "from", refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.CreateRelationship(ctx, again) }).Field)
	again.From, again.To = "so2", "nobody"
	require.Equal(t, "to", refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.CreateRelationship(ctx, again) }).Field)
	require.Contains(t, refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSource(ctx, "so2") }).Message, `"Narudžbe", "lines"`)

	// A segment that follows a relationship, in a condition on the rows of another, and one that names that segment.
	buyers := segment("se3", "Buyers")
	buyers.Rules = []activation.SegmentRule{{Rule: activation.Rule{Operator: activation.OpHas, Related: &activation.Related{
		Path: []string{"Narudžbe"}, Where: &activation.Rule{Operator: activation.OpHas, Related: &activation.Related{Path: []string{"lines"}}},
	}}}}
	others := segment("se4", "Others")
	others.Rules = []activation.SegmentRule{{Rule: activation.Rule{Operator: activation.OpNotMemberOf, Segment: "se3"}}}
	update(t, s, func(tx store.Tx) error { return tx.CreateSegment(ctx, buyers) })
	update(t, s, func(tx store.Tx) error { return tx.CreateSegment(ctx, others) })
	same(t, []activation.Segment{buyers}, load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Segment, error) {
		return r.Followers(ctx, "lines")
	}))
	same(t, []activation.Segment{others}, load(t, s, func(ctx context.Context, r store.Reader) ([]activation.Segment, error) {
		return r.Dependents(ctx, "se3")
	}))
	require.Contains(t, refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteRelationship(ctx, "r2") }).Message, `"Buyers"`)
	require.Contains(t, refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se3") }).Message, `the segments "Others"`)
	scope := load(t, s, func(ctx context.Context, r store.Reader) (activation.Scope, error) {
		return store.Scope(ctx, r, others)
	})
	same(t, activation.Scope{Relationships: []activation.Relationship{orders, lines}, Segments: map[activation.SegmentID]activation.Segment{"se3": buyers}}, scope)

	update(t, s, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se4") })
	update(t, s, func(tx store.Tx) error { return tx.DeleteSegment(ctx, "se3") })
	update(t, s, func(tx store.Tx) error { return tx.DeleteRelationship(ctx, "r2") })
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.DeleteRelationship(ctx, "r2") })
	same(t, []activation.Relationship{orders}, list(b.Reopen(t)))
}
