package notices

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
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

// program builds the mail server, once.
var program = sync.OnceValues(func() (string, error) {
	cmd := exec.Command(filepath.Join("..", "..", "scripts", "tool"), "github.com/axllent/mailpit", "v1.33.1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build the mail server: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
})

const (
	mailUser     = "segue-mailer"
	mailPassword = "made-up-mail-password"
)

// post is a mail server that is started and stopped.
type post struct {
	t         *testing.T
	dir       string
	smtp, web string
	security  string
	cmd       *exec.Cmd
}

// newPost prepares a mail server that asks for a password and speaks encrypted only, and does not start it.
func newPost(t *testing.T, security string) *post {
	t.Helper()
	p := &post{t: t, dir: t.TempDir(), smtp: free(t), web: free(t), security: security}
	certificate(t, p.dir)
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "users"), []byte(mailUser+":"+mailPassword+"\n"), 0o600))
	return p
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().String()
}

// certificate writes a certificate of localhost and its key.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

// start starts it; what it took before is there still.
func (p *post) start() {
	p.t.Helper()
	path, err := program()
	require.NoError(p.t, err)
	encrypted := "--smtp-require-starttls"
	if p.security == "tls" {
		encrypted = "--smtp-require-tls"
	}
	p.cmd = exec.CommandContext(p.t.Context(), path, "--listen", p.web, "--smtp", p.smtp, "--database", filepath.Join(p.dir, "mail.db"), "--disable-version-check",
		"--smtp-auth-file", filepath.Join(p.dir, "users"), "--smtp-tls-cert", filepath.Join(p.dir, "cert.pem"), "--smtp-tls-key", filepath.Join(p.dir, "key.pem"), encrypted, "--smtp-disable-rdns")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = os.Stderr
	require.NoError(p.t, p.cmd.Start())
	cmd := p.cmd
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(p.t, func() bool {
		resp, err := http.Get("http://" + p.web + "/api/v1/info")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, 60*time.Second, 50*time.Millisecond)
}

// letter is a mail as the server has it.
type letter struct {
	ID        string
	MessageID string
	Subject   string
	To        []struct{ Address string }
	From      struct{ Address string }
}

func (p *post) get(path string, into any) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.web+"/api/v1/"+path, nil)
	require.NoError(p.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(p.t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(p.t, http.StatusOK, resp.StatusCode)
	require.NoError(p.t, json.NewDecoder(resp.Body).Decode(into))
}

// letters lists all mails that the server took, newest first.
func (p *post) letters() []letter {
	p.t.Helper()
	var out struct {
		Messages []letter `json:"messages"`
	}
	p.get("messages?limit=500", &out)
	return out.Messages
}

// text is the body of a mail.
func (p *post) text(l letter) string {
	p.t.Helper()
	var out struct{ Text string }
	p.get("message/"+l.ID, &out)
	return out.Text
}

// about lists the mails to an address whose subject holds the words.
func (p *post) about(to, words string) (list []letter) {
	p.t.Helper()
	for _, l := range p.letters() {
		if len(l.To) == 1 && l.To[0].Address == to && strings.Contains(l.Subject, words) {
			list = append(list, l)
		}
	}
	return list
}
