// Package mail hands mails in at a mail server by SMTP. It knows neither who gets messages nor why, keeps no mail, and lets no
// address into an error.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"time"

	gomail "github.com/wneessen/go-mail"

	"segue/internal/activation"
)

// Config is what a Sender needs; nothing is required.
type Config struct {
	// Timeout is how long connecting, and each answer of the server, may take. Defaults to 20 s.
	Timeout time.Duration
	// Roots are the certificates that a server's is traced back to. Defaults to those of the system.
	Roots *x509.CertPool
}

// Sender hands mails in. It is safe for concurrent use.
type Sender struct{ cfg Config }

// New makes a Sender.
func New(cfg Config) *Sender {
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	return &Sender{cfg}
}

// Send hands one mail in. Without an error the server has taken it; with one it may have: whoever sends it again uses the same id.
func (s *Sender) Send(ctx context.Context, to activation.MailServer, m activation.Mail) error {
	msg, err := message(m)
	if err != nil {
		return err
	}
	var line net.Conn // closed here: the library leaves it open where the greeting or the sign-in fails
	defer func() {
		if line != nil {
			_ = line.Close()
		}
	}()
	c, err := s.client(to, func(c net.Conn) { line = c })
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return translate(err)
	}
	err = c.Send(msg)
	_ = c.Close()
	if msg.IsDelivered() { // what was taken is taken
		return nil
	}
	return translate(err)
}

func message(m activation.Mail) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(m.From); err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "the sender's address is not usable").WithField("mail.from")
	}
	if err := msg.To(m.To); err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "the recipient's address is not usable").WithField("to")
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.Date)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that no out-of-office note answers it
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

func (s *Sender) client(to activation.MailServer, dialed func(net.Conn)) (*gomail.Client, error) {
	crypt := &tls.Config{ServerName: to.Host, RootCAs: s.cfg.Roots, MinVersion: tls.VersionTLS12}
	plain := &net.Dialer{Timeout: s.cfg.Timeout}
	dial, policy := plain.DialContext, gomail.NoTLS
	switch to.Security {
	case activation.MailTLS: // encrypted from the first byte; that is found in the connection
		dial, policy = (&tls.Dialer{NetDialer: plain, Config: crypt}).DialContext, gomail.TLSOpportunistic
	case activation.MailStartTLS:
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithPort(to.Port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithoutNoop(), gomail.WithoutRset(), gomail.WithTLSConfig(crypt), gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			if err == nil {
				dialed(c)
			}
			return c, err
		}),
	}
	if to.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(to.User), gomail.WithPassword(to.Password))
	}
	c, err := gomail.NewClient(to.Host, options...)
	if err != nil {
		return nil, activation.Errorf(activation.CodeInvalid, "the settings of the mail server are not usable").WithField("mail")
	}
	return c, nil
}

// translate says what went wrong. What the server said is left out but for its number: it may quote addresses.
func translate(err error) error {
	if err == nil {
		return nil
	}
	fail := func(format string, args ...any) *activation.Error {
		return activation.Errorf(activation.CodeUnavailable, format, args...)
	}
	var (
		reply     *textproto.Error
		sent      *gomail.SendError
		untrusted *tls.CertificateVerificationError
		timeout   net.Error
		number    int
	)
	switch {
	case errors.As(err, &reply):
		number = reply.Code
	case errors.As(err, &sent):
		number = sent.ErrorCode()
	}
	switch {
	case number == 530 || number == 534 || number == 535 || number == 538:
		return fail("the mail server refuses user and password (%d)", number).WithRemedy("Look at user and password of the mail server")
	case number >= 500:
		return activation.Errorf(activation.CodeRefused, "the mail server refuses the message (%d)", number).WithRemedy("Look whether the server takes mail from this sender, for this recipient")
	case number >= 400:
		return fail("the mail server cannot take the message now (%d)", number)
	case errors.As(err, &untrusted):
		return fail("the certificate of the mail server is not valid").WithRemedy("Use the name that its certificate is for; the system has to trust who signed it")
	case errors.Is(err, gomail.ErrNoSupportedAuthDiscovered), errors.Is(err, gomail.ErrPlainAuthNotSupported):
		return fail("the mail server offers no way to sign in that is known").WithRemedy("Leave user and password out where it asks for none")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fail("the mail server does not answer").WithRemedy("Look at its name and port")
	}
	return fail("the mail server cannot be reached, or does not speak as it is asked to").WithRemedy("Look at name, port and security: 587 with starttls, 465 with tls")
}
