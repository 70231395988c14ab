package warehousetest

import (
	"fmt"
	"os"
	"strings"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// described writes columns as "name type format guess".
func described(columns []activation.Column) []string {
	out := []string{}
	for _, c := range columns {
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(c.Name, " ", c.Type, " ", c.Format, " ", c.Guess)), " "))
	}
	return out
}

// column reads one column of the source "s" in the order of the first column, as a profile field of the type it was given.
func (d *Desk) column(in activation.Ingest, name string) []string {
	d.Helper()
	return d.keyed(in, in.Columns[0].Name, name)
}

// keyed reads one column in the order of another one, which is the key.
func (d *Desk) keyed(in activation.Ingest, key, name string) []string {
	d.Helper()
	for _, c := range in.Columns {
		if c.Name != name {
			continue
		}
		d.Build(activation.ProfileDefinition{Source: "s", Key: key, Fields: []activation.Field{{Name: "x", Column: name, Type: c.Type}}})
		list, err := d.W.Profiles(d.ctx(), "", "", 1000)
		require.NoError(d, err)
		out := []string{}
		for _, p := range list {
			out = append(out, p.Values[0])
		}
		return out
	}
	require.Fail(d, "no column "+name)
	return nil
}

func typesAreInferred(d *Desk) {
	in := d.Load("id,points,since,zip,big,flag,yes,seen,mixed,none\n" +
		"1,10,2026-01-31,01234,12345678901234567,true,Yes,2026-01-31T10:00:00+02:00,1,\n" +
		"2,-1.5,2026-02-01,99999,1,FALSE,No,2026-01-31 10:00,x,\n" +
		"3,,,,,,,,,\n")
	require.Equal(d, []string{"id text", "points number", "since date", "zip text", "big text", "flag boolean", "yes text", "seen datetime", "mixed text", "none text"},
		described(in.Columns))
	require.EqualValues(d, 3, in.Rows)
	require.Equal(d, []string{"10", "-1.5", ""}, d.column(in, "points"))
	require.Equal(d, []string{"2026-01-31T08:00:00Z", "2026-01-31T10:00:00Z", ""}, d.column(in, "seen"))
	require.Equal(d, []string{"12345678901234567", "1", ""}, d.column(in, "big"))
	require.Equal(d, []string{"true", "false", ""}, d.column(in, "flag"))
}

func numbersAreCanonical(d *Desk) {
	r := d.Request("id;n\na;1.234,50\nb;0,0000001\nc;-0\nd;1e15\ne;999999999999999\nf;0,1\ng;123456789,125\nh;1e300\n")
	r.Source.Columns = map[string]activation.ColumnOption{"n": {Type: activation.TypeNumber, DecimalComma: true}}
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	require.Equal(d, []string{"1234.5", "0.0000001", "0", "1e+15", "999999999999999", "0.1", "123456789.125", "1e+300"}, d.column(in, "n"))
}

func datesAreDecidedByEvidence(d *Desk) {
	for _, c := range []struct{ name, values, want, first string }{
		{"a day above twelve proves day first", "03/04/2026 25/04/2026", "date %d/%m/%Y", "2026-04-03"},
		{"a day above twelve proves month first", "03/04/2026 04/25/2026", "date %m/%d/%Y", "2026-03-04"},
		{"both prove that it is no date", "25/04/2026 04/25/2026", "text", "25/04/2026"},
		{"no evidence is no date", "03/04/2026 04/05/2026", "text", "03/04/2026"},
		{"Croatian days", "3.4.2026. 13.12.2026.", "date %d.%m.%Y.", "2026-04-03"},
		{"German days", "03.04.2026 13.12.2026", "date %d.%m.%Y", "2026-04-03"},
		{"days that do not exist", "30.02.2026 13.12.2026", "text", "30.02.2026"},
	} {
		text := "id,when\n"
		for i, v := range strings.Fields(c.values) {
			text += fmt.Sprintf("%d,%s\n", i, v)
		}
		in := d.Load(text)
		require.Equal(d, []string{"id text", "when " + c.want}, described(in.Columns), c.name)
		require.Equal(d, c.first, d.column(in, "when")[0], c.name)
	}
	in := d.Load("id,a,b\n1,03/04/2026,25/12/2026\n")
	require.Equal(d, []string{"id text", "a date %d/%m/%Y", "b date %d/%m/%Y"}, described(in.Columns), "the other column of the file proves the order")
}

