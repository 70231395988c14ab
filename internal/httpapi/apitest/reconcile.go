package apitest

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Decide implements ledger.Reconciler: the first choice holds, another one is a conflict.
func (b *Book) Decide(_ context.Context, _ activation.RunID, c activation.ReconcileChoice, by string, at time.Time) (activation.Reconciliation, error) {
	if b.Fail != nil {
		return activation.Reconciliation{}, b.Fail
	}
	if d := b.Found.Decision; d != nil && d.ReconcileChoice != c {
		return activation.Reconciliation{}, activation.Errorf(activation.CodeConflict, "it was decided already by %s", d.By).WithRemedy("Reconcile the list again to decide anew")
	} else if d == nil {
		b.Found.Decision = &activation.ReconcileDecision{ReconcileChoice: c, By: by, At: at}
	}
	return b.Found, nil
}
