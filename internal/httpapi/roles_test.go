package httpapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
)

const goodPassword = "plum-cellar Oboe 41 drift"

// member is somebody with an account, signed in, and with a token of the same role.
type member struct {
	id, email, cookie, token string
}

// withMember adds somebody and signs them in.
func (b *bundle) withMember(role activation.Role, seesPersons bool) member {
	b.t.Helper()
	m := member{email: fmt.Sprintf("%s-%v@example.com", role, seesPersons)}
	p := b.must(201, "POST", "/people", object{"name": "The " + string(role), "email": m.email, "role": role, "sees_persons": seesPersons, "password": goodPassword})
	m.id = p["id"].(string)
	m.cookie = b.signIn(m.email, goodPassword)
	t := b.as(m, 201, "POST", "/me/tokens", object{"name": "program", "role": role, "expires_at": time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)})
	m.token = t["secret"].(string)
	return m
}

// signIn signs in and returns the session's cookie.
func (b *bundle) signIn(email, password string) string {
	b.t.Helper()
	r := b.call("POST", "/session", object{"email": email, "password": password}, "Authorization", "")
	require.Equal(b.t, 201, r.status, r.raw)
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.Name == sessionCookie {
			return c.Name + "=" + c.Value
		}
	}
	b.t.Fatal("no cookie")
	return ""
}

// as makes a request as somebody who is signed in; it has to be answered with the status.
func (b *bundle) as(m member, status int, method, path string, body any) object {
	b.t.Helper()
	return b.must(status, method, path, body, "Authorization", "", "Cookie", m.cookie)
}

// refusedAs makes a request as somebody who is signed in, which must be refused with the code.
func (b *bundle) refusedAs(m member, code activation.Code, method, path string, body any) object {
	b.t.Helper()
	return b.refused(code, method, path, body, "Authorization", "", "Cookie", m.cookie)
}

// TestEveryOperationFollowsTheTableOfRoles calls every operation of the document as everybody: an answer is 401 or 403
// exactly where the table of rights says so. An operation without a rule cannot be registered.
func TestEveryOperationFollowsTheTableOfRoles(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, access.Operations(), operationIDs(t), "the table has each operation, and no other")
	b := newBundle(t)
	callers := map[string]access.Caller{}
	headers := map[string][]string{"nobody": {"Authorization", ""}}
	for _, role := range activation.Roles() {
		m := b.withMember(role, false)
		headers[string(role)] = []string{"Authorization", "", "Cookie", m.cookie}
		callers[string(role)] = access.Caller{Role: role, Actor: activation.Actor{Kind: activation.ActorPerson}}
		headers["a token of a "+string(role)] = []string{"Authorization", "Bearer " + m.token}
		callers["a token of a "+string(role)] = access.Caller{Role: role, Actor: activation.Actor{Kind: activation.ActorToken}}
	}
	m := b.withMember(activation.RoleViewer, true)
	headers["a viewer who sees customers"] = []string{"Authorization", "", "Cookie", m.cookie}
	callers["a viewer who sees customers"] = access.Caller{Role: activation.RoleViewer, SeesPersons: true, Actor: activation.Actor{Kind: activation.ActorPerson}}

	gone := b.withMember(activation.RoleContributor, true)
	headers["somebody switched off"] = []string{"Authorization", "", "Cookie", gone.cookie}
	headers["a token of somebody switched off"] = []string{"Authorization", "Bearer " + gone.token}
	version := b.must(200, "GET", "/people/"+gone.id, nil)["version"]
	b.must(200, "PATCH", "/people/"+gone.id, object{"off": true, "version": version})

	for _, op := range operations(t) {
		if op.OperationID == "sign-out" { // would sign the callers out; its right is that of get-me
			continue
		}
		right, _ := access.RightOf(op.OperationID)
		path := strings.NewReplacer("{id}", "none", "{name}", "x", Prefix, "").Replace(op.Path)
		for name, h := range headers {
			r := b.call(op.Method, path, nil, h...)
			c, known := callers[name]
			switch {
			case right == access.RightSignIn:
				require.NotContains(t, []int{401, 403}, r.status, "%s as %s: %s", op.OperationID, name, r.raw)
			case !known:
				require.Equal(t, 401, r.status, "%s as %s: %s", op.OperationID, name, r.raw)
			case c.Has(right):
				require.NotEqual(t, string(activation.CodeForbidden), r.body["code"], "%s as %s: %s", op.OperationID, name, r.raw)
				require.NotEqual(t, 401, r.status, "%s as %s: %s", op.OperationID, name, r.raw)
			default:
				require.Equal(t, 403, r.status, "%s as %s: %s", op.OperationID, name, r.raw)
				require.Equal(t, string(activation.CodeForbidden), r.body["code"])
			}
		}
	}
}

