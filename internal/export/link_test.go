package export_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/store"
)

func TestS1AnExportThatIsAttachedToItsAccountAgainGoesOnAndToAnotherBeginsWithNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Iva", "s1"))
	w.ok(w.do(e))
	_, err := w.svc.Attach(t.Context(), e.ID, a, 0)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "it has a connection")

	e, err = w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	require.Empty(t, e.Connection)
	require.Equal(t, []any{"one", "Primjer d.o.o.", "ana", "org-a"}, []any{e.Detached.Name, e.Detached.Company, e.Detached.By, e.Detached.Account.OrganizationID})
	_, _, err = w.svc.Start(t.Context(), e.ID, activation.RunReal, "ana", "")
	require.Equal(t, activation.CodeNoConnection, activation.CodeOf(err))
	_, err = w.svc.Update(t.Context(), e)
	require.Error(t, err)
	st, err := w.ledger.Standings(t.Context(), "ana@example.com")
	require.NoError(t, err)
	require.Equal(t, ledger.Owned, st[0].Ownership, "S20 a detached export still owns")
	require.Len(t, w.a.on(7), 2, "S22 detaching touches nothing")

	e, err = w.svc.Attach(t.Context(), e.ID, w.connect("two", keyA), 0)
	require.NoError(t, err)
	require.Nil(t, e.Detached)
	writes := len(w.a.did())
	require.EqualValues(t, 2, w.ok(w.do(e)).Unchanged)
	require.Len(t, w.a.did(), writes, "nothing is sent again")

	_, err = w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	b := w.connect("other account", keyB)
	_, err = w.svc.Attach(t.Context(), e.ID, b, 0)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	require.ErrorContains(t, err, "list_id")
	w.crash["attach.before-orphan"] = 1
	require.Panics(t, func() { _, _ = w.svc.Attach(t.Context(), e.ID, b, 7) })
	w.restart()
	_, err = w.svc.Attach(t.Context(), e.ID, a, 0)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "killed on its way, it begins anew wherever it goes")
	e, err = w.svc.Attach(t.Context(), e.ID, b, 7)
	require.NoError(t, err)
	require.EqualValues(t, 2, w.ok(w.do(e)).Added)
	require.Len(t, w.b.on(7), 2)
	require.Len(t, w.a.on(7), 2)
	st, err = w.ledger.Standings(t.Context(), "ana@example.com")
	require.NoError(t, err)
	var of []ledger.Ownership
	for _, x := range st {
		of = append(of, x.Ownership)
	}
	require.ElementsMatch(t, []ledger.Ownership{ledger.Orphaned, ledger.Owned}, of)
}

func TestS29ADetachedExportsRunStopsBeforeItsNextBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.limits.MaxRows = 2
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	list, _ := crowd(4, "s1")
	w.are(list...)
	id := w.start(e)
	w.drive(w.state(id, ledger.BatchAccepted))
	_, err := w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	_, err = w.svc.Attach(t.Context(), e.ID, a, 0)
	require.Equal(t, activation.CodeInUse, activation.CodeOf(err), "what is in flight is followed first")
	w.drive()
	r := w.run(id)
	require.Equal(t, []any{activation.StatusCanceled, activation.StopDetached.Words()}, []any{r.Status, r.Error})
	require.EqualValues(t, 2, r.Receipt.Added)
	require.EqualValues(t, 2, r.Receipt.NotSent)
	require.EqualValues(t, 1, w.a.count("import"))
	e, err = w.svc.Attach(t.Context(), e.ID, a, 0)
	require.NoError(t, err)
	require.EqualValues(t, 2, w.ok(w.do(e)).Unchanged)
}

func TestADetachedExportFeedsNothingAndNobodyJoinsItsList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	_, err := w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	o := activation.Export{
		Name: "other", Connection: a, List: 7, Segments: []activation.SegmentID{"s2"}, Leavers: activation.LeaversRemove,
		Mapping: activation.Mapping{Email: "Mail", Attributes: []activation.AttributeMapping{{Attribute: "FIRSTNAME", Field: "Last"}}},
	}
	o, err = w.svc.Create(t.Context(), o)
	require.NoError(t, err, "S21 who does not run feeds nothing")
	w.are(person("p1", "Ana", "s2"))
	w.ok(w.do(o))
	_, err = w.svc.Attach(t.Context(), e.ID, a, 0)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err), "S21 attaching is held against it")
	w.restart() // an export without a connection does not keep the program from starting
}

func TestACopyOfAnExportRunsOnDemandOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	e, err := w.svc.SetFreshness(t.Context(), e.ID, 24*time.Hour, e.Version)
	require.NoError(t, err)
	c, err := w.svc.Duplicate(t.Context(), e.ID, "vip 2")
	require.NoError(t, err)
	require.Equal(t, activation.ScheduleOnDemand, c.Schedule.Mode)
	require.Zero(t, c.Freshness, "what runs on demand only is never late")
	require.NotEqual(t, e.ID, c.ID)
	require.Equal(t, []any{e.Mapping, e.Segments, e.List, e.Connection, e.Leavers}, []any{c.Mapping, c.Segments, c.List, c.Connection, c.Leavers})
	_, err = w.svc.Duplicate(t.Context(), e.ID, "VIP")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
	_, err = w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	_, err = w.svc.Duplicate(t.Context(), e.ID, "vip 3")
	require.Equal(t, activation.CodeNoConnection, activation.CodeOf(err))
}

func TestSeveralExportsAreScheduledAllOrNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2, e3 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2"), w.export("third", c, 9, "s3")
	own := activation.ExportSchedule{Mode: activation.ScheduleOwn, Cron: "30 6 * * *"}
	all := []activation.ExportID{e1.ID, e2.ID, e3.ID}
	anybody := func(store.Reader, activation.Export) error { return nil }
	of := func(id activation.ExportID) activation.ExportSchedule {
		e, err := w.svc.Get(t.Context(), id)
		require.NoError(t, err)
		return e.Schedule
	}
	changed, kept, err := w.svc.Schedule(t.Context(), all[:1], own, false, anybody)
	require.NoError(t, err)
	require.Equal(t, all[:1], changed)
	require.Empty(t, kept)
	demand := activation.ExportSchedule{Mode: activation.ScheduleOnDemand}
	_, _, err = w.svc.Schedule(t.Context(), all, demand, true, func(_ store.Reader, e activation.Export) error {
		if e.ID == e3.ID {
			return activation.Errorf(activation.CodeForbidden, "not yours")
		}
		return nil
	})
	require.Equal(t, activation.CodeForbidden, activation.CodeOf(err))
	require.Equal(t, activation.ExportSchedule{}, of(e2.ID), "none where one may not")
	changed, kept, err = w.svc.Schedule(t.Context(), all, demand, true, anybody)
	require.NoError(t, err)
	require.Equal(t, []any{all[1:], all[:1]}, []any{changed, kept})
	require.Equal(t, []any{own, demand}, []any{of(e1.ID), of(e2.ID)})
	_, _, err = w.svc.Schedule(t.Context(), all, activation.ExportSchedule{Mode: activation.ScheduleOwn, Cron: "never"}, false, anybody)
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	_, _, err = w.svc.Schedule(t.Context(), all, demand, false, anybody)
	require.NoError(t, err)
	require.Equal(t, demand, of(e1.ID), "overridden")
}

func TestS20WhomADetachedExportOwnsIsCountedAndItAdoptsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect("one", keyA)
	e := w.export("vip", a, 7, "s1")
	list, _ := crowd(4, "s1")
	w.are(list...)
	w.ok(w.do(e))
	_, err := w.svc.Detach(t.Context(), e.ID, "ana")
	require.NoError(t, err)
	p, err := w.svc.People(t.Context(), e.ID)
	require.NoError(t, err)
	require.Len(t, p.Lists, 1)
	require.EqualValues(t, 4, p.Lists[0].Owned)
	_, err = w.svc.Adopt(t.Context(), e.ID, "ana")
	require.Equal(t, activation.CodeNoConnection, activation.CodeOf(err))
	for _, k := range []activation.RunKind{activation.RunRemovePeople, activation.RunRemoveKept} {
		_, _, err = w.svc.Start(t.Context(), e.ID, k, "ana", "")
		require.Equal(t, activation.CodeNoConnection, activation.CodeOf(err), k)
	}
}
