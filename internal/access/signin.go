package access

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// SignIn is what somebody typed, and where from.
type SignIn struct {
	Email, Password string
	// Code is the one-time code, where the person has switched them on.
	Code string
	// From is the network address, Agent the browser as it calls itself.
	From, Agent string
	// Device is the secret of a browser that somebody signed in at before; empty without.
	Device string
}

// SignedIn is a session that has begun. Secret and Device are told once.
type SignedIn struct {
	Person  activation.Person
	Session activation.Session
	Secret  string
	Device  string
}

// tooMany says how long to wait.
func tooMany(wait time.Duration) error {
	return &activation.Error{
		Code: activation.CodeTooMany, Message: "there were too many failed tries", RetryAfter: wait,
		Remedy: "Wait " + max(wait, time.Second).Round(time.Second).String() + " and try again",
	}
}

// SignIn signs somebody in by password, and one-time code where they have one. Every failure has the same answer, but
// for a missing code after a right password (CodeNeedsCode), and CodeTooMany after many failures.
func (s *Service) SignIn(ctx context.Context, in SignIn) (SignedIn, error) {
	p, err := s.personNamed(ctx, in.Email)
	if err != nil {
		return SignedIn{}, err
	}
	keys, err := s.counters(ctx, p, in)
	if err != nil {
		return SignedIn{}, err
	}
	now := s.cfg.Clock()
	tries, wait := s.throttle.begin(now, keys...)
	if wait > 0 {
		return SignedIn{}, tooMany(wait)
	}
	if err := s.proof(ctx, &p, in.Password, in.Code); err != nil {
		if activation.CodeOf(err) != activation.CodeUnauthenticated {
			s.throttle.undo(tries)
			return SignedIn{}, err
		}
		return SignedIn{}, s.beforeSetup(ctx, err)
	}
	s.throttle.succeeded(tries)
	return s.begin(ctx, p, in, now.UTC())
}

// beforeSetup says with a failure that the first administrator is still to be made, which everybody may know.
func (s *Service) beforeSetup(ctx context.Context, failed error) error {
	var e *activation.Error
	needed, err := s.Setup(ctx)
	if err != nil || !needed || !errors.As(failed, &e) {
		return failed
	}
	return e.WithRemedy("There is no administrator yet: open the link that the server printed when it started, and become it")
}

// personNamed finds who signs in with an address; the zero person if nobody does.
func (s *Service) personNamed(ctx context.Context, typed string) (p activation.Person, err error) {
	email, problem := activation.ParseEmail(typed)
	if problem != "" {
		return p, nil
	}
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err = r.PersonByEmail(ctx, email)
		return err
	})
	if activation.CodeOf(err) == activation.CodeNotFound {
		return activation.Person{}, nil
	}
	return p, err
}

// counters says by what failures of a sign-in are counted. What was typed is hashed: it may be a password.
func (s *Service) counters(ctx context.Context, p activation.Person, in SignIn) ([]counted, error) {
	account := string(p.ID)
	if account == "" {
		email, _ := activation.ParseEmail(in.Email)
		account = "typed " + hex.EncodeToString(hashOf(email.String()))
	}
	known := false
	if in.Device != "" && p.ID != "" {
		err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
			known, err = r.KnownDevice(ctx, hashOf(in.Device), p.ID, s.cfg.Clock().Add(-deviceLife))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if known {
		return []counted{{"device " + hex.EncodeToString(hashOf(in.Device)), ofDevice}}, nil
	}
	return []counted{
		{"pair " + in.From + " " + account, ofPair}, {"address " + in.From, ofAddress}, {"account " + account, ofAccount},
	}, nil
}

// proof checks password and one-time code. It records the code as used.
func (s *Service) proof(ctx context.Context, p *activation.Person, password, code string) error {
	if !s.checkPassword(*p, password) || p.Off {
		return wrong()
	}
	if p.SealedTOTP == nil {
		return nil
	}
	if code == "" {
		return activation.Errorf(activation.CodeNeedsCode, "a one-time code is needed").WithField("code").
			WithRemedy("Enter the code that your authenticator shows")
	}
	return s.useCode(ctx, p, code)
}

// begin starts a session of somebody who proved then who they are.
func (s *Service) begin(ctx context.Context, p activation.Person, in SignIn, proved time.Time) (SignedIn, error) {
	now := s.cfg.Clock().UTC()
	out := SignedIn{Person: p, Device: in.Device}
	secret, hash := newSecret()
	out.Secret = secret
	if out.Device == "" {
		out.Device, _ = newSecret()
	}
	out.Session = activation.Session{
		ID: activation.SessionID(s.cfg.IDs()), Person: p.ID, Hash: hash, CreatedAt: now, SeenAt: now, ProvedAt: proved, EndsAt: now.Add(s.cfg.SessionLife),
		From: in.From, Agent: activation.ShortAgent(in.Agent),
	}
	ctx = actingAs(ctx, p) // from here on it is somebody
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		fresh, err := tx.Person(ctx, p.ID) // switched off since the password was checked?
		if err != nil {
			return err
		}
		if fresh.Off || fresh.PasswordHash != p.PasswordHash {
			return wrong()
		}
		if err := tx.SweepSessions(ctx, now, now.Add(-deviceLife)); err != nil {
			return err
		}
		if err := tx.PutDevice(ctx, hashOf(out.Device), p.ID, now); err != nil {
			return err
		}
		return tx.CreateSession(ctx, out.Session)
	})
	return out, err
}

