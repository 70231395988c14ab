package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/cmd/segue/internal/cli"
	"segue/internal/app"
)

func TestServerIsAsTheFlagsSay(t *testing.T) {
	t.Parallel()
	var out, logs bytes.Buffer
	c := serveConfig(cli.ServeOptions{
		Data: "d", Listen: "127.0.0.1:1", SourceDir: []string{"a", "b"}, WarehouseMemory: "1GB", LedgerMemory: "2GB", QueryTime: time.Minute, QueryRows: 7, BrevoURL: "http://localhost/v3", BrevoTier: "advanced",
		LogOptions: cli.LogOptions{LogFormat: "json", LogLevel: "warn"},
	}, &out, &logs)
	require.Equal(t, "d", c.DataDir)
	require.Equal(t, "127.0.0.1:1", c.Listen)
	require.Equal(t, []string{"a", "b"}, c.SourceDirs)
	require.Equal(t, []string{"1GB", "2GB", "http://localhost/v3", "advanced"}, []string{c.WarehouseMemory, c.LedgerMemory, c.BrevoURL, c.BrevoTier})
	require.Equal(t, time.Minute, c.QueryTime)
	require.EqualValues(t, 7, c.QueryRows)
	c.Log.Info("not this")
	c.Log.Warn("but this")
	require.Contains(t, logs.String(), `"msg":"but this"`)
	require.NotContains(t, logs.String(), "not this")
	c.Ready(app.Running{URL: "http://127.0.0.1:1", Token: "secret", Data: "d"})
	require.Equal(t, "Segue serves at http://127.0.0.1:1 with the data in d. Ctrl-C ends it.\n", out.String(), "the token stays in its file")
}

func TestSandboxIsAsTheFlagsSay(t *testing.T) {
	t.Parallel()
	var out, logs bytes.Buffer
	c := sandboxConfig(cli.SandboxOptions{
		Listen: "127.0.0.1:2", Config: "c.json", Faults: "f.json", ProcessDelay: time.Second, PerContact: time.Millisecond, Limits: "off", Seed: 7,
	}, &out, &logs)
	require.Equal(t, []string{"127.0.0.1:2", "c.json", "f.json", "off"}, []string{c.Listen, c.ConfigFile, c.FaultsFile, c.Limits})
	require.Equal(t, time.Second, c.ProcessDelay)
	require.Equal(t, time.Millisecond, c.PerContact)
	require.EqualValues(t, 7, c.Seed)
	c.Log.Info("not this")
	require.Empty(t, logs.String())
	c.Ready("127.0.0.1:2")
	require.Contains(t, out.String(), "http://127.0.0.1:2 (its API below /v3)")
	require.Contains(t, out.String(), "SEGUE_API_KEY='a key of c.json' segue connection add Brevo --url http://127.0.0.1:2/v3\n")
	out.Reset()
	sandboxConfig(cli.SandboxOptions{}, &out, &logs).Ready("127.0.0.1:2")
	require.Contains(t, out.String(), "SEGUE_API_KEY=xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000 segue connection add Brevo --url http://127.0.0.1:2/v3\n")
}

func TestLogsAreTextUnlessAskedOtherwise(t *testing.T) {
	t.Parallel()
	var logs bytes.Buffer
	logger(&logs, cli.LogOptions{LogFormat: "text", LogLevel: "nonsense"}).Info("hello", "n", 1)
	require.Contains(t, logs.String(), "level=INFO msg=hello n=1")
}
