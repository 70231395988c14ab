package export_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger/ledgertest"
	"segue/internal/warehouse"
)

// customer is a profile.
type customer struct {
	id, address, problem string // an address, or why it is none
	refused              string // why nobody may mail the address (S7)
	first, last, phone   string
	points               string
	in                   []string // segments
}

// people is a small warehouse: profiles that are said to be in segments.
type people struct {
	warehouse.Warehouse
	t      testing.TB
	pen    *ledgertest.Pen
	mu     sync.Mutex
	list   []customer
	fails  []error // of the next hand-overs
	writes int
	asOf   []time.Time
	builds int64 // after the first
	// evaluated is when members were stored.
	evaluated map[activation.SegmentID]time.Time
}

// are says who the customers are now.
func (p *people) are(list ...customer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = list
}

func (c customer) value(field string) string {
	return map[string]string{"First": c.first, "Last": c.last, "Phone": c.phone, "Points": c.points}[field]
}

// WriteMembers implements warehouse.Warehouse.
func (p *people) WriteMembers(_ context.Context, r warehouse.MembersRequest) (warehouse.HandOver, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes++
	p.asOf = append(p.asOf, r.AsOf)
	if len(p.fails) > 0 {
		err := p.fails[0]
		p.fails = p.fails[1:]
		if err != nil {
			return warehouse.HandOver{}, err
		}
	}
	winner, refused := map[string]customer{}, map[string]string{}
	for _, c := range p.list {
		if w, ok := winner[c.address]; c.address != "" && (!ok || c.id < w.id) {
			winner[c.address] = c
		}
		if c.refused != "" {
			refused[c.address] = c.refused
		}
	}
	var members, addresses, refusals [][]string
	wanted := map[string]bool{}
	for _, c := range p.list {
		if !slices.ContainsFunc(r.Segments, func(s activation.Segment) bool { return s.ID == "everybody" || slices.Contains(c.in, string(s.ID)) }) {
			continue
		}
		problem := c.problem
		if refused[c.address] != "" {
			problem = refused[c.address]
		}
		members = append(members, []string{c.id, c.address, problem, winner[c.address].id})
		if c.address != "" && problem == "" {
			wanted[c.address] = true
		}
	}
	names := "address, profile_id"
	for _, prefix := range []string{"v", "p"} {
		for i := range r.Mapping.Attributes {
			names += ", " + prefix + string(rune('0'+i))
		}
	}
	for a := range wanted {
		row := []string{a, winner[a].id}
		for _, m := range r.Mapping.Attributes {
			row = append(row, winner[a].value(m.Field))
		}
		addresses = append(addresses, append(row, make([]string, len(r.Mapping.Attributes))...))
	}
	for a, why := range refused {
		refusals = append(refusals, []string{a, why})
	}
	first := func(x, y []string) int { return strings.Compare(x[0], y[0]) }
	slices.SortFunc(members, first)
	slices.SortFunc(addresses, first)
	slices.SortFunc(refusals, first)
	stem := filepath.Join(r.Dir, r.Name)
	h := warehouse.HandOver{
		MembersPath: stem + ".members.parquet", AddressesPath: stem + ".addresses.parquet", RefusalsPath: stem + ".refusals.parquet",
		Members: int64(len(members)), Addresses: int64(len(addresses)), Refusals: int64(len(refusals)), Snapshot: 1 + p.builds, DataAt: day, Evaluated: maps.Clone(p.evaluated),
	}
	p.pen.Write(p.t, h.MembersPath, "profile_id, address, problem, winner", members)
	p.pen.Write(p.t, h.AddressesPath, names, addresses)
	p.pen.Write(p.t, h.RefusalsPath, "address, reason", refusals)
	return h, nil
}

func (p *people) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writes
}

// filesOf returns the hand-over files that lie in the folder.
func filesOf(dir string) []string {
	entries, _ := os.ReadDir(dir)
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
