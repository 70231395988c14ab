package wire

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
	"segue/internal/ingest"
	"segue/internal/warehouse"
)

// Source is a data source: where the rows of one table come from.
type Source struct {
	ID         string                  `json:"id"`
	Name       string                  `json:"name" doc:"Unique; also the name of the source's table"`
	Kind       string                  `json:"kind" enum:"csv,ndjson,parquet,postgresql,mysql"`
	Path       string                  `json:"path" doc:"The file; empty for a database. In a source folder of the server or among the uploads; with * and ? several files of one shape"`
	CSV        CSVOptions              `json:"csv"`
	Database   *Database               `json:"database,omitempty" doc:"Where the rows lie of a source in a database; shown to administrators only"`
	Columns    map[string]ColumnOption `json:"columns,omitempty" doc:"Columns whose type is stated rather than found out"`
	MaxBadRows float64                 `json:"max_bad_rows" doc:"The share of rows (0 to 1) that may be unreadable before an ingest is refused"`
	MaxShrink  float64                 `json:"max_shrink" doc:"The share (0 to 1) by which the table may shrink before an ingest is refused"`
	Ingest     *Ingest                 `json:"ingest,omitempty" doc:"The last ingest; absent before the first"`
	CreatedAt  time.Time               `json:"created_at"`
	UpdatedAt  time.Time               `json:"updated_at"`
	Version    int64                   `json:"version" doc:"Grows with each change; an update names the version it saw"`
}

// SourceInput describes a source to be made.
type SourceInput struct {
	Name       string                  `json:"name" maxLength:"480"`
	Kind       string                  `json:"kind,omitempty" enum:"csv,ndjson,parquet,postgresql,mysql" doc:"Told by the name of the file if absent: .ndjson, .jsonl and .json, .parquet, else CSV"`
	Path       string                  `json:"path,omitempty" maxLength:"4096" doc:"Of a file: the path of an upload, or of a file in a source folder of the server; with * and ? it names several files of one shape, which make one table. Files may be packed with gzip"`
	CSV        CSVOptions              `json:"csv,omitzero"`
	Database   *DatabaseInput          `json:"database,omitempty" doc:"Of a source in a database; for administrators"`
	Columns    map[string]ColumnOption `json:"columns,omitempty"`
	MaxBadRows float64                 `json:"max_bad_rows,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"Defaults to 0.01"`
	MaxShrink  float64                 `json:"max_shrink,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"Defaults to 0.3"`
}

// SourceUpdate replaces the definition of a source.
type SourceUpdate struct {
	SourceInput
	Version int64 `json:"version" minimum:"1" doc:"The version that was read"`
}

// SourcePreview asks for the beginning of a file, a table or a query.
type SourcePreview struct {
	SourceInput
	Source string `json:"source,omitempty" doc:"The id of the source of which this is a change. Without a password its stored one is used, which needs kind, host, port, database, user and encryption to be the stored ones"`
	Rows   int    `json:"rows,omitempty" minimum:"1" maximum:"100" default:"10" doc:"How many rows to show"`
}

// CSVOptions says how a CSV file is read; what is left out is found out.
type CSVOptions struct {
	Delimiter string `json:"delimiter,omitempty" doc:"One character"`
	Quote     string `json:"quote,omitempty" doc:"One character"`
	NoHeader  bool   `json:"no_header,omitempty" doc:"The first line holds values, not names"`
	Encoding  string `json:"encoding,omitempty" doc:"utf-8, windows-1250 or windows-1252"`
}

// DatabaseOptions says where the rows of a source in a database lie.
type DatabaseOptions struct {
	Host    string `json:"host"`
	Port    int    `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"Defaults to 5432 (PostgreSQL) or 3306 (MySQL, MariaDB)"`
	Name    string `json:"name" doc:"Of the database"`
	User    string `json:"user" doc:"Give it a user of its own that may only read"`
	TLS     string `json:"tls,omitempty" doc:"verify (default): encrypted, and the server proves who it is; encrypt: encrypted, whoever answers; off: in the clear"`
	CA      string `json:"ca,omitempty" doc:"The certificate in PEM that signed the server's; those that the system trusts if absent"`
	Table   string `json:"table,omitempty" doc:"A table, or schema.table; this or a query"`
	Query   string `json:"query,omitempty" doc:"One SELECT; this or a table"`
	Timeout int    `json:"timeout,omitempty" doc:"How long reading may take, in seconds. Defaults to 900"`
}

