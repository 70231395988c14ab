package httpapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func TestS20WhomAnExportHasIsCountedAndOrphansAreAdopted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	require.Equal(t, object{"list_id": 7.0, "lists": []any{}, "orphaned": 0.0, "adoptions": []any{}}, b.must(200, "GET", "/exports/"+id+"/people", nil))
	b.Book.Left = 5
	b.Book.Held = []ledger.Holding{{List: 7, ListCounts: ledger.ListCounts{Owned: 4, ThereBefore: 3, Kept: 2, Orphaned: 0, Acknowledged: 8}}}
	p := b.must(200, "GET", "/exports/"+id+"/people", nil)
	require.EqualValues(t, 5, p["orphaned"])
	require.Equal(t, []any{object{"list_id": 7.0, "owned": 4.0, "there_before": 3.0, "kept": 2.0, "orphaned": 0.0, "acknowledged": 8.0}}, p["lists"])

	a := b.must(201, "POST", "/exports/"+id+"/adoptions", nil)
	require.Equal(t, "the server's machine", a["by"])
	require.EqualValues(t, []any{7.0, 3.0, 1.0, 1.0, 0.0}, []any{a["list_id"], a["owned"], a["there_before"], a["kept"], a["known"]})
	require.Equal(t, []any{a}, b.must(200, "GET", "/exports/"+id+"/people", nil)["adoptions"])
	log := b.must(200, "GET", "/audit?limit=1", nil)["items"].([]any)[0].(object)
	require.Equal(t, []any{"adopt-orphans", "done", "export", id}, []any{log["action"], log["outcome"], log["kind"], log["id"]})
	require.EqualValues(t, 3, log["after"].(object)["owned"])
	b.refused(activation.CodeNotFound, "GET", "/exports/none/people", nil)
	b.refused(activation.CodeNotFound, "POST", "/exports/none/adoptions", nil)
}

func TestS21AnAttributeIsTakenOverAndSaysFromWhom(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	e := b.must(200, "GET", "/exports/"+id, nil)
	in := object{
		"name": "Other", "connection_id": e["connection_id"], "list_id": 9, "segment_ids": e["segment_ids"],
		"mapping": object{"email": "mail", "attributes": []object{{"attribute": "FIRSTNAME", "field": "id"}}},
	}
	p := b.refused(activation.CodeAttributeTaken, "POST", "/exports", in)
	require.Contains(t, p["remedy"], "--take-attributes FIRSTNAME")
	in["take_attributes"] = []string{"firstname", "SMS"}
	p = b.refused(activation.CodeInvalid, "POST", "/exports", in)
	require.Equal(t, "take_attributes[1]", p["field"], "it does not map it")
	in["take_attributes"] = []string{"firstname"}
	run := b.must(201, "POST", "/exports/"+id+"/runs", nil)["id"].(string)
	b.refused(activation.CodeConflict, "POST", "/exports", in)
	b.setRun(run, func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusFailed, time.Now().UTC() })

	other := b.must(201, "POST", "/exports", in)
	require.Equal(t, []any{object{"export_id": id, "export": "VIP", "attribute": "FIRSTNAME", "field": "name"}}, other["taken_from"])
	e = b.must(200, "GET", "/exports/"+id, nil)
	require.Equal(t, []any{}, e["mapping"].(object)["attributes"])
	require.NotContains(t, b.must(200, "GET", "/exports/"+other["id"].(string), nil), "taken_from")
	found := 0
	for _, x := range b.must(200, "GET", "/audit?limit=5", nil)["items"].([]any) {
		if x := x.(object); x["id"] == id && x["action"] == "create-export" && x["before"] != nil {
			found++
			require.Equal(t, []any{"mapping"}, x["changed"], "the log says what the other export lost")
		}
	}
	require.Equal(t, 1, found)

	// Taking back is a change like any other.
	back := object{
		"name": "VIP", "connection_id": e["connection_id"], "list_id": 7, "segment_ids": e["segment_ids"], "version": e["version"],
		"mapping": object{"email": "mail", "attributes": []object{{"attribute": "FIRSTNAME", "field": "name"}}}, "take_attributes": []string{"FIRSTNAME"},
	}
	require.Len(t, b.must(200, "PUT", "/exports/"+id, back)["taken_from"], 1)
}

func TestS20S22RemovalsAreRunsOfTheirOwnKinds(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	id := b.withExport()
	r := b.must(201, "POST", "/exports/"+id+"/runs", object{"kind": "remove_people"})
	require.Equal(t, "remove_people", r["kind"])
	b.refused(activation.CodeConflict, "POST", "/exports/"+id+"/runs", object{"kind": "run"})
	b.refused(activation.CodeConflict, "POST", "/exports/"+id+"/runs", object{"kind": "remove_kept"})
	b.refused(activation.CodeInUse, "DELETE", "/exports/"+id, nil)
	b.setRun(r["id"].(string), func(r *activation.Run) { r.Status = activation.StatusHeld })
	require.Equal(t, "held", b.must(200, "GET", "/exports/"+id, nil)["status"], "somebody has to decide")
	b.setRun(r["id"].(string), func(r *activation.Run) { r.Status, r.EndedAt = activation.StatusCanceled, time.Now().UTC() })
	require.Equal(t, "not_started", b.must(200, "GET", "/exports/"+id, nil)["status"])
	b.refused(activation.CodeConflict, "POST", "/exports/"+id+"/runs", object{"kind": "remove_kept"}) // it keeps nobody
	b.Book.Held = []ledger.Holding{{List: 7, ListCounts: ledger.ListCounts{Kept: 1}}}
	require.Equal(t, "remove_kept", b.must(201, "POST", "/exports/"+id+"/runs", object{"kind": "remove_kept"})["kind"])
}
