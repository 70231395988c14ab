package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
	"segue/internal/store"
)

const wholeFile = `# everything that there can be
sources:
  - name: customers
    path: customers.csv
    columns:
      points: {type: number}
  - name: purchases
    path: purchases.csv
    max_shrink: 0.5
profile:
  region: HR
  fields:
    - {name: mail, type: text, semantic: email}
    - {name: name, type: text, semantic: first_name}
    - {name: points, type: number}
  tables:
    - source: customers
      key: id
      columns: {mail: mail, name: name, points: points}
relationships:
  - name: bought
    from: purchases
    keys: [{from: customer}]
segments:
  - name: Good ones
    description: who has many points and is no Ana
    rules:
      - rule:
          all:
            - {field: points, operator: greater_than, values: ["20"]}
            - {operator: not_member_of, segment: Anas}
  - name: Anas
    rules:
      - rule: {field: name, operator: equals, values: [Ana]}
    schedule: {mode: own, cron: 30 6 * * *, time_zone: Europe/Zagreb}
  - name: Buyers
    rules:
      - rule: {operator: has, related: {path: [bought]}}
connections:
  - name: main
    key_env: BREVO_KEY
    shared: true
    contact_limit: 5000
exports:
  - name: VIP
    connection: main
    list: 7
    segments: [Good ones, Buyers]
    mapping:
      email: mail
      attributes:
        - {attribute: FIRSTNAME, field: name}
    schedule: {mode: on_demand}
    freshness_minutes: 1560
refresh_schedule:
  on: true
  days: [monday, friday]
  times: ["06:30"]
  time_zone: Europe/Zagreb
`

// withFiles writes the files that wholeFile speaks of, and sets the key.
func (b *bench) withFiles() {
	b.t.Helper()
	b.write(b.Files, "customers.csv", customers)
	b.write(b.Files, "purchases.csv", "id,customer,amount\np1,c1,10\np2,c3,20\n")
	b.env["BREVO_KEY"] = apitest.GoodKey
}

func (b *bench) file(text string) string { return b.write(b.t.TempDir(), "segue.yaml", text) }

// applied applies a file and returns what was done.
func (b *bench) applied(text string, more ...string) string {
	b.t.Helper()
	return b.ok(append([]string{"apply", "--yes", "-f", b.file(text)}, more...)...)
}

// entries counts the entries of the audit log.
func (b *bench) entries() int {
	b.t.Helper()
	var l struct{ Items []json.RawMessage }
	require.NoError(b.t, json.Unmarshal([]byte(b.ok("audit", "list", "--limit", "500", "-o", "json")), &l))
	return len(l.Items)
}

func TestApplyMakesEverythingOnAnEmptyServerAndThenHasNothingToDo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	path := b.file(wholeFile)
	before := b.entries()
	out := b.ok("apply", "--dry-run", "-f", path)
	require.Contains(t, out, "+ create export \"VIP\"\n")
	require.Equal(t, exitChanges, b.run("apply", "--dry-run", "--exit-code", "-f", path).code)
	require.Equal(t, before, b.entries(), "a dry run changes nothing")
	require.Contains(t, b.fails(exitUsage, "apply", "-f", path), "--yes", "it asks")
	require.Equal(t, before, b.entries())

	out = b.applied(wholeFile)
	require.Contains(t, out, "12 changes are done.")
	require.Contains(t, b.ok("export", "show", "VIP"), "Needs an export user")
	require.Contains(t, b.ok("segment", "show", "Anas"), "30 6 * * *")
	require.Contains(t, b.ok("connection", "show", "main"), "draft")

	before = b.entries()
	require.Equal(t, "Nothing to do: everything is as the files say.\n", b.ok("apply", "-f", path), "without --yes, for there is nothing to ask")
	require.Equal(t, 0, b.run("apply", "--dry-run", "--exit-code", "--prune", "-f", path).code)
	require.Equal(t, before, b.entries(), "and no entry of the audit log")
	delete(b.env, "BREVO_KEY")
	require.Contains(t, b.ok("apply", "-f", path), "Nothing to do", "a key that is stored need not be there")
}

