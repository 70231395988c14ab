package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"segue/internal/activation"
)

// The model: SEMANTICS.md in plain Go, written without looking at the code under test. It knows addresses only in their
// normalised form and evaluates everything naively.

type person struct {
	id      string
	email   string // as the source has it
	work    string // of the other e-mail field
	name    string
	consent string // yes, no or empty
	tier    string
	updated int // day number, 0 for missing
	// values of the other columns as the source has them, by the attribute that they feed
	values map[string]string
}

// attribute is what an export may map.
type attribute struct {
	name, field string
	// stored is what the account stores of a value as the source has it: empty for nothing to send, not ok for a value that the
	// attribute cannot hold (S15).
	stored func(raw string) (stored string, ok bool)
	// identifier says that the account knows contacts by it (S10).
	identifier bool
	// custom attributes can be deleted in the account.
	custom bool
}

// words returns what is stored of the few values that sources have here; any other cannot be stored.
func words(list map[string]string) func(string) (string, bool) {
	return func(raw string) (string, bool) {
		v, ok := list[raw]
		return v, ok || raw == ""
	}
}

func asItIs(raw string) (string, bool) { return raw, true }

// phone as Brevo stores it: digits; what is none, or has an extension, is withheld and rejects nobody (S9).
func phone(raw string) (string, bool) {
	p, problem := activation.ParsePhone(raw, "")
	if problem != "" {
		return "", true
	}
	return activation.NormalisePhoneDigits(string(p)), true
}

var attributes = []attribute{
	{name: "FIRSTNAME", field: "name", stored: asItIs},
	{name: "SMS", field: "phone", stored: phone, identifier: true},
	{name: "WHATSAPP", field: "whatsapp", stored: phone, identifier: true},
	{name: "LANDLINE_NUMBER", field: "landline", stored: phone, identifier: true},
	{name: "EXT_ID", field: "code", stored: func(raw string) (string, bool) { return strings.TrimSpace(raw), true }, identifier: true},
	{name: "VIP", field: "vip", stored: words(map[string]string{"yes": "true", "TRUE": "true", "ne": "false", "0": "false"}), custom: true},
	{name: "POINTS", field: "points", stored: words(map[string]string{"5": "5", "-0.25": "-0.25", "9000000000": "9000000000"}), custom: true},
	{name: "DAY", field: "day", stored: words(map[string]string{"1999-12-31": "1999-12-31", "2024-02-29": "2024-02-29"}), custom: true},
	{name: "CLASS", field: "class", stored: words(map[string]string{"First": "First", "Second; best": "Second; best"}), custom: true},
	{name: "TAGS", field: "tags", stored: words(map[string]string{"Sea": "Sea", "Sea; Snow": "Sea,Snow", "Snow": "Snow"}), custom: true},
}

func attributeNamed(name string) attribute {
	return attributes[slices.IndexFunc(attributes, func(a attribute) bool { return a.name == name })]
}

type exportDef struct {
	id       string
	list     int64
	tiers    []string
	keep     bool
	takeOver bool
	field    string   // by which e-mail field it goes
	over     int      // which of the connections, all of which lead to one account
	mapped   []string // attributes, in the order of the table above
	removed  bool
}

// definition is what the brake asks about: whether it changed since the last success (S26).
func (e *exportDef) definition() string { return e.field + ":" + strings.Join(e.mapped, ",") }

type standing struct {
	ownership string // owned, there_before, kept, orphaned, left (there before, and not wanted any more: remembered for refusals)
	acked     bool
	ever      bool   // was acknowledged once: not added any more
	values    string // what was acknowledged
	kept      bool   // orphaned, it was kept before
}

type place struct {
	export string
	list   int64
	addr   string
}

type contact struct {
	number      int // no two contacts ever have the same, whatever their address
	values      map[string]string
	blocklisted bool
}

// identifier is a value by which Brevo knows a contact besides the address.
type identifier struct{ kind, value string }

// seen is a contact as Segue saw it last.
type seen struct {
	owner string // whose identifiers they are: the address, or a name of its own for a contact without one
	ids   []identifier
	out   bool // opted out
}

type removal struct {
	day, people int
}

