package brevosandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"segue/internal/brevosandbox/book"
)

type accountView struct {
	Org, Company, Tier       string
	Contacts, Lists, Running int
	Newest                   []listView // of the lists, newest first
}

type listView struct {
	ID      int64
	Name    string
	Folder  string
	Members int
}

type peopleView struct {
	Search         string
	Searched, More bool
	Columns        []string
	People         []personView
	From, To       int
	Total          int
	Previous, Next int
}

type personView struct {
	ID                  uint32
	Email               string
	Blocked, BlockedSMS bool
	Created, Modified   time.Time
	Lists               []listView
	Cells               []string
	Attributes          []attributeValue
}

type attributeValue struct{ Name, Value string }

type processView struct {
	ProcessState
	What, Word, Tone string
}

type attributeView struct{ Name, Category, Kind, Options string }

type countView struct {
	Kind  string
	Calls int
}

func (a *account) view() accountView {
	tier := a.cfg.Tier
	if tier == "" {
		tier = a.sb.settings().Tier
	}
	return accountView{Org: a.cfg.OrganizationID, Company: a.cfg.Company, Tier: tier,
		Contacts: a.book.Live().Len(), Lists: len(a.lists), Running: len(a.active)}
}

// listsAtOnce is how many lists of each account are shown where all accounts are.
const listsAtOnce = 8

func (sb *Sandbox) viewHome(_ *http.Request, v *view) bool {
	v.Title, v.CanWatch = "Accounts", true
	for _, a := range sb.accounts {
		_ = sb.locked(a.cfg.OrganizationID, func(a *account) error {
			shown := a.view()
			for _, l := range a.lists[max(0, len(a.lists)-listsAtOnce):] {
				shown.Newest = append(shown.Newest, a.listView(l))
			}
			slices.Reverse(shown.Newest)
			v.Accounts = append(v.Accounts, shown)
			return nil
		})
	}
	v.Requests = sb.recentRequests(15)
	return true
}

func (sb *Sandbox) viewRequests(_ *http.Request, v *view) bool {
	v.Title, v.CanWatch = "Requests", true
	for kind, c := range sb.Requests() {
		v.Counts = append(v.Counts, countView{strings.ReplaceAll(kind, "_", " "), c.Calls})
	}
	slices.SortFunc(v.Counts, func(x, y countView) int { return strings.Compare(x.Kind, y.Kind) })
	v.Requests = sb.recentRequests(100)
	return true
}

func (a *account) listView(l *list) listView {
	out := listView{ID: l.id, Name: l.name, Members: l.members.Len()}
	if f := a.findFolder(l.folderID); f != nil {
		out.Folder = f.name
	}
	return out
}

func viewLists(a *account, _ *http.Request, v *view) bool {
	v.Tab, v.CanWatch = "lists", true
	for _, l := range a.lists {
		v.ListRows = append(v.ListRows, a.listView(l))
	}
	slices.Reverse(v.ListRows)
	v.Processes = a.processViews(8)
	return true
}

func viewProcesses(a *account, _ *http.Request, v *view) bool {
	v.Tab, v.CanWatch = "processes", true
	v.Processes = a.processViews(100)
	return true
}

// processViews are the last processes, newest first.
func (a *account) processViews(n int) []processView {
	var out []processView
	for _, p := range a.processes[max(0, len(a.processes)-n):] {
		pv := processView{ProcessState: a.processState(p)}
		switch {
		case p.imp != nil:
			pv.What = "Import"
		case p.export != nil:
			pv.What = "Export"
		default:
			pv.What = "Empty a list"
		}
		switch {
		case p.status == statusQueued:
			pv.Word, pv.Tone = "Queued", "wait"
		case p.running() && p.twist.stall:
			pv.Word, pv.Tone = "Stalled", "warn"
		case p.running():
			pv.Word, pv.Tone = "Under way", "info"
		case p.status == statusCompleted:
			pv.Word, pv.Tone = "Completed", "good"
		case p.status == statusCancelled:
			pv.Word, pv.Tone = "Cancelled", "warn"
		default:
			pv.Word, pv.Tone = "Failed", "bad"
		}
		out = append(out, pv)
	}
	slices.Reverse(out)
	return out
}

