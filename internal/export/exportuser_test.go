package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/ledger"
	"segue/internal/store"
)

// administrator adds somebody who may be export user.
func (w *world) administrator(name string) activation.Person {
	w.Helper()
	p := activation.Person{
		ID: activation.PersonID(w.id()), Name: name, Email: activation.Email(name + "@example.com"), Role: activation.RoleAdministrator,
		CreatedAt: day, UpdatedAt: day, Version: 1,
	}
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error { return tx.CreatePerson(w.Context(), p) }))
	return p
}

// edit changes a person.
func (w *world) edit(id activation.PersonID, f func(*activation.Person)) {
	w.Helper()
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		p, err := tx.Person(w.Context(), id)
		if err != nil {
			return err
		}
		f(&p)
		return tx.UpdatePerson(w.Context(), p)
	}))
}

// runsFor makes somebody the export user of a connection.
func (w *world) runsFor(c activation.ConnectionID, p activation.Person) {
	w.Helper()
	_, err := w.conns.Update(w.Context(), c, connection.Change{ExportUser: &activation.ExportUser{Kind: activation.ExportUserPerson, Person: p.ID, Name: p.Name}})
	require.NoError(w, err)
}

func TestARunNeedsAnExportUserWhoIsAnAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e := w.export("vip", c, 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	nobody := activation.ExportUser{}
	_, err := w.conns.Update(t.Context(), c, connection.Change{ExportUser: &nobody})
	require.NoError(t, err)
	refused := func(why string) {
		t.Helper()
		for _, kind := range []activation.RunKind{activation.RunReal, activation.RunDry, activation.RunReconcile} {
			_, _, err := w.svc.Start(t.Context(), e.ID, kind, "ana", "")
			require.Equal(t, activation.CodeNeedsExportUser, activation.CodeOf(err), kind)
			require.ErrorContains(t, err, why)
			require.ErrorContains(t, err, "take over")
		}
	}
	refused("has no export user")
	p := w.administrator("Mara")
	w.runsFor(c, p)
	w.ok(w.do(e))
	w.edit(p.ID, func(p *activation.Person) { p.Role = activation.RoleContributor })
	refused("no administrator any more")
	w.edit(p.ID, func(p *activation.Person) { p.Role, p.Off = activation.RoleAdministrator, true })
	refused("switched off")
	w.runsFor(c, w.administrator("Zora"))
	w.ok(w.do(e))
}

func TestS29ALostExportUserStopsTheRunBeforeItsNextBatch(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		until   func(w *world, id activation.RunID) func() bool
		added   int64
		receipt bool
	}{
		"queued":   {func(*world, activation.RunID) func() bool { return func() bool { return true } }, 0, false},
		"ready":    {func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchReady) }, 2, true},
		"accepted": {func(w *world, id activation.RunID) func() bool { return w.state(id, ledger.BatchAccepted) }, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRows = 2
			c := w.connect("one", keyA)
			p := w.administrator("Mara")
			w.runsFor(c, p)
			e := w.export("vip", c, 7, "s1")
			list, _ := crowd(4, "s1")
			w.are(list...)
			id := w.start(e)
			w.drive(at.until(w, id))
			w.edit(p.ID, func(p *activation.Person) { p.Off = true })
			imports := w.a.count("import")
			w.drive()
			r := w.run(id)
			require.Equal(t, []any{activation.StatusFailed, activation.CodeNeedsExportUser}, []any{r.Status, r.ErrorCode}, r.Error)
			require.Contains(t, r.Remedy, "take over")
			require.Equal(t, imports, w.a.count("import"), "nothing more is sent")
			require.Equal(t, at.receipt, r.Receipt != nil)
			if at.receipt {
				require.Equal(t, []any{at.added, 4 - at.added}, []any{r.Receipt.Added, r.Receipt.NotSent}, "what was in flight is settled")
			}
			w.runsFor(c, w.administrator("Zora"))
			require.EqualValues(t, at.added, w.ok(w.do(e)).Unchanged)
		})
	}
}

