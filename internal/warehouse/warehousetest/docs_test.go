package warehousetest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// TestEveryOperatorIsInTheReference holds the table of docs/rules.md against the domain.
func TestEveryOperatorIsInTheReference(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/rules.md")
	require.NoError(t, err)
	told := map[activation.Operator]string{}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (?:`([a-z_]+)`)? ?\\| ?([^|]*?) ?\\|")
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		told[activation.Operator(m[1])] = m[3]
		if m[2] != "" {
			told[activation.Operator(m[2])] = m[3]
			info, ok := activation.Operator(m[2]).Info()
			require.True(t, ok, m[2])
			require.EqualValues(t, m[1], info.Negates)
		}
	}
	for _, o := range activation.Operators() {
		types := []string{}
		for _, k := range o.Types {
			types = append(types, string(k))
		}
		want := strings.Join(types, ", ")
		if len(types) == len(activation.FieldTypes()) {
			want = "every type"
		}
		require.Equal(t, want, told[o.Operator], "docs/rules.md: %s", o.Operator)
	}
	require.Len(t, told, len(activation.Operators()))
}
