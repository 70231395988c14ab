package httpapi

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Names of the cookies. Those of https begin with __Host-, which no other host can set.
const (
	sessionCookie = "segue_session"
	deviceCookie  = "segue_device"
	signOnCookie  = "segue_sso"
	hostPrefix    = "__Host-"
)

// cookie returns the value of a cookie by the name that newCookie gives it. Over https the other name does not count: a page of a
// neighbouring host can set it, and would sign somebody in as another.
func (c Config) cookie(r *http.Request, name string) string {
	if c.secure(r) {
		name = hostPrefix + name
	}
	if k, err := r.Cookie(name); err == nil {
		return k.Value
	}
	return ""
}

// newCookie makes a cookie that scripts cannot read and other sites cannot make the browser send along with a change.
// age is in seconds; negative deletes it.
func newCookie(name, value string, secure bool, age int) *http.Cookie {
	if secure {
		name = hostPrefix + name
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode} //nolint:gosec // secure wherever HTTPS is
}

// from is the network address that a request came from: the connection's, or what a trusted proxy says. Of several
// hops the last one counts that is no trusted proxy, since everything before it was said by a stranger.
func (c Config) from(r *http.Request) string {
	at := remote(r.RemoteAddr)
	if !c.trusts(at) {
		return at
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		ip, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return at
		}
		at = ip.Unmap().String()
		if !c.trusts(at) {
			return at
		}
	}
	return at
}

// secure reports whether the browser's connection is encrypted: to this server, or to a trusted proxy that says so.
func (c Config) secure(r *http.Request) bool {
	return r.TLS != nil || (c.trusts(remote(r.RemoteAddr)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https"))
}

// trusts reports whether an address is that of a trusted proxy.
func (c Config) trusts(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// remote is the address of a connection without its port.
func remote(hostPort string) string {
	a, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return ""
	}
	return a.Addr().Unmap().WithZone("").String()
}
