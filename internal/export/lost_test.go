package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func TestS12WhatAnAttributeHeldThatWasMissingIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.lists[8] = map[activation.Email]bool{}
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1", "s2")
	without, err := w.svc.Create(t.Context(), activation.Export{
		Name: "third", Connection: c, List: 8, Segments: []activation.SegmentID{"s1"}, Leavers: activation.LeaversRemove,
		Mapping: activation.Mapping{Email: "Mail", Attributes: []activation.AttributeMapping{{Attribute: "SMS", Field: "Phone"}}},
	})
	require.NoError(t, err)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s2"))
	for _, e := range []activation.Export{e1, e2, without} {
		w.ok(w.do(e))
	}
	// Somebody deletes the attribute, and with it what it held; a run says so, and somebody creates it again.
	all := w.a.attributes
	w.a.attributes = all[1:]
	require.Equal(t, "FIRSTNAME", all[0].Name)
	for _, a := range []string{"ana@example.com", "ivo@example.com"} {
		delete(w.a.contacts[activation.Email(a)].Attributes, "FIRSTNAME")
	}
	_, err = w.svc.Detach(t.Context(), e2.ID, "ana")
	require.NoError(t, err)
	require.Equal(t, activation.CodeAttributeMissing, w.do(e1).ErrorCode)
	w.a.attributes = all
	e2, err = w.svc.Attach(t.Context(), e2.ID, c, 0)
	require.NoError(t, err, "it was detached meanwhile, and is meant too")
	require.EqualValues(t, 1, w.ok(w.do(e1)).Updated)
	require.Equal(t, "Ana", w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"])
	w.restart()
	require.EqualValues(t, 2, w.ok(w.do(e2)).Updated, "of whom the first one does not know either")
	require.Equal(t, "Ivo", w.a.contacts["ivo@example.com"].Attributes["FIRSTNAME"])
	require.EqualValues(t, 1, w.ok(w.do(without)).Unchanged, "it does not use the attribute")
	require.EqualValues(t, 1, w.ok(w.do(e1)).Unchanged)
	require.EqualValues(t, 2, w.ok(w.do(e2)).Unchanged)
}

func TestS12AMissingAttributeIsToldAndDoubtedWhateverElseIsDetached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e1))
	w.ok(w.do(e2))
	_, err := w.svc.Detach(t.Context(), e2.ID, "ana")
	require.NoError(t, err)
	all := w.a.attributes
	w.a.attributes = all[1:]
	delete(w.a.contacts["ana@example.com"].Attributes, "FIRSTNAME")
	r := w.do(e1)
	require.Equal(t, activation.CodeAttributeMissing, r.ErrorCode, r.Error)
	w.a.attributes = all
	require.EqualValues(t, 1, w.ok(w.do(e1)).Updated)
	delete(w.a.contacts["ana@example.com"].Attributes, "FIRSTNAME")
	_, err = w.svc.Attach(t.Context(), e2.ID, c, 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, w.ok(w.do(e2)).Updated, "a detached export goes on with its ledger, and does not know either")
}

func TestS12WhoWasSentWhileAnAttributeWasMissingIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.connect("one", keyA)
	e1, e2 := w.export("first", c, 7, "s1"), w.export("second", c, 9, "s2")
	w.a.limits.MaxRows = 1
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia", "s2"))
	run := w.start(e1)
	w.drive(w.state(run, ledger.BatchAccepted))
	// The attribute is deleted under way, and a run of another export says so between two batches.
	all := w.a.attributes
	second := w.start(e2)
	w.drive(w.state(run, ledger.BatchEnded))
	w.a.attributes = all[1:]
	w.drive(w.ended(second))
	require.Equal(t, activation.CodeAttributeMissing, w.run(second).ErrorCode)
	list, err := w.ledger.BatchesOf(t.Context(), run)
	require.NoError(t, err)
	require.NotEqual(t, ledger.BatchEnded, list[2].State)
	w.drive(w.ended(run))
	w.ok(w.run(run))
	for _, a := range []string{"ana@example.com", "eva@example.com", "ivo@example.com"} {
		delete(w.a.contacts[activation.Email(a)].Attributes, "FIRSTNAME") // Brevo ignored it, or dropped it with the attribute
	}
	w.a.attributes = all
	require.EqualValues(t, 3, w.ok(w.do(e1)).Updated)
}
