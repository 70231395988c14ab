package destinationtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Run runs the suite; open sets a fresh stage for each case.
func Run(t *testing.T, open func(t *testing.T) Stage) {
	for name, test := range map[string]func(*bench){
		"S1 the account has an identity":                        identity,
		"credentials that are not known are told":               stranger,
		"lists come whole and in order":                         manyLists,
		"a list that does not exist is told":                    noList,
		"attributes have types, identifiers are always there":   attributes,
		"S2 and S8 contacts show who opted out":                 optedOut,
		"S2 contacts since a moment":                            since,
		"S12 a completed process reports who was left out":      leftOut,
		"S12 nothing reported means everybody is on the list":   everybody,
		"S13 values are read back as they were sent":            readBack,
		"S16 what a row does not name stays":                    stays,
		"S16 what a row names and leaves empty is emptied":      cleared,
		"S17 a process that failed is told":                     processFails,
		"S18 removing who is not there is fine":                 removeNobody,
		"S18 removing from a list that is gone is told":         removeFromGone,
		"S19 and S23 a list is read whole, everybody once":      listRead,
		"S19 a list is read whole while people leave it":        listMoves,
		"S28 and S30 after trouble it is said what is known":    troubles,
		"S31 the same rows twice are harmless":                  twice,
		"S32 an import takes nobody off the blocklist":          blocklist,
		"processes come newest first and in pages":              newestFirst,
		"rows cut by the limits are taken, larger ones are not": limits,
		"calls are counted by kind":                             counted,
		"contacts can be counted":                               countContacts,
		"lists can be made":                                     makeList,
		"attributes can be made, twice too":                     makeAttribute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			test(&bench{T: t, Stage: s, d: s.Destination()})
		})
	}
}

func identity(b *bench) {
	a, err := b.d.Account(b.Context())
	require.NoError(b, err)
	require.Equal(b, b.OrganizationID(), a.OrganizationID)
	require.NotEmpty(b, a.Company)
}

func stranger(b *bench) {
	_, err := b.Stranger().Account(b.Context())
	e := b.failed(err)
	require.Equal(b, activation.CodeBadCredentials, e.Code)
	require.Equal(b, destination.Refused, e.Outcome)
	require.NotEmpty(b, e.Remedy)
}

func manyLists(b *bench) {
	have, err := b.d.Lists(b.Context())
	require.NoError(b, err)
	want := len(have) + 120
	for range 120 {
		b.NewList("One of many")
	}
	all, err := b.d.Lists(b.Context())
	require.NoError(b, err)
	require.Len(b, all, want)
	for i, l := range all {
		require.NotEmpty(b, l.Name)
		require.True(b, i == 0 || all[i-1].ID < l.ID, "in the order of their ids, each once")
	}
}

func noList(b *bench) {
	gone := b.NewList("Gone")
	l, err := b.d.List(b.Context(), gone)
	require.NoError(b, err)
	require.Equal(b, []any{gone, "Gone", int64(0)}, []any{l.ID, l.Name, l.Size})
	b.DropList(gone)
	_, err = b.d.List(b.Context(), gone)
	e := b.failed(err)
	require.Equal(b, activation.CodeListMissing, e.Code)
	require.Equal(b, destination.Refused, e.Outcome)
	for _, err := range b.d.ListContacts(b.Context(), gone) {
		require.Equal(b, activation.CodeListMissing, b.failed(err).Code)
	}
}

func attributes(b *bench) {
	all, err := b.d.Attributes(b.Context())
	require.NoError(b, err)
	have := map[string]destination.Attribute{}
	for _, a := range all {
		require.NotContains(b, have, a.Name, "each once")
		have[a.Name] = a
	}
	for name, want := range map[string]activation.AttributeType{
		"FIRSTNAME": activation.AttributeText, "BIRTHDAY": activation.AttributeDate, "POINTS": activation.AttributeNumber,
		"CLUB": activation.AttributeBoolean, "GENDER": activation.AttributeCategory, "HOBBIES": activation.AttributeMultipleChoice,
		"SMS": activation.AttributeIdentifier, "WHATSAPP": activation.AttributeIdentifier,
		"LANDLINE_NUMBER": activation.AttributeIdentifier, "EXT_ID": activation.AttributeIdentifier,
	} {
		require.Equal(b, want, have[name].Type, name)
		require.False(b, have[name].ReadOnly, name)
	}
	require.NotContains(b, have, "EMAIL", "the address is no attribute")
	require.Subset(b, have["GENDER"].Options, []string{"Men", "Women"})
	require.Subset(b, have["HOBBIES"].Options, []string{"Chess", "Skiing"})
}

