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
	"segue/internal/warehouse/csvfile"
)

// Defaults of a source that says nothing.
const (
	defaultMaxBad    = 0.01
	defaultMaxShrink = 0.3
)

// PreviewCSV implements warehouse.Warehouse.
func (w *Warehouse) PreviewCSV(ctx context.Context, r warehouse.LoadRequest, rows int) (warehouse.Preview, error) {
	p, err := csvfile.Preview(ctx, r.Path, r.Source, rows)
	if err != nil {
		return p, fmt.Errorf("preview %q: %w", r.Source.Name, err)
	}
	return p, nil
}

// LoadCSV implements warehouse.Warehouse. The file is read twice, first to decide and then to take over; nothing is
// written before everything is decided.
func (w *Warehouse) LoadCSV(ctx context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	began := w.cfg.Clock()
	survey, err := csvfile.Look(ctx, r.Path, r.Source)
	if err != nil {
		return activation.Ingest{}, fmt.Errorf("read %q: %w", r.Source.Name, err)
	}
	err = w.update(ctx, func(s session) error {
		old, err := s.table(r.Source.ID)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return err
		}
		if err := admit(r, survey, old); err != nil {
			return err
		}
		return s.replace(r, survey, old)
	})
	if err != nil {
		return activation.Ingest{}, fmt.Errorf("take %q over: %w", r.Source.Name, err)
	}
	return activation.Ingest{
		At: r.At, Rows: survey.Rows, Quarantined: survey.Quarantined, Columns: survey.Columns,
		DurationMS: w.cfg.Clock().Sub(began).Milliseconds(),
	}, nil
}

// admit decides whether rows are taken over. Force does not help against a file without rows, nor against one that is
// mostly unreadable: those are never what somebody wants.
func admit(r warehouse.LoadRequest, f *csvfile.Survey, old table) error {
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
	total := f.Rows + f.Quarantined
	if total == 0 {
		return refuse("An empty source never empties a list: the rows of before stay. Check what writes the file", "the file has no rows")
	}
	if float64(f.Quarantined) > maxBad*float64(total) {
		first := f.Bad[0]
		where := fmt.Sprintf("line %d %s", first.Line, first.Reason)
		if first.Column != "" {
			where = fmt.Sprintf("line %d, column %q, %s", first.Line, first.Column, first.Reason)
		}
		return refuse("Mend the file, or the source's delimiter, quote and column types, or let more rows be left out (max_bad_rows)",
			"%d of %d rows cannot be read, more than %s; the first: %s", f.Quarantined, total, percent(maxBad), where)
	}
	if f.Rows == 0 {
		return refuse("An empty source never empties a list: the rows of before stay. Check what writes the file", "no row of the file can be read")
	}
	if r.Force {
		return nil
	}
	var lost []string
	for _, name := range r.Required {
		if !slices.ContainsFunc(f.Columns, func(c activation.Column) bool { return c.Name == name }) && !slices.Contains(lost, name) {
			lost = append(lost, name)
		}
	}
	if len(lost) > 0 {
		return refuse("Put them back into the file, or change the profile, or take the rows over all the same (force)",
			"the file lost columns that the profile is made from: %s", strings.Join(lost, ", "))
	}
	if float64(f.Rows) < float64(old.rows)*(1-maxShrink) {
		return refuse("Check whether the file is complete. If it is, take the rows over all the same (force), or let the source shrink more (max_shrink)",
			"the table would shrink from %d to %d rows, by more than %s", old.rows, f.Rows, percent(maxShrink))
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

// replace makes the new table, fills it and drops the old one.
func (s session) replace(r warehouse.LoadRequest, f *csvfile.Survey, old table) error {
	next := table{rows: f.Rows, columns: f.Columns}
	if err := s.row("SELECT nextval('table_number')", nil, &next.number); err != nil {
		return err
	}
	defs := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		defs[i] = fmt.Sprintf("c%d %s", i, sqlType(c.Type))
	}
	if err := s.exec("CREATE TABLE " + next.name() + " (" + strings.Join(defs, ", ") + ")"); err != nil {
		return err
	}
	if err := s.fill(next.name(), len(defs), func(add func([]any) error) error { return f.Each(s.ctx, add) }); err != nil {
		return err
	}
	if err := s.forget(r.Source.ID, old); err != nil {
		return err
	}
	columns, err := json.Marshal(f.Columns)
	if err != nil {
		return err
	}
	if err := s.exec("INSERT INTO source VALUES (?, ?, ?, ?, ?)", string(r.Source.ID), next.number, f.Rows, r.At.UTC(), string(columns)); err != nil {
		return err
	}
	return s.fill("bad_row", 6, func(add func([]any) error) error {
		for i, b := range f.Bad {
			if err := add([]any{string(r.Source.ID), int64(i), b.Line, b.Column, b.Value, b.Reason}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s session) forget(id activation.SourceID, old table) error {
	for _, t := range []string{"source WHERE id", "bad_row WHERE source"} {
		if err := s.exec("DELETE FROM "+t+" = ?", string(id)); err != nil {
			return err
		}
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
		if err != nil {
			return err
		}
		return s.forget(id, old)
	})
	if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
		return fmt.Errorf("drop the table of source %s: %w", id, err)
	}
	return nil
}

// Quarantine implements warehouse.Warehouse.
func (w *Warehouse) Quarantine(ctx context.Context, id activation.SourceID, offset, limit int) (list []warehouse.BadRow, err error) {
	err = w.read(ctx, func(s session) error {
		return s.rows("SELECT line, col, value, reason FROM bad_row WHERE source = ? ORDER BY number LIMIT ? OFFSET ?",
			[]any{string(id), max(limit, 0), max(offset, 0)}, func(scan func(...any) error) error {
				var b warehouse.BadRow
				err := scan(&b.Line, &b.Column, &b.Value, &b.Reason)
				list = append(list, b)
				return err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("list what could not be read: %w", err)
	}
	return list, nil
}

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
		n := 0
		err = rows(func(row []any) error {
			for i, v := range row {
				values[i] = v
			}
			if n++; n%4096 == 0 && s.ctx.Err() != nil {
				return s.ctx.Err()
			}
			return a.AppendRow(values...)
		})
		return errors.Join(err, a.CloseWithCancel(s.ctx))
	})
	return s.translate(err)
}
