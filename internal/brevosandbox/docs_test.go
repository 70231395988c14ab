package brevosandbox

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentNamesEverySettingEffectActionAndControl(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/sandbox.md")
	require.NoError(t, err)
	text := string(raw)
	want := slices.Concat(Effects(), Actions())
	v := reflect.TypeFor[Settings]()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Field(i).Tag.Get("json"), ",")
		want = append(want, name)
		if values := v.Field(i).Tag.Get("values"); values != "" {
			require.Contains(t, text, "| `"+name+"` | "+strings.ReplaceAll(values, ",", ", ")+" |", "the values of %s", name)
		}
	}
	for _, name := range want {
		require.Contains(t, text, "`"+name+"`", "not in docs/sandbox.md")
	}
	_, example, ok := strings.Cut(text, "```json\n")
	require.True(t, ok)
	example, _, _ = strings.Cut(example, "```")
	dec := json.NewDecoder(strings.NewReader(example))
	dec.DisallowUnknownFields()
	var cfg Config
	require.NoError(t, dec.Decode(&cfg), "the example of the configuration")
	cfg.Clock = fixed
	_, err = New(cfg)
	require.NoError(t, err)
}
