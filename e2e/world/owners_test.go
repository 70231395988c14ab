package world

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

// keptByAnother reports whether another export keeps the address on the list (S20).
func (m *model) keptByAnother(at place) bool {
	for q, st := range m.standings {
		if q.list == at.list && q.addr == at.addr && q.export != at.export && st.ownership == "kept" {
			return true
		}
	}
	return false
}

// removal finds what becomes of whom the export owns when it is removed with its people (S22), or of whom it keeps (S20).
func (m *model) removal(e *exportDef, kept bool) (leavers []leaver) {
	for at, st := range m.standings {
		mine := st.ownership == "owned" || st.ownership == "there_before"
		if kept {
			mine = st.ownership == "kept"
		}
		if at.export != e.id || !mine {
			continue
		}
		l := leaver{place: at, bucket: "removed", was: st.ownership}
		switch {
		case m.before[at]:
			l.bucket, l.was = "kept", "there_before"
		case m.owned(at):
			l.bucket = "still_wanted"
		case m.keptByAnother(at):
			l.bucket, l.was = "kept", "by another"
		}
		leavers = append(leavers, l)
	}
	return leavers
}

// removalHeld reports whether the brake holds a removal: always one of all whom the export owns, and of the kept if they are too many of
// all whom it owns or keeps (S26).
func (m *model) removalHeld(e *exportDef, leavers []leaver, kept bool) bool {
	removals, leaving, untouched, acked, recent := 0, 0, 0, 0, 0
	for _, l := range leavers {
		acked := m.standings[l.place].acked
		switch {
		case l.bucket != "removed" && acked:
			untouched++ // she stays whatever is decided
		case l.bucket == "removed":
			removals++
			if acked {
				leaving++
			}
		}
	}
	if removals == 0 || !kept {
		return removals > 0
	}
	for at, st := range m.standings {
		if at.export == e.id && st.acked && (st.ownership == "owned" || st.ownership == "there_before" || st.ownership == "kept") {
			acked++
		}
	}
	for _, r := range m.removals[e.id] {
		if m.day-r.day < 7 {
			recent += r.people
		}
	}
	return leaving == acked-untouched || (removals+recent >= brakeRemoveLeast && float64(removals+recent) > brakeRemoveShare*float64(acked+recent))
}

// carryOutRemoval does what a removal does.
func (m *model) carryOutRemoval(e *exportDef, leavers []leaver) (x expectation) {
	for _, l := range leavers {
		x.leavers++
		x.add(l.bucket)
		switch {
		case l.bucket == "removed":
			m.takeOff(l.place, false)
		case l.was == "by another":
			delete(m.standings, l.place)
		default:
			m.settleLeaver(l)
		}
	}
	if x.removed > 0 {
		m.removals[e.id] = append(m.removals[e.id], removal{m.day, x.removed})
	}
	return x
}

// adopt gives the export whom exports that are gone left behind on its list (S20).
func (m *model) adopt(e *exportDef) (a activation.Adoption) {
	before, kept, left := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for at, st := range m.standings {
		if at.list == e.list && st.ownership == "orphaned" {
			left[at.addr] = true
			before[at.addr] = before[at.addr] || m.before[at]
			kept[at.addr] = kept[at.addr] || st.kept
			delete(m.standings, at)
		}
	}
	for addr := range left {
		at := place{e.id, e.list, addr}
		if m.standings[at] != nil {
			a.Known++
			continue
		}
		m.standings[at] = &standing{ownership: "owned"}
		switch {
		case before[addr] || m.before[at]:
			m.standings[at].ownership, m.before[at] = "there_before", true
			a.ThereBefore++
		case kept[addr]:
			m.standings[at].ownership = "kept"
			a.Kept++
		default:
			a.Owned++
		}
	}
	return a
}

// keeps reports whether the export keeps anybody (S20).
func (m *model) keeps(e *exportDef) bool {
	for at, st := range m.standings {
		if at.export == e.id && st.ownership == "kept" {
			return true
		}
	}
	return false
}

// removal draws how the removal of an export's people, or of its kept ones, goes, and holds that it goes so.
func (h *history) removal(e *exportDef, kept bool) {
	m, r := h.model, h.rig
	kind := activation.RunRemovePeople
	if kept {
		kind = activation.RunRemoveKept
	}
	r.crash = rapid.SampledFrom([]string{
		"", "", "plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle", "finish.before", "finish.after",
		"remove-export.before", "remove-export.after",
	}).Draw(h.T, "killed at")
	if kept && !m.keeps(e) {
		_, _, err := r.Exports.Start(context.Background(), r.ids[e.id], kind, "world", "")
		require.Equal(r.t, activation.CodeConflict, activation.CodeOf(err), "there is nobody to remove")
		r.crash = ""
		return
	}
	leavers := m.removal(e, kept)
	run := r.Drive(r.Start(r.ids[e.id], kind).ID)
	if held := run.Status == activation.StatusHeld; held != m.removalHeld(e, leavers, kept) {
		h.Fatalf("the removal of %s is %s\n%s", e.id, run.Status, m.describe())
	}
	if run.Status == activation.StatusHeld {
		switch rapid.SampledFrom([]string{"release", "release", "refuse", "cancel"}).Draw(h.T, "held") {
		case "refuse":
			r.refuse(run.ID)
			r.crash = ""
			return
		case "cancel":
			r.cancel(run.ID)
			run = r.end(r.Drive(run.ID))
			h.ended(run, activation.StatusCanceled, "")
			h.same("the receipt of what was stopped", expectation{leavers: len(leavers), notRemoved: len(leavers)}, receipt(run))
			return
		}
		run = r.Drive(r.Release(run.ID).ID)
	}
	run = r.end(run)
	h.ended(run, activation.StatusSuccessful, "")
	h.same("the receipt of the removal of "+e.id, m.carryOutRemoval(e, leavers), receipt(run))
	if !kept {
		m.orphan(e)
		_, err := r.Exports.Get(context.Background(), r.ids[e.id])
		require.Equal(r.t, activation.CodeNotFound, activation.CodeOf(err))
	}
	h.compare()
}

// adopt adopts whoever was left behind on the export's list.
func (h *history) adopt(e *exportDef) {
	m, r := h.model, h.rig
	want := m.adopt(e)
	got, err := r.Exports.Adopt(context.Background(), r.ids[e.id], "sim")
	require.NoError(r.t, err)
	got.List, got.By, got.At = 0, "", time.Time{}
	if got != want {
		h.Fatalf("adopted by %s: %+v, not %+v\n%s", e.id, got, want, m.describe())
	}
}

// backByHand reports whether somebody whom Segue took off the list is on it: what became of her cannot be seen when the list goes.
func (m *model) backByHand(list int64) bool {
	for at := range m.taken {
		if at.list == list && m.lists[list][at.addr] {
			return true
		}
	}
	return false
}
