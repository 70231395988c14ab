package warehousetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// shop is a web shop and its loyalty programme.
func shop(rules ...activation.MatchRule) activation.ProfileDefinition {
	return unified(activation.Unification{Rules: rules}, feeds("s", "email", "phone", "first", "agreed"), feeds("t", "email", "phone", "first"))
}

// idOf tells which profile a row is in.
func (d *Desk) idOf(r warehouse.UnifyRequest, row activation.RowRef) string {
	d.Helper()
	x, err := d.W.Explain(d.ctx(), r, row, ref("s", "anchor"))
	require.NoError(d, err)
	return x.ProfileA
}

// idsStay holds that ids stay with their rows: by a refresh, a merge, a split, a row that comes back, and from one table to several.
func idsStay(d *Desk) {
	r := warehouse.UnifyRequest{Definition: shop(rule("mail", same("email"))), At: Now, Keys: true}
	load := func(s, t string) {
		d.People("s", "id,email,phone,first,agreed\nanchor,,,,\n"+s)
		d.People("t", "id,email,phone,first\nx,,,\n"+t)
		r.At = r.At.Add(time.Hour)
	}
	d.People("s", "id,email,phone,first,agreed\nanchor,,,,\nA,a@example.com,,Ana,yes\nB,b@example.com,,Bo,yes\n")
	one := r.Definition
	one.Unify = nil
	require.EqualValues(d, 3, d.Build(one).Profiles)

	// From one table to two: whoever was there keeps the key for an id.
	load("A,a@example.com,,Ana,yes\nB,b@example.com,,Bo,yes\n", "T1,a@example.com,,Ana\nT2,c@example.com,,Cy\n")
	u, _ := d.Unify(r)
	require.Empty(d, u.Changes)
	require.Equal(d, []string{"A", "B", "A"}, []string{d.idOf(r, ref("s", "A")), d.idOf(r, ref("s", "B")), d.idOf(r, ref("t", "T1"))})
	made := d.idOf(r, ref("t", "T2"))
	require.True(d, strings.HasPrefix(made, "p_"), made)
	r.Keys, r.Remembered = false, true

	// What is remembered is not in the warehouse's file: it survives the file.
	d.Rebuild()
	// B has the address of A now: one person, the older id; both are as old, so that the smaller one stays.
	load("A,a@example.com,,Ana,yes\nB,a@example.com,,Bo,yes\n", "T1,a@example.com,,Ana\nT2,c@example.com,,Cy\n")
	u, _ = d.Unify(r)
	require.Equal(d, "A", d.idOf(r, ref("s", "B")))
	require.Equal(d, made, d.idOf(r, ref("t", "T2")), "made ids stay")
	require.Equal(d, []activation.ProfileChange{{At: r.At, Kind: activation.ChangeMerged, Profile: "B", Other: "A"}}, u.Changes)
	require.EqualValues(d, []int64{1, 0}, []int64{u.Build.Unified.Merged, u.Build.Unified.Split})

	// A row of s that is new joins T2: the profile keeps the id that it had, whatever the key.
	load("A,a@example.com,,Ana,yes\nB,a@example.com,,Bo,yes\n0,c@example.com,,Cy,yes\n", "T1,a@example.com,,Ana\nT2,c@example.com,,Cy\n")
	u, _ = d.Unify(r)
	require.Empty(d, u.Changes)
	require.Equal(d, made, d.idOf(r, ref("s", "0")))

	// A person says that A and B are two: it sticks, B has its own id again, and the split is told.
	r.Pairs = []activation.MatchPair{
		{A: ref("s", "A"), B: ref("s", "B"), Kind: activation.PairNever}, {A: ref("s", "B"), B: ref("t", "T1"), Kind: activation.PairNever},
	}
	r.At = r.At.Add(time.Hour)
	u, _ = d.Unify(r)
	require.Equal(d, []string{"A", "B", "A"}, []string{d.idOf(r, ref("s", "A")), d.idOf(r, ref("s", "B")), d.idOf(r, ref("t", "T1"))})
	require.Equal(d, []activation.ProfileChange{{At: r.At, Kind: activation.ChangeSplit, Profile: "A", Other: "B"}}, u.Changes)
	require.EqualValues(d, 1, u.Build.Unified.Refused, "of B and the group of A")
	r.At = r.At.Add(time.Hour)
	u, _ = d.Unify(r)
	require.Empty(d, u.Changes)

	// A is gone for a while: T1 keeps the id, and A does not take it away when it comes back with another address.
	load("B,a@example.com,,Bo,yes\n", "T1,a@example.com,,Ana\n")
	u, _ = d.Unify(r)
	require.Empty(d, u.Changes)
	require.Equal(d, "A", d.idOf(r, ref("t", "T1")))
	load("A,other@example.com,,Ana,yes\nB,a@example.com,,Bo,yes\n", "T1,a@example.com,,Ana\n")
	d.Unify(r)
	require.Equal(d, "A", d.idOf(r, ref("t", "T1")))
	back := d.idOf(r, ref("s", "A"))
	require.NotEqual(d, "A", back)
	r.At = r.At.Add(time.Hour)
	u, _ = d.Unify(r)
	require.Empty(d, u.Changes)
	require.Equal(d, back, d.idOf(r, ref("s", "A")))
}

