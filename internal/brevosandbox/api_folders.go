package brevosandbox

import (
	"strings"

	"github.com/tidwall/gjson"

	"segue/internal/brevosandbox/book"
)

const noFolder = "Folder ID does not exist"

func (c *call) folder() *folder {
	id, ok := c.pathID()
	if !ok {
		return nil
	}
	return c.a.findFolder(id)
}

func (c *call) listsIn(f *folder) []*list {
	var out []*list
	for _, l := range c.a.lists {
		if l.folderID == f.id {
			out = append(out, l)
		}
	}
	return out
}

func (c *call) folderSummary(f *folder) map[string]any {
	var people book.Bitmap
	for _, l := range c.listsIn(f) {
		people.Union(&l.members)
	}
	return map[string]any{"id": f.id, "name": f.name,
		"uniqueSubscribers": people.Len(), "totalSubscribers": 0, "totalBlacklisted": 0}
}

func (c *call) getFolders() reply {
	p, refusal := c.paging(10, 50)
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	page := []any{}
	for _, f := range cut(c.a.folders, p) {
		page = append(page, c.folderSummary(f))
	}
	return object(200, map[string]any{"count": len(c.a.folders), "folders": page})
}

func (c *call) getFolder() reply {
	defer c.lock()()
	f := c.folder()
	if f == nil {
		return notFound(noFolder)
	}
	return object(200, c.folderSummary(f))
}

func (c *call) getFolderLists() reply {
	p, refusal := c.paging(10, 50)
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	f := c.folder()
	if f == nil {
		return notFound(noFolder)
	}
	lists := c.listsIn(f)
	return object(200, map[string]any{"count": len(lists), "lists": c.summaries(cut(lists, p))})
}

// folderName reads the name of a folder to create or change.
func (c *call) folderName() (string, *reply) {
	body, ok := c.json()
	if !ok {
		r := badJSON()
		return "", &r
	}
	name := body.Get("name")
	if name.Type != gjson.String || strings.TrimSpace(name.Str) == "" {
		r := missing("name is missing")
		return "", &r
	}
	return strings.TrimSpace(name.Str), nil
}

func (c *call) createFolder() reply {
	name, refusal := c.folderName()
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	return created(c.a.addFolder(name).id)
}

func (c *call) updateFolder() reply {
	name, refusal := c.folderName()
	if refusal != nil {
		return *refusal
	}
	defer c.lock()()
	f := c.folder()
	if f == nil {
		return notFound(noFolder)
	}
	f.name = name
	return noContent()
}

func (c *call) deleteFolder() reply {
	defer c.lock()()
	f := c.folder()
	if f == nil {
		return notFound(noFolder)
	}
	c.a.deleteFolder(f)
	return noContent()
}
