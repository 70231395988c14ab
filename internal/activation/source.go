package activation

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// SourceKind is the kind of a data source.
type SourceKind string

// The source kinds. Files of text may be packed with gzip.
const (
	SourceCSV     SourceKind = "csv"
	SourceNDJSON  SourceKind = "ndjson" // one JSON object a line
	SourceParquet SourceKind = "parquet"
	// Databases. MySQL is MariaDB as well.
	SourcePostgreSQL SourceKind = "postgresql"
	SourceMySQL      SourceKind = "mysql"
)

// KindOf tells the kind of a file by its name: CSV unless the name says otherwise.
func KindOf(path string) SourceKind {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	switch {
	case strings.HasSuffix(name, ".ndjson"), strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".json"):
		return SourceNDJSON
	case strings.HasSuffix(name, ".parquet"):
		return SourceParquet
	}
	return SourceCSV
}

// Source is a data source: where the rows of one table come from.
type Source struct {
	ID   SourceID
	Name string // unique, case-insensitively; also the name of its table
	Kind SourceKind
	// Path is the file, below one of the configured source folders or the upload folder. With * and ? it is several files of
	// one shape, which make one table.
	Path string
	CSV  CSVOptions
	// Database says where the rows of a database source lie; only administrators create and change those.
	Database DatabaseOptions
	// SealedPassword is sealed with the source's id as associated data; nil where there is none. It is never shown.
	SealedPassword []byte `json:"-"`
	// Columns overrides inferred types, by column name; columns not named keep what was inferred.
	Columns map[string]ColumnOption
	// MaxBadRows is the share (0 to 1) of rows that may be quarantined before an ingest is refused. Defaults to 0.01.
	MaxBadRows float64
	// MaxShrink is the share (0 to 1) by which the table may shrink before an ingest is refused. Defaults to 0.3.
	MaxShrink float64

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // grows with each change; an update must name the version it saw

	// Ingest is the last finished ingest; nil before the first.
	Ingest *Ingest
}

// CSVOptions says how to read a CSV file. Zero values mean "find out".
type CSVOptions struct {
	Delimiter string `json:"delimiter,omitempty"` // one character
	Quote     string `json:"quote,omitempty"`     // one character
	NoHeader  bool   `json:"no_header,omitempty"`
	Encoding  string `json:"encoding,omitempty"` // utf-8, windows-1250, windows-1252
}

// ColumnOption states how a column is read.
type ColumnOption struct {
	Type FieldType `json:"type"`
	// Format is the strptime format of a date or date-time column, such as "%m/%d/%Y"; empty means ISO 8601.
	Format string `json:"format,omitempty"`
	// DecimalComma says that numbers use a comma.
	DecimalComma bool `json:"decimal_comma,omitempty"`
}

// Ingest is the outcome of taking a source's rows over.
type Ingest struct {
	At          time.Time `json:"at"`
	Rows        int64     `json:"rows"`
	Quarantined int64     `json:"quarantined"`
	Columns     []Column  `json:"columns"`
	// DurationMS is how long it took, in milliseconds.
	DurationMS int64 `json:"duration_ms"`
	// Error is why the last attempt failed; the table then still holds the rows of the attempt before.
	Error     string    `json:"error,omitempty"`
	ErrorCode Code      `json:"error_code,omitempty"`
	FailedAt  time.Time `json:"failed_at,omitzero"`
	// Refused is how many rows could not be read in that attempt, where they were read.
	Refused int64 `json:"refused,omitempty"`
}

// Column is a column of a table as ingested.
type Column struct {
	Name   string       `json:"name"`
	Type   FieldType    `json:"type"`
	Format string       `json:"format,omitempty"`
	Guess  SemanticType `json:"semantic_guess,omitempty"`
	// Almost tells of a column of text what it would be but for a few values.
	Almost Almost `json:"almost,omitzero"`
}

