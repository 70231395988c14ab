package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/segment"
	"segue/internal/warehouse"
)

// Segment is a named definition whose members are the profiles it selects.
type Segment struct {
	ID          string             `json:"id"`
	Name        string             `json:"name" doc:"Unique"`
	Description string             `json:"description,omitempty"`
	Rules       []SegmentRule      `json:"rules" nullable:"false"`
	TimeZone    string             `json:"time_zone,omitempty" example:"Europe/Zagreb" doc:"The IANA zone of relative dates; UTC if absent"`
	Schedule    SegmentSchedule    `json:"schedule" doc:"When it is evaluated"`
	Evaluation  *SegmentEvaluation `json:"evaluation,omitempty" doc:"The members that are stored of it, where it keeps them"`
	CreatedAt   time.Time          `json:"created_at"`
	UpdatedAt   time.Time          `json:"updated_at"`
	Version     int64              `json:"version"`
}

// SegmentSchedule says when a segment is evaluated.
type SegmentSchedule struct {
	Mode     string `json:"mode,omitempty" enum:"with_refresh,own,static" default:"with_refresh" doc:"With every refresh and in every run; by a schedule of its own; only on demand. The latter two keep their members, which runs use"`
	Cron     string `json:"cron,omitempty" maxLength:"200" doc:"For a schedule of its own: minute, hour, day of the month, month, day of the week"`
	TimeZone string `json:"time_zone,omitempty" maxLength:"100" doc:"The IANA zone of the expression; UTC if absent"`
}

// SegmentScheduleInput changes when a segment is evaluated.
type SegmentScheduleInput struct {
	SegmentSchedule
	Version int64 `json:"version" minimum:"1" doc:"The version that was read"`
}

// SegmentEvaluation tells of the stored members of a segment.
type SegmentEvaluation struct {
	Members int64     `json:"members"`
	At      time.Time `json:"at" doc:"When it was evaluated"`
	DataAt  time.Time `json:"data_at" doc:"When the rows were taken over that it was evaluated on"`
	Current bool      `json:"current" doc:"They were selected by the definition as it is now; else runs wait until it is evaluated"`
}

// Domain turns the input into a schedule.
func (s SegmentSchedule) Domain() activation.SegmentSchedule {
	out := activation.SegmentSchedule{Mode: activation.ScheduleMode(s.Mode), Cron: s.Cron, TimeZone: s.TimeZone}
	if out.Mode == activation.ScheduleWithRefresh {
		out.Mode = "" // the default
	}
	return out
}

// FromSegmentState makes the JSON of a segment with what is stored of it.
func FromSegmentState(s segment.State) Segment {
	w := FromSegment(s.Segment)
	if e := s.Evaluated; e != nil {
		w.Evaluation = &SegmentEvaluation{Members: e.Members, At: utc(e.At), DataAt: utc(e.DataAt), Current: s.Current}
	}
	return w
}

// SegmentInput describes a segment to be made.
type SegmentInput struct {
	Name        string        `json:"name" maxLength:"480"`
	Description string        `json:"description,omitempty" maxLength:"4000"`
	Rules       []SegmentRule `json:"rules" nullable:"false"`
	TimeZone    string        `json:"time_zone,omitempty" maxLength:"100"`
}

// SegmentUpdate replaces the definition of a segment.
type SegmentUpdate struct {
	SegmentInput
	Version int64 `json:"version" minimum:"1" doc:"The version that was read"`
}

// SegmentPreview asks who a segment that need not be stored would select.
type SegmentPreview struct {
	Rules    []SegmentRule `json:"rules" nullable:"false"`
	TimeZone string        `json:"time_zone,omitempty" maxLength:"100"`
	Sample   int           `json:"sample,omitempty" minimum:"0" maximum:"100" doc:"How many members to show"`
}

// SegmentRule is a rule of a segment and how it joins those before it.
type SegmentRule struct {
	Combine string `json:"combine,omitempty" enum:"union,intersect,except" doc:"Absent for the first rule, required for the others"`
	Rule    Rule   `json:"rule"`
}

// Rule is a node of a rule tree: exactly one of all, any, or a condition (an operator and what it is about).
type Rule struct {
	All      []Rule   `json:"all,omitempty" nullable:"false" doc:"Holds when every rule in it holds"`
	Any      []Rule   `json:"any,omitempty" nullable:"false" doc:"Holds when at least one rule in it holds"`
	Field    string   `json:"field,omitempty" doc:"The profile field of a condition; in the condition on related rows a column of their table"`
	Related  *Related `json:"related,omitempty" doc:"In place of a field: a value worked out from related rows, or the rows themselves"`
	Segment  string   `json:"segment,omitempty" doc:"With member_of and not_member_of: the id of the segment"`
	SQL      string   `json:"sql,omitempty" maxLength:"20000" doc:"With in_query and not_in_query: one SELECT of ids of profiles; only administrators may write it"`
	Operator Operator `json:"operator,omitempty" doc:"See GET /api/v1/operators"`
	Values   []string `json:"values,omitempty" nullable:"false" doc:"Operands as text: numbers with a point, days as 2006-01-02, instants as RFC 3339"`
	Unit     string   `json:"unit,omitempty" enum:"day,week,month,quarter,year" doc:"The unit of a relative date"`
}

// Related is a value worked out from the rows that are related to a profile.
type Related struct {
	Path     []string `json:"path" nullable:"false" minItems:"1" doc:"The names of the relationships on the way from the profile to the rows"`
	Function string   `json:"function,omitempty" enum:"count,sum,average,min,max,first,last,distinct" doc:"What is worked out; absent with has and has_not"`
	Column   string   `json:"column,omitempty" doc:"The column that the function is over; absent with count"`
	OrderBy  string   `json:"order_by,omitempty" doc:"The column that first and last go by"`
	Where    *Rule    `json:"where,omitempty" doc:"Keeps the rows for which it holds; its fields are columns of their table"`
	Within   *Window  `json:"within,omitempty" doc:"Keeps the rows of a span of time"`
}

