package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// maxStruct is how deep structures become columns; what lies deeper is JSON text. maxParquetColumns bounds them.
const (
	maxStruct         = 8
	maxParquetColumns = 2000
)

// parquet describes a Parquet file as a relation. Its columns are called c0, c1 ..., the number of a row n.
func (s session) parquet(f warehouse.File) (r relation, err error) {
	r = relation{file: f.Name, args: []any{f.Path}}
	names, types, err := s.describe("SELECT * FROM read_parquet(?)", f.Path)
	if err != nil {
		return r, damaged(f, err)
	}
	if len(names) > maxParquetColumns {
		return r, tooWide(f)
	}
	aliases := make([]string, len(names))
	for i := range names {
		aliases[i] = fmt.Sprintf("c%d", i)
	}
	r.from = "read_parquet(?, file_row_number = true) AS s(" + strings.Join(aliases, ", ") + ", n)"
	r.line = "s.n + 1"
	for i, name := range names {
		if err := s.flatten(&r, f, name, "s."+aliases[i], types[i], 1); err != nil {
			return r, err
		}
	}
	return r, nil
}

func tooWide(f warehouse.File) error {
	return activation.Errorf(activation.CodeSourceRefused, "the file %s has more than %d columns", f.Name, maxParquetColumns).
		WithRemedy("Leave out those that are not needed")
}

// flatten adds a column, or those of a structure with dots in their names.
func (s session) flatten(r *relation, f warehouse.File, name, expr, kind string, depth int) error {
	if !strings.HasPrefix(kind, "STRUCT(") || strings.HasSuffix(kind, "]") || depth >= maxStruct {
		if len(r.columns) == maxParquetColumns {
			return tooWide(f)
		}
		r.columns = append(r.columns, parquetColumn(name, expr, kind))
		return nil
	}
	names, types, err := s.describe("SELECT unnest("+expr+") FROM "+r.from, r.args...)
	if err != nil {
		return damaged(f, err)
	}
	for i := range names {
		if err := s.flatten(r, f, name+"."+names[i], fmt.Sprintf("struct_extract_at(%s, %d)", expr, i+1), types[i], depth+1); err != nil {
			return err
		}
	}
	return nil
}

// describe returns names and types of what a query gives.
func (s session) describe(q string, args ...any) (names, types []string, err error) {
	err = s.rows("SELECT column_name, column_type FROM (DESCRIBE "+q+")", args, func(scan func(...any) error) error {
		var name, kind string
		err := scan(&name, &kind)
		names, types = append(names, name), append(types, kind)
		return err
	})
	return names, types, err
}

// parquetColumn says how the values of DuckDB's types are read. What is no text, number, day, instant or boolean becomes
// text: lists and the like as JSON, bytes in hexadecimal.
func parquetColumn(name, expr, kind string) typed {
	c := typed{name: name, kind: activation.TypeText, value: expr, text: expr}
	switch base, _, _ := strings.Cut(kind, "("); {
	case strings.HasSuffix(kind, "]"), base == "STRUCT", base == "MAP", base == "UNION":
		c.text = "to_json(" + expr + ")::VARCHAR"
		if kind == "VARCHAR[]" {
			c.bytes = "list_sum(list_transform(" + expr + ", lambda x: strlen(x)))"
		}
	default:
		switch base {
		case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER":
			c.kind, c.value, c.text = activation.TypeNumber, expr+"::DOUBLE", expr+"::VARCHAR"
		case "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL":
			c.kind, c.exact, c.value, c.text = activation.TypeNumber, true, expr+"::DOUBLE", expr+"::VARCHAR"
		case "FLOAT": // by its decimals, as people read it: 0.1 and not 0.10000000149
			c.kind, c.value, c.text = activation.TypeNumber, expr+"::VARCHAR::DOUBLE", expr+"::VARCHAR"
		case "DOUBLE":
			c.kind, c.text = activation.TypeNumber, canonicalNumber(expr)
		case "BOOLEAN":
			c.kind, c.text = activation.TypeBoolean, expr+"::VARCHAR"
		case "DATE":
			c.kind, c.text = activation.TypeDate, expr+"::VARCHAR"
		case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE":
			c.kind, c.value = activation.TypeDateTime, "TRY_CAST("+expr+" AS TIMESTAMP)"
			c.text = canonical("TRY_CAST("+expr+" AS TIMESTAMP)", activation.TypeDateTime)
		case "BLOB":
			c.text, c.bytes = "hex("+expr+")", "2 * octet_length("+expr+")"
		case "VARCHAR":
			c.bytes = "strlen(" + expr + ")"
		default:
			c.text = expr + "::VARCHAR"
		}
	}
	return c
}

