package folder

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"segue/e2e/rig"
)

const key = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"

// full is a server whose disk can be filled: a small one of its own, or else the kernel lets it write no file beyond a few bytes, which
// needs no mount and no rights, and fails the same calls as a disk without space.
type full struct {
	*rig.Server
	sandbox        *rig.Sandbox
	files          string
	source, export string
	disk           string // where the small disk is; empty without one
}

// newFull starts a server, its data on the small disk if there is one.
func newFull(t *testing.T, disk string) *full {
	t.Helper()
	data := t.TempDir()
	if disk != "" {
		data = filepath.Join(disk, "data")
	}
	f := &full{disk: disk, files: t.TempDir(), sandbox: rig.StartSandbox(t, "--limits", "off", "--process-delay", "400ms")}
	f.Server = rig.StartServer(t, data, nil, "--source-dir", f.files, "--brevo-tier", "off", "--looks-per-hour", "100000", "--first-look", "100ms", "--look-gap", "1s")
	f.write(t, 300)
	id := func(path string, body rig.Object) string {
		return f.Must(t, http.MethodPost, path, body)["id"].(string)
	}
	f.source = id("/api/v1/sources", rig.Object{"name": "People", "path": "people.csv"})
	f.ingest(t)
	f.Must(t, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": f.source, "key": "id", "version": 0, "fields": []rig.Object{
		{"name": "email", "column": "email", "type": "text", "semantic": "email"}, {"name": "name", "column": "name", "type": "text"},
	}})
	f.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	segment := id("/api/v1/segments", rig.Object{"name": "All", "rules": []rig.Object{{"rule": rig.Object{"field": "email", "operator": "is_not_empty"}}}})
	connection := id("/api/v1/connections", rig.Object{"name": "Sandbox", "base_url": f.sandbox.URL + "/v3", "api_key": key, "agree": true})
	f.Must(t, http.MethodPost, "/api/v1/connections/"+connection+"/lists", rig.Object{"name": "All"})
	f.export = id("/api/v1/exports", rig.Object{"name": "All", "connection_id": connection, "list_id": 1, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "email", "attributes": []rig.Object{{"attribute": "FIRSTNAME", "field": "name"}}}})
	return f
}

func address(i int) string { return fmt.Sprintf("person-%04d@example.com", i) }

func (f *full) write(t *testing.T, people int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,email,name\n")
	for i := range people {
		fmt.Fprintf(&b, "p%04d,%s,Name %d of %d\n", i, address(i), i, people)
	}
	require.NoError(t, os.WriteFile(filepath.Join(f.files, "people.csv"), []byte(b.String()), 0o600))
}

func (f *full) ingest(t *testing.T) {
	t.Helper()
	f.Must(t, http.MethodPost, "/api/v1/sources/"+f.source+"/ingest", rig.Object{})
}

// fill fills the disk, or frees it.
func (f *full) fill(t *testing.T, isFull bool) {
	t.Helper()
	if f.disk != "" {
		f.fillDisk(t, isFull)
		return
	}
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if isFull {
		limit.Cur = 1
	}
	require.NoError(t, unix.Prlimit(f.PID(), unix.RLIMIT_FSIZE, &limit, nil))
}

// refused holds that a call that has to write is refused in clear words.
func (f *full) refused(t *testing.T, path string) {
	t.Helper()
	status, body, err := f.Call(t.Context(), http.MethodPost, path, rig.Object{})
	require.NoError(t, err)
	require.Equal(t, http.StatusInsufficientStorage, status, "%v\n%s", body, f.Output())
	require.Equal(t, "storage_full", body["code"], "%v", body)
	require.Contains(t, body["remedy"], "Free some space", "%v", body)
}