// Window is a condition on a column of days or instants.
type Window struct {
	Column   string   `json:"column"`
	Operator Operator `json:"operator"`
	Values   []string `json:"values,omitempty" nullable:"false"`
	Unit     string   `json:"unit,omitempty" enum:"day,week,month,quarter,year"`
}

// SegmentCount is how many members a segment has now.
type SegmentCount struct {
	Members int64   `json:"members"`
	Rules   []int64 `json:"rules" nullable:"false" doc:"How many profiles each rule selects on its own"`
	Unknown int64   `json:"unknown_ids,omitempty" doc:"How many ids the SQL queries gave that no profile has, NULL included; they select nobody"`
}

// SegmentPreviewed is who a segment would select.
type SegmentPreviewed struct {
	SegmentCount
	Sample []Profile `json:"sample" nullable:"false"`
}

// OperatorInfo describes an operator of rules.
type OperatorInfo struct {
	Operator Operator    `json:"operator"`
	Negates  Operator    `json:"negates,omitempty" doc:"The operator of which this one is the exact complement, missing values included"`
	Types    []FieldType `json:"types" nullable:"false" doc:"The field types it applies to; empty where its subject is no value"`
	Operand  string      `json:"operand" enum:"none,one,two,many,relative,days,unit" doc:"What its values are: none, one, two in order, one or more, a whole number and a unit, a whole number of days, a unit and no value"`
	Subject  string      `json:"subject" enum:"value,related,segment,profile,query" doc:"What it is about: a field or a value worked out from related rows, related rows themselves, membership of a segment, the profile's id or address, the ids that an SQL query gives"`
}

// FromSegment makes the JSON of a segment.
func FromSegment(s activation.Segment) Segment {
	return Segment{
		ID: string(s.ID), Name: s.Name, Description: s.Description, TimeZone: s.TimeZone, CreatedAt: utc(s.CreatedAt),
		UpdatedAt: utc(s.UpdatedAt), Version: s.Version, Schedule: SegmentSchedule{Mode: string(s.Schedule.Effective()), Cron: s.Schedule.Cron, TimeZone: s.Schedule.TimeZone},
		Rules: each(s.Rules, func(r activation.SegmentRule) SegmentRule {
			return SegmentRule{Combine: string(r.Combine), Rule: fromRule(r.Rule)}
		}),
	}
}

func fromRule(r activation.Rule) Rule {
	w := Rule{Field: r.Field, Segment: string(r.Segment), SQL: r.SQL, Operator: Operator(r.Operator), Values: r.Values, Unit: string(r.Unit)}
	if rel := r.Related; rel != nil {
		w.Related = &Related{Path: rel.Path, Function: string(rel.Function), Column: rel.Column, OrderBy: rel.OrderBy}
		if rel.Where != nil {
			where := fromRule(*rel.Where)
			w.Related.Where = &where
		}
		if in := rel.Within; in != nil {
			w.Related.Within = &Window{Column: in.Column, Operator: Operator(in.Operator), Values: in.Values, Unit: string(in.Unit)}
		}
	}
	if len(r.All) > 0 {
		w.All = each(r.All, fromRule)
	}
	if len(r.Any) > 0 {
		w.Any = each(r.Any, fromRule)
	}
	return w
}

// Domain turns the rule into the domain's.
func (r Rule) Domain() activation.Rule {
	d := activation.Rule{
		Field: r.Field, Segment: activation.SegmentID(r.Segment), SQL: r.SQL, Operator: activation.Operator(r.Operator), Values: r.Values, Unit: activation.Unit(r.Unit),
	}
	if rel := r.Related; rel != nil {
		d.Related = &activation.Related{Path: rel.Path, Function: activation.Function(rel.Function), Column: rel.Column, OrderBy: rel.OrderBy}
		if rel.Where != nil {
			where := rel.Where.Domain()
			d.Related.Where = &where
		}
		if in := rel.Within; in != nil {
			d.Related.Within = &activation.Window{Column: in.Column, Operator: activation.Operator(in.Operator), Values: in.Values, Unit: activation.Unit(in.Unit)}
		}
	}
	if len(r.All) > 0 {
		d.All = each(r.All, Rule.Domain)
	}
	if len(r.Any) > 0 {
		d.Any = each(r.Any, Rule.Domain)
	}
	return d
}

func rules(list []SegmentRule) []activation.SegmentRule {
	return each(list, func(r SegmentRule) activation.SegmentRule {
		return activation.SegmentRule{Combine: activation.Combine(r.Combine), Rule: r.Rule.Domain()}
	})
}

// Domain turns the input into a segment without an id.
func (i SegmentInput) Domain() activation.Segment {
	return activation.Segment{Name: i.Name, Description: i.Description, TimeZone: i.TimeZone, Rules: rules(i.Rules)}
}

// Domain turns the update into the segment with the id.
func (u SegmentUpdate) Domain(id string) activation.Segment {
	s := u.SegmentInput.Domain()
	s.ID, s.Version = activation.SegmentID(id), u.Version
	return s
}

// Domain turns the question into a segment without a name.
func (p SegmentPreview) Domain() activation.Segment {
	return activation.Segment{TimeZone: p.TimeZone, Rules: rules(p.Rules)}
}

// FromCounts makes the JSON of a segment's sizes.
func FromCounts(c warehouse.Counts) SegmentCount {
	return SegmentCount{Members: c.Members, Unknown: c.Unknown, Rules: append([]int64{}, c.Rules...)}
}
