package path

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// TestAStaticSegmentKeepsItsMembers walks through S25 and S27 on the real program: what is kept is sent until somebody evaluates,
// members of an old rule are never sent, and lost ones are an error and not an empty list.
func TestAStaticSegmentKeepsItsMembers(t *testing.T) {
	t.Parallel()
	files, data := t.TempDir(), t.TempDir()
	customers := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(files, "customers.csv"), []byte("id,email,country\n"+text), 0o600))
	}
	customers("c1,ana@example.com,HR\nc2,ivo@example.com,HR\nc3,eva@example.com,SI\n")
	sandbox := rig.StartSandbox(t)
	start := func() *rig.Server {
		return rig.StartServer(t, data, nil, "--source-dir", files, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off")
	}
	s := start()
	must := func(method, path string, body any) rig.Object {
		t.Helper()
		return s.Must(t, method, "/api/v1"+path, body)
	}
	id := func(o rig.Object) string { return o["id"].(string) }
	eventually := func(f func() bool) { t.Helper(); require.Eventually(t, f, 60*time.Second, 100*time.Millisecond) }
	rule := func(country string) []rig.Object {
		return []rig.Object{{"rule": rig.Object{"field": "country", "operator": "equals", "values": []string{country}}}}
	}

	source := id(must(http.MethodPost, "/sources", rig.Object{"name": "Customers", "path": "customers.csv"}))
	build := func() {
		t.Helper()
		must(http.MethodPost, "/sources/"+source+"/ingest", nil)
		must(http.MethodPost, "/profile/build", nil)
	}
	must(http.MethodPost, "/sources/"+source+"/ingest", nil)
	must(http.MethodPut, "/profile", must(http.MethodGet, "/profile/suggestion?source_id="+source, nil))
	build()
	segment := must(http.MethodPost, "/segments", rig.Object{"name": "Croatia", "rules": rule("HR")})
	path := "/segments/" + id(segment)
	connection := id(must(http.MethodPost, "/connections", rig.Object{"name": "Brevo", "api_key": "xkeysib-" + strings.Repeat("0", 64) + "-sandbox000000000", "agree": true}))
	must(http.MethodPost, "/connections/"+connection+"/lists", rig.Object{"name": "Newsletter"})
	export := id(must(http.MethodPost, "/exports", rig.Object{
		"name": "Newsletter", "connection_id": connection, "list_id": 1, "segment_ids": []string{id(segment)}, "mapping": rig.Object{"email": "email"},
	}))
	begin := func() string { t.Helper(); return id(must(http.MethodPost, "/exports/"+export+"/runs", nil)) }
	is := func(run, status string) rig.Object {
		t.Helper()
		var r rig.Object
		eventually(func() bool { r = must(http.MethodGet, "/runs/"+run, nil); return r["status"] == status })
		return r
	}
	current := func() bool {
		e, ok := must(http.MethodGet, path, nil)["evaluation"].(rig.Object)
		return ok && e["current"].(bool)
	}

	behind := func() (codes []any) {
		t.Helper()
		if o, ok := must(http.MethodGet, "/exports/"+export, nil)["out_of_step"].(rig.Object); ok {
			for _, r := range o["reasons"].([]any) {
				codes = append(codes, r.(rig.Object)["code"])
			}
		}
		return codes
	}

	require.Equal(t, []any{"never_run"}, behind())
	is(begin(), "successful")
	require.Empty(t, behind())
	build()
	require.Equal(t, []any{"data_newer"}, behind())
	is(id(must(http.MethodPost, "/exports/"+export+"/runs", rig.Object{"kind": "dry_run"})), "successful")
	require.Equal(t, []any{"data_newer"}, behind(), "a dry run changes nothing")
	refresh := id(must(http.MethodPost, "/refreshes", nil))
	eventually(func() bool { return must(http.MethodGet, "/refreshes/"+refresh, nil)["ended"].(bool) })
	require.Empty(t, behind(), "a refresh with its run")

	must(http.MethodPut, path+"/schedule", rig.Object{"mode": "static", "version": segment["version"]})
	is(begin(), "successful") // it waits for the first evaluation if that is under way
	require.True(t, current())
	require.Empty(t, behind())
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, sandbox.Members(t, 1))

	// Customers move; who is kept stays kept.
	customers("c1,ana@example.com,SI\nc2,ivo@example.com,HR\nc3,eva@example.com,HR\n")
	build()
	is(begin(), "successful")
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, sandbox.Members(t, 1))

	// The rule is changed: a run waits, nothing of the old rule is sent, and it goes on once somebody has evaluated it.
	segment = must(http.MethodGet, path, nil)
	must(http.MethodPut, path, rig.Object{"name": "Slovenia or Croatia", "rules": append(rule("HR"), rig.Object{"combine": "union", "rule": rule("SI")[0]["rule"]}), "version": segment["version"]})
	require.Equal(t, []any{"segment_changed"}, behind(), "whom newer profiles would select is not asked of it")
	run := begin()
	r := is(run, "failed_retrying")
	require.Contains(t, r["error"].(rig.Object)["remedy"], "segue segment evaluate")
	code, out := rig.Ends(t, "segment", "evaluate", "Slovenia or Croatia", "--wait", "--data", data)
	require.Zero(t, code, out)
	is(run, "successful")
	require.Empty(t, behind())
	require.Equal(t, []string{"ana@example.com", "eva@example.com", "ivo@example.com"}, sandbox.Members(t, 1))

	// The warehouse is lost and rebuilt: no answer is never nobody.
	s.Kill()
	require.NoError(t, os.Remove(filepath.Join(data, "warehouse.duckdb")))
	_ = os.Remove(filepath.Join(data, "warehouse.duckdb.wal"))
	s = start()
	build()
	r = is(begin(), "failed_permanent")
	require.Equal(t, "cannot_evaluate", r["error"].(rig.Object)["code"])
	require.Len(t, sandbox.Members(t, 1), 3)
	evaluation := id(must(http.MethodPost, path+"/evaluate", nil))
	eventually(func() bool { return must(http.MethodGet, "/refreshes/"+evaluation, nil)["ended"].(bool) })
	is(begin(), "successful")
	require.Len(t, sandbox.Members(t, 1), 3)
	require.NoError(t, s.Stop(t))
}
