package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// NoticeSettings implements store.Reader.
func (r *reader) NoticeSettings(ctx context.Context) (s activation.NoticeSettings, err error) {
	row, err := r.q.NoticeSettings(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, translate(ctx, "load the settings of notices", err)
	}
	if err := decode("settings of notices", row.Settings, &s); err != nil {
		return s, err
	}
	s.SealedPassword, s.SealedSecret = absent(row.SealedPassword), absent(row.SealedSecret)
	s.UpdatedAt, s.Version = moment(row.UpdatedAt), row.Version
	return s, nil
}

// absent is the reverse of present.
func absent(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// PutNoticeSettings implements store.Tx.
func (t *txn) PutNoticeSettings(ctx context.Context, s activation.NoticeSettings) error {
	text, err := encode(s)
	if err != nil {
		return err
	}
	if s.Version == 0 {
		return saved(ctx, "setting of notices", t.q.InsertNoticeSettings(ctx, sqlcgen.InsertNoticeSettingsParams{
			Settings: text, SealedPassword: present(s.SealedPassword), SealedSecret: present(s.SealedSecret), UpdatedAt: micros(s.UpdatedAt),
		}))
	}
	n, err := t.q.UpdateNoticeSettings(ctx, sqlcgen.UpdateNoticeSettingsParams{
		Settings: text, SealedPassword: present(s.SealedPassword), SealedSecret: present(s.SealedSecret), UpdatedAt: micros(s.UpdatedAt), Version: s.Version,
	})
	if err != nil {
		return saved(ctx, "setting of notices", err)
	}
	return changed(n, "setting of notices", func() error { return nil })
}

// TaskStates implements store.Reader.
func (r *reader) TaskStates(ctx context.Context) ([]activation.TaskState, error) {
	rows, err := r.q.TaskStates(ctx)
	if err != nil {
		return nil, translate(ctx, "list how tasks stand", err)
	}
	list := make([]activation.TaskState, 0, len(rows))
	for _, row := range rows {
		s := activation.TaskState{Subject: row.Subject}
		if err := decode("state of a task", row.State, &s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// PutTaskState implements store.Tx.
func (t *txn) PutTaskState(ctx context.Context, s activation.TaskState) error {
	text, err := encode(s)
	if err != nil {
		return err
	}
	return saved(ctx, "state of a task", t.q.PutTaskState(ctx, sqlcgen.PutTaskStateParams{Subject: s.Subject, State: text}))
}

// DeleteTaskState implements store.Tx.
func (t *txn) DeleteTaskState(ctx context.Context, subject string) error {
	return translate(ctx, "forget how a task stands", t.q.DeleteTaskState(ctx, subject))
}

// EndedRuns implements store.Reader.
func (r *reader) EndedRuns(ctx context.Context, most int) ([]activation.EndedRun, error) {
	rows, err := r.q.EndedRuns(ctx, int64(most))
	if err != nil {
		return nil, translate(ctx, "list runs that ended", err)
	}
	list := make([]activation.EndedRun, 0, len(rows))
	for _, row := range rows {
		run, err := r.Run(ctx, activation.RunID(row.RunID))
		if err != nil {
			return nil, err
		}
		list = append(list, activation.EndedRun{Number: row.Number, Run: run})
	}
	return list, nil
}

// ForgetEnded implements store.Tx.
func (t *txn) ForgetEnded(ctx context.Context, upTo int64) error {
	return translate(ctx, "forget runs that ended", t.q.ForgetEnded(ctx, upTo))
}

// LastSuccess implements store.Reader.
func (r *reader) LastSuccess(ctx context.Context, export activation.ExportID) (time.Time, error) {
	at, err := r.q.LastSuccess(ctx, string(export))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return moment(at), translate(ctx, "look when an export last succeeded", err)
}

// Notice implements store.Reader.
func (r *reader) Notice(ctx context.Context, id activation.NoticeID) (activation.Notice, error) {
	row, err := r.q.NoticeByID(ctx, string(id))
	if err != nil {
		return activation.Notice{}, missing(ctx, "message", string(id), err)
	}
	return toNotice(row)
}

// Notices implements store.Reader.
func (r *reader) Notices(ctx context.Context, p store.Page) ([]activation.Notice, string, error) {
	before := p.After
	if before == "" {
		before = strings.Repeat("\U0010FFFF", 4) // after every id
	}
	rows, err := r.q.NoticesBefore(ctx, sqlcgen.NoticesBeforeParams{Before: before, Count: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list messages", err)
	}
	return cut(rows, p, toNotice, func(n activation.Notice) string { return string(n.ID) })
}

func toNotice(row sqlcgen.Notice) (n activation.Notice, err error) {
	return n, decode("message", row.Notice, &n)
}

// CreateNotice implements store.Tx.
func (t *txn) CreateNotice(ctx context.Context, n activation.Notice, deliveries []activation.Delivery) error {
	text, err := encode(n)
	if err != nil {
		return err
	}
	if err := t.q.InsertNotice(ctx, sqlcgen.InsertNoticeParams{ID: string(n.ID), At: micros(n.At), Notice: text}); err != nil {
		return saved(ctx, "message", err)
	}
	for _, d := range deliveries {
		err := t.q.InsertDelivery(ctx, sqlcgen.InsertDeliveryParams{
			NoticeID: string(n.ID), Channel: string(d.Channel), PersonID: string(d.Person), State: string(d.State), Attempts: int64(d.Attempts),
			NextAt: micros(d.NextAt), EndedAt: micros(d.EndedAt), Error: d.Error,
		})
		if err != nil {
			return saved(ctx, "delivery", err)
		}
	}
	return nil
}

// PruneNotices implements store.Tx.
func (t *txn) PruneNotices(ctx context.Context, before time.Time) error {
	return translate(ctx, "drop old messages", t.q.PruneNotices(ctx, micros(before)))
}

// Deliveries implements store.Reader.
func (r *reader) Deliveries(ctx context.Context, id activation.NoticeID) ([]activation.Delivery, error) {
	rows, err := r.q.DeliveriesOfNotice(ctx, string(id))
	return toDeliveries(rows), translate(ctx, "list deliveries", err)
}

// DueDeliveries implements store.Reader.
func (r *reader) DueDeliveries(ctx context.Context, now time.Time, most int) ([]activation.Delivery, error) {
	rows, err := r.q.DueDeliveries(ctx, sqlcgen.DueDeliveriesParams{Now: micros(now), Count: int64(most)})
	return toDeliveries(rows), translate(ctx, "list deliveries", err)
}

func toDeliveries(rows []sqlcgen.Delivery) []activation.Delivery {
	list := make([]activation.Delivery, 0, len(rows))
	for _, row := range rows {
		list = append(list, activation.Delivery{
			Notice: activation.NoticeID(row.NoticeID), Channel: activation.Channel(row.Channel), Person: activation.PersonID(row.PersonID),
			State: activation.DeliveryState(row.State), Attempts: int(row.Attempts), NextAt: moment(row.NextAt), EndedAt: moment(row.EndedAt), Error: row.Error,
		})
	}
	return list
}

// UpdateDelivery implements store.Tx.
func (t *txn) UpdateDelivery(ctx context.Context, d activation.Delivery) error {
	n, err := t.q.UpdateDelivery(ctx, sqlcgen.UpdateDeliveryParams{
		State: string(d.State), Attempts: int64(d.Attempts), NextAt: micros(d.NextAt), EndedAt: micros(d.EndedAt), Error: d.Error,
		NoticeID: string(d.Notice), Channel: string(d.Channel), PersonID: string(d.Person),
	})
	if err != nil {
		return saved(ctx, "delivery", err)
	}
	return found(n, "delivery", string(d.Notice))
}

// SetNoticeChoice implements store.Tx.
func (t *txn) SetNoticeChoice(ctx context.Context, id activation.PersonID, choice activation.NoticeChoice) error {
	n, err := t.q.SetNoticeChoice(ctx, sqlcgen.SetNoticeChoiceParams{Notices: string(choice), ID: string(id)})
	if err != nil {
		return saved(ctx, "person", err)
	}
	return found(n, "person", string(id))
}
