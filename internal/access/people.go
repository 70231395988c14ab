package access

import (
	"context"
	"fmt"

	"segue/internal/activation"
	"segue/internal/store"
)

// Create adds somebody.
func (s *Service) Create(ctx context.Context, n NewPerson) (activation.Person, error) {
	p, err := s.newPerson(n)
	if err != nil {
		return activation.Person{}, err
	}
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.CreatePerson(ctx, p) }); err != nil {
		return activation.Person{}, fmt.Errorf("create person: %w", err)
	}
	return p, nil
}

// Get returns a person.
func (s *Service) Get(ctx context.Context, id activation.PersonID) (p activation.Person, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err = r.Person(ctx, id)
		return err
	})
	return p, err
}

// Change says what is changed of a person; nil fields stay.
type Change struct {
	Name        *string
	Email       *string
	Role        *activation.Role
	SeesPersons *bool
	Off         *bool
	// Subject links the person with somebody at the single sign-on provider.
	Subject *string
	// Unlink ends such a link.
	Unlink bool
	// Version is the version that was read; 0 does not ask.
	Version int64
}

// Update changes a person. Whoever is switched off is signed out everywhere and their tokens are deleted. The last
// administrator can neither be switched off nor lose the role (CodeConflict).
func (s *Service) Update(ctx context.Context, id activation.PersonID, ch Change) (p activation.Person, err error) {
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if p, err = tx.Person(ctx, id); err != nil {
			return err
		}
		was := p
		if err := ch.apply(&p); err != nil {
			return err
		}
		if err := s.link(&p, ch); err != nil {
			return err
		}
		if err := p.Validate(); err != nil {
			return err
		}
		p.UpdatedAt = s.cfg.Clock().UTC()
		if err := tx.UpdatePerson(ctx, p); err != nil {
			return err
		}
		if err := stillLed(ctx, tx, was, p); err != nil {
			return err
		}
		if p.Off && !was.Off {
			if err := signOutEverywhere(ctx, tx, id); err != nil {
				return err
			}
		}
		p, err = tx.Person(ctx, id)
		return err
	})
	return p, err
}

// link links a person with somebody at the single sign-on provider, or ends that.
func (s *Service) link(p *activation.Person, ch Change) error {
	switch {
	case ch.Unlink:
		p.Issuer, p.Subject = "", ""
	case ch.Subject == nil:
	case s.cfg.SignOn == nil:
		return noSignOn()
	default:
		p.Issuer, p.Subject = s.cfg.SignOn.Provider.Issuer(), *ch.Subject
	}
	return nil
}

// stillLed fails with CodeConflict if a change took the last administrator away.
func stillLed(ctx context.Context, tx store.Tx, was, is activation.Person) error {
	if !leads(was) || leads(is) {
		return nil
	}
	n, err := tx.CountActive(ctx, activation.RoleAdministrator)
	if err == nil && n == 0 {
		return activation.Errorf(activation.CodeConflict, "this is the last administrator").WithRemedy("Make somebody else an administrator first")
	}
	return err
}

func leads(p activation.Person) bool { return p.Role == activation.RoleAdministrator && !p.Off }

func (ch Change) apply(p *activation.Person) error {
	if ch.Name != nil {
		p.Name = *ch.Name
	}
	if ch.Email != nil {
		email, problem := activation.ParseEmail(*ch.Email)
		if problem != "" {
			return activation.Errorf(activation.CodeInvalid, "is no usable e-mail address (%s)", problem).WithField("email")
		}
		p.Email = email
	}
	if ch.Role != nil {
		p.Role = *ch.Role
	}
	if ch.SeesPersons != nil {
		p.SeesPersons = *ch.SeesPersons
	}
	if ch.Off != nil {
		p.Off = *ch.Off
	}
	if ch.Version != 0 {
		p.Version = ch.Version
	}
	return nil
}

// signOutEverywhere ends all that somebody is signed in with.
func signOutEverywhere(ctx context.Context, tx store.Tx, id activation.PersonID) error {
	if err := tx.DeleteSessions(ctx, id, ""); err != nil {
		return err
	}
	if err := tx.DeleteDevices(ctx, id); err != nil {
		return err
	}
	return tx.DeleteTokens(ctx, id)
}

// ChangePassword lets somebody set a new password of their own; all other sessions of theirs end.
func (s *Service) ChangePassword(ctx context.Context, session activation.Session, password string) error {
	return s.setNewPassword(ctx, session.Person, password, func(tx store.Tx) error {
		return tx.DeleteSessions(ctx, session.Person, session.ID)
	})
}

// ResetPassword sets somebody's password for them, switches their one-time codes off if asked, and signs them out
// everywhere. Tries with the lost one no longer make them wait.
func (s *Service) ResetPassword(ctx context.Context, id activation.PersonID, password string, withCodes bool) error {
	err := s.setNewPassword(ctx, id, password, func(tx store.Tx) error {
		if withCodes {
			p, err := tx.Person(ctx, id)
			if err != nil {
				return err
			}
			if p.SealedTOTP != nil {
				p.SealedTOTP, p.TOTPStep, p.UpdatedAt = nil, 0, s.cfg.Clock().UTC()
				if err := tx.UpdatePerson(ctx, p); err != nil {
					return err
				}
			}
		}
		return signOutEverywhere(ctx, tx, id)
	})
	if err == nil {
		s.throttle.forgive(string(id))
	}
	return err
}

func (s *Service) setNewPassword(ctx context.Context, id activation.PersonID, password string, then func(store.Tx) error) error {
	p, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := s.setPassword(&p, password); err != nil {
		return err
	}
	p.UpdatedAt = s.cfg.Clock().UTC()
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if err := tx.UpdatePerson(ctx, p); err != nil {
			return err
		}
		return then(tx)
	})
}

// change reads a person, changes it and writes it, in one transaction.
func (s *Service) change(ctx context.Context, id activation.PersonID, f func(*activation.Person) error) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		p, err := tx.Person(ctx, id)
		if err != nil {
			return err
		}
		if err := f(&p); err != nil {
			return err
		}
		p.UpdatedAt = s.cfg.Clock().UTC()
		return tx.UpdatePerson(ctx, p)
	})
}
