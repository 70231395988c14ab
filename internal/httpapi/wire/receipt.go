package wire

import (
	"time"

	"segue/internal/activation"
)

// Plan counts what a run is about to do. Members are profiles, leavers addresses:
// members = add + update + unchanged + rejected + duplicates, leavers = remove + keep + still_wanted + not_removed.
type Plan struct {
	At               time.Time        `json:"at"`
	AsOf             time.Time        `json:"as_of" doc:"The moment that relative dates are read at"`
	DataAt           time.Time        `json:"data_at,omitzero" doc:"When the data were last taken over"`
	Members          int64            `json:"members"`
	Add              int64            `json:"add"`
	Update           int64            `json:"update"`
	Unchanged        int64            `json:"unchanged"`
	Rejected         int64            `json:"rejected"`
	Duplicates       int64            `json:"duplicates"`
	Reasons          map[string]int64 `json:"reasons,omitempty" doc:"Why members are rejected"`
	ThroughOthers    int64            `json:"through_others,omitempty" doc:"Addresses that go out under a profile outside the segments; the members who share them count as duplicates"`
	Leavers          int64            `json:"leavers"`
	Remove           int64            `json:"remove"`
	Keep             int64            `json:"keep"`
	StillWanted      int64            `json:"still_wanted" doc:"People who leave, but whom another export wants on the list"`
	NotRemoved       int64            `json:"not_removed" doc:"People who could not be sent to the new list of the export, and stay on the old one until they have joined"`
	RefusalRemovals  int64            `json:"refusal_removals" doc:"People who take no mail and are removed wherever they were sent to"`
	ThereBefore      int64            `json:"there_before" doc:"People on the list before the first run; leaving does not remove them"`
	Withheld         map[string]int64 `json:"withheld,omitempty" doc:"Phones and other identifiers left out, by reason; the people are exported without them"`
	ClearsEmpty      bool             `json:"clears_empty,omitempty" doc:"Values that are missing empty what the destination has"`
	ClearUnproved    bool             `json:"clear_unproved,omitempty" doc:"They were to, but nobody was found on whom it could be proved: the run went on without"`
	Calls            map[string]int64 `json:"calls,omitempty" doc:"API calls needed, by kind"`
	ExpectedSeconds  int64            `json:"expected_seconds"`
	Held             []HoldReason     `json:"held,omitempty" nullable:"false" doc:"Why the mass-change brake holds it"`
	ReconcileAdvised *ReconcileAdvice `json:"reconcile_advised,omitempty" doc:"The list holds another number of people than Segue expects: reconcile it"`
}

// HoldReason says which limit of the mass-change brake a plan exceeds.
type HoldReason struct {
	Code  HoldCode `json:"code"`
	Count int64    `json:"count"`
	Of    int64    `json:"of"`
}

// Receipt is what became of every member and every leaver of a run. It adds up:
// members = added + updated + unchanged + rejected + duplicates + not_sent,
// leavers = removed + kept + still_wanted + not_removed.
type Receipt struct {
	At             time.Time        `json:"at"`
	Members        int64            `json:"members"`
	Added          int64            `json:"added"`
	Updated        int64            `json:"updated"`
	Unchanged      int64            `json:"unchanged"`
	Rejected       int64            `json:"rejected"`
	Duplicates     int64            `json:"duplicates"`
	NotSent        int64            `json:"not_sent"`
	Leavers        int64            `json:"leavers"`
	Removed        int64            `json:"removed"`
	Kept           int64            `json:"kept"`
	StillWanted    int64            `json:"still_wanted"`
	NotRemoved     int64            `json:"not_removed"`
	RefusalRemoved int64            `json:"refusal_removed"`
	Reasons        map[string]int64 `json:"reasons,omitempty" doc:"Why members were rejected or not sent, and leavers not removed"`
	Withheld       map[string]int64 `json:"withheld,omitempty"`
	ThroughOthers  int64            `json:"through_others,omitempty" doc:"Addresses that were sent, or are unchanged, under a profile outside the segments; the members who share them count as duplicates"`
	ListSize       int64            `json:"list_size" doc:"How many people the list held afterwards, as the destination said; -1 if it was not asked"`
	APICalls       map[string]int64 `json:"api_calls,omitempty" doc:"Calls made, by kind"`
}

func fromPlan(p activation.PlanSummary) *Plan {
	w := &Plan{
		At: utc(p.At), AsOf: utc(p.AsOf), DataAt: utc(p.DataAt), Members: p.Members, Add: p.Add, Update: p.Update, Unchanged: p.Unchanged,
		Rejected: p.Rejected, Duplicates: p.Duplicates, ThroughOthers: p.ThroughOthers, Reasons: p.Reasons, Leavers: p.Leavers, Remove: p.Remove, Keep: p.Keep,
		StillWanted: p.StillWanted, NotRemoved: p.NotRemoved, RefusalRemovals: p.RefusalRemovals, ThereBefore: p.ThereBefore, Withheld: p.Withheld,
		ClearsEmpty: p.ClearsEmpty, ClearUnproved: p.ClearUnproved, Calls: p.Calls, ExpectedSeconds: p.ExpectedSeconds,
	}
	for _, h := range p.Held {
		w.Held = append(w.Held, HoldReason{Code: HoldCode(h.Code), Count: h.Count, Of: h.Of})
	}
	if a := p.ReconcileAdvised; a != nil {
		w.ReconcileAdvised = &ReconcileAdvice{ListSize: a.ListSize, Expected: a.Expected}
	}
	return w
}

func fromReceipt(r activation.Receipt) *Receipt {
	w := Receipt(r)
	w.At = utc(r.At)
	return &w
}
