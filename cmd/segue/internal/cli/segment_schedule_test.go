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

func TestSegmentsAreHeldAgainstEachOtherAndDuplicated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	b.ok("segment", "add", "Ivos", "--where", "name = Ivo")
	require.Equal(t, "Segment \"Anas 2\" is added, with the same rules. It is evaluated with every refresh and every run.\n", b.ok("segment", "duplicate", "Anas", "Anas 2"))
	require.Equal(t, ""+
		"SEGMENT  MEMBERS  ONLY IN IT  IN ALL THE OTHERS\n"+
		"Anas           1           0            100.0 %\n"+
		"Anas 2         1           0            100.0 %\n"+
		"\n1 in all of them, 1 in at least one.\n", b.ok("segment", "overlap", "Anas", "Anas 2"))
	require.Contains(t, b.ok("segment", "overlap", "Anas", "Anas 2", "Ivos"), "      1  Anas, Anas 2\n      1  Ivos\n")
	require.Contains(t, b.fails(exitUsage, "segment", "overlap", "Anas"), "at least two")
	require.Contains(t, b.fails(exitInvalid, "segment", "overlap", "Anas", "Anas"), "against itself")
}

func TestASegmentMayBeAnSQLQuery(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	asked := b.write(t.TempDir(), "asked.sql", "SELECT profile_id\nFROM profiles\n")
	require.Equal(t, "Segment \"Asked\" is added.\n", b.ok("segment", "add", "Asked", "--sql", asked))
	require.Contains(t, b.ok("segment", "show", "Asked"), "{customer: SELECT profile_id FROM profiles} in query\n")
	refused := b.write(t.TempDir(), "refused.sql", "SELECT x FROM refused")
	require.Contains(t, b.fails(exitInvalid, "segment", "update", "Asked", "--sql", refused), "no table \"refused\" for queries")
	require.Contains(t, b.fails(exitUsage, "segment", "add", "Both", "--sql", asked, "--where", "name = Ana"), "can't be used together")
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
	require.Equal(t, "AT                MEMBERS\n2026-11-24 10:00        1\n2026-11-24 10:00        1\n", b.ok("segment", "trend", "Anas"))
	require.Equal(t, "1 entered and 1 left between 2026-11-24 10:00 and 2026-11-24 10:00.\nThe history begins at 2026-11-24 10:00: what changed before is not known.\n"+
		"CUSTOMER  HAS      SEEN AT\nc2        entered  2026-11-24 10:00\nc1        left     2026-11-24 10:00\n",
		b.ok("segment", "changes", "Anas", "--since", "2026-11-24"), "the day begins before the history does")
	require.Contains(t, b.fails(exitUsage, "segment", "changes", "Anas", "--since", "yesterday"), "neither a day such as")
	require.Contains(t, b.fails(exitInvalid, "segment", "changes", "Anas", "--since", "2027-01-01T00:00:00Z"), "lies in the future")
	b.ok("segment", "add", "Nobody yet", "--where", "name = Iva")
	require.Equal(t, "No refresh has evaluated the segment in this time.\n", b.ok("segment", "trend", "Nobody yet"))
	require.Contains(t, b.fails(exitConflict, "segment", "changes", "Nobody yet", "--since", "2026-11-24"), "nothing is known")
	require.Contains(t, b.ok("segment", "schedule", "Anas", "--cron", "30 6 * * *", "--zone", "Europe/Zagreb"), "by its own schedule: 30 6 * * * (Europe/Zagreb)")
	require.Contains(t, b.fails(exitUsage, "segment", "schedule", "Anas"), "missing flags")
	require.Contains(t, b.ok("segment", "schedule", "Anas", "--with-refresh"), "with every refresh and every run")
}
