package world

import (
	"context"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
)

// adrift is an import that was given up: it may still do what it was sent for (S17).
type adrift struct {
	list    int64
	process int64
	rows    []sending
	// worn are the identifiers that its people had when it was given up: it may give them to them yet (S10).
	worn map[identifier]map[string]bool
}

func (a *adrift) has(addr string, id identifier) bool { return a != nil && a.worn[id][addr] }

// sentAdrift is a row of an import that is given up: it was sent, and that is all that is known.
func (m *model) sentAdrift(e *exportDef, s sending) {
	m.sent(e, s)
	m.holding(s, false)
	m.unknown[s.addr] = true
}

// setAdrift remembers an import that was given up.
func (m *model) setAdrift(e *exportDef, p *plan, process int64) {
	m.adrift = &adrift{list: e.list, process: process, rows: p.send, worn: map[identifier]map[string]bool{}}
	for id, owners := range m.belongs {
		for _, s := range p.send {
			if !owners[s.addr] {
				continue
			}
			if m.adrift.worn[id] == nil {
				m.adrift.worn[id] = map[string]bool{}
			}
			m.adrift.worn[id][s.addr] = true
		}
	}
}

// land lets an import that was given up do what it was sent for, and Segue look after it: whom nobody wants there is taken off again,
// and everybody else is sent again, on every list.
func (m *model) land() {
	a := m.adrift
	m.adrift = nil
	for _, s := range a.rows {
		if !m.untaken[s.addr] {
			m.store(m.contact(s.addr), s)
			m.lists[a.list][s.addr] = true
		}
		wanted := false
		for at, st := range m.standings {
			if at.addr != s.addr {
				continue
			}
			wanted = wanted || at.list == a.list
			if st.acked {
				st.values = "?"
			}
		}
		if !wanted {
			delete(m.lists[a.list], s.addr)
		}
	}
}

// giveUp lets the import of a run stall, has somebody give it up, and holds what becomes of the run.
func (h *history) giveUp(e *exportDef, p *plan) {
	m, r := h.model, h.rig
	none := 0.0
	require.NoError(r.t, r.Sandbox.SetFaults(1, []brevosandbox.Fault{{Effect: "process_stall", Calls: []string{"import"}, Times: 1, When: "after", Portion: &none}}))
	run := r.DriveFor(r.Start(r.ids[e.id], activation.RunReal).ID, 6*time.Hour+10*time.Minute)
	require.Equal(r.t, activation.StatusWaiting, run.Status, "S17: a process is never presumed dead: %s", run.Error)
	require.NoError(r.t, r.Sandbox.SetFaults(1, nil))
	_, err := r.Exports.GiveUp(context.Background(), run.ID, "world")
	require.NoError(r.t, err)
	run = r.end(r.Drive(run.ID))
	there, err := r.Sandbox.State("")
	require.NoError(r.t, err)
	i := slices.IndexFunc(there.Processes, func(p brevosandbox.ProcessState) bool { return p.Stalled && p.Status != "completed" })
	require.GreaterOrEqual(r.t, i, 0)
	want := m.carryOut(e, p, givenUp)
	m.setAdrift(e, p, there.Processes[i].ID)
	status := activation.StatusSuccessful // if everybody was sent under the name of somebody who is no member, no member is without an outcome
	if want.rejected+want.notSent+want.notRemoved > 0 {
		status = activation.StatusWithRejects
	}
	h.ended(run, status, "")
	h.same("the receipt of a run whose import was given up by "+e.id, want, receipt(run))
	if !r.parallel {
		if h.changes() {
			h.changePeople()
			r.refresh(m.people)
		}
		h.land() // nothing else is imported before
	}
}

// land lets what was given up end at Brevo.
func (h *history) land() {
	m, r := h.model, h.rig
	if m.adrift == nil {
		return
	}
	r.act(brevosandbox.Action{Do: "release_process", Process: m.adrift.process})
	r.Clock.Advance(time.Hour)
	if m.lost[0] && m.lost[1] { // without an export user nobody looks (S29)
		require.NoError(r.t, r.Exports.LookAfterGivenUp(context.Background()))
		m.lost[0] = false
		r.exportUser(0, true)
	}
	require.NoError(r.t, r.Exports.LookAfterGivenUp(context.Background()))
	m.land()
	h.compare()
}
