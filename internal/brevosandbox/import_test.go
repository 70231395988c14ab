package brevosandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnImportCreatesUpdatesAndAddsToTheList(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.load(`{"email":"Ana@Example.com","attributes":{"FIRSTNAME":"Ana","lastname":"Anić","SMS":"+385911234567","NOPE":"x"}},
		{"email":"ivo@example.com","attributes":{"FIRSTNAME":"Ivo"}}`)
	p := w.process(id)
	require.Equal(t, "IMPORTUSER completed", p.Get("name").Str+" "+p.Get("status").Str)
	require.Equal(t, `{"duplicate_contact_id":null,"duplicate_email_id":null,"duplicate_ext_id":null,"duplicate_landline_number_id":null,`+
		`"duplicate_phone_id":null,"duplicate_whatsapp_id":null,"invalid_emails":null}`, p.Get("info.import").Raw)
	require.Equal(t, []string{"ana@example.com", "ivo@example.com"}, w.members(1))
	require.JSONEq(t, `{"FIRSTNAME":"Ana","LASTNAME":"Anić","SMS":"385911234567"}`, w.contact("ana@example.com").Get("attributes").Raw)

	w.load(`{"email":"ana@example.com","attributes":{"FIRSTNAME":"Anna"}}`, `"listIds":[2]`)
	require.JSONEq(t, `{"FIRSTNAME":"Anna","LASTNAME":"Anić","SMS":"385911234567"}`, w.contact("ana@example.com").Get("attributes").Raw)
	require.Equal(t, "[1,2]", w.contact("ana@example.com").Get("listIds").Raw)
}

func TestACSVImportIsReadWithSemicolons(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := `{"listIds":[1],"fileBody":"FIRSTNAME;EMAIL;SMS\r\nAna;ana@example.com;0033612345678\n\nIvo;ivo@example.com;\n"}`
	id := w.call("POST", "/contacts/import", body, 202).json("processId").Int()
	require.Equal(t, "completed", w.process(id).Get("status").Str)
	require.JSONEq(t, `{"FIRSTNAME":"Ana","SMS":"33612345678"}`, w.contact("ana@example.com").Get("attributes").Raw)
	require.JSONEq(t, `{"FIRSTNAME":"Ivo"}`, w.contact("ivo@example.com").Get("attributes").Raw)
}

func TestAnImportIntoANewListMakesTheList(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts/import", `{"newList":{"listName":"Fresh","folderId":1},"jsonBody":[{"email":"a@example.com"}]}`, 202)
	require.Equal(t, []string{"a@example.com"}, w.members(3))
	require.Equal(t, "Fresh", w.get("/contacts/lists/3", 200).json("name").Str)
	w.call("POST", "/contacts/import", `{"newList":{"listName":"Fresh","folderId":9},"jsonBody":[{"email":"a@example.com"}]}`, 400)
}

func TestWhatAnImportRefusesAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, code, message string }{
		"no list":       {`{"jsonBody":[{"email":"a@example.com"}]}`, "missing_parameter", "Missing listIds or newList"},
		"no rows":       {`{"listIds":[1]}`, "missing_parameter", "Either fileUrl"},
		"nothing valid": {`{"listIds":[1],"jsonBody":[{"email":"nobody"},{"attributes":{"FIRSTNAME":"x"}}]}`, "invalid_parameter", "We could not find any valid email"},
		"no array":      {`{"listIds":[1],"jsonBody":{"email":"a@example.com"}}`, "invalid_parameter", "We could not find"},
		"no identifier": {`{"listIds":[1],"fileBody":"FIRSTNAME\nAna\n"}`, "invalid_parameter", "not using space as a delimiter"},
		"not JSON":      {`{"listIds":[1],`, "bad_request", "JSON"},
		"a file":        {`{"listIds":[1],"fileUrl":"http://files.example/x.csv"}`, "invalid_parameter", "fileUrl"},
		"bad list":      {`{"listIds":["1"],"jsonBody":[{"email":"a@example.com"}]}`, "invalid_parameter", "listIds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			a := w.call("POST", "/contacts/import", c.body, 400)
			require.Equal(t, c.code, a.json("code").Str)
			require.Contains(t, a.json("message").Str, c.message)
			require.Zero(t, w.get("/processes", 200).json("count").Int(), "no process begins")
		})
	}
}

func TestInvalidAddressesAndRepeatedRowsAreInTheReports(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.load(`{"email":"good@example.com","attributes":{"FIRSTNAME":"1"}},{"email":"semi;colon@@x"},
		{"email":"good@example.com","attributes":{"FIRSTNAME":"2"}},{"email":"no-dot@example"}`)
	header := "EMAIL;EXT_ID;SMS;WHATSAPP;LANDLINE_NUMBER;Reason\n"
	require.Equal(t, header+"\"semi;colon@@x\";;;;;Invalid email\nno-dot@example;;;;;Invalid email\n", w.report(id, "invalid_emails"))
	require.Equal(t, header+"good@example.com;;;;;Duplicate in the file\n", w.report(id, "duplicate_email_id"))
	require.Equal(t, "1", w.contact("good@example.com").Get("attributes.FIRSTNAME").Str, "the first row counts")
	require.Equal(t, []string{"good@example.com"}, w.members(1))
}

