package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type notifyCmd struct {
	Show    notifyShow    `cmd:"" help:"Show on which ways messages go out."`
	Mail    notifyMail    `cmd:"" help:"Send messages by mail: set the mail server and switch it on."`
	Webhook notifyWebhook `cmd:"" help:"Send messages to a webhook: set it and switch it on."`
	Test    notifyTest    `cmd:"" help:"Send a test message now."`
	List    notifyList    `cmd:"" help:"List messages and what became of them, newest first."`
}

type notifyShow struct{}

// Run works the command.
func (*notifyShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	s, err := client.Decode[client.NoticeSettings](c.GetNoticeSettings(inv.ctx))
	if err != nil {
		return err
	}
	return inv.showNotices(s)
}

func (inv *invocation) showNotices(s client.NoticeSettings) error {
	return inv.show(s, func(w io.Writer) error {
		mail, hook := "off", "off"
		if s.Mail.On {
			mail = "on"
		}
		if s.Webhook.On {
			hook = "on"
		}
		pairs := [][2]string{{"Mail", mail}}
		if m := s.Mail; m.Host != "" {
			pairs = append(pairs, [2]string{"Server", fmt.Sprintf("%s:%d (%s)", m.Host, m.Port, m.Security)}, [2]string{"User", m.User}, [2]string{"Password", stored(m.HasPassword)}, [2]string{"From", m.From})
		}
		pairs = append(pairs, [2]string{"Webhook", hook})
		if h := s.Webhook; h.URL != "" {
			pairs = append(pairs, [2]string{"URL", h.URL}, [2]string{"Secret", stored(h.HasSecret)})
		}
		return table.Pairs(w, pairs...)
	})
}

func stored(has bool) string {
	if has {
		return "stored, never shown"
	}
	return "none"
}

// noticeInput is the settings as they are, to be changed.
func noticeInput(s client.NoticeSettings) client.NoticeSettingsInput {
	return client.NoticeSettingsInput{
		Mail: &client.MailSettingsInput{
			On: s.Mail.On, Host: s.Mail.Host, Port: s.Mail.Port, Security: client.MailSettingsInputSecurity(s.Mail.Security), User: s.Mail.User, From: s.Mail.From,
		},
		Webhook: &client.WebhookSettingsInput{On: s.Webhook.On, URL: s.Webhook.URL}, Version: s.Version,
	}
}

// changeNotices changes the settings as they are now.
func (inv *invocation) changeNotices(change func(*client.NoticeSettingsInput) error) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	s, err := client.Decode[client.NoticeSettings](c.GetNoticeSettings(inv.ctx))
	if err != nil {
		return err
	}
	in := noticeInput(s)
	if err := change(&in); err != nil {
		return err
	}
	if s, err = client.Decode[client.NoticeSettings](c.PutNoticeSettings(inv.ctx, in)); err != nil {
		return err
	}
	return inv.showNotices(s)
}

type notifyMail struct {
	Host         string `placeholder:"HOST" help:"Name of the mail server."`
	Port         int64  `placeholder:"N" help:"Its port: 587 with starttls, 465 with tls."`
	Security     string `enum:",starttls,tls,none" default:"" placeholder:"WAY" help:"How the connection is encrypted: starttls, tls or none. With none there is no sign-in."`
	User         string `placeholder:"USER" help:"Whom the mail server knows; without it nobody signs in."`
	NoUser       bool   `help:"Sign in no longer; forgets the password."`
	PasswordFile string `placeholder:"FILE" help:"File with the password; - is standard input. Without it SEGUE_SMTP_PASSWORD is used, else it is asked for where --user is given."`
	From         string `placeholder:"ADDRESS" help:"Sender's address."`
	Off          bool   `help:"Send no more mails; the settings stay."`
}

