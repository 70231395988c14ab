package brevo

import (
	"context"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Contact implements destination.Destination. The address is escaped whole, the plus sign too, which some servers take for a
// blank.
func (c *Client) Contact(ctx context.Context, address activation.Email) (destination.Contact, error) {
	r := call{endpoint: getContact, in: url.QueryEscape(address.String()), query: url.Values{"identifierType": {"email_id"}}}
	if _, problem := activation.ParseEmail(address.String()); problem != "" {
		return destination.Contact{}, r.failed(destination.Refused, "the address is not usable ("+string(problem)+")", nil)
	}
	v, err := c.do(ctx, r)
	if err != nil {
		return destination.Contact{}, err
	}
	types, err := c.attributeTypes(ctx)
	if err != nil {
		return destination.Contact{}, err
	}
	found, ok := contact(v, types)
	if !ok {
		return destination.Contact{}, r.failed(destination.Unknown, "the answer is not a contact", nil)
	}
	if found.Address != address {
		return destination.Contact{}, r.failed(destination.Unknown, "the answer is about another contact", nil)
	}
	return found, nil
}

// Contacts implements destination.Destination.
func (c *Client) Contacts(ctx context.Context, since time.Time) iter.Seq2[destination.Contact, error] {
	q := url.Values{}
	if !since.IsZero() {
		q.Set("modifiedSince", since.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	return c.stream(ctx, call{endpoint: getContacts, query: q}, 1000)
}

// ListContacts implements destination.Destination.
func (c *Client) ListContacts(ctx context.Context, list activation.ListID) iter.Seq2[destination.Contact, error] {
	return c.stream(ctx, call{endpoint: getListContacts, in: escaped(list), query: url.Values{}}, 500)
}

// CountContacts implements destination.ContactCounter: a page of one contact tells the count of all.
func (c *Client) CountContacts(ctx context.Context) (int64, error) {
	r := call{endpoint: getContacts, query: url.Values{"limit": {"1"}, "offset": {"0"}}}
	v, err := c.do(ctx, r)
	if err != nil {
		return 0, err
	}
	n := v.Get("count")
	if n.Type != gjson.Number || n.Int() < 0 {
		return 0, r.failed(destination.Unknown, "the answer holds no count", nil)
	}
	return n.Int(), nil
}

// attributeTypes are the account's attributes, read once for a client: without them the stored value of a category or a
// boolean means nothing.
func (c *Client) attributeTypes(ctx context.Context) (map[string]definition, error) {
	c.mu.Lock()
	types := c.types
	c.mu.Unlock()
	if types != nil {
		return types, nil
	}
	if _, err := c.definitions(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.types, nil
}

// contact reads a contact; false if it is none. The flag of the blocklist must be there: without it nobody can say who
// opted out (S8).
func contact(v gjson.Result, types map[string]definition) (destination.Contact, bool) {
	id, ok := number(v.Get("id"))
	blocked := v.Get("emailBlacklisted")
	if !ok || blocked.Type != gjson.True && blocked.Type != gjson.False {
		return destination.Contact{}, false
	}
	out := destination.Contact{ID: id, Blocklisted: blocked.Type == gjson.True, Identifiers: map[string]string{}, Attributes: map[string]string{}}
	out.Address, _ = activation.ParseEmail(text(v.Get("email"))) // empty for none and for a placeholder
	if out.Address != "" {
		out.Written = text(v.Get("email"))
	}
	out.Lists = listIDs(v.Get("listIds"))
	out.Unsubscribed = listIDs(v.Get("listUnsubscribed"))
	if t, err := time.Parse(time.RFC3339, text(v.Get("modifiedAt"))); err == nil {
		out.ModifiedAt = t.UTC()
	}
	v.Get("attributes").ForEach(func(name, value gjson.Result) bool {
		put(&out, strings.ToUpper(name.Str), value, types)
		return true
	})
	for _, name := range []string{"ext_id", "extId"} {
		if id := strings.TrimSpace(text(v.Get(name))); id != "" {
			out.Identifiers["EXT_ID"] = id
		}
	}
	return out, true
}

func listIDs(v gjson.Result) []activation.ListID {
	var ids []activation.ListID
	for _, x := range v.Array() {
		if id, ok := number(x); ok {
			ids = append(ids, activation.ListID(id))
		}
	}
	slices.Sort(ids)
	return ids
}
