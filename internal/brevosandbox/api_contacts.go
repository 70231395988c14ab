package brevosandbox

import (
	"net/http"
	"strconv"
	"strings"

	"segue/internal/brevosandbox/book"
)

const noContact = "Contact does not exist"

// appendContact writes a contact as every call shows it. EMAIL is on top, the
// other identifiers are among the attributes.
func (a *account) appendContact(dst []byte, id uint32, statistics bool) []byte {
	s := a.sb.settings()
	values := a.values(id)
	dst = strconv.AppendUint(append(dst, `{"id":`...), uint64(id), 10)
	if email := a.shownEmail(values, s); email != nil {
		dst = appendString(append(dst, `,"email":`...), email)
	}
	flag := func(name string, f book.Flag) {
		dst = append(append(append(dst, `,"`...), name...), `":`...)
		dst = strconv.AppendBool(dst, a.book.Flag(id, f))
	}
	flag("emailBlacklisted", book.EmailBlocked)
	flag("smsBlacklisted", book.SMSBlocked)
	flag("whatsappBlacklisted", book.WhatsAppBlocked)
	dst = appendMillis(append(dst, `,"createdAt":`...), a.book.Created(id))
	dst = appendMillis(append(dst, `,"modifiedAt":`...), a.book.Modified(id))
	dst = appendInts(append(dst, `,"listIds":`...), a.listsOf(id))
	dst = a.appendOptOuts(dst, id)
	dst = append(dst, `,"attributes":{`...)
	first := true
	for _, v := range values {
		if v.Field == book.Email {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if isIdentifier(v.Field) {
			dst = append(appendText(dst, builtinNames[v.Field]), ':')
			dst = appendString(dst, v.Bytes)
			continue
		}
		at := a.attributesByField[v.Field]
		dst = append(appendText(dst, at.name), ':')
		dst = at.appendValue(dst, v.Bytes, s)
	}
	dst = append(dst, '}')
	if statistics {
		dst = append(dst, `,"statistics":{}`...)
	}
	return append(dst, '}')
}

func (a *account) shownEmail(values []book.Value, s *Settings) []byte {
	if len(values) > 0 && values[0].Field == book.Email {
		return values[0].Bytes
	}
	if s.EmaillessContacts == "placeholder" && len(values) > 0 && values[0].Field == book.SMS {
		return append(append([]byte{}, values[0].Bytes...), mailinDomain...)
	}
	return nil
}

func (a *account) appendOptOuts(dst []byte, id uint32) []byte {
	var ids []int64
	for _, l := range a.lists {
		if l.optedOut.Has(id) {
			ids = append(ids, l.id)
		}
	}
	if ids == nil {
		return dst
	}
	return appendInts(append(dst, `,"listUnsubscribed":`...), ids)
}

func (a *account) appendContacts(dst []byte, ids []uint32, total int) []byte {
	dst = append(dst, `{"contacts":[`...)
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = a.appendContact(dst, id, false)
	}
	dst = strconv.AppendInt(append(dst, `],"count":`...), int64(total), 10)
	return append(dst, '}')
}

// getContacts tells contacts, at most 1,000 a page.
func (c *call) getContacts() reply {
	p, refusal := c.paging(50, 1000)
	if refusal != nil {
		return *refusal
	}
	q, refusal := c.sinceQuery()
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	params := c.http.URL.Query()
	if params.Has("segmentId") {
		if params.Has("listIds") {
			return invalid("Either listIds or segmentId can be passed")
		}
		return invalid("Segment ID does not exist")
	}
	for _, text := range params["listIds"] {
		for part := range strings.SplitSeq(text, ",") {
			id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			l := c.a.listsByID[id]
			if err != nil || l == nil {
				return invalid(noList)
			}
			q.lists = append(q.lists, l)
		}
	}
	if filter := params.Get("filter"); filter != "" {
		f, stored, ok := c.a.equals(filter, c.s)
		if !ok {
			return invalid("filter is not valid")
		}
		q.field, q.stored = f, stored
	}
	if params.Has("ids") {
		return c.contactsByID(params["ids"])
	}
	ids, total := c.a.page(q, p.offset, p.limit, p.desc)
	return jsonReply(http.StatusOK, c.a.appendContacts(nil, ids, total))
}

