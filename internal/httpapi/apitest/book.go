package apitest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Book is a small ledger that holds rows it was given.
type Book struct {
	ledger.Ledger
	List     []ledger.RunRow
	Standing []ledger.Standing
	Batches  []ledger.Batch
	Watched  []ledger.Watch
	// Found is what reconciling has found, whatever run it was.
	Found activation.Reconciliation
	// Fail is what reading fails with.
	Fail error
	// Held are what an export has on its lists, Left how many are orphaned on any, Adopted what was adopted.
	Held    []ledger.Holding
	Left    int64
	Adopted []activation.Adoption
}

// Rows implements ledger.Reader.
func (b *Book) Rows(_ context.Context, _ activation.RunID, f ledger.RowFilter) ([]ledger.RunRow, error) {
	if b.Fail != nil {
		return nil, b.Fail
	}
	var out []ledger.RunRow
	for _, r := range b.List {
		ok := r.Number > f.After && (f.Bucket == "" || r.Bucket == f.Bucket) && (f.Reason == "" || r.Reason == f.Reason)
		if ok && len(out) < cmp.Or(f.Limit, 100) {
			out = append(out, r)
		}
	}
	return out, nil
}

// AddressRows implements ledger.Reader.
func (b *Book) AddressRows(_ context.Context, e activation.Email, _ int) ([]ledger.RunRow, error) {
	return slices.DeleteFunc(slices.Clone(b.List), func(r ledger.RunRow) bool { return r.Address != e }), nil
}

// Standings implements ledger.Reader.
func (b *Book) Standings(context.Context, activation.Email) ([]ledger.Standing, error) {
	return b.Standing, nil
}

// BatchesOf implements ledger.Reader.
func (b *Book) BatchesOf(context.Context, activation.RunID) ([]ledger.Batch, error) {
	return b.Batches, b.Fail
}

// Orphan implements ledger.Accounts.
func (b *Book) Orphan(context.Context, activation.ExportID, time.Time) error { return nil }

// Owners implements ledger.Accounts.
func (b *Book) Owners(context.Context) ([]activation.ExportID, error) { return nil, nil }

// Discard implements ledger.Runs.
func (b *Book) Discard(context.Context, activation.RunID) error { return nil }

// RunState implements ledger.Runs: no run of the book was planned.
func (b *Book) RunState(_ context.Context, run activation.RunID) (ledger.RunState, error) {
	return ledger.RunState{}, activation.Errorf(activation.CodeNotFound, "the run %s was never planned", run)
}

// Watches implements ledger.GivingUp.
func (b *Book) Watches(context.Context, activation.RunID) ([]ledger.Watch, error) {
	return b.Watched, nil
}

// NextBatch implements ledger.Batches: nothing of a run is in flight.
func (b *Book) NextBatch(context.Context, activation.RunID) (ledger.Batch, bool, error) {
	return ledger.Batch{}, false, nil
}

// Unsettled implements ledger.Accounts.
func (b *Book) Unsettled(context.Context, ledger.AccountID, time.Time) ([]ledger.Batch, error) {
	return nil, nil
}

// Account implements ledger.Accounts.
func (b *Book) Account(context.Context, activation.Account) (ledger.AccountID, error) { return 1, nil }