// canonicalNumber is the canonical text of a number that may be none.
func canonicalNumber(expr string) string {
	return "CASE WHEN isfinite(" + expr + ") THEN segue_number(" + expr + ") ELSE " + expr + "::VARCHAR END"
}

// damaged says that a file cannot be read, unless something else is the matter.
func damaged(f warehouse.File, err error) error {
	switch activation.CodeOf(err) {
	case activation.CodeStorageFull, activation.CodeUnavailable, activation.CodeSourceRefused, activation.CodeInvalid:
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return activation.Errorf(activation.CodeSourceRefused, "the file %s cannot be read as Parquet: it is another kind of file, damaged, encrypted or cut off", f.Name).
		WithRemedy("Write it again, or set the kind of the source")
}

// stamp tells whether a file is still the one it was.
type stamp struct {
	size int64
	at   time.Time
}

func stampOf(f warehouse.File) (stamp, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return stamp{}, activation.Errorf(activation.CodeSourceRefused, "the file %s cannot be read: it is not there, or Segue may not read it", f.Name).
			WithRemedy("Put it back, or let the user that Segue runs as read it")
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// loadParquet takes Parquet files over, in one transaction.
func (w *Warehouse) loadParquet(ctx context.Context, r warehouse.LoadRequest) (activation.Ingest, error) {
	stamps := make([]stamp, len(r.Files))
	for i, f := range r.Files {
		var err error
		if stamps[i], err = stampOf(f); err != nil {
			return activation.Ingest{}, fmt.Errorf("read %q: %w", r.Source.Name, err)
		}
	}
	return w.loadTyped(ctx, r, func(s session) ([]relation, error) {
		list, room := make([]relation, len(r.Files)), w.cfg.MaxUnpacked
		for i, f := range r.Files {
			var err error
			if list[i], err = s.parquet(f); err != nil {
				return nil, err
			}
			if err = s.weigh(f, list[i], &room, w.cfg.MaxUnpacked); err != nil {
				return nil, err
			}
		}
		return list, nil
	}, func(i int, err error) error {
		if i >= 0 {
			return damaged(r.Files[i], err)
		}
		for i, f := range r.Files {
			if now, err := stampOf(f); err != nil || now != stamps[i] {
				return activation.Errorf(activation.CodeSourceRefused, "the file %s changed while it was read", f.Name).
					WithRemedy("Ingest it again when it is complete")
			}
		}
		return nil
	})
}

// previewParquet shows the beginning of the first file.
func (w *Warehouse) previewParquet(ctx context.Context, r warehouse.LoadRequest, rows int) (p warehouse.Preview, err error) {
	err = w.read(ctx, func(s session) error {
		rel, err := s.parquet(r.Files[0])
		if err != nil {
			return err
		}
		room := w.cfg.MaxUnpacked
		if err := s.weigh(r.Files[0], rel, &room, room); err != nil {
			return err
		}
		p, err = s.previewOf(r, rel, rows)
		if err != nil {
			return damaged(r.Files[0], err)
		}
		return nil
	})
	p.Files = len(r.Files)
	return p, err
}
