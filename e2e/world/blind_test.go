package world

import (
	"context"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

// changes draws whether people change.
func (h *history) changes() bool { return rapid.Bool().Draw(h.T, "changes meanwhile") }

// unused holds that without an export user nothing runs over a connection, and that a run under way stops before its next batch (S29).
func (h *history) unused(e *exportDef) {
	m, r := h.model, h.rig
	if m.lost[e.over] {
		_, _, err := r.Exports.Start(context.Background(), r.ids[e.id], activation.RunReal, "world", "")
		require.Equal(r.t, activation.CodeNeedsExportUser, activation.CodeOf(err))
		h.used(e)
		return
	}
	if h.impossible(e) != "" || m.off[e.over] {
		return
	}
	p := m.plan(e, true)
	if len(p.held) > 0 || m.released[e.id] || !p.calls() {
		h.unread = false
		r.end(r.Drive(h.dry(e)))
		return
	}
	h.unread = false
	r.lose = func() { r.exportUser(e.over, false) }
	r.at = "plan.after-ledger"
	run := r.end(r.Drive(r.Start(r.ids[e.id], activation.RunReal).ID))
	r.at = ""
	r.exportUser(e.over, true)
	h.ended(run, activation.StatusFailed, activation.CodeNeedsExportUser)
	h.same("the receipt of a run that lost its export user, "+e.id, m.carryOut(e, p, nothing), receipt(run))
	h.compare()
}

// used gives the connection of the export an export user again, if it has none.
func (h *history) used(e *exportDef) {
	if h.model.lost[e.over] {
		h.model.lost[e.over] = false
		h.rig.exportUser(e.over, true)
	}
}

// dry starts a dry run.
func (h *history) dry(e *exportDef) activation.RunID {
	return h.rig.Start(h.rig.ids[e.id], activation.RunDry).ID
}

// risky reports whether a run that does not look at the account would send somebody who opted out there unseen, or what another contact
// has there unseen.
func (m *model) risky(p *plan) bool {
	for _, s := range p.send {
		if c := m.contacts[s.addr]; c != nil && c.blocklisted {
			return true
		}
		for _, l := range m.unsubscribed {
			if l[s.addr] {
				return true
			}
		}
		for name, v := range s.values {
			if !attributeNamed(name).identifier {
				continue
			}
			for _, other := range m.nameless {
				if other == (identifier{name, v}) {
					return true
				}
			}
			for addr, c := range m.contacts {
				if addr != s.addr && c.values[name] == v {
					return true
				}
			}
		}
	}
	return false
}
