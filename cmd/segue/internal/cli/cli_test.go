package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/client"
	"segue/cmd/segue/internal/where"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

func TestEveryCodeHasAnExitCode(t *testing.T) {
	t.Parallel()
	seen := map[activation.Code]int{}
	for _, e := range exits() {
		require.NotEmpty(t, e.meaning)
		for _, c := range e.codes {
			seen[c]++
		}
	}
	for _, c := range wire.Codes() {
		require.Equal(t, 1, seen[c], "%s has one exit code", c)
	}
	require.Len(t, seen, len(wire.Codes()))
}

func TestErrorsEndWithTheirCode(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		exitOK: nil, exitOther: errors.New("x"), exitUsage: usagef("x"), exitNotFound: &client.Error{Code: "not_found"},
		exitConflict: fmt.Errorf("wrapped: %w", &client.Error{Code: "in_use"}), exitInvalid: activation.Errorf(activation.CodeInvalid, "x"),
		exitForbidden: &client.Error{Code: "unauthenticated"}, exitUnavailable: activation.Errorf(activation.CodeLocked, "x"),
		exitHeld: &runError{exitHeld}, exitInterrupted: context.Canceled,
	} {
		require.Equal(t, want, exitCode(err), "%v", err)
	}
	require.Equal(t, exitOther, exitCode(&client.Error{Code: "a code of the future"}))
}

func TestErrorsArePrintedWithTheirRemedy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "segue: the token is not valid, or has expired. "+tokenRemedy+"\n",
		b.fails(exitForbidden, "source", "list", "--token", "another-token-of-another-server"))
	require.Equal(t, `segue: unexpected argument rum, did you mean "run"? Read: segue --help`+"\n", b.fails(exitUsage, "rum"))
	require.Contains(t, b.fails(exitUsage, "run", "start"), `expected "<name>". Read: segue run start --help`)
	require.Contains(t, b.fails(exitUsage, "source", "list", "--colour"), "unknown flag --colour. Read: segue source list --help")
	require.Contains(t, b.fails(exitUsage, "source", "list", "-o", "yaml"), "must be one of")
	require.Contains(t, b.fails(exitUsage, "run", "rows", "r", "--bucket", "rejects"), `must be one of "added","updated",`, "nothing is no choice")
	var inv invocation
	var errs strings.Builder
	inv.Terminal.Err = &errs
	require.Equal(t, exitInvalid, inv.report(&client.Error{Code: "invalid", Field: "a", Message: "is missing", Errors: []client.FieldError{{Field: "a", Message: "is missing"}, {Field: "b", Message: "is missing"}}}))
	require.Equal(t, "segue: a: is missing\n  b: is missing\n", errs.String())
}

func TestRefusalsNameTheFlagsThatTheyAreAbout(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"body.mapping.attributes[2].field": "--map", "segment_ids[1]": "--segment", "database.tls": "--tls", "columns.born.format": "--column born.format",
		"rules[0].rule.field": "rules[0].rule.field", "": "",
	} {
		require.Equal(t, want, flagOf(field))
	}
	tls := &client.Error{Code: "source_refused", Field: "database.tls", Message: "it has none", Remedy: "Or set tls to off if the database is on this machine"}
	var inv invocation
	var errs strings.Builder
	inv.Terminal.Err = &errs
	inv.report(tls)
	require.Equal(t, "segue: --tls: it has none. Or give --tls off if the database is on this machine\n", errs.String())
	errs.Reset()
	inv.report(&placedError{err: tls, what: "create source"})
	require.Equal(t, "segue: create source: database.tls: it has none. Or set tls to off if the database is on this machine\n", errs.String(), "files have the names of the API")
}

func TestServerIsFoundByFlagVariableOrFolder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.ok("version"), "Server  1.2.3\n", "by the folder")
	r := b.bare("version", "--server", b.url, "--token", testToken)
	require.Contains(t, r.out, "Server  1.2.3\n", "by flags")
	b.env["SEGUE_SERVER"], b.env["SEGUE_TOKEN"] = b.url, testToken
	require.Contains(t, b.bare("version").out, "Server  1.2.3\n", "by variables")
	b.env = map[string]string{"SEGUE_DATA": b.data}
	require.Contains(t, b.bare("version").out, "Server  1.2.3\n", "by the folder's variable")
	b.env = map[string]string{"SEGUE_DATA": t.TempDir()}
	require.Equal(t, "segue   1.2.3\nCommit  abc\nServer  none answers\n", b.bare("version").out, "none is no error")
	r = b.bare("source", "list")
	require.Equal(t, exitUnavailable, r.code)
	require.Contains(t, r.err, "the server's address is not known. Start one with segue serve")
	r = b.bare("source", "list", "--server", b.url)
	require.Contains(t, r.err, "the server's token is not known")
	r = b.bare("source", "list", "--server", "127.0.0.1:1", "--token", testToken)
	require.Equal(t, exitUnavailable, r.code)
	require.Contains(t, r.err, "no server answers at 127.0.0.1:1. Is segue serve running?")
}

