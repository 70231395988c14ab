package configfile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// TestTextIsWrittenSoThatOtherProgramsTakeItForText holds what YAML 1.1 reads as booleans and numbers: there are programs that change such files.
func TestTextIsWrittenSoThatOtherProgramsTakeItForText(t *testing.T) {
	t.Parallel()
	f := File{
		Sources:         []Source{{Name: "no", Kind: "postgresql", Database: &Database{DatabaseOptions: activation.DatabaseOptions{TLS: "off"}}}},
		RefreshSchedule: &activation.RefreshSchedule{Times: []string{"06:30"}},
		Segments: []Segment{{Name: "Plain", Rules: []activation.SegmentRule{{
			Rule: activation.Rule{Field: "newsletter", Operator: activation.OpEquals, Values: []string{"Yes", "y", "yesterday", "1_000"}},
		}}}},
	}
	b, err := f.Write(nil)
	require.NoError(t, err)
	for _, want := range []string{`name: "no"`, `tls: "off"`, `values: ["Yes", "y", yesterday, "1_000"]`, `times: ["06:30"]`, "name: Plain"} {
		require.Contains(t, string(b), want)
	}
	d := NewDocument()
	d.Read("again.yaml", b)
	require.Equal(t, activation.TLSOff, d.Sources[0].Database.TLS)
	require.Equal(t, []string{"Yes", "y", "yesterday", "1_000"}, d.Segments[0].Rules[0].Rule.Values)
}