func TestApplyChangesOneThingOfEachKind(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	for _, c := range []struct{ from, to, plan string }{
		{"max_shrink: 0.5", "max_shrink: 0.6", "~ update source \"purchases\"\n    max_shrink: 0.5 -> 0.6\n"},
		{"region: HR", "region: DE", "~ update profile \"profile\"\n    region: \"HR\" -> \"DE\"\n"},
		{"values: [Ana]", "values: [Ivo]", "~ update segment \"Anas\"\n    rules[0].rule.values[0]: \"Ana\" -> \"Ivo\"\n"},
		{"cron: 30 6", "cron: 31 6", "~ update segment \"Anas\"\n    schedule.cron: \"30 6 * * *\" -> \"31 6 * * *\"\n"},
		{"contact_limit: 5000", "contact_limit: 6000", "~ update connection \"main\"\n    contact_limit: 5000 -> 6000\n"},
		{"shared: true", "shared: false", "~ update connection \"main\"\n    shared: true -> nothing\n"},
		{"mode: on_demand", "mode: with_refresh", "~ update export \"VIP\"\n    schedule.mode: \"on_demand\" -> \"with_refresh\"\n"},
		{"freshness_minutes: 1560", "freshness_minutes: 120", "~ update export \"VIP\"\n    freshness_minutes: 1560 -> 120\n"},
		{"days: [monday, friday]", "days: [monday, sunday]", "~ update refresh schedule \"refresh\"\n    days[1]: \"friday\" -> \"sunday\"\n"},
		{"name: Good ones\n", "name: Better ones\n    was: Good ones\n", "~ update segment \"Better ones\"\n    name: \"Good ones\" -> \"Better ones\"\n"},
	} {
		text := strings.Replace(wholeFile, c.from, c.to, 1)
		if strings.Contains(c.to, "was:") {
			text = strings.Replace(text, "segments: [Good ones", "segments: [Better ones", 1)
		}
		out := b.applied(text)
		require.Contains(t, out, c.plan)
		require.Contains(t, out, "1 change, ", c.to)
		require.Contains(t, b.applied(text), "Nothing to do", c.to)
		if strings.Contains(c.to, "was:") {
			continue
		}
		b.applied(wholeFile)
	}
}

func TestApplyTellsEveryMistakeOfAFileWithItsPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	text := `sources:
  - name: customers
    path: customers.csv
    colums: {}
  - name: Customers
    path: other.csv
    max_shrink: "a lot"
profile:
  fields:
    - {name: mail, type: text, semantic: email}
    - {name: points, type: numbr}
  tables:
    - source: custmers
      key: id
      columns: {mail: mail, ponts: points}
segments:
  - name: Some
    rules:
      - rule:
          any:
            - {field: mial, operator: equals, values: [a]}
            - {field: mail, operator: greater_than, values: ["1"]}
            - {field: mail, operator: equals, values: [7]}
            - {operator: member_of, segment: Sone}
            - {field: mail, operator: eqals, values: [a]}
            - {field: mial, operator: contanis, values: [a]}
connections:
  - name: main
    key_env: NOT_SET
exports:
  - name: VIP
    connection: mian
    list: 7
    segments: [Som]
    leavers: stay
    mapping: {email: mail}
refresh_schedule:
  on: true
  times: ["25:00"]
relationships:
  - {name: "", from: customers, keys: [{from: id}]}
`
	path := b.file(text)
	before := b.entries()
	got := b.fails(exitInvalid, "apply", "--yes", "-f", path)
	for _, want := range []string{
		"4:5: sources[0].colums: there is no such field. Did you mean \"columns\"?",
		"5:5: sources[1].name: \"Customers\" is there twice, first in " + path + ":2:5",
		"7:17: sources[1].max_shrink: is text, not a number",
		"11:22: profile.fields[1].type: unknown type \"numbr\"",
		"13:7: profile.tables[0].source: there is no source \"custmers\". Did you mean \"customers\"?",
		"15:29: profile.tables[0].columns.ponts: there is no field \"ponts\". Did you mean \"points\"?",
		"21:16: segments[0].rules[0].rule.any[0].field: the profile has no field \"mial\". Did you mean \"mail\"?",
		"22:29: segments[0].rules[0].rule.any[1].operator: greater_than does not apply to the text field \"mail\". Of text there is equals, not_equals, ",
		"23:56: segments[0].rules[0].rule.any[2].values[0]: is a number, not text. Put it in quotes: \"7\"",
		"24:37: segments[0].rules[0].rule.any[3].segment: there is no segment \"Sone\". Did you mean \"Some\"?",
		"25:29: segments[0].rules[0].rule.any[4].operator: unknown operator \"eqals\". Did you mean \"equals\"? Of text there is equals, not_equals, one_of",
		"26:16: segments[0].rules[0].rule.any[5].field: the profile has no field \"mial\". Did you mean \"mail\"?",
		"26:29: segments[0].rules[0].rule.any[5].operator: unknown operator \"contanis\". Did you mean \"contains\"?",
		"29:5: connections[0].key_env: the environment variable NOT_SET is not set",
		"32:5: exports[0].connection: there is no connection \"mian\". Did you mean \"main\"?",
		"34:16: exports[0].segments[0]: there is no segment \"Som\". Did you mean \"Some\"?",
		"35:14: exports[0].leavers: \"stay\" is none of what it can be. There is remove, keep",
		"39:3: refresh_schedule.times: is no time of day. Write it as 06:30",
		"41:6: relationships[0].name: must not be empty",
	} {
		require.Contains(t, got, path+":"+want)
	}
	require.Contains(t, got, "nothing was changed")
	require.Equal(t, before, b.entries())
	require.NotContains(t, b.ok("source", "list"), "customers")
	require.Regexp(t, `segue\.yaml:\d+:1: is no YAML`, b.fails(exitInvalid, "apply", "-f", b.file("sources:\n  - name: a\n   path: b\n")))
}

