package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

// newest is what the newest entry of the audit log is about: its action, kind and name.
func (b *bundle) newest() []any {
	b.t.Helper()
	e := b.must(200, "GET", "/audit?limit=1", nil)["items"].([]any)[0].(object)
	return []any{e["action"], e["kind"], e["name"]}
}

func TestEntriesOfTheAuditLogSayWhatThingsAreCalled(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	require.Equal(t, []any{"create-export", "export", "VIP"}, b.newest())
	b.must(201, "POST", "/exports/"+id+"/runs", object{"kind": "dry_run"})
	require.Equal(t, []any{"start-run", "run", "VIP"}, b.newest(), "a run is called as its export")
	connection := b.must(200, "GET", "/exports/"+id, nil)["connection_id"].(string)
	b.must(201, "POST", "/connections/"+connection+"/attributes", object{"name": "town", "type": "text"})
	require.Equal(t, []any{"create-attribute", "connection", "main"}, b.newest())
	b.must(201, "POST", "/connections/"+connection+"/lists", object{"name": "Winter", "folder_id": 1})
	require.Equal(t, []any{"create-list", "connection", "main"}, b.newest())
	m := b.withMember(activation.RoleViewer, false)
	require.Equal(t, []any{"create-token", "token", "program"}, b.newest())
	b.signIn(m.email, goodPassword)
	require.Equal(t, []any{"sign-in", "session", "The viewer"}, b.newest())
	e := b.must(200, "GET", "/segments", nil)["items"].([]any)[0].(object)
	e = b.must(201, "POST", "/segments", object{"name": "Gone soon", "rules": e["rules"]})
	b.must(200, "PUT", "/segments/"+e["id"].(string), object{"name": "Gone", "rules": e["rules"], "version": e["version"]})
	require.Equal(t, []any{"update-segment", "segment", "Gone"}, b.newest())
	require.Equal(t, "Gone", b.must(200, "GET", "/audit?limit=2", nil)["items"].([]any)[1].(object)["name"], "as it is called now")
	require.Equal(t, 204, b.call("DELETE", "/segments/"+e["id"].(string), nil).status)
	require.Equal(t, []any{"delete-segment", "segment", "Gone"}, b.newest(), "of what is gone, the entry has it")
	require.Equal(t, "Gone soon", b.must(200, "GET", "/audit?limit=3", nil)["items"].([]any)[2].(object)["name"])
	require.NotContains(t, b.call("GET", "/audit.ndjson", nil).raw, `"Gone soon","before"`)
	_, err := b.Audit.Verify(t.Context(), "")
	require.NoError(t, err)
}
