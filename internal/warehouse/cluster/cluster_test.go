package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/warehouse/cluster"
)

// plain is the obvious way: every row has a label, a join relabels, a never pair is looked for among all.
type plain struct {
	label []int
	never [][2]int
}

func (p *plain) join(a, b int) bool {
	if p.label[a] == p.label[b] {
		return true
	}
	for _, n := range p.never {
		x, y := p.label[n[0]], p.label[n[1]]
		if (x == p.label[a] && y == p.label[b]) || (x == p.label[b] && y == p.label[a]) {
			return false
		}
	}
	from, to := p.label[b], p.label[a]
	for i, l := range p.label {
		if l == from {
			p.label[i] = to
		}
	}
	return true
}

func (p *plain) numbers() []int32 {
	seen, out := map[int]int32{}, []int32{}
	for _, l := range p.label {
		if _, ok := seen[l]; !ok {
			seen[l] = int32(len(seen))
		}
		out = append(out, seen[l])
	}
	return out
}

func TestJoinsAreThoseOfThePlainWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "rows")
		pair := rapid.Custom(func(t *rapid.T) [2]int {
			a := rapid.IntRange(0, n-2).Draw(t, "a")
			return [2]int{a, rapid.IntRange(a+1, n-1).Draw(t, "b")}
		})
		c, p := cluster.New(n), &plain{label: make([]int, n)}
		for i := range p.label {
			p.label[i] = i
		}
		p.never = rapid.SliceOfN(pair, 0, 5).Draw(t, "never")
		for _, x := range p.never {
			c.Never(int32(x[0]), int32(x[1]))
		}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "block") {
				// All pairs of the block, in order, against the one pass over it.
				in := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 2, n, rapid.ID).Draw(t, "rows of the block")
				rows := []int32{}
				for i := range n {
					for _, x := range in {
						if x == i {
							rows = append(rows, int32(i))
						}
					}
				}
				c.Block(rows, func(a, b int32, o cluster.Outcome, _ [2]int32) {
					require.NotEqual(t, cluster.Together, o, "%d %d", a, b)
				})
				for i, a := range rows {
					for _, b := range rows[i+1:] {
						p.join(int(a), int(b))
					}
				}
				continue
			}
			x := pair.Draw(t, "pair")
			o, never := c.Join(int32(x[0]), int32(x[1]))
			require.Equal(t, p.join(x[0], x[1]), o != cluster.Refused)
			if o == cluster.Refused {
				require.Contains(t, p.never, [2]int{int(never[0]), int(never[1])})
			}
		}
		got, count := c.Numbers()
		require.Equal(t, p.numbers(), got)
		require.EqualValues(t, count-1, max(0, maxOf(got)))
		for _, x := range p.never {
			require.NotEqual(t, got[x[0]], got[x[1]])
		}
	})
}

func maxOf(list []int32) (m int32) {
	for _, v := range list {
		m = max(m, v)
	}
	return m
}
