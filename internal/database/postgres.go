package database

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func readPostgreSQL(ctx context.Context, a Account, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error {
	cfg, err := postgresConfig(a)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	conn.PgConn().Frontend().SetMaxBodyLen(warehouse.BlockBytes) // a row is held whole
	ms := strconv.FormatInt(a.Options.Limit().Milliseconds(), 10)
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " + ms + "; SET LOCAL lock_timeout = " + ms +
		"; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8'"
	if err := conn.PgConn().Exec(ctx, begin).Close(); err != nil {
		return err
	}
	// The extended protocol takes one statement and no more. Results come as text, row by row as they are taken.
	rows := conn.PgConn().ExecParams(ctx, statement(a.Options, `"`, limit), nil, nil, nil, nil)
	fields := rows.FieldDescriptions()
	list := make([]warehouse.FeedColumn, len(fields))
	convert := make([]func([]byte) []byte, len(fields))
	for i, f := range fields {
		list[i].Name = f.Name
		list[i].Type, list[i].Exact, convert[i] = postgresType(f.DataTypeOID)
	}
	if len(fields) > 0 {
		err = columns(list)
	}
	for err == nil && rows.NextRow() {
		values := rows.Values()
		for i, c := range convert {
			if c != nil && values[i] != nil {
				values[i] = c(values[i])
			}
		}
		err = row(values)
	}
	if err != nil { // what is left is not worth reading
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.PgConn().CancelRequest(closing)
		return err
	}
	_, err = rows.Close()
	return err
}

// postgresConfig takes nothing from the environment of the server, nor from files of its user.
func postgresConfig(a Account) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig("host=localhost port=5432 user=segue password=none dbname=segue sslmode=disable")
	if err != nil {
		return nil, errors.New("the driver of PostgreSQL cannot be set up; is PGSERVICE or the like set for the server?")
	}
	host, port, err := net.SplitHostPort(a.Options.Address(a.Kind))
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "is no host").WithField("database.host")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "is no port").WithField("database.port")
	}
	cfg.Host, cfg.Port = host, uint16(n)
	cfg.User, cfg.Password, cfg.Database = a.Options.User, a.Password, a.Options.Name
	cfg.Fallbacks, cfg.ConnectTimeout = nil, connectTimeout
	cfg.RuntimeParams = map[string]string{"application_name": "segue"}
	cfg.ValidateConnect = nil
	cfg.TLSConfig, err = tlsConfig(a.Options)
	return cfg, err
}

// postgresType says what the values of a type are, and how their text is made ours.
func postgresType(oid uint32) (t activation.FieldType, exact bool, convert func([]byte) []byte) {
	switch oid {
	case pgtype.BoolOID:
		return activation.TypeBoolean, false, func(v []byte) []byte {
			return strconv.AppendBool(nil, len(v) > 0 && v[0] == 't')
		}
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Float4OID, pgtype.Float8OID:
		return activation.TypeNumber, false, nil
	case pgtype.Int8OID, pgtype.NumericOID:
		return activation.TypeNumber, true, nil
	case pgtype.DateOID:
		return activation.TypeDate, false, nil
	case pgtype.TimestampOID:
		return activation.TypeDateTime, false, nil
	case pgtype.TimestamptzOID:
		return activation.TypeDateTime, false, func(v []byte) []byte { return []byte(strings.TrimSuffix(string(v), "+00")) }
	case pgtype.ByteaOID:
		return activation.TypeText, false, func(v []byte) []byte { return []byte(strings.ToUpper(strings.TrimPrefix(string(v), `\x`))) }
	}
	return activation.TypeText, false, nil
}

func hexadecimal(v []byte) []byte { return []byte(strings.ToUpper(hex.EncodeToString(v))) }

// said tells what a database's own error means; nil for any other error. Its text is dropped: it may quote a value.
func said(err error, limit time.Duration) *activation.Error {
	var long *pgproto3.ExceededMaxBodyLenErr
	if errors.As(err, &long) {
		return warehouse.TooLarge("the database")
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return saidMySQL(err, limit)
	}
	switch pg.Code {
	case "28P01", "28000":
		return denied()
	case "3D000":
		return noDatabase()
	case "42P01", "3F000":
		return noTable()
	case "42703":
		return noColumn()
	case "42501":
		return mayNotRead()
	case "42601":
		return noQuery("SQLSTATE " + pg.Code)
	case "25006":
		return changes()
	case "57014", "55P03":
		return tooLong(limit)
	case "53300":
		return busy()
	}
	return failedWith("SQLSTATE " + pg.Code)
}

func denied() *activation.Error {
	return refuse("password", "Check both, and whether the user may come from this machine", "the database refused the user or the password")
}

func noDatabase() *activation.Error {
	return refuse("name", "Check its name", "there is no such database, or the user may not use it")
}

func noTable() *activation.Error {
	return refuse("", "Check its name, with its schema", "the database has no such table")
}

func noColumn() *activation.Error {
	return refuse("", "Check the names of its columns", "the query names a column that there is not")
}

func mayNotRead() *activation.Error {
	return refuse("", "Grant the user SELECT there", "the user of the database may not read this")
}

func noQuery(code string) *activation.Error {
	return refuse("", "Try it with the database's own client", "the database does not understand the query (%s)", code)
}

func changes() *activation.Error {
	return refuse("", "Read only", "the query tries to change something")
}

func failedWith(code string) *activation.Error {
	return refuse("", "Try the query with the database's own client, and look into its log", "the database refused the query (%s)", code)
}

func busy() *activation.Error {
	return activation.Errorf(activation.CodeUnavailable, "the database has no connection left").WithRemedy("Try again later")
}

func noTLS(err error) bool {
	text := fmt.Sprint(err)
	return strings.Contains(text, "refused TLS") || strings.Contains(text, "does not support TLS") || strings.Contains(text, "TLS requested but server")
}
