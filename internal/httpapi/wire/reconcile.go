package wire

import (
	"time"

	"segue/internal/activation"
)

// Reconciliation is how a list differs from what Segue knows of it. It adds up:
// listed = in_step + extra.sent + extra.profile + extra.unknown.
type Reconciliation struct {
	At              time.Time        `json:"at"`
	ListID          int64            `json:"list_id"`
	Listed          int64            `json:"listed" doc:"People on the list"`
	InStep          int64            `json:"in_step" doc:"People on the list who are acknowledged or were there before"`
	Missing         int64            `json:"missing" doc:"People whom an export has acknowledged and who are not on the list"`
	Extra           Extra            `json:"extra"`
	ThereBeforeGone int64            `json:"there_before_gone" doc:"People who were there before, were never sent, and are not on the list any more"`
	Reasons         map[string]int64 `json:"reasons,omitempty" doc:"What Segue knows of those who are missing or extra"`
	Decision        *Decision        `json:"decision,omitempty" doc:"What was decided; absent until then"`
}

// Extra counts people who are on the list though nothing acknowledged says so.
type Extra struct {
	Sent    int64 `json:"sent" doc:"Sent by Segue: not acknowledged, owned by an export that was removed, or not owned any more"`
	Profile int64 `json:"profile" doc:"Never sent; their address is that of a profile"`
	Unknown int64 `json:"unknown" doc:"Never sent, and no profile; Segue keeps no address of theirs"`
}

// Decision is what became of the differences, by whose word.
type Decision struct {
	Missing string       `json:"missing" enum:"resend,leave"`
	Extra   ExtraDecided `json:"extra"`
	By      string       `json:"by"`
	At      time.Time    `json:"at"`
}

// ExtraDecided says what became of those who are extra.
type ExtraDecided struct {
	Sent    string `json:"sent" enum:"own,there_before,leave"`
	Profile string `json:"profile" enum:"own,there_before,leave"`
	Unknown string `json:"unknown" enum:"there_before,leave"`
}

// DecisionInput says what a person wants done about the differences. What is absent is left as it is.
type DecisionInput struct {
	Missing string      `json:"missing,omitempty" enum:"resend,leave" default:"leave" doc:"resend makes them not acknowledged, so that the next run sends whom its export still wants"`
	Extra   *ExtraInput `json:"extra,omitempty"`
}

// ExtraInput says what to do with those who are extra. Owned by the export: its next run sends whom it wants and removes the
// others. There before: leaving never removes them.
type ExtraInput struct {
	Sent    string `json:"sent,omitempty" enum:"own,there_before,leave" default:"leave"`
	Profile string `json:"profile,omitempty" enum:"own,there_before,leave" default:"leave"`
	Unknown string `json:"unknown,omitempty" enum:"there_before,leave" default:"leave"`
}

// ReconcileAdvice says that the list's size is not what Segue expects.
type ReconcileAdvice struct {
	ListSize int64 `json:"list_size" doc:"How many people the list holds, as the destination says"`
	Expected int64 `json:"expected" doc:"How many Segue expects: acknowledged by any export, or there before"`
}

// Domain makes the choice.
func (d DecisionInput) Domain() activation.ReconcileChoice {
	c := activation.ReconcileChoice{Missing: activation.MissingChoice(d.Missing)}
	if e := d.Extra; e != nil {
		c.ExtraSent, c.ExtraProfile, c.ExtraUnknown = activation.ExtraChoice(e.Sent), activation.ExtraChoice(e.Profile), activation.ExtraChoice(e.Unknown)
	}
	return c
}

func fromReconciliation(r activation.Reconciliation) *Reconciliation {
	w := &Reconciliation{
		At: utc(r.At), ListID: int64(r.List), Listed: r.Listed, InStep: r.InStep, Missing: r.Missing,
		Extra: Extra{Sent: r.ExtraSent, Profile: r.ExtraProfile, Unknown: r.ExtraUnknown}, ThereBeforeGone: r.ThereBeforeGone, Reasons: r.Reasons,
	}
	if d := r.Decision; d != nil {
		w.Decision = &Decision{
			Missing: string(d.Missing), By: d.By, At: utc(d.At),
			Extra: ExtraDecided{Sent: string(d.ExtraSent), Profile: string(d.ExtraProfile), Unknown: string(d.ExtraUnknown)},
		}
	}
	return w
}
