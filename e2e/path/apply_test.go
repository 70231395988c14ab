package path

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// TestAFileMakesAServerThatSendsOnceSomebodyAgrees goes the whole way with the real program: a file applied to an empty server, nothing
// sent over its draft, then agreement and a run, and nothing left to do.
func TestAFileMakesAServerThatSendsOnceSomebodyAgrees(t *testing.T) {
	// Not parallel: the key is in the environment of the process.
	files, data := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(files, "customers.csv"), []byte("id,email,country\nc1,ana@example.com,HR\nc2,ivo@example.com,HR\nc3,eva@example.com,SI\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(files, "orders.csv"), []byte("customer,amount\nc2,10\nc3,20\n"), 0o600))
	sandbox := rig.StartSandbox(t)
	s := rig.StartServer(t, data, nil, "--source-dir", files, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off")
	before := s.Must(t, http.MethodPost, "/api/v1/connections", rig.Object{"name": "By hand", "api_key": sandboxKey, "agree": true})
	list := s.Must(t, http.MethodPost, "/api/v1/connections/"+before["id"].(string)+"/lists", rig.Object{"name": "Newsletter"})
	require.EqualValues(t, 1, list["id"])
	file := filepath.Join(t.TempDir(), "segue.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
sources: [{name: customers, path: customers.csv}, {name: orders, path: orders.csv}]
profile:
  fields: [{name: email, type: text, semantic: email}, {name: country, type: text}]
  tables: [{source: customers, key: id, columns: {email: email, country: country}}]
segments:
  - name: Croatia
    rules: [{rule: {field: country, operator: equals, values: [HR]}}]
  - name: Buyers
    rules: [{rule: {operator: in_query, sql: SELECT profile_id FROM profiles INTERSECT SELECT customer FROM orders}}]
connections: [{name: Brevo, key_env: SEGUE_E2E_KEY}]
exports:
  - {name: Newsletter, connection: Brevo, list: 1, segments: [Croatia], mapping: {email: email}}
`), 0o600))
	segue := func(code int, args ...string) string {
		t.Helper()
		got, out := rig.Ends(t, append([]string{"--data", data}, args...)...)
		require.Equal(t, code, got, out)
		return out
	}

	require.Contains(t, segue(5, "apply", "--yes", "-f", file), file+":11:")
	require.Empty(t, s.Must(t, http.MethodGet, "/api/v1/sources", nil)["items"], "its key is not in the environment: nothing was changed")
	t.Setenv("SEGUE_E2E_KEY", sandboxKey)
	require.Contains(t, segue(11, "apply", "--dry-run", "--exit-code", "-f", file), "+ create connection \"Brevo\"")
	segue(0, "apply", "--yes", "-f", file)
	require.Contains(t, segue(0, "apply", "-f", file), "Nothing to do")

	require.Contains(t, segue(0, "segment", "count", "Buyers"), "2 members", "the profiles are built, for its query reads them")
	require.Contains(t, segue(4, "run", "start", "Newsletter", "--wait"), "is a draft")
	require.Empty(t, sandbox.Members(t, 1))
	segue(0, "connection", "agree", "Brevo", "--machine", "--agree")
	segue(0, "run", "start", "Newsletter", "--wait")
	require.ElementsMatch(t, []string{"ana@example.com", "ivo@example.com"}, sandbox.Members(t, 1))
	require.Contains(t, segue(0, "apply", "-f", file), "Nothing to do")
}

// TestTheExampleOfTheManualIsApplied applies the file of docs/apply.md, writes it out again, and makes a second server of what was written.
func TestTheExampleOfTheManualIsApplied(t *testing.T) {
	// Not parallel: the key is in the environment of the process.
	manual, err := os.ReadFile("../../docs/apply.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(manual), "```yaml\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n```")
	files := t.TempDir()
	for name, text := range map[string]string{
		"customers.csv":                "id,mail,name,birthday\nc1,ana@example.com,Ana,27.11.1990\nc2,ivo@example.com,Ivo,13.05.1985\n",
		"purchases.csv":                "customer,amount\nc1,60\nc1,70\nc2,99.5\n",
		filepath.Join("..", "ex.yaml"): example,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(files, name), []byte(text), 0o600))
	}
	sandbox := rig.StartSandbox(t, "--limits", "off")
	start := func() (*rig.Server, string) {
		data := t.TempDir()
		return rig.StartServer(t, data, nil, "--source-dir", files, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off"), data
	}
	segue := func(code int, data string, args ...string) string {
		t.Helper()
		got, out := rig.Ends(t, append([]string{"--data", data}, args...)...)
		require.Equal(t, code, got, out)
		return out
	}
	t.Setenv("BREVO_API_KEY", sandboxKey)
	server, first := start()
	hand := server.Must(t, http.MethodPost, "/api/v1/connections", rig.Object{"name": "By hand", "api_key": sandboxKey, "agree": true})
	for range 7 { // the example's list is the seventh
		server.Must(t, http.MethodPost, "/api/v1/connections/"+hand["id"].(string)+"/lists", rig.Object{"name": "List"})
	}
	file := filepath.Join(filepath.Dir(files), "ex.yaml")
	segue(0, first, "apply", "--yes", "-f", file)
	require.Contains(t, segue(0, first, "apply", "-f", file), "Nothing to do")
	segue(0, first, "profile", "build")
	require.Regexp(t, `\b1\b`, segue(0, first, "segment", "count", "Buyers"), "Ana bought for 130, Ivo for 99.5")

	written := filepath.Join(t.TempDir(), "written.yaml")
	segue(0, first, "config", "export", "--to", written)
	require.Contains(t, segue(0, first, "apply", "-f", written), "Nothing to do")
	text, err := os.ReadFile(written)
	require.NoError(t, err)
	require.NotContains(t, string(text), sandboxKey)
	for _, v := range regexp.MustCompile(`key_env: (\S+)`).FindAllStringSubmatch(string(text), -1) {
		t.Setenv(v[1], sandboxKey)
	}
	_, second := start()
	segue(0, second, "apply", "--yes", "-f", written)
	require.Contains(t, segue(0, second, "apply", "-f", written), "Nothing to do")
	require.Contains(t, segue(0, second, "apply", "-f", file), "Nothing to do")
}
