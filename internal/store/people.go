package store

import (
	"context"
	"time"

	"segue/internal/activation"
)

// PeopleReader reads who may sign in. Hashes are the SHA-256 of secrets that are kept nowhere.
type PeopleReader interface {
	Person(ctx context.Context, id activation.PersonID) (activation.Person, error)
	PersonByEmail(ctx context.Context, email activation.Email) (activation.Person, error)
	// PersonBySubject finds the person that a single sign-on provider knows under the subject.
	PersonBySubject(ctx context.Context, issuer, subject string) (activation.Person, error)
	People(ctx context.Context, p Page) (list []activation.Person, next string, err error)
	// CountActive counts the persons of exactly this role who are not switched off.
	CountActive(ctx context.Context, role activation.Role) (int64, error)

	SessionByHash(ctx context.Context, hash []byte) (activation.Session, error)
	// Sessions lists the sessions of a person by age, those too that have ended by time and were not deleted yet.
	Sessions(ctx context.Context, person activation.PersonID) ([]activation.Session, error)
	// KnownDevice reports whether the person signed in with the device after the moment given.
	KnownDevice(ctx context.Context, hash []byte, person activation.PersonID, after time.Time) (bool, error)

	TokenByHash(ctx context.Context, hash []byte) (activation.APIToken, error)
	// Tokens lists the tokens of a person by age.
	Tokens(ctx context.Context, person activation.PersonID) ([]activation.APIToken, error)
}

// PeopleWriter changes who may sign in. An address or a subject that another person has is CodeConflict.
type PeopleWriter interface {
	CreatePerson(ctx context.Context, p activation.Person) error
	// UpdatePerson compares the version, as every update does.
	UpdatePerson(ctx context.Context, p activation.Person) error
	// UseCode records the time step of a one-time code as used; neither the version nor anything else changes. It
	// fails with CodeConflict if the step, or a later one, was used.
	UseCode(ctx context.Context, id activation.PersonID, step int64) error

	CreateSession(ctx context.Context, s activation.Session) error
	// UpdateSession stores Hash, SeenAt, ProvedAt and EndsAt; nothing else of a session ever changes.
	UpdateSession(ctx context.Context, s activation.Session) error
	// DeleteSession ends a session of the person; CodeNotFound if it is not theirs.
	DeleteSession(ctx context.Context, id activation.SessionID, person activation.PersonID) error
	// DeleteSessions ends all sessions of the person but one; an empty id keeps none.
	DeleteSessions(ctx context.Context, person activation.PersonID, but activation.SessionID) error
	// PutDevice remembers that the person signed in with the device.
	PutDevice(ctx context.Context, hash []byte, person activation.PersonID, seen time.Time) error
	// DeleteDevices forgets the devices of the person.
	DeleteDevices(ctx context.Context, person activation.PersonID) error
	// SweepSessions deletes sessions that ended by now, and devices not seen since.
	SweepSessions(ctx context.Context, now, unseenSince time.Time) error

	// CreateToken fails with CodeConflict if the person has a token of that name.
	CreateToken(ctx context.Context, t activation.APIToken) error
	// UseToken records when a token was last used.
	UseToken(ctx context.Context, id activation.TokenID, at time.Time) error
	// DeleteToken deletes a token of the person; CodeNotFound if it is not theirs.
	DeleteToken(ctx context.Context, id activation.TokenID, person activation.PersonID) error
	// DeleteTokens deletes every token of the person.
	DeleteTokens(ctx context.Context, person activation.PersonID) error
}

// AuditReader reads the audit log.
type AuditReader interface {
	// LastAudit returns the newest entry; CodeNotFound if there is none.
	LastAudit(ctx context.Context) (activation.AuditEntry, error)
	// AuditAfter lists entries after the number, oldest first.
	AuditAfter(ctx context.Context, number int64, limit int) ([]activation.AuditEntry, error)
	// AuditBefore lists entries before the number (0: from the newest), newest first.
	AuditBefore(ctx context.Context, number int64, limit int) ([]activation.AuditEntry, error)
}

// AuditWriter adds to the audit log; nothing changes or deletes what is in it.
type AuditWriter interface {
	// AppendAudit stores the entry as it was hashed. A number that is taken is CodeConflict.
	AppendAudit(ctx context.Context, e activation.AuditEntry) error
}
