package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestConnectionNeverShowsItsKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := b.call("POST", "/connections", object{"name": "main", "api_key": goodKey, "agree": true})
	require.Equal(t, 201, r.status, r.raw)
	id := r.body["id"].(string)
	require.Equal(t, goodKey[len(goodKey)-4:], r.body["key_tail"])
	require.Equal(t, "Primjer d.o.o.", r.body["account"].(object)["company"])
	require.Equal(t, activation.ConsentStatementVersion, r.body["consent"].(object)["version"])
	require.NotEmpty(t, r.body["consent"].(object)["by"])
	for _, answer := range []reply{
		r, b.call("GET", "/connections", nil), b.call("GET", "/connections/"+id, nil), b.call("POST", "/connections/"+id+"/test", nil),
		b.call("POST", "/connections/check", object{"api_key": goodKey}),
		b.call("PATCH", "/connections/"+id, object{"name": "renamed", "version": 2}),
		b.call("PATCH", "/connections/"+id, object{"api_key": goodKey, "version": 3}),
	} {
		require.Less(t, answer.status, 300, answer.raw)
		require.NotContains(t, answer.raw, goodKey)
		require.NotContains(t, answer.raw, goodKey[:len(goodKey)-5], "nor most of it")
	}
	require.NotContains(t, b.Log.String(), goodKey)
}

func TestConnectionNeedsAgreementAndAKnownKey(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	require.Equal(t, "agree", b.refused(activation.CodeInvalid, "POST", "/connections", object{"name": "main", "api_key": goodKey, "agree": false})["field"])
	p := b.refused(activation.CodeBadCredentials, "POST", "/connections", object{"name": "main", "api_key": "unknown-key-1234", "agree": true})
	require.Equal(t, "Make a new key", p["remedy"])
	b.refused(activation.CodeBadCredentials, "POST", "/connections/check", object{"api_key": "unknown-key-1234"})
	b.refused(activation.CodeInvalid, "POST", "/connections", object{"name": "main", "api_key": goodKey, "agree": true, "base_url": "http://example.com"})
	require.Empty(t, b.must(200, "GET", "/connections", nil)["items"])
}

func TestKeyOfAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withConnection("main")
	p := b.refused(activation.CodeWrongAccount, "PATCH", "/connections/"+id, object{"api_key": otherKey, "version": 1})
	require.Equal(t, "api_key", p["field"])
	require.NotContains(t, p["detail"], otherKey)
	b.refused(activation.CodeConflict, "PATCH", "/connections/"+id, object{"name": "late", "version": 9})
	b.refused(activation.CodeInvalid, "PATCH", "/connections/"+id, object{"name": "versionless"})
}

func TestAccountIsReadAndAddedTo(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withConnection("main")
	lists := b.must(200, "GET", "/connections/"+id+"/lists", nil)["items"].([]any)
	require.Equal(t, object{"id": 7.0, "name": "VIP", "folder": "Marketing", "size": 3.0}, lists[0])
	l := b.must(201, "POST", "/connections/"+id+"/lists", object{"name": "New"})
	require.Equal(t, "New", l["name"])
	require.Len(t, b.must(200, "GET", "/connections/"+id+"/lists", nil)["items"], 3)
	a := b.must(201, "POST", "/connections/"+id+"/attributes", object{"name": "points", "type": "number"})
	require.Equal(t, object{"name": "POINTS", "type": "number"}, a, "Brevo's names are in capitals")
	require.Len(t, b.must(200, "GET", "/connections/"+id+"/attributes", nil)["items"], 3)
	b.refused(activation.CodeInvalid, "POST", "/connections/"+id+"/attributes", object{"name": "1st", "type": "number"})
	b.refused(activation.CodeInvalid, "POST", "/connections/"+id+"/attributes", object{"name": "X", "type": "identifier"})
	b.refused(activation.CodeNotFound, "GET", "/connections/none/lists", nil)
}

func TestConnectionInUseIsNotRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	export := b.withExport()
	id := b.must(200, "GET", "/connections?name=main", nil)["items"].([]any)[0].(object)["id"].(string)
	b.refused(activation.CodeInUse, "DELETE", "/connections/"+id, nil)
	require.Equal(t, 204, b.call("DELETE", "/exports/"+export, nil).status)
	require.Equal(t, 204, b.call("DELETE", "/connections/"+id, nil).status)
}

func TestS16ClearingIsAskedForByAnAdministratorAndRecorded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withConnection("main")
	require.Equal(t, "off", b.must(200, "GET", "/connections/"+id, nil)["clear_empty"])
	c := b.must(200, "PATCH", "/connections/"+id, object{"clear_empty": true, "version": 1})
	require.Equal(t, "asked", c["clear_empty"], "only a proof switches it on")
	c = b.must(200, "PATCH", "/connections/"+id, object{"clear_empty": true, "version": c["version"]})
	require.Equal(t, "asked", c["clear_empty"])
	c = b.must(200, "PATCH", "/connections/"+id, object{"name": "renamed", "version": c["version"]})
	require.Equal(t, "asked", c["clear_empty"])
	require.Contains(t, b.must(200, "GET", "/audit", nil)["items"].([]any)[2].(object)["changed"], "clear_empty")
	c = b.must(200, "PATCH", "/connections/"+id, object{"clear_empty": false, "version": c["version"]})
	require.Equal(t, "off", c["clear_empty"])
	b.refused(activation.CodeInvalid, "PATCH", "/connections/"+id, object{"clear_empty": "on", "version": c["version"]})
}

func TestS2WhoeverSwitchesTheMirrorOffIsToldWhatItRisksAndRecorded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	export := b.withExport()
	id := b.must(200, "GET", "/connections?name=main", nil)["items"].([]any)[0].(object)["id"].(string)
	c := b.must(200, "GET", "/connections/"+id, nil)
	require.Equal(t, "on", c["mirror"])
	require.NotContains(t, c, "mirror_risk")
	c = b.must(200, "PATCH", "/connections/"+id, object{"mirror": "off", "version": c["version"]})
	require.Equal(t, []any{"off", activation.MirrorRisk}, []any{c["mirror"], c["mirror_risk"]})
	require.Contains(t, b.must(200, "GET", "/audit", nil)["items"].([]any)[0].(object)["changed"], "mirror_off")
	b.refused(activation.CodeInvalid, "PATCH", "/connections/"+id, object{"mirror": "perhaps", "version": c["version"]})
	c = b.must(200, "PATCH", "/connections/"+id, object{"mirror": "on", "version": c["version"]})
	require.Equal(t, "on", c["mirror"])
	require.NotContains(t, c, "mirror_risk")

	r := b.must(201, "POST", "/exports/"+export+"/runs", object{"refresh_mirror": true})
	require.Equal(t, true, r["refresh_mirror"])
}
