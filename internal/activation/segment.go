package activation

import (
	"fmt"
	"slices"
	"time"
)

// Combine says how a rule of a segment joins the rules before it.
type Combine string

// The set operations, applied in order from the first rule on.
const (
	Union     Combine = "union"
	Intersect Combine = "intersect"
	Except    Combine = "except"
)

// SegmentRule is one rule of a segment and how it joins those before it.
type SegmentRule struct {
	// Combine is empty for the first rule and one of Union, Intersect, Except for the others.
	Combine Combine `json:"combine,omitempty"`
	Rule    Rule    `json:"rule"`
}

// Segment is a named definition whose members are the profiles it selects.
type Segment struct {
	ID          SegmentID
	Name        string // unique, case-insensitively
	Description string
	Rules       []SegmentRule
	// TimeZone is the IANA zone in which relative dates are read. Defaults to UTC.
	TimeZone string
	// Schedule says when it is evaluated. It is changed by a method of its own.
	Schedule SegmentSchedule

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Validate checks s against what rules may speak of.
func (s Segment) Validate(m Model) error {
	if err := ValidateName("name", s.Name); err != nil {
		return err
	}
	if len(s.Rules) == 0 {
		return Errorf(CodeInvalid, "at least one rule is needed").WithField("rules")
	}
	if _, err := LoadZone(s.TimeZone); err != nil {
		return err
	}
	for i, r := range s.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		switch {
		case i == 0 && r.Combine != "":
			return Errorf(CodeInvalid, "the first rule joins nothing").WithField(at + ".combine")
		case i > 0 && !slices.Contains([]Combine{Union, Intersect, Except}, r.Combine):
			return Errorf(CodeInvalid, "must be union, intersect or except").WithField(at + ".combine")
		}
		if err := r.Rule.validate(m, at+".rule"); err != nil {
			return err
		}
	}
	return m.CheckSegmentCycles(s)
}

// LoadZone returns the IANA time zone with that name; the empty name is UTC.
func LoadZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, Errorf(CodeInvalid, "unknown time zone %q", name).WithField("time_zone")
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, Errorf(CodeInvalid, "unknown time zone %q", name).WithField("time_zone").
			WithRemedy("Use an IANA name such as Europe/Zagreb")
	}
	return z, nil
}
