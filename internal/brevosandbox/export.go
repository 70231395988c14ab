package brevosandbox

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"segue/internal/brevosandbox/book"
)

// exportJob is an export of contacts. Who is in it is fixed when the process
// completes; the values are read when the file is downloaded.
type exportJob struct {
	action     string // allContacts, subscribed, unsubscribed, unsubscribedPerList
	listID     int64
	attributes []string
	mandatory  bool
	metadata   []string
	status     []string
	ids        book.Bitmap
}

func (e *exportJob) capture(a *account) {
	set := a.book.Live()
	l := a.listsByID[e.listID]
	if e.listID != 0 {
		if set = new(book.Bitmap); l != nil {
			set = &l.members
		}
	}
	set.Walk(0, false, func(id uint32) bool {
		blocked := a.book.Flag(id, book.EmailBlocked)
		out := l != nil && l.optedOut.Has(id)
		switch e.action {
		case "allContacts":
			e.ids.Add(id)
		case "subscribed":
			if !blocked && !out {
				e.ids.Add(id)
			}
		case "unsubscribed":
			if blocked {
				e.ids.Add(id)
			}
		case "unsubscribedPerList":
			if out {
				e.ids.Add(id)
			}
		}
		return true
	})
}

func (e *exportJob) header() []string {
	out := []string{"CONTACT ID"}
	if e.mandatory {
		out = append(out, "EMAIL", "ADDED_TIME", "MODIFIED_TIME")
	}
	for _, group := range [][]string{e.attributes, e.metadata, e.status} {
		out = append(out, group...)
	}
	return out
}

// write streams the file, a thousand contacts at a time under the lock.
func (e *exportJob) write(a *account, out io.Writer) error {
	w := csv.NewWriter(out)
	w.Comma = ';'
	if err := w.Write(e.header()); err != nil {
		return err
	}
	for offset, n := 0, e.ids.Len(); offset < n; offset += 1000 {
		var records [][]string
		seen := 0
		a.mu.Lock()
		e.ids.Walk(offset, false, func(id uint32) bool {
			if a.book.Has(id) {
				records = append(records, e.record(a, id))
			}
			seen++
			return seen < 1000
		})
		a.mu.Unlock()
		if err := w.WriteAll(records); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (e *exportJob) record(a *account, id uint32) []string {
	when := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(timeLayout) }
	out := []string{strconv.FormatUint(uint64(id), 10)}
	if e.mandatory {
		out = append(out, string(a.book.Get(id, book.Email)), when(a.book.Created(id)), when(a.book.Modified(id)))
	}
	for _, name := range e.attributes {
		value := ""
		if at := a.findAttribute(name); at != nil && at.storable() {
			if stored := a.book.Get(id, at.field); stored != nil {
				value = at.plain(stored, a.sb.settings())
			}
		} else if f, ok := builtins[strings.ToUpper(name)]; ok {
			value = string(a.book.Get(id, f))
		}
		out = append(out, value)
	}
	for _, name := range e.metadata {
		switch name {
		case "_listIds":
			ids := make([]string, 0, 2)
			for _, l := range a.listsOf(id) {
				ids = append(ids, strconv.FormatInt(l, 10))
			}
			out = append(out, strings.Join(ids, ","))
		case "ADDED_TIME":
			out = append(out, when(a.book.Created(id)))
		case "MODIFIED_TIME":
			out = append(out, when(a.book.Modified(id)))
		default:
			out = append(out, "")
		}
	}
	for _, name := range e.status {
		flag := book.EmailBlocked
		if name == "sms_marketing" {
			flag = book.SMSBlocked
		}
		status := "subscribed"
		if a.book.Flag(id, flag) {
			status = "unsubscribed"
		}
		out = append(out, status)
	}
	return out
}