func newestFirst(b *bench) {
	list := b.NewList("Newsletter")
	var ids []activation.ProcessID
	for range 60 {
		id, err := b.d.Import(b.Context(), list, []activation.Row{row("ana@example.com", `{}`)})
		require.NoError(b, err)
		ids = append(ids, id)
	}
	var seen []activation.ProcessID
	for offset := 0; ; offset += 7 {
		page, err := b.d.Processes(b.Context(), offset, 7)
		require.NoError(b, err)
		require.LessOrEqual(b, len(page), 7)
		for _, p := range page {
			require.True(b, p.Import)
			seen = append(seen, p.ID)
		}
		if len(page) < 7 {
			break
		}
	}
	require.GreaterOrEqual(b, len(seen), len(ids))
	for i, id := range ids {
		require.Equal(b, id, seen[len(ids)-1-i], "newest first")
		require.True(b, i == 0 || ids[i-1] < id, "ids grow")
	}
}

func counted(b *bench) {
	_, err := b.d.Lists(b.Context())
	require.NoError(b, err)
	before := b.d.Calls()
	_, err = b.d.Account(b.Context())
	require.NoError(b, err)
	var more int64
	for kind, n := range b.d.Calls() {
		more += n - before[kind]
	}
	require.Positive(b, more, "every try counts")
}

func makeList(b *bench) {
	c, ok := b.d.(destination.ListCreator)
	if !ok {
		return
	}
	made, err := c.CreateList(b.Context(), "Made here", 0)
	require.NoError(b, err)
	require.Equal(b, "Made here", made.Name)
	found, err := b.d.List(b.Context(), made.ID)
	require.NoError(b, err)
	require.Equal(b, "Made here", found.Name)
	folders, err := c.Folders(b.Context())
	require.NoError(b, err)
	require.NotEmpty(b, folders)
	_, err = c.CreateList(b.Context(), "Nowhere", 1<<40)
	require.Equal(b, destination.Refused, b.failed(err).Outcome)
}

func makeAttribute(b *bench) {
	c, ok := b.d.(destination.AttributeCreator)
	if !ok {
		return
	}
	for _, a := range []destination.Attribute{
		{Name: "LOYALTY", Type: activation.AttributeText}, {Name: "AGE", Type: activation.AttributeNumber},
		{Name: "SINCE", Type: activation.AttributeDate}, {Name: "ACTIVE", Type: activation.AttributeBoolean},
		{Name: "LEVEL", Type: activation.AttributeCategory, Options: []string{"Gold", "Silver"}},
		{Name: "COLOURS", Type: activation.AttributeMultipleChoice, Options: []string{"Blue", "Red"}},
	} {
		require.NoError(b, c.CreateAttribute(b.Context(), a), a.Name)
		require.NoError(b, c.CreateAttribute(b.Context(), a), "%s is there already, which is fine", a.Name)
		all, err := b.d.Attributes(b.Context())
		require.NoError(b, err)
		require.Contains(b, all, a)
	}
	err := c.CreateAttribute(b.Context(), destination.Attribute{Name: "LOYALTY", Type: activation.AttributeDate})
	require.Equal(b, destination.Refused, b.failed(err).Outcome, "a type cannot change")
	require.NoError(b, c.CreateAttribute(b.Context(), destination.Attribute{Name: "EXT_ID", Type: activation.AttributeIdentifier}))
}

func countContacts(b *bench) {
	c, ok := b.d.(destination.ContactCounter)
	if !ok {
		return
	}
	before, err := c.CountContacts(b.Context())
	require.NoError(b, err)
	list := b.NewList("Counted")
	b.send(list, row("new.one@example.com", `{}`), row("new.two@example.com", `{}`))
	n, err := c.CountContacts(b.Context())
	require.NoError(b, err)
	require.Equal(b, before+2, n)
}
