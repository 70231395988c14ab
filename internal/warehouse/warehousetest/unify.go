package warehousetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// People loads a text as a source; all columns are text but those called born and changed, which are days.
func (d *Desk) People(id activation.SourceID, text string) {
	d.Helper()
	columns := map[string]activation.ColumnOption{}
	for c := range strings.SplitSeq(strings.SplitN(text, "\n", 2)[0], ",") {
		columns[c] = activation.ColumnOption{Type: activation.TypeText}
		if c == "born" || c == "changed" {
			columns[c] = activation.ColumnOption{Type: activation.TypeDate}
		}
	}
	r := d.Request(text)
	r.Force = true
	r.Source.ID, r.Source.Name, r.Source.Columns = id, string(id), columns
	_, err := d.W.Load(d.ctx(), r)
	require.NoError(d, err)
}

// unified makes profiles of several tables; their fields are those that a table feeds.
func unified(u activation.Unification, tables ...activation.UnifyTable) activation.ProfileDefinition {
	def := Definition("email text email", "phone text phone", "first text first_name", "last text last_name", "born date birth_date", "agreed text consent", "changed date updated_at")
	def.Source, def.Key = tables[0].Source, tables[0].Key
	def.Fields = slices.DeleteFunc(def.Fields, func(f activation.Field) bool {
		return !slices.ContainsFunc(tables, func(t activation.UnifyTable) bool { return t.Columns[f.Name] != "" })
	})
	for i, f := range def.Fields {
		def.Fields[i].Column = tables[0].Columns[f.Name]
	}
	u.Tables = tables[1:]
	if u.Origin == (activation.Origin{}) {
		u.Origin = activation.Origin{Source: def.Source, Key: def.Key}
	}
	def.Unify = &u
	return def
}

// feeds is a table with a key "id" and the columns named after the fields that it feeds.
func feeds(id activation.SourceID, fields ...string) activation.UnifyTable {
	t := activation.UnifyTable{Source: id, Key: "id", Columns: map[string]string{}}
	for _, f := range fields {
		t.Columns[f] = f
	}
	return t
}

// Unify unifies, and returns the profiles as lines: id, then values joined by "|".
func (d *Desk) Unify(r warehouse.UnifyRequest) (warehouse.Unified, []string) {
	d.Helper()
	u, err := d.W.Unify(d.ctx(), r)
	require.NoError(d, err)
	lines := d.Lines()
	require.EqualValues(d, len(lines), u.Build.Profiles)
	require.EqualValues(d, len(lines), u.Build.Unified.Profiles)
	return u, lines
}

// Lines are the profiles as lines: id, then values joined by "|".
func (d *Desk) Lines() []string {
	d.Helper()
	list, err := d.W.Profiles(d.ctx(), "", "", 100_000)
	require.NoError(d, err)
	lines := []string{}
	for _, p := range list {
		lines = append(lines, strings.Join(append([]string{p.ID}, p.Values...), "|"))
	}
	return lines
}

func same(field string) activation.MatchCondition {
	return activation.MatchCondition{Field: field, Kind: activation.MatchNormalised}
}

func similar(field string, at float64) activation.MatchCondition {
	return activation.MatchCondition{Field: field, Kind: activation.MatchSimilar, Similarity: at}
}

func rule(name string, c ...activation.MatchCondition) activation.MatchRule {
	return activation.MatchRule{Name: name, Conditions: c}
}

func ref(source activation.SourceID, key string) activation.RowRef {
	return activation.RowRef{Source: source, Key: key}
}

// unifyAgainstModel holds what becomes of made-up tables, under made-up rules, against a plain model; then in another order of rows and tables.
func unifyAgainstModel(d *Desk) {
	round := 0
	rapid.Check(d.TB.(*testing.T), func(t *rapid.T) {
		round++
		var rows []figure
		for _, id := range []activation.SourceID{"a", "b", "c"} {
			for i := range rapid.IntRange(1, 9).Draw(t, "rows") {
				f := figure{ref(id, fmt.Sprintf("%d-%d-%s", round, i, id)), map[string]string{}}
				for field, values := range map[string][]string{
					"email": slices.Sorted(maps.Keys(spelledEmails)), "phone": slices.Sorted(maps.Keys(spelledPhones)),
					"first": slices.Sorted(maps.Keys(spelledNames)), "last": slices.Sorted(maps.Keys(spelledNames)),
					"born": {"", "1990-01-01", "1990-01-02"}, "agreed": {"", "yes", "no", "perhaps"}, "changed": {"", "2026-01-01", "2026-01-02"},
				} {
					if id != "c" || field != "agreed" {
						f.values[field] = values[rapid.IntRange(0, len(values)-1).Draw(t, field)]
					}
				}
				rows = append(rows, f)
			}
		}
		def, pairs := drawUnification(t), drawPairs(t, rows)
		want := match(def, pairs, rows).profiles()
		request := warehouse.UnifyRequest{Definition: def, Pairs: pairs, At: Now.Add(time.Duration(round) * time.Hour)}
		d.loadFigures(rows, 1)
		preview, err := d.W.PreviewUnify(d.ctx(), request, 3)
		require.NoError(t, err)
		first, got := d.Unify(request)
		require.Equal(t, want, got)
		require.Equal(t, preview.Numbers, *first.Build.Unified, "a preview tells what is made")

		d.loadFigures(rows, 2)
		slices.Reverse(pairs)
		def.Unify.Tables[0], def.Unify.Tables[1] = def.Unify.Tables[1], def.Unify.Tables[0]
		request.At = request.At.Add(time.Minute)
		_, again := d.Unify(request)
		require.Equal(t, want, again, "in another order of rows and tables")
		d.clustersAddUp(rows, pairs)
	})
}

