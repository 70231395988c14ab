package export_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// twoFeeds makes an export that feeds FIRSTNAME from First, and the definition of another one of the account that would feed it
// from Last.
func twoFeeds(w *world) (first, second activation.Export) {
	w.Helper()
	first = w.export("first", w.connect("one", keyA), 7, "s1")
	second = activation.Export{
		Name: "second", Connection: w.connect("two", keyA), List: 9, Segments: []activation.SegmentID{"s2"}, Leavers: activation.LeaversRemove,
		Mapping: activation.Mapping{Email: "Mail", Attributes: []activation.AttributeMapping{{Attribute: "firstname ", Field: "Last"}}},
	}
	return first, second
}

func TestS21AnAttributeIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := twoFeeds(w)
	both := person("p1", "Ana", "s1", "s2")
	both.last = "Second"
	w.are(both)
	w.ok(w.do(first))
	_, err := w.svc.Create(t.Context(), second)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err))
	_, err = w.svc.Create(t.Context(), second, "LASTNAME")
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "what it does not map it cannot take")
	list, err := w.svc.Contested(t.Context(), second)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, []any{first.ID, "FIRSTNAME", "First"}, []any{list[0].Export.ID, list[0].Attribute, list[0].Field})

	second, err = w.svc.Create(t.Context(), second, " firstname")
	require.NoError(t, err)
	first, err = w.svc.Get(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, []activation.AttributeMapping{{Attribute: "SMS", Field: "Phone"}}, first.Mapping.Attributes, "only what was taken is gone")
	require.EqualValues(t, 2, first.Version)
	w.ok(w.do(second))
	require.Equal(t, "Second", w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"])
	w.ok(w.do(first))
	require.Equal(t, "Second", w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"], "the other one feeds it no more")

	// It can be taken back by changing an export as well.
	first.Mapping.Attributes = append(first.Mapping.Attributes, activation.AttributeMapping{Attribute: "FIRSTNAME", Field: "First"})
	_, err = w.svc.Update(t.Context(), first)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err))
	_, err = w.svc.Update(t.Context(), first, "FIRSTNAME")
	require.NoError(t, err)
	second, err = w.svc.Get(t.Context(), second.ID)
	require.NoError(t, err)
	require.Empty(t, second.Mapping.Attributes)
}

// TestS21NothingIsTakenFromAnExportWhoseRunPlannedWithIt: a run keeps the mapping that it planned with (S25), and would write its value
// over that of the export which took the attribute over.
func TestS21NothingIsTakenFromAnExportWhoseRunPlannedWithIt(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(w *world, e activation.Export) activation.RunID{
		"held": func(w *world, e activation.Export) activation.RunID {
			all, _ := crowd(100, "s1")
			w.are(all...)
			w.ok(w.do(e))
			changed := all[:30]
			for i := range changed {
				changed[i].first = "Tajna nova"
			}
			w.are(changed...)
			return w.do(e).ID
		},
		"queued": func(w *world, e activation.Export) activation.RunID { return w.start(e) },
		"under way": func(w *world, e activation.Export) activation.RunID {
			w.a.fail("import", fault{outcome: destination.NotDone})
			id := w.start(e)
			w.drive(w.state(id, ledger.BatchReady))
			return id
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first, second := twoFeeds(w)
			w.are(person("p1", "Ana", "s1"))
			id := begin(w, first)
			require.False(t, w.run(id).Status.Final())
			_, err := w.svc.Create(t.Context(), second, "FIRSTNAME")
			require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "it would still send its value")
			first, err = w.svc.Get(t.Context(), first.ID)
			require.NoError(t, err)
			require.Len(t, first.Mapping.Attributes, 2, "nothing was taken")
			_, err = w.svc.Cancel(t.Context(), id)
			require.NoError(t, err)
			w.drive()
			require.True(t, w.run(id).Status.Final())
			_, err = w.svc.Create(t.Context(), second, "FIRSTNAME")
			require.NoError(t, err)
		})
	}
}

// TestS21WhatAnExportGaveUpIsNotFedByAnotherWhileARunOfItSendsIt: the same without taking anything over.
func TestS21WhatAnExportGaveUpIsNotFedByAnotherWhileARunOfItSendsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := twoFeeds(w)
	w.are(person("p1", "Ana", "s1"))
	w.a.fail("import", fault{outcome: destination.NotDone})
	id := w.start(first)
	w.drive(w.state(id, ledger.BatchReady))
	first.Mapping.Attributes = nil
	_, err := w.svc.Update(t.Context(), first)
	require.NoError(t, err)
	_, err = w.svc.Create(t.Context(), second)
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "the run has planned with what the export fed before")
	w.drive()
	w.ok(w.run(id))
	_, err = w.svc.Create(t.Context(), second)
	require.NoError(t, err)
}

// TestS21S25ADateIsFedInOneTimeZone: a moment is another day in another time zone, so that two exports would write over each other at
// every run.
func TestS21S25ADateIsFedInOneTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.dated()
	second := first
	second.Name, second.List, second.TimeZone = "second", 9, "America/New_York"
	_, err := w.svc.Create(t.Context(), second)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err))
	require.ErrorContains(t, err, `as the day that the field "Last" is in the time zone Europe/Zagreb`)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Remedy, "Use the same time zone")

	second.TimeZone = first.TimeZone
	same, err := w.svc.Create(t.Context(), second)
	require.NoError(t, err)
	same.TimeZone = ""
	_, err = w.svc.Update(t.Context(), same)
	require.Equal(t, activation.CodeAttributeTaken, activation.CodeOf(err), "nor is the zone changed")
	same, err = w.svc.Update(t.Context(), same, "SEEN")
	require.NoError(t, err)
	first, err = w.svc.Get(t.Context(), first.ID)
	require.NoError(t, err)
	require.Empty(t, first.Mapping.Attributes, "it was taken over")

	// A text is the same in every time zone.
	same.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "FIRSTNAME", Field: "First"}}
	_, err = w.svc.Update(t.Context(), same)
	require.NoError(t, err)
	first.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "FIRSTNAME", Field: "First"}}
	_, err = w.svc.Update(t.Context(), first)
	require.NoError(t, err)
}

// TestS21ARunThatIsPlanningSendsNothingThatItsExportGaveUp: an attribute that an export loses while its run writes its hand-over is
// another export's from then on.
func TestS21ARunThatIsPlanningSendsNothingThatItsExportGaveUp(t *testing.T) {
	t.Parallel()
	for _, killed := range []string{"", "plan.after-snapshot", "plan.before-ledger"} {
		t.Run(killed, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first, second := twoFeeds(w)
			ana := person("p1", "Ana", "s1", "s2")
			ana.last = "Second"
			w.are(ana)
			if killed != "" {
				w.crash[killed] = 1
			}
			id := w.start(first)
			// The run read its export, and wrote nothing yet.
			w.a.meanwhile = map[string]func(){"account": func() {
				w.a.mu.Unlock()
				defer w.a.mu.Lock()
				first.Mapping.Attributes = []activation.AttributeMapping{{Attribute: "SMS", Field: "Phone"}}
				_, err := w.svc.Update(t.Context(), first)
				require.NoError(t, err)
				_, err = w.svc.Create(t.Context(), second)
				require.NoError(t, err)
			}}
			w.drive(w.ended(id))
			w.ok(w.run(id))
			require.Empty(t, w.a.contacts["ana@example.com"].Attributes["FIRSTNAME"], "the second export feeds it now")
		})
	}
}
