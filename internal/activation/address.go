package activation

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Email is a normalised address, the identity of a row (SEMANTICS S3): white space trimmed, domain in lower-case ASCII
// (IDNA, UTS 46), local part in lower case, dots and +tags kept. Only ParseEmail makes one.
//
// It hides itself: logs and every fmt verb print Masked. String, a conversion to string and JSON give the address, so
// build a text from it only with String, and never an error or a URL.
type Email string

// EmailProblem is the stable reason code of a refused address; empty means that there is none (SEMANTICS S3).
type EmailProblem string

// Reason codes of ParseEmail. When several apply, the one that helps most to mend the value is given.
const (
	// EmailMissing: empty, or white space only.
	EmailMissing EmailProblem = "email_missing"
	// EmailNoAt: no @.
	EmailNoAt EmailProblem = "email_no_at"
	// EmailDomainWithoutDot: the domain is empty or a single label.
	EmailDomainWithoutDot EmailProblem = "email_domain_without_dot"
	// EmailTooLong: over 254 characters once normalised, or over 1,024 bytes as typed.
	EmailTooLong EmailProblem = "email_too_long"
	// EmailLocalTooLong: over 64 characters before the @.
	EmailLocalTooLong EmailProblem = "email_local_too_long"
	// EmailControlCharacter: a control character, or an invisible format character before the @.
	EmailControlCharacter EmailProblem = "email_control_character"
	// EmailQuoted: a double quote.
	EmailQuoted EmailProblem = "email_quoted"
	// EmailComment: a parenthesis.
	EmailComment EmailProblem = "email_comment"
	// EmailIPLiteral: an IP address for a domain, with or without brackets.
	EmailIPLiteral EmailProblem = "email_ip_literal"
	// EmailDisplayName: angle brackets, as in "Ana <ana@example.com>".
	EmailDisplayName EmailProblem = "email_display_name"
	// EmailNonASCIILocal: a letter outside ASCII before the @.
	EmailNonASCIILocal EmailProblem = "email_non_ascii_local"
	// EmailBrevoPlaceholder: an address that Brevo makes up for a contact without one.
	EmailBrevoPlaceholder EmailProblem = "email_brevo_placeholder"
	// EmailInvalid: anything else: a space inside, two @, a local part that is no dot-atom of RFC 5321, a bad domain label.
	EmailInvalid EmailProblem = "email_invalid"
)

// EmailProblems lists every reason code, for tables of texts that must be complete.
func EmailProblems() []EmailProblem {
	return []EmailProblem{EmailMissing, EmailNoAt, EmailDomainWithoutDot, EmailTooLong, EmailLocalTooLong, EmailControlCharacter,
		EmailQuoted, EmailComment, EmailIPLiteral, EmailDisplayName, EmailNonASCIILocal, EmailBrevoPlaceholder, EmailInvalid}
}

const (
	maxEmailChars    = 254  // RFC 5321 4.5.3.1.3, without the angle brackets
	maxLocalChars    = 64   // RFC 5321 4.5.3.1.1
	maxLabelChars    = 63   // RFC 1035 2.3.4
	maxEmailRawBytes = 1024 // bounds the work on hostile input: 254 characters never take more before IDNA
	placeholderHost  = "mailin-sms.com"
)

// ParseEmail normalises an address by SEMANTICS S3, or says why it is refused: then the Email is empty and the problem is
// not. Parsing a result again gives the same result. A plain lower-case ASCII address costs no allocation; the result may
// share memory with raw.
func ParseEmail(raw string) (Email, EmailProblem) {
	s := strings.TrimSpace(raw)
	if s == "" {
		return "", EmailMissing
	}
	if len(s) > maxEmailRawBytes {
		return "", EmailTooLong
	}
	at, plain, upper := scanAddress(s)
	if !plain {
		if problem := refuseShape(s); problem != "" {
			return "", problem
		}
		at = strings.IndexByte(s, '@')
	}
	if problem := checkLocal(s[:at]); problem != "" {
		return "", problem
	}
	if upper {
		s = strings.ToLower(s[:at]) + "@" + lowerASCII(s[at+1:])
	}
	domain := s[at+1:]
	if needsIDNA(domain) {
		ascii, ok := domainToASCII(domain)
		if !ok {
			return "", EmailInvalid
		}
		domain = ascii
		s = s[:at+1] + domain
	}
	if problem := checkDomain(domain); problem != "" {
		return "", problem
	}
	if len(s) > maxEmailChars {
		return "", EmailTooLong
	}
	return Email(s), ""
}

