package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/near"
	"segue/cmd/segue/internal/table"
	"segue/internal/activation"
)

type sourceCmd struct {
	Add            sourceAdd            `cmd:"" help:"Add a data source."`
	AddDatabase    sourceAddDatabase    `cmd:"" help:"Add a data source that lies in PostgreSQL, MySQL or MariaDB."`
	UpdateDatabase sourceUpdateDatabase `cmd:"" help:"Change where a data source lies in a database."`
	List           sourceList           `cmd:"" help:"List data sources."`
	Show           sourceShow           `cmd:"" help:"Show a data source and its columns."`
	Preview        sourcePreview        `cmd:"" help:"Look at the beginning of a file, or of a source as its types are stated."`
	Files          sourceFiles          `cmd:"" help:"List the files that a source may name."`
	Ingest         sourceIngest         `cmd:"" help:"Take a source's rows over."`
	Update         sourceUpdate         `cmd:"" help:"Change a data source."`
	Remove         sourceRemove         `cmd:"" help:"Remove a data source and its table; the file or the database stays as it is."`
	Quarantine     sourceQuarantine     `cmd:"" help:"List rows of the last attempt that could not be read, also of one that was refused."`
}

// sourceName is the argument of commands on one source.
type sourceName struct {
	Name string `arg:"" help:"Name or id of the source."`
}

// fileFlags say how a file is read.
type fileFlags struct {
	Kind         string            `placeholder:"KIND" help:"csv, ndjson or parquet. Told by the name of the file if not given."`
	Delimiter    string            `placeholder:"CHAR" help:"Character between values. Found out if not given."`
	Quote        string            `placeholder:"CHAR" help:"Character around values. Found out if not given."`
	NoHeader     bool              `help:"The first line holds values, not names."`
	Encoding     string            `placeholder:"NAME" help:"utf-8, windows-1250 or windows-1252. Defaults to utf-8."`
	Column       map[string]string `mapsep:"none" placeholder:"NAME=TYPE" help:"Type of a column: text, number, date, datetime or boolean, with a format after a colon where need be, such as born=date:%d.%m.%Y. May be given several times."`
	DecimalComma []string          `sep:"none" placeholder:"NAME" help:"Column whose numbers have a comma. May be given several times."`
	MaxBadRows   portion           `placeholder:"SHARE" help:"Share of rows that may be unreadable, such as 5% or 0.05. Defaults to 1%."`
	MaxShrink    portion           `placeholder:"SHARE" help:"Share by which the table may shrink, such as 50% or 0.5. Defaults to 30%."`
}

// portion is a part of a whole: 0.05 and 5% are the same.
type portion float64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *portion) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	v, err := activation.ParseNumber(strings.TrimSpace(number))
	if percent {
		v /= 100
	}
	if err != nil || v <= 0 || v > 1 { // what is not given is 0
		return fmt.Errorf("%q is no share: write 5%% or 0.05, at most 100%% and above 0", text)
	}
	*s = portion(v)
	return nil
}

// flags names what the API calls otherwise as the command line does.
var flags = strings.NewReplacer("(max_bad_rows)", "(segue source update --max-bad-rows 5%)", "(max_shrink)", "(segue source update --max-shrink 50%)", "(force)", "(--force)",
	"(ca)", "(--ca-file)", "set tls to ", "give --tls ", "Give it; a stored", "Give it with --new-password; a stored")

// apply puts what was given over what is there.
func (f fileFlags) apply(s *client.SourceInput) error {
	csv := client.CSVOptions{}
	if s.Csv != nil {
		csv = *s.Csv
	}
	set(&s.Kind, client.SourceInputKind(f.Kind))
	set(&csv.Delimiter, f.Delimiter)
	set(&csv.Quote, f.Quote)
	set(&csv.NoHeader, f.NoHeader)
	set(&csv.Encoding, f.Encoding)
	if csv != (client.CSVOptions{}) {
		s.Csv = &csv
	}
	set(&s.MaxBadRows, float64(f.MaxBadRows))
	set(&s.MaxShrink, float64(f.MaxShrink))
	for name, spec := range f.Column {
		kind, format, _ := strings.Cut(spec, ":")
		if s.Columns == nil {
			s.Columns = map[string]client.ColumnOption{}
		}
		o := s.Columns[name]
		o.Type, o.Format = client.ColumnOptionType(kind), format
		s.Columns[name] = o
	}
	for _, name := range f.DecimalComma {
		o, ok := s.Columns[name]
		if !ok {
			o.Type = client.ColumnOptionTypeNumber
		}
		if s.Columns == nil {
			s.Columns = map[string]client.ColumnOption{}
		}
		o.DecimalComma = true
		s.Columns[name] = o
	}
	return nil
}

