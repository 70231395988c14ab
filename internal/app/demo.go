package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"segue/internal/activation"
	"segue/internal/sampledata"
)

// DemoConfig says what the demo shows. All but Terminal, Exit and Log are required.
type DemoConfig struct {
	// Dir is where the demo keeps its files. It is emptied first, if an earlier demo made it; another folder that is not
	// empty is refused.
	Dir       string
	Customers int
	Seed      uint64
	// Exit says to end when all was shown, instead of serving on.
	Exit bool
	// Program is the program to start as the sandbox: this one.
	Program string
	// Command works a command of the command line, as if it had been typed, and returns its exit code.
	Command func(ctx context.Context, args ...string) int
	Out     io.Writer
	// Server is how the demo's server runs; where it listens, its data and its sources are set by the demo.
	Server  Config
	Version Version
}

// demo is one showing.
type demo struct {
	DemoConfig
	dir      string // absolute
	shown    string // as people type it
	sandbox  *sandboxProcess
	step     int
	started  time.Time
	files    string
	customer sampledata.Config
	// passwords are the lines that tell who signs in with which one.
	passwords []string
}

// Demo shows the whole way: customers become profiles, profiles segments, segments a list at a Brevo sandbox; then some
// customers change, and only what changed is sent. It returns nil when ctx ends.
func Demo(ctx context.Context, c DemoConfig) error {
	d := &demo{DemoConfig: c, shown: c.Dir, started: time.Now()}
	if err := d.prepare(); err != nil {
		return err
	}
	err := d.run(ctx)
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		d.say("\nThe demo has ended. Its files are in %s.", d.shown)
		return nil
	}
	return err
}

const demoMark = ".segue-demo"

// prepare empties the folder, if it is the demo's.
func (d *demo) prepare() error {
	abs, err := filepath.Abs(d.Dir)
	if err != nil {
		return err
	}
	d.dir = abs
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, abs); err == nil && !strings.HasPrefix(rel, "..") {
			d.shown = rel
		}
	}
	entries, err := os.ReadDir(abs)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return folderError(abs, err)
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(abs, demoMark)); err != nil {
			return activation.Errorf(activation.CodeConflict, "the folder %s is not empty and was not made by a demo", d.shown).
				WithRemedy("Choose another one with --dir")
		}
		if err := os.RemoveAll(abs); err != nil {
			return folderError(abs, err)
		}
	}
	d.files = filepath.Join(abs, "files")
	if err := os.MkdirAll(d.files, 0o700); err != nil {
		return folderError(abs, err)
	}
	return os.WriteFile(filepath.Join(abs, demoMark), []byte("A folder of `segue demo`; the next demo empties it.\n"), 0o600)
}

// run starts everything, shows the way, and serves on.
func (d *demo) run(ctx context.Context) (err error) {
	if d.sandbox, err = d.startSandbox(ctx); err != nil {
		return err
	}
	defer d.sandbox.stop()
	logs, err := os.OpenFile(filepath.Join(d.dir, "segue.log"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return folderError(d.dir, err)
	}
	defer func() { _ = logs.Close() }()
	ready := make(chan Running, 1)
	cfg := d.Server
	cfg.DataDir, cfg.SourceDirs = filepath.Join(d.dir, "segue"), []string{d.files}
	if cfg.Listener, err = listen(defaultListen); err != nil {
		return err
	}
	cfg.Log, cfg.Ready = demoLogger(logs), func(r Running) { ready <- r }
	serving, stop := context.WithCancel(ctx)
	defer stop()
	g, serving := errgroup.WithContext(serving)
	g.Go(func() error { return Serve(serving, cfg, d.Version) })
	g.Go(func() error { return d.sandbox.wait(serving) })
	g.Go(func() error {
		select {
		case r := <-ready:
			err := d.show(serving, r)
			if d.Exit || err != nil {
				stop()
			}
			return err
		case <-serving.Done():
			return nil
		}
	})
	return g.Wait()
}

// show walks the way, each step by the command that people would type.
func (d *demo) show(ctx context.Context, r Running) error {
	for _, part := range []func(context.Context, Running) error{d.people, d.customers, d.segments, d.connect, d.firstRun, d.secondRun, d.result} {
		if err := part(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// heading begins a part.
func (d *demo) heading(text string) {
	d.step++
	d.say("\n%d. %s\n", d.step, text)
}

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.Out, format+"\n", args...) }

// command types a command: it is printed, then worked.
func (d *demo) command(ctx context.Context, args ...string) error {
	d.say("$ segue %s", typed(args))
	code := d.Command(ctx, append([]string{"--data", filepath.Join(d.dir, "segue")}, args...)...)
	if err := ctx.Err(); err != nil {
		return err
	}
	if code != 0 {
		return activation.Errorf(activation.CodeInternal, "the demo stopped: segue %s ended with the code %d", args[0], code).
			WithRemedy("The server's log is " + filepath.Join(d.shown, "segue.log"))
	}
	return nil
}

// typed is how a person types the arguments in a shell.
func typed(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = a
		if a == "" || strings.ContainsAny(a, " '\"<>()*?$&|;\\") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// listen listens on the address, or on a port that the system chooses where it is taken.
func listen(address string) (net.Listener, error) {
	l, err := listenLoopback(address, "")
	if activation.CodeOf(err) == activation.CodeUnavailable {
		return listenLoopback("127.0.0.1:0", "")
	}
	return l, err
}
