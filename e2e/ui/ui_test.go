package ui

import (
	"bufio"
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
)

func TestMain(m *testing.M) {
	code := m.Run()
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
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
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
func setUpLink(t *testing.T) string {
	t.Helper()
	server := rig.StartServer(t, filepath.Join(t.TempDir(), "data"), nil)
	link := regexp.MustCompile(`http://\S+/setup#\S+`)
	require.Eventually(t, func() bool { return link.MatchString(server.Output()) }, time.Minute, 10*time.Millisecond)
	return link.FindString(server.Output())
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

	results := os.Getenv("SEGUE_UI_RESULTS") // to look at the screenshots
	if results == "" {
		results = t.TempDir()
	}
	t.Log(command(t, ".", []string{"CI=true", "SEGUE_URL=" + url, "SEGUE_DEMO=" + dir, "SEGUE_SETUP=" + setUpLink(t), "SEGUE_CHROMIUM=" + chromium, "SEGUE_RESULTS=" + results},
		"npx", "playwright", "test"))
}