// lostIdentities holds that ids are not made anew in silence.
func lostIdentities(d *Desk) {
	d.People("s", "id,email,phone,first,agreed\nA,a@example.com,,,\n")
	d.People("t", "id,email,phone,first\nT,a@example.com,,\n")
	r := warehouse.UnifyRequest{Definition: shop(rule("mail", same("email"))), At: Now, Remembered: true}
	_, err := d.W.Unify(d.ctx(), r)
	require.Equal(d, activation.CodeCorrupt, activation.CodeOf(err))
	_, err = d.W.Profiles(d.ctx(), "", "", 10)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err), "nothing was made")
}

// unifiedConsent holds S6 and S7 on unified profiles: withdrawal in any row wins, and no address of that person is mailed.
func unifiedConsent(d *Desk) {
	all := []string{"email", "phone", "first", "last", "born", "agreed", "changed"}
	recent := activation.Survivorship{Method: activation.SurvivorRecent, By: "changed"}
	def := unified(activation.Unification{
		Rules:        []activation.MatchRule{rule("phone", same("phone"))},
		Survivorship: map[string]activation.Survivorship{"agreed": recent, "email": recent},
	}, feeds("s", all...), feeds("t", all...))
	d.People("s", "id,email,phone,first,last,born,agreed,changed\n"+
		"A,old@example.com,091 234 5678,Ana,,,no,2020-01-01\n"+ // withdrew, under an address that does not survive
		"B,bo@example.com,091 234 5679,Bo,,,,2020-01-01\n"+ // said nothing here, yes there
		"C,cy@example.com,091 234 5670,Cy,,,perhaps,2020-01-01\n"+ // nobody understands it
		"D,old@example.com,,Dee,,,yes,2020-01-01\n"+ // has the address that Ana withdrew under
		"E,eve@example.com,,Eve,,,yes,2020-01-01\n")
	d.People("t", "id,email,phone,first,last,born,agreed,changed\n"+
		"A2,new@example.com,0912345678,Ana,,,yes,2026-01-01\nB2,bo@example.com,0912345679,Bo,,,yes,2026-01-01\nC2,cy@example.com,0912345670,Cy,,,yes,2026-01-01\n"+
		"F,gone@example.com,0912345671,Fay,,,no,2020-01-01\nG,now@example.com,0912345671,Fay,,,yes,2026-01-01\n")
	r := warehouse.UnifyRequest{Definition: def, At: Now}
	d.Unify(r)
	_, members, addresses, refused := d.HandOver(activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("FIRSTNAME", "first")}}, Everybody("email"))
	require.Contains(d, members, "A|new@example.com|no_consent|A")
	require.Contains(d, members, "D|old@example.com|consent_conflict|D")
	require.Equal(d, []string{"bo@example.com|B|Bo|-", "eve@example.com|E|Eve|-"}, addresses)
	require.Equal(d, []string{
		"cy@example.com|no_consent", "gone@example.com|no_consent", "new@example.com|no_consent", "now@example.com|no_consent", "old@example.com|consent_conflict",
	}, refused, "gone@example.com is nobody's surviving address, and refused all the same")
}

