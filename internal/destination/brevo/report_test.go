package brevo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
)

// lines reads a report from text.
func lines(text string) (list []destination.ReportLine, err error) {
	for line, err := range readReport(strings.NewReader(text)) {
		if err != nil {
			return list, err
		}
		list = append(list, line)
	}
	return list, nil
}

// of makes identifiers from attributes and values in turn.
func of(pairs ...string) (list []destination.Identifier) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, destination.Identifier{Attribute: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func TestReportsAreReadInEveryFormThatIsKnown(t *testing.T) {
	t.Parallel()
	ana := destination.ReportLine{Address: "ana@example.com", Reason: "Invalid email"}
	for name, c := range map[string]struct {
		text string
		want []destination.ReportLine
	}{
		"as reported by users":     {"EMAIL;Reason\nana@example.com;Invalid email\n", []destination.ReportLine{ana}},
		"commas":                   {"email,reason\nana@example.com,Invalid email", []destination.ReportLine{ana}},
		"a mark, CRLF, quotes":     {"\xef\xbb\xbf\"Email\";\"Reason\"\r\n\"Ana@Example.com \";\"Invalid email\"\r\n", []destination.ReportLine{ana}},
		"a reason with semicolon":  {"Email;Reason\nana@example.com;Invalid; email\n", []destination.ReportLine{{Address: "ana@example.com", Reason: "Invalid; email"}}},
		"nobody":                   {"EMAIL;Reason\n", nil},
		"only addresses":           {"EMAIL\nana@example.com\n", []destination.ReportLine{{Address: "ana@example.com"}}},
		"a phone":                  {"EMAIL;SMS;Reason\n;+385 91 123 4567;twice\n", []destination.ReportLine{{Others: of("SMS", "385911234567"), Reason: "twice"}}},
		"an external id":           {"EXT_ID;Reason\n C-17;twice\n", []destination.ReportLine{{Others: of("EXT_ID", "C-17"), Reason: "twice"}}},
		"an id and a phone":        {"EXT_ID;SMS;Reason\nC-17;385911234567;twice\n", []destination.ReportLine{{Others: of("EXT_ID", "C-17", "SMS", "385911234567"), Reason: "twice"}}},
		"an id like a phone":       {"EXT_ID;SMS;Reason\n385911234567;;twice\n", []destination.ReportLine{{Others: of("EXT_ID", "385911234567"), Reason: "twice"}}},
		"an id like an address":    {"EMAIL;EXT_ID;Reason\n;ana@example.com;twice\n", []destination.ReportLine{{Others: of("EXT_ID", "ana@example.com"), Reason: "twice"}}},
		"WhatsApp and landline":    {"WHATSAPP;LANDLINE_NUMBER;Reason\n385911234567;38516234567;x\n", []destination.ReportLine{{Others: of("WHATSAPP", "385911234567", "LANDLINE_NUMBER", "38516234567"), Reason: "x"}}},
		"some phone":               {"Phone;Reason\n385911234567;x\n", []destination.ReportLine{{Others: of("", "385911234567"), Reason: "x"}}},
		"a placeholder":            {"EMAIL;Reason\n385911234567@mailin-sms.com;twice\n", []destination.ReportLine{{Others: of("SMS", "385911234567"), Reason: "twice"}}},
		"a placeholder and an id":  {"EMAIL;EXT_ID\n385911234567@mailin-sms.com;C-17\n", []destination.ReportLine{{Others: of("SMS", "385911234567", "EXT_ID", "C-17")}}},
		"address beats phone":      {"SMS;EMAIL;Reason\n385911234567;ana@example.com;Invalid email\n", []destination.ReportLine{ana}},
		"an address that is none":  {"EMAIL;SMS;Reason\nana at example;385911234567;x\n", []destination.ReportLine{{Reason: "x"}}},
		"a line that names nobody": {"EMAIL;SMS;Reason\n;;x\n", []destination.ReportLine{{Reason: "x"}}},
	} {
		got, err := lines(c.text)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestS12AReportThatIsNotUnderstoodIsAnError(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":                    "",
		"HTML":                     "<!DOCTYPE html>\n<html></html>\n",
		"no column for people":     "Line;Reason\n1;bad\n",
		"no header":                "ana@example.com;bad\n",
		"two columns of addresses": "EMAIL;E-MAIL;Reason\na@example.com;b@example.com;x\n",
		"too few values":           "EMAIL;SMS;Reason\nana@example.com\n",
		"too many values":          "Reason;EMAIL\nInvalid; email;ana@example.com\n",
		"a quote inside":           "EMAIL;Reason\nana@example.com;in\"valid\n",
		"a quote without end":      "EMAIL;Reason\nana@example.com;\"invalid\nivo@example.com;invalid\n",
		"a quote that eats a line": "EMAIL;Reason\nana@example.com;\"invalid\nivo@example.com;invalid\"\n",
		"UTF-16":                   "E\x00M\x00A\x00I\x00L\x00;\x00R\x00\n\x00",
		"an endless line":          "EMAIL;Reason\n" + strings.Repeat("x", 2<<20),
		"an endless header":        strings.Repeat(" ", 2<<20),
	} {
		got, err := lines(text)
		var odd *oddReportError
		require.ErrorAs(t, err, &odd, name)
		require.NotContains(t, err.Error(), "example.com", name)
		require.Empty(t, got, name)
	}
}

// FuzzReport holds that a report is read or refused, and that no line is passed over: there are as many as there are lines
// with something on them, but for the header.
func FuzzReport(f *testing.F) {
	for _, s := range []string{"EMAIL;Reason\nana@example.com;x\n", "\xef\xbb\xbfEMAIL,SMS\r\n\"a@example.com\",1\r\n", "EMAIL\n\n\"\"\n", "SMS;Reason\n1;\"a\nb\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := lines(text)
		if err != nil {
			return
		}
		text = strings.TrimPrefix(text, "\xef\xbb\xbf")
		want := -1
		for line := range strings.Lines(text) {
			if strings.TrimRight(line, "\r\n") != "" {
				want++
			}
		}
		if len(got) != want {
			t.Errorf("%d lines were read, there are %d", len(got), want)
		}
	})
}

// report reads a link with a client and returns how it ended.
func report(c *Client, link string) (list []destination.ReportLine, err error) {
	for line, err := range c.Report(context.Background(), destination.Report{Kind: "invalid_emails", URL: link}) {
		if err != nil {
			return list, err
		}
		list = append(list, line)
	}
	return list, nil
}

const good = "EMAIL;Reason\nana@example.com;x\n"

// public is a policy under which the loopback addresses of tests count as public.
func public(server *httptest.Server) ReportPolicy {
	p := ReportPolicy{public: func(netip.Addr) bool { return true }}
	if server != nil {
		p.roots = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	}
	return p
}

// live is a client as it is used with the real Brevo: over https.
func live(t *testing.T, p ReportPolicy) *Client {
	t.Helper()
	c, err := New(Config{BaseURL: "https://api.example.com/v3", Key: brevosandbox.DefaultKey, Clock: time.Now, Reports: p})
	require.NoError(t, err)
	return c
}

func TestS33ReportsAreFetchedWithoutTheKey(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if !strings.Contains(" User-Agent Accept Accept-Encoding Connection ", " "+name+" ") {
				t.Errorf("the header %s was sent", name)
			}
		}
		if r.Header.Get("User-Agent") != DefaultUserAgent {
			t.Error("no User-Agent was sent")
		}
		if r.URL.Path == "/first" {
			http.Redirect(w, r, "/second", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, good)
	}))
	t.Cleanup(server.Close)
	c := live(t, public(server))
	got, err := report(c, server.URL+"/first")
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, map[string]int64{"report": 1}, c.Calls())
}

func TestS33ReportsAreFetchedFromPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	hit := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was called") }))
	t.Cleanup(hit.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(hit.URL, "https://"), ":")
	c := live(t, ReportPolicy{roots: public(hit).roots})
	for _, link := range []string{hit.URL, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://0.0.0.0:" + port} {
		_, err := report(c, link)
		e := problemOf(t, err)
		require.Equal(t, destination.Refused, e.Outcome, link)
		require.Contains(t, e.Message, "not public", link)
	}
	for address, want := range map[string]bool{
		"1.1.1.1": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "255.255.255.255": false, "224.0.0.1": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:0:1::": false, "::10.0.0.1": false, "fec0::1": false, "2001:db8::1": false,
	} {
		require.Equal(t, want, activation.PublicAddress(netip.MustParseAddr(address)), address)
	}
}

func TestS33ARedirectDoesNotLeadAroundTheRules(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("what must not be called was called") }))
	t.Cleanup(inside.Close)
	to := ""
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }))
	t.Cleanup(server.Close)
	first := netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "https://"))
	policy := public(server)
	policy.public = func(a netip.Addr) bool { return a == first.Addr() } // the first hop is public, nothing else is
	c := live(t, policy)
	for _, to = range []string{
		inside.URL, "https://127.0.0.2:1/", "https://[::1]:1/", "http://10.0.0.1/", "file:///etc/passwd", "ftp://example.com/", "https://user:word@example.com/",
	} {
		_, err := report(c, server.URL)
		e := problemOf(t, err)
		require.Equal(t, destination.Refused, e.Outcome, to)
		require.Contains(t, e.Message, "not followed", to)
	}
}

