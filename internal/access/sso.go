package access

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// provider is a single sign-on provider.
type provider interface {
	// Issuer is the provider's address.
	Issuer() string
	// Begin returns where to send a browser.
	Begin(ctx context.Context, r activation.SignOnRequest) (string, error)
	// Finish returns who came back with a code.
	Finish(ctx context.Context, r activation.SignOnRequest, code string) (activation.Identity, error)
	// Refused is the error of a browser that came back with an error's code instead.
	Refused(code string) error
}

// SignOn says how people sign in by single sign-on. Provider and Roles are required.
type SignOn struct {
	Provider provider
	// Name is what to call it. Defaults to single sign-on.
	Name string
	// Contact is whom somebody without a role is told to ask. Defaults to an administrator.
	Contact string
	// Roles are the roles of groups. Somebody in several has the one with most rights.
	Roles map[string]activation.Role
}

const (
	// SignOnLife is how long somebody may take at the provider.
	SignOnLife = 10 * time.Minute
	// signOnClocks is how far the provider's clock may be off where it says when somebody signed in.
	signOnClocks = 30 * time.Second
	// maxPending is how many sign-ins may be on their way at once; of more, the oldest is forgotten.
	maxPending = 10_000
)

// pending is a browser that was sent to the provider.
type pending struct {
	request activation.SignOnRequest
	// browser is the hash of the secret in the browser's cookie.
	browser []byte
	// session is whom a proof is for; empty for a sign-in.
	session activation.SessionID
	begun   time.Time
}

// waiting are the browsers that were sent to the provider, by the hash of their state. Each comes back once.
type waiting struct {
	mu sync.Mutex
	by map[string]pending
}

func (w *waiting) put(state string, p pending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[string]pending{}
	}
	oldest, at := "", p.begun
	for k, o := range w.by {
		if p.begun.Sub(o.begun) > SignOnLife {
			delete(w.by, k)
		} else if oldest == "" || o.begun.Before(at) {
			oldest, at = k, o.begun
		}
	}
	if len(w.by) >= maxPending {
		delete(w.by, oldest)
	}
	w.by[hex.EncodeToString(hashOf(state))] = p
}

func (w *waiting) take(state string) (pending, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := hex.EncodeToString(hashOf(state))
	p, ok := w.by[key]
	delete(w.by, key)
	return p, ok
}

// SignOnName is what single sign-on is called; empty where there is none.
func (s *Service) SignOnName() string {
	if s.cfg.SignOn == nil {
		return ""
	}
	if s.cfg.SignOn.Name == "" {
		return "single sign-on"
	}
	return s.cfg.SignOn.Name
}

func noSignOn() error {
	return activation.Errorf(activation.CodeNotReady, "single sign-on is not set up").WithRemedy("Sign in by password, or start the server with --sso-issuer")
}

// StartSignOn sends a browser to the provider, which sends it back to redirect: to sign in, or, with a session, to prove
// again who its person is. The secret is for a cookie of the browser.
func (s *Service) StartSignOn(ctx context.Context, redirect string, session activation.SessionID) (url, secret string, err error) {
	if s.cfg.SignOn == nil {
		return "", "", noSignOn()
	}
	r := activation.SignOnRequest{Redirect: redirect, Fresh: session != ""}
	r.State, _ = newSecret()
	r.Nonce, _ = newSecret()
	r.Verifier, _ = newSecret()
	secret, hash := newSecret()
	if url, err = s.cfg.SignOn.Provider.Begin(ctx, r); err != nil {
		return "", "", err
	}
	s.waiting.put(r.State, pending{request: r, browser: hash, session: session, begun: s.cfg.Clock().UTC()})
	return url, secret, nil
}

// SignOnBack is a browser that comes back from the provider.
type SignOnBack struct {
	// State and Code are what the provider sent along, Refused its error's code instead.
	State, Code, Refused string
	// Browser is the secret of the cookie, Session that of the session, if any.
	Browser, Session string
	// From, Agent and Device: see SignIn.
	From, Agent, Device string
}

// FinishSignOn takes a browser back, once. It begins a session, or, where a proof was asked for, notes it in the
// session that asked: Secret and Device are empty then.
func (s *Service) FinishSignOn(ctx context.Context, in SignOnBack) (SignedIn, error) {
	if s.cfg.SignOn == nil {
		return SignedIn{}, noSignOn()
	}
	p, ok := s.waiting.take(in.State)
	if !ok || in.Browser == "" || subtle.ConstantTimeCompare(p.browser, hashOf(in.Browser)) != 1 || s.cfg.Clock().Sub(p.begun) > SignOnLife {
		return SignedIn{}, activation.Errorf(activation.CodeUnauthenticated, "this sign-in was not begun in this browser, took too long, or was used already").
			WithRemedy("Sign in again")
	}
	if in.Refused != "" || in.Code == "" {
		return SignedIn{}, s.cfg.SignOn.Provider.Refused(in.Refused)
	}
	id, err := s.cfg.SignOn.Provider.Finish(ctx, p.request, in.Code)
	if err != nil {
		return SignedIn{}, err
	}
	if p.session != "" {
		return s.proveBySignOn(ctx, p, id, in.Session)
	}
	person, err := s.whoSignsOn(ctx, id)
	if err != nil {
		return SignedIn{}, err
	}
	proved := id.AuthTime // somebody whom the provider remembers has proved nothing now
	if now := s.cfg.Clock().UTC(); proved.After(now) {
		proved = now
	}
	return s.begin(ctx, person, SignIn{From: in.From, Agent: in.Agent, Device: in.Device}, proved)
}

