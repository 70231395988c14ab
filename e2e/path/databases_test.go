package path

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"segue/e2e/rig"
	"segue/internal/database/databasetest"
)

// contacts and members lie in two databases and are partly the same people; what they buy lies in files and in a database.
const databasesFile = `
sources:
  - name: contacts
    kind: postgresql
    database: {host: 127.0.0.1, port: %[1]d, name: postgres, user: reader, table: crm.contacts, ca: %[3]q, password_env: SEGUE_E2E_POSTGRES}
  - name: members
    kind: mysql
    database:
      host: 127.0.0.1
      port: %[2]d
      name: shop
      user: reader
      query: SELECT card, mail, given, family, points FROM members WHERE closed IS NULL
      tls: encrypt
      password_env: SEGUE_E2E_MARIADB
  - name: receipts
    kind: mysql
    database: {host: 127.0.0.1, port: %[2]d, name: shop, user: reader, table: receipts, tls: "off", password_env: SEGUE_E2E_MARIADB}
  - name: orders
    path: orders-*.csv*
    csv: {delimiter: ";", encoding: windows-1250}
    columns:
      amount: {type: number, decimal_comma: true}
      bought: {type: date, format: "%%d.%%m.%%Y"}
  - {name: lines, path: lines.ndjson.gz}
profile:
  region: HR
  fields:
    - {name: E-mail, type: text, semantic: email}
    - {name: First name, type: text, semantic: first_name}
    - {name: Last name, type: text, semantic: last_name}
    - {name: Points, type: number}
    - {name: Newsletter, type: text, semantic: consent}
  tables:
    - source: contacts
      key: id
      columns: {E-mail: email, First name: first, Last name: last, Newsletter: newsletter}
    - source: members
      key: card
      columns: {E-mail: mail, First name: given, Last name: family, Points: points}
  rules:
    - name: same e-mail
      conditions: [{field: E-mail, kind: normalised}]
      unless: [{field: Last name}]
  survivorship:
    First name: {method: source_order, sources: [members, contacts]}
relationships:
  - {name: order, from: orders, keys: [{from: contact}]}
  - {name: line, from: lines, to: orders, keys: [{from: order, to: number}]}
  - {name: card, from: members, keys: [{from: card}]}
  - {name: receipt, from: receipts, to: members, keys: [{from: card, to: card}]}
segments:
  - name: Best
    rules:
      - rule:
          any:
            - {operator: member_of, segment: Bought for 500}
            - {operator: member_of, segment: Two books}
      - combine: except
        rule: {operator: has, related: {path: [card, receipt], where: {field: total, operator: greater_than, values: ["100"]}}}
  - name: Bought for 500
    rules:
      - rule:
          operator: greater_or_equal
          related:
            path: [order]
            function: sum
            column: amount
            within: {column: bought, operator: between, values: ["2026-01-01", "2026-12-31"]}
          values: ["500"]
  - name: Two books
    rules:
      - rule:
          operator: greater_or_equal
          related: {path: [order, line], function: sum, column: quantity, where: {field: item.kind, operator: equals, values: [book]}}
          values: ["2"]
  - name: Last in Šibenik
    rules:
      - rule:
          operator: equals
          related: {path: [order], function: last, column: town, order_by: bought}
          values: [šibenik]
connections: [{name: Brevo, key_env: SEGUE_E2E_KEY}]
exports:
  - name: Best
    connection: Brevo
    list: newsletter
    segments: [Best]
    mapping: {email: E-mail, attributes: [{attribute: FIRSTNAME, field: First name}]}
    schedule: {mode: on_demand}
`

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// databases fills both servers and writes the files.
func databases(t *testing.T, files string) (file string) {
	t.Helper()
	pg, err := databasetest.PostgreSQL()
	require.NoError(t, err, "PostgreSQL of Debian's package postgresql: scripts/require installs it")
	maria, err := databasetest.MariaDB()
	require.NoError(t, err, "MariaDB of Debian's package mariadb-server: scripts/require installs it")
	require.NoError(t, pg.Postgres("CREATE SCHEMA crm", "CREATE TABLE crm.contacts (id int, email text, first text, last text, newsletter text)",
		"INSERT INTO crm.contacts VALUES (1, 'ana@example.com', 'Ana', 'Anić', 'yes'), (2, 'IVO@Example.com', 'Ivo', 'Ivić', 'no'), (3, 'eva@example.com', 'Eva', 'Ević', 'yes'), (4, 'marko@example.com', 'Marko', 'Marić', 'yes')",
		"GRANT USAGE ON SCHEMA crm TO reader", "GRANT SELECT ON crm.contacts TO reader"))
	require.NoError(t, maria.MySQL(
		"CREATE TABLE members (card varchar(10), mail varchar(80), given varchar(40), family varchar(40), points decimal(8,2), closed date) CHARACTER SET utf8mb4",
		"INSERT INTO members VALUES ('K1', 'ana@example.com', 'Anica', 'ANIC', 120.5, NULL), ('K2', 'ivo@example.com', 'Ivan', 'Ivić', 7, NULL), ('K4', 'marko@example.com', 'Mara', 'Horvat', 9, NULL), "+
			"('K8', 'eva@example.com', 'Eva', 'Ević', 1, '2026-01-01'), ('K9', 'zora@example.com', 'Zora', 'Zorić', 0, NULL)",
		"CREATE TABLE receipts (card varchar(10), total decimal(8,2))", "INSERT INTO receipts VALUES ('K1', 60), ('K1', 101), ('K2', 100), ('K4', 900), ('K9', 900)",
		"GRANT SELECT ON shop.members TO reader@'%'", "GRANT SELECT ON shop.receipts TO reader@'%'"))
	old, err := charmap.Windows1250.NewEncoder().String("number;contact;bought;amount;town\no1;1;15.01.2026;400,50;Split\no2;1;20.02.2026;99,50;Šibenik\no3;3;01.03.2026;499,99;Čakovec\n")
	require.NoError(t, err)
	more, err := charmap.Windows1250.NewEncoder().String("number;contact;bought;amount;town\no4;4;02.03.2026;1000,00;Šibenik\no5;2;03.03.2026;700;ŠIBENIK\no6;3;31.12.2025;9000;Šibenik\n")
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"orders-1.csv": []byte(old), "orders-2.csv.gz": packed(t, more),
		"lines.ndjson.gz": packed(t, `{"order": "o1", "item": {"kind": "book"}, "quantity": 1}`+"\n"+`{"order": "o2", "item": {"kind": "Book"}, "quantity": 1}`+"\n"+
			`{"order": "o3", "item": {"kind": "book"}, "quantity": 5}`+"\n"+`{"order": "o4", "item": {"kind": "lamp"}, "quantity": 5}`+"\n"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(files, name), text, 0o600))
	}
	file = filepath.Join(t.TempDir(), "segue.yaml")
	require.NoError(t, os.WriteFile(file, []byte(fmt.Sprintf(databasesFile, pg.Port, maria.Port, pg.CA)), 0o600))
	return file
}

