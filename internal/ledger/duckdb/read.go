package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"segue/internal/activation"
	"segue/internal/ledger"
)

const rowColumns = `SELECT x.number, coalesce(x.profile_id, ''), coalesce(x.address, ''), x.list, coalesce(x.bucket, x.planned), x.bucket IS NOT NULL, x.reason,
	coalesce(x.attribute, ''), coalesce(x.why, ''), coalesce(x.duplicate_of, ''), coalesce(x.withheld, ''), coalesce(x.batch, ''), coalesce(b.process, 0), x.settled_at,
	coalesce(f.contact, 0)
	FROM run_row x LEFT JOIN batch b ON b.id = x.batch LEFT JOIN found_contact f ON f.run = x.run AND f.number = x.number `

func scanRow(scan func(...any) error) (r ledger.RunRow, err error) {
	var withheld string
	var at sql.NullTime
	if err := scan(&r.Number, &r.ProfileID, (*string)(&r.Address), &r.List, &r.Bucket, &r.Settled, &r.Reason, &r.Attribute, &r.Why, &r.DuplicateOf,
		&withheld, &r.Batch, &r.Process, &at, &r.Contact); err != nil {
		return r, err
	}
	if at.Valid {
		r.At = at.Time.UTC()
	}
	if withheld != "" {
		err = json.Unmarshal([]byte(withheld), &r.Withheld)
	}
	return r, err
}

// plannedRows are the columns of rows of runs r that are told together: those that nothing was sent for are as old as their plan.
func plannedRows() string {
	return strings.Replace(rowColumns, "x.settled_at", "coalesce(x.settled_at, r.planned_at)", 1) + "JOIN run r ON r.id = x.run "
}

func (l *Ledger) rows(ctx context.Context, where string, args ...any) ([]ledger.RunRow, error) {
	return l.rowsOf(ctx, rowColumns+where, args...)
}

func (l *Ledger) rowsOf(ctx context.Context, stmt string, args ...any) (list []ledger.RunRow, err error) {
	err = l.query(ctx, stmt, args, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		list = append(list, r)
		return err
	})
	return list, err
}

// Rows implements ledger.Reader.
func (l *Ledger) Rows(ctx context.Context, run activation.RunID, f ledger.RowFilter) ([]ledger.RunRow, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	return l.rows(ctx, `WHERE x.run = $1 AND x.number > $2 AND ($3 = '' OR coalesce(x.bucket, x.planned) = $3) AND ($4 = '' OR x.reason = $4)
		ORDER BY x.number LIMIT $5`, string(run), f.After, string(f.Bucket), f.Reason, min(limit, 1000))
}

// AddressRows implements ledger.Reader.
func (l *Ledger) AddressRows(ctx context.Context, address activation.Email, limit int) ([]ledger.RunRow, error) {
	return l.rowsOf(ctx, plannedRows()+"WHERE x.address = ? AND NOT r.dry ORDER BY r.planned_at DESC, x.number DESC LIMIT ?", string(address), limit)
}

// Standings implements ledger.Reader.
func (l *Ledger) Standings(ctx context.Context, address activation.Email) (list []ledger.Standing, err error) {
	err = l.query(ctx, `SELECT account, list, export, ownership, fingerprint IS NOT NULL, first_sent_at, acked_at FROM standing WHERE address = ?
		ORDER BY account, list, export`, []any{string(address)}, func(scan func(...any) error) error {
		var s ledger.Standing
		var acked sql.NullTime
		if err := scan(&s.Account, &s.List, &s.Export, &s.Ownership, &s.Acknowledged, &s.FirstSentAt, &acked); err != nil {
			return err
		}
		s.FirstSentAt = s.FirstSentAt.UTC()
		if acked.Valid {
			s.AcknowledgedAt = acked.Time.UTC()
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// counted are the columns of ListCounts.
const counted = `count(*) FILTER (ownership = 'owned'), count(*) FILTER (ownership = 'there_before'), count(*) FILTER (ownership = 'kept'),
	count(*) FILTER (ownership = 'orphaned'), count(*) FILTER (fingerprint IS NOT NULL)`

// Counts implements ledger.Reader.
func (l *Ledger) Counts(ctx context.Context, a ledger.AccountID, list activation.ListID, e activation.ExportID) (c ledger.ListCounts, err error) {
	err = l.query(ctx, "SELECT "+counted+" FROM standing WHERE account = ? AND list = ? AND export = ?",
		[]any{int32(a), int64(list), string(e)}, func(scan func(...any) error) error {
			return scan(&c.Owned, &c.ThereBefore, &c.Kept, &c.Orphaned, &c.Acknowledged)
		})
	return c, err
}

// Size implements ledger.Ledger.
func (l *Ledger) Size(context.Context) (n int64, err error) {
	for _, p := range []string{l.cfg.Path, l.cfg.Path + ".wal"} {
		info, err := os.Stat(p)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of the ledger: %w", err)
		}
		n += info.Size()
	}
	return n, nil
}

// compact copies the file when more than half of it is free, and 64 MiB: DuckDB's files do not shrink by themselves.
// The copy takes the file's place by a rename once it is whole; a crash leaves the one or the other.
func (l *Ledger) compact(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.write == nil {
		return nil
	}
	if _, err := l.write.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return translate(err)
	}
	var free, total, size int64
	if err := l.write.QueryRowContext(ctx, "SELECT free_blocks, total_blocks, block_size FROM pragma_database_size()").Scan(&free, &total, &size); err != nil {
		return translate(err)
	}
	if free*2 < total || free*size < 64<<20 {
		return nil
	}
	copyPath := l.cfg.Path + ".compact"
	_ = os.Remove(copyPath)
	if err := l.copyTo(ctx, copyPath); err != nil {
		_ = os.Remove(copyPath)
		return fmt.Errorf("compact the ledger: %w", err)
	}
	if err := l.close(); err != nil {
		return fmt.Errorf("compact the ledger: %w", err)
	}
	if err := os.Rename(copyPath, l.cfg.Path); err != nil {
		return errors.Join(err, l.open(ctx))
	}
	return l.open(ctx)
}

func (l *Ledger) copyTo(ctx context.Context, path string) error {
	var name string
	if err := l.write.QueryRowContext(ctx, "SELECT current_database()").Scan(&name); err != nil {
		return err
	}
	for _, s := range []string{
		"ATTACH " + quote(path) + " AS compacted",
		`COPY FROM DATABASE "` + name + `" TO compacted`,
		"DETACH compacted",
	} {
		if _, err := l.write.ExecContext(ctx, s); err != nil {
			_, _ = l.write.ExecContext(ctx, "DETACH DATABASE IF EXISTS compacted")
			return err
		}
	}
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}
