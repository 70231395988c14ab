package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// testUnification holds what is kept of a unification.
func testUnification(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	update(t, s, func(tx store.Tx) error { return tx.CreateSource(ctx, source("so9", "Loyalty")) })
	d := profile("so1")
	d.Unify = &activation.Unification{
		Origin: activation.Origin{Source: "so1", Key: "id"}, MaxBlock: 50,
		Tables:       []activation.UnifyTable{{Source: "so9", Key: "id", Columns: map[string]string{"E-mail": "mail"}}},
		Rules:        []activation.MatchRule{{Name: "mail", Conditions: []activation.MatchCondition{{Field: "E-mail", Kind: activation.MatchNormalised}}}},
		Survivorship: map[string]activation.Survivorship{"Grad": {Method: activation.SurvivorComplete}},
	}
	wrong := d
	u := *d.Unify
	u.Tables = []activation.UnifyTable{{Source: "nothing", Key: "id", Columns: map[string]string{"E-mail": "mail"}}}
	wrong.Unify = &u
	e := refused(t, s, activation.CodeInvalid, func(tx store.Tx) error { return tx.PutProfile(ctx, wrong) })
	require.Equal(t, "tables[1].source_id", e.Field)
	update(t, s, func(tx store.Tx) error { return tx.PutProfile(ctx, d) })
	get := func(ctx context.Context, r store.Reader) (activation.ProfileDefinition, error) { return r.Profile(ctx) }
	d.Version = 1
	same(t, d, load(t, s, get))
	refused(t, s, activation.CodeInUse, func(tx store.Tx) error { return tx.DeleteSource(ctx, "so9") })
	d.Unify = nil
	update(t, s, func(tx store.Tx) error { return tx.PutProfile(ctx, d) })
	d.Version = 2
	same(t, d, load(t, s, get))

	row := func(source activation.SourceID, key string) activation.RowRef {
		return activation.RowRef{Source: source, Key: key}
	}
	pair := activation.MatchPair{A: row("so1", "a"), B: row("so9", "b"), Kind: activation.PairAlways, At: start(), By: "Ana"}
	refused(t, s, activation.CodeInvalid, func(tx store.Tx) error {
		p := pair
		p.B.Source = "nothing"
		return tx.PutMatchPair(ctx, p)
	})
	update(t, s, func(tx store.Tx) error { return tx.PutMatchPair(ctx, pair) })
	update(t, s, func(tx store.Tx) error {
		return tx.PutMatchPair(ctx, activation.MatchPair{A: row("so1", "a"), B: row("so1", "c"), Kind: activation.PairNever, At: start(), By: "Ivo"})
	})
	pair.Kind = activation.PairNever // what is said last counts
	update(t, s, func(tx store.Tx) error { return tx.PutMatchPair(ctx, pair) })
	err := s.View(ctx, func(r store.Reader) error {
		n, err := r.CountMatchPairs(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		got, err := r.MatchPair(ctx, pair.A, pair.B)
		require.NoError(t, err)
		pair.Number = got.Number
		same(t, pair, got)
		first, next, err := r.MatchPairs(ctx, store.Page{Limit: 1})
		require.NoError(t, err)
		same(t, []activation.MatchPair{pair}, first)
		second, end, err := r.MatchPairs(ctx, store.Page{After: next, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []any{"c", ""}, []any{second[0].B.Key, end})
		_, _, err = r.MatchPairs(ctx, store.Page{After: "x"})
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
		return nil
	})
	require.NoError(t, err)
	update(t, s, func(tx store.Tx) error { return tx.DeleteSource(ctx, "so9") }) // its pairs go with it
	refused(t, s, activation.CodeNotFound, func(tx store.Tx) error { return tx.DeleteMatchPair(ctx, pair.A, pair.B) })
	update(t, s, func(tx store.Tx) error { return tx.DeleteMatchPair(ctx, row("so1", "a"), row("so1", "c")) })

	changes := []activation.ProfileChange{
		{At: start(), Kind: activation.ChangeMerged, Profile: "b", Other: "a"}, {At: start(), Kind: activation.ChangeSplit, Profile: "a", Other: "c"},
	}
	update(t, s, func(tx store.Tx) error { return tx.AddProfileChanges(ctx, changes) })
	err = s.View(ctx, func(r store.Reader) error {
		last, next, err := r.ProfileChanges(ctx, store.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "c", last[0].Other)
		before, end, err := r.ProfileChanges(ctx, store.Page{After: next})
		require.NoError(t, err)
		changes[0].Number = before[0].Number
		same(t, changes[:1], before)
		require.Empty(t, end)
		return nil
	})
	require.NoError(t, err)
}
