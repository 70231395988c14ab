package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/textfile"
)

// Defaults of a source that says nothing.
const (
	defaultMaxBad    = 0.01
	defaultMaxShrink = 0.3
)

// Preview implements warehouse.Warehouse.
func (w *Warehouse) Preview(ctx context.Context, r warehouse.LoadRequest, rows int) (p warehouse.Preview, err error) {
	if len(r.Files) == 0 && r.Feed == nil {
		return p, fmt.Errorf("preview %q: no file is named", r.Source.Name)
	}
	switch {
	case r.Feed != nil:
		p, err = w.previewFeed(ctx, r, rows)
	case r.Source.Kind == activation.SourceParquet:
		p, err = w.previewParquet(ctx, r, rows)
	default:
		p, err = textfile.Preview(ctx, w.texts(r), rows)
	}
	if err != nil {
		return p, fmt.Errorf("preview %q: %w", r.Source.Name, err)
	}
	return p, nil
}

func (w *Warehouse) texts(r warehouse.LoadRequest) textfile.Request {
	return textfile.Request{Files: r.Files, Source: r.Source, MaxUnpacked: w.cfg.MaxUnpacked}
}

// Load implements warehouse.Warehouse.
func (w *Warehouse) Load(ctx context.Context, r warehouse.LoadRequest) (in activation.Ingest, err error) {
	switch {
	case r.Feed != nil:
		in, err = w.loadFeed(ctx, r)
	case len(r.Files) == 0:
		return in, fmt.Errorf("read %q: no file is named", r.Source.Name)
	case r.Source.Kind == activation.SourceParquet:
		in, err = w.loadParquet(ctx, r)
	default:
		in, err = w.loadText(ctx, r)
	}
	if err == nil {
		return in, nil
	}
	if ctx.Err() != nil {
		return activation.Ingest{}, err
	}
	var rows refusedError
	errors.As(err, &rows) // of what failed otherwise none are kept
	if kept := w.update(ctx, func(s session) error { return s.keepRefused(r.Source.ID, rows.bad) }); kept != nil {
		return activation.Ingest{}, errors.Join(err, kept)
	}
	return activation.Ingest{Quarantined: rows.quarantined}, err
}

// refusedError is a refusal of rows that were read to their end.
type refusedError struct {
	error
	intake
}

// Unwrap implements the interface that errors.As looks for.
func (r refusedError) Unwrap() error { return r.error }

// refusedRows is what the rows that could not be read in a refused attempt are kept under: beside those of the table, which stays.
func refusedRows(id activation.SourceID) string { return string(id) + "/refused" }

// keepRefused keeps the rows that could not be read in an attempt that was refused, in place of those of an earlier one.
func (s session) keepRefused(id activation.SourceID, bad []warehouse.BadRow) error {
	if err := s.exec("DELETE FROM bad_row WHERE source = ?", refusedRows(id)); err != nil {
		return err
	}
	return s.addBad(refusedRows(id), bad)
}

// loadText takes files of text over. They are read twice, first to decide and then to take over; nothing is written
// before everything is decided.
func (w *Warehouse) loadText(ctx context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	began := w.cfg.Clock()
	survey, err := textfile.Look(ctx, w.texts(r))
	if err != nil {
		return activation.Ingest{}, fmt.Errorf("read %q: %w", r.Source.Name, err)
	}
	in := intake{rows: survey.Rows, quarantined: survey.Quarantined, bad: survey.Bad, columns: survey.Columns}
	if err := w.fillText(ctx, r, in, survey); err != nil {
		return activation.Ingest{}, fmt.Errorf("take %q over: %w", r.Source.Name, err)
	}
	return activation.Ingest{
		At: r.At, Rows: survey.Rows, Quarantined: survey.Quarantined, Columns: survey.Columns,
		DurationMS: w.cfg.Clock().Sub(began).Milliseconds(),
	}, nil
}

// fillText lets DuckDB read what it reads as we do, and reads the rest ourselves.
func (w *Warehouse) fillText(ctx context.Context, r warehouse.LoadRequest, in intake, survey *textfile.Survey) error {
	if list, plain := engineReads(survey); plain {
		err := w.takeOver(ctx, r, in, func(s session, next table) error {
			if err := s.fillPlain(next, list, survey); err != nil {
				return err
			}
			return survey.Unchanged(s.ctx)
		})
		if !again(ctx, err) {
			return err
		}
	}
	return w.takeOver(ctx, r, in, func(s session, next table) error {
		return s.fill(next.name(), len(next.columns), func(add func([]any) error) error { return survey.Each(s.ctx, add) })
	})
}

