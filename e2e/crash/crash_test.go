package crash

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

const (
	sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"
	guest      = "guest@example.net" // on the list before, put there by hand
	list       = 1
	defaultRun = 30
)

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	require.NoError(t, err, "%s is not a number", name)
	return n
}

// TestS12S30RunsFinishAfterAnyCrash kills the server again and again. SEGUE_CHAOS_RUNS says how many worlds there are,
// SEGUE_CHAOS_SEED which one is the first: a world that fails is printed with its seed and is the same again.
func TestS12S30RunsFinishAfterAnyCrash(t *testing.T) {
	t.Parallel()
	first := number(t, "SEGUE_CHAOS_SEED", 1)
	for i := range number(t, "SEGUE_CHAOS_RUNS", defaultRun) {
		seed := first + i
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("again: SEGUE_CHAOS_SEED=%d SEGUE_CHAOS_RUNS=1 go test ./e2e/crash\n%s\n%s", seed, w.story.String(), w.logs())
				}
			})
			w.live(t)
		})
	}
}

// world is one server, one sandbox and one history.
type world struct {
	rng      *rand.Rand
	seed     int
	people   *people
	optedOut []string
	conn     string
	sandbox  *rig.Sandbox
	server   *rig.Server
	data     string
	files    string
	source   string
	export   string
	broken   bool // the run before was canceled
	crashes  int
	shared   bool               // two addresses have had the household's phone on every day
	flags    []string           // of the server, besides those of all worlds
	earlier  []string           // what servers that are gone had printed
	lists    []int64            // those that the export has gone to after the first
	others   map[int64][]string // whom other integrations have put on them
	story    strings.Builder
}

func newWorld(t *testing.T, seed int) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(seed), 20261124))
	w := &world{rng: rng, seed: seed, data: t.TempDir(), files: t.TempDir()}
	n, note := 20+rng.IntN(80), ""
	switch seed % 6 {
	case 2: // several imports
		n, note = 900+rng.IntN(300), strings.Repeat("long text ", 2200)
	case 4: // several removals
		n = 1500 + rng.IntN(500)
	}
	w.people = newPeople(rng, n, note)
	w.people.write(t, w.file())
	w.shared = w.people.sharing() > 1
	for _, x := range w.people.all[:min(3, len(w.people.all))] {
		if strings.Contains(x.email, "@") {
			w.optedOut = append(w.optedOut, strings.ToLower(x.email))
		}
	}
	w.sandbox = rig.StartSandbox(t, "--limits", "off", "--seed", strconv.Itoa(seed), "--process-delay", fmt.Sprintf("%dms", 50+rng.IntN(300)))
	return w
}

func (w *world) file() string { return filepath.Join(w.files, "people.csv") }

func (w *world) tell(format string, args ...any) { fmt.Fprintf(&w.story, format+"\n", args...) }

func (w *world) logs() string {
	return strings.Join(w.earlier, "\n--- killed ---\n") + w.server.Output()
}

// start starts the server; with a fail-point it will kill itself there.
func (w *world) start(t *testing.T, failPoint string) {
	t.Helper()
	if w.server != nil {
		w.earlier = append(w.earlier, w.server.Output())
	}
	w.tell("start, fail-point %q", failPoint)
	flags := append([]string{"--source-dir", w.files, "--brevo-tier", "off", "--looks-per-hour", "100000", "--first-look", "100ms", "--look-gap", "1s", "--mirror-age", "1ms"}, w.flags...)
	w.server = rig.StartServer(t, w.data, []string{"SEGUE_FAILPOINT=" + failPoint}, flags...)
}

// live is the history: everything is defined, everybody is exported, people change and are exported again; meanwhile
// the server dies.
func (w *world) live(t *testing.T) {
	t.Helper()
	all := points()
	w.start(t, all[w.seed%len(all)])
	w.define(t)
	w.trouble(t)
	w.exported(t, -1)
	w.check(t)
	if w.seed%3 == 0 {
		w.reconciled(t)
		w.exported(t, -1)
		w.check(t)
	}

	if w.seed%5 == 1 {
		w.emptied(t)
	}
	for range 1 + w.rng.IntN(2) {
		w.people.change()
		w.shared = w.shared && w.people.sharing() > 1
		w.people.write(t, w.file())
		if w.rng.IntN(2) == 0 { // dies at a fail-point again, else at a random moment
			w.server.Kill()
			w.start(t, all[w.rng.IntN(len(all))])
		}
		w.ingest(t)
		w.trouble(t)
		if w.rng.IntN(3) == 0 {
			w.canceled(t)
		}
		if w.rng.IntN(3) == 0 {
			w.reconciled(t)
		}
		if w.seed%5 == 2 {
			w.moves(t)
		}
		w.exported(t, time.Duration(w.rng.IntN(1200))*time.Millisecond)
		w.check(t)
	}
}

