package warehousetest

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// amounts are few, so that sums meet the bounds that are asked for.
var amounts = []string{"0", "0.1", "0.2", "1", "2.5", "-1", "100"}

// market makes people, their orders, the lines and the products of these. The same every time.
func market(d *Desk) ([]person, *surroundings) {
	def, people, text := crowd(60)
	d.Text(def, text)
	around := &surroundings{rows: map[activation.SourceID][]person{}, byKey: map[end]map[string][]person{}}
	around.Model = activation.Model{Profile: def, Tables: map[activation.SourceID][]activation.Column{}}
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	day := func() string {
		return time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(500)).Format(time.DateOnly)
	}
	table := func(id activation.SourceID, columns []string, n int, row func(i int) []string) {
		var out strings.Builder
		w := csv.NewWriter(&out)
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i], _, _ = strings.Cut(c, " ")
		}
		_ = w.Write(names)
		for i := range n {
			values := row(i)
			_ = w.Write(values)
			p := person{values: map[string]any{}}
			for k, c := range columns {
				name, kind, _ := strings.Cut(c, " ")
				if v := read(values[k], activation.FieldType(kind)); v != nil {
					p.values[name] = v
				}
			}
			around.rows[id] = append(around.rows[id], p)
		}
		w.Flush()
		around.Tables[id] = d.Table(id, columns, out.String())
	}
	table("orders", []string{"no number", "who text", "a number", "d date", "c text", "b boolean", "s datetime", "product text"}, 160, func(i int) []string {
		return []string{
			strconv.Itoa(i), pick("", "nobody", fmt.Sprintf("p%04d", r.IntN(40)), fmt.Sprintf("p%04d", r.IntN(40)), fmt.Sprintf("p%04d", r.IntN(8))), pick(append(amounts, "")...),
			pick("", day(), day()), pick("", "Web", "WEB", "Shop", "Šop"), pick("", "true", "false"), pick("", day()+"T23:30:00Z", day()+"T00:30:00.000001Z"), pick("", "p1", "p2", "p3", "P3"),
		}
	})
	table("lines", []string{"order text", "a number", "c text"}, 200, func(int) []string {
		return []string{pick("", strconv.Itoa(r.IntN(200))), pick(append(amounts, "")...), pick("", "x", "y")}
	})
	table("products", []string{"product text", "c text", "a number"}, 4, func(i int) []string {
		return []string{[]string{"p1", "p2", "p3", "p3"}[i], []string{"bikes", "Books", "", "bikes"}[i], amounts[i]}
	})
	around.Relationships = []activation.Relationship{
		{Name: "orders", From: "orders", Keys: []activation.KeyPair{{From: "who"}}},
		{Name: "lines", From: "lines", To: "orders", Keys: []activation.KeyPair{{From: "order", To: "no"}}},
		{Name: "product", From: "orders", To: "products", Keys: []activation.KeyPair{{From: "product", To: "product"}}},
	}
	return people, around
}

// read is the value that a cell of the model's tables stands for.
func read(cell string, kind activation.FieldType) any {
	if cell == "" {
		return nil
	}
	switch kind {
	case activation.TypeNumber:
		f, _ := strconv.ParseFloat(cell, 64)
		return f
	case activation.TypeDate:
		t, _ := time.Parse(time.DateOnly, cell)
		return t
	case activation.TypeDateTime:
		t, _ := time.Parse(time.RFC3339Nano, cell)
		return t
	case activation.TypeBoolean:
		return cell == "true"
	}
	return cell
}

// drawing draws rules about a place: the profiles, or the rows of a table.
type drawing struct {
	*rapid.T
	around *surroundings
	people []person
	// inner are the segments that may be named.
	inner []activation.SegmentID
}

// onward are the relationships that go on from a table, by what they lead to.
func onward(table activation.SourceID) map[string]activation.SourceID {
	switch table {
	case "":
		return map[string]activation.SourceID{"orders": "orders"}
	case "orders":
		return map[string]activation.SourceID{"lines": "lines", "product": "products"}
	case "lines":
		return map[string]activation.SourceID{"lines": "orders"}
	default:
		return map[string]activation.SourceID{"product": "orders"}
	}
}

// rule draws a rule about a place.
func (t drawing) rule(table activation.SourceID, depth int) activation.Rule {
	kind := rapid.IntRange(0, 5).Draw(t.T, "kind")
	switch {
	case depth > 0 && kind == 0:
		list := []activation.Rule{t.rule(table, depth-1), t.rule(table, depth-1)}
		if rapid.Bool().Draw(t.T, "all") {
			return activation.Rule{All: list}
		}
		return activation.Rule{Any: list}
	case depth > 0 && kind <= 3:
		return t.relatedRule(table, depth)
	case table == "" && kind == 4 && len(t.inner) > 0:
		return activation.Rule{Segment: rapid.SampledFrom(t.inner).Draw(t.T, "segment"), Operator: rapid.SampledFrom([]activation.Operator{activation.OpMemberOf, activation.OpNotMemberOf}).Draw(t.T, "in")}
	case table == "" && kind == 5:
		return t.literalRule()
	case table == "":
		return drawRule(t.T, t.around.Profile, 0)
	}
	return drawRule(t.T, t.asProfile(table), 0)
}