func TestAMistakeOfASourceOrProfileHidesNoOther(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := b.file(`sources:
  - name: a
    path: a.csv
    csv: {delimiter: ",,", encoding: utf16}
    max_bad_rows: -1
    max_shrink: 7
profile:
  region: XX
  fields:
    - {name: mail, type: text, semantic: emial}
    - {name: Mail, type: number}
  tables:
    - {source: a, key: id, columns: {mail: mail, Mail: mail}}
  rules:
    - {name: close, conditions: [{field: mail, kind: similar, similarity: 0.2}]}
    - {name: none, conditions: [{field: mial, kind: exact}]}
`)
	got := b.fails(exitInvalid, "apply", "--yes", "-f", path)
	for _, want := range []string{
		"4:11: sources[0].csv.delimiter: must be one character",
		"4:28: sources[0].csv.encoding: unknown encoding \"utf16\"",
		"5:5: sources[0].max_bad_rows: must be between 0 and 1",
		"6:5: sources[0].max_shrink: must be between 0 and 1",
		"8:3: profile.region: XX is not a region that has telephone numbers",
		"10:32: profile.fields[0].semantic: unknown semantic type \"emial\"",
		"11:8: profile.fields[1].name: the field name \"Mail\" is taken",
		"15:63: profile.rules[0].conditions[0].similarity: must be above 0.5 and at most 1",
		"16:34: profile.rules[1].conditions[0].field: there is no field \"mial\"",
	} {
		require.Contains(t, got, path+":"+want)
	}
	require.Contains(t, got, "9 mistakes in the configuration; nothing was changed")
}

func TestApplyTellsEveryMistakeOfAMapping(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	path := b.file(strings.NewReplacer("email: mail", "email: Mail", "FIRSTNAME, field: name}", "FIRSTNAME, field: nam}\n        - {attribute: lower, field: name}").Replace(wholeFile))
	got := b.fails(exitInvalid, "apply", "--yes", "-f", path)
	require.Contains(t, got, "3 mistakes in the configuration; nothing was changed")
	require.Contains(t, got, `mapping.email: the profile has no field "Mail". Did you mean "mail"?`)
	require.Contains(t, got, `mapping.attributes[0].field: the profile has no field "nam". Did you mean "name"?`)
	require.Contains(t, got, `mapping.attributes[1].attribute: "lower" is not an attribute name`)

	b.applied(wholeFile)
	require.Contains(t, b.fails(exitInvalid, "export", "update", "VIP", "--email", "Mail"), `--email: the profile has no field "Mail". Did you mean "mail"?`)
}

