package brevosandbox

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAContactIsReadByEachIdentifier(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts", `{"email":"Plus+Tag@Example.com","ext_id":"x/1","attributes":{"SMS":"+33612345678","WHATSAPP":"33612345679","LANDLINE_NUMBER":"0033112345678"}}`, 201)
	for path, status := range map[string]int{
		"plus%2Btag%40example.com":                         200,
		"PLUS%2BTAG%40EXAMPLE.COM?identifierType=email_id": 200,
		"1": 200, "1?identifierType=contact_id": 200,
		url.PathEscape("x/1") + "?identifierType=ext_id": 200,
		"33612345678":                                   200,
		"%2B33612345678?identifierType=phone_id":        200,
		"33612345679?identifierType=whatsapp_id":        200,
		"33112345678?identifierType=landline_number_id": 200,
		"33112345678?identifierType=phone_id":           404,
		"2":                                             404,
		"nobody@example.com":                            404,
		"x?identifierType=contact_id":                   400,
		"x?identifierType=shoe_size":                    400,
		"not-an-address?identifierType=email_id":        400,
	} {
		w.get("/contacts/"+path, status)
	}
	c := w.contact("plus+tag@example.com")
	require.Equal(t, "plus+tag@example.com", c.Get("email").Str)
	require.JSONEq(t, `{"SMS":"33612345678","WHATSAPP":"33612345679","LANDLINE_NUMBER":"33112345678","EXT_ID":"x/1"}`, c.Get("attributes").Raw)
	require.True(t, c.Get("statistics").IsObject())
}

func TestCreatingAContactThatExistsIsADuplicateUnlessUpdateIsEnabled(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts", `{"email":"a@example.com","listIds":[1],"attributes":{"SMS":"33612345678"}}`, 201)
	a := w.call("POST", "/contacts", `{"email":"b@example.com","attributes":{"SMS":"33612345678"}}`, 400)
	require.Equal(t, "duplicate_parameter", a.json("code").Str)
	require.Equal(t, `["SMS"]`, a.json("metadata.duplicate_identifiers").Raw)
	require.Equal(t, `["email"]`, w.call("POST", "/contacts", `{"email":"a@example.com"}`, 400).json("metadata.duplicate_identifiers").Raw)
	w.call("POST", "/contacts", `{"email":"a@example.com","listIds":[2],"updateEnabled":true,"attributes":{"FIRSTNAME":"Ana"}}`, 204)
	c := w.contact("a@example.com")
	require.Equal(t, "[1,2]", c.Get("listIds").Raw)
	require.JSONEq(t, `{"SMS":"33612345678","FIRSTNAME":"Ana"}`, c.Get("attributes").Raw)
}

func TestWhatCreatingAContactRefuses(t *testing.T) {
	t.Parallel()
	w := open(t)
	for body, code := range map[string]string{
		`{}`: "missing_parameter", `{"attributes":{"FIRSTNAME":"x"}}`: "missing_parameter",
		`{"email":"x"}`: "invalid_parameter", `{"email":"a@example.com","listIds":[9]}`: "invalid_parameter",
		`{"email":"a@example.com","attributes":{"SMS":"0612345678"}}`: "invalid_parameter",
		`{"email":"a@example.com","attributes":[]}`:                   "invalid_parameter", `no`: "bad_request",
	} {
		require.Equal(t, code, w.call("POST", "/contacts", body, 400).json("code").Str, body)
	}
	require.Zero(t, w.get("/contacts", 200).json("count").Int())
}

func TestForceMergeKeepsTheMostRecentlyModifiedContact(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts", `{"email":"a@example.com"}`, 201)
	w.pass(time.Minute)
	w.call("POST", "/contacts", `{"email":"b@example.com","attributes":{"SMS":"33612345678"}}`, 201)
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"SMS":"33612345678"}}`, 400)
	w.call("PUT", "/contacts/a@example.com", `{"forceMerge":true,"attributes":{"SMS":"33612345678"}}`, 204)
	a := w.get("/contacts", 200)
	require.EqualValues(t, 1, a.json("count").Int())
	require.EqualValues(t, 2, a.json("contacts.0.id").Int())
}

func TestChangingTheAddressOfABlocklistedContactResubscribesIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.call("POST", "/contacts", `{"email":"a@example.com","emailBlacklisted":true}`, 201)
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"EMAIL":"a@example.com"}}`, 204)
	require.True(t, w.contact("a@example.com").Get("emailBlacklisted").Bool())
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"EMAIL":"new@example.com"}}`, 204)
	require.False(t, w.contact("new@example.com").Get("emailBlacklisted").Bool())
	w.absent("a@example.com")
	w.call("PUT", "/contacts/new@example.com", `{"emailBlacklisted":true}`, 204)
	w.call("PUT", "/contacts/new@example.com", `{"emailBlacklisted":false}`, 204)
	require.False(t, w.contact("new@example.com").Get("emailBlacklisted").Bool(), "an explicit false un-blocklists")
}

func TestDeletingAContactForgetsThatItWasBlocklisted(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com"}`, `"emailBlacklist":true`)
	w.call("DELETE", "/contacts/a@example.com?identifierType=email_id", "", 204)
	require.Equal(t, "document_not_found", w.call("DELETE", "/contacts/a@example.com", "", 404).json("code").Str)
	require.Empty(t, w.members(1))
	w.load(`{"email":"a@example.com"}`)
	require.False(t, w.contact("a@example.com").Get("emailBlacklisted").Bool())
}