func operationIDs(t *testing.T) (ids []string) {
	t.Helper()
	for _, op := range operations(t) {
		ids = append(ids, op.OperationID)
	}
	return ids
}

func TestAContributorChangesOnlyExportsOfSharedConnections(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	run := b.must(201, "POST", "/exports/"+exp+"/runs", nil)["id"].(string)
	e := b.must(200, "GET", "/exports/"+exp, nil)
	connection := e["connection_id"].(string)
	require.Equal(t, "edit", e["your_permissions"])
	m := b.withMember(activation.RoleContributor, false)
	viewer := b.withMember(activation.RoleViewer, false)

	input := object{"name": "Mine", "connection_id": connection, "list_id": 7, "segment_ids": e["segment_ids"], "mapping": object{"email": "mail"}}
	change := object{"version": e["version"]}
	for k, v := range input {
		change[k] = v
	}
	tries := []struct {
		method, path string
		body         any
	}{
		{"PUT", "/exports/" + exp, change}, {"DELETE", "/exports/" + exp, nil}, {"POST", "/exports/" + exp + "/runs", nil}, {"POST", "/runs/" + run + "/cancel", nil},
		{"POST", "/runs/" + run + "/release", nil}, {"POST", "/runs/" + run + "/refuse", nil},
		{"POST", "/runs/" + run + "/decisions", object{"missing": "keep", "sent": "keep", "profile": "keep", "unknown": "keep"}},
		{"POST", "/exports", input},
		{"POST", "/exports/" + exp + "/detach", nil}, {"POST", "/exports/" + exp + "/attach", object{"connection_id": connection}}, {"POST", "/exports/" + exp + "/duplicate", object{"name": "copy"}},
		{"POST", "/exports/schedule", object{"export_ids": []string{exp}, "schedule": object{"mode": "on_demand"}}}, {"GET", "/connections/" + connection + "/contract", nil},
		{"GET", "/connections/" + connection, nil}, {"GET", "/connections/" + connection + "/lists", nil}, {"GET", "/connections/" + connection + "/attributes", nil},
		{"POST", "/connections/" + connection + "/lists", object{"name": "new"}}, {"POST", "/connections/" + connection + "/attributes", object{"name": "NEW", "type": "text"}},
	}
	refused := func() {
		for _, try := range tries {
			p := b.refusedAs(m, activation.CodeForbidden, try.method, try.path, try.body)
			require.Contains(t, p["remedy"], "administrator")
		}
		require.Equal(t, "view", b.as(m, 200, "GET", "/exports/"+exp, nil)["your_permissions"])
		require.Empty(t, b.as(m, 200, "GET", "/connections", nil)["items"], "what is not shared is not shown")
	}
	refused()

	version := b.must(200, "GET", "/connections/"+connection, nil)["version"]
	version = b.must(200, "PATCH", "/connections/"+connection, object{"shared": true, "version": version})["version"]
	shown := b.as(m, 200, "GET", "/connections/"+connection, nil)
	require.Equal(t, "main", shown["name"])
	require.Empty(t, shown["account"].(object)["organization_id"], "name and type, no more")
	require.NotContains(t, shown, "key_tail")
	b.as(m, 200, "GET", "/connections/"+connection+"/lists", nil)
	mine := b.as(m, 201, "POST", "/exports", input)
	require.Equal(t, "edit", mine["your_permissions"])
	b.as(m, 200, "POST", "/runs/"+run+"/cancel", nil)

	// Looking is all that a viewer may, whatever is shared.
	require.Equal(t, "view", b.as(viewer, 200, "GET", "/exports/"+exp, nil)["your_permissions"])
	require.Equal(t, object{"name": "main", "type": "brevo"}, b.as(viewer, 200, "GET", "/exports/"+exp, nil)["connection"])
	b.refusedAs(viewer, activation.CodeForbidden, "GET", "/connections/"+connection, nil)

	// Moving an export to a connection that is not shared is refused, too.
	other := b.withConnection("other")
	change["connection_id"], change["version"] = other, b.must(200, "GET", "/exports/"+exp, nil)["version"]
	b.refusedAs(m, activation.CodeForbidden, "PUT", "/exports/"+exp, change)

	// Un-sharing makes them look-only with the next request.
	b.must(200, "PATCH", "/connections/"+connection, object{"shared": false, "version": version})
	refused()
}

