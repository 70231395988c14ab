package path

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// TestAListChangedByHandIsReconciledAndMended lets somebody take people off a list and put others on it in Brevo's screens,
// and holds that reconciling shows every one of them, that a decision is carried out by the next run, and that a list in
// order needs none (S23).
func TestAListChangedByHandIsReconciledAndMended(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	address := func(i int) string { return fmt.Sprintf("person-%03d@example.com", i) }
	var all strings.Builder
	all.WriteString("id,mail,name,tier\n")
	for i := range 200 {
		tier := "high"
		if i >= 150 {
			tier = "low"
		}
		fmt.Fprintf(&all, "c%03d,%s,Name%d,%s\n", i, address(i), i, tier)
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.files, "customers.csv"), []byte(all.String()), 0o600))
	source := s.id(t, http.MethodPost, "/api/v1/sources", rig.Object{"name": "Customers", "path": "customers.csv"})
	s.Must(t, http.MethodPost, "/api/v1/sources/"+source+"/ingest", rig.Object{})
	field := func(name, semantic string) rig.Object {
		f := rig.Object{"name": name, "column": name, "type": "text"}
		if semantic != "" {
			f["semantic"] = semantic
		}
		return f
	}
	s.Must(t, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": source, "key": "id", "version": 0,
		"fields": []any{field("mail", "email"), field("name", ""), field("tier", "")}})
	s.Must(t, http.MethodPost, "/api/v1/profile/build", rig.Object{})
	segment := s.id(t, http.MethodPost, "/api/v1/segments", rig.Object{"name": "High", "rules": []rig.Object{
		{"rule": rig.Object{"field": "tier", "operator": "equals", "values": []string{"high"}}},
	}})
	list := int64(s.Must(t, http.MethodPost, "/api/v1/connections/"+s.connection+"/lists", rig.Object{"name": "High"})["id"].(float64))
	export := s.id(t, http.MethodPost, "/api/v1/exports", rig.Object{
		"name": "High", "connection_id": s.connection, "list_id": list, "segment_ids": []string{segment},
		"mapping": rig.Object{"email": "mail", "attributes": []rig.Object{{"attribute": "FIRSTNAME", "field": "name"}}},
	})
	require.Equal(t, "successful", s.run(t, export, "run")["status"])
	require.Len(t, s.sandbox.Members(t, list), 150)

	var removed, added []string
	for i := range 20 {
		removed = append(removed, address(i*5))
	}
	for i := 150; i < 155; i++ {
		added = append(added, address(i))
	}
	strangers := []string{"stranger-1@example.com", "stranger-2@example.com"}
	s.act(t, "remove_by_hand", list, removed)
	s.act(t, "add_by_hand", list, append(slices.Clone(added), strangers...))
	blind := s.run(t, export, "run")
	require.Equal(t, 150, counts(t, blind, "receipt", "unchanged")["unchanged"], "a run believes its ledger")
	require.Equal(t, rig.Object{"list_size": 137.0, "expected": 150.0}, blind["plan"].(rig.Object)["reconcile_advised"], "but it says that the list is not as expected")

	before := s.writes(t)
	run := s.run(t, export, "reconcile")
	require.Equal(t, "successful", run["status"], "%v", run)
	found := run["reconciliation"].(rig.Object)
	require.Equal(t, map[string]int{"listed": 137, "in_step": 130, "missing": 20}, counts(t, run, "reconciliation", "listed", "in_step", "missing"))
	require.Equal(t, rig.Object{"sent": 0.0, "profile": 5.0, "unknown": 2.0}, found["extra"])
	require.Equal(t, removed, s.found(t, run, "missing", "owned"))
	require.Equal(t, added, s.found(t, run, "extra", "matches_profile"))
	require.Equal(t, []string{"", ""}, s.found(t, run, "extra", "unknown"), "of people whom Segue does not know it keeps no address")
	require.Equal(t, before, s.writes(t), "reconciling changes nothing")

	id := run["id"].(string)
	code, out := rig.Ends(t, "--data", s.Data, "run", "decide", id, "--missing", "resend", "--extra-profile", "own")
	require.Zero(t, code, out)
	mended := s.run(t, export, "run")
	require.Equal(t, map[string]int{"unchanged": 130, "updated": 20, "leavers": 5, "removed": 5},
		counts(t, mended, "receipt", "unchanged", "updated", "leavers", "removed"))
	var want []string
	for i := range 150 {
		want = append(want, address(i))
	}
	require.Equal(t, append(want, strangers...), s.sandbox.Members(t, list), "everybody is back, and who was never seen before stays")
	code, out = rig.Ends(t, "--data", s.Data, "run", "decide", id, "--missing", "leave")
	require.Equal(t, 4, code, out)
	code, out = rig.Ends(t, "--data", s.Data, "export", "reconcile", "High", "--wait")
	require.Zero(t, code, out)
	require.Regexp(t, `extra: unknown +2\n`, out)
	require.Regexp(t, `People missing from the list +0\n`, out)
	require.NotContains(t, s.run(t, export, "run")["plan"], "reconcile_advised")
}

// act lets somebody change a list in Brevo's screens.
func (s *stage) act(t *testing.T, do string, list int64, people []string) {
	t.Helper()
	s.sandbox.Control(t, http.MethodPost, "actions", rig.Object{"do": do, "list": list, "emails": people})
}

// found returns the addresses of a reconciliation's rows, in order.
func (s *stage) found(t *testing.T, run rig.Object, bucket, reason string) []string {
	t.Helper()
	page := s.Must(t, http.MethodGet, fmt.Sprintf("/api/v1/runs/%s/rows?bucket=%s&reason=%s&limit=500", run["id"], bucket, reason), nil)
	var out []string
	for _, i := range page["items"].([]any) {
		row := i.(rig.Object)
		a, _ := row["address"].(string)
		out = append(out, a)
		require.Equal(t, bucket == "extra", row["contact_id"] != nil)
	}
	return out
}
