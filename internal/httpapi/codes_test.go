package httpapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

// declaredCodes reads every code constant of the domain from its source.
func declaredCodes(t *testing.T) []activation.Code {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../activation/errors.go", nil, 0)
	require.NoError(t, err)
	var all []activation.Code
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := v.Type.(*ast.Ident); ok && typ.Name == "Code" {
			all = append(all, activation.Code(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`)))
		}
		return true
	})
	require.Greater(t, len(all), 20)
	return all
}

func TestEveryCodeHasAStatusAndATitle(t *testing.T) {
	t.Parallel()
	declared := declaredCodes(t)
	require.ElementsMatch(t, declared, wire.Codes(), "wire.Codes lists every code")
	var table []activation.Code
	for _, i := range codes() {
		table = append(table, i.code)
		require.GreaterOrEqual(t, i.status, 400, i.code)
		require.NotEmpty(t, http.StatusText(i.status), i.code)
		require.NotEmpty(t, i.title, i.code)
	}
	require.ElementsMatch(t, declared, table, "the table has each code once")
}

func TestOnlyTheCallersOwnCredentialsAnswer401And403(t *testing.T) {
	t.Parallel()
	for _, i := range codes() {
		own := i.code == activation.CodeUnauthenticated || i.code == activation.CodeNeedsCode
		require.Equal(t, own, i.status == http.StatusUnauthorized, i.code)
		own = i.code == activation.CodeForbidden || i.code == activation.CodeNotProved
		require.Equal(t, own, i.status == http.StatusForbidden, i.code)
	}
}

func TestUnknownCodesAreDefects(t *testing.T) {
	t.Parallel()
	require.Equal(t, activation.CodeInternal, infoOf("made_up").code)
	for status, want := range map[int]activation.Code{
		400: activation.CodeInvalid, 401: activation.CodeUnauthenticated, 403: activation.CodeForbidden, 404: activation.CodeNotFound,
		405: activation.CodeInvalid, 406: activation.CodeInvalid, 408: activation.CodeUnavailable, 413: activation.CodeInvalid,
		415: activation.CodeInvalid, 422: activation.CodeInvalid, 500: activation.CodeInternal,
	} {
		require.Equal(t, want, codeOf(status), status)
	}
}

func TestRefusedInputsAreNotRepeated(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, body := range []string{
		`{"name":"x","agree":true,"api_key":{"a":"` + goodKey + `"}}`,
		`{"name":"x","agree":true,"api_key":"` + goodKey + `","extra":"` + goodKey + `"}`,
		`{"name":"x","agree":"` + goodKey + `","api_key":"` + goodKey + `"}`,
		`{"name":"x","api_key":"` + goodKey + `"`,
		`["` + goodKey + `"]`,
		`"` + goodKey + `"`,
		goodKey,
	} {
		r := b.call("POST", "/connections", body)
		require.Contains(t, []int{400, 422}, r.status, r.raw)
		require.Equal(t, string(activation.CodeInvalid), r.body["code"], r.raw)
		require.NotContains(t, r.raw, goodKey)
		require.NotContains(t, r.raw, "xkeysib")
	}
	require.NotContains(t, b.Log.String(), goodKey)
}

func TestSeveralRefusedInputsAreAllNamed(t *testing.T) {
	t.Parallel()
	p := newBundle(t).refused(activation.CodeInvalid, "POST", "/connections", object{"agree": "yes"})
	fields := []string{}
	for _, e := range p["errors"].([]any) {
		fields = append(fields, e.(object)["field"].(string))
		require.NotContains(t, e, "value")
	}
	require.Contains(t, fields, "agree")
	require.GreaterOrEqual(t, len(fields), 2, p)
}
