package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func TestWhoGetsMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role   activation.Role
		choice activation.NoticeChoice
		gets   bool
	}{
		{activation.RoleAdministrator, "", true}, {activation.RoleAdministrator, activation.NoticesOn, true}, {activation.RoleAdministrator, activation.NoticesOff, false},
		{activation.RoleContributor, "", false}, {activation.RoleContributor, activation.NoticesOn, true}, {activation.RoleContributor, activation.NoticesOff, false},
		{activation.RoleViewer, "", false}, {activation.RoleViewer, activation.NoticesOn, false}, {activation.RoleViewer, activation.NoticesOff, false},
	} {
		p := activation.Person{Role: c.role, Notices: c.choice}
		require.Equal(t, c.gets, p.GetsNotices(), "%s %q", c.role, c.choice)
		p.Off = true
		require.False(t, p.GetsNotices(), "who is switched off gets nothing")
	}
}

func TestAnExportIsLateOnceItsObjectiveHasPassed(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	e := activation.Export{CreatedAt: made, Freshness: 26 * time.Hour}
	require.False(t, e.Late(time.Time{}, made.Add(26*time.Hour)), "that long after it was made")
	require.True(t, e.Late(time.Time{}, made.Add(26*time.Hour+1)))
	success := made.Add(20 * time.Hour)
	require.False(t, e.Late(success, success.Add(26*time.Hour)))
	require.True(t, e.Late(success, success.Add(27*time.Hour)))
	e.Freshness = 0
	require.False(t, e.Late(time.Time{}, made.Add(1000*time.Hour)), "nothing is asked for")
	for _, d := range []time.Duration{-time.Hour, time.Minute, time.Hour + time.Second, 367 * 24 * time.Hour} {
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(activation.ValidateFreshness(d)), d)
	}
	for _, d := range []time.Duration{0, time.Hour, 26 * time.Hour, 366 * 24 * time.Hour} {
		require.NoError(t, activation.ValidateFreshness(d), d)
	}
}

func TestSettingsOfMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	good := func() activation.NoticeSettings {
		return activation.NoticeSettings{
			MailOn: true, Server: activation.MailServer{Host: "smtp.example.com", Port: 587, Security: activation.MailStartTLS, User: "u"}, From: "segue@example.com",
			WebhookOn: true, URL: "https://hooks.example.com/x?y=z", SealedPassword: []byte("x"), SealedSecret: []byte("x"),
		}
	}
	require.NoError(t, good().Validate(false))
	require.NoError(t, activation.NoticeSettings{}.Validate(false), "nothing is set, nothing is on")
	for name, c := range map[string]struct {
		field  string
		change func(*activation.NoticeSettings)
	}{
		"no host":              {"mail.host", func(s *activation.NoticeSettings) { s.Server.Host = "" }},
		"a line in the host":   {"mail.host", func(s *activation.NoticeSettings) { s.Server.Host = "a\r\nb" }},
		"no port":              {"mail.port", func(s *activation.NoticeSettings) { s.Server.Port = 0 }},
		"no such way":          {"mail.security", func(s *activation.NoticeSettings) { s.Server.Security = "maybe" }},
		"password in clear":    {"mail.security", func(s *activation.NoticeSettings) { s.Server.Security = activation.MailNone }},
		"no password":          {"mail.password", func(s *activation.NoticeSettings) { s.SealedPassword = nil }},
		"no sender":            {"mail.from", func(s *activation.NoticeSettings) { s.From = "segue" }},
		"a line in the sender": {"mail.from", func(s *activation.NoticeSettings) { s.From = "a@example.com\r\nBcc: b@example.com" }},
		"no webhook":           {"webhook.url", func(s *activation.NoticeSettings) { s.URL = "" }},
		"unencrypted":          {"webhook.url", func(s *activation.NoticeSettings) { s.URL = "http://hooks.example.com/" }},
		"a file":               {"webhook.url", func(s *activation.NoticeSettings) { s.URL = "file:///etc/passwd" }},
		"a user":               {"webhook.url", func(s *activation.NoticeSettings) { s.URL = "https://u:p@hooks.example.com/" }},
		"no secret":            {"webhook.secret", func(s *activation.NoticeSettings) { s.SealedSecret = nil }},
	} {
		s := good()
		c.change(&s)
		err := s.Validate(false)
		require.Equal(t, activation.CodeInvalid, activation.CodeOf(err), name)
		var e *activation.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.field, e.Field, name)
	}
	s := good()
	s.URL = "http://10.0.0.7:8080/"
	require.NoError(t, s.Validate(true), "the server was told that this is meant")
}
