package apitest

import (
	"context"
	"sync"

	"segue/internal/activation"
)

// Outbox takes what is sent to people.
type Outbox struct {
	// Fail is what sending fails with; nil to take everything.
	Fail error

	mu    sync.Mutex
	mails []activation.Mail
	calls [][]byte
}

// Send takes a mail.
func (o *Outbox) Send(_ context.Context, _ activation.MailServer, m activation.Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Fail != nil {
		return o.Fail
	}
	o.mails = append(o.mails, m)
	return nil
}

// Post takes a call of the webhook.
func (o *Outbox) Post(_ context.Context, _ string, _ map[string]string, body []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Fail != nil {
		return o.Fail
	}
	o.calls = append(o.calls, body)
	return nil
}

// Mails returns the mails that were taken.
func (o *Outbox) Mails() []activation.Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]activation.Mail(nil), o.mails...)
}

// Calls returns the bodies of the calls that were taken.
func (o *Outbox) Calls() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([][]byte(nil), o.calls...)
}