func TestApplyTellsTheLineOfWhatOnlyTheServerSees(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	text := strings.Replace(wholeFile, "columns: {mail: mail,", "columns: {mail: post,", 1)
	path := b.file(text)
	got := b.fails(exitInvalid, "apply", "--yes", "-f", path)
	require.Regexp(t, `segue\.yaml:1\d:\d+: create profile "profile": .*the table "customers" has no column "post"`, got)
	require.Contains(t, got, "4 changes are done, 8 not: create profile")
	require.Contains(t, b.applied(wholeFile), "8 changes are done.", "the next one goes on")

	b.env["BREVO_KEY"] = "xkeysib-another-key-that-is-not-known"
	path = b.file(wholeFile)
	require.Contains(t, b.fails(exitInvalid, "apply", "--yes", "-f", path), path+":41:5: update connection \"main\": ")
	require.Contains(t, b.ok("apply", "--dry-run", "-f", path), "the key in BREVO_KEY is another than the one stored")
}

func TestConfigExportAppliesToTheSameServerAndMakesTheSameOnAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	text := b.ok("config", "export")
	require.NotContains(t, text, apitest.GoodKey)
	require.Contains(t, text, "key_env: SEGUE_KEY_MAIN")
	require.Contains(t, b.ok("apply", "--prune", "-f", b.file(text)), "Nothing to do")

	other := newBench(t)
	other.withFiles()
	other.env["SEGUE_KEY_MAIN"] = apitest.GoodKey
	other.applied(text)
	require.Equal(t, text, other.ok("config", "export"))
	other.in = text
	require.Contains(t, other.ok("apply", "-f", "-"), "Nothing to do")
	path := filepath.Join(t.TempDir(), "out.yaml")
	other.ok("config", "export", "--to", path)
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(written))
}

func TestProfilesAreBuiltBeforeTheQueriesThatReadThem(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	text := `sources:
  - name: customers
    path: customers.csv
profile:
  fields: [{name: name, type: text}]
  tables: [{source: customers, key: id, columns: {name: name}}]
segments:
  - name: Asked
    rules: [{rule: {operator: in_query, sql: SELECT id FROM customers}}]
`
	out := b.applied(text)
	require.Contains(t, out, "+ create profile \"profile\"\n> build profile \"profile\"\n    profiles are built, for queries of segments read them\n+ create segment \"Asked\"")
	require.Contains(t, out, "5 changes are done.")
	require.Contains(t, b.ok("apply", "-f", b.file(text)), "Nothing to do")

	later := strings.Replace(text, "name: Asked", "name: Asked\n    description: later", 1)
	require.NotContains(t, b.applied(later), "build", "the query is the one that was taken")
	out = b.applied(strings.Replace(later, "FROM customers", "FROM customers WHERE points > 5", 1))
	require.NotContains(t, out, "build", "there are profiles already")
	require.Contains(t, out, `WHERE points > 5"`, "as it is written")
	other := strings.NewReplacer("[{name: name, type: text}]", "[{name: called, type: text}]", "{name: name}", "{called: name}", "FROM", "FROM ").Replace(text)
	require.Contains(t, b.applied(other), "~ update profile \"profile\"", "what it reads is another")
	require.Contains(t, b.ok("segment", "count", "Asked"), "members")

	alone := newBench(t)
	alone.withFiles()
	alone.applied(strings.SplitN(text, "segments:", 2)[0])
	require.Contains(t, alone.applied("segments:"+strings.SplitN(text, "segments:", 2)[1]), "> build profile", "the profile of an earlier file was not built since")
}

func TestASourceThatOnlyAQueryReadsIsTakenOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	out := b.run("apply", "--dry-run", "-f", b.file(`sources:
  - {name: customers, path: customers.csv}
  - {name: purchases, path: purchases.csv}
  - {name: unread, path: unread.csv}
profile:
  fields: [{name: name, type: text}]
  tables: [{source: customers, key: id, columns: {name: name}}]
segments:
  - name: Asked
    rules: [{rule: {operator: in_query, sql: SELECT customer FROM Purchases}}]
`)).out
	require.Contains(t, out, "> take over source \"purchases\"")
	require.NotContains(t, out, "> take over source \"unread\"")
}

func TestASourceOfTheServersOwnRelationshipIsTakenOverWhenItIsReadInAnotherWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	for _, source := range []string{"  - {name: purchases, path: purchases.csv, max_shrink: 0.5, columns: {amount: {type: text}}}", "  - {name: customers, path: customers.csv, columns: {points: {type: text}}}"} {
		out := b.ok("apply", "--dry-run", "-f", b.file("sources:\n"+source+"\n"))
		require.Contains(t, out, "> take over source", "its columns are another thing for what is there already")
	}
}

