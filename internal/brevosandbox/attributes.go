package brevosandbox

import (
	"regexp"
	"slices"
	"strings"

	"segue/internal/brevosandbox/book"
)

// nameAttributes are the first and last name of a new account by its language.
var nameAttributes = map[string][2]string{
	"en": {"FIRSTNAME", "LASTNAME"},
	"fr": {"PRENOM", "NOM"},
	"es": {"NOMBRE", "APELLIDOS"},
	"de": {"VORNAME", "NACHNAME"},
	"it": {"NOME", "COGNOME"},
	"pt": {"NOME", "SOBRENOME"},
}

// builtins are the identifiers by the name of their attribute or column.
var builtins = map[string]book.Field{
	"EMAIL": book.Email, "SMS": book.SMS, "WHATSAPP": book.WhatsApp,
	"LANDLINE_NUMBER": book.Landline, "EXT_ID": book.ExtID,
}

var builtinNames = [...]string{book.Email: "EMAIL", book.SMS: "SMS", book.WhatsApp: "WHATSAPP",
	book.Landline: "LANDLINE_NUMBER", book.ExtID: "EXT_ID"}

var attributeName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,49}$`)

// attributeTypes are the types that each category can have.
var attributeTypes = map[string][]string{
	"normal":        {"text", "date", "float", "boolean", "multiple-choice", "user"},
	"category":      {"category"},
	"transactional": {"text", "date", "float", "boolean", "id"},
	"calculated":    nil,
	"global":        nil,
}

const maxOption = 200

type option struct {
	value int64
	label string
}

type attribute struct {
	field    book.Field
	name     string
	category string
	kind     string // the type; "" for calculated and global
	options  []option
	formula  string
}

// storable says whether contacts can have a value of the attribute.
func (at *attribute) storable() bool {
	return at.field != 0 && (at.category == "normal" || at.category == "category")
}

func (at *attribute) labels() []string {
	out := make([]string, len(at.options))
	for i, o := range at.options {
		out[i] = o.label
	}
	return out
}

// findAttribute looks by name, whatever its case.
func (a *account) findAttribute(name string) *attribute {
	return a.attributesByName[strings.ToUpper(name)]
}

// addAttribute defines an attribute; its number is never used again, so that
// values of a deleted one cannot come back under another meaning.
func (a *account) addAttribute(at attribute) {
	if at.category == "normal" || at.category == "category" {
		if f, ok := builtins[at.name]; ok {
			at.field = f
		} else {
			at.field = a.nextField
			a.nextField++
		}
	}
	p := &at
	a.attributes = append(a.attributes, p)
	a.attributesByName[at.name] = p
	if at.field != 0 {
		a.attributesByField[at.field] = p
	}
	a.attributesVersion++
}

func (a *account) deleteAttribute(at *attribute) {
	a.attributes = slices.DeleteFunc(a.attributes, func(x *attribute) bool { return x == at })
	delete(a.attributesByName, at.name)
	delete(a.attributesByField, at.field)
	a.attributesVersion++
}

func optionsOf(category string, labels []string) []option {
	out := make([]option, len(labels))
	for i, l := range labels {
		out[i] = option{label: l}
		if category == "category" {
			out[i].value = int64(i + 1)
		}
	}
	return out
}
