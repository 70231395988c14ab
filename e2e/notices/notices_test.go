package notices

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

const (
	sandboxKey    = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"
	password      = "plum-cellar Oboe 41 drift"
	webhookSecret = "made-up-webhook-secret"
	customers     = "id,email,first_name\nc1,ana@example.com,Ana\nc2,ivo@example.com,Ivo\n"
	administrator = "administrator@example.com"
	contributor   = "contributor@example.com"
)

// hooks receives the webhook's calls and checks that they are signed.
type hooks struct {
	*httptest.Server
	mu    sync.Mutex
	calls []rig.Object
	wrong []string
}

func newHooks(t *testing.T) *hooks {
	t.Helper()
	h := &hooks{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		var out rig.Object
		if err := signed(r.Header.Get("Segue-Signature"), body); err != nil || json.Unmarshal(body, &out) != nil || out["id"] != r.Header.Get("Segue-Notice") {
			h.wrong = append(h.wrong, fmt.Sprint(err, string(body)))
		}
		h.calls = append(h.calls, out)
	}))
	t.Cleanup(h.Close)
	return h
}

// signed checks a signature as docs/notifications.md tells receivers to.
func signed(header string, body []byte) error {
	parts := regexp.MustCompile(`^t=(\d+),v1=([0-9a-f]{64})$`).FindStringSubmatch(header)
	if parts == nil {
		return fmt.Errorf("no signature")
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return err
	}
	if age := time.Since(time.Unix(at, 0)); age < -time.Minute || age > 5*time.Minute {
		return fmt.Errorf("too old")
	}
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write([]byte(parts[1] + "."))
	mac.Write(body)
	if hex.EncodeToString(mac.Sum(nil)) != parts[2] {
		return fmt.Errorf("wrong signature")
	}
	return nil
}

// kinds lists what was told so far.
func (h *hooks) kinds() (kinds []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.calls {
		kinds = append(kinds, c["kind"].(string))
	}
	return kinds
}

// stage is a server with an export that runs on demand, a sandbox, a mail server and a webhook.
type stage struct {
	t       *testing.T
	post    *post
	hooks   *hooks
	sandbox *rig.Sandbox
	server  *rig.Server
	data    string
	args    []string
	export  string
	output  strings.Builder
}

func newStage(t *testing.T, security string) *stage {
	t.Helper()
	files := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(files, "customers.csv"), []byte(customers), 0o600))
	s := &stage{t: t, post: newPost(t, security), hooks: newHooks(t), sandbox: rig.StartSandbox(t), data: t.TempDir()}
	s.args = []string{"--source-dir", files, "--brevo-url", s.sandbox.URL + "/v3", "--brevo-tier", "off", "--webhook-private"}
	s.start()
	return s
}

// start starts the server, which trusts who signed the mail server's certificate.
func (s *stage) start(env ...string) {
	s.t.Helper()
	if s.server != nil {
		s.output.WriteString(s.server.Output())
	}
	s.server = rig.StartServer(s.t, s.data, append(env, "SSL_CERT_FILE="+filepath.Join(s.post.dir, "cert.pem")), s.args...)
}

func (s *stage) must(method, path string, body any) rig.Object {
	s.t.Helper()
	return s.server.Must(s.t, method, "/api/v1"+path, body)
}

func id(o rig.Object) string { return o["id"].(string) }

// define makes people and everything up to the export.
func (s *stage) define() {
	s.t.Helper()
	for address, role := range map[string]string{administrator: "administrator", contributor: "contributor"} {
		s.must(http.MethodPost, "/people", rig.Object{"name": "The " + role, "email": address, "role": role, "password": password})
	}
	source := id(s.must(http.MethodPost, "/sources", rig.Object{"name": "Customers", "path": "customers.csv"}))
	s.must(http.MethodPost, "/sources/"+source+"/ingest", nil)
	s.must(http.MethodPut, "/profile", s.must(http.MethodGet, "/profile/suggestion?source_id="+source, nil))
	s.must(http.MethodPost, "/profile/build", nil)
	segment := id(s.must(http.MethodPost, "/segments", rig.Object{"name": "All", "rules": []rig.Object{{"rule": rig.Object{"field": "first_name", "operator": "is_not_empty"}}}}))
	connection := id(s.must(http.MethodPost, "/connections", rig.Object{"name": "Brevo", "api_key": sandboxKey, "agree": true}))
	s.must(http.MethodPost, "/connections/"+connection+"/lists", rig.Object{"name": "Newsletter"})
	s.export = id(s.must(http.MethodPost, "/exports", rig.Object{
		"name": "Newsletter", "connection_id": connection, "list_id": 1, "segment_ids": []string{segment}, "mapping": rig.Object{"email": "email"}, "schedule": rig.Object{"mode": "on_demand"},
	}))
}

