package cli

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

func TestWhoeverCannotSignInIsToldThatThereIsNoAdministrator(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_PASSWORD"], b.env["SEGUE_EMAIL"] = goodPassword, "ana@example.com"
	const said = "is wrong. There is no administrator yet: open the link that the server printed when it started, and become it"
	require.Contains(t, b.fails(exitForbidden, "me", "sessions"), said)
	b.ok("person", "add", "Bo", "--email", "bo@example.com", "--role", "administrator")
	require.NotContains(t, b.fails(exitForbidden, "me", "sessions"), "no administrator")
}

func TestOnesOwnSessionsAndTokens(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.env["SEGUE_PASSWORD"] = goodPassword
	b.ok("person", "add", "Ana", "--email", "ana@example.com", "--role", "contributor")
	b.ok("person", "add", "Zora", "--email", "zora@example.com", "--role", "administrator")
	in, err := b.Access.SignIn(t.Context(), access.SignIn{Email: "ana@example.com", Password: goodPassword, From: "192.0.2.7", Agent: "Browser"})
	require.NoError(t, err)
	require.Contains(t, b.fails(exitUsage, "me", "sessions"), "your address is missing. Use --email or SEGUE_EMAIL")
	b.env["SEGUE_EMAIL"] = "ana@example.com"

	list := b.ok("me", "sessions")
	require.Regexp(t, `(?m)192\.0\.2\.7 +Browser +no +`+string(in.Session.ID), list)
	require.Equal(t, "The session has ended.\n", b.ok("me", "end-session", string(in.Session.ID)))
	_, _, err = b.Access.Authenticate(t.Context(), in.Secret)
	require.Equal(t, activation.CodeUnauthenticated, activation.CodeOf(err))
	left, err := b.Access.Sessions(t.Context(), in.Person.ID)
	require.NoError(t, err)
	require.Empty(t, left, "a command signs out again")

	require.Contains(t, b.ok("me", "tokens"), "You have no tokens")
	made := b.ok("me", "add-token", "nightly", "--role", "contributor", "--days", "30")
	token := regexp.MustCompile(`segue_\S+`).FindString(made)
	require.NotEmpty(t, token)
	require.Contains(t, b.ok("me", "tokens"), "nightly")
	require.True(t, json.Valid([]byte(b.ok("me", "tokens", "-o", "json"))))
	require.True(t, json.Valid([]byte(b.ok("me", "sessions", "-o", "json"))))
	require.True(t, json.Valid([]byte(b.ok("me", "add-token", "other", "-o", "json"))))
	require.Contains(t, b.fails(exitInvalid, "me", "add-token", "too much", "--role", "administrator"), "more than your own role")
	require.Equal(t, 0, b.run("--token", token, "segment", "list").code)
	require.Equal(t, "The token is deleted.\n", b.ok("me", "delete-token", "Nightly"))
	require.Equal(t, exitForbidden, b.run("--token", token, "segment", "list").code)

	b.env["SEGUE_PASSWORD"] = "another one altogether"
	wrong := b.fails(exitForbidden, "me", "tokens")
	require.NotContains(t, wrong, "another one")
	require.Contains(t, wrong, "Try again, or ask an administrator")
}

func TestTheOneTimeCodeIsAskedForWhereItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p, err := b.Access.Create(t.Context(), access.NewPerson{Name: "Ana", Email: "ana@example.com", Role: activation.RoleViewer, Password: goodPassword})
	require.NoError(t, err)
	secret, _, err := b.Access.NewCodes(p)
	require.NoError(t, err)
	code := func(later time.Duration) string {
		c, err := totp.GenerateCode(secret, b.Clock().Add(later))
		require.NoError(t, err)
		return c
	}
	require.NoError(t, b.Access.ConfirmCodes(t.Context(), p.ID, secret, code(-30*time.Second)))
	b.env["SEGUE_PASSWORD"], b.env["SEGUE_EMAIL"] = goodPassword, "ana@example.com"
	require.Contains(t, b.fails(exitUsage, "me", "sessions"), "the one-time code is missing. Use a terminal or SEGUE_CODE")
	b.env["SEGUE_CODE"] = code(0)
	b.ok("me", "sessions")
	require.Contains(t, b.fails(exitForbidden, "me", "sessions"), "one-time code is wrong", "no code counts twice")
	b.env["SEGUE_CODE"] = ""
	b.secret = code(30 * time.Second) // typed when asked
	require.Contains(t, b.ok("me", "sessions"), "segue-client")
	require.NotContains(t, b.Log.String(), b.secret)
}