// explained holds that it is told why rows match or do not.
func explained(d *Desk) {
	unless := rule("name", same("phone"), similar("first", 0.85))
	unless.Unless = []activation.MatchException{{Field: "email"}}
	def := shop(rule("mail", same("email")), unless)
	def.Unify.MaxBlock = 3
	d.People("s", "id,email,phone,first,agreed\nA,ana@example.com,091 234 5678,Ana,\nB,ivo@example.com,,Ivo,\nC,one@example.com,0912345670,Anna,\n"+
		"M1,many@example.com,,,\nM2,many@example.com,,,\nM3,many@example.com,,,\nN,no,12,Ana,\n")
	d.People("t", "id,email,phone,first\nA2,ANA@example.com,,\nA3,,0912345678,Anna\nB2,two@example.com,+385 91 234 5670,Ana\nM4,MANY@example.com,,\n")
	r := warehouse.UnifyRequest{Definition: def, At: Now, Pairs: []activation.MatchPair{{A: ref("s", "A"), B: ref("s", "B"), Kind: activation.PairAlways}}}
	u, _ := d.Unify(r)
	n := u.Build.Unified
	require.Equal(d, []activation.RuleNumber{
		{Name: "mail", Joins: 1, Skipped: 1, SkippedRows: 4, SkippedMost: 4}, {Name: "name", Joins: 1}, {Name: "always", Joins: 1},
	}, n.Rules)
	require.Equal(d, []activation.TableNumber{
		{Source: "s", Rows: 7, Profiles: 6, Shared: 2, Repeated: 2}, {Source: "t", Rows: 4, Profiles: 3, Shared: 2, Repeated: 2},
	}, n.Tables)
	require.EqualValues(d, []int64{11, 8, 1, 4}, []int64{n.Rows, n.Profiles, n.Joined, n.Largest})

	explain := func(a, b activation.RowRef) warehouse.Explanation {
		d.Helper()
		x, err := d.W.Explain(d.ctx(), r, a, b)
		require.NoError(d, err)
		return x
	}
	x := explain(ref("t", "A3"), ref("s", "B"))
	require.Equal(d, []string{"A", "A"}, []string{x.ProfileA, x.ProfileB})
	require.Equal(d, []warehouse.Join{{A: ref("s", "A"), B: ref("t", "A3"), Rule: "name"}, {A: ref("s", "A"), B: ref("s", "B"), Rule: "always"}}, x.Path)
	require.False(d, x.Rules[0].Matches || x.Rules[1].Matches)
	require.Equal(d, warehouse.OutcomeMissing, x.Rules[0].Conditions[0].Outcome)

	x = explain(ref("s", "N"), ref("t", "A3")) // its phone is none, and A3 has no address
	require.Equal(d, []string{warehouse.OutcomeMissing, warehouse.OutcomeUnusable}, []string{x.Rules[0].Conditions[0].Outcome, x.Rules[1].Conditions[0].Outcome})

	x = explain(ref("s", "A"), ref("t", "A3"))
	require.True(d, x.Rules[1].Matches)
	require.EqualValues(d, 2, x.Rules[1].Block)
	require.Equal(d, warehouse.OutcomeSimilar, x.Rules[1].Conditions[1].Outcome)
	require.InDelta(d, jaroWinkler("ana", "anna"), x.Rules[1].Conditions[1].Similarity, 1e-9)

	x = explain(ref("s", "C"), ref("t", "B2")) // the names are similar, the phone is one, but the addresses differ
	require.False(d, x.Rules[1].Matches)
	require.Equal(d, warehouse.OutcomeDiffers, x.Rules[1].Unless[0].Outcome)

	x = explain(ref("s", "M1"), ref("t", "M4")) // too many have the address
	require.Equal(d, []any{false, true, int64(4)}, []any{x.Rules[0].Matches, x.Rules[0].Skipped, x.Rules[0].Block})
	require.NotEqual(d, x.ProfileA, x.ProfileB)

	r.Pairs = append(r.Pairs, activation.MatchPair{A: ref("s", "A"), B: ref("t", "A3"), Kind: activation.PairNever})
	r.At = r.At.Add(time.Hour)
	d.Unify(r)
	x = explain(ref("s", "B"), ref("t", "A3"))
	require.NotEqual(d, x.ProfileA, x.ProfileB)
	require.Equal(d, []warehouse.RefusedJoin{{
		Join: warehouse.Join{A: ref("s", "A"), B: ref("t", "A3"), Rule: "name"}, Never: [2]activation.RowRef{ref("s", "A"), ref("t", "A3")},
	}}, x.Refused)
	require.Equal(d, activation.PairNever, explain(ref("t", "A3"), ref("s", "A")).Pair)
	for _, missing := range []activation.RowRef{ref("s", "nobody"), ref("nothing", "A")} {
		_, err := d.W.Explain(d.ctx(), r, ref("s", "A"), missing)
		require.NotContains(d, err.Error(), missing.Key, "keys may be addresses")
		require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
	}

	mail, err := d.W.Clusters(d.ctx(), warehouse.ClusterQuery{Rule: "MAIL", Limit: 10})
	require.NoError(d, err)
	require.Len(d, mail, 1)
	none, err := d.W.Clusters(d.ctx(), warehouse.ClusterQuery{Rule: "name", Limit: 10})
	require.NoError(d, err)
	require.Empty(d, none)
	_, err = d.W.Clusters(d.ctx(), warehouse.ClusterQuery{Rule: "nothing", Limit: 10})
	require.Equal(d, activation.CodeNotFound, activation.CodeOf(err))
}

