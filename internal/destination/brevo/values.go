package brevo

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

// put files a stored value under the identifiers or the attributes of a contact, as canonical text.
func put(c *destination.Contact, name string, v gjson.Result, types map[string]definition) {
	switch {
	case name == "EMAIL":
	case name == "EXT_ID":
		if s := strings.TrimSpace(text(v)); s != "" {
			c.Identifiers[name] = s
		}
	case isIdentifier(name):
		if digits := activation.NormalisePhoneDigits(text(v)); digits != "" {
			c.Identifiers[name] = digits
		}
	default:
		if s := canonical(v, types[name]); s != "" {
			c.Attributes[name] = s
		}
	}
}

// canonical is a stored value as the warehouse writes it: numbers as the shortest decimal, days as 2006-01-02, booleans as
// true and false, categories by their label, multiple choices sorted and joined. An empty value is "".
func canonical(v gjson.Result, d definition) string {
	switch d.Type {
	case activation.AttributeBoolean:
		return truth(v)
	case activation.AttributeCategory:
		return d.label(v)
	case activation.AttributeDate:
		if s := text(v); day.MatchString(s) {
			return s[:len("2006-01-02")]
		}
	}
	switch {
	case v.Type == gjson.True, v.Type == gjson.False:
		return v.Raw
	case v.Type == gjson.Number:
		return decimal(v)
	case v.Type == gjson.String:
		return v.Str
	case v.IsArray():
		var parts []string
		for _, x := range v.Array() {
			if s := canonical(x, definition{}); s != "" {
				parts = append(parts, s)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, "\x1f")
	default:
		return ""
	}
}

var day = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T.*)?$`)

// truth is a boolean in any of the ways in which Brevo's users saw it written.
func truth(v gjson.Result) string {
	switch strings.ToLower(strings.TrimSpace(v.String())) {
	case "true", "yes", "1":
		return "true"
	case "false", "no", "0":
		return "false"
	case "":
		return ""
	default:
		return v.String() // not a truth: it must differ from both
	}
}

// label is the label of a category's value, which Brevo shows as the label or as the value behind it.
func (d definition) label(v gjson.Result) string {
	s := text(v)
	if v.Type == gjson.String && slices.Contains(d.Options, s) {
		return s
	}
	if label, ok := d.labels[s]; ok {
		return label
	}
	return s
}

// decimal is a number without exponent below 1e15.
func decimal(v gjson.Result) string {
	if math.Abs(v.Num) < 1e15 {
		return strconv.FormatFloat(v.Num+0, 'f', -1, 64)
	}
	return strconv.FormatFloat(v.Num, 'g', -1, 64)
}
