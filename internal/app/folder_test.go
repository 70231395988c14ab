package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestFolderIsPrivateAndLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	f, err := openFolder(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.close() })

	for _, d := range []string{path, f.file(handOverDir), f.file(tempDir), f.file(uploadDir)} {
		info, err := os.Stat(d)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "S35: folders are 0700: %s", d)
	}
	_, err = openFolder(path)
	require.Equal(t, activation.CodeLocked, activation.CodeOf(err), "a second server must be refused, got %v", err)

	require.NoError(t, f.close())
	again, err := openFolder(path)
	require.NoError(t, err, "once let go the folder can be used again")
	require.NoError(t, again.close())
}

func TestTokenIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	f, err := openFolder(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.close() })

	one, err := f.token()
	require.NoError(t, err)
	two, err := f.token()
	require.NoError(t, err)
	require.Equal(t, one, two, "the token stays the same over restarts")
	require.GreaterOrEqual(t, len(one), 40)
	info, err := os.Stat(f.file(tokenFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "S35: files are 0600")
}

func TestFolderThatCannotBeMadeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a-file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := openFolder(filepath.Join(file, "data"))
	require.Error(t, err)
	require.Contains(t, err.Error(), "--data", "the error names the remedy")
}
