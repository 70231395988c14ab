package brevo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
)

func TestTheThreeKindsOf401HaveRemediesOfTheirOwn(t *testing.T) {
	t.Parallel()
	remedies := map[string]bool{}
	for effect, code := range map[string]activation.Code{
		"key_missing": activation.CodeKeyMissing, "key_unknown": activation.CodeBadCredentials, "address_unknown": activation.CodeAddressRefused,
	} {
		d := open(t)
		d.faults(brevosandbox.Fault{Effect: effect})
		_, err := d.Account(t.Context())
		e := problemOf(t, err)
		require.Equal(t, []any{code, destination.Refused, 401, "account"}, []any{e.Code, e.Outcome, e.Status, e.Kind}, effect)
		require.NotEmpty(t, e.Remedy)
		remedies[e.Remedy] = true
		if effect == "address_unknown" {
			require.Contains(t, e.Message, "127.0.0.1", "the address to authorise is told")
		}
	}
	require.Len(t, remedies, 3)
	d := open(t, func(_ *brevosandbox.Config, c *Config) { c.Key = " xsmtpsib-of-another-kind\n" })
	_, err := d.Account(t.Context())
	require.Contains(t, problemOf(t, err).Remedy, "SMTP key")
}

func TestAnAnswersStatusSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	const page = "<html><h1>cloudflare</h1></html>"
	for _, c := range []struct {
		status  int
		body    string
		outcome destination.Outcome
		code    activation.Code
	}{
		{400, `{"code":"invalid_parameter","message":"Invalid ana@example.com"}`, destination.Refused, activation.CodeRefused},
		{400, page, destination.Refused, activation.CodeRefused},
		{402, `{"code":"not_enough_credits","message":"x"}`, destination.Refused, activation.CodeRefused},
		{403, "error code: 1010", destination.Refused, activation.CodeRefused},
		{403, page, destination.Refused, activation.CodeRefused},
		{404, `{"code":"document_not_found","message":"List ID does not exist"}`, destination.Refused, activation.CodeListMissing},
		{404, page, destination.Refused, activation.CodeRefused},
		{404, `{"message":"no Route matched with those values"}`, destination.Refused, activation.CodeRefused},
		{405, `{"code":"method_not_allowed"}`, destination.Refused, activation.CodeRefused},
		{408, "", destination.Unknown, activation.CodeUnavailable},
		{413, page, destination.Refused, activation.CodeRefused},
		{425, `{"code":"account_in_process"}`, destination.NotDone, activation.CodeUnavailable},
		{429, `{"message":"slow down"}`, destination.NotDone, activation.CodeUnavailable},
		{499, "", destination.Unknown, activation.CodeUnavailable},
		{500, `{"code":"internal_error"}`, destination.Unknown, activation.CodeUnavailable},
		{502, page, destination.Unknown, activation.CodeUnavailable},
		{503, "", destination.Unknown, activation.CodeUnavailable},
		{504, page, destination.Unknown, activation.CodeUnavailable},
		{520, page, destination.Unknown, activation.CodeUnavailable},
		{524, page, destination.Unknown, activation.CodeUnavailable},
		{200, page, destination.Unknown, activation.CodeUnavailable},
		{202, "", destination.Unknown, activation.CodeUnavailable},
		{202, `{"processId":`, destination.Unknown, activation.CodeUnavailable},
		{202, `[]`, destination.Unknown, activation.CodeUnavailable},
		{202, `{}`, destination.Unknown, activation.CodeUnavailable},
		{202, `{"processId":0}`, destination.Unknown, activation.CodeUnavailable},
		{202, `{"processId":"abc"}`, destination.Unknown, activation.CodeUnavailable},
		{202, `{"processId":null}`, destination.Unknown, activation.CodeUnavailable},
		{301, "", destination.Refused, activation.CodeRefused},
		{307, "", destination.Refused, activation.CodeRefused},
	} {
		name := fmt.Sprintf("%d %.20s", c.status, c.body)
		calls := 0
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Location", "http://"+r.Host+"/v3/elsewhere")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		_, err := client.Import(t.Context(), 1, []activation.Row{row("ana@example.com", `{}`)})
		e := problemOf(t, err)
		require.Equal(t, []any{c.outcome, c.code, "import"}, []any{e.Outcome, e.Code, e.Kind}, name)
		require.NotContains(t, e.Error()+e.Remedy, "ana@", name)
		require.Equal(t, 1, calls, "%s: an import is never repeated", name)
		calls = 0
		err = client.Remove(t.Context(), 1, []activation.Email{"ana@example.com"})
		require.Equal(t, c.outcome, destination.OutcomeOf(err), name)
		require.Equal(t, 1, calls, "%s: nor is a removal, here", name)
	}
}

