package arch

import (
	"fmt"
	"slices"
	"strings"
)

// Layers is the table of layers of ARCHITECTURE.md, and the table of libraries below it.
type Layers struct {
	Layers    []Layer
	Libraries []Library
}

// Layer is a row of the table: rooms of one kind. A room is a package and everything below it; a package belongs to the room
// with the longest path.
type Layer struct {
	Name  string
	Rooms []string
	// May are the names of layers whose rooms this one's may import. A room may always import its own inner packages;
	// its neighbours of the same layer only where May names the layer itself.
	May []string
	// Tests says that tests obey the row too; else they may import anything.
	Tests bool
}

// Library is a row of the second table: an import path (with everything below it) and the rooms that may use it.
type Library struct {
	Path  string
	Rooms []string
}

// ParseLayers reads both tables from the text of ARCHITECTURE.md.
func ParseLayers(text string) (Layers, error) {
	var l Layers
	for _, row := range table(text, "Layer", "Rooms", "May import") {
		x := Layer{Name: plain(row[0]), Rooms: quoted(row[1])}
		for _, name := range strings.FieldsFunc(row[2], func(r rune) bool { return strings.ContainsRune(",;", r) }) {
			switch name = plain(name); name {
			case "nothing":
			case "nor do its tests":
				x.Tests = true
			default:
				x.May = append(x.May, name)
			}
		}
		if len(x.Rooms) == 0 {
			return l, fmt.Errorf("the layer %q has no rooms", x.Name)
		}
		l.Layers = append(l.Layers, x)
	}
	for _, row := range table(text, "Library", "Only in") {
		l.Libraries = append(l.Libraries, Library{Path: strings.Join(quoted(row[0]), ""), Rooms: quoted(row[1])})
	}
	if len(l.Layers) == 0 || len(l.Libraries) == 0 {
		return l, fmt.Errorf("there is no table of layers, or none of libraries")
	}
	for _, x := range l.Layers {
		for _, m := range x.May {
			if !slices.ContainsFunc(l.Layers, func(y Layer) bool { return y.Name == m }) {
				return l, fmt.Errorf("the layer %q may import %q, which is no layer", x.Name, m)
			}
		}
	}
	return l, nil
}

// room returns the layer and the room of a package; ok is false if no row has it.
func (l Layers) room(pkg string) (layer Layer, room string, ok bool) {
	for _, x := range l.Layers {
		for _, r := range x.Rooms {
			if below(pkg, r) && len(r) > len(room) {
				layer, room, ok = x, r, true
			}
		}
	}
	return layer, room, ok
}

// below reports whether a path is a folder or lies in it.
func below(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// Check holds the imports of a tree against the tables.
func (l Layers) Check(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		layer, room, ok := l.room(p.Path)
		if !ok {
			found = append(found, Finding{p.Path, "is in no row of the table of layers"})
			continue
		}
		for _, f := range p.Files {
			for _, i := range f.Imports {
				if why := l.forbidden(t, layer, room, f, i); why != "" {
					found = append(found, Finding{f.Path, why})
				}
			}
		}
	}
	for _, x := range l.Layers {
		for _, r := range x.Rooms {
			if !slices.ContainsFunc(t.Packages, func(p Package) bool { return below(p.Path, r) }) {
				found = append(found, Finding{"ARCHITECTURE.md", fmt.Sprintf("the layer %s has a room that does not exist: %s", x.Name, r)})
			}
		}
	}
	return found
}

// forbidden says why a file of a room must not import a path; it returns "" if it may.
func (l Layers) forbidden(t *Tree, layer Layer, room string, f File, imported string) string {
	inner, ok := t.inner(imported)
	if !ok {
		for _, lib := range l.Libraries {
			if below(imported, lib.Path) && !f.Test && !slices.ContainsFunc(lib.Rooms, func(r string) bool { return below(room, r) }) {
				return fmt.Sprintf("imports %s, which only %s may use", imported, strings.Join(lib.Rooms, " and "))
			}
		}
		return ""
	}
	if f.Test && !layer.Tests {
		return ""
	}
	to, other, ok := l.room(inner)
	switch {
	case !ok:
		return fmt.Sprintf("imports %s, which is in no row of the table of layers", inner)
	case other == room || slices.Contains(layer.May, to.Name):
		return ""
	case to.Name == layer.Name:
		return fmt.Sprintf("imports %s: the rooms of the layer %s do not import each other", inner, layer.Name)
	default:
		return fmt.Sprintf("imports %s: the layer %s may not import the layer %s", inner, layer.Name, to.Name)
	}
}
