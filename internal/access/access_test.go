package access_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/newfile"
	"segue/internal/secret/tink"
	"segue/internal/store"
	"segue/internal/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Passwords that are hard to guess.
const (
	good    = "plum-cellar Oboe 41 drift"
	another = "violet harbour / nine stones"
)

// bundle is a service on a store of its own, and its clock.
type bundle struct {
	*access.Service
	store store.Store
	now   time.Time
}

func open(t *testing.T) *bundle {
	t.Helper()
	return openWith(t, func(*access.Config) {})
}

func openWith(t *testing.T, change func(*access.Config)) *bundle {
	t.Helper()
	dir := t.TempDir()
	newfile.Store(t, filepath.Join(dir, "segue.db"))
	s, err := sqlite.Open(t.Context(), sqlite.Config{
		Path: filepath.Join(dir, "segue.db"), Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	keys, err := tink.Open(tink.Config{Path: filepath.Join(dir, "keys"), MayCreate: true})
	require.NoError(t, err)
	b := &bundle{store: s, now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	var ids atomic.Int64
	cfg := access.Config{
		Store: s, Box: keys, Clock: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		IDs: func() string { return fmt.Sprintf("id-%04d", ids.Add(1)) },
	}
	change(&cfg)
	b.Service, err = access.New(cfg)
	require.NoError(t, err)
	return b
}

func (b *bundle) person(t *testing.T, email string, role activation.Role) activation.Person {
	t.Helper()
	p, err := b.Create(t.Context(), access.NewPerson{Name: "Person " + string(role), Email: email, Role: role, Password: good})
	require.NoError(t, err)
	return p
}

func (b *bundle) signIn(t *testing.T, email, password string) access.SignedIn {
	t.Helper()
	in, err := b.SignIn(t.Context(), access.SignIn{Email: email, Password: password, From: "192.0.2.1", Agent: "Browser"})
	require.NoError(t, err)
	return in
}

func requireCode(t *testing.T, want activation.Code, err error) {
	t.Helper()
	require.Equal(t, want, activation.CodeOf(err), "%v", err)
}

func TestTheFirstAdministratorIsMadeOnceByTheLink(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	needed, err := b.Setup(ctx)
	require.NoError(t, err)
	require.True(t, needed)
	n := access.NewPerson{Name: "Ana", Email: "Ana@Example.com", Role: activation.RoleViewer, Password: good}
	_, err = b.CreateFirst(ctx, "", n)
	requireCode(t, activation.CodeForbidden, err)
	old := b.NewSetup()
	link := b.NewSetup()
	_, err = b.CreateFirst(ctx, old, n)
	requireCode(t, activation.CodeForbidden, err)
	weak := n
	weak.Password = "password1234"
	_, err = b.CreateFirst(ctx, link, weak)
	requireCode(t, activation.CodeInvalid, err)
	p, err := b.CreateFirst(ctx, link, n)
	require.NoError(t, err)
	require.Equal(t, activation.RoleAdministrator, p.Role)
	_, err = b.CreateFirst(ctx, link, access.NewPerson{Name: "Eve", Email: "eve@example.com", Password: good})
	requireCode(t, activation.CodeForbidden, err)
	needed, err = b.Setup(ctx)
	require.NoError(t, err)
	require.False(t, needed)
	require.Equal(t, p.ID, b.signIn(t, " ana@EXAMPLE.com ", good).Person.ID)
}

func TestTwoWhoOpenTheLinkAtOnceMakeOneAdministrator(t *testing.T) {
	t.Parallel()
	b := open(t)
	link := b.NewSetup()
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = b.CreateFirst(t.Context(), link, access.NewPerson{Name: "A", Email: fmt.Sprintf("a%d@example.com", i), Password: good})
		})
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		}
	}
	require.Equal(t, 1, made)
}

func TestWeakAndBreachedPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	for password, why := range map[string]string{
		"":                         "at least 10",
		"short-1!X":                "at least 10",
		"password123":              "easy to guess",
		"iloveyou12":               "easy to guess",
		"qwertyuiop":               "easy to guess",
		"aaaaaaaaaaaaaaaa":         "easy to guess",
		"2001-02-032001":           "easy to guess",
		"ana.anic2026":             "easy to guess", // what people know of her
		"segue-brevo":              "easy to guess",
		"a\x00bcdefghijklmno":      "cannot be typed",
		"a\xffbcdefghijklmno":      "cannot be typed",
		strings.Repeat("xyzä", 60): "at most 200",
	} {
		made, err := b.Create(t.Context(), access.NewPerson{Name: "Ana", Email: "ana.anic@example.com", Role: activation.RoleViewer, Password: password})
		if password == "" { // somebody who signs in by single sign-on
			require.NoError(t, err)
			_, err = b.SignIn(t.Context(), access.SignIn{Email: "ana.anic@example.com", Password: ""})
			requireCode(t, activation.CodeUnauthenticated, err)
			err = b.ResetPassword(t.Context(), made.ID, "", false)
		}
		requireCode(t, activation.CodeInvalid, err)
		require.ErrorContains(t, err, why, password)
		if password != "" {
			require.NotContains(t, err.Error(), password)
		}
	}
	// The same text in another Unicode form is the same password.
	p, err := b.Create(t.Context(), access.NewPerson{Name: "Bo", Email: "bo@example.com", Role: activation.RoleViewer, Password: "žuta šljiva na krovu"})
	require.NoError(t, err)
	require.Equal(t, p.ID, b.signIn(t, "bo@example.com", "z\u030cuta s\u030cljiva na krovu").Person.ID)
	require.NotContains(t, p.PasswordHash, "krovu")
	require.Contains(t, p.PasswordHash, "$argon2id$")
}

func TestEveryFailureOfASignInLooksTheSame(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleViewer)
	off := b.person(t, "off@example.com", activation.RoleViewer)
	yes := true
	_, err := b.Update(ctx, off.ID, access.Change{Off: &yes})
	require.NoError(t, err)
	var texts []string
	for _, in := range []access.SignIn{
		{Email: "ana@example.com", Password: another}, {Email: "nobody@example.com", Password: good}, {Email: "no address", Password: good},
		{Email: "off@example.com", Password: good}, {Email: "ana@example.com"}, {Email: "ana@example.com", Password: strings.Repeat("x", 100_000)},
	} {
		_, err := b.SignIn(ctx, in)
		requireCode(t, activation.CodeUnauthenticated, err)
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		require.Equal(t, texts[0], text)
	}
	require.Equal(t, p.ID, b.signIn(t, "ana@example.com", good).Person.ID)
}

func TestGuessingIsSlowedDownAndStrangersLockNobodyOut(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	b.person(t, "ana@example.com", activation.RoleViewer)
	home := b.signIn(t, "ana@example.com", good)
	guess := func(from string) error {
		_, err := b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: another, From: from})
		return err
	}
	for range 6 {
		requireCode(t, activation.CodeUnauthenticated, guess("198.51.100.1"))
	}
	err := guess("198.51.100.1")
	requireCode(t, activation.CodeTooMany, err)
	b.now = b.now.Add(time.Second)
	requireCode(t, activation.CodeUnauthenticated, guess("198.51.100.1"))
	b.now = b.now.Add(time.Second)
	requireCode(t, activation.CodeTooMany, guess("198.51.100.1")) // the wait doubled

	// Unknown accounts are slowed down alike, else the difference would tell which exist.
	for range 6 {
		_, err := b.SignIn(ctx, access.SignIn{Email: "nobody@example.com", Password: another, From: "198.51.100.2"})
		requireCode(t, activation.CodeUnauthenticated, err)
	}
	_, err = b.SignIn(ctx, access.SignIn{Email: "nobody@example.com", Password: another, From: "198.51.100.2"})
	requireCode(t, activation.CodeTooMany, err)

	// From elsewhere she signs in at once, the right password given.
	_, err = b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: good, From: "203.0.113.9"})
	require.NoError(t, err)

	// Even while a flood from many addresses guesses at her account, the browser she has used before is not slowed down.
	for i := range 120 {
		_ = guess(fmt.Sprintf("198.51.101.%d", i))
	}
	_, err = b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: good, From: "203.0.113.10"})
	requireCode(t, activation.CodeTooMany, err)
	_, err = b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: good, From: "203.0.113.10", Device: home.Device})
	require.NoError(t, err)
	b.now = b.now.Add(time.Minute)
	_, err = b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: good, From: "203.0.113.10"})
	require.NoError(t, err, "a flood costs a minute at most")
}