// ends waits until the run has ended and holds that the list is exactly as the source says.
func (f *full) ends(t *testing.T, run string, people int) {
	t.Helper()
	for until := time.Now().Add(90 * time.Second); ; f.Ended(50 * time.Millisecond) {
		require.False(t, f.Ended(0), "the server ended by itself: %v\n%s", f.State(), f.Output())
		require.True(t, time.Now().Before(until), "the run does not go on by itself\n%s", f.Output())
		r := f.Must(t, http.MethodGet, "/api/v1/runs/"+run, nil)
		if r["ended"] != true {
			continue
		}
		require.Equal(t, "successful", r["status"], "%v", r)
		c := r["receipt"].(rig.Object)
		require.EqualValues(t, people, c["members"])
		require.InDelta(t, people, c["added"].(float64)+c["updated"].(float64)+c["unchanged"].(float64), 0)
		break
	}
	var want []string
	for i := range people {
		want = append(want, address(i))
	}
	require.Equal(t, want, f.sandbox.Members(t, 1))
	names := map[string]any{}
	for _, c := range f.sandbox.Contacts(t) {
		names[c.Email] = c.Attributes["FIRSTNAME"]
	}
	for i := range people {
		require.Equal(t, fmt.Sprintf("Name %d of %d", i, people), names[address(i)])
	}
}

func (f *full) run(t *testing.T) string {
	t.Helper()
	return f.Must(t, http.MethodPost, "/api/v1/exports/"+f.export+"/runs", rig.Object{})["id"].(string)
}

// TestAFullDiskIsToldAndNothingIsLost fills the disk between runs and in the midst of them, at moments that differ, and holds
// that the program says what is wrong and how to mend it, goes on by itself when there is space, and loses and doubles nobody.
func TestAFullDiskIsToldAndNothingIsLost(t *testing.T) {
	t.Parallel()
	fillAndFree(t, newFull(t, ""))
}

func fillAndFree(t *testing.T, f *full) {
	t.Helper()
	f.ends(t, f.run(t), 300)

	people := 310
	f.write(t, people)
	f.fill(t, true)
	f.refused(t, "/api/v1/sources/"+f.source+"/ingest")
	f.refused(t, "/api/v1/profile/build")
	f.refused(t, "/api/v1/exports/"+f.export+"/runs")
	f.Must(t, http.MethodGet, "/api/v1/exports", nil)
	f.fill(t, false)
	f.ingest(t)
	f.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	f.ends(t, f.run(t), people)

	for _, moment := range []string{"import", "processes", "contact"} { // when the sandbox has seen such a call
		people += 10
		f.write(t, people)
		f.ingest(t)
		f.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
		f.sandbox.Control(t, http.MethodDelete, "requests", nil)
		told := strings.Count(f.Output(), "storage_full")
		run := f.run(t)
		f.waitFor(t, "a call "+moment, func() bool {
			return f.sandbox.Control(t, http.MethodGet, "requests", nil)["counts"].(rig.Object)[moment] != nil
		})
		f.fill(t, true)
		f.waitFor(t, "a word of the full disk", func() bool { return strings.Count(f.Output(), "storage_full") > told })
		require.Contains(t, f.Output(), "the disk of the data folder is full")
		f.fill(t, false)
		f.ends(t, run, people)
	}
	require.NoError(t, f.Stop(t))
	again := rig.StartServer(t, f.Data, nil, "--source-dir", f.files, "--brevo-tier", "off")
	runs := again.Must(t, http.MethodGet, "/api/v1/runs?export_id="+f.export, nil)["items"].([]any)
	require.Len(t, runs, 5, "every run is known")
	require.False(t, slices.ContainsFunc(runs, func(r any) bool { return r.(rig.Object)["status"] != "successful" }))
}

func (f *full) waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for until := time.Now().Add(60 * time.Second); !so(); f.Ended(5 * time.Millisecond) {
		require.False(t, f.Ended(0), "the server ended by itself: %v\n%s", f.State(), f.Output())
		require.True(t, time.Now().Before(until), "%s does not come\n%s", what, f.Output())
	}
}
