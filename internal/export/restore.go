package export

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store"
)

// reconciledFirst stops a run on a list of which the ledger may not know what was done last, for it was restored from a copy:
// it could send, or forget to remove, the wrong people (S23).
func (s *Service) reconciledFirst(ctx context.Context, w *work) error {
	if !w.run.Kind.Writes() {
		return nil
	}
	lists, err := s.cfg.Ledger.Unreconciled(ctx, w.acct)
	if err != nil {
		return err
	}
	for _, list := range lists {
		remedy := "Reconcile the list and decide on what that finds: segue export reconcile, segue run decide; then run again"
		if list != w.export.List {
			// Whom the run would take off a list that the export no longer fills (S22).
			n, err := s.cfg.Ledger.Counts(ctx, w.acct, list, w.export.ID)
			if err != nil {
				return err
			}
			if n.Owned == 0 && (n.Kept == 0 || w.run.Kind != activation.RunRemoveKept) {
				continue
			}
			remedy = fmt.Sprintf("Let the export go to the list %d again and reconcile it (segue export reconcile, segue run decide), then to the new one", list)
		}
		return activation.Errorf(activation.CodeNotReady, "the data of Segue were restored from a copy, and the list %d was not reconciled since", list).
			WithRemedy(remedy)
	}
	return nil
}

// noticeRestored finds out whether the ledger is older than the control store: a run that this knows as successful is unknown to
// it. A folder that was restored as a whole does not show it; that is what Restored is for.
func (s *Service) noticeRestored(ctx context.Context) error {
	var exports []activation.Export
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		return eachExport(ctx, r, func(e activation.Export) error {
			exports = append(exports, e)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, e := range exports {
		var last *activation.Run
		var account activation.Account
		err := s.cfg.Store.View(ctx, func(r store.Reader) error {
			var err error
			if account, err = homeOf(ctx, r, e); err != nil || account.OrganizationID == "" {
				return err
			}
			list, _, err := r.Runs(ctx, e.ID, store.Page{Limit: 50})
			for i, o := range list {
				if last == nil && o.Kind == activation.RunReal && o.Receipt != nil &&
					(o.Status == activation.StatusSuccessful || o.Status == activation.StatusWithRejects) {
					last = &list[i]
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if last == nil {
			continue
		}
		a, err := s.cfg.Ledger.Account(ctx, account)
		if err != nil {
			return err
		}
		noticed, err := s.cfg.Ledger.NoticeOlder(ctx, a, e.List, e.ID, last.ID, last.Receipt.At, s.cfg.Clock().UTC())
		if err != nil {
			return err
		}
		if noticed {
			s.cfg.Log.ErrorContext(ctx, "the ledger does not know a run that was successful: it is older than the control store. Exports pause until their lists are reconciled",
				"export", e.ID, "run", last.ID)
		}
	}
	return nil
}

// Restored pauses all exports until their lists are reconciled: whoever restores the data folder from a copy says so (S23).
func (s *Service) Restored(ctx context.Context) error {
	if err := s.cfg.Ledger.MarkRestored(ctx, s.cfg.Clock().UTC()); err != nil {
		return err
	}
	s.cfg.Log.WarnContext(ctx, "the data were restored from a copy: exports pause until their lists are reconciled")
	return nil
}