func TestDataFolderIsChosen(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "segue"), 0o700))
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	require.Equal(t, "given", DataDir("given", env(map[string]string{"SEGUE_DATA": "env"})))
	require.Equal(t, "env", DataDir("", env(map[string]string{"SEGUE_DATA": "env", "XDG_DATA_HOME": home})))
	require.Equal(t, filepath.Join(home, "segue"), DataDir("", env(map[string]string{"XDG_DATA_HOME": home})))
	require.Equal(t, "data", DataDir("", env(map[string]string{"XDG_DATA_HOME": t.TempDir()})))
	require.Equal(t, "data", DataDir("", env(map[string]string{"HOME": t.TempDir()})))
}

func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	for _, r := range activation.Reasons() {
		require.NotContains(t, reasonWord(r), "_")
		if strings.HasPrefix(r, "email_") || strings.HasPrefix(r, "phone_") {
			require.NotEmpty(t, reasonWords()[r], r)
		}
	}
	for _, c := range activation.HoldCodes() {
		require.NotContains(t, holdWords(client.HoldReason{Code: client.HoldReasonCode(c)}), c)
	}
	require.Equal(t, "30 no consent, 10 canceled, 2 a new reason", reasonList(map[string]int64{"canceled": 10, "no_consent": 30, "a_new_reason": 2, "erased": 0}))
}

func TestEveryStatusHasTheWordsOfTheProduct(t *testing.T) {
	t.Parallel()
	for _, s := range wire.RunStatus("").Schema(nil).Enum {
		require.NotEqual(t, s, statusWord(s.(string)))
	}
	require.Equal(t, "new", statusWord("new"))
}

func TestHoldsAreExplained(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"removes_share": "300 of 1,000 people would leave the list", "removes_all": "all 1,000 people would leave the list",
		"grows": "the list would grow from 1,000 to 300 people", "updates_share": "300 of 1,000 people would be updated though nothing was redefined",
		"other": "other: 300 of 1,000",
	} {
		require.Equal(t, want, holdWords(client.HoldReason{Code: client.HoldReasonCode(code), Count: 300, Of: 1000}))
	}
}

func TestDurationsAreRough(t *testing.T) {
	t.Parallel()
	for s, want := range map[int64]string{0: "1 second", 1: "1 second", 59: "59 seconds", 60: "1 minute", 95: "2 minutes", 3600: "1 h 00 min", 5460: "1 h 31 min"} {
		require.Equal(t, want, duration(s))
	}
}

func TestProgressDrawsABarOnATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &progress{w: &out, terminal: true, width: 60}
	p.show(client.Run{Status: client.RunStatusQueued})
	require.Equal(t, "\r\x1b[KQueued", out.String())
	out.Reset()
	p.show(client.Run{Status: client.RunStatusRunning, Step: client.RunStepSend, Progress: client.Progress{Imports: 1000, ImportsDone: 500}})
	line := strings.TrimPrefix(out.String(), "\r\x1b[K")
	require.Equal(t, "Sending            "+strings.Repeat("█", 10)+strings.Repeat("░", 10)+" 500 of 1,000 people", line)
	require.LessOrEqual(t, len([]rune(line)), 60, "a line that wraps cannot be drawn anew")
	out.Reset()
	p.done()
	p.done()
	require.Equal(t, "\r\x1b[K", out.String(), "it is taken away once")
	require.Empty(t, bar(1, 2, 3), "no room, no bar")
	require.Equal(t, "████", bar(9, 2, 4), "never longer than it is")
}

func TestJSONIsForPrograms(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	for _, args := range [][]string{{"source", "list"}, {"source", "show", "customers"}, {"profile", "show"}, {"segment", "list"}, {"connection", "list"}, {"export", "list"}, {"run", "list"}, {"version"}} {
		out := b.ok(append(args, "-o", "json")...)
		require.True(t, json.Valid([]byte(out)), out)
	}
	require.JSONEq(t, `{"items":[]}`, b.ok("run", "list", "-o", "json"))
}

func TestHelpNamesEveryCommandGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, r := range []result{b.bare(), b.bare("--help")} {
		require.Equal(t, 0, r.code)
		for _, group := range []string{"serve", "sandbox", "demo", "source", "profile", "segment", "connection", "export", "run", "version", "completion"} {
			require.Contains(t, r.out, "\n  "+group+" ")
		}
		require.NotContains(t, r.out, "__complete")
	}
}

