package activation

import (
	"fmt"
	"strings"
	"time"
)

// RelationshipID is of a relationship.
type RelationshipID string

// MaxRelationships is how many there may be.
const MaxRelationships = 200

// Relationship says which row of another table, or which profile, a row of a table belongs to: where its columns hold what the
// others hold. Rows without a value in one of the columns belong to none. It never changes, for rules name it.
type Relationship struct {
	ID   RelationshipID
	Name string // unique, case-insensitively; rules state their way by it
	// From is the table whose rows belong to something.
	From SourceID
	// To is the table that they belong to; empty for the profiles.
	To SourceID
	// Keys are the columns that must agree, all of them. To the profiles there is one, and its To is empty: it holds the profile's id.
	Keys []KeyPair

	CreatedAt time.Time
}

// KeyPair is a column of a table and the column of another one that it agrees with.
type KeyPair struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"`
}

// maxKeys is how many columns a key may have.
const maxKeys = 8

// Validate checks r against the columns of the tables as they were taken over.
func (r Relationship) Validate(tables map[SourceID][]Column) error {
	if err := ValidateName("name", r.Name); err != nil {
		return err
	}
	from, ok := tables[r.From]
	if !ok {
		return Errorf(CodeInvalid, "there is no such table").WithField("from").WithRemedy("Use a data source whose rows were taken over: segue source ingest")
	}
	to := []Column(nil)
	if r.To != "" {
		if to, ok = tables[r.To]; !ok {
			return Errorf(CodeInvalid, "there is no such table").WithField("to").WithRemedy("Use a data source whose rows were taken over: segue source ingest")
		}
	}
	switch {
	case len(r.Keys) == 0:
		return Errorf(CodeInvalid, "the columns that must agree are missing").WithField("keys")
	case len(r.Keys) > maxKeys:
		return Errorf(CodeInvalid, "a key has at most %d columns", maxKeys).WithField("keys")
	case r.To == "" && (len(r.Keys) != 1 || r.Keys[0].To != ""):
		return Errorf(CodeInvalid, "a profile is found by its id alone: one column, and none on the other side").WithField("keys")
	}
	for i, k := range r.Keys {
		at := fmt.Sprintf("keys[%d]", i)
		if _, ok := ColumnNamed(from, k.From); !ok {
			return Errorf(CodeInvalid, "the table has no column %q", k.From).WithField(at + ".from")
		}
		if _, ok := ColumnNamed(to, k.To); r.To != "" && !ok {
			return Errorf(CodeInvalid, "the table has no column %q", k.To).WithField(at + ".to")
		}
		for _, before := range r.Keys[:i] {
			if before == k {
				return Errorf(CodeInvalid, "the same columns are stated twice").WithField(at)
			}
		}
	}
	return nil
}

// ColumnNamed returns the column with that name, compared exactly.
func ColumnNamed(list []Column, name string) (Column, bool) {
	for _, c := range list {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// CheckCycles fails with CodeInvalid, naming the way round, if somebody who follows relationships from their tables to what these
// belong to could come back to where they began.
func CheckCycles(list []Relationship) error {
	state := map[SourceID]int{} // 1 while it is followed, 2 when it leads nowhere
	var way []Relationship
	var follow func(at SourceID) []Relationship
	follow = func(at SourceID) []Relationship {
		state[at] = 1
		for _, r := range list {
			if r.From != at || r.To == "" {
				continue
			}
			way = append(way, r)
			if state[r.To] == 1 {
				for i, w := range way {
					if w.From == r.To {
						return way[i:]
					}
				}
			}
			if state[r.To] == 0 {
				if round := follow(r.To); round != nil {
					return round
				}
			}
			way = way[:len(way)-1]
		}
		state[at] = 2
		return nil
	}
	for _, r := range list {
		if state[r.From] != 0 {
			continue
		}
		if round := follow(r.From); round != nil {
			names := make([]string, len(round))
			for i, w := range round {
				names[i] = w.Name
			}
			return Errorf(CodeInvalid, "the relationships lead round in a circle: %s", strings.Join(names, " > ")).WithField("to").
				WithRemedy("Leave one of them out")
		}
	}
	return nil
}

// Hop is one step of a way: a relationship, and whether it is followed from the table that it begins at (to the one row) or to it (to
// the many).
type Hop struct {
	Relationship
	Forward bool
}

// Table is the table that the hop leads to; empty for the profiles.
func (h Hop) Table() SourceID {
	if h.Forward {
		return h.To
	}
	return h.From
}
