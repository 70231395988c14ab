package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Words are patterns that must stand in no file of the tree, with why.
type Words map[*regexp.Regexp]string

// Forbidden returns the words of this project. They are put together from halves, so that this file does not hold them.
func Forbidden() Words {
	return Words{
		regexp.MustCompile(`(^|[^A-Za-z0-9_.~-])/(wo` + `rk|ro` + `ot|far` + `m)/`):     "a path of one machine",
		regexp.MustCompile(`(^|[^A-Za-z0-9_.])/ho` + `me/[a-z]`):                        "a path of one machine",
		regexp.MustCompile(`(registry\.|reg` + `istry\.npmjs|proxy\.gol` + `ang\.org)`): "the name of a package registry",
		regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`):             "an unfinished word",
		regexp.MustCompile(`xkey` + `sib-0*[1-9a-f][0-9a-f]{15}`):                       "what looks like a Brevo key",
		regexp.MustCompile(`-----BEGIN [A-Z ]*PRIV` + `ATE KEY`):                        "a private key",
	}
}

// Check looks for the words in the files named. Binary files are left out.
func (w Words) Check(fsys fs.FS, files []string) ([]Finding, error) {
	var found []Finding
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 {
			continue
		}
		n := 0
		for line := range bytes.Lines(b) {
			n++
			for pattern, why := range w {
				if pattern.Match(line) {
					found = append(found, Finding{fmt.Sprintf("%s:%d", name, n), "holds " + why})
				}
			}
		}
	}
	return found, nil
}

// Links finds links of Markdown documents to files that do not exist.
func Links(fsys fs.FS, files []string) ([]Finding, error) {
	var found []Finding
	for _, name := range files {
		if path.Ext(name) != ".md" {
			continue
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		for _, target := range links(string(b)) {
			if _, err := fs.Stat(fsys, path.Join(path.Dir(name), target)); err != nil {
				found = append(found, Finding{name, "links to " + target + ", which does not exist"})
			}
		}
	}
	return found, nil
}

// Paths finds paths in back-quotes of a document that look like ones of this tree and do not exist. A path begins with one of
// the top folders given, and one of a Go file may be followed by a blank and the name of a declaration in it.
func Paths(fsys fs.FS, document string, top []string) ([]Finding, error) {
	b, err := fs.ReadFile(fsys, document)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, q := range quoted(fence.ReplaceAllString(string(b), "")) {
		p, name, _ := strings.Cut(q, " ")
		first, _, deeper := strings.Cut(p, "/")
		if !deeper || strings.ContainsAny(p, "*<") || !strings.Contains(" "+strings.Join(top, " ")+" ", " "+first+" ") {
			continue
		}
		p = strings.TrimSuffix(strings.TrimSuffix(p, "/..."), "/")
		if _, err := fs.Stat(fsys, p); err != nil {
			found = append(found, Finding{document, "names " + p + ", which does not exist"})
		} else if name != "" && path.Ext(p) == ".go" && !declares(fsys, p, name) {
			found = append(found, Finding{document, "names " + name + " of " + p + ", which does not declare it"})
		}
	}
	return found, nil
}

// declares reports whether a Go file declares a function, a method or a type of that name.
func declares(fsys fs.FS, file, name string) bool {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return false
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, b, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	for _, d := range f.Decls {
		switch x := d.(type) {
		case *ast.FuncDecl:
			if x.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range x.Specs {
				if t, ok := s.(*ast.TypeSpec); ok && t.Name.Name == name {
					return true
				}
			}
		}
	}
	return false
}
