package brevosandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func (w *world) control(method, path, body string, status int) answer {
	w.t.Helper()
	a := w.do(method, "/_sandbox"+path, body, "api-key", "-")
	require.Equal(w.t, status, a.status, "%s %s: %s", method, path, a.body)
	return a
}

func TestTheSandboxIsSteeredOverHTTP(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.control("PUT", "/settings", `{"import_fixed":"1m","import_dates":"iso"}`, 200)
	require.Equal(t, "1m0s", a.json("import_fixed").Str)
	require.Equal(t, "off", a.json("tier").Str, "what is not named stays")
	require.Equal(t, a.body, w.control("GET", "/settings", "", 200).body)

	w.control("PUT", "/faults", `{"seed":3,"faults":[{"effect":"process_stall","calls":["import"],"times":1}]}`, 200)
	w.load(`{"email":"b@example.com"},{"email":"a@example.com"}`)
	a = w.control("GET", "/faults", "", 200)
	require.Equal(t, `[1,1,3]`, "["+a.json("faults.0.seen").Raw+","+a.json("faults.0.fired").Raw+","+a.json("seed").Raw+"]")

	w.control("POST", "/clock", `{"advance":"30m"}`, 200)
	require.Equal(t, 30*time.Minute, w.sb.Now().Sub(w.time()))
	st := w.control("GET", "/state", "", 200)
	require.JSONEq(t, `[{"id":1,"name":"IMPORTUSER","status":"in_process","rows":2,"applied":1,"created":1,"joined":1,"stalled":true}]`, st.json("processes").Raw)
	require.EqualValues(t, 1, w.control("POST", "/actions", `{"do":"release_process"}`, 200).json("process").Int())
	a = w.control("GET", "/members?list=1&account="+DefaultOrganization, "", 200)
	require.JSONEq(t, `{"list":1,"count":2,"members":["a@example.com","b@example.com"]}`, a.body)

	lines := strings.Split(strings.TrimSpace(w.control("GET", "/contacts", "", 200).body), "\n")
	require.Len(t, lines, 2)
	require.Equal(t, "b@example.com", gjson.Get(lines[0], "email").Str)
	c, err := w.sb.Contact("", "A@example.com")
	require.NoError(t, err)
	require.JSONEq(t, lines[1], string(c))
}

func TestTheRequestLogCountsByKindAndHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"secret.person@example.com"},{"email":"b@example.com"}`)
	w.contact("secret.person@example.com")
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"emails":["secret.person@example.com"]}`, 201)
	w.faults(Fault{Name: "storm", Effect: "error_500", Calls: []string{"account"}})
	w.get("/account", 500)
	a := w.control("GET", "/requests", "", 200)
	require.JSONEq(t, `{"calls":1,"rows":2,"bytes":`+a.json("counts.import.bytes").Raw+`,"statuses":{"202":1}}`, a.json("counts.import").Raw)
	require.EqualValues(t, 1, a.json("counts.list_remove.rows").Int())
	require.JSONEq(t, `{"storm":1}`, a.json("counts.account.faults").Raw)
	require.Equal(t, "/v3/contacts/{identifier}", a.json("recent.2.path").Str)
	require.NotContains(t, a.body, "secret.person")
	require.NotContains(t, a.body, DefaultKey)
	w.control("DELETE", "/requests", "", 204)
	require.Empty(t, w.sb.Requests())
}

func TestTheRequestLogKeepsTheLatestOnly(t *testing.T) {
	t.Parallel()
	var l requestLog
	for i := range 5000 {
		l.add(logEntry{Kind: "x", Rows: i})
	}
	require.LessOrEqual(t, len(l.recent), 2*logKept)
	require.Equal(t, 4999, l.recent[len(l.recent)-1].Rows)
	require.Equal(t, 5000, l.counts["x"].Calls)
}