func meaningsAreGuessed(d *Desk) {
	in := d.Load("Kupac ID,Ime,Prezime,E-pošta,Mobitel,Država,Privola,Zadnja izmjena,Datum rođenja,Grad,Jezik,Email status,Unsubscribed\n" +
		"1,Ana,Anić,ana@example.com,0912345678,HR,da,2026-01-01,1990-05-13,Split,hr,ok,no\n")
	require.Equal(d, []string{
		"Kupac ID text", "Ime text first_name", "Prezime text last_name", "E-pošta text email", "Mobitel text phone", "Država text country", "Privola text consent",
		"Zadnja izmjena date updated_at", "Datum rođenja date birth_date", "Grad text city", "Jezik text language", "Email status text", "Unsubscribed text",
	}, described(in.Columns))
	in = d.Load("id,Kontakt,email,Vorname,Nachname,Téléphone\n1,ana@example.com,yes,Ana,Anić,+33 1 99 00 00 00\n")
	require.Equal(d, []string{"id text", "Kontakt text email", "email text", "Vorname text first_name", "Nachname text last_name", "Téléphone text phone"},
		described(in.Columns), "values count as much as names")
}

func filesAreReadAsWritten(d *Desk) {
	for _, c := range []struct{ name, text, want string }{
		{"commas", "id,v\n1,a\n", "a"},
		{"semicolons", "id;v\n1;a,b\n", "a,b"},
		{"tabs and CRLF", "id\tv\r\n1\ta\r\n", "a"},
		{"bars", "id|v\n1|a", "a"},
		{"old line ends", "id,v\r1,a\r", "a"},
		{"single quotes", "'id','v'\n'1','a,b'\n", "a,b"},
		{"a mark before the header", "\ufeffid,v\n1,a\n", "a"},
		{"quoted line ends and quotes", "id,v\n1,\"say \"\"hi\"\"\r\nthere\"\n", "say \"hi\"\r\nthere"},
		{"white space around", "id,v\n1,\u00a0 a\u2003\n", "a"},
		{"blank lines", "id,v\n\n1,a\n\n", "a"},
		{"zero bytes", "id,v\n1,a\x00b\n", "a\x00b"},
		{"a long field", "id,v\n1," + strings.Repeat("x", 3<<20) + "\n", strings.Repeat("x", 3<<20)},
		{"accents composed", "id,v\n1,S\u030c\n", "Š"},
	} {
		in := d.Load(c.text)
		require.EqualValues(d, []int64{1, 0}, []int64{in.Rows, in.Quarantined}, c.name)
		require.Equal(d, []string{c.want}, d.column(in, "v"), c.name)
	}
	r := d.Request("id;v\n1;\x8aibenik \x9e\n") // Š and ž in both code pages
	_, err := d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
	require.ErrorContains(d, err, "windows-1250")
	for _, encoding := range []string{"windows-1250", "windows-1252"} {
		r.Source.CSV.Encoding = encoding
		in, err := d.W.Load(d.ctx(), r)
		require.NoError(d, err)
		require.Equal(d, []string{"Šibenik ž"}, d.column(in, "v"))
	}
	r = d.Request("1,a@example.com\n2,b@example.com\n")
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	require.EqualValues(d, 2, in.Rows, "a person in the first row is no header")
	require.Equal(d, []string{"column1 number", "column2 text email"}, described(in.Columns))
}

