package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse/textfile"
)

// plainBuffer is how many bytes of a file DuckDB reads at a time, for each of its threads: what the processors keep near them is read
// faster than what was written long ago, and the last piece keeps one thread alone for less time.
const plainBuffer = 3 << 20

// misreadError says that DuckDB did not read a plain file as we did. Our own reader then reads it.
type misreadError struct{ error }

// Unwrap implements the interface that errors.Is looks for.
func (m misreadError) Unwrap() error { return m.error }

// engineReads reports whether DuckDB may read the files itself, which it does on all processors: they are plain, and their names
// are no patterns to it.
func engineReads(survey *textfile.Survey) ([]textfile.Plain, bool) {
	list, plain := survey.Plain()
	for _, f := range list {
		plain = plain && filepath.IsAbs(f.File.Path) && !strings.ContainsAny(f.File.Path, `*?[]{}\`)
	}
	return list, plain
}

// fillPlain takes plain files over by DuckDB's own reader. It is told everything that it would guess, and fails over a value that
// does not have the form of its type.
func (s session) fillPlain(into table, list []textfile.Plain, survey *textfile.Survey) error {
	formats, options := plainFormats(into.columns)
	for _, f := range list {
		columns := make([]string, len(f.At))
		values := make([]string, len(into.columns))
		for i, at := range f.At {
			kind, value := plainColumn(fmt.Sprintf("f%d", i), into.columns[at], survey.Untidy(at), formats)
			columns[i] = fmt.Sprintf("'f%d': '%s'", i, kind)
			values[at] = value
		}
		end := `\n`
		if f.CRLF {
			end = `\r\n`
		}
		//nolint:gosec // names and options are ours
		q := fmt.Sprintf("INSERT INTO %s SELECT %s FROM read_csv(?, auto_detect = false, columns = {%s}, header = %t, delim = %s, quote = %s, escape = %s, new_line = '%s', "+
			"nullstr = '', compression = 'none', hive_partitioning = false, max_line_size = %d, buffer_size = %d%s)",
			into.name(), strings.Join(values, ", "), strings.Join(columns, ", "), f.Header, literal(f.Delimiter), literal(f.Quote), literal(f.Quote), end,
			plainBuffer/2, plainBuffer, options)
		done, err := s.conn.ExecContext(s.ctx, q, f.File.Path)
		if err != nil {
			return misreadError{s.translate(err)}
		}
		if n, err := done.RowsAffected(); err != nil || n != f.Rows {
			return misreadError{errors.Join(err, fmt.Errorf("DuckDB read %d rows of %d", n, f.Rows))}
		}
	}
	return nil
}

// plainFormats returns how DuckDB's reader is told that days and instants are written, where all of a kind are written in one way: it
// reads them so in less time than as text first.
func plainFormats(columns []activation.Column) (formats map[activation.FieldType]string, options string) {
	formats = map[activation.FieldType]string{}
	for _, kind := range []struct {
		of     activation.FieldType
		option string
	}{{activation.TypeDate, "dateformat"}, {activation.TypeDateTime, "timestampformat"}} {
		var written []string
		for _, c := range columns {
			if c.Type == kind.of && !slices.Contains(written, c.Format) {
				written = append(written, c.Format)
			}
		}
		if len(written) == 1 && written[0] != "" {
			formats[kind.of] = written[0]
			options += ", " + kind.option + " = " + literal(written[0])
		}
	}
	return formats, options
}

// plainColumn is as what DuckDB reads a column of a plain file, and what becomes of it.
func plainColumn(name string, c activation.Column, untidy bool, formats map[activation.FieldType]string) (kind, value string) {
	switch {
	case c.Type == activation.TypeText && untidy:
		return "VARCHAR", "nullif(segue_clean(" + name + "), '')"
	case c.Format != "" && c.Format != formats[c.Type]:
		return "VARCHAR", "strptime(" + name + ", " + literal(c.Format) + ")"
	}
	return sqlType(c.Type), name
}

// again reports whether our own reader is to try what DuckDB's did not do.
func again(ctx context.Context, err error) bool {
	var m misreadError
	return errors.As(err, &m) && ctx.Err() == nil && activation.CodeOf(err) != activation.CodeStorageFull
}
