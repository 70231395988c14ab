package riverq

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackOffDoublesUpToItsLimit(t *testing.T) {
	t.Parallel()
	q := &Queue{cfg: Config{FirstBackOff: 100 * time.Millisecond, MaxBackOff: 500 * time.Millisecond}}
	for failures, want := range map[int]time.Duration{1: 100, 2: 200, 3: 400, 4: 500, 5: 500, 1000: 500} {
		require.Equal(t, want*time.Millisecond, q.backOff(failures), "after %d failures", failures)
	}
}
