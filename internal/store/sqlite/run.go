package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"segue/internal/activation"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

// Run implements store.Reader.
func (r *reader) Run(ctx context.Context, id activation.RunID) (activation.Run, error) {
	row, err := r.q.RunByID(ctx, string(id))
	if errors.Is(err, sql.ErrNoRows) {
		return r.removing(ctx, id)
	}
	if err != nil {
		return activation.Run{}, missing(ctx, "run", string(id), err)
	}
	return toRun(row)
}

// removing returns a run with which its export was removed.
func (r *reader) removing(ctx context.Context, id activation.RunID) (run activation.Run, err error) {
	text, err := r.q.RemovingRun(ctx, string(id))
	if err != nil {
		return activation.Run{}, missing(ctx, "run", string(id), err)
	}
	return run, decode("run", text, &run)
}

// Runs implements store.Reader.
func (r *reader) Runs(ctx context.Context, export activation.ExportID, p store.Page) ([]activation.Run, string, error) {
	before := p.After
	if before == "" {
		before = strings.Repeat(string(utf8.MaxRune), 4) // after every id
	}
	var rows []sqlcgen.Run
	var err error
	if export == "" {
		rows, err = r.q.RunsBefore(ctx, sqlcgen.RunsBeforeParams{Before: before, Count: limit(p) + 1})
	} else {
		rows, err = r.q.RunsOfExportBefore(ctx, sqlcgen.RunsOfExportBeforeParams{ExportID: string(export), Before: before, Count: limit(p) + 1})
	}
	if err != nil {
		return nil, "", translate(ctx, "list runs", err)
	}
	return cut(rows, p, toRun, func(r activation.Run) string { return string(r.ID) })
}

// OpenRuns implements store.Reader.
func (r *reader) OpenRuns(ctx context.Context) ([]activation.Run, error) {
	rows, err := r.q.OpenRuns(ctx)
	if err != nil {
		return nil, translate(ctx, "list open runs", err)
	}
	list := make([]activation.Run, 0, len(rows))
	for _, row := range rows {
		run, err := toRun(row)
		if err != nil {
			return nil, err
		}
		list = append(list, run)
	}
	return list, nil
}

// LastRun implements store.Reader.
func (r *reader) LastRun(ctx context.Context, export activation.ExportID) (activation.Run, error) {
	row, err := r.q.LastEndedRun(ctx, sqlcgen.LastEndedRunParams{ExportID: string(export), Kind: string(activation.RunReal)})
	if errors.Is(err, sql.ErrNoRows) {
		return activation.Run{}, activation.Errorf(activation.CodeNotFound, "no run of the export %q has ended yet", export)
	}
	if err != nil {
		return activation.Run{}, translate(ctx, "load run", err)
	}
	return toRun(row)
}

// IdempotentRun implements store.Reader.
func (r *reader) IdempotentRun(ctx context.Context, export activation.ExportID, key string) (activation.RunID, error) {
	id, err := r.q.RunByIdempotencyKey(ctx, sqlcgen.RunByIdempotencyKeyParams{ExportID: string(export), IdempotencyKey: optional(key)})
	if errors.Is(err, sql.ErrNoRows) {
		return "", activation.Errorf(activation.CodeNotFound, "no run was made with this key")
	}
	return activation.RunID(id), translate(ctx, "load run", err)
}

func toRun(row sqlcgen.Run) (activation.Run, error) {
	r := activation.Run{
		ID: activation.RunID(row.ID), Export: activation.ExportID(row.ExportID), Kind: activation.RunKind(row.Kind),
		Status: activation.RunStatus(row.Status), Step: activation.RunStep(row.Step), RequestedBy: row.RequestedBy,
		CreatedAt: moment(row.CreatedAt), StartedAt: moment(row.StartedAt), EndedAt: moment(row.EndedAt), UpdatedAt: moment(row.UpdatedAt),
		ErrorCode: activation.Code(row.ErrorCode), Error: row.ErrorMessage, Remedy: row.Remedy, Attempt: int(row.Attempt),
		CancelRequested: row.CancelRequested != 0, Released: row.Released != 0, ReleasedBy: row.ReleasedBy, RefreshMirror: row.RefreshMirror != 0,
		Connection: activation.ConnectionID(row.ConnectionID), Stop: activation.StopReason(row.Stop), Version: row.Version,
	}
	if err := decode("progress", row.Progress, &r.Progress); err != nil {
		return r, err
	}
	if err := decodeNull("plan", row.PlanSummary, &r.Plan); err != nil {
		return r, err
	}
	if err := decodeNull("receipt", row.Receipt, &r.Receipt); err != nil {
		return r, err
	}
	return r, decodeNull("reconciliation", row.Reconciliation, &r.Reconciliation)
}

// outcome is what a run row holds as JSON.
type outcome struct {
	plan, receipt, reconciliation sql.NullString
	progress                      string
}

func toOutcome(r activation.Run) (o outcome, err error) {
	if o.plan, err = encodeNull(r.Plan); err != nil {
		return o, err
	}
	if o.receipt, err = encodeNull(r.Receipt); err != nil {
		return o, err
	}
	if o.reconciliation, err = encodeNull(r.Reconciliation); err != nil {
		return o, err
	}
	o.progress, err = encode(r.Progress)
	return o, err
}