func TestWhoeverTakesOverWhileAnImportIsInFlightLetsTheRunGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 2
	c := w.connect("one", keyA)
	p := w.administrator("Mara")
	w.runsFor(c, p)
	e := w.export("vip", c, 7, "s1")
	list, _ := crowd(4, "s1")
	w.are(list...)
	w.a.takes = time.Minute
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	w.edit(p.ID, func(p *activation.Person) { p.Off = true })
	w.driveFor(10 * time.Second)
	require.False(t, w.run(id).Status.Final(), "what is in flight is followed")
	w.runsFor(c, w.administrator("Zora"))
	w.drive()
	require.EqualValues(t, 4, w.ok(w.run(id)).Added)
}

func TestAHeldRunIsNotReleasedWithoutAnExportUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	p := w.administrator("Mara")
	w.runsFor(c, p)
	e := w.export("vip", c, 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.are()
	id := w.start(e)
	w.drive(w.has(id, activation.StatusHeld))
	w.edit(p.ID, func(p *activation.Person) { p.Off = true })
	_, err := w.svc.Release(t.Context(), id, "ana")
	require.Equal(t, activation.CodeNeedsExportUser, activation.CodeOf(err))
	w.runsFor(c, w.administrator("Zora"))
	_, err = w.svc.Release(t.Context(), id, "ana")
	require.NoError(t, err)
	w.drive()
	require.EqualValues(t, 1, w.ok(w.run(id)).Removed)
}

// TestS29WithoutAnExportUserNobodyIsTakenOffAgainWhomAGivenUpProcessAdded: that is a call like any other, on behalf of somebody. The process is
// watched until there is one again.
func TestS29WithoutAnExportUserNobodyIsTakenOffAgainWhomAGivenUpProcessAdded(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 3*time.Hour)
	mara := w.administrator("Mara")
	w.runsFor(e.Connection, mara)
	w.giveUpOn(id)
	w.drive()
	w.are(others(person("p2", "Ivo", "s1"))...)
	w.ok(w.do(e)) // Ana leaves
	w.edit(mara.ID, func(p *activation.Person) { p.Off = true })
	before := len(w.a.did())
	w.lookAfter(8 * 24 * time.Hour)
	require.Len(t, w.a.did(), before)
	require.Contains(t, w.a.on(7), "ana@example.com")
	require.Empty(t, w.watches(id)[0].Outcome, "somebody will take over")
	w.runsFor(e.Connection, w.administrator("Zora"))
	w.lookAfter(10 * time.Minute)
	require.NotContains(t, w.a.on(7), "ana@example.com")
	require.Equal(t, ledger.WatchLanded, w.watches(id)[0].Outcome)
}

// TestS29ARunThatLostItsExportUserLooksAfterNothing: it follows what is in flight, and that is all.
func TestS29ARunThatLostItsExportUserLooksAfterNothing(t *testing.T) {
	t.Parallel()
	w, e, id := stalled(t, 3*time.Hour)
	mara := w.administrator("Mara")
	w.runsFor(e.Connection, mara)
	w.giveUpOn(id)
	w.drive()
	w.are(others(person("p2", "Ivo", "s1"))...)
	w.ok(w.do(e)) // Ana leaves
	w.clock.reach(day.Add(2*time.Hour + 50*time.Minute))
	w.a.limits.MaxRows = 1
	w.are(others(person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))...)
	w.a.fates = []fate{{takes: 30 * time.Minute}}
	run := w.start(e)
	w.drive(w.state(run, ledger.BatchAccepted))
	require.NotContains(t, w.a.on(7), "ana@example.com", "what was given up has not ended")
	w.edit(mara.ID, func(p *activation.Person) { p.Off = true })
	removals := w.a.count("remove")
	w.drive()
	require.Equal(t, activation.CodeNeedsExportUser, w.run(run).ErrorCode)
	require.EqualValues(t, 1, w.run(run).Receipt.Added, "what was in flight is settled")
	require.Contains(t, w.a.on(7), "ana@example.com", "it has ended meanwhile")
	require.Equal(t, removals, w.a.count("remove"))
}
