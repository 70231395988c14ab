package brevosandbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a sandbox behind a real server, with a clock that only the test moves.
type world struct {
	t      *testing.T
	sb     *Sandbox
	base   string
	client *http.Client

	mu  sync.Mutex
	now time.Time
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(path string) gjson.Result { return gjson.Get(a.body, path) }

// open starts a sandbox; without an account it is the default one with lists
// "One" and "Two", no rate limit.
func open(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	account := DefaultAccount()
	account.Lists = []AccountList{{Name: "One"}, {Name: "Two"}}
	tokens := 0
	var mu sync.Mutex
	cfg := Config{
		Accounts: []Account{account},
		Settings: Settings{Tier: "off"},
		Clock:    w.time,
		Token:    func() string { mu.Lock(); defer mu.Unlock(); tokens++; return fmt.Sprintf("token%d", tokens) },
	}
	for _, f := range change {
		f(&cfg)
	}
	sb, err := New(cfg)
	require.NoError(t, err)
	server := httptest.NewServer(sb.Handler())
	t.Cleanup(server.Close)
	w.sb, w.base, w.client = sb, server.URL, server.Client()
	return w
}

func set(f func(*Settings)) func(*Config) { return func(c *Config) { f(&c.Settings) } }

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) try(method, path, body string, header ...string) (answer, error) {
	req, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	require.NoError(w.t, err)
	req.Header.Set("api-key", DefaultKey)
	if strings.HasPrefix(path, "/_sandbox") {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i+1] == "-" {
			req.Header.Del(header[i])
		}
		if header[i] == "User-Agent" && header[i+1] == "-" {
			req.Header["User-Agent"] = []string{""}
		}
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(text)}, err
}

func (w *world) do(method, path, body string, header ...string) answer {
	w.t.Helper()
	a, err := w.try(method, path, body, header...)
	require.NoError(w.t, err)
	return a
}

// get and its sisters call the API and expect a status.
func (w *world) get(path string, status int) answer {
	w.t.Helper()
	return w.call("GET", path, "", status)
}

func (w *world) call(method, path, body string, status int) answer {
	w.t.Helper()
	a := w.do(method, "/v3"+path, body)
	require.Equal(w.t, status, a.status, "%s %s: %s", method, path, a.body)
	return a
}

// load imports JSON rows, given as the inside of the array, into list 1 and
// gives the process id. Extra is further members of the body.
func (w *world) load(rows string, extra ...string) int64 {
	w.t.Helper()
	body := `{"listIds":[1],"disableNotification":true,"jsonBody":[` + rows + `]`
	for _, e := range extra {
		body += "," + e
	}
	return w.call("POST", "/contacts/import", body+"}", 202).json("processId").Int()
}

func (w *world) process(id int64) gjson.Result {
	w.t.Helper()
	return gjson.Parse(w.get(fmt.Sprintf("/processes/%d", id), 200).body)
}

// report downloads one of the reports of a process; "" when there is none.
func (w *world) report(id int64, name string) string {
	w.t.Helper()
	link := w.process(id).Get("info.import." + name)
	if link.Type == gjson.Null {
		return ""
	}
	return w.do("GET", strings.TrimPrefix(link.Str, w.base), "").body
}

func (w *world) contact(email string) gjson.Result {
	w.t.Helper()
	return gjson.Parse(w.get("/contacts/"+url.PathEscape(email)+"?identifierType=email_id", 200).body)
}

func (w *world) absent(email string) {
	w.t.Helper()
	w.get("/contacts/"+url.PathEscape(email)+"?identifierType=email_id", 404)
}

func (w *world) members(list int64) []string {
	w.t.Helper()
	emails, err := w.sb.Members("", list)
	require.NoError(w.t, err)
	return emails
}

func (w *world) act(a Action) Outcome {
	w.t.Helper()
	out, err := w.sb.Act(a)
	require.NoError(w.t, err)
	return out
}