type sourceFiles struct{}

// Run works the command.
func (*sourceFiles) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	list, err := client.Decode[client.FileList](c.ListFiles(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(list, func(w io.Writer) error {
		if len(list.Items) == 0 {
			inv.say("There are no files: upload one (segue source add NAME FILE --upload), or put one into a source folder of the server.")
			return nil
		}
		t := table.New(table.Text("path"), table.Number("bytes"), table.Text("changed"))
		for _, f := range list.Items {
			t.Add(f.Path, fmt.Sprint(f.Size), inv.when(f.ChangedAt))
		}
		_, err := t.WriteTo(w)
		return err
	})
}

// set puts v into *to unless v is zero.
func set[T comparable](to *T, v T) {
	var zero T
	if v != zero {
		*to = v
	}
}

type sourceAdd struct {
	Name   string `arg:"" help:"Name of the source; also of its table."`
	File   string `arg:"" help:"Path of the file as the server sees it, absolute or below a source folder; with * and ? several files of one shape; with --upload a file of this machine."`
	Upload bool   `help:"Send the file to the server first."`
	Ingest bool   `help:"Take the rows over at once."`
	fileFlags
}

// Run works the command.
func (s *sourceAdd) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	in := client.SourceInput{Name: s.Name, Path: s.File}
	if s.Upload {
		if in.Path, err = inv.upload(c, s.File); err != nil {
			return err
		}
	}
	if err := s.apply(&in); err != nil {
		return err
	}
	src, err := client.Decode[client.Source](c.CreateSource(inv.ctx, in))
	if err != nil {
		return s.hint(err)
	}
	if s.Ingest {
		if src, err = client.Decode[client.Source](c.IngestSource(inv.ctx, src.ID, nil)); err != nil {
			return inv.unreadable(c, s.Name, halfDone(err, "Source %q is added, without its rows; once that is mended: segue source ingest %s", s.Name, shellWord(s.Name)))
		}
	}
	return inv.show(src, func(io.Writer) error {
		inv.say("Source %q is added.", src.Name)
		if src.Ingest == nil {
			inv.say("Take its rows over: segue source ingest %s", shellWord(src.Name))
			return nil
		}
		inv.ingested(src)
		return nil
	})
}

// hint names the flag that helps where the file is on this machine, but not where the server may read.
func (s *sourceAdd) hint(err error) error {
	var e *client.Error
	if s.Upload || !errors.As(err, &e) || e.Field != "path" {
		return err
	}
	if info, serr := os.Stat(s.File); serr != nil || !info.Mode().IsRegular() {
		return err
	}
	hinted := *e
	hinted.Remedy = "Send the file to the server with --upload, or put it into one of the server's source folders"
	return &hinted
}

// upload sends a file of this machine to the server and returns the path that sources name it by.
func (inv *invocation) upload(c *client.Client, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", usagef("the file cannot be read: %v", err)
	}
	defer func() { _ = f.Close() }()
	u, err := client.Decode[client.Upload](c.PutUploadWithBody(inv.ctx, filepath.Base(path), "application/octet-stream", f))
	return u.Path, err
}

func (inv *invocation) ingested(s client.Source) {
	inv.say("%s taken over into the table %q.", count(s.Ingest.Rows, "row is", "rows are"), s.Name)
	if s.Ingest.Quarantined > 0 {
		inv.say("%s could not be read: segue source quarantine %s", count(s.Ingest.Quarantined, "row", "rows"), shellWord(s.Name))
	}
	for _, line := range almost(s.Ingest.Columns, "segue source update "+shellWord(s.Name)) {
		inv.say("%s", line)
	}
	for _, line := range unmet(s.Columns, s.Ingest.Columns) {
		inv.say("%s", line)
	}
}

