package brevosandbox

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"segue/internal/brevosandbox/book"
)

// identifierRank is Brevo's order for the contact that survives a merge, the
// contact id before all of them (help article 32331116133522).
var identifierRank = [...]book.Field{book.ExtID, book.Email, book.SMS, book.WhatsApp, book.Landline}

const mailinDomain = "@mailin-sms.com"

// normalEmail gives the address as the sandbox stores it, lower-cased, and
// whether it is one that Brevo would take.
func normalEmail(raw []byte) ([]byte, bool) {
	s := bytes.ToLower(bytes.TrimSpace(raw))
	at := bytes.IndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 || bytes.IndexByte(s[at+1:], '@') >= 0 {
		return nil, false
	}
	local, domain := s[:at], s[at+1:]
	for _, c := range local {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),:;<>[\]`, c) >= 0 {
			return nil, false
		}
	}
	if !validDomain(domain) {
		return nil, false
	}
	return s, true
}

func validDomain(domain []byte) bool {
	labels := 0
	for len(domain) > 0 {
		var label []byte
		label, rest, more := bytes.Cut(domain, []byte("."))
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || more && len(rest) == 0 {
			return false
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
		labels++
		domain = rest
	}
	return labels >= 2
}

// normalPhone gives the digits that Brevo stores for 91…, +91… or 0091…. A
// number without country code, or with other characters, is not one.
func normalPhone(raw []byte) ([]byte, bool) {
	s := bytes.TrimSpace(raw)
	if t, ok := bytes.CutPrefix(s, []byte("+")); ok {
		s = t
	} else if t, ok := bytes.CutPrefix(s, []byte("00")); ok {
		s = t
	}
	if len(s) < 6 || len(s) > 15 || s[0] == '0' {
		return nil, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return nil, false
		}
	}
	return s, true
}

func normalExtID(raw []byte) ([]byte, bool) {
	s := bytes.TrimSpace(raw)
	return s, len(s) > 0 && len(s) <= 255 && utf8.Valid(s)
}

// normalIdentifier is the stored form of an identifier's value.
func normalIdentifier(f book.Field, raw []byte) ([]byte, bool) {
	switch f {
	case book.Email:
		return normalEmail(raw)
	case book.ExtID:
		return normalExtID(raw)
	default:
		return normalPhone(raw)
	}
}
