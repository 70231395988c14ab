package crash

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// household is a phone that several people share.
const household = "+385912999999"

// person is a row of the source. What must become of people is calculated here, from these fields alone.
type person struct {
	id, email, phone, name, consent, tier, note string
}

// people is a source: who there is now.
type people struct {
	rng  *rand.Rand
	all  []person
	next int
	note string // long texts make several batches of few people
}

func newPeople(rng *rand.Rand, n int, note string) *people {
	p := &people{rng: rng, note: note}
	for range n {
		p.join()
	}
	return p
}

// join adds somebody, as dirty as sources are.
func (p *people) join() {
	i := p.next
	p.next++
	x := person{
		id: fmt.Sprintf("P%05d", i), email: fmt.Sprintf("Person.%05d@Example.com", i), phone: fmt.Sprintf("+38591%07d", 2000000+i),
		name: fmt.Sprintf("Name %d", i), consent: "yes", tier: "gold", note: p.note,
	}
	switch p.rng.IntN(12) {
	case 0:
		x.consent = "no"
	case 1:
		x.tier = "none"
	case 2:
		x.email = "not an address"
	case 3:
		x.phone = household
	case 4:
		x.phone = "12"
	case 5:
		if len(p.all) > 0 {
			x.email = strings.ToLower(p.all[p.rng.IntN(len(p.all))].email) // an address twice
		}
	}
	p.all = append(p.all, x)
}

// change lets some people leave, withdraw consent, lose their tier, change their name or join.
func (p *people) change() {
	var left []person
	for _, x := range p.all {
		switch p.rng.IntN(25) {
		case 0:
			continue
		case 1:
			x.consent = "no"
		case 2:
			x.tier = "none"
		case 3, 4:
			x.name += "!"
		}
		left = append(left, x)
	}
	p.all = left
	for range 1 + len(left)/20 {
		p.join()
	}
}

func (p *people) write(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	w := csv.NewWriter(f)
	require.NoError(t, w.Write([]string{"id", "email", "phone", "name", "consent", "tier", "note"}))
	for _, x := range p.all {
		require.NoError(t, w.Write([]string{x.id, x.email, x.phone, x.name, x.consent, x.tier, x.note}))
	}
	w.Flush()
	require.NoError(t, w.Error())
	require.NoError(t, f.Close())
}

// sharing counts the addresses whose winner has the household's phone.
func (p *people) sharing() int {
	n, seen := 0, map[string]bool{}
	for _, x := range p.all { // in the order of their ids
		a := strings.ToLower(x.email)
		if strings.Contains(a, "@") && !seen[a] && x.phone == household {
			n++
		}
		seen[a] = true
	}
	return n
}

// outside counts the addresses of members whose values are those of somebody who is no member, for whom no member is counted as
// added or updated (S5, S11).
func (p *people) outside() (n int) {
	winner, in := map[string]person{}, map[string]bool{}
	for _, x := range p.all { // in the order of their ids
		a := strings.ToLower(x.email)
		if _, seen := winner[a]; !seen {
			winner[a] = x
		}
		in[a] = in[a] || x.tier == "gold"
	}
	for a, x := range winner {
		if in[a] && x.tier != "gold" {
			n++
		}
	}
	return n
}

// wanted calculates who must be on the list, with which name: an address of somebody in the tier, where nobody who has
// the address lacks consent. The name is that of the smallest id.
func (p *people) wanted(optedOut []string) map[string]string {
	names, refused, in := map[string]string{}, map[string]bool{}, map[string]bool{}
	sorted := slices.Clone(p.all)
	slices.SortFunc(sorted, func(a, b person) int { return strings.Compare(a.id, b.id) })
	for _, x := range sorted {
		a := strings.ToLower(x.email)
		if !strings.Contains(a, "@") {
			continue
		}
		if _, ok := names[a]; !ok {
			names[a] = x.name
		}
		refused[a] = refused[a] || x.consent != "yes"
		in[a] = in[a] || x.tier == "gold"
	}
	for a := range names {
		if refused[a] || !in[a] || slices.Contains(optedOut, a) {
			delete(names, a)
		}
	}
	return names
}
