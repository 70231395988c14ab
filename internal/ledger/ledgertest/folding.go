package ledgertest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// whatBatchesTellSurvives holds that what batches did to standings is not lost when the ledger closes between any two calls,
// whether somebody looks at the standings in between or not (S12, S30).
func whatBatchesTellSurvives(d *Desk) {
	ana, ivo, eva := person("p1", "ana@example.com", "Ana", "+385911111111"), person("p2", "ivo@example.com", "Ivo"), person("p3", "eva@example.com", "Eva")
	d.Do("e", 1, []Member{eva}, nil)
	for i, look := range []func(){func() {}, func() {
		_, err := d.L.Standings(d.ctx(), "ana@example.com")
		require.NoError(d, err)
	}} {
		for _, reopen := range []func(){func() {}, d.Reopen} {
			pause := func() { reopen(); look() }
			name := fmt.Sprintf("look %d", i)
			run, sum := d.Plan("e", 1, []Member{ana, ivo}, nil)
			require.EqualValues(d, []int64{2, 1}, []int64{sum.Add, sum.Remove}, name)
			b := next(d, run)
			require.Equal(d, ledger.BatchRemoval, b.Kind)
			require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
			pause()
			require.NoError(d, d.L.SettleRemoval(d.ctx(), b.ID, false, d.now))
			pause()
			b = next(d, run)
			require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
			pause()
			require.NoError(d, d.L.RecordNotDone(d.ctx(), b.ID))
			pause()
			require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
			pause()
			require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 7))
			require.NoError(d, d.L.Settle(d.ctx(), b.ID, []ledger.Rejection{{Address: "ivo@example.com", Why: "bad"}}, d.now))
			pause()
			d.Finish(run)
			for address, want := range map[activation.Email]string{"ana@example.com": "owned true", "ivo@example.com": "owned false", "eva@example.com": ""} {
				st, err := d.L.Standings(d.ctx(), address)
				require.NoError(d, err)
				got := ""
				for _, s := range st {
					got += fmt.Sprintf("%s %v", s.Ownership, s.Acknowledged)
				}
				require.Equal(d, want, got, "%s, %s", name, address)
			}
			_, sum = d.Plan("e", 2, []Member{ana, person("p4", "mia@example.com", "Mia", "+385911111111")}, nil)
			require.EqualValues(d, 2, sum.Withheld[activation.ReasonPhoneShared], "%s: the number is Ana's", name)
			_, rc := d.Do("e", 1, []Member{eva}, nil)
			require.EqualValues(d, []int64{1, 2}, []int64{rc.Added, rc.Removed}, name)
		}
	}
}

// refusalsInOrder holds that a refusal removes whom another run sent before it, and leaves alone whom one sends after it,
// though neither has ended (S7, S31).
func refusalsInOrder(d *Desk) {
	ana := person("p1", "ana@example.com", "Ana")
	d.Do("old", 1, []Member{ana}, nil)
	owners := func() (list []activation.ExportID) {
		st, err := d.L.Standings(d.ctx(), "ana@example.com")
		require.NoError(d, err)
		for _, s := range st {
			list = append(list, s.Export)
		}
		return list
	}
	send := func(run activation.RunID) ledger.Batch {
		b := next(d, run)
		require.NoError(d, d.L.RecordSending(d.ctx(), b.ID, 0, d.now))
		return b
	}
	refused := map[string]string{"ana@example.com": activation.ReasonNoConsent}

	// Sent, then refused by another run, then acknowledged: she is off the list.
	first, _ := d.Plan("e1", 1, []Member{ana}, nil)
	refusing, _ := d.Plan("e2", 2, nil, refused)
	b := send(first)
	r := send(refusing)
	require.NoError(d, d.L.SettleRemoval(d.ctx(), r.ID, false, d.now))
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 7))
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.Empty(d, owners(), "the removal was the last word")

	// Refused, then sent by another run whose data are newer: she is on it.
	d.Do("old", 1, []Member{ana}, nil)
	refusing, _ = d.Plan("e4", 2, nil, refused)
	second, _ := d.Plan("e3", 1, []Member{ana}, nil)
	r = send(refusing)
	require.NoError(d, d.L.SettleRemoval(d.ctx(), r.ID, false, d.now))
	b = send(second)
	require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 8))
	require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
	require.Equal(d, []activation.ExportID{"e3"}, owners(), "the import was the last word")

	// Sent by a run whose data are older than those that refused her: it may not.
	third, _ := d.Plan("e5", 1, []Member{ana}, nil)
	refusing, _ = d.Plan("e6", 2, nil, refused)
	r = send(refusing)
	require.NoError(d, d.L.SettleRemoval(d.ctx(), r.ID, false, d.now))
	b = next(d, third)
	require.Equal(d, activation.CodeConflict, activation.CodeOf(d.L.RecordSending(d.ctx(), b.ID, 0, d.now)), "the clock stood still between the two plans")
	require.Empty(d, owners())
}

// movedInOneBatch holds that of many batches just the one is refused that holds somebody who opted out since the plan, early
// or late, after a start and without one (S25).
func movedInOneBatch(d *Desk) {
	d.Limits.MaxRows = 1
	var people []Member
	for i := range 12 {
		people = append(people, person(fmt.Sprintf("p%02d", i), fmt.Sprintf("p%02d@example.com", i), "Ana", fmt.Sprintf("+3859111111%02d", i)))
	}
	for i, out := range []int{0, 1, 2, 6, 11} {
		for _, reopen := range []bool{false, true} {
			export := fmt.Sprintf("e%d-%v", i, reopen)
			run, sum := d.Plan(export, 1, people, nil)
			require.EqualValues(d, 12, sum.Add, export)
			other, _ := d.Plan(export+"-other", 2, people[:1], nil)
			if reopen {
				d.Reopen()
			}
			contact := ledger.MirrorContact{Contact: 1, Address: activation.Email(people[out].Address), OptedOut: true}
			for k := range people {
				b := next(d, run)
				if k == max(out-2, 0) {
					d.Mirror(contact)
				}
				err := d.L.RecordSending(d.ctx(), b.ID, 0, d.now)
				if k == out {
					require.Equal(d, activation.CodeConflict, activation.CodeOf(err), "%s, batch %d", export, k)
					break
				}
				require.NoError(d, err, "%s, batch %d", export, k)
				require.NoError(d, d.L.RecordAccepted(d.ctx(), b.ID, 7))
				require.NoError(d, d.L.Settle(d.ctx(), b.ID, nil, d.now))
				if k == 3 { // another run's sending makes it ask again
					require.NoError(d, d.L.RecordSending(d.ctx(), next(d, other).ID, 0, d.now))
				}
			}
			contact.OptedOut = false
			d.Mirror(contact)
			require.NoError(d, d.L.Abort(d.ctx(), run, activation.ReasonStopped))
			d.Finish(run)
			require.NoError(d, d.L.Abort(d.ctx(), other, activation.ReasonStopped))
			d.Finish(other)
		}
	}
}