func (c *call) sinceQuery() (q query, refusal *reply) {
	if q.modifiedSince, refusal = c.since("modifiedSince"); refusal != nil {
		return q, refusal
	}
	q.createdSince, refusal = c.since("createdSince")
	return q, refusal
}

// contactsByID answers the parameter ids, at most 20.
func (c *call) contactsByID(params []string) reply {
	var ids []uint32
	parts := strings.Split(strings.Join(params, ","), ",")
	if len(parts) > 20 {
		return badRequest("out_of_range", "A maximum of 20 ids can be passed")
	}
	for _, part := range parts {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return invalid("ids is not valid")
		}
		if id := c.a.byID(n); id != 0 {
			ids = append(ids, id)
		}
	}
	return jsonReply(http.StatusOK, c.a.appendContacts(nil, ids, len(ids)))
}

// equals reads a filter of the form equals(NAME,"value").
func (a *account) equals(filter string, s *Settings) (book.Field, string, bool) {
	inner, ok := strings.CutPrefix(strings.TrimSuffix(filter, ")"), "equals(")
	name, value, found := strings.Cut(inner, ",")
	if !ok || !found {
		return 0, "", false
	}
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	if f, ok := builtins[strings.ToUpper(strings.TrimSpace(name))]; ok {
		v, ok := normalIdentifier(f, []byte(value))
		return f, string(v), ok
	}
	at := a.findAttribute(strings.TrimSpace(name))
	if at == nil || !at.storable() {
		return 0, "", false
	}
	stored, ok := at.store(cell{cellText, []byte(value)}, imported, &Settings{ImportBooleans: "all", ImportDates: s.ImportDates})
	return at.field, string(stored), ok
}

var identifierTypes = map[string]book.Field{
	"email_id": book.Email, "ext_id": book.ExtID, "phone_id": book.SMS,
	"whatsapp_id": book.WhatsApp, "landline_number_id": book.Landline, "contact_id": 0,
}

// contact finds the contact of the path. Without identifierType it is an
// address or a contact id and, where phones are allowed, an SMS number.
func (c *call) contact(phones bool) (uint32, *reply) {
	text := c.http.PathValue("identifier")
	kind := c.http.URL.Query().Get("identifierType")
	field, known := identifierTypes[kind]
	refuse := func(r reply) (uint32, *reply) { return 0, &r }
	switch {
	case kind != "" && !known:
		return refuse(invalid("identifierType is not valid"))
	case kind == "" && strings.Contains(text, "@"):
		field = book.Email
	}
	if field == 0 {
		n, err := strconv.ParseInt(text, 10, 64)
		id := c.a.byID(n)
		if phones && kind == "" && id == 0 {
			if digits, ok := normalPhone([]byte(text)); ok {
				id = c.a.book.Find(book.SMS, digits)
			}
		} else if err != nil {
			return refuse(invalid("Invalid id passed"))
		}
		if id == 0 {
			return refuse(notFound(noContact))
		}
		return id, nil
	}
	v, ok := normalIdentifier(field, []byte(text))
	if !ok {
		return refuse(invalid("Invalid " + builtinNames[field] + " passed"))
	}
	if id := c.a.book.Find(field, v); id != 0 {
		return id, nil
	}
	return refuse(notFound(noContact))
}

func (c *call) getContact() reply {
	defer c.lock()()
	id, refusal := c.contact(true)
	if refusal != nil {
		return *refusal
	}
	return jsonReply(http.StatusOK, c.a.appendContact(nil, id, true))
}

// deleteContact forgets everything about a contact, its blocklist status too.
func (c *call) deleteContact() reply {
	defer c.lock()()
	id, refusal := c.contact(false)
	if refusal != nil {
		return *refusal
	}
	if strings.EqualFold(string(c.a.book.Get(id, book.Email)), c.a.cfg.Email) {
		return failure(http.StatusMethodNotAllowed, "method_not_allowed", "You are not allowed to delete the registered email of the account")
	}
	c.rows = 1
	c.a.deleteContact(id, c.now)
	return noContent()
}