func TestS33AtMostThreeRedirects(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := len(r.URL.Path) - 1; n > 0 {
			http.Redirect(w, r, "/"+strings.Repeat("x", n-1), http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, good)
	}))
	t.Cleanup(server.Close)
	c := live(t, public(server))
	_, err := report(c, server.URL+"/xxx")
	require.NoError(t, err)
	_, err = report(c, server.URL+"/xxxx")
	require.Contains(t, problemOf(t, err).Message, "too often")
}

func TestS33HTTPIsForASandboxOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }))
	t.Cleanup(plain.Close)
	_, err := report(live(t, ReportPolicy{}), plain.URL)
	require.Contains(t, problemOf(t, err).Message, "https://", "the API is elsewhere")
	sandbox := serve(t, http.NotFound)
	got, err := report(sandbox, plain.URL)
	require.NoError(t, err)
	require.Len(t, got, 1)
	for _, link := range []string{"http://example.com/", "http://10.0.0.1/", "http://169.254.169.254/", "http://localhost.example.com/"} {
		_, err := report(sandbox, link)
		require.Equal(t, destination.Refused, destination.OutcomeOf(err), link)
	}
}

func TestS33SizeAndTimeAreLimited(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 256<<20, ReportPolicy{}.maxBytes())
	require.Equal(t, 5*time.Minute, ReportPolicy{}.within())
	long := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "EMAIL;Reason\n")
		for range 1000 {
			_, _ = io.WriteString(w, "ana@example.com;x\n")
		}
	}, func(c *Config) { c.Reports.MaxBytes = 5000 })
	got, err := report(long, strings.TrimSuffix(long.base, "/v3"))
	require.Contains(t, problemOf(t, err).Message, "larger")
	require.NotEmpty(t, got, "lines come while it is downloaded")
	exact := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }, func(c *Config) { c.Reports.MaxBytes = int64(len(good)) })
	_, err = report(exact, strings.TrimSuffix(exact.base, "/v3"))
	require.NoError(t, err)
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "EMAIL;Reason\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, func(c *Config) { c.Reports.Within = 100 * time.Millisecond })
	_, err = report(slow, strings.TrimSuffix(slow.base, "/v3"))
	e := problemOf(t, err)
	require.Equal(t, destination.NotDone, e.Outcome)
	require.Contains(t, e.Message, "in time")
}

func TestAReportThatCannotBeHadIsAnError(t *testing.T) {
	t.Parallel()
	p := func(d *desk) destination.Report {
		process := d.load(row("ana@example.com", `{}`), row("ana@example.com", `{}`))
		require.Len(d, process.Reports, 1)
		return process.Reports[0]
	}
	for effect, want := range map[string]destination.Outcome{
		"error_500": destination.NotDone, "bad_gateway": destination.NotDone, "timeout_524": destination.NotDone, "too_many": destination.NotDone,
		"reset": destination.NotDone, "garbage": destination.Refused, "huge": destination.Refused, "no_user_agent": destination.Refused,
	} {
		d := open(t)
		r := p(d)
		d.faults(brevosandbox.Fault{Effect: effect, Calls: []string{"download"}})
		got, err := report(d.Client, r.URL)
		e := problemOf(t, err)
		require.Equal(t, want, e.Outcome, "%s: %s", effect, e.Message)
		require.Equal(t, "report", e.Kind)
		require.Empty(t, got)
		require.NotContains(t, fmt.Sprint(e, e.Err), "/_reports/", "a link lets whoever has it read the report")
	}
	d := open(t)
	r := p(d)
	d.sb.Advance(48 * time.Hour)
	_, err := report(d.Client, r.URL)
	require.Contains(t, problemOf(t, err).Message, "expired")
	_, err = report(d.Client, "")
	require.Equal(t, destination.Refused, destination.OutcomeOf(err))
	_, err = report(d.Client, "http://%zz")
	require.Equal(t, destination.Refused, destination.OutcomeOf(err))
}