// refusedUnification holds that a build which fails leaves the profiles as they were, and tells what is wrong.
func refusedUnification(d *Desk) {
	def := shop(rule("mail", same("email")))
	d.People("s", "id,email,phone,first,agreed\nA,a@example.com,,,\n")
	r := warehouse.UnifyRequest{Definition: def, At: Now}
	_, err := d.W.Unify(d.ctx(), r)
	require.Equal(d, activation.CodeNotReady, activation.CodeOf(err))
	d.People("t", "id,email,phone,first\nT,a@example.com,,\n")
	_, before := d.Unify(r)
	d.People("t", "id,email,phone,first\nT,a@example.com,,\nT,b@example.com,,\n")
	_, err = d.W.Unify(d.ctx(), r)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
	require.NotContains(d, err.Error(), "@")
	require.Equal(d, before, d.Lines())
	preview, err := d.W.PreviewUnify(d.ctx(), r, 5)
	require.Equal(d, activation.CodeSourceRefused, activation.CodeOf(err))
	require.Zero(d, preview)
	d.People("t", "id,email,phone,first\nT,a@example.com,,\n")
	preview, err = d.W.PreviewUnify(d.ctx(), r, 5)
	require.NoError(d, err)
	require.Equal(d, []warehouse.Join{{A: ref("s", "A"), B: ref("t", "T"), Rule: "mail"}}, preview.Clusters[0].Joins)
	require.Equal(d, [][]string{{"a@example.com", "", "", ""}, {"a@example.com", "", "", ""}},
		[][]string{preview.Clusters[0].Rows[0].Values, preview.Clusters[0].Rows[1].Values})
	require.Equal(d, before, d.Lines(), "a preview changes nothing")
}

// unifiedRelations holds that related rows belong to the profile that the row they name is in, whatever its id.
func unifiedRelations(d *Desk) {
	def := shop(rule("mail", same("email")))
	d.People("s", "id,email,phone,first,agreed\nA,a@example.com,,,\nB,A@example.com,,,\nC,c@example.com,,,\n") // B is A
	d.People("t", "id,email,phone,first\nT1,a@example.com,,\nT2,new@example.com,,\n")
	d.Table("web", []string{"who text", "amount number"}, "who,amount\nA,1\nB,2\nC,4\nnobody,8\n")
	d.Table("till", []string{"card text", "amount number"}, "card,amount\nT1,16\nT2,32\n")
	d.Unify(warehouse.UnifyRequest{Definition: def, At: Now})
	scope := activation.Scope{Relationships: []activation.Relationship{
		{ID: "r1", Name: "bought", From: "web", Keys: []activation.KeyPair{{From: "who"}}},
		{ID: "r2", Name: "member", From: "t", Keys: []activation.KeyPair{{From: "id"}}},
		{ID: "r3", Name: "paid", From: "till", To: "t", Keys: []activation.KeyPair{{From: "card", To: "id"}}},
	}}
	for _, c := range []struct {
		path []string
		sum  string
		want int64
	}{{[]string{"bought"}, "3", 1}, {[]string{"bought"}, "4", 1}, {[]string{"member", "paid"}, "16", 1}, {[]string{"member", "paid"}, "32", 1}, {[]string{"bought"}, "2", 0}} {
		g := Select(activation.Rule{Related: &activation.Related{Path: c.path, Function: activation.FuncSum, Column: "amount"}, Operator: activation.OpEquals, Values: []string{c.sum}})
		n, err := d.W.Count(d.ctx(), warehouse.Evaluation{Segment: g, AsOf: Now, Scope: scope})
		require.NoError(d, err)
		require.Equal(d, c.want, n.Members, "%v %s", c.path, c.sum)
	}
}
