package wire

import (
	"encoding/json"
	"time"

	"segue/internal/activation"
)

// Person is somebody who may sign in.
type Person struct {
	ID              string    `json:"id"`
	Name            string    `json:"name"`
	Email           string    `json:"email" doc:"What the person signs in with; unique"`
	Role            string    `json:"role" enum:"viewer,contributor,administrator"`
	SeesPersons     bool      `json:"sees_persons" doc:"Whether a viewer may see customers; the other roles always do"`
	Off             bool      `json:"off" doc:"Switched off: the person cannot sign in"`
	HasPassword     bool      `json:"has_password"`
	HasOneTimeCodes bool      `json:"has_one_time_codes"`
	HasSingleSignOn bool      `json:"has_single_sign_on"`
	GetsNotices     bool      `json:"gets_notices" doc:"Whether messages about the pipeline are sent to the person"`
	CreatedAt       time.Time `json:"created_at"`
	UpdatedAt       time.Time `json:"updated_at"`
	Version         int64     `json:"version"`
}

// PersonInput describes somebody to be added.
type PersonInput struct {
	Name        string `json:"name" maxLength:"480"`
	Email       string `json:"email" maxLength:"1000"`
	Role        string `json:"role" enum:"viewer,contributor,administrator"`
	SeesPersons bool   `json:"sees_persons,omitempty"`
	Password    string `json:"password,omitempty" maxLength:"2000" writeOnly:"true" doc:"The first password; absent for somebody who signs in by single sign-on"`
}

// PersonChange changes a person; what is left out stays.
type PersonChange struct {
	Name        *string `json:"name,omitempty" maxLength:"480"`
	Email       *string `json:"email,omitempty" maxLength:"1000"`
	Role        *string `json:"role,omitempty" enum:"viewer,contributor,administrator"`
	SeesPersons *bool   `json:"sees_persons,omitempty"`
	Off         *bool   `json:"off,omitempty" doc:"Switching somebody off signs them out everywhere and deletes their tokens"`
	Subject     *string `json:"single_sign_on_subject,omitempty" minLength:"1" maxLength:"255" doc:"Links the person with the one whom the single sign-on provider knows by this subject"`
	Unlink      bool    `json:"remove_single_sign_on,omitempty" doc:"Unlinks the person from single sign-on"`
	Version     int64   `json:"version" minimum:"1" doc:"The version that was read"`
}

// PasswordReset sets somebody's password for them.
type PasswordReset struct {
	Password    string `json:"password" maxLength:"2000" writeOnly:"true"`
	RemoveCodes bool   `json:"remove_one_time_codes,omitempty" doc:"Switches their one-time codes off as well"`
}

// SignIn is what somebody types to sign in.
type SignIn struct {
	Email    string `json:"email" maxLength:"1000"`
	Password string `json:"password" maxLength:"2000" writeOnly:"true"`
	Code     string `json:"code,omitempty" maxLength:"20" writeOnly:"true" doc:"The one-time code, for those who have switched them on"`
}

// Proof is what somebody who is signed in types to prove again who they are.
type Proof struct {
	Password string `json:"password" maxLength:"2000" writeOnly:"true"`
	Code     string `json:"code,omitempty" maxLength:"20" writeOnly:"true"`
}

// SignOn says whether people can sign in by single sign-on.
type SignOn struct {
	Enabled bool   `json:"enabled"`
	Name    string `json:"name,omitempty" doc:"What to call it"`
}

// SignOnStart is where the browser goes now.
type SignOnStart struct {
	URL string `json:"url" doc:"The single sign-on provider, with what it needs to know"`
}

// SignOnBack is what the browser brought back from the provider.
type SignOnBack struct {
	State string `json:"state" maxLength:"200" writeOnly:"true"`
	Code  string `json:"code,omitempty" maxLength:"4000" writeOnly:"true"`
	Error string `json:"error,omitempty" maxLength:"200" doc:"The provider's error code, where it refused"`
}

// Setup says whether the first administrator is still to be made.
type Setup struct {
	Needed bool `json:"needed"`
}

// SetupInput makes the first administrator.
type SetupInput struct {
	Secret   string `json:"secret" maxLength:"200" writeOnly:"true" doc:"The end of the link that the server printed"`
	Name     string `json:"name" maxLength:"480"`
	Email    string `json:"email" maxLength:"1000"`
	Password string `json:"password" maxLength:"2000" writeOnly:"true"`
}

// Me is who is signed in, and what they may do.
type Me struct {
	Person   Person    `json:"person"`
	Session  Session   `json:"session"`
	ProvedTo time.Time `json:"proved_until" doc:"Until then nothing asks for a proof again"`
}