func quarantine(d *Desk) {
	r := d.Request("id,points,name\n" + strings.Repeat("1,1,x\n", 10) + "2,secret1,Ana\n3,2\n4,\"4\"4,b\n5,5,\"open\n6,6,c\n7,7,d,e\n")
	r.Source.MaxBadRows = 0.5
	r.Source.Columns = map[string]activation.ColumnOption{"points": {Type: activation.TypeNumber}}
	in, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	require.EqualValues(d, []int64{11, 5}, []int64{in.Rows, in.Quarantined}, "a quote that is never closed costs its own line only")
	bad, err := d.W.Quarantine(d.ctx(), "s", 0, 100)
	require.NoError(d, err)
	require.Equal(d, []warehouse.BadRow{
		{File: "source.csv", Line: 12, Column: "points", Value: "7 characters: letters, digits", Reason: "is not a number"},
		{File: "source.csv", Line: 13, Value: "3 characters: digits, punctuation", Reason: "has 2 fields, the header has 3"},
		{File: "source.csv", Line: 14, Value: "8 characters: letters, digits, punctuation", Reason: "has text behind a closing quote"},
		{File: "source.csv", Line: 15, Value: "24 characters: letters, digits, punctuation, control characters, white space", Reason: "has a quote that is never closed"},
		{File: "source.csv", Line: 17, Value: "7 characters: letters, digits, punctuation", Reason: "has 4 fields, the header has 3"},
	}, masked(bad))
	page, err := d.W.Quarantine(d.ctx(), "s", 1, 2)
	require.NoError(d, err)
	require.Equal(d, bad[1:3], page)
	r.Source.MaxBadRows = 0.1
	in, err = d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), "%v", err)
	require.Equal(d, activation.Ingest{Quarantined: 5}, in)
	again, err := d.W.Quarantine(d.ctx(), "s", 0, 100)
	require.NoError(d, err)
	require.Equal(d, masked(bad), masked(again), "those of an attempt that was refused are kept")
	r.Source.MaxBadRows, r.Files = 0.5, d.Request("id,points,name\n1,1,x\n").Files
	in, err = d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), "it would shrink: %v", err)
	require.Zero(d, in)
	again, err = d.W.Quarantine(d.ctx(), "s", 0, 100)
	require.NoError(d, err)
	require.Equal(d, masked(bad), masked(again), "those of the rows that are there")
	r = d.Request("id,points\n1,x\n")
	r.Source.ID, r.Source.Columns = "other", map[string]activation.ColumnOption{"points": {Type: activation.TypeNumber}}
	_, err = d.W.Load(d.ctx(), r)
	require.Error(d, err)
	again, err = d.W.Quarantine(d.ctx(), "other", 0, 100)
	require.NoError(d, err)
	require.Len(d, again, 1, "a source without a table")
	require.NoError(d, d.W.DropTable(d.ctx(), "other"))
	again, err = d.W.Quarantine(d.ctx(), "other", 0, 100)
	require.NoError(d, err)
	require.Empty(d, again)
	d.Load("id\n1\n")
	bad, err = d.W.Quarantine(d.ctx(), "s", 0, 100)
	require.NoError(d, err)
	require.Empty(d, bad, "it is that of the last load")
}

// masked evens out what engines may count differently in a row without an end.
func masked(list []warehouse.BadRow) []warehouse.BadRow {
	for i := range list {
		if strings.Contains(list[i].Reason, "never closed") {
			list[i].Value = "24 characters: letters, digits, punctuation, control characters, white space"
		}
	}
	return list
}

