package export

import (
	"context"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// SetFreshness says within which time a run of the export must have succeeded; 0 asks for nothing. version is the one that was read.
func (s *Service) SetFreshness(ctx context.Context, id activation.ExportID, within time.Duration, version int64) (activation.Export, error) {
	if err := activation.ValidateFreshness(within); err != nil {
		return activation.Export{}, err
	}
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.Export(ctx, id); err != nil {
			return err
		}
		return tx.SetFreshness(ctx, id, within, version, s.cfg.Clock().UTC())
	})
	if err != nil {
		return activation.Export{}, err
	}
	return s.Get(ctx, id)
}
