package table

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func written(t *testing.T, tb *Table) string {
	t.Helper()
	var b strings.Builder
	_, err := tb.WriteTo(&b)
	require.NoError(t, err)
	return b.String()
}

func TestColumnsAreLinedUp(t *testing.T) {
	t.Parallel()
	tb := New(Text("name"), Number("members"), Text("status"))
	tb.Add("Loyal in Croatia", "12,431", "Successful")
	tb.Add("Žuti", "7", "")
	tb.Add("short")
	require.Equal(t, ""+
		"NAME              MEMBERS  STATUS\n"+
		"Loyal in Croatia   12,431  Successful\n"+
		"Žuti                    7\n"+
		"short\n", written(t, tb))
	require.Equal(t, 3, tb.Len())
}

func TestEmptyTableShowsItsHeadings(t *testing.T) {
	t.Parallel()
	require.Equal(t, "A  B\n", written(t, New(Text("a"), Text("b"))))
}

func TestCellsCannotMoveTheTerminal(t *testing.T) {
	t.Parallel()
	require.Equal(t, "?[31mred?[0m", Clean("\x1b[31mred\x1b[0m"))
	require.Equal(t, "two lines", Clean("two\nlines"))
	require.Equal(t, "a?b", Clean("a\rb"))
	require.Equal(t, "a?gpj.exe", Clean("a\u202egpj.exe"))
	require.Equal(t, "žđš 你好", Clean("žđš 你好"))
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range Clean(rapid.String().Draw(t, "text")) {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%q is left", r)
			}
		}
	})
}

func TestPairsAreLinedUpAndEmptyOnesLeftOut(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, Pairs(&b, [2]string{"Name", "VIP"}, [2]string{"Nothing at all to say", ""}, [2]string{"People", "12"}))
	require.Equal(t, "Name    VIP\nPeople  12\n", b.String())
}

func TestThousandsAreSetApart(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 7: "7", 42: "42", 999: "999", 1000: "1,000", 12431: "12,431", 1000000: "1,000,000", -1: "-1", -1234: "-1,234",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808", 1002003: "1,002,003",
	} {
		require.Equal(t, want, Grouped(n))
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		if got := strings.ReplaceAll(Grouped(n), ",", ""); got != strconv.FormatInt(n, 10) {
			t.Fatalf("%d became %s", n, got)
		}
	})
}
