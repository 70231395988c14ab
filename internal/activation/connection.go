package activation

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// DestinationType is the kind of destination a connection leads to.
type DestinationType string

// DestinationBrevo is Brevo (formerly Sendinblue).
const DestinationBrevo DestinationType = "brevo"

// Account is what identifies an account at a destination (SEMANTICS S1): never a connection, never a key.
type Account struct {
	BaseURL        string `json:"base_url"`
	OrganizationID string `json:"organization_id"`
}

// AccountDetails describes an account to people.
type AccountDetails struct {
	Account
	Company string `json:"company"`
	Email   string `json:"email,omitempty"`
	Plan    string `json:"plan,omitempty"`
	Credits string `json:"credits,omitempty"`
	// Contacts is how many contacts it holds; nil if the destination did not say.
	Contacts *int64 `json:"contacts,omitempty"`
}

// Connection is an account at a destination with the credentials to use it.
type Connection struct {
	ID   ConnectionID
	Name string // unique, case-insensitively
	Type DestinationType
	// BaseURL is where the destination's API is, without a trailing slash.
	BaseURL string
	// SealedKey is the API key, sealed with the connection's id as associated data.
	SealedKey []byte
	// KeyTail is the key's last four characters, all of it that is ever shown.
	KeyTail string
	// Details are what the destination said of the account when the connection was last checked.
	Details AccountDetails
	// CheckedAt is when that was.
	CheckedAt time.Time
	// Shared says that contributors may use it, and not only administrators.
	Shared bool
	// ClearEmpty says whether values that are missing empty what the destination has (S16).
	ClearEmpty ClearState
	// MirrorOff says that runs over it do not read the account's contacts (S2); MirrorRisk says what that means.
	MirrorOff bool
	// ExportUser is on whose behalf exports over it run.
	ExportUser ExportUser
	// ContactLimit is how many contacts the account's contract allows, as a person entered it; 0 if nobody has.
	ContactLimit int64
	// RemovingAt is when a person removed it, RemovedBy who. The key is still there for the import in flight (S29).
	RemovingAt time.Time
	RemovedBy  string
	// ConsentAt is when the data privacy statement was agreed to, and ConsentBy by whom; ConsentVersion is its version. Until then
	// the connection is a draft.
	ConsentAt      time.Time
	ConsentBy      string
	ConsentVersion string

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Draft reports whether nobody has agreed to the data privacy statement yet. Nothing is sent over a draft: see MayRun.
func (c Connection) Draft() bool { return c.ConsentAt.IsZero() }

// ClearState says whether values that are missing empty what the destination has (SEMANTICS S16). Between being asked for and
// being on lies a proof, which a run carries.
type ClearState string

// The states. Off is what a connection begins with.
const (
	ClearOff   ClearState = ""
	ClearAsked ClearState = "asked"
	ClearOn    ClearState = "on"
)

// MirrorRisk is what whoever switches the account mirror off for a connection is told (S2).
const MirrorRisk = "Runs over this connection do not read the account's contacts. Segue then learns who opted out at Brevo only from the few contacts " +
	"that a run reads back, so people who unsubscribed can be put on lists again; and it does not know which phones and other identifiers " +
	"contacts of others have, so Brevo can merge two people into one and delete the other."

// ConsentStatementVersion is the version of ConsentStatement that people agree to now.
const ConsentStatementVersion = "2026-11"

// ConsentStatement is what a person agrees to before a connection can be saved (PRODUCT, Connections 5).
const ConsentStatement = "Personal data of customers leaves Segue for Brevo over this connection. " +
	"You are responsible for Brevo meeting your obligations for that data, such as privacy and security."

// Validate checks the parts that need no network.
func (c Connection) Validate() error {
	if err := ValidateName("name", c.Name); err != nil {
		return err
	}
	if c.Type != DestinationBrevo {
		return Errorf(CodeInvalid, "unknown destination type %q", c.Type).WithField("type").WithRemedy("Use brevo")
	}
	if c.ClearEmpty != ClearOff && c.ClearEmpty != ClearAsked && c.ClearEmpty != ClearOn {
		return Errorf(CodeInvalid, "must be asked or on, or nothing").WithField("clear_empty")
	}
	if c.ContactLimit < 0 {
		return Errorf(CodeInvalid, "must not be less than 0").WithField("contact_limit")
	}
	if !validBaseURL(c.BaseURL) {
		return Errorf(CodeInvalid, "must begin with https:// (http only for a sandbox on this machine)").WithField("base_url")
	}
	return nil
}

// validBaseURL looks at the host and not at how the text begins: http://127.0.0.1.example.com is not this machine, and the
// key would go there unencrypted.
func validBaseURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && OnThisMachine(u.Hostname()))
}

// NormaliseBaseURL writes a base URL in one way, for it names an account (S1): scheme and host in small letters, without the
// port that goes without saying, without a slash at its end. What is no URL stays as it is.
func NormaliseBaseURL(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return s
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	return u.Scheme + "://" + host + u.EscapedPath()
}

// OnThisMachine reports whether a host, a name or an address without a port, can only mean this machine.
func OnThisMachine(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
