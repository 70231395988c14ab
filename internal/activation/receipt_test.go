package activation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// constants are the texts of a file's constants whose names begin so.
func constants(t *testing.T, file, prefix string) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) == 0 {
			return true
		}
		v, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		values = append(values, v)
		return true
	})
	require.NotEmpty(t, values, file)
	return values
}

func TestTheListsOfReasonsAreComplete(t *testing.T) {
	t.Parallel()
	want := append(constants(t, "receipt.go", "Reason"), constants(t, "reconcile.go", "Reason")...)
	want = append(want, constants(t, "address.go", "Email")...)
	want = append(want, constants(t, "phone.go", "Phone")...)
	require.ElementsMatch(t, want, Reasons())
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(Reasons()))), len(want), "no code means two things")
	require.ElementsMatch(t, constants(t, "receipt.go", "Hold"), HoldCodes())
}