func TestGuessesThatArriveTogetherAreCountedAsOthersAre(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleViewer)
	in := b.signIn(t, "ana@example.com", good)
	together := func(guess func() error) (tried int) {
		errs := make([]error, 24)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = guess() })
		}
		wg.Wait()
		for _, err := range errs {
			if activation.CodeOf(err) != activation.CodeTooMany {
				tried++
			}
		}
		return tried
	}
	require.Equal(t, 6, together(func() error {
		_, err := b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: another, From: "198.51.100.1"})
		return err
	}), "five are free, and the one after")
	require.Equal(t, 6, together(func() error {
		_, err := b.Prove(ctx, p, in.Session, another, "")
		return err
	}))
	// Whoever signs in well is slowed down by nothing of it afterwards.
	for range 8 {
		b.signIn(t, "ana@example.com", good)
	}
}

func TestWhoeverHasANewPasswordSetDoesNotWaitForTriesWithTheLostOne(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleAdministrator)
	b.person(t, "bo@example.com", activation.RoleViewer)
	guess := func(email string) error {
		_, err := b.SignIn(ctx, access.SignIn{Email: email, Password: "not this one", From: "192.0.2.1"})
		return err
	}
	for range 6 {
		requireCode(t, activation.CodeUnauthenticated, guess("ana@example.com"))
		requireCode(t, activation.CodeUnauthenticated, guess("bo@example.com"))
	}
	requireCode(t, activation.CodeTooMany, guess("ana@example.com"))
	require.NoError(t, b.ResetPassword(ctx, p.ID, another, false))
	b.signIn(t, "ana@example.com", another)
	requireCode(t, activation.CodeTooMany, guess("bo@example.com")) // others wait as before
}

func TestSomebodyWithAnAccountGetsNoFreeTriesAtOthers(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	b.person(t, "eve@example.com", activation.RoleViewer)
	var err error
	for i := range 40 {
		_, err = b.SignIn(ctx, access.SignIn{Email: fmt.Sprintf("victim%d@example.com", i), Password: another, From: "198.51.100.1"})
		if activation.CodeOf(err) == activation.CodeTooMany {
			break
		}
		_, _ = b.SignIn(ctx, access.SignIn{Email: "eve@example.com", Password: good, From: "198.51.100.1"})
	}
	requireCode(t, activation.CodeTooMany, err)
}

