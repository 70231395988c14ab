package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"segue/client"
	"segue/cmd/segue/internal/table"
	"segue/internal/activation"
)

type meCmd struct {
	Sessions    meSessions    `cmd:"" help:"List where you are signed in."`
	EndSession  meEndSession  `cmd:"" help:"End one of your sessions."`
	Tokens      meTokens      `cmd:"" help:"List your tokens."`
	AddToken    meAddToken    `cmd:"" help:"Make a token for a program; it is shown once."`
	DeleteToken meDeleteToken `cmd:"" help:"Delete one of your tokens."`
	Notices     meNotices     `cmd:"" help:"Choose whether you get messages when something needs somebody."`
}

// accountFlags say who signs in for the time of the command.
type accountFlags struct {
	Email string `placeholder:"ADDRESS" help:"Your address. Defaults to SEGUE_EMAIL."`
	passwordFlags
}

const addressRemedy = "Use --email or SEGUE_EMAIL"

// as signs in, works f and signs out. The one-time code comes from SEGUE_CODE, or is asked for where the server asks.
func (f accountFlags) as(inv *invocation, work func(*client.Client) error) (err error) {
	server, err := inv.address()
	if err != nil {
		return err
	}
	in := client.SignIn{Email: f.Email, Code: inv.Env("SEGUE_CODE")}
	if in.Email == "" {
		in.Email = inv.Env("SEGUE_EMAIL")
	}
	if in.Email == "" {
		return usagef("your address is missing").withRemedy(addressRemedy)
	}
	if in.Password, err = f.password(inv); err != nil {
		return err
	}
	c, err := signedIn(inv.ctx, server, in)
	if client.CodeOf(err) == "code_needed" {
		if in.Code, err = inv.secret("one-time code", "", "a terminal", "SEGUE_CODE"); err != nil {
			return err
		}
		c, err = signedIn(inv.ctx, server, in)
	}
	if e := (*client.Error)(nil); errors.As(err, &e) && e.Code == "unauthenticated" { // there is no token that could be wrong
		return &activation.Error{Code: activation.CodeUnauthenticated, Message: e.Message, Remedy: e.Remedy}
	}
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(inv.ctx), 5*time.Second)
		defer cancel()
		if out := client.Done(c.SignOut(ctx)); err == nil && client.CodeOf(out) != "unauthenticated" { // it may have ended itself
			err = out
		}
	}()
	return work(c)
}

// signedIn returns a client with a session of its own.
func signedIn(ctx context.Context, server string, in client.SignIn) (*client.Client, error) {
	door, err := client.New(server, "")
	if err != nil {
		return nil, err
	}
	resp, err := door.SignIn(ctx, in)
	var cookies []*http.Cookie
	if err == nil {
		cookies = resp.Cookies()
	}
	if err := client.Done(resp, err); err != nil {
		return nil, err
	}
	return client.New(server, "", client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return nil
	}))
}

type meSessions struct{ accountFlags }

// Run works the command.
func (m *meSessions) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		l, err := client.Decode[client.SessionList](c.ListSessions(inv.ctx))
		if err != nil {
			return err
		}
		return list(inv, l.Items, "You are signed in nowhere.",
			[]table.Column{table.Text("signed in"), table.Text("last used"), table.Text("from"), table.Text("browser"), table.Text("this command"), table.Text("id")},
			func(s client.Session) []string {
				return []string{inv.when(s.CreatedAt), inv.when(s.SeenAt), s.From, s.Agent, yesNo(s.Current), s.ID}
			})
	})
}

type meEndSession struct {
	ID string `arg:"" help:"Id of the session: segue me sessions."`
	accountFlags
}

// Run works the command.
func (m *meEndSession) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		if err := client.Done(c.EndSession(inv.ctx, m.ID)); err != nil {
			return err
		}
		inv.say("The session has ended.")
		return nil
	})
}

type meTokens struct{ accountFlags }

// Run works the command.
func (m *meTokens) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		l, err := client.Decode[client.TokenList](c.ListTokens(inv.ctx))
		if err != nil {
			return err
		}
		return list(inv, l.Items, "You have no tokens. Make one: segue me add-token",
			[]table.Column{table.Text("name"), table.Text("role"), table.Text("ends in"), table.Text("expires"), table.Text("id")},
			func(t client.Token) []string {
				return []string{t.Name, string(t.Role), t.Tail, inv.when(t.ExpiresAt), t.ID}
			})
	})
}

type meAddToken struct {
	Name string `arg:"" help:"Name of the token, such as that of the program."`
	Role string `enum:"viewer,contributor,administrator" default:"viewer" help:"The most that it may do: ${enum}. Defaults to ${default}."`
	Days int    `default:"90" placeholder:"N" help:"For how many days it is valid, at most 366. Defaults to ${default}."`
	accountFlags
}

// Run works the command.
func (m *meAddToken) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		t, err := client.Decode[client.NewToken](c.CreateToken(inv.ctx, client.TokenInput{
			Name: m.Name, Role: client.TokenInputRole(m.Role), ExpiresAt: inv.Now().Add(time.Duration(m.Days) * 24 * time.Hour).UTC(),
		}))
		if err != nil {
			return err
		}
		return inv.show(t, func(io.Writer) error {
			inv.say("This is the token, shown this once: %s", t.Secret)
			return nil
		})
	})
}

type meDeleteToken struct {
	Token string `arg:"" help:"Name or id of the token."`
	accountFlags
}

// Run works the command.
func (m *meDeleteToken) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		l, err := client.Decode[client.TokenList](c.ListTokens(inv.ctx))
		if err != nil {
			return err
		}
		id := m.Token
		for _, t := range l.Items {
			if strings.EqualFold(t.Name, m.Token) {
				id = t.ID
			}
		}
		if err := client.Done(c.DeleteToken(inv.ctx, id)); err != nil {
			return err
		}
		inv.say("The token is deleted.")
		return nil
	})
}
