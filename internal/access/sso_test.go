package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

// house is a provider at which whoever comes is the one it was told; the real ones are those of e2e/sso and internal/oidc.
type house struct {
	last activation.SignOnRequest
	id   activation.Identity
}

// Issuer implements access.SignOn's provider.
func (h *house) Issuer() string { return "https://id.example.com" }

// Begin implements access.SignOn's provider.
func (h *house) Begin(_ context.Context, r activation.SignOnRequest) (string, error) {
	h.last = r
	return h.Issuer(), nil
}

// Finish implements access.SignOn's provider.
func (h *house) Finish(context.Context, activation.SignOnRequest, string) (activation.Identity, error) {
	return h.id, nil
}

// Refused implements access.SignOn's provider.
func (h *house) Refused(string) error { return activation.Errorf(activation.CodeForbidden, "refused") }

func withHouse(t *testing.T) (*bundle, *house) {
	t.Helper()
	h := &house{}
	h.id = activation.Identity{Issuer: h.Issuer(), Subject: "s1", Name: "Ana", Email: "ana@example.com", Groups: []string{"all"}}
	roles := map[string]activation.Role{"all": activation.RoleViewer, "some": activation.RoleContributor}
	return openWith(t, func(c *access.Config) { c.SignOn = &access.SignOn{Provider: h, Roles: roles} }), h
}

func (b *bundle) signOn(t *testing.T, h *house, later time.Duration) (access.SignedIn, error) {
	t.Helper()
	_, secret, err := b.StartSignOn(t.Context(), "http://localhost/sso/callback", "")
	require.NoError(t, err)
	b.now = b.now.Add(later)
	return b.FinishSignOn(t.Context(), access.SignOnBack{State: h.last.State, Code: "code", Browser: secret})
}

func TestSomebodyMayTakeTenMinutesAtTheProvider(t *testing.T) {
	t.Parallel()
	b, h := withHouse(t)
	_, err := b.signOn(t, h, 10*time.Minute)
	require.NoError(t, err)
	_, err = b.signOn(t, h, 10*time.Minute+time.Second)
	requireCode(t, activation.CodeUnauthenticated, err)
	_, _, err = b.StartSignOn(t.Context(), "http://localhost/sso/callback", "")
	require.NoError(t, err)
	_, err = b.FinishSignOn(t.Context(), access.SignOnBack{State: h.last.State, Code: "code"})
	requireCode(t, activation.CodeUnauthenticated, err) // without the cookie
	_, err = open(t).FinishSignOn(t.Context(), access.SignOnBack{State: h.last.State, Code: "code"})
	requireCode(t, activation.CodeNotReady, err)
}

func TestASignOnIsAProofOnlyAsOfWhenThePersonSignedIn(t *testing.T) {
	t.Parallel()
	b, h := withHouse(t)
	for name, x := range map[string]struct {
		at     time.Time
		proved bool
	}{
		"not told": {time.Time{}, false}, "just now": {b.now, true}, "an hour ago": {b.now.Add(-time.Hour), false}, "clock ahead": {b.now.Add(time.Minute), true},
	} {
		h.id.AuthTime = x.at
		in, err := b.signOn(t, h, 0)
		require.NoError(t, err, name)
		_, session, err := b.Authenticate(t.Context(), in.Secret)
		require.NoError(t, err)
		require.Equal(t, x.proved, b.Proved(session) == nil, name)
		require.False(t, session.ProvedAt.After(b.now), name)
	}
}

func TestWhoSignsOnIsNobodyElse(t *testing.T) {
	t.Parallel()
	b, h := withHouse(t)
	h.id.Unverified = true
	_, err := b.signOn(t, h, 0)
	requireCode(t, activation.CodeForbidden, err)
	h.id.Unverified = false
	in, err := b.signOn(t, h, 0)
	require.NoError(t, err)
	require.Equal(t, activation.RoleViewer, in.Person.Role)
	h.id.Subject = "s2" // somebody else who got her address
	_, err = b.signOn(t, h, 0)
	requireCode(t, activation.CodeConflict, err)
	h.id.Subject, h.id.Email, h.id.Groups = "s1", "new@example.com", []string{"some", "all", "none"} // she has a new one
	again, err := b.signOn(t, h, 0)
	require.NoError(t, err)
	require.Equal(t, in.Person.ID, again.Person.ID)
	require.Equal(t, activation.RoleContributor, again.Person.Role)
	_, err = b.SignIn(t.Context(), access.SignIn{Email: "ana@example.com", Password: ""})
	requireCode(t, activation.CodeUnauthenticated, err)

	off := true
	_, err = b.Update(t.Context(), in.Person.ID, access.Change{Off: &off})
	require.NoError(t, err)
	_, err = b.signOn(t, h, 0)
	requireCode(t, activation.CodeForbidden, err)
	off = false
	_, err = b.Update(t.Context(), in.Person.ID, access.Change{Off: &off, Unlink: true})
	require.NoError(t, err)
	h.id.Email = "ana@example.com"
	_, err = b.signOn(t, h, 0)
	requireCode(t, activation.CodeConflict, err) // she is unlinked
	subject := "s1"
	_, err = b.Update(t.Context(), in.Person.ID, access.Change{Subject: &subject})
	require.NoError(t, err)
	_, err = b.signOn(t, h, 0)
	require.NoError(t, err)
}