func viewAttributes(a *account, _ *http.Request, v *view) bool {
	v.Tab = "attributes"
	for _, at := range a.attributes {
		v.Attributes = append(v.Attributes, attributeView{at.name, at.category, at.kind, strings.Join(at.labels(), ", ")})
	}
	return true
}

func viewContact(a *account, r *http.Request, v *view) bool {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	id := a.byID(n)
	if err != nil || id == 0 {
		return false
	}
	v.Title = "Contact"
	v.Person = a.person(id)
	s := a.sb.settings()
	for _, val := range a.values(id) {
		switch at := a.attributesByField[val.Field]; {
		case val.Field == book.Email:
		case isIdentifier(val.Field):
			v.Person.Attributes = append(v.Person.Attributes, attributeValue{builtinNames[val.Field], string(val.Bytes)})
		default:
			v.Person.Attributes = append(v.Person.Attributes, attributeValue{at.name, at.plain(val.Bytes, s)})
		}
	}
	return true
}

func (a *account) person(id uint32) personView {
	p := personView{ID: id, Email: string(a.book.Get(id, book.Email)),
		Blocked: a.book.Flag(id, book.EmailBlocked), BlockedSMS: a.book.Flag(id, book.SMSBlocked),
		Created: time.UnixMilli(a.book.Created(id)), Modified: time.UnixMilli(a.book.Modified(id))}
	for _, l := range a.lists {
		if l.members.Has(id) {
			p.Lists = append(p.Lists, a.listView(l))
		}
	}
	return p
}

func viewContacts(a *account, r *http.Request, v *view) bool {
	v.Tab = "contacts"
	a.fillPeople(query{}, a.book.Live(), r, v)
	return true
}

func viewList(a *account, r *http.Request, v *view) bool {
	n, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	l := a.listsByID[n]
	if l == nil {
		return false
	}
	v.Title, v.List, v.CanWatch = l.name, a.listView(l), true
	a.fillPeople(query{lists: []*list{l}}, &l.members, r, v)
	return true
}

const (
	peoplePerPage = 50
	mostColumns   = 6
	mostSearched  = 2_000_000 // contacts that a search looks at
)

// fillPeople shows a page of contacts, or those whose address has the text that
// is searched for.
func (a *account) fillPeople(q query, set *book.Bitmap, r *http.Request, v *view) {
	var ids []uint32
	if v.Searched {
		ids, v.More = a.search(set, v.Search)
	} else {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = min(max(page, 1), 1<<30/peoplePerPage)
		ids, v.Total = a.page(q, (page-1)*peoplePerPage, peoplePerPage, true)
		v.From, v.To, v.Previous = (page-1)*peoplePerPage+1, (page-1)*peoplePerPage+len(ids), page-1
		if v.To < v.Total {
			v.Next = page + 1
		}
	}
	columns, s := a.columns(ids), a.sb.settings()
	for _, at := range columns {
		v.Columns = append(v.Columns, at.name)
	}
	for _, id := range ids {
		p := a.person(id)
		for _, at := range columns {
			text := ""
			if stored := a.book.Get(id, at.field); stored != nil {
				text = at.plain(stored, s)
			}
			p.Cells = append(p.Cells, text)
		}
		v.People = append(v.People, p)
	}
}

// columns are the first attributes that any of the contacts has a value of.
func (a *account) columns(ids []uint32) []*attribute {
	var out []*attribute
	for _, at := range a.attributes {
		used := at.storable() && at.field != book.Email &&
			slices.ContainsFunc(ids, func(id uint32) bool { return a.book.Get(id, at.field) != nil })
		if used && len(out) < mostColumns {
			out = append(out, at)
		}
	}
	return out
}

// search finds the contact with the very address, else those that contain the
// text, newest first.
func (a *account) search(set *book.Bitmap, text string) (ids []uint32, more bool) {
	for _, id := range a.find([]string{text}) {
		if set.Has(id) {
			return []uint32{id}, false
		}
	}
	text = strings.ToLower(text)
	looked := 0
	set.Walk(0, true, func(id uint32) bool {
		looked++
		if strings.Contains(string(a.book.Get(id, book.Email)), text) {
			ids = append(ids, id)
		}
		more = len(ids) >= peoplePerPage || looked >= mostSearched
		return !more
	})
	return ids, more
}