// TestARefreshIsNoWayAroundAConnectionThatIsNotShared holds that whoever may refresh runs, and stops, no export by it that they may
// not run or stop otherwise.
func TestARefreshIsNoWayAroundAConnectionThatIsNotShared(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	e := b.must(200, "GET", "/exports/"+exp, nil)
	m := b.withMember(activation.RoleContributor, false)
	exports := func(r object) (ids []string) {
		for _, x := range r["tasks"].([]any) {
			if x.(object)["kind"] == "export" {
				ids = append(ids, x.(object)["object_id"].(string))
			}
		}
		return ids
	}
	r := b.as(m, 201, "POST", "/refreshes", nil)
	require.Empty(t, exports(r), "what the contributor may not run is left alone")
	b.endRefresh()
	require.Equal(t, "not_started", b.must(200, "GET", "/exports/"+exp, nil)["status"])

	r = b.must(201, "POST", "/refreshes", nil)
	require.Equal(t, []string{exp}, exports(r))
	cancel := "/refreshes/" + r["id"].(string) + "/cancel"
	require.Contains(t, b.refusedAs(m, activation.CodeForbidden, "POST", cancel, nil)["remedy"], "administrator")
	require.NotEqual(t, true, b.must(200, "GET", "/refreshes/"+r["id"].(string), nil)["cancel_requested"])

	over := "/connections/" + e["connection_id"].(string)
	b.must(200, "PATCH", over, object{"shared": true, "version": b.must(200, "GET", over, nil)["version"]})
	b.as(m, 200, "POST", cancel, nil)
	b.endRefresh()
	r = b.as(m, 201, "POST", "/refreshes", nil)
	require.Equal(t, []string{exp}, exports(r), "of a shared connection it is run")
}

func TestWhoMayNotSeeCustomersSeesThemNowhere(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	run := b.must(201, "POST", "/exports/"+exp+"/runs", nil)["id"].(string)
	segment := b.must(200, "GET", "/exports/"+exp, nil)["segment_ids"].([]any)[0].(string)
	b.Book.List = []ledger.RunRow{{Number: 1, ProfileID: "c1", Address: "ana@example.com", Bucket: activation.BucketRejected, Reason: "no_consent"}}
	viewer, let := b.withMember(activation.RoleViewer, false), b.withMember(activation.RoleViewer, true)
	paths := []string{
		"/profiles", "/profiles/c1", "/segments/" + segment + "/members", "/runs/" + run + "/rows", "/runs/" + run + "/rejects.csv", "/profile/field-stats?field=name",
		"/exports", "/exports/" + exp, "/runs", "/runs/" + run, "/runs/" + run + "/batches", "/segments", "/segments/" + segment, "/segments/" + segment + "/count", "/profile",
		"/sources",
	}
	sees := 0
	for _, path := range paths {
		hidden := b.call("GET", path, nil, "Authorization", "", "Cookie", viewer.cookie)
		require.NotContains(t, hidden.raw, "@example.com", path)
		require.NotContains(t, hidden.raw, `"c1"`, path)
		shown := b.call("GET", path, nil, "Authorization", "", "Cookie", let.cookie)
		require.Equal(t, 200, shown.status, "%s: %s", path, shown.raw)
		if strings.Contains(shown.raw, "@example.com") {
			sees++
		}
	}
	require.GreaterOrEqual(t, sees, 4, "whom an administrator lets sees them: profiles, one profile, members, rows")
	rows := b.as(viewer, 200, "GET", "/runs/"+run+"/rows", nil)["items"].([]any)
	require.NotEmpty(t, rows)
	require.Equal(t, "•••", rows[0].(object)["address"], "what happened is shown, to whom is not")
}

