package duckdb

import (
	"fmt"
	"strings"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// weigh refuses a file that unpacks to more than is left of the room, or rows that are too large to be held. A value counts as one byte at
// least. Nothing is unpacked that the file's own directory shows to be too much: one file of some kilobytes can say the same long text a
// million times.
func (s session) weigh(f warehouse.File, r relation, room *int64, most int64) error {
	var rows, values float64
	if err := s.row("SELECT count(*) FROM read_parquet(?)", []any{f.Path}, &rows); err != nil {
		return damaged(f, err)
	}
	if rows*float64(len(r.columns)) > float64(*room) {
		return unpacksTo(f, most)
	}
	// Lists: how many values lie in so many rows, of the row group and column with the most of them.
	err := s.row(fmt.Sprintf("SELECT coalesce(max(num_values / greatest(row_group_num_rows / %d.0, 1)), 0) FROM parquet_metadata(?)", warehouse.BlockRows), []any{f.Path}, &values)
	if err != nil {
		return damaged(f, err)
	}
	if values*8 > warehouse.BlockBytes {
		return tooLarge(f)
	}
	texts, total, largest := r.textBytes(), rows*float64(len(r.columns)), 0.0
	if texts != "" {
		err := s.row(fmt.Sprintf("SELECT coalesce(sum(size)::DOUBLE, 0), coalesce(max(size)::DOUBLE, 0) FROM (SELECT sum(%s) AS size FROM %s GROUP BY s.n // %d)", texts, r.from, warehouse.BlockRows),
			r.args, &total, &largest)
		if err != nil {
			return damaged(f, err)
		}
		total += rows * float64(len(r.columns))
	}
	if largest > warehouse.BlockBytes {
		return tooLarge(f)
	}
	if total > float64(*room) {
		return unpacksTo(f, most)
	}
	*room -= int64(total)
	return nil
}

// textBytes is how many bytes the texts of a row have, "" if there are none. It takes none of them up.
func (r relation) textBytes() string {
	var sizes []string
	for _, c := range r.columns {
		if c.bytes != "" {
			sizes = append(sizes, "coalesce("+c.bytes+", 0)")
		}
	}
	return strings.Join(sizes, " + ")
}

func unpacksTo(f warehouse.File, most int64) error {
	return activation.Errorf(activation.CodeSourceRefused, "the file %s unpacks to more than %d bytes", f.Name, most).WithRemedy("Split it into several sources, or leave columns out")
}

func tooLarge(f warehouse.File) error { return warehouse.TooLarge("the file " + f.Name) }
