package world

// contact returns the contact of the address, which comes to be if need be.
func (m *model) contact(addr string) *contact {
	c := m.contacts[addr]
	if c == nil {
		m.numbers++
		c = &contact{number: m.numbers, values: map[string]string{}}
		m.contacts[addr] = c
	}
	return c
}

// store gives a contact what it was sent: what is empty is not sent and keeps what is stored, or empties it (S16).
func (m *model) store(c *contact, s sending) {
	for name, v := range s.values {
		switch {
		case v == "":
			delete(c.values, name)
		case name != "VIP" || m.booleans:
			c.values[name] = v
		}
	}
}

// imported is a row that Brevo took; with acked, one that counts (S12).
func (m *model) imported(e *exportDef, s sending, acked bool) {
	c := m.contact(s.addr)
	m.store(c, s)
	if m.lists[e.list] != nil {
		m.lists[e.list][s.addr] = true
	}
	m.sent(e, s)
	m.holding(s, acked)
	if !acked {
		m.unknown[s.addr] = true
		return
	}
	for name, v := range s.values {
		for other, owners := range m.belongs {
			if other.kind == name && other.value != v && !m.adrift.has(s.addr, other) {
				delete(owners, s.addr) // another value was acknowledged for the address
			}
		}
	}
	at := place{e.id, e.list, s.addr}
	st := m.standings[at]
	st.ownership, st.acked, st.ever, st.values = m.ownership(at), true, true, s.fingerprint()
}

// notTaken is a row that Brevo reported: nothing of it was done, and it may be done by the next import (S15).
func (m *model) notTaken(e *exportDef, s sending) {
	m.sent(e, s)
	m.holding(s, false)
}

// notTaken counts the member of a row that was reported, if its winner is one.
func (x *expectation) notTaken(p *plan, s sending) {
	if p.others[s.addr] {
		x.throughOthers--
		return
	}
	x.rejected++
	if s.bucket == "added" {
		x.added--
	} else {
		x.updated--
	}
}

// holding notes what the contact was sent last (S12).
func (m *model) holding(s sending, acked bool) {
	if m.held[s.addr] == nil {
		m.held[s.addr] = map[string]string{}
	}
	for name, v := range s.values {
		if m.held[s.addr][name] = v; !acked {
			m.held[s.addr][name] = "?"
		}
	}
}

// sent makes an address sent: from now on it is owned, and its identifiers are its (S10, S12).
func (m *model) sent(e *exportDef, s sending) {
	for name, v := range s.values {
		if !attributeNamed(name).identifier {
			continue
		}
		id := identifier{name, v}
		if m.belongs[id] == nil {
			m.belongs[id] = map[string]bool{}
		}
		m.belongs[id][s.addr] = true
	}
	at := place{e.id, e.list, s.addr}
	m.wrote[place{e.id, e.list, ""}] = true
	if m.standings[at] == nil {
		m.standings[at] = &standing{}
	}
	if m.standings[at].acked = false; m.standings[at].ownership != "kept" { // who was kept is so until she is taken, or the run has come to its end
		m.standings[at].ownership = m.ownership(at)
	}
}
