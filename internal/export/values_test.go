package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

func TestS12S5WhatAnotherExportSentMeanwhileIsNotTakenForUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2")
	named := func(first string, in ...string) {
		w.are(customer{id: "p1", address: "ana@example.com", first: first, in: in}, person("p2", "Ivo", "s1", "s2"), person("p3", "Eva", "s1"))
	}
	stored := func() string { return w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"] }
	named("Ana", "s1")
	w.ok(w.do(e1))
	named("Anna", "s1", "s2")
	w.ok(w.do(e2))
	require.Equal(t, "Anna", stored())
	// The name was mistaken, and is right again before the first export runs; the second one does not want her any more.
	named("Ana", "s1")
	r := w.ok(w.do(e1))
	require.Equal(t, "Ana", stored())
	require.EqualValues(t, []int64{1, 2}, []int64{r.Updated, r.Unchanged})
	r = w.ok(w.do(e1))
	require.EqualValues(t, 3, r.Unchanged, "and that is known")
	named("Ana", "s1", "s2")
	w.restart()
	w.ok(w.do(e2))
	require.EqualValues(t, 2, w.ok(w.do(e2)).Unchanged)
	require.EqualValues(t, 3, w.ok(w.do(e1)).Unchanged, "the same values by another export change nothing")
}

func TestS12S22WhatWasSentOnAnotherListMeanwhileIsNotTakenForUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("first", w.connect("one", keyA), 7, "s1")
	e.Leavers = activation.LeaversKeep
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	for _, x := range []struct {
		list activation.ListID
		name string
	}{{7, "Ana"}, {9, "Anna"}, {7, "Ana"}} {
		e.List = x.list
		e, err = w.svc.Update(t.Context(), e)
		require.NoError(t, err)
		w.are(customer{id: "p1", address: "ana@example.com", first: x.name, in: []string{"s1"}})
		w.ok(w.do(e))
		require.Equal(t, x.name, w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"])
	}
}

func TestS12AnImportOfUnknownOutcomeByAnotherExportIsNotTakenForUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2")
	w.are(customer{id: "p1", address: "ana@example.com", first: "Ana", in: []string{"s1"}})
	w.ok(w.do(e1))
	w.are(customer{id: "p1", address: "ana@example.com", first: "Anna", in: []string{"s1", "s2"}})
	w.a.fates = []fate{{lines: []destination.ReportLine{{Address: "stranger@example.org", Reason: "whoever that is"}}}}
	require.EqualValues(t, 1, w.do(e2).Receipt.NotSent, "a report was not understood")
	w.are(customer{id: "p1", address: "ana@example.com", first: "Ana", in: []string{"s1"}})
	w.ok(w.do(e1))
	require.Equal(t, "Ana", w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"])
}
