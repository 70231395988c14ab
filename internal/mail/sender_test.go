package mail_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"segue/internal/activation"
	"segue/internal/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server speaks SMTP as far as a test needs it, unencrypted: refuse answers a verb. It returns what it took through took.
func server(t *testing.T, refuse map[string]string, took chan<- string) activation.MailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talk(c, refuse, took)
		}
	}()
	return activation.MailServer{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: activation.MailNone}
}

func talk(c net.Conn, refuse map[string]string, took chan<- string) {
	defer func() { _ = c.Close() }()
	say := func(s string) { _, _ = c.Write([]byte(s + "\r\n")) }
	say("220 mail.example.com ESMTP")
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		if answer, ok := refuse[verb]; ok {
			say(answer)
			continue
		}
		switch verb {
		case "EHLO":
			say("250-mail.example.com\r\n250 8BITMIME")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for lines.Scan() && lines.Text() != "." {
				b.WriteString(lines.Text() + "\n")
			}
			if took != nil {
				took <- b.String()
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func letter() activation.Mail {
	return activation.Mail{
		From: "segue@example.com", To: "ana@example.com", Subject: "Segue: Izvoz „Čista lista“", Text: "Prvi red\n.\nzadnji red\n", ID: "n1.p1@example.com",
		Date: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
	}
}

func TestAMailIsHandedInAsItIs(t *testing.T) {
	t.Parallel()
	took := make(chan string, 1)
	require.NoError(t, mail.New(mail.Config{}).Send(t.Context(), server(t, nil, took), letter()))
	got := <-took
	for _, line := range []string{
		"From: <segue@example.com>\n", "To: <ana@example.com>\n", "Message-ID: <n1.p1@example.com>\n", "Date: Wed, 25 Nov 2026 09:00:00 +0000\n", "Auto-Submitted: auto-generated\n",
		"Subject: =?UTF-8?", "Prvi red\n", "\n..\n", "zadnji red\n",
	} {
		require.Contains(t, got, line)
	}
	require.NotContains(t, got, "go-mail")
}

func TestWhatAMailServerRefusesIsToldWithoutAddresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refuse map[string]string
		change func(*activation.MailServer)
		code   activation.Code
		says   string
	}{
		"the recipient":   {map[string]string{"RCPT": "550 no such user ana@example.com"}, nil, activation.CodeRefused, "refuses the message (550)"},
		"the sender":      {map[string]string{"MAIL": "553 not from segue@example.com"}, nil, activation.CodeRefused, "refuses the message (553)"},
		"for now":         {map[string]string{"RCPT": "451 grey ana@example.com"}, nil, activation.CodeUnavailable, "cannot take the message now (451)"},
		"unless you sign": {map[string]string{"MAIL": "530 authentication required"}, nil, activation.CodeUnavailable, "refuses user and password (530)"},
		"no encryption":   {nil, func(s *activation.MailServer) { s.Security = activation.MailStartTLS }, activation.CodeUnavailable, "does not speak as it is asked to"},
		"nobody there":    {nil, func(s *activation.MailServer) { s.Port = 1 }, activation.CodeUnavailable, "cannot be reached"},
	} {
		to := server(t, c.refuse, nil)
		if c.change != nil {
			c.change(&to)
		}
		err := mail.New(mail.Config{}).Send(t.Context(), to, letter())
		require.Equal(t, c.code, activation.CodeOf(err), "%s: %v", name, err)
		require.ErrorContains(t, err, c.says, name)
		require.NotContains(t, err.Error(), "@", name)
	}
}

func TestASilentMailServerIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	to := activation.MailServer{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: activation.MailNone}
	err = mail.New(mail.Config{Timeout: 100 * time.Millisecond}).Send(context.Background(), to, letter())
	require.ErrorContains(t, err, "does not answer")
}
