package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestSingleSignOnIsSetUpWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	none, err := SSOConfig{GroupsClaim: "groups", Scopes: []string{"profile"}}.signOn(time.Now)
	require.NoError(t, err)
	require.Nil(t, none)
	good := SSOConfig{Issuer: "https://id.example.com", ClientID: "segue", Roles: []string{"cn=all,ou=x=viewer", "twice=administrator", "twice=viewer"}}
	made, err := good.signOn(time.Now)
	require.NoError(t, err)
	require.Equal(t, map[string]activation.Role{"cn=all,ou=x": activation.RoleViewer, "twice": activation.RoleAdministrator}, made.Roles)
	for field, spoil := range map[string]func(*SSOConfig){
		"sso-issuer":             func(c *SSOConfig) { c.Issuer = "" },
		"sso-client-id":          func(c *SSOConfig) { c.ClientID = "" },
		"sso-role":               func(c *SSOConfig) { c.Roles = nil },
		"sso-client-secret-file": func(c *SSOConfig) { c.ClientSecretFile = filepath.Join(t.TempDir(), "none") },
	} {
		c := good
		spoil(&c)
		_, err := c.signOn(time.Now)
		var e *activation.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, field, e.Field)
	}
	for _, role := range []string{"marketing", "marketing=owner", "=viewer"} {
		c := good
		c.Roles = []string{role}
		_, err := c.signOn(time.Now)
		require.ErrorContains(t, err, "GROUP=ROLE", role)
	}
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("made-up\n"), 0o600))
	good.ClientSecretFile = file
	_, err = good.signOn(time.Now)
	require.NoError(t, err)
}
