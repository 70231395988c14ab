package httpapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func tasksByKind(status object) map[string]object {
	out := map[string]object{}
	for _, x := range status["tasks"].([]any) {
		out[x.(object)["kind"].(string)] = x.(object)
	}
	return out
}

func TestTheStatusTellsEveryTask(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	require.Empty(t, b.must(200, "GET", "/status", nil)["tasks"])
	exp := b.withExport()
	now := tasksByKind(b.must(200, "GET", "/status", nil))
	require.Len(t, now, 4)
	require.Equal(t, "successful", now["source"]["status"], "taken over by hand")
	require.Equal(t, "successful", now["profile"]["status"])
	require.Equal(t, "not_started", now["segment"]["status"])
	require.Equal(t, "not_started", now["export"]["status"])
	require.Equal(t, object{"mode": "with_refresh"}, now["export"]["schedule"])
	require.Empty(t, now["export"]["runs"])
	require.NotContains(t, now["export"], "next_at")

	b.must(200, "PUT", "/refresh-schedule", object{"on": true, "times": []string{"06:30"}, "version": 0})
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the file lost a column").WithRemedy("Put it back")
	b.must(201, "POST", "/refreshes", nil)
	require.Equal(t, "queued", tasksByKind(b.must(200, "GET", "/status", nil))["export"]["status"])
	b.endRefresh()
	now = tasksByKind(b.must(200, "GET", "/status", nil))
	require.Equal(t, "failed_permanent", now["source"]["status"])
	require.Equal(t, object{"code": "source_refused", "message": "the file lost a column", "remedy": "Put it back"}, now["source"]["error"])
	require.Equal(t, "skipped", now["export"]["status"])
	cause := now["export"]["runs"].([]any)[0].(object)["cause_id"]
	require.Equal(t, "source:"+now["source"]["object_id"].(string), cause, "it leads to what failed")
	for kind, x := range now {
		require.NotEmpty(t, x["next_at"], kind)
	}

	// With a schedule of its own it is told by its own runs, and was not run yet.
	e := b.must(200, "GET", "/exports/"+exp, nil)
	change := object{"version": e["version"], "schedule": object{"mode": "own", "cron": "0 22 * * *"}}
	for _, k := range []string{"name", "connection_id", "list_id", "segment_ids", "mapping"} {
		change[k] = e[k]
	}
	b.must(200, "PUT", "/exports/"+exp, change)
	require.Equal(t, "not_started", tasksByKind(b.must(200, "GET", "/status", nil))["export"]["status"])
	run := b.must(201, "POST", "/exports/"+exp+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) {
		r.Status, r.Progress = activation.StatusRunning, activation.Progress{Imports: 10, ImportsDone: 4}
	})
	now = tasksByKind(b.must(200, "GET", "/status", nil))
	require.Equal(t, "running", now["export"]["status"])
	require.EqualValues(t, 4, now["export"]["progress"].(object)["imports_done"])
	require.Equal(t, run, now["export"]["runs"].([]any)[0].(object)["run_id"])
}

func TestAnExportsFreshnessIsSetAndShown(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	e := b.must(200, "GET", "/exports/"+exp, nil)
	require.NotContains(t, e, "freshness")
	path := "/exports/" + exp + "/freshness"
	require.Equal(t, "within_minutes", b.refused(activation.CodeInvalid, "PUT", path, object{"within_minutes": 59, "version": e["version"]})["field"])
	b.refused(activation.CodeConflict, "PUT", path, object{"within_minutes": 60, "version": 7})
	b.refused(activation.CodeNotFound, "PUT", "/exports/none/freshness", object{"within_minutes": 60, "version": 1})
	e = b.must(200, "PUT", path, object{"within_minutes": 60, "version": e["version"]})
	// The stage's services live in 2026-11-24, the API now: nothing has succeeded since.
	require.Equal(t, time.Now().After(time.Date(2026, 11, 24, 11, 1, 0, 0, time.UTC)), e["freshness"].(object)["late"])

	change := object{"version": e["version"], "leavers": "keep"}
	for _, k := range []string{"name", "connection_id", "list_id", "segment_ids", "mapping"} {
		change[k] = e[k]
	}
	e = b.must(200, "PUT", "/exports/"+exp, change)
	require.EqualValues(t, 60, e["freshness"].(object)["within_minutes"], "changing something else leaves it")
	run := b.must(201, "POST", "/exports/"+exp+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusSuccessful, time.Now() })
	for _, shown := range []object{
		b.must(200, "GET", "/exports/"+exp, nil), b.must(200, "GET", "/exports", nil)["items"].([]any)[0].(object), tasksByKind(b.must(200, "GET", "/status", nil))["export"],
	} {
		f := shown["freshness"].(object)
		require.Equal(t, false, f["late"])
		require.NotEmpty(t, f["last_success"])
	}
	e = b.must(200, "GET", "/exports/"+exp, nil)
	require.NotContains(t, b.must(200, "PUT", path, object{"within_minutes": 0, "version": e["version"]}), "freshness")
}

