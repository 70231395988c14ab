package brevosandbox

import (
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"

	"segue/internal/brevosandbox/book"
)

const maxMembers = 150

// who is the persons named in a call to add or remove.
type who struct {
	field book.Field // 0: contact ids
	all   bool
	items []gjson.Result
}

// who reads exactly one of emails, ids, extIds, and all where it is allowed.
func (c *call) who(allowAll bool) (w who, refusal *reply) {
	refuse := func(r reply) (who, *reply) { return w, &r }
	body, ok := c.json()
	if !ok {
		return refuse(badJSON())
	}
	given := 0
	for name, field := range map[string]book.Field{"emails": book.Email, "ids": 0, "extIds": book.ExtID} {
		v := body.Get(name)
		if !v.Exists() {
			continue
		}
		given++
		if !v.IsArray() {
			return refuse(invalid(name + " should be an array"))
		}
		w.field, w.items = field, v.Array()
	}
	if allowAll && body.Get("all").Type == gjson.True {
		given++
		w.all = true
	}
	switch {
	case given == 0:
		return refuse(missing("One of emails, ids or extIds is required"))
	case given > 1:
		return refuse(invalid("Only one of emails, ids or extIds can be passed"))
	case !w.all && len(w.items) == 0:
		return refuse(missing("The array of contacts is empty"))
	case len(w.items) > maxMembers:
		return refuse(invalid("A maximum of 150 contacts can be passed in one request"))
	}
	for _, it := range w.items {
		if w.field == 0 && it.Type != gjson.Number || w.field != 0 && it.Type != gjson.String {
			return refuse(invalid("The array of contacts holds a value of the wrong type"))
		}
	}
	return w, nil
}

func (a *account) lookUp(w who, item gjson.Result) uint32 {
	if w.field == 0 {
		return a.byID(item.Int())
	}
	v, ok := normalIdentifier(w.field, []byte(item.Str))
	if !ok {
		return 0
	}
	return a.book.Find(w.field, v)
}

func (a *account) byID(id int64) uint32 {
	if id <= 0 || id > 1<<31 || !a.book.Has(uint32(id)) {
		return 0
	}
	return uint32(id)
}

// changeMembers applies change to each person and answers with who it applied
// to and who not; when it applied to nobody, with 400.
func (c *call) changeMembers(w who, nobody string, change func(id uint32) bool) reply {
	done, failed := []byte{}, []byte{}
	add := func(dst []byte, raw string) []byte {
		if len(dst) > 0 {
			dst = append(dst, ',')
		}
		return append(dst, raw...)
	}
	c.rows = len(w.items)
	for _, it := range w.items {
		if id := c.a.lookUp(w, it); id != 0 && change(id) {
			done = add(done, it.Raw)
		} else {
			failed = add(failed, it.Raw)
		}
	}
	if len(done) == 0 {
		return invalid(nobody)
	}
	body := append([]byte(`{"contacts":{"success":[`), done...)
	body = append(append(body, `],"failure":[`...), failed...)
	return jsonReply(http.StatusCreated, append(body, `]}}`...))
}

// addToList never creates contacts.
func (c *call) addToList() reply {
	w, refusal := c.who(false)
	if refusal != nil {
		return *refusal
	}
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	return c.changeMembers(w, "Contact already in list and/or does not exist",
		func(id uint32) bool { return c.a.join(l, id, c.now) })
}

func (c *call) removeFromList() reply {
	w, refusal := c.who(true)
	if refusal != nil {
		return *refusal
	}
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	if w.all {
		return c.removeAll(l)
	}
	return c.changeMembers(w, "Contact already removed from list and/or does not exist",
		func(id uint32) bool { return c.a.leave(l, id, c.now) })
}

// removeAll empties a list when its process ends, whoever joined meanwhile.
func (c *call) removeAll(l *list) reply {
	total := l.members.Len()
	if total == 0 {
		return invalid("Contacts already removed from list and/or does not exist")
	}
	p := c.a.newProcess(processRemoveAll, c.now, c.plan.process)
	p.list = l
	c.a.advance(c.now)
	c.rows = total
	body := strconv.AppendInt([]byte(`{"contacts":{"success":[],"failure":[],"total":`), int64(total), 10)
	body = strconv.AppendInt(append(body, `,"processId":`...), p.id, 10)
	return jsonReply(http.StatusCreated, append(body, `}}`...))
}
