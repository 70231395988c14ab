package links

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

const (
	sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"
	people     = 20
)

// stage is a server with an export of everybody, at a sandbox whose imports take an hour of its own time.
type stage struct {
	*testing.T
	sandbox    *rig.Sandbox
	server     *rig.Server
	data       string
	files      string
	connection rig.Object
	export     rig.Object
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, data: t.TempDir(), files: t.TempDir(), sandbox: rig.StartSandbox(t, "--process-delay", "1h")}
	b := strings.Builder{}
	b.WriteString("id,email,first_name\n")
	for i := range people {
		fmt.Fprintf(&b, "c%02d,person.%02d@example.com,Name %d\n", i, i, i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.files, "customers.csv"), []byte(b.String()), 0o600))
	s.start()
	must := func(method, path string, body any) rig.Object { return s.server.Must(t, method, "/api/v1"+path, body) }
	source := must(http.MethodPost, "/sources", rig.Object{"name": "Customers", "path": "customers.csv"})["id"].(string)
	must(http.MethodPost, "/sources/"+source+"/ingest", nil)
	must(http.MethodPut, "/profile", must(http.MethodGet, "/profile/suggestion?source_id="+source, nil))
	must(http.MethodPost, "/profile/build", nil)
	segment := must(http.MethodPost, "/segments", rig.Object{"name": "Everybody", "rules": []rig.Object{
		{"rule": rig.Object{"field": "email", "operator": "is_not_empty"}},
	}})["id"].(string)
	s.connection = must(http.MethodPost, "/connections", rig.Object{"name": "Brevo", "api_key": sandboxKey, "agree": true})
	must(http.MethodPost, "/connections/"+s.connection["id"].(string)+"/lists", rig.Object{"name": "Newsletter"})
	s.export = must(http.MethodPost, "/exports", rig.Object{
		"name": "Newsletter", "connection_id": s.connection["id"], "list_id": 1, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "email", "attributes": []rig.Object{{"attribute": "FIRSTNAME", "field": "first_name"}}},
	})
	return s
}

func (s *stage) start(env ...string) {
	s.Helper()
	s.server = rig.StartServer(s.T, s.data, env, "--source-dir", s.files, "--brevo-url", s.sandbox.URL+"/v3", "--brevo-tier", "off", "--look-gap", "1s", "--first-look", "50ms")
}

// segue works a command of the command line.
func (s *stage) segue(args ...string) string {
	s.Helper()
	code, out := rig.Ends(s.T, append([]string{"--data", s.data}, args...)...)
	require.Zero(s, code, "segue %s: %s", strings.Join(args, " "), out)
	return out
}

func (s *stage) get(path string) rig.Object {
	s.Helper()
	return s.server.Must(s.T, http.MethodGet, "/api/v1"+path, nil)
}

// run starts a run and waits until f holds of it.
func (s *stage) run(f func(rig.Object) bool) string {
	s.Helper()
	id := s.server.Must(s.T, http.MethodPost, "/api/v1/exports/"+s.export["id"].(string)+"/runs", nil)["id"].(string)
	s.until(id, f)
	return id
}

func (s *stage) until(run string, f func(rig.Object) bool) (r rig.Object) {
	s.Helper()
	require.Eventually(s, func() bool {
		r = s.get("/runs/" + run)
		return f(r)
	}, time.Minute, 50*time.Millisecond)
	return r
}

// flying reports whether an import of the run is in flight.
func flying(r rig.Object) bool { return r["progress"].(rig.Object)["imports_sent"].(float64) > 0 }

func ended(r rig.Object) bool { return r["ended"].(bool) }

// land lets the sandbox's imports end.
func (s *stage) land() {
	s.Helper()
	s.sandbox.Control(s.T, http.MethodPost, "clock", rig.Object{"advance": "2h"})
}

// sealed reads the sealed key where it lies.
func (s *stage) sealed() (key []byte) {
	s.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.data, "segue.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(20000)")
	require.NoError(s, err)
	defer func() { require.NoError(s, db.Close()) }()
	require.NoError(s, db.QueryRowContext(s.Context(), "SELECT sealed_key FROM connections").Scan(&key))
	require.Greater(s, len(key), 20)
	return key
}

