package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
)

// databaseFlags say where rows lie in a database. The password is never an argument, which other users of the machine could see.
type databaseFlags struct {
	Host         string  `placeholder:"HOST" help:"Host of the database."`
	Port         int64   `placeholder:"PORT" help:"Port of the database. Defaults to 5432 (PostgreSQL) or 3306 (MySQL, MariaDB)."`
	Database     string  `placeholder:"NAME" help:"Name of the database."`
	User         string  `placeholder:"USER" help:"User of the database, who should have no right but to read."`
	TLS          string  `name:"tls" placeholder:"HOW" help:"verify (encrypted, and the server proves who it is), encrypt (encrypted, whoever answers) or off. Defaults to verify."`
	CAFile       string  `name:"ca-file" placeholder:"FILE" help:"Certificate in PEM that signed the server's. Defaults to those that the server's system trusts."`
	Table        string  `placeholder:"TABLE" help:"Table, or schema.table."`
	Query        string  `placeholder:"FILE" help:"File with one SELECT, in place of a table; - is standard input."`
	Timeout      int64   `placeholder:"SECONDS" help:"How long reading may take. Defaults to 900."`
	PasswordFile string  `placeholder:"FILE" help:"File with the password; - is standard input. Without it SEGUE_DATABASE_PASSWORD is used, else the password is asked for."`
	MaxBadRows   portion `placeholder:"SHARE" help:"Share of rows that may be unreadable, such as 5% or 0.05. Defaults to 1%."`
	MaxShrink    portion `placeholder:"SHARE" help:"Share by which the table may shrink, such as 50% or 0.5. Defaults to 30%."`
}

// apply puts what was given over what is there.
func (f databaseFlags) apply(inv *invocation, d *client.DatabaseInput) error {
	set(&d.Host, f.Host)
	set(&d.Port, f.Port)
	set(&d.Name, f.Database)
	set(&d.User, f.User)
	set(&d.TLS, f.TLS)
	set(&d.Timeout, f.Timeout)
	if f.CAFile != "" {
		b, err := inv.readInput(f.CAFile)
		if err != nil {
			return err
		}
		d.Ca = string(b)
	}
	switch {
	case f.Table != "" && f.Query != "":
		return usagef("either --table or --query can be given")
	case f.Table != "":
		d.Table, d.Query = f.Table, ""
	case f.Query != "":
		b, err := inv.readInput(f.Query)
		if err != nil {
			return err
		}
		d.Table, d.Query = "", string(b)
	}
	return nil
}

// password returns the password of the database.
func (f databaseFlags) password(inv *invocation) (string, error) {
	p, err := inv.secret("password of the database", f.PasswordFile, "--password-file", "SEGUE_DATABASE_PASSWORD")
	return strings.TrimRight(p, "\r\n"), err
}

type sourceAddDatabase struct {
	Name   string `arg:"" help:"Name of the source; also of its table."`
	Kind   string `arg:"" enum:"postgresql,mysql" help:"postgresql, or mysql for MySQL and MariaDB."`
	Ingest bool   `help:"Take the rows over at once."`
	databaseFlags
}

// Run works the command.
func (s *sourceAddDatabase) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var d client.DatabaseInput
	if err := s.apply(inv, &d); err != nil {
		return err
	}
	if d.Password, err = s.password(inv); err != nil {
		return err
	}
	src, err := client.Decode[client.Source](c.CreateSource(inv.ctx, client.SourceInput{
		Name: s.Name, Kind: client.SourceInputKind(s.Kind), Database: &d, MaxBadRows: float64(s.MaxBadRows), MaxShrink: float64(s.MaxShrink),
	}))
	if err != nil {
		return err
	}
	if s.Ingest {
		if src, err = client.Decode[client.Source](c.IngestSource(inv.ctx, src.ID, nil)); err != nil {
			return halfDone(err, "Source %[1]q is added, without its rows; once that is mended, there or by segue source update-database %[2]s: segue source ingest %[2]s", s.Name, shellWord(s.Name))
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

// databaseAsStored states what is stored, without the password, which then stays.
func databaseAsStored(was client.Database) *client.DatabaseInput {
	return &client.DatabaseInput{
		Host: was.Host, Port: was.Port, Name: was.Name, User: was.User, TLS: was.TLS, Ca: was.Ca, Table: was.Table, Query: was.Query, Timeout: was.Timeout,
	}
}

type sourceUpdateDatabase struct {
	sourceName
	Rename      string `placeholder:"NAME" help:"New name."`
	NewPassword bool   `help:"Replace the password: by --password-file, SEGUE_DATABASE_PASSWORD, or what you type. Needed where host, port, user or encryption change."`
	databaseFlags
}

// Run works the command.
func (s *sourceUpdateDatabase) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	src, err := inv.source(c, s.Name)
	if err != nil {
		return err
	}
	if src.Database == nil {
		return usagef("the source %q lies in no database, or you may not see where", src.Name).withRemedy("Use segue source update for files; databases are for administrators")
	}
	d := databaseAsStored(*src.Database)
	if err := s.apply(inv, d); err != nil {
		return err
	}
	if s.NewPassword || s.PasswordFile != "" {
		if d.Password, err = s.password(inv); err != nil {
			return err
		}
	}
	in := client.SourceUpdate{
		Name: src.Name, Kind: client.SourceUpdateKind(src.Kind), Database: d, Columns: src.Columns, MaxBadRows: src.MaxBadRows, MaxShrink: src.MaxShrink, Version: src.Version,
	}
	set(&in.Name, s.Rename)
	set(&in.MaxBadRows, float64(s.MaxBadRows))
	set(&in.MaxShrink, float64(s.MaxShrink))
	src, err = client.Decode[client.Source](c.UpdateSource(inv.ctx, src.ID, in))
	if err != nil {
		return err
	}
	return inv.show(src, func(io.Writer) error {
		inv.say("Source %q is changed. Its table follows with the next ingest.", src.Name)
		return nil
	})
}

// databasePairs tells where a source lies.
func databasePairs(d *client.Database) [][2]string {
	if d == nil {
		return nil
	}
	what := d.Table
	if what == "" {
		what = "(a query)"
	}
	host := d.Host
	if d.Port != 0 {
		host = fmt.Sprintf("%s:%d", d.Host, d.Port)
	}
	return [][2]string{{"Host", host}, {"Database", d.Name}, {"User", d.User}, {"Table", what}}
}
