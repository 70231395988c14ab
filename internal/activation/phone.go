package activation

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a valid telephone number in E.164 with its plus sign (SEMANTICS S9). Only ParsePhone makes one. It hides itself like
// Email: logs and every fmt verb print Masked; String, a conversion to string and JSON give the number.
type Phone string

// PhoneProblem is the stable reason code of an unusable phone; empty means that there is none. It never rejects the person:
// the value is withheld (SEMANTICS S9).
type PhoneProblem string

// Reason codes of ParsePhone.
const (
	// PhoneMissing: empty, or white space only.
	PhoneMissing PhoneProblem = "phone_missing"
	// PhoneInvalid: not a number that can exist, or something beside the number in the field.
	PhoneInvalid PhoneProblem = "phone_invalid"
	// PhoneNoRegion: in national form, and no known region is stated.
	PhoneNoRegion PhoneProblem = "phone_no_region"
	// PhoneHasExtension: a valid number with an extension; it is withheld, not shortened.
	PhoneHasExtension PhoneProblem = "phone_has_extension"
)

// PhoneProblems lists every reason code, for tables of texts that must be complete.
func PhoneProblems() []PhoneProblem {
	return []PhoneProblem{PhoneMissing, PhoneInvalid, PhoneNoRegion, PhoneHasExtension}
}

const (
	minPhoneDigits = 4   // no shorter number is valid in any region
	maxPhoneDigits = 20  // 15 of E.164, and a way out of the country before them
	maxE164Digits  = 15  // ITU-T E.164, 6.2.1
	maxPhoneBytes  = 250 // longer values are prose
)

// ParsePhone reads a phone by SEMANTICS S9: by its own prefix (+ or 00), else as dialled in the stated region (ISO 3166 alpha-2 in any
// case, also "UK"; empty means that only the international form is understood). The Phone is empty whenever there is a problem.
//
// Spaces, brackets, dots, slashes, hyphens and invisible characters between the digits do not matter, nor does "tel:" or the
// apostrophe of a spreadsheet before them. Letters do: "0800 FLOWERS" is refused rather than dialled, and so is a note beside the number.
// Digits may be ASCII, full-width or Arabic.
func ParsePhone(raw, region string) (Phone, PhoneProblem) {
	s := strings.TrimSpace(raw)
	if s == "" {
		return "", PhoneMissing
	}
	typed, ok := scanPhone(s)
	if !ok {
		return "", PhoneInvalid
	}
	phone, problem := typed.resolve(knownRegion(region))
	if problem == "" && typed.extension {
		return "", PhoneHasExtension
	}
	return phone, problem
}

// typedPhone is a phone as typed, freed of its punctuation.
type typedPhone struct {
	digits    string // ASCII
	plus      bool
	extension bool
}

// resolve turns the digits into a valid number: first by their own prefix, then by the region.
func (t typedPhone) resolve(region string) (Phone, PhoneProblem) {
	own, abroad := strings.CutPrefix(t.digits, "00")
	if !abroad && t.plus {
		own = t.digits
	}
	if t.plus || abroad {
		if phone, ok := validPhone("+"+own, ""); ok || t.plus {
			return phone, invalidUnless(ok)
		}
	}
	if region == "" {
		if abroad {
			return "", PhoneInvalid
		}
		return "", PhoneNoRegion
	}
	phone, ok := validPhone(t.digits, region)
	return phone, invalidUnless(ok)
}

func invalidUnless(ok bool) PhoneProblem {
	if ok {
		return ""
	}
	return PhoneInvalid
}

// validPhone asks the library, which keeps the numbering plans of the world.
func validPhone(digits, region string) (Phone, bool) {
	number, err := phonenumbers.Parse(digits, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	if len(e164) > maxE164Digits+1 {
		return "", false
	}
	return Phone(e164), true
}

// knownRegion gives the region in the library's spelling, or empty when there is none or it is not a region.
func knownRegion(region string) string {
	region = strings.ToUpper(strings.TrimSpace(region))
	if region == "UK" { // reserved for the United Kingdom in ISO 3166, and what customers' files hold
		region = "GB"
	}
	if len(region) != 2 || phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return ""
	}
	return region
}

