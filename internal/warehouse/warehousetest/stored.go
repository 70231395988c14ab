package warehousetest

import (
	"path/filepath"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// static is a segment of everybody in a city that keeps its members.
func static(city string) activation.Segment {
	g := Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{city}})
	g.Schedule.Mode = activation.ScheduleStatic
	return g
}

func (d *Desk) evaluate(g activation.Segment, at time.Time) warehouse.Evaluated {
	d.Helper()
	e, err := d.W.Evaluate(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: at})
	require.NoError(d, err)
	return e
}

func (d *Desk) refusesHandOver(code activation.Code, says string, segments ...activation.Segment) {
	d.Helper()
	_, err := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{Segments: segments, AsOf: Now, Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "refused"})
	require.Equal(d, code, activation.CodeOf(err), "%v", err)
	require.ErrorContains(d, err, says)
	left, err := filepath.Glob(filepath.Join(d.Out, "*refused*"))
	require.NoError(d, err)
	require.Empty(d, left)
}

// storedMembers holds that stored members are handed over until the next evaluation, whatever became of the profiles.
func storedMembers(d *Desk) {
	def := Definition("email text email", "city text")
	d.Text(def, "id,email,city\n1,a@example.com,Split\n2,b@example.com,Split\n3,c@example.com,Zagreb\n")
	g := static("Split")
	d.refusesHandOver(activation.CodeCannotEvaluate, "are not stored", g)
	_, err := d.W.Contains(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now}, "1")
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), "nor is it known who is in it")
	e := d.evaluate(g, Now)
	require.Equal(d, warehouse.Evaluated{Members: 2, At: Now, DataAt: Now, Definition: g.Definition(def, activation.Scope{})}, e)
	ids := func(segments ...activation.Segment) (ids []string) {
		_, members, _, _ := d.HandOver(activation.Mapping{Email: "email"}, segments...)
		for _, m := range members {
			ids = append(ids, m[:1])
		}
		return ids
	}
	require.Equal(d, []string{"1", "2"}, ids(g))

	// 2 moves away, 3 comes, 1 is gone for good: the stored members stay those that they were, as far as they are profiles still.
	d.Text(def, "id,email,city\n2,b@example.com,Zagreb\n3,c@example.com,Split\n4,d@example.com,Rijeka\n")
	require.Equal(d, []string{"2"}, ids(g))
	require.Equal(d, []string{"3"}, d.IDs(g), "a count says who would be selected now")
	for id, member := range map[string]bool{"1": false, "2": true, "3": false} {
		in, err := d.W.Contains(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now}, id)
		require.NoError(d, err)
		require.Equal(d, member, in, "%s: in it is who is handed over", id)
	}
	dynamic := Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"Rijeka"}})
	dynamic.ID = "dynamic"
	h, err := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{Segments: []activation.Segment{g, dynamic}, AsOf: Now.Add(time.Minute), Mapping: activation.Mapping{Email: "email"}, Dir: d.Out, Name: "told"})
	require.NoError(d, err)
	require.Equal(d, map[activation.SegmentID]time.Time{g.ID: Now}, h.Evaluated, "when the members were stored that were used")
	require.Equal(d, []string{"2", "4"}, ids(g, dynamic), "beside one that is evaluated in the run")
	d.Reopen()
	require.Equal(d, []string{"2"}, ids(g), "they outlive the process")
	later := Now.Add(time.Hour)
	require.Equal(d, later, d.evaluate(g, later).At)
	require.Equal(d, []string{"3"}, ids(g))
	list, err := d.W.Evaluations(d.ctx())
	require.NoError(d, err)
	require.Equal(d, map[activation.SegmentID]warehouse.Evaluated{"g": {Members: 1, At: later, DataAt: Now, Definition: g.Definition(def, activation.Scope{})}}, list)
	require.NoError(d, d.W.Forget(d.ctx(), "g"))
	require.NoError(d, d.W.Forget(d.ctx(), "g"), "forgetting what is not there is no error")
	d.refusesHandOver(activation.CodeCannotEvaluate, "lost with the warehouse", g)
}

// storedDefinition holds that members of another definition are never handed over.
func storedDefinition(d *Desk) {
	def := Definition("email text email", "city text")
	text := "id,email,city\n1,a@example.com,Split\n2,b@example.com,Zagreb\n"
	d.Text(def, text)
	d.evaluate(static("Split"), Now)
	d.refusesHandOver(activation.CodeUnavailable, "was changed since its members were stored", static("Zagreb"))
	zoned := static("Split")
	zoned.TimeZone = "Europe/Zagreb"
	d.refusesHandOver(activation.CodeUnavailable, "was changed", zoned)
	renamed := static("Split")
	renamed.Name = "Another name"
	_, members, _, _ := d.HandOver(activation.Mapping{Email: "email"}, renamed)
	require.Len(d, members, 1, "a name selects nobody")

	// Other ids name other people: what was stored says nothing of them.
	other := def
	other.Key = "city"
	d.Text(other, text)
	d.refusesHandOver(activation.CodeUnavailable, "what makes a profile", static("Split"))
	d.evaluate(static("Split"), Now)
	_, members, _, _ = d.HandOver(activation.Mapping{Email: "email"}, static("Split"))
	require.Equal(d, []string{"Split|a@example.com|-|Split"}, members)
}

// storedFailure holds that an evaluation that fails leaves the members as they were (S27).
func storedFailure(d *Desk) {
	def := Definition("email text email", "city text")
	d.Text(def, "id,email,city\n1,a@example.com,Split\n")
	g := static("Split")
	d.evaluate(g, Now)
	d.Text(Definition("email text email"), "id,email\n2,b@example.com\n")
	_, err := d.W.Evaluate(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now.Add(time.Hour)})
	require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err))
	list, err := d.W.Evaluations(d.ctx())
	require.NoError(d, err)
	require.Equal(d, Now, list["g"].At)
	require.EqualValues(d, 1, list["g"].Members)
}
