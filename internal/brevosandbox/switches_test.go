package brevosandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// Worlds and checks that the table of switches uses.

func (w *world) change(f func(*Settings)) {
	s := w.sb.Settings()
	f(&s)
	require.NoError(w.t, w.sb.SetSettings(s))
}

func (w *world) tier(name string) { w.change(func(s *Settings) { s.Tier = name }) }

func (w *world) existing() {
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"Old"}}`, `"listIds":[2]`)
}

// share imports into list 1 a row for b whose phone belongs to a.
func (w *world) share() int64 {
	w.load(`{"email":"a@example.com","attributes":{"SMS":"385911111111"}},{"email":"b@example.com"}`, `"listIds":[2]`)
	return w.load(`{"email":"b@example.com","attributes":{"SMS":"385911111111","FIRSTNAME":"B"}}`)
}

func (w *world) intoNowhere() answer {
	return w.do("POST", "/v3/contacts/import", `{"listIds":[99],"jsonBody":[{"email":"a@example.com"}]}`)
}

// loseList deletes the list while an import into it runs.
func (w *world) loseList() gjson.Result {
	w.change(func(s *Settings) { s.ImportFixed = Duration(time.Minute) })
	id := w.load(`{"email":"a@example.com"}`)
	w.call("DELETE", "/contacts/lists/1", "", 204)
	w.pass(time.Minute)
	require.Equal(w.t, "[]", w.contact("a@example.com").Get("listIds").Raw)
	return w.process(id)
}

func (w *world) two() answer {
	w.change(func(s *Settings) { s.ImportFixed = Duration(time.Minute) })
	w.load(`{"email":"a@example.com"}`)
	w.load(`{"email":"b@example.com"}`)
	return w.get("/processes", 200)
}

// oversize sends an import with a field and a rest of the given sizes against a
// limit of 200 bytes.
func (w *world) oversize(field, rest int) answer {
	w.change(func(s *Settings) { s.ImportSizeLimit = 200 })
	return w.do("POST", "/v3/contacts/import", `{"listIds":[1],"other":"`+strings.Repeat("x", rest)+`","jsonBody":[{"email":"a@example.com","attributes":{"FIRSTNAME":"`+
		strings.Repeat("x", field)+`"}}]}`)
}

func (w *world) leaveLater() gjson.Result {
	w.load(`{"email":"a@example.com"}`)
	w.pass(time.Minute)
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"emails":["a@example.com"]}`, 201)
	return w.contact("a@example.com")
}

// values imports each value into one attribute of a contact of its own and
// checks which of them are stored, and as what.
func values(attribute string, cells map[string]string, want string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		var rows []string
		for name, cell := range cells {
			rows = append(rows, `{"email":"`+name+`@example.com","attributes":{"`+attribute+`":`+cell+`}}`)
		}
		w.load(strings.Join(rows, ","))
		got := "{"
		for name := range cells {
			if v := w.contact(name + "@example.com").Get("attributes." + attribute); v.Exists() {
				if len(got) > 1 {
					got += ","
				}
				got += `"` + name + `":` + v.Raw
			}
		}
		require.JSONEq(t, want, got+"}")
	}
}

func booleans(want string) func(*testing.T, *world) {
	return values("YES", map[string]string{"Yes": `"Yes"`, "no": `"no"`, "true": `"true"`, "0": `0`, "raw": `false`, "maybe": `"maybe"`}, want)
}

func dates(want string) func(*testing.T, *world) {
	return values("DAY", map[string]string{"iso": `"1989-02-11"`, "dashes": `"11-02-1989"`, "slashes": `"11/02/1989"`, "dots": `"11.02.1989"`}, want)
}

func category(want string) func(*testing.T, *world) {
	return values("KIND", map[string]string{"a": `"women"`}, `{"a":`+want+`}`)
}

func blocklist(stays bool) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.existing()
		w.act(Action{Do: "block_email", Emails: []string{"a@example.com"}})
		w.load(`{"email":"a@example.com"}`)
		require.Equal(t, stays, w.contact("a@example.com").Get("emailBlacklisted").Bool())
		require.Equal(t, []string{"a@example.com"}, w.members(1), "a blocklisted contact joins the list all the same")
	}
}

func null(want string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.existing()
		w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":null}}`, `"emptyContactsAttributes":true`)
		require.JSONEq(t, want, w.contact("a@example.com").Get("attributes").Raw)
	}
}

func quotes(want string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.call("POST", "/contacts/import", `{"listIds":[1],"fileBody":"EMAIL;FIRSTNAME\na@example.com;\"Ana; \"\"x\"\"\"\n"}`, 202)
		require.JSONEq(t, want, w.contact("a@example.com").Get("attributes").Raw)
	}
}

func TestTheSizeOfAListLagsWhenAsked(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ListCountLag = Duration(time.Minute) }))
	size := func() int64 { return w.get("/contacts/lists/1", 200).json("uniqueSubscribers").Int() }
	w.load(`{"email":"a@example.com"}`)
	require.Zero(t, size())
	require.Len(t, w.members(1), 1)
	w.pass(time.Minute)
	require.EqualValues(t, 1, size())
	w.act(Action{Do: "delete_contact", Emails: []string{"a@example.com"}})
	require.EqualValues(t, 1, size())
	w.pass(time.Minute)
	require.Zero(t, size())
}

func TestANewProcessIsListedLateWhenAsked(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ProcessListLag = Duration(time.Minute) }))
	id := w.load(`{"email":"a@example.com"}`)
	require.Zero(t, w.get("/processes", 200).json("count").Int())
	require.Equal(t, "completed", w.process(id).Get("status").Str)
	w.pass(time.Minute)
	require.EqualValues(t, 1, w.get("/processes", 200).json("count").Int())
}
