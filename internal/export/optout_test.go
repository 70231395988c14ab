package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/export"
)

// look runs the export after reading the account's contacts.
func (w *world) look(e activation.Export) activation.Run {
	w.Helper()
	r, _, err := w.svc.StartRun(w.Context(), export.StartRequest{Export: e.ID, Kind: activation.RunReal, By: "ana", RefreshMirror: true})
	require.NoError(w, err)
	w.drive(w.ended(r.ID))
	return w.run(r.ID)
}

func TestS8WhomOurOwnLateImportMakesAnewHasNotSubscribedAgain(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 48*time.Hour)
	w.giveUpOn(id)
	w.drive()
	// Ana, who was a contact already, opts out; that is seen. Then her contact is deleted, and with it Brevo forgets the flag.
	w.a.change("ana@example.com", blocklist)
	w.a.put(0, "somebody@example.com")
	r := w.look(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut], r.Error)
	w.a.mu.Lock()
	delete(w.a.contacts, "ana@example.com")
	delete(w.a.lists[7], "ana@example.com")
	w.a.mu.Unlock()
	w.clock.pass(49 * time.Hour)
	require.Contains(t, w.a.on(7), "ana@example.com", "the import has ended and made her anew, as nobody who opted out")
	for range 3 {
		r = w.look(e)
		require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut], "she has not subscribed again: %s", r.Error)
		require.NotContains(t, w.a.on(7), "ana@example.com")
		w.clock.pass(time.Minute)
	}
	require.Contains(t, w.a.on(7), "ivo@example.com")
}

func TestS8WhoSubscribesAgainIsExportedAgainWhateverBecameOfHerImport(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 48*time.Hour)
	w.giveUpOn(id)
	w.drive()
	w.a.change("ana@example.com", blocklist)
	require.EqualValues(t, 1, w.look(e).Receipt.Reasons[activation.ReasonOptedOut])
	w.a.change("ana@example.com", func(c *destination.Contact) { c.Blocklisted = false })
	require.EqualValues(t, 1, w.ok(w.look(e)).Added)
}
