package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// SegmentSchedule says when a segment is evaluated. The zero value is with every refresh, and again in every run that uses it; the
// others keep their members, which runs use until the next evaluation (SEMANTICS S25).
type SegmentSchedule struct {
	Mode ScheduleMode `json:"mode,omitempty"`
	// Cron is set for a schedule of its own only.
	Cron     string `json:"cron,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`
}

// ScheduleStatic is the mode of a segment that is evaluated only when somebody asks for it.
const ScheduleStatic ScheduleMode = "static"

// Effective returns the mode, the default where none is stated.
func (s SegmentSchedule) Effective() ScheduleMode {
	if s.Mode == "" {
		return ScheduleWithRefresh
	}
	return s.Mode
}

// Stored reports whether the segment's members are kept between evaluations.
func (s SegmentSchedule) Stored() bool { return s.Effective() != ScheduleWithRefresh }

// Own returns the schedule of its own; ok is false where there is none.
func (s SegmentSchedule) Own() (c CronSchedule, ok bool) {
	return CronSchedule{Cron: s.Cron, TimeZone: s.TimeZone}, s.Mode == ScheduleOwn
}

// Validate checks s.
func (s SegmentSchedule) Validate() error {
	switch s.Effective() {
	case ScheduleOwn:
		c, _ := s.Own()
		return c.Validate()
	case ScheduleWithRefresh, ScheduleStatic:
		if s.Cron != "" {
			return Errorf(CodeInvalid, "only a schedule of its own has a cron expression").WithField("cron")
		}
		return nil
	}
	return Errorf(CodeInvalid, "must be with_refresh, own or static").WithField("mode")
}

// Evaluable fails with CodeInvalid if the segment keeps no members that an evaluation could store.
func (s Segment) Evaluable() error {
	if s.Schedule.Stored() {
		return nil
	}
	return Errorf(CodeInvalid, "the segment %q keeps no members: every run evaluates it", s.Name).
		WithRemedy("Give it a schedule of its own, or make it static: segue segment schedule")
}

// Definition names what stored members were selected by: the rules, their zone, what makes a profile's id, and the segments and
// relationships that the rules name. Members of another definition are members of another segment.
func (s Segment) Definition(d ProfileDefinition, in Scope) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, v := range []any{s.Rules, s.TimeZone, d.Source, d.Key} {
		_ = enc.Encode(v) // a hash takes everything
	}
	if digest := in.Digest(s); digest != "" {
		_ = enc.Encode(digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}
