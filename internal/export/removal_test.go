package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/ledger"
)

// begin starts a run of a kind and works it until it has ended or is held.
func (w *world) begin(e activation.Export, kind activation.RunKind) activation.Run {
	w.Helper()
	r, _, err := w.svc.StartRun(w.Context(), export.StartRequest{Export: e.ID, Kind: kind, By: "ana"})
	require.NoError(w, err)
	w.drive(w.ended(r.ID))
	return w.run(r.ID)
}

// release lets a held run go on to its end.
func (w *world) release(id activation.RunID) activation.Run {
	w.Helper()
	require.Equal(w, activation.StatusHeld, w.run(id).Status)
	_, err := w.svc.Release(w.Context(), id, "ana")
	require.NoError(w, err)
	w.drive()
	return w.run(id)
}

func (w *world) isGone(e activation.Export) {
	w.Helper()
	_, err := w.svc.Get(w.Context(), e.ID)
	require.Equal(w, activation.CodeNotFound, activation.CodeOf(err))
}

func TestS22AnExportIsRemovedWithItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.put(7, "guest@example.com")
	c := w.connect("one", keyA)
	e, other := w.export("first", c, 7, "s1"), w.export("other", c, 7, "s2")
	w.are(person("p0", "Guest", "s1"), person("p1", "Ana", "s1"), person("p2", "Ivo", "s1", "s2"), person("p3", "Eva", "s1"))
	w.ok(w.do(other))
	w.ok(w.do(e))
	w.people.fails = []error{activation.Errorf(activation.CodeCannotEvaluate, "nothing can be evaluated"), activation.Errorf(activation.CodeCannotEvaluate, "nothing can be evaluated")}
	writes := w.writes

	r := w.begin(e, activation.RunRemovePeople)
	require.Equal(t, activation.StatusHeld, r.Status, "S26: two people, and it waits for a word")
	require.Equal(t, []activation.HoldReason{{Code: "removes_all", Count: 2, Of: 2}}, r.Plan.Held)
	require.Equal(t, "the plan would remove all 2 people whom this export owns, and then the export", r.Error)
	require.Len(t, w.a.on(7), 4)
	require.Equal(t, activation.CodeInUse, activation.CodeOf(w.svc.Delete(t.Context(), e.ID)))
	r = w.release(r.ID)
	receipt := w.ok(r)
	require.EqualValues(t, []int64{0, 4, 2, 1, 1, 0}, []int64{receipt.Members, receipt.Leavers, receipt.Removed, receipt.Kept, receipt.StillWanted, receipt.NotRemoved})
	require.EqualValues(t, 2, receipt.ListSize)
	require.Equal(t, []string{"guest@example.com", "ivo@example.com"}, w.a.on(7), "who was there before stays (S19), and whom another export owns (S20)")
	require.Equal(t, writes, w.writes, "segments are not asked")
	w.isGone(e)
	w.people.fails = nil
	w.restart()
	require.Equal(t, activation.StatusSuccessful, w.run(r.ID).Status, "what became of everybody can still be read")
	rows, err := w.ledger.Rows(t.Context(), r.ID, ledger.RowFilter{Bucket: activation.BucketRemoved})
	require.NoError(t, err)
	require.Equal(t, activation.ReasonExportRemoved, rows[0].Reason)
	owners, err := w.ledger.Owners(t.Context())
	require.NoError(t, err)
	require.Equal(t, []activation.ExportID{other.ID}, owners)
	w.are(person("p2", "Ivo"), person("p4", "Mia", "s2"))
	w.ok(w.release(w.do(other).ID)) // he is all of its people
	require.Equal(t, []string{"guest@example.com", "mia@example.com"}, w.a.on(7), "and nobody is held on it by what is gone")
}

