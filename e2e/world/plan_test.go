package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// sending is a row of an import.
type sending struct {
	addr   string
	values map[string]string // by attribute, without those that are empty, unless they empty what is stored (S16)
	bucket string            // added or updated
}

// fingerprint is what S14 compares.
func (s sending) fingerprint() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		fmt.Fprintf(&b, "%s=%s|", name, s.values[name])
	}
	return b.String()
}

// plan is what a run would do, as of a moment.
type plan struct {
	members  expectation // the buckets of members
	send     []sending
	leavers  []leaver // of the export
	refusals []place  // of whomever, besides
	wanted   map[string]bool
	faulty   map[string]bool
	others   map[string]bool // addresses of members whose winner is no member (S5)
	held     map[string]bool // why the brake holds it (S26)
}

// dry is what the plan says before anything is done.
func (p *plan) dry() expectation {
	x := p.members
	for _, l := range p.leavers {
		x.leavers++
		x.add(cmp.Or(l.outside, l.bucket))
	}
	x.refusals = len(p.refusals)
	return x
}

func (x *expectation) add(bucket string) {
	switch bucket {
	case "removed":
		x.removed++
	case "kept":
		x.kept++
	case "still_wanted":
		x.stillWanted++
	case "not_removed", "once_joined":
		x.notRemoved++
	}
}

// plan makes the plan of a run of the export (S11, S12, S14, S15).
func (m *model) plan(e *exportDef, noted bool) *plan {
	if !m.off[e.over] {
		m.look()
	}
	if noted {
		m.note(e)
	}
	win, refused := m.winners(), m.refusedByConsent()
	shared := m.sharedInProfiles(e.field, win)
	outcome := map[string]string{} // of wanted addresses
	p := &plan{wanted: map[string]bool{}, faulty: map[string]bool{}}
	for addr := range wantedBy(e, m.people) {
		if refused[addr] || m.optedOut[addr] {
			outcome[addr] = "rejected"
			continue
		}
		p.wanted[addr] = true
		s, ok := m.render(e, addr, win[addr], shared)
		if !ok { // keeps its old state on the list and is no leaver
			outcome[addr] = "faulty"
			p.faulty[addr] = true
			continue
		}
		st := m.standings[place{e.id, e.list, addr}]
		switch {
		case st == nil || !st.ever:
			s.bucket = "added"
		case st.acked && st.values == s.fingerprint() && m.holds(s):
			outcome[addr] = "unchanged"
			continue
		default:
			s.bucket = "updated"
		}
		outcome[addr] = s.bucket
		p.send = append(p.send, s)
	}
	p.members, p.others = m.count(e, win, outcome)
	m.leave(e, p, refused, outcome)
	p.held = m.brake(e, p)
	return p
}

// holds reports whether nobody was sent anything else since: attributes belong to the contact, whatever list it is on (S12).
func (m *model) holds(s sending) bool {
	for name, v := range s.values {
		if held, sent := m.held[s.addr][name]; sent && held != v {
			return false
		}
	}
	return true
}

// doubt has everybody sent again by exports that feed an attribute which was found missing: it may be there again, and empty (S12).
func (m *model) doubt() {
	for _, e := range m.exports {
		if !slices.ContainsFunc(e.mapped, func(name string) bool { return m.missing[name] }) {
			continue
		}
		for at, st := range m.standings {
			if at.export == e.id && st.acked {
				st.values = "?"
			}
		}
	}
}

// render makes the row of an address; not ok if an attribute cannot hold its value.
func (m *model) render(e *exportDef, addr string, w person, shared map[identifier]bool) (sending, bool) {
	s := sending{addr: addr, values: map[string]string{}}
	for _, name := range e.mapped {
		a := attributeNamed(name)
		v, ok := a.stored(w.raw(name))
		if !ok {
			return s, false
		}
		if (v == "" && (a.identifier || !m.clears[e.over])) || (a.identifier && !m.sendable(addr, identifier{name, v}, shared)) {
			continue
		}
		s.values[name] = v
	}
	return s, true
}

// count puts every member into its bucket (S11).
func (m *model) count(e *exportDef, win map[string]person, outcome map[string]string) (x expectation, others map[string]bool) {
	others = map[string]bool{}
	for _, p := range m.people {
		if !slices.Contains(e.tiers, p.tier) {
			continue
		}
		x.members++
		addr, ok := p.address(e.field)
		switch {
		case !ok || outcome[addr] == "rejected":
			x.rejected++
		case win[addr].id != p.id:
			x.duplicates++
			at, _ := win[addr].address(e.field)
			if outcome[addr] != "faulty" && (at != addr || !slices.Contains(e.tiers, win[addr].tier)) {
				others[addr] = true
			}
		case outcome[addr] == "faulty":
			x.rejected++
		case outcome[addr] == "added":
			x.added++
		case outcome[addr] == "updated":
			x.updated++
		default:
			x.unchanged++
		}
	}
	x.throughOthers = len(others)
	return x, others
}
