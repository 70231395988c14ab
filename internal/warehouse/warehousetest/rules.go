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
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

var texts = []string{
	"Split", "split", "SPLIT", "Šibenik", "šibenik", "ŠIBENIK", "Sibenik", "S\u030cibenik", "a%b", "a_b", "axb", "100%", "%", "_", `back\slash`, "O'Neil", `"quoted"`,
	"ΟΔΟΣ", "οδος", "οδοσ", "Zürich", "ZÜRICH", "Zurich", "straße", "STRASSE", "New York", "new  york", "đon", "ĐON", "true", "NULL", "0", "日本", "l1\nl2", "a;b,c",
}

var numbers = []string{"0", "-1", "1", "1.5", "100", "99.99", "0.1", "-0.5", "123456789012345", "0.0000001", "1e3"}

// mailboxes are few, so that people share them.
var mailboxes = []string{"ana@example.com", "ivo@example.com", "iva.horvat@example.org", "a+b@example.com", "o'neil@example.com"}

// crowd makes people with values of every type, some missing, and their CSV. The same every time.
func crowd(n int) (activation.ProfileDefinition, []person, string) {
	def := Definition("t text", "u text", "n number", "d date", "s datetime", "b boolean", "e text email", "f text email")
	r, mail := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(5, 6))
	var people []person
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"id", "t", "u", "n", "d", "s", "b", "e", "f"})
	start := time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		p := person{id: fmt.Sprintf("p%04d", i), values: map[string]any{}}
		row := []string{p.id, "", "", "", "", "", "", "", ""}
		put := func(column int, text string, value any) {
			if r.IntN(6) > 0 {
				row[column], p.values[def.Fields[column-1].Name] = text, value
			}
		}
		t := texts[r.IntN(len(texts))]
		put(1, t, norm.NFC.String(t))
		t = texts[r.IntN(len(texts))]
		put(2, "\u00a0 "+t+"\t", norm.NFC.String(t))
		num := numbers[r.IntN(len(numbers))]
		f, _ := strconv.ParseFloat(num, 64)
		put(3, num, f)
		day := start.AddDate(0, 0, r.IntN(500))
		switch r.IntN(8) {
		case 0:
			day = time.Date(1900+r.IntN(130), 2, 27+r.IntN(3), 0, 0, 0, 0, time.UTC)
		case 1:
			day = time.Date(1950+r.IntN(100), time.Month(1+r.IntN(12)), 1+r.IntN(31), 0, 0, 0, 0, time.UTC)
		}
		put(4, day.Format(time.DateOnly), day)
		at := start.AddDate(0, 0, r.IntN(500)).Add(time.Duration(r.IntN(24*4))*15*time.Minute + time.Duration(r.IntN(3))*time.Microsecond)
		put(5, at.Format("2006-01-02T15:04:05.000000Z07:00"), at)
		put(6, strconv.FormatBool(i%2 == 0), i%2 == 0)
		for i, name := range []string{"e", "f"} {
			a := mailboxes[mail.IntN(len(mailboxes))]
			if spelt := []string{"", "not an address", a, strings.ToUpper(a), a}[mail.IntN(5)]; spelt != "" {
				row[7+i], p.values[name] = spelt, spelt
			}
		}
		people = append(people, p)
		_ = w.Write(row)
	}
	w.Flush()
	return def, people, out.String()
}

// rulesAgainstModel holds segments that rapid makes up against the model.
func rulesAgainstModel(d *Desk) {
	def, people, text := crowd(700)
	d.Text(def, text)
	rapid.Check(d.TB.(*testing.T), func(t *rapid.T) {
		e := warehouse.Evaluation{
			AsOf: time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 430*24*4).Draw(t, "quarters")) * 15 * time.Minute),
			Zone: rapid.SampledFrom([]string{
				"", "UTC", "Europe/Zagreb", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Beirut", "Asia/Kathmandu", "America/Santiago",
			}).Draw(t, "zone"),
			Segment: activation.Segment{Name: "made up", TimeZone: "Asia/Tokyo"},
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
			r := activation.SegmentRule{Rule: drawRule(t, def, 3)}
			if i > 0 {
				r.Combine = rapid.SampledFrom([]activation.Combine{activation.Union, activation.Intersect, activation.Except}).Draw(t, "combine")
			}
			e.Segment.Rules = append(e.Segment.Rules, r)
		}
		require.NoError(t, e.Segment.Validate(activation.Model{Profile: def}))
		name := e.Zone
		if name == "" {
			name = e.Segment.TimeZone
		}
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		j := judge{def: def, asOf: e.AsOf, zone: zone, negates: negations()}
		want := warehouse.Counts{Rules: make([]int64, len(e.Segment.Rules))}
		ids := []string{}
		for _, p := range people {
			if j.segment(e.Segment, p) {
				want.Members++
				ids = append(ids, p.id)
			}
			for i, r := range e.Segment.Rules {
				if j.rule(r.Rule, p) {
					want.Rules[i]++
				}
			}
		}
		got, err := d.W.Count(d.ctx(), e)
		require.NoError(t, err)
		require.Equal(t, want, got)
		list, err := d.W.Sample(d.ctx(), e, "", len(people))
		require.NoError(t, err)
		found := []string{}
		for _, p := range list {
			found = append(found, p.ID)
		}
		require.Equal(t, ids, found)
		n := rapid.IntRange(0, len(people)+1).Draw(t, "how many")
		got, first, err := d.W.Look(d.ctx(), e, n)
		require.NoError(t, err)
		require.Equal(t, want, got)
		if n = min(n, len(list)); n > 0 {
			require.Equal(t, list[:n], first)
		} else {
			require.Empty(t, first)
		}
		p := rapid.SampledFrom(people).Draw(t, "somebody")
		in, err := d.W.Contains(d.ctx(), e, p.id)
		require.NoError(t, err)
		require.Equal(t, slices.Contains(ids, p.id), in)
		in, err = d.W.Contains(d.ctx(), e, "nobody's id")
		require.NoError(t, err)
		require.False(t, in, "a segment holds nobody who is not there, negations included")
	})
}

