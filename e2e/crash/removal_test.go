package crash

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// removals are the fail-points of a run that removes an export with its people (S22), and no fail-point at all.
func removals() []string {
	return []string{"", "plan.before-ledger", "remove.after-call", "finish.after", "remove-export.before", "remove-export.after"}
}

func TestS22AnExportIsRemovedWithItsPeopleAcrossCrashes(t *testing.T) {
	t.Parallel()
	for _, point := range removals() {
		t.Run("at "+point, func(t *testing.T) {
			t.Parallel()
			w := newSmallWorld(t, 160, 50*time.Millisecond) // two calls
			w.failing(t)
			w.start(t, "")
			w.define(t)
			w.exported(t, -1)
			w.check(t)
			w.server.Kill()
			w.start(t, point)
			w.removed(t)
			if point != "" {
				require.Positive(t, w.crashes, "the server was killed at %s\n%s", point, w.logs())
			}
		})
	}
}

// removed has the export removed with its people: the run is held, is released, and the export is gone with it.
func (w *world) removed(t *testing.T) {
	t.Helper()
	wanted := w.people.wanted(w.optedOut)
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{"kind": "remove_people"})["id"].(string)
	w.until(t, run, func(r rig.Object) bool { return r["status"] == "held" })
	require.Subset(t, w.sandbox.Members(t, list), []string{w.people.all[1].email}, "nobody leaves before it is released")
	asked := false
	r := w.until(t, run, func(r rig.Object) bool {
		if !asked {
			status, _, err := w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/release", rig.Object{})
			asked = err == nil && (status < 300 || status == http.StatusConflict)
		}
		return r["ended"] == true
	})
	require.Equal(t, "successful", r["status"], "%v", r)
	sum := w.addsUp(t, r)
	require.Equal(t, []int{0, len(wanted), len(wanted)}, []int{sum("members"), sum("leavers"), sum("removed")})
	expected := append([]string{guest}, w.optedOut...)
	slices.Sort(expected)
	require.Equal(t, slices.Compact(expected), w.sandbox.Members(t, list), "who was there before stays (S19)")
	require.Eventually(t, func() bool { // the server may be about to die once more
		if w.server.Ended(0) {
			w.crashes++
			w.start(t, "")
		}
		status, _, err := w.server.Call(t.Context(), http.MethodGet, "/api/v1/exports/"+w.export, nil)
		return err == nil && status == http.StatusNotFound
	}, time.Minute, 30*time.Millisecond)
	w.until(t, run, func(r rig.Object) bool { return r["status"] == "successful" && r["receipt"] != nil })
}
