package brevosandbox

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// call is one request to the API on its way.
type call struct {
	a    *account
	http *http.Request
	body []byte
	now  time.Time
	s    *Settings
	plan faultPlan

	lists []int64 // the lists it is about
	rows  int     // persons it sends
}

// route is one call of the API. Kind is how faults, counters and the request
// log name it.
type route struct {
	method, path, kind string
	handle             func(*call) reply
}

func apiRoutes() []route {
	return []route{
		{"GET", "/account", "account", (*call).getAccount},
		{"GET", "/processes", "processes", (*call).getProcesses},
		{"GET", "/processes/{id}", "process", (*call).getProcess},

		{"GET", "/contacts/lists", "lists", (*call).getLists},
		{"POST", "/contacts/lists", "list_create", (*call).createList},
		{"GET", "/contacts/lists/{id}", "list", (*call).getList},
		{"PUT", "/contacts/lists/{id}", "list_update", (*call).updateList},
		{"DELETE", "/contacts/lists/{id}", "list_delete", (*call).deleteList},
		{"GET", "/contacts/lists/{id}/contacts", "list_contacts", (*call).getListContacts},
		{"POST", "/contacts/lists/{id}/contacts/add", "list_add", (*call).addToList},
		{"POST", "/contacts/lists/{id}/contacts/remove", "list_remove", (*call).removeFromList},

		{"GET", "/contacts/folders", "folders", (*call).getFolders},
		{"POST", "/contacts/folders", "folder_create", (*call).createFolder},
		{"GET", "/contacts/folders/{id}", "folder", (*call).getFolder},
		{"PUT", "/contacts/folders/{id}", "folder_update", (*call).updateFolder},
		{"DELETE", "/contacts/folders/{id}", "folder_delete", (*call).deleteFolder},
		{"GET", "/contacts/folders/{id}/lists", "folder_lists", (*call).getFolderLists},

		{"GET", "/contacts/attributes", "attributes", (*call).getAttributes},
		{"POST", "/contacts/attributes/{category}/{name}", "attribute_create", (*call).createAttribute},
		{"PUT", "/contacts/attributes/{category}/{name}", "attribute_update", (*call).updateAttribute},
		{"DELETE", "/contacts/attributes/{category}/{name}", "attribute_delete", (*call).deleteAttribute},
		{"DELETE", "/contacts/attributes/{category}/{name}/{option}", "option_delete", (*call).deleteOption},

		{"GET", "/contacts", "contacts", (*call).getContacts},
		{"POST", "/contacts", "contact_create", (*call).createContact},
		{"GET", "/contacts/{identifier}", "contact", (*call).getContact},
		{"PUT", "/contacts/{identifier}", "contact_update", (*call).updateContact},
		{"DELETE", "/contacts/{identifier}", "contact_delete", (*call).deleteContact},
		{"POST", "/contacts/import", "import", (*call).importContacts},
		{"POST", "/contacts/export", "export", (*call).exportContacts},
		{"GET", "/contacts/segments", "segments", (*call).getSegments},
	}
}

// routes builds the handler of the whole sandbox.
func (sb *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	byPath := map[string]map[string]route{}
	for _, r := range apiRoutes() {
		if byPath[r.path] == nil {
			byPath[r.path] = map[string]route{}
		}
		byPath[r.path][r.method] = r
	}
	for path, methods := range byPath {
		mux.HandleFunc("/v3"+path, func(w http.ResponseWriter, r *http.Request) {
			chosen, ok := methods[r.Method]
			if !ok {
				chosen = route{kind: "wrong_method", path: path, handle: func(c *call) reply {
					return failure(http.StatusMethodNotAllowed, "method_not_allowed", c.http.Method+" Method is not allowed on this path")
				}}
			}
			sb.serve(w, r, chosen)
		})
	}
	mux.HandleFunc("/v3/", func(w http.ResponseWriter, r *http.Request) {
		sb.serve(w, r, route{kind: "unknown_path", path: "/…", handle: func(*call) reply {
			return notFound("The requested path does not exist")
		}})
	})
	mux.HandleFunc("GET /_reports/{token}", sb.serveDownload)
	sb.addControl(mux)
	sb.addPages(mux)
	return mux
}

const maxSmallBody = 1 << 20

