package export_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/export"
	"segue/internal/ledger"
)

// halfway is a run that is planned again half-way: 60 people leave two exports of one list in one refresh. Each counts on the
// other to want them still, until the other has ended; then somebody of the first one opts out, so that it plans again. Others
// leave the first one alone; if they are many it is held, and released.
func halfway(t *testing.T, others int) (w *world, run activation.RunID) {
	t.Helper()
	w = newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2")
	shared, _ := crowd(60, "s1", "s2")
	for i := range others {
		shared = append(shared, person(fmt.Sprintf("o%d", i), fmt.Sprintf("Other%d", i), "s1"))
	}
	stay := []customer{person("q1", "Ana", "s1"), person("q2", "Eva", "s1"), person("q3", "Ivo", "s1"), person("q4", "Mia", "s1"), person("q5", "Lea", "s2")}
	w.are(append(shared, stay...)...)
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	w.a.limits.MaxRows = 2
	for i := range 4 {
		stay[i].first += "bel"
	}
	w.are(stay...)
	run = w.start(e1)
	if others > 0 {
		w.drive(w.has(run, activation.StatusHeld))
		require.EqualValues(t, others, w.run(run).Plan.Remove)
		_, err := w.svc.Release(t.Context(), run, "eva")
		require.NoError(t, err)
	}
	w.drive(w.state(run, ledger.BatchAccepted))
	w.a.change("mia@example.com", blocklist)
	second, _, err := w.svc.StartRun(t.Context(), export.StartRequest{Export: e2.ID, Kind: activation.RunReal, By: "ana", RefreshMirror: true})
	require.NoError(t, err)
	w.drive(w.ended(run, second.ID))
	require.EqualValues(t, 60, w.ok(w.run(second.ID)).StillWanted, "the first one has not let them go yet")
	return w, run
}

func TestS26APlanMadeAgainHalfWayIsHeldWhenItRemovesMore(t *testing.T) {
	t.Parallel()
	w, run := halfway(t, 0)
	require.Equal(t, activation.StatusHeld, w.run(run).Status)
	require.EqualValues(t, 60, w.run(run).Plan.Remove)
	require.Len(t, w.a.on(7), 64, "Mia is off, for she opted out; nobody else is")
	w.restart()
	w.drive()
	require.Equal(t, activation.StatusHeld, w.run(run).Status, "a restart releases nothing")
	_, err := w.svc.Release(t.Context(), run, "ana")
	require.NoError(t, err)
	w.drive()
	r := w.run(run)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.NoError(t, r.Receipt.Check())
	require.EqualValues(t, []int64{60, 3, 1}, []int64{r.Receipt.Removed, r.Receipt.Updated, r.Receipt.Rejected})
	require.Equal(t, []string{"ana@example.com", "eva@example.com", "ivo@example.com", "lea@example.com"}, w.a.on(7))
}

func TestS26ARunThatIsHeldHalfWayAndRefusedAddsUp(t *testing.T) {
	t.Parallel()
	w, run := halfway(t, 0)
	r, err := w.svc.Refuse(t.Context(), run, "ana")
	require.NoError(t, err)
	require.Equal(t, activation.StatusCanceled, r.Status)
	require.NotNil(t, r.Receipt)
	require.NoError(t, r.Receipt.Check())
	require.EqualValues(t, []int64{2, 1, 60}, []int64{r.Receipt.Updated, r.Receipt.NotSent, r.Receipt.NotRemoved})
	require.Len(t, w.a.on(7), 64)
}

func TestS26AReleaseDoesNotCoverWhomAPlanMadeAgainHalfWayRemovesBesides(t *testing.T) {
	t.Parallel()
	w, run := halfway(t, 55)
	r := w.run(run)
	require.Equal(t, activation.StatusHeld, r.Status)
	require.False(t, r.Released)
	require.EqualValues(t, 115, r.Plan.Remove)
	require.Len(t, w.a.on(7), 64, "those who were released are off")
	_, err := w.svc.Release(t.Context(), run, "ana")
	require.NoError(t, err)
	w.drive()
	r = w.run(run)
	require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
	require.Equal(t, "ana", r.ReleasedBy)
	require.EqualValues(t, 115, r.Receipt.Removed)
	require.Len(t, w.a.on(7), 4)
}

func TestS26APlanMadeAgainHalfWayKeepsItsReleaseWhenItRemovesNobodyBesides(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]int{"held and released": 100, "small enough, and counted once": 49} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, e, list := standingCrowd(t, 200)
			w.a.limits.MaxRows = 1
			for i := range 3 {
				list[i].first = "Tajnica"
			}
			w.are(list[:200-leave]...)
			run := w.start(e)
			if leave > 50 {
				w.drive(w.has(run, activation.StatusHeld))
				_, err := w.svc.Release(t.Context(), run, "ana")
				require.NoError(t, err)
			}
			w.drive(w.state(run, ledger.BatchAccepted))
			acct, err := w.ledger.Account(t.Context(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org-a"})
			require.NoError(t, err)
			require.NoError(t, w.ledger.PutMirror(t.Context(), acct, 1, []ledger.MirrorContact{{Contact: 1, Address: activation.Email(list[2].address), OptedOut: true}}))
			w.drive(w.ended(run))
			r := w.run(run)
			require.Equal(t, activation.StatusWithRejects, r.Status, r.Error)
			require.Equal(t, leave > 50, r.ReleasedBy == "ana")
			require.EqualValues(t, []int64{int64(leave) + 1, 2}, []int64{r.Receipt.Removed, r.Receipt.Updated})
		})
	}
}

func TestS26AReleaseDoesNotCoverAsManyOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2, e3 := w.export("first", c, 7, "s1"), w.export("second", c, 7, "s2"), w.export("third", c, 7, "s3")
	people := func(shared, others []string) {
		var list []customer
		for i := range 60 {
			list = append(list, person(fmt.Sprintf("a%d", i), fmt.Sprintf("Shared%d", i), shared...), person(fmt.Sprintf("b%d", i), fmt.Sprintf("Other%d", i), others...))
		}
		w.are(append(list, person("q1", "Ana", "s1"), person("q2", "Eva", "s2"), person("q3", "Ivo", "s3"))...)
	}
	people([]string{"s1", "s2"}, []string{"s1"})
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	w.ok(w.do(e3))
	people(nil, nil) // each of the two counts on the other to want the shared ones still
	run := w.start(e1)
	w.drive(w.has(run, activation.StatusHeld))
	require.EqualValues(t, []int64{60, 60}, []int64{w.run(run).Plan.Remove, w.run(run).Plan.StillWanted})
	// Meanwhile another export comes to want those who were released, and the second one lets the shared ones go.
	people(nil, []string{"s3"})
	w.ok(w.do(e3))
	require.EqualValues(t, 60, w.ok(w.do(e2)).StillWanted)
	_, err := w.svc.Release(t.Context(), run, "ana")
	require.NoError(t, err)
	w.drive(w.ended(run))
	r := w.run(run)
	require.Equal(t, activation.StatusHeld, r.Status, "nobody has released these: %d on the list", len(w.a.on(7)))
	require.Len(t, w.a.on(7), 123)
}