// loadFigures loads the tables, their rows in an order of chance.
func (d *Desk) loadFigures(rows []figure, seed uint64) {
	d.Helper()
	rows = slices.Clone(rows)
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	fields := []string{"email", "phone", "first", "last", "born", "agreed", "changed"}
	for _, id := range []activation.SourceID{"a", "b", "c"} {
		var text strings.Builder
		text.WriteString("id," + strings.Join(fields, ",") + "\n")
		for _, r := range rows {
			if r.ref.Source == id {
				text.WriteString(r.ref.Key)
				for _, f := range fields {
					fmt.Fprintf(&text, `,"%s"`, r.values[f])
				}
				text.WriteString("\n")
			}
		}
		d.People(id, text.String())
	}
}

func drawUnification(t *rapid.T) activation.ProfileDefinition {
	all := []string{"email", "phone", "first", "last", "born", "agreed", "changed"}
	u := activation.Unification{MaxBlock: rapid.SampledFrom([]int{0, 3, 5}).Draw(t, "block"), Survivorship: map[string]activation.Survivorship{}}
	order := []activation.SourceID{"b", "a", "c"}
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		r := rule(fmt.Sprintf("rule %d", i))
		for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"email", "phone", "last", "born"}), 1, 2, rapid.ID).Draw(t, "equal") {
			r.Conditions = append(r.Conditions, activation.MatchCondition{Field: f, Kind: rapid.SampledFrom([]activation.MatchKind{activation.MatchExact, activation.MatchNormalised}).Draw(t, "kind")})
		}
		if rapid.Bool().Draw(t, "similar") {
			r.Conditions = append(r.Conditions, similar("first", rapid.SampledFrom([]float64{0.6, 0.9, 1}).Draw(t, "similarity")))
		}
		if rapid.Bool().Draw(t, "unless") {
			r.Unless = []activation.MatchException{{Field: rapid.SampledFrom([]string{"born", "last", "phone"}).Draw(t, "exception")}}
		}
		u.Rules = append(u.Rules, r)
	}
	for _, f := range all {
		s := activation.Survivorship{Method: rapid.SampledFrom(activation.Survivors()).Draw(t, "survivor")}
		switch s.Method {
		case activation.SurvivorOrder:
			s.Order = order
		case activation.SurvivorRecent:
			s.By = "changed"
		}
		u.Survivorship[f] = s
	}
	return unified(u, feeds("a", all...), feeds("b", all...), feeds("c", "email", "phone", "first", "last", "born", "changed"))
}

func drawPairs(t *rapid.T, rows []figure) (pairs []activation.MatchPair) {
	for range rapid.IntRange(0, 4).Draw(t, "pairs") {
		p := activation.MatchPair{
			A: rapid.SampledFrom(rows).Draw(t, "a").ref, B: rapid.SampledFrom(rows).Draw(t, "b").ref,
			Kind: rapid.SampledFrom([]activation.PairKind{activation.PairAlways, activation.PairNever}).Draw(t, "kind"),
		}.Ordered()
		if p.A != p.B && !slices.ContainsFunc(pairs, func(q activation.MatchPair) bool { return q.A == p.A && q.B == p.B }) {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// clustersAddUp holds that clusters are told as they are: their joins hold each together, and no never pair is in one.
func (d *Desk) clustersAddUp(rows []figure, pairs []activation.MatchPair) {
	d.Helper()
	list, err := d.W.Clusters(d.ctx(), warehouse.ClusterQuery{Limit: 1000})
	require.NoError(d, err)
	for _, c := range list {
		require.Len(d, c.Joins, len(c.Rows)-1)
		in := map[activation.RowRef]bool{}
		for _, r := range c.Rows {
			in[r.Row] = true
			n := slices.IndexFunc(rows, func(f figure) bool { return f.ref == r.Row })
			require.Equal(d, strings.TrimSpace(rows[n].values["email"]), r.Values[0])
		}
		for _, j := range c.Joins {
			require.True(d, in[j.A] && in[j.B])
		}
		for _, p := range pairs {
			require.False(d, p.Kind == activation.PairNever && in[p.A] && in[p.B])
		}
	}
}
