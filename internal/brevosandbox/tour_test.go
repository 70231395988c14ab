package brevosandbox

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
)

// tour calls everything that the sandbox offers as a client should.
func tour(w *world) {
	w.get("/account", 200)
	w.get("/contacts/segments?limit=10", 200)
	tourOfPlaces(w)
	tourOfAttributes(w)
	tourOfImports(w)
	tourOfContacts(w)
	tourOfMembers(w)
	w.call("DELETE", "/contacts/lists/2", "", 204)
	w.call("DELETE", "/contacts/folders/2", "", 204)
}

func tourOfPlaces(w *world) {
	folder := w.call("POST", "/contacts/folders", `{"name":"Second"}`, 201).json("id").Int()
	require.EqualValues(w.t, 2, folder)
	w.get("/contacts/folders?limit=50&offset=0&sort=asc", 200)
	w.get("/contacts/folders/2", 200)
	w.call("PUT", "/contacts/folders/2", `{"name":"Renamed"}`, 204)
	w.call("POST", "/contacts/lists", `{"name":"Third","folderId":2}`, 201)
	w.call("PUT", "/contacts/lists/3", `{"name":"Renamed"}`, 204)
	w.call("PUT", "/contacts/lists/3", `{"folderId":2}`, 204)
	w.get("/contacts/folders/2/lists?limit=50&sort=desc", 200)
	w.get("/contacts/lists?limit=50&offset=0&sort=asc", 200)
	w.get("/contacts/lists/3", 200)
}

func tourOfAttributes(w *world) {
	w.call("POST", "/contacts/attributes/normal/SHOE_SIZE", `{"type":"float"}`, 201)
	w.call("POST", "/contacts/attributes/category/SIZE", `{"enumeration":[{"value":1,"label":"S"}]}`, 201)
	w.call("PUT", "/contacts/attributes/category/SIZE", `{"enumeration":[{"value":1,"label":"S"},{"value":2,"label":"M"}]}`, 204)
	w.call("POST", "/contacts/attributes/normal/COLOURS", `{"type":"multiple-choice","multiCategoryOptions":["Red","Blue"]}`, 201)
	w.call("DELETE", "/contacts/attributes/multiple-choice/COLOURS/Red", "", 204)
	w.call("POST", "/contacts/attributes/global/SUM", `{"value":"COUNT[BLACKLISTED,BLACKLISTED,<,NOW()]"}`, 201)
	w.get("/contacts/attributes", 200)
	w.call("DELETE", "/contacts/attributes/global/SUM", "", 204)
}

func tourOfImports(w *world) {
	w.change(func(s *Settings) {
		s.ImportFixed, s.RemoveAllTime, s.ExportTime = Duration(time.Minute), Duration(time.Minute), Duration(time.Minute)
	})
	id := w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"Ana","SMS":"385911111111","EXT_ID":"a","SHOE_SIZE":41.5,"SIZE":"M","COLOURS":["Blue"],"YES":"Yes","DAY":"1984-05-06"}},
		{"email":"b@example.com"},{"email":"b@example.com"},{"email":"broken"}`, `"updateExistingContacts":true`, `"emptyContactsAttributes":false`)
	w.process(id)
	w.pass(time.Minute)
	w.process(id)
	w.call("POST", "/contacts/import", `{"listIds":[1],"fileBody":"EMAIL;FIRSTNAME\nc@example.com;Cvita\n"}`, 202)
	w.call("POST", "/contacts/import", `{"newList":{"listName":"Made","folderId":1},"jsonBody":[{"email":"d@example.com"}]}`, 202)
	w.call("POST", "/contacts/export", `{"customContactFilter":{"actionForContacts":"allContacts","listId":1},"exportAttributes":["FIRSTNAME"]}`, 202)
	w.get("/processes?limit=50&offset=0&sort=desc", 200)
	w.pass(3 * time.Minute)
	w.get("/processes?limit=50&sort=asc", 200)
}

func tourOfContacts(w *world) {
	w.get("/contacts?limit=1000&offset=0&sort=asc&modifiedSince=2026-01-01T00:00:00.000Z", 200)
	w.get("/contacts?listIds=1&createdSince=2026-01-01T00:00:00.000Z", 200)
	w.call("POST", "/contacts", `{"email":"e@example.com","ext_id":"e","listIds":[1],"attributes":{"FIRSTNAME":"Eva","YES":true,"COLOURS":["Blue"]}}`, 201)
	w.call("POST", "/contacts", `{"email":"e@example.com","updateEnabled":true,"emailBlacklisted":true}`, 204)
	w.call("PUT", "/contacts/e@example.com?identifierType=email_id", `{"attributes":{"FIRSTNAME":"Eve"},"listIds":[2],"unlinkListIds":[1]}`, 204)
	w.get("/contacts/1", 200)
	w.get("/contacts/a?identifierType=ext_id", 200)
	w.call("DELETE", "/contacts/e@example.com?identifierType=email_id", "", 204)
}

func tourOfMembers(w *world) {
	w.get("/contacts/lists/1/contacts?limit=500&offset=0&sort=asc&modifiedSince=2026-01-01T00:00:00.000Z", 200)
	w.call("POST", "/contacts/lists/2/contacts/add", `{"emails":["a@example.com","nobody@example.com"]}`, 201)
	w.call("POST", "/contacts/lists/2/contacts/add", `{"ids":[2]}`, 201)
	w.call("POST", "/contacts/lists/2/contacts/remove", `{"extIds":["a"]}`, 201)
	w.call("POST", "/contacts/lists/2/contacts/remove", `{"ids":[2,99]}`, 201)
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"all":true}`, 201)
	id := w.get("/processes?limit=1", 200).json("processes.0.id").Int()
	w.process(id)
	w.pass(time.Minute)
	w.process(id)
}