func TestAChangedRoleHoldsFromTheNextRequestOn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleAdministrator, false)
	b.as(m, 200, "GET", "/people", nil)
	set := func(change object) {
		change["version"] = b.must(200, "GET", "/people/"+m.id, nil)["version"]
		b.must(200, "PATCH", "/people/"+m.id, change)
	}
	b.withMember(activation.RoleAdministrator, true) // else the last one could not lose the role
	set(object{"role": "viewer"})
	b.refusedAs(m, activation.CodeForbidden, "GET", "/people", nil)
	require.Equal(t, 403, b.call("GET", "/people", nil, "Authorization", "Bearer "+m.token).status)
	b.as(m, 200, "GET", "/exports", nil)
	set(object{"off": true})
	b.refusedAs(m, activation.CodeUnauthenticated, "GET", "/exports", nil)
}

// TestEveryChangeShowsInTheAuditLog calls each operation that changes something, well, and finds its entry.
func TestEveryChangeShowsInTheAuditLog(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	source := b.withProfile()
	exp := b.must(201, "POST", "/exports", object{
		"name": "VIP", "connection_id": b.withConnection("main"), "list_id": 7, "segment_ids": []string{b.withSegment("Anas")}, "mapping": object{"email": "mail"},
	})
	connection := exp["connection_id"].(string)
	do := func(method, path string, body any) object {
		r := b.call(method, path, body)
		require.Less(t, r.status, 300, "%s %s: %s", method, path, r.raw)
		return r.body
	}
	id := func(o object) string { return o["id"].(string) }
	with := func(o object, more object) object {
		for k, v := range more {
			o[k] = v
		}
		return o
	}
	b.must(200, "PUT", "/uploads/a.csv", "id\n1\n")
	s := do("GET", "/sources/"+source, nil)
	do("PUT", "/sources/"+source, object{"name": "people", "path": s["path"], "version": s["version"]})
	extra := id(do("POST", "/sources", object{"name": "extra", "path": "customers.csv"}))
	do("POST", "/sources/"+extra+"/ingest", nil)
	do("DELETE", "/relationships/"+id(do("POST", "/relationships", object{"name": "extra", "from": extra, "keys": []object{{"from": "id"}}})), nil)
	do("DELETE", "/sources/"+extra, nil)
	g := do("POST", "/segments", object{"name": "Ivos", "rules": []object{equals("name", "Ivo")}})
	do("PUT", "/segments/"+id(g), object{"name": "Ivas", "rules": []object{equals("name", "Iva")}, "version": g["version"]})
	g = do("PUT", "/segments/"+id(g)+"/schedule", object{"mode": "static", "version": do("GET", "/segments/"+id(g), nil)["version"]})
	require.NoError(t, b.stepEvaluation(id(g)))
	do("POST", "/segments/"+id(g)+"/evaluate", nil)
	do("DELETE", "/segments/"+id(do("POST", "/segments/"+id(g)+"/duplicate", object{"name": "Ivas again"})), nil)
	do("DELETE", "/segments/"+id(g), nil)
	do("POST", "/connections/"+connection+"/lists", object{"name": "new"})
	do("POST", "/connections/"+connection+"/attributes", object{"name": "NEW", "type": "text"})
	do("POST", "/connections/"+connection+"/test", nil)
	k := do("GET", "/connections/"+connection, nil)
	do("PATCH", "/connections/"+connection, object{"name": "Main", "version": k["version"]})
	do("DELETE", "/connections/"+b.withConnection("second"), nil)
	do("PUT", "/connections/"+connection+"/export-user", nil)
	draft := do("POST", "/connections", object{"name": "draft", "api_key": goodKey, "agree": false, "draft": true})
	do("POST", "/connections/"+id(draft)+"/agreement", object{"agree": true, "statement": activation.ConsentStatementVersion})
	do("POST", "/connections/"+b.withConnection("third")+"/removal", object{"exports": []object{}})
	copied := id(do("POST", "/exports/"+id(exp)+"/duplicate", object{"name": "copy"}))
	do("POST", "/exports/"+copied+"/detach", nil)
	do("POST", "/exports/"+copied+"/attach", object{"connection_id": connection})
	do("POST", "/exports/schedule", object{"export_ids": []string{copied}, "schedule": object{"mode": "on_demand"}})
	do("PUT", "/exports/"+id(exp), with(object{"version": exp["version"]}, object{
		"name": "VIPs", "connection_id": connection, "list_id": 7, "segment_ids": exp["segment_ids"], "mapping": object{"email": "mail"},
	}))
	run := id(do("POST", "/exports/"+id(exp)+"/runs", nil))
	do("POST", "/runs/"+run+"/cancel", nil)
	b.setRun(run, func(r *activation.Run) { r.Status = activation.StatusHeld })
	do("POST", "/runs/"+run+"/release", nil)
	b.setRun(run, func(r *activation.Run) { r.Status, r.CancelRequested = activation.StatusHeld, false })
	do("POST", "/runs/"+run+"/refuse", nil)
	do("PUT", "/refresh-schedule", object{"on": true, "times": []string{"06:30"}, "version": 0})
	do("PUT", "/exports/"+id(exp)+"/freshness", object{"within_minutes": 1560, "version": do("GET", "/exports/"+id(exp), nil)["version"]})
	do("PUT", "/notice-settings", object{
		"mail":    object{"on": true, "host": "smtp.example.com", "port": 587, "user": "mailer", "password": "made-up-mail-password", "from": "segue@example.com"},
		"webhook": object{"on": true, "url": "https://hooks.example.com/secret-path", "secret": "made-up-webhook-secret"}, "version": 0,
	})
	do("POST", "/notice-settings/test", object{"channel": "mail", "to": "somebody@example.com"})
	do("POST", "/refreshes/"+id(do("POST", "/refreshes", nil))+"/cancel", nil)
	b.endRefresh()
	do("POST", "/exports/"+id(exp)+"/refresh", nil)
	do("POST", "/exports/run-all", nil)
	for _, r := range do("GET", "/runs", nil)["items"].([]any) {
		b.setRun(id(r.(object)), func(r *activation.Run) { r.Status = activation.StatusCanceled })
	}
	do("POST", "/exports/"+id(exp)+"/adoptions", nil)
	m := b.withMember(activation.RoleContributor, false)
	asMember := func(method, path string, body any) object {
		r := b.call(method, path, body, "Authorization", "", "Cookie", m.cookie)
		require.Less(t, r.status, 300, "%s %s: %s", method, path, r.raw)
		return r.body
	}
	second := b.signIn(m.email, goodPassword)
	asMember("POST", "/session/proof", object{"password": goodPassword})
	for _, x := range asMember("GET", "/me/sessions", nil)["items"].([]any) {
		if x := x.(object); x["current"] == false {
			asMember("DELETE", "/me/sessions/"+id(x), nil)
		}
	}
	require.Equal(t, 401, b.call("GET", "/session", nil, "Authorization", "", "Cookie", second).status)
	asMember("DELETE", "/me/codes", nil)
	asMember("PUT", "/me/notices", object{"on": true})
	asMember("DELETE", "/me/tokens/"+id(asMember("GET", "/me/tokens", nil)["items"].([]any)[0].(object)), nil)
	asMember("PUT", "/me/password", object{"password": "violet harbour / nine stones"})
	asMember("DELETE", "/session", nil)
	do("POST", "/people/"+m.id+"/password", object{"password": goodPassword})
	do("PATCH", "/people/"+m.id, object{"name": "Renamed", "version": do("GET", "/people/"+m.id, nil)["version"]})
	do("DELETE", "/exports/"+id(exp), nil)

	var actions []string
	for e, err := range b.Audit.All(t.Context()) {
		require.NoError(t, err)
		require.NotEmpty(t, e.Actor.Kind, e.Action)
		require.NotEmpty(t, e.Actor.Name, e.Action)
		require.Equal(t, "127.0.0.1", e.Actor.From, e.Action)
		if e.Outcome == activation.AuditDone {
			actions = append(actions, e.Action)
		}
	}
	// These are tried elsewhere: they need what is not on this stage.
	elsewhere := []string{"set-up", "finish-sso", "decide-run", "give-up-run", "confirm-codes", "put-unification", "put-pair", "delete-pair", "separate-row"}
	for _, op := range operations(t) {
		reads, _ := op.Metadata[readsKey].(bool)
		if op.Method == http.MethodGet || reads || slices.Contains(elsewhere, op.OperationID) {
			require.NotContains(t, actions, op.OperationID)
			continue
		}
		require.Contains(t, actions, op.OperationID)
	}
	_, err := b.Audit.Verify(t.Context(), "")
	require.NoError(t, err)
	log := b.call("GET", "/audit.ndjson", nil)
	require.Equal(t, 200, log.status)
	require.Equal(t, len(strings.Split(strings.TrimSpace(log.raw), "\n")), int(b.must(200, "GET", "/audit/verification", nil)["entries"].(float64)))
	for _, secret := range []string{goodKey, goodPassword, m.token, strings.TrimPrefix(m.cookie, sessionCookie+"="), "@example.com", `"Ana"`, `"Iva"`, "made-up-mail-password", "made-up-webhook-secret", "secret-path"} {
		require.NotContains(t, log.raw, secret)
		require.NotContains(t, b.Log.String(), secret)
	}
}

