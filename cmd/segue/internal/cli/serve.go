package cli

import (
	"context"
	"net/netip"
	"regexp"
	"time"
)

// Programs are what serves; they run until their context ends.
type Programs struct {
	Serve   func(ctx context.Context, o ServeOptions) error
	Sandbox func(ctx context.Context, o SandboxOptions) error
	Demo    func(ctx context.Context, o DemoOptions) error
}

// LogOptions says how a program that serves logs.
type LogOptions struct {
	LogFormat string `enum:"text,json" default:"text" help:"How to write the log: ${enum}."`
	LogLevel  string `enum:"debug,info,warn,error" default:"info" help:"What to log at the least: ${enum}."`
}

// ServeOptions say how a server runs.
type ServeOptions struct {
	LogOptions
	// Data is the data folder.
	Data string `kong:"-"`

	Listen       string         `default:"127.0.0.1:8380" placeholder:"ADDRESS" help:"Address to listen on. One that others can reach asks for an administrator, and for TLS files or a trusted proxy. Defaults to ${default}."`
	TLSCert      string         `name:"tls-cert" type:"path" placeholder:"FILE" help:"PEM file of the server's certificate, with its chain."`
	TLSKey       string         `name:"tls-key" type:"path" placeholder:"FILE" help:"PEM file of the certificate's key."`
	Host         []string       `placeholder:"NAME" help:"Name under which browsers reach the server, such as that of a proxy before it. May be given several times."`
	TrustedProxy []netip.Prefix `placeholder:"NETWORK" help:"Network of a proxy whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.0/8. May be given several times."`
	SourceDir    []string       `type:"path" placeholder:"DIR" help:"Folder that file sources may lie in, besides uploads. May be given several times."`

	SSOIssuer           string   `name:"sso-issuer" placeholder:"URL" help:"Single sign-on: address of the OpenID Connect provider. Without it there is none."`
	SSOClientID         string   `name:"sso-client-id" placeholder:"ID" help:"Single sign-on: client id of Segue at the provider."`
	SSOClientSecretFile string   `name:"sso-client-secret-file" type:"path" placeholder:"FILE" help:"Single sign-on: file with the client secret. Without it SEGUE_SSO_CLIENT_SECRET is used."`
	SSORole             []string `name:"sso-role" sep:"none" placeholder:"GROUP=ROLE" help:"Single sign-on: role of a group's members, such as marketing=contributor. May be given several times; the most powerful role wins."`
	SSOGroupsClaim      string   `name:"sso-groups-claim" default:"groups" placeholder:"CLAIM" help:"Single sign-on: claim that holds a person's groups; dots lead into objects. Defaults to ${default}."`
	SSOScope            []string `name:"sso-scope" default:"profile,email" placeholder:"SCOPE" help:"Single sign-on: scope to ask for besides openid. May be given several times. Defaults to ${default}."`
	SSOName             string   `name:"sso-name" placeholder:"NAME" help:"Single sign-on: what people know the provider as."`
	SSOContact          string   `name:"sso-contact" placeholder:"WHO" help:"Single sign-on: whom somebody without a role is told to ask. Defaults to an administrator."`

	WarehouseMemory string        `default:"512MB" placeholder:"SIZE" help:"Memory of the warehouse's engine. Defaults to ${default}."`
	LedgerMemory    string        `default:"512MB" placeholder:"SIZE" help:"Memory of the ledger's engine. Defaults to ${default}."`
	QueryTime       time.Duration `default:"30s" placeholder:"DURATION" help:"How long the SQL of a segment may take. Defaults to ${default}."`
	QueryRows       int64         `default:"50000000" placeholder:"N" help:"Most rows that the SQL of a segment may give. Defaults to ${default}."`

	BrevoURL  string `default:"https://api.brevo.com/v3" placeholder:"URL" name:"brevo-url" help:"Where connections lead that name no address. Defaults to ${default}."`
	BrevoTier string `default:"general" enum:"general,advanced,extended,off" help:"Rate limits of the Brevo account: ${enum}. With off a sandbox on this machine is not limited; Brevo itself always is."`

	MirrorAge      time.Duration `default:"24h" placeholder:"DURATION" help:"How old what is known of an account's contacts may be when a run plans. Defaults to ${default}."`
	FirstLook      time.Duration `default:"2s" placeholder:"DURATION" help:"Least time before the first look at an import. Defaults to ${default}."`
	LooksPerHour   int           `default:"70" placeholder:"N" help:"Most looks at the imports of an account in an hour; Brevo has 100 calls an hour for them and a few others. Defaults to ${default}."`
	LookGap        time.Duration `default:"1m" placeholder:"DURATION" help:"How far apart two looks are that must show no import before one of unknown outcome is sent again. Defaults to ${default}."`
	ProofTime      time.Duration `default:"10m" placeholder:"DURATION" help:"How long reading back tries before a difference stops a run. Defaults to ${default}."`
	GiveUpAfter    time.Duration `default:"6h" placeholder:"DURATION" help:"How long an import may take before people are told and may give it up. Defaults to ${default}."`
	WebhookPrivate bool          `help:"Let messages be told to webhooks of private networks, and to unencrypted ones."`
	Restored       bool          `help:"Say once, after restoring the data folder from a copy: exports pause until their lists are reconciled."`
	KeepRuns       time.Duration `default:"2160h" placeholder:"DURATION" help:"How long rows of runs are kept, 192h at least, for seven days they are needed. Defaults to ${default}, which is 90 days."`
}