func refusedLoads(d *Desk) {
	in := d.Load("id,name\n" + rows(1, 100))
	d.Build(Definition("name text"))
	for _, c := range []struct {
		name, text, says string
		change           func(*warehouse.LoadRequest)
		forced           bool // force helps
	}{
		{"an empty file", "", "empty", nil, false},
		{"a header alone", "id,name\n", "no rows", nil, false},
		{"too many rows that cannot be read", "id,name\n" + rows(1, 90) + strings.Repeat("1\n", 10), "10 of 100 rows", nil, false},
		{"only rows that cannot be read", "id,name\n1\n", "no row of the file can be read", func(r *warehouse.LoadRequest) { r.Source.MaxBadRows = 1 }, false},
		{"a table that shrinks", "id,name\n" + rows(1, 69), "shrink from 100 to 69", nil, true},
		{"lost columns", "id,other\n" + rows(1, 100), "name", func(r *warehouse.LoadRequest) { r.Required = []string{"id", "name"} }, true},
		{"columns of one name", "id,Name,name\n1,2,3\n", "same name", nil, false},
		{"UTF-16", "\xff\xfei\x00d\x00", "UTF-16", nil, false},
		{"UTF-16 without a mark", "i\x00d\x00,\x00n\x00\n\x001\x00,\x00a\x00\n\x00", "UTF-16", nil, false},
		{"UTF-16 the other way round", "\x00i\x00d\x00,\x00n\x00\n\x001\x00,\x01\x60\x00\n", "UTF-16", nil, false},
		{"2,001 columns", strings.Repeat("a,", 2000) + "a\n" + strings.Repeat("1,", 2000) + "1\n", "more than 2000 columns", nil, false},
		{"a workbook", "PK\x03\x04\x14\x00,id\n1,2\n", "workbook", nil, false},
	} {
		r := d.Request(c.text)
		if c.change != nil {
			c.change(&r)
		}
		_, err := d.W.Load(d.ctx(), r)
		require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), c.name)
		require.ErrorContains(d, err, c.says, c.name)
		if !c.forced {
			r.Force = true
			_, err = d.W.Load(d.ctx(), r)
			require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), c.name+", forced")
		}
		require.Len(d, d.column(in, "name"), 100, "the old table is as it was: "+c.name)
	}
	r := d.Request("id,name\n" + rows(1, 70))
	_, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err, "30 %% is not more than 30 %%")
	r = d.Request("id,other\n1,a\n")
	r.Force, r.Required = true, []string{"name"}
	_, err = d.W.Load(d.ctx(), r)
	require.NoError(d, err)
	_, err = d.W.BuildProfiles(d.ctx(), Definition("name text"), Now)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err), "and the profiles are not built without the column")
	r.Files[0].Path += ".gone"
	_, err = d.W.Load(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
}

func rows(from, to int) string {
	var out strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&out, "%03d,n%d\n", i, i)
	}
	return out.String()
}

func preview(d *Desk) {
	r := d.Request("id;points;when\n1; 5;25/12/2026\n2;;\nragged\n3;7;1/1/2026\n")
	p, err := d.W.Preview(d.ctx(), r, 2)
	require.NoError(d, err)
	require.Equal(d, []string{"id text", "points number", "when date %d/%m/%Y"}, described(p.Columns))
	require.Equal(d, [][]string{{"1", "5", "25/12/2026"}, {"2", "", ""}}, p.Rows)
	require.Equal(d, []string{";", "utf-8"}, []string{p.Delimiter, p.Encoding})
	require.Len(d, p.Bad, 1)
	require.EqualValues(d, 4, p.Bad[0].Line)
	require.Contains(d, p.Bad[0].Reason, "1 field")
	require.NotContains(d, p.Bad[0].Value, "ragged", "masked")
	_, err = d.W.Preview(d.ctx(), d.Request(""), 2)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
}

func nothingTellsValues(d *Desk) {
	const secret = "geheim-4711@example.com"
	r := d.Request("id,n\n" + secret + "," + secret + "\n")
	r.Source.Columns = map[string]activation.ColumnOption{"n": {Type: activation.TypeNumber}}
	_, err := d.W.Load(d.ctx(), r)
	require.Error(d, err)
	require.NotContains(d, err.Error(), "geheim")
	d.Load("id,n\n" + secret + ",1\n" + secret + ",2\n,3\n")
	_, err = d.W.BuildProfiles(d.ctx(), Definition("n number"), Now)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
	require.ErrorContains(d, err, "missing in 1 row and not unique: 1 value occurs in 2 rows")
	require.NotContains(d, err.Error(), "geheim")
	entries, err := os.ReadDir(d.Out)
	require.NoError(d, err)
	require.Empty(d, entries)
}
