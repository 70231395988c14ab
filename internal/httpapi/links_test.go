package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// only returns the one connection that there is.
func (b *bundle) only() object {
	b.t.Helper()
	return b.must(200, "GET", "/connections", nil)["items"].([]any)[0].(object)
}

func TestTheMachineIsExportUserAtOnceAndAPersonConfirms(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleAdministrator, false)
	k := b.as(m, 201, "POST", "/connections", object{"name": "by a person", "api_key": goodKey, "agree": true})
	require.Equal(t, object{"kind": "none"}, k["export_user"], "a person confirms first")
	exp := b.withExport() // over a connection of the machine's
	b.must(201, "POST", "/exports/"+exp+"/runs", nil)
	main := b.must(200, "GET", "/connections?name=main", nil)["items"].([]any)[0].(object)
	require.Equal(t, "machine", main["export_user"].(object)["kind"])

	path := "/connections/" + main["id"].(string) + "/export-user"
	p := b.refused(activation.CodeNotProved, "PUT", path, nil, "Authorization", "Bearer "+m.token)
	require.NotEmpty(t, p["remedy"], "a program cannot prove who it is")
	k = b.as(m, 200, "PUT", path, nil)
	require.Equal(t, []any{"person", m.id, "The administrator"}, []any{k["export_user"].(object)["kind"], k["export_user"].(object)["person_id"], k["export_user"].(object)["name"]})
	require.Contains(t, b.must(200, "GET", "/audit?limit=1", nil)["items"].([]any)[0].(object)["changed"], "export_user")
}

func TestAnExportWithoutAnExportUserSaysSoAndDoesNotRun(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	m := b.withMember(activation.RoleAdministrator, false)
	k := b.only()
	b.as(m, 200, "PUT", "/connections/"+k["id"].(string)+"/export-user", nil)
	require.Equal(t, "not_started", b.must(200, "GET", "/exports/"+exp, nil)["status"])
	b.withMember(activation.RoleAdministrator, true)
	version := b.must(200, "GET", "/people/"+m.id, nil)["version"]
	b.must(200, "PATCH", "/people/"+m.id, object{"off": true, "version": version})
	require.Equal(t, "needs_export_user", b.must(200, "GET", "/exports/"+exp, nil)["status"])
	require.Contains(t, b.refused(activation.CodeNeedsExportUser, "POST", "/exports/"+exp+"/runs", nil)["detail"], "switched off")
	b.refused(activation.CodeNeedsExportUser, "POST", "/exports/"+exp+"/refresh", nil)
	started := b.must(200, "POST", "/exports/run-all", nil)
	require.Equal(t, "needs_export_user", started["refused"].([]any)[0].(object)["code"])

	b.must(201, "POST", "/refreshes", nil)
	b.endRefresh()
	r := b.must(200, "GET", "/refreshes", nil)["items"].([]any)[0].(object)
	require.Equal(t, "failed_permanent", r["status"])
	tasks := r["tasks"].([]any)
	last := tasks[len(tasks)-1].(object)
	require.Equal(t, []any{"needs_export_user", k["id"]}, []any{last["status"], last["connection_id"]}, "with a link to the cause")
}

func TestADetachedExportDoesNotFailARefresh(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	e := b.must(200, "POST", "/exports/"+exp+"/detach", nil)
	require.Equal(t, []any{"no_connection", "", "main"}, []any{e["status"], e["connection_id"], e["detached"].(object)["connection"]})
	require.NotEmpty(t, e["detached"].(object)["at"])
	b.refused(activation.CodeNoConnection, "POST", "/exports/"+exp+"/runs", nil)
	b.refused(activation.CodeNoConnection, "POST", "/exports/"+exp+"/refresh", nil)
	b.refused(activation.CodeNoConnection, "POST", "/exports/"+exp+"/detach", nil)
	b.must(201, "POST", "/refreshes", nil)
	b.endRefresh()
	r := b.must(200, "GET", "/refreshes", nil)["items"].([]any)[0].(object)
	require.Equal(t, "successful", r["status"], "%v", r["tasks"])
	tasks := r["tasks"].([]any)
	require.Equal(t, "no_connection", tasks[len(tasks)-1].(object)["status"])

	m := b.withMember(activation.RoleContributor, false)
	b.must(200, "PATCH", "/connections/"+b.only()["id"].(string), object{"shared": true, "version": 1})
	require.Equal(t, "view", b.as(m, 200, "GET", "/exports/"+exp, nil)["your_permissions"], "what no connection shares, contributors look at")
	b.refusedAs(m, activation.CodeForbidden, "POST", "/exports/"+exp+"/attach", object{"connection_id": b.only()["id"]})
	b.refusedAs(m, activation.CodeForbidden, "DELETE", "/exports/"+exp, nil)
	b.must(200, "POST", "/exports/"+exp+"/attach", object{"connection_id": b.only()["id"]})
	b.as(m, 200, "POST", "/exports/"+exp+"/detach", nil)
}

