package brevosandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"segue/internal/brevosandbox/book"
)

// change is what POST or PUT of one contact asks for.
type change struct {
	ident      identity
	clears     []book.Field
	attributes gjson.Result
	lists      []*list
	unlink     []*list
	body       gjson.Result
	newEmail   bool // PUT with another address in attributes.EMAIL
}

// readChange reads the body; the account must be locked.
func (c *call) readChange(body gjson.Result) (ch change, refusal *reply) {
	refuse := func(r reply) (change, *reply) { return ch, &r }
	ch.body, ch.attributes = body, body.Get("attributes")
	if ch.attributes.Exists() && !ch.attributes.IsObject() {
		return refuse(invalid("attributes should be an object"))
	}
	given := map[book.Field]gjson.Result{book.Email: body.Get("email"), book.ExtID: body.Get("ext_id")}
	ch.attributes.ForEach(func(name, value gjson.Result) bool {
		if f, ok := builtins[strings.ToUpper(name.Str)]; ok {
			given[f] = value
		}
		return true
	})
	for f, v := range given {
		text := v.String()
		switch {
		case !v.Exists() || v.Type == gjson.Null:
		case text == "" && f != book.Email:
			ch.clears = append(ch.clears, f)
		default:
			stored, ok := normalIdentifier(f, []byte(text))
			if !ok {
				return refuse(invalidIdentifier(f))
			}
			ch.ident[f] = stored
		}
	}
	var ok bool
	if ch.lists, ok = c.findLists(body.Get("listIds")); !ok {
		return refuse(invalid(noList))
	}
	if ch.unlink, ok = c.findLists(body.Get("unlinkListIds")); !ok {
		return refuse(invalid(noList))
	}
	return ch, nil
}

func invalidIdentifier(f book.Field) reply {
	switch f {
	case book.Email:
		return invalid("email is not valid in the given data")
	case book.ExtID:
		return invalid("ext_id is not valid")
	}
	return invalid("Invalid phone number")
}

func (c *call) findLists(ids gjson.Result) ([]*list, bool) {
	var out []*list
	for _, v := range ids.Array() {
		l := c.a.listsByID[v.Int()]
		if l == nil {
			return nil, false
		}
		out = append(out, l)
	}
	return out, true
}

// owners are the contacts, other than self, that have identifiers of the change.
func (c *call) owners(ch change, self uint32) (ids []uint32, names []string) {
	for _, f := range identifierRank {
		id := c.a.book.Find(f, ch.ident[f])
		if id == 0 || id == self {
			continue
		}
		name := builtinNames[f]
		if f == book.Email {
			name = "email"
		}
		names = append(names, name)
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, names
}

func duplicates(verb string, names []string) reply {
	body, _ := json.Marshal(map[string]any{
		"code": "duplicate_parameter",
		"message": "Unable to " + verb + " contact, " + strings.Join(names, ", ") +
			" is already associated with another Contact",
		"metadata": map[string]any{"duplicate_identifiers": names},
	})
	return jsonReply(http.StatusBadRequest, body)
}

func (c *call) createContact() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	defer c.lock()()
	ch, refusal := c.readChange(body)
	if refusal != nil {
		return *refusal
	}
	if highest(ch.ident) == 0 {
		return missing("email, ext_id or SMS is missing")
	}
	c.rows = 1
	ids, names := c.owners(ch, 0)
	upsert, merge := body.Get("updateEnabled").Bool(), body.Get("forceMerge").Bool()
	switch {
	case len(ids) == 0:
		return created(int64(c.apply(ch, 0)))
	case !upsert || len(ids) > 1 && !merge:
		return duplicates("create", names)
	}
	c.apply(ch, c.mergeInto(ids))
	return noContent()
}

// mergeInto keeps the most recently modified of the contacts and deletes the
// others: the rule of forceMerge, which is not that of imports.
func (c *call) mergeInto(ids []uint32) uint32 {
	latest := slices.MaxFunc(ids, func(x, y uint32) int { return int(c.a.book.Modified(x) - c.a.book.Modified(y)) })
	for _, id := range ids {
		if id != latest {
			c.a.deleteContact(id, c.now)
		}
	}
	return latest
}

func (c *call) updateContact() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	defer c.lock()()
	id, refusal := c.contact(true)
	if refusal != nil {
		return *refusal
	}
	ch, refusal := c.readChange(body)
	if refusal != nil {
		return *refusal
	}
	c.rows = 1
	if ids, names := c.owners(ch, id); len(ids) > 0 {
		if !body.Get("forceMerge").Bool() {
			return duplicates("update", names)
		}
		id = c.mergeInto(append(ids, id))
	}
	if e := ch.ident[book.Email]; e != nil && string(e) != string(c.a.book.Get(id, book.Email)) {
		ch.newEmail = true
	}
	c.apply(ch, id)
	return noContent()
}

// apply writes the change to a contact, a new one when id is 0. An address that
// changes re-subscribes the contact.
func (c *call) apply(ch change, id uint32) uint32 {
	a := c.a
	values := a.scratch[:0]
	if id != 0 {
		values = a.values(id)
	}
	for f, v := range ch.ident {
		if v != nil {
			values = with(values, book.Field(f), v)
		}
	}
	for _, f := range ch.clears {
		values = with(values, f, nil)
	}
	ch.attributes.ForEach(func(name, value gjson.Result) bool {
		at := a.findAttribute(name.Str)
		if at == nil || !at.storable() || isIdentifier(at.field) {
			return true // not defined: ignored without a word
		}
		v := cellOf(value)
		if v.kind == cellText && len(v.text) == 0 {
			values = with(values, at.field, nil)
		} else if stored, ok := at.store(v, direct, c.s); ok {
			values = with(values, at.field, stored)
		}
		return true
	})
	if id == 0 {
		id = a.book.Add(values, c.now.UnixMilli())
	} else {
		a.book.Set(id, values, c.now.UnixMilli())
	}
	a.scratch = values
	a.filter.invalidate()
	if ch.newEmail {
		a.book.SetFlag(id, book.EmailBlocked, false)
	}
	for name, f := range map[string]book.Flag{"emailBlacklisted": book.EmailBlocked, "smsBlacklisted": book.SMSBlocked} {
		if v := ch.body.Get(name); v.IsBool() {
			a.book.SetFlag(id, f, v.Bool())
		}
	}
	for _, l := range ch.lists {
		a.join(l, id, c.now)
	}
	for _, l := range ch.unlink {
		a.leave(l, id, c.now)
	}
	return id
}