// CreateRun implements store.Tx.
func (t *txn) CreateRun(ctx context.Context, r activation.Run, idempotencyKey string) error {
	o, err := toOutcome(r)
	if err != nil {
		return err
	}
	if _, err := t.Export(ctx, r.Export); err != nil {
		return refers(err, "export")
	}
	err = t.q.InsertRun(ctx, sqlcgen.InsertRunParams{
		ID: string(r.ID), ExportID: string(r.Export), IdempotencyKey: optional(idempotencyKey), Kind: string(r.Kind),
		Status: string(r.Status), Ended: flag(r.Status.Final()), Step: string(r.Step), RequestedBy: r.RequestedBy,
		CreatedAt: micros(r.CreatedAt), StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), UpdatedAt: micros(r.UpdatedAt),
		PlanSummary: o.plan, Receipt: o.receipt, Progress: o.progress,
		ErrorCode: string(r.ErrorCode), ErrorMessage: r.Error, Remedy: r.Remedy, Attempt: int64(r.Attempt),
		CancelRequested: flag(r.CancelRequested), Released: flag(r.Released), ReleasedBy: r.ReleasedBy, Reconciliation: o.reconciliation, RefreshMirror: flag(r.RefreshMirror),
		ConnectionID: string(r.Connection), Stop: string(r.Stop),
	})
	if isUnique(err) {
		return activation.Errorf(activation.CodeConflict, "a run of this export was made with the same idempotency key").WithField("idempotency_key")
	}
	return saved(ctx, "run", err)
}

// UpdateRun implements store.Tx.
func (t *txn) UpdateRun(ctx context.Context, r activation.Run) error {
	o, err := toOutcome(r)
	if err != nil {
		return err
	}
	if r.Status.Final() { // noted once, in the order in which runs end
		if err := t.q.NoteEnd(ctx, string(r.ID)); err != nil {
			return saved(ctx, "run", err)
		}
	}
	if err := t.noteSize(ctx, r); err != nil {
		return err
	}
	n, err := t.q.UpdateRun(ctx, sqlcgen.UpdateRunParams{
		Status: string(r.Status), Ended: flag(r.Status.Final()), Step: string(r.Step),
		StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), UpdatedAt: micros(r.UpdatedAt),
		PlanSummary: o.plan, Receipt: o.receipt, Progress: o.progress,
		ErrorCode: string(r.ErrorCode), ErrorMessage: r.Error, Remedy: r.Remedy, Attempt: int64(r.Attempt),
		CancelRequested: flag(r.CancelRequested), Released: flag(r.Released), ReleasedBy: r.ReleasedBy, Reconciliation: o.reconciliation, Stop: string(r.Stop),
		ID: string(r.ID), Version: r.Version,
	})
	if err != nil {
		return saved(ctx, "run", err)
	}
	return changed(n, "run", func() error { _, err := t.Run(ctx, r.ID); return err })
}

// noteSize keeps how many people the list held after a run, for the size over time.
func (t *txn) noteSize(ctx context.Context, r activation.Run) error {
	if !r.Status.Final() || r.Kind == activation.RunDry || r.Receipt == nil || r.Receipt.ListSize < 0 {
		return nil
	}
	return saved(ctx, "run", t.q.PutListSize(ctx, sqlcgen.PutListSizeParams{ExportID: string(r.Export), At: micros(r.EndedAt), Size: r.Receipt.ListSize}))
}

// LastListSize implements store.Reader.
func (r *reader) LastListSize(ctx context.Context, export activation.ExportID) (activation.ListSize, error) {
	row, err := r.q.LastListSize(ctx, string(export))
	if errors.Is(err, sql.ErrNoRows) {
		return activation.ListSize{}, nil
	}
	return activation.ListSize{At: moment(row.At), Size: row.Size}, translate(ctx, "load the size of a list", err)
}

// ListSizes implements store.Reader.
func (r *reader) ListSizes(ctx context.Context, q store.SizesQuery, p store.Page) ([]activation.ListSizes, string, error) {
	exports, err := r.q.ExportIDsAfter(ctx, sqlcgen.ExportIDsAfterParams{After: p.After, Export: string(q.Export), Most: limit(p) + 1})
	if err != nil {
		return nil, "", translate(ctx, "list exports", err)
	}
	list, next, err := cut(exports, p, func(id string) (activation.ListSizes, error) {
		return activation.ListSizes{Export: activation.ExportID(id)}, nil
	}, func(l activation.ListSizes) string { return string(l.Export) })
	if err != nil {
		return nil, "", err
	}
	rows, err := r.q.ListSizesSince(ctx, sqlcgen.ListSizesSinceParams{
		After: p.After, Export: string(q.Export), Most: limit(p), Since: micros(q.Since), Width: max(q.Step.Microseconds(), 1),
	})
	if err != nil {
		return nil, "", translate(ctx, "list the sizes of lists", err)
	}
	at := 0
	for _, row := range rows { // both are in the order of the exports
		for string(list[at].Export) != row.ExportID {
			at++
		}
		list[at].Sizes = append(list[at].Sizes, activation.ListSize{At: moment(row.Latest), Size: row.Size})
	}
	return list, next, nil
}

// RemoveExport implements store.Tx.
func (t *txn) RemoveExport(ctx context.Context, ended activation.Run) error {
	e, err := t.Export(ctx, ended.Export)
	if err != nil {
		return err
	}
	if err := t.UpdateRun(ctx, ended); err != nil {
		return err
	}
	ended.Version++
	text, err := encode(ended)
	if err != nil {
		return err
	}
	p := sqlcgen.InsertRemovingRunParams{ID: string(ended.ID), ExportID: string(e.ID), ExportName: e.Name, Run: text}
	if err := t.q.InsertRemovingRun(ctx, p); err != nil {
		return saved(ctx, "run", err)
	}
	return t.DeleteExport(ctx, e.ID)
}

func optional(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
