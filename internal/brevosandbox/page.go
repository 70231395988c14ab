package brevosandbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// view is what a page shows; each page uses the parts that it needs.
type view struct {
	Title, Self     string
	Now             time.Time
	Watch, CanWatch bool
	Tab             string

	Accounts []accountView
	Account  accountView
	ListRows []listView
	List     listView
	peopleView
	Person     personView
	Processes  []processView
	Attributes []attributeView
	Requests   []logEntry
	Counts     []countView
}

func pageFuncs() template.FuncMap {
	return template.FuncMap{
		"number": groupDigits,
		"time":   func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05") },
		"clock":  func(t time.Time) string { return t.UTC().Format("15:04:05") },
		"size":   sizeInWords,
	}
}

func groupDigits(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func sizeInWords(n int) string {
	switch {
	case n == 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// addPages serves the page at / and what belongs to it.
func (sb *Sandbox) addPages(mux *http.ServeMux) {
	templates := template.Must(template.New("").Funcs(pageFuncs()).ParseFS(pageFiles, "page/*.html"))
	add := func(pattern, name string, fill func(*http.Request, *view) bool) {
		mux.Handle(pattern, sb.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v := &view{Self: (&url.URL{Path: r.URL.Path}).EscapedPath(), Now: sb.now(), Watch: r.URL.Query().Has("watch")}
			show, status := name, http.StatusOK
			if !fill(r, v) {
				show, status = "missing", http.StatusNotFound
				v.Title = "Not here"
			}
			var out bytes.Buffer
			if err := templates.ExecuteTemplate(&out, show, v); err != nil {
				http.Error(w, "the page could not be made", http.StatusInternalServerError)
				return
			}
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", pagePolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-store")
			w.WriteHeader(status)
			_, _ = out.WriteTo(w)
		})))
	}
	add("GET /{$}", "home", sb.viewHome)
	add("GET /requests", "requests", sb.viewRequests)
	account := "/accounts/{org}"
	add("GET "+account, "lists", sb.of(viewLists))
	add("GET "+account+"/processes", "processes", sb.of(viewProcesses))
	add("GET "+account+"/attributes", "attributes", sb.of(viewAttributes))
	add("GET "+account+"/contacts/{id}", "contact", sb.of(viewContact))
	for _, method := range []string{"GET ", "POST "} { // an address to search for stays out of the URL
		add(method+account+"/contacts", "contacts", sb.of(viewContacts))
		add(method+account+"/lists/{id}", "list", sb.of(viewList))
	}
	for name, kind := range map[string]string{"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		mux.HandleFunc("GET /_page/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			http.ServeFileFS(w, r, pageFiles, "page/"+name)
		})
	}
}

// of finds the account of the path and fills the view under its lock.
func (sb *Sandbox) of(fill func(*account, *http.Request, *view) bool) func(*http.Request, *view) bool {
	return func(r *http.Request, v *view) (found bool) {
		org := r.PathValue("org")
		if r.Method == http.MethodPost {
			v.Search = strings.TrimSpace(r.PostFormValue("q"))
			v.Searched = v.Search != ""
		}
		if org == "" {
			return false
		}
		err := sb.locked(org, func(a *account) error {
			v.Account = a.view()
			v.Title = v.Account.Company
			found = fill(a, r, v)
			return nil
		})
		return err == nil && found
	}
}
