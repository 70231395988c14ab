package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

func readMySQL(ctx context.Context, a Account, limit int, columns func([]warehouse.FeedColumn) error, row func([][]byte) error) error {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", a.Options.Address(a.Kind)
	cfg.User, cfg.Passwd, cfg.DBName = a.Options.User, a.Password, a.Options.Name
	cfg.Timeout, cfg.Collation, cfg.Logger = connectTimeout, "utf8mb4_general_ci", silent{}
	var err error
	if cfg.TLS, err = tlsConfig(a.Options); err != nil {
		return err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return errors.New("the driver of MySQL cannot be set up")
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	// The driver's own limit ends with dialling: what listens there may never say a word.
	entering, cancel := context.WithTimeout(ctx, connectTimeout)
	conn, err := db.Conn(entering)
	cancel()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := beginMySQL(ctx, conn, a.Options.Limit()); err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	rows, err := conn.QueryContext(reading, statement(a.Options, "`", limit)) // without arguments rows come as text, as they are taken
	if err != nil {
		return err
	}
	defer func() {
		stop() // else the driver reads all that is left before it closes
		_ = rows.Close()
	}()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	list := make([]warehouse.FeedColumn, len(types))
	convert := make([]func([]byte) []byte, len(types))
	raw := make([]sql.RawBytes, len(types))
	values, into := make([][]byte, len(types)), make([]any, len(types))
	for i, t := range types {
		list[i].Name = t.Name()
		list[i].Type, list[i].Exact, convert[i] = mysqlType(t.DatabaseTypeName())
		into[i] = &raw[i]
	}
	if err := columns(list); err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range raw {
			values[i] = v
			if convert[i] != nil && v != nil {
				values[i] = convert[i](v)
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// beginMySQL begins a transaction that only reads, and limits how long its statement may take.
func beginMySQL(ctx context.Context, conn *sql.Conn, limit time.Duration) error {
	var version string
	if err := conn.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return err
	}
	seconds := int64(limit / time.Second)
	statements := []string{
		"SET SESSION time_zone = '+00:00'",
		fmt.Sprintf("SET SESSION net_write_timeout = %d", max(seconds, 60)), // we may be slower than its default allows
		fmt.Sprintf("SET SESSION lock_wait_timeout = %d", max(seconds, 1)),
	}
	if strings.Contains(version, "MariaDB") {
		statements = append(statements, fmt.Sprintf("SET SESSION max_statement_time = %d", seconds))
	} else {
		statements = append(statements, fmt.Sprintf("SET SESSION max_execution_time = %d", limit.Milliseconds()))
	}
	for _, s := range append(statements, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY") {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// mysqlType says what the values of a type are, and how their text is made ours.
func mysqlType(name string) (t activation.FieldType, exact bool, convert func([]byte) []byte) {
	name = strings.TrimPrefix(name, "UNSIGNED ")
	switch name {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "YEAR", "FLOAT", "DOUBLE":
		return activation.TypeNumber, false, nil
	case "BIGINT", "DECIMAL":
		return activation.TypeNumber, true, nil
	case "BIT":
		return activation.TypeNumber, true, func(v []byte) []byte {
			var n uint64
			for _, b := range v {
				n = n<<8 | uint64(b)
			}
			return strconv.AppendUint(nil, n, 10)
		}
	case "DATE":
		return activation.TypeDate, false, noZero
	case "DATETIME", "TIMESTAMP":
		return activation.TypeDateTime, false, noZero
	case "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY", "GEOMETRY":
		return activation.TypeText, false, hexadecimal
	}
	return activation.TypeText, false, nil
}

// noZero takes the day 0 of the year 0 for what it means: nothing.
func noZero(v []byte) []byte {
	if bytes.HasPrefix(v, []byte("0000-00-00")) {
		return nil
	}
	return v
}

// silent is the driver's log: it may quote what the server says.
type silent struct{}

// Print implements mysql.Logger.
func (silent) Print(...any) {}

func saidMySQL(err error, limit time.Duration) *activation.Error {
	var my *mysql.MySQLError
	if !errors.As(err, &my) {
		return nil
	}
	code := "error " + strconv.Itoa(int(my.Number))
	switch my.Number {
	case 1045, 1698, 1130, 1251:
		return denied()
	case 1044, 1049:
		return noDatabase()
	case 1146:
		return noTable()
	case 1054:
		return noColumn()
	case 1142, 1143, 1370:
		return mayNotRead()
	case 1064:
		return noQuery(code)
	case 1792:
		return changes()
	case 1969, 3024, 1205:
		return tooLong(limit)
	case 1040, 1203:
		return busy()
	}
	return failedWith(code)
}
