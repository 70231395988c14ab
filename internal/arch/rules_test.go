package arch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ruleHouse has tests that name rules in every way that counts, and some in ways that do not.
func ruleHouse(t *testing.T) *Tree {
	t.Helper()
	tree, err := Load(house(map[string]string{
		"a/a.go": "package a\nconst x = \"S1 in the code does not count\"",
		"a/a_test.go": `package a
func TestS2Something(t *testing.T) { t.Run("S3 and S4 a case, with a comma", nil) }
func TestS5AndS6Both(t *testing.T) {}
func TestOther(t *testing.T) { require.True(t, ok, "S7: a message") }
func helper() { fail("S8: a message of a helper") }
// TestS9 in a comment does not count.
func TestSSO(t *testing.T) { use("S99x") }
`,
		"b/suite/suite.go": `package suite
var cases = map[string]func(){"S2 a case of a suite": nil, "S10, S11 two": nil}
`,
	}))
	require.NoError(t, err)
	return tree
}

func TestTestsThatNameARuleAreFound(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[int]string{
		2:  "`a`: TestS2Something; `b/suite`: \"S2 a case of a suite\"",
		3:  "`a`: \"S3 and S4 a case, with a comma\"",
		4:  "`a`: \"S3 and S4 a case, with a comma\"",
		5:  "`a`: TestS5AndS6Both",
		6:  "`a`: TestS5AndS6Both",
		7:  "`a`: TestOther",
		10: "`b/suite`: \"S10, S11 two\"",
		11: "`b/suite`: \"S10, S11 two\"",
	}, RuleTests(ruleHouse(t), []string{"b/suite"}))
}

func rulesDocument(change func(n int, row []string) []string) string {
	var b strings.Builder
	b.WriteString("# Rules\n\n| " + strings.Join(rulesHeader, " | ") + " |\n|---|---|---|---|\n")
	for n := 1; n <= LastRule; n++ {
		row := []string{fmt.Sprintf("S%d", n), "it does this \\| that", "nothing", NoTest}
		if change != nil {
			row = change(n, row)
		}
		if row != nil {
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	}
	return b.String() + "\nWords.\n"
}

func TestTheTableOfRulesIsCheckedAndWritten(t *testing.T) {
	t.Parallel()
	tests := RuleTests(ruleHouse(t), []string{"b/suite"})
	plain := rulesDocument(nil)
	require.Empty(t, CheckRules(plain, tests))

	written := UpdateRules(plain, tests)
	require.Contains(t, written, "| S2 | it does this \\| that | nothing | `a`: TestS2Something; `b/suite`: \"S2 a case of a suite\" |\n")
	require.Contains(t, written, "| S1 | it does this \\| that | nothing | "+NoTest+" |\n")
	require.Empty(t, CheckRules(written, tests))
	require.Equal(t, written, UpdateRules(written, tests), "writing twice changes nothing")
	require.Equal(t, plain, UpdateRules(written, nil), "and all but the last column stays")

	require.Len(t, CheckRules(written, nil), 9, "tests that are gone are found, one by one")
	require.Equal(t, []Finding{{"docs/semantics.md", "S3 names a test that does not exist: a: \"S3 and S4 a case, with a comma\""}},
		CheckRules(written, func() map[int]string { m := RuleTests(ruleHouse(t), []string{"b/suite"}); delete(m, 3); return m }()))
	require.NotEmpty(t, CheckRules("", tests))
	require.Contains(t, CheckRules(rulesDocument(func(n int, row []string) []string {
		if n == 4 {
			return nil
		}
		return row
	}), tests), Finding{"docs/semantics.md", "has S5 where S4 belongs"})
	require.Equal(t, []Finding{{"docs/semantics.md", "S7 does not say what is done, or what is open (nothing?)"}},
		CheckRules(rulesDocument(func(n int, row []string) []string {
			if n == 7 {
				row[2] = ""
			}
			return row
		}), tests))
}
