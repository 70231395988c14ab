package textfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func TestAColumnTellsWhichValuesMakeItText(t *testing.T) {
	t.Parallel()
	nine := strings.Repeat("1,5,2026-01-31,7,x\n", 9)
	look := func(texts ...string) map[string]activation.Almost {
		r := Request{Source: activation.Source{Kind: activation.SourceCSV}}
		for i, text := range texts {
			path := filepath.Join(t.TempDir(), "f.csv")
			require.NoError(t, os.WriteFile(path, []byte("id,n,day,clean,text\n"+text), 0o600))
			r.Files = append(r.Files, warehouse.File{Path: path, Name: string(rune('a'+i)) + ".csv"})
		}
		s, err := Look(t.Context(), r)
		require.NoError(t, err)
		out := map[string]activation.Almost{}
		for _, c := range s.Columns {
			if c.Almost.Type != "" {
				out[c.Name] = c.Almost
			}
		}
		return out
	}
	number := activation.Almost{Type: activation.TypeNumber, Values: 9, Of: 10, File: "a.csv", Line: 2}
	day := activation.Almost{Type: activation.TypeDate, Values: 9, Of: 10, File: "a.csv", Line: 2}
	require.Equal(t, map[string]activation.Almost{"n": number, "day": day}, look("1,five,soon,7,y\n"+nine), "the first value is of another kind")
	number.Line, day.Line = 11, 11
	require.Equal(t, map[string]activation.Almost{"n": number, "day": day}, look(nine+"1,5%,31,,\n"), "the last one is")
	require.Empty(t, look(nine))
	require.Empty(t, look(nine+strings.Repeat("1,a,b,7,x\n", 9)), "half of them")
	require.Empty(t, look(strings.Repeat("1,a,b,7,x\n", 21)+strings.Repeat(nine, 20)), "too many before there was one")
}
