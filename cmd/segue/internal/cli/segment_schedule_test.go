package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
)

// workEvaluation works the newest evaluation of a segment to its end, as the queue does.
func (b *bench) workEvaluation(name string) {
	b.t.Helper()
	for range 50 {
		var newest []activation.Refresh
		require.NoError(b.t, b.Store.View(b.t.Context(), func(r store.Reader) error {
			g, err := r.SegmentByName(b.t.Context(), name)
			if err != nil {
				return err
			}
			newest, err = r.Evaluations(b.t.Context(), g.ID, 1)
			return err
		}))
		if newest[0].Status.Final() {
			return
		}
		_, err := b.Refresh.Step(b.t.Context(), jobs.StepRefresh{Refresh: newest[0].ID})
		require.NoError(b.t, err)
	}
}

func TestSegmentsAreScheduledAndEvaluated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.NotContains(t, b.ok("segment", "show", "Anas"), "Evaluated", "by every run, as ever")
	require.Contains(t, b.fails(exitInvalid, "segment", "evaluate", "Anas"), "keeps no members: every run evaluates it")
	require.Equal(t, "Segment \"Anas\" is evaluated only on demand.\n", b.ok("segment", "schedule", "Anas", "--static"))
	require.Contains(t, b.ok("segment", "show", "Anas"), "none yet, so its exports do not run")
	b.workEvaluation("Anas")
	require.Contains(t, b.ok("segment", "show", "Anas"), "1, as of 2026-")
	require.Contains(t, b.ok("segment", "update", "Anas", "--where", "name = Ivo"), "changed")
	require.Contains(t, b.ok("segment", "show", "Anas"), "of another definition, so its exports wait until it is evaluated")
	require.Contains(t, b.ok("segment", "evaluate", "Anas"), "The evaluation has begun")
	b.workEvaluation("Anas")
	require.NotContains(t, b.ok("segment", "show", "Anas"), "of another definition")
	require.Contains(t, b.ok("segment", "schedule", "Anas", "--cron", "30 6 * * *", "--zone", "Europe/Zagreb"), "by its own schedule: 30 6 * * * (Europe/Zagreb)")
	require.Contains(t, b.fails(exitUsage, "segment", "schedule", "Anas"), "missing flags")
	require.Contains(t, b.ok("segment", "schedule", "Anas", "--with-refresh"), "with every refresh and every run")
}
