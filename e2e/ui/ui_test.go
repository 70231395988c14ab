package ui

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
	"segue/internal/database/databasetest"
)

// sandboxKey is the key of every sandbox's first account.
const sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"

func TestMain(m *testing.M) {
	code := m.Run()
	databasetest.StopAll()
	rig.Clean()
	os.Exit(code)
}

// command runs a program in a folder, which has to succeed.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s:\n%s", name, strings.Join(args, " "), out)
	return string(out)
}

// demo starts the demo, whose data the tests look at, and returns its address.
func demo(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), rig.Binary(t), "demo", "--customers", "1500", "--dir", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends its sandbox then
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() })
	serving := regexp.MustCompile(`^Segue goes on serving at (http://[0-9.:]+),`)
	var text strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text.WriteString(lines.Text() + "\n")
		if m := serving.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return m[1]
		}
	}
	t.Fatalf("the demo ended:\n%s", text.String())
	return ""
}

// setUpLink is the link with which the first administrator of a new server is made.
func setUpLink(t *testing.T, args ...string) string {
	t.Helper()
	server := rig.StartServer(t, filepath.Join(t.TempDir(), "data"), nil, args...)
	link := regexp.MustCompile(`http://\S+/setup#\S+`)
	require.Eventually(t, func() bool { return link.MatchString(server.Output()) }, time.Minute, 10*time.Millisecond)
	return link.FindString(server.Output())
}

// fresh is a server that nobody has signed in to yet, a sandbox that it sends to, and a folder with a file of customers.
func fresh(t *testing.T) rig.Object {
	t.Helper()
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("id,email,first_name,city,points\n")
	for i, town := range strings.Split(strings.Repeat("Split Zagreb Rijeka Osijek ", 10), " ")[:40] {
		fmt.Fprintf(&rows, "c%d,p%d@example.com,Mara %d,%s,%d\n", i+1, i+1, i+1, town, i+1)
	}
	file := filepath.Join(folder, "customers.csv")
	require.NoError(t, os.WriteFile(file, []byte(rows.String()), 0o600))
	sandbox := rig.StartSandbox(t)
	setup := setUpLink(t, "--source-dir", folder, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off")
	return rig.Object{"setup": setup, "sandbox": sandbox.URL, "key": sandboxKey, "file": file}
}

// postgres is a PostgreSQL server with a table of people, ten in each town, and how its reader gets there.
func postgres(t *testing.T) rig.Object {
	t.Helper()
	pg, err := databasetest.PostgreSQL()
	require.NoError(t, err, "PostgreSQL of Debian's package postgresql: scripts/require installs it")
	require.NoError(t, pg.Postgres("CREATE TABLE people (id int, email text, town text)",
		"INSERT INTO people SELECT n, 'p' || n || '@example.com', (ARRAY['Split', 'Zagreb', 'Rijeka', 'Osijek'])[1 + (n - 1) % 4] FROM generate_series(1, 40) AS n",
		"GRANT SELECT ON people TO reader"))
	return rig.Object{"host": "127.0.0.1", "port": pg.Port, "name": "postgres", "user": "reader", "password": databasetest.ReaderPassword, "ca": pg.CA}
}

func TestTheWebApplicationInABrowser(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "Chromium is not installed: scripts/require chromium installs it")
	command(t, "../..", nil, "scripts/webapp")
	if _, err := os.Stat("node_modules/@playwright/test/package.json"); err != nil {
		command(t, ".", []string{"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1"}, "npm", "ci", "--no-audit", "--no-fund")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	url := demo(t, dir)
	resp, err := http.Get(url + "/exports")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode, "the application is in the program")

	specs := strings.Fields(os.Getenv("SEGUE_UI_SPECS")) // by hand: only these files
	if os.Getenv("SEGUE_PICTURES") != "" {               // the folder that the pictures of docs/screens.md are written to
		specs = []string{"pictures.spec.ts"}
	}
	results := os.Getenv("SEGUE_UI_RESULTS") // to look at the screenshots
	if results == "" {
		results = t.TempDir()
	}
	provider := rig.NewProvider(t)
	sso := rig.StartServer(t, filepath.Join(t.TempDir(), "data"), nil, provider.Args()...)
	provider.Start(t, sso.URL)
	// Until there is an administrator every page leads to setting up.
	sso.Must(t, http.MethodPost, "/api/v1/people", rig.Object{"name": "Ada Admin", "email": "ada@example.com", "role": "administrator", "password": rig.ProviderPassword})
	provider.Tells(t, "subject-ana", "", "cn=segue,ou=admins")
	both, err := json.Marshal(rig.Object{"hr": fresh(t), "en": fresh(t)})
	require.NoError(t, err)
	database, err := json.Marshal(postgres(t))
	require.NoError(t, err)
	t.Log(command(t, ".", []string{
		"CI=true", "SEGUE_URL=" + url, "SEGUE_DEMO=" + dir, "SEGUE_SETUP=" + setUpLink(t), "SEGUE_FRESH=" + string(both), "SEGUE_POSTGRES=" + string(database),
		"SEGUE_SSO=" + sso.URL, "SEGUE_SSO_PASSWORD=" + rig.ProviderPassword,
		"SEGUE_CHROMIUM=" + chromium, "SEGUE_RESULTS=" + results,
	}, "npx", append([]string{"playwright", "test"}, specs...)...))
}
