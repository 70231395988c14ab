package httpapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// withReconciliation makes a run that has reconciled a list and returns its id.
func (b *bundle) withReconciliation() string {
	b.t.Helper()
	id := b.withExport()
	run := b.must(201, "POST", "/exports/"+id+"/runs", object{"kind": "reconcile"})["id"].(string)
	b.Book.Found = activation.Reconciliation{
		At: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), List: 7, Listed: 6, InStep: 3, Missing: 2, ExtraSent: 1, ExtraProfile: 1, ExtraUnknown: 1,
		ThereBeforeGone: 1, Reasons: map[string]int64{"owned": 2, "sent_earlier": 1, "matches_profile": 1, "unknown": 1},
	}
	b.setRun(run, func(r *activation.Run) {
		r.Status, r.EndedAt = activation.StatusSuccessful, time.Now().UTC()
		found := b.Book.Found
		r.Reconciliation = &found
	})
	return run
}

func TestS23AReconciliationIsShownAndDecidedOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withReconciliation()
	got := b.must(200, "GET", "/runs/"+run, nil)
	require.Equal(t, "reconcile", got["kind"])
	require.Equal(t, object{
		"at": "2026-11-24T10:00:00Z", "list_id": 7.0, "listed": 6.0, "in_step": 3.0, "missing": 2.0, "there_before_gone": 1.0,
		"extra":   object{"sent": 1.0, "profile": 1.0, "unknown": 1.0},
		"reasons": object{"owned": 2.0, "sent_earlier": 1.0, "matches_profile": 1.0, "unknown": 1.0},
	}, got["reconciliation"])
	for field, in := range map[string]object{
		"missing":       {"missing": "forget"},
		"extra.sent":    {"extra": object{"sent": "remove"}},
		"extra.unknown": {"extra": object{"unknown": "own"}},
	} {
		p := b.refused(activation.CodeInvalid, "POST", "/runs/"+run+"/decisions", in)
		require.Equal(t, field, p["field"], p)
	}
	choice := object{"missing": "resend", "extra": object{"sent": "own", "unknown": "there_before"}}
	d := b.must(200, "POST", "/runs/"+run+"/decisions", choice)["reconciliation"].(object)["decision"].(object)
	require.NotEmpty(t, d["by"])
	require.NotEmpty(t, d["at"])
	require.Equal(t, "resend", d["missing"])
	require.Equal(t, object{"sent": "own", "profile": "leave", "unknown": "there_before"}, d["extra"], "what is absent is left")
	again := b.must(200, "POST", "/runs/"+run+"/decisions", choice)["reconciliation"].(object)["decision"]
	require.Equal(t, d, again, "the same again changes nothing")
	p := b.refused(activation.CodeConflict, "POST", "/runs/"+run+"/decisions", object{})
	require.NotEmpty(t, p["remedy"])
	require.Equal(t, d, b.must(200, "GET", "/runs/"+run, nil)["reconciliation"].(object)["decision"])
	b.refused(activation.CodeNotFound, "POST", "/runs/none/decisions", object{})
}

func TestS23OnlyAReconciliationIsDecided(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	run := b.must(201, "POST", "/exports/"+id+"/runs", nil)["id"].(string)
	b.refused(activation.CodeConflict, "POST", "/runs/"+run+"/decisions", object{"missing": "resend"})
	b.setRun(run, func(r *activation.Run) {
		r.Plan = &activation.PlanSummary{At: time.Now().UTC(), ReconcileAdvised: &activation.ReconcileAdvice{ListSize: 94, Expected: 105}}
	})
	require.Equal(t, object{"list_size": 94.0, "expected": 105.0}, b.must(200, "GET", "/runs/"+run, nil)["plan"].(object)["reconcile_advised"])
}

func TestS23WhoIsMissingOrExtraIsListed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withReconciliation()
	b.Book.List = []ledger.RunRow{
		{Number: 1, Address: "ana@example.com", List: 7, Bucket: activation.BucketMissing, Settled: true, Reason: activation.ReasonStillOwned},
		{Number: 2, List: 7, Bucket: activation.BucketExtra, Settled: true, Reason: activation.ReasonUnknownPerson, Contact: 4711},
	}
	rows := b.must(200, "GET", "/runs/"+run+"/rows?bucket=extra", nil)["items"].([]any)
	require.Equal(t, []any{object{"number": 2.0, "list_id": 7.0, "bucket": "extra", "settled": true, "reason": "unknown", "contact_id": 4711.0}}, rows)
	require.Len(t, b.must(200, "GET", "/runs/"+run+"/rows?bucket=missing", nil)["items"], 1)
}