// Authenticate returns whose session a secret is of. It is read anew for every request, so that whoever is switched off
// is signed out at once.
func (s *Service) Authenticate(ctx context.Context, secret string) (p activation.Person, session activation.Session, err error) {
	now := s.cfg.Clock().UTC()
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		if session, err = r.SessionByHash(ctx, hashOf(secret)); err != nil {
			return err
		}
		p, err = r.Person(ctx, session.Person)
		return err
	})
	switch {
	case activation.CodeOf(err) == activation.CodeNotFound:
		return activation.Person{}, activation.Session{}, signedOut()
	case err != nil:
		return activation.Person{}, activation.Session{}, err
	case p.Off || !session.EndsAt.After(now) || !session.SeenAt.Add(s.cfg.IdleLife).After(now):
		return activation.Person{}, activation.Session{}, signedOut()
	}
	if now.Sub(session.SeenAt) >= time.Minute {
		session.SeenAt = now
		err = s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UpdateSession(ctx, session) })
		if activation.CodeOf(err) == activation.CodeNotFound { // ended between the two
			return activation.Person{}, activation.Session{}, signedOut()
		}
	}
	return p, session, err
}

// Prove lets somebody who is signed in prove again who they are, for what asks for it.
func (s *Service) Prove(ctx context.Context, p activation.Person, session activation.Session, password, code string) (activation.Session, error) {
	keys := []counted{{"prove " + string(session.ID), ofPair}, {"prove person " + string(p.ID), ofAddress}}
	now := s.cfg.Clock().UTC()
	tries, wait := s.throttle.begin(now, keys...)
	if wait > 0 {
		return session, tooMany(wait)
	}
	if err := s.proof(ctx, &p, password, code); err != nil {
		if activation.CodeOf(err) == activation.CodeUnauthenticated {
			return session, activation.Errorf(activation.CodeNotProved, "the password or the one-time code is wrong").WithField("password")
		}
		s.throttle.undo(tries)
		return session, err
	}
	s.throttle.succeeded(tries)
	session.ProvedAt = now
	return session, s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UpdateSession(ctx, session) })
}

// Proved fails with CodeNotProved if it is too long ago that somebody proved who they are.
func (s *Service) Proved(session activation.Session) error {
	if s.cfg.Clock().Sub(session.ProvedAt) <= s.cfg.ProofLife {
		return nil
	}
	return activation.Errorf(activation.CodeNotProved, "this asks you to prove again who you are").
		WithRemedy("Confirm with your password, and one-time code if you have one, or by single sign-on")
}

// ProvedUntil is until when nothing asks for the password again.
func (s *Service) ProvedUntil(session activation.Session) time.Time {
	return session.ProvedAt.Add(s.cfg.ProofLife).UTC()
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session activation.Session) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteSession(ctx, session.ID, session.Person) })
}

// Sessions lists where a person is signed in.
func (s *Service) Sessions(ctx context.Context, person activation.PersonID) (list []activation.Session, err error) {
	now := s.cfg.Clock()
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		all, err := r.Sessions(ctx, person)
		for _, x := range all {
			if x.EndsAt.After(now) && x.SeenAt.Add(s.cfg.IdleLife).After(now) {
				list = append(list, x)
			}
		}
		return err
	})
	return list, err
}

// EndSession ends a session of the person.
func (s *Service) EndSession(ctx context.Context, person activation.PersonID, id activation.SessionID) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteSession(ctx, id, person) })
}
