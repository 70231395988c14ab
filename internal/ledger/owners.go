package ledger

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Owners is what a person may do about those whom exports own, keep or have left behind on lists (S20, S22).
type Owners interface {
	// PlanRemoval plans a run that takes people of an export off its lists. It has no members and needs no hand-over; the rest
	// of its way is that of any run. Planning it again replaces its plan as Plan does.
	PlanRemoval(ctx context.Context, r RemovalRequest) (activation.PlanSummary, error)
	// Adopt makes the export own whoever is orphaned on the list, not acknowledged: whom it wants it sends again, the others leave
	// with its next run. Who was there before stays so (S19), and who was kept stays kept. Whom the export has a standing for
	// already is its own anyway. It fails with CodeConflict while a run of the export has planned and not ended. Repeated, it
	// finds nobody.
	Adopt(ctx context.Context, r AdoptRequest) (activation.Adoption, error)
	// Adoptions returns what the export has adopted, oldest first.
	Adoptions(ctx context.Context, a AccountID, e activation.ExportID) ([]activation.Adoption, error)
	// Holdings returns how many addresses the export has on each list of the account, by list.
	Holdings(ctx context.Context, a AccountID, e activation.ExportID) ([]Holding, error)
	// Orphans returns how many addresses are orphaned on the list and could be adopted.
	Orphans(ctx context.Context, a AccountID, list activation.ListID) (int64, error)
}

// Removal says whom a removal takes off.
type Removal string

// The removals. Whoever was there before stays (S19), and so does everybody whom another export owns; whom another export
// keeps stays kept by that one.
const (
	// RemoveOwned takes off whom the export owns, on every list, whatever the policy for leavers says (S22). Whom it keeps stays.
	RemoveOwned Removal = "owned"
	// RemoveKept takes off whom the export keeps (S20).
	RemoveKept Removal = "kept"
)

// RemovalRequest asks for the plan of a removal. List is the export's list now.
type RemovalRequest struct {
	Run     activation.RunID
	Account AccountID
	Export  activation.ExportID
	List    activation.ListID
	Whom    Removal
	Limits  activation.CallLimits
	Brake   Brake
	At      time.Time
	// Released is as in PlanRequest.
	Released bool
}

// AdoptRequest asks for an adoption.
type AdoptRequest struct {
	Account AccountID
	List    activation.ListID
	Export  activation.ExportID
	By      string
	At      time.Time
}

// Holding is how many addresses an export has on a list.
type Holding struct {
	List activation.ListID
	ListCounts
}
