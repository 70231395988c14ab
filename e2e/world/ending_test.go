package world

import (
	"maps"
	"slices"
)

// ending is how far a run gets.
type ending int

const (
	whole    ending = iota // to its end
	nothing                // planned, then stopped before anything was sent
	refusing               // held: its refusals were carried out, which nobody decides on, and nothing else (S7, S26)
	imported               // stopped after the import: who is left on lists of before stays there (S22, S29)
	unproved               // imported, but nothing of it counts (S12, S13)
	givenUp                // to its end, but its import was given up (S17)
)

// carryOut does what a run of the plan does, as far as it gets, and returns what it must report.
func (m *model) carryOut(e *exportDef, p *plan, how ending) expectation {
	x := p.members
	ordinary, stayed := 0, map[place]stay{}
	stopped := how == refusing || (how == nothing && p.calls()) // of a run that had something to do and did none of it nothing happens at all (S29)
	for _, l := range p.leavers {
		x.leavers++
		last := l.list != e.list && !l.refused // left after everybody has joined the new list
		switch {
		case stopped && (how == nothing || !l.refused):
			x.notRemoved++
		case l.was != "there_before" && !l.refused && m.stays(e, p, l, how):
			x.notRemoved++
			stayed[l.place] = stay{e.list, l.bucket == "removed" && l.outside != "not_removed"}
		case l.bucket != "removed": // needs no call
			x.add(l.bucket)
			m.settleLeaver(l)
		case how == nothing || (last && how != whole && how != givenUp):
			x.notRemoved++
		default:
			x.removed++
			m.takeOff(l.place, l.refused)
			if !l.refused {
				ordinary++
			}
		}
	}
	m.staying = stayed
	if ordinary > 0 {
		m.removals[e.id] = append(m.removals[e.id], removal{m.day, ordinary})
	}
	for _, at := range p.refusals {
		if how != nothing {
			x.refusals++
			m.takeOff(at, true)
		}
	}
	for addr := range p.wanted { // somebody who was kept is wanted again
		if how == imported || how == unproved || stopped { // it ends before that
			break
		}
		if st := m.standings[place{e.id, e.list, addr}]; st != nil && st.ownership == "kept" {
			st.ownership = m.ownership(place{e.id, e.list, addr})
		}
	}
	for _, s := range p.send {
		switch {
		case how == nothing || how == refusing:
		case how == givenUp:
			m.sentAdrift(e, s)
		case m.untaken[s.addr]:
			m.notTaken(e, s)
			if how == unproved { // then nothing is known of anybody
				m.unknown[s.addr] = true
			} else {
				x.notTaken(p, s)
			}
		default:
			m.imported(e, s, how != unproved)
		}
	}
	if how == imported || how == unproved { // it was at another list in between: what was judged before is judged again (S26)
		maps.DeleteFunc(m.stayed[e.id], func(_ place, s stay) bool { return s.list != e.list })
	}
	if how == nothing || how == refusing || how == unproved || how == givenUp {
		x.notSent, x.added, x.updated = x.added+x.updated, 0, 0
		for _, s := range p.send {
			if p.others[s.addr] {
				x.throughOthers--
			}
		}
	}
	if how == whole || how == givenUp {
		m.succeeded[e.id], m.stayed[e.id] = e.definition(), stayed
		m.released[e.id] = false
	}
	return x
}

// calls reports whether anything of the plan asks for a call.
func (p *plan) calls() bool {
	return len(p.send) > 0 || len(p.refusals) > 0 || slices.ContainsFunc(p.leavers, func(l leaver) bool { return l.bucket == "removed" && l.outside == "" })
}

// stays reports whether the export goes on owning somebody on a list of before: she has not left it, for she could not be sent to the new
// one (S15, S20).
func (m *model) stays(e *exportDef, p *plan, l leaver, how ending) bool {
	st := m.standings[place{e.id, e.list, l.addr}]
	if l.list == e.list || (st != nil && st.ever) {
		return false
	}
	sent := slices.ContainsFunc(p.send, func(s sending) bool { return s.addr == l.addr })
	return p.faulty[l.addr] || (sent && (how == givenUp || how == unproved || m.untaken[l.addr]))
}

// settleLeaver is a leaver who stays on the list.
func (m *model) settleLeaver(l leaver) {
	st := m.standings[l.place]
	switch {
	case l.was == "there_before":
		st.ownership, st.acked, st.ever = "left", false, false
	case l.bucket == "kept":
		st.ownership = "kept"
	case m.owned(l.place): // one that another export only wants as yet is owned until it has sent
		delete(m.standings, l.place)
	}
}

// takeOff takes an address off a list: of one export, or of all of them if it is refused.
func (m *model) takeOff(at place, refused bool) {
	delete(m.lists[at.list], at.addr)
	here := place{"", at.list, at.addr}
	m.went[here], m.taken[here], m.shown[here] = !refused, true, false
	for q := range m.standings {
		if q.list == at.list && q.addr == at.addr && (refused || q.export == at.export) {
			delete(m.standings, q)
		}
	}
}