func TestS22ARemovalThatIsRefusedCanceledOrFailsLeavesTheExport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(w *world, id activation.RunID)
		want activation.RunStatus
		left int
	}{
		"refused": {func(w *world, id activation.RunID) {
			_, err := w.svc.Refuse(w.Context(), id, "ana")
			require.NoError(w, err)
			w.drive()
		}, activation.StatusCanceled, 3},
		"canceled half-way": {func(w *world, id activation.RunID) {
			_, err := w.svc.Release(w.Context(), id, "ana")
			require.NoError(w, err)
			w.a.meanwhile = map[string]func(){"remove": func() { // the first one goes out when the cancel comes
				_, err := w.svc.Cancel(w.Context(), id)
				require.NoError(w, err)
			}}
			w.drive()
		}, activation.StatusCanceled, 2},
		"failed": {func(w *world, id activation.RunID) {
			w.a.fail("remove", fault{outcome: destination.Refused, code: activation.CodeForbidden})
			w.release(id)
		}, activation.StatusFailed, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRemovals = 1
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
			w.ok(w.do(e))
			id := w.begin(e, activation.RunRemovePeople).ID
			c.end(w, id)
			r := w.run(id)
			require.Equal(t, c.want, r.Status, r.Error)
			if r.Receipt != nil {
				require.NoError(t, r.Receipt.Check())
				require.EqualValues(t, []int64{3, int64(c.left)}, []int64{r.Receipt.Leavers, r.Receipt.NotRemoved})
			}
			require.Len(t, w.a.on(7), c.left)
			_, err := w.svc.Get(t.Context(), e.ID)
			require.NoError(t, err, "the export stays")
			w.ok(w.do(e))
			require.Len(t, w.a.on(7), 3, "and its list follows it again")
			w.ok(w.release(w.begin(e, activation.RunRemovePeople).ID))
			require.Empty(t, w.a.on(7))
			w.isGone(e)
		})
	}
}

func TestS22ARemovalKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for _, point := range []string{
		"plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle", "finish.before", "finish.after",
		"remove-export.before", "remove-export.after",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.a.limits.MaxRemovals = 1
			w.a.put(7, "guest@example.com")
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			w.are(person("p0", "Guest", "s1"), person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
			w.ok(w.do(e))
			w.crash[point] = 1
			id := w.begin(e, activation.RunRemovePeople).ID
			r := w.release(id)
			require.Empty(t, w.crash, "it was killed there")
			receipt := w.ok(r)
			require.EqualValues(t, []int64{3, 2, 1}, []int64{receipt.Leavers, receipt.Removed, receipt.Kept})
			require.Equal(t, []string{"guest@example.com"}, w.a.on(7))
			w.isGone(e)
			open, err := w.ledger.OpenRuns(t.Context())
			require.NoError(t, err)
			require.Empty(t, open)
			owners, err := w.ledger.Owners(t.Context())
			require.NoError(t, err)
			require.Empty(t, owners, "what is left of it is orphaned, at the next start at the latest")
		})
	}
}

func TestS22WhoComesToBeWantedDuringARemovalStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRemovals = 1
	c := w.connect("one", keyA)
	e, other := w.export("first", c, 7, "s1"), w.export("other", c, 7, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	w.ok(w.do(e))
	id := w.begin(e, activation.RunRemovePeople).ID
	w.are(person("p2", "Ivo", "s1", "s2"))
	w.ok(w.do(other))
	receipt := w.ok(w.release(id))
	require.EqualValues(t, []int64{3, 2, 1}, []int64{receipt.Leavers, receipt.Removed, receipt.StillWanted})
	require.Equal(t, []string{"ivo@example.com"}, w.a.on(7))
	require.NotContains(t, w.a.did(), "remove 7: ivo@example.com")
}

