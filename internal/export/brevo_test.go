package export_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
)

// brevo is a small account that behaves, and misbehaves as it is told.
type brevo struct {
	mu    sync.Mutex
	clock *clock
	org   string

	lists      map[activation.ListID]map[activation.Email]bool
	contacts   map[activation.Email]*destination.Contact
	attributes []destination.Attribute
	people     int64      // who ever was a contact
	processes  []*process // oldest first
	lastID     activation.ProcessID

	takes  time.Duration               // how long an import takes
	lag    time.Duration               // how long reading a contact lags behind
	fates  []fate                      // of the next imports, in order
	poison map[activation.Email]bool   // imports with them fail
	reject map[activation.Email]string // named by a report
	twist  func(a activation.Email, name, value string) string
	limits activation.CallLimits
	// keepOff are people whom Brevo does not put on lists again.
	keepOff map[activation.Email]bool
	// shown are contacts as reading shows them, whatever becomes of them.
	shown map[activation.Email]*destination.Contact
	// emptiesAbsent says that an import which empties values empties those as well that a row does not name.
	emptiesAbsent bool

	faults    map[string][]fault
	calls     map[string]int64
	writes    []string // what changed lists, in order: "import 7: a b", "remove 7: c"
	landed    []string // the same, when it took effect
	sizes     []int    // rows of each import
	cleared   []bool   // whether each import empties values
	looks     []time.Time
	since     []time.Time       // from when on contacts were asked for
	breaches  []string          // what must never happen
	meanwhile map[string]func() // happens during the next call of the kind, once
}

// fate is what becomes of an import's process.
type fate struct {
	state destination.ProcessState // empty: completed
	takes time.Duration
	lines []destination.ReportLine // of a report of its own
	gone  bool                     // it is not listed, and does nothing
	late  time.Duration            // it is listed only after that
}

// fault is a call that goes wrong, with or without effect.
type fault struct {
	outcome destination.Outcome
	code    activation.Code
	effect  bool
	after   time.Duration // the call takes that long
	retry   time.Duration
	cause   error
}

type process struct {
	destination.Process
	own     bool
	clear   bool // its empty values empty what is stored
	list    activation.ListID
	rows    []activation.Row
	listed  time.Time
	ends    time.Time
	fate    fate
	applied bool
	givenUp bool // nobody waits for it any more
}

func newBrevo(c *clock, org string) *brevo {
	return &brevo{
		clock: c, org: org, takes: 3 * time.Second, lastID: 1000, calls: map[string]int64{}, faults: map[string][]fault{},
		lists:    map[activation.ListID]map[activation.Email]bool{7: {}, 9: {}},
		contacts: map[activation.Email]*destination.Contact{}, poison: map[activation.Email]bool{}, reject: map[activation.Email]string{},
		attributes: []destination.Attribute{
			{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "LASTNAME", Type: activation.AttributeText},
			{Name: "SMS", Type: activation.AttributeIdentifier}, {Name: "POINTS", Type: activation.AttributeNumber},
		},
		limits: activation.CallLimits{MaxBody: 1 << 20, RowOverhead: 30, MaxRows: 1000, MaxRemovals: 150},
	}
}

// fail lets the next calls of the kind go wrong.
func (b *brevo) fail(kind string, f ...fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults[kind] = append(b.faults[kind], f...)
}

// call counts a call, lets time pass, and says whether it fails and whether it has effect. The lock is held.
func (b *brevo) call(kind string) (effect bool, err error) {
	b.clock.pass(10 * time.Millisecond)
	b.calls[kind]++
	if f := b.meanwhile[kind]; f != nil {
		delete(b.meanwhile, kind)
		f()
	}
	b.catchUp()
	if len(b.faults[kind]) == 0 {
		return true, nil
	}
	f := b.faults[kind][0]
	b.faults[kind] = b.faults[kind][1:]
	b.clock.pass(f.after)
	if f.outcome == 0 {
		return true, nil
	}
	code := f.code
	if code == "" {
		code = activation.CodeUnavailable
	}
	return f.effect, &destination.Error{Outcome: f.outcome, Code: code, Kind: kind, Message: "it went wrong", RetryAfter: f.retry, Err: f.cause}
}

// catchUp lets processes end whose time has come.
func (b *brevo) catchUp() {
	now := b.clock.now()
	for _, p := range b.processes {
		if p.applied || now.Before(p.ends) || p.fate.gone {
			continue
		}
		p.applied = true
		p.State = destination.ProcessCompleted
		if p.fate.state != "" {
			p.State = p.fate.state
		}
		if p.State == destination.ProcessCompleted && p.own {
			b.apply(p)
		}
	}
}

func (b *brevo) apply(p *process) {
	named := map[activation.Email]bool{}
	for _, r := range p.rows {
		if why, bad := b.reject[r.Address]; bad {
			named[r.Address] = true
			p.fate.lines = append(p.fate.lines, destination.ReportLine{Address: r.Address, Reason: why})
		}
	}
	if len(p.fate.lines) > 0 {
		p.Reports = []destination.Report{{Kind: "invalid_emails", URL: fmt.Sprint(p.ID)}}
	}
	var who []string
	for _, r := range p.rows {
		if !named[r.Address] {
			b.store(p, r)
			who = append(who, string(r.Address))
		}
	}
	b.landed = append(b.landed, fmt.Sprintf("import %d: %s", p.list, strings.Join(who, " ")))
}

