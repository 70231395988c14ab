package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
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