// unmet says of which columns something is stated though the table has none of that name, letter by letter.
func unmet(stated map[string]client.ColumnOption, columns []client.Column) (lines []string) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	for _, name := range sortedKeys(stated) {
		if slices.Contains(names, name) {
			continue
		}
		line := fmt.Sprintf("A type is stated for the column %q, which the table has not", name)
		if w := near.Word(name, names); w != "" {
			line += fmt.Sprintf("; did you mean %q?", w)
		}
		lines = append(lines, line)
	}
	return lines
}

// unreadable adds how to see the rows that an ingest was refused over, if there are some.
func (inv *invocation) unreadable(c *client.Client, name string, err error) error {
	if e := (*client.Error)(nil); !errors.As(err, &e) || e.Code != string(activation.CodeSourceRefused) {
		return err
	}
	src, serr := inv.source(c, name)
	if serr != nil || src.Ingest == nil || src.Ingest.Refused == 0 {
		return err
	}
	return halfDone(err, "The rows that cannot be read: segue source quarantine %s", shellWord(name))
}

type sourceList struct{}

// Run works the command.
func (*sourceList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := inv.sources(c)
	if err != nil {
		return err
	}
	return list(inv, items, "There is no data source yet. Add one: segue source add",
		[]table.Column{table.Text("name"), table.Text("file"), table.Number("rows"), table.Number("unreadable"), table.Text("taken over"), table.Text("last attempt")},
		func(s client.Source) []string {
			row := []string{s.Name, s.Path, "", "", "never", ""}
			if s.Path == "" {
				row[1] = "(" + string(s.Kind) + ")"
			}
			if in := s.Ingest; in != nil {
				if !in.At.IsZero() {
					row[2], row[3], row[4] = num(in.Rows), num(in.Quarantined), inv.when(in.At)
				}
				if in.Failure != nil {
					row[5] = "failed: " + in.Failure.Message
				}
			}
			return row
		})
}

type sourceShow struct{ sourceName }

// Run works the command.
func (s *sourceShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	return inv.show(src, func(w io.Writer) error { return inv.writeSource(w, src) })
}

func (inv *invocation) writeSource(w io.Writer, s client.Source) error {
	pairs := [][2]string{{"Source", s.Name}, {"Id", s.ID}, {"Kind", string(s.Kind)}}
	if s.Path != "" {
		pairs = append(pairs, [2]string{"File", s.Path})
	}
	pairs = append(append(pairs, databasePairs(s.Database)...), [2]string{"Changed", inv.when(s.UpdatedAt)})
	if in := s.Ingest; in != nil {
		if !in.At.IsZero() {
			pairs = append(pairs, [2]string{"Taken over", inv.when(in.At)}, [2]string{"Rows", num(in.Rows)}, [2]string{"Unreadable", num(in.Quarantined)})
		}
		if in.Failure != nil {
			pairs = append(pairs, [2]string{"Last attempt", "failed at " + inv.when(in.Failure.At) + ": " + in.Failure.Message})
		}
	}
	if err := table.Pairs(w, pairs...); err != nil || s.Ingest == nil || len(s.Ingest.Columns) == 0 {
		return err
	}
	_, err := fmt.Fprintln(w)
	if err != nil {
		return err
	}
	return writeColumns(w, s.Ingest.Columns, "segue source update "+shellWord(s.Name))
}

// almost says of columns why they are text where most of their values are not; command is what states a type.
func almost(columns []client.Column, command string) (lines []string) {
	for _, c := range columns {
		if c.Almost == nil {
			continue
		}
		a := *c.Almost
		values := map[client.AlmostType]string{client.AlmostTypeNumber: "numbers", client.AlmostTypeDate: "days", client.AlmostTypeDatetime: "dates with a time"}[a.Type]
		in := ""
		if a.File != "" {
			in = " of " + a.File
		}
		lines = append(lines, fmt.Sprintf("%s is text, because of line %d%s: %d of %d values are %s. To put the other rows aside: %s --column %s",
			c.Name, a.Line, in, a.Values, a.Of, values, command, shellWord(c.Name+"="+string(a.Type))))
	}
	return lines
}

