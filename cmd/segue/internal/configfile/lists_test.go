package configfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListsAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	lists := []AccountList{
		{7, "VIP", "Marketing"}, {9, "Everyone", ""}, {11, "everyone", "Old"}, {12, " Twice", "A"}, {13, "Twice", ""}, {14, "7", ""}, {15, "Ćevapi", ""},
	}
	for name, want := range map[string]int64{"VIP": 7, "vip": 7, "Everyone": 9, "everyone": 11, "7": 14, "ĆEVAPI": 15} {
		id, problem, _ := List{Name: name}.In(lists)
		require.Empty(t, problem, name)
		require.Equal(t, want, id, name)
	}
	for name, want := range map[string][2]string{
		"EVERYONE": {`2 lists of the account are called "EVERYONE": 9, 11 (in the folder "Old")`, "Write the number of the one that is meant"},
		"Twice":    {`2 lists of the account are called "Twice": 12 (in the folder "A"), 13`, "Write the number of the one that is meant"},
		"VIPs":     {`the account has no list "VIPs"`, `Did you mean "VIP"?`},
	} {
		id, problem, remedy := List{Name: name}.In(lists)
		require.Zero(t, id)
		require.Equal(t, want, [2]string{problem, remedy})
	}
}

func TestAListIsANumberOrAName(t *testing.T) {
	t.Parallel()
	file := func(list string) *Document {
		d := NewDocument()
		d.Read("a.yaml", []byte("exports: [{name: a, connection: b, list: "+list+", segments: [c], mapping: {email: d}}]"))
		return d
	}
	for text, want := range map[string]List{"7": {ID: 7}, `"7"`: {Name: "7"}, "VIP": {Name: "VIP"}, `" 2026 "`: {Name: "2026"}} {
		d := file(text)
		require.Empty(t, d.Mistakes, text)
		require.Equal(t, want, d.Exports[0].List)
		written, err := d.File.Write(nil)
		require.NoError(t, err)
		again := NewDocument()
		again.Read("again", written)
		require.Equal(t, want, again.Exports[0].List, string(written))
	}
	for text, want := range map[string]string{
		"{id: 7}": "is a mapping, not the number or the name of a list", "true": "is true or false, not the number or the name of a list. If it is a name, put it in quotes: \"true\"",
		`""`: "is empty. Write the number or the name of a list", "2026-01-01": "is a date, not", "1.5": "is a number, not", "99999999999999999999": "is a number, not",
	} {
		d := file(text)
		require.Len(t, d.Mistakes, 1, text)
		require.Contains(t, d.Mistakes[0].String(), "a.yaml:1:42: exports[0].list: "+want)
	}
}
