package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/segment"
	"segue/internal/warehouse"
)

// ProfileDefinition says how the unified customer profile table is made.
type ProfileDefinition struct {
	SourceID  string        `json:"source_id" doc:"The data source whose table holds the customers"`
	Key       string        `json:"key" doc:"The column whose text is the profile's id"`
	Fields    []Field       `json:"fields" nullable:"false"`
	Region    string        `json:"region,omitempty" example:"HR" doc:"The ISO 3166 region of phones without a prefix"`
	Build     *ProfileBuild `json:"build,omitempty" doc:"The last build; absent before the first"`
	UpdatedAt time.Time     `json:"updated_at"`
	Version   int64         `json:"version"`
}

// ProfileInput is a profile definition to be stored.
type ProfileInput struct {
	SourceID string  `json:"source_id" maxLength:"200"`
	Key      string  `json:"key" maxLength:"1000"`
	Fields   []Field `json:"fields" nullable:"false" maxItems:"2000"`
	Region   string  `json:"region,omitempty" maxLength:"10" example:"HR"`
	Version  int64   `json:"version" minimum:"0" doc:"The version that was read; 0 for the first definition"`
}

// Field is a field of the profile.
type Field struct {
	Name     string       `json:"name" maxLength:"480" doc:"How people and rules call it"`
	Column   string       `json:"column" maxLength:"1000" doc:"The table column it is taken from"`
	Type     FieldType    `json:"type"`
	Semantic SemanticType `json:"semantic,omitempty" doc:"What it means; absent if nothing special"`
}

// ProfileBuild is the outcome of building the profile table.
type ProfileBuild struct {
	At         time.Time    `json:"at,omitzero"`
	Profiles   int64        `json:"profiles"`
	DurationMS int64        `json:"duration_ms"`
	Snapshot   int64        `json:"snapshot" doc:"Grows with each build"`
	Failure    *LastFailure `json:"failure,omitempty" doc:"Why the last attempt failed; the profiles are then those of the one before"`
}

// FieldStats describes the values of a profile field.
type FieldStats struct {
	Field    string       `json:"field"`
	Profiles int64        `json:"profiles"`
	Missing  int64        `json:"missing"`
	Distinct int64        `json:"distinct" doc:"Approximate above a million"`
	Top      []ValueCount `json:"top" nullable:"false" doc:"The most frequent values"`
}

// ValueCount is a value and how often it occurs.
type ValueCount struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Profile is one customer.
type Profile struct {
	ID     string       `json:"id"`
	Values []FieldValue `json:"values" nullable:"false" doc:"In the order of the profile's fields"`
}

// FieldValue is the value of a field as canonical text.
type FieldValue struct {
	Field string `json:"field"`
	Value string `json:"value" doc:"Text; empty if missing"`
}

// ProfileSearch looks for profiles. The text travels in the body, so that it shows up in no address and no log.
type ProfileSearch struct {
	Search string `json:"search" maxLength:"500" doc:"Looked for in the profile's id and its text fields; empty finds all"`
	After  string `json:"after,omitempty" maxLength:"1000" doc:"The cursor of an earlier page"`
	Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50"`
}

// ProfileDetails is a customer and what Segue did with them.
type ProfileDetails struct {
	Profile
	Standings []Standing `json:"standings" nullable:"false" doc:"Where the person's address stands at each list"`
	Activity  []RunRow   `json:"activity" nullable:"false" doc:"What runs did with the person's address, newest first"`

	Segments []Membership `json:"segments" nullable:"false" doc:"The segments that select the customer now, and those that have no answer"`
}

// Membership is a segment that a customer is in, or one that has no answer.
type Membership struct {
	SegmentID string `json:"segment_id"`
	Name      string `json:"name"`
	Failure   Code   `json:"failure,omitempty" doc:"Why it is not known whether the customer is in it"`
}

// FromMemberships makes the JSON of the segments that a customer is in.
func FromMemberships(list []segment.Membership) []Membership {
	out := []Membership{}
	for _, m := range list {
		if m.Member || m.Failure != "" {
			out = append(out, Membership{SegmentID: string(m.Segment), Name: m.Name, Failure: Code(m.Failure)})
		}
	}
	return out
}

// Standing is what an export has done for an address on a list.
type Standing struct {
	ExportID       string    `json:"export_id"`
	ListID         int64     `json:"list_id"`
	Ownership      string    `json:"ownership" enum:"owned,there_before,kept,orphaned"`
	Acknowledged   bool      `json:"acknowledged" doc:"The destination proved that it took what was sent last"`
	FirstSentAt    time.Time `json:"first_sent_at,omitzero"`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
}

// FromProfileDefinition makes the JSON of the definition.
func FromProfileDefinition(d activation.ProfileDefinition) ProfileDefinition {
	w := ProfileDefinition{
		SourceID: string(d.Source), Key: d.Key, Fields: each(d.Fields, fromField), Region: d.Region,
		UpdatedAt: utc(d.UpdatedAt), Version: d.Version,
	}
	if b := d.Build; b != nil {
		w.Build = &ProfileBuild{At: utc(b.At), Profiles: b.Profiles, DurationMS: b.DurationMS, Snapshot: b.Snapshot}
		if b.Error != "" {
			w.Build.Failure = &LastFailure{At: utc(b.FailedAt), Code: Code(b.ErrorCode), Message: b.Error}
		}
	}
	return w
}

// ProfileInputFrom makes an input from a definition, ready to be stored as that version.
func ProfileInputFrom(d activation.ProfileDefinition, version int64) ProfileInput {
	return ProfileInput{SourceID: string(d.Source), Key: d.Key, Fields: each(d.Fields, fromField), Region: d.Region, Version: version}
}

// Domain turns the input into a definition.
func (i ProfileInput) Domain() activation.ProfileDefinition {
	return activation.ProfileDefinition{
		Source: activation.SourceID(i.SourceID), Key: i.Key, Region: i.Region, Version: i.Version,
		Fields: each(i.Fields, func(f Field) activation.Field {
			return activation.Field{Name: f.Name, Column: f.Column, Type: activation.FieldType(f.Type), Semantic: activation.SemanticType(f.Semantic)}
		}),
	}
}

func fromField(f activation.Field) Field {
	return Field{Name: f.Name, Column: f.Column, Type: FieldType(f.Type), Semantic: SemanticType(f.Semantic)}
}

// FromFieldStats makes the JSON of a field's statistics.
func FromFieldStats(field string, s warehouse.FieldStats) FieldStats {
	return FieldStats{
		Field: field, Profiles: s.Profiles, Missing: s.Missing, Distinct: s.Distinct,
		Top: each(s.Top, func(v warehouse.ValueCount) ValueCount { return ValueCount(v) }),
	}
}

// FromProfile makes the JSON of a customer.
func FromProfile(p warehouse.Profile) Profile {
	w := Profile{ID: p.ID, Values: make([]FieldValue, 0, len(p.Fields))}
	for i, f := range p.Fields {
		v := FieldValue{Field: f}
		if i < len(p.Values) {
			v.Value = p.Values[i]
		}
		w.Values = append(w.Values, v)
	}
	return w
}

// FromStanding makes the JSON of a standing.
func FromStanding(s ledger.Standing) Standing {
	return Standing{
		ExportID: string(s.Export), ListID: int64(s.List), Ownership: string(s.Ownership), Acknowledged: s.Acknowledged,
		FirstSentAt: utc(s.FirstSentAt), AcknowledgedAt: utc(s.AcknowledgedAt),
	}
}
