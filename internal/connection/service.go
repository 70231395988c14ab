// Package connection owns connections: an account at a destination, the sealed key to it, and the consent that let
// personal data go there. It gives out opened destinations to those who may use them. It knows no export, no run and
// no HTTP, and never lets a key out.
package connection

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/secret"
	"segue/internal/store"
)

// Dialer makes a destination from an address and a key. It does no I/O.
type Dialer func(r DialRequest) (destination.Destination, error)

// DialRequest says what to dial. Account is empty before the account is known; connections to one account share its
// rate budget (SEMANTICS S1).
type DialRequest struct {
	BaseURL string
	Key     string
	Account activation.Account
}

// Config is what a Service needs; every field is required.
type Config struct {
	Store store.Store
	Box   secret.Box
	// Dialers makes destinations, by type.
	Dialers map[activation.DestinationType]Dialer
	// DefaultURL is the base URL of each type where a connection names none.
	DefaultURL map[activation.DestinationType]string
	Clock      func() time.Time
	IDs        func() string
	Log        *slog.Logger
}

// Service owns connections. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Box == nil || len(cfg.Dialers) == 0 || cfg.Clock == nil || cfg.IDs == nil || cfg.Log == nil {
		return nil, fmt.Errorf("connection: the configuration is incomplete")
	}
	return &Service{cfg: cfg}, nil
}

// NewConnection describes a connection to be made.
type NewConnection struct {
	Name    string
	Type    activation.DestinationType
	BaseURL string // empty: the type's own
	Key     string
	// Agree says that the person agreed to activation.ConsentStatement; By names the person.
	Agree bool
	By    string
	// Draft says that nobody agrees yet and nobody is export user: nothing runs over it until somebody does both (Change.Agree).
	Draft bool
	// Shared says that contributors may use it.
	Shared bool
	// ExportUser is on whose behalf its exports run; nobody, and they do not run before somebody is.
	ExportUser activation.ExportUser
	// ContactLimit is how many contacts the contract allows; 0 if that is not known.
	ContactLimit int64
}

// Check asks the destination who a key belongs to, without storing anything (the Connect button).
func (s *Service) Check(ctx context.Context, t activation.DestinationType, baseURL, key string) (activation.AccountDetails, error) {
	c := activation.Connection{Name: "check", Type: t, BaseURL: s.baseURL(t, baseURL)}
	if err := c.Validate(); err != nil {
		return activation.AccountDetails{}, err
	}
	key, err := cleanKey(key)
	if err != nil {
		return activation.AccountDetails{}, err
	}
	d, err := s.dial(c, key)
	if err != nil {
		return activation.AccountDetails{}, err
	}
	details, err := d.Account(ctx)
	if err != nil {
		return activation.AccountDetails{}, destination.Translate(err)
	}
	details.Account.BaseURL = c.BaseURL
	s.count(ctx, d, &details)
	return details, nil
}

// count adds how many contacts the account holds, if the destination says so.
func (s *Service) count(ctx context.Context, d destination.Destination, details *activation.AccountDetails) {
	counter, can := d.(destination.ContactCounter)
	if !can {
		return
	}
	n, err := counter.CountContacts(ctx)
	if err != nil { // the account is known all the same
		s.cfg.Log.WarnContext(ctx, "the contacts of an account could not be counted", "error", err)
		return
	}
	details.Contacts = &n
}

// Create checks the key with the destination, seals it and stores the connection.
func (s *Service) Create(ctx context.Context, n NewConnection) (activation.Connection, error) {
	now := s.cfg.Clock().UTC()
	c := activation.Connection{
		ID: activation.ConnectionID(s.cfg.IDs()), Name: n.Name, Type: n.Type, BaseURL: s.baseURL(n.Type, n.BaseURL),
		Shared: n.Shared, ExportUser: n.ExportUser, ContactLimit: n.ContactLimit, ConsentAt: now, ConsentBy: n.By, ConsentVersion: activation.ConsentStatementVersion,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if err := c.Validate(); err != nil {
		return activation.Connection{}, err
	}
	switch {
	case n.Draft && n.Agree:
		return activation.Connection{}, activation.Errorf(activation.CodeInvalid, "a draft is what nobody has agreed to yet").WithField("draft").
			WithRemedy("Make a draft, or agree to the statement")
	case n.Draft:
		c.ConsentAt, c.ConsentBy, c.ConsentVersion, c.ExportUser = time.Time{}, "", "", activation.ExportUser{}
	case !n.Agree:
		return activation.Connection{}, activation.Errorf(activation.CodeInvalid, "the data privacy statement was not agreed to").
			WithField("agree").WithRemedy("Read the statement and agree to it: " + activation.ConsentStatement)
	}
	details, err := s.Check(ctx, n.Type, n.BaseURL, n.Key)
	if err != nil {
		return activation.Connection{}, err
	}
	c.Details, c.CheckedAt = details, now
	if err := s.seal(&c, n.Key); err != nil {
		return activation.Connection{}, err
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.CreateConnection(ctx, c) })
	if err != nil {
		return activation.Connection{}, fmt.Errorf("create connection: %w", err)
	}
	s.cfg.Log.InfoContext(ctx, "connection created", "connection", c.ID, "type", c.Type)
	return c, nil
}

