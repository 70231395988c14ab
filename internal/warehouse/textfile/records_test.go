package textfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// all reads every record of a text, through a buffer of the size given.
func all(t require.TestingT, text string, f format, buffer, want int) (good [][]string, problems []string) {
	rs := newRecords(iotest.HalfReader(strings.NewReader(text)), f)
	rs.buf = make([]byte, buffer)
	for {
		rec, err := rs.next(want)
		if errors.Is(err, io.EOF) {
			return good, problems
		}
		require.NoError(t, err)
		if rec.problem != "" {
			problems = append(problems, rec.problem)
			continue
		}
		row := []string{}
		for _, v := range rec.fields {
			row = append(row, string(v))
		}
		good = append(good, row)
	}
}

var comma = format{delim: ",", quote: `"`, newline: '\n'}

func TestRecordsReadWhatTheStandardLibraryWrites(t *testing.T) {
	t.Parallel()
	cell := rapid.StringOfN(rapid.RuneFrom([]rune("a,\";\n\r 'ž\x00|")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 8).Draw(t, "rows")
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		require.NoError(t, w.WriteAll(rows))
		for i := range rows {
			for k, v := range rows[i] {
				if w.UseCRLF {
					v = strings.ReplaceAll(strings.ReplaceAll(v, "\r", ""), "\n", "\r\n") // as the writer does
				}
				rows[i][k] = v
			}
		}
		got, problems := all(t, out.String(), comma, rapid.IntRange(1, 64).Draw(t, "buffer"), width)
		require.Empty(t, problems)
		require.Equal(t, rows, got)
	})
}

func TestAStrayQuoteCostsItsOwnLineOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text     string
		good     [][]string
		problems int
	}{
		"never closed":              {"1,\"a\n2,b\n3,c\n", [][]string{{"2", "b"}, {"3", "c"}}, 1},
		"closed by the next stray":  {"1,\"a\n2,b\n3,x\"y\n4,d\n", [][]string{{"2", "b"}, {"3", `x"y`}, {"4", "d"}}, 1},
		"text behind it":            {"1,\"a\"b\n2,b\n", [][]string{{"2", "b"}}, 1},
		"inside a field":            {"1,5\" pipe\n2,b\n", [][]string{{"1", `5" pipe`}, {"2", "b"}}, 0},
		"white space around":        {"1, \"a,b\" \r\n2,b\n", [][]string{{"1", "a,b"}, {"2", "b"}}, 0},
		"at the end of the file":    {"1,a\n2,\"", [][]string{{"1", "a"}}, 1},
		"an empty one":              {"1,\"\"\n", [][]string{{"1", ""}}, 0},
		"too many fields over two":  {"1,\"a\n2\",b,c\n3,c\n", [][]string{{"3", "c"}}, 2},
		"no line end after a quote": {"1,\"a\"", [][]string{{"1", "a"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, buffer := range []int{1, 3, 1 << 10} {
				good, problems := all(t, c.text, comma, buffer, 2)
				require.Equal(t, c.good, good)
				require.Len(t, problems, c.problems, "%v", problems)
			}
		})
	}
}

func TestARecordThatIsTooLongIsPutAside(t *testing.T) {
	t.Parallel()
	rs := newRecords(strings.NewReader("1,"+strings.Repeat("x", 5000)+"\n2,b\n3,\""+strings.Repeat("y\n", 5000)), comma)
	rs.max = 1000
	rs.buf = make([]byte, 64)
	rec, err := rs.next(2)
	require.NoError(t, err)
	require.Equal(t, problemTooLong, rec.problem)
	rec, err = rs.next(2)
	require.NoError(t, err)
	require.Empty(t, rec.problem)
	require.EqualValues(t, 2, rec.line)
	rec, err = rs.next(2)
	require.NoError(t, err)
	require.Equal(t, problemTooLong, rec.problem)
	rec, err = rs.next(2)
	require.NoError(t, err)
	require.EqualValues(t, 4, rec.line, "reading goes on behind its first line")
}

func TestTheValueOfARecordThatIsTooLongIsNotCalledEmpty(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(path, []byte("id,v\n1,a\n2,"+strings.Repeat("x", maxRecord)+"\n3,b\n"), 0o600))
	s, err := Look(t.Context(), Request{Files: []warehouse.File{{Path: path, Name: "a.csv"}}, Source: activation.Source{Kind: activation.SourceCSV}})
	require.NoError(t, err)
	require.Equal(t, []warehouse.BadRow{{File: "a.csv", Line: 3, Reason: problemTooLong}}, s.Bad)
}

func TestTheFirstOfTwoBytesIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.SampledFrom([]byte("a,\n\x00\x01\x0b\x7f\x80\xff-.")), 0, 40).Draw(t, "data")
		one, other := rapid.SampledFrom([]byte("\n\r")).Draw(t, "one"), rapid.SampledFrom([]byte(",\x00\x80\xff")).Draw(t, "other")
		want := slices.IndexFunc(data, func(c byte) bool { return c == one || c == other })
		if want < 0 {
			want = len(data)
		}
		require.Equal(t, want, until(data, one, other))
	})
}

func TestDelimitersMayBeLonger(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-c:]?[a-c]{0,9}`)
		row := append([]string{"x"}, rapid.SliceOfN(cell, 1, 5).Draw(t, "row")...)
		good, problems := all(t, strings.Join(row, "::;")+"\n", format{delim: "::;", quote: `"`, newline: '\n'}, rapid.IntRange(1, 64).Draw(t, "buffer"), len(row))
		require.Empty(t, problems)
		require.Equal(t, [][]string{row}, good)
	})
}

func FuzzRecords(f *testing.F) {
	f.Add("a,b\n1,\"x\n\"\"y\"\n", 3)
	f.Add("\"", 1)
	f.Add("a\r\rb,\"\r\n", 2)
	f.Fuzz(func(t *testing.T, text string, buffer int) {
		if buffer < 1 || buffer > 1<<16 || len(text) > 1<<12 {
			return
		}
		small, problems := all(t, text, comma, buffer, 2)
		whole, others := all(t, text, comma, 1<<16, 2)
		require.Equal(t, whole, small, "the buffer's size does not matter")
		require.Equal(t, others, problems)
	})
}

func TestFormatsAreFoundOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a,b\n1,2\n":                                ",",
		"a;b;c\n1,5;2,5;3\n":                        ";",
		"a\tb\n1\t\"x,y;z\"\n":                      "\t",
		"a|b|c\n1|2|3\n":                            "|",
		"a,b;c\n\"x;y\",1\n\"z;\",2\n":              ",",
		"only one column\nwith spaces\n":            ",",
		"name;note\nAna;a, b, c\nIvo;d\n":           ";",
		"id;paid\n" + strings.Repeat("7;1,5\n", 99): ";",
		"id;net;gross\n" + strings.Repeat("7;1,5;2,5\n", 99) + "7;1,5\n": ";",
		"id;paid\n" + strings.Repeat("7;1;\n", 99):                       ";",
	} {
		require.Equal(t, want, sniff([]byte(text), true, (Survey{}).source.CSV).delim, text)
	}
}