func TestS22ARemovalAndARunOfTheExportExcludeEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	start := func(kind activation.RunKind) (activation.RunID, activation.Code) {
		r, _, err := w.svc.Start(t.Context(), e.ID, kind, "ana", "")
		return r.ID, activation.CodeOf(err)
	}
	real := w.start(e)
	for _, kind := range []activation.RunKind{activation.RunRemovePeople, activation.RunRemoveKept} {
		_, code := start(kind)
		require.Equal(t, activation.CodeConflict, code, "a run is under way")
	}
	w.drive()
	w.ok(w.run(real))

	id, code := start(activation.RunRemovePeople)
	require.Empty(t, code)
	for _, kind := range []activation.RunKind{activation.RunReal, activation.RunRemoveKept, activation.RunRemovePeople, activation.RunDry, activation.RunReconcile} {
		_, code := start(kind)
		require.Equal(t, activation.CodeConflict, code, kind)
	}
	w.drive(w.has(id, activation.StatusHeld))
	_, err := w.svc.Adopt(t.Context(), e.ID, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	// One that is held gives way, so that a schedule is never blocked by what nobody decides on.
	w.ok(w.do(e))
	require.Equal(t, activation.StatusCanceled, w.run(id).Status)
	require.Equal(t, "replaced by a newer run", w.run(id).Error)
	require.Len(t, w.a.on(7), 2)
	_, err = w.svc.Release(t.Context(), id, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
}

func TestS22AnExportIsNotRemovedUnderADryRunOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"))
	// The dry run waits for its turn behind the removal, which has nobody to remove and is not held.
	r, _, err := w.svc.Start(t.Context(), e.ID, activation.RunRemovePeople, "ana", "")
	require.NoError(t, err)
	w.queue.mu.Lock()
	w.queue.due[dry.ID] = w.clock.now().Add(3 * time.Second)
	w.queue.mu.Unlock()
	w.drive(func() bool { return w.run(dry.ID).Status.Final() })
	require.Equal(t, activation.StatusSuccessful, w.run(dry.ID).Status)
	require.False(t, w.run(r.ID).Status.Final())
	w.drive()
	w.ok(w.run(r.ID))
	w.isGone(e)
}

func TestS20TheKeptAreRemovedOnAPersonsWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e, other := w.export("first", c, 7, "s1"), w.export("other", c, 7, "s2")
	e.Leavers = activation.LeaversKeep
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))
	w.ok(w.do(e))
	w.are(person("p1", "Ana"), person("p2", "Ivo", "s2"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))
	receipt := w.ok(w.do(e))
	require.EqualValues(t, []int64{1, 1}, []int64{receipt.Kept, receipt.StillWanted}, "Ivo moves to the other export")
	w.are(person("p1", "Ana"), person("p2", "Ivo"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))
	w.ok(w.do(e)) // nobody sent Ivo: he is kept as well
	w.are(person("p1", "Ana"), person("p2", "Ivo", "s2"), person("p3", "Eva", "s1"), person("p4", "Mia", "s1"))
	w.ok(w.do(other))
	p, err := w.svc.People(t.Context(), e.ID)
	require.NoError(t, err)
	require.Equal(t, []ledger.Holding{{List: 7, ListCounts: ledger.ListCounts{Owned: 2, Kept: 2, Acknowledged: 4}}}, p.Lists)

	receipt = w.ok(w.begin(e, activation.RunRemoveKept))
	require.EqualValues(t, []int64{0, 2, 1, 1}, []int64{receipt.Members, receipt.Leavers, receipt.Removed, receipt.StillWanted})
	require.Equal(t, []string{"eva@example.com", "ivo@example.com", "mia@example.com"}, w.a.on(7))
	_, err = w.svc.Get(t.Context(), e.ID)
	require.NoError(t, err, "the export stays")
	receipt = w.ok(w.do(e))
	require.EqualValues(t, []int64{2, 2, 0}, []int64{receipt.Members, receipt.Unchanged, receipt.Leavers})

	_, _, err = w.svc.Start(t.Context(), e.ID, activation.RunRemoveKept, "ana", "")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "nobody is kept any more")
	require.ErrorContains(t, err, "keeps nobody")
}

