package activation

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const acePrefix = "xn--"

// Neither of these changes after the program has started; building one for each address would be waste.
var (
	// domainProfile maps as browsers and resolvers do (UTS 46, non-transitional: ß stays ß), with the STD3 rules and the Bidi
	// rule. Hyphens in places three and four of an ASCII label are left to the registries, as in the plain path; lengths and
	// empty labels are the business of checkDomain.
	domainProfile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.CheckHyphens(false))
	// labelProfile has the hyphen rules on, for labels that stand for Unicode.
	labelProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.CheckHyphens(true))
)

// needsIDNA says whether a lower-case domain has to go through IDNA: it has a byte outside ASCII or claims to be encoded.
func needsIDNA(domain string) bool {
	for i := range len(domain) {
		if domain[i] >= utf8.RuneSelf {
			return true
		}
	}
	return strings.HasPrefix(domain, acePrefix) || strings.Contains(domain, "."+acePrefix)
}

// domainToASCII encodes a domain by UTS 46. It accepts only what IDNA leaves alone when it meets it again, so that an address
// has one form however often it is parsed.
func domainToASCII(domain string) (string, bool) {
	ascii, err := domainProfile.ToASCII(domain)
	if err != nil {
		return "", false
	}
	if again, err := domainProfile.ToASCII(ascii); err != nil || again != ascii {
		return "", false
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if !strings.HasPrefix(label, acePrefix) {
			continue
		}
		if again, err := labelProfile.ToASCII(label); err != nil || again != label {
			return "", false
		}
	}
	return ascii, true
}

// checkDomain holds a lower-case ASCII domain to the host names of RFC 1123: labels of 1 to 63 letters, digits and inner hyphens,
// at least two of them, the last one not a number. A trailing dot is an empty label: RFC 5321 does not allow it.
func checkDomain(domain string) EmailProblem {
	labels, numeric, start := 0, 0, 0
	lastNumeric, digits := false, true
	for i := 0; i <= len(domain); i++ {
		if i < len(domain) && domain[i] != '.' {
			c := domain[i]
			switch {
			case c >= '0' && c <= '9':
			case c >= 'a' && c <= 'z', c == '-' && i > start && i+1 < len(domain) && domain[i+1] != '.':
				digits = false
			default:
				return EmailInvalid
			}
			continue
		}
		length := i - start
		if domain != "" && length == 0 || length > maxLabelChars {
			return EmailInvalid
		}
		labels++
		if lastNumeric = digits; lastNumeric {
			numeric++
		}
		start, digits = i+1, true
	}
	switch {
	case labels == 1:
		return EmailDomainWithoutDot
	case labels == 4 && numeric == 4:
		return EmailIPLiteral
	case lastNumeric:
		return EmailInvalid
	case domain == placeholderHost, strings.HasSuffix(domain, "."+placeholderHost):
		return EmailBrevoPlaceholder
	}
	return ""
}

// lowerASCII lowers A to Z and nothing else: a domain outside ASCII is folded by IDNA, which knows better.
func lowerASCII(s string) string {
	lowered := []byte(s)
	for i, c := range lowered {
		if c >= 'A' && c <= 'Z' {
			lowered[i] = c + 'a' - 'A'
		}
	}
	return string(lowered)
}