func TestHowMessagesGoOutIsSetAndTried(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	require.Equal(t, object{"mail": object{"on": false, "has_password": false}, "webhook": object{"on": false, "has_secret": false}, "version": 0.0},
		without(b.must(200, "GET", "/notice-settings", nil), "$schema"))
	b.refused(activation.CodeNotReady, "POST", "/notice-settings/test", object{"channel": "mail", "to": "a@example.com"})
	mail := object{"on": true, "host": "smtp.example.com", "port": 465, "security": "tls", "user": "mailer", "password": "made-up-password", "from": "segue@example.com"}
	hook := object{"on": true, "url": "https://hooks.example.com/x", "secret": "made-up-webhook-secret"}
	r := b.call("PUT", "/notice-settings", object{"mail": mail, "webhook": hook, "version": 0})
	require.Equal(t, 200, r.status, r.raw)
	require.NotContains(t, r.raw, "made-up")
	delete(mail, "password")
	delete(hook, "secret")
	mail["port"], mail["has_password"], hook["has_secret"] = 465.0, true, true
	require.Equal(t, mail, r.body["mail"])
	require.Equal(t, hook, r.body["webhook"])
	delete(mail, "has_password")
	delete(hook, "has_secret")
	hook["url"] = "http://10.0.0.7/"
	require.Equal(t, "webhook.url", b.refused(activation.CodeInvalid, "PUT", "/notice-settings", object{"mail": mail, "webhook": hook, "version": 1})["field"])
	b.refused(activation.CodeConflict, "PUT", "/notice-settings", object{"mail": mail, "version": 0})
	mail["host"] = "other.example.com"
	require.Equal(t, "mail.password", b.refused(activation.CodeInvalid, "PUT", "/notice-settings", object{"mail": mail, "version": 1})["field"])

	b.must(204, "POST", "/notice-settings/test", object{"channel": "mail", "to": "a@example.com"})
	require.Equal(t, "a@example.com", b.Outbox.Mails()[0].To)
	require.Equal(t, "to", b.refused(activation.CodeInvalid, "POST", "/notice-settings/test", object{"channel": "mail"})["field"], "a token of the machine has no address")
	m := b.withMember(activation.RoleAdministrator, false)
	r = b.call("POST", "/notice-settings/test", object{"channel": "mail"}, "Authorization", "", "Cookie", m.cookie)
	require.Equal(t, 204, r.status, r.raw)
	require.Equal(t, m.email, b.Outbox.Mails()[1].To, "one's own")
	b.must(204, "POST", "/notice-settings/test", object{"channel": "webhook"})
	require.Contains(t, string(b.Outbox.Calls()[0]), `"kind":"test"`)
	b.Outbox.Fail = activation.Errorf(activation.CodeUnavailable, "the mail server cannot be reached")
	b.refused(activation.CodeUnavailable, "POST", "/notice-settings/test", object{"channel": "webhook"})
}

func TestMessagesAreListedWithTheirDeliveries(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	exp := b.withExport()
	m := b.withMember(activation.RoleContributor, false)
	asMember := func(status int, on bool, who member) {
		r := b.call("PUT", "/me/notices", object{"on": on}, "Authorization", "", "Cookie", who.cookie)
		require.Equal(t, status, r.status, r.raw)
	}
	require.Equal(t, false, b.must(200, "GET", "/people/"+m.id, nil)["gets_notices"])
	asMember(204, true, m)
	require.Equal(t, true, b.must(200, "GET", "/people/"+m.id, nil)["gets_notices"])
	asMember(403, true, b.withMember(activation.RoleViewer, false))

	b.must(200, "PUT", "/notice-settings", object{"mail": object{"on": true, "host": "smtp.example.com", "port": 25, "security": "none", "from": "segue@example.com"}, "version": 0})
	run := b.must(201, "POST", "/exports/"+exp+"/runs", nil)["id"].(string)
	b.setRun(run, func(r *activation.Run) {
		r.Status, r.EndedAt, r.ErrorCode, r.Error = activation.StatusFailed, time.Now(), activation.CodeListMissing, "the account has no list 7"
	})
	require.NoError(t, b.Notify.Watch(t.Context()))
	require.NoError(t, b.Notify.Deliver(t.Context()))
	n := b.must(200, "GET", "/notices", nil)["items"].([]any)[0].(object)
	require.Equal(t, "failed", n["kind"])
	require.Equal(t, exp, n["object_id"])
	require.Equal(t, "the account has no list 7", n["error"].(object)["message"])
	d := n["deliveries"].([]any)
	require.Len(t, d, 1)
	require.Equal(t, m.id, d[0].(object)["person_id"])
	require.Equal(t, "sent", d[0].(object)["state"])
	require.Equal(t, m.email, b.Outbox.Mails()[0].To)
}
