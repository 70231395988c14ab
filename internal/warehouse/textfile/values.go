package textfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// clean trims Unicode white space and composes accents (NFC); what is then empty is missing.
func clean(raw []byte) []byte {
	v := raw
	if len(v) > 0 && (edge(v[0]) || edge(v[len(v)-1])) {
		v = bytes.TrimSpace(v)
	}
	if !isASCII(v) && !norm.NFC.IsNormal(v) {
		v = norm.NFC.Bytes(v)
	}
	return v
}

// edge reports whether a byte may be one of white space.
func edge(c byte) bool { return c <= ' ' || c >= utf8.RuneSelf }

// isASCII reports whether all bytes are, eight at a time.
func isASCII(v []byte) bool {
	const high = 0x8080808080808080
	for ; len(v) >= 8; v = v[8:] {
		if binary.LittleEndian.Uint64(v)&high != 0 {
			return false
		}
	}
	for _, c := range v {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// maxDigits is how many digits a whole number may have and survive a double; longer ones are identifiers.
const maxDigits = 15

// plainNumber reports whether a value is a number that nobody could mean as an identifier: no leading zeros, no plus,
// no more digits than a double holds.
func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := 0
	for whole < len(s) && s[whole] >= '0' && s[whole] <= '9' {
		whole++
	}
	if whole == 0 || whole > maxDigits || whole > 1 && s[0] == '0' {
		return false
	}
	if whole == len(s) {
		return true
	}
	if s[whole] != '.' {
		return false
	}
	rest := s[whole+1:]
	part := 0
	for part < len(rest) && rest[part] >= '0' && rest[part] <= '9' {
		part++
	}
	if part == 0 {
		return false
	}
	if part == len(rest) {
		return true
	}
	_, err := activation.ParseNumber(s)
	return err == nil && (rest[part] == 'e' || rest[part] == 'E')
}

// parseNumber reads a number of a column whose type was stated or decided.
func parseNumber(s string, comma bool) (float64, bool) {
	if comma {
		whole, part, has := strings.Cut(s, ",")
		if strings.Contains(part, ".") || !grouped(whole) {
			return 0, false
		}
		s = strings.ReplaceAll(whole, ".", "")
		if has {
			s += "." + part
		}
	}
	if strings.Contains(s, "_") {
		return 0, false
	}
	f, err := activation.ParseNumber(s)
	return f, err == nil
}

// grouped reports whether points, if there are any, part a whole number into thousands.
func grouped(s string) bool {
	groups := strings.Split(s, ".")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (len(strings.TrimPrefix(g, "-")) > 3 || g == "" || g == "-") {
			return false
		}
	}
	return true
}

// parseBool reads the two words that decide a type by themselves.
func parseBool(s string) (value, ok bool) {
	switch {
	case len(s) == 4 && strings.EqualFold(s, "true"):
		return true, true
	case len(s) == 5 && strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// statedBool reads what a column that was stated to be boolean may hold besides.
func statedBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "1", "da", "ja", "oui", "vrai", "wahr":
		return true, true
	case "false", "f", "no", "n", "0", "ne", "nein", "non", "faux", "falsch":
		return false, true
	}
	return false, false
}

// Mask describes a value without giving any of it away: its length and the kinds of its characters.
func Mask(v string) string {
	kinds := make([]string, 0, 6)
	has := map[string]bool{}
	n := 0
	for _, r := range v {
		n++
		kind := "symbols"
		switch {
		case unicode.IsLetter(r):
			kind = "letters"
		case unicode.IsDigit(r):
			kind = "digits"
		case unicode.IsSpace(r):
			kind = "white space"
		case unicode.IsControl(r):
			kind = "control characters"
		case unicode.IsPunct(r):
			kind = "punctuation"
		}
		has[kind] = true
	}
	for _, k := range []string{"letters", "digits", "punctuation", "symbols", "white space", "control characters"} {
		if has[k] {
			kinds = append(kinds, k)
		}
	}
	switch n {
	case 0:
		return "empty"
	case 1:
		return "1 character: " + strings.Join(kinds, ", ")
	}
	return strconv.Itoa(n) + " characters: " + strings.Join(kinds, ", ")
}

// reader turns the text of one column into typed values.
type reader struct {
	kind   activation.FieldType
	format timeFormat
	comma  bool
	stated bool
}

// read returns the value as the type's Go value; ok is false if it does not fit the type.
func (r reader) read(v []byte) (value any, ok bool) {
	switch r.kind {
	case activation.TypeNumber:
		return boxed(parseNumber(string(v), r.comma))
	case activation.TypeBoolean:
		if r.stated {
			return boxed(statedBool(string(v)))
		}
		return boxed(parseBool(string(v)))
	case activation.TypeDate, activation.TypeDateTime:
		return boxed(r.format.parse(string(v)))
	default:
		return string(v), true
	}
}

func boxed[T any](v T, ok bool) (any, bool) { return v, ok }

// misfit says in words why a value does not fit.
func (r reader) misfit() string {
	switch r.kind {
	case activation.TypeDate, activation.TypeDateTime:
		if r.format.text == "" {
			return fmt.Sprintf("is not a %s in ISO 8601", r.kind)
		}
		return fmt.Sprintf("is not a %s written as %s", r.kind, r.format.text)
	default:
		return fmt.Sprintf("is not a %s", r.kind)
	}
}