func TestWhatControlRefuses(t *testing.T) {
	t.Parallel()
	w := open(t)
	for path, body := range map[string]string{
		"PUT /settings": `{"tier":"platinum"}`, "PUT /faults": `{"faults":[{"effect":"x"}]}`, "POST /actions": `{"do":"x"}`, "POST /clock": `{"advance":"-1s"}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		require.Equal(t, "refused", w.control(method, path, body, 400).json("code").Str)
		w.control(method, path, `{"unknown":1}`, 400)
		w.control(method, path, `no JSON`, 400)
	}
	for _, body := range []string{`{"do":"add_by_hand","list":9}`, `{"do":"add_by_hand","emails":["x"]}`, `{"do":"add_by_hand","attributes":{"SMS":"x"}}`,
		`{"do":"remove_by_hand"}`, `{"do":"unsubscribe_list"}`, `{"do":"create_list"}`, `{"do":"delete_list"}`, `{"do":"delete_attribute","name":"SMS"}`,
		`{"do":"release_process"}`, `{"do":"fail_process","process":7}`, `{"do":"create_list","account":"nobody"}`} {
		w.control("POST", "/actions", body, 400)
	}
	w.control("GET", "/members?list=9", "", 400)
	w.control("GET", "/members?list=1&account=nobody", "", 400)
	w.control("GET", "/state?account=nobody", "", 400)
	w.control("GET", "/contacts?account=nobody", "", 400)
}

func TestOtherWebSitesCannotSteerTheSandbox(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) { c.Hosts = []string{"sandbox.test"} })
	require.Equal(t, 403, w.do("POST", "/_sandbox/clock", `{"advance":"1h"}`, "Sec-Fetch-Site", "cross-site").status)
	require.Equal(t, 403, w.do("PUT", "/_sandbox/faults", `{}`, "Origin", "https://evil.example").status)
	for host, status := range map[string]int{"evil.example": 403, "evil.example:80": 403, "sandbox.test": 200, "sandbox.test:8025": 200,
		"localhost:1": 200, "127.0.0.1": 200, "[::1]:8025": 200, "[::1]": 200} {
		r := httptest.NewRequest("GET", "/_sandbox/state", nil)
		r.Host = host
		rec := httptest.NewRecorder()
		w.sb.Handler().ServeHTTP(rec, r)
		require.Equal(t, status, rec.Code, host)
	}
}

func TestEveryActionChangesTheAccount(t *testing.T) {
	t.Parallel()
	w := open(t)
	require.EqualValues(t, 3, w.act(Action{Do: "create_list", Name: "Hand"}).List)
	require.Equal(t, 3, w.act(Action{Do: "add_by_hand", List: 3}).Contacts)
	require.Equal(t, 2, w.act(Action{Do: "remove_by_hand", List: 3, Count: 2}).Contacts)
	require.Len(t, w.members(3), 1)
	w.act(Action{Do: "add_by_hand", List: 3, Emails: []string{"a@example.com"}, Attributes: json.RawMessage(`{"FIRSTNAME":"A","SMS":"385911111111","EXT_ID":"7"}`)})
	require.JSONEq(t, `{"FIRSTNAME":"A","SMS":"385911111111","EXT_ID":"7"}`, w.contact("a@example.com").Get("attributes").Raw)
	one := []string{"a@example.com", "unknown@example.com", "not an address"}
	require.Equal(t, 1, w.act(Action{Do: "block_email", Emails: one}).Contacts)
	w.act(Action{Do: "block_sms", Emails: one})
	c := w.contact("a@example.com")
	require.True(t, c.Get("emailBlacklisted").Bool() && c.Get("smsBlacklisted").Bool())
	w.act(Action{Do: "unblock_email", Emails: one})
	w.act(Action{Do: "unblock_sms", Emails: one})
	c = w.contact("a@example.com")
	require.False(t, c.Get("emailBlacklisted").Bool() || c.Get("smsBlacklisted").Bool())
	w.act(Action{Do: "unsubscribe_list", List: 3, Emails: one})
	require.Equal(t, "[3]", w.contact("a@example.com").Get("listUnsubscribed").Raw)
	require.Equal(t, 1, w.act(Action{Do: "remove_by_hand", List: 3, Emails: one}).Contacts)
	w.act(Action{Do: "delete_contact", Emails: one})
	w.absent("a@example.com")
	p := w.act(Action{Do: "foreign_import", List: 3, Count: 5, Attributes: json.RawMessage(`{"FIRSTNAME":"Other"}`)})
	require.Equal(t, "completed", w.process(p.Process).Get("status").Str)
	require.Len(t, w.members(3), 6)
	w.act(Action{Do: "delete_attribute", Name: "lastname"})
	w.act(Action{Do: "delete_list", List: 3})
	st, err := w.sb.State("")
	require.NoError(t, err)
	require.Equal(t, []string{"EMAIL", "SMS", "FIRSTNAME"}, st.Attributes)
	require.Len(t, st.Lists, 2)
}

func TestRunCallsTheNotifyURLOnceWhenAProcessEnds(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	got := make(chan *http.Request, 10)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { calls.Add(1); got <- r }))
	t.Cleanup(listener.Close)
	w := open(t, set(func(s *Settings) { s.ImportFixed = Duration(time.Minute) }))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.sb.Run(ctx) }()
	w.load(`{"email":"a@example.com"}`, `"notifyUrl":"`+listener.URL+`/hook/1"`)
	w.load(`{"email":"a@example.com"}`, `"notifyUrl":"http://elsewhere.example/hook"`)
	w.pass(3 * time.Minute)
	r := <-got
	require.Equal(t, "POST /hook/1", r.Method+" "+r.URL.String())
	require.Zero(t, r.ContentLength, "the body is empty")
	cancel()
	require.NoError(t, <-done)
	require.EqualValues(t, 1, calls.Load())
	require.False(t, loopback("elsewhere.example"))
	require.True(t, loopback("::1") && loopback("localhost"))
}