// Almost is the type that most values of a column have: Values of the Of that are there. File and Line are of the first that has not.
type Almost struct {
	Type   FieldType `json:"type"`
	Values int64     `json:"values"`
	Of     int64     `json:"of"`
	File   string    `json:"file,omitempty"`
	Line   int64     `json:"line"`
}

// Validate checks everything that can be checked without looking at the file.
func (s Source) Validate() error {
	if err := ValidateName("name", s.Name); err != nil {
		return err
	}
	switch s.Kind {
	case SourceCSV:
	case SourceNDJSON, SourceParquet:
		if s.CSV != (CSVOptions{}) {
			return Errorf(CodeInvalid, "delimiter, quote, header and encoding are for CSV files only").WithField("csv").
				WithRemedy("Leave them out, or set the kind to csv")
		}
	case SourcePostgreSQL, SourceMySQL:
		if s.CSV != (CSVOptions{}) || s.Path != "" {
			return Errorf(CodeInvalid, "a database has no path, and nothing of CSV files").WithField("path").WithRemedy("Leave them out")
		}
		if err := s.Database.Validate(); err != nil {
			return err
		}
	default:
		return Errorf(CodeInvalid, "unknown source kind %q", s.Kind).WithField("kind").WithRemedy("Use csv, ndjson, parquet, postgresql or mysql")
	}
	if !s.Kind.Database() && s.Database != (DatabaseOptions{}) {
		return Errorf(CodeInvalid, "a source of files has no database").WithField("database").WithRemedy("Leave it out, or set the kind to postgresql or mysql")
	}
	if !s.Kind.Database() && strings.TrimSpace(s.Path) == "" {
		return Errorf(CodeInvalid, "the path of the file is missing").WithField("path")
	}
	for _, o := range []struct{ field, v string }{{"csv.delimiter", s.CSV.Delimiter}, {"csv.quote", s.CSV.Quote}} {
		if o.v != "" && utf8.RuneCountInString(o.v) != 1 {
			return Errorf(CodeInvalid, "must be one character").WithField(o.field)
		}
	}
	switch s.CSV.Encoding {
	case "", "utf-8", "windows-1250", "windows-1252":
	default:
		return Errorf(CodeInvalid, "unknown encoding %q", s.CSV.Encoding).WithField("csv.encoding").
			WithRemedy("Use utf-8, windows-1250 or windows-1252")
	}
	for name, c := range s.Columns {
		if !c.Type.Valid() {
			return Errorf(CodeInvalid, "unknown type %q", c.Type).WithField("columns." + name + ".type")
		}
	}
	for _, o := range []struct {
		field string
		v     float64
	}{{"max_bad_rows", s.MaxBadRows}, {"max_shrink", s.MaxShrink}} {
		if o.v < 0 || o.v > 1 {
			return Errorf(CodeInvalid, "must be between 0 and 1").WithField(o.field)
		}
	}
	return nil
}

// maxName is how many characters a display name may have.
const maxName = 120

// FieldName proposes the name of a field for a column, whose own may be longer than names are: questions of a survey are.
func FieldName(column string, taken func(name string) bool) string {
	letters := []rune(column)
	if len(letters) <= maxName {
		return column
	}
	for n := 1; ; n++ {
		end := "…"
		if n > 1 {
			end = fmt.Sprintf("… %d", n)
		}
		if name := string(letters[:maxName-utf8.RuneCountInString(end)]) + end; !taken(name) {
			return name
		}
	}
}

// ValidateName checks a display name: 1 to 120 characters, no control characters, no white space at the ends.
func ValidateName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return Errorf(CodeInvalid, "must not be empty").WithField(field)
	case strings.TrimSpace(name) != name:
		return Errorf(CodeInvalid, "must not begin or end with white space").WithField(field)
	case utf8.RuneCountInString(name) > maxName:
		return Errorf(CodeInvalid, "must have at most %d characters", maxName).WithField(field)
	case strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return Errorf(CodeInvalid, "must not contain control characters").WithField(field)
	}
	return nil
}
