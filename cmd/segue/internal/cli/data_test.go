package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/client"
	"segue/internal/activation"
	"segue/internal/warehouse"
)

func TestSourceFromFileToTable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Equal(t, "There is no data source yet. Add one: segue source add\n", b.ok("source", "list"))
	b.write(b.Files, "customers.csv", customers)
	const preview = "" +
		"Delimiter  comma\n" +
		"Encoding   utf-8\n" +
		"\n" +
		"COLUMN  TYPE    FORMAT  SEEMS TO MEAN\n" +
		"id      text\n" +
		"mail    text            email\n" +
		"name    text\n" +
		"points  number\n" +
		"\n" +
		"ID  MAIL             NAME  POINTS\n" +
		"c1  ana@example.com  Ana       10\n" +
		"c2  ivo@example.com  Ivo     1500\n"
	require.Contains(t, b.ok("source", "files"), filepath.Join(b.Files, "customers.csv"))
	require.Equal(t, preview, b.ok("source", "preview", "customers.csv", "--rows", "2"))
	require.Equal(t, "Source \"my customers\" is added.\nTake its rows over: segue source ingest 'my customers'\n", b.ok("source", "add", "my customers", "customers.csv"))
	b.Engine.Bad = []warehouse.BadRow{{File: "customers.csv", Line: 4, Column: "points", Value: "aaa", Reason: "not a number"}}
	require.Equal(t, preview+"\nThese rows would be put aside:\nFILE           LINE  COLUMN  VALUE  REASON\ncustomers.csv     4  points  aaa    not a number\n",
		b.ok("source", "preview", "customers.csv", "--rows", "2"))
	require.Equal(t, "3 rows are taken over into the table \"my customers\".\n1 row could not be read: segue source quarantine 'my customers'\n",
		b.ok("source", "ingest", "my customers"))
	require.Equal(t, "FILE           LINE  COLUMN  VALUE  REASON\ncustomers.csv     4  points  aaa    not a number\n", b.ok("source", "quarantine", "my customers"))
	file := filepath.Join(t.TempDir(), "quarantine.csv")
	b.ok("source", "quarantine", "my customers", "-f", file)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "file,line,column,value,reason\ncustomers.csv,4,points,aaa,not a number\n", string(written))
	require.Contains(t, b.fails(exitUsage, "source", "quarantine", "my customers", "-f", file), "cannot be written")
	require.Contains(t, b.ok("source", "list"), "my customers  customers.csv     3           1  2026-11-24 10:00\n")
	show := b.ok("source", "show", "MY CUSTOMERS")
	require.Contains(t, show, "Rows        3\n")
	require.Contains(t, show, "mail    text            email\n")
	require.Equal(t, "Source \"people\" is changed. Its table follows with the next ingest.\n",
		b.ok("source", "update", "my customers", "--rename", "people", "--column", "points=number", "--column", "born=date:%d.%m.%Y", "--decimal-comma", "points"))
	b.Engine.Bad = nil
	require.Equal(t, preview, b.ok("source", "preview", "people", "--rows", "2"), "a source by its name")
	require.Equal(t, activation.TypeDate, b.Engine.Looked.Source.Columns["born"].Type, "with its stated types")
	var s client.Source
	require.NoError(t, json.Unmarshal([]byte(b.ok("source", "show", "people", "-o", "json")), &s))
	require.Equal(t, map[string]client.ColumnOption{"points": {Type: "number", DecimalComma: true}, "born": {Type: "date", Format: "%d.%m.%Y"}}, s.Columns)
	require.Equal(t, "Source \"people\" is removed.\n", b.ok("source", "remove", s.ID), "ids name things too")
	require.Contains(t, b.fails(exitNotFound, "source", "show", "people"), `there is no source "people". See what there is: segue source list`)
}

func TestWhyAColumnIsTextIsSaid(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"my points is text, because of line 4 of c.csv: 9 of 10 values are numbers. To put the other rows aside: segue source update x --column 'my points=number'"},
		almost([]client.Column{{Name: "name", Type: "text"}, {Name: "my points", Type: "text", Almost: &client.Almost{Type: "number", Values: 9, Of: 10, File: "c.csv", Line: 4}}}, "segue source update x"))
}

func TestATypeThatIsStatedForNoColumnIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.ok("source", "update", "customers", "--column", "Points=text", "--column", "born=date", "--column", "name=text")
	require.Equal(t, "3 rows are taken over into the table \"customers\".\nA type is stated for the column \"Points\", which the table has not; did you mean \"points\"?\n"+
		"A type is stated for the column \"born\", which the table has not\n", b.ok("source", "ingest", "customers"))
}

