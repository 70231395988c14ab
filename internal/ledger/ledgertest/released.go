package ledgertest

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
)

// releasedOnce holds that plans made again and again half-way together remove at most 5 % more than the plan that was released, not
// each of them 5 % more than the one before; also when the ledger is opened anew in between, and by a newer run (S26).
func releasedOnce(d *Desk) {
	var people []Member
	for i := range 200 {
		people = append(people, person(fmt.Sprintf("p%03d", i), fmt.Sprintf("p%03d@example.com", i), "Ana"))
	}
	d.Do("e", 1, people, nil)
	run, _ := d.Plan("e", 1, people[:100], nil)
	again := func(stay int, released bool) bool {
		r := d.request(run, "e", 1, people[:stay], nil)
		r.Released = released
		_, err := d.L.Plan(d.ctx(), r)
		require.NoError(d, err)
		return d.L.ReleaseHolds(run)
	}
	require.True(d, again(97, true), "3 more of 100")
	require.True(d, again(95, true), "5 more of 100")
	d.Reopen()
	require.True(d, again(95, true))
	newer, _ := d.Plan("e", 1, people[:93], nil)
	covered, err := d.L.CoveredBy(d.ctx(), newer, run)
	require.NoError(d, err)
	require.False(d, covered, "7 more than the 100 that were released, if 2 more than its newest plan")
	require.NoError(d, d.L.Discard(d.ctx(), newer))
	require.False(d, again(93, true), "7 more than were released")
	require.True(d, again(88, true), "what is released anew counts from its own plan: 5 more of 107")
	require.False(d, again(87, true), "6 more of 107")
	require.False(d, again(87, false), "of a plan that was not released there is no release")
	require.True(d, again(86, true), "1 more of 113")
	s := d.Settle(run)
	require.Len(d, s.Removals[1], 114)
	require.True(d, strings.HasPrefix(s.Removals[1][0], "p086"))
	d.Finish(run)
}
