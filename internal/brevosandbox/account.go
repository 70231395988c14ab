package brevosandbox

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"segue/internal/brevosandbox/book"
)

// account is the state of one Brevo account. Everything in it is guarded by mu.
type account struct {
	sb  *Sandbox
	cfg Account
	ips []netip.Prefix

	mu                sync.Mutex
	book              *book.Book
	folders           []*folder
	lists             []*list
	listsByID         map[int64]*list
	attributes        []*attribute
	attributesByName  map[string]*attribute
	attributesByField map[book.Field]*attribute
	attributesVersion int
	nextField         book.Field
	nextFolder        int64
	nextList          int64

	processes   []*process
	active      []*process // not ended, in the order of their ids
	laneFree    time.Time  // when the last import of the queue ended
	nextProcess int64
	downloads   map[string]*download

	limits  limiter
	scratch []book.Value
	filter  filterCache
	madeUp  int // contacts that actions made up

	notTaken map[string]bool // addresses that imports report as invalid though they are none
}

type folder struct {
	id   int64
	name string
}

type list struct {
	id        int64
	name      string
	folderID  int64
	createdAt time.Time
	members   book.Bitmap
	optedOut  book.Bitmap // unsubscribed from this list only

	shown     int // the size that is told, see ListCountLag
	changedAt time.Time
}

func newAccount(sb *Sandbox, cfg Account, now time.Time) *account {
	a := &account{
		sb: sb, cfg: cfg, book: book.New(),
		listsByID: map[int64]*list{}, attributesByName: map[string]*attribute{},
		attributesByField: map[book.Field]*attribute{}, nextField: book.FirstAttribute,
		nextFolder: 1, nextList: 1, nextProcess: 1, downloads: map[string]*download{}, notTaken: map[string]bool{},
	}
	for _, k := range cfg.Keys {
		sb.keys.Store(k, a)
	}
	for _, s := range cfg.AllowedIPs {
		if p, err := parsePrefix(s); err == nil {
			a.ips = append(a.ips, p)
		}
	}
	names := nameAttributes[cfg.Language]
	for _, name := range []string{"EMAIL", "SMS", names[0], names[1]} {
		a.addAttribute(attribute{name: name, category: "normal", kind: "text"})
	}
	for _, name := range cfg.Folders {
		a.addFolder(name)
	}
	for _, l := range cfg.Lists {
		if l.FolderID == 0 {
			l.FolderID = a.folders[0].id
		}
		a.addList(l.Name, l.FolderID, now)
	}
	return a
}

func (a *account) addFolder(name string) *folder {
	f := &folder{id: a.nextFolder, name: name}
	a.nextFolder++
	a.folders = append(a.folders, f)
	return f
}

func (a *account) findFolder(id int64) *folder {
	for _, f := range a.folders {
		if f.id == id {
			return f
		}
	}
	return nil
}

func (a *account) addList(name string, folderID int64, now time.Time) *list {
	l := &list{id: a.nextList, name: name, folderID: folderID, createdAt: now, changedAt: now}
	a.nextList++
	a.lists = append(a.lists, l)
	a.listsByID[l.id] = l
	return l
}

func (a *account) deleteList(l *list) {
	a.lists = slices.DeleteFunc(a.lists, func(x *list) bool { return x == l })
	delete(a.listsByID, l.id)
}

// deleteFolder deletes the folder and all lists inside.
func (a *account) deleteFolder(f *folder) {
	for _, l := range slices.Clone(a.lists) {
		if l.folderID == f.id {
			a.deleteList(l)
		}
	}
	a.folders = slices.DeleteFunc(a.folders, func(x *folder) bool { return x == f })
}

// size is the number of members as Brevo would tell it now.
func (l *list) size(now time.Time, lag time.Duration) int {
	if lag <= 0 || !now.Before(l.changedAt.Add(lag)) {
		l.shown = l.members.Len()
	}
	return l.shown
}

// changing notes that the membership is about to change, so that the size of
// before can be told until the lag is over.
func (l *list) changing(now time.Time, lag time.Duration) {
	l.size(now, lag)
	l.changedAt = now
}

// join puts a contact on a list and says whether it was not on it.
func (a *account) join(l *list, id uint32, now time.Time) bool {
	if l.members.Has(id) {
		return false
	}
	l.changing(now, a.sb.lag())
	l.members.Add(id)
	a.listChanged(id, now)
	return true
}

// leave takes a contact off a list and says whether it was on it.
func (a *account) leave(l *list, id uint32, now time.Time) bool {
	if !l.members.Has(id) {
		return false
	}
	l.changing(now, a.sb.lag())
	l.members.Remove(id)
	a.listChanged(id, now)
	return true
}

func (a *account) listChanged(id uint32, now time.Time) {
	if a.sb.settings().ListChangeModifies == "yes" {
		a.book.Touch(id, now.UnixMilli())
	}
	a.filter.invalidate()
}

// deleteContact forgets a contact with its membership and its blocklist status.
func (a *account) deleteContact(id uint32, now time.Time) {
	for _, l := range a.lists {
		if l.members.Has(id) {
			l.changing(now, a.sb.lag())
			l.members.Remove(id)
		}
		l.optedOut.Remove(id)
	}
	a.book.Delete(id)
	a.filter.invalidate()
}

// listsOf are the ids of the lists that a contact is on.
func (a *account) listsOf(id uint32) []int64 {
	out := []int64{}
	for _, l := range a.lists {
		if l.members.Has(id) {
			out = append(out, l.id)
		}
	}
	return out
}

// values are the stored fields of a contact whose attributes still exist. The
// slice is valid until the next call.
func (a *account) values(id uint32) []book.Value {
	a.scratch = a.book.Values(id, a.scratch[:0])
	a.scratch = slices.DeleteFunc(a.scratch, func(v book.Value) bool {
		return !isIdentifier(v.Field) && a.attributesByField[v.Field] == nil
	})
	return a.scratch
}

// with gives values with one field set, or removed when stored is empty.
func with(values []book.Value, f book.Field, stored []byte) []book.Value {
	i, found := slices.BinarySearchFunc(values, f, func(v book.Value, f book.Field) int { return int(v.Field) - int(f) })
	switch {
	case len(stored) == 0 && found:
		return slices.Delete(values, i, i+1)
	case len(stored) == 0:
		return values
	case found:
		values[i].Bytes = stored
		return values
	default:
		return slices.Insert(values, i, book.Value{Field: f, Bytes: stored})
	}
}
