package export

import (
	"context"
	"fmt"
	"slices"

	"segue/internal/activation"
	"segue/internal/ledger"
)

// tellLate says in a run that waits for the destination that it has waited for too long, and what can be done (S17). Until the
// process ends, or is given up, nothing is imported into the account; the run goes on by itself when it does.
func (s *Service) tellLate(ctx context.Context, w *work, p wait) error {
	if p.status != activation.StatusWaiting || w.run.ErrorCode != "" {
		return nil
	}
	b, ok, err := s.late(ctx, w)
	if err != nil || !ok {
		return err
	}
	which := fmt.Sprintf("the import process %d", b.Process)
	if b.Process == 0 {
		which = "an import"
	}
	whose, named := "", b.Run
	if b.Run != w.run.ID {
		whose = fmt.Sprintf(" of the run %s, which was stopped,", b.Run)
		if _, err := s.Run(ctx, b.Run); activation.CodeOf(err) == activation.CodeNotFound {
			named = w.run.ID // that run is gone with its export
		}
	}
	return s.project(ctx, w, func(r *activation.Run) {
		r.ErrorCode, r.Error = activation.CodeUnavailable, fmt.Sprintf("%s%s was sent at %s and has not ended at Brevo", which, whose, b.SentAt.UTC().Format("2006-01-02 15:04 UTC"))
		r.Remedy = fmt.Sprintf("Ask Brevo's support about it; the run goes on by itself when it ends, and nothing else is imported into the account until then. "+
			"Or give it up: segue run give-up %s", named)
	})
}

// late returns the import that the run waits for, if it was sent too long ago: its own, or one that a stopped run left.
func (s *Service) late(ctx context.Context, w *work) (b ledger.Batch, ok bool, err error) {
	b, ok, err = s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	if err != nil {
		return b, false, err
	}
	tooLong := func(b ledger.Batch) bool {
		return !b.SentAt.IsZero() && s.cfg.Clock().Sub(b.SentAt) >= s.cfg.GiveUpAfter
	}
	if ok && inFlight(b) {
		return b, tooLong(b), nil
	}
	if w.acct == 0 {
		return b, false, nil
	}
	left, err := s.cfg.Ledger.Unsettled(ctx, w.acct, s.cfg.Clock().Add(-watched))
	if err != nil {
		return b, false, err
	}
	if i := slices.IndexFunc(left, tooLong); i >= 0 {
		return left[i], true, nil
	}
	return b, false, nil
}