func TestSharesArePercentOrFractions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.ok("source", "update", "customers", "--max-bad-rows", "5%", "--max-shrink", "0.5")
	var s client.Source
	require.NoError(t, json.Unmarshal([]byte(b.ok("source", "show", "customers", "-o", "json")), &s))
	require.Equal(t, []float64{0.05, 0.5}, []float64{s.MaxBadRows, s.MaxShrink})
	for _, bad := range []string{"5", "-1", "0", "0%", "x", "101%", ""} {
		require.Contains(t, b.fails(exitUsage, "source", "update", "customers", "--max-bad-rows="+bad), "is no share: write 5% or 0.05, at most 100%", bad)
	}
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "it shrinks").WithRemedy("Take it all the same (force), or let it shrink (max_shrink), or leave rows out (max_bad_rows)")
	require.Contains(t, b.fails(exitInvalid, "source", "ingest", "customers"),
		"Take it all the same (--force), or let it shrink (segue source update --max-shrink 50%), or leave rows out (segue source update --max-bad-rows 5%)")
}

func TestSourceInADatabase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	password := b.write(t.TempDir(), "password", "made-up-password\n")
	query := b.write(t.TempDir(), "query.sql", "SELECT 1 AS id")
	out := b.ok("source", "add-database", "shop", "postgresql", "--host", "db.example.com", "--database", "shop", "--user", "reader", "--table", "sales.people",
		"--password-file", password, "--timeout", "60", "--ingest")
	require.Contains(t, out, "Source \"shop\" is added.\n1 row is taken over")
	require.Equal(t, "made-up-password", b.Dialled[0].Password)
	require.Equal(t, activation.DatabaseOptions{Host: "db.example.com", Name: "shop", User: "reader", Table: "sales.people", Timeout: 60}, b.Dialled[0].Options)
	show := b.ok("source", "show", "shop")
	for _, want := range []string{"postgresql", "db.example.com", "sales.people"} {
		require.Contains(t, show, want)
	}
	require.NotContains(t, show+b.ok("source", "list")+b.ok("source", "show", "shop", "-o", "json"), "made-up-password")
	require.Contains(t, b.ok("source", "preview", "shop"), "ana@example.com")
	require.Equal(t, "made-up-password", b.Dialled[1].Password, "the stored one")
	b.Dialled = b.Dialled[:1]
	b.ok("source", "update-database", "shop", "--query", query)
	b.ok("source", "ingest", "shop")
	require.Equal(t, "SELECT 1 AS id", b.Dialled[1].Options.Query)
	require.Equal(t, "made-up-password", b.Dialled[1].Password, "it stays")
	require.Contains(t, b.fails(exitInvalid, "source", "update-database", "shop", "--host", "other.example.com"), "password must be given again")
	b.ok("source", "update-database", "shop", "--host", "other.example.com", "--password-file", password)
	require.Contains(t, b.fails(exitUsage, "source", "add-database", "both", "mysql", "--host", "h", "--database", "d", "--user", "u", "--table", "t", "--query", query, "--password-file", password), "either --table or --query")
}

func TestSourceFromThisMachineIsUploaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := b.write(t.TempDir(), "new customers.csv", customers)
	require.Contains(t, b.ok("source", "add", "up", path, "--upload", "--ingest"), "3 rows are taken over")
	stored, err := os.ReadFile(filepath.Join(b.Uploads, "new customers.csv"))
	require.NoError(t, err)
	require.Equal(t, customers, string(stored))
	b.ok("source", "update", "up", "--upload", path)
	require.Contains(t, b.fails(exitUsage, "source", "add", "x", "missing.csv", "--upload"), "cannot be read")
	require.Contains(t, b.fails(exitInvalid, "source", "add", "x", path), "does not lie in a source folder. Send the file to the server with --upload")
	require.Contains(t, b.fails(exitInvalid, "source", "add", "x", "/nowhere/at/all.csv"), "does not lie in a source folder. Source folders: ")
}

func TestFailedIngestIsShownInTheList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the table would shrink by 90 %%").WithRemedy("Use --force")
	require.Equal(t, "segue: the table would shrink by 90 %. Use --force\n", b.fails(exitInvalid, "source", "ingest", "customers"))
	require.Contains(t, b.ok("source", "list"), "failed: the table would shrink by 90 %")
	require.Contains(t, b.ok("source", "show", "customers"), "Last attempt  failed at 2026-11-24 10:00: the table would shrink")
}

