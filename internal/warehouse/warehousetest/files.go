package warehousetest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Put writes a file among the sources and returns it.
func (d *Desk) Put(name string, content []byte) warehouse.File {
	d.Helper()
	path := filepath.Join(d.Sources, name)
	require.NoError(d, os.WriteFile(path, content, 0o600))
	return warehouse.File{Path: path, Name: name}
}

// Of asks for files to be loaded as the source "s".
func Of(kind activation.SourceKind, files ...warehouse.File) warehouse.LoadRequest {
	return warehouse.LoadRequest{Source: activation.Source{ID: "s", Name: "Customers", Kind: kind}, Files: files, At: Now}
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

func (d *Desk) takes(r warehouse.LoadRequest) activation.Ingest {
	d.Helper()
	r.Force = true
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	return in
}

func (d *Desk) refuses(r warehouse.LoadRequest, says ...string) {
	d.Helper()
	r.Force = true
	_, err := d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), "%v", err)
	for _, s := range says {
		require.ErrorContains(d, err, s)
	}
}

func packedFiles(d *Desk) {
	whole := "id,name\n1,Željka\n2,Ivo\n"
	in := d.takes(Of(activation.SourceCSV, d.Put("a.csv.gz", packed(whole))))
	require.Equal(d, []string{"Željka", "Ivo"}, d.column(in, "name"))
	in = d.takes(Of(activation.SourceCSV, d.Put("named.csv", packed(whole))))
	require.Equal(d, []string{"Željka", "Ivo"}, d.column(in, "name"), "what counts is how the file begins, not its name")
	in = d.takes(Of(activation.SourceCSV, d.Put("two.csv.gz", append(packed("id,name\n1,a\n"), packed("2,b\n")...))))
	require.Equal(d, []string{"a", "b"}, d.column(in, "name"), "packed piece by piece")
	in = d.takes(Of(activation.SourceNDJSON, d.Put("a.ndjson.gz", packed(`{"id":"1","name":"a"}`+"\n"))))
	require.Equal(d, []string{"a"}, d.column(in, "name"))
	r := Of(activation.SourceCSV, d.Put("old.csv.gz", packed("id;name\n1;\x8aibenik\n")))
	r.Source.CSV.Encoding = "windows-1250"
	in = d.takes(r)
	require.Equal(d, []string{"Šibenik"}, d.column(in, "name"))

	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"cut off":     {packed(strings.Repeat(whole, 1000))[:60], "damaged or cut off"},
		"damaged":     {append(packed(whole)[:20], bytes.Repeat([]byte{0xff}, 40)...), "damaged or cut off"},
		"header only": {[]byte("\x1f\x8b"), "damaged or cut off"},
		"twice":       {packed(string(packed(whole))), "packed twice"},
		"a workbook":  {packed("PK\x03\x04"), "workbook"},
		"tar":         {packed(strings.Repeat("x", 257) + "ustar"), "tar archive"},
		"zstd":        {[]byte("\x28\xb5\x2f\xfdxxxx"), "Zstandard"},
		"Parquet":     {[]byte("PAR1xxxx"), "Parquet"},
		"empty":       {packed(""), "empty"},
		"too big":     {packed("id,name\n" + strings.Repeat("1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", MaxUnpacked/50)), "more than"},
	} {
		d.refuses(Of(activation.SourceCSV, d.Put("bad.csv.gz", c.content)), c.says)
		require.Equal(d, []string{"Šibenik"}, d.column(in, "name"), "the old rows stay: "+name)
	}
	half := packed("id,name\n" + strings.Repeat("1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", MaxUnpacked/100))
	d.takes(Of(activation.SourceCSV, d.Put("half1.csv.gz", half)))
	d.refuses(Of(activation.SourceCSV, d.Put("half1.csv.gz", half), d.Put("half2.csv.gz", half)), "half2.csv.gz", "more than")
}

