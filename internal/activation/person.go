package activation

import (
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Role says what somebody may do (PRODUCT, Roles). What each role may do is one table, in package access.
type Role string

// The roles, each with all rights of the ones before it.
const (
	RoleViewer        Role = "viewer"
	RoleContributor   Role = "contributor"
	RoleAdministrator Role = "administrator"
)

// Roles lists the roles, least rights first.
func Roles() []Role { return []Role{RoleViewer, RoleContributor, RoleAdministrator} }

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// AtLeast reports whether r has all rights of other.
func (r Role) AtLeast(other Role) bool {
	return r.Valid() && other.Valid() && slices.Index(Roles(), r) >= slices.Index(Roles(), other)
}

// Least returns the one of two roles with fewer rights; one that is no role has none.
func (r Role) Least(other Role) Role {
	if r.AtLeast(other) {
		return other
	}
	return r
}

// Person is somebody who may sign in. Customers are profiles, not persons.
type Person struct {
	ID PersonID
	// Name is how records and screens name the person.
	Name string
	// Email is what the person signs in with; unique, whatever the case.
	Email Email
	Role  Role
	// SeesPersons lets a viewer see customers; the other roles always do.
	SeesPersons bool
	// Off says that the person may not sign in; nothing of theirs is valid any more.
	Off bool
	// PasswordHash is the password's argon2id hash in its usual text form; empty for somebody without a password.
	PasswordHash string
	// SealedTOTP is the secret of one-time codes, sealed with the person's id as associated data; nil without.
	SealedTOTP []byte
	// TOTPStep is the number of the latest time step whose code was used; no code counts twice.
	TOTPStep int64
	// Issuer and Subject are who the person is at a single sign-on provider; empty without.
	Issuer, Subject string
	// Notices is whether the person wants messages, where they have said so.
	Notices NoticeChoice

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Validate checks p.
func (p Person) Validate() error {
	if err := ValidateName("name", p.Name); err != nil {
		return err
	}
	if p.Email == "" {
		return Errorf(CodeInvalid, "the e-mail address is missing").WithField("email")
	}
	if !p.Role.Valid() {
		return Errorf(CodeInvalid, "is no role").WithField("role").WithRemedy("Use viewer, contributor or administrator")
	}
	if (p.Issuer == "") != (p.Subject == "") {
		return Errorf(CodeInternal, "a person has only half of a single sign-on identity")
	}
	return nil
}

// MaySeePersons reports whether the person may see customers and not only counts and masked values.
func (p Person) MaySeePersons() bool { return p.SeesPersons || p.Role.AtLeast(RoleContributor) }

// LogValue keeps names, addresses and hashes out of logs.
func (p Person) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(p.ID)), slog.String("role", string(p.Role)))
}

// Session is somebody signed in at one browser.
type Session struct {
	ID     SessionID
	Person PersonID
	// Hash is the SHA-256 of the secret in the cookie.
	Hash []byte
	// CreatedAt is when the person signed in, SeenAt when the session was last used, to the minute.
	CreatedAt, SeenAt time.Time
	// ProvedAt is when the person last proved who they are: by signing in, or again since.
	ProvedAt time.Time
	// EndsAt is when the session ends at the latest.
	EndsAt time.Time
	// From is the network address of the sign-in, Agent the browser as it called itself, shortened.
	From, Agent string
}

// APIToken lets a program act for somebody.
type APIToken struct {
	ID   TokenID
	Name string // unique among the tokens of the person, whatever the case
	// Person is who made it; it can do no more than they can at the time.
	Person PersonID
	// Role is the most that it may do.
	Role Role
	// Hash is the SHA-256 of the token, Tail its last four characters.
	Hash []byte
	Tail string

	CreatedAt time.Time
	// ExpiresAt is when it stops being valid.
	ExpiresAt time.Time
	// UsedAt is when it was last used, to the minute; zero before the first time.
	UsedAt time.Time
}

// MaxTokenLife is the longest that a token can be valid.
const MaxTokenLife = 366 * 24 * time.Hour

// Validate checks t at the moment when it is made.
func (t APIToken) Validate() error {
	if err := ValidateName("name", t.Name); err != nil {
		return err
	}
	if !t.Role.Valid() {
		return Errorf(CodeInvalid, "is no role").WithField("role").WithRemedy("Use viewer, contributor or administrator")
	}
	if life := t.ExpiresAt.Sub(t.CreatedAt); life <= 0 || life > MaxTokenLife {
		return Errorf(CodeInvalid, "must be later than now and at most 366 days away").WithField("expires_at")
	}
	return nil
}

// maxAgent is how many bytes of what a browser calls itself are kept.
const maxAgent = 200

// ShortAgent shortens what a browser calls itself, and drops what cannot be shown.
func ShortAgent(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	for len(s) > maxAgent {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}