func TestRowsOfARefusedIngestAreListed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	require.Equal(t, "Every row could be read.\n", b.ok("source", "quarantine", "customers"))
	b.Engine.Bad = []warehouse.BadRow{{File: "customers.csv", Line: 4, Column: "points", Value: "aaa", Reason: "is not a number"}}
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "3 of 10 rows cannot be read").WithRemedy("Mend them")
	require.Contains(t, b.fails(exitInvalid, "source", "ingest", "customers"), "Mend them\n  The rows that cannot be read: segue source quarantine customers\n")
	require.Equal(t, "Of the attempt of 2026-11-24 10:00, which was refused: 1 row could not be read.\n"+
		"FILE           LINE  COLUMN  VALUE  REASON\ncustomers.csv     4  points  aaa    is not a number\n", b.ok("source", "quarantine", "customers"))
	require.Len(t, jsonItems(t, b.ok("source", "quarantine", "customers", "-o", "json")), 1)
	b.Engine.Bad = nil
	b.fails(exitInvalid, "source", "ingest", "customers")
	require.Equal(t, "The attempt of 2026-11-24 10:00 failed; these are of 2026-11-24 10:00, when rows were last taken over.\nEvery row could be read.\n",
		b.ok("source", "quarantine", "customers"))
	b.write(b.Files, "new.csv", customers)
	b.ok("source", "add", "new", "new.csv")
	require.Equal(t, "No row was read yet.\n", b.ok("source", "quarantine", "new"))
}

func TestWhatIsThereAfterAFailedSecondStepIsSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write(b.Files, "customers.csv", customers)
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the file is empty").WithRemedy("Check what writes it")
	require.Equal(t, "segue: the file is empty. Check what writes it\n"+
		"  Source \"my customers\" is added, without its rows; once that is mended: segue source ingest 'my customers'\n",
		b.fails(exitInvalid, "source", "add", "my customers", "customers.csv", "--ingest"))
	b.Engine.Fail = nil
	b.ok("source", "ingest", "my customers")
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the key is not unique")
	require.Equal(t, "segue: the key is not unique\n  The profile is set, but not built; once that is mended: segue profile build\n",
		b.fails(exitInvalid, "profile", "set", "--source", "my customers", "--build"))
}

func TestProfileFromSuggestion(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write(b.Files, "customers.csv", customers)
	b.ok("source", "add", "customers", "customers.csv", "--ingest")
	require.Contains(t, b.fails(exitNotFound, "profile", "show"), "segue: ")
	suggestion := b.ok("profile", "suggest", "customers")
	require.Contains(t, suggestion, "Key  id\n")
	require.Contains(t, suggestion, "mail    text    email    mail\n")
	require.Contains(t, suggestion, "segue profile set --source customers")
	require.Equal(t, "The profile has 4 fields.\nBuild the profiles: segue profile build\n",
		b.ok("profile", "set", "--source", "customers", "--region", "HR", "--meaning", "NAME=first_name", "--meaning", "mail=nothing"))
	require.Equal(t, "3 profiles are built.\n", b.ok("profile", "build"))
	show := b.ok("profile", "show")
	require.Contains(t, show, "Source    customers\n")
	require.Contains(t, show, "Profiles  3\n")
	require.Contains(t, show, "name    text    first_name  name\n")
	require.Contains(t, b.fails(exitUsage, "profile", "set", "--source", "customers", "--meaning", "none=email"), `the profile has no field "none"`)
	require.Contains(t, b.fails(exitUsage, "profile", "set"), "--source")
	require.Contains(t, b.fails(exitUsage, "profile", "set", "--source", "a", "--file", "b"), "can't be used together")
}

func TestAFieldOfAnotherTypeThanItsColumnIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.in = strings.Replace(b.ok("profile", "suggest", "customers", "-o", "json"), `"number"`, `"text"`, 1)
	require.Contains(t, b.in, `"text"`)
	b.in = strings.Replace(b.in, `"version": 0`, `"version": 1`, 1)
	require.Contains(t, b.ok("profile", "set", "--file", "-", "--build"), "3 profiles are built.\n"+
		"The field \"points\" is text, its column is number. To take the types of the columns over: segue profile set --source customers --build\n")
	require.NotContains(t, b.ok("profile", "set", "--source", "customers", "--build"), "The field \"points\" is")
}

