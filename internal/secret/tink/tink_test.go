package tink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"

	"segue/internal/activation"
	"segue/internal/secret/secrettest"
)

func newKeys(t *testing.T) (*Keys, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	k, err := Open(Config{Path: path, MayCreate: true})
	require.NoError(t, err)
	return k, path
}

func refused(t *testing.T, cfg Config, code activation.Code) *activation.Error {
	t.Helper()
	_, err := Open(cfg)
	require.Error(t, err)
	require.Equal(t, code, activation.CodeOf(err), "error: %v", err)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Message, cfg.Path)
	require.NotEmpty(t, e.Remedy)
	return e
}

func TestKeysConform(t *testing.T) {
	t.Parallel()
	secrettest.Run(t, func(t *testing.T) secrettest.Bundle {
		k, path := newKeys(t)
		return secrettest.Bundle{Keeper: k, Reopen: func(t *testing.T) secrettest.Keeper {
			again, err := Open(Config{Path: path})
			require.NoError(t, err)
			return again
		}}
	})
}

func TestS35TheKeyFileIsWholeAndPrivate(t *testing.T) {
	t.Parallel()
	_, path := newKeys(t)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = Open(Config{Path: path, MayCreate: true})
	require.NoError(t, err)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after, "an existing file is never written")
}

func TestS35AKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o644, 0o666, 0o610} {
		t.Run(fmt.Sprintf("%04o", mode), func(t *testing.T) {
			t.Parallel()
			_, path := newKeys(t)
			require.NoError(t, os.Chmod(path, mode))
			e := refused(t, Config{Path: path, MayCreate: true}, activation.CodeNotReady)
			require.Contains(t, e.Message, fmt.Sprintf("%04o", mode))
			require.Contains(t, e.Remedy, "chmod 600")
			require.NoError(t, os.Chmod(path, 0o400)) // stricter is fine
			_, err := Open(Config{Path: path})
			require.NoError(t, err)
		})
	}
}

func TestAMissingKeyFileIsMadeOnlyWhereNothingWasSealed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	e := refused(t, Config{Path: path}, activation.CodeCorrupt)
	require.Contains(t, e.Message, "missing")
	_, err := os.Stat(path)
	require.ErrorIs(t, err, fs.ErrNotExist, "nothing was made")
	_, err = Open(Config{})
	require.ErrorContains(t, err, "path")

	refused(t, Config{Path: filepath.Join(t.TempDir(), "absent", "keys.json"), MayCreate: true}, activation.CodeUnavailable)
}

func TestADamagedKeyFileIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	_, path := newKeys(t)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	var s stored
	require.NoError(t, json.Unmarshal(whole, &s))
	without := func(change func(*stored)) string {
		c := s
		change(&c)
		b, err := json.Marshal(c)
		require.NoError(t, err)
		return string(b)
	}
	h, err := keyset.NewHandle(mac.HMACSHA256Tag128KeyTemplate())
	require.NoError(t, err)
	wrong, err := writeKeyset(h)
	require.NoError(t, err)
	for name, content := range map[string]string{
		"empty":              "",
		"cut":                string(whole[:len(whole)/2]),
		"not JSON":           "keys",
		"other JSON":         `{"a": 1}`,
		"no sealing keys":    without(func(s *stored) { s.Seal = nil }),
		"no hashing keys":    without(func(s *stored) { s.Hash = nil }),
		"keys mixed up":      without(func(s *stored) { s.Seal, s.Hash = s.Hash, s.Seal }),
		"keys of other kind": without(func(s *stored) { s.Seal = wrong }),
		"far too large":      string(whole) + strings.Repeat(" ", maxFile),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "keys.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			e := refused(t, Config{Path: path, MayCreate: true}, activation.CodeCorrupt)
			require.NotContains(t, e.Error(), "AA", "no part of a key is told")
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, content, string(after))
		})
	}
	t.Run("newer", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "keys.json")
		require.NoError(t, os.WriteFile(path, []byte(without(func(s *stored) { s.Version = 2 })), 0o600))
		refused(t, Config{Path: path}, activation.CodeNewerData)
	})
	t.Run("a folder", func(t *testing.T) {
		t.Parallel()
		refused(t, Config{Path: t.TempDir()}, activation.CodeCorrupt)
	})
}

func TestARotatedKeysetOpensWhatTheOldKeySealed(t *testing.T) {
	t.Parallel()
	k, path := newKeys(t)
	old, err := k.Seal([]byte("made-up-key"), []byte("co1"))
	require.NoError(t, err)
	hash := k.Hash("org-1", "ana@example.com")

	f, err := load(path)
	require.NoError(t, err)
	m := keyset.NewManagerFromHandle(f.seal)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	require.NoError(t, err)
	require.NoError(t, m.SetPrimary(id))
	f.seal, err = m.Handle()
	require.NoError(t, err)
	require.NoError(t, write(path, f))

	rotated, err := Open(Config{Path: path})
	require.NoError(t, err)
	got, err := rotated.Open(old, []byte("co1"))
	require.NoError(t, err)
	require.Equal(t, "made-up-key", string(got))
	sealed, err := rotated.Seal([]byte("made-up-key"), []byte("co1"))
	require.NoError(t, err)
	_, err = k.Open(sealed, []byte("co1"))
	require.Equal(t, activation.CodeCorrupt, activation.CodeOf(err), "new values are sealed with the new key")
	require.Equal(t, hash, rotated.Hash("org-1", "ana@example.com"))
}

func TestKeysHideThemselves(t *testing.T) {
	t.Parallel()
	k, _ := newKeys(t)
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("keys", "keys", k)
	fmt.Fprintf(&b, "%v %+v %#v %s", k, k, k, k)
	require.Equal(t, 5, strings.Count(b.String(), "keys (hidden)"), b.String())
}

func BenchmarkHash(b *testing.B) {
	k, err := Open(Config{Path: filepath.Join(b.TempDir(), "keys.json"), MayCreate: true})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		k.Hash("https://api.example.com/v3 org-1", "person.number.one@example.com")
	}
}