// Run works the command.
func (m *notifyMail) Run(inv *invocation) error {
	return inv.changeNotices(func(in *client.NoticeSettingsInput) error {
		set(&in.Mail.Host, m.Host)
		set(&in.Mail.Port, m.Port)
		set(&in.Mail.Security, client.MailSettingsInputSecurity(m.Security))
		set(&in.Mail.User, m.User)
		set(&in.Mail.From, m.From)
		if in.Mail.Security == "" {
			in.Mail.Security = "starttls"
		}
		if in.Mail.Port == 0 {
			in.Mail.Port = map[client.MailSettingsInputSecurity]int64{"starttls": 587, "tls": 465, "none": 25}[in.Mail.Security]
		}
		if m.NoUser {
			in.Mail.User = ""
		}
		in.Mail.On = !m.Off
		if m.NoUser || m.Off || (m.User == "" && m.PasswordFile == "" && inv.Env("SEGUE_SMTP_PASSWORD") == "") || in.Mail.User == "" {
			return nil
		}
		p, err := inv.secret("password", m.PasswordFile, "--password-file", "SEGUE_SMTP_PASSWORD")
		if err != nil {
			return err
		}
		p = strings.TrimRight(p, "\r\n")
		in.Mail.Password = p
		return nil
	})
}

type notifyWebhook struct {
	URL        string `placeholder:"URL" help:"Where messages are posted to."`
	SecretFile string `placeholder:"FILE" help:"File with the secret that calls are signed with; - is standard input. Without it SEGUE_WEBHOOK_SECRET is used, else it is asked for where --url is given."`
	Off        bool   `help:"Call it no more; the settings stay."`
}

// Run works the command.
func (h *notifyWebhook) Run(inv *invocation) error {
	return inv.changeNotices(func(in *client.NoticeSettingsInput) error {
		set(&in.Webhook.URL, h.URL)
		in.Webhook.On = !h.Off
		if h.Off || (h.URL == "" && h.SecretFile == "" && inv.Env("SEGUE_WEBHOOK_SECRET") == "") {
			return nil
		}
		s, err := inv.secret("secret", h.SecretFile, "--secret-file", "SEGUE_WEBHOOK_SECRET")
		if err != nil {
			return err
		}
		s = strings.TrimRight(s, "\r\n")
		in.Webhook.Secret = s
		return nil
	})
}

type notifyTest struct {
	Way string `arg:"" enum:"mail,webhook" help:"mail or webhook."`
	To  string `placeholder:"ADDRESS" help:"For a mail: whom to send it to. Defaults to yourself, where the command has a token of yours."`
}

// Run works the command.
func (n *notifyTest) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	if err := client.Done(c.TestNotices(inv.ctx, client.NoticeTest{Channel: client.NoticeTestChannel(n.Way), To: n.To})); err != nil {
		return err
	}
	inv.say("The test message was taken.")
	return nil
}

type notifyList struct {
	Limit int `default:"20" placeholder:"N" help:"How many at most. Defaults to ${default}."`
}

// Run works the command.
func (l *notifyList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(l.Limit, func(after *string) ([]client.Notice, string, error) {
		p, err := client.Decode[client.NoticeList](c.ListNotices(inv.ctx, &client.ListNoticesParams{After: after, Limit: pageSize(l.Limit)}))
		return p.Items, p.NextCursor, err
	})
	if err != nil {
		return err
	}
	return list(inv, items, "There was nothing to tell yet.",
		[]table.Column{table.Text("on"), table.Text("what"), table.Text("of"), table.Text("name"), table.Text("delivered"), table.Text("trouble")},
		func(n client.Notice) []string {
			counts, trouble := map[string]int{}, ""
			for _, d := range n.Deliveries {
				counts[string(d.State)]++
				if d.Error != "" {
					trouble = d.Error
				}
			}
			var parts []string
			for _, state := range []string{"sent", "queued", "failed", "dropped"} {
				if counts[state] > 0 {
					parts = append(parts, fmt.Sprintf("%d %s", counts[state], state))
				}
			}
			return []string{inv.when(n.At), string(n.Kind), string(n.Task), n.Name, strings.Join(parts, ", "), trouble}
		})
}

type meNotices struct {
	Choice string `arg:"" enum:"on,off" help:"on or off."`
	accountFlags
}

// Run works the command.
func (m *meNotices) Run(inv *invocation) error {
	return m.as(inv, func(c *client.Client) error {
		if err := client.Done(c.ChooseNotices(inv.ctx, client.NoticeChoice{On: m.Choice == "on"})); err != nil {
			return err
		}
		if m.Choice == "on" {
			inv.say("You get messages when something needs you.")
		} else {
			inv.say("You get no messages.")
		}
		return nil
	})
}
