package world

import (
	"slices"
	"strings"

	"segue/internal/activation"
)

// attribute is what an export may map.
type attribute struct {
	name, field string
	// stored is what the account stores of a value as the source has it: empty for nothing to send, not ok for a value that the
	// attribute cannot hold (S15).
	stored func(raw string) (stored string, ok bool)
	// identifier says that the account knows contacts by it (S10).
	identifier bool
	// custom attributes can be deleted in the account.
	custom bool
}

// words returns what is stored of the few values that sources have here; any other cannot be stored.
func words(list map[string]string) func(string) (string, bool) {
	return func(raw string) (string, bool) {
		v, ok := list[raw]
		return v, ok || raw == ""
	}
}

func asItIs(raw string) (string, bool) { return raw, true }

// phone as Brevo stores it: digits; what is none, or has an extension, is withheld and rejects nobody (S9).
func phone(raw string) (string, bool) {
	p, problem := activation.ParsePhone(raw, "")
	if problem != "" {
		return "", true
	}
	return activation.NormalisePhoneDigits(string(p)), true
}

var attributes = []attribute{
	{name: "FIRSTNAME", field: "name", stored: asItIs},
	{name: "SMS", field: "phone", stored: phone, identifier: true},
	{name: "WHATSAPP", field: "whatsapp", stored: phone, identifier: true},
	{name: "LANDLINE_NUMBER", field: "landline", stored: phone, identifier: true},
	{name: "EXT_ID", field: "code", stored: func(raw string) (string, bool) { return strings.TrimSpace(raw), true }, identifier: true},
	{name: "VIP", field: "vip", stored: words(map[string]string{"yes": "true", "TRUE": "true", "ne": "false", "0": "false"}), custom: true},
	{name: "POINTS", field: "points", stored: words(map[string]string{"5": "5", "-0.25": "-0.25", "9000000000": "9000000000"}), custom: true},
	{name: "DAY", field: "day", stored: words(map[string]string{"1999-12-31": "1999-12-31", "2024-02-29": "2024-02-29"}), custom: true},
	{name: "CLASS", field: "class", stored: words(map[string]string{"First": "First", "Second; best": "Second; best"}), custom: true},
	{name: "TAGS", field: "tags", stored: words(map[string]string{"Sea": "Sea", "Sea; Snow": "Sea,Snow", "Snow": "Snow"}), custom: true},
}

func attributeNamed(name string) attribute {
	return attributes[slices.IndexFunc(attributes, func(a attribute) bool { return a.name == name })]
}
