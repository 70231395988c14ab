package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// refusedOnOlderData holds that a run under way ends with a receipt that adds up when a run on older data takes somebody off the
// list, as refused, whom it had found unchanged (S7, S11).
func refusedOnOlderData(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Later(time.Hour)
	older, _ := d.Plan("other", 2, nil, map[string]string{"ana@example.com": activation.ReasonNoConsent})
	d.Later(time.Hour)
	run, _ := d.Plan("e", 1, []Member{ana, ivo}, nil) // she consented meanwhile
	d.Later(time.Minute)
	s := d.Settle(older)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1])
	d.Finish(older)
	d.Later(time.Minute)
	d.Settle(run)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{2, 1, 1, 1}, []int64{rc.Members, rc.Unchanged, rc.Rejected, rc.Reasons[activation.ReasonNoConsent]})
	d.Later(time.Hour)
	_, rc = d.Do("e", 1, []Member{ana, ivo}, nil)
	require.EqualValues(d, []int64{1, 1}, []int64{rc.Added, rc.Unchanged}, "the next run puts her on it again")
}