// SandboxOptions say how a sandbox runs.
type SandboxOptions struct {
	Listen       string        `default:"127.0.0.1:8381" placeholder:"ADDRESS" help:"Loopback address to listen on. Defaults to ${default}."`
	Config       string        `type:"path" placeholder:"FILE" help:"JSON file with accounts and settings."`
	Faults       string        `type:"path" placeholder:"FILE" help:"JSON file with faults to make."`
	ProcessDelay time.Duration `placeholder:"DURATION" help:"How long each import takes, such as 2s."`
	PerContact   time.Duration `placeholder:"DURATION" help:"How much longer an import takes for each contact."`
	Limits       string        `default:"" enum:",off,general,advanced,extended" help:"Rate limits: off, general, advanced or extended."`
	Seed         uint64        `placeholder:"N" help:"Number that decides random choices."`
}

// DemoOptions say how the demo runs.
type DemoOptions struct {
	Customers int    `default:"20000" placeholder:"N" help:"How many customers to make up. Defaults to ${default}."`
	Exit      bool   `env:"DEMO_EXIT" help:"End when all was shown, instead of serving on. Also DEMO_EXIT=1."`
	Dir       string `type:"path" default:"demo-data" placeholder:"DIR" help:"Folder for the demo's data; it is emptied first. Defaults to ${default}."`
	Seed      uint64 `default:"1" placeholder:"N" help:"Number that decides who the customers are. Defaults to ${default}."`
	// Terminal says that a person watches.
	Terminal bool `kong:"-"`
	// Command works a command of this command line, as if it had been typed, and returns its exit code: the demo shows
	// what its viewers can do themselves.
	Command func(ctx context.Context, args ...string) int `kong:"-"`
}

type serveCmd struct{ ServeOptions }

// Run works the command.
func (c *serveCmd) Run(inv *invocation) error {
	if inv.Programs.Serve == nil {
		return notBuiltIn("serve")
	}
	o := c.ServeOptions
	if err := checkSize("--warehouse-memory", o.WarehouseMemory); err != nil {
		return err
	}
	if err := checkSize("--ledger-memory", o.LedgerMemory); err != nil {
		return err
	}
	if o.QueryTime <= 0 {
		return usagef("--query-time takes a span of time such as 30s or 2m, not %q", o.QueryTime)
	}
	if o.QueryRows <= 0 || o.QueryRows > maxQueryRows {
		return usagef("--query-rows takes a number of rows from 1 to %d, not %d", int64(maxQueryRows), o.QueryRows)
	}
	o.Data = DataDir(inv.globals.Data, inv.Env)
	return inv.Programs.Serve(inv.ctx, o)
}

// maxQueryRows is more than any disk holds, and can be counted beyond.
const maxQueryRows = 1_000_000_000_000

var memorySize = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?([KMGTkmgt][iI]?)?[bB]$`)

// checkSize refuses what is no size of memory before anything is opened.
func checkSize(flag, size string) error {
	if memorySize.MatchString(size) {
		return nil
	}
	return usagef("%s takes a size such as 512MB or 2GB, not %q", flag, size)
}

type sandboxCmd struct{ SandboxOptions }

// Run works the command.
func (c *sandboxCmd) Run(inv *invocation) error {
	if inv.Programs.Sandbox == nil {
		return notBuiltIn("sandbox")
	}
	return inv.Programs.Sandbox(inv.ctx, c.SandboxOptions)
}

type demoCmd struct{ DemoOptions }

// Run works the command.
func (c *demoCmd) Run(inv *invocation) error {
	if inv.Programs.Demo == nil {
		return notBuiltIn("demo")
	}
	o := c.DemoOptions
	o.Exit = o.Exit || inv.Env("DEMO_EXIT") == "1"
	o.Terminal = inv.Terminal.OutIsTerminal
	o.Command = func(ctx context.Context, args ...string) int { return Run(ctx, inv.Config, args) }
	return inv.Programs.Demo(inv.ctx, o)
}

// notBuiltIn is the error of a program that this build lacks, such as one that is made for clients only.
func notBuiltIn(name string) error { return usagef("segue %s is not part of this build", name) }
