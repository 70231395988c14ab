// Package sdk_test drives the Brevo sandbox with Brevo's official Node SDK: a
// client that was not written by us must understand what the sandbox answers.
package sdk_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/brevosandbox"
)

func TestTheOfficialNodeSDKUnderstandsTheSandbox(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"node", "npm"} {
		_, err := exec.LookPath(name)
		require.NoError(t, err, "%s is not installed: this test needs Node 20 with npm", name)
	}
	if _, err := os.Stat("node_modules/@getbrevo/brevo/package.json"); err != nil {
		out, err := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund").CombinedOutput()
		require.NoError(t, err, "npm ci in e2e/sdk: %s", out)
	}
	sb, err := brevosandbox.New(brevosandbox.Config{
		Clock: time.Now,
		Settings: brevosandbox.Settings{Tier: "off", QueueDelay: brevosandbox.Duration(20 * time.Millisecond),
			ImportFixed: brevosandbox.Duration(80 * time.Millisecond), RemoveAllTime: brevosandbox.Duration(50 * time.Millisecond)},
	})
	require.NoError(t, err)
	server := httptest.NewServer(sb.Handler())
	t.Cleanup(server.Close)

	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec")
	cmd.Env = append(os.Environ(), "BREVO_BASE_URL="+server.URL+"/v3", "BREVO_API_KEY="+brevosandbox.DefaultKey)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "node --test: %s", out)
	t.Logf("%s", out)

	counts := sb.Requests()
	for _, kind := range []string{"account", "lists", "list_create", "attributes", "attribute_create", "import", "process", "processes",
		"list_contacts", "list_add", "list_remove", "contact", "contact_create", "contact_update", "contact_delete", "contacts", "export"} {
		require.Positive(t, counts[kind].Calls, "the SDK made no call of kind %s", kind)
	}
}
