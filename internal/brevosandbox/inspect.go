package brevosandbox

import (
	"fmt"
	"io"
	"slices"

	"segue/internal/brevosandbox/book"
)

// State is an account in outline.
type State struct {
	Account    string         `json:"account"`
	Company    string         `json:"company"`
	Contacts   int            `json:"contacts"`
	Lists      []ListState    `json:"lists"`
	Attributes []string       `json:"attributes"`
	Processes  []ProcessState `json:"processes"` // the last 100, oldest first
}

// ListState is a list in outline; Members is its true size, without lag.
type ListState struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Folder  int64  `json:"folder"`
	Members int    `json:"members"`
}

// ProcessState is a process in outline, with what Brevo would not tell.
type ProcessState struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Status  string `json:"status"`
	Rows    int    `json:"rows"`    // of an import
	Applied int    `json:"applied"` // rows so far
	Created int    `json:"created"` // contacts
	Joined  int    `json:"joined"`  // memberships
	Stalled bool   `json:"stalled"`
}

// locked runs f with the account brought up to now; "" means the first account.
func (sb *Sandbox) locked(org string, f func(*account) error) error {
	a := sb.accountOf(org)
	if a == nil {
		return fmt.Errorf("sandbox: account %q is not known", org)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(sb.now())
	return f(a)
}

// State gives an account in outline; "" means the first account.
func (sb *Sandbox) State(org string) (st State, err error) {
	return st, sb.locked(org, func(a *account) error {
		st = State{Account: a.cfg.OrganizationID, Company: a.cfg.Company, Contacts: a.book.Live().Len()}
		for _, l := range a.lists {
			st.Lists = append(st.Lists, ListState{l.id, l.name, l.folderID, l.members.Len()})
		}
		for _, at := range a.attributes {
			st.Attributes = append(st.Attributes, at.name)
		}
		for _, p := range a.processes[max(0, len(a.processes)-100):] {
			st.Processes = append(st.Processes, a.processState(p))
		}
		return nil
	})
}

func (a *account) processState(p *process) ProcessState {
	out := ProcessState{ID: p.id, Name: p.name, Status: p.status, Stalled: p.twist.stall}
	if p.running() {
		out.Status = a.sb.settings().RunningStatus
	}
	if p.imp != nil {
		out.Rows, out.Applied = p.rows, p.imp.cursor
		out.Created, out.Joined = p.imp.created, p.imp.joined
	}
	return out
}

// Members gives the addresses on a list in alphabetical order; a member without
// address is "#" and its contact id. "" means the first account.
func (sb *Sandbox) Members(org string, listID int64) (emails []string, err error) {
	return emails, sb.locked(org, func(a *account) error {
		l := a.listsByID[listID]
		if l == nil {
			return fmt.Errorf("sandbox: there is no list %d", listID)
		}
		emails = make([]string, 0, l.members.Len())
		l.members.Walk(0, false, func(id uint32) bool {
			email := string(a.book.Get(id, book.Email))
			if email == "" {
				email = fmt.Sprintf("#%d", id)
			}
			emails = append(emails, email)
			return true
		})
		slices.Sort(emails)
		return nil
	})
}

// Contact gives one contact as the API shows it, as JSON; nil when there is none.
func (sb *Sandbox) Contact(org, email string) (contact []byte, err error) {
	return contact, sb.locked(org, func(a *account) error {
		for _, id := range a.find([]string{email}) {
			contact = a.appendContact(nil, id, false)
		}
		return nil
	})
}

// WriteContacts writes every contact as a line of JSON as the API shows it, in
// the order of their ids, a thousand at a time under the lock.
func (sb *Sandbox) WriteContacts(org string, w io.Writer) error {
	var ids *book.Bitmap
	if err := sb.locked(org, func(a *account) error { ids = a.book.Live().Clone(); return nil }); err != nil {
		return err
	}
	for offset, n := 0, ids.Len(); offset < n; offset += 1000 {
		var page []byte
		_ = sb.locked(org, func(a *account) error {
			seen := 0
			ids.Walk(offset, false, func(id uint32) bool {
				if a.book.Has(id) {
					page = append(a.appendContact(page, id, false), '\n')
				}
				seen++
				return seen < 1000
			})
			return nil
		})
		if _, err := w.Write(page); err != nil {
			return fmt.Errorf("sandbox: write contacts: %w", err)
		}
	}
	return nil
}