// serve takes a request through its stages: account, faults before the effect,
// rate limit, effect, faults after it, answer.
func (sb *Sandbox) serve(w http.ResponseWriter, r *http.Request, rt route) {
	began := sb.now()
	c := &call{http: r, now: began, s: sb.settings()}
	entry := logEntry{At: began, Kind: rt.kind, Method: r.Method, Path: "/v3" + rt.path}
	defer func() {
		entry.Took = Duration(sb.now().Sub(began))
		entry.Rows, entry.Bytes = c.rows, len(c.body)
		sb.log.add(entry)
	}()
	w.Header().Set("sib-request-id", sb.cfg.Token())
	a, refusal := sb.authenticate(r)
	if refusal != nil {
		entry.Status = refusal.status
		refusal.write(w)
		return
	}
	c.a, entry.Account = a, a.cfg.OrganizationID
	tooBig, err := c.readBody(rt.kind)
	if err != nil {
		entry.Status = http.StatusBadRequest
		badRequest("bad_request", "The request body could not be read").write(w)
		return
	}
	c.plan = sb.faults.plan(rt.kind, a.cfg.OrganizationID)
	entry.Faults = c.plan.names()
	out, reset := sb.answer(r.Context(), c, rt, tooBig)
	if reset {
		entry.Status = 0
		hangUp(w)
		return
	}
	entry.Status = out.status
	out.write(w)
}

// answer runs the call and says what is to be written, or that the connection
// is to be reset.
func (sb *Sandbox) answer(ctx context.Context, c *call, rt route, tooBig bool) (out reply, reset bool) {
	if c.plan.delay > 0 {
		if sb.cfg.Sleep(ctx, c.plan.delay) != nil {
			return out, true
		}
		c.now = sb.now()
	}
	if f := c.plan.before; f != nil {
		return f.reply(c.http), f.reset()
	}
	standing, limited := c.a.takeRate(rt, c.now, c.s)
	if limited {
		out = tooMany()
	} else if tooBig {
		out = c.tooBig(rt.kind)
	} else {
		out = rt.handle(c)
	}
	if f := c.plan.after; f != nil && !limited {
		return f.reply(c.http), f.reset()
	}
	if len(out.headers) == 0 {
		out.headers = standing
	}
	return out, false
}

// takeRate counts the call and gives its rate headers.
func (a *account) takeRate(rt route, now time.Time, s *Settings) (headers map[string]string, limited bool) {
	tier := a.cfg.Tier
	if tier == "" {
		tier = s.Tier
	}
	b := bucketOther
	if strings.HasPrefix(rt.path, "/contacts") {
		b = bucketContacts
	}
	processes := strings.HasPrefix(rt.path, "/processes")
	if processes && s.ProcessesLimited == "no" {
		return nil, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	st := a.limits.take(b, tiers[tier][b], now)
	if processes && s.ProcessesHeaders == "no" {
		return nil, !st.allowed
	}
	return st.headers(), st.limited && !st.allowed
}

// readBody reads the body up to what the call allows.
func (c *call) readBody(kind string) (tooBig bool, err error) {
	limit := int64(maxSmallBody)
	if kind == "import" {
		limit = int64(c.s.ImportSizeLimit)
		if c.s.OversizeOf == "field" {
			limit = 4*limit + maxSmallBody
		}
	}
	if n := c.http.ContentLength; n > 0 && n <= limit {
		c.body = make([]byte, n)
		_, err = io.ReadFull(c.http.Body, c.body)
		return false, err
	}
	c.body, err = io.ReadAll(io.LimitReader(c.http.Body, limit+1))
	if int64(len(c.body)) > limit {
		_, _ = io.Copy(io.Discard, io.LimitReader(c.http.Body, 64<<20))
		return true, err
	}
	return false, err
}

func (c *call) tooBig(kind string) reply {
	if kind == "import" && c.s.OversizeStatus == "400" {
		return invalid("File size should be less than 10 MB")
	}
	return failure(http.StatusRequestEntityTooLarge, "out_of_range", "The request body is too large")
}

// lock takes the account, brings it up to now, and lets the faults that change
// the account before the effect do so. The function it gives ends the call.
func (c *call) lock() (unlock func()) {
	c.a.mu.Lock()
	c.a.advance(c.now)
	for _, act := range c.plan.worldBefore {
		c.a.meddle(act, c.lists, c.now)
	}
	return func() {
		for _, act := range c.plan.worldAfter {
			c.a.meddle(act, c.lists, c.now)
		}
		c.a.mu.Unlock()
	}
}

// json is the body as an object; not ok means it is none.
func (c *call) json() (gjson.Result, bool) {
	if !gjson.ValidBytes(c.body) {
		return gjson.Result{}, false
	}
	v := gjson.ParseBytes(c.body)
	return v, v.IsObject()
}

func badJSON() reply { return badRequest("bad_request", "Input must be a valid JSON object") }

// pathID reads a number from the path.
func (c *call) pathID() (int64, bool) {
	id, err := strconv.ParseInt(c.http.PathValue("id"), 10, 64)
	return id, err == nil && id > 0
}
