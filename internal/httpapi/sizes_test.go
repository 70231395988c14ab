package httpapi

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// hasEnded lets a run of an export end at a time, with so many people on its list afterwards.
func (b *bundle) hasEnded(export string, at time.Time, size int64) {
	b.t.Helper()
	b.setRun(b.must(201, "POST", "/exports/"+export+"/runs", nil)["id"].(string), func(r *activation.Run) {
		r.Status, r.EndedAt, r.Receipt = activation.StatusSuccessful, at, &activation.Receipt{At: at, ListSize: size}
	})
}

func TestSizesOfListsAreToldOverTime(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	export := b.withExport()
	none := b.must(200, "GET", "/list-sizes", nil)["items"].([]any)
	require.Equal(t, []any{object{"export_id": export, "sizes": []any{}}}, none)
	require.NotContains(t, b.must(200, "GET", "/exports/"+export, nil), "list_size")

	now := time.Now()
	ago := func(days float64) time.Time {
		return now.Add(-time.Duration(days * float64(24*time.Hour))).UTC().Truncate(time.Microsecond)
	}
	said := func(at time.Time) string { return at.Format(time.RFC3339Nano) }
	b.hasEnded(export, ago(40), 5)
	b.hasEnded(export, ago(9.75), 10)
	b.hasEnded(export, ago(9.5), 12)
	b.hasEnded(export, ago(1), 20)
	sizes := func(query string) any {
		items := b.must(200, "GET", "/list-sizes"+query, nil)["items"].([]any)
		require.Len(t, items, 1)
		return items[0].(object)["sizes"]
	}
	last := object{"at": said(ago(1)), "size": 20.0}
	require.Equal(t, []any{object{"at": said(ago(9.75)), "size": 10.0}, object{"at": said(ago(9.5)), "size": 12.0}, last}, sizes("?days=30&steps=400"))
	require.Equal(t, []any{object{"at": said(ago(9.5)), "size": 12.0}, last}, sizes("?days=10&steps=10&export_id="+export), "the last of each day")
	require.Equal(t, []any{last}, sizes("?steps=1"), "never more than asked for")
	require.Len(t, sizes("?days=60&steps=400"), 4)
	require.Empty(t, b.must(200, "GET", "/list-sizes?export_id=none", nil)["items"])
	for _, bad := range []string{"days=0", "days=1101", "steps=401", "steps=x"} {
		b.refused(activation.CodeInvalid, "GET", "/list-sizes?"+bad, nil)
	}
	require.Equal(t, last, b.must(200, "GET", "/exports/"+export, nil)["list_size"])
	b.must(201, "POST", "/exports/"+export+"/runs", nil)
	e := b.must(200, "GET", "/exports/"+export, nil)
	require.Equal(t, "queued", e["status"])
	require.Equal(t, last, e["list_size"], "the last known size, while a run is under way")
}

func TestRejectsOfThePlanSayWhen(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	run := b.withRows(1)
	planned := time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)
	b.setRun(run, func(r *activation.Run) { r.Plan = &activation.PlanSummary{At: planned} })
	b.Book.List = []ledger.RunRow{{Number: 1, ProfileID: "c1", List: 7, Bucket: activation.BucketRejected, Reason: activation.ReasonNoConsent}}
	rows, err := csv.NewReader(strings.NewReader(b.call("GET", "/runs/"+run+"/rejects.csv", nil).raw)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"c1", "", "7", "no_consent", "", "", "2026-11-24T08:30:00Z"}, rows[1])
}
