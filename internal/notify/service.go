// Package notify owns messages to people: when one is due, on which ways it goes out, and to whom. One message goes out for each
// change of how a task of the pipeline stands, never two and never none, whatever crashes and whatever mail server is down. It
// knows neither SMTP nor HTTP, and lets no person's data and no secret into a message.
package notify

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"segue/internal/activation"
	"segue/internal/secret"
	"segue/internal/store"
)

// Config is what a Service needs. Store, Box, Mailer, Poster, Clock, IDs and Log are required.
type Config struct {
	Store store.Store
	// Box seals the password of the mail server and the secret of the webhook.
	Box    secret.Box
	Mailer mailer // *mail.Sender
	Poster poster // *webhook.Caller
	Clock  func() time.Time
	IDs    func() string
	Log    *slog.Logger
	// Private says that webhooks of private networks, and unencrypted ones, may be set. Defaults to no.
	Private bool
	// WaitingAfter is how long a run may wait for the destination before people are told (SEMANTICS S17). Defaults to 6 h.
	WaitingAfter time.Duration
	// FirstPause is the wait after a delivery failed for the first time; it doubles each time up to MaxPause. Default to 5 s and 1 h.
	FirstPause, MaxPause time.Duration
	// GiveUpAfter is for how long a delivery is tried. Defaults to 3 days.
	GiveUpAfter time.Duration
	// Keep is how long messages are kept. Defaults to 90 days.
	Keep time.Duration
	// FailPoint is for tests that kill the program at numbered moments. Defaults to nothing.
	FailPoint func(name string)
}

type mailer interface {
	Send(ctx context.Context, to activation.MailServer, m activation.Mail) error
}

type poster interface {
	Post(ctx context.Context, url string, header map[string]string, body []byte) error
}

// Service owns messages. It is safe for concurrent use, but for Watch and Deliver, each of which has one caller at a time.
type Service struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Box == nil || cfg.Mailer == nil || cfg.Poster == nil || cfg.Clock == nil || cfg.IDs == nil || cfg.Log == nil {
		return nil, fmt.Errorf("notify: the configuration is incomplete")
	}
	for _, d := range []struct {
		of *time.Duration
		is time.Duration
	}{
		{&cfg.WaitingAfter, 6 * time.Hour}, {&cfg.FirstPause, 5 * time.Second}, {&cfg.MaxPause, time.Hour},
		{&cfg.GiveUpAfter, 72 * time.Hour}, {&cfg.Keep, 90 * 24 * time.Hour},
	} {
		if *d.of == 0 {
			*d.of = d.is
		}
	}
	if cfg.FailPoint == nil {
		cfg.FailPoint = func(string) {}
	}
	return &Service{cfg: cfg}, nil
}

// Prune drops messages that are old, delivered or not.
func (s *Service) Prune(ctx context.Context) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.PruneNotices(ctx, s.cfg.Clock().UTC().Add(-s.cfg.Keep)) })
}

// SetChoice records whether a person wants messages. Viewers never get any.
func (s *Service) SetChoice(ctx context.Context, p activation.Person, on bool) error {
	choice := activation.NoticesOff
	if on {
		choice = activation.NoticesOn
		if !p.Role.AtLeast(activation.RoleContributor) {
			return activation.Errorf(activation.CodeForbidden, "messages go to contributors and administrators only").WithRemedy("Ask an administrator for that role")
		}
	}
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.SetNoticeChoice(ctx, p.ID, choice) })
}