func TestProfileFromFileOrStandardInput(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write(b.Files, "customers.csv", customers)
	b.ok("source", "add", "customers", "customers.csv", "--ingest")
	b.in = b.ok("profile", "suggest", "customers", "-o", "json")
	require.Contains(t, b.ok("profile", "set", "--file", "-", "--build"), "3 profiles are built.")
	require.Contains(t, b.fails(exitConflict, "profile", "set", "--file", "-"), "segue: ", "it has version 0, which moved")
	b.in = `{"sauce_id":"x"}`
	require.Contains(t, b.fails(exitUsage, "profile", "set", "--file", "-"), `unknown field "sauce_id"`)
	require.Contains(t, b.fails(exitUsage, "profile", "set", "--file", "missing.json"), "cannot be read")
}

func TestCustomersAreSearchedAndExplained(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	require.Equal(t, ""+
		"PROFILE  ID  MAIL             NAME  POINTS\n"+
		"c2       "+"c2  ivo@example.com  Ivo   1500\n", b.ok("profile", "search", "ivo@"))
	require.Equal(t, "Nobody was found.\n", b.ok("profile", "search", "nobody"))
	require.Len(t, jsonItems(t, b.ok("profile", "search", "--limit", "2", "-o", "json")), 2)
	require.Len(t, jsonItems(t, b.ok("profile", "search", "-o", "json")), 3)
	get := b.ok("profile", "get", "c1")
	require.Contains(t, get, "No segment has this person in it.\n")
	require.Contains(t, get, "mail     ana@example.com\n")
	require.Contains(t, get, "No export has sent this person to a list.")
	b.ok("segment", "add", "Ana's", "--where", "NAME = Ana")
	require.Contains(t, b.ok("profile", "get", "c1"), "In segments\nSEGMENT  REMARK\nAna's\n")
	require.Contains(t, b.fails(exitNotFound, "profile", "get", "none"), "there is no such profile")
	require.Equal(t, ""+
		"Profiles          3\n"+
		"Without a value   0\n"+
		"Different values  3\n"+
		"\n"+
		"VALUE  PROFILES\n"+
		"Ana           1\n", b.ok("profile", "stats", "name", "--top", "1"))
}

func jsonItems(t *testing.T, out string) []any {
	t.Helper()
	var l struct{ Items []any }
	require.NoError(t, json.Unmarshal([]byte(out), &l), out)
	require.NotNil(t, l.Items)
	return l.Items
}

func TestSegmentByTypedRule(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.Contains(t, b.fails(exitConflict, "segment", "add", "x", "--where", "a = b"), "the unified profile is not defined yet. Define it first: segue profile set")
	b.withProfile()
	require.Equal(t, "Segment \"Anas\" is added.\n", b.ok("segment", "add", "Anas", "--where", "NAME = Ana", "--description", "who is called Ana"))
	require.Contains(t, b.ok("segment", "list"), "Anas  name = Ana   2026-11-24 10:00\n")
	show := b.ok("segment", "show", "anas")
	require.Contains(t, show, "Rule 1       name = Ana\n")
	require.Contains(t, show, "Description  who is called Ana\n")
	require.Equal(t, "1 member\n", b.ok("segment", "count", "Anas"))
	require.Equal(t, "1 member\n", b.ok("segment", "count", "--where", "name = Ivo"))
	require.Contains(t, b.ok("segment", "sample", "Anas"), "ana@example.com")
	require.Contains(t, b.ok("segment", "sample", "--where", "name = Ivo"), "ivo@example.com")
	require.Equal(t, "Nobody is selected.\n", b.ok("segment", "sample", "--where", "name = Nobody"))
	b.ok("segment", "update", "Anas", "--rename", "Ivos", "--where", "name = Ivo and points > 5", "--time-zone", "Europe/Zagreb")
	require.Contains(t, b.ok("segment", "show", "Ivos"), "name = Ivo and points > 5")
	require.Equal(t, "Segment \"Ivos\" is removed.\n", b.ok("segment", "remove", "Ivos"))
	require.Contains(t, b.fails(exitUsage, "segment", "add", "x", "--where", "town = HR"), `the rule is not understood at character 1: the profile has no field "town"; it has id, mail`)
	require.Contains(t, b.fails(exitUsage, "segment", "add", "x"), "Use --where, --file or --sql")
	require.Contains(t, b.fails(exitUsage, "segment", "count"), "name a segment, or give rules")
	require.Contains(t, b.fails(exitUsage, "segment", "count", "Anas", "--where", "name = Ana"), "name a segment, or give rules")
	require.Contains(t, b.fails(exitUsage, "segment", "add", "x", "--where", "name = Ana or points = many"), `at character 24: points is a number; "many" is not one`)
	require.Contains(t, b.fails(exitUsage, "segment", "add", "x", "--where", "name >= 500"), "at character 6: name is text; >= needs a number or a date. "+
		"If name should be a number: segue source update customers --column name=number; segue source ingest customers; segue profile set --source customers --build")
}

