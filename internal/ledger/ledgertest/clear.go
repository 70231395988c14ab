package ledgertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// clearing holds that clearing sends empty values of everything but identifiers, that the fingerprint covers them, and that a
// value which its attribute cannot hold is rejected and not emptied.
func clearing(d *Desk) {
	d.Specs = []activation.AttributeSpec{
		{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier}, {Name: "EXT_ID", Type: activation.AttributeText},
		{Name: "POINTS", Type: activation.AttributeNumber}, {Name: "DAY", Type: activation.AttributeDate}, {Name: "VIP", Type: activation.AttributeBoolean},
		{Name: "CLASS", Type: activation.AttributeCategory, Options: []string{"gold"}}, {Name: "TAGS", Type: activation.AttributeMultipleChoice, Options: []string{"sea"}},
	}
	whole := []string{"Ana", "+385911234567", "C1", "1", "2026-11-24", "true", "gold", "sea"}
	members := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com", whole...), person("p3", "eva@example.com", "Eva")}
	d.Do("e", 1, members, nil)
	_, sum := d.Plan("e", 1, members, nil)
	require.EqualValues(d, 3, sum.Unchanged)
	require.False(d, sum.ClearsEmpty)

	d.Clear = true
	run, sum := d.Plan("e", 1, members, nil)
	require.True(d, sum.ClearsEmpty)
	require.EqualValues(d, []int64{2, 1}, []int64{sum.Update, sum.Unchanged}, "who has an empty value is updated, nobody else")
	require.True(d, next(d, run).Clear)
	s := d.Settle(run)
	require.Equal(d, `{"CLASS":"","DAY":"","FIRSTNAME":"","POINTS":"","TAGS":"","VIP":""}`, s.Imports["ana@example.com"], "identifiers stay out")
	require.Equal(d, `{"CLASS":"","DAY":"","FIRSTNAME":"Eva","POINTS":"","TAGS":"","VIP":""}`, s.Imports["eva@example.com"])
	d.Finish(run)
	_, sum = d.Plan("e", 1, members, nil)
	require.EqualValues(d, 3, sum.Unchanged, "what was emptied is not emptied again")

	_, sum = d.Plan("e", 1, []Member{person("p1", "ana@example.com", "", "", "", "many")}, nil)
	require.EqualValues(d, 1, sum.Reasons[activation.ReasonInvalidValue])

	d.Clear = false
	run, sum = d.Plan("e", 1, members, nil)
	require.EqualValues(d, []int64{2, 1}, []int64{sum.Update, sum.Unchanged}, "without clearing other values are sent")
	require.False(d, next(d, run).Clear)
}

// clearingProved holds that the rows which are carved out make a batch that goes first, that nobody is lost or doubled by it, also
// when the ledger is opened anew in between, and that contacts are compared with what they were.
func clearingProved(d *Desk) {
	d.Limits.MaxRows = 2
	mia := person("p4", "mia@example.com", `x":"",`, "+385911234567")
	d.Do("e", 1, []Member{person("p1", "ana@example.com", "Ana"), person("p2", "ivo@example.com"), mia}, nil)
	d.Clear = true
	members := []Member{person("p1", "ana@example.com"), person("p2", "ivo@example.com"), person("p3", "eva@example.com"), mia, person("p5", "tin@example.com", "Tin")}
	run, sum := d.Plan("e", 1, members, nil)
	require.EqualValues(d, []int64{2, 2, 1}, []int64{sum.Add, sum.Update, sum.Unchanged})
	rows, err := d.L.ClearCandidates(d.ctx(), run, 10)
	require.NoError(d, err)
	var who []string
	for _, r := range rows {
		who = append(who, string(r.Address))
	}
	require.Equal(d, []string{"ana@example.com", "ivo@example.com", "eva@example.com"}, who, "whose value went away, who was sent, the others; nobody without an empty value")
	rows, err = d.L.ClearCandidates(d.ctx(), run, 1)
	require.NoError(d, err)
	require.Len(d, rows, 1)

	before := d.now
	require.NoError(d, d.L.Carve(d.ctx(), run, []ledger.Before{
		{Address: "ana@example.com", ModifiedAt: before, Stale: true, Values: map[string]string{"CITY": "Split", "AGE": "30"}},
		{Address: "eva@example.com", ModifiedAt: before, Values: map[string]string{"CITY": "Zagreb"}},
	}))
	require.Error(d, d.L.Carve(d.ctx(), run, []ledger.Before{{Address: "nobody@example.com"}}))
	d.Reopen()
	b := next(d, run)
	require.True(d, b.Probe && b.Clear)
	rows, err = d.L.BatchRows(d.ctx(), b.ID)
	require.NoError(d, err)
	require.Len(d, rows, 2)
	require.EqualValues(d, 2, b.Rows)
	for _, c := range []struct {
		now    ledger.Before
		want   string
		landed bool
	}{
		{ledger.Before{Address: "ana@example.com", ModifiedAt: before, Values: map[string]string{"CITY": "Split", "AGE": "30", "NEW": "x"}}, "", true},
		{ledger.Before{Address: "ana@example.com", ModifiedAt: before, Values: map[string]string{"CITY": "Split", "AGE": "31"}}, "AGE", true},
		{ledger.Before{Address: "ana@example.com", ModifiedAt: before}, "AGE", true},
		{ledger.Before{Address: "eva@example.com", ModifiedAt: before, Values: map[string]string{"CITY": "Zagreb"}}, "", false},
		{ledger.Before{Address: "eva@example.com", ModifiedAt: before.Add(time.Second), Values: map[string]string{"CITY": "Zagreb"}}, "", true},
	} {
		attribute, landed, err := d.L.Compared(d.ctx(), b.ID, c.now)
		require.NoError(d, err)
		require.Equal(d, c.want, attribute)
		require.Equal(d, c.landed, landed)
	}
	_, _, err = d.L.Compared(d.ctx(), b.ID, ledger.Before{Address: "ivo@example.com"})
	require.Error(d, err)

	st, err := d.L.RunState(d.ctx(), run)
	require.NoError(d, err)
	require.EqualValues(d, 4, st.Progress.Imports)
	s := d.Settle(run)
	require.Len(d, s.Imports, 4)
	rc := d.Finish(run)
	require.EqualValues(d, []int64{5, 2, 2, 1}, []int64{rc.Members, rc.Added, rc.Updated, rc.Unchanged})
	_, _, err = d.L.Compared(d.ctx(), b.ID, ledger.Before{Address: "ana@example.com"})
	require.Error(d, err, "what contacts had is forgotten when the run ends (S35)")
}
