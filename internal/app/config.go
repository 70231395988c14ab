package app

import (
	"log/slog"
	"net"
	"net/netip"
	"time"

	"segue/internal/activation"
)

// Config says how a server runs. The zero value of every field but DataDir has a meaning, see docs/config.md.
type Config struct {
	// DataDir is the data folder; it is made if it is not there. Required.
	DataDir string
	// Listen is the address to listen on. One that others can reach asks for an administrator to be there, and for TLS
	// files or a trusted proxy. Defaults to 127.0.0.1:8380.
	Listen string
	// Listener takes the place of Listen where somebody listens already; it is closed by Run. Defaults to none.
	Listener net.Listener
	// TLSCert and TLSKey are PEM files of the certificate, with its chain, and its key. Default to none: no encryption.
	TLSCert, TLSKey string
	// Hosts are the names, besides localhost and loopback addresses, under which browsers and programs reach the server, such
	// as that of a proxy before it. Defaults to none.
	Hosts []string
	// TrustedProxies are the networks of proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed. Defaults to
	// none.
	TrustedProxies []netip.Prefix
	// SSO says how people sign in by single sign-on. Defaults to not at all.
	SSO SSOConfig
	// SourceDirs are the folders that file sources may lie in, besides uploads. Defaults to none.
	SourceDirs []string
	// WarehouseMemory and LedgerMemory are DuckDB's limits, such as "512MB". Default to 512MB each. With them the
	// server stays below their sum and about 300 MB.
	WarehouseMemory, LedgerMemory string
	// QueryTime is how long the query of a segment may take, QueryRows how many rows it may give. Default to 30 seconds and 50 million.
	QueryTime time.Duration
	QueryRows int64
	// Threads is how many threads each DuckDB file uses. Defaults to the number of processors.
	Threads int
	// BrevoURL is the base URL of connections that name none. Defaults to https://api.brevo.com/v3.
	BrevoURL string
	// BrevoTier is the account's tier of rate limits: general, advanced, extended; or off, which only a sandbox on this
	// machine is: anything else then has the general ones. Defaults to general.
	BrevoTier string
	// MirrorAge, LookGap, FirstLook, ProofTime and GiveUpAfter: see export.Config.
	MirrorAge, LookGap, FirstLook, ProofTime, GiveUpAfter time.Duration
	// Restored says that the data folder was restored from a copy: exports pause until their lists are reconciled. See export.Service.
	Restored bool
	// WebhookPrivate lets messages be told to webhooks of private networks, and to unencrypted ones. Defaults to no.
	WebhookPrivate bool
	// LooksPerHour: see export.Config.
	LooksPerHour int
	// KeepRuns is how long rows of runs are kept. Defaults to 90 days (SEMANTICS S35).
	KeepRuns time.Duration

	Log *slog.Logger
	// Ready is called once the server listens. It may be nil.
	Ready func(Running)
	// FailPoint is for tests that kill the program at numbered moments; nil otherwise.
	FailPoint func(name string)
}

// Running says how to reach a server.
type Running struct {
	URL   string
	Token string
	Data  string
	// SetUp is the one-time link with which the first administrator is made; empty where there is one. It is a secret.
	SetUp string
}

// Version is the version of the program, set when it is built.
type Version struct {
	Version string
	Commit  string
}

func (c *Config) setDefaults() error {
	if c.DataDir == "" {
		return activation.Errorf(activation.CodeInvalid, "the data folder is missing").WithField("data")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.BrevoURL == "" {
		c.BrevoURL = "https://api.brevo.com/v3"
	}
	if c.BrevoTier == "" {
		c.BrevoTier = "general"
	}
	if c.WarehouseMemory == "" {
		c.WarehouseMemory = "512MB"
	}
	if c.LedgerMemory == "" {
		c.LedgerMemory = "512MB"
	}
	if c.QueryTime == 0 {
		c.QueryTime = 30 * time.Second
	}
	if c.QueryRows == 0 {
		c.QueryRows = 50_000_000
	}
	if c.KeepRuns == 0 {
		c.KeepRuns = 90 * 24 * time.Hour
	}
	if c.KeepRuns < leastKept {
		return activation.Errorf(activation.CodeInvalid, "rows of runs are kept for %s at least", leastKept).WithField("keep-runs").
			WithRemedy("For seven days they tell of imports that are in flight yet, and whom runs have removed")
	}
	return nil
}

// leastKept is how long rows of runs are needed whatever is configured: imports that were left in flight are waited for, and removals are
// counted, for seven days (S17, S26).
const leastKept = 8 * 24 * time.Hour
