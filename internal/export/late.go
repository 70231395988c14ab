package export

import (
	"context"
	"fmt"
	"time"

	"segue/internal/activation"
)

// tellAfter is how long an import may take before people are told (S17).
const tellAfter = 6 * time.Hour

// tellLate says in a run that waits for the destination that it has waited for too long (S17). Until the process ends nothing
// is imported into the account; the run goes on by itself when it does.
func (s *Service) tellLate(ctx context.Context, w *work, p wait) error {
	if p.status != activation.StatusWaiting || w.run.ErrorCode != "" {
		return nil
	}
	b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	if err != nil || !ok || !inFlight(b) || b.SentAt.IsZero() || s.cfg.Clock().Sub(b.SentAt) < tellAfter {
		return err
	}
	which := fmt.Sprintf("the import process %d", b.Process)
	if b.Process == 0 {
		which = "an import"
	}
	return s.project(ctx, w, func(r *activation.Run) {
		r.ErrorCode, r.Error = activation.CodeUnavailable, fmt.Sprintf("%s was sent at %s and has not ended at Brevo", which, b.SentAt.UTC().Format("2006-01-02 15:04 UTC"))
		r.Remedy = "Ask Brevo's support about it; the run goes on by itself when it ends, and nothing else is imported into the account until then"
	})
}
