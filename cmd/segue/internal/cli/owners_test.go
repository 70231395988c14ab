package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func TestS22AnExportIsRemovedWithItsPeople(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.fails(exitUsage, "export", "remove", "VIP", "--wait"), "--wait goes with --remove-people")
	out := b.ok("export", "remove", "VIP", "--remove-people")
	id := strings.Fields(out)[1]
	require.Equal(t, "Run "+id+" takes the people of \"VIP\" off its lists when its turn comes. It waits for your release first; when it has ended, the export is removed.\n"+
		"Watch it: segue run watch "+id+"\n", out)
	require.Contains(t, b.fails(exitConflict, "export", "remove", "VIP"), "not ended")
	b.fails(exitConflict, "run", "start", "VIP")
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.ErrorCode, r.Error = activation.StatusHeld, activation.CodeHeld, "the plan would remove all 3 people whom this export owns, and then the export"
		r.Plan = &activation.PlanSummary{Leavers: 5, Remove: 3, Keep: 1, StillWanted: 1, Held: []activation.HoldReason{{Code: "removes_all", Count: 3, Of: 3}}}
	})
	out = b.ok("run", "show", id)
	require.Contains(t, out, "Removal of an export's people  "+id)
	require.Contains(t, out, "\nPlan\n"+
		"People who leave                  5\n"+
		"  to remove                       3\n"+
		"  to keep                         1\n"+
		"  still wanted by another export  1\n"+
		"Held: all 3 people would leave the list.\n", "it has no members to speak of")
	require.Contains(t, b.ok("export", "show", "VIP"), "Status            Held (needs approval)")
	require.Contains(t, b.ok("run", "start", "VIP"), "It replaces the held run "+id)
	b.setRun(id, func(r *activation.Run) {
		r.Receipt = &activation.Receipt{Leavers: 5, Removed: 1, Kept: 1, StillWanted: 1, NotRemoved: 2, Reasons: map[string]int64{"canceled": 2}, ListSize: -1}
	})
	require.Contains(t, b.ok("run", "show", id), "\nReceipt\n"+
		"People who left                   5\n"+
		"  removed                         1\n"+
		"  kept                            1\n"+
		"  still wanted by another export  1\n"+
		"  not removed                     2\n")
	require.Contains(t, b.ok("run", "list"), "VIP     remove people  Canceled")
}

func TestS20TheKeptAreRemovedAndTheOrphanedAdopted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Equal(t, "The export has nobody on a list yet.\n", b.ok("export", "people", "VIP"))
	require.Equal(t, "Nobody was left behind on the list 7.\n", b.ok("export", "adopt", "VIP"))
	require.Contains(t, b.fails(exitConflict, "export", "remove-kept", "VIP"), "the export keeps nobody on its lists who left its segments")
	b.Book.Held = []ledger.Holding{{List: 7, ListCounts: ledger.ListCounts{Owned: 1200, Kept: 34, ThereBefore: 5, Acknowledged: 1239}}}
	b.Book.Left = 12
	require.Equal(t, ""+
		"LIST  OWNED  KEPT  THERE BEFORE  ACKNOWLEDGED\n"+
		"   7  1,200    34             5         1,239\n"+
		"12 people on the list 7 were left behind by exports that are gone. Adopt them: segue export adopt VIP\n", b.ok("export", "people", "VIP"))
	require.Equal(t, "12 people are on the list 7 adopted: 10 owned, 1 there before, 1 kept, 0 known already.\n"+
		"The next run sends whom the export wants of them and removes the others. See it first: segue run start VIP --dry-run --wait\n", b.ok("export", "adopt", "VIP"))
	require.Contains(t, b.ok("export", "people", "VIP"), "the server's machine adopted 12 people on the list 7 on 2026-11-24 10:00: 10 owned, 1 there before, 1 kept, 0 known already.\n")
	out := b.ok("export", "remove-kept", "VIP")
	id := strings.Fields(out)[1]
	require.Equal(t, "Run "+id+" takes whom \"VIP\" keeps off its lists when its turn comes.\nWatch it: segue run watch "+id+"\n", out)
	b.setRun(id, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusSuccessful, time.Now() })
	require.Contains(t, b.ok("run", "show", id), "Removal of the kept  "+id)
	var r struct{ Kind string }
	require.NoError(t, json.Unmarshal([]byte(b.ok("export", "remove-kept", "VIP", "-o", "json")), &r))
	require.Equal(t, "remove_kept", r.Kind)
}

func TestS21AnAttributeIsTakenOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	add := []string{"export", "add", "Other", "--connection", "main", "--list", "9", "--segment", "Anas", "--email", "mail", "--map", "FIRSTNAME=id"}
	require.Contains(t, b.fails(exitConflict, add...), "take it over: --take-attributes FIRSTNAME")
	require.Contains(t, b.ok(append(add, "--take-attributes", "FIRSTNAME")...), "FIRSTNAME is taken over from the export \"VIP\", which fed it from \"name\".\n")
	require.NotContains(t, b.ok("export", "show", "VIP"), "FIRSTNAME")
	require.Contains(t, b.ok("export", "update", "VIP", "--map", "FIRSTNAME=name", "--take-attributes", "FIRSTNAME"), "is taken over from the export \"Other\"")
}

func TestSizesOfAListAreShownOverTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Equal(t, "No run has told the size of the list in this time.\n", b.ok("export", "sizes", "VIP"))
	at := time.Now().Add(-25 * time.Hour)
	b.setRun(b.start(), func(r *activation.Run) {
		r.Status, r.EndedAt, r.Receipt = activation.StatusSuccessful, at, &activation.Receipt{ListSize: 12345}
	})
	require.Regexp(t, `(?m)^AT +PEOPLE\n\d{4}-\d\d-\d\d \d\d:\d\d +12,345$`, b.ok("export", "sizes", "VIP", "--days", "2"))
	require.Contains(t, b.ok("export", "sizes", "VIP", "--days", "1"), "No run has told")
}