// ingest takes the people over and builds their profiles.
func (w *world) ingest(t *testing.T) {
	t.Helper()
	w.server.Must(t, http.MethodPost, "/api/v1/sources/"+w.source+"/ingest?force=true", rig.Object{})
	w.server.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
}

// canceled starts a run, cancels it at some moment, kills the server on the way of stopping in most worlds, and holds that
// the run ends by itself and says what became of everybody; the next run puts the list right.
func (w *world) canceled(t *testing.T) {
	t.Helper()
	if point := aborts()[w.rng.IntN(len(aborts()))]; point != "" {
		w.server.Kill()
		w.start(t, point)
	}
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{})["id"].(string)
	moment := time.Duration(w.rng.IntN(600)) * time.Millisecond
	w.tell("canceled after %s", moment)
	w.server.Ended(moment)
	asked := false
	for until := time.Now().Add(30*time.Second + w.patience()); ; w.server.Ended(30 * time.Millisecond) {
		require.True(t, time.Now().Before(until), "a canceled run does not end by itself\n%s", w.server.Output())
		if w.server.Ended(0) {
			require.True(t, w.server.Killed(), "the server ended by itself:\n%s", w.server.Output())
			w.crashes++
			w.start(t, "")
			until = time.Now().Add(30*time.Second + w.patience())
		}
		if !asked {
			status, _, err := w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/cancel", rig.Object{})
			asked = err == nil && (status < 300 || status == http.StatusConflict) // or it has ended already
		}
		status, r, err := w.server.Call(t.Context(), http.MethodGet, "/api/v1/runs/"+run, nil)
		if err != nil {
			continue // it is about to die
		}
		require.Equal(t, http.StatusOK, status, "the run is known after every crash")
		if r["ended"] != true {
			continue
		}
		w.tell("ended %v %v", r["status"], r["error"])
		require.Contains(t, []any{"canceled", "successful", "successful_with_rejects"}, r["status"], "%v", r)
		w.broken = r["status"] == "canceled"
		if r["receipt"] != nil { // one that was not planned yet has none
			w.addsUp(t, r)
		}
		return
	}
}

// define makes source, profile, segment, connection, list and export, and what others did in the account before.
func (w *world) define(t *testing.T) {
	t.Helper()
	id := func(path string, body rig.Object) string {
		return w.server.Must(t, http.MethodPost, path, body)["id"].(string)
	}
	w.source = id("/api/v1/sources", rig.Object{"name": "People", "path": "people.csv"})
	w.server.Must(t, http.MethodPost, "/api/v1/sources/"+w.source+"/ingest", rig.Object{})
	var fields []rig.Object
	for _, f := range [][2]string{{"email", "email"}, {"phone", "phone"}, {"name", "first_name"}, {"consent", "consent"}, {"tier", ""}, {"note", ""}} {
		o := rig.Object{"name": f[0], "column": f[0], "type": "text"}
		if f[1] != "" {
			o["semantic"] = f[1]
		}
		fields = append(fields, o)
	}
	w.server.Must(t, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": w.source, "key": "id", "fields": fields, "version": 0})
	w.server.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	segment := id("/api/v1/segments", rig.Object{"name": "Gold", "rules": []rig.Object{{"rule": rig.Object{"field": "tier", "operator": "equals", "values": []string{"gold"}}}}})
	w.conn = id("/api/v1/connections", rig.Object{"name": "Sandbox", "base_url": w.sandbox.URL + "/v3", "api_key": sandboxKey, "agree": true})
	w.server.Must(t, http.MethodPost, "/api/v1/connections/"+w.conn+"/lists", rig.Object{"name": "Gold"})
	w.server.Must(t, http.MethodPost, "/api/v1/connections/"+w.conn+"/attributes", rig.Object{"name": "NOTE", "type": "text"})
	w.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": "add_by_hand", "list": list, "emails": append([]string{guest}, w.optedOut...)})
	w.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": "block_email", "emails": w.optedOut})
	w.export = id("/api/v1/exports", rig.Object{
		"name": "Gold", "connection_id": w.conn, "list_id": list, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "email", "attributes": []rig.Object{{"attribute": "FIRSTNAME", "field": "name"}, {"attribute": "SMS", "field": "phone"}, {"attribute": "NOTE", "field": "note"}}},
	})
}

