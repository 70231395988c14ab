package arch

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const tables = `
# House

| Layer | Rooms | May import |
|---|---|---|
| domain | ` + "`domain`" + ` | nothing; nor do its tests |
| **ports** | ` + "`store` `queue`" + ` | domain, ports |
| adapters | ` + "`store/lite` `queue/river`" + ` | domain, ports |
| app | ` + "`app`" + ` | domain, ports, adapters |

Words between.

| Library | Only in |
|---|---|
| ` + "`example.com/lite`" + ` | ` + "`store/lite`" + ` |
`

// house makes a module of files by name; the content of a .go file may leave its package clause out.
func house(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module house\n\ngo 1.26\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// base is a house in which all is well.
func base() map[string]string {
	return map[string]string{
		"domain/domain.go":      "package domain",
		"domain/domain_test.go": "package domain_test\nimport _ \"house/domain\"",
		"store/store.go":        "package store\nimport _ \"house/domain\"\nimport _ \"house/queue\"",
		"store/lite/lite.go":    "package lite\nimport _ \"house/store/lite/gen\"\nimport _ \"example.com/lite/v2\"",
		"store/lite/gen/gen.go": "package gen",
		"queue/queue.go":        "package queue",
		"queue/river/river.go":  "package river\nimport _ \"house/queue\"",
		"app/app.go":            "package app\nimport _ \"house/store/lite\"\nimport _ \"house/queue/river\"",
		"app/testdata/bad.go":   "not Go at all",
		".hidden/bad.go":        "not Go at all",
	}
}

func findings(t *testing.T, fsys fstest.MapFS, check func(*Tree) []Finding) []string {
	t.Helper()
	tree, err := Load(fsys)
	require.NoError(t, err)
	list := []string{}
	for _, f := range check(tree) {
		list = append(list, f.String())
	}
	return list
}

func TestLayersCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"a tree that follows the table": {nil, []string{}},
		"a port imports its adapter": {
			map[string]string{"store/store.go": "package store\nimport _ \"house/store/lite\""},
			[]string{"store/store.go: imports store/lite: the layer ports may not import the layer adapters"},
		},
		"an adapter imports another": {
			map[string]string{"queue/river/river.go": "package river\nimport _ \"house/store/lite\""},
			[]string{"queue/river/river.go: imports store/lite: the rooms of the layer adapters do not import each other"},
		},
		"an adapter's inner room imports another adapter": {
			map[string]string{"store/lite/gen/gen.go": "package gen\nimport _ \"house/queue/river\""},
			[]string{"store/lite/gen/gen.go: imports queue/river: the rooms of the layer adapters do not import each other"},
		},
		"the domain imports a port": {
			map[string]string{"domain/domain.go": "package domain\nimport _ \"house/store\""},
			[]string{"domain/domain.go: imports store: the layer domain may not import the layer ports"},
		},
		"a test of a free layer may import anything": {
			map[string]string{"queue/river/river_test.go": "package river\nimport _ \"house/store/lite\"\nimport _ \"example.com/lite\""},
			[]string{},
		},
		"a test of a bound layer may not": {
			map[string]string{"domain/domain_test.go": "package domain\nimport _ \"house/queue\""},
			[]string{"domain/domain_test.go: imports queue: the layer domain may not import the layer ports"},
		},
		"a file with a build tag counts": {
			map[string]string{"queue/queue_odd.go": "//go:build never\n\npackage queue\nimport _ \"house/app\""},
			[]string{"queue/queue_odd.go: imports app: the layer ports may not import the layer app"},
		},
		"a library outside its room": {
			map[string]string{"app/app.go": "package app\nimport _ \"example.com/lite\""},
			[]string{"app/app.go: imports example.com/lite, which only store/lite may use"},
		},
		"a library whose name only begins alike": {
			map[string]string{"app/app.go": "package app\nimport _ \"example.com/liter\""},
			[]string{},
		},
		"a package that no row has": {
			map[string]string{"attic/attic.go": "package attic", "app/app.go": "package app\nimport _ \"house/attic\""},
			[]string{"app/app.go: imports attic, which is in no row of the table of layers", "attic: is in no row of the table of layers"},
		},
		"a room that is not there": {
			map[string]string{"queue/river/river.go": ""},
			[]string{"ARCHITECTURE.md: the layer adapters has a room that does not exist: queue/river"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := base()
			maps.Copy(files, test.change)
			maps.DeleteFunc(files, func(_, text string) bool { return text == "" })
			layers, err := ParseLayers(tables)
			require.NoError(t, err)
			if files["queue/river/river.go"] == "" {
				files["app/app.go"] = "package app"
			}
			got := findings(t, house(files), layers.Check)
			slices.Sort(got)
			require.Equal(t, test.want, got)
		})
	}
}

func TestTablesThatCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no tables":        "# House\n",
		"no libraries":     "| Layer | Rooms | May import |\n|---|---|---|\n| a | `a` | nothing |\n",
		"no rooms":         "| Layer | Rooms | May import |\n|---|---|---|\n| a | b | nothing |\n",
		"an unknown layer": "| Layer | Rooms | May import |\n|---|---|---|\n| a | `a` | b |\n\n| Library | Only in |\n|---|---|\n| `x` | `a` |\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseLayers(text)
			require.Error(t, err)
		})
	}
}

func TestLoadRefusesWhatIsNoGo(t *testing.T) {
	t.Parallel()
	_, err := Load(house(map[string]string{"a/a.go": "package"}))
	require.ErrorContains(t, err, "a/a.go")
	_, err = Load(fstest.MapFS{})
	require.ErrorContains(t, err, "module")
}