func TestSegmentByFile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.in = `{"field":"name","operator":"equals","values":["Ana"]}`
	b.ok("segment", "add", "one", "--file", "-")
	b.in = `[{"rule":{"field":"name","operator":"equals","values":["Ana"]}},{"combine":"except","rule":{"field":"mail","operator":"is_empty"}}]`
	b.ok("segment", "add", "two", "--file", "-")
	show := b.ok("segment", "show", "two")
	require.Contains(t, show, "Rule 1   name = Ana\nRule 2   except mail is empty\n")
	b.Engine.Alone = []int64{1, 2}
	require.Equal(t, "1 member\nALONE  RULE\n    1  name = Ana\n    2  except mail is empty\n", b.ok("segment", "count", "two"))
	for _, bad := range []string{`{"feld":"x"}`, `[{"rule":{},"join":"x"}]`, `"x"`, `{`, ``} {
		b.in = bad
		b.fails(exitUsage, "segment", "add", "three", "--file", "-")
	}
}

func TestRelationshipsAndWhatFollowsThem(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withProfile()
	b.write(b.Files, "orders.csv", "order,customer,amount\no1,c1,10\n")
	b.write(b.Files, "lines.csv", "order,line\no1,1\n")
	b.ok("source", "add", "orders", "orders.csv", "--ingest")
	b.ok("source", "add", "lines", "lines.csv", "--ingest")
	require.Contains(t, b.ok("relationship", "list"), "There is no relationship yet")
	require.Equal(t, "Relationship \"orders\" is added.\n", b.ok("relationship", "add", "orders", "--from", "orders", "--key", "customer"))
	b.ok("relationship", "add", "lines", "--from", "lines", "--to", "orders", "--key", "order=order")
	require.Contains(t, b.fails(exitUsage, "relationship", "add", "x", "--from", "lines", "--to", "orders", "--key", "order"), "COLUMN=COLUMN")
	require.Contains(t, b.fails(exitInvalid, "relationship", "add", "x", "--from", "lines", "--key", "client"), `the table has no column "client"`)
	b.in = `{"operator":"has","related":{"path":["orders","lines"]}}`
	b.ok("segment", "add", "Buyers", "--file", "-")
	require.Contains(t, b.ok("segment", "show", "Buyers"), "has {orders > lines}\n")
	b.ok("segment", "add", "Typed", "--where", "has {ORDERS > lines where line = 1} and not member of buyers")
	require.Contains(t, b.ok("segment", "show", "Typed"), "has {orders > lines where line = 1} and not member of Buyers\n", "segments have their names")
	require.Contains(t, b.ok("segment", "list"), "not member of Buyers")
	require.Contains(t, b.fails(exitUsage, "segment", "count", "--where", "has {orders where lines = 1}"), "at character 19: the table has no column \"lines\"; it has order, customer, amount")
	require.Contains(t, b.fails(exitUsage, "segment", "count", "--where", "member of Byers"), "there is no segment \"Byers\"; there is Buyers, Typed")
	require.Contains(t, b.fails(exitInvalid, "segment", "count", "--where", "{sum order of orders} > 5"), "sum does not apply to the text column \"order\"")
	b.ok("segment", "remove", "Typed")
	list := b.ok("relationship", "list")
	require.Contains(t, list, "orders  orders  profiles  customer     Buyers\n")
	require.Contains(t, list, "lines   lines   orders    order=order  Buyers\n")
	require.Contains(t, b.fails(exitConflict, "relationship", "remove", "lines"), `is used by the segments "Buyers"`)
	b.ok("segment", "remove", "Buyers")
	require.Equal(t, "Relationship \"lines\" is removed.\n", b.ok("relationship", "remove", "LINES"))
	require.Contains(t, b.fails(exitNotFound, "relationship", "remove", "lines"), "there is no relationship called lines")
}
