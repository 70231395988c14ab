package access

import (
	"context"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// tokenPrefix begins every token, so that one that leaked is recognised as what it is.
const tokenPrefix = "segue_"

// CreateToken makes a token for programs of a person and returns it; it is told once. Its role is at most the
// person's.
func (s *Service) CreateToken(ctx context.Context, p activation.Person, name string, role activation.Role, expires time.Time) (t activation.APIToken, text string, err error) {
	now := s.cfg.Clock().UTC()
	secret, _ := newSecret()
	text = tokenPrefix + secret
	t = activation.APIToken{
		ID: activation.TokenID(s.cfg.IDs()), Name: name, Person: p.ID, Role: role, Hash: hashOf(text), Tail: text[len(text)-4:],
		CreatedAt: now, ExpiresAt: expires.UTC(),
	}
	if err := t.Validate(); err != nil {
		return activation.APIToken{}, "", err
	}
	if !p.Role.AtLeast(role) {
		return activation.APIToken{}, "", activation.Errorf(activation.CodeInvalid, "is more than your own role").WithField("role")
	}
	if err := s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.CreateToken(ctx, t) }); err != nil {
		return activation.APIToken{}, "", err
	}
	return t, text, nil
}

// Tokens lists the tokens of a person.
func (s *Service) Tokens(ctx context.Context, person activation.PersonID) (list []activation.APIToken, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, err = r.Tokens(ctx, person)
		return err
	})
	return list, err
}

// DeleteToken deletes a token of the person.
func (s *Service) DeleteToken(ctx context.Context, person activation.PersonID, id activation.TokenID) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.DeleteToken(ctx, id, person) })
}

// AuthenticateToken returns whose token a text is. The person's role is lowered to the token's.
func (s *Service) AuthenticateToken(ctx context.Context, text string) (p activation.Person, t activation.APIToken, err error) {
	invalid := func() (activation.Person, activation.APIToken, error) {
		return activation.Person{}, activation.APIToken{}, activation.Errorf(activation.CodeUnauthenticated, "the token is not valid, or has expired").
			WithRemedy("Make a new token")
	}
	if !strings.HasPrefix(text, tokenPrefix) {
		return invalid()
	}
	now := s.cfg.Clock().UTC()
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		if t, err = r.TokenByHash(ctx, hashOf(text)); err != nil {
			return err
		}
		p, err = r.Person(ctx, t.Person)
		return err
	})
	switch {
	case activation.CodeOf(err) == activation.CodeNotFound:
		return invalid()
	case err != nil:
		return activation.Person{}, activation.APIToken{}, err
	case p.Off || !t.ExpiresAt.After(now):
		return invalid()
	}
	p.Role = p.Role.Least(t.Role)
	if now.Sub(t.UsedAt) >= time.Minute {
		t.UsedAt = now
		err = s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UseToken(ctx, t.ID, now) })
		if activation.CodeOf(err) == activation.CodeNotFound {
			return invalid()
		}
	}
	return p, t, err
}
