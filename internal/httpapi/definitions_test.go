package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/warehouse"
)

func TestSystemOperations(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	require.Equal(t, object{"status": "ok"}, b.must(200, "GET", "/health", nil))
	v := b.must(200, "GET", "/version", nil)
	require.Equal(t, "1.2.3", v["version"])
	s := b.must(200, "GET", "/settings", nil)
	require.Equal(t, []any{b.Files}, s["source_dirs"])
	require.Equal(t, activation.ConsentStatement, s["consent_statement"].(object)["text"])
	require.Equal(t, object{"brevo": "https://api.example.com/v3"}, s["destination_urls"])
}

func TestHealthTellsThatTheStoreDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(c *Config) { c.Services.Store = closedStore{} })
	b.refused(activation.CodeUnavailable, "GET", "/health", nil)
}

func TestOperatorsAreDescribedAsTheyAreChecked(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	items := b.must(200, "GET", "/operators", nil)["items"].([]any)
	require.Len(t, items, len(activation.Operators()))
	operand := map[string]string{}
	for _, i := range items {
		o := i.(object)
		operand[o["operator"].(string)] = o["operand"].(string)
		require.Equal(t, o["subject"] == "value", len(o["types"].([]any)) > 0, "types of %s", o["operator"])
	}
	for op, want := range map[activation.Operator]string{
		activation.OpEquals: "one", activation.OpNotOneOf: "many", activation.OpIsEmpty: "none", activation.OpIsTrue: "none",
		activation.OpBetween: "two", activation.OpBefore: "one", activation.OpInTheLast: "relative", activation.OpNotInTheNext: "relative",
		activation.OpAnniversaryIn: "days", activation.OpGreaterOrEqual: "one", activation.OpContains: "one",
		activation.OpInThis: "unit", activation.OpHas: "none", activation.OpNotAddressOneOf: "many",
	} {
		require.Equal(t, want, operand[string(op)], string(op))
	}
	for _, i := range activation.Operators() {
		if i.Negates != "" {
			require.Equal(t, operand[string(i.Negates)], operand[string(i.Operator)], "%s takes what its twin takes", i.Operator)
		}
	}
}

func TestRelationshipsAreAddedFollowedAndRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	b.file("orders.csv", "order,customer,amount\no1,c1,10\n")
	from := b.must(201, "POST", "/sources", object{"name": "orders", "path": "orders.csv"})["id"].(string)
	in := object{"name": "orders", "from": from, "keys": []object{{"from": "customer"}}}
	p := b.refused(activation.CodeInvalid, "POST", "/relationships", in)
	require.Equal(t, "from", p["field"], "no rows were taken over yet")
	b.must(200, "POST", "/sources/"+from+"/ingest", nil)
	p = b.refused(activation.CodeInvalid, "POST", "/relationships", object{"name": "orders", "from": from, "keys": []object{{"from": "client"}}})
	require.Equal(t, "keys[0].from", p["field"])
	p = b.refused(activation.CodeInvalid, "POST", "/relationships", object{"name": "orders", "from": from, "to": from, "keys": []object{{"from": "order", "to": "order"}}})
	require.Contains(t, p["detail"], "in a circle: orders")
	id := b.must(201, "POST", "/relationships", in)["id"].(string)
	b.refused(activation.CodeConflict, "POST", "/relationships", in)

	has := object{"name": "Buyers", "rules": []object{{"rule": object{"operator": "has", "related": object{"path": []string{"orders"}}}}}}
	buyers := b.must(201, "POST", "/segments", has)["id"].(string)
	got := b.must(200, "GET", "/segments/"+buyers, nil)["rules"].([]any)[0].(object)["rule"].(object)
	require.Equal(t, object{"path": []any{"orders"}}, got["related"])
	list := b.must(200, "GET", "/relationships", nil)["items"].([]any)
	require.Equal(t, "Buyers", list[0].(object)["used_by"].([]any)[0].(object)["name"])
	b.refused(activation.CodeInUse, "DELETE", "/relationships/"+id, nil)
	b.refused(activation.CodeInUse, "DELETE", "/sources/"+from, nil)

	others := b.must(201, "POST", "/segments", object{"name": "Others", "rules": []object{{"rule": object{"operator": "not_member_of", "segment": buyers}}}})
	p = b.refused(activation.CodeInvalid, "PUT", "/segments/"+buyers, object{"name": "Buyers", "version": 1, "rules": []object{{"rule": object{"operator": "member_of", "segment": others["id"]}}}})
	require.Contains(t, p["detail"], "in a circle: Buyers > Others > Buyers")
	uses := b.must(200, "GET", "/segments/"+buyers+"/uses", nil)["items"].([]any)
	require.Equal(t, []any{object{"kind": "segment", "id": others["id"], "name": "Others"}}, uses)
	b.refused(activation.CodeInUse, "DELETE", "/segments/"+buyers, nil)
	b.must(204, "DELETE", "/segments/"+others["id"].(string), nil)
	b.must(204, "DELETE", "/segments/"+buyers, nil)
	b.must(204, "DELETE", "/relationships/"+id, nil)
	b.refused(activation.CodeNotFound, "DELETE", "/relationships/"+id, nil)
}

func TestSourceIsAddedChangedListedAndRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.file("customers.csv", customers)
	r := b.call("POST", "/sources", object{"name": "customers", "path": "customers.csv", "csv": object{"delimiter": ","}})
	require.Equal(t, 201, r.status, r.raw)
	id := r.body["id"].(string)
	require.Equal(t, Prefix+"/sources/"+id, r.header.Get("Location"))
	require.Equal(t, "csv", r.body["kind"])
	require.NotContains(t, r.body, "ingest", "nothing was taken over yet")

	b.refused(activation.CodeConflict, "POST", "/sources", object{"name": "Customers", "path": "customers.csv"})
	for _, share := range []string{"max_bad_rows", "max_shrink"} { // what is left out is 0, and has its default
		b.refused(activation.CodeInvalid, "POST", "/sources", object{"name": "x", "path": "customers.csv", share: 0})
	}
	p := b.refused(activation.CodeInvalid, "POST", "/sources", object{"name": "x", "path": "missing.csv"})
	require.Equal(t, "path", p["field"])
	require.NotEmpty(t, p["remedy"])
	b.refused(activation.CodeInvalid, "POST", "/sources", object{"name": "x", "path": "../data/segue.db"})

	change := object{"name": "people", "path": "customers.csv", "columns": object{"points": object{"type": "number", "decimal_comma": true}}, "version": 1}
	got := b.must(200, "PUT", "/sources/"+id, change)
	require.EqualValues(t, 2, got["version"])
	require.Equal(t, object{"points": object{"type": "number", "decimal_comma": true}}, got["columns"])
	b.refused(activation.CodeConflict, "PUT", "/sources/"+id, change)
	delete(change, "version")
	b.refused(activation.CodeInvalid, "PUT", "/sources/"+id, change)

	in := b.must(200, "POST", "/sources/"+id+"/ingest", nil)["ingest"].(object)
	require.EqualValues(t, 3, in["rows"])
	require.Equal(t, got["name"], b.must(200, "GET", "/sources/"+id, nil)["name"])
	require.Len(t, b.must(200, "GET", "/sources?name=PEOPLE", nil)["items"], 1, "names are compared without regard to case")
	require.Empty(t, b.must(200, "GET", "/sources?name=nobody", nil)["items"])

	require.Equal(t, 204, b.call("DELETE", "/sources/"+id, nil).status)
	b.refused(activation.CodeNotFound, "GET", "/sources/"+id, nil)
}

func TestASourceThatQueriesReadKeepsItsNameAndStays(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	b.file("orders.csv", "order,customer\no1,c1\n")
	id := b.must(201, "POST", "/sources", object{"name": "Orders", "path": "orders.csv"})["id"].(string)
	asked := b.must(201, "POST", "/segments", object{"name": "Asked", "rules": []object{query("SELECT customer FROM orders WHERE true")}})["id"].(string)
	again := b.must(201, "POST", "/segments", object{"name": "Again", "rules": []object{query("SELECT customer FROM ORDERS")}})["id"].(string)
	b.must(201, "POST", "/segments", object{"name": "Other", "rules": []object{query("SELECT profile_id FROM profiles")}})

	source := func(name string, version int) object {
		return object{"name": name, "path": "orders.csv", "version": version}
	}
	const says = `the source is used by queries of the segments "Asked", "Again"`
	for method, in := range map[string]any{"DELETE": nil, "PUT": source("Sales", 1)} {
		p := b.refused(activation.CodeInUse, method, "/sources/"+id, in)
		require.Equal(t, says, p["detail"])
		require.NotEmpty(t, p["remedy"])
	}
	b.must(200, "PUT", "/sources/"+id, source("ORDERS", 1))
	b.must(204, "DELETE", "/segments/"+again, nil)
	b.must(200, "PUT", "/segments/"+asked, object{"name": "Asked", "version": 1, "rules": []object{query("SELECT profile_id FROM profiles")}})
	b.must(200, "PUT", "/sources/"+id, source("Profiles", 2))
	b.must(200, "PUT", "/sources/"+id, source("Sales", 3))
	b.must(204, "DELETE", "/sources/"+id, nil)
}

func TestFailedIngestKeepsRowsAndSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withProfile()
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the table would shrink by 90 %%").WithRemedy("Force it")
	p := b.refused(activation.CodeSourceRefused, "POST", "/sources/"+id+"/ingest", nil)
	require.Equal(t, "Force it", p["remedy"])
	in := b.must(200, "GET", "/sources/"+id, nil)["ingest"].(object)
	require.EqualValues(t, 3, in["rows"], "the rows of the ingest before are still there")
	require.Equal(t, "source_refused", in["failure"].(object)["code"])
	b.refused(activation.CodeInUse, "DELETE", "/sources/"+id, nil)
}

func TestPreviewShowsTheBeginningOfAFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.file("customers.csv", customers)
	p := b.must(200, "POST", "/sources/preview", object{"name": "x", "path": "customers.csv", "rows": 2})
	require.Len(t, p["rows"], 2)
	require.Len(t, p["columns"], 4)
	require.Equal(t, "email", p["columns"].([]any)[1].(object)["semantic_guess"])
	require.Empty(t, b.must(200, "GET", "/sources", nil)["items"], "nothing was stored")
}

func TestListingsArePaged(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.file("customers.csv", customers)
	for i := range 5 {
		b.must(201, "POST", "/sources", object{"name": fmt.Sprintf("s%d", i), "path": "customers.csv"})
	}
	var names []string
	after, pages := "", 0
	for {
		p := b.must(200, "GET", "/sources?limit=2&after="+after, nil)
		for _, i := range p["items"].([]any) {
			names = append(names, i.(object)["name"].(string))
		}
		pages++
		next, more := p["next_cursor"].(string)
		if !more {
			break
		}
		after = next
	}
	require.Equal(t, []string{"s0", "s1", "s2", "s3", "s4"}, names)
	require.Equal(t, 3, pages)
	for _, query := range []string{"limit=0", "limit=501", "limit=many", "page=2"} {
		b.refused(activation.CodeInvalid, "GET", "/sources?"+query, nil)
	}
}

func TestQuarantineIsPaged(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for i := range 5 {
		b.Engine.Bad = append(b.Engine.Bad, warehouse.BadRow{Line: int64(i + 2), Column: "points", Value: "aaa", Reason: "not a number"})
	}
	id := b.withProfile()
	p := b.must(200, "GET", "/sources/"+id+"/quarantine?limit=3", nil)
	require.Len(t, p["items"], 3)
	p = b.must(200, "GET", "/sources/"+id+"/quarantine?limit=3&after="+p["next_cursor"].(string), nil)
	require.Len(t, p["items"], 2)
	require.NotContains(t, p, "next_cursor")
	for _, bad := range []string{"x", "-1", "1e3", "99999999999999999999"} {
		b.refused(activation.CodeInvalid, "GET", "/sources/"+id+"/quarantine?after="+bad, nil)
	}
}

func TestQuarantineIsDownloadedWithoutFormulas(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for i := range csvPage + 5 {
		b.Engine.Bad = append(b.Engine.Bad, warehouse.BadRow{File: "=a.csv", Line: int64(i + 2), Column: "=points", Value: "+7 characters: digits", Reason: "is not a number"})
	}
	id := b.withProfile()
	r := b.call("GET", "/sources/"+id+"/quarantine.csv", nil)
	require.Equal(t, 200, r.status)
	require.Contains(t, r.header.Get("Content-Type"), "text/csv")
	require.Contains(t, r.header.Get("Content-Disposition"), `filename="quarantine.csv"`)
	rows, err := csv.NewReader(strings.NewReader(r.raw)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, csvPage+5+1, "the header and every row, over several pages")
	require.Equal(t, []string{"file", "line", "column", "value", "reason"}, rows[0])
	require.Equal(t, []string{"'=a.csv", "2", "'=points", "'+7 characters: digits", "is not a number"}, rows[1], "S35")
	require.Equal(t, strconv.Itoa(csvPage+6), rows[csvPage+5][1])
	b.refused(activation.CodeNotFound, "GET", "/sources/none/quarantine.csv", nil)
}