func TestTheRegisteredAddressOfTheAccountCannotBeDeleted(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"owner@sandbox.example"}`)
	w.call("DELETE", "/contacts/owner@sandbox.example", "", 405)
}

func TestContactsAreFilteredByListAttributeAndId(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"Ana"}},{"email":"b@example.com"}`)
	w.load(`{"email":"c@example.com"}`, `"listIds":[2]`)
	w.call("POST", "/contacts", `{"email":"d@example.com"}`, 201)
	for query, want := range map[string]string{
		"sort=asc":                           `["a@example.com","b@example.com","c@example.com","d@example.com"]`,
		"limit=2&offset=1":                   `["c@example.com","b@example.com"]`,
		"listIds=1&listIds=2":                `["c@example.com","b@example.com","a@example.com"]`,
		"listIds=1,2&limit=1":                `["c@example.com"]`,
		"ids=1,4,9":                          `["a@example.com","d@example.com"]`,
		"filter=equals(FIRSTNAME,%22Ana%22)": `["a@example.com"]`,
	} {
		require.Equal(t, want, w.get("/contacts?"+query, 200).json("contacts.#.email").Raw, query)
	}
	for _, query := range []string{"listIds=9", "limit=1001", "segmentId=1", "segmentId=1&listIds=1", "filter=like(A,b)",
		"ids=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "ids=x"} {
		w.get("/contacts?"+query, 400)
	}
	require.Equal(t, `{"count":0,"segments":[]}`, w.get("/contacts/segments", 200).body)
}

func TestAFilteredListingFollowsChanges(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.load(`{"email":"a@example.com"},{"email":"b@example.com"}`)
	w.pass(time.Second)
	path := "/contacts?limit=1&modifiedSince=2026-11-24T09:00:00.500Z"
	require.Zero(t, w.get(path, 200).json("count").Int())
	w.call("PUT", "/contacts/a@example.com", `{"attributes":{"FIRSTNAME":"A"}}`, 204)
	require.EqualValues(t, 1, w.get(path, 200).json("count").Int())
	w.call("POST", "/contacts/lists/1/contacts/remove", `{"emails":["b@example.com"]}`, 201)
	require.EqualValues(t, 2, w.get(path, 200).json("count").Int())
	w.call("DELETE", "/contacts/a@example.com", "", 204)
	require.Equal(t, `["b@example.com"]`, w.get(path, 200).json("contacts.#.email").Raw)
}

func TestAnExportIsAProcessWithACSVBehindALink(t *testing.T) {
	t.Parallel()
	w := open(t, set(func(s *Settings) { s.ExportTime = Duration(5 * time.Second) }))
	w.load(`{"email":"a@example.com","attributes":{"FIRSTNAME":"A;na"}},{"email":"b@example.com"},{"email":"gone@example.com"}`)
	w.act(Action{Do: "block_email", Emails: []string{"b@example.com"}})
	w.act(Action{Do: "unsubscribe_list", List: 1, Emails: []string{"a@example.com"}})
	export := func(filter string) string {
		id := w.call("POST", "/contacts/export", `{"customContactFilter":{"listId":1,"actionForContacts":"`+filter+`"},"exportMandatoryAttributes":false,
			"exportAttributes":["EMAIL","FIRSTNAME"],"exportMetadata":["_listIds"],"exportSubscriptionStatus":["email_marketing"]}`, 202).json("processId").Int()
		require.False(t, w.process(id).Get("export_url").Exists())
		w.pass(5 * time.Second)
		return w.do("GET", w.process(id).Get("export_url").Str[len(w.base):], "", "api-key", "-").body
	}
	header := "CONTACT ID;EMAIL;FIRSTNAME;_listIds;email_marketing\n"
	require.Equal(t, header+"1;a@example.com;\"A;na\";1;subscribed\n2;b@example.com;;1;unsubscribed\n3;gone@example.com;;1;subscribed\n", export("allContacts"))
	require.Equal(t, header+"2;b@example.com;;1;unsubscribed\n", export("unsubscribed"))
	require.Equal(t, header+"3;gone@example.com;;1;subscribed\n", export("subscribed"))
	require.Equal(t, header+"1;a@example.com;\"A;na\";1;subscribed\n", export("unsubscribedPerList"))
	for _, body := range []string{`{}`, `{"customContactFilter":{}}`, `{"customContactFilter":{"actionForContacts":"openers"}}`} {
		w.call("POST", "/contacts/export", body, 400)
	}
	w.call("POST", "/contacts/export", `{"customContactFilter":{"actionForContacts":"allContacts","listId":9}}`, 404)
	require.Equal(t, "[1]", w.contact("a@example.com").Get("listUnsubscribed").Raw)
}