func TestS20ARepeatedRequestToRemoveTheKeptGetsItsRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("first", w.connect("one", keyA), 7, "s1")
	e.Leavers = activation.LeaversKeep
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	first, made, err := w.svc.Start(t.Context(), e.ID, activation.RunRemoveKept, "ana", "key")
	require.NoError(t, err)
	require.True(t, made)
	w.drive()
	w.ok(w.run(first.ID))
	again, made, err := w.svc.Start(t.Context(), e.ID, activation.RunRemoveKept, "ana", "key")
	require.NoError(t, err)
	require.False(t, made)
	require.Equal(t, first.ID, again.ID)
}

func TestS20TheOrphanedAreAdopted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.put(7, "guest@example.com")
	c := w.connect("one", keyA)
	old, e := w.export("old", c, 7, "s1"), w.export("new", w.connect("two", keyA), 7, "s2")
	w.are(person("p0", "Guest", "s1"), person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(old))
	require.NoError(t, w.svc.Delete(t.Context(), old.ID))
	w.are(person("p1", "Ana", "s2"), person("p2", "Ivo"), person("p3", "Eva", "s2"))
	p, err := w.svc.People(t.Context(), e.ID)
	require.NoError(t, err)
	require.Equal(t, export.People{List: 7, Orphans: 3}, p)

	a, err := w.svc.Adopt(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	want := activation.Adoption{List: 7, By: "ana", At: w.clock.now(), Owned: 2, ThereBefore: 1}
	require.Equal(t, want, a)
	p, err = w.svc.People(t.Context(), e.ID)
	require.NoError(t, err)
	require.Equal(t, export.People{
		List: 7, Lists: []ledger.Holding{{List: 7, ListCounts: ledger.ListCounts{Owned: 2, ThereBefore: 1}}}, Adoptions: []activation.Adoption{want},
	}, p)

	r := w.do(e)
	require.Equal(t, activation.StatusHeld, r.Status, "Ivo is all that would stay of it (S26)")
	receipt := w.ok(w.release(r.ID))
	require.EqualValues(t, []int64{2, 2, 2, 1, 1}, []int64{receipt.Members, receipt.Added, receipt.Leavers, receipt.Removed, receipt.Kept})
	require.Equal(t, []string{"ana@example.com", "eva@example.com", "guest@example.com"}, w.a.on(7))
	_, err = w.svc.Adopt(t.Context(), "none", "ana")
	require.Equal(t, activation.CodeNotFound, activation.CodeOf(err))
}

func TestS23AfterARestoreNobodyIsRemovedFromAListThatWasNotReconciled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	require.NoError(t, w.svc.Restored(t.Context()))
	for _, kind := range []activation.RunKind{activation.RunRemovePeople, activation.RunRemoveKept} {
		r := w.begin(e, kind)
		require.Equal(t, activation.StatusFailed, r.Status)
		require.Equal(t, activation.CodeNotReady, r.ErrorCode)
	}
	require.Len(t, w.a.on(7), 1)
}

func TestS22WhomTheOtherExportLetGoMeanwhileIsRemovedWithTheExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e, other := w.export("first", c, 7, "s1"), w.export("other", c, 7, "s2")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1", "s2"), person("p3", "Eva", "s2"))
	w.ok(w.do(other))
	w.ok(w.do(e))
	r := w.begin(e, activation.RunRemovePeople)
	require.Equal(t, activation.StatusHeld, r.Status)
	require.EqualValues(t, []int64{1, 1}, []int64{r.Plan.Remove, r.Plan.StillWanted})
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s2"))
	require.EqualValues(t, 1, w.ok(w.do(other)).StillWanted, "the first one owns him still")
	r = w.release(r.ID)
	require.Equal(t, activation.StatusHeld, r.Status, "S26: nobody has released him")
	require.Equal(t, []string{"eva@example.com", "ivo@example.com"}, w.a.on(7))
	r = w.release(r.ID)
	w.ok(r)
	require.Equal(t, []string{"eva@example.com"}, w.a.on(7), "nobody wants Ivo")
	w.isGone(e)
	require.EqualValues(t, 2, r.Receipt.Removed)
}
