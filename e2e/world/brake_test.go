package world

// The brake of the worlds, so low that a few people reach it.
const (
	brakeRemoveShare = 0.3
	brakeRemoveLeast = 3
	brakeGrowFactor  = 3
	brakeGrowLeast   = 4
	brakeUpdateShare = 0.5
	brakeUpdateLeast = 3
)

// brake says why the plan is held (S26).
func (m *model) brake(e *exportDef, p *plan) map[string]bool {
	held, refused := map[string]bool{}, m.refusedByConsent()
	acked, stay, leaving, removals, recent, adds, updates := 0, 0, 0, 0, 0, 0, 0
	for at, st := range m.standings {
		if at.export == e.id && st.acked && (st.ownership == "owned" || st.ownership == "there_before") {
			acked++
			if !refused[at.addr] && !m.optedOut[at.addr] {
				stay++ // who is refused goes whatever is decided
			}
		}
	}
	all := stay // whom it could take off at all
	for _, l := range p.leavers {
		if (l.bucket == "kept" || l.bucket == "still_wanted") && m.standings[l.place].acked {
			all--
		}
		if l.bucket != "removed" || l.refused || l.outside != "" {
			continue
		}
		removals++
		if m.standings[l.place].acked {
			leaving++
		}
	}
	for _, r := range m.removals[e.id] {
		if m.day-r.day < 7 {
			recent += r.people
		}
	}
	for _, s := range p.send {
		if s.bucket == "added" {
			adds++
		} else {
			updates++
		}
	}
	if removals > 0 && leaving == all {
		held["removes_all"] = true
	}
	if removals > 0 && removals+recent >= brakeRemoveLeast && float64(removals+recent) > brakeRemoveShare*float64(stay+recent) {
		held["removes_share"] = true
	}
	definition, succeeded := m.succeeded[e.id]
	if !succeeded {
		return held
	}
	if grown := acked - removals + adds; grown-acked >= brakeGrowLeast && grown > brakeGrowFactor*acked {
		held["grows"] = true
	}
	if definition == e.definition() && updates >= brakeUpdateLeast && float64(updates) > brakeUpdateShare*float64(acked) {
		held["updates_share"] = true
	}
	return held
}
