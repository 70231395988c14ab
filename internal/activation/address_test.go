package activation_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

func TestS3NormalisesAddresses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for name, tc := range map[string]struct{ raw, want string }{
		"already normal":                       {"ana@example.com", "ana@example.com"},
		"case of both parts":                   {"Ana.HORVAT@Example.COM", "ana.horvat@example.com"},
		"white space around":                   {" \t\u00a0\u2003ana@example.com\u3000\r\n", "ana@example.com"},
		"dots and tags stay":                   {"a.n.a+News@example.com", "a.n.a+news@example.com"},
		"every atext character":                {"!#$%&'*+-/=?^_`{|}~0@example.com", "!#$%&'*+-/=?^_`{|}~0@example.com"},
		"apostrophe in a name":                 {"o'neil@example.com", "o'neil@example.com"},
		"umlaut in the domain":                 {"J@MÜLLER.example", "j@xn--mller-kva.example"},
		"decomposed umlaut in the domain":      {"j@mu\u0308ller.example", "j@xn--mller-kva.example"},
		"encoded domain":                       {"j@XN--mller-KVA.example", "j@xn--mller-kva.example"},
		"sharp s is not ss":                    {"a@faß.example", "a@xn--fa-hia.example"},
		"full-width domain and dot":            {"a@ｅｘａｍｐｌｅ。com", "a@example.com"},
		"soft hyphen in the domain is nothing": {"a@exam\u00adple.com", "a@example.com"},
		"right-to-left domain":                 {"a@\u05d0\u05d1.example", "a@xn--4dbc.example"},
		"digits as host":                       {"a@123.example", "a@123.example"},
		"hyphens in places three and four":     {"a@r3---sn.example", "a@r3---sn.example"},
		"the same beside a Unicode label":      {"a@r3---sn.müller.example", "a@r3---sn.xn--mller-kva.example"},
		"local part of 64":                     {strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
		"label of 63":                          {"a@" + long + ".example", "a@" + long + ".example"},
		"254 characters": {
			strings.Repeat("b", 64) + "@" + long + "." + long + "." + long[:61],
			strings.Repeat("b", 64) + "@" + long + "." + long + "." + long[:61],
		},
		"a name that only looks like the placeholder": {"a@notmailin-sms.com", "a@notmailin-sms.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problem := activation.ParseEmail(tc.raw)
			require.Empty(t, string(problem))
			require.Equal(t, tc.want, got.String())
		})
	}
}

func TestS3RefusesAddressesWithAReason(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for problem, raws := range map[activation.EmailProblem][]string{
		activation.EmailMissing:          {"", " ", "\u00a0\t\n"},
		activation.EmailNoAt:             {"ana", "ana.example.com", `"ana"`, "ana(at)example.com", "željko", "ana＠example.com", "n/a", "-"},
		activation.EmailDomainWithoutDot: {"ana@localhost", "ana@", "a@müller", "ana@com"},
		activation.EmailTooLong: {
			strings.Repeat("b", 64) + "@" + long + "." + long + "." + long[:62],
			strings.Repeat("x", 2000),
			"a@" + strings.Repeat("é", 600) + ".example",
			"a@" + strings.Repeat(strings.Repeat("ü", 40)+".", 6) + "example",
		},
		activation.EmailLocalTooLong:     {strings.Repeat("a", 65) + "@example.com"},
		activation.EmailControlCharacter: {"a\x00na@example.com", "ana@exam\tple.com", "ana@example.com\nbob@example.com", "an\u200ba@example.com", "\ufeffana@example.com"},
		activation.EmailQuoted:           {`"ana horvat"@example.com`, `"a@b"@example.com`, `ana"@example.com`},
		activation.EmailComment:          {"ana(work)@example.com", "ana@example.com (Ana)"},
		activation.EmailIPLiteral:        {"ana@[192.0.2.1]", "ana@[IPv6:2001:db8::1]", "ana@192.0.2.1", "ana@１９２.0.2.1"},
		activation.EmailDisplayName:      {"Ana Horvat <ana@example.com>", "<ana@example.com>", `"Horvat, Ana" <ana@example.com>`, "Ana <ana"},
		activation.EmailNonASCIILocal:    {"željko@example.com", "用户@example.com", "ana😀@example.com"},
		activation.EmailBrevoPlaceholder: {"33600000000@mailin-sms.com", "X@MAILIN-SMS.com", "a@eu.mailin-sms.com"},
		activation.EmailInvalid: {
			"ana horvat@example.com", "ana@exa mple.com", "ana\u00a0h@example.com", "ana@example\u00a0x.com", "ana@@example.com", "a@b@example.com",
			"@example.com", ".ana@example.com", "ana.@example.com", "an..a@example.com", "ana@.example.com", "ana@example..com",
			"ana@example.com.", "ana@-example.com", "ana@example-.com", "ana@exam_ple.com", "ana@example.com,bob@example.com",
			"ana@example.com;", "mailto:ana@example.com", "ana@" + long + "a.com", "ana@example.123", "ana@1.2.3",
			"ana@xn--a.example", "ana@xn--.example", "ana@-ü.example", "ana@ü-.example", "ana@ab--ü.example", "ana@\xff.example", "\xff@example.com",
			"ana@ex\u2028ample.com", "ana@\U0001F9FF\u200d.example", "ana@ex%61mple.com", "ana@a\u05d0.example", `an\a@example.com`, "ana@exa[mple.com",
		},
	} {
		for i, raw := range raws {
			t.Run(fmt.Sprintf("%s %d", problem, i), func(t *testing.T) {
				t.Parallel()
				got, gotProblem := activation.ParseEmail(raw)
				require.Equal(t, problem, gotProblem, "%q", raw)
				require.Empty(t, got.String())
			})
		}
	}
}

