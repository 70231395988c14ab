package world

import (
	"maps"
	"slices"
)

type leaver struct {
	place
	bucket  string // removed, kept, still_wanted: what she ends as, once she has left
	outside string // not_removed: she stays, for she cannot be sent to the new list; once_joined: unless the run has her join it
	refused bool
	was     string // ownership
}

// note notes who is on the list before the export's first write to it (S19).
func (m *model) note(e *exportDef) {
	if m.wrote[place{e.id, e.list, ""}] {
		return
	}
	maps.DeleteFunc(m.before, func(p place, _ bool) bool { return p.export == e.id && p.list == e.list && m.standings[p] == nil }) // but for the adopted
	if e.takeOver {
		return
	}
	for addr := range m.lists[e.list] {
		sent := false
		for p := range m.standings {
			sent = sent || (p.list == e.list && p.addr == addr && !m.before[p])
		}
		if !sent {
			m.before[place{e.id, e.list, addr}] = true
		}
	}
}

func (m *model) ownership(p place) string {
	if m.before[p] {
		return "there_before"
	}
	return "owned"
}

// leave finds whom the export stops wanting, on its list and on those it went to before (S22), and whom nobody may mail (S7, S19, S20).
func (m *model) leave(e *exportDef, p *plan, refused map[string]bool, outcome map[string]string) {
	others := map[place]bool{}
	for at, st := range m.standings {
		barred := refused[at.addr] || m.optedOut[at.addr]
		mine := at.export == e.id && (st.ownership == "owned" || st.ownership == "there_before")
		if mine && (barred || at.list != e.list || outcome[at.addr] == "") {
			l := leaver{place: at, refused: barred, was: st.ownership}
			switch {
			case barred:
				l.bucket = "removed"
			case st.ownership == "there_before":
				l.bucket = "kept"
			case m.owned(at) || (at.list == e.list && m.joining(e, at.addr)):
				l.bucket = "still_wanted"
			case e.keep || m.keptByAnother(at):
				l.bucket = "kept"
			default:
				l.bucket = "removed"
			}
			if !barred && st.ownership == "owned" {
				l.outside = m.outside(e, p, l)
			}
			p.leavers = append(p.leavers, l)
		} else if barred {
			others[place{"", at.list, at.addr}] = true
		}
	}
	for at, left := range m.went {
		if left && (refused[at.addr] || m.optedOut[at.addr]) {
			others[at] = true
		}
	}
	for at := range m.taken { // somebody put them there again by hand, and Segue has seen it
		if m.shown[at] && (refused[at.addr] || m.optedOut[at.addr]) {
			others[at] = true
		}
	}
	for _, l := range p.leavers {
		delete(others, place{"", l.list, l.addr})
	}
	p.refusals = slices.Collect(maps.Keys(others))
}

// outside says that somebody has not left a list of before, and why: she cannot be sent to the export's list, or could not be before, and she was
// to leave already then, or is not taken off anyhow; that one she leaves once she has joined (S15, S20, S22).
func (m *model) outside(e *exportDef, p *plan, l leaver) string {
	st, was := m.standings[place{e.id, e.list, l.addr}], m.stayed[e.id][l.place]
	switch {
	case l.list == e.list || (st != nil && st.ever):
		return ""
	case p.faulty[l.addr]:
		return "not_removed"
	case !p.wanted[l.addr]: // she leaves both
		return ""
	case st != nil && (st.ownership == "owned" || st.ownership == "there_before") && was.list == e.list && (was.judged || l.bucket != "removed"):
		return "once_joined"
	}
	return ""
}

// owned reports whether another export owns the address on the list.
func (m *model) owned(at place) bool {
	for q, st := range m.standings {
		if q.list == at.list && q.addr == at.addr && q.export != at.export && (st.ownership == "owned" || st.ownership == "there_before") {
			return true
		}
	}
	return false
}

// joining reports whether another export will put the address on the export's list: who only moves between two exports stays.
func (m *model) joining(e *exportDef, addr string) bool {
	for _, o := range m.exports {
		if o.id != e.id && !o.removed && o.list == e.list && wantedBy(o, m.people)[addr] {
			return true
		}
	}
	return false
}