func TestSessionsEnd(t *testing.T) { //nolint:tparallel // the clock is shared
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleViewer)
	b.person(t, "boss@example.com", activation.RoleAdministrator)
	valid := func(in access.SignedIn) bool {
		got, _, err := b.Authenticate(ctx, in.Secret)
		if err != nil {
			requireCode(t, activation.CodeUnauthenticated, err)
			return false
		}
		require.Equal(t, p.ID, got.ID)
		return true
	}
	t.Run("by signing out", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		in := b.signIn(t, "ana@example.com", good)
		require.True(t, valid(in))
		require.NoError(t, b.SignOut(ctx, in.Session))
		require.False(t, valid(in))
	})
	t.Run("when not used", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		in := b.signIn(t, "ana@example.com", good)
		for range 3 {
			b.now = b.now.Add(119 * time.Minute)
			require.True(t, valid(in))
		}
		b.now = b.now.Add(2 * time.Hour)
		require.False(t, valid(in))
	})
	t.Run("after 12 hours at the latest", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		in := b.signIn(t, "ana@example.com", good)
		for range 11 {
			b.now = b.now.Add(time.Hour)
			require.True(t, valid(in))
		}
		b.now = b.now.Add(time.Hour)
		require.False(t, valid(in))
	})
	t.Run("one of several, listed", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		one, two := b.signIn(t, "ana@example.com", good), b.signIn(t, "ana@example.com", good)
		list, err := b.Sessions(ctx, p.ID)
		require.NoError(t, err)
		require.Len(t, list, 2, "those that ended are not listed")
		boss := b.signIn(t, "boss@example.com", good)
		requireCode(t, activation.CodeNotFound, b.EndSession(ctx, boss.Person.ID, one.Session.ID))
		require.NoError(t, b.EndSession(ctx, p.ID, one.Session.ID))
		require.False(t, valid(one))
		require.True(t, valid(two))
	})
	t.Run("all others by a new password", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		one, two := b.signIn(t, "ana@example.com", good), b.signIn(t, "ana@example.com", good)
		require.NoError(t, b.ChangePassword(ctx, one.Session, another))
		require.True(t, valid(one))
		require.False(t, valid(two))
		require.NoError(t, b.ResetPassword(ctx, p.ID, good, false))
		require.False(t, valid(one))
	})
	t.Run("all when the person is switched off", func(t *testing.T) { //nolint:paralleltest // the clock is shared
		in := b.signIn(t, "ana@example.com", good)
		_, token, err := b.CreateToken(ctx, in.Person, "nightly", activation.RoleViewer, b.now.Add(time.Hour))
		require.NoError(t, err)
		off, on := true, false
		_, err = b.Update(ctx, p.ID, access.Change{Off: &off})
		require.NoError(t, err)
		require.False(t, valid(in))
		_, _, err = b.AuthenticateToken(ctx, token)
		requireCode(t, activation.CodeUnauthenticated, err)
		_, err = b.Update(ctx, p.ID, access.Change{Off: &on})
		require.NoError(t, err)
		require.False(t, valid(in), "who comes back signs in anew")
		_, _, err = b.AuthenticateToken(ctx, token)
		requireCode(t, activation.CodeUnauthenticated, err)
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleAdministrator)
	off, viewer := true, activation.RoleViewer
	_, err := b.Update(ctx, p.ID, access.Change{Off: &off})
	requireCode(t, activation.CodeConflict, err)
	_, err = b.Update(ctx, p.ID, access.Change{Role: &viewer})
	requireCode(t, activation.CodeConflict, err)
	b.person(t, "bo@example.com", activation.RoleAdministrator)
	p, err = b.Update(ctx, p.ID, access.Change{Role: &viewer, Version: 1})
	require.NoError(t, err)
	require.Equal(t, activation.RoleViewer, p.Role)
	_, err = b.Update(ctx, p.ID, access.Change{Off: &off, Version: 1})
	requireCode(t, activation.CodeConflict, err)
}

func TestOneTimeCodes(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleViewer)
	secret, link, err := b.NewCodes(p)
	require.NoError(t, err)
	u, err := url.Parse(link)
	require.NoError(t, err)
	require.Equal(t, "otpauth", u.Scheme)
	code := func() string {
		c, err := totp.GenerateCode(secret, b.now)
		require.NoError(t, err)
		return c
	}
	requireCode(t, activation.CodeInvalid, b.ConfirmCodes(ctx, p.ID, secret, "000000x"))
	b.signIn(t, "ana@example.com", good) // not switched on yet
	require.NoError(t, b.ConfirmCodes(ctx, p.ID, secret, code()))
	sign := func(code string) error {
		_, err := b.SignIn(ctx, access.SignIn{Email: "ana@example.com", Password: good, Code: code, From: "192.0.2.1"})
		return err
	}
	requireCode(t, activation.CodeNeedsCode, sign(""))
	requireCode(t, activation.CodeUnauthenticated, sign(code())) // it was used to switch them on
	b.now = b.now.Add(30 * time.Second)
	require.NoError(t, sign(code()[:3]+" "+code()[3:]))
	requireCode(t, activation.CodeUnauthenticated, sign(code())) // no code counts twice
	b.now = b.now.Add(60 * time.Second)
	late := code()
	b.now = b.now.Add(30 * time.Second)
	require.NoError(t, sign(late), "the code before is taken as well")
	b.now = b.now.Add(90 * time.Second)
	requireCode(t, activation.CodeUnauthenticated, sign(late))

	stored, err := b.Get(ctx, p.ID)
	require.NoError(t, err)
	require.NotContains(t, string(stored.SealedTOTP), secret)
	require.NoError(t, b.ResetPassword(ctx, p.ID, another, true))
	b.signIn(t, "ana@example.com", another)
}