// Database is where the rows of a source in a database lie.
type Database struct {
	DatabaseOptions
	HasPassword bool `json:"has_password"`
}

// DatabaseInput says where rows lie, with the password.
type DatabaseInput struct {
	DatabaseOptions
	Password *string `json:"password,omitempty" writeOnly:"true" maxLength:"1000" doc:"Stored sealed and never shown. Absent in a change: as it was, which needs host, port, user and encryption to be the same; empty: none"`
}

// ColumnOption states how a column is read.
type ColumnOption struct {
	Type         FieldType `json:"type"`
	Format       string    `json:"format,omitempty" example:"%d.%m.%Y" doc:"The strptime format of a date or date-time column; ISO 8601 if absent"`
	DecimalComma bool      `json:"decimal_comma,omitempty"`
}

// Ingest is the outcome of taking a source's rows over.
type Ingest struct {
	At          time.Time    `json:"at,omitzero" doc:"When rows were last taken over"`
	Rows        int64        `json:"rows"`
	Quarantined int64        `json:"quarantined" doc:"Rows that could not be read"`
	Columns     []Column     `json:"columns" nullable:"false"`
	DurationMS  int64        `json:"duration_ms"`
	Failure     *LastFailure `json:"failure,omitempty" doc:"Why the last attempt failed; the table then still holds the rows of the one before"`
	Refused     int64        `json:"refused,omitempty" doc:"How many rows could not be read in the last attempt, if it was refused; the quarantine then lists these"`
}

// LastFailure is why the last attempt at something failed.
type LastFailure struct {
	At      time.Time `json:"at"`
	Code    Code      `json:"code,omitempty"`
	Message string    `json:"message"`
}

// Column is a column of a table.
type Column struct {
	Name   string       `json:"name"`
	Type   FieldType    `json:"type"`
	Format string       `json:"format,omitempty"`
	Guess  SemanticType `json:"semantic_guess,omitempty" doc:"What the column seems to mean"`
	Almost *Almost      `json:"almost,omitempty" doc:"Of a column of text: the type that most of its values have"`
}

// Almost tells which type a column would have but for a few values.
type Almost struct {
	Type   FieldType `json:"type"`
	Values int64     `json:"values" doc:"How many values have the type"`
	Of     int64     `json:"of" doc:"Of how many; missing ones do not count"`
	File   string    `json:"file,omitempty" doc:"Where the first lies that has not"`
	Line   int64     `json:"line"`
}

// Preview is the beginning of a file, a table or a query.
type Preview struct {
	Columns []Column     `json:"columns" nullable:"false"`
	Rows    []PreviewRow `json:"rows" nullable:"false" doc:"Values as text; missing ones are empty"`

	Files       int      `json:"files" doc:"How many files the path names; the preview is of the first"`
	Delimiter   string   `json:"delimiter" doc:"What separates values; empty for files that are no CSV"`
	Encoding    string   `json:"encoding" doc:"How text is read; it is never found out, but stated. Empty for files that are no CSV"`
	Quarantined []BadRow `json:"quarantined" nullable:"false" doc:"The first rows of the beginning that would be put aside"`
}

// PreviewRow is a row of a preview.
type PreviewRow []string

// Schema implements huma.SchemaProvider.
func (PreviewRow) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
}

// BadRow is a row that could not be read.
type BadRow struct {
	File   string `json:"file,omitempty" doc:"The file it lies in; absent for a row of a database"`
	Line   int64  `json:"line"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty" doc:"Masked: length and kinds of characters only"`
	Reason string `json:"reason"`
}

// Upload is a file that was taken in.
type Upload struct {
	Path string `json:"path" doc:"Give it as the path of a source"`
	Size int64  `json:"size" doc:"Bytes"`
}

// File is a file that a source may name.
type File struct {
	Path      string    `json:"path" doc:"Give it as the path of a source"`
	Folder    string    `json:"folder,omitempty" doc:"The source folder it lies in; absent for an upload"`
	Size      int64     `json:"size" doc:"Bytes"`
	ChangedAt time.Time `json:"changed_at"`
}

// FromFile makes the JSON of a file.
func FromFile(f ingest.File) File {
	return File{Path: f.Path, Folder: f.Folder, Size: f.Size, ChangedAt: utc(f.ChangedAt)}
}

