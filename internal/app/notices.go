package app

import (
	"context"
	"time"

	"segue/internal/mail"
	"segue/internal/notify"
	"segue/internal/secret"
	"segue/internal/store"
	"segue/internal/webhook"
)

// notices puts together what sends messages to people.
func notices(cfg Config, v Version, control store.Store, box secret.Box) (*notify.Service, error) {
	hooks, err := webhook.New(webhook.Config{UserAgent: "Segue/" + v.Version, Private: cfg.WebhookPrivate})
	if err != nil {
		return nil, err
	}
	return notify.New(notify.Config{
		Store: control, Box: box, Mailer: mail.New(mail.Config{}), Poster: hooks, Clock: time.Now, IDs: newID, Log: cfg.Log,
		Private: cfg.WebhookPrivate, WaitingAfter: cfg.GiveUpAfter, FailPoint: cfg.FailPoint,
	})
}

// noticesEvery is how often it is looked whether people want to be told of something, and whether a message is due.
const noticesEvery = 3 * time.Second

// every works something now and then until ctx ends. What fails is tried again.
func (a *App) every(ctx context.Context, pause time.Duration, what string, work func(context.Context) error) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.ErrorContext(ctx, what+" failed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