// on switches both ways on.
func (s *stage) on(mailPassword string) {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.post.smtp)
	require.NoError(s.t, err)
	require.Equal(s.t, "127.0.0.1", host)
	n, err := strconv.Atoi(port)
	require.NoError(s.t, err)
	was := s.must(http.MethodGet, "/notice-settings", nil)
	s.must(http.MethodPut, "/notice-settings", rig.Object{
		"mail":    rig.Object{"on": true, "host": "localhost", "port": n, "security": s.post.security, "user": mailUser, "password": mailPassword, "from": "segue@example.com"},
		"webhook": rig.Object{"on": true, "url": s.hooks.URL + "/hook", "secret": webhookSecret}, "version": was["version"],
	})
}

// fault lets Brevo refuse the key, for good, or no longer.
func (s *stage) fault(on bool) {
	s.t.Helper()
	faults := []any{}
	if on {
		faults = append(faults, rig.Object{"effect": "key_unknown"})
	}
	s.sandbox.Control(s.t, http.MethodPut, "faults", rig.Object{"faults": faults})
}

// run runs the export and waits until the run has ended as it should.
func (s *stage) run(status string) {
	s.t.Helper()
	run := id(s.must(http.MethodPost, "/exports/"+s.export+"/runs", nil))
	s.eventually(func() bool { return s.must(http.MethodGet, "/runs/"+run, nil)["status"] == status })
}

func (s *stage) eventually(f func() bool) {
	s.t.Helper()
	require.Eventually(s.t, f, 60*time.Second, 100*time.Millisecond)
}

func TestOneMessageForEachChangeWhateverIsDown(t *testing.T) {
	t.Parallel()
	s := newStage(t, "starttls")
	s.define()
	s.on(mailPassword)
	s.run("successful")

	// The mail server is down, the run fails for good, the server is killed: the mail arrives all the same, once.
	s.fault(true)
	s.run("failed_permanent")
	s.eventually(func() bool { return len(s.hooks.kinds()) == 1 })
	s.eventually(func() bool {
		for _, d := range s.must(http.MethodGet, "/notices", nil)["items"].([]any)[0].(rig.Object)["deliveries"].([]any) {
			if d := d.(rig.Object); d["channel"] == "mail" && d["state"] == "queued" && d["attempts"].(float64) >= 2 {
				return strings.Contains(d["error"].(string), "the mail server cannot be reached")
			}
		}
		return false
	})
	s.server.Kill()
	s.post.start()
	s.start()
	s.eventually(func() bool { return len(s.post.letters()) == 1 })
	failed := s.post.about(administrator, `Export "Newsletter": Failed (permanent)`)
	require.Len(t, failed, 1)
	require.Equal(t, "segue@example.com", failed[0].From.Address)
	require.Contains(t, s.post.text(failed[0]), "What to do: ")

	// It fails again: nothing new. A contributor asks for messages, and hears that all is well again.
	s.run("failed_permanent")
	code, out := rig.Ends(t, "status", "--data", s.data)
	require.Equal(t, 0, code, out)
	require.Regexp(t, `(?m)^export +Newsletter +Failed \(permanent\) +.* ! ! \+ `, out)
	b := rig.NewBrowser(t, s.server.URL)
	b.Must(http.MethodPost, "/session", rig.Object{"email": contributor, "password": password})
	b.Must(http.MethodPut, "/me/notices", rig.Object{"on": true})
	s.fault(false)
	s.run("successful")
	s.eventually(func() bool {
		return len(s.post.about(administrator, "in step again"))+len(s.post.about(contributor, "in step again")) == 2
	})
	s.eventually(func() bool { return len(s.hooks.kinds()) == 2 }) // it may be told after the mails
	require.Equal(t, []string{"failed", "recovered"}, s.hooks.kinds())
	require.Empty(t, s.post.about(contributor, "Failed"))

	// Killed just before it is written down that something is to be told, and just after a mail was taken.
	for i, point := range []string{"notify.before-store", "notify.before-sent"} {
		s.server.Kill()
		s.start("SEGUE_FAILPOINT=" + point)
		s.fault(true)
		_, _, _ = s.server.Call(t.Context(), http.MethodPost, "/api/v1/exports/"+s.export+"/runs", nil) // it may be killed before it answers
		require.True(t, s.server.Ended(60*time.Second), "the moment is there: %s", point)
		s.start()
		s.eventually(func() bool {
			x := s.must(http.MethodGet, "/exports/"+s.export, nil)["status"]
			return x == "failed_permanent"
		})
		s.eventually(func() bool { return len(s.hooks.kinds()) >= 3+2*i })
		s.eventually(func() bool {
			return len(ids(s.post.about(administrator, "Failed"))) == 2+i && len(ids(s.post.about(contributor, "Failed"))) == 1+i
		})
		s.fault(false)
		s.run("successful")
		s.eventually(func() bool {
			return len(s.post.about(contributor, "in step again")) == 2+i && len(s.hooks.kinds()) >= 4+2*i
		})
	}
	var told []string
	seen := map[string]bool{}
	s.hooks.mu.Lock()
	for _, c := range s.hooks.calls { // what may have been told twice has the same id
		if !seen[id(c)] {
			seen[id(c)] = true
			told = append(told, c["kind"].(string))
		}
	}
	require.Empty(t, s.hooks.wrong)
	s.hooks.mu.Unlock()
	require.Equal(t, []string{"failed", "recovered", "failed", "recovered", "failed", "recovered"}, told)
	s.quiet()
}