// Session is a browser somebody is signed in at.
type Session struct {
	ID        string    `json:"id"`
	Current   bool      `json:"current" doc:"It is the one that asks"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	EndsAt    time.Time `json:"ends_at"`
	From      string    `json:"from,omitempty" doc:"The network address of the sign-in"`
	Agent     string    `json:"agent,omitempty" doc:"The browser, as it calls itself"`
}

// NewPassword changes one's own password.
type NewPassword struct {
	Password string `json:"password" maxLength:"2000" writeOnly:"true"`
}

// OneTimeCodes is the secret of one-time codes, for an authenticator.
type OneTimeCodes struct {
	Secret string `json:"secret"`
	Link   string `json:"link" doc:"What a QR code shows (otpauth)"`
}

// OneTimeCodesInput switches one-time codes on.
type OneTimeCodesInput struct {
	Secret string `json:"secret" maxLength:"200" writeOnly:"true"`
	Code   string `json:"code" maxLength:"20" writeOnly:"true" doc:"What the authenticator shows now"`
}

// Token lets a program act for somebody.
type Token struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" doc:"Unique among one's own"`
	Role      string    `json:"role" enum:"viewer,contributor,administrator" doc:"The most that it may do"`
	Tail      string    `json:"tail" doc:"The last four characters of the token"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"When it was last used, to the minute"`
}

// TokenInput describes a token to be made.
type TokenInput struct {
	Name      string    `json:"name" maxLength:"480"`
	Role      string    `json:"role" enum:"viewer,contributor,administrator"`
	ExpiresAt time.Time `json:"expires_at" doc:"At most 366 days away"`
}

// NewToken is a token that was made; Token is told once.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"The token itself, shown this once"`
}

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	Number   int64           `json:"number"`
	At       time.Time       `json:"at"`
	Actor    AuditActor      `json:"actor"`
	Action   string          `json:"action" doc:"The operation"`
	Outcome  string          `json:"outcome" doc:"done, or the code of what refused it"`
	Kind     string          `json:"kind,omitempty" doc:"What it was done to"`
	ID       string          `json:"id,omitempty"`
	Name     string          `json:"name,omitempty" doc:"What it is called: now, or, of what is gone, as the entry has it. A run is called as its export, a session as its person. In lists alone: it is no part of the entry"`
	Before   json.RawMessage `json:"before,omitempty"`
	After    json.RawMessage `json:"after,omitempty"`
	Changed  []string        `json:"changed,omitempty" nullable:"false" doc:"What differs, those parts too whose values are left out"`
	Previous string          `json:"previous" doc:"The hash of the entry before"`
	Hash     string          `json:"hash"`
}

// AuditActor is who acted.
type AuditActor struct {
	Kind   string `json:"kind" enum:"person,token,machine,schedule,nobody"`
	Person string `json:"person_id,omitempty"`
	Name   string `json:"name"`
	Token  string `json:"token_id,omitempty"`
	From   string `json:"from,omitempty"`
}

// AuditVerdict is what verifying the audit log has found.
type AuditVerdict struct {
	Entries int64  `json:"entries"`
	Head    string `json:"head" doc:"The hash of the newest entry; kept elsewhere, it shows later whether the log was cut off"`
}

// FromPerson makes the JSON of a person.
func FromPerson(p activation.Person) Person {
	return Person{
		ID: string(p.ID), Name: p.Name, Email: p.Email.String(), Role: string(p.Role), SeesPersons: p.MaySeePersons(), Off: p.Off,
		HasPassword: p.PasswordHash != "", HasOneTimeCodes: p.SealedTOTP != nil, HasSingleSignOn: p.Issuer != "", GetsNotices: p.GetsNotices(),
		CreatedAt: utc(p.CreatedAt), UpdatedAt: utc(p.UpdatedAt), Version: p.Version,
	}
}

// FromSession makes the JSON of a session; current is the one that asks.
func FromSession(s activation.Session, current activation.SessionID) Session {
	return Session{
		ID: string(s.ID), Current: s.ID == current, CreatedAt: utc(s.CreatedAt), SeenAt: utc(s.SeenAt), EndsAt: utc(s.EndsAt), From: s.From, Agent: s.Agent,
	}
}

// FromToken makes the JSON of a token.
func FromToken(t activation.APIToken) Token {
	return Token{
		ID: string(t.ID), Name: t.Name, Role: string(t.Role), Tail: t.Tail, CreatedAt: utc(t.CreatedAt), ExpiresAt: utc(t.ExpiresAt), UsedAt: utc(t.UsedAt),
	}
}

// FromAuditEntry makes the JSON of an entry of the audit log.
func FromAuditEntry(e activation.AuditEntry) AuditEntry {
	return AuditEntry{
		Number: e.Number, At: utc(e.At), Action: e.Action, Outcome: e.Outcome, Kind: e.Kind, ID: e.ID, Before: e.Before, After: e.After,
		Changed: e.Changed, Previous: e.Previous, Hash: e.Hash,
		Actor: AuditActor{Kind: string(e.Actor.Kind), Person: string(e.Actor.Person), Name: e.Actor.Name, Token: string(e.Actor.Token), From: e.Actor.From},
	}
}
