package world

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"segue/internal/activation"
)

// The model: SEMANTICS.md in plain Go, written without looking at the code under test. It knows addresses only in their
// normalised form and evaluates everything naively.

type person struct {
	id      string
	email   string // as the source has it
	phone   string // as the source has it, always with its own prefix
	name    string
	consent string // yes, no or empty
	tier    string
	updated int    // day number, 0 for missing
	code    string // EXT_ID
	vip     string // a boolean, as text
	points  string // a number, as text
}

type exportDef struct {
	id    string
	list  int64
	tiers []string
	keep  bool
}

type standing struct {
	ownership string // owned, there_before, kept, left (there before, and not wanted any more: remembered for refusals)
	acked     bool
	values    string // what was acknowledged: name and phone
}

type place struct {
	export string
	list   int64
	addr   string
}

type contact struct {
	name, sms   string
	ext         string
	vip, points string
	blocklisted bool
}

// identifier is a value by which Brevo knows a contact besides the address.
type identifier struct{ kind, value string }

type model struct {
	people map[string]person
	// Brevo
	contacts map[string]*contact
	lists    map[int64]map[string]bool
	// Segue
	standings map[place]*standing
	before    map[string]map[string]bool // export -> addresses there before
	wrote     map[string]bool            // exports that have written to their list: until then who is there is noted anew
	optedOut  map[string]bool
	// belongs: identifier -> addresses it was sent with and not replaced since (S10)
	belongs map[identifier]map[string]bool
	// mirror is what Segue has seen of the account: address -> identifiers; a contact that is deleted stays in it, for
	// changes are read by their time and a deletion has none.
	mirror map[string][]identifier
}

func newModel() *model {
	return &model{
		people: map[string]person{}, contacts: map[string]*contact{}, lists: map[int64]map[string]bool{1: {}, 2: {}},
		standings: map[place]*standing{}, before: map[string]map[string]bool{}, wrote: map[string]bool{}, optedOut: map[string]bool{},
		belongs: map[identifier]map[string]bool{}, mirror: map[string][]identifier{},
	}
}

// expectation is what a run must report.
type expectation struct {
	members, added, updated, unchanged, rejected, duplicates int
	leavers, removed, kept, stillWanted                      int
}

func normal(email string) (string, bool) {
	a, problem := activation.ParseEmail(email)
	return string(a), problem == ""
}

// winners returns, for each usable address, the profile whose values count (S5).
func (m *model) winners() map[string]person {
	win := map[string]person{}
	for _, p := range m.people {
		addr, ok := normal(p.email)
		if !ok {
			continue
		}
		w, taken := win[addr]
		if !taken || p.updated > w.updated || (p.updated == w.updated && p.id < w.id) {
			win[addr] = p
		}
	}
	return win
}

// refusedByConsent returns the addresses that may not be mailed (S6).
func (m *model) refusedByConsent() map[string]bool {
	refused := map[string]bool{}
	for _, p := range m.people {
		if addr, ok := normal(p.email); ok && p.consent != "yes" {
			refused[addr] = true
		}
	}
	return refused
}

func digits(phone string) string {
	p, problem := activation.ParsePhone(phone, "")
	if problem != "" {
		return ""
	}
	return activation.NormalisePhoneDigits(string(p))
}

// identifiers are those of a person; an empty value is none.
func (p person) identifiers() []identifier {
	return []identifier{{"SMS", digits(p.phone)}, {"EXT_ID", strings.TrimSpace(p.code)}}
}

// sharedInProfiles returns identifiers that winners of two or more addresses have.
func sharedInProfiles(win map[string]person) map[identifier]bool {
	owners := map[identifier]int{}
	for _, p := range win {
		for _, id := range p.identifiers() {
			owners[id]++
		}
	}
	shared := map[identifier]bool{}
	for id, n := range owners {
		shared[id] = n > 1
	}
	return shared
}

// sendable returns the value that may be sent for the address: none that belongs to two addresses (S10).
func (m *model) sendable(addr string, id identifier, shared map[identifier]bool) string {
	if id.value == "" || shared[id] {
		return ""
	}
	for other := range m.belongs[id] {
		if other != addr {
			return ""
		}
	}
	for other, ids := range m.mirror {
		if other != addr && slices.Contains(ids, id) {
			return ""
		}
	}
	return id.value
}

// typed returns a person's boolean and number as the account stores them; false if one of them is none (S15).
func (p person) typed() (vip, points string, ok bool) {
	vip, ok = map[string]string{"": "", "yes": "true", "TRUE": "true", "ne": "false", "0": "false"}[p.vip]
	return vip, p.points, ok && p.points != "007" && p.points != "12,5"
}

func wantedBy(e exportDef, people map[string]person) map[string]bool {
	wanted := map[string]bool{}
	for _, p := range people {
		if addr, ok := normal(p.email); ok && slices.Contains(e.tiers, p.tier) {
			wanted[addr] = true
		}
	}
	return wanted
}