type model struct {
	people  map[string]person
	exports []*exportDef
	day     int
	// Brevo
	contacts     map[string]*contact
	lists        map[int64]map[string]bool
	unsubscribed map[int64]map[string]bool
	nameless     map[int]identifier // contacts without an address, by their number
	missing      map[string]bool    // attributes that were deleted
	numbers      int
	// booleans says whether imports store them in this account.
	booleans bool
	// Segue
	standings map[place]*standing
	before    map[place]bool // of an export and a list: addresses there before
	wrote     map[place]bool // an export and a list, without address: it has written there; until then who is there is noted anew
	optedOut  map[string]bool
	// went are lists and addresses that left, and were not taken off as refused since: once refused they are taken off again (S7).
	went map[place]bool
	// taken are lists and addresses that Segue took off; shown those that Segue has seen there since (S2, S7).
	taken, shown map[place]bool
	// modifies says whether a contact's time of change tells of its lists in this account.
	modifies  bool
	removals  map[string][]removal // of exports, but for refusals (S26)
	succeeded map[string]string    // the definition that an export last succeeded with
	// released says that a release was not carried out: it may cover a newer plan (S26).
	released map[string]bool
	// stayed are those whom an export's last run that came to its end left on lists of before, for they could not be sent to its list,
	// by that list (S15, S22).
	stayed map[string]map[place]int64
	// belongs: identifier -> addresses it was sent with and not replaced since (S10)
	belongs map[identifier]map[string]bool
	// unknown: whose import ended in nobody knows what (S12)
	unknown map[string]bool
	// held: what an address was sent last, whichever export sent it; "?" while that was not acknowledged (S12)
	held map[string]map[string]string
	// mirror is what Segue has seen of the account, by the contacts' numbers; a contact that is deleted stays in it, for changes
	// are read by their time and a deletion has none.
	mirror map[int]seen
	// off are connections whose runs do not read the mirror (S2), lost those without an export user (S29).
	off, lost map[int]bool
	// clears are connections over which what is missing is sent as empty, and empties what is stored (S16).
	clears map[int]bool
	// adrift is an import that was given up and may land yet (S17).
	adrift *adrift
}

func newModel() *model {
	return &model{
		people: map[string]person{}, contacts: map[string]*contact{}, lists: map[int64]map[string]bool{}, unsubscribed: map[int64]map[string]bool{},
		nameless: map[int]identifier{}, missing: map[string]bool{}, booleans: true,
		standings: map[place]*standing{}, before: map[place]bool{}, wrote: map[place]bool{}, optedOut: map[string]bool{}, went: map[place]bool{},
		taken: map[place]bool{}, shown: map[place]bool{},
		removals: map[string][]removal{}, succeeded: map[string]string{}, released: map[string]bool{}, stayed: map[string]map[place]int64{},
		belongs: map[identifier]map[string]bool{}, held: map[string]map[string]string{}, unknown: map[string]bool{}, mirror: map[int]seen{},
		off: map[int]bool{}, lost: map[int]bool{}, clears: map[int]bool{},
	}
}

// expectation is what a run must report.
type expectation struct {
	members, added, updated, unchanged, rejected, duplicates, notSent int
	throughOthers                                                     int // addresses whose winner is no member
	leavers, removed, kept, stillWanted, notRemoved                   int
	refusals                                                          int // removed though they were no leavers of the export
}

func normal(email string) (string, bool) {
	a, problem := activation.ParseEmail(email)
	return string(a), problem == ""
}

func wantedBy(e *exportDef, people map[string]person) map[string]bool {
	wanted := map[string]bool{}
	for _, p := range people {
		if addr, ok := p.address(e.field); ok && slices.Contains(e.tiers, p.tier) {
			wanted[addr] = true
		}
	}
	return wanted
}

// look reads the account mirror, as before each run.
func (m *model) look() {
	for addr, c := range m.contacts {
		out := c.blocklisted
		for _, list := range m.unsubscribed {
			out = out || list[addr]
		}
		was := m.mirror[c.number]
		switch {
		case out:
			m.optedOut[addr] = true
		case (was.out && was.owner == addr) || !m.unknown[addr]: // else it may have been made anew by an import of which nothing is known
			delete(m.optedOut, addr) // Brevo shows it subscribed again (S8)
		}
		s := seen{owner: addr, out: out}
		for _, a := range attributes {
			if v := c.values[a.name]; a.identifier && v != "" {
				s.ids = append(s.ids, identifier{a.name, v})
			}
		}
		m.mirror[c.number] = s
		for list, people := range m.lists {
			m.shown[place{"", list, addr}] = people[addr]
		}
	}
	for number, id := range m.nameless {
		m.mirror[number] = seen{owner: fmt.Sprintf("#%d", number), ids: []identifier{id}}
	}
}

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

