package rig

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ProviderPassword is the password of everybody at a Provider.
const ProviderPassword = "plum-cellar Oboe 41 drift"

// ClientSecret is what a server and a Provider know of each other.
const ClientSecret = "made-up-client-secret"

// program builds the provider once into the project's cache; its libraries are a module of their own.
var program = sync.OnceValues(func() (string, error) {
	into, err := filepath.Abs(filepath.Join("..", "..", ".cache", "bin", "sso-provider"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-o", into, ".")
	cmd.Dir = filepath.Join("..", "sso", "testdata", "provider")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	return into, nil
})

// Provider is a single sign-on provider, a program of its own, at which Ana, Bo and Eve Example can sign in.
type Provider struct {
	// Address is its host and port.
	Address string
	dir     string
	program string
}

// NewProvider builds the provider and finds an address for it; it serves once it is started.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	program, err := program()
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	p := &Provider{Address: address, dir: t.TempDir(), program: program}
	require.NoError(t, os.WriteFile(p.secret(), []byte(ClientSecret+"\n"), 0o600))
	return p
}

func (p *Provider) secret() string { return filepath.Join(p.dir, "secret") }
func (p *Provider) claims() string { return filepath.Join(p.dir, "claims.json") }

// Args are what a server is started with to trust the provider.
func (p *Provider) Args() []string {
	return []string{
		"--sso-issuer", "http://" + p.Address, "--sso-client-id", "segue", "--sso-client-secret-file", p.secret(),
		"--sso-role", "cn=segue,ou=admins=administrator", "--sso-role", "readers=viewer", "--sso-role", "writers=contributor", "--sso-contact", "the help desk",
	}
}

// Start starts the provider for the server at the address.
func (p *Provider) Start(t testing.TB, server string) {
	t.Helper()
	users := map[string]Object{}
	for _, name := range []string{"ana", "bo", "eve"} {
		users["subject-"+name] = Object{
			"ID": "subject-" + name, "Username": name, "Password": ProviderPassword, "FirstName": strings.ToUpper(name[:1]) + name[1:], "LastName": "Example",
			"Email": name + "@example.com", "EmailVerified": true, "PreferredLanguage": "en",
		}
	}
	b, err := json.Marshal(users)
	require.NoError(t, err)
	file := filepath.Join(p.dir, "users.json")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	cmd := exec.CommandContext(t.Context(), p.program, "-listen", p.Address, "-redirect", server+"/sso/callback", "-users", file, "-claims", p.claims())
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + p.Address + "/.well-known/openid-configuration")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond)
}

// Tells says what the provider tells of whom.
func (p *Provider) Tells(t testing.TB, subject, authTime string, groups ...string) {
	t.Helper()
	b, err := json.Marshal(Object{subject: Object{"groups": groups, "auth_time": authTime}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(p.claims(), b, 0o600))
}
