package cli

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/httpapi"
	"segue/internal/httpapi/apitest"
	"segue/internal/store"
)

// TestMain lets the test binary be the program itself, for tests that start it from a shell.
func TestMain(m *testing.M) {
	if os.Getenv("SEGUE_TEST_AS_PROGRAM") != "" {
		os.Exit(Run(context.Background(), Config{Terminal: Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, Env: os.Getenv, Now: time.Now}, os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

const testToken = "test-token-that-is-long-enough-to-be-one"

// bench is a command line with a server behind it.
type bench struct {
	t *testing.T
	*apitest.Stage
	url  string
	data string
	env  map[string]string
	// in is standard input; secret what is typed when asked for a key, "" if nobody can be asked.
	in, secret string
	terminal   bool
	programs   Programs
	// printed is told of everything that was printed so far, each time that something is; nil tells nobody.
	printed func(out string)
}

// heard is a buffer that tells what is in it after each write.
type heard struct {
	bytes.Buffer
	tell func(out string)
}

func (h *heard) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if h.tell != nil {
		h.tell(h.String())
	}
	return n, err
}

// newBench starts a server whose data folder the command line is given.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, Stage: apitest.New(t), data: t.TempDir(), env: map[string]string{}}
	h, err := httpapi.New(httpapi.Config{
		Services: httpapi.Services{
			Store: b.Store, Sources: b.Sources, Profiles: b.Engine, Unify: b.Unify, Segments: b.Segments, Connections: b.Connections, Exports: b.Exports, Ledger: b.Book,
			Access: b.Access, Audit: b.Audit, Refresh: b.Refresh, Notify: b.Notify,
		},
		Token: testToken, Version: "1.2.3", SourceDirs: []string{b.Files}, DestinationURLs: map[activation.DestinationType]string{activation.DestinationBrevo: "https://api.example.com/v3"}, Clock: time.Now, IDs: b.IDs, Log: b.Logger, WatchEvery: 2 * time.Millisecond,
	})
	require.NoError(t, err)
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	b.url = srv.URL
	b.write(b.data, tokenFile, testToken+"\n")
	b.write(b.data, addressFile, strings.TrimPrefix(srv.URL, "http://")+"\n")
	return b
}

func (b *bench) write(dir, name, content string) string {
	b.t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(b.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// result is what a command printed and how it ended.
type result struct {
	code     int
	out, err string
}

// run works a command with the data folder given.
func (b *bench) run(args ...string) result {
	b.t.Helper()
	return b.bare(append([]string{"--data", b.data}, args...)...)
}

// bare works a command as it is.
func (b *bench) bare(args ...string) result {
	b.t.Helper()
	out, errs := heard{tell: b.printed}, bytes.Buffer{}
	cfg := Config{
		Terminal: Terminal{In: strings.NewReader(b.in), Out: &out, Err: &errs, OutIsTerminal: b.terminal, InIsTerminal: b.terminal, Width: 100},
		Env:      func(name string) string { return b.env[name] }, Now: time.Now, Version: "1.2.3", Commit: "abc", Programs: b.programs,
	}
	if b.secret != "" {
		cfg.Terminal.ReadSecret = func(q string) (string, error) {
			if b.secret == "broken" {
				return "", errors.New("no terminal")
			}
			return b.secret, nil
		}
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	code := Run(ctx, cfg, args)
	return result{code, out.String(), errs.String()}
}

// ok works a command that has to succeed and returns what it printed.
func (b *bench) ok(args ...string) string {
	b.t.Helper()
	r := b.run(args...)
	require.Equal(b.t, 0, r.code, "segue %s: %s%s", strings.Join(args, " "), r.out, r.err)
	require.Empty(b.t, r.err)
	return r.out
}

// fails works a command that has to end with the code and returns what it complained.
func (b *bench) fails(code int, args ...string) string {
	b.t.Helper()
	r := b.run(args...)
	require.Equal(b.t, code, r.code, "segue %s: %s%s", strings.Join(args, " "), r.out, r.err)
	require.True(b.t, strings.HasPrefix(r.err, "segue: "), r.err)
	require.NotContains(b.t, r.err, "goroutine", "no stack traces")
	return r.err
}

const customers = "id,mail,name,points\nc1,ana@example.com,Ana,10\nc2,ivo@example.com,Ivo,1500\nc3,eva@example.com,Eva,30\n"

// withProfile takes customers over and makes the profile from them.
func (b *bench) withProfile() {
	b.t.Helper()
	b.write(b.Files, "customers.csv", customers)
	b.ok("source", "add", "customers", "customers.csv", "--ingest")
	b.ok("profile", "set", "--source", "customers", "--build")
}

// withExport makes everything up to an export called VIP.
func (b *bench) withExport() {
	b.t.Helper()
	b.withProfile()
	b.ok("segment", "add", "Anas", "--where", "name = Ana")
	b.env["SEGUE_API_KEY"] = apitest.GoodKey
	b.ok("connection", "add", "main", "--agree")
	b.ok("export", "add", "VIP", "--connection", "main", "--list", "7", "--segment", "Anas", "--email", "mail", "--map", "FIRSTNAME=name")
}

// start starts a run of VIP and returns its id.
func (b *bench) start(args ...string) string {
	b.t.Helper()
	out := b.ok(append([]string{"run", "start", "VIP"}, args...)...)
	return strings.Fields(out)[1]
}

// setRun changes the stored run, as the service does while it works.
func (b *bench) setRun(id string, f func(*activation.Run)) {
	b.t.Helper()
	require.NoError(b.t, b.Store.Update(b.t.Context(), func(tx store.Tx) error {
		r, err := tx.Run(b.t.Context(), activation.RunID(id))
		if err != nil {
			return err
		}
		f(&r)
		return tx.UpdateRun(b.t.Context(), r)
	}))
}