func drawRule(t *rapid.T, def activation.ProfileDefinition, depth int) activation.Rule {
	if depth > 0 && rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
		list := make([]activation.Rule, rapid.IntRange(1, 3).Draw(t, "parts"))
		for i := range list {
			list[i] = drawRule(t, def, depth-1)
		}
		if rapid.Bool().Draw(t, "all") {
			return activation.Rule{All: list}
		}
		return activation.Rule{Any: list}
	}
	f := rapid.SampledFrom(def.Fields).Draw(t, "field")
	var fit []activation.Operator
	for _, o := range activation.Operators() {
		if o.Subject == activation.SubjectValue && slices.Contains(o.Types, f.Type) {
			fit = append(fit, o.Operator)
		}
	}
	r := activation.Rule{Field: f.Name, Operator: rapid.SampledFrom(fit).Draw(t, "operator")}
	positive := r.Operator
	if info, _ := r.Operator.Info(); info.Negates != "" {
		positive = info.Negates
	}
	switch positive {
	case activation.OpIsEmpty, activation.OpIsTrue, activation.OpIsFalse:
	case activation.OpInTheLast, activation.OpInTheNext:
		r.Unit = rapid.SampledFrom(activation.Units()).Draw(t, "unit")
		r.Values = []string{strconv.Itoa(rapid.IntRange(0, 40).Draw(t, "n"))}
	case activation.OpInThis, activation.OpInPrevious:
		r.Unit = rapid.SampledFrom(activation.Units()).Draw(t, "unit")
	case activation.OpAnniversaryIn:
		r.Values = []string{strconv.Itoa(rapid.SampledFrom([]int{0, 1, 7, 28, 30, 59, 60, 89, 300, 363, 364, 365, 366}).Draw(t, "days"))}
	case activation.OpOneOf:
		for range rapid.SampledFrom([]int{1, 2, 5, 70}).Draw(t, "values") {
			r.Values = append(r.Values, drawValue(t, f.Type))
		}
	case activation.OpBetween:
		for {
			r.Values = []string{drawValue(t, f.Type), drawValue(t, f.Type)}
			if r.Validate(activation.Model{Profile: def}) == nil {
				break
			}
		}
	default:
		r.Values = []string{drawValue(t, f.Type)}
	}
	return r
}

func drawValue(t *rapid.T, kind activation.FieldType) string {
	switch kind {
	case activation.TypeNumber:
		return rapid.SampledFrom(numbers).Draw(t, "number")
	case activation.TypeDate:
		return time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(-40, 540).Draw(t, "day")).Format(time.DateOnly)
	case activation.TypeDateTime:
		at := time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 500*24*4).Draw(t, "at"))*15*time.Minute +
			time.Duration(rapid.IntRange(0, 4).Draw(t, "nanos"))*500)
		return at.In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "offset")*3600)).Format(time.RFC3339Nano)
	default:
		return rapid.OneOf(rapid.SampledFrom(texts), rapid.SampledFrom([]string{"š", "%", "_", "li", " Split ", "ΔΟ", "Z", "\\"})).Draw(t, "text")
	}
}

func manyValues(d *Desk) {
	def, people, text := crowd(300)
	d.Text(def, text)
	r := activation.Rule{Field: "t", Operator: activation.OpOneOf}
	for i := range activation.MaxRuleValues - 1 {
		r.Values = append(r.Values, "nobody "+strconv.Itoa(i))
	}
	r.Values = append(r.Values, "ŠIBENIK")
	want, not := []string{}, []string{}
	for _, p := range people {
		if s, _ := p.values["t"].(string); s == "Šibenik" || s == "šibenik" || s == "ŠIBENIK" {
			want = append(want, p.id)
		} else {
			not = append(not, p.id)
		}
	}
	require.NotEmpty(d, want)
	require.Equal(d, want, d.IDs(Select(r)))
	r.Operator = activation.OpNotOneOf
	require.Equal(d, not, d.IDs(Select(r)), "with those who have no value")
}