func TestAddressesThatBrevoDoesNotTakeAreReportedUntilItDoes(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"old@example.com","attributes":{"FIRSTNAME":"1"}}`)
	w.act(Action{Do: "refuse_address", Emails: []string{"Old@Example.com", "new@example.com"}})
	id := w.load(`{"email":"old@example.com","attributes":{"FIRSTNAME":"2"}},{"email":"new@example.com"},{"email":"good@example.com"}`)
	require.Equal(t, "EMAIL;EXT_ID;SMS;WHATSAPP;LANDLINE_NUMBER;Reason\nold@example.com;;;;;Invalid email\nnew@example.com;;;;;Invalid email\n", w.report(id, "invalid_emails"))
	require.Equal(t, "1", w.contact("old@example.com").Get("attributes.FIRSTNAME").Str, "a contact that is there stays as it is")
	require.Equal(t, []string{"good@example.com", "old@example.com"}, w.members(1))
	w.act(Action{Do: "take_address", Emails: []string{"new@example.com"}})
	w.load(`{"email":"new@example.com"},{"email":"old@example.com"}`)
	require.Equal(t, []string{"good@example.com", "new@example.com", "old@example.com"}, w.members(1))
	_, err := w.sb.Act(Action{Do: "refuse_address", Emails: []string{"no address"}})
	require.Error(t, err)
}

func TestReportsNeedNoKeyAndExpire(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ReportLifetime = Duration(time.Hour) }))
	id := w.load(`{"email":"good@example.com"},{"email":"bad"}`)
	path := strings.TrimPrefix(w.process(id).Get("info.import.invalid_emails").Str, w.base)
	a := w.do("GET", path, "", "api-key", "-")
	require.Equal(t, 200, a.status)
	require.Contains(t, a.header.Get("Content-Type"), "text/csv")
	w.pass(time.Hour)
	a = w.do("GET", path, "", "api-key", "-")
	require.Equal(t, 403, a.status)
	require.Contains(t, a.body, "expired")
	require.Equal(t, 403, w.do("GET", "/_reports/unknown.csv", "").status)
}

func TestProcessesTakeTheTimeThatTheSettingsSay(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) {
		s.QueueDelay, s.ImportFixed, s.ImportPerContact = Duration(2*time.Second), Duration(10*time.Second), Duration(time.Second)
	}))
	rows := make([]string, 10)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"email":"p%d@example.com"}`, i)
	}
	first := w.load(strings.Join(rows, ","))
	second := w.load(`{"email":"later@example.com"}`)
	require.Equal(t, "queued", w.process(first).Get("status").Str)
	w.pass(2 * time.Second)
	require.Equal(t, "in_process", w.process(first).Get("status").Str)
	require.Empty(t, w.members(1))
	w.pass(10 * time.Second)
	require.False(t, w.process(first).Get("info").Exists(), "no reports before the end")
	require.Len(t, w.members(1), 5, "half the time, half the rows")
	w.pass(10 * time.Second)
	require.Equal(t, "completed", w.process(first).Get("status").Str)
	require.Equal(t, "in_process", w.process(second).Get("status").Str, "imports wait for each other")
	require.Len(t, w.members(1), 10)
	w.pass(11 * time.Second)
	require.Equal(t, "completed", w.process(second).Get("status").Str)
	require.Len(t, w.members(1), 11)
}

func TestProcessesAreListedNewestFirstAtMost50(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 3 {
		w.load(`{"email":"a@example.com"}`)
	}
	a := w.get("/processes?limit=2", 200)
	require.EqualValues(t, 3, a.json("count").Int())
	require.Equal(t, "[3,2]", a.json("processes.#.id").Raw)
	require.Equal(t, "[2,3]", w.get("/processes?sort=asc&offset=1", 200).json("processes.#.id").Raw)
	require.Equal(t, "out_of_range", w.get("/processes?limit=51", 400).json("code").Str)
	require.Equal(t, "document_not_found", w.get("/processes/77", 404).json("code").Str)
	w.get("/processes?sort=up", 400)
	w.get("/processes?limit=x", 400)
}

func TestAnImportCanBlocklist(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com"}`, `"emailBlacklist":true`, `"smsBlacklist":true`)
	c := w.contact("a@example.com")
	require.True(t, c.Get("emailBlacklisted").Bool() && c.Get("smsBlacklisted").Bool())
}

func TestEmptyValuesEraseOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"Ana","LASTNAME":"Anić"}}`)
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":""}}`)
	require.Equal(t, "Ana", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":""}}`, `"emptyContactsAttributes":true`)
	require.JSONEq(t, `{"LASTNAME":"Anić"}`, w.contact("a@example.com").Get("attributes").Raw)
}

func TestAnAttributeThatIsDeletedWhileAnImportRunsIsIgnoredFromThenOn(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ImportFixed = Duration(10 * time.Second) }))
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"A"}},{"email":"b@example.com","attributes":{"FIRSTNAME":"B"}}`)
	w.pass(5 * time.Second)
	require.Equal(t, "A", w.contact("a@example.com").Get("attributes.FIRSTNAME").Str)
	w.call("DELETE", "/contacts/attributes/normal/FIRSTNAME", "", 204)
	require.Equal(t, "{}", w.contact("a@example.com").Get("attributes").Raw)
	w.pass(5 * time.Second)
	require.Equal(t, "{}", w.contact("b@example.com").Get("attributes").Raw)
	w.call("POST", "/contacts/attributes/normal/FIRSTNAME", `{"type":"text"}`, 201)
	require.Equal(t, "{}", w.contact("a@example.com").Get("attributes").Raw, "old values do not come back")
}
