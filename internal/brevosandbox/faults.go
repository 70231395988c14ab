package brevosandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Fault is trouble on request. It counts the calls that match it and strikes
// those that From, Times, Nth and Probability select; all choices come from the
// seed, so the same calls in the same order meet the same trouble.
type Fault struct {
	// Name stands in the request log. Defaults to the effect.
	Name string `json:"name,omitempty"`
	// Account is the organization_id it is limited to. Defaults to every account.
	Account string `json:"account,omitempty"`
	// Calls are the kinds of calls it is about, see Kinds. Defaults to every call
	// of the API; "download" (reports and exports) has to be named.
	Calls []string `json:"calls,omitempty"`

	// Nth are the matching calls that it strikes, counted from 1. Defaults to all.
	Nth []int `json:"nth,omitempty"`
	// From is the first matching call that it may strike. Defaults to 1.
	From int `json:"from,omitempty"`
	// Times is how often it strikes at most. Defaults to no limit.
	Times int `json:"times,omitempty"`
	// Probability of striking a call that the above select. Defaults to 1.
	Probability float64 `json:"probability,omitempty"`

	// Effect is what happens, one of Effects.
	Effect string `json:"effect"`
	// When is before or after the call has had its effect. Defaults to before.
	// What refuses a call (401, 403, 429) is always before.
	When string `json:"when,omitempty"`
	// Delay of slow, process_late and process_overtaken. Defaults to 30 s.
	Delay Duration `json:"delay,omitempty"`
	// Portion of the rows that a process applies before it fails, is cancelled or
	// stalls, 0 to 1. Defaults to 0.5.
	Portion *float64 `json:"portion,omitempty"`
	// Action is what the effect "action" does to the account. A list of 0 in it
	// means the list that the call is about.
	Action *Action `json:"action,omitempty"`
}

// Effects are all effects of faults, with what they do.
var effects = map[string]string{
	"key_missing":       "401 authentication not found in headers",
	"key_unknown":       "401 Key not found",
	"address_unknown":   "401 unrecognised IP address",
	"no_user_agent":     "403 with the text error code: 1010",
	"too_many":          "429 without Retry-After, reset in x-sib-ratelimit-reset",
	"error_500":         "500 with a JSON body",
	"bad_gateway":       "502 with an HTML body",
	"timeout_524":       "524 with an HTML body",
	"reset":             "the connection is reset without an answer",
	"garbage":           "200 with an HTML body",
	"huge":              "200 with 64 MiB of JSON white space",
	"slow":              "the answer takes Delay",
	"process_fail":      "the process applies Portion of its rows and fails",
	"process_cancel":    "the process applies Portion of its rows and is cancelled",
	"process_stall":     "the process applies Portion of its rows and never ends until released",
	"process_late":      "the process takes Delay longer, and so do those behind it",
	"process_overtaken": "the process takes Delay longer and later ones overtake it",
	"action":            "Action changes the account",
}

// Effects are the names of all effects of faults.
func Effects() []string { return sortedKeys(effects) }

// Kinds are the names of all kinds of calls.
func Kinds() []string {
	out := []string{"download"}
	for _, r := range apiRoutes() {
		out = append(out, r.kind)
	}
	slices.Sort(out)
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

var alwaysBefore = []string{"key_missing", "key_unknown", "address_unknown", "no_user_agent", "too_many"}

func (f Fault) withDefaults() (Fault, error) {
	if _, ok := effects[f.Effect]; !ok {
		return f, fmt.Errorf("sandbox: fault effect %q is not known", f.Effect)
	}
	if f.When == "" || slices.Contains(alwaysBefore, f.Effect) {
		f.When = "before"
	}
	if f.When != "before" && f.When != "after" {
		return f, fmt.Errorf("sandbox: fault %s: when %q is neither before nor after", f.Effect, f.When)
	}
	for _, k := range f.Calls {
		if !slices.Contains(Kinds(), k) {
			return f, fmt.Errorf("sandbox: fault %s: calls of kind %q are not known", f.Effect, k)
		}
	}
	if f.Effect == "action" {
		if f.Action == nil {
			return f, fmt.Errorf("sandbox: fault action: the action is missing")
		}
		if err := f.Action.check(); err != nil {
			return f, err
		}
	}
	if f.Probability < 0 || f.Probability > 1 || f.Times < 0 || f.From < 0 {
		return f, fmt.Errorf("sandbox: fault %s: probability, times or from is out of range", f.Effect)
	}
	if f.Portion != nil && (*f.Portion < 0 || *f.Portion > 1) {
		return f, fmt.Errorf("sandbox: fault %s: portion is not between 0 and 1", f.Effect)
	}
	if f.Portion == nil {
		half := 0.5
		f.Portion = &half
	}
	if f.Probability == 0 {
		f.Probability = 1
	}
	if f.Name == "" {
		f.Name = f.Effect
	}
	if f.Delay == 0 {
		f.Delay = Duration(30 * time.Second)
	}
	return f, nil
}

// armed is a fault with its count.
type armed struct {
	Fault
	Seen  int `json:"seen"`
	Fired int `json:"fired"`
	rng   *rand.Rand
}

type faultBook struct {
	mu    sync.Mutex
	seed  uint64
	armed []*armed
}

// SetFaults replaces all faults and starts their counts and dice anew.
func (sb *Sandbox) SetFaults(seed uint64, faults []Fault) error {
	var all []*armed
	for i, f := range faults {
		f, err := f.withDefaults()
		if err != nil {
			return err
		}
		if f.Account != "" && sb.accountOf(f.Account) == nil {
			return fmt.Errorf("sandbox: fault %s: account %q is not known", f.Name, f.Account)
		}
		all = append(all, &armed{Fault: f, rng: rand.New(rand.NewPCG(seed, uint64(i)+1))})
	}
	sb.faults.mu.Lock()
	defer sb.faults.mu.Unlock()
	sb.faults.seed, sb.faults.armed = seed, all
	return nil
}

func (f *armed) strikes(kind, org string) bool {
	if f.Account != "" && f.Account != org {
		return false
	}
	if len(f.Calls) == 0 && kind == "download" || len(f.Calls) > 0 && !slices.Contains(f.Calls, kind) {
		return false
	}
	f.Seen++
	if f.Seen < f.From || f.Times > 0 && f.Fired >= f.Times || len(f.Nth) > 0 && !slices.Contains(f.Nth, f.Seen) {
		return false
	}
	if f.Probability < 1 && f.rng.Float64() >= f.Probability {
		return false
	}
	f.Fired++
	return true
}

// plan decides which faults strike a call. Of several that answer it the first
// one wins; the others count as fired all the same.
func (b *faultBook) plan(kind, org string) faultPlan {
	b.mu.Lock()
	defer b.mu.Unlock()
	var p faultPlan
	for _, f := range b.armed {
		if f.strikes(kind, org) {
			p.include(f)
		}
	}
	return p
}
