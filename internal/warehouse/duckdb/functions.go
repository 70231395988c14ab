package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/warehouse/textfile"
)

// Functions of ours inside statements. Each result is one text: an address holds an @ and a phone begins with a plus sign,
// which no reason code does.
//
//	segue_email(text)                 the normalised address, or the reason code (S3)
//	segue_phone(text, country, region) the phone in E.164, or the reason code (S9)
//	segue_consent(text)               'given', 'withdrawn' or 'unknown' (S6)
//	segue_comparable(text, cleaning)       the text made comparable, '' if nothing is left (activation.Cleaning text, name, address)
//	segue_concat(text, text)          both after each other; fails where that is longer than textBytes (what || is in queries of people)
//	segue_number(double)              canonical text of a number
//	segue_clean(text)                 the text without white space at its ends, accents composed
//	segue_read(text, type, format, decimal comma)  canonical text of a value, '' for a missing one, '!' for a misfit
type function struct {
	name   string
	inputs []driverduck.Type
	// text works on texts where no input is NULL, which is the result else; row on other values.
	text func(args []string) string
	// most is how many bytes the inputs of text may have together; 0 for any.
	most int
	row  func([]driver.Value) (any, error)
}

// Config implements duckdb.ScalarFunc.
func (f function) Config() driverduck.ScalarFuncConfig {
	text, _ := driverduck.NewTypeInfo(driverduck.TYPE_VARCHAR)
	c := driverduck.ScalarFuncConfig{ResultTypeInfo: text}
	for _, t := range f.inputs {
		info, _ := driverduck.NewTypeInfo(t)
		c.InputTypeInfos = append(c.InputTypeInfos, info)
	}
	return c
}

// Executor implements duckdb.ScalarFunc.
func (f function) Executor() driverduck.ScalarFuncExecutor {
	if f.text == nil {
		return driverduck.ScalarFuncExecutor{RowExecutor: f.row}
	}
	return driverduck.ScalarFuncExecutor{ChunkContextExecutor: f.chunk, ScalarBinder: bind}
}

// bind says while a statement is planned which context its function runs under. Without it the driver looks that up at the first chunk and
// keeps it, in each of the threads that share the plan: a race.
func bind(ctx context.Context, _ []driverduck.ScalarUDFArg) (context.Context, error) { return ctx, nil }

// chunk works on all rows of a chunk; the texts are borrowed from DuckDB and not kept.
func (f function) chunk(ctx context.Context, c *driverduck.ChunkIteratorState) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	in := c.GetInputChunk()
	out, err := driverduck.GetVectorWriter[string](c.GetResultVector())
	if err != nil {
		return err
	}
	views := make([]driverduck.VectorView[string], in.ColumnCount())
	for i := range views {
		v, err := in.GetVector(i)
		if err != nil {
			return err
		}
		if views[i], err = driverduck.GetVectorView[string](v); err != nil {
			return err
		}
	}
	args := make([]string, len(views))
rows:
	for row := range in.GetSize() {
		for i, v := range views {
			value, ok, err := v.GetValueBorrowed(row)
			if err != nil {
				return err
			}
			if !ok {
				if err := out.SetNull(row); err != nil {
					return err
				}
				continue rows
			}
			args[i] = value
		}
		if f.most > 0 && size(args) > f.most {
			return errText
		}
		if err := out.Set(row, f.text(args)); err != nil {
			return err
		}
	}
	return nil
}

func size(texts []string) (n int) {
	for _, t := range texts {
		n += len(t)
	}
	return n
}

// textBytes bounds the texts that queries of people read, and make with ||: of each of thousands of rows at a time one is made, outside of the
// engine's limit of memory.
const textBytes = 64 << 10

var errText = errors.New("segue: a text is too long")

// register makes the functions known to the instance.
func register(conn *sql.Conn) error {
	const text = driverduck.TYPE_VARCHAR
	regions := newRegions()
	var readers readers
	for _, f := range []function{
		{name: "segue_email", inputs: []driverduck.Type{text}, text: func(v []string) string {
			address, problem := activation.ParseEmail(v[0])
			if problem != "" {
				return string(problem)
			}
			return string(address)
		}},
		{name: "segue_phone", inputs: []driverduck.Type{text, text, text}, text: func(v []string) string {
			region := regions.of(v[1])
			if region == "" {
				region = v[2]
			}
			phone, problem := activation.ParsePhone(v[0], region)
			if problem != "" {
				return string(problem)
			}
			return string(phone)
		}},
		{name: "segue_consent", inputs: []driverduck.Type{text}, text: func(v []string) string {
			return activation.ParseConsent(v[0]).String()
		}},
		{name: "segue_comparable", inputs: []driverduck.Type{text, text}, text: func(v []string) string {
			return activation.Cleaning(v[1]).Clean(v[0], "")
		}},
		{name: "segue_clean", inputs: []driverduck.Type{text}, text: func(v []string) string { return textfile.Clean(v[0]) }},
		{name: "segue_concat", inputs: []driverduck.Type{text, text}, most: textBytes, text: func(v []string) string { return v[0] + v[1] }},
		{name: "segue_read", inputs: []driverduck.Type{text, text, text, text}, text: func(v []string) string { return readers.read(v[0], v[1], v[2], v[3]) }},
		{name: "segue_number", inputs: []driverduck.Type{driverduck.TYPE_DOUBLE}, row: func(v []driver.Value) (any, error) {
			f, ok := v[0].(float64)
			if !ok {
				return nil, fmt.Errorf("segue_number was given a %T", v[0])
			}
			return number(f), nil
		}},
	} {
		if err := driverduck.RegisterScalarUDF(conn, f.name, f); err != nil {
			return fmt.Errorf("register %s: %w", f.name, err)
		}
	}
	return nil
}

// readers reads values of stated types; it makes one reader for each type and format.
type readers struct{ known sync.Map }

func (r *readers) read(value, kind, format, comma string) string {
	key := strings.Join([]string{kind, format, comma}, "\x00")
	got, ok := r.known.Load(key)
	if !ok {
		made, err := textfile.NewReader("", activation.ColumnOption{Type: activation.FieldType(strings.Clone(kind)), Format: strings.Clone(format), DecimalComma: comma == "true"})
		if err != nil {
			return "!"
		}
		got, _ = r.known.LoadOrStore(key, made)
	}
	reader, ok := got.(textfile.Reader)
	if !ok {
		return "!"
	}
	text, fits := reader.Read(value)
	if !fits {
		return "!"
	}
	return text
}

// number is the canonical text of a number: the shortest decimal that reads back equal, without exponent below 1e15.
func number(v float64) string {
	if v == 0 {
		return "0"
	}
	if v < 1e15 && v > -1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'e', -1, 64)
}
