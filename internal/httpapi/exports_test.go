package httpapi

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/store"
)

func TestExportIsAddedChangedListedAndRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	e := b.must(200, "GET", "/exports/"+id, nil)
	require.Equal(t, "VIP", e["list_name"], "as the account names it")
	require.Equal(t, "remove", e["leavers"], "the default")
	require.Equal(t, "not_started", e["status"])
	never := object{"reasons": []any{object{"code": "never_run", "since": e["created_at"]}}}
	for _, shown := range []object{e, b.must(200, "GET", "/exports", nil)["items"].([]any)[0].(object), tasksByKind(b.must(200, "GET", "/status", nil))["export"]} {
		require.Equal(t, never, shown["out_of_step"])
	}
	require.Equal(t, object{"email": "mail", "attributes": []any{object{"attribute": "FIRSTNAME", "field": "name"}}}, e["mapping"])

	change := object{
		"name": "VIPs", "connection_id": e["connection_id"], "list_id": 9, "segment_ids": e["segment_ids"], "mapping": object{"email": "mail"},
		"leavers": "keep", "take_over": true, "time_zone": "Europe/Zagreb", "version": 1,
	}
	got := b.must(200, "PUT", "/exports/"+id, change)
	require.Equal(t, "Everyone", got["list_name"])
	require.Equal(t, "keep", got["leavers"])
	require.Equal(t, []any{}, got["mapping"].(object)["attributes"], "no attribute is an empty array, not null")
	b.refused(activation.CodeConflict, "PUT", "/exports/"+id, change)
	require.Len(t, b.must(200, "GET", "/exports?name=vips", nil)["items"], 1)
	require.Equal(t, 204, b.call("DELETE", "/exports/"+id, nil).status)
	b.refused(activation.CodeNotFound, "GET", "/exports/"+id, nil)
}

func TestExportIsCheckedAgainstTheAccount(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	e := b.must(200, "GET", "/exports/"+id, nil)
	input := func(change func(object)) object {
		o := object{"name": "Other", "connection_id": e["connection_id"], "list_id": 7, "segment_ids": e["segment_ids"], "mapping": object{"email": "mail"}}
		change(o)
		return o
	}
	for field, c := range map[string]struct {
		code   activation.Code
		change func(object)
	}{
		"list_id": {activation.CodeListMissing, func(o object) { o["list_id"] = 8 }},
		"mapping.attributes[0].attribute": {activation.CodeAttributeMissing, func(o object) {
			o["mapping"].(object)["attributes"] = []object{{"attribute": "POINTS", "field": "points"}}
		}},
		"mapping.attributes[0]": {activation.CodeAttributeTaken, func(o object) {
			o["mapping"].(object)["attributes"] = []object{{"attribute": "FIRSTNAME", "field": "mail"}}
		}},
		"mapping.email": {activation.CodeInvalid, func(o object) { o["mapping"] = object{"email": "name"} }},
		"segments[0]":   {activation.CodeInvalid, func(o object) { o["segment_ids"] = []string{"none"} }},
		"leavers":       {activation.CodeInvalid, func(o object) { o["leavers"] = "forget" }},
		"time_zone":     {activation.CodeInvalid, func(o object) { o["time_zone"] = "Mars/Base" }},
	} {
		p := b.refused(c.code, "POST", "/exports", input(c.change))
		require.Equal(t, field, p["field"], p)
	}
	b.refused(activation.CodeConflict, "POST", "/exports", input(func(o object) { o["name"] = "vip" }))
}

func TestRunIsStartedOnceForAKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	first := b.call("POST", "/exports/"+id+"/runs", object{"kind": "dry_run"}, "Idempotency-Key", "k1")
	require.Equal(t, 201, first.status, first.raw)
	run := first.body["id"].(string)
	require.Equal(t, Prefix+"/runs/"+run, first.header.Get("Location"))
	require.Equal(t, "dry_run", first.body["kind"])
	require.Equal(t, "queued", first.body["status"])
	require.Equal(t, false, first.body["ended"])
	again := b.call("POST", "/exports/"+id+"/runs", object{"kind": "dry_run"}, "Idempotency-Key", "k1")
	require.Equal(t, 200, again.status, again.raw)
	require.Equal(t, run, again.body["id"])
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))

	b.must(201, "POST", "/exports/"+id+"/runs", nil, "Idempotency-Key", "k2")
	b.refused(activation.CodeConflict, "POST", "/exports/"+id+"/runs", object{}, "Idempotency-Key", "k3")
	b.refused(activation.CodeInvalid, "POST", "/exports/"+id+"/runs", object{"kind": "rehearsal"})
	b.refused(activation.CodeNotFound, "POST", "/exports/none/runs", nil)
	require.Len(t, b.must(200, "GET", "/runs?export_id="+id, nil)["items"], 2)
	e := b.must(200, "GET", "/exports/"+id, nil)
	require.Equal(t, "queued", e["status"])
	require.Equal(t, "run", e["latest_run"].(object)["kind"], "a dry run is no run")
}

func TestLatestRunIsFoundBehindManyDryRuns(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	run := b.must(201, "POST", "/exports/"+id+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusSuccessful, time.Now().UTC() })
	for i := range 25 {
		dry := b.must(201, "POST", "/exports/"+id+"/runs", object{"kind": "dry_run"})["id"].(string)
		b.setRun(dry, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusSuccessful, time.Now().UTC() })
		_ = i
	}
	require.Equal(t, run, b.must(200, "GET", "/exports/"+id, nil)["latest_run"].(object)["id"])
}

func TestHeldRunIsReleasedOrRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	run := b.must(201, "POST", "/exports/"+id+"/runs", nil)["id"].(string)
	b.refused(activation.CodeConflict, "POST", "/runs/"+run+"/release", nil)
	hold := func(r *activation.Run) {
		r.Status, r.ErrorCode, r.Error = activation.StatusHeld, activation.CodeHeld, "40 of 100 people would be removed"
		r.Plan = &activation.PlanSummary{Members: 60, Unchanged: 60, Leavers: 40, Remove: 40, Held: []activation.HoldReason{{Code: "removes_share", Count: 40, Of: 100}}}
	}
	b.setRun(run, hold)
	r := b.must(200, "GET", "/runs/"+run, nil)
	require.Equal(t, "held", r["error"].(object)["code"])
	require.Equal(t, []any{object{"code": "removes_share", "count": 40.0, "of": 100.0}}, r["plan"].(object)["held"])
	r = b.must(200, "POST", "/runs/"+run+"/release", nil)
	require.Equal(t, true, r["released"])
	require.NotEmpty(t, r["released_by"])
	require.NotContains(t, r, "error")
	b.setRun(run, hold)
	r = b.must(200, "POST", "/runs/"+run+"/refuse", nil)
	require.Equal(t, "canceled", r["status"])
	require.Equal(t, true, r["ended"])
	b.refused(activation.CodeConflict, "POST", "/runs/"+run+"/cancel", nil)
	b.refused(activation.CodeNotFound, "POST", "/runs/none/cancel", nil)
}

func TestCanceledRunSaysSo(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	require.Equal(t, true, b.must(200, "POST", "/runs/"+run+"/cancel", nil)["cancel_requested"])
}

func TestReceiptsComeBackWhole(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) {
		r.Status, r.EndedAt, r.Step = activation.StatusWithRejects, time.Now().UTC(), activation.StepSettle
		r.Receipt = &activation.Receipt{
			Members: 10, Added: 1, Updated: 2, Unchanged: 3, Rejected: 2, Duplicates: 1, NotSent: 1, Leavers: 4, Removed: 1, Kept: 1, StillWanted: 1,
			NotRemoved: 1, ThroughOthers: 1, RefusalRemoved: 5, Reasons: map[string]int64{"no_at": 2}, Withheld: map[string]int64{"phone_invalid": 1}, ListSize: -1,
			APICalls: map[string]int64{"import": 1},
		}
	})
	got := b.must(200, "GET", "/runs/"+run, nil)["receipt"].(object)
	delete(got, "at")
	require.Equal(t, object{
		"members": 10.0, "added": 1.0, "updated": 2.0, "unchanged": 3.0, "rejected": 2.0, "duplicates": 1.0, "not_sent": 1.0, "leavers": 4.0,
		"removed": 1.0, "kept": 1.0, "still_wanted": 1.0, "not_removed": 1.0, "refusal_removed": 5.0, "reasons": object{"no_at": 2.0},
		"withheld": object{"phone_invalid": 1.0}, "through_others": 1.0, "list_size": -1.0, "api_calls": object{"import": 1.0},
	}, got)
}

