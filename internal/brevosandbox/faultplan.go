package brevosandbox

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"
)

// faultPlan is what strikes one call.
type faultPlan struct {
	before, after *Fault
	delay         time.Duration
	process       processTwist
	worldBefore   []Action
	worldAfter    []Action
	hits          []string
}

func (p *faultPlan) include(f *armed) {
	p.hits = append(p.hits, f.Name)
	switch f.Effect {
	case "slow":
		p.delay += time.Duration(f.Delay)
	case "process_fail":
		p.process.end, p.process.portion = statusFailed, *f.Portion
	case "process_cancel":
		p.process.end, p.process.portion = statusCancelled, *f.Portion
	case "process_stall":
		p.process.stall, p.process.portion = true, *f.Portion
	case "process_late":
		p.process.extra += time.Duration(f.Delay)
	case "process_overtaken":
		p.process.aside = true
		p.process.extra += time.Duration(f.Delay)
	case "action":
		act := *f.Action
		act.dice = f.rng.Uint64()
		if f.When == "before" {
			p.worldBefore = append(p.worldBefore, act)
		} else {
			p.worldAfter = append(p.worldAfter, act)
		}
	default:
		into := &p.before
		if f.When == "after" {
			into = &p.after
		}
		if *into == nil {
			*into = &f.Fault
		}
	}
}

func (p *faultPlan) names() []string { return p.hits }

// first is the fault that answers a call without effect.
func (p *faultPlan) first() *Fault {
	if p.before != nil {
		return p.before
	}
	return p.after
}

func (f *Fault) reset() bool { return f.Effect == "reset" }

const hugeBody = 64 << 20

// reply is the answer that the fault gives instead of the call's own.
func (f *Fault) reply(r *http.Request) reply {
	switch f.Effect {
	case "key_missing":
		return keyMissing()
	case "key_unknown":
		return keyUnknown()
	case "address_unknown":
		return addressUnknown(clientAddr(r).String())
	case "no_user_agent":
		return cloudflare1010()
	case "too_many":
		out := tooMany()
		out.headers = standing{limited: true, limit: 10, reset: time.Duration(f.Delay)}.headers()
		return out
	case "bad_gateway":
		return html(http.StatusBadGateway, "502 Bad Gateway")
	case "timeout_524":
		return html(524, "524: A timeout occurred")
	case "garbage":
		return html(http.StatusOK, "Maintenance")
	case "huge":
		return jsonReply(http.StatusOK, bytes.Repeat([]byte(" "), hugeBody))
	default:
		return failure(http.StatusInternalServerError, "internal_error", "An internal error occurred")
	}
}

func html(status int, title string) reply {
	return reply{status: status, kind: "text/html; charset=UTF-8",
		body: fmt.Appendf(nil, "<!DOCTYPE html>\n<html><head><title>%s</title></head><body><h1>%s</h1><p>cloudflare</p></body></html>\n", title, title)}
}

// hangUp resets the connection, so that the client sees no end of an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
