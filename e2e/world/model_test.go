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

// stay says that somebody could not be sent to that list of the export; judged, that she was to be removed where she stays, which the brake
// has seen then (S26).
type stay struct {
	list   int64
	judged bool
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
	untaken  map[string]bool // addresses that imports report as invalid
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
	// stayed are those whom an export's last run that came to its end left on lists of before, for they could not be sent to its list (S15, S22).
	stayed  map[string]map[place]stay
	staying map[place]stay // those of the latest run
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
		nameless: map[int]identifier{}, missing: map[string]bool{}, booleans: true, untaken: map[string]bool{},
		standings: map[place]*standing{}, before: map[place]bool{}, wrote: map[place]bool{}, optedOut: map[string]bool{}, went: map[place]bool{},
		taken: map[place]bool{}, shown: map[place]bool{},
		removals: map[string][]removal{}, succeeded: map[string]string{}, released: map[string]bool{}, stayed: map[string]map[place]stay{},
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