// scanPhone splits a phone into digits, plus sign and extension; false when something else is in it or the count of digits is
// hopeless.
func scanPhone(s string) (typedPhone, bool) {
	var typed typedPhone
	if len(s) > maxPhoneBytes || floatArtefact(s) {
		return typed, false
	}
	s = strings.TrimPrefix(s, "'")
	if len(s) > 4 && strings.EqualFold(s[:4], "tel:") {
		s = s[4:]
	}
	digits := make([]byte, 0, maxPhoneDigits)
	for i, r := range s {
		digit, isDigit := phoneDigit(r)
		switch {
		case isDigit && len(digits) == maxPhoneDigits:
			return typed, false
		case isDigit:
			digits = append(digits, digit)
		case (r == '+' || r == '＋') && len(digits) == 0:
			typed.plus = true
		case isPhonePunctuation(r):
		default:
			if !isExtension(s[i:]) {
				return typed, false
			}
			typed.extension = true
		}
		if typed.extension {
			break
		}
	}
	typed.digits = string(digits)
	return typed, len(digits) >= minPhoneDigits
}

// phoneDigit reads the digits that the library knows: ASCII, full-width, Arabic-Indic and Persian.
func phoneDigit(r rune) (byte, bool) {
	for _, zero := range [...]rune{'0', '０', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true
		}
	}
	return 0, false
}

func isPhonePunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.ContainsRune(" \t-./()[]", r)
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("−ー．／（）［］", r)
}

// floatArtefact finds numbers that went through a floating-point column ("385912345678.0"): taking the last digit for part of the
// number would reach somebody else.
func floatArtefact(s string) bool {
	whole, found := strings.CutSuffix(s, ".0")
	return found && len(whole) > minPhoneDigits && strings.Trim(whole, "0123456789") == ""
}

// isExtension says whether the rest of a phone is an extension: a marker, then digits, at the end of the value.
func isExtension(rest string) bool {
	end := strings.TrimRightFunc(rest, func(r rune) bool { return r == '#' || r == ')' || unicode.IsSpace(r) })
	if end == "" {
		return true // "... - 503#": the hash at the end says that the digits before it are one
	}
	number := strings.TrimRightFunc(end, func(r rune) bool {
		_, digit := phoneDigit(r)
		return digit || r == ' ' || r == '-'
	})
	if len(number) == len(end) {
		return false
	}
	switch strings.ToLower(strings.Trim(number, " \t\u00a0.:=-,;/()")) {
	case "", "#", "＃", "~", "～", // ",,123" and ";123" are dialled after a pause
		"x", "ｘ", "xt", "xtn", "ext", "extn", "extension", "extensión", "ｅｘｔ", "int", "интерн", "доб", "anexo",
		"kl", "klapa", "lok", "lokal", "kućni", "interni", "dw", "durchwahl", "nst", "nebenstelle", "app", "apparat", "poste":
		return true
	}
	return false
}

// NormalisePhoneDigits reduces a phone to the form in which Brevo stores it, for comparing the two: ASCII digits only, without
// leading 00. It checks nothing.
func NormalisePhoneDigits(s string) string {
	digits := s
	if strings.Trim(s, "0123456789") != "" || strings.ContainsFunc(s, notASCIIDigit) {
		digits = strings.Map(func(r rune) rune {
			if notASCIIDigit(r) {
				return -1
			}
			return r
		}, s)
	}
	for strings.HasPrefix(digits, "00") {
		digits = digits[2:]
	}
	return digits
}

func notASCIIDigit(r rune) bool { return r < '0' || r > '9' }

// String gives the number itself. It is personal data.
func (p Phone) String() string { return string(p) }

// Masked gives a form for people who may not see the number: its beginning and its last two digits.
func (p Phone) Masked() string {
	const head, tail, shortest = 4, 2, 10
	if len(p) < shortest {
		return hidden(string(p))
	}
	return string(p[:head]) + "…" + string(p[len(p)-tail:])
}

// LogValue hides the number in structured logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }

// Format hides the number from every verb of fmt.
func (p Phone) Format(state fmt.State, verb rune) { formatMasked(state, verb, p.Masked()) }
