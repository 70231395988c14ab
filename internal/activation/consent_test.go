package activation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"segue/internal/activation"
)

func TestS6ReadsStatedWordsOfConsent(t *testing.T) {
	t.Parallel()
	for want, words := range map[activation.Consent][]string{
		activation.ConsentGiven: {
			"yes", "YES", " Yes ", "y", "true", "TRUE", "t", "1", "1.0", "on", "da", "Da", "DA", "ja", "J", "oui", "si", "sì", "SÍ", "si\u0301",
			"opt-in", "OPT_IN", "opt  in", "Opted-In", "subscribed", "\u00a0da\t", "prihvaćeno", "ISTINA",
		},
		activation.ConsentWithdrawn: {
			"no", "No", "n", "false", "FALSE", "f", "0", "0.0", "off", "ne", "NE", "nein", "non", "faux", "opt-out", "Opt Out", "withdrawn",
			"unsubscribed", "Odjavljena", " povučeno ",
		},
		activation.ConsentUnknown: {
			"", " ", "\t", "maybe", "x", "X", "✓", "o", "d", "2", "-1", "10", "2024-05-01", "null", "NULL", "none", "n/a", "?", "-", "unknown", "yes please",
			"yesno", "not given", "no, yes", "😀", "\xff", strings.Repeat("yes ", 100),
		},
	} {
		for _, word := range words {
			require.Equal(t, want, activation.ParseConsent(word), "%q", word)
		}
	}
}

func TestS6OnlyGivenConsentAllows(t *testing.T) {
	t.Parallel()
	var missing activation.Consent
	require.Equal(t, activation.ConsentUnknown, missing, "the zero value is unknown")
	require.False(t, missing.Allows())
	require.False(t, activation.ConsentWithdrawn.Allows())
	require.False(t, activation.Consent(99).Allows())
	require.True(t, activation.ConsentGiven.Allows())
	require.Equal(t, []string{"unknown", "given", "withdrawn"},
		[]string{missing.String(), activation.ConsentGiven.String(), activation.ConsentWithdrawn.String()})
}

func TestS6WordListsAreDisjointFoldedAndTrue(t *testing.T) {
	t.Parallel()
	given, withdrawn := activation.ConsentWords()
	require.NotEmpty(t, given)
	require.NotEmpty(t, withdrawn)
	require.IsIncreasing(t, given)
	require.IsIncreasing(t, withdrawn)
	for _, word := range given {
		require.NotContains(t, withdrawn, word)
		require.Equal(t, activation.ConsentGiven, activation.ParseConsent(word), "%q", word)
		require.Equal(t, strings.ToLower(strings.TrimSpace(word)), word)
	}
	for _, word := range withdrawn {
		require.Equal(t, activation.ConsentWithdrawn, activation.ParseConsent(word), "%q", word)
		require.Equal(t, strings.ToLower(strings.TrimSpace(word)), word)
	}
}

func TestS6CaseAndWhiteSpaceNeverDecide(t *testing.T) {
	t.Parallel()
	given, withdrawn := activation.ConsentWords()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom(append(append([]string{"maybe", "x"}, given...), withdrawn...)).Draw(t, "word")
		around := rapid.StringMatching(`[ \t\r\n]{0,3}`).Draw(t, "around")
		want := activation.ParseConsent(word)
		require.Equal(t, want, activation.ParseConsent(around+strings.ToUpper(word)+around))
		require.Equal(t, want, activation.ParseConsent(strings.ReplaceAll(word, " ", rapid.SampledFrom([]string{"-", "_", "  ", "\t"}).Draw(t, "inside"))))
	})
}

func FuzzParseConsent(f *testing.F) {
	for _, seed := range []string{"", "yes", "NE", "opt_in", "\xff", "İ"} {
		f.Add(seed)
	}
	given, _ := activation.ConsentWords()
	f.Fuzz(func(t *testing.T, raw string) {
		consent := activation.ParseConsent(raw)
		require.LessOrEqual(t, consent, activation.ConsentWithdrawn)
		if consent.Allows() {
			words := strings.FieldsFunc(norm.NFC.String(strings.ToLower(strings.TrimSpace(raw))), func(r rune) bool {
				return strings.ContainsRune("-_ \t\u00a0", r)
			})
			require.Contains(t, given, strings.Join(words, " "), "nothing but a stated word ever gives consent")
		}
	})
}

func BenchmarkParseConsent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = activation.ParseConsent("YES")
	}
}
