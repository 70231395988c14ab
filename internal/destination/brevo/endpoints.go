package brevo

import (
	"net/http"
	"time"
)

// group is a set of calls that share a rate limit at Brevo.
type group int

const (
	groupContacts group = iota // everything under /contacts
	groupOther                 // /account, /processes
	groupCount
)

// endpoint is one call of the API, as Segue uses it. There are no others.
type endpoint struct {
	kind   string // the name under which Calls counts it and errors tell of it
	method string
	path   string // below the base URL; %s stands for what the call fills in
	group  group
	// within is the longest a call may take, in all.
	within time.Duration
	// most is the largest answer that is read, in bytes.
	most int64
	// list says that a 404 means that the list is gone; contact that there is no such contact.
	list, contact bool
	// empty says that a success may come without a body.
	empty bool
}

// again reports whether the call changes nothing, so that it may be repeated quickly.
func (e *endpoint) again() bool { return e.method == http.MethodGet }

const (
	page  = 32 << 20 // of a page of contacts
	small = 4 << 20  // of everything else
)

var (
	getAccount      = &endpoint{kind: "account", method: http.MethodGet, path: "/account", group: groupOther, within: time.Minute, most: small}
	getProcesses    = &endpoint{kind: "processes", method: http.MethodGet, path: "/processes", group: groupOther, within: time.Minute, most: small}
	getLists        = &endpoint{kind: "lists", method: http.MethodGet, path: "/contacts/lists", within: time.Minute, most: small}
	getList         = &endpoint{kind: "list", method: http.MethodGet, path: "/contacts/lists/%s", within: time.Minute, most: small, list: true}
	getListContacts = &endpoint{kind: "list_contacts", method: http.MethodGet, path: "/contacts/lists/%s/contacts", within: 2 * time.Minute, most: page, list: true}
	getFolders      = &endpoint{kind: "folders", method: http.MethodGet, path: "/contacts/folders", within: time.Minute, most: small}
	getAttributes   = &endpoint{kind: "attributes", method: http.MethodGet, path: "/contacts/attributes", within: time.Minute, most: small}
	getContact      = &endpoint{kind: "contact", method: http.MethodGet, path: "/contacts/%s", within: time.Minute, most: small, contact: true}
	getContacts     = &endpoint{kind: "contacts", method: http.MethodGet, path: "/contacts", within: 2 * time.Minute, most: page}
	postImport      = &endpoint{kind: "import", method: http.MethodPost, path: "/contacts/import", within: 150 * time.Second, most: small, list: true}
	postRemove      = &endpoint{kind: "remove", method: http.MethodPost, path: "/contacts/lists/%s/contacts/remove", within: 2 * time.Minute, most: small, list: true}
	postList        = &endpoint{kind: "create_list", method: http.MethodPost, path: "/contacts/lists", within: time.Minute, most: small}
	postFolder      = &endpoint{kind: "create_folder", method: http.MethodPost, path: "/contacts/folders", within: time.Minute, most: small}
	postAttribute   = &endpoint{kind: "create_attribute", method: http.MethodPost, path: "/contacts/attributes/%s", within: time.Minute, most: small, empty: true}
)

// reportKind is the kind of the one call that is no call of the API: fetching a report (S33).
const reportKind = "report"
