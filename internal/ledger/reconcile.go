package ledger

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Reconciler compares a list as it is with what is remembered of it, and carries out what a person decides (S23). The way:
// ReadList* -> Reconcile -> Decide. What it finds are rows of the run, in the buckets missing and extra.
type Reconciler interface {
	// ReadList keeps a page of the list's contacts until they are compared: of people only keyed hashes, with the
	// destination's number (S2). First begins anew, whatever an earlier try of the run had read.
	ReadList(ctx context.Context, a AccountID, run activation.RunID, first bool, page []Listed) error
	// ForgetReading drops what was read and not compared.
	ForgetReading(ctx context.Context, run activation.RunID) error
	// Reconcile compares what was read with the ledger, stores the differences as rows of the run, which has ended by that,
	// and drops what was read; repeated, it returns the same. It fails with CodeReceiptMismatch if it does not add up.
	// Somebody extra whom Segue never sent has no address in the rows but that of a profile; else a keyed hash and the
	// destination's number (S2).
	Reconcile(ctx context.Context, r ReconcileRequest) (activation.Reconciliation, error)
	// Reconciliation returns what a run has found and what was decided of it; CodeNotFound if it has not compared yet.
	Reconciliation(ctx context.Context, run activation.RunID) (activation.Reconciliation, error)
	// Decide carries out a choice, once: the same one again changes nothing, another one fails with CodeConflict. So does
	// one on a reconciliation that is no longer true: the ledger moved for the list since, there is a newer one, or a run
	// that touches the list is under way.
	Decide(ctx context.Context, run activation.RunID, c activation.ReconcileChoice, by string, at time.Time) (activation.Reconciliation, error)
	// Expected returns the least and the most people that should be on the list: acknowledged by any export or there
	// before; with those whose sending has not been acknowledged; both with the differences that a person left as they are.
	Expected(ctx context.Context, a AccountID, list activation.ListID) (least, most int64, err error)
}

// Listed is somebody on a list.
type Listed struct {
	Contact int64            // the destination's number
	Address activation.Email // empty if there is none
}

// ReconcileRequest asks for a comparison. MembersPath is the one of a warehouse.HandOver of all profiles.
type ReconcileRequest struct {
	Run         activation.RunID
	Account     AccountID
	Export      activation.ExportID
	List        activation.ListID
	MembersPath string
	At          time.Time
}