// literalRule draws ids or addresses that are written out, some of them nobody's, in spellings that mean the same address or another id.
func (t drawing) literalRule() activation.Rule {
	r := activation.Rule{Operator: rapid.SampledFrom([]activation.Operator{
		activation.OpIDOneOf, activation.OpNotIDOneOf, activation.OpAddressOneOf, activation.OpNotAddressOneOf,
	}).Draw(t.T, "literal")}
	byID := r.Operator == activation.OpIDOneOf || r.Operator == activation.OpNotIDOneOf
	for range rapid.SampledFrom([]int{1, 2, 30}).Draw(t.T, "values") {
		p := rapid.SampledFrom(t.people).Draw(t.T, "whose")
		switch {
		case byID:
			r.Values = append(r.Values, rapid.SampledFrom([]string{p.id, p.id, strings.ToUpper(p.id), p.id + "0", "nobody"}).Draw(t.T, "id"))
		default:
			a := rapid.SampledFrom(mailboxes).Draw(t.T, "address")
			r.Values = append(r.Values, rapid.SampledFrom([]string{a, strings.ToUpper(a), " " + a, "x" + a}).Draw(t.T, "spelt"))
		}
	}
	return r
}

// asProfile lets a table's columns be drawn as a profile's fields are.
func (t drawing) asProfile(table activation.SourceID) activation.ProfileDefinition {
	var def activation.ProfileDefinition
	for _, c := range t.around.Tables[table] {
		def.Fields = append(def.Fields, activation.Field{Name: c.Name, Column: c.Name, Type: c.Type})
	}
	return def
}

func (t drawing) relatedRule(table activation.SourceID, depth int) activation.Rule {
	r := activation.Related{}
	for range rapid.IntRange(1, 3).Draw(t.T, "hops") {
		ways := onward(table)
		names := []string{}
		for n := range ways {
			names = append(names, n)
		}
		slices.Sort(names)
		name := rapid.SampledFrom(names).Draw(t.T, "hop")
		r.Path = append(r.Path, name)
		table = ways[name]
	}
	if rapid.Bool().Draw(t.T, "where") {
		where := t.rule(table, depth-1)
		r.Where = &where
	}
	if table == "orders" && rapid.Bool().Draw(t.T, "within") {
		w := drawRule(t.T, activation.ProfileDefinition{Fields: []activation.Field{{Name: "d", Type: activation.TypeDate}, {Name: "s", Type: activation.TypeDateTime}}}, 0)
		r.Within = &activation.Window{Column: w.Field, Operator: w.Operator, Values: w.Values, Unit: w.Unit}
	}
	if rapid.IntRange(0, 3).Draw(t.T, "has") == 0 {
		return activation.Rule{Related: &r, Operator: rapid.SampledFrom([]activation.Operator{activation.OpHas, activation.OpHasNot}).Draw(t.T, "any")}
	}
	info := rapid.SampledFrom(activation.Functions()).Draw(t.T, "function")
	r.Function = info.Function
	kind := info.Result
	var fit []activation.Column
	for _, c := range t.around.Tables[table] {
		if slices.Contains(info.Types, c.Type) && c.Name != "no" {
			fit = append(fit, c)
		}
	}
	if len(info.Types) > 0 {
		c := rapid.SampledFrom(fit).Draw(t.T, "column")
		r.Column = c.Name
		if kind == "" {
			kind = c.Type
		}
	}
	if info.Ordered {
		r.OrderBy = "a"
		if table == "orders" {
			r.OrderBy = rapid.SampledFrom([]string{"a", "d", "s"}).Draw(t.T, "order")
		}
	}
	c := drawRule(t.T, activation.ProfileDefinition{Fields: []activation.Field{{Name: "x", Type: kind}}}, 0)
	if kind == activation.TypeNumber && rapid.Bool().Draw(t.T, "near") {
		for i := range c.Values {
			c.Values[i] = strconv.Itoa(i + rapid.IntRange(0, 2).Draw(t.T, "bound"))
		}
		if len(c.Values) == 2 && c.Values[0] > c.Values[1] {
			slices.Reverse(c.Values)
		}
	}
	c.Field, c.Related = "", &r
	return c
}