// withRows makes a run with rejected and added rows in the ledger.
func (b *bundle) withRows(n int) string {
	b.t.Helper()
	run := b.must(201, "POST", "/exports/"+b.withExport()+"/runs", nil)["id"].(string)
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.FixedZone("CET", 3600))
	for i := range n {
		r := ledger.RunRow{Number: int64(i + 1), ProfileID: fmt.Sprintf("c%d", i), List: 7, Bucket: activation.BucketAdded, Settled: true, At: at}
		if i%2 == 0 {
			r.Bucket, r.Reason, r.Why = activation.BucketRejected, activation.ReasonRejectedByBrevo, "=HYPERLINK(1)"
		} else {
			r.Address = "ana@example.com"
		}
		b.Book.List = append(b.Book.List, r)
	}
	return run
}

func TestRowsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(10)
	p := b.must(200, "GET", "/runs/"+run+"/rows?limit=4", nil)
	require.Len(t, p["items"], 4)
	p = b.must(200, "GET", "/runs/"+run+"/rows?limit=6&after="+p["next_cursor"].(string), nil)
	require.Len(t, p["items"], 6)
	require.NotContains(t, p, "next_cursor")
	require.Len(t, b.must(200, "GET", "/runs/"+run+"/rows?bucket=rejected", nil)["items"], 5)
	require.Empty(t, b.must(200, "GET", "/runs/"+run+"/rows?reason=no_consent", nil)["items"])
	b.refused(activation.CodeInvalid, "GET", "/runs/"+run+"/rows?bucket=lost", nil)
	b.refused(activation.CodeInvalid, "GET", "/runs/"+run+"/rows?after=x", nil)
	b.refused(activation.CodeNotFound, "GET", "/runs/none/rows", nil)
}

func TestRejectsDownloadNeverHoldsFormulas(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(2*csvPage + 10)
	r := b.call("GET", "/runs/"+run+"/rejects.csv", nil)
	require.Equal(t, 200, r.status)
	require.Contains(t, r.header.Get("Content-Type"), "text/csv")
	require.Contains(t, r.header.Get("Content-Disposition"), "attachment")
	rows, err := csv.NewReader(strings.NewReader(r.raw)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, csvPage+5+1, "the header and every rejected row, over several pages")
	require.Equal(t, []string{"profile_id", "address", "list_id", "reason", "attribute", "why", "at"}, rows[0])
	require.Equal(t, []string{"c0", "", "7", "rejected_by_brevo", "", "'=HYPERLINK(1)", "2026-11-24T09:00:00Z"}, rows[1])
}

func TestCellsThatSpreadsheetsCalculateGetAnApostrophe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+385": "'+385", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "": "", "a=b": "a=b", "ana@example.com": "ana@example.com", "'x": "'x",
	} {
		require.Equal(t, want, inertCell(in), "S35")
	}
}

func TestDownloadThatCannotBeginIsAProblem(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(2)
	b.Book.Fail = activation.Errorf(activation.CodeUnavailable, "the ledger does not answer")
	b.refused(activation.CodeUnavailable, "GET", "/runs/"+run+"/rejects.csv", nil)
}

