package sqlite

import (
	"context"
	"math"
	"strconv"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// number reads a cursor that is a number.
func number(cursor string, none int64) (int64, error) {
	if cursor == "" {
		return none, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil {
		return 0, activation.Errorf(activation.CodeInvalid, "is no cursor of this listing").WithField("after").WithRemedy("Use next_cursor of an earlier answer")
	}
	return n, nil
}

// MatchPairs implements store.UnifyReader.
func (r *reader) MatchPairs(ctx context.Context, p store.Page) ([]activation.MatchPair, string, error) {
	after, err := number(p.After, 0)
	if err != nil {
		return nil, "", err
	}
	rows, err := r.q.MatchPairsAfter(ctx, sqlcgen.MatchPairsAfterParams{After: after, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list match pairs", err)
	}
	return cut(rows, p, toPair, func(m activation.MatchPair) string { return strconv.FormatInt(m.Number, 10) })
}

func toPair(row sqlcgen.MatchPair) (activation.MatchPair, error) {
	return activation.MatchPair{
		Number: row.Number,
		A:      activation.RowRef{Source: activation.SourceID(row.ASource), Key: row.AKey}, B: activation.RowRef{Source: activation.SourceID(row.BSource), Key: row.BKey},
		Kind: activation.PairKind(row.Kind), At: moment(row.MadeAt), By: row.MadeBy,
	}, nil
}

// MatchPair implements store.UnifyReader.
func (r *reader) MatchPair(ctx context.Context, a, b activation.RowRef) (activation.MatchPair, error) {
	row, err := r.q.MatchPair(ctx, sqlcgen.MatchPairParams{ASource: string(a.Source), AKey: a.Key, BSource: string(b.Source), BKey: b.Key})
	if err != nil {
		return activation.MatchPair{}, missing(ctx, "pair", "of these rows", err)
	}
	return toPair(row)
}

// CountMatchPairs implements store.UnifyReader.
func (r *reader) CountMatchPairs(ctx context.Context) (int64, error) {
	n, err := r.q.CountMatchPairs(ctx)
	return n, translate(ctx, "count match pairs", err)
}

// ProfileChanges implements store.UnifyReader.
func (r *reader) ProfileChanges(ctx context.Context, p store.Page) ([]activation.ProfileChange, string, error) {
	before, err := number(p.After, math.MaxInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := r.q.ProfileChangesBefore(ctx, sqlcgen.ProfileChangesBeforeParams{Before: before, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list changes of profiles", err)
	}
	return cut(rows, p, func(row sqlcgen.ProfileChange) (activation.ProfileChange, error) {
		return activation.ProfileChange{Number: row.Number, At: moment(row.At), Kind: row.Kind, Profile: row.Profile, Other: row.Other}, nil
	}, func(c activation.ProfileChange) string { return strconv.FormatInt(c.Number, 10) })
}

// PutMatchPair implements store.UnifyWriter.
func (t *txn) PutMatchPair(ctx context.Context, p activation.MatchPair) error {
	for i, r := range []activation.RowRef{p.A, p.B} {
		if _, err := t.Source(ctx, r.Source); err != nil {
			return refers(err, string("ab"[i])+".source_id")
		}
	}
	return saved(ctx, "pair", t.q.PutMatchPair(ctx, sqlcgen.PutMatchPairParams{
		ASource: string(p.A.Source), AKey: p.A.Key, BSource: string(p.B.Source), BKey: p.B.Key, Kind: string(p.Kind), MadeAt: micros(p.At), MadeBy: p.By,
	}))
}

// DeleteMatchPair implements store.UnifyWriter.
func (t *txn) DeleteMatchPair(ctx context.Context, a, b activation.RowRef) error {
	n, err := t.q.DeleteMatchPair(ctx, sqlcgen.DeleteMatchPairParams{ASource: string(a.Source), AKey: a.Key, BSource: string(b.Source), BKey: b.Key})
	if err != nil {
		return translate(ctx, "delete pair", err)
	}
	return found(n, "pair", "of these rows")
}

// AddProfileChanges implements store.UnifyWriter.
func (t *txn) AddProfileChanges(ctx context.Context, list []activation.ProfileChange) error {
	for _, c := range list {
		err := t.q.InsertProfileChange(ctx, sqlcgen.InsertProfileChangeParams{At: micros(c.At), Kind: c.Kind, Profile: c.Profile, Other: c.Other})
		if err != nil {
			return saved(ctx, "change of a profile", err)
		}
	}
	return saved(ctx, "change of a profile", t.q.PruneProfileChanges(ctx, store.KeepProfileChanges))
}
