package ingest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/httpapi/apitest"
)

func TestFilesThatASourceMayNameAreListed(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	list, err := s.Sources.Files(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
	data := filepath.Dir(s.Uploads)
	outside := filepath.Join(filepath.Dir(s.Files), "out.csv")
	for _, path := range []string{
		filepath.Join(s.Files, "in.csv"), filepath.Join(s.Files, "sub", "deep.csv"), filepath.Join(s.Files, ".hidden.csv"),
		filepath.Join(s.Files, ".folder", "in.csv"), filepath.Join(s.Files, "b*.csv"), filepath.Join(s.Files, "a", "b", "c", "d", "e", "f", "far.csv"),
		filepath.Join(s.Uploads, "up.csv"), filepath.Join(s.Uploads, ".upload-1"), filepath.Join(data, "secret.csv"), outside,
	} {
		write(t, path, people)
	}
	for name, to := range map[string]string{"link-out.csv": outside, "link-data.csv": filepath.Join(data, "secret.csv"), "folder": data} {
		require.NoError(t, os.Symlink(to, filepath.Join(s.Files, name)))
	}
	list, err = s.Sources.Files(t.Context())
	require.NoError(t, err)
	paths := []string{}
	for _, f := range list {
		paths = append(paths, f.Path)
		require.EqualValues(t, len(people), f.Size)
		require.False(t, f.ChangedAt.IsZero())
		src, err := s.Sources.Create(t.Context(), source(f.Path))
		require.NoError(t, err, "what is listed can be named")
		require.NoError(t, s.Sources.Delete(t.Context(), src.ID))
	}
	require.Equal(t, []string{"up.csv", filepath.Join(s.Files, "in.csv"), filepath.Join(s.Files, "sub", "deep.csv")}, paths)
	require.Equal(t, s.Files, list[1].Folder)
	require.Empty(t, list[0].Folder, "an upload lies in no source folder")

	require.NoError(t, os.RemoveAll(s.Files))
	list, err = s.Sources.Files(t.Context())
	require.NoError(t, err, "a folder that is gone hides no other")
	require.Len(t, list, 1)
}
