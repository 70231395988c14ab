package activation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Consent is what a consent field says about one profile. The zero value is ConsentUnknown, and unknown is not consent
// (SEMANTICS S6).
type Consent uint8

const (
	// ConsentUnknown: missing, or a word that is on neither list. Nobody is exported on it.
	ConsentUnknown Consent = iota
	// ConsentGiven: true, or a word of consent.
	ConsentGiven
	// ConsentWithdrawn: false, or a word of refusal.
	ConsentWithdrawn
)

// maxConsentBytes is more than any known word needs; longer values are prose.
const maxConsentBytes = 64

// consentWords is the stated list of S6 in folded form, in English, Croatian, German, French, Italian and Spanish; never changed.
// Left out on purpose, because they may mean either thing: "x" and tick marks, "o" (oui, or a zero), "d" (da, or declined),
// "none" (a null, or no), numbers other than 0 and 1, dates ("subscribed since" and "unsubscribed on" look alike).
var consentWords = map[string]Consent{
	"1": ConsentGiven, "1.0": ConsentGiven, "true": ConsentGiven, "t": ConsentGiven, "yes": ConsentGiven, "y": ConsentGiven,
	"on": ConsentGiven, "given": ConsentGiven, "granted": ConsentGiven, "accepted": ConsentGiven, "agreed": ConsentGiven,
	"consented": ConsentGiven, "subscribed": ConsentGiven, "opt in": ConsentGiven, "optin": ConsentGiven, "opted in": ConsentGiven,
	"da": ConsentGiven, "istina": ConsentGiven, "prihvaćeno": ConsentGiven, "pretplaćen": ConsentGiven, "pretplaćena": ConsentGiven,
	"ja": ConsentGiven, "j": ConsentGiven, "wahr": ConsentGiven, "zugestimmt": ConsentGiven,
	"oui": ConsentGiven, "vrai": ConsentGiven, "accepté": ConsentGiven, "si": ConsentGiven, "sì": ConsentGiven, "sí": ConsentGiven,
	"vero": ConsentGiven, "verdadero": ConsentGiven,

	"0": ConsentWithdrawn, "0.0": ConsentWithdrawn, "false": ConsentWithdrawn, "f": ConsentWithdrawn, "no": ConsentWithdrawn,
	"n": ConsentWithdrawn, "off": ConsentWithdrawn, "withdrawn": ConsentWithdrawn, "revoked": ConsentWithdrawn,
	"denied": ConsentWithdrawn, "declined": ConsentWithdrawn, "refused": ConsentWithdrawn, "rejected": ConsentWithdrawn,
	"unsubscribed": ConsentWithdrawn, "opt out": ConsentWithdrawn, "optout": ConsentWithdrawn, "opted out": ConsentWithdrawn,
	"ne": ConsentWithdrawn, "laž": ConsentWithdrawn, "povučeno": ConsentWithdrawn, "odbijeno": ConsentWithdrawn,
	"odjavljen": ConsentWithdrawn, "odjavljena": ConsentWithdrawn,
	"nein": ConsentWithdrawn, "falsch": ConsentWithdrawn, "widerrufen": ConsentWithdrawn, "abgelehnt": ConsentWithdrawn,
	"non": ConsentWithdrawn, "faux": ConsentWithdrawn, "refusé": ConsentWithdrawn, "falso": ConsentWithdrawn,
}

// ParseConsent reads a consent value (SEMANTICS S6). Case and white space around it do not matter; inside, white space, hyphens and
// underscores are one and the same. Missing and unrecognised values are unknown.
func ParseConsent(raw string) Consent {
	word := strings.TrimSpace(raw)
	if word == "" || len(word) > maxConsentBytes {
		return ConsentUnknown
	}
	word = strings.ToLower(word)
	if consent, ok := consentWords[word]; ok {
		return consent
	}
	if first, _ := utf8.DecodeRuneInString(word); !unicode.IsLetter(first) {
		return ConsentUnknown // "-1" is not 1
	}
	return consentWords[foldConsent(word)]
}

// foldConsent brings the rarer spellings ("OPT_IN", decomposed accents) into the form of the list.
func foldConsent(lowered string) string {
	words := strings.FieldsFunc(norm.NFC.String(lowered), func(r rune) bool {
		return r == '-' || r == '_' || r == ' ' || r == '\t' || r == '\u00a0'
	})
	return strings.Join(words, " ")
}

// ConsentWords gives the two word lists, sorted, for engines that decide consent themselves and for the documentation. They hold the
// folded form: lower case, single spaces, composed accents.
func ConsentWords() (given, withdrawn []string) {
	for word, consent := range consentWords {
		if consent == ConsentGiven {
			given = append(given, word)
		} else {
			withdrawn = append(withdrawn, word)
		}
	}
	slices.Sort(given)
	slices.Sort(withdrawn)
	return given, withdrawn
}

// Allows says whether the person may be exported: only on consent given.
func (c Consent) Allows() bool { return c == ConsentGiven }

// String gives the stable word for receipts and logs.
func (c Consent) String() string {
	switch c {
	case ConsentGiven:
		return "given"
	case ConsentWithdrawn:
		return "withdrawn"
	default:
		return "unknown"
	}
}
