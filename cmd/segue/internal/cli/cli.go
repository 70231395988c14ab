package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Terminal is what the command line reads from and writes to.
type Terminal struct {
	In       io.Reader
	Out, Err io.Writer
	// OutIsTerminal says that a person watches Out, InIsTerminal that one can answer on In.
	OutIsTerminal, InIsTerminal bool
	// Width is how many characters fit on a line of Out. Defaults to 80.
	Width int
	// ReadSecret shows a question and reads the answer without showing it. It may be nil, where nobody can be asked.
	ReadSecret func(question string) (string, error)
}

// Config is what the command line needs. Terminal, Env and Now are required.
type Config struct {
	Terminal Terminal
	Programs Programs
	// Env looks an environment variable up, as os.Getenv does.
	Env func(string) string
	Now func() time.Time
	// Zone is the zone that times are shown in. Defaults to UTC.
	Zone            *time.Location
	Version, Commit string
}

// commands is the grammar of the command line.
type commands struct {
	Globals

	Serve        serveCmd        `cmd:"" group:"server" help:"Serve the API and work runs until interrupted."`
	Sandbox      sandboxCmd      `cmd:"" group:"server" help:"Serve a Brevo to rehearse with: everything in memory, nothing reaches anybody."`
	Demo         demoCmd         `cmd:"" group:"server" help:"Show the whole way on made-up customers and a sandbox, then go on serving."`
	Source       sourceCmd       `cmd:"" group:"data" help:"Data sources: where rows come from."`
	Profile      profileCmd      `cmd:"" group:"data" help:"The unified customer profile and the customers in it."`
	Relationship relationshipCmd `cmd:"" group:"data" help:"Relationships: how rows of tables belong to customers."`
	Segment      segmentCmd      `cmd:"" group:"data" help:"Segments: named groups of customers."`
	Connection   connectionCmd   `cmd:"" group:"export" help:"Connections: accounts at Brevo."`
	Export       exportCmd       `cmd:"" group:"export" help:"Exports: which segments go to which list."`
	Run          runCmd          `cmd:"" group:"export" help:"Runs: executions of exports."`
	Refresh      refreshCmd      `cmd:"" group:"export" help:"Refreshes: the pipeline from data sources to exports, on demand and by schedule."`
	Status       statusCmd       `cmd:"" group:"export" help:"How everything stands: every task from data sources to exports."`
	Apply        applyCmd        `cmd:"" group:"server" help:"Make the server as configuration files say: sources, profile, segments, connections, exports, schedules."`
	Config       configCmd       `cmd:"" group:"server" help:"The server's configuration as a file."`
	Notify       notifyCmd       `cmd:"" group:"server" help:"Messages to people: when something failed, is held, waits or is late."`
	Person       personCmd       `cmd:"" group:"server" help:"People: who may sign in."`
	Me           meCmd           `cmd:"" group:"server" help:"Your own account: where you are signed in, and tokens for your programs."`
	Audit        auditCmd        `cmd:"" group:"server" help:"The audit log: what was done, by whom."`
	Version      versionCmd      `cmd:"" group:"other" help:"Show the version of this program and of the server."`
	Completion   completionCmd   `cmd:"" group:"other" help:"Print a script that completes commands in a shell."`
	Complete     completeCmd     `cmd:"" hidden:"" name:"__complete" passthrough:"" help:"List what can come next; used by the scripts of completion."`
}

// Globals are the flags of every command.
type Globals struct {
	Server string `placeholder:"URL" help:"Address of the server. Defaults to SEGUE_SERVER, else to what the data folder says."`
	Token  string `placeholder:"TOKEN" help:"Token of the server. Defaults to SEGUE_TOKEN, else to the one in the data folder."`
	Data   string `placeholder:"DIR" type:"path" help:"The server's data folder. Defaults to SEGUE_DATA, else ./data, else segue in XDG_DATA_HOME."`
	Output string `short:"o" enum:"table,json" default:"table" help:"How to print: table for people, json for programs."`
}

// invocation is one call of the command line; commands get it.
type invocation struct {
	Config
	ctx     context.Context
	globals *Globals
	model   *kong.Application
}

// ended is how kong asks to end after --help.
type ended struct{ code int }

// Run works the command that the arguments name and returns the exit code.
func Run(ctx context.Context, cfg Config, args []string) (code int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case ended:
			code = e.code
		default:
			code = defect(cfg, e)
		}
	}()
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Terminal.Width <= 0 {
		cfg.Terminal.Width = 80
	}
	inv := &invocation{Config: cfg, ctx: ctx}
	k, grammar, err := parser(cfg)
	if err != nil {
		return inv.report(err)
	}
	inv.globals, inv.model = &grammar.Globals, k.Model
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := k.Parse(args)
	if err != nil {
		return inv.report(usage(err))
	}
	return inv.report(kctx.Run(inv))
}

// defect reports a panic. Its words may hold anything, so they and the place are shown only to who asks for them.
func defect(cfg Config, v any) int {
	_, _ = fmt.Fprintln(cfg.Terminal.Err, "segue: a defect of Segue ended the command. SEGUE_DEBUG=1 shows where")
	if cfg.Env("SEGUE_DEBUG") != "" {
		_, _ = fmt.Fprintf(cfg.Terminal.Err, "%v\n%s", v, debug.Stack())
	}
	return exitOther
}

// parser builds the grammar.
func parser(cfg Config) (*kong.Kong, *commands, error) {
	g := &commands{}
	k, err := kong.New(g,
		kong.Name("segue"),
		kong.Description("Keeps Brevo contact lists in step with customer segments."),
		kong.Writers(cfg.Terminal.Out, cfg.Terminal.Err),
		kong.Exit(func(code int) { panic(ended{code}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "server", Title: "Server"}, {Key: "data", Title: "Customers"}, {Key: "export", Title: "Exports"}, {Key: "other", Title: "Other"},
		}),
	)
	return k, g, err
}

// usageError is a command line that is not understood.
type usageError struct {
	message, remedy string
}

// Error implements error.
func (e *usageError) Error() string { return e.message }

// usage turns an error of the parser into one that says where to read on.
func usage(err error) error {
	where := "segue"
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil && p.Context.Selected() != nil {
		where = p.Context.Selected().FullPath()
	} else if p != nil && p.Context != nil {
		where = strings.TrimSpace(p.Context.Model.Name + " " + p.Context.Command())
	}
	return &usageError{message: strings.Replace(err.Error(), `one of "",`, "one of ", 1), remedy: fmt.Sprintf("Read: %s --help", where)}
}

func usagef(format string, args ...any) *usageError {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

func (e *usageError) withRemedy(remedy string) *usageError {
	e.remedy = remedy
	return e
}

// report prints an error as "segue: message. Remedy" and returns the exit code.
func (inv *invocation) report(err error) int {
	if err == nil {
		return exitOK
	}
	message, remedy, more := describe(err)
	if p := (*placedError)(nil); !errors.As(err, &p) { // files have the names of the API
		remedy = flags.Replace(remedy)
	}
	if message != "" {
		line := "segue: " + message
		if remedy != "" && strings.HasSuffix(line, "?") {
			line += " " + remedy
		} else if remedy != "" {
			line = strings.TrimSuffix(line, ".") + ". " + remedy
		}
		_, _ = fmt.Fprintln(inv.Terminal.Err, line)
	}
	for _, m := range more {
		_, _ = fmt.Fprintln(inv.Terminal.Err, "  "+m)
	}
	return exitCode(err)
}