func TestBatchesAreListed(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(1)
	b.Book.Batches = []ledger.Batch{{ID: "b1", Kind: ledger.BatchImport, List: 7, Seq: 1, Rows: 3, Bytes: 300, State: ledger.BatchEnded, Process: 12, Attempts: 1, Imports: 1}}
	got := b.must(200, "GET", "/runs/"+run+"/batches", nil)["items"].([]any)
	require.Equal(t, object{"id": "b1", "kind": "import", "list_id": 7.0, "seq": 1.0, "rows": 3.0, "bytes": 300.0, "state": "ended", "process_id": 12.0, "attempts": 1.0, "imports": 1.0}, got[0])
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	b.Book.Watched = []ledger.Watch{{Batch: "b1", By: "ana", At: at, Until: at.Add(7 * 24 * time.Hour), Outcome: ledger.WatchLanded, Removed: 2}}
	got = b.must(200, "GET", "/runs/"+run+"/batches", nil)["items"].([]any)
	require.Equal(t, object{"by": "ana", "at": "2026-11-24T10:00:00Z", "watched_until": "2026-12-01T10:00:00Z", "state": "landed", "removed": 2.0}, got[0].(object)["given_up"])
	b.Book.Fail = activation.Errorf(activation.CodeNotFound, "the run was never planned")
	require.Empty(t, b.must(200, "GET", "/runs/"+run+"/batches", nil)["items"], "a run that is not planned yet has none")
}

func TestS17OnlyAnImportInFlightIsGivenUp(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(1)
	b.refused(activation.CodeConflict, "POST", "/runs/"+run+"/give-up", nil)
	b.refused(activation.CodeNotFound, "POST", "/runs/none/give-up", nil)
}

func TestCustomerIsExplained(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withRows(4)
	b.Book.Standing = []ledger.Standing{{List: 7, Export: "e1", Ownership: ledger.Owned, Acknowledged: true, FirstSentAt: time.Unix(1, 0), AcknowledgedAt: time.Unix(2, 0)}}
	p := b.must(200, "GET", "/profiles/c1", nil)
	require.Equal(t, object{"field": "mail", "value": "ana@example.com"}, p["values"].([]any)[1])
	require.Equal(t, "owned", p["standings"].([]any)[0].(object)["ownership"])
	require.Equal(t, "1970-01-01T00:00:01Z", p["standings"].([]any)[0].(object)["first_sent_at"])
	require.Len(t, p["activity"], 2)
	in := b.must(201, "POST", "/segments", object{"name": "Only Ana", "rules": []any{object{"rule": object{"field": "mail", "operator": "equals", "values": []any{"ana@example.com"}}}}})
	b.must(201, "POST", "/segments", object{"name": "Only Ivo", "rules": []any{object{"rule": object{"field": "mail", "operator": "equals", "values": []any{"ivo@example.com"}}}}})
	segments := b.must(200, "GET", "/profiles/c1", nil)["segments"].([]any)
	require.Contains(t, segments, object{"segment_id": in["id"], "name": "Only Ana"})
	for _, s := range segments {
		require.NotEqual(t, "Only Ivo", s.(object)["name"], "a segment that does not hold the customer is not told")
	}
	b.refused(activation.CodeNotFound, "GET", "/profiles/none", nil)
}

func TestCustomersIdsMayHoldAnySign(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.file("customers.csv", "id,mail\na/b c?d%#é,ana@example.com\n")
	id := b.must(201, "POST", "/sources", object{"name": "customers", "path": "customers.csv"})["id"].(string)
	b.must(200, "POST", "/sources/"+id+"/ingest", nil)
	b.must(200, "PUT", "/profile", b.must(200, "GET", "/profile/suggestion?source_id="+id, nil))
	b.must(200, "POST", "/profile/build", nil)
	require.Equal(t, "a/b c?d%#é", b.must(200, "GET", "/profiles/"+url.PathEscape("a/b c?d%#é"), nil)["id"])
}

func TestCustomersAreSearchedInTheBody(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	p := b.must(200, "POST", "/profiles/search", object{"search": "example.com", "limit": 2})
	require.Len(t, p["items"], 2)
	p = b.must(200, "POST", "/profiles/search", object{"search": "example.com", "limit": 2, "after": p["next_cursor"]})
	require.Len(t, p["items"], 1)
	require.NotContains(t, p, "next_cursor")
	require.Len(t, b.must(200, "POST", "/profiles/search", object{"search": "ivo"})["items"], 1)
	require.Len(t, b.must(200, "GET", "/profiles?limit=3", nil)["items"], 3)
}

// The API reads runs as the store keeps them.
var _ definitions = store.Store(nil)
