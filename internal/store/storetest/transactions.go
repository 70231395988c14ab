package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

func testTransactions(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	name := func(r store.Reader) string {
		t.Helper()
		v, err := r.Source(ctx, "so1")
		require.NoError(t, err)
		return v.Name
	}
	rename := func(tx store.Tx, to string) error {
		v, err := tx.Source(ctx, "so1")
		if err != nil {
			return err
		}
		v.Name = to
		return tx.UpdateSource(ctx, v)
	}

	boom := errors.New("boom")
	require.ErrorIs(t, s.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, rename(tx, "undone"))
		return boom
	}), boom, "the error comes back as it is")
	view(t, s, func(r store.Reader) error {
		require.Equal(t, "customers", name(r), "a failed transaction leaves nothing")
		return nil
	})
	require.Panics(t, func() {
		_ = s.Update(ctx, func(tx store.Tx) error {
			require.NoError(t, rename(tx, "undone"))
			panic("boom")
		})
	})
	require.ErrorIs(t, s.View(ctx, func(store.Reader) error { return boom }), boom)

	view(t, s, func(r store.Reader) error {
		require.Equal(t, "customers", name(r), "a panic leaves nothing either, and nobody waits for ever")
		update(t, s, func(tx store.Tx) error { return rename(tx, "later") })
		require.Equal(t, "customers", name(r), "a reader sees one snapshot while others write")
		return nil
	})

	canceled, cancel := context.WithCancel(ctx)
	require.ErrorIs(t, s.Update(canceled, func(tx store.Tx) error {
		require.NoError(t, rename(tx, "undone"))
		cancel()
		return nil
	}), context.Canceled)
	require.ErrorIs(t, s.View(canceled, func(store.Reader) error { return nil }), context.Canceled)
	view(t, s, func(r store.Reader) error {
		require.Equal(t, "later", name(r))
		return nil
	})

	const writers = 8
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range 5 {
				err := s.Update(ctx, func(tx store.Tx) error {
					v, err := tx.Source(ctx, "so1")
					if err != nil {
						return err
					}
					v.Path = fmt.Sprintf("/%d", v.Version)
					return tx.UpdateSource(ctx, v)
				})
				if err != nil {
					t.Errorf("writers wait for each other: %v", err)
				}
				if err := s.View(ctx, func(r store.Reader) error { _, err := r.Source(ctx, "so1"); return err }); err != nil {
					t.Errorf("readers do not wait for writers: %v", err)
				}
			}
		})
	}
	wg.Wait()
	v := load(t, s, func(ctx context.Context, r store.Reader) (activation.Source, error) { return r.Source(ctx, "so1") })
	require.EqualValues(t, 2+writers*5, v.Version, "no update is lost")
}

func testJobs(t *testing.T, b Bundle) {
	ctx, s := t.Context(), b.Store
	seed(t, s)
	later := start().Add(time.Hour)
	update(t, s, func(tx store.Tx) error {
		if err := tx.CreateRun(ctx, run("r1", "ex1"), ""); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, jobs.StepRun{Run: "r1"}, time.Time{}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.StepRun{Run: "r2"}, later)
	})
	boom := errors.New("boom")
	require.ErrorIs(t, s.Update(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.Enqueue(ctx, jobs.StepRun{Run: "r3"}, time.Time{}))
		return boom
	}), boom)
	same(t, []Enqueued{{Kind: "step_run", Key: "r1"}, {Kind: "step_run", Key: "r2", At: later}}, b.Enqueued(t))
}
