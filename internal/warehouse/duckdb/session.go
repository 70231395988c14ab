package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"segue/internal/activation"
)

// session runs statements of one connection; its errors are translated.
type session struct {
	ctx  context.Context
	last context.Context // for what must be done even when ctx has ended
	conn *sql.Conn
	// bounds are those of queries that people wrote.
	bounds queryBounds
}

func newSession(ctx context.Context, conn *sql.Conn) session {
	return session{ctx: ctx, last: context.WithoutCancel(ctx), conn: conn}
}

func (s session) exec(stmt string, args ...any) error {
	_, err := s.conn.ExecContext(s.ctx, stmt, args...)
	return s.translate(err)
}

func (s session) row(stmt string, args []any, into ...any) error {
	return s.translate(s.conn.QueryRowContext(s.ctx, stmt, args...).Scan(into...))
}

func (s session) rows(stmt string, args []any, each func(scan func(...any) error) error) error {
	rows, err := s.conn.QueryContext(s.ctx, stmt, args...)
	if err != nil {
		return s.translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return s.translate(err)
		}
	}
	return s.translate(rows.Err())
}

// tx runs f in a transaction.
func (s session) tx(f func() error) error {
	if err := s.exec("BEGIN TRANSACTION"); err != nil {
		return err
	}
	err := f()
	if err == nil {
		if err = s.exec("COMMIT"); err == nil {
			return nil
		}
	}
	s.rollback()
	return err
}

func (s session) rollback() {
	_, _ = s.conn.ExecContext(s.last, "ROLLBACK")
}

// use runs f on a connection of its own. The file stays open meanwhile.
func (w *Warehouse) use(ctx context.Context, f func(session) error) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.file == nil {
		return activation.Errorf(activation.CodeUnavailable, "the warehouse is closed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := w.file.db.Conn(ctx)
	if err != nil {
		return translate(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	s := newSession(ctx, conn)
	s.bounds = queryBounds{w.cfg.QueryTime, w.cfg.QueryRows}
	return f(s)
}

// read runs f in a transaction that is rolled back at its end: it sees one state and leaves no temporary table.
func (w *Warehouse) read(ctx context.Context, f func(session) error) error {
	return w.use(ctx, func(s session) error {
		if err := s.exec("BEGIN TRANSACTION"); err != nil {
			return err
		}
		defer s.rollback()
		return f(s)
	})
}

// update runs f in a write transaction; writers take turns. After running out of memory, or a commit that failed, the file is opened anew,
// for what DuckDB holds of it then is not to be trusted.
func (w *Warehouse) update(ctx context.Context, f func(session) error) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.reopen(ctx); err != nil {
		return err
	}
	err := w.use(ctx, func(s session) error {
		if err := s.tx(func() error { return f(s) }); err != nil {
			return err
		}
		// Readers of the old state may keep it from being written now; then it is written with the next change or at the end.
		_, _ = s.conn.ExecContext(context.WithoutCancel(ctx), "CHECKPOINT")
		return nil
	})
	if err == nil || !doubtful(err) {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(err, w.close(), w.open(context.WithoutCancel(ctx)))
}

// reopen opens the file again where that failed after running out of memory.
func (w *Warehouse) reopen(ctx context.Context) error {
	w.mu.RLock()
	fine := w.file != nil || w.closed
	w.mu.RUnlock()
	if fine {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	return w.open(ctx)
}

func doubtful(err error) bool {
	return outOfMemory(err.Error()) || strings.Contains(err.Error(), failedCommit)
}
