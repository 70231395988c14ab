package store

import (
	"context"
	"time"

	"segue/internal/activation"
)

// RefreshReader reads schedules and refreshes.
type RefreshReader interface {
	// RefreshSchedule returns the schedule of the pipeline and its version; version 0 and the zero schedule before it is set.
	RefreshSchedule(ctx context.Context) (s activation.RefreshSchedule, version int64, err error)
	Refresh(ctx context.Context, id activation.RefreshID) (activation.Refresh, error)
	// Refreshes lists refreshes newest first.
	Refreshes(ctx context.Context, p Page) (list []activation.Refresh, next string, err error)
	// Evaluations lists the newest evaluations of one segment, newest first; Refreshes and OpenRefresh pass over them.
	Evaluations(ctx context.Context, segment activation.SegmentID, limit int) ([]activation.Refresh, error)
	// OpenRefresh returns the refresh that has not ended; CodeNotFound if there is none.
	OpenRefresh(ctx context.Context) (activation.Refresh, error)
	// Dues lists what is due when.
	Dues(ctx context.Context) ([]activation.Due, error)
}

// RefreshWriter changes schedules and refreshes.
type RefreshWriter interface {
	// PutRefreshSchedule sets the schedule; version is the one that was read.
	PutRefreshSchedule(ctx context.Context, s activation.RefreshSchedule, version int64, at time.Time) error
	// CreateRefresh fails with CodeConflict while another refresh, or another evaluation of the same segment, has not ended.
	CreateRefresh(ctx context.Context, r activation.Refresh) error
	// UpdateRefresh compares the version, as every update does.
	UpdateRefresh(ctx context.Context, r activation.Refresh) error
	PutDue(ctx context.Context, d activation.Due) error
	DeleteDue(ctx context.Context, key string) error
}
