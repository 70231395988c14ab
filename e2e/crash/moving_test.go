package crash

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// list is the list that the export goes to.
func (w *world) list() int64 {
	if len(w.lists) == 0 {
		return list
	}
	return w.lists[len(w.lists)-1]
}

// moves gives the export another list, which everybody joins with its next run, before leaving the one of before (S22); in some worlds a run of it is
// canceled first.
func (w *world) moves(t *testing.T) {
	t.Helper()
	e := w.server.Must(t, http.MethodGet, "/api/v1/exports/"+w.export, nil)
	made := w.tried(t, http.MethodPost, "/api/v1/connections/"+w.conn+"/lists", rig.Object{"name": fmt.Sprintf("Gold %d", len(w.lists)+2)})
	to, ok := made["id"].(float64)
	require.True(t, ok, "%v", made)
	change := rig.Object{"list_id": to}
	for _, name := range []string{"name", "connection_id", "segment_ids", "mapping", "leavers", "version"} {
		change[name] = e[name]
	}
	w.tried(t, http.MethodPut, "/api/v1/exports/"+w.export, change)
	w.lists = append(w.lists, int64(to))
	w.tell("moved to %d", int64(to))
	if w.seed%10 == 7 {
		w.canceled(t)
	}
}

// tried makes a call as a person does, again when there is trouble with Brevo.
func (w *world) tried(t *testing.T, method, path string, body rig.Object) (out rig.Object) {
	t.Helper()
	require.Eventually(t, func() bool {
		status, answer, err := w.server.Call(t.Context(), method, path, body)
		out = answer
		return err == nil && status < 300
	}, time.Minute, 100*time.Millisecond, "%s %s", method, path)
	return out
}

// holds holds that nobody but the expected is on a list, and those whom other integrations have put there.
func (w *world) holds(t *testing.T, l int64, expected []string) {
	t.Helper()
	var got, others []string
	for _, a := range w.sandbox.Members(t, l) {
		if strings.HasSuffix(a, "@elsewhere.example") {
			others = append(others, a)
		} else {
			got = append(got, a)
		}
	}
	require.Equal(t, expected, got, "the list %d", l)
	require.Subset(t, others, w.others[l], "whom other integrations have put there is never removed")
	if w.others == nil {
		w.others = map[int64][]string{}
	}
	w.others[l] = others
}
