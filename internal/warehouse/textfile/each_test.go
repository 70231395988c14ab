package textfile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/textfile"
)

// surveyOf writes a file of n rows, some of them longer than a batch, and looks at it.
func surveyOf(t *testing.T, n int) (*textfile.Survey, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	var text strings.Builder
	text.WriteString("id,note,points\n")
	for i := range n {
		note := ""
		if i%1000 == 7 {
			note = strings.Repeat("x", 1<<20+i)
		}
		fmt.Fprintf(&text, "r%d,%s,%d\n", i, note, i)
	}
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	s, err := textfile.Look(t.Context(), textfile.Request{Files: []warehouse.File{{Path: path, Name: "rows.csv"}}})
	require.NoError(t, err)
	require.EqualValues(t, n, s.Rows)
	return s, path
}

func TestEachGivesEveryRowOnceInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	const n = 5000
	s, _ := surveyOf(t, n)
	i := 0
	require.NoError(t, s.Each(t.Context(), func(row []any) error {
		var note any
		if i%1000 == 7 {
			note = strings.Repeat("x", 1<<20+i)
		}
		require.Equal(t, []any{fmt.Sprintf("r%d", i), note, float64(i)}, row)
		i++
		return nil
	}))
	require.Equal(t, n, i)
}

func TestEachEndsWithTheFirstErrorOfWhomItGivesTheRowsTo(t *testing.T) {
	t.Parallel()
	s, _ := surveyOf(t, 5000)
	enough := errors.New("enough")
	seen := 0
	require.ErrorIs(t, s.Each(t.Context(), func([]any) error {
		if seen++; seen == 10 {
			return enough
		}
		return nil
	}), enough)
	require.Equal(t, 10, seen)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, s.Each(ctx, func([]any) error { cancel(); return nil }), context.Canceled)
}

func TestEachRefusesAFileThatChangedSinceItWasLookedAt(t *testing.T) {
	t.Parallel()
	s, path := surveyOf(t, 50)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(text, "r50,,50\n"...), 0o600))
	err = s.Each(t.Context(), func([]any) error { return nil })
	require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err))
	require.ErrorContains(t, err, "changed while it was read")
}
