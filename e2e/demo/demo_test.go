package demo

import (
	"context"
	"database/sql"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// shown is a demo that was run to its end.
type shown struct{ dir, text string }

func show(t *testing.T) shown {
	t.Helper()
	s := shown{dir: filepath.Join(t.TempDir(), "demo")}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, rig.Binary(t), "demo", "--dir", s.dir, "--customers", "3000")
	cmd.Env = append(os.Environ(), "DEMO_EXIT=1")
	out, err := cmd.CombinedOutput()
	s.text = string(out)
	require.NoError(t, err, s.text)
	return s
}

var number = regexp.MustCompile(`[0-9][0-9,]*`)

// after returns the number that follows the words, from the last place where they stand.
func (s shown) after(t *testing.T, words string) int {
	t.Helper()
	i := strings.LastIndex(s.text, words)
	require.GreaterOrEqual(t, i, 0, "%q is not shown:\n%s", words, s.text)
	n, err := strconv.Atoi(strings.ReplaceAll(number.FindString(s.text[i+len(words):]), ",", ""))
	require.NoError(t, err)
	return n
}

func TestDemoShowsTheWholeWay(t *testing.T) {
	t.Parallel()
	s := show(t)
	at := 0
	for _, words := range []string{
		"$ segue person add", // first: until there is somebody, the page in a browser is the one that sets a server up
		"customers from six countries", "$ segue source add", "$ segue profile set", "orders; the relationship says whose they are", "$ segue source add Orders", "$ segue relationship add orders", "$ segue segment add", "$ segue connection add", "$ segue export add",
		"--dry-run --wait", "Plan", "Receipt", "1 % of the customers changed", "$ segue source ingest", "--dry-run --wait", "Plan", "Receipt", "What the sandbox holds", "The demo ends here. To look at it: segue serve --data ", "sign in at http://", "start here", "viewer@example.com  ",
		"Another demo begins anew",
	} {
		i := strings.Index(s.text[at:], words)
		require.GreaterOrEqual(t, i, 0, "%q is not shown, or not in its place:\n%s", words, s.text)
		at += i + len(words)
	}
	require.NotContains(t, s.text, "\x1b", "without a terminal there are plain lines")
	require.Equal(t, 2, strings.Count(s.text, "Receipt\n"), s.text)

	// The figures agree with each other: who was taken over is on the list, with the guests.
	on := s.after(t, `The list "VIP" holds `)
	require.Equal(t, s.after(t, "The list holds "), on, "Segue and the sandbox count alike:\n%s", s.text)
	members := s.after(t, "People in the segments")
	sum := 0
	for _, bucket := range []string{"added", "updated", "unchanged", "rejected", "duplicates", "not sent"} {
		sum += s.after(t, "  "+bucket)
	}
	require.Equal(t, members, sum, "the receipt adds up:\n%s", s.text)
	require.Positive(t, s.after(t, "  unchanged"), "the second run leaves alone what did not change:\n%s", s.text)
}

func TestDemoLeavesNoPersonInLogAuditErrorsAndEvents(t *testing.T) {
	t.Parallel()
	s := show(t)
	log, err := os.ReadFile(filepath.Join(s.dir, "segue.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "run ended", "there is a log to look at")
	text := strings.ToLower(string(log) + s.recorded(t))
	f, err := os.Open(filepath.Join(s.dir, "files", "customers.csv"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"email", "phone"}, rows[0][3:5])
	for _, row := range rows[1:] {
		for _, v := range row[3:5] {
			if v = strings.ToLower(strings.TrimSpace(v)); len(v) > 7 { // what is shorter may be part of a number that has nothing to do with it
				require.NotContains(t, text, v)
			}
		}
	}
	key, err := os.ReadFile(filepath.Join(s.dir, "brevo-key"))
	require.NoError(t, err)
	for _, secret := range []string{strings.TrimSpace(string(key)), mustRead(t, filepath.Join(s.dir, "segue", "token"))} {
		require.NotContains(t, text, strings.ToLower(secret))
		require.NotContains(t, s.text, secret)
	}
	for _, role := range []string{"administrator", "contributor", "viewer"} {
		password := mustRead(t, filepath.Join(s.dir, "password-"+role))
		require.Contains(t, s.text, role+"@example.com  "+password, "whoever sees the demo can sign in")
		require.NotContains(t, text, strings.ToLower(password))
		require.NotContains(t, text, role+"@example.com")
	}
}

// recorded is what the control store keeps for people to read: the audit log, and errors, statuses and events of runs.
func (s shown) recorded(t *testing.T) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "segue", "segue.db")+"?mode=ro")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var all strings.Builder
	for what, query := range map[string]string{
		"audit":  "SELECT json_remove(entry, '$.previous') FROM audit",
		"errors": "SELECT error_message || ' ' || remedy || ' ' || coalesce(plan_summary, '') || ' ' || coalesce(receipt, '') || ' ' || progress FROM runs",
		"jobs":   "SELECT args || ' ' || coalesce(errors, '') || ' ' || metadata FROM river_job",
	} {
		rows, err := db.QueryContext(t.Context(), query)
		require.NoError(t, err, what)
		n := 0
		for rows.Next() {
			var line string
			require.NoError(t, rows.Scan(&line))
			all.WriteString("\n" + line)
			n++
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close()) //nolint:sqlclosecheck // one after the other
		require.Positive(t, n, "there is something to look at: %s", what)
	}
	return all.String()
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.TrimSpace(string(b))
}

func TestDemoLeavesForeignFoldersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("mine"), 0o600))
	out, err := exec.CommandContext(t.Context(), rig.Binary(t), "demo", "--exit", "--dir", dir).CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 4, exit.ExitCode(), string(out))
	require.Contains(t, string(out), "--dir")
	require.Equal(t, "mine", mustRead(t, filepath.Join(dir, "mine.txt")))
}