func TestWhatIsRefusedShowsInTheAuditLog(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	m := b.withMember(activation.RoleViewer, false)
	b.refusedAs(m, activation.CodeForbidden, "POST", "/people", object{})
	b.refused(activation.CodeUnauthenticated, "POST", "/session", object{"email": m.email, "password": "wrong"}, "Authorization", "")
	list := b.must(200, "GET", "/audit?limit=2", nil)
	items := list["items"].([]any)
	require.Equal(t, "sign-in", items[0].(object)["action"])
	require.Equal(t, "unauthenticated", items[0].(object)["outcome"])
	require.Equal(t, "nobody", items[0].(object)["actor"].(object)["kind"])
	require.Equal(t, "create-person", items[1].(object)["action"])
	require.Equal(t, "forbidden", items[1].(object)["outcome"])
	require.Equal(t, m.id, items[1].(object)["actor"].(object)["person_id"])
	next := b.must(200, "GET", "/audit?limit=2&after="+list["next_cursor"].(string), nil)["items"].([]any)
	require.Less(t, next[0].(object)["number"], items[1].(object)["number"])
}

// stepEvaluation works the evaluation of a segment that is under way to its end, as the queue does.
func (b *bundle) stepEvaluation(segment string) error {
	b.t.Helper()
	for range 50 {
		var newest []activation.Refresh
		err := b.Store.View(b.t.Context(), func(r store.Reader) (err error) {
			newest, err = r.Evaluations(b.t.Context(), activation.SegmentID(segment), 1)
			return err
		})
		if err != nil || newest[0].Status.Final() {
			return err
		}
		if _, err := b.Refresh.Step(b.t.Context(), jobs.StepRefresh{Refresh: newest[0].ID}); err != nil {
			return err
		}
	}
	return activation.Errorf(activation.CodeInternal, "the evaluation does not end")
}

