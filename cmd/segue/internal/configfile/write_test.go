package configfile

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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

func TestTextsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	same := func(t require.TestingT, list ...string) {
		f := File{Segments: []Segment{{Name: "a", Description: list[0], Rules: []activation.SegmentRule{{Rule: activation.Rule{Field: "f", Operator: activation.OpOneOf, Values: list, SQL: list[0]}}}}}}
		text, err := f.Write([]string{"made"})
		require.NoError(t, err)
		got := NewDocument()
		got.Read("f.yaml", text)
		require.Empty(t, got.Mistakes, "%q in %s", list, text)
		require.Equal(t, f.Segments, got.Segments, "%s", text)
	}
	for _, s := range []string{"<<", "=", "~", "null", "yes", "y", "1_0", "0x1", ".inf", "!!float 1", "2026-01-01", "1:30", "a: b # c", "- x", "\n", "\r", "\r\n", " x", "x ", "x\n", "x\n\n", "\tx\n y", "\u0085", "\u2028", "\ufeff", "\x7f"} {
		same(t, s, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.RuneFrom([]rune("ab1 \t\n\r\u0085\u2028\u00a0\ufeff:#-<=!&*'\"\\|>%@`{}[],?~ž\U0001f600"))
		same(t, rapid.SliceOfN(rapid.StringOfN(letters, 1, 12, -1), 1, 4).Draw(t, "texts")...)
	})
}

func TestSharesAreWrittenAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]string{1: "max_shrink: 1\n", 0.05: "max_shrink: 0.05\n"} {
		text, err := File{Sources: []Source{{Name: "a", Path: "a.csv", MaxShrink: share}}}.Write(nil)
		require.NoError(t, err)
		require.Contains(t, string(text), want)
	}
	for _, nothing := range []string{"0", "0.0"} {
		d := NewDocument()
		d.Read("a.yaml", []byte("sources: [{name: a, max_bad_rows: "+nothing+"}]"))
		require.Len(t, d.Mistakes, 1, "nothing is what is left out")
		require.Contains(t, d.Mistakes[0].String(), "sources[0].max_bad_rows: must be above 0")
	}
	d := NewDocument()
	d.Read("a.yaml", []byte("segments: [{name: <<, rules: []}]"))
	require.Empty(t, d.Mistakes)
	require.Equal(t, "<<", d.Segments[0].Name)
}
