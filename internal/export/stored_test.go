package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

func changedSince() error {
	return activation.Errorf(activation.CodeUnavailable, "the segment was changed since its members were stored").WithRemedy("Evaluate it: segue segment evaluate")
}

func lost() error {
	return activation.Errorf(activation.CodeCannotEvaluate, "the members of the segment are not stored").WithRemedy("Evaluate it: segue segment evaluate")
}

func TestS25ARunWaitsWhileASegmentWasChangedSinceItsMembersWereStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.fails = []error{changedSince(), changedSince(), nil}
	require.EqualValues(t, 1, w.ok(w.do(e)).Added, "it goes on by itself once the segment was evaluated")
	require.Equal(t, 3, w.writes)
	require.Contains(t, w.log.b.String(), "run will be tried again")
}

func TestS27LostMembersStopARunBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	require.EqualValues(t, 1, w.ok(w.do(e)).Added)
	w.fails = []error{lost()}
	r := w.do(e)
	require.Equal(t, activation.StatusFailed, r.Status)
	require.Equal(t, activation.CodeCannotEvaluate, r.ErrorCode)
	require.Contains(t, r.Remedy, "segue segment evaluate")
	require.Contains(t, w.a.contacts, activation.Email("ana@example.com"))
	require.EqualValues(t, 1, w.ok(w.do(e)).Unchanged, "nobody was taken off the list")
}

func TestARunWaitsForTheFirstEvaluationOfASegment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	require.NoError(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		g, err := tx.Segment(t.Context(), "s1")
		if err != nil {
			return err
		}
		if err := tx.SetSegmentSchedule(t.Context(), "s1", activation.SegmentSchedule{Mode: activation.ScheduleStatic}, g.Version, day); err != nil {
			return err
		}
		return tx.CreateRefresh(t.Context(), activation.Refresh{ID: "evaluation", Segment: "s1", Status: activation.StatusRunning, CreatedAt: day, UpdatedAt: day, Version: 1})
	}))
	w.fails = []error{lost(), nil}
	require.EqualValues(t, 1, w.ok(w.do(e)).Added)
	require.Equal(t, 2, w.writes)
}
