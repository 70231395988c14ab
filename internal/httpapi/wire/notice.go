package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/notify"
)

// NoticeSettings say on which ways messages go out.
type NoticeSettings struct {
	Mail    MailSettings    `json:"mail"`
	Webhook WebhookSettings `json:"webhook"`
	Version int64           `json:"version" doc:"0 before they were ever set"`
}

// MailSettings are those of the mail server.
type MailSettings struct {
	On          bool   `json:"on"`
	Host        string `json:"host,omitempty"`
	Port        int    `json:"port,omitempty"`
	Security    string `json:"security,omitempty" enum:"starttls,tls,none"`
	User        string `json:"user,omitempty"`
	HasPassword bool   `json:"has_password"`
	From        string `json:"from,omitempty" doc:"The sender's address"`
}

// WebhookSettings are those of the webhook.
type WebhookSettings struct {
	On        bool   `json:"on"`
	URL       string `json:"url,omitempty"`
	HasSecret bool   `json:"has_secret"`
}

// NoticeSettingsInput replaces the settings; a password or secret that is absent stays.
type NoticeSettingsInput struct {
	Mail    MailSettingsInput    `json:"mail,omitzero"`
	Webhook WebhookSettingsInput `json:"webhook,omitzero"`
	Version int64                `json:"version" minimum:"0" doc:"The version that was read; 0 before they were ever set"`
}

// MailSettingsInput are those of the mail server.
type MailSettingsInput struct {
	On       bool    `json:"on"`
	Host     string  `json:"host,omitempty" maxLength:"253"`
	Port     int     `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"587 with starttls, 465 with tls"`
	Security string  `json:"security,omitempty" enum:"starttls,tls,none" default:"starttls"`
	User     string  `json:"user,omitempty" maxLength:"320" doc:"Absent for a server that asks for no sign-in"`
	Password *string `json:"password,omitempty" maxLength:"1000" writeOnly:"true" doc:"Stays as it is if absent; has to be entered again when the server is changed"`
	From     string  `json:"from,omitempty" maxLength:"320" doc:"The sender's address"`
}

// WebhookSettingsInput are those of the webhook.
type WebhookSettingsInput struct {
	On     bool    `json:"on"`
	URL    string  `json:"url,omitempty" maxLength:"2000"`
	Secret *string `json:"secret,omitempty" maxLength:"2000" writeOnly:"true" doc:"What calls are signed with, at least 16 characters; stays as it is if absent"`
}

// NoticeTest asks for a message to try a way.
type NoticeTest struct {
	Channel string `json:"channel" enum:"mail,webhook"`
	To      string `json:"to,omitempty" maxLength:"320" doc:"For a mail: the address; one's own if absent"`
}

// Notice is a message to people.
type Notice struct {
	ID         string     `json:"id"`
	At         time.Time  `json:"at"`
	Kind       string     `json:"kind" enum:"failed,held,waiting,late,stopped,recovered"`
	Task       string     `json:"task" enum:"source,profile,segment,export"`
	ObjectID   string     `json:"object_id,omitempty" doc:"What it speaks of"`
	Name       string     `json:"name"`
	RunID      string     `json:"run_id,omitempty"`
	Error      *RunError  `json:"error,omitempty"`
	Deliveries []Delivery `json:"deliveries" nullable:"false"`
}

// Delivery is a message on its way to one person, or to the webhook.
type Delivery struct {
	Channel  string    `json:"channel" enum:"mail,webhook"`
	PersonID string    `json:"person_id,omitempty" doc:"Whom a mail is for"`
	State    string    `json:"state" enum:"queued,sent,dropped,failed" doc:"Dropped: not wanted any more; failed: tried for three days"`
	Attempts int       `json:"attempts"`
	NextAt   time.Time `json:"next_at,omitzero" doc:"When it is tried next"`
	EndedAt  time.Time `json:"ended_at,omitzero"`
	Error    string    `json:"error,omitempty" doc:"Why the last try failed"`
}

// NoticeChoice says whether one gets messages.
type NoticeChoice struct {
	On bool `json:"on"`
}

// FromNoticeSettings makes the JSON of the settings.
func FromNoticeSettings(s activation.NoticeSettings) NoticeSettings {
	return NoticeSettings{
		Mail: MailSettings{
			On: s.MailOn, Host: s.Server.Host, Port: s.Server.Port, Security: string(s.Server.Security), User: s.Server.User,
			HasPassword: s.SealedPassword != nil, From: s.From,
		},
		Webhook: WebhookSettings{On: s.WebhookOn, URL: s.URL, HasSecret: s.SealedSecret != nil}, Version: s.Version,
	}
}

// Domain turns the input into settings.
func (i NoticeSettingsInput) Domain() notify.NewSettings {
	s := notify.NewSettings{
		NoticeSettings: activation.NoticeSettings{
			MailOn: i.Mail.On, WebhookOn: i.Webhook.On, From: i.Mail.From, URL: i.Webhook.URL, Version: i.Version,
			Server: activation.MailServer{Host: i.Mail.Host, Port: i.Mail.Port, Security: activation.MailSecurity(i.Mail.Security), User: i.Mail.User},
		},
		Password: i.Mail.Password, Secret: i.Webhook.Secret,
	}
	if s.Server.Host != "" && s.Server.Security == "" {
		s.Server.Security = activation.MailStartTLS
	}
	return s
}

// FromNotice makes the JSON of a message.
func FromNotice(n activation.Notice, to []activation.Delivery) Notice {
	w := Notice{
		ID: string(n.ID), At: utc(n.At), Kind: string(n.Kind), Task: string(n.Task), ObjectID: n.Object, Name: n.Name, RunID: string(n.Run),
		Deliveries: each(to, func(d activation.Delivery) Delivery {
			out := Delivery{
				Channel: string(d.Channel), PersonID: string(d.Person), State: string(d.State), Attempts: d.Attempts, EndedAt: utc(d.EndedAt), Error: d.Error,
			}
			if d.State == activation.DeliveryQueued {
				out.NextAt = utc(d.NextAt)
			}
			return out
		}),
	}
	if n.Error != "" || n.Code != "" {
		w.Error = &RunError{Code: Code(n.Code), Message: n.Error, Remedy: n.Remedy}
	}
	return w
}