func writeColumns(w io.Writer, columns []client.Column, command string) error {
	t := table.New(table.Text("column"), table.Text("type"), table.Text("format"), table.Text("seems to mean"))
	for _, c := range columns {
		t.Add(c.Name, string(c.Type), c.Format, string(c.SemanticGuess))
	}
	if _, err := t.WriteTo(w); err != nil {
		return err
	}
	for _, line := range almost(columns, command) {
		if _, err := fmt.Fprintln(w, table.Clean(line)); err != nil {
			return err
		}
	}
	return nil
}

type sourcePreview struct {
	File string `arg:"" help:"Path of the file as the server sees it, or the name of a source."`
	Rows int64  `default:"10" help:"How many rows to show. Defaults to ${default}."`
	fileFlags
}

// Run works the command.
func (s *sourcePreview) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	l, err := client.Decode[client.SourceList](c.ListSources(inv.ctx, &client.ListSourcesParams{Name: &s.File}))
	if err != nil {
		return err
	}
	in, ask, command := client.SourceInput{Path: s.File}, client.SourcePreview{Name: "preview"}, "segue source add NAME FILE"
	if len(l.Items) > 0 {
		src := l.Items[0]
		in = client.SourceInput{Path: src.Path, Kind: client.SourceInputKind(src.Kind), Csv: &src.Csv, Columns: src.Columns}
		ask.Source, command = src.ID, "segue source update "+shellWord(src.Name)
		if was := src.Database; was != nil { // its stored password is used
			ask.Database = databaseAsStored(*was)
		}
	}
	if err := s.apply(&in); err != nil {
		return err
	}
	ask.Path, ask.Kind, ask.Csv, ask.Columns, ask.Rows = in.Path, client.SourcePreviewKind(in.Kind), in.Csv, in.Columns, s.Rows
	p, err := client.Decode[client.Preview](c.PreviewSource(inv.ctx, ask))
	if err != nil {
		return err
	}
	return inv.show(p, func(w io.Writer) error { return writePreview(w, p, command) })
}

