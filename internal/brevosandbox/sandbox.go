package brevosandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Sandbox is a running stand-in for Brevo. It is safe for concurrent use.
type Sandbox struct {
	cfg      Config
	accounts []*account
	keys     sync.Map // API key -> *account
	current  atomic.Pointer[Settings]
	offset   atomic.Int64 // nanoseconds that the clock was advanced by hand
	handler  http.Handler
	faults   faultBook
	log      requestLog
	bell     bell
}

// New checks the Config and builds a sandbox. It does no I/O and starts nothing.
func New(cfg Config) (*Sandbox, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	sb := &Sandbox{cfg: cfg}
	sb.current.Store(&cfg.Settings)
	now := sb.now()
	for _, c := range cfg.Accounts {
		a := newAccount(sb, c, now)
		for _, at := range c.Attributes {
			if err := a.seedAttribute(at); err != nil {
				return nil, err
			}
		}
		sb.accounts = append(sb.accounts, a)
	}
	if err := sb.SetFaults(cfg.Seed, cfg.Faults); err != nil {
		return nil, err
	}
	sb.handler = sb.routes()
	return sb, nil
}

// Handler serves the API under /v3, reports, the control API under /_sandbox/
// and the page.
func (sb *Sandbox) Handler() http.Handler { return sb.handler }

// now is the time in the sandbox: the clock plus what it was advanced by.
func (sb *Sandbox) now() time.Time {
	return sb.cfg.Clock().UTC().Add(time.Duration(sb.offset.Load()))
}

// Now is the time in the sandbox.
func (sb *Sandbox) Now() time.Time { return sb.now() }

// Advance moves the sandbox's time forward, so that processes get on and limits
// reset without anybody waiting. Negative durations do nothing.
func (sb *Sandbox) Advance(d time.Duration) {
	if d > 0 {
		sb.offset.Add(int64(d))
	}
	for _, a := range sb.accounts {
		a.mu.Lock()
		a.advance(sb.now())
		a.mu.Unlock()
	}
}

func (sb *Sandbox) settings() *Settings { return sb.current.Load() }

func (sb *Sandbox) lag() time.Duration { return time.Duration(sb.settings().ListCountLag) }

// Settings gives the settings in force.
func (sb *Sandbox) Settings() Settings { return *sb.settings() }

// SetSettings replaces the settings; empty fields get their defaults. Processes
// that are under way go on under the new ones. The tier of accounts that have
// one of their own stays.
func (sb *Sandbox) SetSettings(s Settings) error {
	s, err := s.withDefaults()
	if err != nil {
		return err
	}
	sb.current.Store(&s)
	return nil
}

// accountOf finds an account by organization_id; empty means the first.
func (sb *Sandbox) accountOf(org string) *account {
	if org == "" {
		return sb.accounts[0]
	}
	i := slices.IndexFunc(sb.accounts, func(a *account) bool { return a.cfg.OrganizationID == org })
	if i < 0 {
		return nil
	}
	return sb.accounts[i]
}

// accountByKey finds the account that an API key opens.
func (sb *Sandbox) accountByKey(key string) *account {
	v, _ := sb.keys.Load(key)
	a, _ := v.(*account)
	return a
}

func randomToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func sleepTimer(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
