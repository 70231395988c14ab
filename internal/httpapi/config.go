package httpapi

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"segue/internal/activation"
)

// Prefix is where the API lives; nothing outside it is answered by this package's handler.
const Prefix = "/api/v1"

// Config is what the API needs. Services, Token, IDs and Log are required.
type Config struct {
	// Services are what the operations call.
	Services Services
	// Token is the bearer token of the server's machine, of whoever can read its data folder; at least 32 characters.
	Token string
	// Hosts are names, besides localhost and loopback addresses, that requests may be addressed to, without ports.
	Hosts []string
	// TrustedProxies are the networks whose X-Forwarded-For and X-Forwarded-Proto headers are believed. Defaults to none.
	TrustedProxies []netip.Prefix
	// Pages answers what lies outside Prefix, behind the same guard. Defaults to nothing: all of it is not found.
	Pages http.Handler
	// Version and Commit are those of the program.
	Version, Commit string
	// SourceDirs are the folders of file sources, shown to people. Defaults to none.
	SourceDirs []string
	// DestinationURLs are the base URLs of destinations where a connection names none. Defaults to none.
	DestinationURLs map[activation.DestinationType]string
	// WatchEvery is how often a run that is watched is looked at. Defaults to 500 ms.
	WatchEvery time.Duration
	// Heartbeat is the longest silence of an event stream. Defaults to 15 s.
	Heartbeat time.Duration
	// Clock is what durations in the log are measured by.
	Clock func() time.Time
	// IDs makes ids of requests.
	IDs func() string
	Log *slog.Logger
}

func (c *Config) check() error {
	s := c.Services
	if s.Store == nil || s.Sources == nil || s.Profiles == nil || s.Segments == nil || s.Connections == nil || s.Exports == nil || s.Ledger == nil ||
		s.Access == nil || s.Audit == nil || s.Refresh == nil {
		return fmt.Errorf("httpapi: a service is missing")
	}
	if len(c.Token) < 32 {
		return fmt.Errorf("httpapi: the token is missing or too short")
	}
	if c.IDs == nil || c.Log == nil || c.Clock == nil {
		return fmt.Errorf("httpapi: the configuration is incomplete")
	}
	if c.WatchEvery == 0 {
		c.WatchEvery = 500 * time.Millisecond
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	return nil
}

// api is the state that operations share.
type api struct {
	cfg  Config
	huma huma.API
	// strangers is how much of the audit log people who are not signed in may fill.
	strangers allowance
}

// New returns the handler of everything below Prefix.
func New(cfg Config) (http.Handler, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	newAPI(cfg, mux)
	return guard(cfg, mux), nil
}

// newAPI registers every operation on mux.
func newAPI(cfg Config, mux *http.ServeMux) *api {
	a := &api{cfg: cfg}
	a.huma = humago.New(mux, humaConfig())
	a.huma.UseMiddleware(a.authorize)
	a.systemOperations()
	a.signInOperations()
	a.signOnOperations()
	a.meOperations()
	a.peopleOperations()
	a.auditOperations()
	a.sourceOperations()
	a.uploadOperations()
	a.profileOperations()
	a.unifyOperations()
	a.personOperations()
	a.relationshipOperations()
	a.segmentOperations()
	a.connectionOperations()
	a.accountOperations()
	a.exportOperations()
	a.ownerOperations()
	a.runOperations()
	a.refreshOperations()
	a.noticeOperations()
	a.rowOperations()
	a.sizeOperations()
	a.eventOperations()
	return a
}
