// Command segue keeps Brevo contact lists in step with customer segments: it serves the API, works runs, and is the command
// line by which people use both. It parses nothing and decides nothing itself; that is done in internal/cli and by the server.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"segue/cmd/segue/internal/cli"
)

// version and commit are set when the program is built.
var (
	version = "dev"
	commit  = ""
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // a second signal ends the program at once
	signal.Ignore(syscall.SIGXFSZ) // a limit of file sizes is an error of the write, as a full disk is, and no end
	terminal, restore := terminal()
	code := cli.Run(ctx, cli.Config{
		Terminal: terminal,
		Programs: programs(),
		Env:      os.Getenv,
		Now:      time.Now,
		Zone:     time.Local,
		Version:  version,
		Commit:   commit,
	}, os.Args[1:])
	restore()
	os.Exit(code)
}

// terminal is where the program was started from. Restore undoes what an interrupted question left behind.
func terminal() (t cli.Terminal, restore func()) {
	in := int(os.Stdin.Fd())
	t = cli.Terminal{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InIsTerminal: term.IsTerminal(in), OutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
	}
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		t.Width = width
	}
	before, err := term.GetState(in)
	if err != nil {
		return t, func() {}
	}
	t.ReadSecret = func(question string) (string, error) {
		_, _ = io.WriteString(os.Stderr, question)
		b, err := term.ReadPassword(in)
		_, _ = io.WriteString(os.Stderr, "\n")
		return string(b), err
	}
	return t, func() { _ = term.Restore(in, before) }
}
