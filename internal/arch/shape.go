package arch

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// Shape says which parts of the tree may do what others may not. Paths are of folders, with everything below them.
type Shape struct {
	Clock   []string // may read the clock
	Print   []string // may print and end the program
	Fixture []string // code for tests alone: may read the clock and keep variables
}

// emptyNames are names that say nothing of what a package is about.
var emptyNames = regexp.MustCompile(`^(utils?|commons?|helpers?|shared|base|misc|lib|tools?)$|utils?$|helpers?$`)

// Check looks at the shape of every package.
func (s Shape) Check(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		found = append(found, comment(p)...)
		if name := p.Files[0].Syntax.Name.Name; emptyNames.MatchString(strings.TrimSuffix(name, "_test")) {
			found = append(found, Finding{p.Path, "the package's name " + name + " says nothing of its subject"})
		}
		found = append(found, variables(t, p, within(p.Path, s.Fixture))...)
		found = append(found, idle(t, p)...)
		for _, f := range p.Files {
			if f.Generated {
				continue
			}
			found = append(found, s.calls(t, p, f)...)
		}
	}
	return found
}

func within(p string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return below(p, f) })
}

// comment holds that a package says what it owns and what it refuses to know: a comment of some length that begins as Go's
// conventions want, on one of its files (a test where there are only tests).
func comment(p Package) []Finding {
	onlyTests := !slices.ContainsFunc(p.Files, func(f File) bool { return !f.Test })
	for _, f := range p.Files {
		if f.Syntax.Doc == nil || f.Test && !onlyTests {
			continue
		}
		name := f.Syntax.Name.Name
		begin := "Package " + name + " "
		if name == "main" {
			begin = "Command "
		}
		text := f.Syntax.Doc.Text()
		if !strings.HasPrefix(text, begin) {
			return []Finding{{f.Path, fmt.Sprintf("the package comment does not begin with %q", begin)}}
		}
		if len(strings.Fields(text)) < 12 && !f.Generated {
			return []Finding{{f.Path, "the package comment does not say what the package owns and what it refuses to know"}}
		}
		return nil
	}
	return []Finding{{p.Path, "has no package comment"}}
}

// calls finds init functions, and calls and references that only some parts may use.
func (s Shape) calls(t *Tree, p Package, f File) []Finding {
	var found []Finding
	for _, d := range f.Syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, Finding{t.at(fn), "has an init function; wire in internal/app"})
		}
	}
	if f.Test {
		return append(found, skips(t, f)...)
	}
	fixture := within(p.Path, s.Fixture)
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		e, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := e.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch name := x.Name + "." + e.Sel.Name; name {
		case "time.Now", "time.Since", "time.Until":
			if !fixture && !within(p.Path, s.Clock) {
				found = append(found, Finding{t.at(e), "reads the clock (" + name + "); take one from outside"})
			}
		case "fmt.Print", "fmt.Println", "fmt.Printf", "log.Print", "log.Println", "log.Printf", "log.Fatal", "log.Fatalf", "os.Exit":
			if !within(p.Path, s.Print) {
				found = append(found, Finding{t.at(e), "calls " + name + "; return it, write to a writer that was given, or log with slog"})
			}
		}
		return true
	})
	return found
}

// idle finds functions that nobody names: most of all a case that a merge dropped from the table of its suite, which then never runs.
func idle(t *Tree, p Package) []Finding {
	named := map[string]int{}
	for _, f := range p.Files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				named[id.Name]++
			}
			return true
		})
	}
	var found []Finding
	for _, f := range p.Files {
		for _, d := range f.Syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && !fn.Name.IsExported() && named[fn.Name.Name] == 1 && !slices.Contains([]string{"init", "main", "_"}, fn.Name.Name) {
				found = append(found, Finding{t.at(fn), "nothing calls " + fn.Name.Name + ", and no table names it"})
			}
		}
	}
	return found
}

// skips finds tests that may pass without having run. The one reason that is allowed is data that is not in the tree: the
// call names the folder it looked for.
func skips(t *Tree, f File) []Finding {
	var found []Finding
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		e, ok := c.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, e.Sel.Name) {
			return true
		}
		if x, ok := e.X.(*ast.Ident); !ok || !slices.Contains([]string{"t", "tb", "b"}, x.Name) {
			return true
		}
		text := ""
		if len(c.Args) > 0 {
			if lit, ok := c.Args[0].(*ast.BasicLit); ok {
				text = lit.Value
			}
		}
		if !strings.Contains(text, "shared/") {
			found = append(found, Finding{t.at(c), "skips a test; the only reason allowed is a folder of shared/ that is absent, by name"})
		}
		return true
	})
	return found
}