// trouble sets the faults of the next run, in half of the worlds.
func (w *world) trouble(t *testing.T) {
	t.Helper()
	faults := []rig.Object{}
	if w.seed%2 == 1 {
		faults, _ = troubles(w.rng)
	}
	w.tell("faults %v", faults)
	w.sandbox.Control(t, http.MethodPut, "faults", rig.Object{"seed": w.seed, "faults": faults})
}

// exported runs the export to its end, through every crash. With kill at least 0 the server is killed that long after
// the start of the run, if it still lives.
func (w *world) exported(t *testing.T, kill time.Duration) {
	t.Helper()
	w.sandbox.Control(t, http.MethodDelete, "requests", nil)
	w.broken = false // what a canceled one left is put right
	crashes := w.crashes
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{})["id"].(string)
	if kill >= 0 {
		if !w.server.Ended(kill) {
			w.tell("killed after %s", kill)
			w.server.Kill()
		}
	}
	for until := time.Now().Add(90 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		if w.server.Ended(0) {
			require.True(t, w.server.Killed(), "the server ended by itself:\n%s", w.server.Output())
			w.crashes++
			again := ""
			if w.rng.IntN(4) == 0 {
				again = points()[w.rng.IntN(len(points()))]
			}
			w.start(t, again)
			until = time.Now().Add(30*time.Second + w.patience())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		status, r, err := w.server.Call(ctx, http.MethodGet, "/api/v1/runs/"+run, nil)
		cancel()
		if err != nil {
			continue // it is about to die
		}
		require.Equal(t, http.StatusOK, status, "the run is known after every crash")
		if r["status"] == "held" {
			w.tell("released")
			_, _, _ = w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/release", rig.Object{})
		}
		if r["ended"] == true {
			w.tell("ended %v %v", r["status"], r["error"])
			require.Contains(t, []any{"successful", "successful_with_rejects"}, r["status"], "%v", r)
			w.receipt(t, r)
			w.sendings(t, r, w.crashes > crashes)
			return
		}
		require.True(t, time.Now().Before(until), "the run does not finish by itself: %v\n%s", r, w.server.Output())
	}
}

// patience is what Brevo may take on top: waits that its faults cause.
func (w *world) patience() time.Duration {
	if w.seed%2 == 1 {
		return 60 * time.Second
	}
	return 0
}

// receipt holds that the receipt adds up and that everybody has an outcome (S11).
func (w *world) receipt(t *testing.T, run rig.Object) {
	t.Helper()
	sum := w.addsUp(t, run)
	require.Zero(t, sum("not_sent")+sum("not_removed"), "everybody has an outcome: %v", run["receipt"])
}

// addsUp holds that the receipt adds up.
func (w *world) addsUp(t *testing.T, run rig.Object) func(names ...string) int {
	t.Helper()
	c, ok := run["receipt"].(rig.Object)
	require.True(t, ok, "%v", run)
	sum := func(names ...string) (n int) {
		for _, name := range names {
			v, ok := c[name].(float64)
			require.True(t, ok, "%s in %v", name, c)
			n += int(v)
		}
		return n
	}
	require.Equal(t, sum("members"), sum("added", "updated", "unchanged", "rejected", "duplicates", "not_sent"), "members add up: %v", c)
	require.Equal(t, sum("leavers"), sum("removed", "kept", "still_wanted", "not_removed"), "leavers add up: %v", c)
	return sum
}

// sendings holds that without faults nobody is imported who need not be, and nobody twice but for a crash: the sandbox saw as
// many rows as there were people to add or to update, and as many again as batches were sent again.
func (w *world) sendings(t *testing.T, run rig.Object, crashed bool) {
	t.Helper()
	if w.seed%2 == 1 {
		return
	}
	again, rows, most := 0, 0, 0
	for _, i := range w.server.Must(t, http.MethodGet, "/api/v1/runs/"+run["id"].(string)+"/batches", nil)["items"].([]any) {
		b := i.(rig.Object)
		n := int(b["attempts"].(float64)) - 1
		again += n
		if b["kind"] == "import" {
			rows += int(b["rows"].(float64))
			most += (n + 1) * int(b["rows"].(float64))
		}
	}
	require.LessOrEqual(t, again, w.crashes, "batches are sent again for a crash only")
	c := run["receipt"].(rig.Object)
	counted, got := int(c["added"].(float64)+c["updated"].(float64)), w.importedRows(t)
	require.GreaterOrEqual(t, rows, counted, "everybody who counts as imported is in a batch")
	require.LessOrEqual(t, rows, counted+w.people.outside(), "nobody is in a batch who need not be")
	require.GreaterOrEqual(t, got, rows, "every batch was sent")
	require.LessOrEqual(t, got, most, "no batch was sent more often than is known")
	if !crashed {
		require.Equal(t, rows, got, "without a crash everybody is imported once")
	}
}

