package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// LastRule is the number of the last rule of docs/semantics.md; the first is 1.
const LastRule = 35

var (
	namedFunc = regexp.MustCompile(`^Test(S\d+)(And(S\d+))?([A-Z]\w*)?$`)
	namedCase = regexp.MustCompile(`^((S\d+)( and |, | ))+\S`)
	number    = regexp.MustCompile(`\bS(\d+)\b`)
)

// RuleTests finds the tests that name a rule: functions such as TestS12SentIsNotAcknowledged, cases such as "S12 sent is not
// acknowledged" (in tests and in suites for adapters), and test functions one of whose messages names a rule. The result is
// the cell of the table for each rule: names by folder, in order.
func RuleTests(t *Tree, suites []string) map[int]string {
	names := map[int]map[string][]string{} // by rule and folder
	add := func(text, folder, name string) {
		for _, m := range number.FindAllStringSubmatch(text, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				continue
			}
			if names[n] == nil {
				names[n] = map[string][]string{}
			}
			if !slices.Contains(names[n][folder], name) {
				names[n][folder] = append(names[n][folder], name)
			}
		}
	}
	for _, p := range t.Packages {
		for _, f := range p.Files {
			if !f.Test && !within(p.Path, suites) {
				continue
			}
			for _, d := range f.Syntax.Decls {
				namesIn(d, func(rules, name string) { add(rules, p.Path, name) })
			}
		}
	}
	cells := map[int]string{}
	for n, byFolder := range names {
		var parts []string
		for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
			slices.Sort(byFolder[folder])
			parts = append(parts, "`"+folder+"`: "+strings.Join(byFolder[folder], ", "))
		}
		cells[n] = strings.Join(parts, "; ")
	}
	return cells
}

// namesIn reports what a declaration of test code names: the text with the rules, and the name of the test.
func namesIn(d ast.Decl, report func(rules, name string)) {
	fn, _ := d.(*ast.FuncDecl)
	isTest := fn != nil && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz"))
	if isTest {
		if m := namedFunc.FindStringSubmatch(fn.Name.Name); m != nil {
			report(m[1]+" "+m[3], fn.Name.Name)
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		switch begin := namedCase.FindString(text); {
		case begin != "":
			report(begin, strconv.Quote(text))
		case isTest:
			report(text, fn.Name.Name)
		}
		return true
	})
}

// rulesHeader begins the table of docs/semantics.md. The last column is written by UpdateRules.
var rulesHeader = []string{"Rule", "What Segue does, and where", "Still open", "Tests that name it"}

// NoTest stands in the table where no test names a rule.
const NoTest = "none yet"

// CheckRules holds that the table has a row for every rule, in order, that it says what is done, and that every test in it
// exists.
func CheckRules(text string, tests map[int]string) []Finding {
	const where = "docs/semantics.md"
	var found []Finding
	next := 1
	for _, row := range table(text, rulesHeader...) {
		if row[0] != fmt.Sprintf("S%d", next) {
			found = append(found, Finding{where, fmt.Sprintf("has %s where S%d belongs", row[0], next)})
		}
		if row[1] == "" || row[2] == "" {
			found = append(found, Finding{where, row[0] + " does not say what is done, or what is open (nothing?)"})
		}
		if row[3] != NoTest {
			for _, name := range missing(row[3], tests[next]) {
				found = append(found, Finding{where, row[0] + " names a test that does not exist: " + name})
			}
		}
		next++
	}
	if next != LastRule+1 {
		found = append(found, Finding{where, fmt.Sprintf("has %d rules, there are %d", next-1, LastRule)})
	}
	return found
}

// missing returns the names of one cell that another does not have. Names are told apart by the separators of RuleTests.
func missing(cell, all string) []string {
	var list []string
	have := parts(all)
	for _, p := range parts(cell) {
		if !slices.Contains(have, p) {
			list = append(list, p)
		}
	}
	return list
}

// parts splits a cell into "folder: name" pairs.
func parts(cell string) []string {
	var list []string
	for _, byFolder := range strings.Split(cell, "; `") {
		folder, names, ok := strings.Cut(strings.TrimPrefix(byFolder, "`"), "`: ")
		if !ok {
			continue
		}
		for _, name := range splitNames(names) {
			list = append(list, folder+": "+name)
		}
	}
	return list
}

// splitNames splits at commas that stand outside quotes.
func splitNames(s string) []string {
	var list []string
	quote, begin := false, 0
	for i, r := range s {
		switch {
		case r == '"' && (i == 0 || s[i-1] != '\\'):
			quote = !quote
		case r == ',' && !quote:
			list = append(list, strings.TrimSpace(s[begin:i]))
			begin = i + 1
		}
	}
	return append(list, strings.TrimSpace(s[begin:]))
}

// UpdateRules writes the last column of the table anew and returns the text.
func UpdateRules(text string, tests map[int]string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		row := cells(strings.TrimSpace(line))
		m := number.FindStringSubmatch(row[0])
		if !strings.HasPrefix(line, "|") || len(row) != len(rulesHeader) || m == nil || m[0] != row[0] {
			out.WriteString(line)
			continue
		}
		row[3] = NoTest
		if n, err := strconv.Atoi(m[1]); err == nil && tests[n] != "" {
			row[3] = tests[n]
		}
		for i, c := range row {
			row[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		out.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return out.String()
}
