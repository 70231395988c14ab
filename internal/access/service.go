// Package access owns who may sign in and what they may do: people, passwords, one-time codes, sessions, tokens, and
// the table of rights. It knows no HTTP, no export and no destination, and never keeps a secret that it can hash.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/secret"
	"segue/internal/store"
)

// Config is what a Service needs; Store, Box, Clock, IDs and Log are required.
type Config struct {
	Store store.Store
	// Box seals the secrets of one-time codes.
	Box   secret.Box
	Clock func() time.Time
	IDs   func() string
	Log   *slog.Logger
	// SignOn is how people sign in by single sign-on. Defaults to none.
	SignOn *SignOn
	// SessionLife is how long a session lasts at most. Defaults to 12 h.
	SessionLife time.Duration
	// IdleLife is how long a session lasts that is not used. Defaults to 2 h.
	IdleLife time.Duration
	// ProofLife is for how long somebody who proved who they are need not do so again. Defaults to 5 min.
	ProofLife time.Duration
}

// deviceLife is how long a browser is remembered that somebody signed in at.
const deviceLife = 90 * 24 * time.Hour

// Service owns who may sign in. It is safe for concurrent use.
type Service struct {
	cfg      Config
	throttle *throttle
	// hashing lets two passwords be hashed at once: each takes memory.
	hashing chan struct{}
	// nobody is a hash that no password has, for answers that take as long for unknown accounts.
	nobody string
	// waiting are browsers that were sent to the single sign-on provider.
	waiting waiting

	mu sync.Mutex
	// setup is the hash of the one-time secret of the first set-up; nil when there is none.
	setup []byte
}

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Box == nil || cfg.Clock == nil || cfg.IDs == nil || cfg.Log == nil {
		return nil, fmt.Errorf("access: the configuration is incomplete")
	}
	if cfg.SessionLife == 0 {
		cfg.SessionLife = 12 * time.Hour
	}
	if cfg.IdleLife == 0 {
		cfg.IdleLife = 2 * time.Hour
	}
	if cfg.ProofLife == 0 {
		cfg.ProofLife = 5 * time.Minute
	}
	s := &Service{cfg: cfg, throttle: newThrottle(), hashing: make(chan struct{}, 2)}
	secret, _ := newSecret()
	var err error
	s.nobody, err = hashPassword(secret)
	return s, err
}

// newSecret makes a secret of 256 bits in letters, digits, - and _, and its hash.
func newSecret() (text string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	text = base64.RawURLEncoding.EncodeToString(b[:])
	return text, hashOf(text)
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// wrong is the one answer to everything that does not sign in: it tells nobody whether an account exists.
func wrong() error {
	return activation.Errorf(activation.CodeUnauthenticated, "the e-mail address, the password or the one-time code is wrong").
		WithRemedy("Try again, or ask an administrator to set a new password")
}

// signedOut is the answer to a session or token that is not valid.
func signedOut() error {
	return activation.Errorf(activation.CodeUnauthenticated, "you are not signed in, or your session has ended").WithRemedy("Sign in")
}

// Setup reports whether the first administrator is still to be made.
func (s *Service) Setup(ctx context.Context) (bool, error) {
	var n int64
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		n, err = r.CountActive(ctx, activation.RoleAdministrator)
		return err
	})
	return n == 0, err
}

// NewSetup makes the one-time secret with which the first administrator is made; an earlier one is no longer valid.
func (s *Service) NewSetup() string {
	text, hash := newSecret()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setup = hash
	return text
}

// NewPerson describes somebody to be added.
type NewPerson struct {
	Name, Email string
	Role        activation.Role
	SeesPersons bool
	// Password may be empty for somebody who signs in by single sign-on.
	Password string
}

// CreateFirst makes the first administrator with the secret of NewSetup, which is used up. It fails with CodeConflict
// where there is an administrator.
func (s *Service) CreateFirst(ctx context.Context, setup string, n NewPerson) (activation.Person, error) {
	s.mu.Lock()
	valid := s.setup != nil && subtle.ConstantTimeCompare(s.setup, hashOf(setup)) == 1
	s.mu.Unlock()
	if !valid {
		return activation.Person{}, activation.Errorf(activation.CodeForbidden, "the set-up link is not valid or was used").
			WithRemedy("Use the link that the server printed last; it prints a new one when it is started again without an administrator")
	}
	n.Role = activation.RoleAdministrator
	if n.Password == "" {
		return activation.Person{}, activation.Errorf(activation.CodeInvalid, "the password is missing").WithField("password")
	}
	p, err := s.newPerson(n)
	if err != nil {
		return activation.Person{}, err
	}
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		n, err := tx.CountActive(ctx, activation.RoleAdministrator)
		if err != nil {
			return err
		}
		if n > 0 {
			return activation.Errorf(activation.CodeConflict, "there is an administrator already").WithRemedy("Sign in")
		}
		return tx.CreatePerson(ctx, p)
	})
	if err != nil {
		return activation.Person{}, err
	}
	s.mu.Lock()
	s.setup = nil
	s.mu.Unlock()
	s.cfg.Log.InfoContext(ctx, "the first administrator was made", "person", p.ID)
	return p, nil
}

// newPerson makes a person out of what was typed.
func (s *Service) newPerson(n NewPerson) (activation.Person, error) {
	email, problem := activation.ParseEmail(n.Email)
	if problem != "" {
		return activation.Person{}, activation.Errorf(activation.CodeInvalid, "is no usable e-mail address (%s)", problem).WithField("email")
	}
	now := s.cfg.Clock().UTC()
	p := activation.Person{
		ID: activation.PersonID(s.cfg.IDs()), Name: n.Name, Email: email, Role: n.Role, SeesPersons: n.SeesPersons,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if err := p.Validate(); err != nil {
		return activation.Person{}, err
	}
	if n.Password == "" {
		return p, nil
	}
	return p, s.setPassword(&p, n.Password)
}

// setPassword refuses a weak password and hashes a good one into p.
func (s *Service) setPassword(p *activation.Person, password string) error {
	if err := judgePassword(password, p.Name, p.Email.String()); err != nil {
		return err
	}
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	var err error
	p.PasswordHash, err = hashPassword(password)
	return err
}

// checkPassword reports whether the password is the person's. It takes as long for an unknown person, the zero one.
func (s *Service) checkPassword(p activation.Person, password string) bool {
	hash := p.PasswordHash
	if hash == "" {
		hash = s.nobody
	}
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	return matchPassword(password, hash) && p.PasswordHash != ""
}