func TestProvingAgain(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleAdministrator)
	in := b.signIn(t, "ana@example.com", good)
	require.NoError(t, b.Proved(in.Session))
	b.now = b.now.Add(6 * time.Minute)
	_, session, err := b.Authenticate(ctx, in.Secret)
	require.NoError(t, err)
	requireCode(t, activation.CodeNotProved, b.Proved(session))
	_, err = b.Prove(ctx, p, session, another, "")
	requireCode(t, activation.CodeNotProved, err)
	_, err = b.Prove(ctx, p, session, good, "")
	require.NoError(t, err)
	_, session, err = b.Authenticate(ctx, in.Secret)
	require.NoError(t, err)
	require.NoError(t, b.Proved(session))
	for range 10 {
		_, err = b.Prove(ctx, p, session, another, "")
	}
	requireCode(t, activation.CodeTooMany, err) // a session that was left open is no way to guess the password
}

func TestTokens(t *testing.T) {
	t.Parallel()
	b, ctx := open(t), t.Context()
	p := b.person(t, "ana@example.com", activation.RoleContributor)
	b.person(t, "boss@example.com", activation.RoleAdministrator)
	_, _, err := b.CreateToken(ctx, p, "too much", activation.RoleAdministrator, b.now.Add(time.Hour))
	requireCode(t, activation.CodeInvalid, err)
	for _, ends := range []time.Duration{0, -time.Hour, 367 * 24 * time.Hour} {
		_, _, err = b.CreateToken(ctx, p, "no end", activation.RoleViewer, b.now.Add(ends))
		requireCode(t, activation.CodeInvalid, err)
	}
	viewer, text, err := b.CreateToken(ctx, p, "viewer", activation.RoleViewer, b.now.Add(time.Hour))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(text, viewer.Tail))
	_, same, err := b.CreateToken(ctx, p, "contributor", activation.RoleContributor, b.now.Add(2*time.Hour))
	require.NoError(t, err)
	role := func(text string) activation.Role {
		got, _, err := b.AuthenticateToken(ctx, text)
		require.NoError(t, err)
		require.Equal(t, p.ID, got.ID)
		return got.Role
	}
	require.Equal(t, activation.RoleViewer, role(text))
	require.Equal(t, activation.RoleContributor, role(same))
	less := activation.RoleViewer
	_, err = b.Update(ctx, p.ID, access.Change{Role: &less})
	require.NoError(t, err)
	require.Equal(t, activation.RoleViewer, role(same), "a token never does more than its person may now")

	list, err := b.Tokens(ctx, p.ID)
	require.NoError(t, err)
	require.Equal(t, b.now, list[0].UsedAt)
	b.now = b.now.Add(time.Hour)
	for _, wrong := range []string{text, "", "segue_", same + "x", strings.TrimPrefix(same, "segue_")} {
		_, _, err = b.AuthenticateToken(ctx, wrong)
		requireCode(t, activation.CodeUnauthenticated, err)
	}
	require.NoError(t, b.DeleteToken(ctx, p.ID, list[1].ID))
	_, _, err = b.AuthenticateToken(ctx, same)
	requireCode(t, activation.CodeUnauthenticated, err)
}