func severalFiles(d *Desk) {
	a, b := d.Put("a.csv", []byte("id,name,since\n1,Ana,03/04/2026\n")), d.Put("b.csv.gz", packed("since;name;id\n25/12/2026;Ivo;2\n"))
	in := d.takes(Of(activation.SourceCSV, a, b))
	require.Equal(d, []string{"id text", "name text", "since date %d/%m/%Y"}, described(in.Columns), "one file proves the order of days for all")
	require.Equal(d, []string{"Ana", "Ivo"}, d.column(in, "name"), "columns are found by name")
	require.Equal(d, []string{"2026-04-03", "2026-12-25"}, d.column(in, "since"))

	kept := func() { require.Equal(d, []string{"Ana", "Ivo"}, d.column(in, "name"), "the old rows stay") }
	d.refuses(Of(activation.SourceCSV, a, d.Put("c.csv", []byte("id,name\n3,x\n"))), "c.csv", `lacks the column "since"`, "a.csv")
	d.refuses(Of(activation.SourceCSV, d.Put("c.csv", []byte("id,name\n3,x\n")), a), "a.csv", `has a column "since"`, "c.csv")
	d.refuses(Of(activation.SourceCSV, a, d.Put("d.csv", []byte("ID,name,since\n3,x,1/1/2026\n"))), "d.csv", `"ID"`)
	d.refuses(Of(activation.SourceCSV, a, d.Put("e.csv", nil)), "e.csv", "empty")
	kept()
	n := func(name, text string) warehouse.File { return d.Put(name, []byte("id,points\n"+text)) }
	d.refuses(Of(activation.SourceCSV, n("n1.csv", "1,5\n"), n("n2.csv", "2,\n"), n("n3.csv", "3,many\n")), "n3.csv", `"points"`, "number", "n1.csv")
	d.refuses(Of(activation.SourceCSV, n("n3.csv", "3,many\n"), n("n1.csv", "1,5\n")), "n3.csv", "number", "n1.csv")
	kept()
	r := Of(activation.SourceCSV, n("n1.csv", "1,5\n"), n("n3.csv", "3,many\n"))
	r.Source.Columns = map[string]activation.ColumnOption{"points": {Type: activation.TypeText}}
	require.Equal(d, []string{"5", "many"}, d.column(d.takes(r), "points"), "unless the type is stated")

	r = Of(activation.SourceCSV, n("n1.csv", "1,5\n"), n("n3.csv", "2,4\n3,geheim\n"))
	r.Source.Columns = map[string]activation.ColumnOption{"points": {Type: activation.TypeNumber}}
	r.Source.MaxBadRows = 0.5
	require.EqualValues(d, 1, d.takes(r).Quarantined)
	bad, err := d.W.Quarantine(d.ctx(), "s", 0, 10)
	require.NoError(d, err)
	require.Equal(d, []warehouse.BadRow{{File: "n3.csv", Line: 3, Column: "points", Value: "6 characters: letters", Reason: "is not a number"}}, bad)
	r.Source.MaxBadRows = 0.01
	d.refuses(r, "n3.csv, line 3")
}

// orderOfFiles holds that the table does not depend on the order of files, but for that of its rows and columns.
func orderOfFiles(d *Desk) {
	random := rand.New(rand.NewPCG(1, 2))
	var files []warehouse.File
	for i := range 5 {
		text := "id,name,points\n"
		if i%2 == 1 {
			text = "points,id,name\n"
		}
		for k := range 20 {
			id := i*20 + k + 100
			if i%2 == 1 {
				text += fmt.Sprintf("%d,%d,n%d\n", id*3, id, id)
			} else {
				text += fmt.Sprintf("%d,n%d,%d\n", id, id, id*3)
			}
		}
		files = append(files, d.Put(fmt.Sprintf("part%d.csv", i), []byte(text)))
	}
	var first []string
	for range 4 {
		random.Shuffle(len(files), func(i, k int) { files[i], files[k] = files[k], files[i] })
		in := d.takes(Of(activation.SourceCSV, files...))
		got := append(d.keyed(in, "id", "name"), d.keyed(in, "id", "points")...)
		if first == nil {
			first = got
		}
		require.Equal(d, first, got)
	}
	require.Len(d, first, 200)
}

