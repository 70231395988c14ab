package activation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// FuzzRule holds that a rule that is read, written and read again is the same, and that checking any rule ends with a verdict.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"all":[]}`, `{"any":[{"field":"city","operator":"equals","values":["Split"]}]}`,
		`{"field":"city","operator":"not_in_the_last","values":["3"],"unit":"quarter"}`,
		`{"segment":"s1","operator":"member_of"}`, `{"sql":"SELECT 1; --","operator":"not_in_query"}`, `{"operator":"address_one_of","values":["ana@example.com","\u0000"]}`,
		`{"operator":"less_than","values":["3"],"related":{"path":["paid by","lines"],"function":"sum","column":"quantity","within":{"column":"bought","operator":"in_this","unit":"year"},
		  "where":{"all":[{"operator":"has","related":{"path":["lines"],"where":{"field":"bought","operator":"is_empty"}}}]}}}`,
		`{"related":{"path":null},"operator":"has"}`, `{"values":["'; DROP TABLE source; --"],"field":"\"","operator":"contains"}`,
	} {
		f.Add([]byte(seed))
	}
	m := shop()
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second activation.Rule
		if json.Unmarshal(text, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(written, &second))
		again, err := json.Marshal(second)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
		verdict := first.Validate(m)
		require.Equal(t, verdict, second.Validate(m), "what is written means what was read")
		if verdict != nil {
			require.Equal(t, activation.CodeInvalid, activation.CodeOf(verdict))
		}
	})
}