type leaver struct {
	place
	bucket  string // removed, kept, still_wanted, not_removed, or once_joined: not removed unless the run has her join the new list
	refused bool
	was     string // ownership
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
		x.add(l.bucket)
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
				l.bucket = m.leaves(e, p, at)
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

// leaves is what becomes of somebody on a list: who is not on the export's list stays on one of before if she cannot be sent there, or could not be
// before and was to leave already then, and leaves that one once she has joined (S15, S22).
func (m *model) leaves(e *exportDef, p *plan, at place) string {
	st := m.standings[place{e.id, e.list, at.addr}]
	switch {
	case at.list == e.list || (st != nil && st.ever):
		return "removed"
	case p.faulty[at.addr]:
		return "not_removed"
	case st != nil && (st.ownership == "owned" || st.ownership == "there_before") && m.stayed[e.id][at] == e.list:
		return "once_joined"
	}
	return "removed"
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
		if l.bucket != "removed" || l.refused {
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
	ordinary, stayed := 0, map[place]int64{}
	stopped := how == refusing || (how == nothing && p.calls()) // of a run that had something to do and did none of it nothing happens at all (S29)
	for _, l := range p.leavers {
		x.leavers++
		last := l.list != e.list && !l.refused // left after everybody has joined the new list
		switch {
		case (stopped && (how == nothing || !l.refused)) || l.bucket == "not_removed":
			x.notRemoved++
		case l.bucket != "removed" && l.bucket != "once_joined": // needs no call
			x.add(l.bucket)
			if l.was == "there_before" || !m.stays(e, p, l, how) {
				m.settleLeaver(l)
			}
		case how == nothing || (last && how != whole && how != givenUp) || (last && m.outside(e, p, l.addr, how)):
			x.notRemoved++
			stayed[l.place] = e.list
		default:
			x.removed++
			m.takeOff(l.place, l.refused)
			if !l.refused {
				ordinary++
			}
		}
	}
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
		switch how {
		case nothing, refusing:
		case givenUp:
			m.sentAdrift(e, s)
		default:
			m.imported(e, s, how != unproved)
		}
	}
	if how == imported || how == unproved { // it was at another list in between: what was judged before is judged again (S26)
		maps.DeleteFunc(m.stayed[e.id], func(_ place, list int64) bool { return list != e.list })
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
	return len(p.send) > 0 || len(p.refusals) > 0 || slices.ContainsFunc(p.leavers, func(l leaver) bool { return l.bucket == "removed" })
}

// outside reports whether the address could not be sent to the export's list and was never taken there: it stays where it was (S15, S22).
func (m *model) outside(e *exportDef, p *plan, addr string, how ending) bool {
	sent := slices.ContainsFunc(p.send, func(s sending) bool { return s.addr == addr })
	st := m.standings[place{e.id, e.list, addr}]
	return sent && how == givenUp && (st == nil || !st.ever)
}

// stays reports whether the export goes on owning somebody on a list of before: she has not left it, for she could not be sent to the new
// one (S15, S20).
func (m *model) stays(e *exportDef, p *plan, l leaver, how ending) bool {
	st := m.standings[place{e.id, e.list, l.addr}]
	if l.list == e.list || (st != nil && st.ever) {
		return false
	}
	sent := slices.ContainsFunc(p.send, func(s sending) bool { return s.addr == l.addr })
	return p.faulty[l.addr] || (sent && (how == givenUp || how == unproved))
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
	st := m.standings[place{e.id, e.list, s.addr}]
	st.acked, st.ever, st.values = true, true, s.fingerprint()
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
	m.standings[at].ownership, m.standings[at].acked = m.ownership(at), false
}

// orphan is an export that was removed: what it owned is nobody's (S20).
func (m *model) orphan(e *exportDef) {
	e.removed = true
	for at, st := range m.standings {
		if at.export == e.id && st.ownership != "left" && st.ownership != "orphaned" {
			st.ownership, st.kept = "orphaned", st.ownership == "kept"
		}
	}
}

// deleted is a contact deleted in Brevo: its flags and memberships are gone.
func (m *model) deleted(addr string) {
	delete(m.contacts, addr)
	for _, lists := range []map[int64]map[string]bool{m.lists, m.unsubscribed} {
		for _, l := range lists {
			delete(l, addr)
		}
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
	for at, st := range m.standings {
		fmt.Fprintf(&b, "%+v %+v\n", at, *st)
	}
	for _, e := range m.exports {
		fmt.Fprintf(&b, "%+v\n", *e)
	}
	return b.String()
}