// ids are the message ids of mails, each once.
func ids(list []letter) map[string]bool {
	out := map[string]bool{}
	for _, l := range list {
		out[l.MessageID] = true
	}
	return out
}

// quiet holds that neither the logs nor the audit log tell addresses or secrets.
func (s *stage) quiet() {
	s.t.Helper()
	status, audit, err := s.server.Call(s.t.Context(), http.MethodGet, "/api/v1/audit.ndjson", nil)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, status)
	require.NoError(s.t, s.server.Stop(s.t))
	all := s.output.String() + s.server.Output() + fmt.Sprint(audit)
	require.Contains(s.t, all, "put-notice-settings")
	for _, secret := range []string{"@example.com", password, mailPassword, webhookSecret, "/hook"} {
		require.NotContains(s.t, all, secret)
	}
}

func TestWaysAreTriedAndWhatIsWrongWithThemIsSaid(t *testing.T) {
	t.Parallel()
	s := newStage(t, "tls")
	s.post.start()
	try := func(body rig.Object) (int, rig.Object) {
		status, out, err := s.server.Call(t.Context(), http.MethodPost, "/api/v1/notice-settings/test", body)
		require.NoError(t, err)
		return status, out
	}
	mail := rig.Object{"channel": "mail", "to": "somebody@example.com"}
	s.on("another-password")
	status, out := try(mail)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "the mail server refuses user and password (535)", out["detail"])
	s.on(mailPassword)
	status, out = try(mail)
	require.Equal(t, http.StatusNoContent, status, "%v", out)
	require.Len(t, s.post.about("somebody@example.com", "This is a test message"), 1)
	status, out = try(rig.Object{"channel": "webhook"})
	require.Equal(t, http.StatusNoContent, status, "%v", out)
	require.Equal(t, []string{"test"}, s.hooks.kinds())

	// Without --webhook-private, and without trust in who signed the certificate, neither is spoken to.
	require.NoError(t, s.server.Stop(t))
	s.server = rig.StartServer(t, s.data, nil, s.args[:len(s.args)-1]...)
	_, out = try(rig.Object{"channel": "webhook"})
	require.Equal(t, "the webhook's name leads to an address that is not public", out["detail"])
	_, out = try(mail)
	require.Equal(t, "the certificate of the mail server is not valid", out["detail"])
	require.Len(t, s.post.letters(), 1)
}

func TestAMissedFreshnessObjectiveIsShown(t *testing.T) {
	t.Parallel()
	s := newStage(t, "starttls")
	s.define()
	export := s.must(http.MethodGet, "/exports/"+s.export, nil)
	s.must(http.MethodPut, "/exports/"+s.export+"/freshness", rig.Object{"within_minutes": 1560, "version": export["version"]})
	s.run("successful")
	f := s.must(http.MethodGet, "/exports/"+s.export, nil)["freshness"].(rig.Object)
	require.Equal(t, false, f["late"])
	require.NotEmpty(t, f["last_success"])
	code, out := rig.Ends(t, "export", "list", "--data", s.data)
	require.Equal(t, 0, code, out)
	require.Regexp(t, `(?m)^Newsletter .* yes +edit$`, out)
}
