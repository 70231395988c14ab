package sqlguard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse/sqlguard"
)

// The engine's own parser feeds the judge in the suite of warehouses; here are trees that it does not make today.

const plain = `{"error":false,"statements":[{"node":{"type":"SELECT_NODE","select_list":[%s],"from_table":{"type":"BASE_TABLE","table_name":"People"}%s}}]}`

func judge(expression, more string) (sqlguard.Result, error) {
	tree := strings.Replace(strings.Replace(plain, "%s", expression, 1), "%s", more, 1)
	return sqlguard.Judge([]byte(tree), sqlguard.Env{Tables: map[string]string{"people": "segue_table_0"}, Now: "2026-11-24 08:00:00", Today: "2026-11-24"})
}

const id = `{"class":"COLUMN_REF","type":"COLUMN_REF","column_names":["id"]}`

func TestTablesGetNamesOfOurs(t *testing.T) {
	t.Parallel()
	r, err := judge(id, "")
	require.NoError(t, err)
	require.Equal(t, []string{"segue_table_0"}, r.Tables)
	require.Contains(t, string(r.Tree), `"table_name":"segue_table_0"`)
	require.Contains(t, string(r.Tree), `"alias":"People"`, "columns are still found under the name that was written")
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string][2]string{
		"a part of a query":      {id, `,"of_a_later_version":{"type":"BASE_TABLE","table_name":"source"}`},
		"a class of expressions": {`{"class":"LATER","type":"LATER"}`, ""},
		"a part of a column":     {`{"class":"COLUMN_REF","column_names":["id"],"later":true}`, ""},
		"an operator":            {`{"class":"OPERATOR","type":"OPERATOR_LATER","children":[]}`, ""},
		"a function":             {`{"class":"FUNCTION","type":"FUNCTION","function_name":"later"}`, ""},
		"a catalog":              {`{"class":"FUNCTION","type":"FUNCTION","function_name":"lower","catalog":"system"}`, ""},
		"a type":                 {`{"class":"CAST","type":"OPERATOR_CAST","child":` + id + `,"cast_type":{"id":"UNBOUND"}}`, ""},
		"an expression":          {`"text"`, ""},
		"a modifier":             {id, `,"modifiers":[{"type":"LATER_MODIFIER"}]`},
		"a sample":               {id, `,"sample":{"method":"System"}`},
	} {
		_, err := judge(c[0], c[1])
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), "%s: %v", name, err)
	}
	for _, tree := range []string{``, `[]`, `{}`, `{"error":false}`, `{"error":false,"statements":[]}`, `{"error":false,"statements":[{}]}`, `{"error":false,"statements":[{"node":{}}]}`, `{"error":false,"statements":[7]}`} {
		_, err := sqlguard.Judge([]byte(tree), sqlguard.Env{})
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), tree)
	}
}

func TestTheMomentStandsInTheTree(t *testing.T) {
	t.Parallel()
	for _, e := range []string{`{"class":"COLUMN_REF","column_names":["CURRENT_DATE"],"alias":"d"}`, `{"class":"FUNCTION","type":"FUNCTION","function_name":"today","children":[],"alias":"d"}`} {
		r, err := judge(e, "")
		require.NoError(t, err)
		require.Contains(t, string(r.Tree), `"value":"2026-11-24"`)
		require.Contains(t, string(r.Tree), `"alias":"d"`)
	}
}

func TestTreesAreTheSameWhereverTheyStood(t *testing.T) {
	t.Parallel()
	require.True(t, sqlguard.Same([]byte(`{"a":{"query_location":1,"x":[],"y":2}}`), []byte(`{"a":{"y":2,"z":null}}`)))
	require.False(t, sqlguard.Same([]byte(`{"a":{"y":2}}`), []byte(`{"a":{"y":3}}`)))
	require.False(t, sqlguard.Same([]byte(`{"a":["x"]}`), []byte(`{"a":["x","y"]}`)))
}

func TestNamesAreThoseOfTablesAndNotOfWITH(t *testing.T) {
	t.Parallel()
	const with = `,"cte_map":{"map":[{"key":"Big","value":{"query":{"node":{"from_table":{"type":"BASE_TABLE","table_name":"Orders"}}}}}]},"right":{"type":"BASE_TABLE","table_name":"BIG"}`
	tree := strings.Replace(strings.Replace(plain, "%s", id, 1), "%s", with, 1)
	names, err := sqlguard.Names([]byte(tree))
	require.NoError(t, err)
	require.Equal(t, []string{"orders", "people"}, names)
	names, err = sqlguard.Names([]byte(`{"error":true,"error_type":"parser"}`))
	require.NoError(t, err)
	require.Empty(t, names)
}
