package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/export"
)

func TestS2AMirrorFromTheFutureIsReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.clock.pass(10 * 365 * 24 * time.Hour) // a clock that was wrong
	w.ok(w.do(e))
	w.clock.pass(-10 * 365 * 24 * time.Hour)
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Blocklisted = true })
	w.clock.pass(48 * time.Hour)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	r := w.do(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut], "who opted out since is seen though the clock was put right")
}

func TestS2ASwitchedOffMirrorIsNotReadUnlessARunIsAskedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e := w.export("vip", c, 7, "s1")
	off := true
	_, err := w.conns.Update(t.Context(), c, connection.Change{MirrorOff: &off})
	require.NoError(t, err)
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Blocklisted = true })
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	require.Zero(t, w.a.count("contacts"))
	w.ok(w.do(e))
	require.Zero(t, w.a.count("contacts"))

	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	r, _, err := w.svc.StartRun(t.Context(), export.StartRequest{Export: e.ID, Kind: activation.RunReal, By: "ana", RefreshMirror: true})
	require.NoError(t, err)
	w.drive(w.ended(r.ID))
	require.EqualValues(t, 1, w.run(r.ID).Receipt.Reasons[activation.ReasonOptedOut])
	require.EqualValues(t, 1, w.a.count("contacts"))
	require.EqualValues(t, 1, w.do(e).Receipt.Reasons[activation.ReasonOptedOut], "what was read is remembered")
	require.EqualValues(t, 1, w.a.count("contacts"))
}

func TestS2AMirrorIsReadOnDemandHoweverFreshItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.clock.pass(10 * time.Minute)
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Blocklisted = true })
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.crash["plan.before-members"] = 1
	r, _, err := w.svc.StartRun(t.Context(), export.StartRequest{Export: e.ID, Kind: activation.RunReal, By: "ana", RefreshMirror: true})
	require.NoError(t, err)
	w.drive(w.ended(r.ID))
	require.Empty(t, w.crash)
	require.EqualValues(t, 1, w.run(r.ID).Receipt.Reasons[activation.ReasonOptedOut])
	require.EqualValues(t, 2, w.a.count("contacts"), "once for the first run, once on demand, though the program was killed after it")
}

func TestS2ReconcilingOverASwitchedOffMirrorReadsTheListOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e := w.export("vip", c, 7, "s1")
	off := true
	_, err := w.conns.Update(t.Context(), c, connection.Change{MirrorOff: &off})
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	r, _, err := w.svc.Start(t.Context(), e.ID, activation.RunReconcile, "ana", "")
	require.NoError(t, err)
	w.drive(w.ended(r.ID))
	require.Equal(t, activation.StatusSuccessful, w.run(r.ID).Status)
	require.Zero(t, w.a.count("contacts"))
}

func TestS2WhoOptsOutIsSeenThoughTheClockHereIsAheadOfBrevos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	there := func() time.Time { return w.clock.now().Add(-time.Hour) } // it is earlier at Brevo
	w.a.change("eva@example.com", func(c *destination.Contact) { c.ModifiedAt = there() })
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.clock.pass(10 * time.Minute)
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Blocklisted, c.ModifiedAt = true, there() })
	w.clock.pass(48 * time.Hour)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	r := w.do(e)
	require.EqualValues(t, 1, r.Receipt.Reasons[activation.ReasonOptedOut])
	require.NotContains(t, w.a.on(7), "ivo@example.com")
}
