package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// shownAgain holds that a refused person whom Segue wrote to a list and took off it is taken off once more when the mirror shows
// her there since, however long ago that was, and once; nobody is whom no export ever sent there (S2, S7, S19).
func shownAgain(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent, "mia@example.com": activation.ReasonConsentConflict}
	on := func(lists ...activation.ListID) { // Mia was put there by hand, and Segue never sent her
		d.Later(time.Hour)
		d.Mirror(ledger.MirrorContact{Contact: 1, Address: "ana@example.com", Lists: lists}, ledger.MirrorContact{Contact: 2, Address: "mia@example.com", Lists: []activation.ListID{1, 2}})
	}
	run := func() map[int64][]string {
		d.Later(time.Hour)
		s, rc := d.Do("e", 1, []Member{ivo, eva}, refused)
		require.EqualValues(d, len(s.Removals[1])+len(s.Removals[2])+len(s.Removals[9]), rc.RefusalRemoved)
		return s.Removals
	}
	d.Note(1, "e", false)
	d.Note(2, "other", false)
	d.Do("e", 1, []Member{ana, ivo, eva}, nil)
	d.Do("other", 2, []Member{ivo}, nil)
	on(1)
	d.Later(time.Hour)
	s, _ := d.Do("e", 1, []Member{ivo, eva}, refused)
	require.Equal(d, []string{"ana@example.com"}, s.Removals[1])
	require.Empty(d, run(), "what was read before she was taken off says nothing")
	on()
	require.Empty(d, run())

	on(1, 2, 9)
	d.Reopen()
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, run(), "of the list that Segue wrote her to, and of no other")
	require.Empty(d, run(), "once")

	d.Later(100 * 24 * time.Hour)
	require.NoError(d, d.L.Prune(d.ctx(), d.now))
	on(1)
	require.Equal(d, map[int64][]string{1: {"ana@example.com"}}, run(), "also when the rows of runs are gone")

	// Somebody who left, and comes back by hand, stays: until she is refused, be it that she opted out.
	d.Do("e", 1, []Member{ivo}, refused)
	d.Later(time.Hour)
	d.Mirror(ledger.MirrorContact{Contact: 3, Address: "eva@example.com", Lists: []activation.ListID{1}})
	s, _ = d.Do("e", 1, []Member{ivo}, refused)
	require.Empty(d, s.Removals)
	d.Later(100 * 24 * time.Hour)
	require.NoError(d, d.L.Prune(d.ctx(), d.now))
	d.Mirror(ledger.MirrorContact{Contact: 3, Address: "eva@example.com", OptedOut: true, Lists: []activation.ListID{1}})
	s, rc := d.Do("e", 1, []Member{ivo, eva}, refused)
	require.Equal(d, map[int64][]string{1: {"eva@example.com"}}, s.Removals)
	require.EqualValues(d, 1, rc.Reasons[activation.ReasonOptedOut])
}
