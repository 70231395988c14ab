package brevosandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestListsArePagedNewestFirstAtMost50(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 60 {
		w.call("POST", "/contacts/lists", fmt.Sprintf(`{"name":"L%d","folderId":1}`, i), 201)
	}
	a := w.get("/contacts/lists", 200)
	require.EqualValues(t, 62, a.json("count").Int())
	require.Len(t, a.json("lists").Array(), 10)
	require.EqualValues(t, 62, a.json("lists.0.id").Int())
	require.Len(t, w.get("/contacts/lists?limit=50&offset=50", 200).json("lists").Array(), 12)
	require.EqualValues(t, 1, w.get("/contacts/lists?sort=asc&limit=1", 200).json("lists.0.id").Int())
	require.Equal(t, "out_of_range", w.get("/contacts/lists?limit=51", 400).json("code").Str)
	require.Empty(t, w.get("/contacts/lists?limit=0", 200).json("lists").Array())
	require.Empty(t, w.get("/contacts/lists?offset=99", 200).json("lists").Array())
}

func TestAListIsCreatedRenamedMovedAndDeletedWithoutItsContacts(t *testing.T) {
	t.Parallel()
	w := open(t)
	folder := w.call("POST", "/contacts/folders", `{"name":"Other"}`, 201).json("id").Int()
	w.call("PUT", "/contacts/lists/1", `{"name":"VIP"}`, 204)
	w.call("PUT", "/contacts/lists/1", fmt.Sprintf(`{"folderId":%d}`, folder), 204)
	w.call("PUT", "/contacts/lists/1", fmt.Sprintf(`{"name":"x","folderId":%d}`, folder), 400)
	w.call("PUT", "/contacts/lists/1", `{"folderId":99}`, 400)
	w.call("PUT", "/contacts/lists/9", `{"name":"x"}`, 404)
	a := w.get("/contacts/lists/1", 200)
	require.Equal(t, "VIP", a.json("name").Str)
	require.Equal(t, folder, a.json("folderId").Int())
	require.Equal(t, "2026-11-24T09:00:00.000Z", a.json("createdAt").Str)

	w.load(`{"email":"a@example.com"}`)
	require.EqualValues(t, 1, w.get("/contacts/lists/1", 200).json("uniqueSubscribers").Int())
	w.call("DELETE", "/contacts/lists/1", "", 204)
	require.Equal(t, "document_not_found", w.get("/contacts/lists/1", 404).json("code").Str)
	w.get("/contacts/lists/1/contacts", 404)
	w.call("DELETE", "/contacts/lists/1", "", 404)
	require.Equal(t, "[]", w.contact("a@example.com").Get("listIds").Raw)
}

func TestWhatCreatingAListNeeds(t *testing.T) {
	t.Parallel()
	w := open(t)
	require.Equal(t, "missing_parameter", w.call("POST", "/contacts/lists", `{"folderId":1}`, 400).json("code").Str)
	require.Equal(t, "missing_parameter", w.call("POST", "/contacts/lists", `{"name":"x"}`, 400).json("code").Str)
	require.Equal(t, "invalid_parameter", w.call("POST", "/contacts/lists", `{"name":"x","folderId":"1"}`, 400).json("code").Str)
	require.Equal(t, "invalid_parameter", w.call("POST", "/contacts/lists", `{"name":"x","folderId":7}`, 400).json("code").Str)
	require.Equal(t, "bad_request", w.call("POST", "/contacts/lists", `[`, 400).json("code").Str)
}

func TestDeletingAFolderDeletesItsLists(t *testing.T) {
	t.Parallel()
	w := open(t)
	folder := w.call("POST", "/contacts/folders", `{"name":"Short-lived"}`, 201).json("id").Int()
	list := w.call("POST", "/contacts/lists", fmt.Sprintf(`{"name":"Inside","folderId":%d}`, folder), 201).json("id").Int()
	w.load(`{"email":"a@example.com"}`, fmt.Sprintf(`"listIds":[%d]`, list))
	path := fmt.Sprintf("/contacts/folders/%d", folder)
	w.call("PUT", path, `{"name":"Renamed"}`, 204)
	require.Equal(t, "Renamed", w.get(path, 200).json("name").Str)
	require.EqualValues(t, 1, w.get(path, 200).json("uniqueSubscribers").Int())
	require.EqualValues(t, list, w.get(path+"/lists", 200).json("lists.0.id").Int())
	require.EqualValues(t, 2, w.get("/contacts/folders", 200).json("count").Int())
	w.call("DELETE", path, "", 204)
	w.get(fmt.Sprintf("/contacts/lists/%d", list), 404)
	for _, method := range []string{"GET", "DELETE"} {
		w.call(method, path, "", 404)
	}
	w.call("PUT", path, `{"name":"x"}`, 404)
	w.get(path+"/lists", 404)
	w.call("POST", "/contacts/folders", `{}`, 400)
}