func TestUploadIsStreamedIntoTheUploadFolder(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := b.call("PUT", "/uploads/my%20file.csv", customers, "Content-Type", "text/csv")
	require.Equal(t, 200, r.status, r.raw)
	require.EqualValues(t, len(customers), r.body["size"])
	stored, err := os.ReadFile(filepath.Join(b.Uploads, "my file.csv"))
	require.NoError(t, err)
	require.Equal(t, customers, string(stored))
	b.must(201, "POST", "/sources", object{"name": "uploaded", "path": r.body["path"]})
	files := b.must(200, "GET", "/files", nil)["items"].([]any)
	require.Equal(t, r.body["path"], files[0].(map[string]any)["path"], "it can be chosen again")
	require.NotContains(t, files[0], "folder")

	for _, name := range []string{"..%2Fsegue.db", ".hidden", "a%2Fb.csv", "a%5Cb.csv", "%2A"} {
		b.refused(activation.CodeInvalid, "PUT", "/uploads/"+name, "x")
	}
	b.refused(activation.CodeInvalid, "PUT", "/uploads/big.csv", strings.Repeat("x", 1<<20+1))
	require.NoFileExists(t, filepath.Join(b.Uploads, "big.csv"))
}

func TestUploadThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	req, err := http.NewRequest("PUT", b.server.URL+Prefix+"/uploads/half.csv", &broken{data: bytes.NewBufferString("half")})
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	if resp, err := b.server.Client().Do(req); err == nil {
		require.NotEqual(t, 200, resp.StatusCode)
		_ = resp.Body.Close()
	}
	require.NoFileExists(t, filepath.Join(b.Uploads, "half.csv"))
}

// broken is a body that breaks off.
type broken struct{ data *bytes.Buffer }

// Read implements io.Reader.
func (b *broken) Read(p []byte) (int, error) {
	if n, err := b.data.Read(p); err == nil {
		return n, nil
	}
	return 0, context.Canceled
}

func TestProfileIsSuggestedSetAndBuilt(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeNotFound, "GET", "/profile", nil)
	b.refused(activation.CodeNotReady, "POST", "/profile/build", nil)
	b.file("customers.csv", customers)
	id := b.must(201, "POST", "/sources", object{"name": "customers", "path": "customers.csv"})["id"].(string)
	b.refused(activation.CodeNotReady, "GET", "/profile/suggestion?source_id="+id, nil)
	b.refused(activation.CodeInvalid, "GET", "/profile/suggestion", nil)
	b.must(200, "POST", "/sources/"+id+"/ingest", nil)
	s := b.must(200, "GET", "/profile/suggestion?source_id="+id, nil)
	require.EqualValues(t, 0, s["version"])
	d := b.must(200, "PUT", "/profile", s)
	require.EqualValues(t, 1, d["version"])
	require.Equal(t, "id", d["key"])
	b.refused(activation.CodeConflict, "PUT", "/profile", s)
	s = b.must(200, "GET", "/profile/suggestion?source_id="+id, nil)
	require.EqualValues(t, 1, s["version"], "a suggestion can be stored as it is")
	s["region"] = "hr"
	require.Equal(t, "region", b.refused(activation.CodeInvalid, "PUT", "/profile", s)["field"])
	d = b.must(200, "POST", "/profile/build", nil)
	require.EqualValues(t, 3, d["build"].(object)["profiles"])
	st := b.must(200, "GET", "/profile/field-stats?field=name&top=2", nil)
	require.EqualValues(t, 3, st["distinct"])
	require.Len(t, st["top"], 2)
	b.refused(activation.CodeNotFound, "GET", "/profile/field-stats?field=none", nil)
}

func TestSegmentIsAddedChangedCountedAndRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeNotReady, "POST", "/segments", object{"name": "early", "rules": []object{equals("name", "Ana")}})
	b.withProfile()
	rules := []object{
		{"rule": object{"any": []object{{"field": "name", "operator": "equals", "values": []string{"Ana"}},
			{"all": []object{{"field": "points", "operator": "between", "values": []string{"1", "5"}}, {"field": "mail", "operator": "is_not_empty"}}}}}},
		{"combine": "except", "rule": object{"field": "mail", "operator": "is_empty"}},
	}
	g := b.must(201, "POST", "/segments", object{"name": "Loyal", "description": "who stays", "rules": rules, "time_zone": "Europe/Zagreb"})
	id := g["id"].(string)
	require.Equal(t, g, b.must(200, "GET", "/segments/"+id, nil))
	require.JSONEq(t, asJSON(t, rules), asJSON(t, g["rules"]), "rules come back as they went in")

	p := b.refused(activation.CodeInvalid, "POST", "/segments", object{"name": "x", "rules": []object{{"rule": object{"all": []object{
		{"field": "name", "operator": "equals", "values": []string{"a"}}, {"field": "nope", "operator": "equals", "values": []string{"a"}}}}}}})
	require.Equal(t, "rules[0].rule.all[1].field", p["field"], "the problem names the place")
	p = b.refused(activation.CodeInvalid, "POST", "/segments", object{"name": "x", "rules": []object{{"rule": object{"field": "name", "operator": "sounds_like"}}}})
	require.Equal(t, "rules[0].rule.operator", p["field"])

	change := object{"name": "Anas", "rules": []object{equals("name", "Ana")}, "version": 1}
	b.must(200, "PUT", "/segments/"+id, change)
	b.refused(activation.CodeConflict, "PUT", "/segments/"+id, change)
	c := b.must(200, "GET", "/segments/"+id+"/count", nil)
	require.EqualValues(t, 1, c["members"])
	m := b.must(200, "GET", "/segments/"+id+"/members", nil)["items"].([]any)
	require.Len(t, m, 1)
	require.Equal(t, "c1", m[0].(object)["id"])
	require.Equal(t, 204, b.call("DELETE", "/segments/"+id, nil).status)
	b.refused(activation.CodeNotFound, "DELETE", "/segments/"+id, nil)
}

