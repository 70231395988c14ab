package bench

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// population is a source of n customers, all of them usable and distinct, the same for the same day. On every day after
// day 0 one in a hundred has other points than the day before and another one in a hundred is out of the segment; those of
// the day before are in it again.
type population struct{ n, day int }

var (
	firstNames = []string{"Ana", "Željko", "Jürgen", "Zoé", "Ivo", "Mia", "Jan", "Lea", "Tin", "Eva", "Noa"}
	lastNames  = []string{"Horvat", "Kovačević", "Müller", "Lefèvre", "Smith", "Novak", "Babić", "Weber", "Martin"}
	cities     = []string{"Zagreb", "Split", "Köln", "Berlin", "Lyon", "Leeds", "Osijek"}
)

const header = "id,email,first_name,last_name,phone,city,points,member\n"

// columns are the export's: attribute and field.
var columns = [][2]string{{"FIRSTNAME", "first_name"}, {"LASTNAME", "last_name"}, {"SMS", "phone"}, {"CITY", "city"}, {"POINTS", "points"}}

// changed says how often customer i was changed until the day.
func (p population) changed(i int) int {
	times := 0
	for d := 1; d <= p.day; d++ {
		if (i+d)%100 == 0 {
			times++
		}
	}
	return times
}

// left says whether customer i is out of the segment on the day.
func (p population) left(i int) bool {
	return p.day > 0 && (i+50+p.day)%100 == 0
}

// row appends the line of customer i.
func (p population) row(b []byte, i int) []byte {
	n := int64(i)
	b = append(b, 'C')
	b = strconv.AppendInt(b, 10_000_000+n, 10)
	b = append(b, ",customer."...)
	b = strconv.AppendInt(b, n, 10)
	b = append(b, "@example.com,"...)
	b = append(append(b, firstNames[i%len(firstNames)]...), ',')
	b = append(append(b, lastNames[i%len(lastNames)]...), ',')
	b = append(b, "+49151"...)
	b = strconv.AppendInt(b, 20_000_000+n, 10)
	b = append(append(b, ','), cities[i%len(cities)]...)
	b = append(b, ',')
	b = strconv.AppendInt(b, n%5000+int64(p.changed(i)), 10)
	if p.left(i) {
		return append(b, ",no\n"...)
	}
	return append(b, ",yes\n"...)
}

func (p population) write(t testing.TB, path string) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriterSize(f, 1<<20)
	_, _ = w.WriteString(header)
	var line []byte
	for i := range p.n {
		line = p.row(line[:0], i)
		_, _ = w.Write(line)
	}
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
}

func TestCustomersOfTheBenchAreUsableAndDistinct(t *testing.T) {
	t.Parallel()
	for _, i := range []int{0, 1, 999_999, 5_000_000, 9_999_999} {
		line := string(population{n: 10_000_000}.row(nil, i))
		fields := strings.Split(strings.TrimSpace(line), ",")
		_, emailProblem := activation.ParseEmail(fields[1])
		require.Empty(t, emailProblem)
		_, phoneProblem := activation.ParsePhone(fields[4], "")
		require.Empty(t, phoneProblem, fields[4])
	}
	changed, left := 0, 0
	for i := range 10_000 {
		if (population{10_000, 1}).changed(i) > 0 {
			changed++
		}
		if (population{10_000, 1}).left(i) {
			left++
		}
	}
	require.Equal(t, []int{100, 100}, []int{changed, left}, "1 % each")
}
