package brevosandbox

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

// The rule of help article 32331116133522: contact id > EXT_ID > e-mail > SMS >
// WhatsApp > landline; the other contact is deleted with its history.
func TestAnImportMergesContactsByTheRankOfTheirIdentifiers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, row string
		survivor    int64
	}{
		"EXT_ID over e-mail": {`{"email":"a@example.com","attributes":{"EXT_ID":"1"}},{"email":"b@example.com"}`,
			`{"email":"b@example.com","attributes":{"EXT_ID":"1"}}`, 1},
		"e-mail over SMS": {`{"email":"a@example.com","attributes":{"SMS":"385911111111"}},{"email":"b@example.com"}`,
			`{"email":"b@example.com","attributes":{"SMS":"385911111111"}}`, 2},
		"SMS over WhatsApp": {`{"attributes":{"WHATSAPP":"385922222222"}},{"attributes":{"SMS":"385911111111"}}`,
			`{"attributes":{"SMS":"385911111111","WHATSAPP":"385922222222"}}`, 2},
		"WhatsApp over landline": {`{"attributes":{"LANDLINE_NUMBER":"385133333333"}},{"attributes":{"WHATSAPP":"385922222222"}}`,
			`{"attributes":{"LANDLINE_NUMBER":"385133333333","WHATSAPP":"385922222222"}}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.load(c.before, `"listIds":[2]`, `"emailBlacklist":true`)
			w.load(c.row)
			all := w.get("/contacts", 200)
			require.EqualValues(t, 1, all.json("count").Int(), "one of the two is deleted")
			require.Equal(t, c.survivor, all.json("contacts.0.id").Int())
			require.Equal(t, "[1,2]", all.json("contacts.0.listIds").Raw)
			w.get(fmt.Sprintf("/contacts/%d?identifierType=contact_id", 3-c.survivor), 404)
		})
	}
}

// A contact that a row's own address finds is the row's own, whatever else the row says of it: nothing is shared, nobody is replaced.
func TestAKnownAddressWithANewExtIDIsTheSameContact(t *testing.T) {
	t.Parallel()
	for _, shared := range []string{"merge", "report_row", "report_field"} {
		for _, sole := range []string{"update", "replace"} {
			w := open(t, set(func(s *Settings) { s.SharedIdentifier, s.SoleMatch = shared, sole }))
			w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111"}}`, `"listIds":[2]`)
			p := w.process(w.load(`{"email":"a@example.com","attributes":{"EXT_ID":"9","SMS":"385911111111"}}`))
			require.Empty(t, p.Get("info.import.duplicate_email_id").Str, "%s %s", shared, sole)
			require.Empty(t, p.Get("info.import.duplicate_phone_id").Str, "%s %s", shared, sole)
			c := w.contact("a@example.com")
			require.Equal(t, "1 [1,2] 9", fmt.Sprint(c.Get("id"), " ", c.Get("listIds"), " ", c.Get("attributes.EXT_ID")), "%s %s", shared, sole)
		}
	}
}

func TestThreeContactsCanMergeIntoOne(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com"},{"email":"b@example.com","attributes":{"SMS":"385911111111"}},{"email":"c@example.com","attributes":{"EXT_ID":"c"}}`)
	w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111","EXT_ID":"c"}}`)
	all := w.get("/contacts", 200)
	require.Equal(t, "[3]", all.json("contacts.#.id").Raw)
	require.Equal(t, "a@example.com", all.json("contacts.0.email").Str)
}

func TestAContactWithoutAnAddressCanBeImported(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"attributes":{"SMS":"385911111111","FIRSTNAME":"Ana"}}`)
	c := w.get("/contacts/385911111111?identifierType=phone_id", 200)
	require.False(t, c.json("email").Exists())
	require.Equal(t, []string{"#1"}, w.members(1))
}

// Whatever is imported, no two contacts share an identifier, every live contact
// is found by each of its own, and the lists hold live contacts only.
func TestIdentifiersStayUniqueUnderAnyImports(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings()
		s.SharedIdentifier = rapid.SampledFrom([]string{"merge", "report_row", "report_field"}).Draw(t, "shared")
		s.SoleMatch = rapid.SampledFrom([]string{"update", "replace"}).Draw(t, "sole")
		s.DuplicateRows = rapid.SampledFrom([]string{"report", "merge"}).Draw(t, "rows")
		sb, err := New(Config{Clock: fixed, Settings: s, Accounts: []Account{{Lists: []AccountList{{Name: "One"}}, Keys: []string{"k"}}}})
		if err != nil {
			t.Fatal(err)
		}
		a := sb.accounts[0]
		for range rapid.IntRange(1, 6).Draw(t, "imports") {
			rows := "["
			for i := range rapid.IntRange(1, 6).Draw(t, "rows") {
				if i > 0 {
					rows += ","
				}
				rows += randomRow(t)
			}
			parsed, _ := parseJSONBody(gjson.Parse(rows + "]"))
			job := &importJob{rows: *parsed, update: rapid.Bool().Draw(t, "update"), listIDs: []int64{1}}
			job.applyUpTo(a, sb.settings(), job.rows.len(), fixed())
		}
		checkAccount(t, a)
	})
}

func randomRow(t *rapid.T) string {
	pick := func(name string, options ...string) string {
		v := rapid.SampledFrom(append(options, "")).Draw(t, name)
		if v == "" {
			return ""
		}
		return fmt.Sprintf(`%q:%q,`, name, v)
	}
	attributes := pick("SMS", "385911111111", "385922222222") + pick("EXT_ID", "1", "2") + pick("WHATSAPP", "385911111111", "385933333333")
	return `{` + pick("email", "a@example.com", "b@example.com", "c@example.com") + `"attributes":{` + attributes + `"FIRSTNAME":"x"}}`
}

func checkAccount(t *rapid.T, a *account) {
	seen := map[string]uint32{}
	a.book.Live().Walk(0, false, func(id uint32) bool {
		values := slices.Clone(a.values(id))
		found := false
		for _, v := range values {
			if !isIdentifier(v.Field) {
				continue
			}
			found = true
			key := fmt.Sprint(v.Field, " ", string(v.Bytes))
			if other := seen[key]; other != 0 {
				t.Fatalf("contacts %d and %d share an identifier", other, id)
			}
			seen[key] = id
			if got := a.book.Find(v.Field, v.Bytes); got != id {
				t.Fatalf("identifier finds %d, want %d", got, id)
			}
		}
		if !found {
			t.Fatalf("contact %d has no identifier", id)
		}
		return true
	})
	a.lists[0].members.Walk(0, false, func(id uint32) bool {
		if !a.book.Has(id) {
			t.Fatalf("the list holds the deleted contact %d", id)
		}
		return true
	})
}
