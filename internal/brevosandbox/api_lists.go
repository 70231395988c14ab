package brevosandbox

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

const noList = "List ID does not exist"

// list finds the list of the path.
func (c *call) list() *list {
	id, ok := c.pathID()
	if !ok {
		return nil
	}
	return c.a.listsByID[id]
}

// lockList is lock for calls about one list, which the faults must know of.
func (c *call) lockList() (unlock func()) {
	if id, ok := c.pathID(); ok {
		c.lists = []int64{id}
	}
	return c.lock()
}

// summary is a list as listings show it. Brevo has stopped telling
// totalSubscribers and totalBlacklisted: they are 0.
func (c *call) summary(l *list) map[string]any {
	return map[string]any{
		"id": l.id, "name": l.name, "folderId": l.folderID,
		"uniqueSubscribers": l.size(c.now, c.a.sb.lag()), "totalSubscribers": 0, "totalBlacklisted": 0,
	}
}

func (c *call) summaries(lists []*list) []any {
	out := make([]any, len(lists))
	for i, l := range lists {
		out[i] = c.summary(l)
	}
	return out
}

func (c *call) getLists() reply {
	p, refusal := c.paging(10, 50)
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	return object(200, map[string]any{"count": len(c.a.lists), "lists": c.summaries(cut(c.a.lists, p))})
}

func (c *call) getList() reply {
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	out := c.summary(l)
	out["createdAt"] = l.createdAt.UTC().Format(timeLayout)
	out["dynamicList"] = false
	out["campaignStats"] = []any{}
	return object(200, out)
}

func (c *call) createList() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	name, folderID := strings.TrimSpace(body.Get("name").String()), body.Get("folderId")
	switch {
	case name == "":
		return missing("name is missing")
	case !folderID.Exists():
		return missing("folderId is missing")
	case folderID.Type != gjson.Number:
		return invalid("folderId is not valid")
	}
	defer c.lock()()
	f := c.a.findFolder(folderID.Int())
	if f == nil {
		return invalid("Folder ID does not exist")
	}
	return created(c.a.addList(name, f.id, c.now).id)
}

func (c *call) updateList() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	name, folderID := body.Get("name"), body.Get("folderId")
	switch {
	case name.Exists() == folderID.Exists():
		return invalid("Either name or folderId can be updated at a time")
	case name.Exists():
		if strings.TrimSpace(name.String()) == "" {
			return invalid("name is not valid")
		}
		l.name = strings.TrimSpace(name.String())
	default:
		if c.a.findFolder(folderID.Int()) == nil {
			return invalid("Folder ID does not exist")
		}
		l.folderID = folderID.Int()
	}
	return noContent()
}

func (c *call) deleteList() reply {
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	c.a.deleteList(l)
	return noContent()
}

// getListContacts tells the members of a list, at most 500 a page.
func (c *call) getListContacts() reply {
	p, refusal := c.paging(50, 500)
	if refusal != nil {
		return *refusal
	}
	modified, refusal := c.since("modifiedSince")
	if refusal != nil {
		return *refusal
	}
	defer c.lockList()()
	l := c.list()
	if l == nil {
		return notFound(noList)
	}
	ids, total := c.a.page(query{lists: []*list{l}, modifiedSince: modified}, p.offset, p.limit, p.desc)
	return jsonReply(http.StatusOK, c.a.appendContacts(nil, ids, total))
}