// Change describes a change of a connection; nil fields stay.
type Change struct {
	Name *string
	// Key rotates the key; the new one must be of the same account (S1).
	Key *string
	// Shared says whether contributors may use it; existing exports stay as they are.
	Shared *bool
	// ClearEmpty asks for values that are missing to empty what the destination has, which a run must prove before it does
	// (S16), or ends that.
	ClearEmpty *bool
	// ContactLimit is how many contacts the contract allows; 0 for not known.
	ContactLimit *int64
	// ExportUser takes over as export user. Whoever calls holds that the person proved who they are.
	ExportUser *activation.ExportUser
	// Agree makes a draft a connection that exports can run over; ExportUser must be given with it.
	Agree *Agreement
	// MirrorOff says that runs over it do not read the account's contacts (S2); see activation.MirrorRisk.
	MirrorOff *bool
	Version   int64
}

// Agreement is agreement to the data privacy statement.
type Agreement struct {
	// By names the person, Statement the version that they read.
	By, Statement string
}

// agree checks a change of the export user, and what a draft needs besides: agreement to the statement as it is now.
func agree(c *activation.Connection, ch Change, now time.Time) error {
	a := ch.Agree
	switch {
	case a == nil && ch.ExportUser != nil && c.Draft():
		return activation.Errorf(activation.CodeConflict, "the connection %q is a draft: nobody has agreed to the data privacy statement", c.Name).
			WithRemedy("Agree to it, which makes you the export user as well: segue connection agree")
	case a == nil:
		return nil
	case !c.Draft():
		return activation.Errorf(activation.CodeConflict, "the connection %q is no draft: %s agreed to the statement", c.Name, c.ConsentBy).
			WithRemedy("To become its export user: segue connection export-user")
	case a.Statement != activation.ConsentStatementVersion:
		return activation.Errorf(activation.CodeConflict, "the data privacy statement is of version %s now", activation.ConsentStatementVersion).WithField("statement").
			WithRemedy("Read it again and agree to it")
	case ch.ExportUser == nil:
		return activation.Errorf(activation.CodeInvalid, "whoever agrees becomes the export user").WithField("export_user")
	}
	c.ConsentAt, c.ConsentBy, c.ConsentVersion = now, a.By, a.Statement
	return nil
}

// Update renames a connection or rotates its key.
func (s *Service) Update(ctx context.Context, id activation.ConnectionID, ch Change) (activation.Connection, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return activation.Connection{}, err
	}
	if err := c.Usable(); err != nil {
		return activation.Connection{}, err
	}
	now := s.cfg.Clock().UTC()
	if err := agree(&c, ch, now); err != nil {
		return activation.Connection{}, err
	}
	if ch.ContactLimit != nil {
		c.ContactLimit = *ch.ContactLimit
	}
	if ch.ExportUser != nil {
		c.ExportUser = *ch.ExportUser
		c.ExportUser.At = now
	}
	if ch.Name != nil {
		c.Name = *ch.Name
	}
	if ch.Shared != nil {
		c.Shared = *ch.Shared
	}
	if ch.MirrorOff != nil {
		c.MirrorOff = *ch.MirrorOff
	}
	if ch.ClearEmpty != nil {
		if err := s.clearEmpty(ctx, &c, *ch.ClearEmpty); err != nil {
			return activation.Connection{}, err
		}
	}
	if ch.Key != nil {
		details, err := s.Check(ctx, c.Type, c.BaseURL, *ch.Key)
		if err != nil {
			return activation.Connection{}, err
		}
		if details.Account != c.Details.Account {
			return activation.Connection{}, wrongAccount(c, details).WithField("api_key")
		}
		c.Details, c.CheckedAt = details, now
		if err := s.seal(&c, *ch.Key); err != nil {
			return activation.Connection{}, err
		}
	}
	if err := c.Validate(); err != nil {
		return activation.Connection{}, err
	}
	if ch.Version != 0 {
		c.Version = ch.Version
	}
	c.UpdatedAt = now
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UpdateConnection(ctx, c) }); err != nil {
		return activation.Connection{}, fmt.Errorf("update connection: %w", err)
	}
	if ch.Key != nil {
		// The key that was replaced lies in no file any more; trouble is not the caller's, and the next one makes up for it.
		if err := s.cfg.Store.Scrub(ctx); err != nil {
			s.cfg.Log.WarnContext(ctx, "a replaced key could not be wiped from the store's log", "error", err)
		}
	}
	return s.Get(ctx, id)
}