func TestProgramsGetTheirFlags(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var serve ServeOptions
	var sandbox SandboxOptions
	var demo DemoOptions
	b.programs = Programs{
		Serve:   func(_ context.Context, o ServeOptions) error { serve = o; return nil },
		Sandbox: func(_ context.Context, o SandboxOptions) error { sandbox = o; return nil },
		Demo:    func(_ context.Context, o DemoOptions) error { demo = o; return nil },
	}
	b.ok("serve", "--source-dir", "/a", "--source-dir", "/b", "--log-format", "json")
	require.Equal(t, "127.0.0.1:8380", serve.Listen)
	require.Equal(t, b.data, serve.Data)
	require.Equal(t, []string{"/a", "/b"}, serve.SourceDir)
	require.Equal(t, 30*time.Second, serve.QueryTime)
	require.EqualValues(t, 50_000_000, serve.QueryRows)
	require.Equal(t, LogOptions{LogFormat: "json", LogLevel: "info"}, serve.LogOptions)
	b.ok("sandbox", "--process-delay", "2s", "--limits", "off", "--seed", "7")
	require.Equal(t, "127.0.0.1:8381", sandbox.Listen)
	require.Equal(t, 2*time.Second, sandbox.ProcessDelay)
	b.env["DEMO_EXIT"] = "1"
	b.ok("demo", "--customers", "500")
	require.True(t, demo.Exit)
	require.Equal(t, 500, demo.Customers)
	b.programs.Demo = func(ctx context.Context, o DemoOptions) error {
		require.Zero(t, o.Command(ctx, "--data", b.data, "version"))
		require.Equal(t, exitNotFound, o.Command(ctx, "--data", b.data, "run", "show", "none"))
		return nil
	}
	r := b.run("demo")
	require.Contains(t, r.out, "Server  1.2.3\n", "the demo types commands")
	b.programs.Serve = func(context.Context, ServeOptions) error {
		return activation.Errorf(activation.CodeLocked, "the data folder is in use").WithRemedy("Is segue already running?")
	}
	require.Equal(t, "segue: the data folder is in use. Is segue already running?\n", b.fails(exitUnavailable, "serve"))
}

func TestASizeOfMemoryIsASize(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.programs.Serve = func(context.Context, ServeOptions) error { return nil }
	for _, flag := range []string{"--warehouse-memory", "--ledger-memory"} {
		for _, size := range []string{"512MB", "1.5GiB", "2 GB", "800mb", "1000000B"} {
			b.ok("serve", flag, size)
		}
		for _, size := range []string{"lots", "512", "MB", "-1GB", "80%", "1GB; DROP"} {
			require.Contains(t, b.fails(exitUsage, "serve", flag+"="+size), flag+" takes a size such as 512MB or 2GB, not")
		}
	}
}

func TestBoundsOfQueriesAreMoreThanNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.programs.Serve = func(context.Context, ServeOptions) error { return nil }
	b.ok("serve", "--query-time", "1s", "--query-rows", "1")
	for flag, values := range map[string][]string{"--query-time": {"0s", "-1s", "30"}, "--query-rows": {"0", "-1", "many", "9223372036854775807"}} {
		for _, v := range values {
			require.Contains(t, b.fails(exitUsage, "serve", flag+"="+v), flag)
		}
	}
}

func TestLanguageOfRulesIsDescribed(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"in the last", "starts with", "between", "anniversary", "is empty", "not ("} {
		require.Contains(t, where.Help, word)
	}
}

func TestBuildsWithoutAProgramSaySo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, name := range []string{"serve", "sandbox", "demo"} {
		require.Contains(t, b.fails(exitUsage, name), "segue "+name+" is not part of this build")
	}
}

func TestQuestionsCanBeInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	inv := &invocation{ctx: ctx}
	cancel()
	_, err := inv.unlessInterrupted(func() (string, error) {
		<-release
		return "", nil
	})
	require.Equal(t, exitInterrupted, exitCode(err))
	text, err := (&invocation{ctx: t.Context()}).unlessInterrupted(func() (string, error) { return "typed", nil })
	require.NoError(t, err)
	require.Equal(t, "typed", text)
}

func TestNoMoreIsAskedForThanIsShown(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 500, *pageSize(0))
	require.EqualValues(t, 20, *pageSize(20))
	require.EqualValues(t, 500, *pageSize(10_000))
}

func TestDefectsShowNoStackUnlessAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.programs.Serve = func(context.Context, ServeOptions) error { panic("ana@example.com") }
	require.Equal(t, "segue: a defect of Segue ended the command. SEGUE_DEBUG=1 shows where\n", b.fails(exitOther, "serve"))
	b.env["SEGUE_DEBUG"] = "1"
	require.Contains(t, b.run("serve").err, "goroutine")
}