func TestEmailProblemsAreAllListedOnce(t *testing.T) {
	t.Parallel()
	seen := map[activation.EmailProblem]bool{}
	for _, problem := range activation.EmailProblems() {
		require.Truef(t, strings.HasPrefix(string(problem), "email_"), "code %s", problem)
		require.Falsef(t, seen[problem], "twice %s", problem)
		seen[problem] = true
	}
	require.Len(t, seen, 13)
}

// drawAddress makes texts that are close to addresses, so that every branch is met.
func drawAddress(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"@", ".", "example.com", "Ana", "+", "ž", "ü", "xn--", "xn--mller-kva", "ß", "İ", "K", "。", "\u200d", "-", " ", "[", "\"", "(", "<", "\u05d0", "１", "mailin-sms.com", "\u00ad", "\u0308"}),
		rapid.StringN(0, 6, -1),
		rapid.StringMatching(`[a-zA-Z0-9.-]{1,12}`),
	), 0, 8).Draw(t, "parts")
	return strings.Join(parts, "")
}

func TestS3ParsingIsIdempotentAndNeverHalfDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := drawAddress(t)
		if rapid.Bool().Draw(t, "with domain") {
			raw = rapid.StringMatching(`[a-zA-Z0-9.+]{1,8}`).Draw(t, "local") + "@" + raw + ".example"
		}
		requireSoundAddress(t, raw)
	})
}

func TestS3IgnoresCaseAndWhiteSpaceAround(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`[a-z0-9+]{1,10}(\.[a-z0-9]{1,5})?@[a-z0-9]{1,10}\.(com|example|hr)`).Draw(t, "address")
		plain, problem := activation.ParseEmail(raw)
		require.Empty(t, string(problem))
		require.Equal(t, raw, plain.String())
		around := rapid.SampledFrom([]string{"", " ", "\t", "\u00a0", "\n"}).Draw(t, "around")
		shouted, problem := activation.ParseEmail(around + strings.ToUpper(raw) + around)
		require.Empty(t, string(problem))
		require.Equal(t, plain.String(), shouted.String())
	})
}

type failer interface {
	Errorf(format string, args ...any)
	FailNow()
}

// requireSoundAddress states what holds for every text: a result or a reason, never both; a result is its own result, ASCII, lower case,
// within the limits.
func requireSoundAddress(t failer, raw string) {
	got, problem := activation.ParseEmail(raw)
	if problem != "" {
		require.Empty(t, got.String())
		require.Contains(t, activation.EmailProblems(), problem)
		return
	}
	again, problem := activation.ParseEmail(got.String())
	require.Empty(t, string(problem), "%q gave %q, which is refused", raw, got.String())
	require.Equal(t, got.String(), again.String())
	require.Equal(t, strings.ToLower(got.String()), got.String())
	require.LessOrEqual(t, len(got), 254)
	local, domain, found := strings.Cut(got.String(), "@")
	require.True(t, found && local != "" && len(local) <= 64 && strings.Contains(domain, "."))
	for _, c := range []byte(got) {
		require.True(t, c > ' ' && c < utf8.RuneSelf)
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{"", "ana@example.com", " Ana@MÜLLER.example ", "a@xn--mller-kva.example", `"a b"@example.com`, "a@[::1]", "ž@example.com",
		"a@\u05d0.1.example", "a@\u200d.example", "a@faß.example", "x@mailin-sms.com", "a@ｅｘ。com", "\xff@a.b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) { requireSoundAddress(t, raw) })
}

func TestAddressesHideThemselves(t *testing.T) {
	t.Parallel()
	email, problem := activation.ParseEmail("ana.horvat@example.com")
	require.Empty(t, string(problem))
	require.Equal(t, "a…@example.com", email.Masked())

	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("sent", "to", email, "list", []activation.Email{email})
	_, _ = fmt.Fprintf(&out, "%v %s %q %+v %#v %x %v %v %v", email, email, email, email, email, email,
		[]activation.Email{email}, struct{ E activation.Email }{email}, map[string]activation.Email{"e": email})
	_, _ = fmt.Fprint(&out, email, fmt.Errorf("send %w: %v", fmt.Errorf("x"), email))
	// A slice in a JSON log is beyond LogValue: that is what the list above would show, so only its absence elsewhere is claimed.
	text := strings.Replace(out.String(), `["ana.horvat@example.com"]`, "", 1)
	require.NotContains(t, text, "horvat")
	require.Contains(t, text, "a…@example.com")

	require.Empty(t, activation.Email("").Masked())
	require.Equal(t, "…", activation.Email("nonsense").Masked())
	require.Equal(t, "…", activation.Email("@x").Masked())
	encoded, err := json.Marshal(email)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`"ana.horvat@example.com"`, string(encoded)), "JSON carries the address: it is what Brevo gets")
}

// Not parallel: allocations are counted for the whole process.
func TestPlainAddressCostsNoAllocation(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() { _, _ = activation.ParseEmail("ana.horvat+news@example.com") })
	require.Zero(t, allocations)
}

func BenchmarkParseEmail(b *testing.B) {
	for name, raw := range map[string]string{"plain": "ana.horvat+news@mail.example.com", "mixed": " Ana.Horvat@Example.com", "idn": "ana@müller.example", "broken": "ana horvat@example.com"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = activation.ParseEmail(raw)
			}
		})
	}
}
