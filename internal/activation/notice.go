package activation

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// NoticeChoice is whether somebody wants messages; empty leaves it to the role.
type NoticeChoice string

// The choices.
const (
	NoticesOn  NoticeChoice = "on"
	NoticesOff NoticeChoice = "off"
)

// GetsNotices reports whether messages are sent to the person: to administrators unless they said no, to contributors if they
// said yes, to viewers never.
func (p Person) GetsNotices() bool {
	switch {
	case p.Off:
		return false
	case p.Role == RoleAdministrator:
		return p.Notices != NoticesOff
	case p.Role == RoleContributor:
		return p.Notices == NoticesOn
	}
	return false
}

// NoticeKind says what a message tells.
type NoticeKind string

// The kinds.
const (
	NoticeFailed    NoticeKind = "failed"    // failed for good: nothing is tried again by itself
	NoticeHeld      NoticeKind = "held"      // a run waits for a person's release (S26)
	NoticeWaiting   NoticeKind = "waiting"   // a run has waited for Brevo for too long (S17)
	NoticeLate      NoticeKind = "late"      // the freshness objective was missed
	NoticeStopped   NoticeKind = "stopped"   // an export cannot run: it lacks something
	NoticeRecovered NoticeKind = "recovered" // all is well again
	NoticeTest      NoticeKind = "test"      // somebody tries whether messages arrive
)

// Notice is one message to people: what became of a task of the pipeline. It holds no person's data and no secret.
type Notice struct {
	ID   NoticeID   `json:"id"`
	At   time.Time  `json:"at"`
	Kind NoticeKind `json:"kind"`
	// Task, Object and Name say of what: an export, a segment, the profile, a source.
	Task   TaskKind `json:"task,omitempty"`
	Object string   `json:"object,omitempty"`
	Name   string   `json:"name,omitempty"`
	// Status is the status that it has now, in the words of PRODUCT.md.
	Status RunStatus `json:"status,omitempty"`
	// Run is the run that it speaks of.
	Run RunID `json:"run,omitempty"`
	// Within is the objective that was missed, and Success when a run last succeeded.
	Within  time.Duration `json:"within,omitempty"`
	Success time.Time     `json:"success,omitzero"`
	// Code, Error and Remedy say why.
	Code   Code   `json:"code,omitempty"`
	Error  string `json:"error,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// Channel is a way on which messages go out.
type Channel string

// The channels.
const (
	ChannelMail    Channel = "mail"
	ChannelWebhook Channel = "webhook"
)

// DeliveryState is what became of a delivery.
type DeliveryState string

// The states. Dropped is one that nobody wants any more, failed one that was tried for too long.
const (
	DeliveryQueued  DeliveryState = "queued"
	DeliverySent    DeliveryState = "sent"
	DeliveryDropped DeliveryState = "dropped"
	DeliveryFailed  DeliveryState = "failed"
)

// Delivery is a notice on its way to one person, or to the webhook.
type Delivery struct {
	Notice  NoticeID
	Channel Channel
	// Person is whom a mail is for; empty for the webhook.
	Person   PersonID
	State    DeliveryState
	Attempts int
	// NextAt is when it is tried next, EndedAt when it was sent, dropped or given up.
	NextAt, EndedAt time.Time
	// Error is why the last try failed. It holds no address.
	Error string
}

// TaskState is what is known of a task of the pipeline for the sake of messages: one goes out when it changes.
type TaskState struct {
	// Subject is the kind of the task and the id of its object.
	Subject string `json:"-"`
	// Trouble is the status that people were told of; empty when all is well.
	Trouble RunStatus `json:"trouble,omitempty"`
	// Late says that people were told of a missed freshness objective.
	Late bool `json:"late,omitempty"`
	// Since is when this last changed.
	Since time.Time `json:"since,omitzero"`
	// Seen is the refresh in which the task was last looked at.
	Seen RefreshID `json:"seen,omitempty"`
	// Waiting is the run that waits, and how far it had come, since WaitingSince.
	Waiting      string    `json:"waiting,omitempty"`
	WaitingSince time.Time `json:"waiting_since,omitzero"`
}

// EndedRun is a run that has ended and was not looked at yet for the sake of messages.
type EndedRun struct {
	Number int64
	Run    Run
}

// MailSecurity is how a connection to a mail server is encrypted.
type MailSecurity string

// The ways. None is for a server on the way to which nobody listens; no password goes over it.
const (
	MailStartTLS MailSecurity = "starttls"
	MailTLS      MailSecurity = "tls"
	MailNone     MailSecurity = "none"
)

// MailServer is where mails are handed in.
type MailServer struct {
	Host     string       `json:"host,omitempty"`
	Port     int          `json:"port,omitempty"`
	Security MailSecurity `json:"security,omitempty"`
	// User is empty for a server that asks for no sign-in.
	User string `json:"user,omitempty"`
	// Password is only known while a mail is handed in.
	Password string `json:"-"`
}

// Mail is a message in plain text.
type Mail struct {
	From, To, Subject, Text string
	// ID is the message id without its brackets; a mail that is sent again has the same.
	ID   string
	Date time.Time
}

// NoticeSettings say on which ways messages go out.
type NoticeSettings struct {
	// MailOn and WebhookOn switch the ways on.
	MailOn    bool       `json:"mail_on"`
	WebhookOn bool       `json:"webhook_on"`
	Server    MailServer `json:"server"`
	// From is the sender's address.
	From string `json:"from,omitempty"`
	// URL is where the webhook is called.
	URL string `json:"url,omitempty"`

	// SealedPassword and SealedSecret are nil where there is none. They are never shown.
	SealedPassword []byte    `json:"-"`
	SealedSecret   []byte    `json:"-"`
	UpdatedAt      time.Time `json:"-"`
	Version        int64     `json:"-"`
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$`)

