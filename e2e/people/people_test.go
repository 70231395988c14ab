package people

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
	sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"
	password   = "plum-cellar Oboe 41 drift"
	customers  = "id,email,first_name,country\nc1,ana@example.com,Ana,HR\nc2,ivo@example.com,Ivo,HR\nc3,eva@example.com,Eva,SI\n"
)

// browser is somebody's browser.
type browser struct {
	*rig.Browser
	t *testing.T
}

func newBrowser(t *testing.T, url string) *browser {
	t.Helper()
	return &browser{rig.NewBrowser(t, url), t}
}

// mayNot makes a request that has to be refused.
func (b *browser) mayNot(method, path string, body any) {
	b.t.Helper()
	status, out := b.Call(method, path, body)
	require.Equal(b.t, http.StatusForbidden, status, "%s %s: %v", method, path, out)
}

func (b *browser) signIn(email string) *browser {
	b.t.Helper()
	b.Must(http.MethodPost, "/session", rig.Object{"email": email, "password": password})
	return b
}

func id(o rig.Object) string { return o["id"].(string) }

func TestADayOfAdministratorContributorAndViewer(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(files, "customers.csv"), []byte(customers), 0o600))
	sandbox := rig.StartSandbox(t)
	server := rig.StartServer(t, t.TempDir(), nil, "--source-dir", files, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off")

	// Whoever opens the link first becomes the administrator.
	var link []string
	require.Eventually(t, func() bool {
		link = regexp.MustCompile(`http://\S+/setup#(\S+)\n`).FindStringSubmatch(server.Output())
		return link != nil
	}, 10*time.Second, 10*time.Millisecond)
	administrator := newBrowser(t, server.URL)
	setUp := rig.Object{"secret": link[1], "name": "Ana", "email": "administrator@example.com", "password": password}
	administrator.Must(http.MethodPost, "/setup", setUp)
	status, _ := newBrowser(t, server.URL).Call(http.MethodPost, "/setup", setUp)
	require.Equal(t, http.StatusForbidden, status, "the link works once")
	for _, role := range []string{"contributor", "viewer"} {
		administrator.Must(http.MethodPost, "/people", rig.Object{"name": "The " + role, "email": role + "@example.com", "role": role, "password": password})
	}
	contributor, viewer := newBrowser(t, server.URL).signIn("contributor@example.com"), newBrowser(t, server.URL).signIn("viewer@example.com")

	// The contributor prepares the data, the administrator the connection.
	source := id(contributor.Must(http.MethodPost, "/sources", rig.Object{"name": "Customers", "path": "customers.csv"}))
	contributor.Must(http.MethodPost, "/sources/"+source+"/ingest", nil)
	contributor.Must(http.MethodPut, "/profile", contributor.Must(http.MethodGet, "/profile/suggestion?source_id="+source, nil))
	contributor.Must(http.MethodPost, "/profile/build", nil)
	segment := id(contributor.Must(http.MethodPost, "/segments", rig.Object{"name": "Croatia", "rules": []rig.Object{
		{"rule": rig.Object{"field": "country", "operator": "equals", "values": []string{"HR"}}},
	}}))
	contributor.mayNot(http.MethodPost, "/connections", rig.Object{"name": "mine", "api_key": sandboxKey, "agree": true})
	connection := administrator.Must(http.MethodPost, "/connections", rig.Object{"name": "Brevo", "api_key": sandboxKey, "agree": true})
	require.Equal(t, "Ana", connection["consent"].(rig.Object)["by"], "who agreed is recorded")
	require.Equal(t, "none", connection["export_user"].(rig.Object)["kind"], "a person has to confirm")
	connection = administrator.Must(http.MethodPut, "/connections/"+id(connection)+"/export-user", nil)
	require.Equal(t, "Ana", connection["export_user"].(rig.Object)["name"])
	administrator.Must(http.MethodPost, "/connections/"+id(connection)+"/lists", rig.Object{"name": "Newsletter"})

	// Before it is shared the contributor cannot use it; afterwards they can.
	export := rig.Object{
		"name": "Newsletter", "connection_id": id(connection), "list_id": 1, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "email", "attributes": []rig.Object{{"attribute": "FIRSTNAME", "field": "first_name"}}},
	}
	require.Empty(t, contributor.Must(http.MethodGet, "/connections", nil)["items"])
	contributor.mayNot(http.MethodPost, "/exports", export)
	administrator.Must(http.MethodPatch, "/connections/"+id(connection), rig.Object{"shared": true, "version": connection["version"]})
	made := contributor.Must(http.MethodPost, "/exports", export)
	require.Equal(t, "not_started", made["status"], "saving runs nothing")
	require.Empty(t, sandbox.Members(t, 1))

	// The refresh runs it, here on demand; the next run comes by its own schedule, every minute.
	refresh := contributor.Must(http.MethodPost, "/refreshes", nil)
	require.Eventually(t, func() bool {
		refresh = viewer.Must(http.MethodGet, "/refreshes/"+id(refresh), nil)
		return refresh["ended"].(bool)
	}, time.Minute, 100*time.Millisecond)
	require.Equal(t, "successful", refresh["status"], "%v", refresh["tasks"])
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, sandbox.Members(t, 1))

	made = contributor.Must(http.MethodGet, "/exports/"+id(made), nil)
	export["version"], export["schedule"] = made["version"], rig.Object{"mode": "own", "cron": "* * * * *"}
	contributor.Must(http.MethodPut, "/exports/"+id(made), export)
	var latest rig.Object
	require.Eventually(t, func() bool {
		latest = viewer.Must(http.MethodGet, "/exports/"+id(made), nil)["latest_run"].(rig.Object)
		return latest["requested_by"] == "schedule" && latest["ended"].(bool)
	}, 90*time.Second, 250*time.Millisecond, "within a minute it is due")
	require.Equal(t, "successful", latest["status"])

	// The viewer sees it, without people, and can change nothing.
	seen := viewer.Must(http.MethodGet, "/exports/"+id(made), nil)
	require.Equal(t, "view", seen["your_permissions"])
	tasks := refresh["tasks"].([]any)
	run := tasks[len(tasks)-1].(rig.Object)["run_id"].(string)
	for _, row := range viewer.Must(http.MethodGet, "/runs/"+run+"/rows", nil)["items"].([]any) {
		require.Equal(t, "•••", row.(rig.Object)["address"])
	}
	viewer.mayNot(http.MethodPost, "/exports/"+id(made)+"/runs", nil)
	viewer.mayNot(http.MethodDelete, "/exports/"+id(made), nil)
	viewer.mayNot(http.MethodGet, "/profiles", nil)
	viewer.mayNot(http.MethodGet, "/people", nil)
	viewer.mayNot(http.MethodPost, "/refreshes", nil)

	// Un-sharing makes it look-only for the contributor at once; its schedule goes on.
	connection = administrator.Must(http.MethodGet, "/connections/"+id(connection), nil)
	administrator.Must(http.MethodPatch, "/connections/"+id(connection), rig.Object{"shared": false, "version": connection["version"]})
	contributor.mayNot(http.MethodPost, "/exports/"+id(made)+"/runs", nil)
	require.Equal(t, "view", contributor.Must(http.MethodGet, "/exports/"+id(made), nil)["your_permissions"])

	// Somebody who is switched off is out with the next request.
	people := administrator.Must(http.MethodGet, "/people", nil)["items"].([]any)
	for _, p := range people {
		if p := p.(rig.Object); p["role"] == "contributor" {
			administrator.Must(http.MethodPatch, "/people/"+id(p), rig.Object{"off": true, "version": p["version"]})
		}
	}
	status, _ = contributor.Call(http.MethodGet, "/exports", nil)
	require.Equal(t, http.StatusUnauthorized, status)

	// The administrator removes the connection; the export stays, detached, and does not run.
	removed := administrator.Must(http.MethodPost, "/connections/"+id(connection)+"/removal", rig.Object{"exports": []rig.Object{{"export_id": id(made), "do": "detach"}}})
	require.Eventually(t, func() bool {
		return len(administrator.Must(http.MethodGet, "/connections", nil)["items"].([]any)) == 0
	}, time.Minute, 50*time.Millisecond, "%v", removed)
	require.Eventually(t, func() bool {
		return viewer.Must(http.MethodGet, "/exports/"+id(made), nil)["status"] == "no_connection"
	}, time.Minute, 50*time.Millisecond)
	status, _ = administrator.Call(http.MethodPost, "/exports/"+id(made)+"/runs", nil)
	require.Equal(t, http.StatusConflict, status)

	// All of it is in the audit log, and none of it tells of customers or passwords.
	require.Positive(t, administrator.Must(http.MethodGet, "/audit/verification", nil)["entries"])
	resp, err := administrator.HTTP.Get(server.URL + "/api/v1/audit.ndjson")
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	log, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	for _, secret := range []string{"@example.com", password, sandboxKey, link[1], "Ivo"} {
		require.NotContains(t, string(log), secret)
		require.NotContains(t, strings.ReplaceAll(server.Output(), link[0], ""), secret)
	}
	require.NoError(t, server.Stop(t))
}
