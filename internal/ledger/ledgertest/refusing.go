package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
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

// optedOutAfterLeaving holds that whoever opted out is taken off lists that she had left as well (S7).
func optedOutAfterLeaving(d *Desk) {
	ana, ivo := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo")
	d.Do("e", 1, []Member{ana, ivo}, nil)
	d.Do("e", 1, []Member{ivo}, nil) // Ana leaves; somebody may put her on the list again by hand
	d.Later(time.Hour)
	d.Mirror(ledger.MirrorContact{Contact: 5, Address: "ana@example.com", OptedOut: true})
	s, rc := d.Do("other", 2, []Member{ivo}, nil)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1], "from every list that Segue wrote her to")
	require.EqualValues(d, []int64{0, 1}, []int64{rc.Leavers, rc.RefusalRemoved})
	d.Later(time.Hour)
	s, rc = d.Do("e", 1, []Member{ivo}, nil)
	require.Empty(d, s.Removals, "once")
	require.Zero(d, rc.RefusalRemoved)
}
