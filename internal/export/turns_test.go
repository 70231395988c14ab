package export

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

var (
	accountA = activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "a"}
	accountB = activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "b"}
)

func TestS24RunsOfOneAccountTakeTurnsInOrder(t *testing.T) {
	t.Parallel()
	tu := newTurns()
	require.True(t, tu.take(accountA, "r1", false))
	require.False(t, tu.take(accountA, "r2", false), "the second run waits")
	require.False(t, tu.take(accountA, "r3", false))
	require.True(t, tu.take(accountA, "r1", false), "taking again keeps the turn")
	require.True(t, tu.pass(accountA, "r1"))
	require.True(t, tu.take(accountA, "r2", false))
	require.False(t, tu.take(accountA, "r1", false), "who passed stands at the end of the line")
	require.False(t, tu.pass(accountA, "r3"), "only the holder can pass")
	tu.leave("r2")
	require.True(t, tu.take(accountA, "r3", false))
	tu.leave("r3")
	require.True(t, tu.take(accountA, "r1", false))
	require.False(t, tu.pass(accountA, "r1"), "nobody else waits")
}

func TestS24AccountsNeverWaitForEachOther(t *testing.T) {
	t.Parallel()
	tu := newTurns()
	require.True(t, tu.take(accountA, "r1", false))
	require.True(t, tu.take(accountB, "r2", false))
}

func TestS24NobodyStarves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tu := newTurns()
		runs := []activation.RunID{"r1", "r2", "r3", "r4"}
		for _, r := range runs {
			tu.take(accountA, r, false)
		}
		served := map[activation.RunID]int{}
		for range rapid.IntRange(8, 40).Draw(t, "turns") {
			holders := 0
			var holder activation.RunID
			for _, r := range runs {
				if tu.take(accountA, r, false) {
					holders++
					holder = r
				}
			}
			if holders != 1 {
				t.Fatalf("want one holder, got %d", holders)
			}
			served[holder]++
			tu.pass(accountA, holder)
		}
		for _, a := range runs {
			for _, b := range runs {
				if served[a]-served[b] > 1 {
					t.Fatalf("unfair: %v", served)
				}
			}
		}
	})
}

func TestS24RemovalsGoAheadOfImportsAndNobodyStarves(t *testing.T) {
	t.Parallel()
	tu := newTurns()
	require.True(t, tu.take(accountA, "sending", false))
	require.False(t, tu.take(accountA, "i1", false))
	require.False(t, tu.take(accountA, "i2", false))
	require.False(t, tu.take(accountA, "x1", true))
	require.True(t, tu.take(accountA, "sending", false), "who has the turn is not overtaken")
	require.True(t, tu.pass(accountA, "sending"))
	require.True(t, tu.take(accountA, "x1", true), "ahead of both imports")
	for range 20 {
		require.False(t, tu.pass(accountA, "x1"), "one after the other")
	}
	require.False(t, tu.take(accountA, "x2", true))
	require.True(t, tu.pass(accountA, "x1"), "two that only remove take turns")
	require.True(t, tu.take(accountA, "x2", true))
	require.True(t, tu.pass(accountA, "x2"))
	tu.leave("x1")
	require.True(t, tu.take(accountA, "x2", true))
	require.False(t, tu.take(accountA, "x3", true))
	tu.leave("x2")
	require.True(t, tu.take(accountA, "x3", true))
	require.False(t, tu.take(accountA, "x4", true), "a fourth one is not let in front")
	tu.leave("x3")
	require.True(t, tu.take(accountA, "i1", false))
	tu.remains(accountA, "i1", false)
	require.True(t, tu.pass(accountA, "i1"))
	require.True(t, tu.take(accountA, "i2", false))
}
