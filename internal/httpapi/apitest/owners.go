package apitest

import (
	"context"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// Adopt implements ledger.Owners: whoever is orphaned becomes owned, all but two of them.
func (b *Book) Adopt(_ context.Context, r ledger.AdoptRequest) (activation.Adoption, error) {
	if b.Fail != nil {
		return activation.Adoption{}, b.Fail
	}
	a := activation.Adoption{List: r.List, By: r.By, At: r.At}
	if b.Left > 2 {
		a.Owned, a.ThereBefore, a.Kept = b.Left-2, 1, 1
		b.Left, b.Adopted = 0, append(b.Adopted, a)
	}
	return a, nil
}

// Adoptions implements ledger.Owners.
func (b *Book) Adoptions(context.Context, ledger.AccountID, activation.ExportID) ([]activation.Adoption, error) {
	return b.Adopted, b.Fail
}

// Holdings implements ledger.Owners.
func (b *Book) Holdings(context.Context, ledger.AccountID, activation.ExportID) ([]ledger.Holding, error) {
	return b.Held, b.Fail
}

// Unreconciled implements ledger.Ledger: nothing was restored.
func (b *Book) Unreconciled(context.Context, ledger.AccountID) ([]activation.ListID, error) {
	return nil, b.Fail
}

// Orphans implements ledger.Owners.
func (b *Book) Orphans(context.Context, ledger.AccountID, activation.ListID) (int64, error) {
	return b.Left, b.Fail
}
