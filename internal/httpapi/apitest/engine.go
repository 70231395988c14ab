package apitest

import (
	"context"
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Engine is a small warehouse: one table of text, profiles as the definition says, segments of one "equals".
type Engine struct {
	warehouse.Warehouse
	mu       sync.Mutex
	table    [][]string // the header first
	profiles []warehouse.Profile
	// Bad are rows that could not be read, and Fail what every load, build and count fails with.
	Bad  []warehouse.BadRow
	Fail error
	// Loaded is what the last load was asked for, Looked the last preview.
	Loaded, Looked warehouse.LoadRequest
	// Alone is how many profiles each rule of a segment selects; by default what the first one does.
	Alone []int64
	// Meanwhile is called once, while a query is judged or asked what it reads.
	Meanwhile func()
	// stored are the evaluations of segments.
	stored map[activation.SegmentID]warehouse.Evaluated
	// past is what segments were found to hold.
	past map[activation.SegmentID][]seen
	def  activation.ProfileDefinition
	// Unified is what is said of unifications.
	Unified Unified
}

// Load implements warehouse.Warehouse.
func (e *Engine) Load(_ context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Fail != nil {
		return activation.Ingest{Quarantined: int64(len(e.Bad))}, e.Fail
	}
	rows, err := read(r)
	if err != nil {
		return activation.Ingest{}, err
	}
	e.table, e.Loaded = rows, r
	return activation.Ingest{At: r.At, Rows: int64(len(rows) - 1), Quarantined: int64(len(e.Bad)), Columns: columns(rows[0]), DurationMS: 1}, nil
}

// Feed is a small database: one person.
type Feed struct{ warehouse.Feed }

func read(r warehouse.LoadRequest) ([][]string, error) {
	if _, is := r.Feed.(Feed); is {
		return [][]string{{"id", "mail"}, {"1", "ana@example.com"}}, nil
	}
	f, err := os.Open(r.Files[0].Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, activation.Errorf(activation.CodeSourceRefused, "the file cannot be read as CSV")
	}
	return rows, nil
}

func columns(header []string) []activation.Column {
	var out []activation.Column
	for _, h := range header {
		c := activation.Column{Name: h, Type: activation.TypeText}
		switch h {
		case "mail":
			c.Guess = activation.SemanticEmail
		case "points":
			c.Type = activation.TypeNumber
		}
		out = append(out, c)
	}
	return out
}

// Preview implements warehouse.Warehouse.
func (e *Engine) Preview(_ context.Context, r warehouse.LoadRequest, n int) (warehouse.Preview, error) {
	e.mu.Lock()
	e.Looked = r
	e.mu.Unlock()
	rows, err := read(r)
	if err != nil {
		return warehouse.Preview{}, err
	}
	return warehouse.Preview{Columns: columns(rows[0]), Rows: rows[1:min(len(rows), n+1)], Delimiter: ",", Encoding: "utf-8", Bad: e.Bad}, nil
}

// Quarantine implements warehouse.Warehouse.
func (e *Engine) Quarantine(_ context.Context, _ activation.SourceID, offset, limit int) ([]warehouse.BadRow, error) {
	return e.Bad[min(offset, len(e.Bad)):min(offset+limit, len(e.Bad))], nil
}

// DropTable implements warehouse.Warehouse.
func (e *Engine) DropTable(context.Context, activation.SourceID) error { return nil }

// BuildProfiles implements warehouse.Warehouse.
func (e *Engine) BuildProfiles(_ context.Context, d activation.ProfileDefinition, at time.Time) (activation.ProfileBuild, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Fail != nil {
		return activation.ProfileBuild{}, e.Fail
	}
	e.profiles, e.def = nil, d
	for _, row := range e.table[1:] {
		p := warehouse.Profile{ID: row[slices.Index(e.table[0], d.Key)]}
		for _, f := range d.Fields {
			p.Fields = append(p.Fields, f.Name)
			p.Values = append(p.Values, row[slices.Index(e.table[0], f.Column)])
		}
		e.profiles = append(e.profiles, p)
	}
	return activation.ProfileBuild{At: at, Profiles: int64(len(e.profiles)), Snapshot: 1, DurationMS: 1}, nil
}

// Profiles implements warehouse.Warehouse.
func (e *Engine) Profiles(_ context.Context, search, after string, limit int) ([]warehouse.Profile, error) {
	return e.matching(after, limit, func(p warehouse.Profile) bool {
		return strings.Contains(p.ID+"\n"+strings.Join(p.Values, "\n"), search)
	}), nil
}

func (e *Engine) matching(after string, limit int, ok func(warehouse.Profile) bool) []warehouse.Profile {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []warehouse.Profile
	for _, p := range e.profiles {
		if p.ID > after && ok(p) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out
}

// Profile implements warehouse.Warehouse.
func (e *Engine) Profile(_ context.Context, id string) (warehouse.Profile, error) {
	for _, p := range e.matching("", 1000, func(p warehouse.Profile) bool { return p.ID == id }) {
		return p, nil
	}
	return warehouse.Profile{}, activation.Errorf(activation.CodeNotFound, "there is no such profile")
}

// FieldStats implements warehouse.Warehouse.
func (e *Engine) FieldStats(_ context.Context, field string, top int) (warehouse.FieldStats, error) {
	counts := map[string]int64{}
	for _, p := range e.profiles {
		i := slices.Index(p.Fields, field)
		if i < 0 {
			return warehouse.FieldStats{}, activation.Errorf(activation.CodeNotFound, "the profile has no field %q", field)
		}
		counts[p.Values[i]]++
	}
	s := warehouse.FieldStats{Profiles: int64(len(e.profiles)), Distinct: int64(len(counts))}
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		if len(s.Top) < top {
			s.Top = append(s.Top, warehouse.ValueCount{Value: v, Count: counts[v]})
		}
	}
	return s, nil
}

func selects(s activation.Segment) func(warehouse.Profile) bool {
	c := s.Rules[0].Rule
	return func(p warehouse.Profile) bool {
		i := slices.Index(p.Fields, c.Field)
		return i >= 0 && len(c.Values) == 1 && strings.EqualFold(p.Values[i], c.Values[0])
	}
}

// Count implements warehouse.Warehouse.
func (e *Engine) Count(_ context.Context, ev warehouse.Evaluation) (warehouse.Counts, error) {
	if e.Fail != nil {
		return warehouse.Counts{}, e.Fail
	}
	n := int64(len(e.matching("", 1000, selects(ev.Segment))))
	if e.Alone != nil {
		return warehouse.Counts{Members: n, Rules: e.Alone}, nil
	}
	return warehouse.Counts{Members: n, Rules: []int64{n}}, nil
}

// Look implements warehouse.Warehouse.
func (e *Engine) Look(ctx context.Context, ev warehouse.Evaluation, n int) (warehouse.Counts, []warehouse.Profile, error) {
	c, err := e.Count(ctx, ev)
	if err != nil {
		return c, nil, err
	}
	return c, e.matching("", n, selects(ev.Segment)), nil
}

// CheckQueries implements warehouse.Warehouse: once there are profiles every query but one that holds "refused" is fine.
func (e *Engine) CheckQueries(_ context.Context, ev warehouse.Evaluation) error {
	e.meanwhile()
	e.mu.Lock()
	built := e.def.Key != ""
	e.mu.Unlock()
	for _, q := range ev.Segment.Queries() {
		if !built {
			return activation.Errorf(activation.CodeNotReady, "the unified profiles are not built yet")
		}
		if strings.Contains(q, "refused") {
			return activation.Errorf(activation.CodeInvalid, "there is no table \"refused\" for queries").WithField("sql")
		}
	}
	return nil
}

func (e *Engine) meanwhile() {
	if f := e.Meanwhile; f != nil {
		e.Meanwhile = nil
		f()
	}
}

// TablesOf implements warehouse.Warehouse: the one word after FROM.
func (e *Engine) TablesOf(_ context.Context, query string) ([]string, error) {
	e.meanwhile()
	_, from, _ := strings.Cut(query, "FROM ")
	name, _, _ := strings.Cut(from, " ")
	return []string{strings.ToLower(name)}, nil
}

// Overlap implements warehouse.Warehouse.
func (e *Engine) Overlap(_ context.Context, r warehouse.OverlapRequest) (warehouse.Overlap, error) {
	if e.Fail != nil {
		return warehouse.Overlap{}, e.Fail
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	o := warehouse.Overlap{Regions: make([]int64, 1<<len(r.Segments)), Snapshot: 1, DataAt: r.AsOf}
	for _, p := range e.profiles {
		region := 0
		for i, g := range r.Segments {
			if selects(g)(p) {
				region |= 1 << i
			}
		}
		o.Regions[region]++
	}
	return o, nil
}

// Sample implements warehouse.Warehouse.
func (e *Engine) Sample(_ context.Context, ev warehouse.Evaluation, after string, limit int) ([]warehouse.Profile, error) {
	return e.matching(after, limit, selects(ev.Segment)), nil
}

// Evaluate implements warehouse.Warehouse.
func (e *Engine) Evaluate(ctx context.Context, ev warehouse.Evaluation) (warehouse.Evaluated, error) {
	c, err := e.Count(ctx, ev)
	if err != nil {
		return warehouse.Evaluated{}, err
	}
	e.remember(ev)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stored == nil {
		e.stored = map[activation.SegmentID]warehouse.Evaluated{}
	}
	out := warehouse.Evaluated{Members: c.Members, At: ev.AsOf, DataAt: ev.AsOf, Definition: ev.Segment.Definition(e.def, ev.Scope)}
	e.stored[ev.Segment.ID] = out
	return out, nil
}

// Evaluations implements warehouse.Warehouse.
func (e *Engine) Evaluations(context.Context) (map[activation.SegmentID]warehouse.Evaluated, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.stored), nil
}

// Forget implements warehouse.Warehouse.
func (e *Engine) Forget(_ context.Context, id activation.SegmentID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.stored, id)
	return nil
}

// Contains implements warehouse.Warehouse.
func (e *Engine) Contains(_ context.Context, ev warehouse.Evaluation, id string) (bool, error) {
	if e.Fail != nil {
		return false, e.Fail
	}
	e.mu.Lock()
	_, ok := e.stored[ev.Segment.ID]
	e.mu.Unlock()
	if ev.Segment.Schedule.Stored() && !ok {
		return false, activation.Errorf(activation.CodeCannotEvaluate, "the members of the segment %q are not stored", ev.Segment.Name)
	}
	in := selects(ev.Segment)
	return slices.ContainsFunc(e.profiles, func(p warehouse.Profile) bool { return p.ID == id && in(p) }), nil
}