func TestPruneRemovesOnlyOfTheSectionsThatTheFilesHave(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	only := func(section string) string {
		return section + strings.SplitN(wholeFile, section, 2)[1]
	}
	text := strings.SplitN(only("segments:\n"), "connections:", 2)[0] // segments alone
	require.Contains(t, b.applied(text, "--prune"), "Nothing to do", "what is in no section of the file is left alone")

	cut := strings.Replace(wholeFile, text[strings.Index(text, "  - name: Buyers"):], "", 1)
	cut = strings.Replace(cut, "[Good ones, Buyers]", "[Good ones]", 1)
	require.Contains(t, b.applied(cut), "1 change, ", "without --prune nothing is removed")
	out := b.applied(cut, "--prune")
	require.Contains(t, out, "- remove segment \"Buyers\"\n    the files do not name it\n")

	b.ok("export", "detach", "VIP")
	detached := strings.SplitN(cut, "exports:\n", 2)[0] + "exports: []\n"
	out = b.applied(detached, "--prune")
	require.Contains(t, out, "The export \"VIP\" is not removed: it is detached")
	require.Contains(t, b.applied(cut), "connection: nothing -> \"main\"", "it is attached again")

	held := strings.SplitN(cut, "connections:\n", 2)[0] + "connections: []\n"
	out = b.applied(held, "--prune")
	require.Contains(t, out, "The connection \"main\" is not removed: exports use it (\"VIP\")")

	out = b.applied(held+"exports: []\n", "--prune")
	require.Contains(t, out, "- remove export \"VIP\"\n    the files do not name it; its list and the people on it stay as they are")
	require.Contains(t, out, "- remove connection \"main\"\n    the files do not name it; its key is destroyed")
	require.Contains(t, out, "its exports are removed before: \"VIP\"")
	require.Contains(t, b.ok("connection", "list"), "no connection")
	require.Contains(t, b.fails(exitInvalid, "apply", "--prune", "--yes", "-f", b.file("segments:\n")), "is empty. Write []", "a list that was forgotten removes nothing")
}

func TestPruneSparesWhatSomethingUsesThatStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	out := b.applied("sources: []\nrelationships: []\nsegments: []\n", "--prune")
	for _, want := range []string{
		`The segment "Good ones" is not removed: the export "VIP" uses it.`, `The segment "Anas" is not removed: the segment "Good ones" uses it.`,
		`The relationship "bought" is not removed: the segment "Buyers" uses it.`, `The source "customers" is not removed: the profile uses it.`,
		`The source "purchases" is not removed: the relationship "bought" uses it.`, "Nothing to do",
	} {
		require.Contains(t, out, want)
	}

	out = b.applied("sources: []\nrelationships: []\nsegments: []\nexports: []\n", "--prune")
	require.Contains(t, out, "- remove segment \"Anas\"")
	require.Contains(t, out, "- remove relationship \"bought\"")
	require.Contains(t, out, "- remove source \"purchases\"")
	require.Contains(t, out, `The source "customers" is not removed: the profile uses it.`)
	require.Contains(t, out, "6 changes are done.", "and none stops halfway")
	require.Contains(t, b.applied("sources: []\nrelationships: []\n", "--prune"), "Nothing to do")
}

func TestADraftRunsNothingBeforeSomebodyAgrees(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	got := b.fails(exitConflict, "run", "start", "VIP")
	require.Contains(t, got, "is a draft")
	require.Contains(t, got, "segue connection agree")
	require.Contains(t, b.fails(exitConflict, "connection", "export-user", "main", "--machine"), "connection agree")
	for _, command := range []string{"agree", "export-user"} {
		require.Contains(t, b.fails(exitUsage, "connection", command, "main"), "Use --email or SEGUE_EMAIL, or --machine on the server's machine")
	}
	asked := b.run("connection", "agree", "main", "--machine")
	require.Equal(t, exitUsage, asked.code, "it asks")
	require.Contains(t, asked.err, activation.ConsentStatement)
	require.Contains(t, asked.err, "Say yes with --agree")
	require.Contains(t, b.ok("connection", "agree", "main", "--machine", "--agree"), "no draft any more")
	b.ok("run", "start", "VIP")
	require.Contains(t, b.ok("apply", "-f", b.file(wholeFile)), "Nothing to do", "agreement is nothing of the file's")
}

func TestApplyRotatesAKeyThatIsAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	out := b.applied(wholeFile, "--renew-secrets")
	require.Contains(t, out, "the key in BREVO_KEY is sent again")
	require.NotContains(t, out, apitest.GoodKey)
	require.NoError(t, b.Store.Update(t.Context(), func(tx store.Tx) error {
		list, _, err := tx.Connections(t.Context(), store.Page{Limit: 1})
		if err != nil {
			return err
		}
		list[0].KeyTail = "zzzz"
		return tx.UpdateConnection(t.Context(), list[0])
	}))
	require.Contains(t, b.applied(wholeFile), "the key in BREVO_KEY is another than the one stored, and replaces it")
	require.Contains(t, b.applied(wholeFile), "Nothing to do")
}

func TestApplyFindsListsByTheirNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	text := strings.Replace(wholeFile, "list: 7", "list: vip", 1)
	path := b.file(text)
	require.Contains(t, b.ok("apply", "--dry-run", "-f", path), "+ create export \"VIP\"\n    its list \"vip\" is looked up when the connection is there\n")
	b.applied(text)
	require.Contains(t, b.ok("apply", "-f", path), "Nothing to do")
	require.Contains(t, b.ok("apply", "-f", b.file(wholeFile)), "Nothing to do", "it is the list of that number")
	require.Contains(t, b.ok("config", "export"), "list: 7\n", "a number is right whatever the list is called later")

	other := b.file(strings.Replace(wholeFile, "list: 7", "list: Everyone", 1))
	require.Contains(t, b.ok("apply", "--dry-run", "-f", other), "~ update export \"VIP\"\n    list: 7 -> 9\n")
	before := b.entries()
	wrong := b.file(strings.Replace(wholeFile, "list: 7", "list: Everybody", 1))
	require.Contains(t, b.fails(exitInvalid, "apply", "--yes", "-f", wrong), wrong+":47:5: exports[0].list: the account has no list \"Everybody\"")
	b.ok("connection", "create-list", "main", "VIP")
	require.Contains(t, b.fails(exitInvalid, "apply", "--yes", "-f", path), path+":47:5: exports[0].list: 2 lists of the account are called \"vip\": 7 (in the folder \"Marketing\"), 102. Write the number")
	require.Equal(t, before+1, b.entries(), "nothing was changed but for the new list")
	b.applied(wholeFile)

	none := newBench(t)
	none.withFiles()
	wrong = none.file(strings.Replace(wholeFile, "list: 7", "list: Everybody", 1))
	require.Contains(t, none.fails(exitInvalid, "apply", "--yes", "-f", wrong), wrong+":47:5: create export \"VIP\": list: the account has no list \"Everybody\"", "of a connection that is new")
	require.Contains(t, none.applied(text), "2 changes are done.", "the next one goes on")
}

func TestApplyAsksForTheRightsBeforeItChangesAnything(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	b.applied(wholeFile)
	b.env["SEGUE_PASSWORD"], b.env["SEGUE_EMAIL"] = goodPassword, "ana@example.com"
	b.ok("person", "add", "Ana", "--email", "ana@example.com", "--role", "administrator")
	token := func(role activation.Role) string {
		return regexp.MustCompile(`segue_\S+`).FindString(b.ok("me", "add-token", "for "+string(role), "--role", string(role)))
	}
	for role, want := range map[activation.Role]string{
		activation.RoleContributor: "as contributor you may not change: refresh schedule", activation.RoleViewer: "as viewer you may not change: segment \"Anas\", refresh schedule",
	} {
		b.env["SEGUE_TOKEN"] = token(role)
		before := wholeFile[:strings.Index(wholeFile, "connections:\n")] + "refresh_schedule: {on: false}\n"
		got := b.fails(exitForbidden, "apply", "--yes", "-f", b.file(strings.Replace(before, "values: [Ana]", "values: [Ivo]", 1)))
		require.Contains(t, got, want)
		require.Contains(t, b.fails(exitForbidden, "apply", "--yes", "-f", b.file(wholeFile)), "only administrators")
		delete(b.env, "SEGUE_TOKEN")
	}
	require.Contains(t, b.applied(wholeFile), "Nothing to do")
}
