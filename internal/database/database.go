// Package database reads rows out of PostgreSQL and MySQL or MariaDB: one table or one query, in a transaction that only
// reads, in constant memory. It knows no warehouse and stores nothing; what a database says goes no further than its
// error codes, since its texts may hold values of people.
package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Account is how to reach a database, and what to read there.
type Account struct {
	Kind     activation.SourceKind
	Options  activation.DatabaseOptions
	Password string
}

// connectTimeout is how long the database may take to answer at first.
const connectTimeout = 15 * time.Second

var _ warehouse.Feed = feed{}

// feed is a table or a query of a database.
type feed struct {
	account Account
	read    func(ctx context.Context, a Account, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error
}

// Open returns the rows of a database source; nothing is dialled before they are read.
func Open(a Account) (warehouse.Feed, error) {
	if err := a.Options.Validate(); err != nil {
		return nil, err
	}
	switch a.Kind {
	case activation.SourcePostgreSQL:
		return feed{a, readPostgreSQL}, nil
	case activation.SourceMySQL:
		return feed{a, readMySQL}, nil
	}
	return nil, fmt.Errorf("%q is no kind of database", a.Kind)
}

// Read implements warehouse.Feed.
func (f feed) Read(ctx context.Context, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error {
	most := f.account.Options.Limit()
	within, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var taker error // what the taker of the rows fails with is not the database's
	err := f.read(within, f.account, limit, func(list []warehouse.FeedColumn) error {
		taker = columns(list)
		return taker
	}, func(values [][]byte) error {
		taker = row(values)
		return taker
	})
	switch {
	case err == nil:
		return nil
	case taker != nil:
		return taker
	case ctx.Err() != nil:
		return fmt.Errorf("read the database: %w", context.Cause(ctx))
	case within.Err() != nil:
		return tooLong(most)
	}
	return f.translate(err)
}

func tooLong(most time.Duration) *activation.Error {
	return refuse("timeout", "Let it take longer (timeout), or read less", "reading the database took longer than %s", most)
}

// refuse says what is wrong with the field of the database that is named; with none, with what is read there.
func refuse(field, remedy, text string, args ...any) *activation.Error {
	e := activation.Errorf(activation.CodeSourceRefused, text, args...).WithRemedy(remedy)
	if field == "" {
		return e
	}
	return e.WithField("database." + field)
}

// asked is the field that says what is read.
func (f feed) asked() string {
	if f.account.Options.Query != "" {
		return "database.query"
	}
	return "database.table"
}

// translate says what went wrong, in our own words.
func (f feed) translate(err error) error {
	var known *activation.Error
	if errors.As(err, &known) {
		return err
	}
	if e := said(err, f.account.Options.Limit()); e != nil {
		if e.Code == activation.CodeSourceRefused && e.Field == "" {
			return e.WithField(f.asked())
		}
		return e
	}
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &unknown):
		return refuse("ca", "Give the certificate that signed it (ca), or set tls to encrypt where nobody can stand in between", "the certificate of the database is signed by nobody that is trusted")
	case errors.As(err, &host):
		return refuse("host", "Use the name that the certificate has", "the certificate of the database is for another host")
	case errors.As(err, &invalid):
		return refuse("tls", "Renew it", "the certificate of the database is not valid")
	case noTLS(err):
		return refuse("tls", "Switch encryption on there, or set tls to off if the database is on this machine", "the database offers no encryption")
	case errors.As(err, &dns):
		return activation.Errorf(activation.CodeUnavailable, "the host of the database is not known").WithField("database.host").WithRemedy("Check its name")
	case errors.As(err, &op), errors.Is(err, context.DeadlineExceeded): // the latter of the time for connecting: that for all is told before
		return activation.Errorf(activation.CodeUnavailable, "the database does not answer").WithRemedy("Check kind, host and port, and whether it runs and lets this machine in")
	}
	return activation.Errorf(activation.CodeUnavailable, "the database could not be read (%T)", root(err)).WithRemedy("Look into the log of the database")
}

// root is the innermost error; its type tells what happened without telling values.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// tlsConfig is how the way to the database is protected; nil for not at all.
func tlsConfig(o activation.DatabaseOptions) (*tls.Config, error) {
	c := &tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12}
	switch o.TLS {
	case activation.TLSOff:
		return nil, nil //nolint:nilnil // nil is what the drivers call no encryption
	case activation.TLSEncrypt:
		c.InsecureSkipVerify = true // stated by an administrator; docs/sources.md says what it means
	default:
		if o.CA == "" {
			break
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(o.CA)) {
			return nil, activation.Errorf(activation.CodeInvalid, "is no certificate in PEM").WithField("database.ca").
				WithRemedy("Give the text between BEGIN CERTIFICATE and END CERTIFICATE, with these lines")
		}
	}
	return c, nil
}

// statement is the SELECT that is run. A query is run inside another SELECT, so that nothing but a query can be run.
func statement(o activation.DatabaseOptions, quote string, limit int) string {
	var s string
	if o.Table != "" {
		parts := strings.Split(o.Table, ".")
		for i, p := range parts {
			parts[i] = quote + strings.ReplaceAll(p, quote, quote+quote) + quote
		}
		s = "SELECT * FROM " + strings.Join(parts, ".")
	} else {
		s = "SELECT * FROM (\n" + strings.TrimRight(o.Query, "; \t\r\n") + "\n) AS segue_rows"
	}
	if limit > 0 {
		s += fmt.Sprintf(" LIMIT %d", limit)
	}
	return s
}