// refusals are calls that the sandbox answers with an error.
func refusals(w *world) {
	for path, status := range map[string]int{
		"/contacts/lists/99": 404, "/contacts/lists/99/contacts": 404, "/contacts/folders/99": 404, "/contacts/folders/99/lists": 404,
		"/processes/99": 404, "/contacts/nobody@example.com": 404, "/contacts/lists?limit=51": 400, "/contacts?limit=1001": 400,
		"/contacts/lists/1/contacts?limit=501": 400, "/processes?limit=51": 400, "/contacts/folders?sort=up": 400,
		"/contacts/segments?limit=51": 400, "/contacts/x?identifierType=phone_id": 400,
	} {
		w.get(path, status)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/contacts/import", `{"jsonBody":[]}`, 400}, {"POST", "/contacts/import", `{"listIds":[99],"jsonBody":[{"email":"a@example.com"}]}`, 400},
		{"POST", "/contacts/export", `{}`, 400}, {"POST", "/contacts", `{"email":"a@example.com"}`, 400}, {"POST", "/contacts", `{}`, 400},
		{"PUT", "/contacts/b@example.com", `{"attributes":{"SMS":"385911111111"}}`, 400}, {"PUT", "/contacts/nobody@example.com", `{}`, 404},
		{"DELETE", "/contacts/nobody@example.com", "", 404}, {"POST", "/contacts/lists", `{}`, 400}, {"PUT", "/contacts/lists/99", `{"name":"x"}`, 404},
		{"POST", "/contacts/folders", `{}`, 400}, {"PUT", "/contacts/folders/99", `{"name":"x"}`, 404}, {"DELETE", "/contacts/folders/99", "", 404},
		{"POST", "/contacts/attributes/normal/FIRSTNAME", `{"type":"text"}`, 400}, {"DELETE", "/contacts/attributes/normal/NOPE", "", 404},
		{"POST", "/contacts/lists/1/contacts/add", `{"emails":["nobody@example.com"]}`, 400}, {"POST", "/contacts/lists/99/contacts/remove", `{"ids":[1]}`, 404},
		{"DELETE", "/contacts/lists/99", "", 404}, {"PUT", "/contacts/attributes/normal/FIRSTNAME", `{}`, 400},
	} {
		w.call(c.method, c.path, c.body, c.status)
	}
	for _, effect := range []string{"key_missing", "key_unknown", "address_unknown", "too_many"} {
		w.faults(Fault{Effect: effect, Times: 1})
		require.Contains(w.t, []int{401, 429}, w.do("GET", "/v3/contacts/lists", "").status, fmt.Sprint(effect))
	}
}
