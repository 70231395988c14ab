package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestForbiddenWordsAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"see /" + "work/main/a.go":                       true,
		"(/" + "root/.cache)":                            true,
		"/ho" + "me/ana/data":                            true,
		"https://example.com/" + "work/main":             false,
		"https://reg" + "istry.npmjs.org/x":              true,
		"// TO" + "DO: later":                            true,
		"a method":                                       false,
		"xkey" + "sib-0000000000000000000000000000":      false,
		"xkey" + "sib-00001f3a5b7c9d1e3f5a7b9c1d3e5f7a9": true,
		"a frame/" + "work/home":                         false,
	} {
		found, err := Forbidden().Check(house(map[string]string{"a.txt": "first\n" + text + "\n", "b.bin": "\x00" + text}), []string{"a.txt", "b.bin"})
		require.NoError(t, err)
		if !want {
			require.Empty(t, found, text)
			continue
		}
		require.Len(t, found, 1, text)
		require.Equal(t, "a.txt:2", found[0].Where, "binary files are left out")
	}
	_, err := Forbidden().Check(house(nil), []string{"missing"})
	require.Error(t, err)
}

func TestLinksAndPathsThatLeadNowhereAreFound(t *testing.T) {
	t.Parallel()
	fsys := house(map[string]string{
		"docs/a.md": "[ok](b.md#part) [web](https://example.com/x) [self](#part) [up](../cmd/x/) [gone](c.md)\n```\n[in code](d.md)\n```\n" +
			"`cmd/x/main.go run` `cmd/x/main.go stop` `cmd/y` `and/or` `cmd/*/main.go` `cmd/x/...`",
		"docs/b.md": "", "cmd/x/main.go": "package main\nfunc run() {}",
	})
	found, err := Links(fsys, []string{"docs/a.md", "docs/b.md", "cmd/x/main.go"})
	require.NoError(t, err)
	require.Equal(t, []Finding{{"docs/a.md", "links to c.md, which does not exist"}}, found)
	found, err = Paths(fsys, "docs/a.md", []string{"cmd", "docs"})
	require.NoError(t, err)
	require.Equal(t, []Finding{
		{"docs/a.md", "names stop of cmd/x/main.go, which does not declare it"}, {"docs/a.md", "names cmd/y, which does not exist"},
	}, found)
}

func TestTableCells(t *testing.T) {
	t.Parallel()
	text := "| A | B |\n|---|:--|\n| one | `x \\| y` |\n| too short |\n\n| A | B | C |\n|---|---|---|\n| 1 | 2 | 3 |\n\n| B | A |\n|---|---|\n| no | no |\n"
	require.Equal(t, [][]string{{"one", "`x | y`"}, {"1", "2", "3"}}, table(text, "A", "B"))
}
