package activation

import (
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DatabaseTLS says how the way to a database is protected.
type DatabaseTLS string

// The ways to protect it.
const (
	// TLSVerify is the default: encrypted, and the server proves by its certificate that it is the host.
	TLSVerify DatabaseTLS = "verify"
	// TLSEncrypt encrypts and takes any certificate: whoever stands in between can read all.
	TLSEncrypt DatabaseTLS = "encrypt"
	// TLSOff encrypts nothing, for databases on the same machine.
	TLSOff DatabaseTLS = "off"
)

// DatabaseOptions says where the rows of a database source lie. The password is no part of it.
type DatabaseOptions struct {
	Host string `json:"host,omitempty"`
	Port int    `json:"port,omitempty"` // 0: 5432 or 3306
	Name string `json:"name,omitempty"`
	User string `json:"user,omitempty"`
	// TLS defaults to TLSVerify.
	TLS DatabaseTLS `json:"tls,omitempty"`
	// CA is the certificate, in PEM, that signed the server's; empty for those that the system trusts.
	CA string `json:"ca,omitempty"`
	// Table is schema.table or table, Query one SELECT; exactly one of them is given.
	Table string `json:"table,omitempty"`
	Query string `json:"query,omitempty"`
	// Timeout is how long reading may take, in seconds. Defaults to 900.
	Timeout int `json:"timeout,omitempty"`
}

// Bounds of a database source.
const (
	DefaultDatabaseTimeout = 900
	MaxDatabaseTimeout     = 6 * 3600
	maxQuery               = 100_000
)

// Database reports whether rows of the kind lie in a database.
func (k SourceKind) Database() bool { return k == SourcePostgreSQL || k == SourceMySQL }

// Address is the host and port.
func (o DatabaseOptions) Address(k SourceKind) string {
	port := o.Port
	switch {
	case port != 0:
	case k == SourceMySQL:
		port = 3306
	default:
		port = 5432
	}
	return net.JoinHostPort(o.Host, strconv.Itoa(port))
}

// Limit is how long reading may take.
func (o DatabaseOptions) Limit() time.Duration {
	if o.Timeout == 0 {
		return DefaultDatabaseTimeout * time.Second
	}
	return time.Duration(o.Timeout) * time.Second
}

// SameAccount reports whether a password for the one is one for the other: it is never sent elsewhere, nor less protected.
func (o DatabaseOptions) SameAccount(p DatabaseOptions) bool {
	return o.Host == p.Host && o.Port == p.Port && o.User == p.User && o.TLS == p.TLS && o.CA == p.CA
}

// Validate checks everything that can be checked without asking the database.
func (o DatabaseOptions) Validate() error {
	bad := func(field, text, remedy string) error {
		return Errorf(CodeInvalid, "%s", text).WithField("database." + field).WithRemedy(remedy)
	}
	for _, f := range []struct{ field, v string }{{"host", o.Host}, {"name", o.Name}, {"user", o.User}} {
		switch {
		case strings.TrimSpace(f.v) == "":
			return bad(f.field, "must not be empty", "Say where the database is: host, name and user")
		case len(f.v) > 253 || strings.ContainsFunc(f.v, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return bad(f.field, "must have at most 253 bytes, without control characters", "")
		}
	}
	if strings.ContainsAny(o.Host, "/@,?# ") {
		return bad("host", "must be the name or the address of a host, without port", "Give the port by itself")
	}
	switch {
	case o.Port < 0 || o.Port > 65535:
		return bad("port", "must be between 1 and 65535", "")
	case !slices.Contains([]DatabaseTLS{"", TLSVerify, TLSEncrypt, TLSOff}, o.TLS):
		return bad("tls", "is not known", "Use verify, encrypt or off")
	case o.CA != "" && o.TLS != "" && o.TLS != TLSVerify:
		return bad("ca", "is used only where the server is verified", "Set tls to verify, or leave the certificate out")
	case len(o.CA) > 64<<10:
		return bad("ca", "must have at most 64 KiB", "")
	case o.Timeout < 0 || o.Timeout > MaxDatabaseTimeout:
		return bad("timeout", "must be between 1 and "+strconv.Itoa(MaxDatabaseTimeout)+" seconds", "")
	case (o.Table == "") == (o.Query == ""):
		return bad("table", "either a table or a query must be given", "Give one of them")
	case len(o.Query) > maxQuery || strings.ContainsRune(o.Query, 0):
		return bad("query", "must have at most 100,000 bytes, without zero bytes", "")
	case o.Query != "" && !beginsLikeSelect(o.Query):
		return bad("query", "must be one SELECT", "Begin it with SELECT or WITH")
	}
	if parts := strings.Split(o.Table, "."); o.Table != "" && (len(parts) > 2 || slices.Contains(parts, "") || len(o.Table) > 200 || strings.ContainsRune(o.Table, 0)) {
		return bad("table", "must be a table, or schema.table", "For a name with a point in it write a query")
	}
	return nil
}

// beginsLikeSelect tells a query from a statement by its first word. What keeps a query from changing anything is that it is run
// inside a SELECT, in a transaction that only reads, by a user of the database with no other rights.
func beginsLikeSelect(q string) bool {
	q = strings.ToLower(strings.TrimLeft(q, " \t\r\n("))
	for _, word := range []string{"select", "with"} {
		if rest, ok := strings.CutPrefix(q, word); ok && rest != "" && !isWord(rest[0]) {
			return true
		}
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

// LogValue implements slog.LogValuer: host, user and query are nobody's business in a log.
func (o DatabaseOptions) LogValue() slog.Value { return slog.StringValue("database (hidden)") }
