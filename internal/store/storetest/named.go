package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// named describes a kind of thing with a name and a version, so that one set of rules is held against all of them.
type named[T any] struct {
	seed    bool // whether it needs what seed makes
	make    func(id, name string) T
	head    func(*T) (id string, name *string, version *int64, updated *time.Time)
	change  func(*T) // every field that may change
	create  func(context.Context, store.Tx, T) error
	update  func(context.Context, store.Tx, T) error
	delete  func(context.Context, store.Tx, string) error
	get     func(context.Context, store.Reader, string) (T, error)
	getName func(context.Context, store.Reader, string) (T, error)
	list    func(context.Context, store.Reader, store.Page) ([]T, string, error)
}

func testNamed[T any](t *testing.T, open func(*testing.T) Bundle, k named[T]) {
	for name, test := range map[string]func(*testing.T, Bundle, named[T]){
		"what was stored comes back":      testRoundTrip[T],
		"names are unique in any case":    testNames[T],
		"an update names the version":     testVersions[T],
		"missing things are not found":    testMissing[T],
		"a deleted thing is gone":         testDelete[T],
		"pages follow each other by age":  testPages[T],
		"an id is given once":             testIDs[T],
		"everything outlives the process": testReopen[T],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			if k.seed {
				seed(t, b.Store)
			}
			test(t, b, k)
		})
	}
}

func (k named[T]) put(t *testing.T, s store.Store, id, name string) T {
	t.Helper()
	v := k.make(id, name)
	ctx := t.Context()
	update(t, s, func(tx store.Tx) error { return k.create(ctx, tx, v) })
	return v
}

func (k named[T]) load(t *testing.T, s store.Store, id string) T {
	t.Helper()
	return load(t, s, func(ctx context.Context, r store.Reader) (T, error) { return k.get(ctx, r, id) })
}

func testRoundTrip[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	v := k.put(t, b.Store, "x1", "Žuti Đumbir")
	same(t, v, k.load(t, b.Store, "x1"))

	_, name, version, updated := k.head(&v)
	*name, *updated = "Novo ime", start().Add(time.Hour)
	k.change(&v)
	update(t, b.Store, func(tx store.Tx) error {
		if err := k.update(ctx, tx, v); err != nil {
			return err
		}
		got, err := k.get(ctx, tx, "x1") // a transaction sees what it wrote
		*version++
		same(t, v, got)
		return err
	})
	same(t, v, k.load(t, b.Store, "x1"))
}

func testNames[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	first := k.put(t, b.Store, "x1", "Žuti Straße")
	for _, taken := range []string{"Žuti Straße", "žUTI strasse", "ŽUTI STRASSE", "Z\u030cuti Straße"} {
		e := refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return k.create(ctx, tx, k.make("x2", taken)) })
		require.Equal(t, "name", e.Field)
		require.NotContains(t, e.Message, "a export")
		got := load(t, b.Store, func(ctx context.Context, r store.Reader) (T, error) { return k.getName(ctx, r, taken) })
		same(t, first, got)
	}
	second := k.put(t, b.Store, "x2", "Zuti Straße") // accents make a difference
	_, name, _, _ := k.head(&second)
	*name = "žuti straße"
	e := refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return k.update(ctx, tx, second) })
	require.Equal(t, "name", e.Field)

	_, name, _, _ = k.head(&first)
	*name = "ŽUTI straße" // its own name may change its case
	update(t, b.Store, func(tx store.Tx) error { return k.update(ctx, tx, first) })
}

func testVersions[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	v := k.make("x1", "one")
	_, _, version, _ := k.head(&v)
	*version = 9 // a new thing begins with 1, whatever it says
	update(t, b.Store, func(tx store.Tx) error { return k.create(ctx, tx, v) })
	first, second := k.load(t, b.Store, "x1"), k.load(t, b.Store, "x1")
	_, _, version, _ = k.head(&first)
	require.EqualValues(t, 1, *version)

	update(t, b.Store, func(tx store.Tx) error { return k.update(ctx, tx, first) })
	k.change(&second)
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return k.update(ctx, tx, second) })
	got := k.load(t, b.Store, "x1")
	*version = 2
	same(t, first, got)
}

func testMissing[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	for _, f := range []func(tx store.Tx) error{
		func(tx store.Tx) error { _, err := k.get(ctx, tx, "nobody"); return err },
		func(tx store.Tx) error { _, err := k.getName(ctx, tx, "nobody"); return err },
		func(tx store.Tx) error { return k.update(ctx, tx, k.make("nobody", "nobody")) },
		func(tx store.Tx) error { return k.delete(ctx, tx, "nobody") },
	} {
		refused(t, b.Store, activation.CodeNotFound, f)
	}
}

func testDelete[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	k.put(t, b.Store, "x1", "one")
	update(t, b.Store, func(tx store.Tx) error { return k.delete(ctx, tx, "x1") })
	refused(t, b.Store, activation.CodeNotFound, func(tx store.Tx) error { _, err := k.get(ctx, tx, "x1"); return err })
	k.put(t, b.Store, "x2", "ONE") // its name is free again
}

func testIDs[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	k.put(t, b.Store, "x1", "one")
	refused(t, b.Store, activation.CodeConflict, func(tx store.Tx) error { return k.create(ctx, tx, k.make("x1", "two")) })
}

func testReopen[T any](t *testing.T, b Bundle, k named[T]) {
	v := k.put(t, b.Store, "x1", "one")
	same(t, v, k.load(t, b.Reopen(t), "x1"))
}

func testPages[T any](t *testing.T, b Bundle, k named[T]) {
	ctx := t.Context()
	const n = 120
	was := 0 // things there before
	view(t, b.Store, func(r store.Reader) error {
		list, next, err := k.list(ctx, r, store.Page{})
		require.Empty(t, next)
		was = len(list)
		return err
	})
	update(t, b.Store, func(tx store.Tx) error {
		for i := n - 1; i >= 0; i-- {
			if err := k.create(ctx, tx, k.make(fmt.Sprintf("x%04d", i), fmt.Sprintf("name %d", i))); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tc := range []struct{ limit, pages int }{{0, 3}, {-1, 3}, {50, 3}, {n + was, 1}, {n + was - 1, 2}, {1000, 1}, {7, (n + was + 6) / 7}} {
		var ids []string
		p := store.Page{Limit: tc.limit}
		pages := 0
		for {
			var list []T
			var next string
			view(t, b.Store, func(r store.Reader) (err error) {
				list, next, err = k.list(ctx, r, p)
				return err
			})
			for _, v := range list {
				id, _, _, _ := k.head(&v)
				ids = append(ids, id)
			}
			pages++
			if next == "" {
				break
			}
			p.After = next
		}
		require.Equal(t, tc.pages, pages, "limit %d", tc.limit)
		require.Len(t, ids, n+was)
		require.IsIncreasing(t, ids)
	}
}