func (b *brevo) store(p *process, r activation.Row) {
	c := b.contact(r.Address)
	c.ModifiedAt = b.clock.now()
	var values map[string]any
	if err := json.Unmarshal(r.Attributes, &values); err != nil {
		b.breaches = append(b.breaches, "a row is no JSON")
	}
	if p.clear && b.emptiesAbsent {
		maps.DeleteFunc(c.Attributes, func(name, _ string) bool { _, named := values[name]; return !named })
	}
	for name, v := range values {
		if v == "" {
			if p.clear {
				delete(c.Attributes, name)
			}
			if (activation.AttributeMapping{Attribute: name}).IsIdentifier() {
				b.breaches = append(b.breaches, "an identifier was emptied")
			}
			continue
		}
		text := fmt.Sprint(v)
		if f, ok := v.(float64); ok {
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
		if b.twist != nil {
			text = b.twist(r.Address, name, text)
		}
		if !(activation.AttributeMapping{Attribute: name}).IsIdentifier() {
			c.Attributes[name] = text
			continue
		}
		text = activation.NormalisePhoneDigits(text)
		for _, o := range b.contacts {
			if o.Address != c.Address && o.Identifiers[name] == text {
				b.breaches = append(b.breaches, "two people were merged by "+name)
			}
		}
		c.Identifiers[name] = text
	}
	if l, ok := b.lists[p.list]; ok && !b.keepOff[r.Address] {
		l[r.Address] = true
	}
}

func (b *brevo) contact(a activation.Email) *destination.Contact {
	c := b.contacts[a]
	if c == nil {
		b.people++
		c = &destination.Contact{
			ID: b.people, Address: a, ModifiedAt: b.clock.now(), Identifiers: map[string]string{}, Attributes: map[string]string{},
		}
		b.contacts[a] = c
	}
	return c
}

// begin adds a process. The lock is held.
func (b *brevo) begin(own bool, list activation.ListID, rows []activation.Row) *process {
	b.lastID += 3
	now := b.clock.now()
	p := &process{Process: destination.Process{ID: b.lastID, Import: true, State: destination.ProcessRunning}, own: own, list: list, rows: rows, listed: now}
	takes := b.takes
	if own && len(b.fates) > 0 {
		p.fate, b.fates = b.fates[0], b.fates[1:]
	}
	for _, r := range rows {
		if b.poison[r.Address] {
			p.fate.state = destination.ProcessFailed
		}
	}
	if p.fate.takes > 0 {
		takes = p.fate.takes
	}
	p.ends, p.listed = now.Add(takes), now.Add(p.fate.late)
	b.processes = append(b.processes, p)
	return p
}

// other lets somebody else's import begin.
func (b *brevo) other(takes time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.begin(false, 0, nil)
	p.ends = b.clock.now().Add(takes)
}

// put makes people contacts, and members of the list if it is not 0.
func (b *brevo) put(list activation.ListID, people ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range people {
		b.contact(activation.Email(a))
		if list != 0 {
			b.lists[list][activation.Email(a)] = true
		}
	}
}

// change changes a contact.
func (b *brevo) change(a string, f func(*destination.Contact)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.contact(activation.Email(a))
	c.ModifiedAt = b.clock.now()
	f(c)
}

// on returns who is on the list.
func (b *brevo) on(list activation.ListID) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	out := []string{}
	for a := range b.lists[list] {
		out = append(out, string(a))
	}
	slices.Sort(out)
	return out
}

func (b *brevo) did() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.writes)
}

func (b *brevo) count(kind string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[kind]
}

func (b *brevo) all() map[string]int64 { return maps.Clone(b.calls) }

// contactsOf yields copies, oldest change first, as they were when it was asked.
func (b *brevo) contactsOf(kind string, keep func(*destination.Contact) bool) iter.Seq2[destination.Contact, error] {
	return func(yield func(destination.Contact, error) bool) {
		b.mu.Lock()
		_, err := b.call(kind)
		var list []destination.Contact
		for _, c := range b.contacts {
			if keep(c) {
				x := *c
				x.Identifiers, x.Attributes = maps.Clone(c.Identifiers), maps.Clone(c.Attributes)
				for _, l := range slices.Sorted(maps.Keys(b.lists)) {
					if b.lists[l][c.Address] {
						x.Lists = append(x.Lists, l)
					}
				}
				list = append(list, x)
			}
		}
		b.mu.Unlock()
		slices.SortFunc(list, func(x, y destination.Contact) int { return int(x.ID - y.ID) })
		for i, c := range list {
			if err != nil && i >= len(list)/2 {
				break
			}
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(destination.Contact{}, err)
		}
	}
}

func (b *brevo) isOn(list activation.ListID) func(*destination.Contact) bool {
	return func(c *destination.Contact) bool { return b.lists[list][c.Address] }
}

// login is the account as a key opens it.
type login struct {
	*brevo
	mine map[string]int64
}

func (b *brevo) login() destination.Destination { return &login{b, b.all()} }

var _ destination.Destination = (*login)(nil)

// Contacts implements destination.Destination.
func (l *login) Contacts(_ context.Context, since time.Time) iter.Seq2[destination.Contact, error] {
	l.mu.Lock()
	l.since = append(l.since, since)
	l.mu.Unlock()
	return l.contactsOf("contacts", func(c *destination.Contact) bool { return since.IsZero() || !c.ModifiedAt.Before(since) })
}

// ListContacts implements destination.Destination.
func (l *login) ListContacts(_ context.Context, list activation.ListID) iter.Seq2[destination.Contact, error] {
	return l.contactsOf("list_contacts", l.isOn(list))
}
