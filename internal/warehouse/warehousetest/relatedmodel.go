package warehousetest

import (
	"cmp"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"segue/internal/activation"
)

// surroundings are what rules of the model may name, with the rows.
type surroundings struct {
	activation.Model
	rows map[activation.SourceID][]person
	// byKey has the rows at one end of a relationship by their keys; filled as it is asked for, or rules within rules would go through all
	// rows for each row of each other table.
	byKey map[end]map[string][]person
	// kept are answers that were worked out already, in one evaluation: rules within rules ask for those of one row over and over.
	kept map[question][]person
	in   map[question]bool
	// zoned says that the zone of the evaluation holds for the segments in it as well.
	zoned bool
}

// question is what is asked of a row: which rows a condition keeps, or whether it is in a segment.
type question struct {
	condition *activation.Related
	segment   activation.SegmentID
	row       uintptr
	table     activation.SourceID
	zone      string
}

func (j judge) question(p person) question {
	return question{row: reflect.ValueOf(p.values).Pointer(), table: j.table, zone: j.zone.String()}
}

// end is where a relationship leads to: the rows that belong, or those they belong to.
type end struct {
	relationship string
	owned        bool
}

// next are the rows at the other end of a relationship that agree with a row at this one, which is of the table at.
func (j judge) next(rel activation.Relationship, at activation.SourceID, one person) []person {
	e := end{rel.Name, at != rel.From}
	rows, ok := j.around.byKey[e]
	if !ok {
		rows = map[string][]person{}
		table := rel.To
		if e.owned {
			table = rel.From
		}
		for _, row := range j.around.rows[table] {
			if key := keysOf(rel, row, e.owned); key != "" {
				rows[key] = append(rows[key], row)
			}
		}
		j.around.byKey[e] = rows
	}
	return rows[keysOf(rel, one, !e.owned)]
}

// memberOf judges by another segment, in its own zone unless the evaluation states one.
func (j judge) memberOf(id activation.SegmentID, p person) bool {
	g := j.around.Segments[id]
	if !j.around.zoned && j.zone.String() != cmp.Or(g.TimeZone, "UTC") {
		j.zone, _ = time.LoadLocation(g.TimeZone)
	}
	q := j.question(p)
	q.segment = id
	in, known := j.around.in[q]
	if !known {
		in = j.segment(g, p)
		j.around.in[q] = in
	}
	return in
}

// related are the rows at the end of a path that are kept, one for each chain of rows that leads there.
func (j judge) related(r *activation.Related, p person) (kept []person) {
	q := j.question(p)
	q.condition = r
	kept, known := j.around.kept[q]
	if !known {
		kept = j.keeps(*r, p)
		j.around.kept[q] = kept
	}
	return kept
}

func (j judge) keeps(r activation.Related, p person) (kept []person) {
	here, at := []person{p}, j.table
	for _, name := range r.Path {
		rel, _ := j.around.RelationshipNamed(name)
		next := rel.From
		if at == rel.From {
			next = rel.To
		}
		var there []person
		for _, one := range here {
			there = append(there, j.next(rel, at, one)...)
		}
		here, at = there, next
	}
	j.table = at
	holds := map[question]bool{} // many chains may lead to one row
	for _, row := range here {
		q := j.question(row)
		keep, known := holds[q]
		if !known {
			keep = (r.Within == nil || j.rule(r.Within.Condition(), row)) && (r.Where == nil || j.rule(*r.Where, row))
			holds[q] = keep
		}
		if keep {
			kept = append(kept, row)
		}
	}
	return kept
}

// keysOf are the keys of a row by which it belongs to another, or by which others belong to it; empty if one is missing, which agrees with none.
func keysOf(rel activation.Relationship, row person, owned bool) string {
	var all strings.Builder
	for _, k := range rel.Keys {
		key := row.id
		switch {
		case owned:
			key = keyText(row.values[k.From])
		case rel.To != "":
			key = keyText(row.values[k.To])
		}
		if key == "" {
			return ""
		}
		all.WriteString(strconv.Quote(key))
	}
	return all.String()
}

func keyText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// worked works a value out of related rows, and says whether it is a day.
func (j judge) worked(asked *activation.Related, p person) (any, bool) {
	r, rows := *asked, j.related(asked, p)
	if r.Function == activation.FuncCount {
		return float64(len(rows)), false
	}
	j.table = j.endOf(r.Path)
	var list []person
	for _, row := range rows {
		if row.values[r.Column] != nil {
			list = append(list, row)
		}
	}
	switch r.Function {
	case activation.FuncDistinct:
		seen := map[any]bool{}
		for _, row := range list {
			v := row.values[r.Column]
			if s, ok := v.(string); ok {
				v = foldText(s)
			}
			seen[v] = true
		}
		return float64(len(seen)), false
	case activation.FuncSum, activation.FuncAverage:
		return total(list, r), false
	}
	return j.extreme(list, r), j.isDay(r.Column)
}

func (j judge) endOf(path []string) activation.SourceID {
	at := j.table
	for _, name := range path {
		if rel, _ := j.around.RelationshipNamed(name); at == rel.From {
			at = rel.To
		} else {
			at = rel.From
		}
	}
	return at
}

// total adds whole millionths up.
func total(list []person, r activation.Related) any {
	if len(list) == 0 {
		return nil
	}
	sum := new(big.Int)
	for _, row := range list {
		n, _ := big.NewFloat(math.Round(row.values[r.Column].(float64) * 1e6)).Int(nil)
		sum.Add(sum, n)
	}
	f, _ := new(big.Float).SetInt(sum).Float64()
	if r.Function == activation.FuncAverage {
		return f / (float64(len(list)) * 1e6)
	}
	return f / 1e6
}

// extreme is the least or greatest value, or the first or last by a column.
func (j judge) extreme(list []person, r activation.Related) (best any) {
	var by any
	for _, row := range list {
		v, order := row.values[r.Column], row.values[r.Column]
		if r.OrderBy != "" {
			if order = row.values[r.OrderBy]; order == nil {
				continue
			}
		}
		c := -1
		if best != nil {
			c = cmp.Or(compareAny(order, by), compareAny(v, best))
		}
		if r.Function == activation.FuncMax || r.Function == activation.FuncLast {
			if best != nil {
				c = -c
			}
		}
		if c < 0 {
			best, by = v, order
		}
	}
	return best
}

func compareAny(a, b any) int {
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case string:
		return cmp.Compare(a, b.(string))
	case time.Time:
		return a.Compare(b.(time.Time))
	case bool:
		x, y := 0, 0
		if a {
			x = 1
		}
		if b.(bool) {
			y = 1
		}
		return cmp.Compare(x, y)
	}
	return 0
}
