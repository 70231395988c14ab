package brevosandbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"segue/internal/brevosandbox/book"
)

// Action is something that happens to an account from elsewhere: another
// integration, a person in Brevo's screens, a contact who unsubscribes.
type Action struct {
	// Account is the organization_id. Defaults to the first account.
	Account string `json:"account,omitempty"`
	// Do is one of Actions.
	Do string `json:"do"`
	// List is the id of the list. Defaults to the list of the call (faults) or none.
	List int64 `json:"list,omitempty"`
	// Emails are the contacts it is about. Where it makes sense and none are
	// given, Count of them are made up or drawn from the list.
	Emails []string `json:"emails,omitempty"`
	// Count of contacts when no Emails are given. Defaults to 3.
	Count int `json:"count,omitempty"`
	// Attributes to set, by name, as in a contact call; identifiers too.
	Attributes json.RawMessage `json:"attributes,omitempty"`
	// Name of the list, the attribute or the key that it is about.
	Name string `json:"name,omitempty"`
	// Process is the id of a process. Defaults to the oldest that is not done.
	Process int64 `json:"process,omitempty"`

	dice uint64
}

// Outcome is what an action made.
type Outcome struct {
	Process  int64 `json:"process,omitempty"`
	List     int64 `json:"list,omitempty"`
	Contacts int   `json:"contacts"` // that were changed
}

type actor func(a *account, act Action, now time.Time) (Outcome, error)

func actions() map[string]actor {
	return map[string]actor{
		"foreign_import":   (*account).foreignImport,
		"add_by_hand":      (*account).addByHand,
		"remove_by_hand":   (*account).removeByHand,
		"delete_contact":   each(func(a *account, _ Action, id uint32, now time.Time) { a.deleteContact(id, now) }),
		"block_email":      each(flag(book.EmailBlocked, true)),
		"unblock_email":    each(flag(book.EmailBlocked, false)),
		"block_sms":        each(flag(book.SMSBlocked, true)),
		"unblock_sms":      each(flag(book.SMSBlocked, false)),
		"refuse_address":   notTaken(true),
		"take_address":     notTaken(false),
		"unsubscribe_list": (*account).unsubscribe,
		"create_list":      (*account).createListByHand,
		"delete_list":      (*account).deleteListByHand,
		"delete_attribute": (*account).deleteAttributeByHand,
		"release_process":  (*account).releaseProcess,
		"fail_process":     (*account).failProcess,
		"add_key":          (*account).addKey,
		"revoke_key":       (*account).revokeKey,
	}
}

// Actions are the names of all actions.
func Actions() []string { return sortedKeys(actions()) }

func (act Action) check() error {
	if _, ok := actions()[act.Do]; !ok {
		return fmt.Errorf("sandbox: action %q is not known", act.Do)
	}
	if len(act.Attributes) > 0 && !gjson.ParseBytes(act.Attributes).IsObject() {
		return fmt.Errorf("sandbox: action %s: attributes is not an object", act.Do)
	}
	return nil
}

// Act does something to an account as if it came from elsewhere.
func (sb *Sandbox) Act(act Action) (Outcome, error) {
	if err := act.check(); err != nil {
		return Outcome{}, err
	}
	a := sb.accountOf(act.Account)
	if a == nil {
		return Outcome{}, fmt.Errorf("sandbox: action %s: the account is not known", act.Do)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := sb.now()
	a.advance(now)
	return actions()[act.Do](a, act, now)
}

// meddle is Act for a fault, in the midst of a call. What cannot be done (the
// list is gone already) is left.
func (a *account) meddle(act Action, lists []int64, now time.Time) {
	if act.List == 0 && len(lists) > 0 {
		act.List = lists[0]
	}
	_, _ = actions()[act.Do](a, act, now)
}

// meddleWith is meddle around what is no call of the API.
func (a *account) meddleWith(acts []Action, now time.Time) {
	if len(acts) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(now)
	for _, act := range acts {
		a.meddle(act, nil, now)
	}
}

// strangers makes up addresses that no other action made up.
func (a *account) strangers(act Action, word string) []string {
	if len(act.Emails) > 0 {
		return act.Emails
	}
	out := make([]string, max(act.Count, 0))
	if act.Count == 0 {
		out = make([]string, 3)
	}
	for i := range out {
		a.madeUp++
		out[i] = fmt.Sprintf("%s-%d@elsewhere.example", word, a.madeUp)
	}
	return out
}

// foreignImport is another integration of the account that imports.
func (a *account) foreignImport(act Action, now time.Time) (Outcome, error) {
	rows := newImportRows(0)
	for _, email := range a.strangers(act, "other") {
		rows.begin()
		rows.add(0, cellText, email)
		gjson.ParseBytes(act.Attributes).ForEach(func(name, value gjson.Result) bool {
			rows.addJSON(rows.column(name.Str), value)
			return true
		})
	}
	p := a.newProcess(processImport, now, processTwist{})
	p.imp, p.rows = &importJob{rows: *rows, update: true}, rows.len()
	if act.List != 0 {
		p.imp.listIDs = []int64{act.List}
	}
	a.advance(now)
	return Outcome{Process: p.id, Contacts: rows.len()}, nil
}

// addByHand creates or changes contacts and puts them on the list, if any.
func (a *account) addByHand(act Action, now time.Time) (Outcome, error) {
	l := a.listsByID[act.List]
	if act.List != 0 && l == nil {
		return Outcome{}, fmt.Errorf("sandbox: add_by_hand: there is no list %d", act.List)
	}
	c := &call{a: a, now: now, s: a.sb.settings()}
	emails := a.strangers(act, "hand")
	for _, email := range emails {
		stored, ok := normalEmail([]byte(email))
		if !ok {
			return Outcome{}, fmt.Errorf("sandbox: add_by_hand: an address is not valid")
		}
		body := gjson.ParseBytes(append(append([]byte(`{"attributes":`), orEmpty(act.Attributes)...), '}'))
		ch, refusal := c.readChange(body)
		if refusal != nil {
			return Outcome{}, fmt.Errorf("sandbox: add_by_hand: an identifier is not valid")
		}
		ch.ident[book.Email] = stored
		id := c.apply(ch, a.book.Find(book.Email, stored))
		if l != nil {
			a.join(l, id, now)
			l.optedOut.Remove(id)
		}
	}
	return Outcome{Contacts: len(emails)}, nil
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// removeByHand takes contacts off the list: those named, or some drawn from it.
func (a *account) removeByHand(act Action, now time.Time) (Outcome, error) {
	l := a.listsByID[act.List]
	if l == nil {
		return Outcome{}, fmt.Errorf("sandbox: remove_by_hand: there is no list %d", act.List)
	}
	ids := a.find(act.Emails)
	if len(act.Emails) == 0 {
		if act.Count == 0 {
			act.Count = 3
		}
		l.members.Walk(0, false, func(id uint32) bool { ids = append(ids, id); return true })
		rng := rand.New(rand.NewPCG(act.dice, 0))
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		ids = ids[:min(len(ids), act.Count)]
	}
	out := Outcome{}
	for _, id := range ids {
		if a.leave(l, id, now) {
			out.Contacts++
		}
	}
	return out, nil
}

func (a *account) find(emails []string) []uint32 {
	var ids []uint32
	for _, email := range emails {
		if v, ok := normalEmail([]byte(email)); ok {
			if id := a.book.Find(book.Email, v); id != 0 && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
