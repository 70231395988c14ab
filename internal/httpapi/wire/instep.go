package wire

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
)

// OutOfStep says why the list of an export is not, or may not be, as its segments say.
type OutOfStep struct {
	Reasons  []OutOfStepReason `json:"reasons" nullable:"false" doc:"Each once, the ones that tell most first"`
	PeopleOf time.Time         `json:"people_of,omitzero" doc:"When the people of the list were members, if the last run that ended succeeded"`
}

// OutOfStepReason is one reason.
type OutOfStepReason struct {
	Code     OutOfStepCode  `json:"code"`
	Since    time.Time      `json:"since,omitzero" doc:"Since when it is so"`
	Segments []SegmentNamed `json:"segments,omitempty" nullable:"false" doc:"The segments that were changed, or whose members were stored anew"`
}

// SegmentNamed is a segment by its id and name.
type SegmentNamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OutOfStepCode is an activation.OutOfStepCode; its schema lists every code there is.
type OutOfStepCode string

// Schema implements huma.SchemaProvider.
func (OutOfStepCode) Schema(huma.Registry) *huma.Schema { return enum(activation.OutOfStepCodes()) }

// FromOutOfStep makes the JSON of why a list is not in step; nil where it is.
func FromOutOfStep(o *activation.OutOfStep) *OutOfStep {
	if o == nil {
		return nil
	}
	return &OutOfStep{PeopleOf: utc(o.PeopleOf), Reasons: each(o.Reasons, func(r activation.OutOfStepReason) OutOfStepReason {
		return OutOfStepReason{Code: OutOfStepCode(r.Code), Since: utc(r.Since), Segments: each(r.Segments, func(g activation.NamedSegment) SegmentNamed {
			return SegmentNamed{ID: string(g.ID), Name: g.Name}
		})}
	})}
}