func TestMembersAreAddedAndRemovedByEachIdentifier(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com","attributes":{"EXT_ID":"x-1"}},{"email":"b@example.com"},{"email":"c@example.com"}`, `"listIds":[2]`)
	a := w.call("POST", "/contacts/lists/1/contacts/add", `{"emails":["A@example.com","nobody@example.com"]}`, 201)
	require.JSONEq(t, `{"contacts":{"success":["A@example.com"],"failure":["nobody@example.com"]}}`, a.body)
	w.call("POST", "/contacts/lists/1/contacts/add", `{"ids":[2,3]}`, 201)
	require.Equal(t, []string{"a@example.com", "b@example.com", "c@example.com"}, w.members(1))
	w.absent("nobody@example.com")

	a = w.call("POST", "/contacts/lists/1/contacts/remove", `{"extIds":["x-1","x-2"]}`, 201)
	require.JSONEq(t, `{"contacts":{"success":["x-1"],"failure":["x-2"]}}`, a.body)
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"ids":[2]}`, 201)
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"emails":["c@example.com"]}`, 201)
	require.Empty(t, w.members(1))
	require.Len(t, w.members(2), 3, "other lists are not touched")
}

func TestAddingOrRemovingNobodyIsAnError(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com"}`)
	for path, message := range map[string]string{
		"1/contacts/add":    "Contact already in list and/or does not exist",
		"2/contacts/remove": "Contact already removed from list and/or does not exist",
	} {
		a := w.call("POST", "/contacts/lists/"+path, `{"emails":["a@example.com"]}`, 400)
		require.Equal(t, "invalid_parameter", a.json("code").Str)
		require.Equal(t, message, a.json("message").Str)
	}
	a := w.call("POST", "/contacts/lists/2/contacts/remove", `{"all":true}`, 400)
	require.Equal(t, "Contacts already removed from list and/or does not exist", a.json("message").Str)
}

func TestWhatACallAboutMembersRefuses(t *testing.T) {
	t.Parallel()
	w := open(t)
	many := strings.TrimSuffix(strings.Repeat(`"a@example.com",`, 151), ",")
	for name, body := range map[string]string{
		"nothing": `{}`, "two kinds": `{"emails":["a@example.com"],"ids":[1]}`, "151": `{"emails":[` + many + `]}`,
		"empty": `{"ids":[]}`, "wrong type": `{"ids":["1"]}`, "no array": `{"emails":"a@example.com"}`, "no JSON": `x`,
	} {
		w.call("POST", "/contacts/lists/1/contacts/add", body, 400)
		require.NotEmpty(t, name)
	}
	w.call("POST", "/contacts/lists/1/contacts/add", `{"all":true}`, 400)
	w.call("POST", "/contacts/lists/9/contacts/add", `{"ids":[1]}`, 404)
	w.call("POST", "/contacts/lists/9/contacts/remove", `{"ids":[1]}`, 404)
}

func TestRemovingAllIsAProcessThatAlsoTakesThoseWhoJoinMeanwhile(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.RemoveAllTime = Duration(25 * time.Second) }))
	w.load(`{"email":"a@example.com"}`)
	a := w.call("POST", "/contacts/lists/1/contacts/remove", `{"all":true}`, 201)
	require.EqualValues(t, 1, a.json("contacts.total").Int())
	id := a.json("contacts.processId").Int()
	w.load(`{"email":"b@example.com"}`)
	require.Equal(t, "LIST_USERS_DELETE in_process", w.process(id).Get("name").Str+" "+w.process(id).Get("status").Str)
	require.Len(t, w.members(1), 2)
	w.pass(25 * time.Second)
	require.Empty(t, w.members(1))
	require.Equal(t, "completed", w.process(id).Get("status").Str)
}

func TestMembersAreReadInPagesOfAtMost500(t *testing.T) {
	t.Parallel()
	w := open(t)
	var rows []string
	for i := range 700 {
		rows = append(rows, fmt.Sprintf(`{"email":"p%03d@example.com"}`, i))
	}
	w.load(strings.Join(rows, ","))
	a := w.get("/contacts/lists/1/contacts?limit=500&sort=asc", 200)
	require.EqualValues(t, 700, a.json("count").Int())
	require.Len(t, a.json("contacts").Array(), 500)
	require.Equal(t, "p000@example.com", a.json("contacts.0.email").Str)
	require.Equal(t, "p699@example.com", w.get("/contacts/lists/1/contacts?limit=1", 200).json("contacts.0.email").Str)
	require.Len(t, w.get("/contacts/lists/1/contacts?limit=500&offset=500", 200).json("contacts").Array(), 200)
	require.Len(t, w.get("/contacts/lists/1/contacts", 200).json("contacts").Array(), 50)
	w.get("/contacts/lists/1/contacts?limit=501", 400)
	require.EqualValues(t, 700, w.get("/contacts/lists/1/contacts?limit=0", 200).json("count").Int())
}

func TestMembersModifiedSinceAreThoseAfterTheMoment(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"old@example.com"}`)
	w.pass(time.Minute)
	w.load(`{"email":"new@example.com"}`)
	for _, since := range []string{"2026-11-24T09:00:30.000Z", "2026-11-24T10:00:30%2B01:00", "2026-11-24T09:00:00.000Z"} {
		a := w.get("/contacts/lists/1/contacts?modifiedSince="+since, 200)
		require.Equal(t, `["new@example.com"]`, a.json("contacts.#.email").Raw, since)
		require.EqualValues(t, 1, a.json("count").Int())
	}
	require.EqualValues(t, 1, w.get("/contacts?createdSince=2026-11-24T09:00:30Z", 200).json("count").Int())
	w.get("/contacts?modifiedSince=yesterday", 400)
}