func ndjson(d *Desk) {
	in := d.takes(Of(activation.SourceNDJSON, d.Put("a.ndjson", []byte(`{"id": 1, "name": "Ana \u0160", "points": 5, "vip": true, "since": "2026-01-31", "address": {"city": "Split", "geo": {"lat": 43.5}}, "tags": [ "a", {"b": 1} ]}
{"id": 2, "name": null, "points": 1.5e3, "vip": false, "address": {"city": "Zadar"}, "tags": [], "later": "x"}

  {"later":" y ","id":3,"points":-0.25,"since":"2026-02-01","address":null}  `))))
	require.Equal(d, []string{
		"id text", "name text", "points number", "vip boolean", "since date", "address.city text", "address.geo.lat number", "tags text", "later text", "address text",
	}, described(in.Columns))
	require.EqualValues(d, []int64{3, 0}, []int64{in.Rows, in.Quarantined})
	for name, want := range map[string][]string{
		"name": {"Ana Š", "", ""}, "points": {"5", "1500", "-0.25"}, "vip": {"true", "false", ""}, "since": {"2026-01-31", "", "2026-02-01"},
		"address.city": {"Split", "Zadar", ""}, "address.geo.lat": {"43.5", "", ""}, "tags": {`["a",{"b":1}]`, "[]", ""}, "later": {"", "x", "y"}, "address": {"", "", ""},
	} {
		require.Equal(d, want, d.column(in, name), name)
	}

	r := Of(activation.SourceNDJSON, d.Put("b.ndjson", []byte(`{"id":"1","born":"31.1.2026","sum":"1.234,5"}
{"id":"2","born":"soon","sum":"1"}
not json
{"id":"3","id":"4"}
["id"]
{"id":"5","":1}
{"id":"6","born":"1.2.2026"}
`)))
	r.Source.Columns = map[string]activation.ColumnOption{
		"born": {Type: activation.TypeDate, Format: "%d.%m.%Y"}, "sum": {Type: activation.TypeNumber, DecimalComma: true},
	}
	r.Source.MaxBadRows = 0.9
	in = d.takes(r)
	require.EqualValues(d, []int64{2, 5}, []int64{in.Rows, in.Quarantined})
	require.Equal(d, []string{"1234.5", ""}, d.column(in, "sum"))
	bad, err := d.W.Quarantine(d.ctx(), "s", 0, 10)
	require.NoError(d, err)
	var reasons []string
	for _, b := range bad {
		require.Equal(d, "b.ndjson", b.File)
		reasons = append(reasons, fmt.Sprint(b.Line, " ", b.Column, " ", b.Reason))
	}
	require.Equal(d, []string{
		"2 born is not a date written as %d.%m.%Y", "3  is no JSON", `4  has the field "id" twice`, "5  is no JSON object", "6  has a field without a name",
	}, reasons)

	for text, says := range map[string]string{
		`[{"id":1}]`:                     "one object a line",
		"{\n  \"id\": 1\n}":              "one object a line",
		"{\"a\":1}\n{\"A\":2}":           "small and capital letters",
		"":                               "no rows",
		"{\"a\":\"\xff\"}":               "UTF-8",
		`{"a\nb":1}`:                     "control characters",
		"{" + manyFields(2001) + "}":     "more than 2000",
		"{\"id\":1}\n{\"id\":2}\nx\ny\n": "2 of 4 rows",
	} {
		d.refuses(Of(activation.SourceNDJSON, d.Put("c.ndjson", []byte(text))), says)
	}
	in = d.takes(Of(activation.SourceNDJSON, d.Put("d.ndjson", []byte(strings.Repeat(`{"a":`, 20)+"1"+strings.Repeat("}", 20)))))
	require.Equal(d, []string{"a.a.a.a.a.a.a.a text"}, described(in.Columns), "what lies deeper is JSON text")
	in = d.takes(Of(activation.SourceNDJSON, d.Put("e1.ndjson", []byte(`{"id":"1","a":"x"}`)), d.Put("e2.ndjson", []byte(`{"b":"y","id":"2"}`))))
	require.Equal(d, []string{"x", ""}, d.column(in, "a"), "a field that a file never has is missing in it")
	require.Equal(d, []string{"", "y"}, d.column(in, "b"))

	p, err := d.W.Preview(d.ctx(), Of(activation.SourceNDJSON, d.Put("f.ndjson", []byte("{\"id\":\"1\"}\n{\"id\":\"2\",\"email\":\"ana@example.com\"}\nx\n"))), 5)
	require.NoError(d, err)
	require.Equal(d, [][]string{{"1", ""}, {"2", "ana@example.com"}}, p.Rows)
	require.Equal(d, []string{"id text", "email text email"}, described(p.Columns))
	require.Len(d, p.Bad, 1)
}

func manyFields(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"f%d":1`, i)
	}
	return strings.Join(list, ",")
}

// largeRows holds how large rows may be: one by itself, and those that an engine works on at a time.
func largeRows(d *Desk) {
	half := strings.Repeat("x", 2<<20)
	for kind, row := range map[activation.SourceKind]string{activation.SourceCSV: "%d,%s\n", activation.SourceNDJSON: `{"id":%d,"long":["%s"]}` + "\n"} {
		file := func(name string, long ...string) warehouse.File {
			var b bytes.Buffer
			if kind == activation.SourceCSV {
				b.WriteString("id,long\n")
			}
			for i, text := range long {
				fmt.Fprintf(&b, row, i, text)
			}
			return d.Put(name, b.Bytes())
		}
		r := Of(kind, file("long", half, half+half, half, half))
		r.Source.MaxBadRows = 0.5
		in := d.takes(r)
		require.EqualValues(d, 3, in.Rows, kind)
		bad, err := d.W.Quarantine(d.ctx(), "s", 0, 10)
		require.NoError(d, err)
		require.Len(d, bad, 1)
		require.Equal(d, "is longer than 4 MiB", bad[0].Reason, kind)
		require.Empty(d, bad[0].Value, "it is not known, which is not that it is empty")

		many := file("many", slices.Repeat([]string{half}, 33)...)
		_, err = d.W.Preview(d.ctx(), Of(kind, many), 5)
		require.ErrorContains(d, err, "2048 of them hold more than 64 MiB", kind)
		part := slices.Repeat([]string{half}, 17)
		d.refuses(Of(kind, file("part1", part...), file("part2", part...)), "part2", "hold more than 64 MiB")
		require.Equal(d, []string{"0", "2", "3"}, d.column(in, "id"), "the old rows stay")
	}
}