// takeOver puts what fill makes in the place of the old table, in one transaction.
func (w *Warehouse) takeOver(ctx context.Context, r warehouse.LoadRequest, in intake, fill func(session, table) error) error {
	return w.update(ctx, func(s session) error {
		old, err := s.table(r.Source.ID)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return err
		}
		if err := admit(r, in, old); err != nil {
			return refusedError{err, in}
		}
		next, err := s.create(in.columns)
		if err != nil {
			return err
		}
		if err := fill(s, next); err != nil {
			return err
		}
		return s.replace(r, in, old, next)
	})
}

// admit decides whether rows are taken over. Force does not help against a file without rows, nor against one that is
// mostly unreadable: those are never what somebody wants.
func admit(r warehouse.LoadRequest, f intake, old table) error {
	refuse := func(remedy, text string, args ...any) error {
		return activation.Errorf(activation.CodeSourceRefused, text, args...).WithRemedy(remedy)
	}
	maxBad, maxShrink := r.Source.MaxBadRows, r.Source.MaxShrink
	if maxBad == 0 {
		maxBad = defaultMaxBad
	}
	if maxShrink == 0 {
		maxShrink = defaultMaxShrink
	}
	total := f.rows + f.quarantined
	from, row, mend := "file", "line", "Mend the file, or the source's delimiter, quote and column types"
	if r.Feed != nil {
		from, row, mend = "database", "row", "Mend the rows there, or the source's column types"
	}
	if total == 0 {
		return refuse("An empty source never empties a list: the rows of before stay. Check what writes the "+from, "the %s has no rows", from)
	}
	if float64(f.quarantined) > maxBad*float64(total) {
		first := f.bad[0]
		where := fmt.Sprintf("%s %d %s", row, first.Line, first.Reason)
		if first.Column != "" {
			where = fmt.Sprintf("%s %d, column %q, %s", row, first.Line, first.Column, first.Reason)
		}
		if len(r.Files) > 1 {
			where = first.File + ", " + where
		}
		return refuse(mend+", or let more rows be left out (max_bad_rows)",
			"%d of %d rows cannot be read, more than %s; the first: %s", f.quarantined, total, percent(maxBad), where)
	}
	if f.rows == 0 {
		return refuse("An empty source never empties a list: the rows of before stay. Check what writes the "+from, "no row of the %s can be read", from)
	}
	if r.Force {
		return nil
	}
	var lost []string
	for _, name := range r.Required {
		if !slices.ContainsFunc(f.columns, func(c activation.Column) bool { return c.Name == name }) && !slices.Contains(lost, name) {
			lost = append(lost, name)
		}
	}
	if len(lost) > 0 {
		return refuse("Put them back into the "+from+", or change the profile, or take the rows over all the same (force)",
			"the %s lost columns that the profile is made from: %s", from, strings.Join(lost, ", "))
	}
	if float64(f.rows) < float64(old.rows)*(1-maxShrink) {
		return refuse("Check whether the "+from+" is complete. If it is, take the rows over all the same (force), or let the source shrink more (max_shrink)",
			"the table would shrink from %d to %d rows, by more than %s", old.rows, f.rows, percent(maxShrink))
	}
	return nil
}

func percent(share float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", share*100), "0"), ".") + " %"
}

// table is a source's table.
type table struct {
	number  int64
	rows    int64
	at      time.Time
	columns []activation.Column
}

func (t table) name() string { return fmt.Sprintf("rows_%d", t.number) }

// column returns the physical name and the type of a column.
func (t table) column(name string) (string, activation.FieldType, bool) {
	for i, c := range t.columns {
		if c.Name == name {
			return fmt.Sprintf("c%d", i), c.Type, true
		}
	}
	return "", "", false
}

// table finds the table of a source, CodeNotFound if there is none.
func (s session) table(id activation.SourceID) (t table, err error) {
	var columns string
	err = s.row("SELECT number, row_count, taken_at, columns FROM source WHERE id = ?", []any{string(id)}, &t.number, &t.rows, &t.at, &columns)
	if errors.Is(err, sql.ErrNoRows) {
		return t, activation.Errorf(activation.CodeNotFound, "the source has no table yet").WithRemedy("Ingest it first: segue source ingest")
	}
	if err != nil {
		return t, err
	}
	t.at = t.at.UTC()
	return t, json.Unmarshal([]byte(columns), &t.columns)
}

