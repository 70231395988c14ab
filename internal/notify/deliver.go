package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// recipient is whom a message goes to, on which way.
type recipient struct {
	channel activation.Channel
	person  activation.PersonID
}

// recipients lists whom messages go to now.
func recipients(ctx context.Context, r store.Reader) (to []recipient, err error) {
	set, err := r.NoticeSettings(ctx)
	if err != nil {
		return nil, err
	}
	if set.WebhookOn {
		to = append(to, recipient{channel: activation.ChannelWebhook})
	}
	if !set.MailOn {
		return to, nil
	}
	people, err := store.Every(func(p store.Page) ([]activation.Person, string, error) { return r.People(ctx, p) })
	for _, p := range people {
		if p.GetsNotices() {
			to = append(to, recipient{activation.ChannelMail, p.ID})
		}
	}
	return to, err
}

func deliveries(n activation.Notice, to []recipient) []activation.Delivery {
	list := make([]activation.Delivery, 0, len(to))
	for _, x := range to {
		list = append(list, activation.Delivery{Notice: n.ID, Channel: x.channel, Person: x.person, State: activation.DeliveryQueued, NextAt: n.At})
	}
	return list
}

// mostDue is how many deliveries are tried in one go.
const mostDue = 50

// Deliver tries what is due. What fails is tried again later, with longer and longer waits; what was taken just before a crash may
// be sent again, under the same id. It is to be called every few seconds, by one caller at a time.
func (s *Service) Deliver(ctx context.Context) error {
	now := s.cfg.Clock().UTC()
	var due []activation.Delivery
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		due, err = r.DueDeliveries(ctx, now, mostDue)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	down := map[activation.Channel]error{}
	for _, d := range due {
		if ctx.Err() != nil {
			return nil
		}
		if why := down[d.Channel]; why != nil { // not asked again for every message
			errs = append(errs, s.postpone(ctx, d, why))
			continue
		}
		wanted, err := s.try(ctx, d)
		if ctx.Err() != nil {
			return nil // tried again by the next server
		}
		if err != nil {
			if activation.CodeOf(err) != activation.CodeRefused { // that is one recipient's alone
				down[d.Channel] = err
			}
			errs = append(errs, s.postpone(ctx, d, err))
			continue
		}
		d.State, d.Attempts, d.EndedAt, d.Error = activation.DeliverySent, d.Attempts+1, s.cfg.Clock().UTC(), ""
		if !wanted {
			d.State, d.Attempts = activation.DeliveryDropped, d.Attempts-1
		}
		s.cfg.FailPoint("notify.before-sent")
		errs = append(errs, s.update(ctx, d))
		s.cfg.FailPoint("notify.after-sent")
	}
	return errors.Join(errs...)
}

func (s *Service) update(ctx context.Context, d activation.Delivery) error {
	return s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		err := tx.UpdateDelivery(ctx, d)
		if activation.CodeOf(err) == activation.CodeNotFound { // pruned meanwhile
			return nil
		}
		return err
	})
}

// postpone puts a delivery off after it failed, or gives it up.
func (s *Service) postpone(ctx context.Context, d activation.Delivery, why error) error {
	now := s.cfg.Clock().UTC()
	n, err := s.notice(ctx, d.Notice)
	if err != nil {
		return err
	}
	d.Attempts++
	d.Error = told(why)
	pause := s.cfg.FirstPause
	for i := 1; i < d.Attempts && pause < s.cfg.MaxPause; i++ {
		pause *= 2
	}
	d.NextAt = now.Add(min(pause, s.cfg.MaxPause))
	if now.Sub(n.At) >= s.cfg.GiveUpAfter {
		d.State, d.EndedAt = activation.DeliveryFailed, now
	}
	s.cfg.Log.WarnContext(ctx, "message not delivered", "notice", d.Notice, "channel", d.Channel, "attempts", d.Attempts, "state", d.State, "error", d.Error)
	return s.update(ctx, d)
}

