package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Scope is what rules may speak of besides the fields of the profile: relationships, and the segments that are named in them,
// with those that these name.
type Scope struct {
	Relationships []Relationship
	Segments      map[SegmentID]Segment
	// Readable are the tables of sources by the names that people know them by; set where a segment holds a query.
	Readable []NamedTable
}

// NamedTable is a table that queries may read.
type NamedTable struct {
	Name string   `json:"name"`
	ID   SourceID `json:"id"`
}

// Model is everything that rules are checked against.
type Model struct {
	Profile ProfileDefinition
	// Tables are the columns of the tables as they were taken over.
	Tables map[SourceID][]Column
	Scope
}

// Named lists the segments that are named, by id.
func (s Scope) Named() []Segment {
	list := make([]Segment, 0, len(s.Segments))
	for _, id := range slices.Sorted(maps.Keys(s.Segments)) {
		list = append(list, s.Segments[id])
	}
	return list
}

// RelationshipNamed returns the relationship with that name, compared exactly.
func (s Scope) RelationshipNamed(name string) (Relationship, bool) {
	i := slices.IndexFunc(s.Relationships, func(r Relationship) bool { return r.Name == name })
	if i < 0 {
		return Relationship{}, false
	}
	return s.Relationships[i], true
}

// Way resolves the names of a path that begins at a table, or at the profiles where it is empty. at is the place in the rule.
func (s Scope) Way(begin SourceID, path []string, at string) ([]Hop, error) {
	var way []Hop
	here := begin
	for i, name := range path {
		r, ok := s.RelationshipNamed(name)
		where := at + "[" + itoa(i) + "]"
		switch {
		case !ok:
			return nil, Errorf(CodeInvalid, "there is no relationship %q", name).WithField(where).WithRemedy("segue relationship list lists them")
		case r.To == here:
			way = append(way, Hop{Relationship: r})
		case r.From == here && r.To != "":
			way = append(way, Hop{Relationship: r, Forward: true})
		default:
			return nil, Errorf(CodeInvalid, "the relationship %q does not go on from where the path has come to", name).WithField(where).
				WithRemedy("State the whole way from the profile on, one relationship after the other")
		}
		here = way[i].Table()
	}
	return way, nil
}

// CheckSegmentCycles fails with CodeInvalid, naming the way round by the segments' names, if g would have to know its own members to find them.
func (s Scope) CheckSegmentCycles(g Segment) error {
	done := map[SegmentID]bool{}
	var follow func(at Segment, way []Segment) []Segment
	follow = func(at Segment, way []Segment) []Segment {
		way = append(way, at)
		for _, id := range at.Uses() {
			if id == g.ID && id != "" {
				return append(way, g)
			}
			next, ok := s.Segments[id]
			if !ok || done[id] {
				continue
			}
			done[id] = true
			if round := follow(next, way); round != nil {
				return round
			}
		}
		return nil
	}
	round := follow(g, nil)
	if round == nil {
		return nil
	}
	names := make([]string, len(round))
	for i, w := range round {
		names[i] = w.Name
	}
	return Errorf(CodeInvalid, "segments lead round in a circle: %s", strings.Join(names, " > ")).WithField("rules").
		WithRemedy("Leave one of them out")
}

// Digest names what a segment takes from the scope: the segments in it and the relationships that it follows. It is empty for one that
// takes nothing.
func (s Scope) Digest(g Segment) string {
	type part struct {
		ID       SegmentID      `json:"id,omitempty"`
		Rules    []SegmentRule  `json:"rules,omitempty"`
		TimeZone string         `json:"time_zone,omitempty"`
		Stored   bool           `json:"stored,omitempty"`
		Related  []Relationship `json:"related,omitempty"`
		Tables   []NamedTable   `json:"tables,omitempty"`
	}
	var parts []part
	seen := map[SegmentID]bool{g.ID: true}
	var add func(g Segment, inner bool)
	add = func(g Segment, inner bool) {
		p := part{}
		if inner {
			p = part{ID: g.ID, Rules: g.Rules, TimeZone: g.TimeZone, Stored: g.Schedule.Stored()}
		}
		for _, name := range g.Relationships() {
			if r, ok := s.RelationshipNamed(name); ok {
				p.Related = append(p.Related, Relationship{Name: r.Name, From: r.From, To: r.To, Keys: r.Keys})
			}
		}
		for _, t := range s.Readable {
			if g.MayRead(t.Name) {
				p.Tables = append(p.Tables, t)
			}
		}
		if inner || len(p.Related) > 0 || len(p.Tables) > 0 {
			parts = append(parts, p)
		}
		for _, id := range g.Uses() {
			if next, ok := s.Segments[id]; ok && !seen[id] {
				seen[id] = true
				add(next, true)
			}
		}
	}
	add(g, false)
	if len(parts) == 0 {
		return ""
	}
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(parts) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}

// Uses returns the segments that s names, each once, in the order of first use.
func (s Segment) Uses() (ids []SegmentID) {
	for _, r := range s.Rules {
		r.Rule.walk(func(c Rule) {
			if c.Segment != "" && !slices.Contains(ids, c.Segment) {
				ids = append(ids, c.Segment)
			}
		})
	}
	return ids
}

// Queries returns the queries that s holds, each once, in the order of first use.
func (s Segment) Queries() (list []string) {
	for _, r := range s.Rules {
		r.Rule.walk(func(c Rule) {
			if c.SQL != "" && !slices.Contains(list, c.SQL) {
				list = append(list, c.SQL)
			}
		})
	}
	return list
}

// MayRead reports whether a query of s may read the table of that name: rather once too often, for what it is asked for is whether
// members that are stored are still those of the definition.
func (s Segment) MayRead(name string) bool {
	return slices.ContainsFunc(s.Queries(), func(q string) bool {
		return strings.Contains(name, `"`) || strings.Contains(strings.ToLower(q), strings.ToLower(name))
	})
}

// Relationships returns the names of the relationships that s follows, each once, in the order of first use.
func (s Segment) Relationships() (names []string) {
	for _, r := range s.Rules {
		r.Rule.walk(func(c Rule) {
			if c.Related == nil {
				return
			}
			for _, n := range c.Related.Path {
				if !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
		})
	}
	return names
}
