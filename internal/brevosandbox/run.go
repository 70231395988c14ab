package brevosandbox

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// bell holds the notifyUrls of processes that ended, until Run calls them.
type bell struct {
	mu      sync.Mutex
	pending []string
}

const bellKept = 1000

// notify notes a notifyUrl to call. It is called with an account locked.
func (sb *Sandbox) notify(address string) {
	sb.bell.mu.Lock()
	defer sb.bell.mu.Unlock()
	if len(sb.bell.pending) < bellKept {
		sb.bell.pending = append(sb.bell.pending, address)
	}
}

func (sb *Sandbox) takeNotes() []string {
	sb.bell.mu.Lock()
	defer sb.bell.mu.Unlock()
	out := sb.bell.pending
	sb.bell.pending = nil
	return out
}

const tick = 250 * time.Millisecond

// Run brings processes up to the present four times a second and calls the
// notifyUrls of those that ended: a POST without body, once, to loopback
// addresses only. It returns nil when ctx ends.
func (sb *Sandbox) Run(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		sb.Advance(0)
		for _, address := range sb.takeNotes() {
			ring(ctx, client, address)
		}
	}
}

// ring calls a notifyUrl; how the other side takes it does not matter.
func ring(ctx context.Context, client *http.Client, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !loopback(u.Hostname()) {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return
	}
	if resp, err := client.Do(req); err == nil {
		_ = resp.Body.Close()
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
