// Package cluster joins rows into clusters, and keeps rows apart that must never be together. It knows rows as numbers only: no
// table, no value and no engine.
package cluster

import "math"

// Outcome is what became of a join.
type Outcome uint8

// The outcomes.
const (
	Joined   Outcome = iota // two clusters became one
	Together                // they were one already
	Refused                 // two rows that must never be together would have been
)

// Clusters are rows numbered from 0, each alone at first. It takes about 8 bytes a row.
type Clusters struct {
	parent []int32
	size   []int32
	foes   map[int32][]foe // by the root of a cluster
}

// foe is one of a pair that must never be together: mine is in the cluster, other must not come in.
type foe struct{ mine, other int32 }

// Most is the most rows that there can be.
const Most = math.MaxInt32

// New makes n rows.
func New(n int) *Clusters {
	c := &Clusters{parent: make([]int32, n), size: make([]int32, n), foes: map[int32][]foe{}}
	for i := range c.parent {
		c.parent[i], c.size[i] = int32(i), 1
	}
	return c
}

// Never keeps two rows apart; it is said before anything is joined.
func (c *Clusters) Never(a, b int32) {
	ra, rb := c.find(a), c.find(b)
	c.foes[ra] = append(c.foes[ra], foe{a, b})
	c.foes[rb] = append(c.foes[rb], foe{b, a})
}

func (c *Clusters) find(a int32) int32 {
	for c.parent[a] != a {
		c.parent[a] = c.parent[c.parent[a]]
		a = c.parent[a]
	}
	return a
}

// Join puts the clusters of two rows together unless that puts a never pair together, which it returns then.
func (c *Clusters) Join(a, b int32) (o Outcome, never [2]int32) {
	ra, rb := c.find(a), c.find(b)
	if ra == rb {
		return Together, never
	}
	few, of := ra, rb
	if len(c.foes[rb]) < len(c.foes[ra]) {
		few, of = rb, ra
	}
	for _, f := range c.foes[few] {
		if c.find(f.other) == of {
			return Refused, [2]int32{min(f.mine, f.other), max(f.mine, f.other)}
		}
	}
	if c.size[ra] < c.size[rb] {
		ra, rb = rb, ra
	}
	c.parent[rb] = ra
	c.size[ra] += c.size[rb]
	if f, ok := c.foes[rb]; ok {
		c.foes[ra] = append(c.foes[ra], f...)
		delete(c.foes, rb)
	}
	return Joined, never
}

// Block joins rows that all match each other, in their order: each joins the first one before it whose cluster takes it. told hears of
// every join and every refusal. The clusters are those that joining all pairs in their order gives, in time that grows with the rows.
func (c *Clusters) Block(rows []int32, told func(a, b int32, o Outcome, never [2]int32)) {
	var leaders []int32
next:
	for _, r := range rows {
		for _, l := range leaders {
			o, never := c.Join(l, r)
			if o != Together {
				told(l, r, o, never)
			}
			if o != Refused {
				continue next
			}
		}
		leaders = append(leaders, r)
	}
}

// Numbers gives each row the number of its cluster: they count from 0 in the order of their first rows.
func (c *Clusters) Numbers() (numbers []int32, count int) {
	numbers = make([]int32, len(c.parent))
	of := make([]int32, len(c.parent))
	for i := range of {
		of[i] = -1
	}
	for i := range c.parent {
		root := c.find(int32(i))
		if of[root] < 0 {
			of[root] = int32(count)
			count++
		}
		numbers[i] = of[root]
	}
	return numbers, count
}
