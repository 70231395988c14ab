package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

// dated makes an export in Zagreb that maps the last name, a text, to a date.
func (w *world) dated() activation.Export {
	w.Helper()
	w.a.attributes = append(w.a.attributes, destination.Attribute{Name: "SEEN", Type: activation.AttributeDate})
	e, err := w.svc.Create(w.Context(), activation.Export{
		Name: "vip", Connection: w.connect("one", keyA), List: 7, Segments: []activation.SegmentID{"s1"}, Leavers: activation.LeaversRemove, TimeZone: "Europe/Zagreb",
		Mapping: activation.Mapping{Email: "Mail", Attributes: []activation.AttributeMapping{{Attribute: "SEEN", Field: "Last"}}},
	})
	require.NoError(w, err)
	w.are(customer{id: "p1", address: "ana@example.com", last: "2026-11-24T23:30:00Z", in: []string{"s1"}})
	return e
}

func TestS25AMomentIsSentAsTheDayInTheExportsTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	require.EqualValues(t, 1, w.ok(w.do(e)).Added)
	require.Equal(t, "2026-11-25", w.a.contacts["ana@example.com"].Attributes["SEEN"])
	require.EqualValues(t, 1, w.ok(w.do(e)).Unchanged)
	e.TimeZone = "UTC"
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	require.EqualValues(t, 1, w.ok(w.do(e)).Updated, "what is sent is another day (S14)")
	require.Equal(t, "2026-11-24", w.a.contacts["ana@example.com"].Attributes["SEEN"])
}

func TestS25S13TheDayThatIsReadBackIsComparedWithTheOneThatWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.dated()
	w.a.twist = func(_ activation.Email, _, _ string) string { return "2026-11-24" } // the day in UTC
	r := w.do(e)
	require.Equal(t, activation.CodeProofFailed, r.ErrorCode)
	require.Contains(t, r.Error, "SEEN")
}