// sqlType is how values of a type are stored.
func sqlType(t activation.FieldType) string {
	switch t {
	case activation.TypeNumber:
		return "DOUBLE"
	case activation.TypeDate:
		return "DATE"
	case activation.TypeDateTime:
		return "TIMESTAMP"
	case activation.TypeBoolean:
		return "BOOLEAN"
	default:
		return "VARCHAR"
	}
}

// create makes an empty table.
func (s session) create(columns []activation.Column) (next table, err error) {
	next.columns = columns
	if err := s.row("SELECT nextval('table_number')", nil, &next.number); err != nil {
		return next, err
	}
	defs := make([]string, len(columns))
	for i, c := range columns {
		defs[i] = fmt.Sprintf("c%d %s", i, sqlType(c.Type))
	}
	return next, s.exec("CREATE TABLE " + next.name() + " (" + strings.Join(defs, ", ") + ")")
}

// replace puts a table that was filled in the place of the old one.
func (s session) replace(r warehouse.LoadRequest, f intake, old, next table) error {
	if err := s.forget(r.Source.ID, old); err != nil {
		return err
	}
	columns, err := json.Marshal(f.columns)
	if err != nil {
		return err
	}
	if err := s.exec("INSERT INTO source VALUES (?, ?, ?, ?, ?)", string(r.Source.ID), next.number, f.rows, r.At.UTC(), string(columns)); err != nil {
		return err
	}
	return s.addBad(string(r.Source.ID), f.bad)
}

func (s session) addBad(of string, bad []warehouse.BadRow) error {
	return s.fill("bad_row", 7, func(add func([]any) error) error {
		for i, b := range bad {
			if err := add([]any{of, int64(i), b.Line, b.Column, b.Value, b.Reason, b.File}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s session) forget(id activation.SourceID, old table) error {
	if err := s.exec("DELETE FROM source WHERE id = ?", string(id)); err != nil {
		return err
	}
	if err := s.exec("DELETE FROM bad_row WHERE source IN (?, ?)", string(id), refusedRows(id)); err != nil {
		return err
	}
	if old.number == 0 {
		return nil
	}
	return s.exec("DROP TABLE " + old.name())
}

// DropTable implements warehouse.Warehouse. A source without a table is no error.
func (w *Warehouse) DropTable(ctx context.Context, id activation.SourceID) error {
	err := w.update(ctx, func(s session) error {
		old, err := s.table(id)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return err
		}
		return s.forget(id, old)
	})
	if err != nil {
		return fmt.Errorf("drop the table of source %s: %w", id, err)
	}
	return nil
}

// Quarantine implements warehouse.Warehouse.
func (w *Warehouse) Quarantine(ctx context.Context, id activation.SourceID, offset, limit int) (list []warehouse.BadRow, err error) {
	err = w.read(ctx, func(s session) error {
		return s.rows(`SELECT file, line, col, value, reason FROM bad_row
			WHERE source = coalesce((SELECT any_value(source) FROM bad_row WHERE source = ?), ?) ORDER BY number LIMIT ? OFFSET ?`,
			[]any{refusedRows(id), string(id), max(limit, 0), max(offset, 0)}, func(scan func(...any) error) error {
				var b warehouse.BadRow
				err := scan(&b.File, &b.Line, &b.Column, &b.Value, &b.Reason)
				list = append(list, b)
				return err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("list what could not be read: %w", err)
	}
	return list, nil
}

// appendBytes is how many bytes of texts an appender holds before it hands its rows over: it collects thousands of rows, of 4 MiB each at
// most, outside of the engine's limit of memory.
const appendBytes = 8 << 20

// fill appends rows to a table inside the session's transaction.
func (s session) fill(name string, width int, rows func(add func([]any) error) error) error {
	err := s.conn.Raw(func(c any) error {
		raw, ok := c.(driver.Conn)
		if !ok {
			return errors.New("the connection is not of the driver")
		}
		a, err := driverduck.NewAppenderFromConn(raw, "", name)
		if err != nil {
			return err
		}
		values := make([]driver.Value, width)
		n, held := 0, 0
		err = rows(func(row []any) error {
			for i, v := range row {
				values[i] = v
				if text, ok := v.(string); ok {
					held += len(text)
				}
			}
			if n++; n%4096 == 0 && s.ctx.Err() != nil {
				return s.ctx.Err()
			}
			if err := a.AppendRow(values...); err != nil || held < appendBytes {
				return err
			}
			held = 0
			return a.Flush()
		})
		return errors.Join(err, a.CloseWithCancel(s.ctx))
	})
	return s.translate(err)
}
