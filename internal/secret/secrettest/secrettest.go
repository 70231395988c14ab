// Package secrettest is the conformance suite of package secret: what every keeper of keys must do. It drives the
// port alone and knows no cryptography.
package secrettest

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/secret"
)

// Keeper is a box and a hasher with one set of keys.
type Keeper interface {
	secret.Box
	secret.Hasher
}

// Bundle is a keeper with keys of its own.
type Bundle struct {
	Keeper Keeper
	// Reopen opens the same keys again.
	Reopen func(t *testing.T) Keeper
}

// Run holds an implementation to the port. open makes a keeper with new keys.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, func(*testing.T) Bundle){
		"what was sealed opens for the same row only": testSeal,
		"nothing that was changed opens":              testTampering,
		"sealed values tell nothing":                  testSecrecy,
		"hashes are stable and keyed":                 testHash,
		"scope and value are kept apart":              testScopes,
		"many may use it at once":                     testConcurrency,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func testSeal(t *testing.T, open func(*testing.T) Bundle) {
	b, other := open(t), open(t)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		row := rapid.SliceOf(rapid.Byte()).Draw(r, "row")
		moved := rapid.SliceOf(rapid.Byte()).Filter(func(m []byte) bool { return !bytes.Equal(m, row) }).Draw(r, "moved")
		sealed, err := b.Keeper.Seal(plain, row)
		require.NoError(r, err)
		got, err := b.Keeper.Open(sealed, row)
		require.NoError(r, err)
		require.True(r, bytes.Equal(plain, got))
		_, err = b.Keeper.Open(sealed, moved)
		require.Error(r, err, "a value moved to another row")
		_, err = other.Keeper.Open(sealed, row)
		require.Error(r, err, "other keys")
	})
	sealed, err := b.Keeper.Seal([]byte("made-up-key"), []byte("co1"))
	require.NoError(t, err)
	got, err := b.Reopen(t).Open(sealed, []byte("co1"))
	require.NoError(t, err, "the keys outlive the process")
	require.Equal(t, "made-up-key", string(got))
}

func testTampering(t *testing.T, open func(*testing.T) Bundle) {
	k := open(t).Keeper
	plain, row := []byte("made-up-key"), []byte("co1")
	sealed, err := k.Seal(plain, row)
	require.NoError(t, err)
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			_, err := k.Open(changed, row)
			require.Error(t, err, "byte %d, bit %d", i, bit)
			require.NotContains(t, err.Error(), string(plain))
		}
	}
	for n := range sealed {
		_, err := k.Open(sealed[:n], row)
		require.Error(t, err, "the first %d bytes", n)
	}
	_, err = k.Open(append(bytes.Clone(sealed), 0), row)
	require.Error(t, err, "one byte more")
}

func testSecrecy(t *testing.T, open func(*testing.T) Bundle) {
	k := open(t).Keeper
	plain, row := []byte(strings.Repeat("made-up-key", 10)), []byte("co1")
	first, err := k.Seal(plain, row)
	require.NoError(t, err)
	second, err := k.Seal(plain, row)
	require.NoError(t, err)
	require.NotEqual(t, first, second, "the same secret looks different each time")
	require.NotContains(t, string(first), "made-up")
}

func testHash(t *testing.T, open func(*testing.T) Bundle) {
	b, other := open(t), open(t)
	h := b.Keeper.Hash("org-1", "ana@example.com")
	require.Equal(t, h, b.Keeper.Hash("org-1", "ana@example.com"))
	require.Equal(t, h, b.Reopen(t).Hash("org-1", "ana@example.com"), "hashes outlive the process")
	require.NotEqual(t, h, other.Keeper.Hash("org-1", "ana@example.com"), "other keys, other hashes")
	require.NotEqual(t, h, b.Keeper.Hash("org-2", "ana@example.com"), "accounts cannot be compared")

	seen := map[[16]byte]string{}
	for i := range 20_000 {
		v := fmt.Sprintf("person-%d@example.com", i)
		h := b.Keeper.Hash("org-1", v)
		require.Empty(t, seen[h])
		seen[h] = v
	}
}

func testScopes(t *testing.T, open func(*testing.T) Bundle) {
	k := open(t).Keeper
	type pair struct{ scope, value string }
	text := rapid.OneOf(rapid.StringMatching(`[ab\x00]{0,4}`), rapid.StringN(0, 300, 1000))
	rapid.Check(t, func(r *rapid.T) {
		a := pair{text.Draw(r, "scope a"), text.Draw(r, "value a")}
		b := pair{text.Draw(r, "scope b"), text.Draw(r, "value b")}
		require.Equal(r, a == b, k.Hash(a.scope, a.value) == k.Hash(b.scope, b.value))
		cut := rapid.IntRange(0, len(a.value)).Draw(r, "cut") // the same bytes, cut elsewhere
		c := pair{a.scope + a.value[:cut], a.value[cut:]}
		require.Equal(r, a == c, k.Hash(a.scope, a.value) == k.Hash(c.scope, c.value))
	})
}

func testConcurrency(t *testing.T, open func(*testing.T) Bundle) {
	k := open(t).Keeper
	want := k.Hash("org-1", "ana@example.com")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			row := fmt.Appendf(nil, "co%d", i)
			for range 200 {
				if k.Hash("org-1", "ana@example.com") != want {
					t.Error("a hash changed")
				}
				sealed, err := k.Seal(row, row)
				if err != nil {
					t.Error(err)
				}
				if got, err := k.Open(sealed, row); err != nil || !bytes.Equal(got, row) {
					t.Errorf("opened %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}
