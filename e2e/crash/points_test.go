package crash

import (
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// elsewhere begin the fail-points that other tests kill the program at: e2e/links, e2e/notices, and those of the package export.
var elsewhere = regexp.MustCompile(`^(removal|attach|notify)\.`)

// inCode returns the fail-points that the program has and that are not looked after elsewhere, sorted.
func inCode(t *testing.T) (names []string) {
	t.Helper()
	call := regexp.MustCompile(`FailPoint\("([^"]+)"\)`)
	require.NoError(t, filepath.WalkDir(filepath.Join("..", "..", "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range call.FindAllStringSubmatch(string(b), -1) {
			if !elsewhere.MatchString(m[1]) {
				names = append(names, m[1])
			}
		}
		return err
	}))
	slices.Sort(names)
	return slices.Compact(names)
}

// TestEveryFailPointIsInThePlanAndIsReached holds that the worlds kill the server at every fail-point that the code has, and at none
// that it has not; and that the moves of a world come by every one of them.
func TestEveryFailPointIsInThePlanAndIsReached(t *testing.T) {
	t.Parallel()
	code := inCode(t)
	require.NotEmpty(t, code)
	var plan []string
	for _, p := range slices.Concat(points(), aborts(), reconciles(), givenUps(), refusals(), clears(), removals()) {
		if name, _, _ := strings.Cut(p, ":"); name != "" && name != "*" {
			plan = append(plan, name)
		}
	}
	slices.Sort(plan)
	require.Equal(t, code, slices.Compact(plan), "the fail-points of the code and those of the plan")

	w := &world{rng: rand.New(rand.NewPCG(1, 1)), data: t.TempDir(), files: t.TempDir()}
	w.people = &people{rng: w.rng}
	for range 12 {
		w.people.join()
	}
	w.people.write(t, w.file())
	w.sandbox = rig.StartSandbox(t, "--limits", "off")
	w.start(t, "list")
	w.define(t)
	w.exported(t, -1)
	w.check(t)

	w.people.all = w.people.all[:6] // some leave
	w.people.write(t, w.file())
	w.ingest(t)
	w.exported(t, -1)
	w.check(t)
	w.compared(t)
	w.clearing(t)

	for i := range w.people.all { // all leave: the run is held, and somebody cancels it
		w.people.all[i].tier = "none"
	}
	w.people.write(t, w.file())
	w.ingest(t)
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{})["id"].(string)
	w.until(t, run, func(r rig.Object) bool { return r["status"] == "held" })
	w.server.Must(t, http.MethodPost, "/api/v1/runs/"+run+"/cancel", rig.Object{})
	w.until(t, run, func(r rig.Object) bool { return r["status"] == "canceled" })

	held := newSmallWorld(t, 30, 50*time.Millisecond) // somebody refuses its run
	held.start(t, "list")
	held.define(t)
	held.exported(t, -1)
	held.refused(t)
	held.removed(t)

	given := newSmallWorld(t, 12, 8*time.Second, "--give-up-after", "1s")
	given.start(t, "list")
	given.define(t)
	given.givenUp(t, "list")

	var reached []string
	for _, m := range regexp.MustCompile(`fail-point (\S+)\n`).FindAllStringSubmatch(w.logs()+held.logs()+given.logs(), -1) {
		if !elsewhere.MatchString(m[1]) {
			reached = append(reached, m[1])
		}
	}
	slices.Sort(reached)
	require.Equal(t, code, slices.Compact(reached), "the fail-points of the code and those that were reached")
}
