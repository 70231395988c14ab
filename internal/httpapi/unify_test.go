package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// withTables makes profiles of customers and takes a second table over; it returns the ids of the sources.
func (b *bundle) withTables() (first, second string) {
	b.t.Helper()
	first = b.withProfile()
	b.file("loyalty.csv", "card,mail,points\nk1,ana@example.com,7\n")
	second = b.must(201, "POST", "/sources", object{"name": "loyalty", "path": "loyalty.csv"})["id"].(string)
	b.must(200, "POST", "/sources/"+second+"/ingest", nil)
	return first, second
}

func TestTablesAreUnified(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.refused(activation.CodeNotFound, "GET", "/profile/unification", nil)
	first, second := b.withTables()
	one := b.must(200, "GET", "/profile/unification", nil)
	require.Len(t, one["tables"], 1)
	require.Empty(t, one["rules"])
	pair := object{"a": object{"source_id": first, "key": "c1"}, "b": object{"source_id": second, "key": "k1"}}
	b.refused(activation.CodeNotReady, "POST", "/profile/explanation", pair)

	b.refused(activation.CodeNotFound, "POST", "/profile/unification/suggestion", object{"source_ids": []string{first, "nothing"}})
	s := b.must(200, "POST", "/profile/unification/suggestion", object{"source_ids": []string{first, second}})
	require.Len(t, s["tables"], 2)
	require.Equal(t, "card", s["tables"].([]any)[1].(object)["key"])
	require.EqualValues(t, 1, s["version"])
	s["max_block"] = 50
	s["survivorship"] = []object{{"field": "points", "method": "source_order", "source_ids": []string{second}}}
	b.Engine.Unified.Numbers = activation.UnifyNumbers{
		Rows: 4, Profiles: 3, Joined: 1, Largest: 2, Merged: 1,
		Tables: []activation.TableNumber{{Source: activation.SourceID(first), Rows: 3, Profiles: 3, Shared: 1}},
		Rules:  []activation.RuleNumber{{Name: "Same e-mail", Joins: 1}},
	}
	a, k := activation.RowRef{Source: activation.SourceID(first), Key: "c1"}, activation.RowRef{Source: activation.SourceID(second), Key: "k1"}
	join := warehouse.Join{A: a, B: k, Rule: "Same e-mail"}
	b.Engine.Unified.Clusters = []warehouse.Cluster{{Profile: "c1", Fields: []string{"mail"}, Rows: []warehouse.ClusterRow{{Row: a, Values: []string{"ana@example.com"}}, {Row: k}}, Joins: []warehouse.Join{join}}}
	b.Engine.Unified.Changes = []activation.ProfileChange{{Kind: activation.ChangeMerged, Profile: "c2", Other: "c1", At: b.Clock()}}
	b.Engine.Unified.Explained = warehouse.Explanation{ProfileA: "c1", ProfileB: "c1", Path: []warehouse.Join{join}, Rules: []warehouse.RuleExplanation{
		{Name: "Same e-mail", Matches: true, Block: 2, Conditions: []warehouse.ConditionOutcome{{Field: "mail", Outcome: warehouse.OutcomeEqual}}},
	}}

	preview := object{"samples": 1}
	for name, v := range s {
		if name != "$schema" {
			preview[name] = v
		}
	}
	p := b.must(200, "POST", "/profile/unification/preview", preview)
	require.EqualValues(t, 3, p["numbers"].(object)["profiles"])
	require.Len(t, p["clusters"], 1)
	require.Equal(t, one, b.must(200, "GET", "/profile/unification", nil), "a preview stores nothing")

	d := b.must(200, "PUT", "/profile/unification", s)
	require.EqualValues(t, 2, d["version"])
	for _, part := range []string{"fields", "tables", "rules", "survivorship", "max_block"} {
		require.JSONEq(t, asJSON(t, s[part]), asJSON(t, d[part]), "it comes back as it went in: %s", part)
	}
	b.refused(activation.CodeConflict, "PUT", "/profile/unification", s)
	require.Equal(t, "the source is used by the profile", b.refused(activation.CodeInUse, "DELETE", "/sources/"+second, nil)["detail"])

	b.must(200, "POST", "/profile/build", nil)
	require.Equal(t, activation.Origin{Source: activation.SourceID(first), Key: "id"}, b.Engine.Unified.Asked.Definition.Unify.Origin)
	require.True(t, b.Engine.Unified.Asked.Keys)
	require.EqualValues(t, 1, b.must(200, "GET", "/profile/unification", nil)["numbers"].(object)["merged"])
	b.must(200, "POST", "/profile/build", nil)
	require.True(t, b.Engine.Unified.Asked.Remembered)
	changes := b.must(200, "GET", "/profile/changes?limit=1", nil)
	require.Equal(t, "c2", changes["items"].([]any)[0].(object)["profile"])
	require.NotEmpty(t, changes["next_cursor"])
	require.Equal(t, "Same e-mail", b.must(200, "POST", "/profile/clusters", object{"limit": 1})["items"].([]any)[0].(object)["joins"].([]any)[0].(object)["rule"])
	x := b.must(200, "POST", "/profile/explanation", pair)
	require.Equal(t, true, x["rules"].([]any)[0].(object)["matches"])

	never := b.must(200, "POST", "/profile/separation", object{"profile": "c1", "row": pair["b"]})
	require.Equal(t, "never", never["items"].([]any)[0].(object)["kind"])
	require.Equal(t, "never", b.must(200, "POST", "/profile/explanation", pair)["pair"])
	b.must(200, "POST", "/profile/pairs", object{"a": pair["a"], "b": pair["b"], "kind": "always"})
	require.Len(t, b.must(200, "GET", "/profile/pairs", nil)["items"], 1)
	b.refused(activation.CodeInvalid, "POST", "/profile/pairs", object{"a": pair["a"], "b": pair["a"], "kind": "never"})
	b.must(204, "POST", "/profile/pairs/removal", pair)
	b.refused(activation.CodeNotFound, "POST", "/profile/pairs/removal", pair)

	log := b.call("GET", "/audit.ndjson", nil).raw
	for _, action := range []string{"put-unification", "put-pair", "delete-pair", "separate-row"} {
		require.Contains(t, log, `"action":"`+action+`"`)
	}
	require.NotContains(t, log, `"k1"`, "the audit log names no customer")
	require.NotContains(t, b.Log.String(), "k1")
}

func TestWhoMaySeeAndChangeUnification(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	first, second := b.withTables()
	viewer, contributor := b.withMember(activation.RoleViewer, false), b.withMember(activation.RoleContributor, false)
	pair := object{"a": object{"source_id": first, "key": "c1"}, "b": object{"source_id": second, "key": "k1"}}
	b.as(viewer, 200, "GET", "/profile/unification", nil)
	for path, body := range map[string]any{"/profile/clusters": object{}, "/profile/explanation": pair, "/profile/pairs/removal": pair, "/profile/unification/suggestion": object{"source_ids": []string{first}}} {
		b.refusedAs(viewer, activation.CodeForbidden, "POST", path, body)
	}
	b.refusedAs(viewer, activation.CodeForbidden, "GET", "/profile/pairs", nil)
	b.as(contributor, 200, "POST", "/profile/clusters", object{})
	b.as(contributor, 200, "POST", "/profile/unification/suggestion", object{"source_ids": []string{first, second}})
}