// relatedAgainstModel holds rules about related rows and segments in segments against the model.
func relatedAgainstModel(d *Desk) {
	people, around := market(d)
	rapid.Check(d.TB.(*testing.T), func(t *rapid.T) {
		here := *around
		here.Segments = map[activation.SegmentID]activation.Segment{}
		here.kept, here.in = map[question][]person{}, map[question]bool{}
		draw := drawing{T: t, around: &here, people: people}
		segment := func(id activation.SegmentID) activation.Segment {
			g := activation.Segment{ID: id, Name: string(id), TimeZone: rapid.SampledFrom([]string{"", "America/New_York", "Pacific/Kiritimati"}).Draw(t, "own zone")}
			for i := range rapid.IntRange(1, 3).Draw(t, "rules") {
				r := activation.SegmentRule{Rule: draw.rule("", 3)}
				if i > 0 {
					r.Combine = rapid.SampledFrom([]activation.Combine{activation.Union, activation.Intersect, activation.Except}).Draw(t, "combine")
				}
				g.Rules = append(g.Rules, r)
			}
			return g
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "segments") {
			g := segment(activation.SegmentID("s" + strconv.Itoa(i)))
			here.Segments[g.ID] = g
			draw.inner = append(draw.inner, g.ID)
		}
		e := warehouse.Evaluation{
			AsOf: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 300*24).Draw(t, "hours")) * time.Hour),
			Zone: rapid.SampledFrom([]string{"", "", "Europe/Zagreb"}).Draw(t, "zone"), Segment: segment("outer"), Scope: here.Scope,
		}
		require.NoError(t, e.Segment.Validate(here.Model))
		here.zoned = e.Zone != ""
		name := e.Zone
		if name == "" {
			name = e.Segment.TimeZone
		}
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		j := judge{def: here.Profile, asOf: e.AsOf, zone: zone, negates: negations(), around: &here}
		want := []string{}
		for _, p := range people {
			if j.segment(e.Segment, p) {
				want = append(want, p.id)
			}
		}
		list, err := d.W.Sample(d.ctx(), e, "", len(people))
		require.NoError(t, err)
		found := []string{}
		for _, p := range list {
			found = append(found, p.ID)
		}
		require.Equal(t, want, found)
		c, err := d.W.Count(d.ctx(), e)
		require.NoError(t, err)
		require.EqualValues(t, len(want), c.Members)
	})
}

// sumsTooLarge holds that a segment whose sum or average cannot be worked out exactly is told to be the one that cannot be evaluated, and
// why: nobody is selected by a wrong number, and it is no mishap of the program (S27).
func sumsTooLarge(d *Desk) {
	d.Text(Definition("email text email"), "id,email\na,a@example.com\nb,b@example.com\n")
	for name, c := range map[string]struct {
		rows string
		who  string // whose sum it is
		fits bool
	}{
		"one that is too large":   {"a,1e33\nb,1\n", "a", false},
		"one that is far below":   {"a,1\nb,-1e300\n", "b", false},
		"together too large":      {"a,1e32\na,1e32\n", "a", false},
		"large, and added up":     {"a,1e31\na,1e31\nb,-1e31\n", "a", true},
		"large, of nobody at all": {"x,1e31\n", "a", true},
	} {
		columns := d.Table("orders", []string{"who text", "a number"}, "who,a\n"+c.rows)
		require.Equal(d, activation.TypeNumber, columns[1].Type)
		scope := activation.Scope{Relationships: []activation.Relationship{{Name: "orders", From: "orders", Keys: []activation.KeyPair{{From: "who"}}}}}
		for _, f := range []activation.Function{activation.FuncSum, activation.FuncAverage} {
			g := Select(activation.Rule{Related: &activation.Related{Path: []string{"orders"}, Function: f, Column: "a"}, Operator: activation.OpGreater, Values: []string{"0"}})
			e := warehouse.Evaluation{Segment: g, Scope: scope, AsOf: Now}
			_, counted := d.W.Count(d.ctx(), e)
			_, sampled := d.W.Sample(d.ctx(), e, "", 10)
			_, looked := d.W.Contains(d.ctx(), e, c.who)
			_, evaluated := d.W.Evaluate(d.ctx(), e)
			_, handed := d.W.WriteMembers(d.ctx(), warehouse.MembersRequest{
				Dir: d.Out, Name: "large", Segments: []activation.Segment{g}, Scope: scope, Mapping: activation.Mapping{Email: "email"}, AsOf: Now,
			})
			for what, err := range map[string]error{"count": counted, "sample": sampled, "contains": looked, "evaluate": evaluated, "hand-over": handed} {
				if c.fits {
					require.NoError(d, err, "%s, %s, %s", name, f, what)
					continue
				}
				require.Equal(d, activation.CodeCannotEvaluate, activation.CodeOf(err), "%s, %s, %s: %v", name, f, what, err)
				require.ErrorContains(d, err, "1e32")
				require.NotContains(d, err.Error(), "e+3")
			}
		}
	}
}
