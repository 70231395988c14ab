package duckdb

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAFailedCommitIsDoubtful holds that the file is opened anew after each commit that fails: what DuckDB says of it names too little memory
// in other words than elsewhere.
func TestAFailedCommitIsDoubtful(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"TransactionContext Error: Failed to commit: failed to pin block of size 12.0 MiB (480.2 MiB/488.2 MiB used)": true,
		"Out of Memory Error: failed to allocate data of size 16.0 MiB (256.0 MiB/256.0 MiB used)":                    true,
		"Conversion Error: Could not convert": false,
	} {
		require.Equal(t, want, doubtful(fmt.Errorf("settle: %w", translate(errors.New(text)))), text)
	}
}