// importedRows is how many rows the sandbox was sent since its log was cleared.
func (w *world) importedRows(t *testing.T) int {
	t.Helper()
	kinds, ok := w.sandbox.Control(t, http.MethodGet, "requests", nil)["counts"].(rig.Object)
	require.True(t, ok)
	if kinds["import"] == nil {
		return 0
	}
	return int(kinds["import"].(rig.Object)["rows"].(float64))
}

// reconciled lets somebody take people off the list by hand, reads the list back through a crash in most worlds, and holds that
// exactly those are missing and nobody of ours is extra; then a person decides that they are sent again, through a crash as
// well (S23). The next run puts the list right.
func (w *world) reconciled(t *testing.T) {
	t.Helper()
	point := reconciles()[w.seed/3%len(reconciles())]
	w.server.Kill()
	w.start(t, point)
	w.compared(t)
	if point != "" {
		require.Contains(t, w.logs(), "fail-point reached: "+point)
	}
}

// compared is reconciled with the server that is there.
func (w *world) compared(t *testing.T) {
	t.Helper()
	w.sandbox.Control(t, http.MethodPut, "faults", rig.Object{"faults": []any{}})
	var gone []string
	for _, a := range w.sandbox.Members(t, w.list()) {
		if _, ours := w.people.wanted(w.optedOut)[a]; ours && len(gone) < 3 {
			gone = append(gone, a)
		}
	}
	w.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": "remove_by_hand", "list": w.list(), "emails": gone})
	w.tell("reconciled without %v", gone)
	run := w.server.Must(t, http.MethodPost, "/api/v1/exports/"+w.export+"/runs", rig.Object{"kind": "reconcile"})["id"].(string)
	r := w.until(t, run, func(r rig.Object) bool { return r["ended"] == true })
	require.Equal(t, "successful", r["status"], "%v", r)
	found := r["reconciliation"].(rig.Object)
	missing, extra := w.found(t, run, "missing"), found["extra"].(rig.Object)
	require.Subset(t, missing, gone, "%v", found)
	require.Zero(t, extra["profile"], "%v", found)
	if !w.broken {
		require.EqualValues(t, len(gone), found["missing"], "%v", found)
		require.Zero(t, extra["sent"], "%v", found)
	}
	// A run that was canceled leaves what it had under way to the next one: removals of people who left, and imports that nobody
	// acknowledged. Nobody else is in doubt.
	wanted := w.people.wanted(w.optedOut)
	for _, a := range missing {
		_, ours := wanted[a]
		require.True(t, !ours || slices.Contains(gone, a), "somebody who is wanted and was not taken off is missing: %v", found)
	}
	for _, a := range w.found(t, run, "extra") {
		_, ours := wanted[a]
		require.True(t, ours, "somebody who is not wanted was sent: %v", found)
	}
	choice := rig.Object{"missing": "resend"}
	r = w.until(t, run, func(r rig.Object) bool {
		status, _, err := w.server.Call(t.Context(), http.MethodPost, "/api/v1/runs/"+run+"/decisions", choice)
		require.True(t, err != nil || status == http.StatusOK, "HTTP %d", status) // the same again changes nothing
		return err == nil
	})
	r = w.until(t, r["id"].(string), func(r rig.Object) bool { return r["reconciliation"].(rig.Object)["decision"] != nil })
	require.Equal(t, "resend", r["reconciliation"].(rig.Object)["decision"].(rig.Object)["missing"])
}

// found lists the addresses of one bucket of a reconciliation; of people never sent none is kept.
func (w *world) found(t *testing.T, run, bucket string) (list []string) {
	t.Helper()
	for after := ""; ; {
		page := w.server.Must(t, http.MethodGet, "/api/v1/runs/"+run+"/rows?limit=200&bucket="+bucket+after, nil)
		for _, i := range page["items"].([]any) {
			if a, _ := i.(rig.Object)["address"].(string); a != "" {
				list = append(list, a)
			}
		}
		next, _ := page["next_cursor"].(string)
		if next == "" {
			return list
		}
		after = "&after=" + next
	}
}