// TestAFileMakesProfilesOfTwoDatabasesAndSegmentsOfWhatTheyBought applies databases, several tables, relationships of one hop and more, and
// segments over them to the real program, and holds who is in them against what stands above.
func TestAFileMakesProfilesOfTwoDatabasesAndSegmentsOfWhatTheyBought(t *testing.T) {
	// Not parallel: passwords are in the environment of the process.
	files := t.TempDir()
	file := databases(t, files)
	sandbox := rig.StartSandbox(t, "--limits", "off")
	start := func() (*rig.Server, string) {
		data := t.TempDir()
		return rig.StartServer(t, data, nil, "--source-dir", files, "--brevo-url", sandbox.URL+"/v3", "--brevo-tier", "off"), data
	}
	printed := ""
	segue := func(code int, data string, args ...string) string {
		t.Helper()
		got, out := rig.Ends(t, append([]string{"--data", data}, args...)...)
		require.Equal(t, code, got, out)
		printed += out
		return out
	}
	server, first := start()
	hand := server.Must(t, http.MethodPost, "/api/v1/connections", rig.Object{"name": "By hand", "api_key": sandboxKey, "agree": true})
	list := server.Must(t, http.MethodPost, "/api/v1/connections/"+hand["id"].(string)+"/lists", rig.Object{"name": "Newsletter"})

	out := segue(5, first, "apply", "--yes", "-f", file)
	for _, name := range []string{"SEGUE_E2E_POSTGRES", "SEGUE_E2E_MARIADB", "SEGUE_E2E_KEY"} {
		require.Regexp(t, regexp.QuoteMeta(file)+`:\d+:\d+: .*the environment variable `+name+" is not set", out)
	}
	t.Setenv("SEGUE_E2E_POSTGRES", databasetest.ReaderPassword)
	t.Setenv("SEGUE_E2E_MARIADB", databasetest.ReaderPassword)
	t.Setenv("SEGUE_E2E_KEY", sandboxKey)
	out = segue(11, first, "apply", "--dry-run", "--exit-code", "-f", file)
	for _, line := range []string{"+ create source \"contacts\"\n", "> take over source \"receipts\"\n", "+ create relationship \"receipt\"\n", "its list \"newsletter\" is looked up"} {
		require.Contains(t, out, line)
	}
	require.Less(t, strings.Index(out, `segment "Two books"`), strings.Index(out, `segment "Best"`), "what a segment names is made first")
	require.Empty(t, server.Must(t, http.MethodGet, "/api/v1/sources", nil)["items"], "a dry run changes nothing")

	segue(0, first, "apply", "--yes", "-f", file)
	require.Contains(t, segue(0, first, "apply", "-f", file), "Nothing to do")
	holds := func(data string) {
		t.Helper()
		segue(0, data, "profile", "build")
		out := segue(0, data, "profile", "unify", "show")
		require.Regexp(t, `\b6\b`, out, "four contacts and four open cards are six people: Marko's card is of another family name")
		for segment, members := range map[string]int{"Bought for 500": 3, "Two books": 2, "Last in Šibenik": 3, "Best": 3} {
			require.Contains(t, segue(0, data, "segment", "count", segment), fmt.Sprintf("%d members\n", members), segment)
		}
	}
	holds(first)
	typed := "{sum amount of order within bought between 2026-01-01 and 2026-12-31} >= 500 and not member of 'Two books'"
	require.Contains(t, segue(0, first, "segment", "count", "--where", typed), "2 members\n", "the same can be typed")
	segue(0, first, "connection", "agree", "Brevo", "--machine", "--agree")
	segue(0, first, "run", "start", "Best", "--wait")
	number := int64(list["id"].(float64))
	require.Equal(t, []string{"eva@example.com"}, sandbox.Members(t, number),
		"Ana has a receipt above 100, Ivo unsubscribed, and Marko's address is that of Mara's card as well, who was never asked")

	written := filepath.Join(t.TempDir(), "written.yaml")
	segue(0, first, "config", "export", "--to", written)
	require.Contains(t, segue(0, first, "apply", "--prune", "-f", written), "Nothing to do", "but the connection by hand, which is in it")
	text, err := os.ReadFile(written)
	require.NoError(t, err)
	printed += string(text)
	for _, v := range regexp.MustCompile(`(key|password)_env: (\S+)`).FindAllStringSubmatch(string(text), -1) {
		t.Setenv(v[2], map[string]string{"key": sandboxKey, "password": databasetest.ReaderPassword}[v[1]])
	}
	_, second := start()
	segue(0, second, "apply", "--yes", "-f", written)
	require.Contains(t, segue(0, second, "apply", "-f", written), "Nothing to do")
	require.Contains(t, segue(0, second, "apply", "-f", file), "Nothing to do")
	holds(second)

	// A table of the database that is another one is read anew; a segment and what it follows can go.
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	less := string(whole)
	for _, cut := range []string{
		"      - combine: except\n        rule: {operator: has, related: {path: [card, receipt], where: {field: total, operator: greater_than, values: [\"100\"]}}}\n",
		"  - {name: receipt, from: receipts, to: members, keys: [{from: card, to: card}]}\n", "  - {name: card, from: members, keys: [{from: card}]}\n",
		less[strings.Index(less, "  - name: receipts\n"):strings.Index(less, "  - name: orders\n")],
		less[strings.Index(less, "  - name: Last in"):strings.Index(less, "connections:")],
	} {
		require.Contains(t, less, cut)
		less = strings.Replace(less, cut, "", 1)
	}
	less = strings.Replace(less, "WHERE closed IS NULL", "", 1)
	pruned := filepath.Join(t.TempDir(), "less.yaml")
	require.NoError(t, os.WriteFile(pruned, []byte(less), 0o600))
	out = segue(0, first, "apply", "--prune", "--dry-run", "-f", pruned)
	for _, line := range []string{
		"~ update source \"members\"\n", "> take over source \"members\"\n", "~ update segment \"Best\"\n", "- remove segment \"Last in Šibenik\"\n",
		"- remove relationship \"receipt\"\n", "- remove relationship \"card\"\n", "- remove source \"receipts\"\n", "- remove connection \"By hand\"\n",
	} {
		require.Contains(t, out, line)
	}
	segue(0, first, "apply", "--prune", "--yes", "-f", pruned)
	require.Contains(t, segue(0, first, "apply", "--prune", "-f", pruned), "Nothing to do")
	segue(0, first, "profile", "build")
	require.Contains(t, segue(0, first, "segment", "count", "Best"), "4 members\n", "Ana is in now")
	require.NotContains(t, printed+server.Output(), databasetest.ReaderPassword)
	require.NotContains(t, printed+server.Output(), sandboxKey)
}
