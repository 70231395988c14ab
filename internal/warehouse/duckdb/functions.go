package duckdb

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
)

// Functions of ours inside statements. Each result is one text: an address holds an @ and a phone begins with a plus sign,
// which no reason code does.
//
//	segue_email(text)                 the normalised address, or the reason code (S3)
//	segue_phone(text, country, region) the phone in E.164, or the reason code (S9)
//	segue_consent(text)               'given', 'withdrawn' or 'unknown' (S6)
//	segue_number(double)              canonical text of a number
type function struct {
	name   string
	inputs []driverduck.Type
	row    func([]driver.Value) (any, error)
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
	return driverduck.ScalarFuncExecutor{RowExecutor: f.row}
}

// register makes the functions known to the instance.
func register(conn *sql.Conn) error {
	const text = driverduck.TYPE_VARCHAR
	regions := newRegions()
	for _, f := range []function{
		{name: "segue_email", inputs: []driverduck.Type{text}, row: func(v []driver.Value) (any, error) {
			address, problem := activation.ParseEmail(v[0].(string))
			if problem != "" {
				return string(problem), nil
			}
			return string(address), nil
		}},
		{name: "segue_phone", inputs: []driverduck.Type{text, text, text}, row: func(v []driver.Value) (any, error) {
			region := regions.of(v[1].(string))
			if region == "" {
				region = v[2].(string)
			}
			phone, problem := activation.ParsePhone(v[0].(string), region)
			if problem != "" {
				return string(problem), nil
			}
			return string(phone), nil
		}},
		{name: "segue_consent", inputs: []driverduck.Type{text}, row: func(v []driver.Value) (any, error) {
			return activation.ParseConsent(v[0].(string)).String(), nil
		}},
		{name: "segue_number", inputs: []driverduck.Type{driverduck.TYPE_DOUBLE}, row: func(v []driver.Value) (any, error) {
			return number(v[0].(float64)), nil
		}},
	} {
		if err := driverduck.RegisterScalarUDF(conn, f.name, f); err != nil {
			return fmt.Errorf("register %s: %w", f.name, err)
		}
	}
	return nil
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