// run does what a run of the export must do, all told.
func (m *model) run(e exportDef) expectation {
	for addr, c := range m.contacts { // the mirror is read before each run
		switch {
		case c.blocklisted:
			m.optedOut[addr] = true
		default:
			delete(m.optedOut, addr) // Brevo shows it subscribed again (S8)
		}
		m.mirror[addr] = []identifier{{"SMS", c.sms}, {"EXT_ID", c.ext}}
	}
	m.note(e)
	win, refused := m.winners(), m.refusedByConsent()
	shared := sharedInProfiles(win)
	outcome := map[string]string{} // of wanted addresses
	type sending struct{ addr, values, phone, ext string }
	var send []sending
	for addr := range wantedBy(e, m.people) {
		if refused[addr] || m.optedOut[addr] {
			outcome[addr] = "rejected"
			continue
		}
		ids := win[addr].identifiers()
		phone, ext := m.sendable(addr, ids[0], shared), m.sendable(addr, ids[1], shared)
		st := m.standings[place{e.id, e.list, addr}]
		vip, points, ok := win[addr].typed()
		if !ok { // keeps its old state on the list and is no leaver
			outcome[addr] = "faulty"
			if st != nil && st.ownership == "kept" {
				st.ownership = m.ownership(e, addr)
			}
			continue
		}
		values := strings.Join([]string{win[addr].name, phone, ext, vip, points}, "|")
		switch {
		case st == nil || !st.acked:
			outcome[addr] = "added"
		case st.values != values || st.ownership == "kept":
			outcome[addr] = "updated"
		default:
			outcome[addr] = "unchanged"
		}
		if st != nil && st.acked && st.values == values {
			outcome[addr] = "unchanged" // one that was kept is simply owned again
			if st.ownership == "kept" {
				st.ownership = m.ownership(e, addr)
			}
			continue
		}
		send = append(send, sending{addr, values, phone, ext})
	}
	exp := m.count(e, win, outcome)
	m.leave(e, outcome, refused, &exp)
	sort.Slice(send, func(i, j int) bool { return send[i].addr < send[j].addr })
	for _, s := range send {
		m.imported(e, s.addr, win[s.addr], s.values, s.phone, s.ext)
	}
	return exp
}

func (m *model) note(e exportDef) {
	if m.wrote[e.id] {
		return
	}
	m.before[e.id] = map[string]bool{}
	for addr := range m.lists[e.list] {
		sent := false
		for p := range m.standings {
			sent = sent || (p.list == e.list && p.addr == addr && !m.before[p.export][addr])
		}
		if !sent {
			m.before[e.id][addr] = true
		}
	}
}

func (m *model) ownership(e exportDef, addr string) string {
	if m.before[e.id][addr] {
		return "there_before"
	}
	return "owned"
}

// count puts every member into its bucket (S11).
func (m *model) count(e exportDef, win map[string]person, outcome map[string]string) (x expectation) {
	for _, p := range m.people {
		if !slices.Contains(e.tiers, p.tier) {
			continue
		}
		x.members++
		addr, ok := normal(p.email)
		switch {
		case !ok || outcome[addr] == "rejected":
			x.rejected++
		case win[addr].id != p.id:
			x.duplicates++
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
	return x
}

// leave takes off the list whom the export stops wanting, and off every list whom nobody may mail (S7, S19, S20).
func (m *model) leave(e exportDef, outcome map[string]string, refused map[string]bool, x *expectation) {
	gone := []place{}
	for p, st := range m.standings {
		mine := p.export == e.id
		barred := refused[p.addr] || m.optedOut[p.addr]
		if barred {
			if mine && st.ownership != "kept" && st.ownership != "left" {
				x.leavers++
				x.removed++
			}
			delete(m.lists[p.list], p.addr)
			gone = append(gone, p)
			continue
		}
		if !mine || outcome[p.addr] != "" || st.ownership == "kept" || st.ownership == "left" {
			continue
		}
		x.leavers++
		switch {
		case st.ownership == "there_before":
			x.kept++
			st.ownership, st.acked = "left", false
		case m.wantedElsewhere(p):
			x.stillWanted++
			gone = append(gone, p)
		case e.keep:
			x.kept++
			st.ownership = "kept"
		default:
			x.removed++
			delete(m.lists[p.list], p.addr)
			gone = append(gone, p)
		}
	}
	for _, p := range gone {
		delete(m.standings, p)
	}
}

func (m *model) wantedElsewhere(p place) bool {
	for q, st := range m.standings {
		if q.list == p.list && q.addr == p.addr && q.export != p.export && (st.ownership == "owned" || st.ownership == "there_before") {
			return true
		}
	}
	return false
}

func (m *model) imported(e exportDef, addr string, w person, values, phone, ext string) {
	c := m.contacts[addr]
	if c == nil {
		c = &contact{}
		m.contacts[addr] = c
	}
	vip, points, _ := w.typed()
	for _, x := range []struct {
		to    *string
		value string
	}{{&c.name, w.name}, {&c.sms, phone}, {&c.ext, ext}, {&c.vip, vip}, {&c.points, points}} {
		if x.value != "" { // empty keeps what is stored (S16)
			*x.to = x.value
		}
	}
	for _, id := range []identifier{{"SMS", phone}, {"EXT_ID", ext}} {
		if id.value == "" {
			continue
		}
		for other, owners := range m.belongs {
			if other.kind == id.kind && other != id {
				delete(owners, addr) // another value was acknowledged for the address
			}
		}
		if m.belongs[id] == nil {
			m.belongs[id] = map[string]bool{}
		}
		m.belongs[id][addr] = true
	}
	m.lists[e.list][addr], m.wrote[e.id] = true, true
	p := place{e.id, e.list, addr}
	m.standings[p] = &standing{ownership: m.ownership(e, addr), acked: true, values: values}
}

// deleted is a contact deleted in Brevo: its flags and memberships are gone.
func (m *model) deleted(addr string) {
	delete(m.contacts, addr)
	for _, l := range m.lists {
		delete(l, addr)
	}
}

// members returns the addresses on a list in order.
func (m *model) members(list int64) []string {
	return slices.Sorted(maps.Keys(m.lists[list]))
}

func (m *model) describe() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(m.people)) {
		fmt.Fprintf(&b, "%+v\n", m.people[id])
	}
	return b.String()
}