// Validate checks s. private says that the webhook may be one of a private network.
func (s NoticeSettings) Validate(private bool) error {
	if s.MailOn || s.Server.Host != "" {
		if err := s.validateMail(); err != nil {
			return err
		}
	}
	if s.WebhookOn || s.URL != "" {
		return s.validateWebhook(private)
	}
	return nil
}

func (s NoticeSettings) validateMail() error {
	m := s.Server
	switch {
	case !hostName.MatchString(m.Host):
		return Errorf(CodeInvalid, "is no name of a mail server").WithField("mail.host").WithRemedy("Such as smtp.example.com")
	case m.Port < 1 || m.Port > 65535:
		return Errorf(CodeInvalid, "must be from 1 to 65535").WithField("mail.port").WithRemedy("587 with starttls, 465 with tls")
	case !slices.Contains([]MailSecurity{MailStartTLS, MailTLS, MailNone}, m.Security):
		return Errorf(CodeInvalid, "must be starttls, tls or none").WithField("mail.security")
	case strings.ContainsFunc(m.User, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Errorf(CodeInvalid, "holds a control character").WithField("mail.user")
	case m.User != "" && s.SealedPassword == nil:
		return Errorf(CodeInvalid, "the password is missing").WithField("mail.password")
	case m.User != "" && m.Security == MailNone:
		return Errorf(CodeInvalid, "a password does not travel unencrypted").WithField("mail.security").WithRemedy("Use starttls or tls")
	}
	if _, problem := ParseEmail(s.From); problem != "" {
		return Errorf(CodeInvalid, "is no usable e-mail address (%s)", problem).WithField("mail.from")
	}
	return nil
}

func (s NoticeSettings) validateWebhook(private bool) error {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Fragment != "" || len(s.URL) > 2000:
		return Errorf(CodeInvalid, "is no address of a webhook").WithField("webhook.url").WithRemedy("Such as https://hooks.example.com/segue")
	case u.User != nil:
		return Errorf(CodeInvalid, "holds a user").WithField("webhook.url").WithRemedy("Leave it out: calls are signed")
	case u.Scheme != "https" && (u.Scheme != "http" || !private):
		return Errorf(CodeInvalid, "must begin with https://").WithField("webhook.url").
			WithRemedy("An address of a private network, and one without encryption, is only called by a server that was started with --webhook-private")
	case s.SealedSecret == nil:
		return Errorf(CodeInvalid, "the secret is missing").WithField("webhook.secret").WithRemedy("Calls are signed with it, so that whoever gets them knows whose they are")
	}
	return nil
}