func TestSegmentsAreHeldAgainstEachOtherAndDuplicated(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	anas, ivos := b.withSegment("Anas"), b.must(201, "POST", "/segments", object{"name": "Ivos", "description": "his", "time_zone": "Europe/Zagreb", "rules": []object{equals("name", "Ivo")}})
	path := "/segments/" + anas + "/overlap"
	o := b.must(200, "GET", path+"?with="+ivos["id"].(string), nil)
	require.Equal(t, []any{
		object{"id": anas, "name": "Anas", "members": 1.0, "only": 1.0, "share": 0.0}, object{"id": ivos["id"], "name": "Ivos", "members": 1.0, "only": 1.0, "share": 0.0},
	}, o["segments"])
	require.Equal(t, []any{0.0, 2.0}, []any{o["all"], o["any"]})
	copied := b.must(201, "POST", "/segments/"+ivos["id"].(string)+"/duplicate", object{"name": "Ivos again"})
	require.Equal(t, ivos["rules"], copied["rules"])
	require.Equal(t, []any{"Ivos again", "his", "Europe/Zagreb", object{"mode": "with_refresh"}}, []any{copied["name"], copied["description"], copied["time_zone"], copied["schedule"]})
	require.NotEqual(t, ivos["id"], copied["id"])
	o = b.must(200, "GET", path+"?with="+ivos["id"].(string)+"&with="+copied["id"].(string), nil)
	require.Equal(t, []any{object{"segment_ids": []any{anas}, "members": 1.0}, object{"segment_ids": []any{ivos["id"], copied["id"]}, "members": 1.0}}, o["regions"])
	b.refused(activation.CodeConflict, "POST", "/segments/"+anas+"/duplicate", object{"name": "IVOS"})
	b.refused(activation.CodeInvalid, "GET", path+"?with="+anas, nil)
	b.refused(activation.CodeInvalid, "GET", path, nil)
	b.refused(activation.CodeNotFound, "GET", path+"?with=nothing", nil)
	b.Engine.Fail = activation.Errorf(activation.CodeCannotEvaluate, "the table is gone")
	b.refused(activation.CodeCannotEvaluate, "GET", path+"?with="+ivos["id"].(string), nil)
}

func TestSegmentPreviewNeedsNoStoredSegment(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	p := b.must(200, "POST", "/segments/preview", object{"rules": []object{equals("name", "Ivo")}, "sample": 5})
	require.EqualValues(t, 1, p["members"])
	require.Equal(t, []any{1.0}, p["rules"])
	require.Equal(t, "c2", p["sample"].([]any)[0].(object)["id"])
	require.Empty(t, b.must(200, "POST", "/segments/preview", object{"rules": []object{equals("name", "Ivo")}})["sample"])
	b.Engine.Fail = activation.Errorf(activation.CodeCannotEvaluate, "the table is gone")
	b.refused(activation.CodeCannotEvaluate, "POST", "/segments/preview", object{"rules": []object{equals("name", "Ivo")}})
}

func TestManyValuesOfARuleFitIntoABody(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	values := make([]string, 0, 60_000)
	for i := range 60_000 {
		values = append(values, fmt.Sprintf("customer-%020d", i))
	}
	b.must(201, "POST", "/segments", object{"name": "many", "rules": []object{{"rule": object{"field": "name", "operator": "one_of", "values": values}}}})
}

// closedStore is a control store that does not answer.
type closedStore struct{}

// View implements definitions.
func (closedStore) View(context.Context, func(store.Reader) error) error {
	return errors.New("database is closed")
}
