package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestRowsOfRunsAreKeptAsLongAsTheyAreNeeded(t *testing.T) {
	t.Parallel()
	for _, kept := range []time.Duration{0, 8 * 24 * time.Hour} {
		require.NoError(t, (&Config{DataDir: t.TempDir(), KeepRuns: kept}).setDefaults())
	}
	err := (&Config{DataDir: t.TempDir(), KeepRuns: 7 * 24 * time.Hour}).setDefaults()
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "imports of stopped runs are waited for as long (S17)")
	require.ErrorContains(t, err, "192h")
}
