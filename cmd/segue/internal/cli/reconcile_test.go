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

// reconciled makes a run that has read a list back and returns its id.
func (b *bench) reconciled(found activation.Reconciliation) string {
	b.t.Helper()
	id := strings.Fields(b.ok("export", "reconcile", "VIP"))[1]
	b.Book.Found = found
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.EndedAt, r.Reconciliation = activation.StatusSuccessful, time.Now(), &found
	})
	return id
}

const reconciliationText = "" +
	"People on the list                   1,006\n" +
	"  as Segue knows them                1,000\n" +
	"  extra: sent by Segue                   2  1 not acknowledged, 1 sent earlier, not owned any more\n" +
	"  extra: with a profile, never sent      1\n" +
	"  extra: unknown                         3\n" +
	"People missing from the list            12  12 acknowledged\n" +
	"1 person there before, never sent, left the list; nothing needs to be done.\n"

func TestS23ReconcilingIsShownAndDecided(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.reconciled(activation.Reconciliation{
		At: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), List: 7, Listed: 1006, InStep: 1000, Missing: 12, ExtraSent: 2, ExtraProfile: 1, ExtraUnknown: 3,
		ThereBeforeGone: 1, Reasons: map[string]int64{"owned": 12, "not_acknowledged": 1, "sent_earlier": 1, "matches_profile": 1, "unknown": 3},
	})
	out := b.ok("run", "show", id)
	require.Contains(t, out, "Reconcile     "+id+"\nStatus        Successful\n")
	require.Contains(t, out, "\nReconciliation\n"+reconciliationText+"See who: segue run rows "+id+"\nDecide: segue run decide "+id+" --missing resend --extra-sent own\n")
	require.Contains(t, b.ok("run", "watch", id), out, "watching ends with the same")
	require.Contains(t, b.ok("run", "list"), "VIP     reconcile  Successful")

	b.Book.List = []ledger.RunRow{
		{Number: 1, Address: "ana@example.com", List: 7, Bucket: activation.BucketMissing, Settled: true, Reason: activation.ReasonStillOwned},
		{Number: 2, List: 7, Bucket: activation.BucketExtra, Settled: true, Reason: activation.ReasonUnknownPerson, Contact: 4711},
	}
	require.Contains(t, b.ok("run", "rows", id, "--bucket", "extra"), "extra   not known to Segue; contact 4711")

	require.Contains(t, b.fails(exitUsage, "run", "decide", id), "nothing is decided")
	require.Contains(t, b.fails(exitUsage, "run", "decide", id, "--extra-unknown", "own"), "--extra-unknown")
	b.fails(exitNotFound, "run", "decide", "none", "--missing", "resend")
	require.Equal(t, "It is decided, and the next run acts on it.\n", b.ok("run", "decide", id, "--missing", "resend", "--extra-unknown", "there_before"))
	b.ok("run", "decide", id, "--missing", "resend", "--extra-unknown", "there_before")
	require.Contains(t, b.fails(exitConflict, "run", "decide", id, "--missing", "leave"), "it was decided already by the server's machine. Reconcile the list again")
	out = b.ok("run", "show", id)
	require.Contains(t, out, "Decided by the server's machine on 2026-11-24 10:00: missing are sent again; extra: sent left as they are, with a profile left as they are, unknown count as there before.\n")
	require.NotContains(t, out, "Decide:")
	var r struct {
		Reconciliation struct {
			Decision struct{ Missing string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(b.ok("run", "show", id, "-o", "json")), &r))
	require.Equal(t, "resend", r.Reconciliation.Decision.Missing)
}

func TestS23AListInOrderNeedsNoDecision(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.reconciled(activation.Reconciliation{List: 7, Listed: 3, InStep: 3})
	out := b.ok("run", "show", id)
	require.Contains(t, out, "The list is as Segue knows it.\n")
	require.NotContains(t, out, "segue run decide")
}

func TestS23ReconcilingIsWaitedForAndAdvised(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	id := b.start()
	b.setRun(id, func(r *activation.Run) {
		r.Status, r.Plan, r.Receipt, r.EndedAt = activation.StatusSuccessful, plan(), receipt(), time.Now()
		r.Plan.ReconcileAdvised = &activation.ReconcileAdvice{ListSize: 12000, Expected: 12345}
	})
	x := b.ok("export", "show", "VIP")
	require.Contains(t, x, "When it was checked the list held 12,000 people, but Segue expected 12,345. Find out who: segue export reconcile ")
	require.Contains(t, b.ok("run", "show", id), "segue export reconcile ")
	wait := make(chan result)
	go func() { wait <- b.run("export", "reconcile", "VIP", "--wait") }()
	require.Eventually(t, func() bool { return strings.Contains(b.ok("run", "list"), "reconcile") }, 10*time.Second, time.Millisecond)
	run := strings.Fields(strings.Split(b.ok("run", "list", "--limit", "1"), "\n")[1])[0]
	b.setRun(run, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusFailed, time.Now() })
	require.Equal(t, exitFailed, (<-wait).code)
}
