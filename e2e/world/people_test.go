package world

import "slices"

// fields are the e-mail fields of the profile.
var fields = []string{"email", "work"}

// address is the person's in an e-mail field.
func (p person) address(field string) (string, bool) {
	if field == "work" {
		return normal(p.work)
	}
	return normal(p.email)
}

// winners returns, for each usable address, the profile whose values count, through whichever field profiles have it (S5).
func (m *model) winners() map[string]person {
	win := map[string]person{}
	for _, p := range m.people {
		for _, f := range fields {
			addr, ok := p.address(f)
			if !ok {
				continue
			}
			w, taken := win[addr]
			if !taken || p.updated > w.updated || (p.updated == w.updated && p.id < w.id) {
				win[addr] = p
			}
		}
	}
	return win
}

// refusedByConsent returns the addresses that may not be mailed (S6).
func (m *model) refusedByConsent() map[string]bool {
	refused := map[string]bool{}
	for _, p := range m.people {
		for _, f := range fields {
			if addr, ok := p.address(f); ok && p.consent != "yes" {
				refused[addr] = true
			}
		}
	}
	return refused
}

// raw is the person's value of an attribute as the source has it.
func (p person) raw(attribute string) string {
	if attribute == "FIRSTNAME" {
		return p.name
	}
	return p.values[attribute]
}

// sharedInProfiles returns identifiers that winners have of two or more addresses of an e-mail field: who wins two has them twice.
func (m *model) sharedInProfiles(field string, win map[string]person) map[identifier]bool {
	owners, there := map[identifier]int{}, map[string]bool{}
	for _, p := range m.people {
		if addr, ok := p.address(field); ok {
			there[addr] = true
		}
	}
	for addr, p := range win {
		if !there[addr] {
			continue
		}
		for _, a := range attributes {
			if v, _ := a.stored(p.raw(a.name)); a.identifier && v != "" {
				owners[identifier{a.name, v}]++
			}
		}
	}
	shared := map[identifier]bool{}
	for id, n := range owners {
		shared[id] = n > 1
	}
	return shared
}

// sendable reports whether the identifier may be sent for the address: none that belongs to two (S10).
func (m *model) sendable(addr string, id identifier, shared map[identifier]bool) bool {
	if shared[id] {
		return false
	}
	for other := range m.belongs[id] {
		if other != addr {
			return false
		}
	}
	for _, c := range m.mirror {
		if c.owner != addr && slices.Contains(c.ids, id) {
			return false
		}
	}
	return true
}
