package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/warehouse"
	"segue/internal/warehouse/textfile"
)

// maxFeedColumns bounds what a query may give.
const maxFeedColumns = 2000

// stage puts the rows of a feed into a table of texts, as they come, and describes it as a relation. The table is to be
// dropped in the same transaction.
func (s session) stage(feed warehouse.Feed, limit int) (name string, r relation, err error) {
	var number int64
	if err := s.row("SELECT nextval('table_number')", nil, &number); err != nil {
		return "", r, err
	}
	name = fmt.Sprintf("stage_%d", number)
	r = relation{from: name + " s", line: "s.n"}
	err = s.conn.Raw(func(c any) error {
		raw, isConn := c.(driver.Conn)
		run, runs := c.(driver.ExecerContext)
		if !isConn || !runs {
			return errors.New("the connection is not of the driver")
		}
		var a *driverduck.Appender
		var values []driver.Value
		n, held := int64(0), 0
		var block warehouse.Block
		err := feed.Read(s.ctx, limit, func(columns []warehouse.FeedColumn) error {
			if len(columns) > maxFeedColumns {
				return activation.Errorf(activation.CodeSourceRefused, "the query gives more than %d columns", maxFeedColumns).WithRemedy("Select those that are needed")
			}
			defs := []string{"n BIGINT"}
			for i, f := range columns {
				defs = append(defs, fmt.Sprintf("c%d VARCHAR", i))
				r.columns = append(r.columns, feedColumn(f, fmt.Sprintf("s.c%d", i)))
			}
			values = make([]driver.Value, len(defs))
			if _, err := run.ExecContext(s.ctx, "CREATE TABLE "+name+" ("+strings.Join(defs, ", ")+")", nil); err != nil {
				return err
			}
			var err error
			a, err = driverduck.NewAppenderFromConn(raw, "", name)
			return err
		}, func(row [][]byte) error {
			if n++; n%4096 == 0 && s.ctx.Err() != nil {
				return s.ctx.Err()
			}
			values[0] = n
			size := 0
			for i, v := range row {
				size += len(v)
				values[i+1] = nil
				if v == nil {
					continue
				}
				if !utf8.Valid(v) {
					return activation.Errorf(activation.CodeSourceRefused, "row %d, column %q is not UTF-8", n, r.columns[i].name).
						WithRemedy("Mend the text in the database, or leave the column out")
				}
				values[i+1] = string(v)
			}
			if !block.Add(size) {
				return warehouse.TooLarge("the database")
			}
			held += size
			if err := a.AppendRow(values...); err != nil || held < appendBytes {
				return err
			}
			held = 0
			return a.Flush()
		})
		if a != nil {
			err = errors.Join(err, a.CloseWithCancel(s.ctx))
		}
		return err
	})
	if err == nil && len(r.columns) == 0 {
		err = activation.Errorf(activation.CodeSourceRefused, "the database gave no columns").WithRemedy("Write a query that selects some")
	}
	return name, r, s.translate(err)
}

// feedColumn says how the texts of a feed become values.
func feedColumn(f warehouse.FeedColumn, expr string) typed {
	c := typed{name: f.Name, kind: f.Type, exact: f.Exact, value: expr, text: expr}
	if f.Type != activation.TypeText {
		c.value = "TRY_CAST(" + expr + " AS " + sqlType(f.Type) + ")"
	}
	if f.Type == activation.TypeDateTime {
		c.text = "replace(" + expr + ", ' ', 'T') || 'Z'"
	}
	return c
}

// loadFeed takes the rows of a database over, in one transaction: what it breaks off leaves the old table.
func (w *Warehouse) loadFeed(ctx context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	var drop func() error
	return w.loadTyped(ctx, r, func(s session) ([]relation, error) {
		name, rel, err := s.stage(r.Feed, 0)
		drop = func() error { return s.exec("DROP TABLE " + name) }
		return []relation{rel}, err
	}, func(i int, err error) error {
		if i >= 0 {
			return err
		}
		return drop()
	})
}

// previewFeed shows the first rows of a database. What it stages goes with its transaction.
func (w *Warehouse) previewFeed(ctx context.Context, r warehouse.LoadRequest, rows int) (p warehouse.Preview, err error) {
	err = w.read(ctx, func(s session) error {
		_, rel, err := s.stage(r.Feed, textfile.GuessValues)
		if err != nil {
			return err
		}
		p, err = s.previewOf(r, rel, rows)
		return err
	})
	return p, err
}
