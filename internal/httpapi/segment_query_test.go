package httpapi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func query(sql string) object { return object{"rule": object{"operator": "in_query", "sql": sql}} }

func TestOnlyAdministratorsWriteQueriesOfSegments(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.withProfile()
	const mine, other = "SELECT profile_id FROM profiles", "SELECT profile_id FROM customers"
	g := b.must(201, "POST", "/segments", object{"name": "Asked", "rules": []object{query(mine)}})
	require.Equal(t, mine, g["rules"].([]any)[0].(object)["rule"].(object)["sql"])
	id := g["id"].(string)
	for field, rules := range map[string][]object{
		"sql":                    {query("SELECT x FROM refused")},
		"rules[0].rule.sql":      {query(" ")},
		"rules[0].rule.operator": {{"rule": object{"sql": mine}}},
		"rules[0].rule":          {{"rule": object{"operator": "in_query", "sql": mine, "field": "name"}}},
	} {
		p := b.refused(activation.CodeInvalid, "POST", "/segments", object{"name": "No", "rules": rules})
		require.Equal(t, field, p["field"])
	}

	m := b.withMember(activation.RoleContributor, false)
	as := func(method, path string, body any) int {
		return b.call(method, path, body, "Authorization", "", "Cookie", m.cookie).status
	}
	require.Equal(t, 403, as("POST", "/segments", object{"name": "Mine", "rules": []object{query(mine)}}))
	require.Equal(t, 403, as("POST", "/segments", object{"name": "Mine", "rules": []object{{"rule": object{"any": []object{equals("name", "Ana")["rule"].(object), query(mine)["rule"].(object)}}}}}))
	require.Equal(t, 403, as("POST", "/segments/preview", object{"rules": []object{query(mine)}}))
	require.Equal(t, 403, as("PUT", "/segments/"+id, object{"name": "Asked", "rules": []object{query(other)}, "version": 1}))
	require.Equal(t, 200, as("PUT", "/segments/"+id, object{"name": "Renamed", "rules": []object{query(mine)}, "version": 1}), "what is there already may stay")
	require.Equal(t, 201, as("POST", "/segments/"+id+"/duplicate", object{"name": "Again"}))
	b.must(200, "PUT", "/segments/"+id, object{"name": "Renamed", "rules": []object{query(other)}, "version": 2})

	// What was asked stands in the audit log.
	found := map[string]bool{}
	for _, e := range b.must(200, "GET", "/audit", nil)["items"].([]any) {
		text := asJSON(t, e)
		for _, sql := range []string{mine, other} {
			entry := e.(object)
			if entry["outcome"] == "done" && entry["id"] == id && strings.Contains(text, sql) {
				found[sql+" "+entry["action"].(string)] = true
			}
		}
	}
	require.True(t, found[mine+" create-segment"] && found[other+" update-segment"], "%v", found)
}