func TestAConnectionIsRemovedWithWhatBecomesOfItsExports(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	id := b.only()["id"].(string)
	require.Equal(t, exp, b.must(200, "GET", "/connections/"+id+"/exports", nil)["items"].([]any)[0].(object)["id"])
	b.refused(activation.CodeNotFound, "GET", "/connections/none/exports", nil)
	p := b.refused(activation.CodeInUse, "POST", "/connections/"+id+"/removal", object{"exports": []object{}})
	require.Contains(t, p["detail"], `"VIP"`)
	b.refused(activation.CodeInvalid, "POST", "/connections/"+id+"/removal", object{"exports": []object{{"export_id": exp, "do": "keep"}}})
	b.refused(activation.CodeInvalid, "POST", "/connections/"+id+"/removal", object{"exports": []object{{"export_id": exp, "do": "detach"}, {"export_id": exp, "do": "remove"}}})
	out := b.must(200, "POST", "/connections/"+id+"/removal", object{"exports": []object{{"export_id": exp, "do": "detach"}}})
	require.Equal(t, true, out["key_destroyed"])
	b.refused(activation.CodeNotFound, "GET", "/connections/"+id, nil)
	require.Equal(t, "no_connection", b.must(200, "GET", "/exports/"+exp, nil)["status"])
	require.Len(t, b.must(200, "GET", "/exports", nil)["items"], 1)
}

func TestTheContractIsEnteredByHandAndComparedWithSegments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	k := b.only()
	id, segment := k["id"].(string), b.must(200, "GET", "/exports/"+exp, nil)["segment_ids"].([]any)[0].(string)
	path := "/connections/" + id + "/contract?segment_id=" + segment
	larger := func() any { return b.must(200, "GET", path, nil)["segments"].([]any)[0].(object)["larger"] }
	require.Equal(t, false, larger(), "nobody knows the contract")
	b.refused(activation.CodeInvalid, "PATCH", "/connections/"+id, object{"contact_limit": -1, "version": k["version"]})
	k = b.must(200, "PATCH", "/connections/"+id, object{"contact_limit": 1, "shared": true, "version": k["version"]})
	require.EqualValues(t, 1, k["contact_limit"])
	require.Equal(t, false, larger(), "one member fits into one contact")
	g := b.must(200, "GET", path, nil)["segments"].([]any)[0].(object)
	require.EqualValues(t, 1, g["members"])
	m := b.withMember(activation.RoleContributor, false)
	seen := b.as(m, 200, "GET", path, nil)
	require.NotContains(t, seen, "limit", "contributors see name and type of a connection, no more")
	require.NotContains(t, b.as(m, 200, "GET", "/connections/"+id, nil), "contact_limit")
	require.NotContains(t, b.as(m, 200, "GET", "/connections/"+id, nil), "export_user")
	k = b.must(200, "PATCH", "/connections/"+id, object{"contact_limit": 0, "version": k["version"]})
	require.NotContains(t, k, "contact_limit")
}

// TestADraftSendsNothingBeforeSomebodyAgreesAndAnswersForIt tells of connections that a program made: nobody read the statement.
func TestADraftSendsNothingBeforeSomebodyAgreesAndAnswersForIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.must(200, "GET", "/exports/"+b.withExport(), nil)
	k := b.must(201, "POST", "/connections", object{"name": "made by a program", "api_key": goodKey, "agree": false, "draft": true})
	require.Equal(t, []any{true, object{"kind": "none"}, nil}, []any{k["draft"], k["export_user"], k["consent"].(object)["at"]}, "not even the server's machine")
	require.NotEmpty(t, k["account"].(object)["organization_id"], "S1 its key was checked")
	b.refused(activation.CodeBadCredentials, "POST", "/connections", object{"name": "wrong key", "api_key": "xkeysib-wrong-wrong-wrong", "agree": false, "draft": true})
	b.refused(activation.CodeInvalid, "POST", "/connections", object{"name": "both", "api_key": goodKey, "agree": true, "draft": true})

	x := b.must(201, "POST", "/exports", object{
		"name": "over a draft", "connection_id": k["id"], "list_id": 7, "segment_ids": exp["segment_ids"], "mapping": object{"email": "mail"},
	})
	path := "/exports/" + x["id"].(string)
	x = b.must(200, "GET", path, nil)
	require.Equal(t, []any{"needs_export_user", true}, []any{x["status"], x["connection"].(object)["draft"]})
	for _, kind := range []string{"run", "dry_run", "reconcile"} {
		p := b.refused(activation.CodeNeedsExportUser, "POST", path+"/runs", object{"kind": kind})
		require.Contains(t, p["detail"], "draft", kind)
	}
	b.refused(activation.CodeNeedsExportUser, "POST", path+"/refresh", nil)

	m := b.withMember(activation.RoleAdministrator, false)
	connection := "/connections/" + k["id"].(string)
	agreement := object{"agree": true, "statement": activation.ConsentStatementVersion}
	b.refused(activation.CodeConflict, "PUT", connection+"/export-user", nil)
	b.refused(activation.CodeInvalid, "POST", connection+"/agreement", object{"agree": false, "statement": activation.ConsentStatementVersion})
	b.refused(activation.CodeConflict, "POST", connection+"/agreement", object{"agree": true, "statement": "1999-01"})
	b.refused(activation.CodeNotProved, "POST", connection+"/agreement", agreement, "Authorization", "Bearer "+m.token)
	b.refused(activation.CodeNeedsExportUser, "POST", path+"/runs", nil)

	k = b.as(m, 200, "POST", connection+"/agreement", agreement)
	require.Nil(t, k["draft"])
	require.Equal(t, []any{"person", m.id}, []any{k["export_user"].(object)["kind"], k["export_user"].(object)["person_id"]})
	require.Equal(t, activation.ConsentStatementVersion, k["consent"].(object)["version"])
	entry := b.must(200, "GET", "/audit?limit=1", nil)["items"].([]any)[0].(object)
	require.Equal(t, "agree-connection", entry["action"])
	b.must(201, "POST", path+"/runs", nil)
	b.refused(activation.CodeConflict, "POST", connection+"/agreement", agreement)
}
