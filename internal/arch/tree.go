package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Finding is one place where the tree is not as it should be.
type Finding struct {
	Where string // file or package, with the line where there is one
	What  string
}

// String implements fmt.Stringer.
func (f Finding) String() string { return f.Where + ": " + f.What }

// Tree is the Go source of a module.
type Tree struct {
	Module   string
	Packages []Package // by path
	fset     *token.FileSet
}

// Package is a folder with Go files, whatever their build tags are.
type Package struct {
	Path  string // within the module, such as internal/store/sqlite
	Files []File
}

// File is a Go file.
type File struct {
	Path      string
	Test      bool // named _test.go
	Generated bool // says so in its first lines
	Lines     int
	Imports   []string
	Syntax    *ast.File
}

// Load reads all Go files of a module. Folders named testdata, node_modules or with a leading dot or underscore are left out,
// as the go command does.
func Load(fsys fs.FS) (*Tree, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("read the module's name: %w", err)
	}
	t := &Tree{fset: token.NewFileSet()}
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			t.Module = strings.TrimSpace(name)
			break
		}
	}
	files := map[string][]File{}
	err = walk(fsys, func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := t.load(fsys, name)
		files[path.Dir(name)] = append(files[path.Dir(name)], f)
		return err
	})
	for _, dir := range slices.Sorted(maps.Keys(files)) {
		t.Packages = append(t.Packages, Package{Path: dir, Files: files[dir]})
	}
	return t, err
}

// walk calls f with every file of a module but those of folders that the go command leaves out.
func walk(fsys fs.FS, f func(name string) error) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if d.IsDir() {
			if name != "." && (base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		return f(name)
	})
}

func (t *Tree) load(fsys fs.FS, name string) (File, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return File{}, err
	}
	syntax, err := parser.ParseFile(t.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return File{}, err
	}
	f := File{
		Path: name, Test: strings.HasSuffix(name, "_test.go"), Generated: ast.IsGenerated(syntax), Syntax: syntax,
		Lines: strings.Count(string(src), "\n"),
	}
	for _, i := range syntax.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return File{}, fmt.Errorf("%s: %w", name, err)
		}
		f.Imports = append(f.Imports, p)
	}
	return f, nil
}

// at says where a node is.
func (t *Tree) at(n ast.Node) string {
	p := t.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// inner returns the path of an import within the module; ok is false for all others.
func (t *Tree) inner(imported string) (p string, ok bool) {
	return strings.CutPrefix(imported, t.Module+"/")
}
