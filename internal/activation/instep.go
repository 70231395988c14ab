package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Basis is what the people of a plan were found by. While that is how things are, and the run succeeded, the list is in step.
type Basis struct {
	// Definition names what of the export decides who is on the list, and with which values.
	Definition string `json:"definition"`
	// Segments name, for those of the export, the rules and what they name.
	Segments map[SegmentID]string `json:"segments"`
	// Snapshot is the build of the profiles.
	Snapshot int64 `json:"snapshot"`
	// Evaluated is when the members were stored that were taken from segments which keep them, be they named in a rule (S25).
	Evaluated map[SegmentID]time.Time `json:"evaluated,omitempty"`
}

// OutOfStepCode is a reason why a list is not as the segments of its export say.
type OutOfStepCode string

// The reasons.
const (
	OutNeverRun          OutOfStepCode = "never_run"
	OutLastRunFailed     OutOfStepCode = "last_run_failed"
	OutLastRunCanceled   OutOfStepCode = "last_run_canceled"
	OutDefinitionChanged OutOfStepCode = "definition_changed" // of the export
	OutSegmentChanged    OutOfStepCode = "segment_changed"
	OutDataNewer         OutOfStepCode = "data_newer" // the profiles were built anew, or the members that a segment keeps were stored anew
)

// OutOfStepCodes lists every reason, the ones that tell most first.
func OutOfStepCodes() []OutOfStepCode {
	return []OutOfStepCode{OutNeverRun, OutLastRunFailed, OutLastRunCanceled, OutDefinitionChanged, OutSegmentChanged, OutDataNewer}
}

// OutOfStep says why a list is not, or may not be, as the segments of its export say.
type OutOfStep struct {
	// Reasons are in the order of OutOfStepCodes, each once; there is at least one.
	Reasons []OutOfStepReason
	// PeopleOf is the moment at which the people of the list were members, if the last run that ended succeeded; else zero.
	PeopleOf time.Time
}

// OutOfStepReason is one reason.
type OutOfStepReason struct {
	Code OutOfStepCode
	// Since is since when it is so; zero where that is not known.
	Since time.Time
	// Segments are those that were changed, or whose members were stored anew.
	Segments []NamedSegment
}

// NamedSegment is a segment by its id and name.
type NamedSegment struct {
	ID   SegmentID
	Name string
}

// ListDefinition names what of the export decides who is on its list, and with which values: not its name, nor when it runs. home is
// the account that its list is in.
func (e Export) ListDefinition(home Account) string {
	attributes := slices.Clone(e.Mapping.Attributes) // nobody is sent again because they are lined up in another order
	slices.SortFunc(attributes, func(a, b AttributeMapping) int { return strings.Compare(a.Attribute, b.Attribute) })
	zone := e.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	segments := slices.Clone(e.Segments)
	slices.Sort(segments)
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, v := range []any{home, e.List, e.Mapping.Email, attributes, e.Leavers, zone, segments} {
		_ = enc.Encode(v) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}
