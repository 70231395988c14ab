package brevosandbox

import (
	"net/http"
	"net/netip"
)

func keyMissing() reply {
	return failure(http.StatusUnauthorized, "unauthorized", "authentication not found in headers")
}

func keyUnknown() reply { return failure(http.StatusUnauthorized, "unauthorized", "Key not found") }

func addressUnknown(addr string) reply {
	return failure(http.StatusUnauthorized, "unauthorized", "We have detected you are using an unrecognised IP address "+addr+
		". If you performed this action make sure to add the new IP address in this link: https://app.brevo.com/security/authorised_ips")
}

// cloudflare1010 is what a client without User-Agent meets before Brevo.
func cloudflare1010() reply {
	return reply{status: http.StatusForbidden, kind: "text/plain; charset=UTF-8", body: []byte("error code: 1010")}
}

// authenticate finds the account of a request, or the answer that refuses it.
func (sb *Sandbox) authenticate(r *http.Request) (*account, *reply) {
	refuse := func(r reply) (*account, *reply) { return nil, &r }
	if r.Header.Get("User-Agent") == "" {
		return refuse(cloudflare1010())
	}
	key := r.Header.Get("api-key")
	if key == "" {
		return refuse(keyMissing())
	}
	a := sb.accountByKey(key)
	if a == nil {
		return refuse(keyUnknown())
	}
	if addr := clientAddr(r); len(a.ips) > 0 && !a.admits(addr) {
		return refuse(addressUnknown(addr.String()))
	}
	return a, nil
}

func clientAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

func (a *account) admits(addr netip.Addr) bool {
	for _, p := range a.ips {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
