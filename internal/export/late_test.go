package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func TestS17AfterSixHoursOfWaitingPeopleAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.maxLookStep = 10 * time.Minute
	w.restart()
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.a.fates = []fate{{takes: 8 * time.Hour}}
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.driveFor(5 * time.Hour)
	require.Equal(t, activation.StatusWaiting, w.run(id).Status)
	require.Empty(t, w.run(id).Error)
	w.driveFor(90 * time.Minute)
	r := w.run(id)
	require.Equal(t, activation.StatusWaiting, r.Status)
	require.Equal(t, activation.CodeUnavailable, r.ErrorCode)
	require.Contains(t, r.Error, "has not ended at Brevo")
	require.NotEmpty(t, r.Remedy)
	w.drive()
	require.EqualValues(t, 1, w.ok(w.run(id)).Added)
	require.Empty(t, w.run(id).Error, "all is well when it ends")
}
