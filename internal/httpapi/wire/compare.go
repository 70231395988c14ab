package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/segment"
	"segue/internal/warehouse"
)

// SegmentOverlap tells how the members of segments overlap.
type SegmentOverlap struct {
	Segments []OverlapSegment `json:"segments" nullable:"false" doc:"In the order in which they were named"`
	All      int64            `json:"all" doc:"How many customers are in all of them"`
	Any      int64            `json:"any" doc:"How many are in at least one"`
	Regions  []OverlapRegion  `json:"regions" nullable:"false" doc:"Everybody who is in at least one, by exactly which; without those that nobody is in"`
	DataAt   time.Time        `json:"data_at" doc:"When the rows were taken over that they were evaluated on"`
}

// OverlapSegment is a segment among those that are held against each other.
type OverlapSegment struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Members int64   `json:"members"`
	Only    int64   `json:"only" doc:"How many of them are in none of the others"`
	Share   float64 `json:"share" minimum:"0" maximum:"1" doc:"Which part of them is in all the others; 0 for a segment without members"`
}

// OverlapRegion are the customers who are in these segments and in none of the others.
type OverlapRegion struct {
	SegmentIDs []string `json:"segment_ids" nullable:"false"`
	Members    int64    `json:"members"`
}

// FromOverlap makes the JSON of an overlap.
func FromOverlap(o segment.Overlap) SegmentOverlap {
	w := SegmentOverlap{All: o.Common(1<<len(o.Segments) - 1), Regions: []OverlapRegion{}, DataAt: utc(o.DataAt)}
	for i, g := range o.Segments {
		s := OverlapSegment{ID: string(g.ID), Name: g.Name, Members: o.Members(i), Only: o.Regions[1<<i]}
		if s.Members > 0 {
			s.Share = float64(w.All) / float64(s.Members)
		}
		w.Segments = append(w.Segments, s)
	}
	for mask, n := range o.Regions {
		if mask == 0 || n == 0 {
			continue
		}
		w.Any += n
		w.Regions = append(w.Regions, OverlapRegion{SegmentIDs: namesIn(o.Segments, mask), Members: n})
	}
	return w
}

func namesIn(list []activation.Segment, mask int) (ids []string) {
	for i, g := range list {
		if mask&(1<<i) != 0 {
			ids = append(ids, string(g.ID))
		}
	}
	return ids
}

// SegmentObservation is how many members a segment had.
type SegmentObservation struct {
	At                time.Time `json:"at" doc:"When it was evaluated"`
	DataAt            time.Time `json:"data_at" doc:"When the rows were taken over that it was evaluated on"`
	Members           int64     `json:"members"`
	DefinitionChanged bool      `json:"definition_changed" doc:"The segment, or what it names, was defined otherwise at the point before"`
}

// SegmentChanges tells who entered and left a segment.
type SegmentChanges struct {
	Since             time.Time       `json:"since" doc:"What it is told from: the moment asked for, or the beginning of the history where that is later"`
	Until             time.Time       `json:"until" doc:"When the segment was last evaluated"`
	Began             time.Time       `json:"began" doc:"Since when every change is known"`
	Complete          bool            `json:"complete" doc:"The moment asked for is not before the history's beginning"`
	DefinitionChanged bool            `json:"definition_changed" doc:"The segment, or what it names, was defined otherwise meanwhile"`
	Entered           int64           `json:"entered" doc:"How many entered"`
	Left              int64           `json:"left" doc:"How many left"`
	Items             []SegmentChange `json:"items" nullable:"false" doc:"By id"`
	NextCursor        string          `json:"next_cursor,omitempty" doc:"Give it as after to get the next page; absent on the last one"`
}

// SegmentChange is somebody who entered or left a segment.
type SegmentChange struct {
	ProfileID string    `json:"profile_id"`
	Change    string    `json:"change" enum:"entered,left"`
	At        time.Time `json:"at" doc:"The evaluation that found it"`
}

// FromObservation makes the JSON of a point of a trend.
func FromObservation(o warehouse.Observation) SegmentObservation {
	return SegmentObservation{At: utc(o.At), DataAt: utc(o.DataAt), Members: o.Members, DefinitionChanged: o.DefinitionChanged}
}

// FromChanges makes the JSON of a page of changes.
func FromChanges(c warehouse.Changes, next string) SegmentChanges {
	return SegmentChanges{
		Since: utc(c.Since), Until: utc(c.Until), Began: utc(c.Began), Complete: c.Complete, DefinitionChanged: c.DefinitionChanged, Entered: c.Entered, Left: c.Left,
		NextCursor: next, Items: append([]SegmentChange{}, each(c.List, func(m warehouse.Mover) SegmentChange {
			return SegmentChange{ProfileID: m.ID, Change: string(m.Change), At: utc(m.At)}
		})...),
	}
}