// found lists the files of the data folder that hold a text.
func (s *stage) found(text []byte) (files []string) {
	s.Helper()
	require.NoError(s, filepath.WalkDir(s.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // it went while it was looked at
			return nil
		}
		if bytes.Contains(b, text) {
			files = append(files, d.Name())
		}
		return err
	}))
	return files
}

func TestS29AConnectionRemovedWithAnImportInFlightLeavesNoKeyAcrossCrashes(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"", "removal.begun", "removal.before-delete", "removal.before-scrub", "removal.before-orphan"} {
		t.Run("at "+point, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			key := s.sealed()
			require.NotEmpty(t, s.found(key), "else this test proves nothing")
			run := s.run(flying)
			s.server.Kill()
			if point == "" {
				s.start()
			} else {
				s.start("SEGUE_FAILPOINT=" + point)
			}
			remove := rig.Object{"exports": []rig.Object{{"export_id": s.export["id"], "do": "detach"}}}
			path := "/api/v1/connections/" + s.connection["id"].(string) + "/removal"
			if point == "removal.begun" { // killed before it could answer
				_, _, err := s.server.Call(t.Context(), http.MethodPost, path, remove)
				require.Error(t, err)
			} else {
				out := s.server.Must(t, http.MethodPost, path, remove)
				require.Equal(t, false, out["key_destroyed"], "it is needed for the import in flight")
				require.Equal(t, []any{run}, out["run_ids"])
			}
			if point == "" || point == "removal.begun" {
				s.server.Kill()
				s.start()
			}
			s.land()
			if point != "" && point != "removal.begun" {
				require.True(t, s.server.Ended(time.Minute), "it is killed at %s", point)
				s.start()
			}
			r := s.until(run, ended)
			require.Equal(t, "successful", r["status"], "its only batch was in flight: %v", r["error"])
			receipt := r["receipt"].(rig.Object)
			require.EqualValues(t, people, receipt["added"], "what was in flight is settled: %v", receipt)
			require.Eventually(t, func() bool { return len(s.get("/connections")["items"].([]any)) == 0 && len(s.found(key)) == 0 }, time.Minute, 50*time.Millisecond,
				"no file holds the sealed key any more")
			require.Equal(t, "no_connection", s.get("/exports/" + s.export["id"].(string))["status"])
			require.NotContains(t, s.server.Output(), sandboxKey)
			require.Len(t, s.sandbox.Members(t, 1), people)

			// Over a new connection to the same account it goes on where it was.
			code, out := rig.Ends(t, "--data", s.data, "run", "start", "Newsletter")
			require.Equal(t, 4, code, out)
			s.server.Must(t, http.MethodPost, "/api/v1/connections", rig.Object{"name": "Brevo again", "api_key": sandboxKey, "agree": true})
			require.Contains(t, s.segue("export", "attach", "Newsletter", "--connection", "Brevo again"), "goes over the connection")
			r = s.until(s.run(ended), ended)
			require.Equal(t, "successful", r["status"], "%v", r["error"])
			require.EqualValues(t, people, r["receipt"].(rig.Object)["unchanged"])
		})
	}
}

func TestAnAdministratorRemovesAConnectionByTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	require.Contains(t, s.segue("connection", "where-used", "Brevo"), "Newsletter")
	require.Contains(t, s.segue("connection", "show", "Brevo"), "the server's machine")
	s.segue("connection", "limit", "Brevo", "10")
	require.Contains(t, s.segue("export", "duplicate", "Newsletter", "Second"), "runs only on demand")
	code, out := rig.Ends(t, "--data", s.data, "connection", "remove", "Brevo", "--detach", "Newsletter")
	require.Equal(t, 4, code, out)
	require.Contains(t, out, `"Second"`)
	require.Contains(t, s.segue("connection", "remove", "Brevo", "--detach", "Newsletter", "--remove", "Second"), "its key destroyed")
	require.Contains(t, s.segue("export", "list"), "No connection")
	require.NotContains(t, s.segue("export", "list"), "Second")
	require.NoError(t, s.server.Stop(t))
}