func TestS15AnImportOfWhichNoAddressIsTakenIsToldFromOtherRefusals(t *testing.T) {
	t.Parallel()
	const text = "We could not find any valid email or SMS or Contact ID in the file you uploaded. Also check that you are not using space as a delimiter"
	for body, none := range map[string]bool{
		`{"code":"invalid_parameter","message":"` + text + `"}`: true,
		`{"code":"missing_parameter","message":"` + text + `"}`: false,
		`{"code":"invalid_parameter","message":"Invalid list"}`: false,
		"<html>" + text + "</html>":                             false,
	} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, body)
		})
		_, err := client.Import(t.Context(), 1, []activation.Row{row("ana@example.com", `{}`)})
		require.Equal(t, none, errors.Is(err, destination.ErrNoneUsable), body)
		require.Equal(t, []any{destination.Refused, activation.CodeRefused}, []any{problemOf(t, err).Outcome, problemOf(t, err).Code}, body)
		err = client.Remove(t.Context(), 1, []activation.Email{"ana@example.com"})
		require.NotErrorIs(t, err, destination.ErrNoneUsable, body)
	}
}

func TestAProcessIDMayBeText(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 202, map[string]any{"processId": "78"}) })
	id, err := client.Import(t.Context(), 1, []activation.Row{row("ana@example.com", `{}`)})
	require.NoError(t, err)
	require.EqualValues(t, 78, id)
}

func TestS18AnswersToARemovalThatMeanRemoved(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{
		`{"contacts":{"success":["ana@example.com"],"failure":[]}}`:                                                  201,
		`{"contacts":{"success":[],"failure":["ana@example.com"]}}`:                                                  201,
		`{"success":["ana@example.com"]}`:                                                                            201,
		`{"code":"invalid_parameter","message":"Contact already removed from list and/or does not exist"}`:           400,
		`{"code":"invalid_parameter","message":"Contacts already removed from list and/or does not exist","more":1}`: 400,
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		require.NoError(t, client.Remove(t.Context(), 1, []activation.Email{"ana@example.com"}), body)
	}
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 201, map[string]any{"ok": true}) })
	require.Equal(t, destination.Unknown, destination.OutcomeOf(client.Remove(t.Context(), 1, []activation.Email{"ana@example.com"})))
}

func TestWhatNeverReachedBrevoIsNotDone(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := l.Addr().String()
	require.NoError(t, l.Close())
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	strange.StartTLS() // a certificate that nobody vouches for
	t.Cleanup(strange.Close)
	for name, base := range map[string]string{
		"refused":     "http://" + closed + "/v3",
		"no TLS":      strings.Replace(plain.URL, "http:", "https:", 1) + "/v3",
		"certificate": strange.URL + "/v3",
		"no name":     "https://no-such-host.invalid/v3",
	} {
		d := open(t, func(_ *brevosandbox.Config, c *Config) { c.BaseURL = base })
		_, err := d.Import(t.Context(), 1, []activation.Row{row("ana@example.com", `{}`)})
		e := problemOf(t, err)
		require.Equal(t, []any{destination.NotDone, activation.CodeUnavailable, 0}, []any{e.Outcome, e.Code, e.Status}, "%s: %s", name, e.Message)
	}
}

func TestS30WhatMayHaveReachedBrevoIsUnknown(t *testing.T) {
	t.Parallel()
	rows := []activation.Row{row("ana@example.com", `{}`)}
	for _, when := range []string{"before", "after"} {
		for _, effect := range []string{"error_500", "bad_gateway", "timeout_524", "reset", "garbage", "huge", "slow"} {
			d := open(t, func(_ *brevosandbox.Config, c *Config) { c.Patience = 0.002 }) // 300 ms
			d.faults(brevosandbox.Fault{Effect: effect, When: when, Calls: []string{"import"}})
			_, err := d.Import(t.Context(), 1, rows)
			e := problemOf(t, err)
			require.Equal(t, []any{destination.Unknown, activation.CodeUnavailable}, []any{e.Outcome, e.Code}, "%s %s: %s", effect, when, e.Message)
			require.EqualValues(t, 1, d.Calls()["import"], effect)
			if effect == "slow" {
				require.Equal(t, "no answer came in time", e.Message)
			}
		}
	}
}

func TestACallThatIsCalledOffSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := open(t)
	d.faults(brevosandbox.Fault{Effect: "slow"})
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := d.Import(ctx, 1, []activation.Row{row("ana@example.com", `{}`)})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, destination.Unknown, destination.OutcomeOf(err))
	_, err = d.Import(ctx, 1, []activation.Row{row("ana@example.com", `{}`)})
	require.Equal(t, destination.NotDone, destination.OutcomeOf(err), "it was not even begun")
	_, err = d.Lists(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestOnlyCallsThatChangeNothingAreRepeated(t *testing.T) {
	t.Parallel()
	for kind, call := range map[string]func(context.Context, *Client) error{
		"account":    func(ctx context.Context, c *Client) error { _, err := c.Account(ctx); return err },
		"lists":      func(ctx context.Context, c *Client) error { _, err := c.pages(ctx, getLists, "lists"); return err },
		"processes":  func(ctx context.Context, c *Client) error { _, err := c.Processes(ctx, 0, 1); return err },
		"attributes": func(ctx context.Context, c *Client) error { _, err := c.Attributes(ctx); return err },
		"contact":    func(ctx context.Context, c *Client) error { _, err := c.Contact(ctx, "ana@example.com"); return err },
		"remove": func(ctx context.Context, c *Client) error {
			return c.Remove(ctx, 1, []activation.Email{"ana@example.com"})
		},
		"create_list": func(ctx context.Context, c *Client) error {
			_, err := c.created(ctx, call{endpoint: postList})
			return err
		},
		"import": func(ctx context.Context, c *Client) error {
			_, err := c.Import(ctx, 1, []activation.Row{row("ana@example.com", "")})
			return err
		},
		"create_attribute": func(ctx context.Context, c *Client) error {
			return c.CreateAttribute(ctx, destination.Attribute{Name: "CITY", Type: activation.AttributeText})
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.faults(brevosandbox.Fault{Effect: "timeout_524"})
			require.Equal(t, destination.Unknown, destination.OutcomeOf(call(t.Context(), d.Client)))
			want := int64(1)
			switch kind {
			case "account", "lists", "processes", "attributes", "contact":
				want = tries
			}
			require.Equal(t, want, d.Calls()[kind])
		})
	}
	d := open(t)
	d.faults(brevosandbox.Fault{Effect: "too_many"})
	_, err := d.Account(t.Context())
	e := problemOf(t, err)
	require.Equal(t, []any{destination.NotDone, 30 * time.Second}, []any{e.Outcome, e.RetryAfter})
	require.EqualValues(t, 1, d.Calls()["account"], "who is told to wait does not ask again at once")
}

// spy keeps every line of a log and every request's header.
type spy struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (s *spy) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func (s *spy) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func TestNoErrorAndNoLogLineHoldsAKeyOrAPerson(t *testing.T) {
	t.Parallel()
	for _, effect := range brevosandbox.Effects() {
		if effect == "action" || effect == "slow" || effect == "huge" {
			continue
		}
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			var log spy
			d := open(t, func(_ *brevosandbox.Config, c *Config) {
				c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			d.faults(brevosandbox.Fault{Effect: effect})
			var all []error
			_, err := d.Account(t.Context())
			all = append(all, err)
			_, err = d.Import(t.Context(), 1, []activation.Row{row("secret.person@example.com", `{"FIRSTNAME":"Secretname","SMS":"+385911234567"}`)})
			all = append(all, err, d.Remove(t.Context(), 1, []activation.Email{"secret.person@example.com"}))
			_, err = d.Contact(t.Context(), "secret.person@example.com")
			all = append(all, err)
			for _, err := range d.ListContacts(t.Context(), 1) {
				all = append(all, err)
			}
			text := log.String() + fmt.Sprintf("%v %+v", d.Client, d.api)
			for _, err := range all {
				for ; err != nil; err = errors.Unwrap(err) {
					text += fmt.Sprintf("%v %+v %#v\n", err, err, err.Error())
				}
				var e *destination.Error
				if errors.As(err, &e) {
					text += e.Remedy
				}
			}
			for _, secret := range []string{brevosandbox.DefaultKey, brevosandbox.DefaultKey[10:40], "secret.person", "secret%2Eperson", "Secretname", "385911234567", "/v3/contacts"} {
				require.NotContains(t, text, secret, effect)
			}
			require.Contains(t, log.String(), `"call":"import"`)
			if effect == "error_500" {
				require.Regexp(t, `"request":"[0-9a-f]+"`, log.String(), "Brevo's name of the call, for its support")
			}
		})
	}
}

func TestTheKeyIsNeverSentToAnotherHost(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host was called: %s", r.Method)
	}))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/v3/account", status) })
		_, err := client.Account(t.Context())
		require.Equal(t, destination.Refused, destination.OutcomeOf(err))
		_, err = client.Import(t.Context(), 1, []activation.Row{row("ana@example.com", `{}`)})
		require.Equal(t, destination.Refused, destination.OutcomeOf(err))
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	good := Config{BaseURL: "https://api.brevo.com/v3", Key: "xkeysib-x", Clock: time.Now}
	_, err := New(good)
	require.NoError(t, err)
	for name, change := range map[string]func(*Config){
		"no key":              func(c *Config) { c.Key = "  " },
		"a key of two lines":  func(c *Config) { c.Key = "xkeysib-a\nb" },
		"a key beyond ASCII":  func(c *Config) { c.Key = "xkeysib-ž" },
		"no clock":            func(c *Config) { c.Clock = nil },
		"http":                func(c *Config) { c.BaseURL = "http://api.brevo.com/v3" },
		"http, like loopback": func(c *Config) { c.BaseURL = "http://127.0.0.1.example.com/v3" },
		"http, user":          func(c *Config) { c.BaseURL = "http://localhost@example.com/v3" },
		"no host":             func(c *Config) { c.BaseURL = "https:///v3" },
		"a query":             func(c *Config) { c.BaseURL = "https://api.brevo.com/v3?a=b" },
		"no URL":              func(c *Config) { c.BaseURL = "::" },
	} {
		c := good
		change(&c)
		_, err := New(c)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "xkeysib", name)
	}
}
