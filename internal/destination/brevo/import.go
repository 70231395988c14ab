package brevo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// The body of an import. Nothing else is ever in it (S32): no blocklist field, no list to be made, no address to notify.
// The e-mail that Brevo sends to the account's owner for every import is switched off; empty values keep what is stored, but for
// an import that is to empty it (S16).
const (
	importBegin    = `{"listIds":[`
	importOptions  = `],"updateExistingContacts":true,"disableNotification":true,"emptyContactsAttributes":false,"jsonBody":[`
	importClearing = `],"updateExistingContacts":true,"disableNotification":true,"emptyContactsAttributes":true,"jsonBody":[`
	importEnd      = `]}`

	rowBegin  = `{"email":`
	rowMiddle = `,"attributes":`
	rowEnd    = `},`
)

const (
	// maxImport is the most bytes of an import's body. Brevo's limit is 10 MB, its advice 8.
	maxImport = 8_000_000
	// maxListDigits is how long the number of a list can get.
	maxListDigits = len("9223372036854775807")
	// maxRows of an import. Brevo states none; this is about what fits when rows hold an address only.
	maxRows = 150_000
	// maxRemovals of a removal.
	maxRemovals = 150
)

// Limits implements destination.Destination.
func (c *Client) Limits() activation.CallLimits {
	return activation.CallLimits{
		MaxBody:     maxImport - int64(len(importBegin)+maxListDigits+len(importOptions)+len(importEnd)),
		RowOverhead: int64(len(rowBegin) + len(rowMiddle) + len(rowEnd)),
		MaxRows:     maxRows, MaxRemovals: maxRemovals,
	}
}

// BooleanLiterals implements destination.Destination. Users saw imports drop true, false, 1 and 0; words are what a
// production client sends. The proof (S13) shows what the account makes of them.
func (c *Client) BooleanLiterals() (yes, no string) { return `"Yes"`, `"No"` }

// Import implements destination.Destination. A success without the number of a process leaves open what happened.
func (c *Client) Import(ctx context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	return c.importWith(ctx, importOptions, list, rows)
}

// ImportClearing implements destination.Clearer.
func (c *Client) ImportClearing(ctx context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	return c.importWith(ctx, importClearing, list, rows)
}

func (c *Client) importWith(ctx context.Context, options string, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	r := call{endpoint: postImport}
	var err error
	if r.body, err = importBody(options, list, rows); err != nil {
		return 0, r.failed(destination.Refused, err.Error(), nil)
	}
	v, err := c.do(ctx, r)
	if err != nil {
		return 0, err
	}
	id, ok := number(v.Get("processId"))
	if !ok {
		return 0, r.failed(destination.Unknown, "the answer does not name the process", nil)
	}
	return activation.ProcessID(id), nil
}

// importBody writes the body. Its errors name a row by its place only.
func importBody(options string, list activation.ListID, rows []activation.Row) ([]byte, error) {
	if list <= 0 {
		return nil, fmt.Errorf("the number of the list is missing")
	}
	if len(rows) == 0 || len(rows) > maxRows {
		return nil, fmt.Errorf("an import takes 1 to %d rows, not %d", maxRows, len(rows))
	}
	size := len(importBegin) + maxListDigits + len(importOptions) + len(importEnd)
	for _, row := range rows {
		size += len(rowBegin) + len(row.Address) + 2 + len(rowMiddle) + max(len(row.Attributes), 2) + len(rowEnd)
	}
	if size > maxImport+maxListDigits+1 { // what the number does not need, and the last comma
		return nil, tooLarge(size)
	}
	b := make([]byte, 0, size)
	b = append(b, importBegin...)
	b = strconv.AppendInt(b, int64(list), 10)
	b = append(b, options...)
	for i, row := range rows {
		if address, problem := activation.ParseEmail(row.Address.String()); problem != "" || address != row.Address {
			return nil, fmt.Errorf("row %d has no address in normal form %s", i+1, problem)
		}
		b = append(b, rowBegin...)
		b = appendString(b, row.Address.String())
		b = append(b, rowMiddle...)
		attributes, err := attributesOf(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		b = append(b, attributes...)
		b = append(b, rowEnd...)
	}
	b = append(b[:len(b)-1], importEnd...) // without the last comma
	if len(b) > maxImport {
		return nil, tooLarge(len(b))
	}
	return b, nil
}

// noneUsable recognises an import that is refused because no row has an identifier that Brevo takes for one. Its text is the only
// thing that tells it from other refusals.
func noneUsable(r call, status int, p problem) bool {
	return r.endpoint == postImport && status == http.StatusBadRequest && p.json && p.code == "invalid_parameter" &&
		p.says("could not find any valid email")
}

func tooLarge(size int) error {
	return fmt.Errorf("the import would take %d bytes, more than the %d that Brevo takes at once", size, maxImport)
}

// attributesOf holds that a row carries attributes and nothing else: an object, well formed, without another address.
func attributesOf(row activation.Row) ([]byte, error) {
	b := bytes.TrimSpace(row.Attributes)
	if len(b) == 0 {
		return []byte("{}"), nil
	}
	if !gjson.ValidBytes(b) || b[0] != '{' {
		return nil, fmt.Errorf("its attributes are not a JSON object")
	}
	var err error
	gjson.ParseBytes(b).ForEach(func(name, _ gjson.Result) bool {
		if !attributeName.MatchString(name.Str) || name.Str == "EMAIL" {
			err = fmt.Errorf("it has something that is not an attribute")
		}
		return err == nil
	})
	return b, err
}

// appendString writes a text as JSON, without escaping what need not be, so that its length is what the plan counted.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			out, _ := json.Marshal(s) // a string can always be written
			return append(b, out...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