// emptied lets a run prove emptying values, through a crash in most worlds.
func (w *world) emptied(t *testing.T) {
	t.Helper()
	point := clears()[w.seed/5%len(clears())]
	w.server.Kill()
	w.start(t, point)
	w.clearing(t)
	if point != "" {
		require.Contains(t, w.logs(), "fail-point reached: "+point)
	}
}

// clearing is emptied with the server that is there: somebody gives a few people whose note is missing one, and a city that nobody
// maps; then a run empties the note, and leaves the city (S16).
func (w *world) clearing(t *testing.T) {
	t.Helper()
	w.sandbox.Control(t, http.MethodPut, "faults", rig.Object{"faults": []any{}})
	all := slices.Sorted(maps.Keys(w.people.wanted(w.optedOut)))
	people := all[:min(3, len(all))]
	for i := range w.people.all {
		if slices.Contains(people, strings.ToLower(w.people.all[i].email)) {
			w.people.all[i].note = ""
		}
	}
	w.people.write(t, w.file())
	w.ingest(t)
	w.server.Must(t, http.MethodPost, "/api/v1/connections/"+w.conn+"/attributes", rig.Object{"name": "CITY", "type": "text"})
	// Everybody has a city: only some contacts are read to prove it on, and where nobody of these has anything to lose it is not proved.
	w.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": "add_by_hand", "list": w.list(), "emails": all, "attributes": rig.Object{"CITY": "Split"}})
	w.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": "add_by_hand", "list": w.list(), "emails": people, "attributes": rig.Object{"NOTE": "old"}})
	c := w.server.Must(t, http.MethodGet, "/api/v1/connections/"+w.conn, nil)
	w.server.Must(t, http.MethodPatch, "/api/v1/connections/"+w.conn, rig.Object{"clear_empty": true, "version": c["version"]})
	w.tell("emptying values is proved on %v", people)
	w.exported(t, -1)
	require.Equal(t, "on", w.server.Must(t, http.MethodGet, "/api/v1/connections/"+w.conn, nil)["clear_empty"])
	for _, x := range w.sandbox.Contacts(t) {
		if slices.Contains(people, x.Email) {
			require.Equal(t, "Split", x.Attributes["CITY"])
			require.Contains(t, []any{nil, ""}, x.Attributes["NOTE"])
		}
	}
	w.check(t)
}

// until looks at a run until it is so, starting the server again when it was killed.
func (w *world) until(t *testing.T, run string, so func(rig.Object) bool) rig.Object {
	t.Helper()
	for until := time.Now().Add(60*time.Second + w.patience()); ; w.server.Ended(30 * time.Millisecond) {
		require.True(t, time.Now().Before(until), "it does not come to be by itself\n%s", w.server.Output())
		if w.server.Ended(0) {
			require.True(t, w.server.Killed(), "the server ended by itself:\n%s", w.server.Output())
			w.crashes++
			w.start(t, "")
		}
		status, r, err := w.server.Call(t.Context(), http.MethodGet, "/api/v1/runs/"+run, nil)
		if err != nil {
			continue // it is about to die
		}
		require.Equal(t, http.StatusOK, status, "the run is known after every crash")
		if so(r) {
			return r
		}
	}
}

// check holds that the list is exactly as the segment says and that nobody of ours is on one that the export went to before, that names are
// those of the source, that nobody was merged and nobody re-subscribed.
func (w *world) check(t *testing.T) {
	t.Helper()
	want := w.people.wanted(w.optedOut)
	for _, l := range append([]int64{list}, w.lists...) {
		var expected []string
		if l == list {
			expected = append([]string{guest}, w.optedOut...) // whom no export sent is never removed
		}
		if l == w.list() {
			expected = slices.AppendSeq(expected, maps.Keys(want))
		}
		slices.Sort(expected)
		w.holds(t, l, slices.Compact(expected))
	}

	contacts := map[string]rig.Contact{}
	phones := map[string]string{}
	for _, c := range w.sandbox.Contacts(t) {
		contacts[c.Email] = c
		sms, _ := c.Attributes["SMS"].(string)
		if sms != "" {
			require.Empty(t, phones[sms], "S10: a phone is sent for one address only")
			phones[sms] = c.Email
		}
	}
	if w.shared {
		require.NotContains(t, phones, strings.TrimPrefix(household, "+"), "S10: a shared phone is withheld")
	}
	for a, name := range want {
		require.Equal(t, name, contacts[a].Attributes["FIRSTNAME"], "the name of %s", a)
		require.False(t, contacts[a].EmailBlacklisted)
	}
	for _, a := range w.optedOut {
		require.True(t, contacts[a].EmailBlacklisted, "S8: nobody is re-subscribed")
	}
}