// role is the most powerful role of the groups.
func (o *SignOn) role(groups []string) (role activation.Role, ok bool) {
	for _, g := range groups {
		if r, known := o.Roles[g]; known && (!ok || r.AtLeast(role)) {
			role, ok = r, true
		}
	}
	return role, ok
}

func (s *Service) noRole() error {
	whom := s.cfg.SignOn.Contact
	if whom == "" {
		whom = "an administrator of Segue"
	}
	return activation.Errorf(activation.CodeForbidden, "you are known to the single sign-on provider, but none of your groups may use Segue").
		WithRemedy("Ask " + whom + " to put you into a group that may, then sign in again")
}

// actingAs names who signs in as the one who acts, for the audit log.
func actingAs(ctx context.Context, p activation.Person) context.Context {
	if a, ok := activation.ActingOf(ctx); ok {
		a.Actor = activation.Actor{Kind: activation.ActorPerson, Person: p.ID, Name: p.Name, From: a.Actor.From}
		return activation.WithActing(ctx, a)
	}
	return ctx
}

// whoSignsOn finds the person of an identity by issuer and subject alone, and takes the role from the groups anew.
// Somebody new is added; not where the address is somebody's already: that an administrator has to link.
func (s *Service) whoSignsOn(ctx context.Context, id activation.Identity) (p activation.Person, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err = r.PersonBySubject(ctx, id.Issuer, id.Subject)
		return err
	})
	known := err == nil
	if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
		return p, err
	}
	role, ok := s.cfg.SignOn.role(id.Groups)
	switch {
	case known && p.Off:
		return p, activation.Errorf(activation.CodeForbidden, "you are switched off in Segue").WithRemedy("Ask an administrator of Segue")
	case !ok && known: // whoever may not any more is out at once
		err = s.cfg.Store.Update(actingAs(ctx, p), func(tx store.Tx) error { return signOutEverywhere(ctx, tx, p.ID) })
		if err != nil {
			return p, err
		}
		return p, s.noRole()
	case !ok:
		return p, s.noRole()
	case !known:
		return s.addBySignOn(ctx, id, role)
	case p.Role == role:
		return p, nil
	}
	ctx = actingAs(ctx, p)
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		if p, err = tx.Person(ctx, p.ID); err != nil {
			return err
		}
		was := p
		p.Role, p.UpdatedAt = role, s.cfg.Clock().UTC()
		if err := tx.UpdatePerson(ctx, p); err != nil {
			return err
		}
		if err := stillLed(ctx, tx, was, p); err != nil {
			return err
		}
		p, err = tx.Person(ctx, p.ID)
		return err
	})
	return p, err
}

// addBySignOn adds somebody who signs in for the first time.
func (s *Service) addBySignOn(ctx context.Context, id activation.Identity, role activation.Role) (activation.Person, error) {
	if id.Email == "" || id.Unverified {
		what := "the single sign-on provider tells no e-mail address of you"
		if id.Unverified {
			what = "the single sign-on provider says that your e-mail address is not verified"
		}
		return activation.Person{}, activation.Errorf(activation.CodeForbidden, "%s", what).
			WithRemedy("Ask whoever looks after the provider to give Segue a verified address, with the scope email")
	}
	if activation.ValidateName("name", id.Name) != nil {
		id.Name, _, _ = strings.Cut(id.Email, "@")
	}
	p, err := s.newPerson(NewPerson{Name: id.Name, Email: id.Email, Role: role})
	if err != nil {
		return activation.Person{}, err
	}
	p.Issuer, p.Subject = id.Issuer, id.Subject
	ctx = actingAs(ctx, p)
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		switch _, err := tx.PersonByEmail(ctx, p.Email); activation.CodeOf(err) {
		case activation.CodeNotFound:
			return tx.CreatePerson(ctx, p)
		case "":
			return activation.Errorf(activation.CodeConflict, "somebody in Segue has your e-mail address already, and is not linked with your single sign-on").
				WithRemedy("If that is you, ask an administrator of Segue to link you: segue person change ADDRESS --sso-subject " + strconv.Quote(id.Subject))
		default:
			return err
		}
	})
	return p, err
}

// proveBySignOn notes in the session that its person has just signed in anew at the provider.
func (s *Service) proveBySignOn(ctx context.Context, p pending, id activation.Identity, secret string) (SignedIn, error) {
	refuse := func(why, remedy string) (SignedIn, error) {
		return SignedIn{}, activation.Errorf(activation.CodeNotProved, "%s", why).WithRemedy(remedy)
	}
	person, session, err := s.Authenticate(ctx, secret)
	if err != nil {
		return SignedIn{}, err
	}
	now := s.cfg.Clock().UTC()
	_, may := s.cfg.SignOn.role(id.Groups)
	switch {
	case session.ID != p.session:
		return refuse("the proof was asked for by another session", "Begin again in this browser")
	case person.Issuer != id.Issuer || person.Subject != id.Subject:
		return refuse("somebody else signed in at the provider than is signed in here", "Sign in at the provider as yourself")
	case !may:
		return SignedIn{}, s.noRole()
	case id.AuthTime.IsZero():
		return refuse("the single sign-on provider does not tell when you signed in", "Ask whoever looks after the provider to send auth_time when max_age is asked for")
	case id.AuthTime.Before(p.begun.Add(-signOnClocks)):
		return refuse("the single sign-on provider did not let you sign in anew", "Sign out at the provider and begin again")
	case id.AuthTime.After(now.Add(signOnClocks)):
		return refuse("the single sign-on provider's clock is ahead", "Set the clocks of the server and of the provider")
	}
	session.ProvedAt = now
	err = s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.UpdateSession(ctx, session) })
	return SignedIn{Person: person, Session: session}, err
}
