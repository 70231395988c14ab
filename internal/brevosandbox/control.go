package brevosandbox

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// addControl serves what tests and rehearsals steer the sandbox with. It takes
// no key; it is guarded against other web sites, not against other programs, so
// a sandbox belongs on a loopback address.
func (sb *Sandbox) addControl(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /_sandbox/settings":    func(w http.ResponseWriter, _ *http.Request) { tell(w, sb.Settings()) },
		"PUT /_sandbox/settings":    sb.putSettings,
		"GET /_sandbox/faults":      sb.getFaults,
		"PUT /_sandbox/faults":      sb.putFaults,
		"POST /_sandbox/actions":    sb.postAction,
		"POST /_sandbox/clock":      sb.postClock,
		"GET /_sandbox/requests":    sb.getRequests,
		"DELETE /_sandbox/requests": func(w http.ResponseWriter, _ *http.Request) { sb.ResetRequests(); w.WriteHeader(http.StatusNoContent) },
		"GET /_sandbox/state":       sb.getState,
		"GET /_sandbox/members":     sb.getMembers,
		"GET /_sandbox/contacts":    sb.streamContacts,
	} {
		mux.Handle(pattern, sb.guard(h))
	}
}

// guard refuses requests that other web sites make a browser send: cross-origin
// ones, and those that reach us under a name that is not ours.
func (sb *Sandbox) guard(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sb.knownHost(r.Host) {
			http.Error(w, "this host name is not one of the sandbox: see Config.Hosts", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

func (sb *Sandbox) knownHost(host string) bool {
	if h, _, ok := strings.Cut(host, ":"); ok && !strings.HasPrefix(host, "[") {
		host = h
	} else if ap, err := netip.ParseAddrPort(host); err == nil {
		host = ap.Addr().String()
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost" || slices.Contains(sb.cfg.Hosts, host)
}

func tell(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
}

func refuse(w http.ResponseWriter, err error) {
	failure(http.StatusBadRequest, "refused", err.Error()).write(w)
}

// listen reads a JSON body strictly; false means that it was refused.
func listen(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		refuse(w, err)
		return false
	}
	return true
}

// putSettings changes the settings that the body names and keeps the others.
func (sb *Sandbox) putSettings(w http.ResponseWriter, r *http.Request) {
	s := sb.Settings()
	if !listen(w, r, &s) {
		return
	}
	if err := sb.SetSettings(s); err != nil {
		refuse(w, err)
		return
	}
	tell(w, sb.Settings())
}

type faultsBody struct {
	Seed   uint64  `json:"seed"`
	Faults []Fault `json:"faults"`
}

func (sb *Sandbox) putFaults(w http.ResponseWriter, r *http.Request) {
	var body faultsBody
	if !listen(w, r, &body) {
		return
	}
	if err := sb.SetFaults(body.Seed, body.Faults); err != nil {
		refuse(w, err)
		return
	}
	sb.getFaults(w, r)
}

// getFaults tells the faults with how many calls they saw and struck.
func (sb *Sandbox) getFaults(w http.ResponseWriter, _ *http.Request) {
	sb.faults.mu.Lock()
	defer sb.faults.mu.Unlock()
	tell(w, map[string]any{"seed": sb.faults.seed, "faults": append([]*armed{}, sb.faults.armed...),
		"effects": effects, "actions": Actions(), "calls": Kinds()})
}

func (sb *Sandbox) postAction(w http.ResponseWriter, r *http.Request) {
	var act Action
	if !listen(w, r, &act) {
		return
	}
	out, err := sb.Act(act)
	if err != nil {
		refuse(w, err)
		return
	}
	tell(w, out)
}

func (sb *Sandbox) postClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance Duration `json:"advance"`
	}
	if !listen(w, r, &body) {
		return
	}
	sb.Advance(time.Duration(body.Advance))
	tell(w, map[string]any{"now": sb.now()})
}

func (sb *Sandbox) getRequests(w http.ResponseWriter, _ *http.Request) {
	tell(w, map[string]any{"counts": sb.Requests(), "recent": sb.recentRequests(logKept)})
}

func (sb *Sandbox) getState(w http.ResponseWriter, r *http.Request) {
	st, err := sb.State(r.URL.Query().Get("account"))
	if err != nil {
		refuse(w, err)
		return
	}
	tell(w, st)
}

func (sb *Sandbox) getMembers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	id, _ := strconv.ParseInt(q.Get("list"), 10, 64)
	emails, err := sb.Members(q.Get("account"), id)
	if err != nil {
		refuse(w, err)
		return
	}
	tell(w, map[string]any{"list": id, "count": len(emails), "members": emails})
}

func (sb *Sandbox) streamContacts(w http.ResponseWriter, r *http.Request) {
	org := r.URL.Query().Get("account")
	if sb.accountOf(org) == nil {
		http.Error(w, "the account is not known", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_ = sb.WriteContacts(org, w)
}