// told is what is told of an error; the text of one without a code may come from anywhere.
func told(err error) string {
	var e *activation.Error
	if errors.As(err, &e) && e.Code != activation.CodeInternal {
		return e.Error()
	}
	return "something went wrong inside Segue"
}

func (s *Service) notice(ctx context.Context, id activation.NoticeID) (n activation.Notice, err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		n, err = r.Notice(ctx, id)
		return err
	})
	return n, err
}

// try delivers a message; it reports whether anybody wants it still.
func (s *Service) try(ctx context.Context, d activation.Delivery) (wanted bool, err error) {
	var set activation.NoticeSettings
	var n activation.Notice
	var to activation.Person
	err = s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		if set, err = r.NoticeSettings(ctx); err != nil {
			return err
		}
		if n, err = r.Notice(ctx, d.Notice); err != nil || d.Channel != activation.ChannelMail {
			return err
		}
		to, err = r.Person(ctx, d.Person)
		if activation.CodeOf(err) == activation.CodeNotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return false, err
	}
	switch d.Channel {
	case activation.ChannelMail:
		if !set.MailOn || !to.GetsNotices() {
			return false, nil
		}
		return true, s.mail(ctx, set, n, to.Email.String(), string(n.ID)+"."+string(to.ID), footer(to))
	case activation.ChannelWebhook:
		if !set.WebhookOn {
			return false, nil
		}
		return true, s.call(ctx, set, n)
	}
	return false, nil
}

// mail hands a message in. id is the same however often it is sent.
func (s *Service) mail(ctx context.Context, set activation.NoticeSettings, n activation.Notice, to, id, end string) error {
	server := set.Server
	if server.User != "" {
		password, err := s.cfg.Box.Open(set.SealedPassword, []byte(passwordOf))
		if err != nil {
			return sealed(err)
		}
		server.Password = string(password)
	}
	subject, text := words(n)
	_, domain := splitAddress(set.From)
	return s.cfg.Mailer.Send(ctx, server, activation.Mail{
		From: set.From, To: to, Subject: subject, Text: text + "\n" + end, ID: id + "@" + domain, Date: n.At,
	})
}

// call tells the webhook.
func (s *Service) call(ctx context.Context, set activation.NoticeSettings, n activation.Notice) error {
	secret, err := s.cfg.Box.Open(set.SealedSecret, []byte(secretOf))
	if err != nil {
		return sealed(err)
	}
	body, err := payload(n)
	if err != nil {
		return err
	}
	at := s.cfg.Clock()
	return s.cfg.Poster.Post(ctx, set.URL, map[string]string{
		"Segue-Notice": string(n.ID), "Segue-Signature": Sign(secret, at, body),
	}, body)
}

func sealed(err error) error {
	e := activation.Errorf(activation.CodeUnavailable, "the stored secret cannot be opened: %w", err).WithRemedy("Enter it again: segue notify")
	return e
}

// Test sends a message to try a way, now and once. to is an address, for mails only.
func (s *Service) Test(ctx context.Context, channel activation.Channel, to string) error {
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	n := activation.Notice{ID: activation.NoticeID(s.cfg.IDs()), At: s.cfg.Clock().UTC().Truncate(time.Second), Kind: activation.NoticeTest}
	switch channel {
	case activation.ChannelMail:
		if set.Server.Host == "" {
			return notSet("the mail server is not set", "segue notify mail")
		}
		address, problem := activation.ParseEmail(to)
		if problem != "" {
			return activation.Errorf(activation.CodeInvalid, "is no usable e-mail address (%s)", problem).WithField("to")
		}
		return s.mail(ctx, set, n, address.String(), string(n.ID), "")
	case activation.ChannelWebhook:
		if set.URL == "" {
			return notSet("the webhook is not set", "segue notify webhook")
		}
		return s.call(ctx, set, n)
	}
	return activation.Errorf(activation.CodeInvalid, "must be mail or webhook").WithField("channel")
}

func notSet(what, command string) error {
	return activation.Errorf(activation.CodeNotReady, "%s", what).WithRemedy(fmt.Sprintf("Set it first: %s", command))
}