// scanAddress looks once at every byte: plain means exactly one @ and otherwise only dot-atom characters, so that none of
// the special refusals can apply.
func scanAddress(s string) (at int, plain, upper bool) {
	at, plain = -1, true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			upper = true
		case c == '@':
			if at >= 0 {
				plain = false
			}
			at = i
		case c != '.' && !isAtext(c):
			plain = false
		}
	}
	return at, plain && at >= 0, upper
}

// refuseShape names what is wrong with an address that is not plain, in the order in which the reasons explain each other;
// empty when only its domain is outside ASCII.
func refuseShape(s string) EmailProblem {
	switch {
	case !utf8.ValidString(s):
		return EmailInvalid
	case strings.ContainsFunc(s, unicode.IsControl):
		return EmailControlCharacter
	case strings.ContainsAny(s, "<>"):
		return EmailDisplayName
	case !strings.Contains(s, "@"):
		return EmailNoAt
	case strings.Contains(s, `"`):
		return EmailQuoted
	case strings.ContainsAny(s, "()"):
		return EmailComment
	case strings.Contains(s, "@["):
		return EmailIPLiteral
	case strings.Count(s, "@") > 1:
		return EmailInvalid
	}
	for _, r := range s[:strings.IndexByte(s, '@')] {
		switch {
		case r < utf8.RuneSelf:
		case unicode.Is(unicode.Cf, r):
			return EmailControlCharacter
		case unicode.IsSpace(r):
			return EmailInvalid
		default:
			return EmailNonASCIILocal
		}
	}
	return ""
}

// checkLocal holds the local part to the dot-atom of RFC 5321 4.1.2.
func checkLocal(local string) EmailProblem {
	if len(local) > maxLocalChars {
		return EmailLocalTooLong
	}
	previous := byte('.')
	for i := range len(local) {
		c := local[i]
		if c == '.' && previous == '.' || c != '.' && !isAtext(c) {
			return EmailInvalid
		}
		previous = c
	}
	if previous == '.' {
		return EmailInvalid
	}
	return ""
}

// isAtext says whether c is one of the characters of an atom (RFC 5322 3.2.3).
func isAtext(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_', '`', '{', '|', '}', '~':
		return true
	}
	return false
}

// String gives the address itself. It is personal data.
func (e Email) String() string { return string(e) }

// Masked gives a form for people who may not see the address: its first character and its domain.
func (e Email) Masked() string {
	at := strings.LastIndexByte(string(e), '@')
	if at < 1 {
		return hidden(string(e))
	}
	_, first := utf8.DecodeRuneInString(string(e))
	return string(e[:min(first, at)]) + "…" + string(e[at:])
}

// LogValue hides the address in structured logs.
func (e Email) LogValue() slog.Value { return slog.StringValue(e.Masked()) }

// Format hides the address from every verb of fmt, so that a careless %v or %q leaks nothing.
func (e Email) Format(state fmt.State, verb rune) { formatMasked(state, verb, e.Masked()) }

// formatMasked prints an already masked text as the verb asks.
func formatMasked(state fmt.State, verb rune, masked string) {
	_, _ = fmt.Fprintf(state, fmt.FormatString(state, verb), masked)
}

// hidden masks a value that has no part worth showing.
func hidden(value string) string {
	if value == "" {
		return ""
	}
	return "…"
}
