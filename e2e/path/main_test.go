package path

import (
	"net/http"
	"os"
	"testing"
	"time"

	"segue/e2e/rig"
	"segue/internal/database/databasetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	databasetest.StopAll()
	rig.Clean()
	os.Exit(code)
}

// stage is a server with a source folder, and a sandbox that it is connected to.
type stage struct {
	*rig.Server
	sandbox    *rig.Sandbox
	files      string
	connection string
}

// newStage starts both. The key of the sandbox's default account opens it.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{sandbox: rig.StartSandbox(t, "--limits", "off"), files: t.TempDir()}
	s.Server = rig.StartServer(t, t.TempDir(), nil, "--source-dir", s.files, "--brevo-tier", "off", "--looks-per-hour", "100000", "--first-look", "100ms", "--look-gap", "500ms", "--mirror-age", "1ms")
	s.connection = s.id(t, http.MethodPost, "/api/v1/connections", rig.Object{
		"name": "Rehearsal", "base_url": s.sandbox.URL + "/v3", "api_key": sandboxKey, "agree": true,
	})
	return s
}

const sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"

// id makes something and returns its id.
func (s *stage) id(t *testing.T, method, path string, body any) string {
	t.Helper()
	return s.Must(t, method, path, body)["id"].(string)
}

// run starts a run and returns it once it has ended, or is held.
func (s *stage) run(t *testing.T, export, kind string) rig.Object {
	t.Helper()
	id := s.id(t, http.MethodPost, "/api/v1/exports/"+export+"/runs", rig.Object{"kind": kind})
	return s.await(t, id, time.Minute)
}

func (s *stage) await(t *testing.T, run string, within time.Duration) rig.Object {
	t.Helper()
	for until := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		r := s.Must(t, http.MethodGet, "/api/v1/runs/"+run, nil)
		if r["ended"] == true || r["status"] == "held" {
			return r
		}
		if time.Now().After(until) {
			t.Fatalf("the run has not ended within %s: %v\n%s", within, r, s.Output())
		}
	}
}

// counts picks numbers out of a plan or a receipt.
func counts(t *testing.T, run rig.Object, part string, names ...string) map[string]int {
	t.Helper()
	from, ok := run[part].(rig.Object)
	if !ok {
		t.Fatalf("the run has no %s: %v", part, run)
	}
	out := map[string]int{}
	for _, n := range names {
		v, ok := from[n].(float64)
		if !ok {
			t.Fatalf("%s has no %s: %v", part, n, from)
		}
		out[n] = int(v)
	}
	return out
}
