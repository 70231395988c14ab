package store

import (
	"context"
	"time"

	"segue/internal/activation"
)

// NoticeReader reads what messages to people need.
type NoticeReader interface {
	// NoticeSettings returns the settings; the zero ones, of version 0, before they are set.
	NoticeSettings(ctx context.Context) (activation.NoticeSettings, error)
	// TaskStates lists what is known of every task.
	TaskStates(ctx context.Context) ([]activation.TaskState, error)
	// EndedRuns lists real runs that have ended and were not forgotten by ForgetEnded, in the order in which they ended.
	EndedRuns(ctx context.Context, limit int) ([]activation.EndedRun, error)
	// LastSuccess returns when a real run of the export last succeeded; zero for never.
	LastSuccess(ctx context.Context, export activation.ExportID) (time.Time, error)

	Notice(ctx context.Context, id activation.NoticeID) (activation.Notice, error)
	// Notices lists messages newest first.
	Notices(ctx context.Context, p Page) (list []activation.Notice, next string, err error)
	// Deliveries lists those of a message.
	Deliveries(ctx context.Context, id activation.NoticeID) ([]activation.Delivery, error)
	// DueDeliveries lists queued deliveries that are to be tried by now, the longest due first.
	DueDeliveries(ctx context.Context, now time.Time, limit int) ([]activation.Delivery, error)
}

// NoticeWriter changes what messages to people need.
type NoticeWriter interface {
	// PutNoticeSettings compares the version, as every update does; 0 for the first.
	PutNoticeSettings(ctx context.Context, s activation.NoticeSettings) error
	PutTaskState(ctx context.Context, s activation.TaskState) error
	DeleteTaskState(ctx context.Context, subject string) error
	// ForgetEnded forgets the ended runs up to a number.
	ForgetEnded(ctx context.Context, upTo int64) error
	// CreateNotice stores a message with its deliveries.
	CreateNotice(ctx context.Context, n activation.Notice, d []activation.Delivery) error
	UpdateDelivery(ctx context.Context, d activation.Delivery) error
	// PruneNotices deletes messages from before a moment.
	PruneNotices(ctx context.Context, before time.Time) error
	// SetNoticeChoice records whether a person wants messages, without touching the person's version.
	SetNoticeChoice(ctx context.Context, id activation.PersonID, choice activation.NoticeChoice) error
}