// FromSource makes the JSON of a source.
func FromSource(s activation.Source) Source {
	w := Source{
		ID: string(s.ID), Name: s.Name, Kind: string(s.Kind), Path: s.Path, CSV: CSVOptions(s.CSV), MaxBadRows: s.MaxBadRows,
		MaxShrink: s.MaxShrink, CreatedAt: utc(s.CreatedAt), UpdatedAt: utc(s.UpdatedAt), Version: s.Version,
	}
	if d := s.Database; d != (activation.DatabaseOptions{}) {
		w.Database = &Database{HasPassword: s.SealedPassword != nil, DatabaseOptions: DatabaseOptions{
			Host: d.Host, Port: d.Port, Name: d.Name, User: d.User, TLS: string(d.TLS), CA: d.CA, Table: d.Table, Query: d.Query, Timeout: d.Timeout,
		}}
	}
	for name, c := range s.Columns {
		if w.Columns == nil {
			w.Columns = map[string]ColumnOption{}
		}
		w.Columns[name] = ColumnOption{Type: FieldType(c.Type), Format: c.Format, DecimalComma: c.DecimalComma}
	}
	if in := s.Ingest; in != nil {
		w.Ingest = &Ingest{At: utc(in.At), Rows: in.Rows, Quarantined: in.Quarantined, Columns: each(in.Columns, fromColumn), DurationMS: in.DurationMS}
		if in.Error != "" {
			w.Ingest.Failure, w.Ingest.Refused = &LastFailure{At: utc(in.FailedAt), Code: Code(in.ErrorCode), Message: in.Error}, in.Refused
		}
	}
	return w
}

// Domain turns the input into a source without an id.
func (i SourceInput) Domain() activation.Source {
	s := activation.Source{
		Name: i.Name, Kind: activation.SourceKind(i.Kind), Path: i.Path, CSV: activation.CSVOptions(i.CSV),
		MaxBadRows: i.MaxBadRows, MaxShrink: i.MaxShrink,
	}
	if s.Kind == "" {
		s.Kind = activation.KindOf(i.Path)
	}
	if d := i.Database; d != nil {
		s.Database = activation.DatabaseOptions{
			Host: d.Host, Port: d.Port, Name: d.Name, User: d.User, TLS: activation.DatabaseTLS(d.TLS), CA: d.CA, Table: d.Table, Query: d.Query, Timeout: d.Timeout,
		}
	}
	for name, c := range i.Columns {
		if s.Columns == nil {
			s.Columns = map[string]activation.ColumnOption{}
		}
		s.Columns[name] = activation.ColumnOption{Type: activation.FieldType(c.Type), Format: c.Format, DecimalComma: c.DecimalComma}
	}
	return s
}

// Domain turns the update into the source with the id.
func (u SourceUpdate) Domain(id string) activation.Source {
	s := u.SourceInput.Domain()
	s.ID, s.Version, s.Kind = activation.SourceID(id), u.Version, activation.SourceKind(u.Kind)
	return s
}

// Domain turns what is looked at into a source, with the id of the one that it is a change of.
func (p SourcePreview) Domain() activation.Source {
	s := p.SourceInput.Domain()
	if p.Source != "" {
		s.ID, s.Kind = activation.SourceID(p.Source), activation.SourceKind(p.Kind)
	}
	return s
}

// Secret is the password, if one is given.
func (i SourceInput) Secret() []string {
	if i.Database == nil || i.Database.Password == nil {
		return nil
	}
	return []string{*i.Database.Password}
}

// FromPreview makes the JSON of a preview.
func FromPreview(p warehouse.Preview) Preview {
	return Preview{
		Columns: each(p.Columns, fromColumn), Rows: each(p.Rows, func(r []string) PreviewRow { return append(PreviewRow{}, r...) }),
		Files: p.Files, Delimiter: p.Delimiter, Encoding: p.Encoding, Quarantined: each(p.Bad, FromBadRow),
	}
}

// FromBadRow makes the JSON of a row that could not be read.
func FromBadRow(b warehouse.BadRow) BadRow { return BadRow(b) }

func fromColumn(c activation.Column) Column {
	w := Column{Name: c.Name, Type: FieldType(c.Type), Format: c.Format, Guess: SemanticType(c.Guess)}
	if a := c.Almost; a.Type != "" {
		w.Almost = &Almost{Type: FieldType(a.Type), Values: a.Values, Of: a.Of, File: a.File, Line: a.Line}
	}
	return w
}
