package crash

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// givenUps are the fail-points of giving a process up and of looking after it (S17), and no fail-point at all.
func givenUps() []string {
	return []string{"", "giveup.before-ledger", "giveup.after-ledger", "watch.before-remove", "watch.after-remove"}
}

// refusals are the fail-points of refusing a held run of which refusals were carried out (S26), and no fail-point at all.
func refusals() []string { return []string{"", "refuse.before-ledger", "refuse.after-ledger"} }

// newSmallWorld is a world of n people without faults, at a sandbox whose imports take as long as is said.
func newSmallWorld(t *testing.T, n int, importTakes time.Duration, flags ...string) *world {
	t.Helper()
	w := &world{rng: rand.New(rand.NewPCG(1, 1)), data: t.TempDir(), files: t.TempDir(), flags: flags}
	w.people = &people{rng: w.rng}
	for i := range n {
		w.people.all = append(w.people.all, person{
			id: fmt.Sprintf("P%05d", i), email: fmt.Sprintf("person.%05d@example.com", i), phone: fmt.Sprintf("+38591%07d", 2000000+i), name: fmt.Sprintf("Name %d", i), consent: "yes", tier: "gold",
		})
	}
	w.people.next = len(w.people.all)
	w.people.write(t, w.file())
	w.sandbox = rig.StartSandbox(t, "--limits", "off", "--process-delay", importTakes.String())
	return w
}

// failing prints the story of a world that failed.
func (w *world) failing(t *testing.T) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s\n%s", w.story.String(), w.logs())
		}
	})
}

func TestS17AProcessThatWasGivenUpIsLookedAfterAcrossCrashes(t *testing.T) {
	t.Parallel()
	for _, point := range givenUps() {
		t.Run("at "+point, func(t *testing.T) {
			t.Parallel()
			w := newSmallWorld(t, 12, 8*time.Second, "--give-up-after", "1s")
			w.failing(t)
			w.start(t, point)
			w.define(t)
			w.givenUp(t, point)
			w.check(t)
			if point != "" {
				require.Positive(t, w.crashes, "the server was killed at %s\n%s", point, w.logs())
			}
		})
	}
}

// givenUp gives the import of a run up, lets somebody of it leave before it lands, and holds that they are off the list in the
// end, though it put them on it.
func (w *world) givenUp(t *testing.T, point string) {
	t.Helper()
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{})["id"].(string)
	given := false
	r := w.until(t, run, func(r rig.Object) bool {
		if !given {
			status, _, err := w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/give-up", nil)
			given = err == nil && status < 300 // refused before it was sent, or was sent a second ago
		}
		return r["ended"] == true
	})
	w.tell("given up: %v %v", r["status"], r["error"])
	sum := w.addsUp(t, r)
	require.Equal(t, 12, sum("not_sent"), "nothing of it counts: %v", r["receipt"])

	gone := w.people.all[9:]
	w.people.all = w.people.all[:9]
	w.people.write(t, w.file())
	w.ingest(t)
	w.exported(t, -1) // takes them off before the process that was given up has put them on the list
	require.Eventually(t, func() bool {
		return slices.Contains(w.sandbox.Members(t, list), gone[0].email) || strings.HasPrefix(point, "watch.")
	}, 30*time.Second, 100*time.Millisecond, "the process lands though it was given up")
	w.server.Kill() // the next look would come in ten minutes, or with the next start
	w.start(t, point)
	w.exported(t, -1)
	require.Eventually(t, func() bool { return !slices.Contains(w.sandbox.Members(t, list), gone[0].email) }, 30*time.Second, 100*time.Millisecond,
		"whom nobody wants is taken off again")
}

func TestS26ARefusedRunIsRefusedAcrossCrashes(t *testing.T) {
	t.Parallel()
	for _, point := range refusals() {
		t.Run("at "+point, func(t *testing.T) {
			t.Parallel()
			w := newSmallWorld(t, 30, 50*time.Millisecond) // all of them leave or refuse, and so few are held for that alone
			w.failing(t)
			w.start(t, "")
			w.define(t)
			w.exported(t, -1)
			w.check(t)
			w.server.Kill()
			w.start(t, point)
			w.refused(t)
			if point != "" {
				require.Positive(t, w.crashes, "the server was killed at %s\n%s", point, w.logs())
			}
			w.exported(t, -1)
			w.check(t)
		})
	}
}

// refused lets everybody leave but for one who withdraws consent: the run takes her off and is held, and is refused then.
func (w *world) refused(t *testing.T) {
	t.Helper()
	before := slices.Clone(w.people.all)
	for i := range w.people.all {
		w.people.all[i].tier = "none"
	}
	w.people.all[0].consent = "no"
	w.people.write(t, w.file())
	w.ingest(t)
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{})["id"].(string)
	w.until(t, run, func(r rig.Object) bool { return r["status"] == "held" })
	asked := false
	r := w.until(t, run, func(r rig.Object) bool {
		if !asked {
			status, _, err := w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/refuse", rig.Object{})
			asked = err == nil && (status < 300 || status == http.StatusConflict)
		}
		return r["ended"] == true && r["receipt"] != nil
	})
	require.Equal(t, "canceled", r["status"], "%v", r)
	w.addsUp(t, r)
	members := w.sandbox.Members(t, list)
	require.NotContains(t, members, before[0].email, "S7: who refuses is off the list, whatever becomes of the run")
	require.Contains(t, members, before[1].email, "everybody else stays")
	for i := range w.people.all {
		w.people.all[i].tier = before[i].tier
	}
	w.people.write(t, w.file())
	w.ingest(t)
}
