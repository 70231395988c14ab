package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestTheRefreshScheduleIsReadAndSet(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	s := b.must(200, "GET", "/refresh-schedule", nil)
	require.Equal(t, object{"on": false, "version": 0.0}, without(s, "$schema"), "off by default")
	set := b.must(200, "PUT", "/refresh-schedule", object{"on": true, "times": []string{"06:30"}, "time_zone": "Europe/Zagreb", "version": 0})
	require.NotEmpty(t, set["next_at"])
	require.EqualValues(t, 1, set["version"])
	b.refused(activation.CodeConflict, "PUT", "/refresh-schedule", object{"on": false, "version": 0})
	for field, body := range map[string]object{
		"times":     {"on": true, "version": 1},
		"time_zone": {"on": true, "times": []string{"06:30"}, "time_zone": "Mars", "version": 1},
	} {
		require.Equal(t, field, b.refused(activation.CodeInvalid, "PUT", "/refresh-schedule", body)["field"])
	}
}

func without(o object, name string) object {
	delete(o, name)
	return o
}

func TestASkippedTaskLeadsToItsCause(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeNotReady, "POST", "/refreshes", nil)
	exp := b.withExport()
	b.Engine.Fail = activation.Errorf(activation.CodeSourceRefused, "the file lost a column").WithRemedy("Put it back")
	r := b.must(201, "POST", "/refreshes", nil)
	b.endRefresh()
	r = b.must(200, "GET", "/refreshes/"+r["id"].(string), nil)
	require.Equal(t, "failed_permanent", r["status"])
	tasks := map[string]object{}
	for _, x := range r["tasks"].([]any) {
		tasks[x.(object)["kind"].(string)] = x.(object)
	}
	require.Equal(t, "failed_permanent", tasks["source"]["status"])
	require.Equal(t, "Put it back", tasks["source"]["error"].(object)["remedy"])
	for _, kind := range []string{"profile", "segment", "export"} {
		require.Equal(t, "skipped", tasks[kind]["status"], kind)
		require.Equal(t, tasks["source"]["id"], tasks[kind]["cause_id"], kind)
	}
	require.Equal(t, "not_started", b.must(200, "GET", "/exports/"+exp, nil)["status"], "nothing was sent")

	// An export with a schedule of its own is no part of the refresh, so it can never read as skipped.
	e := b.must(200, "GET", "/exports/"+exp, nil)
	change := object{"version": e["version"], "schedule": object{"mode": "own", "cron": "0 22 * * *"}}
	for _, k := range []string{"name", "connection_id", "list_id", "segment_ids", "mapping"} {
		change[k] = e[k]
	}
	e = b.must(200, "PUT", "/exports/"+exp, change)
	require.Equal(t, object{"mode": "own", "cron": "0 22 * * *"}, e["schedule"])
	r = b.must(201, "POST", "/refreshes", nil)
	b.endRefresh()
	r = b.must(200, "GET", "/refreshes/"+r["id"].(string), nil)
	for _, x := range r["tasks"].([]any) {
		require.NotEqual(t, "export", x.(object)["kind"])
	}
	require.Equal(t, "not_started", b.must(200, "GET", "/exports/"+exp, nil)["status"])
}
