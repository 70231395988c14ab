package brevosandbox

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	nethtml "golang.org/x/net/html"
)

func (w *world) page(path string, status int) string {
	w.t.Helper()
	a := w.do("GET", path, "", "api-key", "-")
	require.Equal(w.t, status, a.status, a.body)
	require.Equal(w.t, pagePolicy, a.header.Get("Content-Security-Policy"))
	require.Equal(w.t, "no-store", a.header.Get("Cache-Control"))
	return a.body
}

func (w *world) find(path, text string) string {
	w.t.Helper()
	a := w.do("POST", path, url.Values{"q": {text}}.Encode(), "api-key", "-", "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(w.t, 200, a.status, a.body)
	return a.body
}

func furnished(t *testing.T) *world {
	w := typed(t)
	var rows []string
	for i := range 120 {
		rows = append(rows, fmt.Sprintf(`{"email":"p%03d@example.com","attributes":{"FIRSTNAME":"Name%d","NUM":%d,"YES":"Yes","KIND":2,"EXT_ID":"x%d"}}`, i, i, i, i))
	}
	w.load(strings.Join(rows, ","))
	w.load(`{"email":"<b>bold</b>@example.com"},{"email":"evil@example.com","attributes":{"FIRSTNAME":"<script>alert(1)</script>"}}`, `"listIds":[2]`)
	w.act(Action{Do: "block_email", Emails: []string{"p119@example.com"}})
	return w
}

const org = "/accounts/" + DefaultOrganization

func TestEveryPageShowsWhatItIsFor(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	for path, wants := range map[string][]string{
		"/":                     {"Sandbox Company", DefaultOrganization, "/v3/contacts/import", "<dd>121</dd>"},
		org:                     {"One", "Two", "Import", "Completed", `<td class="n">120</td>`},
		org + "/lists/1":        {"p119@example.com", "Blocklisted", "1 to 50 of 120", "?page=2", "Name119", "Women", "Yes"},
		org + "/lists/1?page=3": {"p000@example.com", "101 to 120 of 120"},
		org + "/contacts":       {"evil@example.com", "&lt;script&gt;"},
		org + "/contacts/1":     {"p000@example.com", "EXT_ID", "x0", "Subscribed"},
		org + "/processes":      {"Import", "Completed"},
		org + "/attributes":     {"FIRSTNAME", "Men, Women", "multiple-choice"},
		"/requests":             {"import", "POST", "/v3/contacts/import"},
		"/requests?watch=1":     {`http-equiv="refresh"`, "Stop refreshing"},
	} {
		body := w.page(path, 200)
		for _, want := range wants {
			require.Contains(t, body, want, path)
		}
		require.NotContains(t, body, "<script", path)
	}
	for _, path := range []string{org + "/lists/9", org + "/lists/x", org + "/contacts/999", "/accounts/nobody", org + "/contacts/x"} {
		require.Contains(t, w.page(path, 404), "Not here")
	}
	require.Equal(t, 404, w.do("GET", "/nothing", "").status)
}

func TestPeopleAreFoundByAddressWithoutItStandingInAnURL(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	body := w.find(org+"/lists/1", "P007@example.com")
	require.Contains(t, body, "p007@example.com")
	require.Contains(t, body, "1 found")
	require.Contains(t, w.find(org+"/contacts", "P11"), "p115@example.com")
	require.Contains(t, w.find(org+"/contacts", "@example.com"), "The first 50 that were found")
	require.Contains(t, w.find(org+"/lists/2", "p007@example.com"), "Nobody with such an address")
	require.Contains(t, w.find(org+"/contacts", " "), "1 to 50 of 121", "an empty search shows all")
	require.NotContains(t, w.page("/requests", 200), "p007")
	require.Equal(t, 403, w.do("POST", org+"/contacts", "q=x", "Sec-Fetch-Site", "cross-site").status)
}

func TestProcessesShowTheirStateInWords(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ImportFixed = Duration(time.Minute) }))
	require.Contains(t, w.page(org+"/processes", 200), "No processes yet")
	require.Contains(t, w.page(org+"/lists/1", 200), "Nobody yet")
	w.faults(Fault{Effect: "process_fail", Nth: []int{1}}, Fault{Effect: "process_cancel", Nth: []int{2}}, Fault{Effect: "process_stall", Nth: []int{4}})
	for range 5 {
		w.load(`{"email":"a@example.com"}`)
	}
	w.pass(150 * time.Second)
	require.Contains(t, w.page(org+"/processes", 200), "Under way")
	w.pass(2 * time.Minute)
	body := w.page(org+"/processes", 200)
	for _, word := range []string{"Queued", "Stalled", "Completed", "Cancelled", "Failed"} {
		require.Contains(t, body, word)
	}
}

func TestPagesAreWellFormedAndLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	for _, path := range []string{"/", "/requests", org, org + "/lists/1", org + "/contacts", org + "/contacts/1", org + "/processes", org + "/attributes"} {
		z := nethtml.NewTokenizer(strings.NewReader(w.page(path, 200)))
		var stack []string
		for tt := z.Next(); tt != nethtml.ErrorToken; tt = z.Next() {
			token := z.Token()
			for _, at := range token.Attr {
				require.NotEqual(t, "style", at.Key, "inline style on %s", path)
				if at.Key == "href" || at.Key == "src" || at.Key == "action" {
					require.True(t, strings.HasPrefix(at.Val, "/") && !strings.HasPrefix(at.Val, "//"), "%s: %s", path, at.Val)
				}
			}
			switch {
			case tt == nethtml.StartTagToken && !strings.Contains(" meta link input ", " "+token.Data+" "):
				stack = append(stack, token.Data)
			case tt == nethtml.EndTagToken:
				require.Equal(t, stack[len(stack)-1], token.Data, path)
				stack = stack[:len(stack)-1]
			}
		}
		require.Empty(t, stack, path)
	}
	for path, kind := range map[string]string{"/_page/style.css": "text/css", "/_page/icon.svg": "image/svg+xml"} {
		a := w.do("GET", path, "")
		require.Equal(t, 200, a.status)
		require.Contains(t, a.header.Get("Content-Type"), kind)
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, groupDigits(n))
	}
	for n, want := range map[int]string{0: "", 12: "12 B", 1500: "1.5 kB", 8_388_608: "8.4 MB"} {
		require.Equal(t, want, sizeInWords(n))
	}
}

func TestTheFirstPageShowsListsBeforeRequests(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	home := w.page("/", 200)
	list := strings.Index(home, `<a href="`+org+`/lists/1">One</a><span>120 people</span>`)
	require.Positive(t, list)
	require.Less(t, list, strings.Index(home, "Latest requests"))
	require.Less(t, strings.Index(home, org+"/lists/2"), list, "the newest first")
}

func TestAddressesAndDatesStandInOneLine(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	require.Contains(t, w.page(org+"/lists/1", 200), `<table class="people">`)
	css := w.do("GET", "/_page/style.css", "").body
	require.Contains(t, css, ".people td { white-space: nowrap;")
	require.NotRegexp(t, `td\.email \{[^}]*overflow-wrap`, css, "an address is not broken in a table that scrolls")
}

// What tables are looked at for stands before what one scrolls to.
func TestHowManyAreOnAListAndWhetherTheyAreSubscribedStandsFirst(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	require.Contains(t, w.page(org, 200), `<th class="n">Id</th><th>List</th><th class="n">People</th><th>Folder</th>`)
	require.Regexp(t, `<a href="`+org+`/lists/1">One</a></td><td class="n">120</td><td>`, w.page(org, 200))
	list := w.page(org+"/lists/1", 200)
	require.Contains(t, list, `<th>E-mail</th><th>Status</th><th>`)
	require.Regexp(t, `p119@example\.com</a></td>\s*<td><span class="status bad">Blocklisted</span></td>\s*<td>`, list)
}
