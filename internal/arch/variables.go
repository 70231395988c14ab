package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// makers are calls whose results are values that nobody changes.
var makers = []string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "template.Must", "time.Date", "idna.New", "strings.NewReplacer",
	"netip.MustParsePrefix", "netip.MustParseAddr", "language.MustParse", "activation.Errorf", "big.NewInt", "cases.Fold", "slog.New"}

// variables finds package-level variables that can change: ones without a value of a fixed kind, and ones that some code of
// the package changes. Embedded files, and in main what the linker sets, have no value and are fine.
func variables(t *Tree, p Package, fixture bool) []Finding {
	if fixture {
		return nil
	}
	var found []Finding
	declared := map[string]bool{}
	for _, f := range p.Files {
		if f.Test || f.Generated {
			continue
		}
		for _, d := range f.Syntax.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok {
					continue
				}
				embedded := hasDirective(g.Doc) || hasDirective(v.Doc)
				for i, name := range v.Names {
					declared[name.Name] = name.Name != "_"
					if name.Name == "_" || embedded || i < len(v.Values) && fixed(v.Values[i]) {
						continue
					}
					found = append(found, Finding{t.at(name), "the package-level variable " + name.Name + " has no value of a fixed kind"})
				}
			}
		}
	}
	for _, f := range p.Files {
		if f.Test {
			continue
		}
		for _, d := range f.Syntax.Decls {
			found = append(found, changes(t, d, declared)...)
		}
	}
	return found
}

func hasDirective(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// fixed reports whether an expression makes a value that is not meant to change: a literal, a table of literals, a function,
// an error, a compiled pattern.
func fixed(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit, *ast.CompositeLit, *ast.FuncLit, *ast.SelectorExpr, *ast.Ident:
		return true
	case *ast.UnaryExpr:
		_, literal := x.X.(*ast.CompositeLit)
		return literal
	case *ast.BinaryExpr:
		return fixed(x.X) && fixed(x.Y)
	case *ast.CallExpr:
		switch fn := x.Fun.(type) {
		case *ast.SelectorExpr:
			if of, ok := fn.X.(*ast.Ident); ok {
				return slices.Contains(makers, of.Name+"."+fn.Sel.Name)
			}
		case *ast.ArrayType:
			return true // a conversion such as []byte("...")
		}
	}
	return false
}

// changes finds statements of a declaration that assign to one of the variables or to a part of it. A function that has a
// local variable of the same name is taken to mean that one.
func changes(t *Tree, d ast.Decl, declared map[string]bool) []Finding {
	var found []Finding
	local := locals(d)
	report := func(e ast.Expr) {
		if name := root(e); declared[name] && !local[name] {
			found = append(found, Finding{t.at(e), "changes the package-level variable " + name})
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			if x.Tok != token.DEFINE {
				for _, e := range x.Lhs {
					report(e)
				}
			}
		case *ast.IncDecStmt:
			report(x.X)
		case *ast.CallExpr:
			if fn, ok := x.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(x.Args) > 0 {
				report(x.Args[0])
			}
		}
		return true
	})
	return found
}

// locals returns the names that a function declares: parameters, results and variables.
func locals(d ast.Decl) map[string]bool {
	names := map[string]bool{}
	fn, ok := d.(*ast.FuncDecl)
	if !ok {
		return names
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Field:
			for _, id := range x.Names {
				names[id.Name] = true
			}
		case *ast.AssignStmt:
			if x.Tok == token.DEFINE {
				for _, e := range x.Lhs {
					names[root(e)] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range x.Names {
				names[id.Name] = true
			}
		case *ast.RangeStmt:
			if x.Tok == token.DEFINE {
				for _, e := range []ast.Expr{x.Key, x.Value} {
					names[root(e)] = true
				}
			}
		}
		return true
	})
	return names
}

// root returns the variable that an expression is a part of.
func root(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.IndexExpr:
		return root(x.X)
	case *ast.StarExpr:
		return root(x.X)
	case *ast.ParenExpr:
		return root(x.X)
	}
	return ""
}