func TestStrangersCannotFillTheAuditLog(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	b := newBundle(t, func(c *Config) { c.Clock = func() time.Time { return time.Now().Add(time.Duration(later.Load())) } })
	entries := func() int64 {
		return int64(b.must(200, "GET", "/audit?limit=1", nil)["items"].([]any)[0].(object)["number"].(float64))
	}
	try := func() {
		b.refused(activation.CodeForbidden, "POST", "/setup", object{"secret": "guessed", "name": "Eve", "email": "eve@example.com", "password": goodPassword}, "Authorization", "")
	}
	for range strangersEntries + 20 {
		try()
	}
	require.EqualValues(t, strangersEntries, entries())
	m := b.withMember(activation.RoleViewer, false)
	before := entries()
	b.refusedAs(m, activation.CodeForbidden, "POST", "/people", object{})
	require.Equal(t, before+1, entries(), "what somebody tries who is known is told")
	later.Store(int64(time.Hour))
	try()
	require.Equal(t, before+2, entries(), "and what strangers try an hour later")
}

// endRefresh works the refresh under way to its end, as the queue does.
func (b *bundle) endRefresh() {
	b.t.Helper()
	list := b.must(200, "GET", "/refreshes", nil)["items"].([]any)
	for range 50 {
		res, err := b.Refresh.Step(b.t.Context(), jobs.StepRefresh{Refresh: activation.RefreshID(list[0].(object)["id"].(string))})
		require.NoError(b.t, err)
		if res == (jobs.Result{}) {
			return
		}
	}
	b.t.Fatal("the refresh does not end")
}