// clearEmpty asks for clearing, or ends it. Only a proof switches it on (S16).
func (s *Service) clearEmpty(ctx context.Context, c *activation.Connection, ask bool) error {
	if !ask {
		c.ClearEmpty = activation.ClearOff
		return nil
	}
	if c.ClearEmpty != activation.ClearOff {
		return nil
	}
	d, _, err := s.Open(ctx, c.ID)
	if err != nil {
		return err
	}
	if _, can := d.(destination.Clearer); !can {
		return activation.Errorf(activation.CodeInvalid, "this destination cannot empty values").WithField("clear_empty")
	}
	c.ClearEmpty = activation.ClearAsked
	return nil
}

// Get returns a connection.
func (s *Service) Get(ctx context.Context, id activation.ConnectionID) (c activation.Connection, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		c, err = r.Connection(ctx, id)
		return err
	})
	return c, err
}

// Test asks the destination again who the key belongs to and stores what it says; another account than before is
// refused (S1).
func (s *Service) Test(ctx context.Context, id activation.ConnectionID) (activation.Connection, error) {
	d, c, err := s.use(ctx, id)
	if err != nil {
		return activation.Connection{}, err
	}
	details, err := Identify(ctx, d, c)
	if err != nil {
		return activation.Connection{}, err
	}
	s.count(ctx, d, &details)
	c.Details, c.CheckedAt = details, s.cfg.Clock().UTC()
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UpdateConnection(ctx, c) }); err != nil {
		return activation.Connection{}, fmt.Errorf("update connection: %w", err)
	}
	return s.Get(ctx, id)
}

// use is Open for what a connection that is being removed is not used for any more.
func (s *Service) use(ctx context.Context, id activation.ConnectionID) (destination.Destination, activation.Connection, error) {
	d, c, err := s.Open(ctx, id)
	if err == nil {
		err = c.Usable()
	}
	return d, c, err
}

// Open returns the destination behind a connection, ready to be called; one that is being removed, too, for imports in
// flight (S29).
func (s *Service) Open(ctx context.Context, id activation.ConnectionID) (destination.Destination, activation.Connection, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return nil, c, err
	}
	key, err := s.cfg.Box.Open(c.SealedKey, []byte(c.ID))
	if err != nil {
		return nil, c, (&activation.Error{Code: activation.CodeCorrupt, Message: "the stored API key of the connection cannot be opened", Err: err}).
			WithRemedy("Restore the key file of the data folder, or enter the API key again")
	}
	d, err := s.dial(c, string(key))
	return d, c, err
}

// Identify asks the destination for its account and compares it with the one that the connection was made for (S1).
func Identify(ctx context.Context, d destination.Destination, c activation.Connection) (activation.AccountDetails, error) {
	details, err := d.Account(ctx)
	if err != nil {
		return details, destination.Translate(err)
	}
	details.Account.BaseURL = c.BaseURL
	if details.Account != c.Details.Account {
		return details, wrongAccount(c, details)
	}
	return details, nil
}

func (s *Service) baseURL(t activation.DestinationType, given string) string {
	if given == "" {
		given = s.cfg.DefaultURL[t]
	}
	return activation.NormaliseBaseURL(given)
}

func (s *Service) dial(c activation.Connection, key string) (destination.Destination, error) {
	dial, ok := s.cfg.Dialers[c.Type]
	if !ok {
		return nil, activation.Errorf(activation.CodeInvalid, "unknown destination type %q", c.Type).WithField("type")
	}
	return dial(DialRequest{BaseURL: c.BaseURL, Key: key, Account: c.Details.Account})
}

// cleanKey takes white space off a key that was pasted, and refuses one that cannot be sent.
func cleanKey(key string) (string, error) {
	key = strings.TrimSpace(key)
	if key == "" {
		return "", activation.Errorf(activation.CodeInvalid, "the API key is missing").WithField("api_key")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", activation.Errorf(activation.CodeInvalid, "the API key holds white space or characters that no key has").WithField("api_key").
			WithRemedy("Copy the key again, whole and alone")
	}
	return key, nil
}

func (s *Service) seal(c *activation.Connection, key string) error {
	key, err := cleanKey(key)
	if err != nil {
		return err
	}
	sealed, err := s.cfg.Box.Seal([]byte(key), []byte(c.ID))
	if err != nil {
		return fmt.Errorf("seal the API key: %w", err)
	}
	c.SealedKey, c.KeyTail = sealed, tail(key)
	return nil
}

func tail(key string) string {
	if len(key) < 12 { // of a short secret four characters are too many
		return ""
	}
	return key[len(key)-4:]
}

func wrongAccount(c activation.Connection, got activation.AccountDetails) *activation.Error {
	return activation.Errorf(activation.CodeWrongAccount, "the key belongs to another account (%s) than the connection (%s)",
		got.Company, c.Details.Company).WithRemedy("Use a key of the same account, or make a new connection")
}