func writePreview(w io.Writer, p client.Preview, command string) error {
	delimiter, ok := map[string]string{",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[p.Delimiter]
	if !ok {
		delimiter = p.Delimiter
	}
	var pairs [][2]string
	if p.Delimiter != "" {
		pairs = append(pairs, [2]string{"Delimiter", delimiter}, [2]string{"Encoding", p.Encoding})
	}
	if p.Files > 1 {
		pairs = append(pairs, [2]string{"Files", num(p.Files) + ", of which this is the first"})
	}
	if len(pairs) > 0 {
		if err := table.Pairs(w, pairs...); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	if err := writeColumns(w, p.Columns, command); err != nil {
		return err
	}
	columns := make([]table.Column, 0, len(p.Columns))
	for _, c := range p.Columns {
		columns = append(columns, table.Column{Name: c.Name, Right: c.Type == client.ColumnTypeNumber})
	}
	t := table.New(columns...)
	for _, r := range p.Rows {
		t.Add(r...)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if _, err := t.WriteTo(w); err != nil || len(p.Quarantined) == 0 {
		return err
	}
	if _, err := fmt.Fprintln(w, "\nThese rows would be put aside:"); err != nil {
		return err
	}
	bad := table.New(badColumns()...)
	for _, b := range p.Quarantined {
		bad.Add(badCells(b)...)
	}
	_, err := bad.WriteTo(w)
	return err
}

type sourceIngest struct {
	sourceName
	Force bool `help:"Take the rows over although the table shrinks by much or columns are gone that the profile is made from."`
}

// Run works the command.
func (s *sourceIngest) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	src, err = client.Decode[client.Source](c.IngestSource(inv.ctx, src.ID, &client.IngestSourceParams{Force: &s.Force}))
	if err != nil {
		return inv.unreadable(c, s.Name, err)
	}
	return inv.show(src, func(io.Writer) error {
		inv.ingested(src)
		return nil
	})
}

type sourceUpdate struct {
	sourceName
	Rename string `placeholder:"NAME" help:"New name."`
	File   string `placeholder:"PATH" help:"New path of the file, as the server sees it."`
	Upload string `placeholder:"FILE" help:"Send this file of this machine to the server and use it."`
	fileFlags
}

// Run works the command.
func (s *sourceUpdate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	in := client.SourceInput{Name: src.Name, Path: src.Path, Kind: client.SourceInputKind(src.Kind), Csv: &src.Csv, Columns: src.Columns, MaxBadRows: src.MaxBadRows, MaxShrink: src.MaxShrink}
	set(&in.Name, s.Rename)
	set(&in.Path, s.File)
	if s.Upload != "" {
		if in.Path, err = inv.upload(c, s.Upload); err != nil {
			return err
		}
	}
	if err := s.apply(&in); err != nil {
		return err
	}
	src, err = client.Decode[client.Source](c.UpdateSource(inv.ctx, src.ID, client.SourceUpdate{
		Name: in.Name, Path: in.Path, Kind: client.SourceUpdateKind(in.Kind), Csv: in.Csv, Columns: in.Columns, MaxBadRows: in.MaxBadRows, MaxShrink: in.MaxShrink, Version: src.Version,
	}))
	if err != nil {
		return err
	}
	return inv.show(src, func(io.Writer) error {
		inv.say("Source %q is changed. Its table follows with the next ingest.", src.Name)
		return nil
	})
}

type sourceRemove struct{ sourceName }

// Run works the command.
func (s *sourceRemove) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	if err := client.Done(c.DeleteSource(inv.ctx, src.ID)); err != nil {
		return err
	}
	inv.say("Source %q is removed.", src.Name)
	return nil
}

type sourceQuarantine struct {
	sourceName
	Limit int    `default:"100" help:"How many rows to list; 0 lists all. Defaults to ${default}."`
	File  string `short:"f" type:"path" placeholder:"FILE" help:"Write all of them to a CSV file instead; it must not exist yet."`
}

// Run works the command.
func (s *sourceQuarantine) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	if s.File != "" {
		resp, err := c.DownloadQuarantine(inv.ctx, src.ID)
		return inv.save(s.File, resp, err)
	}
	items, err := collect(s.Limit, func(after *string) ([]client.BadRow, string, error) {
		l, err := client.Decode[client.BadRowList](c.ListQuarantine(inv.ctx, src.ID, &client.ListQuarantineParams{After: after, Limit: pageSize(s.Limit)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	if in := src.Ingest; in != nil && in.Failure != nil {
		inv.sayAttempt(*in)
	}
	return list(inv, items, nothingBad(src.Ingest), badColumns(), badCells)
}

// sayAttempt says which attempt the rows are of.
func (inv *invocation) sayAttempt(in client.Ingest) {
	at := inv.when(in.Failure.At)
	switch {
	case in.Refused > 0:
		inv.say("Of the attempt of %s, which was refused: %s could not be read.", at, count(in.Refused, "row", "rows"))
	case !in.At.IsZero():
		inv.say("The attempt of %s failed; these are of %s, when rows were last taken over.", at, inv.when(in.At))
	}
}

// nothingBad says why no row is listed.
func nothingBad(in *client.Ingest) string {
	switch {
	case in == nil, in.At.IsZero() && in.Failure == nil:
		return "No row was read yet."
	case in.Failure != nil && in.At.IsZero():
		return "The last attempt failed before a row was put aside: see segue source show."
	}
	return "Every row could be read."
}

func badColumns() []table.Column {
	return []table.Column{table.Text("file"), table.Number("line"), table.Text("column"), table.Text("value"), table.Text("reason")}
}

func badCells(b client.BadRow) []string {
	return []string{b.File, num(b.Line), b.Column, b.Value, b.Reason}
}
