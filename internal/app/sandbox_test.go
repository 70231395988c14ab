package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestSandboxListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.com:80", "nonsense"} {
		err := Sandbox(t.Context(), SandboxConfig{Listen: address})
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%s: %v", address, err)
	}
}

func TestSandboxServesUntilToldToStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Sandbox(ctx, SandboxConfig{Listen: "127.0.0.1:0", Limits: "off", Ready: func(a string) { address <- a }})
	}()
	resp, err := http.Get("http://" + <-address + "/v3/account")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "no key was sent")
	cancel()
	require.NoError(t, <-ended)
}

func TestSandboxFilesAreReadStrictly(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sandbox.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"acounts":[]}`), 0o600))
	err := Sandbox(t.Context(), SandboxConfig{Listen: "127.0.0.1:0", ConfigFile: file})
	require.ErrorContains(t, err, "acounts")
	err = Sandbox(t.Context(), SandboxConfig{Listen: "127.0.0.1:0", FaultsFile: file + ".missing"})
	require.ErrorContains(t, err, "cannot be read")
	err = Sandbox(t.Context(), SandboxConfig{Listen: "127.0.0.1:0", Limits: "none such"})
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%v", err)
}
