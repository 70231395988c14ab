package duckdb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/textfile"
)

// twoReaders loads texts by both readers of CSV.
type twoReaders struct {
	w     *Warehouse
	dir   string
	files int
}

func newTwoReaders(t testing.TB) *twoReaders {
	t.Helper()
	dir := t.TempDir()
	w, err := Open(t.Context(), Config{Path: filepath.Join(dir, "warehouse.duckdb"), AllowedDirs: []string{dir}, MemoryLimit: "512MB", Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return &twoReaders{w: w, dir: dir}
}

// taken is what was made of a text.
type taken struct {
	in    activation.Ingest
	err   string
	types []string
	rows  [][]string
	bad   []warehouse.BadRow
}

// load takes a file over and returns all of it.
func (r *twoReaders) load(t testing.TB, name string, text []byte, source activation.Source) taken {
	t.Helper()
	path := filepath.Join(r.dir, name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	source.ID, source.Name, source.MaxBadRows = "s", "Customers", 0.9
	in, err := r.w.Load(t.Context(), warehouse.LoadRequest{Source: source, Files: []warehouse.File{{Path: path, Name: "x.csv"}}, At: time.Unix(0, 0), Force: true})
	if err != nil {
		return taken{err: err.Error()}
	}
	out := taken{in: in}
	out.bad, err = r.w.Quarantine(t.Context(), "s", 0, 1000)
	require.NoError(t, err)
	require.NoError(t, r.w.read(t.Context(), func(s session) error {
		table, err := s.table("s")
		require.NoError(t, err)
		out.types, out.rows = rowsOf(t, s, table)
		return nil
	}))
	return out
}

func rowsOf(t testing.TB, s session, table table) (types []string, rows [][]string) {
	t.Helper()
	_, types, err := s.describe("SELECT * FROM " + table.name())
	require.NoError(t, err)
	require.NoError(t, s.rows("SELECT coalesce(COLUMNS(*)::VARCHAR, '<missing>') FROM "+table.name()+" ORDER BY rowid", nil, func(scan func(...any) error) error {
		row := make([]string, len(types))
		into := make([]any, len(types))
		for i := range row {
			into[i] = &row[i]
		}
		rows = append(rows, row)
		return scan(into...)
	}))
	return types, rows
}

// same holds that DuckDB's reader makes the same of a text as ours, which alone reads packed files, and reports whether DuckDB's may
// read it. Then it must read it to the end.
func (r *twoReaders) same(t testing.TB, text string, source activation.Source) bool {
	t.Helper()
	r.files++
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	want := r.load(t, fmt.Sprintf("%d.csv.gz", r.files), packed.Bytes(), source)
	name := fmt.Sprintf("%d.csv", r.files)
	got := r.load(t, name, []byte(text), source)
	require.Equal(t, want, got, "%q", text)
	if want.err != "" {
		return false
	}
	survey, err := textfile.Look(t.Context(), textfile.Request{Files: []warehouse.File{{Path: filepath.Join(r.dir, name), Name: "x.csv"}}, Source: source})
	require.NoError(t, err)
	list, plain := engineReads(survey)
	if plain {
		require.NoError(t, r.w.read(t.Context(), func(s session) error {
			next, err := s.create(survey.Columns)
			require.NoError(t, err)
			require.NoError(t, s.fillPlain(next, list, survey), "%q", text)
			types, rows := rowsOf(t, s, next)
			require.Equal(t, want.types, types, "%q", text)
			require.Equal(t, want.rows, rows, "%q", text)
			return survey.Unchanged(t.Context())
		}))
	}
	return plain
}

func TestWhatDuckDBReadsOfPlainFilesIsWhatWeRead(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	kind := func(k activation.FieldType, format string) activation.Source {
		return activation.Source{Columns: map[string]activation.ColumnOption{"v": {Type: k, Format: format}}}
	}
	for _, c := range []struct {
		text   string
		source activation.Source
		plain  bool
	}{
		{"id,v\n1,a\n2,b\n", activation.Source{}, true},
		{"id,v\n1,a\n2,b", activation.Source{}, true},
		{"id,v\r\n1,a\r\n2,b\r\n", activation.Source{}, true},
		{"id,v\r\n1,a\r\n2,b", activation.Source{}, true},
		{"\ufeffid,v\n1,a\n2,b\n", activation.Source{}, true},
		{"id;v\n1;Đuro, ml.\n2;\"b;\"\"x\"\"\"\n", activation.Source{}, true},
		{"\"id\"|\"v\"\n\"1\"|\"\"\n\"2\"|\"b|\"\n\"\"|NULL\n", activation.Source{}, true},
		{"id,v\n1, a \n2,\u00a0\n3,Z\u030c\n4,  \n", activation.Source{}, true},
		{"id,v\n1,0.1\n2,-0\n3,123456789012345.678901234567890123456789\n4,\n5,1.7\n", activation.Source{}, true},
		{"id,v\n1,2026-01-31\n2,0001-01-01\n3,9999-12-31\n", activation.Source{}, true},
		{"id,v\n1,2026-01-31 10:00:00\n2,2026-01-31T10:00:00.123456Z\n3,2026-01-31\n4,0001-01-01T00:00:00.1Z\n", activation.Source{}, true},
		{"id,v\n1,31.1.2026\n2,01.02.2026\n", activation.Source{}, true},
		{"id,v,w\n1,31.1.2026,31.12.2025\n2,01.02.2026,\n", activation.Source{}, true},
		{"id,v,w,x\n1,31.1.2026,2026-01-31,1/31/2026\n2,01.02.2026,2026-02-01,2/1/2026\n", activation.Source{}, true},
		{"id,v,w\n1,31.1.2026 10:05,2026-01-31T10:05:00Z\n2,,\n", activation.Source{}, true},
		{"id,v,w\n1,31.1.2026 10:05,1.2.2026 23:59\n", activation.Source{}, true},
		{"id,v\n1,1/31/2026 1:45 PM\n2,1/1/2026 12:00 am\n", activation.Source{}, true},
		{"id,v\n1,31. 1. 2026. 9:05:07\n", activation.Source{}, true},
		{"id,v\n1,True\n2,FALSE\n3,\n", activation.Source{}, true},
		{"1,2\n3,4\n", activation.Source{}, true},
		{"id,v\n1,5\n2,-7.5\n", kind(activation.TypeNumber, ""), true},
		{"id,v\n1,5\n2,7\n", kind(activation.TypeText, ""), true},
		{"id,v\n1,true\n2,false\n", kind(activation.TypeBoolean, ""), true},
		{"id,v\n1,2/1/2026\n", kind(activation.TypeDate, "%d/%m/%Y"), true},
		{"id,v\n1,it's\n2,it's\n", activation.Source{CSV: activation.CSVOptions{Quote: "'"}}, false},

		{"id,v\n1,2026-01-31T10:00:00+02:00\n", activation.Source{}, false},
		{"id,v\n1,2026-01-31T10:00:00.1234567\n", activation.Source{}, false},
		{"id,v\n1,2026-01-31t10:00:00\n", activation.Source{}, false},
		{"id,v\n1,1.5e3\n", activation.Source{}, false},
		{"id,v\n1, 7\n", activation.Source{}, false},
		{"id,v\n1,+7\n2,007\n3,1e3\n", kind(activation.TypeNumber, ""), false},
		{"id,v\n1,yes\n2,ne\n", kind(activation.TypeBoolean, ""), false},
		{"id,v\n1,26-1-31\n", kind(activation.TypeDate, "%y-%m-%d"), false},
		{"id,v\n1,1.234,5\n", activation.Source{Columns: map[string]activation.ColumnOption{"v": {Type: activation.TypeNumber, DecimalComma: true}}, CSV: activation.CSVOptions{Delimiter: ";"}}, false},
		{"id,v\n1,a\n2\n3,c\n", activation.Source{}, false},
		{"id,v\n1,a\n\n3,c\n", activation.Source{}, false},
		{"\nid,v\n1,a\n", activation.Source{}, false},
		{"id,v\n1,\"a\nb\"\n", activation.Source{}, false},
		{"id,v\n1,a\r\n2,b\n", activation.Source{}, false},
		{"id,v\n1,a\rb\n2,b\n", activation.Source{}, false},
		{"id,v\r1,a\r2,b\r", activation.Source{}, false},
		{"id,v\n1, \"a\"\n2,\"b\" \n", activation.Source{}, false},
		{"id,v\n1,a\"b\n2,5\" x\n", activation.Source{}, false},
		{"id,v\n1,a\x00b\n", activation.Source{}, false},
		{"v\na\nb\n", activation.Source{}, false},
		{"id#v\n1#2\n", activation.Source{CSV: activation.CSVOptions{Delimiter: "#"}}, false},
		{"id,v\n1,a\n2,b\n", activation.Source{CSV: activation.CSVOptions{Encoding: "windows-1250"}}, false},
	} {
		require.Equal(t, c.plain, r.same(t, c.text, c.source), "%q", c.text)
	}
}

// randomText writes a file with columns of all kinds; the wilder, the more of its values are odd.
func randomText(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	day := func(format string) string {
		return time.Date(1900+r.IntN(200), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1_000_000)*1000, time.UTC).Format(format)
	}
	kinds := []func() string{
		func() string { return fmt.Sprintf("C%06d", r.IntN(1_000_000)) },
		func() string {
			return pick("Split", "Šibenik", "a b", "", "Zagreb", "NULL", "null", "true", "1", "\\N", "#", "-- x", "%d", "\u00e9")
		},
		func() string { return fmt.Sprintf("%d.%0*d", r.IntN(2000)-1000, 1+r.IntN(20), r.IntN(1000)) },
		func() string { return fmt.Sprint(r.IntN(2) == 0) },
		func() string { return day("2006-01-02") },
		func() string { return day(pick("2006-01-02T15:04:05Z", "2006-01-02 15:04:05.999999", "2006-01-02")) },
		func() string { return day("1/2/2006") },
		func() string { return day("2.1.2006. 15:04") },
		func() string { return day("01-02-2006 3:04:05 pm") },
	}
	delim, end, quote := pick(",", ";", "\t", "|"), pick("\n", "\r\n"), `"`
	wild, quoted, empty := 0, r.IntN(3), r.IntN(4)
	if r.IntN(4) > 0 {
		wild = 1 + r.IntN(6)
	}
	odd := func() string {
		return pick(" x", "x ", "\t", "Z\u030c", "\u00a0", "1.5e5", "2026-01-01T10:00:00+01:00", "007", " 12", "TRUE ", `"a" `, `a"b`, `"`, "\"a\nb\"", "x"+delim, end, "\r", "\x0b", "\u2028", "'")
	}
	columns := make([]func() string, 2+r.IntN(5))
	var text strings.Builder
	for i := range columns {
		columns[i] = kinds[r.IntN(len(kinds))]
		fmt.Fprintf(&text, "%sname %d", strings.Repeat(delim, min(i, 1)), i)
	}
	text.WriteString(end)
	for range 1 + r.IntN(60) {
		for i, value := range columns {
			v := value()
			if r.IntN(10) < empty {
				v = ""
			}
			if q := r.IntN(3) < quoted; q || strings.Contains(v, delim) {
				v = quote + strings.ReplaceAll(v+pick("", "", delim, quote), quote, quote+quote) + quote
			}
			if wild > 0 && r.IntN(200) < wild {
				v = odd()
			}
			text.WriteString(strings.Repeat(delim, min(i, 1)) + v)
		}
		text.WriteString(end)
	}
	return text.String()
}

func TestWhatDuckDBReadsOfRandomFilesIsWhatWeRead(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	plain := 0
	const files = 120
	for i := range uint64(files) {
		if r.same(t, randomText(rand.New(rand.NewPCG(i, 26))), activation.Source{}) {
			plain++
		}
	}
	require.Greater(t, plain, files/4)
	require.Less(t, plain, files*2/3)
}

// What DuckDB's threads share out among them is cut anywhere, also in the midst of quoted texts that look like rows.
func TestFilesThatDuckDBCutsInPiecesAreReadAsWeRead(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	random := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	text.WriteString("id,note,points\n")
	for i := 0; text.Len() < 3*plainBuffer; i++ {
		fmt.Fprintf(&text, "r%d,\"%s\",%d\n", i, strings.Repeat(`,""r1,x,1"",`, random.IntN(400)), i)
	}
	require.True(t, r.same(t, text.String(), activation.Source{}))

	text.Reset() // lines nearly as long as those of plain files may be, of which a piece holds two and a half
	text.WriteString("id,note,points\r\n")
	for i := range 8 {
		fmt.Fprintf(&text, "r%d,\"%s\",%d\r\n", i, strings.Repeat(`,""r1,x,1"",`, (1<<20-60)/12-random.IntN(9)), i)
	}
	require.True(t, r.same(t, text.String(), activation.Source{}))
}

func TestWhatDuckDBDoesNotReadWeRead(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	w, err := Open(t.Context(), Config{Path: filepath.Join(t.TempDir(), "warehouse.duckdb"), Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	other := &twoReaders{w: w, dir: r.dir} // whose engine may not open the folder
	want := r.load(t, "b1.csv", []byte("id,v\n1,a\n2,b\n"), activation.Source{})
	require.Equal(t, want, other.load(t, "b1.csv", []byte("id,v\n1,a\n2,b\n"), activation.Source{}))

	r.load(t, "a1.csv", []byte("id,v\n7,wrong\n8,wrong\n"), activation.Source{})
	for _, pattern := range []string{"a[1].csv", "a?.csv", "a*.csv"} {
		require.Equal(t, want, r.load(t, pattern, []byte("id,v\n1,a\n2,b\n"), activation.Source{}), pattern)
	}
}

func TestPlainFilesThatChangeAreNotTakenOver(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	path := filepath.Join(r.dir, "x.csv")
	require.NoError(t, os.WriteFile(path, []byte("id,v\n1,5\n2,6\n"), 0o600))
	survey, err := textfile.Look(t.Context(), textfile.Request{Files: []warehouse.File{{Path: path, Name: "x.csv"}}})
	require.NoError(t, err)
	list, plain := engineReads(survey)
	require.True(t, plain)
	for text, reads := range map[string]bool{"id,v\n1,5\n2,7\n": true, "id,v\n1,5\n2,6\n3,7\n": false, "id,v\n1,5\n2,x\n": false, "id,v\n1,5\n": false, "id,v\n1,5\n2,6,7\n": false} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, r.w.read(t.Context(), func(s session) error {
			next, err := s.create(survey.Columns)
			require.NoError(t, err)
			err = s.fillPlain(next, list, survey)
			require.Equal(t, reads, err == nil, text)
			require.Equal(t, !reads, again(t.Context(), err), text)
			return nil
		}))
		err := survey.Unchanged(t.Context())
		require.Equal(t, activation.CodeSourceRefused, activation.CodeOf(err), text)
		require.ErrorContains(t, err, "changed while it was read")
	}
	require.NoError(t, os.Remove(path))
	require.ErrorContains(t, survey.Unchanged(t.Context()), "changed while it was read")
}

func TestPlainFilesOfOneTableMayHaveTheirColumnsInAnyOrder(t *testing.T) {
	t.Parallel()
	r := newTwoReaders(t)
	var files []warehouse.File
	for name, text := range map[string]string{"1.csv": "id,born,v\n1,1/31/2026,5\n", "2.csv": "v;id;born\r\n6;2;2/1/2026\r\n", "3.csv": "born\tv\tid\n\t\t\"3\""} {
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
		files = append(files, warehouse.File{Path: filepath.Join(r.dir, name), Name: name})
	}
	slices.SortFunc(files, func(a, b warehouse.File) int { return strings.Compare(a.Name, b.Name) })
	survey, err := textfile.Look(t.Context(), textfile.Request{Files: files})
	require.NoError(t, err)
	_, plain := engineReads(survey)
	require.True(t, plain)
	_, err = r.w.Load(t.Context(), warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Customers"}, Files: files, At: time.Unix(0, 0)})
	require.NoError(t, err)
	require.NoError(t, r.w.read(t.Context(), func(s session) error {
		table, err := s.table("s")
		require.NoError(t, err)
		_, rows := rowsOf(t, s, table)
		require.Equal(t, [][]string{{"1", "2026-01-31", "5.0"}, {"2", "2026-02-01", "6.0"}, {"3", "<missing>", "<missing>"}}, rows)
		return nil
	}))
}

// FuzzPlain holds that no text is read in another way by DuckDB's reader than by ours.
func FuzzPlain(f *testing.F) {
	for i := range uint64(10) {
		f.Add(randomText(rand.New(rand.NewPCG(i, 9))))
	}
	r := newTwoReaders(f)
	f.Fuzz(func(t *testing.T, text string) { r.same(t, text, activation.Source{}) })
}
